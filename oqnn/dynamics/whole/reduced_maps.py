"""Maps of a system A, out of unitaries of the whole A ⊗ B."""

import numpy as np

from ..._core.bases import hermitian_basis

__all__ = ["parts", "trace_A", "trace_B", "transfer_of"]


def trace_B(operators: np.ndarray, dims: tuple[int, int]) -> np.ndarray:
    """Trace over the environment, (..., N M, N M) → (..., N, N)."""
    split = operators.reshape(*operators.shape[:-2], *dims, *dims)
    return np.einsum("...iaja->...ij", split)


def trace_A(operators: np.ndarray, dims: tuple[int, int]) -> np.ndarray:
    """Trace over the system, (..., N M, N M) → (..., M, M)."""
    split = operators.reshape(*operators.shape[:-2], *dims, *dims)
    return np.einsum("...iaib->...ab", split)


def parts(U: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Return ⟨μ|U|ν⟩ for a basis of B in columns, (t, M, M, N, N)."""
    M = len(basis)
    N = U.shape[-1] // M
    split = U.reshape(-1, N, M, N, M)
    return np.einsum("am,tiajb,bn->tmnij", basis.conj(), split, basis, optimize=True)


def transfer_of(left: np.ndarray, right: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Return Re Σ_μν p_ν Tr(B_a K_μν B_b L_μν†) in the Hermitian basis, (t, N², N²)."""
    t, M, _, N, _ = left.shape
    weighted = (p[:, None, None] * left).reshape(t, M * M, N * N)
    pairs = weighted.mT @ right.reshape(t, M * M, N * N).conj()
    B, pairs = hermitian_basis(N), pairs.reshape(t, N, N, N, N)
    return np.einsum("aki,tijkl,bjl->tab", B, pairs, B, optimize=True).real
