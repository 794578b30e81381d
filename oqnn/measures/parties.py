"""Parts of a composite system."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from .._core.checks import check_integer
from .._core.qobj import as_state
from ._inputs import check_square

__all__ = ["partial_trace"]


def partial_trace(
    states: Any, dims: Sequence[int], keep: int | Sequence[int]
) -> np.ndarray:
    """Trace out all subsystems but some.

    Parameters
    ----------
    states : Qobj, or array of shape (..., D, D)
        Any square matrices in Kronecker order, Hermitian or not; a ket |ψ⟩ stands for
        |ψ⟩⟨ψ|.
    dims : sequence of int
        Sizes of the subsystems, with product D.
    keep : int or increasing sequence of int
        Subsystems that stay, counted from 0.

    Returns
    -------
    np.ndarray
        Complex, shape (..., d, d) with d the product of the kept sizes; the kept
        subsystems stay in their order.

    Raises
    ------
    TypeError
        If a size or an index is no integer.
    ValueError
        If `dims` does not multiply to D, or `keep` is empty, does not increase or
        names no subsystem.

    Examples
    --------
    >>> bell = np.array([1, 0, 0, 1]) / np.sqrt(2)
    >>> partial_trace(bell, (2, 2), keep=1).real.round(12)
    array([[0.5, 0. ],
           [0. , 0.5]])
    """
    states = as_state(states, "states")
    check_square(states, "states")
    sizes = as_dims(dims, states.shape[-1])
    kept = as_kept(keep, len(sizes))

    n = len(sizes)
    rest = [i for i in range(n) if i not in kept]
    left = math.prod(sizes[i] for i in kept)
    gone = math.prod(sizes[i] for i in rest)
    order = [1 + i for i in (*kept, *rest)]
    parts = states.reshape(-1, *sizes, *sizes)
    parts = parts.transpose(0, *order, *(n + i for i in order))
    parts = parts.reshape(*states.shape[:-2], left, gone, left, gone)
    return np.trace(parts, axis1=-3, axis2=-1)


def as_dims(dims: Sequence[int], size: int) -> tuple[int, ...]:
    """Check and return the sizes of subsystems that make up a system."""
    dims = tuple(dims)
    for part in dims:
        check_integer(part, "dims")
    if not dims or math.prod(dims) != size:
        raise ValueError(f"`dims` must multiply to {size}, but is {dims}.")
    return tuple(int(part) for part in dims)


def as_kept(keep: int | Sequence[int], n: int) -> tuple[int, ...]:
    """Check and return the indices of kept subsystems, out of n."""
    kept = (keep,) if isinstance(keep, int | np.integer) else tuple(keep)
    for index in kept:
        check_integer(index, "keep", least=0)
    ordered = all(a < b for a, b in pairwise(kept))
    if not kept or not ordered or kept[-1] >= n:
        raise ValueError(
            f"`keep` must name subsystems from 0 to {n - 1} in increasing order, but "
            f"is {kept}."
        )
    return tuple(int(index) for index in kept)
