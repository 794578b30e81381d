"""Sweeps in other formats: the numbers that come back are those that went."""

import csv
import errno
import os

import numpy as np
import pytest
import xarray as xr
from studies.sweeps import fake_blocks

from oqnn.studies import NoSpaceError
from oqnn.studies.sweeps.result import export
from oqnn.studies.sweeps.result.export import read_netcdf
from oqnn.studies.sweeps.result.sweep import Sweep


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweep")
    fake_blocks.fill(folder, fake_blocks.settings(), failed=(2,))
    return Sweep.open(folder)


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# NetCDF


def test_netcdf_comes_back_bit_for_bit(sweep, tmp_path):
    path = sweep.to_netcdf(tmp_path / "new" / "out.nc")
    back = read_netcdf(path)
    (shape,) = sweep.shapes
    dataset = sweep.tree[shape].to_dataset()
    xr.testing.assert_identical(back[shape].to_dataset(inherit=False), dataset)
    for name in dataset.variables:
        one, two = back[shape][name].values, dataset[name].values
        assert (one.dtype, one.tobytes()) == (two.dtype, two.tobytes()), name
    for name, block in sweep.trainings.items():
        xr.testing.assert_identical(back[name].to_dataset(inherit=False), block)
    assert back.attrs["provenance"] == sweep.tree.attrs["provenance"]
    assert [p.name for p in path.parent.iterdir()] == ["out.nc"]


def test_netcdf_opens_with_xarray_alone_in_pairs(sweep, tmp_path):
    path = sweep.to_netcdf(tmp_path / "out.nc")
    (shape,) = sweep.shapes
    with xr.open_dataset(path, engine="h5netcdf", group=shape) as raw:
        rho = raw.rho_re.values + 1j * raw.rho_im.values
        assert raw.rho_im.attrs["complex_part"] == "imaginary"
        assert raw["environment.h"].dims == ("point",)
        np.testing.assert_array_equal(rho, sweep.dataset.rho)


def test_flags_and_odd_attributes_become_netcdf(tmp_path):
    node = xr.Dataset(
        {
            "left": ("point", [True, False], {"list": [1, "x"], "none": None}),
            "x_re": ("point", [1.0, -0.0]),  # no half of a pair
        },
        coords={"point": [3, 5], "error": ("point", ["", "ħ"])},
    )
    path = export.write_netcdf(xr.DataTree.from_dict({"d2": node}), {}, tmp_path / "a")
    back = read_netcdf(path)["d2"].to_dataset(inherit=False)
    assert back.left.values.tolist() == [True, False]
    assert back.left.attrs == {"list": '[1, "x"]', "none": "null"}
    assert back.x_re.values.tobytes() == node.x_re.values.tobytes()
    assert back.error.values.tolist() == ["", "ħ"]


def test_a_full_disk_keeps_the_file_that_was_there(sweep, tmp_path, monkeypatch):
    path = sweep.to_netcdf(tmp_path / "out.nc")
    before = path.read_bytes()

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(NoSpaceError, match=r"`out\.nc` could not be saved"):
            sweep.to_netcdf(path)
        with pytest.raises(NoSpaceError, match="The tables could not be saved"):
            sweep.to_csv(tmp_path / "tables")
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["out.nc"]
    assert not any((tmp_path / "tables").iterdir())


def test_netcdf_says_what_to_install(sweep, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match="pip install h5netcdf"):
        sweep.to_netcdf(tmp_path / "out.nc")


# CSV


def test_csv_has_one_row_a_point_with_all_digits(sweep, tmp_path):
    points, _, _ = sweep.to_csv(tmp_path / "tables")
    rows = rows_of(points)
    dataset = sweep.dataset
    assert len(rows) == dataset.sizes["point"] == 18
    for row, point in zip(rows, sweep.plan.points, strict=True):
        at = dataset.sel(point=point.index)
        assert int(row["point"]) == point.index
        assert int(row["point_seed"]) == point.seed
        assert (row["material"], int(row["seed"])) == (point.material, point.member)
        assert float(row["environment.kappa"]) == at["environment.kappa"]
        assert row["error"] == str(at.error.values)
        number = float(row["readout_infidelity"])
        np.testing.assert_array_equal(number, at.readout_infidelity)
    assert "fidelity" not in rows[0]


def test_csv_has_one_row_a_point_and_time(sweep, tmp_path):
    _, times, _ = sweep.to_csv(tmp_path / "tables")
    rows = rows_of(times)
    assert len(rows) == 18 * len(fake_blocks.TIMES)
    for row in rows:
        at = sweep.dataset.sel(point=int(row["point"]), time=float(row["time"]))
        np.testing.assert_array_equal(float(row["fidelity"]), at.fidelity)
        assert float(row["system.theta"]) == at["system.theta"]
        assert row["material"] == at.material


def test_complex_series_are_two_columns(sweep, tmp_path):
    (shape,) = sweep.shapes
    node = sweep.dataset
    node["trace"] = node.rho.isel(row=0, col=1, drop=True)
    tree = xr.DataTree.from_dict({shape: node})
    _, times, _ = export.write_csv(tree, tmp_path)
    row = rows_of(times)[4]
    value = complex(float(row["trace_re"]), float(row["trace_im"]))
    assert value == node.trace.values.ravel()[4]


def test_notes_say_how_to_read_and_what_was_left_out(sweep, tmp_path):
    paths = sweep.to_csv(tmp_path)
    notes = paths[-1].read_text(encoding="utf-8")
    assert notes.endswith("store hold them):\nrho.\n")
    for path in paths[:-1]:
        assert path.name in notes
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(p.name for p in paths)


def test_csv_reads_back_with_pandas_as_the_notes_say(sweep, tmp_path):
    pandas = pytest.importorskip("pandas")
    points, *_ = sweep.to_csv(tmp_path)
    table = pandas.read_csv(
        points, engine="python", keep_default_na=False, na_values=["nan"]
    )
    dataset = sweep.dataset
    np.testing.assert_array_equal(
        table["readout_infidelity"], dataset.readout_infidelity
    )
    np.testing.assert_array_equal(table["point_seed"], dataset.point_seed)
    assert table["error"].tolist() == dataset.error.values.tolist()
