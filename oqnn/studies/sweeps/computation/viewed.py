"""What a view keeps."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

__all__ = ["Variables", "Viewed"]

Variables = dict[str, tuple[tuple[str, ...], np.ndarray]]


@dataclass(frozen=True, kw_only=True)
class Viewed:
    """Variables by name with their axes, and the coordinates that they bring."""

    variables: Mapping[str, tuple[tuple[str, ...], np.ndarray]]
    coords: Mapping[str, np.ndarray | list[str]] = field(default_factory=dict)
