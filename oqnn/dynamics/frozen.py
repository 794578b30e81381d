"""Arrays that frozen objects hold."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["frozen_copy"]


def frozen_copy(values: ArrayLike, dtype: Any = float) -> np.ndarray:
    """Return a read-only copy, which the caller's array no longer reaches."""
    copy = np.array(values, dtype=dtype)
    copy.setflags(write=False)
    return copy
