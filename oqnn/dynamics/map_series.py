r"""Maps of the relevant blocks, expanded in the coupling of a finite environment.

The propagator of S ⊗ E is a power series in H_int, :math:`U = \sum_k U_k`, with

.. math:: \dot U_k = -iH_0 U_k - iH_1 U_{k-1}, \qquad U_k(0) = \delta_{k0},

one block-triangular exponential for each distinct step. Total operators follow as
:math:`X_k = \sum_j U_j X U_{k-j}^\dagger`, so that no superoperator on S ⊗ E is formed.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.linalg import expm

from .._core.threads import one_blas_thread
from .baths import FiniteEnvironment
from .memory_limit import check_memory
from .propagators import distinct_rows
from .total import block_coordinates, lifted_units, rotate

__all__ = ["MapSeries", "map_series"]


class MapSeries(NamedTuple):
    """Orders k of P e^{Lt} P and of P e^{Lt} Qρ₀, and their time derivatives."""

    maps: np.ndarray  # (k, t, m, m)
    map_rates: np.ndarray  # (k, t, m, m)
    sources: np.ndarray  # (k, t, m, r)
    source_rates: np.ndarray  # (k, t, m, r)


def map_series(
    H: np.ndarray,
    environment: FiniteEnvironment,
    times: np.ndarray,
    order: int | None,
    totals: np.ndarray,
) -> MapSeries:
    """Return the maps at times (t,), measured from a start at 0.

    Parameters
    ----------
    H : shape (d, d)
        Hamiltonian of the system.
    environment : FiniteEnvironment
        Its projection gives m = n d² coordinates.
    times : shape (t,)
        Increasing, none below 0.
    order : int or None
        Highest order in H_int; None for the exact maps, as order 0.
    totals : shape (r, D, D)
        Hermitian total states ρ₀, of which the part Qρ₀ counts; r = 0 for none.

    Raises
    ------
    ValueError
        If the memory does not suffice.
    """
    P, D = environment.projection, len(environment.H_int)
    count = 1 if order is None else order + 1
    free = environment.total(H) if order is None else environment.free(H)
    units = lifted_units(P, environment.d)
    m, columns = len(units), len(units) + len(totals)
    check_memory(
        16.0 * count * (columns * D * D * 4 + len(times) * m * columns),
        f"`environment` of size {P.e} at {len(times)} times",
        "Take fewer times, a smaller environment or fewer blocks.",
    )
    irrelevant = totals - P.lift_unchecked(P.blocks_unchecked(totals))
    starts = np.concatenate([units, irrelevant])
    values = np.empty((2, count, len(times), m, columns))
    with one_blas_thread():
        propagators = _propagators(free, environment.H_int, times, count)
        for i, U in enumerate(propagators):
            X = _conjugate(U, starts)
            rates = rotate(free, X)
            rates[1:] += rotate(environment.H_int, X[:-1])
            for k in range(count):
                values[0, k, i] = block_coordinates(X[k], P).T
                values[1, k, i] = block_coordinates(rates[k], P).T
    maps, rates = values
    return MapSeries(maps[..., :m], rates[..., :m], maps[..., m:], rates[..., m:])


def _propagators(
    free: np.ndarray, coupling: np.ndarray, times: np.ndarray, count: int
) -> Iterator[np.ndarray]:
    """Yield U_k, (k, D, D), at every time."""
    D = len(free)
    shift = np.eye(count, k=-1)
    exponent = -1j * (np.kron(np.eye(count), free) + np.kron(shift, coupling))
    lengths, index = distinct_rows(np.diff(times, prepend=0.0)[:, None])
    factors = [
        expm(exponent * length)[:, :D].reshape(count, D, D) for length in lengths[:, 0]
    ]
    U = np.zeros((count, D, D), dtype=complex)
    U[0] = np.eye(D)
    for i in index:
        F = factors[i]
        U = np.array([sum(F[j] @ U[k - j] for j in range(k + 1)) for k in range(count)])
        yield U


def _conjugate(U: np.ndarray, X: np.ndarray) -> np.ndarray:
    """Return Σ_j U_j X U_{k−j}† for every k, (k, c, D, D), for Hermitian X."""
    adjoint = U.conj().mT
    out = np.zeros((len(U), *X.shape), dtype=complex)
    for j, left in enumerate(U):
        moved = left @ X
        for k in range(j, len(U)):
            out[k] += moved @ adjoint[k - j]
    return out
