"""What pictures of several searches share: checked arrays, shades, markers."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from matplotlib import colormaps

from .._core.checks import check_finite, check_shapes

MARKERS = "osD^vP"

Arrays = dict[str, np.ndarray]


def named_arrays(
    value: Mapping[str, Mapping[str, Any]],
    shapes: Mapping[str, str],
    name: str,
    *,
    may_lack: Collection[str] = (),
) -> dict[str, Arrays]:
    """Return {label: arrays}, checked; at least one."""
    if not value:
        raise ValueError(f"`{name}` must hold at least one entry, but is empty.")
    return {
        str(label): arrays_of(data, shapes, f"{name}[{label!r}]", may_lack=may_lack)
        for label, data in value.items()
    }


def arrays_of(
    data: Mapping[str, Any],
    shapes: Mapping[str, str],
    name: str,
    *,
    may_lack: Collection[str] = (),
) -> Arrays:
    """Return arrays by name, finite but for `may_lack`, with shapes that agree."""
    missing = [key for key in shapes if key not in data]
    if missing:
        raise ValueError(
            f"`{name}` must hold {', '.join(shapes)}, but lacks {missing}."
        )
    arrays = {key: np.asarray(data[key], dtype=float) for key in shapes}
    check_shapes(**{f"{name}.{key}": (arrays[key], shapes[key]) for key in shapes})
    for key, values in arrays.items():
        if key not in may_lack:
            check_finite(values, f"{name}.{key}")
    return arrays


def shades_of(count: int) -> np.ndarray:
    """Return colours of ordered values, none of them pale, shape (count, 4)."""
    return colormaps["plasma"](np.linspace(0, 0.88, count))


def marker(k: int, colour: Any) -> dict[str, Any]:
    """Return the looks of the k-th way: filled, and then open ones around it."""
    return {
        "marker": MARKERS[k % len(MARKERS)],
        "markersize": 3.5 if k == 0 else 5.5,
        "markeredgewidth": 0.9,
        "color": colour,
        "markerfacecolor": colour if k == 0 else "none",
        "linestyle": "none",
    }
