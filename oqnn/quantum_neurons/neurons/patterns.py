"""Spikes as numbers: the first wire is the most significant bit."""

import numpy as np

__all__ = ["patterns_of", "spikes_of"]


def patterns_of(spikes: np.ndarray) -> np.ndarray:
    """Return the number of each row of spikes (..., N), shape (...).

    Examples
    --------
    >>> patterns_of(np.array([[0, 1], [1, 0]]))
    array([1, 2])
    """
    n = spikes.shape[-1]
    return spikes.astype(np.int64) @ (1 << np.arange(n)[::-1])


def spikes_of(patterns: np.ndarray, n_io: int) -> np.ndarray:
    """Return the spikes (..., N) of patterns (...), as uint8.

    Examples
    --------
    >>> spikes_of(np.array([1, 2]), 2)
    array([[0, 1],
           [1, 0]], dtype=uint8)
    """
    shifts = np.arange(n_io)[::-1]
    return ((np.asarray(patterns)[..., None] >> shifts) & 1).astype(np.uint8)
