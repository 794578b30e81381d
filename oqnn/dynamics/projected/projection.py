"""Correlated projection superoperators."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..._core.bases import pauli_basis
from ..._core.checks import (
    check_density_matrix,
    check_finite,
    check_hermitian,
    check_integer,
    check_shapes,
)
from ..._core.qobj import as_operator, is_qobj
from ..._core.seeds import rng_from
from ..frozen import frozen_copy

__all__ = ["Projection"]

TOLERANCE = 1e-9


class Projection:
    r"""Projection of states of S ⊗ E onto n blocks of the system.

    .. math:: \mathcal P\rho = \sum_i \mathrm{tr}_E\{(1 \otimes A_i)\rho\} \otimes B_i

    The relevant state is the stack of blocks :math:`\rho_i = \mathrm{tr}_E\{A_i\rho\}`,
    and the system's state is :math:`\sum_i \mathrm{tr}(B_i)\,\rho_i`. The family must
    preserve the trace, :math:`\sum_i \mathrm{tr}(B_i) A_i = 1`, and be a projection,
    :math:`\mathrm{tr}\{B_i A_j\} = \delta_{ij}`. Complete positivity is reported, not
    demanded. With :math:`A_i, B_i \ge 0` relevant states are separable; otherwise they
    may be entangled, and the blocks are then no states.

    Parameters
    ----------
    A, B : shape (n, e, e)
        Hermitian operators of the environment, arrays or Qobj; each family linearly
        independent.

    Attributes
    ----------
    n, e : int
        Number of blocks, size of the environment.
    weights : shape (n,)
        tr B_i.

    Raises
    ------
    ValueError
        If shapes disagree, an operator is not Hermitian, a family is linearly
        dependent, or the pair does not preserve the trace or is no projection.

    References
    ----------
    .. [1] H.-P. Breuer, Phys. Rev. A 75, 022103 (2007), eqs. (15)-(20).

    Examples
    --------
    >>> import numpy as np
    >>> bands = Projection.sectors([np.diag([1, 1, 0]), np.diag([0, 0, 1])])
    >>> bands.blocks(np.diag([0.1, 0.2, 0.3, 0.0, 0.0, 0.4])).real
    array([[[0.3, 0. ],
            [0. , 0. ]],
           [[0.3, 0. ],
            [0. , 0.4]]])
    """

    def __init__(self, A: Any, B: Any) -> None:
        self.A = frozen_copy(_family(A, "A"), complex)
        self.B = frozen_copy(_family(B, "B"), complex)
        check_shapes(A=(self.A, "n e e"), B=(self.B, "n e e"))
        if self.A.size == 0:
            raise ValueError(
                "`A` must hold at least one operator of size one or more, but has "
                f"shape {self.A.shape}."
            )
        for name, family in (("A", self.A), ("B", self.B)):
            check_hermitian(family, name)
            _check_independent(family, name)
        self.n, self.e = self.A.shape[:2]
        weights = np.trace(self.B, axis1=1, axis2=2).real
        _check_trace(self.A, weights)
        _check_projection(self.A, self.B)
        self.weights = frozen_copy(weights)

    def blocks(self, rho: ArrayLike) -> np.ndarray:
        """Return ρ_i = tr_E{(1 ⊗ A_i) ρ}, shape (..., d e, d e) → (..., n, d, d)."""
        rho = np.asarray(rho, dtype=complex)
        self._check_total(rho, "rho")
        return self.blocks_unchecked(rho)

    def blocks_unchecked(self, rho: np.ndarray) -> np.ndarray:
        """Do the work of `blocks`, for inner loops."""
        d, e = rho.shape[-1] // self.e, self.e
        split = rho.reshape(*rho.shape[:-2], d, e, d, e)
        pairs = np.swapaxes(split, -3, -2).reshape(*rho.shape[:-2], d, d, e * e)
        traced = pairs @ self.A.mT.reshape(self.n, e * e).T  # (..., d, d, n)
        return np.moveaxis(traced, -1, -3)

    def lift(self, blocks: ArrayLike) -> np.ndarray:
        """Return Σ ρ_i ⊗ B_i, shape (..., n, d, d) → (..., d e, d e)."""
        blocks = np.asarray(blocks, dtype=complex)
        _check_blocks(blocks, self.n, "blocks")
        return self.lift_unchecked(blocks)

    def lift_unchecked(self, blocks: np.ndarray) -> np.ndarray:
        """Do the work of `lift`, for inner loops."""
        d, e = blocks.shape[-1], self.e
        pairs = np.moveaxis(blocks, -3, -1) @ self.B.reshape(self.n, e * e)
        split = pairs.reshape(*blocks.shape[:-3], d, d, e, e)
        return np.swapaxes(split, -3, -2).reshape(*blocks.shape[:-3], d * e, d * e)

    def apply(self, rho: ArrayLike) -> np.ndarray:
        """Return P ρ, shape (..., d e, d e)."""
        return self.lift_unchecked(self.blocks(rho))

    def observable(self, operators: ArrayLike) -> np.ndarray:
        r"""Return the relevant observable :math:`\sum_i O^i \otimes A_i`.

        Its expectation is the same in ρ and in Pρ: :math:`\sum_i \mathrm{tr}\{O^i
        \rho_i\}`.

        Parameters
        ----------
        operators : shape (..., n, d, d)
            Operators O^i of the system.

        Returns
        -------
        np.ndarray
            Shape (..., d e, d e).
        """
        operators = np.asarray(operators, dtype=complex)
        _check_blocks(operators, self.n, "operators")
        d = operators.shape[-1]
        out = np.einsum("...nij,nab->...iajb", operators, self.A, optimize=True)
        return out.reshape(*operators.shape[:-3], d * self.e, d * self.e)

    def change_representation(self, u: ArrayLike) -> "Projection":
        """Return the same projection written with A′ = uA, B′ = vB, where uᵀv = 1.

        The blocks become ρ′ = uρ.

        Parameters
        ----------
        u : shape (n, n)
            Real and invertible.

        Raises
        ------
        ValueError
            If `u` has another shape or is singular.
        """
        u = np.asarray(u, dtype=float)
        check_shapes(u=(u, f"{self.n} {self.n}"))
        check_finite(u, "u")
        if not np.linalg.cond(u) < 1 / TOLERANCE:
            raise ValueError(
                "`u` must be invertible, but its condition number is "
                f"{np.linalg.cond(u):.3g}."
            )
        v = np.linalg.inv(u).T
        return Projection(
            np.tensordot(u, self.A, axes=1), np.tensordot(v, self.B, axes=1)
        )

    @property
    def choi(self) -> np.ndarray:
        """Choi matrix Σ A_iᵀ ⊗ B_i of the map that P makes on E, (e², e²)."""
        out = np.einsum("nba,ncd->acbd", self.A, self.B)
        return out.reshape(self.e**2, self.e**2)

    @property
    def least_choi_eigenvalue(self) -> float:
        """Least eigenvalue of `choi`; P is completely positive if it is not negative.

        Rounding makes a zero eigenvalue slightly negative; compare with a tolerance.
        """
        return float(np.linalg.eigvalsh(self.choi).min())

    @classmethod
    def product(cls, rho_E: Any) -> "Projection":
        """Return Pρ = tr_E ρ ⊗ ρ_E: one block.

        Parameters
        ----------
        rho_E : Qobj or shape (e, e)
            State of the environment.

        Raises
        ------
        ValueError
            If `rho_E` is no state.
        """
        rho_E = _state(rho_E, "rho_E")
        return cls(np.eye(len(rho_E))[None], rho_E[None])

    @classmethod
    def sectors(cls, projectors: Any, rho_E: Any = None) -> "Projection":
        """Return A_i = Π_i, B_i = Π_i ρ_E Π_i / tr{Π_i ρ_E}, for orthogonal Π_i.

        The sectors may be bands of energy or values of a conserved quantity.

        Parameters
        ----------
        projectors : shape (n, e, e)
            Orthogonal projectors Π_i that sum to one.
        rho_E : Qobj or shape (e, e), optional
            State of the environment; fully mixed by default. Every sector must occur.

        Raises
        ------
        ValueError
            If the projectors are not orthogonal projectors, do not sum to one, or a
            sector has no weight in `rho_E`.
        """
        A = _family(projectors, "projectors")
        check_shapes(projectors=(A, "n e e"))
        check_hermitian(A, "projectors")
        e = A.shape[-1]
        rho_E = np.eye(e) / e if rho_E is None else _state(rho_E, "rho_E")
        check_shapes(rho_E=(rho_E, f"{e} {e}"))
        products = np.einsum("iab,jbc->ijac", A, A)
        products[np.arange(len(A)), np.arange(len(A))] -= A
        _check_small(products, "`projectors` must be orthogonal projectors", "Π_iΠ_j")
        _check_small(A.sum(axis=0) - np.eye(e), "`projectors` must sum to 1", "Σ Π_i")
        cut = A @ rho_E @ A
        weights = np.trace(cut, axis1=1, axis2=2).real
        if not weights.min() > TOLERANCE:
            raise ValueError(
                "`rho_E` must have weight in every sector, but has "
                f"{weights.min():.3g} in sector {weights.argmin()}. Leave it out for "
                "the fully mixed state."
            )
        return cls(A, cut / weights[:, None, None])

    @classmethod
    def pauli(cls, n_qubits: int, rho_rest: Any) -> "Projection":
        """Return the projection that keeps some qubits of E whole.

        E is `n_qubits` qubits, then the rest, in this order. A_μ = τ_μ ⊗ 1 and
        B_μ = τ_μ ⊗ ρ_rest / 2^q with all Pauli strings τ_μ, so Pρ = tr_rest ρ ⊗ ρ_rest,
        and the relevant states may entangle the system with the qubits.

        Parameters
        ----------
        n_qubits : int
            Number q of qubits, 4^q blocks.
        rho_rest : Qobj or shape (r, r)
            State of the rest.
        """
        rest = _state(rho_rest, "rho_rest")
        strings = pauli_basis(n_qubits)
        A = [np.kron(tau, np.eye(len(rest))) for tau in strings]
        B = [np.kron(tau, rest) / 2**n_qubits for tau in strings]
        return cls(A, B)

    @classmethod
    def random(cls, n: int, e: int, seed: int) -> "Projection":
        """Return an admissible family without any symmetry, for tests and examples.

        Complex A_i with Σ w_i A_i = 1 for random w, and B_i dual to them, not in their
        span; in general not completely positive.

        Parameters
        ----------
        n, e : int
            Number of blocks, at most e²; size of the environment.
        seed : int
            Of the random numbers.
        """
        check_integer(e, "e")
        check_integer(n, "n")
        if n > e * e:
            raise ValueError(f"`n` must be at most e² = {e * e}, but is {n}.")
        rng = rng_from(seed, "projection")
        draws = rng.normal(size=(4, n, e, e))
        family, other = draws[0] + 1j * draws[1], draws[2] + 1j * draws[3]
        A, noise = family + family.conj().mT, other + other.conj().mT
        weights = rng.uniform(0.5, 1.5, size=n)
        rest = np.tensordot(weights[:-1], A[:-1], axes=1)
        A[-1] = (np.eye(e) - rest) / weights[-1]
        span = A + 0.3 * noise
        gram = np.einsum("iab,jba->ij", span, A).real
        return cls(A, np.tensordot(np.linalg.inv(gram), span, axes=1))

    def _check_total(self, rho: np.ndarray, name: str) -> None:
        square = rho.ndim >= 2 and rho.shape[-1] == rho.shape[-2] and rho.size > 0
        if not square or rho.shape[-1] % self.e:
            raise ValueError(
                f"`{name}` must have shape (..., d e, d e) with e={self.e}, but has "
                f"shape {rho.shape}."
            )
        check_finite(rho, name)


def _family(operators: Any, name: str) -> np.ndarray:
    """Return an array or a list of arrays and Qobj as one array."""
    if isinstance(operators, list | tuple) and any(map(is_qobj, operators)):
        operators = [as_operator(op, name) for op in operators]
    return as_operator(operators, name)


def _state(rho: Any, name: str) -> np.ndarray:
    """Return a state of part of the environment, checked."""
    array = as_operator(rho, name)
    check_shapes(**{name: (array, "e e")})
    check_density_matrix(array, name)
    return array


def _check_blocks(blocks: np.ndarray, n: int, name: str) -> None:
    """Check the shape (..., n, d, d)."""
    fits = blocks.ndim >= 3 and blocks.shape[-3] == n
    if not fits or blocks.shape[-1] != blocks.shape[-2]:
        raise ValueError(
            f"`{name}` must have shape (..., {n}, d, d), but has shape {blocks.shape}."
        )
    check_finite(blocks, name)


def _check_independent(family: np.ndarray, name: str) -> None:
    """Check that operators are linearly independent."""
    singular = np.linalg.svd(family.reshape(len(family), -1), compute_uv=False)
    rank = int((singular > TOLERANCE * singular[0]).sum())
    if rank < len(family):
        raise ValueError(
            f"`{name}` must hold linearly independent operators, but only {rank} of "
            f"its {len(family)} are. Leave out the others."
        )


def _check_trace(A: np.ndarray, weights: np.ndarray) -> None:
    """Check Σ tr(B_i) A_i = 1."""
    gap = np.abs(np.tensordot(weights, A, axes=1) - np.eye(A.shape[-1])).max()
    if not gap <= TOLERANCE * max(1.0, np.abs(A).max()):
        raise ValueError(
            "`A` and `B` must preserve the trace, Σ tr(B_i) A_i = 1, but the sum "
            f"differs from 1 by {gap:.3g}. Do the A_i span the identity?"
        )


def _check_projection(A: np.ndarray, B: np.ndarray) -> None:
    """Check tr{B_i A_j} = δ_ij."""
    overlaps = np.einsum("iab,jba->ij", B, A).real
    gaps = np.abs(overlaps - np.eye(len(A)))
    i, j = np.unravel_index(gaps.argmax(), gaps.shape)
    scale = max(1.0, np.abs(A).max() * np.abs(B).max() * A.shape[-1])
    if not gaps[i, j] <= TOLERANCE * scale:
        raise ValueError(
            "`A` and `B` must form a projection, tr{B_i A_j} = δ_ij, but "
            f"tr{{B_{i} A_{j}}} = {overlaps[i, j]:.6g}."
        )


def _check_small(gap: np.ndarray, rule: str, what: str) -> None:
    worst = np.abs(gap).max()
    if not worst <= TOLERANCE:
        raise ValueError(f"{rule}, but {what} is off by {worst:.3g}.")
