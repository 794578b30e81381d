"""Mappings and labelled arrays become dictionaries of plain arrays.

Labelled arrays of xarray are recognised by their attributes.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from .._core.checks import check_increasing, check_shapes


def as_times(value: Any) -> np.ndarray:
    """Convert to strictly increasing times, shape (t,)."""
    times = np.asarray(value, dtype=float)
    check_shapes(times=(times, "t"))
    check_increasing(times, "times")
    return times


def as_materials(value: Any, name: str) -> dict[str, Any]:
    """Return {material: what belongs to it}, from a mapping or by the material axis."""
    if not hasattr(value, "data_vars") and isinstance(value, Mapping):
        materials = {str(key): entry for key, entry in value.items()}
    elif "material" in getattr(value, "dims", ()):
        keys = value["material"].values
        materials = {str(key): value.sel(material=key) for key in keys}
    else:
        raise TypeError(
            f"`{name}` must map materials to arrays, or have an axis named material, "
            f"but is a {type(value).__name__}."
        )
    if not materials:
        raise ValueError(f"`{name}` must hold at least one material, but is empty.")
    return materials


def as_measures(value: Any, name: str) -> dict[str, np.ndarray]:
    """Return {measure: (t,) or (seeds, t)} from a mapping or a labelled data set."""
    if hasattr(value, "data_vars"):
        traces = {key: entry for key, entry in value.items() if "time" in entry.dims}
        value = {key: entry.transpose(..., "time") for key, entry in traces.items()}
    if not isinstance(value, Mapping):
        raise TypeError(
            f"`{name}` must map measures to arrays, but is a {type(value).__name__}."
        )
    return {str(key): np.asarray(entry, dtype=float) for key, entry in value.items()}
