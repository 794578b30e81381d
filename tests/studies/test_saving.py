"""What `save` writes, `load` gives back with the same numbers."""

import errno
import json
import os

import numpy as np
import pytest
import xarray as xr
from studies.fake_results import Grown, Trained

from oqnn.encoding import realize
from oqnn.environments import ReferenceEnvironment
from oqnn.studies import NoSpaceError, load, register_kind, save, saving

WEIGHTS = np.random.default_rng(5).normal(size=(2, 3, 4)) * (1 - 0.3j)
GROWN = Grown((np.array([np.nan, -0.0]), np.arange(3, dtype=np.int16)), "ħ")


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    monkeypatch.setattr(saving, "_HOMES", dict(saving._HOMES))
    register_kind("trained", "studies.fake_results:Trained")
    register_kind("grown", "studies.fake_results:Grown")


def trained(**changes):
    values = {
        "weights": WEIGHTS,
        "curve": (np.array(0.1), np.zeros((0, 2))),
        "settings": {
            "a": [1, None, 1 / 3, np.float64(2.5)],
            "x/y": np.zeros(2),
            "x_y": np.ones(2),
        },
        "phase": complex(-0.0, np.inf),
        "parent": GROWN,
    }
    return Trained(**{**values, **changes})


def same(a, b):
    return (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())


def test_dataclasses_return_bit_for_bit(tmp_path):
    original = trained()
    back = load(save(original, tmp_path / "material.zarr"))
    assert type(back) is Trained
    assert same(back.weights, WEIGHTS)
    assert back.size == 24
    assert isinstance(back.curve, tuple)
    assert all(map(same, back.curve, original.curve))
    assert same(back.settings.pop("x/y"), np.zeros(2))
    assert same(back.settings.pop("x_y"), np.ones(2))
    assert back.settings == {"a": [1, None, 1 / 3, 2.5]}
    assert (back.phase.real, back.phase.imag) == (0.0, np.inf)
    assert np.signbit(back.phase.real)


def test_a_class_with_the_protocol_returns_bit_for_bit(tmp_path):
    back = load(save(trained(), tmp_path / "material.zarr")).parent
    assert type(back) is Grown
    assert back.name == "ħ"
    assert all(map(same, back.tree, GROWN.tree))


@pytest.mark.parametrize("phase", [1.0, np.exp(0.25j * np.pi)])
def test_laws_and_inequalities_return(tmp_path, phase):
    original = realize(np.array([1, 0, 0, phase]) / np.sqrt(2))
    back = load(save(original, tmp_path / "new" / "law.zarr"))
    assert str(back) == str(original)
    assert back.visibility == original.visibility
    if original.law is not None:
        assert same(back.law.probabilities, original.law.probabilities)
        assert same(back.law.configurations, original.law.configurations)
    else:
        assert same(back.inequality.coefficients, original.inequality.coefficients)


def test_frozen_parameters_compare_equal(tmp_path):
    environment = ReferenceEnvironment(xi=1 / 3, h=2.0)
    assert load(save(environment, tmp_path / "environment.zarr")) == environment


def test_datasets_return(tmp_path):
    dataset = xr.Dataset(
        {"rho": ("time", [1j, 2.0])}, {"time": [0.0, 0.1]}, {"unit": "1"}
    )
    path = save(dataset, tmp_path / "data.zarr")
    xr.testing.assert_identical(load(path), dataset)
    assert list(dataset.attrs) == ["unit"]


def test_saving_replaces_only_what_was_saved_and_when_asked(tmp_path):
    path = save(trained(), tmp_path / "material.zarr")
    with pytest.raises(FileExistsError, match=r"material\.zarr exists\. Allow it"):
        save(trained(), path)
    save(trained(weights=np.zeros(1)), path, replace=True)
    assert load(path).size == 1
    (tmp_path / "mine").mkdir()
    with pytest.raises(FileExistsError, match="mine is something else"):
        save(trained(), tmp_path / "mine", replace=True)
    assert sorted(os.listdir(tmp_path)) == ["material.zarr", "mine"]


def test_a_full_disk_keeps_what_was_saved(tmp_path, monkeypatch):
    path = save(trained(), tmp_path / "material.zarr")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(NoSpaceError, match=r"`material\.zarr` could not be saved"):
            save(trained(weights=np.zeros(1)), path, replace=True)
    assert load(path).size == 24
    assert os.listdir(tmp_path) == ["material.zarr"]


def test_a_replacement_that_stops_half_way_keeps_what_was_saved(tmp_path, monkeypatch):
    path = save(trained(), tmp_path / "material.zarr")
    rename = os.rename

    def stop(source, target):
        if str(source).endswith(".partial"):
            raise KeyboardInterrupt
        rename(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", stop)
        with pytest.raises(KeyboardInterrupt):
            save(trained(weights=np.zeros(1)), path, replace=True)
    assert load(path).size == 24
    assert os.listdir(tmp_path) == ["material.zarr"]


def test_the_file_says_what_it_is(tmp_path):
    path = save(trained(), tmp_path / "material.zarr")
    with xr.open_zarr(path, consolidated=False) as raw:
        record = json.loads(raw.attrs["oqnn"])
        assert same(raw["weights"].values, WEIGHTS)
    assert (record["kind"], record["schema_version"]) == ("trained", 1)


def test_unknown_kinds_and_newer_schemas_are_refused(tmp_path):
    path = save(trained(), tmp_path / "material.zarr")
    group = json.loads((path / "zarr.json").read_text())
    record = json.loads(group["attributes"]["oqnn"])
    for change, message in [
        ({"schema_version": 2}, r"schema version 1 or older, but .* has 2\. Update"),
        ({"kind": "dream"}, "one of .*trained.* but is 'dream'"),
    ]:
        group["attributes"]["oqnn"] = json.dumps({**record, **change})
        (path / "zarr.json").write_text(json.dumps(group))
        with pytest.raises(ValueError, match=message):
            load(path)


def test_what_was_never_saved_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="gone does not exist"):
        load(tmp_path / "gone")
    with pytest.raises(ValueError, match=r"must be a saved object, but .* holds none"):
        load(tmp_path)


def test_objects_of_no_known_kind_are_refused(tmp_path):
    with pytest.raises(TypeError, match=r"but is a object\. Other classes enter by"):
        save(object(), tmp_path / "x.zarr")
    with pytest.raises(TypeError, match=r"`parent\.1` must be .* but is a set"):
        save(trained(parent=(1, {2})), tmp_path / "x.zarr")
    assert not list(tmp_path.iterdir())


def test_kinds_register_once(monkeypatch):
    register_kind("grown", "studies.fake_results:Grown")
    with pytest.raises(ValueError, match=r"'grown' is studies\.fake_results:Grown"):
        register_kind("grown", "studies.fake_results:Trained")
    with pytest.raises(ValueError, match=r"'dataset' is xarray\.Dataset"):
        register_kind("dataset", "studies.fake_results:Grown")
    with pytest.raises(ValueError, match="must be 'module:Class', but is 'grown'"):
        register_kind("new", "grown")
