"""The generalized Lindblad generator on the blocks of a classical register."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike

from .._core.bases import hermitian_basis
from .._core.checks import check_finite, check_hermitian, check_shapes
from .._core.qobj import as_operator, is_qobj

__all__ = ["RegisterGenerator"]


class RegisterGenerator:
    r"""Positive time-local generator on n register blocks of d × d matrices.

    .. math:: K_i(\rho) = -i[H^i, \rho_i] + \sum_{j\lambda} \Bigl(R^{ij}_\lambda
        \rho_j R^{ij\dagger}_\lambda
        - \tfrac12\{R^{ji\dagger}_\lambda R^{ji}_\lambda, \rho_i\}\Bigr)

    An ordinary Lindblad equation is n = 1. The blocks stay positive and the sum of
    their traces is conserved; the state of the system is the sum of the blocks.

    Parameters
    ----------
    hamiltonians : shape (n, d, d), angular frequency
        One Hermitian matrix a level; (d, d) or a Qobj stands for n = 1. A list may
        hold Qobj.
    jumps : mapping (i, j) → operators, optional
        Operators :math:`R^{ij}` of shape (d, d) or (l, d, d), arrays, Qobj or a list
        of Qobj, that take block j to block i. Rates enter as square roots.

    Raises
    ------
    TypeError
        If `jumps` is no mapping.
    ValueError
        If shapes disagree or hold nothing, a Hamiltonian is not Hermitian, an entry
        is not finite, or a key of `jumps` names no pair of levels.

    References
    ----------
    .. [1] H.-P. Breuer, Phys. Rev. A 75, 022103 (2007), eq. (43), with the
       anticommutator over outgoing jumps, which the trace demands.

    Examples
    --------
    >>> import numpy as np
    >>> sigma_minus = np.array([[0, 0], [1, 0]])
    >>> decay = RegisterGenerator(np.zeros((2, 2)), {(0, 0): sigma_minus})
    >>> decay.apply(np.diag([1.0, 0.0])[None])[0].real
    array([[-1., 0.],
           [ 0., 1.]])
    """

    def __init__(
        self,
        hamiltonians: Any,
        jumps: Mapping[tuple[int, int], Any] | None = None,
    ) -> None:
        H = _stack(hamiltonians, "hamiltonians")
        check_shapes(hamiltonians=(H, "n d d"))
        if H.size == 0:
            raise ValueError(
                "`hamiltonians` must hold at least one level of size one or more, but "
                f"has shape {H.shape}."
            )
        check_hermitian(H, "hamiltonians")
        self.n, self.d = H.shape[:2]
        self.hamiltonians = H
        if not isinstance(jumps, Mapping | None):
            raise TypeError(
                "`jumps` must be a mapping of (i, j) to operators, but is a "
                f"{type(jumps).__name__}. For one level, write {{(0, 0): operators}}."
            )
        self.jumps = {
            pair: self._operators(pair, operators)
            for pair, operators in (jumps or {}).items()
        }
        self._decay = np.zeros_like(H)  # Σ over outgoing jumps of R†R
        for (_, j), R in self.jumps.items():
            self._decay[j] += (R.conj().mT @ R).sum(axis=0)
        for array in (self.hamiltonians, self._decay, *self.jumps.values()):
            array.setflags(write=False)

    n_controls = 0

    def _operators(self, pair: tuple[int, int], operators: Any) -> np.ndarray:
        is_pair = isinstance(pair, tuple) and len(pair) == 2
        if not is_pair or not all(
            isinstance(index, int | np.integer) and 0 <= index < self.n
            for index in pair
        ):
            raise ValueError(
                f"`jumps` must have keys (i, j) with 0 ≤ i, j < {self.n}, the number "
                f"of levels, but has {pair!r}."
            )
        name = f"jumps[{pair}]"
        R = _stack(operators, name)
        check_shapes(**{name: (R, f"l {self.d} {self.d}")})
        check_finite(R, name)
        return R

    @property
    def dimension(self) -> int:
        """Number n d² of real coordinates of the blocks."""
        return self.n * self.d**2

    def apply(self, blocks: ArrayLike, u: ArrayLike | None = None) -> np.ndarray:
        """Return dρ/dt for blocks of shape (..., n, d, d), without forming a matrix."""
        rho = self._blocks(blocks, u)
        drift = -1j * self.hamiltonians - self._decay / 2
        out = drift @ rho
        out = out + rho @ drift.conj().mT
        for (i, j), R in self.jumps.items():
            rho_j = rho[..., j, None, :, :]
            out[..., i, :, :] += (R @ rho_j @ R.conj().mT).sum(axis=-3)
        return out

    def adjoint(self, blocks: ArrayLike, u: ArrayLike | None = None) -> np.ndarray:
        r"""Return the Heisenberg-picture generator applied to (..., n, d, d) blocks.

        .. math:: K_j^\dagger(\Lambda) = i[H^j, \Lambda_j] + \sum_{\lambda i}\Bigl(
            R^{ij\dagger}_\lambda \Lambda_i R^{ij}_\lambda
            - \tfrac12\{R^{ij\dagger}_\lambda R^{ij}_\lambda, \Lambda_j\}\Bigr)
        """
        Lambda = self._blocks(blocks, u)
        drift = 1j * self.hamiltonians - self._decay / 2
        out = drift @ Lambda
        out = out + Lambda @ drift.conj().mT
        for (i, j), R in self.jumps.items():
            Lambda_i = Lambda[..., i, None, :, :]
            out[..., j, :, :] += (R.conj().mT @ Lambda_i @ R).sum(axis=-3)
        return out

    def _blocks(self, blocks: ArrayLike, u: ArrayLike | None) -> np.ndarray:
        if u is not None:
            raise ValueError(
                "`u` must be absent for a generator without controls. "
                "Use ControlledGenerator for one with controls."
            )
        rho = np.asarray(blocks, dtype=complex)
        if rho.shape[-3:] != (self.n, self.d, self.d):
            raise ValueError(
                f"`blocks` must have shape (..., {self.n}, {self.d}, {self.d}), "
                f"but has shape {rho.shape}."
            )
        return rho

    def matrix(self, u: ArrayLike | None = None) -> np.ndarray:
        """Return the real matrix of shape (n d², n d²) in the Hermitian basis.

        Coordinates run over levels first, then over `hermitian_basis(d)`.
        """
        return self.sparse_matrix(u).toarray()

    def sparse_matrix(self, u: ArrayLike | None = None) -> sp.csr_array:
        """Return `matrix` as a SciPy sparse array, built from its nonzero blocks."""
        self._blocks(np.zeros((self.n, self.d, self.d)), u)
        basis = hermitian_basis(self.d)
        grid: list[list[Any]] = [[None] * self.n for _ in range(self.n)]
        for i in range(self.n):
            drift = (-1j * self.hamiltonians[i] - self._decay[i] / 2) @ basis
            # the other half of the drift term is the adjoint, so twice the real part
            grid[i][i] = 2 * np.einsum("aij,bji->ab", basis, drift).real
        for (i, j), R in self.jumps.items():
            fed = np.einsum(
                "aij,ljk,bkm,lim->ab", basis, R, basis, R.conj(), optimize=True
            ).real
            previous = grid[i][j]
            grid[i][j] = fed if previous is None else previous + fed
        parts = [[b if b is None else sp.coo_array(b) for b in row] for row in grid]
        return sp.csr_array(sp.block_array(parts))

    def embedding(self) -> tuple[np.ndarray, list[np.ndarray]]:
        """Return the Hamiltonian and jumps of the same dynamics on S ⊗ C^n.

        One jump for each operator and pair of levels: summed into one operator they
        would create coherence in the register, which is another equation.
        """
        unit = np.eye(self.n)
        H = sum(
            np.kron(self.hamiltonians[i], np.outer(unit[i], unit[i]))
            for i in range(self.n)
        )
        jumps = [
            np.kron(R, np.outer(unit[i], unit[j]))
            for (i, j), operators in self.jumps.items()
            for R in operators
        ]
        return np.asarray(H), jumps


def _stack(operators: Any, name: str) -> np.ndarray:
    """Return one operator or several, arrays or Qobj, as a new array (l, d, d)."""
    if isinstance(operators, list | tuple) and any(map(is_qobj, operators)):
        operators = [as_operator(op, name) for op in operators]
    array = as_operator(operators, name).copy()
    return array[None] if array.ndim == 2 else array
