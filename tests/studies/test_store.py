"""The store: what lands, lands whole; what is refused, is refused in a sentence."""

import contextlib
import errno
import json
import os
import platform
import re
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from studies import fake_study

from oqnn._core import interrupts
from oqnn.studies import (
    NoSpaceError,
    Store,
    StudyBusy,
    StudyMismatch,
    layout,
    lock,
    open_tree,
    provenance,
)
from oqnn.studies import store as store_module

SETTINGS = {"seed": 1, "learning": {"epochs": 3, "tau": 0.1}}
ODD_NANS = np.array([0x7FF8000000000123, 0xFFF8000000000000], np.uint64).view(float)
ARRAYS = {
    "complex": np.array([[1 + 2j, complex(-0.0, 0.0), np.nan - 1j], [0, 1j, -np.inf]]),
    "complex64": np.array([1 + 2j, complex(0.0, -0.0)], np.complex64),
    "negative zero": np.full((2, 3), -0.0),
    "nan": ODD_NANS,
    "zero": np.zeros(4),
    "float32": np.array([1, np.nan, np.inf], np.float32),
    "integers": np.array([[-1], [2]], np.int8),
    "unsigned": np.array([2**64 - 1, 0], np.uint64),
    "flags": np.array([True, False, True]),
    "scalar": np.array(0.1),
    "empty": np.zeros((0, 3)),
    "words": np.array([["plain", "", "ħ"], ["xy8", "learning", "a"]]),
    "no words": np.zeros((0, 2), "<U1"),
}


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "out", SETTINGS) as opened:
        yield opened


def some_dataset():
    return xr.Dataset(
        {"rho": (("time", "row"), np.array([[1j, 2.5], [0, 1], [-1, 3 - 1j]]))},
        coords={"time": [0.0, 0.3, 1.0], "row": ["up", "dn"], "seed": 7},
        attrs={"convention": "ħ = 1", "list": [1, 2.5, "x"], "none": None},
    )


def files_of(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def without_commit(files):
    """Drop the commit, which differs if someone commits while the tests run, and the
    digest of the file that holds it.
    """
    pattern = rb'\\"commit\\":\\"[0-9a-f]+(\+changes)?\\",|"zarr.json": "[0-9a-f]+"'
    return {name: re.sub(pattern, b"", content) for name, content in files.items()}


# What is written is what is read


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_return_bit_for_bit(store, name):
    array = ARRAYS[name]
    dims = tuple("abc"[: array.ndim])
    store.write("block", xr.Dataset({"x": (dims, array, {"unit": "1/time"})}))
    back = store.read("block").x
    assert (back.dtype, back.shape, back.dims) == (array.dtype, array.shape, dims)
    assert back.values.tobytes() == array.tobytes()
    assert back.attrs == {"unit": "1/time"}


def test_coordinates_and_attributes_return(store):
    dataset = some_dataset()
    store.write("evolution/learning", dataset)
    back = store.read("evolution/learning")
    stamp = {key: back.attrs.pop(key) for key in ("block", "schema_version")}
    origin = json.loads(back.attrs.pop("provenance"))
    xr.testing.assert_identical(back, dataset)
    assert stamp == {"block": "evolution/learning", "schema_version": 1}
    assert origin["settings"] == SETTINGS
    assert set(dataset.attrs) == {"convention", "list", "none"}  # argument untouched


def test_values_are_stored_as_they_are(store):
    """Neither an encoding left from another file nor attributes that some readers
    take for one change them.
    """
    dataset = xr.Dataset({"x": ("a", [0.123, 4.5], {"scale_factor": 2.0})})
    dataset["y"] = ("a", [1.0, 2.0], {"units": "days since 2000-01-01"})
    dataset.y.encoding = {"dtype": "int8", "scale_factor": 3.0}
    store.write("block", dataset)
    back = store.read("block")
    assert back.x.values.tolist() == [0.123, 4.5]
    assert back.x.attrs == {"scale_factor": 2.0}
    assert back.y.values.tolist() == [1.0, 2.0]
    assert back.y.attrs == {"units": "days since 2000-01-01"}


def test_big_endian_numbers_keep_their_values(store):
    store.write("block", xr.Dataset({"x": ("a", np.array([1.5, 2.0], ">f8"))}))
    assert store.read("block").x.values.tolist() == [1.5, 2.0]


def test_tree_holds_all_blocks_and_opens_with_xarray_alone(store):
    store.write("spikes/plain/003", some_dataset())
    store.write("spikes/learning", some_dataset() * 2)
    assert store.blocks() == ["spikes/learning", "spikes/plain/003"]
    tree = store.tree()
    assert json.loads(tree.attrs["settings"]) == SETTINGS
    np.testing.assert_array_equal(
        tree["spikes/learning"].rho, 2 * tree["spikes/plain/003"].rho
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with xr.open_datatree(store.path, engine="zarr", consolidated=False) as raw:
            assert raw["spikes/plain/003"].rho.sel(row="dn").dtype == complex
            assert json.loads(raw.attrs["settings"]) == SETTINGS


def test_nothing_stored_names_machine_path_or_time(store):
    store.write("block", some_dataset())
    text = b"".join(files_of(store.path).values()).decode(errors="replace")
    for word in (platform.node(), str(Path.cwd()), str(store.folder)):
        assert word not in text
    assert provenance.provenance(SETTINGS) == provenance.provenance(SETTINGS)
    assert "seeds" in provenance.provenance(SETTINGS, seeds={"plain": [1, 2]})


def test_settings_have_one_fingerprint():
    settings = {"b": 1, "a": {"d": np.float64(0.5), "c": (1, 2)}}
    same = {"a": {"c": [1, 2], "d": 0.5}, "b": 1}
    assert provenance.fingerprint(settings) == provenance.fingerprint(same)
    assert provenance.fingerprint({**same, "b": 2}) != provenance.fingerprint(same)
    with pytest.raises(TypeError, match=r"JSON can hold, but .* is a set"):
        provenance.fingerprint({"a": {1}})


# Whole or not at all


def test_finish_computes_once_and_returns_what_is_on_disk(store):
    calls = []

    def compute():
        calls.append(1)
        return some_dataset()

    first, again = (store.finish("a", compute) for _ in range(2))
    assert len(calls) == 1
    xr.testing.assert_identical(first, again)
    assert "provenance" in first.attrs
    assert [entry["block"] for entry in store.read_log()] == ["a"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError(errno.EIO, "broken")])
def test_a_write_that_stops_before_the_end_leaves_nothing(store, monkeypatch, stop):
    store.write("a/0", some_dataset())
    before = files_of(store.path)

    def fail(*_):
        raise stop

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", fail)
        with pytest.raises(type(stop) if isinstance(stop, OSError) else stop):
            store.write("a/1", some_dataset())
    assert files_of(store.path) == before
    assert not any((store.folder / ".partial").iterdir())
    store.write("a/1", some_dataset())
    assert store.blocks() == ["a/0", "a/1"]


def test_leftovers_of_a_kill_are_cleared(store):
    store.write("a/0", some_dataset())
    (store.folder / ".partial" / "block").mkdir()
    (store.path / "a" / "1").mkdir()  # a group that was to hold blocks
    store.close()
    with Store(store.folder, SETTINGS) as again:
        assert again.blocks() == ["a/0"]
        again.write("a/1/0", some_dataset())
        assert again.blocks() == ["a/0", "a/1/0"]


@pytest.mark.parametrize("call", ["write_bytes", "mkdir"])
@pytest.mark.parametrize("last", [0, 1, 3])
def test_a_full_disk_keeps_finished_blocks(store, monkeypatch, call, last):
    """At the first file or folder, and at later ones."""
    store.write("a/0", some_dataset())
    before = files_of(store.path)
    real, calls = getattr(Path, call), []

    def fill(path, *arguments, **options):
        if "block" in path.parts:
            calls.append(path)
        if len(calls) > last:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(path, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Path, call, fill)
        with pytest.raises(NoSpaceError, match=r"block `a/1` .* no space is left"):
            store.write("a/1", some_dataset())
    assert files_of(store.path) == before
    assert not any((store.folder / ".partial").iterdir())
    store.write("a/1", some_dataset())


def test_a_full_disk_that_shows_only_when_synced_keeps_finished_blocks(
    store, monkeypatch
):
    store.write("a/0", some_dataset())
    before = files_of(store.path)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(NoSpaceError, match=r"block `a/1` .* no space is left"):
            store.write("a/1", some_dataset())
    assert files_of(store.path) == before
    assert not any((store.folder / ".partial").iterdir())


def test_a_full_disk_keeps_the_last_checkpoint(store, monkeypatch):
    store.save_checkpoint("a", {"x": np.arange(3)})

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(NoSpaceError, match=r"checkpoint `a` .* no space is left"):
            store.save_checkpoint("a", {"x": np.arange(5)})
    np.testing.assert_array_equal(store.load_checkpoint("a")["x"], np.arange(3))
    assert not any((store.folder / ".partial").iterdir())


def test_a_full_disk_at_the_start_frees_the_lock(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(NoSpaceError, match="The study could not be saved"):
            Store(tmp_path / "out", SETTINGS)
    Store(tmp_path / "out", SETTINGS).close()


def test_a_folder_that_cannot_be_written_is_refused(tmp_path, monkeypatch):
    def read_only(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", read_only)
    with pytest.raises(PermissionError, match=r"cannot be written \(Read-only file"):
        Store(tmp_path / "out", SETTINGS)


def test_a_folder_that_the_system_cannot_make_is_refused(tmp_path, monkeypatch):
    def no_entry(*_, **__):
        raise OSError(errno.ENOENT, "No such file or directory")

    monkeypatch.setattr(Path, "mkdir", no_entry)
    with pytest.raises(PermissionError, match=r"cannot be written \(No such file or"):
        Store(tmp_path / "out", SETTINGS)


def test_a_folder_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(PermissionError, match=r"cannot be written \(Not a directory"):
        Store(tmp_path / "file" / "out", SETTINGS)


# Checkpoints and log


def test_checkpoints_return_bit_for_bit_and_are_replaced(store):
    arrays = {"file": ARRAYS["complex"], "a/b": ARRAYS["nan"], "n": np.array(3)}
    assert store.load_checkpoint("learning/0") is None
    store.save_checkpoint("learning/0", {"old": np.zeros(2)})
    store.save_checkpoint("learning/0", arrays)
    back = store.load_checkpoint("learning/0")
    assert {k: (v.dtype, v.shape, v.tobytes()) for k, v in back.items()} == {
        k: (v.dtype, v.shape, v.tobytes()) for k, v in arrays.items()
    }
    assert store.checkpoint_path("learning/0").is_relative_to(store.folder)
    assert not store.checkpoint_path("learning/0").is_relative_to(store.path)
    store.drop_checkpoint("learning/0")
    store.drop_checkpoint("learning/0")
    assert store.load_checkpoint("learning/0") is None


def test_checkpoints_of_objects_are_refused(store):
    with pytest.raises(TypeError, match="`x` must hold numbers, but holds objects"):
        store.save_checkpoint("a", {"x": np.array([{}, None])})


def test_a_line_that_a_kill_cut_short_is_left_out_of_the_log(store):
    store.log("first", cost=np.float64(0.5), bad=float("nan"))
    with open(store.folder / "log.jsonl", "a") as file:
        file.write('{"event": "torn')
    store.log("second")
    assert [entry["event"] for entry in store.read_log()] == ["first", "second"]
    assert store.read_log()[0]["time"]


# Interrupted, or killed, and resumed


def test_an_interrupt_that_was_lost_stops_the_study_after_its_block(store):
    """As if a callback had swallowed it: what was computed is kept."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def compute():
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        return some_dataset()

    def run():
        with interrupts.remembered():
            store.finish("a", compute)
            pytest.fail("it went on")

    try:
        with pytest.raises(KeyboardInterrupt):
            run()
    finally:
        signal.signal(signal.SIGINT, before)
    assert store.blocks() == ["a"]


@pytest.mark.slow
def test_a_killed_run_resumes_to_the_same_bytes(tmp_path):
    """SIGKILL inside the third block, once a checkpoint of it is on disk; the lock
    dies with its process, finished blocks are not computed again, and every file of
    the dataset equals that of a run that nothing disturbed.
    """
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    script = Path(fake_study.__file__)
    child = subprocess.Popen([sys.executable, str(script), str(killed)])
    try:
        deadline = time.monotonic() + 30
        while not (killed / "checkpoints" / "map-002.npz").exists():
            assert time.monotonic() < deadline
            assert child.poll() is None
            time.sleep(0.005)
        with pytest.raises(StudyBusy, match=f"process {child.pid} is writing"):
            Store(killed, fake_study.SETTINGS)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    with Store(killed, fake_study.SETTINGS) as store:
        assert store.blocks() == fake_study.BLOCKS[:2]
        assert len(store.load_checkpoint("map-002")["path"]) == 6
    finished = files_of(killed / "study.zarr" / "maps" / "001")

    fake_study.run(None, killed)
    fake_study.run(None, whole)

    one, other = (files_of(folder / "study.zarr") for folder in (killed, whole))
    assert without_commit(one) == without_commit(other)
    assert files_of(killed / "study.zarr" / "maps" / "001") == finished
    with Store(killed, fake_study.SETTINGS) as store:
        logged = [entry["block"] for entry in store.read_log()]
    assert logged == fake_study.BLOCKS


# Refusals


def test_other_settings_are_refused_by_name(store):
    store.close()
    other = {"seed": 2, "learning": {"epochs": 4, "tau": 0.1, "new": "x"}}
    with pytest.raises(
        StudyMismatch,
        match=r"other settings: `learning.epochs` is 3 there and 4 here, "
        r'`learning.new` is absent there and "x" here, '
        r"`seed` is 1 there and 2 here\. Choose",
    ):
        Store(store.folder, other)
    with pytest.raises(StudyMismatch, match="and 1 more differ"):
        Store(store.folder, {**other, "more": 1})
    Store(store.folder, SETTINGS).close()


def test_another_schema_is_refused(store):
    store.close()
    record = json.loads((store.folder / "study.json").read_text())
    (store.folder / "study.json").write_text(
        json.dumps({**record, "schema_version": 2})
    )
    with pytest.raises(StudyMismatch, match="schema version 1, but its version is 2"):
        Store(store.folder, SETTINGS)


@pytest.fixture
def other_versions(monkeypatch):
    """Pretend that NumPy and a package that computes nothing were updated."""
    found = {**provenance.versions(), "numpy": "9.0", "zarr": "9.1"}
    monkeypatch.setattr(store_module, "versions", lambda: found)


def test_an_unfinished_study_goes_on_with_the_same_versions_only(store, other_versions):
    """Whatever computes a number of the study must be what computed the others."""
    store.close()
    with Store(store.folder, SETTINGS) as again:
        before = files_of(store.folder)
        numpy = re.escape(np.__version__)
        match = rf"unfinished study .*: numpy is {numpy} there and 9\.0 here\. Finish"
        with pytest.raises(StudyMismatch, match=match):
            again.finish("a", lambda: pytest.fail("it computes"))
        with pytest.raises(StudyMismatch, match="numpy"):
            again.write("a", some_dataset())
        with pytest.raises(StudyMismatch, match="numpy"):
            again.save_checkpoint("a", {"x": np.zeros(2)})
    assert files_of(store.folder) == before


def test_a_finished_study_opens_under_other_versions(store, monkeypatch):
    first = store.finish("a", some_dataset)
    store.close()
    found = dict.fromkeys(provenance.versions(), "9.0")
    monkeypatch.setattr(store_module, "versions", lambda: found)
    with Store(store.folder, SETTINGS) as again:
        xr.testing.assert_identical(
            again.finish("a", lambda: pytest.fail("it computes")), first
        )


def test_versions_that_were_not_noted_are_unknown(store):
    store.close()
    record = json.loads((store.folder / "study.json").read_text())
    del record["versions"]
    (store.folder / "study.json").write_text(json.dumps(record))
    with (
        Store(store.folder, SETTINGS) as again,
        pytest.raises(StudyMismatch, match="oqnn is unknown there and"),
    ):
        again.finish("a", some_dataset)


def test_another_commit_goes_on_and_each_block_says_which(tmp_path, monkeypatch):
    for name in "ab":
        for module in (store_module, provenance):
            monkeypatch.setattr(module, "commit", lambda name=name: name * 40)
        with Store(tmp_path / "out", SETTINGS) as store:
            store.finish(name, some_dataset)
    tree = open_tree(tmp_path / "out")
    for name in "ab":
        assert json.loads(tree[name].attrs["provenance"])["commit"] == name * 40
    record = json.loads((tmp_path / "out" / "study.json").read_text())
    assert record["commit"] == "a" * 40
    assert record["versions"] == provenance.versions()


def test_a_folder_with_other_things_is_refused_and_untouched(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(StudyMismatch, match=r"holds 'thesis\.tex'\. Choose another"):
        Store(tmp_path, SETTINGS)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]
    with pytest.raises(StudyMismatch, match="must be a folder, but is a file"):
        Store(tmp_path / "thesis.tex", SETTINGS)
    with pytest.raises(StudyMismatch, match=r"no study\.json that can be read"):
        open_tree(tmp_path)


def test_a_second_run_is_refused(store):
    with pytest.raises(StudyBusy, match=f"process {os.getpid()} is writing"):
        Store(store.folder, SETTINGS)


def test_blocks_do_not_overwrite_or_nest(store):
    store.write("a/b", some_dataset())
    with pytest.raises(ValueError, match="'a/b' is finished"):
        store.write("a/b", some_dataset())
    for name in ("a/b/c", "a"):
        with pytest.raises(ValueError, match=f"hold one, but '{name}' does"):
            store.write(name, some_dataset())
    with pytest.raises(KeyError, match="'c' is not finished"):
        store.read("c")


@pytest.mark.parametrize("name", ["", "/a", "a/", "../a", "a//b", ".a", "a b"])
def test_names_that_are_no_paths_below_the_study_are_refused(store, name):
    with pytest.raises(ValueError, match="`name` must be made of letters"):
        store.write(name, some_dataset())
    with pytest.raises(ValueError, match="`name` must be made of letters"):
        store.checkpoint_path(name)


def test_what_cannot_be_stored_is_refused(store):
    with pytest.raises(TypeError, match=r"`x` must hold booleans.*dtype object"):
        store.write("a", xr.Dataset({"x": ("k", np.array([1, "a"], object))}))
    with pytest.raises(TypeError, match=r"attribute `z` of `x` must be .* a complex"):
        store.write("a", xr.Dataset({"x": ("k", [1.0], {"z": 1j})}))
    assert store.blocks() == []


# Where the kernel has no locks


# a reused process id shows only where the system tells when a process started
STALE = ["", "12", "no number", "\x00", "dead"] + ["reused"] * Path(
    "/proc/self/stat"
).exists()


@pytest.fixture
def without_kernel_locks(monkeypatch):
    monkeypatch.setattr(lock, "fcntl", None)


@pytest.mark.usefixtures("without_kernel_locks")
def test_named_lock_holds_off_a_living_run(store):
    with pytest.raises(StudyBusy, match=r"seems to write .* delete .*\.lock\.pid"):
        Store(store.folder, SETTINGS)
    store.close()
    assert not (store.folder / ".lock.pid").exists()
    Store(store.folder, SETTINGS).close()


@pytest.mark.usefixtures("without_kernel_locks")
@pytest.mark.parametrize("stale", STALE)
def test_named_lock_of_a_dead_run_is_taken_over(tmp_path, stale):
    """Stale: written half, its process gone, or its id given to another process."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    words = {"dead": f"{child.pid} 123\n", "reused": f"{os.getpid()} 123\n"}
    place = tmp_path / ".lock.pid"
    place.write_text(words.get(stale, stale))
    if stale not in words:
        os.utime(place, (0, 0))
    with Store(tmp_path, SETTINGS):
        assert (tmp_path / ".lock.pid").read_text().startswith(f"{os.getpid()} ")


@pytest.mark.usefixtures("without_kernel_locks")
def test_named_lock_that_is_being_written_is_held(tmp_path):
    (tmp_path / ".lock.pid").touch()
    with pytest.raises(StudyBusy, match=r"another process seems to write .* delete"):
        Store(tmp_path, SETTINGS)


def test_disk_errors_of_other_kinds_pass(tmp_path):
    with pytest.raises(OSError, match="broken"), layout.disk_errors(tmp_path, "x"):
        raise OSError(errno.EIO, "broken")
