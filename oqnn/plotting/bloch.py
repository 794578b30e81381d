"""Trajectories of qubits in the Bloch ball."""

from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle
from numpy.typing import ArrayLike

from .._core.checks import check_finite, check_shapes
from ._inputs import as_materials
from .style import (
    BLACK,
    MEDIUM,
    NARROW,
    SMALL,
    THICK,
    THIN,
    entitle,
    material_colours,
    new_figure,
    wrapped,
)

__all__ = ["bloch_trajectories"]

TURN, TILT = np.deg2rad(25.0), np.deg2rad(20.0)  # of the eye: from x to y, and upward
BEHIND = 0.4  # how much of its colour a line keeps behind the middle
LENGTH = 1e-9  # by how much a Bloch vector may be longer than one
POLES = {
    r"$|0\rangle$": (0, 0, 1.17),
    r"$|1\rangle$": (0, 0, -1.2),
    "$x$": (1.45, 0, 0),
    "$y$": (0, 1.25, 0),
}


def bloch_trajectories(states: Any, *, columns: int = 4, label: str = "") -> Figure:
    """Draw paths of a qubit's state in the Bloch ball, a ball a material.

    Seen from the front, a little to the right and above, without perspective: depth is
    shown by paler lines behind the middle of the ball. A ring marks the start and a
    full dot the end of each path.

    Parameters
    ----------
    states : mapping of str to arrays (t, 2, 2) or (seeds, t, 2, 2)
        Or a labelled array with an axis "material". The first seed is drawn thick.
    columns : int, optional
        Balls in a row.
    label : str, optional
        Text under the balls.

    Returns
    -------
    Figure
        An axes a material.

    Raises
    ------
    TypeError
        If `states` has no materials.
    ValueError
        If a state is not one of a qubit, is not finite, or lies outside the ball.
    """
    paths = {
        name: _as_vectors(entry, f"states[{name!r}]")
        for name, entry in as_materials(states, "states").items()
    }
    columns = min(columns, len(paths))
    rows = -(-len(paths) // columns)
    width = max(0.6 * NARROW, 1.75 * columns)
    figure = new_figure(width, (0.45 if label else 0.25) + 1.9 * rows)
    grid = figure.subplots(rows, columns, squeeze=False)
    colours = material_colours(paths)
    for axes, (name, vectors) in zip(grid.flat, paths.items(), strict=False):
        _draw_ball(axes)
        for member in vectors[:0:-1]:
            _draw_path(axes, member, colours[name], THIN)
        _draw_path(axes, vectors[0], colours[name], THICK)
        entitle(axes, name)
    for axes in grid.flat[len(paths) :]:
        axes.set_visible(False)
    if label:
        figure.supxlabel(wrapped(label, width), fontsize=MEDIUM)
    marks = [
        Line2D([], [], ls="", marker="o", ms=5, mfc=face, mec=BLACK, mew=0.8)
        for face in ("white", BLACK)
    ]
    figure.legend(
        marks,
        ["start", "end"],
        loc="outside upper center",
        ncols=2,
        fontsize=SMALL,
        frameon=False,
    )
    return figure


def _as_vectors(entry: Any, name: str) -> np.ndarray:
    """Return Bloch vectors (seeds, t, 3) of states of a qubit."""
    states = np.asarray(entry, dtype=complex)
    states = states[None] if states.ndim == 3 else states
    if states.ndim != 4 or states.shape[2:] != (2, 2) or states.size == 0:
        raise ValueError(
            f"`{name}` must have shape (t, 2, 2) or (seeds, t, 2, 2), but has shape "
            f"{np.shape(entry)}. Trace out parts of the system before drawing."
        )
    check_finite(states, name)
    off, diagonal = states[..., 0, 1], states[..., 0, 0] - states[..., 1, 1]
    vectors = np.stack([2 * off.real, -2 * off.imag, diagonal.real], axis=-1)
    longest = np.linalg.norm(vectors, axis=-1).max()
    if longest > 1 + LENGTH:
        raise ValueError(
            f"`{name}` must be states, but a Bloch vector has length {longest:.6g}."
        )
    return vectors


def seen(vectors: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return where points appear, shape (..., 2), and how near they are, shape (...).

    Orthographic: to the right, upward, and towards the eye are orthonormal.
    """
    vectors = np.asarray(vectors, dtype=float)
    check_shapes(vectors=(vectors.reshape(-1, vectors.shape[-1]), "n 3"))
    towards = np.array(
        [
            np.cos(TILT) * np.cos(TURN),
            np.cos(TILT) * np.sin(TURN),
            np.sin(TILT),
        ]
    )
    right = np.array([-np.sin(TURN), np.cos(TURN), 0.0])
    up = np.cross(towards, right)
    return vectors @ np.stack([right, up], axis=1), vectors @ towards


def _draw_ball(axes: Axes) -> None:
    axes.add_patch(Circle((0, 0), 1, facecolor="0.975", edgecolor="0.5", lw=0.6))
    angle = np.linspace(0, 2 * np.pi, 181)
    zero, c, s = np.zeros_like(angle), np.cos(angle), np.sin(angle)
    for circle in ((c, s, zero), (c, zero, s), (zero, c, s)):
        _draw_line(axes, np.stack(circle, axis=-1), "0.6", 0.4)
    for axis in np.eye(3):
        _draw_line(axes, np.outer([-1.0, 0.0, 1.0], axis), "0.35", 0.5)
    for name, at in POLES.items():
        (x, y), _ = seen(at)
        axes.text(x, y, name, fontsize=SMALL, ha="center", va="center")
    axes.set_aspect("equal")
    axes.set_xlim(-1.28, 1.28)
    axes.set_ylim(-1.28, 1.28)
    axes.set_axis_off()


def _draw_line(axes: Axes, points: np.ndarray, colour: str, width: float) -> None:
    """Draw a line through points, paler where it is behind the middle."""
    flat, near = seen(points)
    front = near[:-1] + near[1:] >= -1e-12  # of each segment
    changes = np.flatnonzero(np.diff(front)) + 1
    ends = [0, *changes.tolist(), len(front)]
    rgb = np.array(to_rgb(colour))
    for first, last in sorted(pairwise(ends), key=lambda run: front[run[0]]):
        shade = rgb if front[first] else BEHIND * rgb + (1 - BEHIND)
        axes.plot(
            *flat[first : last + 1].T,
            color=tuple(shade),
            linewidth=width,
            solid_capstyle="butt",
        )


def _draw_path(axes: Axes, vectors: np.ndarray, colour: str, width: float) -> None:
    if len(vectors) > 1:
        _draw_line(axes, vectors, colour, width)
    flat, _ = seen(vectors)
    size = 4.5 if width > THIN else 3
    for point, face in ((flat[0], "white"), (flat[-1], colour)):
        axes.plot(*point, "o", ms=size, mfc=face, mec=BLACK, mew=0.7, zorder=5)
