"""The look that all pictures share: sizes, colours, axes."""

from collections.abc import Iterable, Sequence
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

__all__ = ["material_colours"]

# Okabe and Ito: told apart with any colour vision.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
BLUE, VERMILION, PURPLE, GREY = "#0072B2", "#D55E00", "#CC79A7", "#7F7F7F"
ELEMENTS = [BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY]
TARGET, MEASURED = GREY, BLUE

# A line style besides the colour, for print in black and white.
Dashes = str | tuple[float, tuple[float, ...]]
MATERIALS: dict[str, tuple[str, Dashes]] = {
    "bare": (GREY, ":"),
    "plain": (ORANGE, "--"),
    "engineered": (BLUE, "-."),
    "xy8": (SKY, (0, (5, 1, 1, 1, 1, 1))),
    "learning": (VERMILION, "-"),
    "random": (PURPLE, (0, (1.5, 1.2))),
    "optimal": (GREEN, (0, (7, 1.5))),
    "decoupling": (SKY, (0, (3, 1, 1, 1))),
    "best_decoupling": (BLACK, (0, (3, 1, 1, 1, 1, 1))),
    "xy4": (BLACK, (0, (1, 1))),
    "cpmg": (PURPLE, (0, (5, 1, 1, 1))),
    "eulerian": (GREEN, (0, (2.5, 1.2))),
}
OTHERS = [GREEN, PURPLE, BLACK]

SMALL, MEDIUM = 7, 8  # points
NARROW, WIDE = 3.4, 7.0  # inches: one column of a journal, and two
THICK, THIN = 1.4, 0.6  # points
LETTER, HANDLE = 0.06, 0.55  # inches: of a letter, and of what stands before a name
TIME_LABEL = r"time $t$ (units of $1/\xi$)"


def material_colours(names: Iterable[str]) -> dict[str, str]:
    """Return a colour for each material.

    Materials of the library keep theirs in every picture, together with a line style;
    others take the remaining ones in turn, with full lines.

    Parameters
    ----------
    names : iterable of str
        Names of materials, in the order of the picture.

    Returns
    -------
    dict
        Name → "#RRGGBB".

    Examples
    --------
    >>> material_colours(["learning", "mine"])
    {'learning': '#D55E00', 'mine': '#009E73'}
    """
    names = list(names)
    strangers = [name for name in names if name not in MATERIALS]
    return {
        name: MATERIALS[name][0]
        if name in MATERIALS
        else OTHERS[strangers.index(name) % len(OTHERS)]
        for name in names
    }


def line_style(name: str) -> Dashes:
    """Return the line style of a material; solid for those without one of their own."""
    return MATERIALS[name][1] if name in MATERIALS else "-"


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure whose parts keep clear of each other; sizes in inches."""
    return Figure(figsize=(width, height), dpi=200, layout="constrained")


def dress(
    axes: Axes, *, x: str | None = None, y: str | None = None, grid: bool = True
) -> None:
    """Set labels, small ticks, an open frame and a faint grid."""
    if x is not None:
        axes.set_xlabel(x, fontsize=MEDIUM)
    if y is not None:
        axes.set_ylabel(y, fontsize=MEDIUM)
    axes.tick_params(labelsize=SMALL, width=0.6, length=2.5)
    for side, spine in axes.spines.items():
        spine.set_linewidth(0.6)
        spine.set_visible(side in ("left", "bottom"))
    if grid:
        axes.grid(color="0.9", linewidth=0.5)
        axes.set_axisbelow(True)


def entitle(axes: Axes, title: str, colour: str = BLACK) -> Text:
    """Set a small title."""
    return axes.set_title(title, fontsize=MEDIUM, color=colour)


def wrapped(text: str, inches: float) -> str:
    """Break a label into lines that fit so many inches; formulas without spaces stay.

    Examples
    --------
    >>> wrapped("time $t$, at $h$ = 2, state = plus", 1.3).splitlines()
    ['time $t$, at $h$ = 2,', 'state = plus']
    """
    letters = max(12, int(inches / LETTER))
    return fill(text, letters, break_long_words=False, break_on_hyphens=False)


def legend_columns(labels: Sequence[str], inches: float) -> int:
    """Return in how many columns names fit so many inches; one if none do.

    Examples
    --------
    >>> legend_columns(["bare", "plain", "best_decoupling"], 3.4)
    3
    >>> legend_columns(["engineered leads", "best_decoupling leads", "x"], 3.4)
    2
    """
    widths = [HANDLE + LETTER * len(label) for label in labels]
    for count in range(len(widths), 1, -1):
        if sum(part.max() for part in np.array_split(widths, count)) <= inches:
            return count
    return 1


def mark_decades(axis: Axis) -> None:
    """Write 0.1, 0.2, 0.5 along a logarithmic axis rather than powers of ten.

    Over more than three decades, one number a decade.
    """
    low, high = sorted(axis.get_view_interval())
    wide = low > 0 and high > 1e3 * low
    axis.set_major_locator(LogLocator(subs=(1.0,) if wide else (1.0, 2.0, 5.0)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())
    axis.set_tick_params(which="minor", width=0.4, length=1.5)
