"""Real numbers as users give them."""

from typing import Any

import numpy as np

__all__ = ["as_real"]


def as_real(value: Any, name: str) -> np.ndarray:
    """Convert to an array of floats; what is complex or no number is refused.

    NumPy by itself drops imaginary parts, with a warning at most.
    """
    try:
        array = np.asarray(value)
        if array.dtype.kind in "SU" or np.iscomplexobj(array):
            raise TypeError(f"its type is {array.dtype}")
        return array.astype(float, copy=False)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"`{name}` must be an array of real numbers, but is not: {error}."
        ) from error
