"""The theory book runs: code cells of its chapters, and the checks of the errata."""

import doctest
import re
from pathlib import Path

import pytest

THEORY = Path(__file__).parent.parent / "theory"
CELL = re.compile(r"^```\{code-cell\} python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CHAPTERS = [
    path for path in sorted(THEORY.glob("*.md")) if CELL.search(path.read_text())
]


@pytest.mark.slow
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_chapter_runs(path, monkeypatch):
    monkeypatch.chdir(THEORY.parent)
    text, namespace = path.read_text(), {}
    for cell in CELL.finditer(text):
        line = text[: cell.start(1)].count("\n")
        code = compile("\n" * line + cell.group(1), str(path), "exec")
        exec(code, namespace)


def test_a_failing_cell_fails():
    cell = CELL.search("text\n\n```{code-cell} python\nassert 1 == 2\n```\n")
    with pytest.raises(AssertionError):
        exec(cell.group(1), {})


def test_the_readme_prints_what_it_says():
    readme = THEORY.parent / "README.md"
    found = doctest.testfile(str(readme), module_relative=False)
    assert found.attempted >= 3
    assert found.failed == 0


@pytest.mark.slow
def test_every_correction_holds():
    found = doctest.testfile(str(THEORY / "errata.md"), module_relative=False)
    assert found.attempted > 40
    assert found.failed == 0
