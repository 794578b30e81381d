"""The study as a whole: its arguments, and what it says while it runs."""

import re

import numpy as np
import pytest
import qutip

import oqnn
from oqnn.studies import StudySettings, run

SMALL = StudySettings(
    materials=["bare", "xy8"], times={"values": [0, 1]}, spikes={"times": 0}
)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"system": qutip.basis(2, 0)}, r"`system` must be a System, but is a Qobj\."),
        (
            {"system": np.eye(2) / 2},
            r"`system` must be a System, but is a ndarray\. Make one with System\(",
        ),
        (
            {"settings": {"seed": 1}},
            r"`settings` must be StudySettings, but is a dict\. Make them with",
        ),
        (
            {"materials": "plain"},
            r"`materials` must be a list .* text 'plain'\. Write \['plain'\]\.",
        ),
    ],
)
def test_arguments_of_another_kind_are_refused(arguments, sentence, tmp_path):
    with pytest.raises(TypeError, match=sentence):
        oqnn.compare(**arguments, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_each_new_block_is_reported_once(tmp_path, capsys):
    run(SMALL, tmp_path / "out", progress=True)
    said = capsys.readouterr()
    assert said.out == ""
    timed = [re.fullmatch(r"(\S+) +\d+\.\d s", line) for line in said.err.splitlines()]
    kinds = ("bare", "xy8")
    blocks = [f"{part}/{kind}" for kind in kinds for part in ("trained", "evolution")]
    assert [found[1] for found in timed if found] == blocks
    run(SMALL, tmp_path / "out", progress=True)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("progress", [None, False])
def test_nothing_is_said_without_a_terminal_or_when_silenced(
    tmp_path, capsys, monkeypatch, progress
):
    if progress is False:
        monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    bare = SMALL.replaced({"materials": ["bare"]})
    run(bare, tmp_path / "out", progress=progress)
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "")
