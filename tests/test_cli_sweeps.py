"""The commands on sweeps: run, go on, check, show and export, and how they refuse."""

import shutil
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from commands import invoke

import oqnn
from oqnn.cli import compare, reading
from oqnn.studies import NoSpaceError, SettingsError, StudySettings
from oqnn.studies.sweeps.description.quick import quickened, replaced
from oqnn.studies.sweeps.description.settings import SweepSettings
from oqnn.studies.sweeps.result.sweep import Sweep

GRID = """
materials = ["bare", "plain"]

[times]
stop = 1.0
step = 0.25

[environment]
h = [2.0, 4.0]
kappa = { from = 0.1, to = 0.3, count = 3 }

[sweep]
seeds = 2
measures = ["fidelity", "purity"]
"""
POINTS = 2 * 3 * (1 + 2)


SAVE_FIGURES = compare._save_figures


@pytest.fixture(autouse=True)
def _no_figures(monkeypatch):
    """Pictures take longer than all else."""
    monkeypatch.setattr(compare, "_save_figures", lambda found, folder: [folder])


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A folder with the finished sweep; not to be changed."""
    folder = tmp_path_factory.mktemp("finished")
    (folder / "study.toml").write_text(GRID)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compare, "_save_figures", lambda found, folder: [folder])
        done = invoke("compare", folder / "study.toml", "--out", folder / "out")
    return SimpleNamespace(
        file=folder / "study.toml", out=folder / "out", result=done, folder=folder
    )


@pytest.fixture
def copy(finished, tmp_path):
    """A copy of the finished sweep, to be damaged."""
    shutil.copytree(finished.out, tmp_path / "out")
    return SimpleNamespace(file=finished.file, out=tmp_path / "out")


@pytest.fixture
def asked(monkeypatch):
    """Stand in for the engine; `calls` holds what the command asked for."""
    import oqnn.studies.sweeps.run as module

    calls, error = [], []

    def sweep(settings, out, **options):
        calls.append((settings, out, options))
        raise error[0]

    monkeypatch.setattr(module, "sweep", sweep)
    return SimpleNamespace(calls=calls, error=error)


# compare


def test_compare_runs_a_sweep_and_prints_its_rows(finished):
    assert finished.result.exit_code == 0
    assert finished.result.stderr == ""
    lines = finished.result.stdout.splitlines()
    assert "fidelity at T" in lines[0]
    assert "bare, h = 2, kappa = 0.1" in finished.result.stdout
    assert lines[-2:] == [
        f"figure   {finished.out}/figures",
        f"dataset  {finished.out}/study.zarr",
    ]
    assert Sweep.open(finished.out).dataset.sizes["point"] == POINTS


def test_the_same_command_computes_nothing_again(copy):
    before = (copy.out / "log.jsonl").read_text()
    assert before.count('"event": "block"') > 0
    assert invoke("compare", copy.file, "--out", copy.out).exit_code == 0
    after = (copy.out / "log.jsonl").read_text()
    assert after.count('"event": "block"') == before.count('"event": "block"')


def test_a_long_table_is_cut_and_says_so(finished, monkeypatch, capsys):
    from oqnn.cli import tables

    monkeypatch.setattr(tables, "MOST_ROWS", 5)
    tables.print_sweep(Sweep.open(finished.out))
    said = capsys.readouterr().out
    assert said.count("h = ") == 5
    assert "The first 5 of 12 rows; the page that `oqnn report`" in said


def test_figures_of_a_sweep_are_saved(finished, tmp_path, monkeypatch, capsys):
    import oqnn.studies.sweeps.result.figures as module
    from oqnn import plotting

    draw = lambda: plotting.learning_curves(np.array([[0.5, 0.25]]), {})  # noqa: E731
    drawn = {"one": draw, "two": draw}
    monkeypatch.setattr(module, "sweep_figures", lambda sweep: drawn)
    found = Sweep.open(finished.out)
    path, other = SAVE_FIGURES(found, tmp_path / "figures")
    assert (path.name, other.name) == ("one.png", "two.png")
    assert path.parent == tmp_path / "figures"
    assert path.read_bytes()[:4] == b"\x89PNG"
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(compare, "MOST_FIGURES", 1)
    assert len([*SAVE_FIGURES(found, tmp_path / "few")]) == 1
    assert "The first 1 of 2 figures;" in capsys.readouterr().out


def test_failed_points_are_named_and_end_in_one(tmp_path):
    """Pulses of π need h ≥ π / spacing, which the weaker field does not reach."""
    text = GRID.replace('"plain"', '"xy8"').replace("[2.0, 4.0]", "[2.0, 8.0]")
    (tmp_path / "study.toml").write_text(text)
    command = ["compare", tmp_path / "study.toml", "--out", tmp_path / "out"]
    done = invoke(*command)
    assert done.exit_code == 1
    assert "failed   xy8, environment.h = 2, environment.kappa = 0.1: " in done.stderr
    assert done.stderr.endswith(
        "oqnn: 3 points failed. The others are saved; the same command with "
        "--retry-failed computes these again.\n"
    )
    assert "dataset" in done.stdout
    log = tmp_path / "out" / "log.jsonl"
    before = log.read_text().count('"block": "points/')
    assert invoke(*command).exit_code == 1
    assert log.read_text().count('"block": "points/') == before
    assert invoke(*command, "--retry-failed").exit_code == 1
    assert log.read_text().count('"block": "points/') > before


def test_options_reach_the_engine(finished, asked, tmp_path):
    asked.error.append(NoSpaceError("No space is left."))
    options = ["--workers", 3, "--scheduler", "dask", "--retry-failed", "--replace"]
    named = ["--seed", 5, "--seeds", 4, "--epochs", 6, "--no-progress"]
    done = invoke("compare", finished.file, "--out", tmp_path, *options, *named)
    assert (done.exit_code, done.stderr) == (1, "oqnn: No space is left.\n")
    settings, out, passed = asked.calls[0]
    changes = {"seed": 5, "sweep.seeds": 4, "learning.epochs": 6}
    assert settings == replaced(SweepSettings.from_toml(finished.file), changes)
    assert out == tmp_path
    assert passed == {
        "workers": 3,
        "scheduler": "dask",
        "retry_failed": True,
        "replace": True,
        "progress": False,
    }


def test_an_interrupt_says_that_nothing_is_lost(finished, asked, tmp_path):
    asked.error.append(KeyboardInterrupt())
    done = invoke("compare", finished.file, "--out", tmp_path)
    assert done.exit_code == 130
    assert f"The finished blocks in {tmp_path} are kept" in done.stderr


def test_another_study_is_refused_and_replaced_when_told(copy, tmp_path):
    (tmp_path / "other.toml").write_text(GRID.replace("stop = 1.0", "stop = 2.0"))
    command = ["compare", tmp_path / "other.toml", "--out", copy.out]
    refused = invoke(*command)
    assert refused.exit_code == 2
    assert "holds a study with other settings: `times.stop` is 1" in refused.stderr
    assert Sweep.open(copy.out).dataset.time[-1] == 1
    assert invoke(*command, "--replace").exit_code == 0
    assert Sweep.open(copy.out).dataset.time[-1] == 2


def test_damage_is_bad_input_until_it_is_repaired(copy):
    before = Sweep.open(copy.out).dataset
    block = next((copy.out / "study.zarr" / "points").glob("*/plain/*"))
    chunk = next(p for p in (block / "fidelity").rglob("*") if p.name != "zarr.json")
    while chunk.is_dir():
        chunk = next(chunk.iterdir())
    chunk.write_bytes(chunk.read_bytes()[:-3])
    command = ["compare", copy.file, "--out", copy.out]
    broken = invoke(*command)
    assert broken.exit_code == 2
    assert broken.stderr.startswith("oqnn: ")
    mended = invoke(*command, "--repair")
    assert mended.exit_code == 0
    name = block.relative_to(copy.out / "study.zarr")
    assert mended.stderr == f"damaged  {name}: computed again\n"
    xr.testing.assert_identical(
        Sweep.open(copy.out).dataset.drop_attrs(), before.drop_attrs()
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--workers", 2], "`--workers` must go with a sweep"),
        (["--scheduler", "dask"], "`--scheduler` must go with a sweep"),
        (["--retry-failed"], "`--retry-failed` must go with a sweep"),
        (["--workers", 0], "Invalid value for '--workers'"),
    ],
)
def test_options_of_sweeps_are_refused_without_one(tmp_path, options, said):
    (tmp_path / "study.toml").write_text("seed = 4\n")
    out = ["--out", tmp_path / "out"]
    for file in [], [tmp_path / "study.toml"]:
        done = invoke("compare", *file, *options, *out)
        assert done.exit_code == 2
        assert said in done.stderr
    assert not (tmp_path / "out").exists()


def test_wrong_files_are_bad_input(finished, tmp_path):
    done = invoke("compare", finished.file, "--paper-size", "--out", tmp_path / "o")
    assert done.exit_code == 2
    assert "`--paper-size` must go with a single comparison" in done.stderr
    (tmp_path / "study.toml").write_text(GRID.replace("[2.0, 4.0]", '[2.0, "x"]'))
    done = invoke("compare", tmp_path / "study.toml")
    assert done.exit_code == 2
    assert done.stderr.startswith("oqnn: study.toml, line 9: `environment.h`")
    (tmp_path / "broken.toml").write_text("[sweep\n")
    done = invoke("check", tmp_path / "broken.toml")
    assert done.exit_code == 2
    assert "is no valid TOML" in done.stderr
    assert invoke("check", tmp_path / "gone.toml").exit_code == 2


# the minute's version


def test_quick_keeps_the_ends_and_the_middle_of_an_axis():
    settings = SweepSettings(
        environment={
            "h": {"from": 1.0, "to": 4.0, "step": 0.5},
            "kappa": [0.1, 0.2, 0.3, 0.4],
            "xi": {"from": 1.0, "to": 2.5, "step": 0.5},
        },
        learning={"epochs": [100, 1000], "eta": 0.5},
        sweep={"seeds": 9, "zip": [["environment.kappa", "environment.xi"]]},
    )
    quick = quickened(settings)
    values = {n: v for a in quick.axes for n, v in zip(a.names, a.values, strict=True)}
    assert values == {
        "environment.h": (1.0, 2.5, 4.0),
        "environment.kappa": (0.1, 0.3, 0.4),
        "environment.xi": (1.0, 2.0, 2.5),
        "learning.epochs": (6, 60),
    }
    assert quick.sweep.seeds == 2
    assert quick.learning["eta"] == 0.5
    assert quick.engineered == {"points": 20, "starts": 2}
    assert quick.sweep.zip == settings.sweep.zip


def test_quick_makes_nothing_larger():
    small = SweepSettings(
        learning={"epochs": 3}, engineered={"points": 4}, sweep={"seeds": 1}
    )
    quick = quickened(small)
    assert (quick.learning["epochs"], quick.engineered["points"]) == (3, 4)
    assert (quick.sweep.seeds, quick.axes) == (1, ())


def test_replaced_checks_what_is_new():
    with pytest.raises(SettingsError, match=r"`sweep\.seeds` must be"):
        replaced(SweepSettings(), {"sweep.seeds": 0})


def test_a_file_is_of_either_kind(finished, tmp_path):
    (tmp_path / "study.toml").write_text("seed = 4\n")
    read = reading.read_settings
    assert read(None, quick=True) == StudySettings.quick()
    assert read(tmp_path / "study.toml") == StudySettings(seed=4)
    assert read(finished.file) == SweepSettings.from_toml(finished.file)
    quick = quickened(SweepSettings.from_toml(finished.file))
    assert read(finished.file, quick=True) == quick


# check, report, export


def test_check_says_what_will_be_computed(finished):
    done = invoke("check", finished.file)
    assert done.exit_code == 0, done.stderr
    assert f"{POINTS}" in done.stdout
    assert "environment.kappa" in done.stdout


def test_export_writes_files_that_read_back(finished, tmp_path):
    paths = ["--netcdf", tmp_path / "study.nc", "--csv", tmp_path / "tables"]
    done = invoke("export", finished.out, *paths)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0] == f"saved    {tmp_path}/study.nc"
    written = [f"saved    {path}" for path in (tmp_path / "tables").iterdir()]
    assert sorted(lines[1:]) == sorted(written)
    tree = xr.open_datatree(tmp_path / "study.nc", engine="h5netcdf")
    (shape,) = Sweep.open(finished.out).shapes
    found = Sweep.open(finished.out).dataset
    np.testing.assert_array_equal(tree[shape]["fidelity"].values, found.fidelity.values)
    tree.close()


def test_export_refuses_to_do_nothing_and_other_folders(finished, tmp_path):
    done = invoke("export", finished.out)
    assert done.exit_code == 2
    assert "Add --netcdf FILE or --csv FOLDER" in done.stderr
    for command in "export", "report":
        options = ["--csv", tmp_path / "t"] if command == "export" else []
        done = invoke(command, tmp_path, *options)
        assert done.exit_code == 2
        assert "must hold a study" in done.stderr


def test_export_says_how_much_is_finished(copy, tmp_path):
    command = ["export", copy.out, "--csv", tmp_path / "tables"]
    assert invoke(*command).stderr == ""
    for block in (copy.out / "study.zarr" / "points").glob("*/plain"):
        shutil.rmtree(block)
    done = invoke(*command)
    assert done.exit_code == 0
    assert f"6 of {POINTS} points are finished, and only these" in done.stderr
    (path,) = (tmp_path / "tables").glob("*_points.csv")
    assert len(path.read_text().splitlines()) == 1 + 6


def test_export_says_what_is_in_the_way(finished, tmp_path):
    done = invoke("export", finished.out, "--netcdf", tmp_path)
    assert done.exit_code == 2
    assert f"`path` must be a file, but {tmp_path} is a folder" in done.stderr
    done = invoke("export", finished.out, "--csv", finished.file)
    assert done.exit_code == 2
    assert f"`folder` must be a folder, but {finished.file} is a file" in done.stderr


def test_a_scheduler_that_is_none_is_bad_input(finished, tmp_path):
    out = ["--out", tmp_path / "out"]
    done = invoke("compare", finished.file, "--scheduler", "banana", *out)
    assert done.exit_code == 2
    assert "`scheduler` must be" in done.stderr
    assert not (tmp_path / "out").exists()


def test_report_says_where_the_page_is(finished, tmp_path, monkeypatch):
    import oqnn.studies.report.write as module

    asked = []
    monkeypatch.setattr(module, "report", lambda *a: asked.append(a) or tmp_path / "p")
    done = invoke("report", finished.out, "--out", tmp_path)
    assert (done.exit_code, done.stdout) == (0, f"report   {tmp_path}/p\n")
    invoke("report", finished.out)
    assert asked == [(finished.out, tmp_path), (finished.out, None)]


def test_a_package_that_is_missing_is_a_failure_with_a_sentence(
    finished, tmp_path, monkeypatch
):
    monkeypatch.setattr(
        "oqnn.studies.sweeps.result.export.find_spec", lambda name: None
    )
    done = invoke("export", finished.out, "--netcdf", tmp_path / "study.nc")
    assert done.exit_code == 1
    assert "pip install h5netcdf" in done.stderr


def test_export_knows_single_comparisons(tmp_path):
    """Two materials without neurons, at uneven times; digits survive in both forms."""
    settings = StudySettings().replaced(
        {
            "materials": ["bare", "plain"],
            "times": {"values": [0.0, 0.3, 1.0]},
            "plain.seeds": 2,
            "spikes.times": 0,
        }
    )
    study = oqnn.compare(settings=settings, out=tmp_path / "out")
    paths = ["--netcdf", tmp_path / "study.nc", "--csv", tmp_path / "tables"]
    done = invoke("export", tmp_path / "out", *paths)
    assert done.exit_code == 0, done.stderr
    lines = (tmp_path / "tables" / "times.csv").read_text().splitlines()
    names, rows = lines[0].split(","), [line.split(",") for line in lines[1:]]
    assert [row[:2] for row in rows[:3]] == [["bare", t] for t in ("0.0", "0.3", "1.0")]
    purity = [float(row[names.index("purity")]) for row in rows]
    np.testing.assert_array_equal(purity, study.dataset.purity.values.ravel())
    tree = xr.open_datatree(tmp_path / "study.nc", engine="h5netcdf")
    for kind in settings.materials:
        found, kept = tree[f"evolution/{kind}"], study.evolution(kind).states.values
        np.testing.assert_array_equal(found["states_re"].values, kept.real)
        np.testing.assert_array_equal(found["states_im"].values, kept.imag)
    tree.close()
