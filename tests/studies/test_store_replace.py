"""A block or a whole study put in place of another: the old or the new, never less."""

import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from oqnn.studies import NoSpaceError, Store, StudyMismatch
from oqnn.studies import store as store_module

SETTINGS = {"seed": 1, "environment": {"h": [2.0, 4.0]}}


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "out", SETTINGS) as opened:
        opened.write("points/d2/bare/00000", block(1.0))
        opened.write("points/d2/bare/00001", block(5.0))
        yield opened


def block(value):
    rho = value * np.array([[1j, 2.5, 0], [0.5, 1, -1j]])
    error = ["", "it did not converge"]
    return xr.Dataset(
        {"rho": (("point", "row"), rho), "error": ("point", error)},
        coords={"point": [4, 9], "environment.h": ("point", [0.1, 0.7])},
    )


def value_of(store, name="points/d2/bare/00000"):
    return store.read(name).rho.values[0, 0].imag


# Blocks


def test_a_block_is_replaced_and_nothing_else(store):
    store.replace_block("points/d2/bare/00000", block(3.0))
    assert value_of(store) == 3
    assert value_of(store, "points/d2/bare/00001") == 5
    assert store.read("points/d2/bare/00000").attrs["block"] == "points/d2/bare/00000"
    store.replace_block("points/d2/bare/00000", block(4.0))
    assert value_of(store) == 4
    assert store.blocks() == ["points/d2/bare/00000", "points/d2/bare/00001"]


def test_only_a_finished_block_is_replaced(store):
    with pytest.raises(KeyError, match="'points/d2/bare/00002' is not finished"):
        store.replace_block("points/d2/bare/00002", block(1.0))


def test_who_reads_while_a_block_is_replaced_sees_one_of_the_two(store, monkeypatch):
    """Replaced after the first of its files was read: those of both do not match."""
    real, calls = Path.read_bytes, []

    def read_bytes(path):
        content = real(path)
        if path.parent.name == "00000" and not calls:
            calls.append(path)
            store.replace_block("points/d2/bare/00000", block(3.0))
        return content

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    assert value_of(store) == 3
    assert calls


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError(errno.ENOSPC, "full")])
def test_a_replacement_that_stops_keeps_the_old_block(store, monkeypatch, which, stop):
    """Stopped at the first and at the second of its two renames."""
    real, calls = os.rename, []

    def rename(*paths):
        calls.append(paths)
        if len(calls) == which + 1:
            raise stop
        real(*paths)

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", rename)
        kind = NoSpaceError if isinstance(stop, OSError) else KeyboardInterrupt
        with pytest.raises(kind):
            store.replace_block("points/d2/bare/00000", block(3.0))
    assert value_of(store) == 1
    store.replace_block("points/d2/bare/00000", block(3.0))
    assert value_of(store) == 3


def test_a_kill_between_the_two_renames_brings_the_old_block_back(store):
    """As a kill would leave it: the old block is aside, the new one not in place."""
    aside = store.folder / ".partial" / "replaced" / "points" / "d2" / "bare"
    aside.mkdir(parents=True)
    os.rename(store.path / "points/d2/bare/00000", aside / "00000")
    store.close()
    with Store(store.folder, SETTINGS) as again:
        assert value_of(again) == 1


def test_a_kill_after_the_two_renames_keeps_the_new_block(store):
    aside = store.folder / ".partial" / "replaced" / "points" / "d2" / "bare"
    aside.mkdir(parents=True)
    os.rename(store.path / "points/d2/bare/00000", aside / "00000")
    store.write("points/d2/bare/00000", block(3.0))
    store.close()
    with Store(store.folder, SETTINGS) as again:
        assert value_of(again) == 3


# Studies


def test_another_study_is_replaced_only_when_told(store):
    store.save_checkpoint("bare", {"x": np.zeros(2)})
    store.log("begun")
    store.close()
    other = {**SETTINGS, "seed": 2}
    with pytest.raises(StudyMismatch, match=r"same settings, or replace the study\."):
        Store(store.folder, other)
    with Store(store.folder, other, replace=True) as new:
        assert new.blocks() == []
        assert new.read_log() == []
        assert new.load_checkpoint("bare") is None
        assert not any((new.folder / ".partial").iterdir())
        new.write("points/d2/bare/00000", block(2.0))
    Store(store.folder, other).close()
    with pytest.raises(StudyMismatch, match="`seed` is 2 there and 1 here"):
        Store(store.folder, SETTINGS)


def test_the_same_study_is_gone_on_with(store):
    store.close()
    with Store(store.folder, SETTINGS, replace=True) as same:
        assert value_of(same) == 1


def test_a_study_of_other_versions_is_replaced_when_told(store, monkeypatch):
    store.close()
    monkeypatch.setattr(store_module, "versions", lambda: {**real, "numpy": "9.0"})
    real = json.loads((store.folder / "study.json").read_text())["versions"]
    with Store(store.folder, SETTINGS) as same, pytest.raises(StudyMismatch):
        same.write("a", block(1.0))
    with Store(store.folder, SETTINGS, replace=True) as new:
        assert new.blocks() == []
        new.write("a", block(1.0))


@pytest.mark.parametrize("version", [2, 0])
def test_a_study_of_another_schema_says_what_to_do(store, version):
    store.close()
    path = store.folder / "study.json"
    record = json.loads(path.read_text())
    path.write_text(json.dumps({**record, "schema_version": version}))
    remedy = {2: "A newer oqnn wrote it: update", 0: "Use the oqnn that wrote it"}
    with pytest.raises(StudyMismatch, match=remedy[version]):
        Store(store.folder, SETTINGS)
    with Store(store.folder, SETTINGS, replace=True) as new:
        assert new.blocks() == []


def test_other_things_are_not_replaced(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(StudyMismatch, match=r"holds 'thesis\.tex'"):
        Store(tmp_path, SETTINGS, replace=True)


@pytest.mark.parametrize("step", range(4))
def test_a_replaced_study_that_stops_halfway_is_one_of_the_two(
    store, monkeypatch, step
):
    """Stopped at any move: what is left opens under the old or the new settings."""
    store.save_checkpoint("bare", {"x": np.zeros(2)})
    store.log("begun")
    store.close()
    moves = {"rename": os.rename, "replace": os.replace}
    calls = []

    def move(name, *paths):
        calls.append(name)
        if len(calls) == step + 1:
            raise KeyboardInterrupt
        moves[name](*paths)

    other = {**SETTINGS, "seed": 2}
    with monkeypatch.context() as patch:
        for name in moves:
            patch.setattr(os, name, lambda *p, name=name: move(name, *p))
        with pytest.raises(KeyboardInterrupt):
            Store(store.folder, other, replace=True)
    Store(store.folder, SETTINGS).close()
    with Store(store.folder, other, replace=True) as new:
        assert new.blocks() == []
