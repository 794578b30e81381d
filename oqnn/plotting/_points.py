"""Points with bars, by label: input checks and how they are drawn."""

from collections.abc import Iterable, Mapping
from itertools import cycle
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes

from .._core.checks import check_finite, check_shapes
from .style import BLACK, ELEMENTS, SMALL, THICK

MARKERS, STAR = "osD^v<>", "*"
Corner = Literal["best", "lower left", "lower right", "upper right"]
Series = dict[str, dict[str, np.ndarray]]


def as_series(value: Any, name: str, keys: str) -> Series:
    """Return {label: {key: array}}, lengths and numbers checked; sd may be NaN."""
    if not isinstance(value, Mapping):
        raise TypeError(
            f"`{name}` must map labels to arrays, but is a {type(value).__name__}."
        )
    found: Series = {}
    for label, data in value.items():
        missing = [key for key in keys.split() if key not in data]
        if missing:
            raise ValueError(f"`{name}[{label!r}]` lacks {missing}.")
        arrays = {key: np.asarray(data[key], dtype=float) for key in keys.split()}
        check_shapes(**{f"{name}[{label!r}].{k}": (a, "k") for k, a in arrays.items()})
        for key, array in arrays.items():
            if not key.endswith("sd"):
                check_finite(array, f"{name}[{label!r}].{key}")
        found[str(label)] = arrays
    return found


def as_points(value: Any, name: str, length: int) -> dict[str, np.ndarray]:
    """Return {label: point}, checked."""
    points = {str(k): np.asarray(v, dtype=float) for k, v in (value or {}).items()}
    for label, point in points.items():
        check_shapes(**{f"{name}[{label!r}]": (point, str(length))})
        check_finite(point, f"{name}[{label!r}]")
    return points


def looks_of(names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return a colour and a marker for each name."""
    unique = dict.fromkeys(names)
    pairs = zip(cycle(ELEMENTS), cycle(MARKERS), strict=False)
    return dict(zip(unique, pairs, strict=False))


def bars(
    axes: Axes,
    x: np.ndarray,
    mean: np.ndarray,
    sd: np.ndarray,
    look: tuple[str, str],
    *,
    label: str | None = None,
    linestyle: str = "-",
    filled: bool = True,
) -> None:
    """Draw means and standard deviations."""
    colour, marker = look
    axes.errorbar(
        x,
        mean,
        yerr=sd,
        color=colour,
        linestyle=linestyle,
        linewidth=0.7 * THICK,
        marker=marker,
        markersize=3.5,
        markeredgewidth=0.8,
        markerfacecolor=colour if filled else "white",
        elinewidth=0.8,
        label=label,
    )


def mark(
    axes: Axes,
    x: float,
    y: float,
    look: tuple[str, str],
    *,
    label: str | None = None,
    sd: float | None = None,
) -> None:
    """Mark one point, with a bar if there is one."""
    colour, marker = look
    axes.errorbar(
        x,
        y,
        yerr=sd,
        color=colour,
        marker=marker,
        markersize=8 if marker == STAR else 5,
        markeredgecolor=BLACK,
        markeredgewidth=0.5,
        linestyle="none",
        elinewidth=0.8,
        label=label,
    )


def name_them(
    axes: Axes, where: Corner = "best", *, above: float | None = None
) -> None:
    """Name what has a label, if anything has; above a height if one is given."""
    if not axes.get_legend_handles_labels()[1]:
        return
    legend = axes.legend(
        fontsize=SMALL - 1,
        frameon=False,
        handlelength=1.4,
        labelspacing=0.3,
        loc=where,
    )
    if above is not None:
        legend.set_bbox_to_anchor((0, above), axes.get_yaxis_transform())
