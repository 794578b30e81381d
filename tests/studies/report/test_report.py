"""The folder of a report: what is on the page, beside it, and in nobody's way."""

import csv
import re
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
from studies.report import served

from oqnn.studies.report import write
from oqnn.studies.report.write import report, report_data
from oqnn.studies.store import StudyMismatch
from oqnn.studies.sweeps.description.settings import SweepSettings
from oqnn.studies.sweeps.result.export import read_netcdf


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweep")
    plan = served.fill(folder, failed=(2,))
    page = report(folder, figures=False)
    return SimpleNamespace(folder=folder, plan=plan, page=page, root=page.parent)


def test_the_page_holds_all_that_it_needs(made):
    text = made.page.read_text(encoding="utf-8")
    named = re.findall(r'(?:src|href)="([^"#]+)"', text)
    assert "static/plotly.min.js" in named
    for name in set(named) - {"data:,"}:  # no icon
        assert "://" not in name
        assert (made.root / name).is_file(), name
    assert "<b>no</b>" not in text  # the error of a point is text
    assert "&lt;b&gt;no" in text


def test_states_are_those_of_the_points_in_both_frames(made):
    states = report_data(made.folder).states
    good = [p for p in made.plan.points if p.index != 2]
    assert len(states) == 2 * len(good)
    for one in states:
        point = made.plan.points[one.point]
        expected = served.state(point)
        own = expected if "laboratory" in one.label else expected.conj()
        np.testing.assert_array_equal(one.states, own)
        np.testing.assert_array_equal(one.times, served.VIEW_TIMES)
        material = ["plain", "bare"][one.cell % 2]
        assert material == point.material


def test_the_summary_has_means_over_seeds_with_student_s_limits(made):
    with open(made.root / "summary.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12
    for row in rows:
        points = [
            p
            for p in made.plan.points
            if p.material == row["material"]
            and p.index != 2
            and f"{p.coordinates['environment.h']:g}" == row["environment.h"]
            and f"{p.coordinates['environment.kappa']:g}" == row["environment.kappa"]
        ]
        numbers = np.array([served.start(p) / 7 for p in points])
        assert float(row["readout_infidelity"]) == pytest.approx(numbers.mean())
        assert int(row["seeds"]) == len(numbers)
        if len(numbers) == 3:
            half = 4.302652729911275 * numbers.std(ddof=1) / np.sqrt(3)
            low = float(row["readout_infidelity low"])
            assert low == pytest.approx(numbers.mean() - half)


def test_downloads_read_back(made):
    settings = SweepSettings.from_toml(made.root / "study.toml")
    assert settings == served.settings()
    point = made.plan.points[5]
    tree = read_netcdf(made.root / "study.nc")
    kept = tree[made.plan.shape_of(point)].to_dataset().sel(point=5)
    np.testing.assert_array_equal(kept.state.values, served.state(point))
    assert any((made.root / "tables").glob("*.csv"))
    text = made.page.read_text(encoding="utf-8")
    for name in ("study.nc", "study.toml", "summary.csv"):
        assert f'href="{name}"' in text


def test_failed_points_are_named_and_counted(made):
    data = report_data(made.folder)
    assert data.status == "Finished: 24 of 24 points, 1 of them failed."
    (failure,) = data.failures
    assert "plain" in failure.point
    assert failure.error == "ValueError: <b>no</b>"


def test_an_unfinished_sweep_says_so(tmp_path):
    plan = served.fill(tmp_path / "whole")
    leave = [block.name for block in plan.blocks[1:]]
    served.fill(tmp_path / "part", leave=leave)
    data = report_data(tmp_path / "part")
    assert data.status.startswith("Not finished: 4 of 24 points")
    page = report(tmp_path / "part", figures=False, tables=False)
    assert "Not finished: 4 of 24 points" in page.read_text(encoding="utf-8")


def test_figures_come_in_three_forms_and_some_are_left_out(made, monkeypatch, tmp_path):
    monkeypatch.setattr("oqnn.studies.report.sweeps.MOST_FIGURES", 1)
    page = report(made.folder, tmp_path / "page", tables=False)
    names = {path.suffix for path in (page.parent / "figures").iterdir()}
    assert names == {".png", ".pdf", ".svg"}
    assert re.search(r"Figures: 1 of \d+", page.read_text(encoding="utf-8"))


def test_a_page_gives_way_to_the_next_and_outlives_a_failure(
    made, monkeypatch, tmp_path
):
    target = tmp_path / "page"
    first = report(made.folder, target, figures=False, tables=False)
    before = first.read_bytes()
    monkeypatch.setattr(write, "write_page", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        report(made.folder, target, figures=False, tables=False)
    assert first.read_bytes() == before
    monkeypatch.undo()
    report(made.folder, target, figures=False, tables=False)
    assert [path.name for path in tmp_path.iterdir()] == ["page"]


def test_nothing_else_is_overwritten(made, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ValueError, match="must be a new or empty folder"):
        report(made.folder, tmp_path)
    with pytest.raises(StudyMismatch, match="must hold a study"):
        report(tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_place_beyond_the_page_is_left_out_aloud(made, monkeypatch):
    monkeypatch.setattr("oqnn.studies.report.sweeps.STATE_NUMBERS", 100)
    monkeypatch.setattr("oqnn.studies.report.sweeps.SERIES_NUMBERS", 60)
    data = report_data(made.folder)
    text = " ".join(data.left_out)
    assert re.search(r"Density matrices: those of \d+ of 24 points", text)
    assert re.search(r"Measures over time: \d of 6 places", text)
    assert len(data.states) < 46


def test_a_page_needs_its_packages(made, monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "jinja2", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'oqnn\[report\]'"):
        report(made.folder, tmp_path / "page", figures=False, tables=False)
    assert not list(tmp_path.iterdir())
    shutil.rmtree(tmp_path)
