"""The generalized Lindblad generator on the blocks of a classical register."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike

from .._core.bases import hermitian_basis
from .._core.checks import check_shapes
from .solvers.memory_limit import check_memory
from .solvers.operators import Operators, as_operators, as_sparse, check_operators
from .solvers.sparse_action import Action, compile_action

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
        hold Qobj and SciPy sparse matrices.
    jumps : mapping (i, j) → operators, optional
        Operators :math:`R^{ij}` of shape (d, d) or (l, d, d), arrays, Qobj or a list
        of Qobj, that take block j to block i. Rates enter as square roots.

    Notes
    -----
    If an operator is given as a SciPy sparse matrix or a sparse Qobj and d > 24, all
    are held as tuples of sparse arrays, and `apply` never makes a dense one.

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
        H = as_operators(hamiltonians, "hamiltonians")
        if isinstance(H, np.ndarray):
            check_shapes(hamiltonians=(H, "n d d"))
            if H.size == 0:
                raise ValueError(
                    "`hamiltonians` must hold at least one level of size one or more, "
                    f"but has shape {H.shape}."
                )
        self.n, self.d = len(H), H[0].shape[0]
        check_operators(H, "hamiltonians", f"{self.d}", hermitian=True)
        if not isinstance(jumps, Mapping | None):
            raise TypeError(
                "`jumps` must be a mapping of (i, j) to operators, but is a "
                f"{type(jumps).__name__}. For one level, write {{(0, 0): operators}}."
            )
        self.jumps: dict[tuple[int, int], Any] = {
            pair: self._operators(pair, operators)
            for pair, operators in (jumps or {}).items()
        }
        self.hamiltonians: Any = H  # (n, d, d), or n sparse arrays
        self.is_sparse = any(isinstance(x, tuple) for x in (H, *self.jumps.values()))
        if self.is_sparse:
            self.hamiltonians = as_sparse(H)
            self.jumps = {pair: as_sparse(R) for pair, R in self.jumps.items()}
        self._actions: dict[bool, Action] = {}
        for array in (self.hamiltonians, *self.jumps.values()):
            if isinstance(array, np.ndarray):
                array.setflags(write=False)
        if not self.is_sparse:
            self._decay = self._decays()

    n_controls = 0

    def _operators(self, pair: tuple[int, int], operators: Any) -> Operators:
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
        R = as_operators(operators, name)
        if isinstance(R, np.ndarray):
            check_shapes(**{name: (R, f"l {self.d} {self.d}")})
        check_operators(R, name, f"{self.d}")
        return R

    def _decays(self) -> np.ndarray:
        """Σ over outgoing jumps of R†R, shape (n, d, d)."""
        decay = np.zeros((self.n, self.d, self.d), dtype=complex)
        for (_, j), operators in self.jumps.items():
            R = _dense(operators)
            decay[j] += (R.conj().mT @ R).sum(axis=0)
        decay.setflags(write=False)
        return decay

    def action(self, *, dual: bool = False) -> Action:
        """Return the generator or its adjoint prepared for large blocks, made once."""
        if dual not in self._actions:
            self._actions[dual] = compile_action(
                self.hamiltonians, self.jumps, dual=dual
            )
        return self._actions[dual]

    @property
    def dimension(self) -> int:
        """Number n d² of real coordinates of the blocks."""
        return self.n * self.d**2

    def apply(self, blocks: ArrayLike, u: ArrayLike | None = None) -> np.ndarray:
        """Return dρ/dt for blocks of shape (..., n, d, d), without forming a matrix."""
        rho = self._blocks(blocks, u)
        if self.is_sparse:
            return self.action().general(rho)
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
        if self.is_sparse:
            return self.action(dual=True).general(Lambda)
        drift = 1j * self.hamiltonians - self._decay / 2
        out = drift @ Lambda
        out = out + Lambda @ drift.conj().mT
        for (i, j), R in self.jumps.items():
            Lambda_i = Lambda[..., i, None, :, :]
            out[..., j, :, :] += (R.conj().mT @ Lambda_i @ R).sum(axis=-3)
        return out

    def _blocks(self, blocks: ArrayLike, u: ArrayLike | None) -> np.ndarray:
        _check_absent(u)
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
        _check_absent(u)
        check_memory(
            32 * self.d**4 + 8 * (self.n * self.d**2) ** 2,
            f"The matrix of a generator on {self.n} blocks of size {self.d}",
            "Use `apply`, or `evolve`, which make no matrix of large blocks.",
        )
        basis = hermitian_basis(self.d)
        H, jumps = _dense(self.hamiltonians), self.jumps.items()
        decay = self._decays()
        grid: list[list[Any]] = [[None] * self.n for _ in range(self.n)]
        for i in range(self.n):
            drift = (-1j * H[i] - decay[i] / 2) @ basis
            # the other half of the drift term is the adjoint, so twice the real part
            rows = drift.mT.reshape(len(basis), -1)
            grid[i][i] = 2 * (basis.reshape(len(basis), -1) @ rows.T).real
        for (i, j), R in ((pair, _dense(operators)) for pair, operators in jumps):
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
        would create coherence in the register, which is another equation. Dense.
        """
        unit = np.eye(self.n)
        H = sum(
            np.kron(H, np.outer(unit[i], unit[i]))
            for i, H in enumerate(_dense(self.hamiltonians))
        )
        jumps = [
            np.kron(R, np.outer(unit[i], unit[j]))
            for (i, j), operators in self.jumps.items()
            for R in _dense(operators)
        ]
        return np.asarray(H), jumps


def _check_absent(u: ArrayLike | None) -> None:
    if u is not None:
        raise ValueError(
            "`u` must be absent for a generator without controls. "
            "Use ControlledGenerator for one with controls."
        )


def _dense(operators: Operators) -> np.ndarray:
    """Return operators as an array (l, d, d), whatever they were."""
    if isinstance(operators, np.ndarray):
        return operators
    return np.array([operator.toarray() for operator in operators])
