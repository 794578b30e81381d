"""The basis that an environment selects, out of jumps or out of the maps themselves."""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._core.bases import from_coordinates
from .._core.checks import check_finite, check_integer, check_shapes
from .._core.errors import ConvergenceError
from .._core.qobj import as_operator
from .._core.seeds import rng_from
from ._inputs import as_trace_preserving

__all__ = ["EinselectedBasis", "dephasing_rates", "einselected_basis"]

LEAST_CONTRAST = 1e-9
TURNED = 1e-9  # angle below which a rotation is no change
MOST_SWEEPS = 200


def dephasing_rates(values: Any) -> np.ndarray:
    r"""Return the rates at which coherences of pointer states decay.

    For jumps :math:`L_k = \sum_i l_{ki}|s_i\rangle\langle s_i|` the coherence
    :math:`|\rho_{ij}|` decays at :math:`\tfrac12\sum_k|l_{ki} - l_{kj}|^2`.

    Parameters
    ----------
    values : shape (k, n), 1/√time
        Eigenvalues l of each jump, rates included as square roots.

    Returns
    -------
    np.ndarray
        Shape (n, n), 1/time.

    Raises
    ------
    ValueError
        If `values` is not (k, n) or not finite.

    Examples
    --------
    √g σ_z with g = 0.5: coherence e^{−2gt}.

    >>> dephasing_rates(np.sqrt(0.5) * np.array([[1, -1]])).round(12)
    array([[0., 1.],
           [1., 0.]])
    """
    values = as_operator(values, "values")
    check_shapes(values=(values, "k n"))
    check_finite(values, "values")
    gaps = values[:, :, None] - values[:, None, :]
    return (np.abs(gaps) ** 2).sum(axis=0) / 2


@dataclass(frozen=True, kw_only=True, eq=False)
class EinselectedBasis:
    """The orthonormal basis whose states a map leaves the purest."""

    basis: np.ndarray  # (d, d), kets in columns
    purities: np.ndarray  # (d,), what the map leaves of each
    contrast: float  # mean purity of the basis over that of all pure states


def einselected_basis(
    transfer: ArrayLike, *, starts: int = 4, seed: int = 0
) -> EinselectedBasis:
    r"""Return the basis that a map selects: the one whose states it leaves the purest.

    Maximises :math:`\sum_i \mathrm{Tr}\,\Lambda(|s_i\rangle\langle s_i|)^2` over
    orthonormal bases. If the map only dephases in some basis, it is that one. With
    Λ†Λ = Σ τ²|V)(V| the sum is that of the squared diagonals of all τV: a joint
    diagonalisation, done by Jacobi rotations [1]_. Each rotation is exact, and for a
    qubit so is the result; larger systems start from the standard basis and from random
    ones.

    Parameters
    ----------
    transfer : shape (d², d²)
        Real matrix of a trace-preserving map in ``hermitian_basis(d)``, such as the map
        to a time at which decoherence is done.
    starts : int, optional
        Random bases to start from, beside the standard one.
    seed : int, optional
        For the random bases.

    Returns
    -------
    EinselectedBasis
        Basis, in the order of the standard basis where that is plain, and purities. A
        small `contrast` says that the map hardly prefers it.

    Raises
    ------
    TypeError
        If `transfer` is complex.
    ValueError
        If `transfer` is no single map, it changes the trace, or it leaves all bases
        equally pure.
    ConvergenceError
        If the rotations do not settle.

    References
    ----------
    .. [1] Cardoso, Souloumiac, SIAM J. Matrix Anal. Appl. 17, 161 (1996).

    Examples
    --------
    >>> found = einselected_basis(np.diag([1, 0.9, 0.3, 0.3]))
    >>> np.abs(found.basis).round(9) ** 2
    array([[0.5, 0.5],
           [0.5, 0.5]])
    """
    transfer, d = as_trace_preserving(transfer, "transfer")
    check_shapes(transfer=(transfer, f"{d * d} {d * d}"))
    check_integer(starts, "starts", least=0)

    _, stretches, rows = np.linalg.svd(transfer)
    operators = from_coordinates(stretches[:, None] * rows)  # τV, (d², d, d)
    found = [_jacobi(operators, kets) for kets in _start_bases(d, starts, seed)]
    purities = np.array([_purities(operators, kets) for kets in found])
    best = int(purities.sum(axis=1).argmax())
    contrast = float(purities[best].mean() - _mean_purity(transfer, d))
    if contrast <= LEAST_CONTRAST:
        raise ValueError(
            "`transfer` must prefer some basis, but leaves the states of all bases "
            f"equally pure, {purities[best].mean():.6g} in the mean."
        )
    order, kets = _in_order(found[best])
    return EinselectedBasis(
        basis=kets, purities=purities[best][order], contrast=contrast
    )


def _start_bases(d: int, starts: int, seed: int) -> list[np.ndarray]:
    """Return the standard basis and random ones."""
    rng = rng_from(seed, "bases")
    raw = rng.normal(size=(starts, d, d)) + 1j * rng.normal(size=(starts, d, d))
    return [np.eye(d, dtype=complex), *np.linalg.qr(raw)[0]]


def _purities(operators: np.ndarray, kets: np.ndarray) -> np.ndarray:
    """Return Σ_V |⟨s_i|V|s_i⟩|² for each ket."""
    diagonals = np.einsum("ji,vjk,ki->vi", kets.conj(), operators, kets, optimize=True)
    return (diagonals.real**2).sum(axis=0)


def _mean_purity(transfer: np.ndarray, d: int) -> float:
    """Return the purity after a map, averaged over all pure states."""
    squares = (transfer**2).sum(axis=0)
    return float(squares[0] / d + squares[1:].sum() / (d * (d + 1)))


def _jacobi(operators: np.ndarray, kets: np.ndarray) -> np.ndarray:
    """Rotate pairs of kets until no rotation enlarges the diagonals any more."""
    V = kets.conj().T @ operators @ kets
    for _ in range(MOST_SWEEPS):
        largest = 0.0
        for i, j in combinations(range(len(kets)), 2):
            turn = _best_turn(V, i, j)
            if turn is None:
                continue
            largest = max(largest, abs(turn[1, 0]))
            V[:, [i, j], :] = turn.conj().T @ V[:, [i, j], :]
            V[:, :, [i, j]] = V[:, :, [i, j]] @ turn
            kets[:, [i, j]] = kets[:, [i, j]] @ turn
        if largest < TURNED:
            return kets
    raise ConvergenceError(
        f"The basis did not settle in {MOST_SWEEPS} sweeps of rotations. The map may "
        "leave many bases almost equally pure."
    )


def _best_turn(V: np.ndarray, i: int, j: int) -> np.ndarray | None:
    """Return the rotation of two kets that makes Σ (V_ii − V_jj)² greatest, if any.

    In the span of the two, V is ½(t + g·σ), and the new difference along an axis n of
    its Bloch sphere is g·n.
    """
    off = V[:, i, j]
    g = np.stack([2 * off.real, -2 * off.imag, (V[:, i, i] - V[:, j, j]).real])
    squares = g @ g.T
    values, axes = np.linalg.eigh(squares)
    if values[-1] - squares[2, 2] <= 1e-14 * values[-1]:
        return None  # already there, or all axes are alike
    x, y, z = axes[:, -1] if axes[2, -1] >= 0 else -axes[:, -1]
    c = np.sqrt((1 + z) / 2)
    s = (x + 1j * y) / (2 * c)
    return np.array([[c, -s.conjugate()], [s, c]])


def _in_order(kets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Order kets by their greatest component, and make that positive."""
    order = np.argsort(np.abs(kets).round(9).argmax(axis=0), kind="stable")
    kets = kets[:, order]
    peaks = np.take_along_axis(kets, np.abs(kets).round(9).argmax(axis=0)[None], axis=0)
    return order, kets * (np.abs(peaks) / peaks)
