"""The exact unitary evolution of a system with a finite environment."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike

from ..._core.checks import (
    HERMITIAN_TOLERANCE,
    check_finite,
    check_hermitian,
    check_increasing,
    check_integer,
    check_positive,
    check_shapes,
)
from ..._core.progress import ProgressLine
from ..._core.qobj import as_operator, as_state, is_qobj
from ..evolution import Evolution
from ..solvers.memory_limit import check_memory
from ..solvers.recording import expectations
from ..solvers.starts import as_dims
from .lanczos import lanczos_kets

__all__ = ["evolve_unitary", "reduced_evolution"]

DENSE_LIMIT = 1024  # size above which H is not diagonalised
EXACT = "exact, by diagonalising the Hamiltonian"


def evolve_unitary(
    H: Any,
    rho0: Any,
    tlist: ArrayLike,
    *,
    dims: Sequence[int] | None = None,
    e_ops: Sequence[Any] | Mapping[str, Any] | None = None,
) -> Evolution:
    r"""Evolve a closed system, :math:`\rho(t) = e^{-iHt} \rho\, e^{iHt}`.

    Exact, by diagonalising H once: D³ operations, and as many for each time. For the
    state of a part of a larger system see `reduced_evolution`.

    Parameters
    ----------
    H : Qobj or shape (D, D), angular frequency
        Hermitian; a SciPy sparse array is taken too.
    rho0 : Qobj, or shape (D,) or (D, D)
        At ``tlist[0]``. Any operator is allowed, Hermitian or not.
    tlist : shape (t,)
        Strictly increasing.
    dims : sequence of int, optional
        Subsystems, whose product is D.
    e_ops : sequence or mapping of operators, optional
        Observables; expectations are named by their key or index.

    Returns
    -------
    Evolution
        States (t, D, D) of the whole, as a single block.

    Raises
    ------
    ValueError
        If shapes disagree, `H` is not Hermitian, `tlist` does not increase, `dims` do
        not fit, or all states together do not fit in memory.

    Examples
    --------
    >>> import numpy as np
    >>> sigma_x = np.array([[0, 1], [1, 0]])
    >>> evolution = evolve_unitary(sigma_x / 2, [1, 0], [0, np.pi / 2, np.pi])
    >>> evolution.states[:, 0, 0].real.round(12)
    array([1. , 0.5, 0. ])
    """
    H, tlist = _hamiltonian(H), _times(tlist)
    rho0 = as_state(rho0, "rho0")
    check_shapes(rho0=(rho0, f"{H.shape[0]} {H.shape[0]}"))
    check_finite(rho0, "rho0")
    D = len(rho0)
    check_memory(
        16.0 * D * D * (len(tlist) + 4),
        f"`tlist` asks for {len(tlist)} states of size {D}, which",
        "Ask for fewer times, or for a part of the system with reduced_evolution.",
    )

    energies, vectors = _diagonalise(H)
    rho0_H = vectors.conj().T @ rho0 @ vectors
    blocks = np.empty((len(tlist), 1, D, D), dtype=complex)
    for block, t in zip(blocks, tlist - tlist[0], strict=True):
        U = vectors * np.exp(-1j * energies * t)
        block[0] = U @ rho0_H @ U.conj().T
    return Evolution(
        times=tlist,
        blocks=blocks,
        method=EXACT,
        dims=as_dims(D, D, dims),
        expect=expectations(blocks[:, 0], e_ops),
    )


def reduced_evolution(
    H: Any,
    rho0: Any,
    tlist: ArrayLike,
    dims: Sequence[int],
    *,
    keep: Sequence[int] = (0,),
    weights: ArrayLike | None = None,
    e_ops: Sequence[Any] | Mapping[str, Any] | None = None,
    tol: float = 1e-10,
    progress: bool | None = None,
) -> Evolution:
    r"""Evolve a closed system and return the states of a part of it.

    .. math:: \rho_S(t) = \sum_k w_k\, \mathrm{tr}_E\{
        e^{-iHt} |\psi_k\rangle\langle\psi_k| e^{iHt}\}

    Kets are evolved and traced one by one: no operator on the whole is formed. Up to
    D = 1024 exact, by diagonalising H; above by Lanczos steps, with a bound of their
    error [1]_, each of which multiplies H with 30 kets.

    Parameters
    ----------
    H : Qobj or shape (D, D), angular frequency
        Hermitian. Large ones should be SciPy sparse arrays, or Qobj that hold one.
    rho0 : Qobj, or shape (D,), (D, D), or with `weights` (r, D)
        At ``tlist[0]``: a ket, an operator, Hermitian or not, or r kets (an array or a
        list of Qobj). An operator is first factorised, in D³ operations; its rank is
        the number of kets.
    tlist : shape (t,)
        Strictly increasing.
    dims : sequence of int
        Subsystems of the whole, whose product is D.
    keep : sequence of int, optional
        Positions in `dims` of the part, in the order of its states.
    weights : shape (r,), optional
        Weights w of the kets, real: the start is Σ w_k |ψ_k⟩⟨ψ_k|.
    e_ops : sequence or mapping of operators, optional
        Observables on the part; expectations are named by their key or index.
    tol : float, optional
        Largest error of a ket of norm one at the end, above D = 1024.
    progress : bool, optional
        Show (True), hide (False), or show after two seconds on a terminal.

    Returns
    -------
    Evolution
        States of the part. `error` bounds their trace norm distance from the exact
        ones; None where H was diagonalised.

    Raises
    ------
    TypeError
        If `H` or `rho0` is no matrix of numbers, or a size or position no integer.
    ValueError
        If shapes disagree, `H` is not Hermitian, `tlist` does not increase, `dims` or
        `keep` do not fit, or the states do not fit in memory.
    ConvergenceError
        If rounding forbids `tol`.

    References
    ----------
    .. [1] Saad, SIAM J. Numer. Anal. 29, 209 (1992), for the residual of a Krylov
       space; here its integral along a step is the bound.

    Examples
    --------
    >>> import numpy as np
    >>> exchange = np.zeros((4, 4))
    >>> exchange[1, 2] = exchange[2, 1] = 1
    >>> start = np.kron([1, 0], [0, 1])
    >>> reduced_evolution(exchange, start, [0, np.pi / 2], [2, 2]).states.real.round(12)
    array([[[1., 0.],
            [0., 0.]],
           [[0., 0.],
            [0., 1.]]])
    """
    H, tlist = _hamiltonian(H), _times(tlist)
    check_positive(tol, "tol")
    D = H.shape[0]
    dims = as_dims(D, D, dims)
    kept = _positions(keep, len(dims))
    ensemble = _ensemble(rho0, weights, D)
    d = math.prod(dims[i] for i in kept)
    check_memory(
        16.0 * len(tlist) * d * d,
        f"`keep` asks for {len(tlist)} states of size {d}, which",
        "Keep less, or ask for fewer times.",
    )

    states, error = np.zeros((len(tlist), d, d), dtype=complex), None
    exact, part = D <= DENSE_LIMIT, (dims, kept)
    if exact:
        _add_exactly(states, H, ensemble, tlist, part)
    else:
        error = _add_by_lanczos(states, H, ensemble, tlist, part, tol, progress)
    return Evolution(
        times=tlist,
        blocks=states[:, None],
        method=EXACT if exact else "Lanczos steps on kets",
        dims=tuple(dims[i] for i in kept),
        error=error,
        expect=expectations(states, e_ops),
    )


Ensemble = tuple[np.ndarray, np.ndarray, np.ndarray]  # (r,), (r, D), (r, D)
Part = tuple[tuple[int, ...], list[int]]  # subsystems, and positions of those kept


def _add_exactly(
    states: np.ndarray, H: Any, ensemble: Ensemble, tlist: np.ndarray, part: Part
) -> None:
    """Add the states of the part at every time, in the eigenbasis of H."""
    weights, left, right = ensemble
    energies, vectors = _diagonalise(H)
    left_H = left @ vectors.conj()  # (r, D)
    right_H = left_H if right is left else right @ vectors.conj()
    for state, t in zip(states, tlist - tlist[0], strict=True):
        phases = np.exp(-1j * energies * t)
        kets = (left_H * phases) @ vectors.T
        others = kets if right is left else (right_H * phases) @ vectors.T
        state += _trace_out(weights, kets, others, part)


def _add_by_lanczos(
    states: np.ndarray,
    H: Any,
    ensemble: Ensemble,
    tlist: np.ndarray,
    part: Part,
    tol: float,
    progress: bool | None,
) -> float:
    """Add the states of the part, ket by ket; return the bound of their error."""
    weights, left, right = ensemble
    total = 0.0
    with ProgressLine(
        "evolving kets", len(weights) * len(tlist), show=progress
    ) as line:
        for w, bra, ket in zip(weights, right, left, strict=True):
            kets = lanczos_kets(H, ket, tlist, tol)
            others = lanczos_kets(H, bra, tlist, tol)  # idle where ρ is Hermitian
            for state in states:
                moved, error = next(kets)
                if right is left:
                    other, other_error = moved, error
                else:
                    other, other_error = next(others)
                state += _trace_out(w[None], moved[None], other[None], part)
                line.advance()
            sizes = np.linalg.norm(ket), np.linalg.norm(bra)
            total += abs(w) * (
                error * (sizes[1] + other_error) + other_error * sizes[0]
            )
    return float(total)


def _trace_out(
    weights: np.ndarray, kets: np.ndarray, others: np.ndarray, part: Part
) -> np.ndarray:
    """Return Σ w_k tr |ψ_k⟩⟨φ_k| over the subsystems left out, for kets (r, D)."""
    dims, kept = part
    left = _matrix(kets * weights[:, None], dims, kept)
    return left @ _matrix(others, dims, kept).conj().T


def _matrix(kets: np.ndarray, dims: tuple[int, ...], kept: list[int]) -> np.ndarray:
    """Return kets (r, D) as one matrix, rows those of the subsystems kept."""
    split = np.moveaxis(kets.reshape(len(kets), *dims), 0, -1)
    moved = np.moveaxis(split, kept, range(len(kept)))
    return moved.reshape(math.prod(dims[i] for i in kept), -1)


def _times(tlist: ArrayLike) -> np.ndarray:
    """Return the times, checked."""
    times = np.asarray(tlist, dtype=float)
    check_shapes(tlist=(times, "t"))
    check_increasing(times, "tlist")
    return times


def _hamiltonian(H: Any) -> Any:
    """Return an array, or a sparse array where one is given, and check it."""
    if is_qobj(H) and H.isoper and H.shape[0] > DENSE_LIMIT:
        H = H.to("CSR").data_as("csr_matrix")
    if not hasattr(H, "tocsr"):
        dense = as_operator(H, "H")
        check_shapes(H=(dense, "D D"))
        check_hermitian(dense, "H")
        return dense
    sparse = sp.csr_array(H.tocsr(), dtype=complex)
    check_shapes(H=(np.empty(sparse.shape, dtype=[]), "D D"))
    check_finite(sparse.data, "H")
    gap, scale = abs(sparse - sparse.conj().T).max(), abs(sparse).max()
    if not gap <= HERMITIAN_TOLERANCE * max(1.0, scale):
        raise ValueError(
            f"`H` must be Hermitian, but differs from its adjoint by {gap:.3g}."
        )
    return sparse


def _diagonalise(H: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return energies and eigenvectors of an array, sparse or not."""
    energies, vectors = np.linalg.eigh(H.toarray() if hasattr(H, "tocsr") else H)
    return energies, vectors


def _positions(keep: Sequence[int], n: int) -> list[int]:
    """Return the positions of the subsystems kept, checked."""
    for position in keep:
        check_integer(position, "keep", least=0)
    kept = [int(position) for position in keep]
    if not kept or len(set(kept)) < len(kept) or max(kept) >= n:
        raise ValueError(
            f"`keep` must hold different positions from 0 to {n - 1}, but is {kept}."
        )
    return kept


def _ensemble(rho0: Any, weights: ArrayLike | None, D: int) -> Ensemble:
    """Return weights (r,) and kets (r, D) on both sides of Σ w |ψ⟩⟨φ|."""
    if weights is None:
        return _factors(rho0, D)
    if isinstance(rho0, list | tuple):
        rho0 = [k.full()[:, 0] if is_qobj(k) and k.isket else k for k in rho0]
    kets, w = as_operator(rho0, "rho0"), np.asarray(weights, dtype=float)
    check_shapes(rho0=(kets, f"r {D}"), weights=(w, "r"))
    check_finite(kets, "rho0")
    check_finite(w, "weights")
    return w, kets, kets


def _factors(rho0: Any, D: int) -> Ensemble:
    """Factorise a ket or an operator, up to rounding."""
    array = np.asarray(rho0.full()) if is_qobj(rho0) else as_operator(rho0, "rho0")
    ket = array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array
    check_shapes(rho0=(ket, f"{D}" if ket.ndim == 1 else f"{D} {D}"))
    check_finite(ket, "rho0")
    if ket.ndim == 1:
        return np.ones(1), ket[None], ket[None]
    if np.array_equal(ket, ket.conj().T):
        w, vectors = np.linalg.eigh(ket)
        kept = np.abs(w) > np.finfo(float).eps * np.abs(w).max()
        kets = vectors.T[kept]
        return w[kept], kets, kets
    U, w, Vh = np.linalg.svd(ket)
    kept = w > np.finfo(float).eps * w[0]
    return w[kept], U.T[kept], Vh[kept].conj()
