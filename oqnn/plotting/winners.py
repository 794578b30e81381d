"""Which of several materials wins where, over two parameters, on grids of any size."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path
from numpy.typing import ArrayLike

from .._core.checks import check_increasing, check_shapes
from .parameters import name_cells
from .style import (
    BLACK,
    NARROW,
    SMALL,
    dress,
    legend_columns,
    material_colours,
    new_figure,
    wrapped,
)

__all__ = ["winners_over_parameters"]

PALE = 0.45  # how much of its colour a cell keeps where the winner is not sure
FILL = 0.75  # and where it is: black borders and hatches stay visible
# Materials differ by hatch too, for print and for eyes that see no colours.
HATCHES = ("", "///", "...", "xx", "\\\\\\", "---", "++", "oo")
UNKNOWN = "0.93"


def winners_over_parameters(
    x: ArrayLike,
    y: ArrayLike,
    winner: ArrayLike,
    names: Sequence[str],
    *,
    decided: ArrayLike | None = None,
    x_label: str = "",
    y_label: str = "",
    value_label: str = "",
) -> Figure:
    """Draw which material wins at each point of a grid, and whether that is sure.

    A winner has its material's colour and a hatch of its own, full where it is decided
    and pale where it only leads. Thick lines part the regions of different winners.
    Points without a winner stay grey.

    Parameters
    ----------
    x : shape (a,)
        First parameter, strictly increasing; cells are equally wide.
    y : shape (b,)
        Second parameter, strictly increasing, from the bottom.
    winner : shape (a, b)
        Integers: an index of `names`, or −1 where nobody wins or is known to.
    names : sequence of str
        At most 8 materials, in the order of the legend.
    decided : shape (a, b), optional
        Bool: the lead is beyond the uncertainty. By default all are.
    x_label, y_label : str, optional
        Of the axes.
    value_label : str, optional
        By what they win; above the legend.

    Returns
    -------
    Figure
        One axes.

    Raises
    ------
    ValueError
        If shapes disagree, x or y do not increase, an index is out of range, or there
        are more than 8 materials or none.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    winner = np.asarray(winner)
    check_shapes(x=(x, "a"), y=(y, "b"), winner=(winner, "a b"))
    check_increasing(x, "x")
    check_increasing(y, "y")
    names = [str(name) for name in names]
    _check_winner(winner, names)
    sure = np.ones(winner.shape, dtype=bool)
    if decided is not None:
        sure = np.asarray(decided, dtype=bool)
        check_shapes(winner=(winner, "a b"), decided=(sure, "a b"))

    height = float(np.clip(2.6 * len(y) / len(x), 1.6, 3.6))
    figure = new_figure(NARROW, 0.9 + height)
    axes = figure.subplots()
    colours = material_colours(names)
    axes.imshow(_cells(winner, sure, [colours[name] for name in names]), origin="lower")
    axes.set_aspect("auto")
    _hatch(axes, winner, len(names))
    _draw_borders(axes, winner)
    dress(axes, x=x_label, y=y_label, grid=False)
    name_cells(axes, x, y)
    _explain(figure, winner, sure, colours, value_label)
    return figure


def _check_winner(winner: np.ndarray, names: list[str]) -> None:
    if not 1 <= len(names) <= len(HATCHES):
        raise ValueError(
            f"`names` must hold 1 to {len(HATCHES)} materials, but holds {len(names)}."
        )
    if winner.dtype.kind not in "iu":
        raise ValueError(f"`winner` must hold integers, but has dtype {winner.dtype}.")
    if winner.min() < -1 or winner.max() >= len(names):
        raise ValueError(
            f"`winner` must hold −1 to {len(names) - 1}, but holds {winner.min()} to "
            f"{winner.max()}."
        )


def _shade(colour: str, sure: bool) -> np.ndarray:
    """Mix a colour with white."""
    share = FILL if sure else FILL * PALE
    return share * np.array(to_rgb(colour)) + (1 - share)


def _cells(winner: np.ndarray, sure: np.ndarray, colours: list[str]) -> np.ndarray:
    """Return the colours of cells as an image, rows from the bottom."""
    image = np.empty((*winner.shape, 3))
    image[:] = to_rgb(UNKNOWN)
    for k, colour in enumerate(colours):
        for flag in (True, False):
            image[(winner == k) & (sure == flag)] = _shade(colour, flag)
    return image.swapaxes(0, 1)


def _hatch(axes: Axes, winner: np.ndarray, count: int) -> None:
    """Hatch the region of each material as one path, quick on large grids."""
    corners = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
    corners = corners[[0, 1, 2, 3, 0]]
    codes = [Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY]
    for k in range(1, count):
        cells = np.argwhere(winner == k)
        if len(cells):
            vertices = (cells[:, None] + corners).reshape(-1, 2)
            path = Path(vertices, np.tile(codes, len(cells)))
            look = {"fc": "none", "ec": "0.25", "lw": 0, "hatch": HATCHES[k]}
            axes.add_patch(PathPatch(path, **look))


def _draw_borders(axes: Axes, winner: np.ndarray) -> None:
    """Draw thick lines between known cells of different winners."""
    known = winner >= 0
    right = known[1:] & known[:-1] & (winner[1:] != winner[:-1])
    above = known[:, 1:] & known[:, :-1] & (winner[:, 1:] != winner[:, :-1])
    i, j = np.nonzero(right)
    axes.vlines(i + 0.5, j - 0.5, j + 0.5, color=BLACK, lw=1.6, capstyle="round")
    i, j = np.nonzero(above)
    axes.hlines(j + 0.5, i - 0.5, i + 0.5, color=BLACK, lw=1.6, capstyle="round")


def _explain(
    figure: Figure,
    winner: np.ndarray,
    sure: np.ndarray,
    colours: dict[str, str],
    value_label: str,
) -> None:
    """Name the materials that win somewhere, decided and leading."""
    patches, labels = [], []
    for k, (name, colour) in enumerate(colours.items()):
        for flag, word in ((True, name), (False, f"{name} leads")):
            if ((winner == k) & (sure == flag)).any():
                face = _shade(colour, flag)
                patches.append(Patch(fc=face, ec="0.2", lw=0.5, hatch=HATCHES[k]))
                labels.append(word)
    if (winner < 0).any():
        patches.append(Patch(fc=UNKNOWN, ec="0.2", lw=0.5))
        labels.append("no winner")
    figure.legend(
        patches,
        labels,
        title=wrapped(value_label, NARROW) or None,
        title_fontsize=SMALL,
        loc="outside upper center",
        ncols=legend_columns(labels, NARROW),
        fontsize=SMALL,
        frameon=False,
    )
