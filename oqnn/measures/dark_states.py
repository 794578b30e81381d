"""Decoherence-free subspaces and dark states of a Lindblad equation."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._core.checks import check_finite, check_hermitian, check_positive, check_shapes
from .._core.qobj import as_operator, is_qobj

__all__ = ["DecoherenceFreeSubspace", "decoherence_free_subspaces"]

SAME_VALUE = 1e-6  # eigenvalues closer than this, relative to the jump, are one
SCATTER = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7)


@dataclass(frozen=True, kw_only=True, eq=False)
class DecoherenceFreeSubspace:
    """A subspace whose states stay pure for ever.

    The eigenvectors of `hamiltonian` are its dark states, ``basis @ vector``.
    """

    basis: np.ndarray  # (d, m), orthonormal kets in columns
    eigenvalues: np.ndarray  # (k,), λ_k of each jump
    hamiltonian: np.ndarray  # (m, m), generates the unitary evolution inside


def decoherence_free_subspaces(
    H: Any, c_ops: Any = (), *, tolerance: float = 1e-8
) -> list[DecoherenceFreeSubspace]:
    r"""Return the largest subspaces whose states stay pure and inside for ever.

    A pure state stays pure exactly if it stays a common eigenvector of all jumps,
    :math:`L_k|s\rangle = \lambda_k|s\rangle`; it then turns by

    .. math:: H' = H + \tfrac{i}{2}\sum_k(\lambda_k^* L_k - \lambda_k L_k^\dagger).

    For each set of eigenvalues λ the common eigenspace is found, and the largest part
    of it that H' maps into itself. A dark state is an eigenvector of H' there.
    Noiseless subsystems that are no subspaces are not looked for.

    Parameters
    ----------
    H : Qobj, or shape (d, d), angular frequency
        Hermitian.
    c_ops : Qobj, shape (d, d) or (k, d, d), or list of them, optional
        Jumps L_k with rates as square roots.
    tolerance : float, optional
        Residual of the two conditions that counts as none, relative to ‖L_k‖ for the
        first and to ‖H‖ + Σ‖L_k‖² for the second.

    Returns
    -------
    list of DecoherenceFreeSubspace
        The largest first; empty if there is none.

    Raises
    ------
    ValueError
        If `H` is not Hermitian, shapes disagree or `tolerance` is not positive.

    References
    ----------
    .. [1] Lidar, Whaley, in Irreversible Quantum Dynamics, Springer LNP 622 (2003),
       sec. 5; Karasik et al., Phys. Rev. A 77, 052301 (2008), theorem 2.

    Examples
    --------
    Two spins that decay together have a dark singlet beside the ground state:

    >>> lower, one = np.array([[0, 0], [1, 0]]), np.eye(2)
    >>> together = np.kron(lower, one) + np.kron(one, lower)
    >>> (found,) = decoherence_free_subspaces(np.zeros((4, 4)), together)
    >>> found.basis.shape
    (4, 2)
    """
    H = as_operator(H, "H")
    jumps = _jumps(c_ops, len(H) if H.ndim else 0)
    check_shapes(H=(H, "d d"), c_ops=(jumps, "k d d"))
    check_hermitian(H, "H")
    check_finite(jumps, "c_ops")
    check_positive(tolerance, "tolerance")

    scale = np.linalg.norm(H, 2) + (np.linalg.norm(jumps, 2, axis=(1, 2)) ** 2).sum()
    found = []
    for values, V in _common_eigenspaces(
        jumps, np.eye(len(H), dtype=complex), tolerance
    ):
        turning = _turning(H, jumps, values)
        V = _invariant_part(turning, V, tolerance * scale)
        if V.shape[1]:
            found.append(
                DecoherenceFreeSubspace(
                    basis=V,
                    eigenvalues=np.array(values, dtype=complex),
                    hamiltonian=V.conj().T @ turning @ V,
                )
            )
    return sorted(found, key=lambda subspace: -subspace.basis.shape[1])


def _jumps(c_ops: Any, d: int) -> np.ndarray:
    """Return one jump, several or none as an array (k, d, d)."""
    if isinstance(c_ops, list | tuple):
        if not c_ops:
            return np.zeros((0, d, d), dtype=complex)
        if any(map(is_qobj, c_ops)):
            c_ops = [as_operator(L, "c_ops") for L in c_ops]
    jumps = as_operator(c_ops, "c_ops")
    return jumps[None] if jumps.ndim == 2 else jumps


def _turning(
    H: np.ndarray, jumps: np.ndarray, values: tuple[complex, ...]
) -> np.ndarray:
    """Return H′ = H + (i/2) Σ (λ*L − λL†)."""
    for L, value in zip(jumps, values, strict=True):
        half = 0.5j * np.conj(value) * L
        H = H + half + half.conj().T
    return H


def _common_eigenspaces(
    jumps: np.ndarray, V: np.ndarray, tolerance: float
) -> Iterator[tuple[tuple[complex, ...], np.ndarray]]:
    """Yield the eigenvalues and the space of all common eigenvectors inside V."""
    if not len(jumps):
        yield (), V
        return
    scale = np.linalg.norm(jumps[0], 2) or 1.0
    L = jumps[0] / scale
    known: list[complex] = []  # in units of the scale
    for value in _guesses(V.conj().T @ L @ V):
        if any(abs(value - other) < SAME_VALUE for other in known):
            continue
        _, sizes, rows = np.linalg.svd(L @ V - value * V, full_matrices=False)
        kept = V @ rows[sizes <= tolerance].conj().T
        if kept.shape[1]:
            known.append(value)
            for values, W in _common_eigenspaces(jumps[1:], kept, tolerance):
                yield (complex(value * scale), *values), W


def _guesses(matrix: np.ndarray) -> list[complex]:
    """Return numbers among which are all common eigenvalues, to rounding.

    Those of a defective matrix scatter about the true one, by 1e-8 or much more, but
    their mean is accurate. Zero is tried as well: truncated oscillators have kernels
    that no eigenvalue shows.
    """
    values = np.linalg.eigvals(matrix)
    near = np.abs(values[:, None] - values)
    means = [values[row].mean() for radius in SCATTER for row in near <= radius]
    guesses = np.array([0, *means, *values], dtype=complex)
    return [complex(guess) for guess in dict.fromkeys(guesses.round(15))]


def _invariant_part(H: np.ndarray, V: np.ndarray, tolerance: float) -> np.ndarray:
    """Return the largest subspace of V that H maps into itself."""
    while V.shape[1]:
        moved = H @ V
        leaving = moved - V @ (V.conj().T @ moved)
        _, sizes, rows = np.linalg.svd(leaving, full_matrices=False)
        if sizes.max() <= tolerance:
            break
        V = V @ rows[sizes <= tolerance].conj().T
    return V
