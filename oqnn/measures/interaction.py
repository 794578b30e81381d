"""What an interaction Hamiltonian monitors: pointer observables and pointer states."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linear_sum_assignment

from .._core.bases import from_coordinates, hermitian_basis, to_coordinates
from .._core.checks import check_finite, check_hermitian, check_shapes
from .._core.qobj import as_operator
from .._core.seeds import rng_from
from ._inputs import as_density_matrices
from .parties import as_dims

__all__ = [
    "PointerBasis",
    "decoherence_factors",
    "pointer_basis",
    "pointer_observables",
]

TOLERANCE = 1e-9  # relative to the greatest entry of the Hamiltonian


def pointer_observables(H_int: Any, dims: Sequence[int]) -> np.ndarray:
    """Return all observables of the system that an interaction conserves.

    The Hermitian O with [O ⊗ 1, H_int] = 0 form an algebra; this is an orthonormal
    basis of it. Only multiples of one are left if the interaction disturbs everything.

    Parameters
    ----------
    H_int : Qobj, or shape (d e, d e), angular frequency
        Hermitian, system first and environment second.
    dims : (int, int)
        Sizes d of the system and e of the environment.

    Returns
    -------
    np.ndarray
        Complex, shape (m, d, d), Tr O_a O_b = δ_ab; the first is 1/√d.

    Raises
    ------
    ValueError
        If `H_int` is not Hermitian or `dims` are not two sizes that multiply to its
        own.

    Examples
    --------
    >>> sigma_z = np.diag([1, -1])
    >>> found = pointer_observables(np.kron(sigma_z, [[0, 1], [1, 0]]), (2, 2))
    >>> len(found), bool(np.allclose(abs(found[1]), np.eye(2) / np.sqrt(2)))
    (2, True)
    """
    H, d, e = _interaction(H_int, dims)
    basis = hermitian_basis(d)
    scale = np.abs(H).max() or 1.0
    monitored = _monitored(H / scale, d, e)  # (k, d, d)
    # columns: −i[S_k, B_b] for all k
    turned = -1j * (monitored[:, None] @ basis[1:] - basis[1:] @ monitored[:, None])
    rows = np.moveaxis(to_coordinates(turned).real, 1, -1).reshape(-1, d * d - 1)
    _, sizes, axes = np.linalg.svd(rows)
    rank = int((sizes > TOLERANCE).sum())
    coordinates = np.zeros((d * d - rank, d * d))
    coordinates[0, 0] = 1
    coordinates[1:, 1:] = axes[rank:]
    return from_coordinates(coordinates)


@dataclass(frozen=True, kw_only=True, eq=False)
class PointerBasis:
    r"""The form Σ |s_i⟩⟨s_i| ⊗ E_i of an interaction.

    States of one sector have the same E_i: coherence between them is not touched.
    """

    basis: np.ndarray  # (d, d), kets |s_i⟩ in columns
    conditional: np.ndarray  # (d, e, e), Hamiltonians E_i of the environment
    sectors: np.ndarray  # (d,), equal numbers for equal E_i


def pointer_basis(H_int: Any, dims: Sequence[int]) -> PointerBasis:
    r"""Return the pointer basis of an interaction, if it has one.

    That is the orthonormal basis in which
    :math:`H_{int} = \sum_i |s_i\rangle\langle s_i| \otimes E_i`. A state
    :math:`|s_i\rangle|E_0\rangle` then never becomes entangled, and coherences decay as
    `decoherence_factors` says. Within a sector of equal E_i the basis is arbitrary.

    Parameters
    ----------
    H_int : Qobj, or shape (d e, d e), angular frequency
        Hermitian, system first and environment second.
    dims : (int, int)
        Sizes d of the system and e of the environment.

    Returns
    -------
    PointerBasis
        Kets in the order of the standard basis where that is plain, E_i and sectors.

    Raises
    ------
    ValueError
        If `H_int` is not Hermitian, `dims` are not two sizes that multiply to its own,
        or no basis of this kind exists.

    Examples
    --------
    >>> level, sigma_x = np.diag([1, 2, 1]), np.array([[0, 1], [1, 0]])
    >>> found = pointer_basis(np.kron(level, sigma_x), (3, 2))
    >>> found.conditional[1].real.round(12), found.sectors
    (array([[0., 2.],
           [2., 0.]]), array([0, 1, 0]))
    """
    H, d, e = _interaction(H_int, dims)
    scale = np.abs(H).max() or 1.0
    monitored = _monitored(H / scale, d, e)
    # all of them have a common eigenbasis if any does; a random mixture shows it
    weights = rng_from(0, "mixture").normal(size=len(monitored))
    mixture = np.einsum("k,kij->ij", weights, monitored)
    kets = _like_standard(np.linalg.eigh(mixture)[1])

    parts = H.reshape(d, e, d, e)
    parts = np.einsum("xi,xayb,yj->ijab", kets.conj(), parts, kets, optimize=True)
    left = np.abs(parts[~np.eye(d, dtype=bool)]).max(initial=0)
    if left > TOLERANCE * scale:
        raise ValueError(
            "`H_int` must be diagonal in some basis of the system, but elements of "
            f"{left:.3g} remain. Its operators on the system do not commute; see "
            "pointer_observables for what it does conserve."
        )
    conditional = parts[np.arange(d), np.arange(d)]
    gaps = np.abs(conditional[:, None] - conditional).max(axis=(-2, -1))
    sectors = (gaps <= TOLERANCE * scale).argmax(axis=1)
    return PointerBasis(
        basis=kets,
        conditional=conditional,
        sectors=np.unique(sectors, return_inverse=True)[1],
    )


def decoherence_factors(
    conditional: Any, rho_E: Any, times: ArrayLike, *, H_E: Any = None
) -> np.ndarray:
    r"""Return the factors by which coherences of pointer states change.

    .. math:: \rho_{ij}(t) = \rho_{ij}(0)\,
        \mathrm{Tr}\,e^{-i(E_i + H_E)t}\rho_E\,e^{i(E_j + H_E)t},

    which is ⟨E_j(t)|E_i(t)⟩ for a pure environment. Exact.

    Parameters
    ----------
    conditional : shape (n, e, e), angular frequency
        Hermitian Hamiltonians E_i, one a pointer state.
    rho_E : Qobj, or shape (e, e) or (e,)
        State of the environment at t = 0.
    times : shape (t,)
        Any times.
    H_E : Qobj, or shape (e, e), optional
        Hamiltonian of the environment itself.

    Returns
    -------
    np.ndarray
        Complex, shape (t, n, n), Hermitian, one on the diagonal.

    Raises
    ------
    ValueError
        If shapes disagree, a Hamiltonian is not Hermitian or `rho_E` is no state.

    Examples
    --------
    A spin in |+⟩ that turns by ±t: cos 2t.

    >>> sigma_z, plus = np.diag([1, -1]), np.array([1, 1]) / np.sqrt(2)
    >>> factors = decoherence_factors([sigma_z, -sigma_z], plus, [0.0, np.pi / 8])
    >>> factors[:, 0, 1].real.round(6)
    array([1.      , 0.707107])
    """
    E = as_operator(conditional, "conditional")
    check_shapes(conditional=(E, "n e e"))
    rho = as_density_matrices(rho_E, "rho_E")
    times = np.asarray(times, dtype=float)
    own = np.zeros(rho.shape) if H_E is None else as_operator(H_E, "H_E")
    size = E.shape[-1]
    check_shapes(
        rho_E=(rho, f"{size} {size}"), H_E=(own, f"{size} {size}"), times=(times, "t")
    )
    check_hermitian(E, "conditional")
    check_hermitian(own, "H_E")
    check_finite(times, "times")

    energies, kets = np.linalg.eigh(E + own)  # (n, e), (n, e, e)
    turned = kets.conj().mT @ rho  # ⟨a_i|ρ
    phases = np.exp(-1j * times[:, None, None] * energies)  # (t, n, e)
    out = np.empty((len(times), len(E), len(E)), dtype=complex)
    for j in range(len(E)):
        # Σ_ab e^{−i a_i t} ⟨a_i|ρ|b_j⟩ ⟨b_j|a_i⟩ e^{i b_j t}
        weights = (turned @ kets[j]) * (kets[j].conj().T @ kets).mT
        out[:, :, j] = np.einsum(
            "tia,iab,tb->ti", phases, weights, phases[:, j].conj(), optimize=True
        )
    return out


def _interaction(H_int: Any, dims: Sequence[int]) -> tuple[np.ndarray, int, int]:
    """Check and return an interaction and the sizes of system and environment."""
    H = as_operator(H_int, "H_int")
    check_shapes(H_int=(H, "D D"))
    check_hermitian(H, "H_int")
    sizes = as_dims(dims, len(H))
    if len(sizes) != 2:
        raise ValueError(
            "`dims` must be the sizes of system and environment, but is "
            f"{sizes}. Group the parts of the environment."
        )
    return H, *sizes


def _monitored(H: np.ndarray, d: int, e: int) -> np.ndarray:
    """Return Hermitian S_k of H = Σ S_k ⊗ E_k with orthonormal E_k, the zero ones too.

    There are at most d² of them, however large the environment is.
    """
    parts = H.reshape(d, e, d, e).transpose(1, 3, 0, 2)  # (e, e, d, d)
    by_system = to_coordinates(parts).reshape(e * e, d * d).T
    # Hermitian operators of the environment as real vectors, without a basis of e² × e²
    real = np.hstack([by_system.real, by_system.imag])
    axes, sizes, _ = np.linalg.svd(real, full_matrices=False)
    return from_coordinates((axes * sizes).T)


def _like_standard(kets: np.ndarray) -> np.ndarray:
    """Order kets like the standard basis as far as possible, diagonal positive."""
    _, order = linear_sum_assignment(-(np.abs(kets) ** 2).round(9))
    kets = kets[:, order]
    diagonal = np.diagonal(kets)
    seen = np.abs(diagonal) > TOLERANCE
    phases = np.where(seen, diagonal, 1) / np.where(seen, np.abs(diagonal), 1)
    return kets * phases.conj()
