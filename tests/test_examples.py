"""Every example runs as a newcomer would run it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.py"))


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs_and_prints(path, tmp_path):
    command = [sys.executable, "-W", "error", str(path)]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_study_of_the_examples_is_what_its_comment_says():
    from oqnn.studies.sweeps.description.settings import SweepSettings
    from oqnn.studies.sweeps.plan import Plan

    settings = SweepSettings.from_toml(EXAMPLES[0].parent / "study.toml")
    plan = Plan(settings)
    assert len(plan.points) == 15 * (3 + 2 * 4)  # plain and learning have seeds
    drives = [task for task in plan.trainings if task.material == "learning"]
    assert len(drives) == 3  # for each field, at one rate of the noise
