r"""Maps of the relevant blocks, expanded in the coupling of a finite environment.

The propagator of S ⊗ E is a power series in H_int, :math:`U = \sum_k U_k`, with

.. math:: \dot U_k = -iH_0 U_k - iH_1 U_{k-1}, \qquad U_k(0) = \delta_{k0},

one block-triangular exponential for each distinct step. With the eigenvectors of
:math:`A_i = \sum_\alpha s_\alpha |\alpha\rangle\langle\alpha|` and B_n, the maps follow
from d × d pieces of U, and no total state is formed:

.. math:: \mathrm{tr}_E\{A_i U (X \otimes B_n) U^\dagger\} = \sum_{\alpha \in i,\,
    \beta \in n} s_\alpha s_\beta \langle\alpha|U|\beta\rangle X
    \langle\alpha|U|\beta\rangle^\dagger.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from scipy.linalg import expm

from ..._core.bases import hermitian_basis
from ..._core.progress import ProgressLine
from ..._core.threads import one_blas_thread
from ..solvers.memory_limit import check_memory
from ..solvers.propagators import distinct_rows
from .baths import FiniteEnvironment
from .projection import Projection
from .total import block_coordinates

__all__ = ["MapSeries", "exact_maps", "map_series"]

EPS = np.finfo(float).eps


class MapSeries(NamedTuple):
    """Orders k of P e^{Lt} P and of P e^{Lt} Qρ₀, and their time derivatives."""

    maps: np.ndarray  # (k, t, m, m)
    map_rates: np.ndarray  # (k, t, m, m)
    sources: np.ndarray  # (k, t, m, r)
    source_rates: np.ndarray  # (k, t, m, r)


class _Spectral(NamedTuple):
    """Eigenvectors of a family of operators, those of one after those of another."""

    vectors: np.ndarray  # (e, R)
    weights: np.ndarray  # (R,)
    members: list[slice]  # one an operator


def map_series(
    H: np.ndarray,
    environment: FiniteEnvironment,
    times: np.ndarray,
    order: int | None,
    totals: np.ndarray,
    progress: bool | None = None,
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
    progress : bool, optional
        Show (True), hide (False), or show after two seconds on a terminal.

    Raises
    ------
    ValueError
        If the memory does not suffice.
    """
    P, d = environment.projection, environment.d
    count = 1 if order is None else order + 1
    A, B = _spectral(P.A), _spectral(P.B)
    # whole states need every ket, projections only those in the range of the B_n
    kets = np.eye(P.e) if len(totals) else _range(B.vectors)
    _check_fits(environment, len(times), count, A, B, len(totals))
    free = environment.total(H) if order is None else environment.free(H)
    irrelevant = totals - P.lift_unchecked(P.blocks_unchecked(totals))
    m = P.n * d * d
    maps = np.empty((2, count, len(times), m, m))
    sources = np.empty((2, count, len(times), m, len(totals)))
    start = np.kron(np.eye(d), kets)  # (D, d r)
    with (
        one_blas_thread(),
        ProgressLine("reduced maps", len(times), show=progress) as line,
    ):
        if order is None:
            propagators = _exact(free, times, start)
        else:
            propagators = _expanded(free, environment.H_int, times, start, count)
        for i, U in enumerate(propagators):
            rates = free @ U
            rates[1:] += environment.H_int @ U[:-1]
            pairs = np.array([U, -1j * rates])
            maps[:, :, i] = _traced(pairs, A, B, kets, d)
            if len(totals):
                sources[:, :, i] = _moved(pairs, irrelevant, P)
            line.advance()
    return MapSeries(*maps, *sources)


def exact_maps(
    H: np.ndarray, environment: FiniteEnvironment
) -> Callable[[np.ndarray], np.ndarray]:
    """Return the function that takes times (t,) to the maps P e^{Lt} P, (t, m, m)."""
    P, d = environment.projection, environment.d
    A, B = _spectral(P.A), _spectral(P.B)
    kets = _range(B.vectors)
    start = np.kron(np.eye(d), kets)
    energies, V = np.linalg.eigh(environment.total(H))
    inside = V.conj().T @ start

    def maps(times: np.ndarray) -> np.ndarray:
        out = np.empty((len(times), P.n * d * d, P.n * d * d))
        with one_blas_thread():
            for i, time in enumerate(times):
                U = V @ (np.exp(-1j * energies * time)[:, None] * inside)
                out[i] = _traced(U[None, None], A, B, kets, d)[0, 0]
        return out

    return maps


def _spectral(family: np.ndarray) -> _Spectral:
    """Diagonalise every operator; eigenvalues below rounding are left out."""
    weights, vectors = np.linalg.eigh(family)
    kept = np.abs(weights) > EPS * np.abs(weights).max(axis=1, keepdims=True)
    ends = np.cumsum(kept.sum(axis=1)).tolist()
    members = [slice(*pair) for pair in zip([0, *ends], ends, strict=False)]
    columns = [v[:, keep] for v, keep in zip(vectors, kept, strict=True)]
    return _Spectral(np.concatenate(columns, axis=1), weights[kept], members)


def _range(vectors: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis of the span of columns, (e, r)."""
    left, singular, _ = np.linalg.svd(vectors, full_matrices=False)
    rank = int((singular > len(vectors) * EPS * singular[0]).sum())
    return left[:, :rank]


def _check_fits(
    environment: FiniteEnvironment,
    n_times: int,
    count: int,
    A: _Spectral,
    B: _Spectral,
    n_totals: int,
) -> None:
    """Refuse exponentials, pieces and results that are larger than the memory."""
    D, d, P = len(environment.H_int), environment.d, environment.projection
    m = P.n * d * d
    pieces = 6.0 * count * d * d * len(A.weights) * len(B.weights)
    result = 2.0 * count * n_times * m * (m + n_totals) / 2
    check_memory(
        16.0
        * (8.0 * (count * D) ** 2 + pieces + 4 * count * n_totals * D * D + result),
        f"`environment` of size {P.e} at {n_times} times",
        "Take fewer times, a smaller environment or fewer blocks.",
    )


def _exact(
    free: np.ndarray, times: np.ndarray, start: np.ndarray
) -> Iterator[np.ndarray]:
    """Yield e^{−iHt} on the columns of `start`, (1, D, c), at every time."""
    energies, V = np.linalg.eigh(free)
    inside = V.conj().T @ start
    for time in times:
        yield (V @ (np.exp(-1j * energies * time)[:, None] * inside))[None]


def _expanded(
    free: np.ndarray,
    coupling: np.ndarray,
    times: np.ndarray,
    start: np.ndarray,
    count: int,
) -> Iterator[np.ndarray]:
    """Yield U_k on the columns of `start`, (k, D, c), at every time."""
    D = len(free)
    shift = np.eye(count, k=-1)
    exponent = -1j * (np.kron(np.eye(count), free) + np.kron(shift, coupling))
    steps = np.diff(times, prepend=0.0)
    first, index = distinct_rows(steps[:, None])
    factors = [
        expm(exponent * length)[:, :D].reshape(count, D, D) for length in steps[first]
    ]
    U = np.zeros((count, *start.shape), dtype=complex)
    U[0] = start
    for i in index:
        F = factors[i]
        U = np.array([sum(F[j] @ U[k - j] for j in range(k + 1)) for k in range(count)])
        yield U


def _traced(
    pairs: np.ndarray, A: _Spectral, B: _Spectral, kets: np.ndarray, d: int
) -> np.ndarray:
    """Maps of U and their rates out of U and dU/dt, (1 or 2, k, D, c) → (…, k, m, m).

    The rate is twice the real part of dU X U†, order by order.
    """
    shape, (e, r), n = pairs.shape[:2], kets.shape, len(A.members)
    pieces = A.vectors.conj().T @ pairs.reshape(-1, d, e, d * r)
    pieces = pieces.reshape(-1, d, pieces.shape[-2], d, r) @ (kets.conj().T @ B.vectors)
    pieces = pieces.swapaxes(2, 3).reshape(*shape, d, d, *pieces.shape[2::2])
    other = pieces[0].conj() * np.multiply.outer(A.weights, B.weights)
    T = np.empty((*shape, n, n, d, d, d, d), dtype=complex)
    for i, rows in enumerate(A.members):
        for j, columns in enumerate(B.members):
            T[:, :, i, j] = _products(
                pieces[..., rows, columns], other[..., rows, columns]
            )
    G = hermitian_basis(d).reshape(d * d, d * d)
    T = T.transpose(0, 1, 2, 3, 6, 4, 5, 7).reshape(*T.shape[:4], d * d, d * d)
    out = (G @ T @ G.T).real.swapaxes(3, 4)  # T from (z, w) to (x, y)
    out[1:] *= 2
    return out.reshape(*shape, n * d * d, n * d * d)


def _products(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Σ_j left_j right_{k−j}, traced: (s, k, d, d, α, β) → (s, k, d, d, d, d)."""
    s, count, d = left.shape[:3]
    both = left.reshape(s * count * d * d, -1) @ right.reshape(count * d * d, -1).T
    both = both.reshape(s, count, d, d, count, d, d)
    out = np.zeros((s, count, d, d, d, d), dtype=complex)
    for j in range(count):
        for k in range(j, count):
            out[:, k] += both[:, j, :, :, k - j]
    return out


def _moved(pairs: np.ndarray, X: np.ndarray, P: Projection) -> np.ndarray:
    """Σ_j U_j X U_{k−j}† for Hermitian X and its rate, seen by P: (2, k, m, r)."""
    U, rates = pairs
    adjoint, count = U.conj().mT, len(U)
    out = np.zeros((2, count, *X.shape), dtype=complex)
    for j in range(count):
        moved, driven = U[j] @ X, rates[j] @ X
        for k in range(j, count):
            out[0, k] += moved @ adjoint[k - j]
            out[1, k] += driven @ adjoint[k - j]
    out[1] += out[1].conj().mT
    seen = block_coordinates(out.reshape(-1, *X.shape[1:]), P)
    return seen.reshape(2, count, len(X), -1).mT
