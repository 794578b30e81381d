"""Conversion and checks that the measures share."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import STATE_TOLERANCE, check_finite, check_hermitian
from .._core.qobj import as_state


def as_states(value: Any, name: str) -> np.ndarray:
    """Convert to Hermitian matrices, shape (..., d, d), and check them."""
    states = as_state(value, name)
    check_square(states, name)
    check_hermitian(states, name)
    return states


def as_trace_one(value: Any, name: str) -> np.ndarray:
    """Convert to Hermitian matrices of trace one, positive or not."""
    states = as_states(value, name)
    traces = np.ravel(np.trace(states, axis1=-2, axis2=-1).real)
    worst = traces[np.abs(traces - 1).argmax()]
    if abs(worst - 1) > STATE_TOLERANCE:
        raise ValueError(
            f"`{name}` must have trace 1, but has trace {worst:.6g}. "
            "Divide it by its trace if that is meant."
        )
    return states


def as_transfer(value: ArrayLike, name: str) -> tuple[np.ndarray, int]:
    """Convert to real matrices of maps, (..., d², d²), and return them with d."""
    transfer = np.asarray(value)
    if transfer.dtype.kind not in "biuf":
        raise TypeError(
            f"`{name}` must be real, but holds {transfer.dtype} values. Write the map "
            "in the Hermitian basis, where it is real."
        )
    check_square(transfer, name)
    check_finite(transfer, name)
    d = math.isqrt(transfer.shape[-1])
    if d * d != transfer.shape[-1]:
        raise ValueError(
            f"`{name}` must have shape (..., d², d²), but has shape {transfer.shape}."
        )
    return transfer.astype(float), d


def as_qubit_transfer(value: ArrayLike, name: str) -> np.ndarray:
    """Convert to real matrices of qubit maps that keep the trace, (..., 4, 4)."""
    transfer, d = as_transfer(value, name)
    if d != 2:
        raise ValueError(
            f"`{name}` must be a map of one qubit, of shape (..., 4, 4), but has "
            f"shape {transfer.shape}."
        )
    gap = np.abs(transfer[..., 0, :] - [1, 0, 0, 0]).max()
    if gap > STATE_TOLERANCE:
        raise ValueError(
            f"`{name}` must preserve the trace (first row 1, 0, 0, 0), but is off by "
            f"{gap:.3g}."
        )
    return transfer


def check_square(value: np.ndarray, name: str) -> None:
    """Check that the last two axes are equal and nothing is empty."""
    if value.ndim < 2 or value.shape[-1] != value.shape[-2] or value.size == 0:
        raise ValueError(
            f"`{name}` must hold square matrices, of shape (..., d, d), but has shape "
            f"{value.shape}."
        )


def check_same_size(rho: np.ndarray, sigma: np.ndarray) -> None:
    """Check that two stacks of matrices have one d and leading axes that broadcast."""
    try:
        fits = rho.shape[-1] == sigma.shape[-1]
        np.broadcast_shapes(rho.shape[:-2], sigma.shape[:-2])
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            "`sigma` must have matrices of the size of `rho` and leading axes that "
            f"broadcast with it, but the shapes are {sigma.shape} and {rho.shape}."
        )
