"""Files that a disk changed, cut short or lost are found, named and computed again."""

import errno
import json
import os
import shutil

import numpy as np
import pytest
import xarray as xr
from studies.test_store import ARRAYS, files_of

from oqnn.studies import Store, StudyMismatch, datasets, open_tree
from oqnn.studies import store as store_module
from oqnn.studies.datasets import read_dataset, write_dataset
from oqnn.studies.layout import StudyDamaged

SETTINGS = {"seed": 1, "environment": {"h": [2.0, 4.0]}}
NAME = "points/d2/bare/00000"


def block(value=1.0):
    rho = value * np.array([[1j, 2.5, 0], [0.5, 1, -1j]])
    return xr.Dataset(
        {
            "rho": (("point", "row"), rho, {"units": "", "long_name": "state"}),
            "error": ("point", ["", "ħ is not 2"]),
            "left": ("point", [True, False]),
        },
        coords={
            "point": [4, 9],
            "environment.h": ("point", [0.1, 0.7]),
            "mean": 0.4,
        },
        attrs={"rate": float("nan"), "names": {"b": 1, "a": [2, None]}},
    )


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "out", SETTINGS) as opened:
        opened.write(NAME, block())
        opened.write("points/d2/bare/00001", block(5.0))
        yield opened


def cut(path):
    path.write_bytes(path.read_bytes()[:-1])


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def empty(path):
    path.write_bytes(b"")


def lose(path):
    path.unlink()


def swap(path):
    """Leave a folder where the file was."""
    path.unlink()
    path.mkdir()


def mistake(path):
    """Leave something that is JSON, but no metadata."""
    path.write_text("[]")


HARMS = [cut, flip, empty, lose, swap, mistake]
FILES = [
    "zarr.json",
    "rho/zarr.json",
    "rho/c.0.0",
    "error/c.0",
    "left/c.0",
    "mean/c",
    "environment.h/zarr.json",
]


@pytest.mark.parametrize("root", ["[]", "3", '{"attributes": null}'])
def test_the_root_is_mended_beside_its_blocks(store, root):
    before = files_of(store.path)
    (store.path / "zarr.json").write_text(root)
    assert len(store.tree()["points/d2/bare"].children) == 2
    assert store.damaged() == {".": ["zarr.json cannot be read"]}
    assert store.repair() == ["."]
    assert files_of(store.path) == before


@pytest.mark.parametrize(
    "record",
    [
        "[1]",
        '{"schema_version": 1, "settings": [1]}',
        '{"schema_version": 1, "settings": {"seed": NaN}, "fingerprint": "x"}',
        '{"schema_version": 1, "settings": {"seed": 1}, "versions": []}',
    ],
)
def test_records_that_are_json_but_no_record_are_mended(store, record):
    before = json.loads((store.folder / "study.json").read_text())
    store.close()
    (store.folder / "study.json").write_text(record)
    with pytest.raises((StudyMismatch, StudyDamaged), match=r"study\.json.* .*Repair"):
        Store(store.folder, SETTINGS)
    with Store(store.folder, SETTINGS, repair=True) as mended:
        assert len(mended.blocks()) == 2
    assert json.loads((store.folder / "study.json").read_text()) == before


def test_a_newer_study_is_named_whatever_its_settings_look_like(store):
    store.close()
    newer = '{"schema_version": 99, "settings": ["all", "new"]}'
    (store.folder / "study.json").write_text(newer)
    with pytest.raises(StudyMismatch, match=r"version is 99\. A newer oqnn wrote it"):
        Store(store.folder, SETTINGS)


def test_a_disk_that_cannot_read_is_damage(store, monkeypatch):
    def fail(path):
        if path.name == "c.0.0":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return read(path)

    read = datasets.Path.read_bytes
    monkeypatch.setattr(datasets.Path, "read_bytes", fail)
    with pytest.raises(StudyDamaged, match=r"rho/c\.0\.0 cannot be read from the disk"):
        store.read(NAME)
    assert len(store.damaged()) == 2


@pytest.mark.parametrize("name", [".partial", "study.zarr", ".lock"])
def test_what_is_in_the_way_is_a_sentence(store, name):
    store.close()
    place = store.folder / name
    if place.is_dir():
        shutil.rmtree(place)
        place.write_bytes(b"")
    else:
        place.unlink()
        place.mkdir()
    with pytest.raises(PermissionError, match=r"could not be saved, since .*another f"):
        Store(store.folder, SETTINGS)


def test_lines_of_the_log_that_cannot_be_read_are_left_out(store):
    store.log("first")
    with (store.folder / "log.jsonl").open("ab") as file:
        file.write(b"\xff\xfe\n3\n")
    store.log("last")
    assert [entry["event"] for entry in store.read_log()] == ["first", "last"]


# Damage to blocks


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("harm", HARMS)
def test_damage_is_found_named_and_mended(store, file, harm):
    """What reads the block refuses it; mended, the study holds the same bytes."""
    before = files_of(store.path)
    harm(store.path / NAME / file)
    readers = [lambda: store.read(NAME), store.tree]
    for reader in readers:
        with pytest.raises(StudyDamaged, match=rf"`{NAME}` .* {file} .*Repair"):
            reader()
    assert list(store.damaged()) == [NAME]
    assert file in store.damaged()[NAME][0]
    assert store.read("points/d2/bare/00001").rho.values[0, 1] == 12.5

    assert store.repair() == [NAME]
    assert store.blocks() == ["points/d2/bare/00001"]
    store.finish(NAME, block)
    assert files_of(store.path) == before
    assert store.damaged() == {}
    assert store.repair() == []


def test_any_flipped_bit_is_found(store):
    """One in the middle of each byte of the block, of every file."""
    paths = [path for path in (store.path / NAME).rglob("*") if path.is_file()]
    silent = []
    for path in paths:
        content = path.read_bytes()
        for i in range(0, len(content), 1 if len(content) < 200 else 37):
            path.write_bytes(content[:i] + bytes([content[i] ^ 8]) + content[i + 1 :])
            if not store.damaged() and not same_as_written(store):
                silent.append((path, i))
        path.write_bytes(content)
    assert silent == []
    assert len(paths) == 13


def same_as_written(store):
    """Tell whether a change was of no consequence, such as white space."""
    back = store.read(NAME)
    stamps = ("block", "schema_version", "provenance")
    whole = back.attrs["block"] == NAME
    for stamp in stamps:
        del back.attrs[stamp]
    return whole and back.identical(block())


def test_several_damaged_files_are_all_named(store):
    lose(store.path / NAME / "rho" / "c.0.0")
    cut(store.path / NAME / "left" / "c.0")
    assert store.damaged()[NAME] == ["rho/c.0.0 is missing", "left/c.0 has changed"]


def test_a_block_that_lost_its_name_is_not_computed_over(store):
    lose(store.path / NAME / "zarr.json")
    assert not store.has(NAME)
    for see in (store.blocks, lambda: store.finish(NAME, block)):
        with pytest.raises(StudyDamaged, match=r"zarr\.json is missing or cannot"):
            see()


def test_a_block_that_is_gone_is_only_unfinished(store):
    for path in sorted((store.path / NAME).rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    assert store.damaged() == {}
    store.write(NAME, block())
    assert store.has(NAME)


def test_a_group_that_cannot_be_read_is_written_again(store):
    before = files_of(store.path)
    for group in (".", "points/d2"):
        cut(store.path / group / "zarr.json")
    assert sorted(store.repair()) == [".", "points/d2"]
    assert files_of(store.path) == before


def test_other_versions_do_not_delete_what_they_could_not_make_again(
    store, monkeypatch
):
    cut(store.path / NAME / "rho" / "c.0.0")
    found = {**store_module.versions(), "numpy": "9.0"}
    monkeypatch.setattr(store_module, "versions", lambda: found)
    with pytest.raises(StudyMismatch, match="numpy"):
        store.repair()
    assert (store.path / NAME / "rho" / "c.0.0").exists()


@pytest.mark.parametrize("harm", [cut, flip, empty])
def test_a_damaged_checkpoint_is_found_and_dropped(store, harm):
    store.save_checkpoint("trained/0", {"x": np.arange(50.0)})
    harm(store.checkpoint_path("trained/0"))
    with pytest.raises(StudyDamaged, match=r"checkpoint `0\.npz` .* starts that block"):
        store.load_checkpoint("trained/0")
    assert store.repair() == ["checkpoints/trained/0"]
    assert store.load_checkpoint("trained/0") is None


# Damage to study.json


@pytest.mark.parametrize("harm", [cut, empty, lose])
def test_a_lost_study_json_is_written_again_from_a_block(store, harm):
    record = json.loads((store.folder / "study.json").read_text())
    before = files_of(store.path)
    store.close()
    harm(store.folder / "study.json")
    with pytest.raises(StudyMismatch, match=r"holds 'study|no study\.json .* Repair"):
        Store(store.folder, SETTINGS)
    with Store(store.folder, SETTINGS, repair=True) as mended:
        assert files_of(mended.path) == before
    again = json.loads((store.folder / "study.json").read_text())
    assert {key: again[key] for key in record} == record
    Store(store.folder, SETTINGS).close()


def test_a_changed_setting_in_study_json_is_found_and_mended(store):
    store.close()
    path = store.folder / "study.json"
    path.write_text(path.read_text().replace('"seed": 1', '"seed": 3'))
    with pytest.raises(StudyDamaged, match=r"has changed\. Repair"):
        open_tree(store.folder)
    with Store(store.folder, SETTINGS, repair=True) as mended:
        assert mended.blocks() == [NAME, "points/d2/bare/00001"]


def test_repair_takes_no_study_for_another(store):
    store.close()
    other = {**SETTINGS, "seed": 2}
    with pytest.raises(StudyMismatch, match="`seed` is 1 there and 2 here"):
        Store(store.folder, other, repair=True)
    lose(store.folder / "study.json")
    before = files_of(store.folder)
    with pytest.raises(StudyMismatch, match=r"no whole block is one of these settings"):
        Store(store.folder, other, repair=True)
    assert files_of(store.folder) == before
    with Store(store.folder, SETTINGS, repair=True) as mended:
        assert mended.damaged() == {}


# The files themselves


@pytest.mark.parametrize("name", ARRAYS)
def test_zarr_reads_what_is_written(tmp_path, name):
    """Independent of how oqnn reads."""
    array = ARRAYS[name]
    dims = tuple("abc"[: array.ndim])
    write_dataset(xr.Dataset({"x": (dims, array, {"u": "1/t"})}), tmp_path / "z")
    raw = xr.open_zarr(
        tmp_path / "z", consolidated=False, chunks=None, mask_and_scale=False
    )
    back = raw.x.values
    if array.dtype.kind == "U":
        assert back.tolist() == array.tolist()
    else:
        assert (back.dtype, back.tobytes()) == (array.dtype, array.tobytes())
    assert raw.x.attrs == {"u": "1/t"}


def test_what_xarray_wrote_is_read(tmp_path):
    """As folders written without digests are."""
    dataset = block().assign_coords(label=("row", ["a", "b", "cc"]))
    dataset.attrs = {"convention": "ħ = 1"}
    plain = dataset.assign(
        error=dataset.error.astype(np.dtypes.StringDType())
    ).assign_coords(label=dataset.label.astype(np.dtypes.StringDType()))
    encoding = {name: {"_FillValue": None} for name in plain.variables}
    plain.to_zarr(tmp_path / "z", consolidated=False, zarr_format=3, encoding=encoding)
    back = read_dataset(tmp_path / "z")
    xr.testing.assert_identical(back, dataset[sorted(dataset)])
    assert datasets.damaged_files(tmp_path / "z") == []
    cut(tmp_path / "z" / "rho" / "c" / "0" / "0")
    assert "rho cannot be read" in datasets.damaged_files(tmp_path / "z")[0]


def test_all_files_are_on_the_disk_before_the_block_is_there(store, monkeypatch):
    """A power cut leaves blocks whole: each file and folder synced, the last name
    after them, and no more than that.
    """
    real_sync, real_rename, seen = datasets.sync, os.rename, []

    def sync(path):
        seen.append(path.relative_to(store.folder / ".partial" / "block"))
        real_sync(path)

    def rename(source, target):
        seen.append("renamed")
        real_rename(source, target)

    monkeypatch.setattr(datasets, "sync", sync)
    monkeypatch.setattr(os, "rename", rename)
    store.write("points/d2/bare/00002", block())
    folder = store.path / "points/d2/bare/00002"
    written = {path.relative_to(folder) for path in [folder, *folder.rglob("*")]}
    assert seen[-1] == "renamed"
    assert len(seen) == len(written) + 1
    assert set(seen[:-1]) == written


@pytest.mark.parametrize("name", ["a/b", "..", "zarr.json"])
def test_names_that_no_folder_can_have_are_refused(store, name):
    with pytest.raises(ValueError, match="names that folders can have"):
        store.write("a", xr.Dataset({name: ("point", [1.0])}))


def test_coordinates_with_spaces_are_refused(store):
    dataset = xr.Dataset({"x": ("k", [1.0])}, coords={"a b": ("k", [2.0])})
    with pytest.raises(ValueError, match="coordinates names without spaces"):
        store.write("a", dataset)


def test_arrays_along_other_axes_are_left_unread(tmp_path):
    """Even where they are damaged: nobody looked."""
    dataset = xr.Dataset(
        {"a": ("x", [1.0, 2.0]), "b": (("x", "y"), np.ones((2, 3))), "c": 4.0},
        coords={"y": [0.0, 1.0, 2.0], "label": ("x", ["p", "q"])},
    )
    write_dataset(dataset, tmp_path / "z")
    (tmp_path / "z" / "b" / "c.0.0").write_bytes(b"")
    back = read_dataset(tmp_path / "z", within=("x",))
    xr.testing.assert_identical(back, dataset[["a", "c"]])
    with pytest.raises(StudyDamaged, match=r"b/c\.0\.0 has changed"):
        read_dataset(tmp_path / "z", within=("x", "y"))
