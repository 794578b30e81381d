"""Results of the two kinds that saving knows: a dataclass, and one with a protocol."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Trained:
    """A dataclass with a bit of everything, and a field that is derived."""

    weights: np.ndarray
    curve: tuple[np.ndarray, ...]
    settings: dict[str, Any]
    phase: complex
    parent: Any = None
    size: int = field(init=False, default=0)

    def __post_init__(self):
        object.__setattr__(self, "size", self.weights.size)


class Grown:
    """Not a dataclass: says itself what it is made of."""

    def __init__(self, tree, name):
        self.tree, self.name = tree, name

    def to_arrays(self):
        return {"left": self.tree[0], "right": self.tree[1]}, {"name": self.name}

    @classmethod
    def from_arrays(cls, arrays, settings):
        return cls((arrays["left"], arrays["right"]), settings["name"])
