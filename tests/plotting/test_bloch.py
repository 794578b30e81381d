"""Paths in the Bloch ball."""

from itertools import pairwise

import numpy as np
import pytest

from oqnn.plotting import bloch_trajectories
from oqnn.plotting.bloch import seen

PAULI = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])


def states_of(vectors: np.ndarray) -> np.ndarray:
    """ρ = (1 + r·σ)/2."""
    return 0.5 * (np.eye(2) + np.einsum("...a,aij->...ij", vectors, PAULI))


def dots_of(axes) -> np.ndarray:
    """Where marks are, start and end of each path."""
    dots = [line.get_xydata()[0] for line in axes.lines if line.get_marker() == "o"]
    return np.array(dots)


def test_picture_is_a_rotation_of_the_ball():
    """Right, upward and towards the eye are orthonormal and right-handed."""
    flat, near = seen(np.eye(3))
    turned = np.column_stack([flat, near])
    np.testing.assert_allclose(turned @ turned.T, np.eye(3), atol=1e-15)
    assert np.linalg.det(turned) == pytest.approx(1, abs=1e-14)
    up, right = flat[2], flat[1]
    assert up[0] == pytest.approx(0, abs=1e-15)
    assert up[1] > 0.9
    assert right[0] > 0.9
    assert near[0] > 0.8


def test_paths_start_and_end_where_the_states_do():
    rng = np.random.default_rng(62)
    vectors = rng.normal(size=(2, 6, 3))
    vectors *= 0.9 / np.linalg.norm(vectors, axis=-1, keepdims=True)
    figure = bloch_trajectories({"learning": states_of(vectors)})
    (first, second) = dots_of(figure.axes[0])[2:], dots_of(figure.axes[0])[:2]
    np.testing.assert_allclose(first, seen(vectors[0, [0, -1]])[0], atol=1e-14)
    np.testing.assert_allclose(second, seen(vectors[1, [0, -1]])[0], atol=1e-14)


def test_path_is_drawn_whole_and_paler_behind():
    angle = np.linspace(0, 2 * np.pi, 73)
    circle = np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=-1)
    figure = bloch_trajectories({"learning": states_of(0.8 * circle)})
    flat, near = seen(0.8 * circle)
    runs = [line for line in figure.axes[0].lines if line.get_linewidth() == 1.4]
    drawn = {tuple(map(tuple, np.round(run.get_xydata(), 9))) for run in runs}
    segments = {(a, b) for run in drawn for a, b in pairwise(run)}
    flat = [tuple(point) for point in np.round(flat, 9)]
    assert segments == set(pairwise(flat))
    for run in runs:
        middle = run.get_xydata()[len(run.get_xydata()) // 2]
        k = int(np.abs(np.array(flat) - middle).sum(axis=1).argmin())
        assert (min(run.get_color()) > 0.3) == (near[k] < 0)


def test_materials_have_balls_in_rows():
    still = states_of(np.zeros((1, 3)))
    figure = bloch_trajectories({str(k): still for k in range(5)}, columns=3)
    assert [axes.get_visible() for axes in figure.axes] == [True] * 5 + [False]
    assert [axes.get_title() for axes in figure.axes[:5]] == list("01234")


def test_refusals():
    with pytest.raises(ValueError, match=r"must have shape \(t, 2, 2\)"):
        bloch_trajectories({"bare": np.eye(3)[None] / 3})
    with pytest.raises(ValueError, match=r"a Bloch vector has length 1\.2"):
        bloch_trajectories({"bare": states_of(np.array([[0.0, 0.0, 1.2]]))})
    with pytest.raises(ValueError, match="finite"):
        bloch_trajectories({"bare": np.full((1, 2, 2), np.nan)})
