"""Colours, and that no global state of matplotlib is touched."""

import json
import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest

from oqnn.plotting import drive, material_colours
from oqnn.plotting.style import MATERIALS


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


# Machado, Oliveira and Fernandes, IEEE TVCG 15, 1291 (2009), severity 1, linear RGB.
WITHOUT = {
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def lab_of(linear: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of linear sRGB, white D65."""
    to_xyz = [
        [0.4124, 0.3576, 0.1805],
        [0.2126, 0.7152, 0.0722],
        [0.0193, 0.1192, 0.9505],
    ]
    xyz = np.array(to_xyz) @ linear / [0.9505, 1.0, 1.089]
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("eyes", WITHOUT)
def test_colours_of_materials_differ_for_all_eyes(eyes):
    names = ["bare", "plain", "engineered", "xy8", "learning"]
    seen = []
    for colour in material_colours(names).values():
        value = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
        linear = np.where(
            value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4
        )
        seen.append(lab_of(np.clip(np.array(WITHOUT[eyes]) @ linear, 0, 1)))
    gaps = [np.linalg.norm(a - b) for a, b in combinations(seen, 2)]
    assert min(gaps) > 15  # 2 are just told apart


def test_every_material_has_looks_of_its_own():
    assert len(set(MATERIALS.values())) == len(MATERIALS)


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
