"""Colours, and that no global state of matplotlib is touched."""

import json
import subprocess
import sys

import numpy as np

from oqnn.plotting import drive, material_colours


def test_materials_have_one_colour_in_every_picture():
    names = ["bare", "plain", "engineered", "xy8", "learning"]
    together = material_colours(names)
    assert len(set(together.values())) == 5
    for name in names:
        assert material_colours([name]) == {name: together[name]}


def test_other_materials_get_other_colours_in_turn():
    found = material_colours(["mine", "learning", "yours"])
    assert list(found) == ["mine", "learning", "yours"]
    assert len(set(found.values())) == 3
    assert material_colours(["mine", "yours"]) == {
        "mine": found["mine"],
        "yours": found["yours"],
    }


def test_greys_of_the_materials_differ():
    """Luminance in print; close ones are told apart by their line styles."""
    colours = material_colours(["plain", "engineered", "learning"]).values()
    greys = [
        np.dot([int(c[k : k + 2], 16) for k in (1, 3, 5)], [0.299, 0.587, 0.114])
        for c in colours
    ]
    assert np.diff(np.sort(greys)).min() > 20


def test_pictures_leave_pyplot_and_the_settings_alone():
    script = (
        "import json, sys, matplotlib; before = matplotlib.rcParams.copy();"
        "from oqnn.plotting import drive; drive([0, 1], [[0.0], [1.0]]);"
        "same = dict.__eq__(before, matplotlib.rcParams);"
        "print(json.dumps([same, 'matplotlib.pyplot' in sys.modules]))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert json.loads(run.stdout) == [True, False]


def test_arrays_are_not_changed():
    y = np.array([[0.1, -0.3], [0.2, 0.4]])
    before = y.copy()
    drive([0.0, 1.0], y)
    np.testing.assert_array_equal(y, before)
