"""Conversion and checks that the measures share."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import (
    STATE_TOLERANCE,
    check_density_matrix,
    check_finite,
    check_hermitian,
    check_increasing,
    check_shapes,
)
from .._core.qobj import as_operator, as_state, is_qobj

UNITARY_TOLERANCE = 1e-8


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


def as_density_matrices(value: Any, name: str) -> np.ndarray:
    """Convert to states, shape (..., d, d): Hermitian, trace one, λ ≥ −1e-8."""
    states = as_state(value, name)
    check_square(states, name)
    check_density_matrix(states, name)
    return states


def as_kets(value: Any, name: str) -> np.ndarray:
    """Convert to normalised kets, shape (..., d)."""
    kets = as_ket_arrays(value, name)
    norms = np.linalg.norm(kets, axis=-1)
    worst = np.ravel(norms)[np.abs(np.ravel(norms) - 1).argmax()]
    if abs(worst - 1) > STATE_TOLERANCE:
        raise ValueError(
            f"`{name}` must hold normalised kets, but one has norm {worst:.6g}. "
            "Divide it by its norm if that is meant."
        )
    return kets


def as_ket_arrays(value: Any, name: str) -> np.ndarray:
    """Convert a Qobj ket, a list of them, or an array (..., d) to an array."""
    if isinstance(value, list | tuple) and any(map(is_qobj, value)):
        value = np.stack([as_ket_arrays(ket, name) for ket in value])
    elif is_qobj(value):
        if not value.isket:
            raise TypeError(f"`{name}` must be a ket, but is a {value.type}.")
        value = value.full()[:, 0]
    kets = as_operator(value, name)
    if kets.ndim == 0 or kets.size == 0:
        raise ValueError(
            f"`{name}` must hold kets, of shape (..., d), but has shape {kets.shape}."
        )
    check_finite(kets, name)
    return kets


def as_basis(value: Any, name: str, d: int) -> np.ndarray:
    """Convert to orthonormal kets of size d, in columns."""
    kets = as_operator(value, name)
    check_shapes(**{name: (kets, f"{d} {d}")})
    check_unitary(kets, name)
    return kets


def check_unitary(value: np.ndarray, name: str) -> None:
    """Check that a square matrix is unitary."""
    gap = np.abs(value.conj().T @ value - np.eye(len(value))).max()
    if not gap <= UNITARY_TOLERANCE:
        raise ValueError(f"`{name}` must be unitary, but U†U is off by {gap:.3g}.")


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


def as_trace_preserving(value: ArrayLike, name: str) -> tuple[np.ndarray, int]:
    """Convert to real matrices of maps that keep the trace; return them with d."""
    transfer, d = as_transfer(value, name)
    unit = np.eye(d * d)[0]
    gap = np.abs(transfer[..., 0, :] - unit).max()
    if gap > STATE_TOLERANCE:
        row = ", ".join(map(str, unit.astype(int))) if d == 2 else "1, 0, …"
        raise ValueError(
            f"`{name}` must preserve the trace (first row {row}), but is off by "
            f"{gap:.3g}."
        )
    return transfer, d


def as_qubit_transfer(value: ArrayLike, name: str) -> np.ndarray:
    """Convert to real matrices of qubit maps that keep the trace, (..., 4, 4)."""
    transfer, d = as_transfer(value, name)
    if d != 2:
        raise ValueError(
            f"`{name}` must be a map of one qubit, of shape (..., 4, 4), but has "
            f"shape {transfer.shape}."
        )
    return as_trace_preserving(transfer, name)[0]


def as_map_sequence(
    times: ArrayLike, transfer: ArrayLike
) -> tuple[np.ndarray, np.ndarray, int]:
    """Convert `times` (t,) and maps (t, d², d²) that keep the trace; return d too."""
    times = np.asarray(times, dtype=float)
    maps, d = as_trace_preserving(transfer, "transfer")
    check_shapes(times=(times, "t"), transfer=(maps, f"t {d * d} {d * d}"))
    check_increasing(times, "times")
    return times, maps, d


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


def root_above_rounding(values: np.ndarray) -> np.ndarray:
    """Return √λ, and zero for λ within rounding, whose root would be a visible 1e-8."""
    rounding = values.shape[-1] * np.finfo(float).eps
    return np.sqrt(np.where(values > rounding, values, 0))
