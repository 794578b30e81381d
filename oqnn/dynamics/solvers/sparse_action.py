r"""The generalized Lindblad generator applied to large blocks, without its matrix.

A Hermitian matrix ρ = X + iY, X symmetric and Y antisymmetric, is held as the real
matrix S = X + Y, of the same norm: half the memory and half the work. With T = Sᵀ,

.. math:: K\rho + \rho K^\dagger &\to (AS + BT) + (AT - BS)^T, && K = A + iB, \\
    R \rho R^\dagger &\to C(CT - DS)^T + D(DT + CS)^T, && R = C + iD, \\
    w \circ \rho &\to \mathrm{Re}\,w \circ S + \mathrm{Im}\,w \circ T,
    && w = w^\dagger,

where ∘ multiplies entries. The diagonals of all operators are gathered into one w; what
is left of each operator is sparse, or dense where it has many entries.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import scipy.sparse as sp

__all__ = ["Action", "compile_action", "from_real", "to_real"]

Product: TypeAlias = Callable[[np.ndarray, np.ndarray], np.ndarray]  # of S and T

DENSE = 0.25  # share of nonzero entries from which a dense product is quicker


def to_real(blocks: np.ndarray) -> np.ndarray:
    """Return S of Hermitian matrices (..., d, d)."""
    return blocks.real + blocks.imag


def from_real(S: np.ndarray) -> np.ndarray:
    """Return the Hermitian matrices of S, shape (..., d, d)."""
    return (S + S.mT) / 2 + 0.5j * (S - S.mT)


class Action:
    """One generator, prepared for products with blocks of shape (n, d, d).

    Parameters
    ----------
    drifts : sequence of n operators, shape (d, d)
        :math:`K^i`, arrays or SciPy sparse arrays.
    jumps : mapping (i, j) → sequence of operators
        :math:`R^{ij}`.
    """

    def __init__(
        self, drifts: Sequence[Any], jumps: Mapping[tuple[int, int], Sequence[Any]]
    ) -> None:
        self._weights: dict[tuple[int, int], np.ndarray] = {}
        self._products: list[tuple[int, int, Product]] = []
        for i, K in enumerate(drifts):
            diagonal, rest = _split(K)
            self._add_weights(i, i, diagonal[:, None] + diagonal.conj())
            if rest.nnz:
                self._products.append((i, i, _drift(rest)))
        for (i, j), operators in jumps.items():
            self._add_jumps(i, j, operators)
        self._entrywise = {
            pair: [part if part.any() else None for part in (w.real, w.imag)]
            for pair, w in self._weights.items()
        }

    def _add_weights(self, i: int, j: int, weights: np.ndarray) -> None:
        self._weights[i, j] = self._weights.get((i, j), 0) + weights

    def _add_jumps(self, i: int, j: int, operators: Sequence[Any]) -> None:
        """Gather diagonal jumps entrywise and short ones into one superoperator."""
        short = []
        for R in operators:
            diagonal, rest = _split(R)
            if not rest.nnz:
                self._add_weights(i, j, np.outer(diagonal, diagonal.conj()))
            elif rest.nnz + np.count_nonzero(diagonal) <= 2 * len(diagonal):
                short.append(sp.csr_array(R))
            else:
                self._products.append((i, j, _two_sided(R)))
        if short:
            self._products.append((i, j, _superoperator(short)))

    def real(self, S: np.ndarray) -> np.ndarray:
        """Return the generator applied to Hermitian blocks in real form, (n, d, d)."""
        out, T = np.zeros_like(S), np.ascontiguousarray(S.mT)
        for (i, j), (P, Q) in self._entrywise.items():
            if P is not None:
                out[i] += P * S[j]
            if Q is not None:
                out[i] += Q * T[j]
        for i, j, product in self._products:
            out[i] += product(S[j], T[j])
        return out

    def general(self, blocks: np.ndarray) -> np.ndarray:
        """Return the generator applied to any blocks (..., n, d, d)."""
        out = np.empty(blocks.shape, dtype=complex)
        for index in np.ndindex(blocks.shape[:-3]):
            adjoint = blocks[index].conj().mT
            hermitian = (blocks[index] + adjoint) / 2
            other = (blocks[index] - adjoint) / 2j
            first, second = (self.real(to_real(part)) for part in (hermitian, other))
            out[index] = from_real(first) + 1j * from_real(second)
        return out


def compile_action(
    hamiltonians: Sequence[Any],
    jumps: Mapping[tuple[int, int], Sequence[Any]],
    *,
    dual: bool = False,
) -> Action:
    r"""Return the action with :math:`K^i = -iH^i - \frac12\sum R^{ji\dagger}R^{ji}`.

    The dual one has all operators adjoint, and jumps from i to j.
    """
    drifts = [-1j * H for H in hamiltonians]
    for (_, j), operators in jumps.items():
        for R in operators:
            drifts[j] = drifts[j] - R.conj().T @ R / 2
    if dual:
        drifts = [K.conj().T for K in drifts]
        jumps = {(j, i): [R.conj().T for R in Rs] for (i, j), Rs in jumps.items()}
    return Action(drifts, jumps)


def _split(operator: Any) -> tuple[np.ndarray, sp.csr_array]:
    """Return the diagonal, and all the rest as a sparse array without zeros."""
    csr = sp.csr_array(operator)
    diagonal = csr.diagonal()
    rest = sp.csr_array(csr - sp.diags_array(diagonal))
    rest.eliminate_zeros()
    return diagonal, rest


def _drift(operator: sp.csr_array) -> Product:
    A, B = _real_parts(operator)

    def product(S: np.ndarray, T: np.ndarray) -> np.ndarray:
        if A is None:
            return B @ T - (B @ S).T
        if B is None:
            return A @ S + (A @ T).T
        return A @ S + B @ T + (A @ T - B @ S).T

    return product


def _two_sided(operator: Any) -> Product:
    C, D = _real_parts(operator)

    def product(S: np.ndarray, T: np.ndarray) -> np.ndarray:
        if D is None:
            return C @ np.ascontiguousarray((C @ T).T)
        if C is None:
            return D @ np.ascontiguousarray((D @ T).T)
        first = np.ascontiguousarray((C @ T - D @ S).T)
        return C @ first + D @ np.ascontiguousarray((D @ T + C @ S).T)

    return product


def _superoperator(operators: Sequence[sp.csr_array]) -> Product:
    """Sum R ⊗ R̄, which acts on the rows of ρ: (C⊗C + D⊗D) S + (D⊗C − C⊗D) T."""
    total: Any = sum(sp.csr_array(sp.kron(R, R.conj())) for R in operators)
    on_S, on_T = _real_parts(total, dense=2.0)

    def product(S: np.ndarray, T: np.ndarray) -> np.ndarray:
        pairs = [(M, x) for M, x in ((on_S, S), (on_T, T)) if M is not None]
        parts = [(M @ x.reshape(-1)).reshape(x.shape) for M, x in pairs]
        return parts[0] if len(parts) == 1 else parts[0] + parts[1]

    return product


def _real_parts(operator: Any, dense: float = DENSE) -> list[Any]:
    """Return the real and the imaginary part, sparse or dense, None where zero."""
    csr = sp.csr_array(operator).astype(complex)
    parts: list[Any] = []
    for part in (sp.csr_array(csr.real), sp.csr_array(csr.imag)):
        part.eliminate_zeros()
        full = part.nnz > dense * part.shape[0] * part.shape[1]
        parts.append(part.toarray() if full else part if part.nnz else None)
    return parts
