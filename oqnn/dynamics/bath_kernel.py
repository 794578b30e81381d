"""Memory kernels of Gaussian baths, from their correlation functions."""

import numpy as np

from .._core.bases import hermitian_basis
from .baths import GaussianBath
from .memory_limit import check_memory

__all__ = ["bath_drift", "bath_kernel"]

CHUNK = 4096  # times at a time


def bath_drift(H: np.ndarray) -> np.ndarray:
    """Return the real matrix of −i[H, ·] in the Hermitian basis, (d², d²)."""
    basis = hermitian_basis(len(H))
    return 2 * np.einsum("aij,jk,bki->ab", basis, -1j * H, basis, optimize=True).real


def bath_kernel(
    H: np.ndarray, bath: GaussianBath, step: float, n_steps: int
) -> np.ndarray:
    r"""Return the second-order kernel at τ = 0, h, …, real (t, d², d²).

    .. math:: K_2(\tau)\rho = -\sum_{kl} \bigl( C_{kl}(\tau)
        [S_k, e^{L_S\tau}(S_l \rho)] - C_{kl}(\tau)^* [S_k, e^{L_S\tau}(\rho S_l)]
        \bigr)

    The second term is the complex conjugate of the first in a Hermitian basis.
    """
    d, k = bath.d, len(bath.couplings)
    check_memory(
        8.0 * (n_steps + 1) * (2 * d**4 + 4 * k * k),
        f"`step` with {n_steps} steps",
        "Take larger steps.",
    )
    basis, S = hermitian_basis(d), bath.couplings
    energies, V = np.linalg.eigh(H)
    # transitions |i⟩⟨j| of the Hamiltonian, each with its frequency
    transitions = np.einsum("xi,yj->ijxy", V, V.conj()).reshape(-1, d, d)
    frequencies = np.subtract.outer(energies, energies).reshape(-1)
    moved = S[:, None] @ transitions - transitions @ S[:, None]  # (k, d², d, d)
    left = np.einsum("axy,kqyx->akq", basis, moved, optimize=True).reshape(d * d, -1)
    fed = S[:, None] @ basis  # (k, d², d, d)
    right = np.einsum("qxy,lbxy->lqb", transitions.conj(), fed, optimize=True)
    values = np.empty((n_steps + 1, d * d, d * d))
    for first in range(0, n_steps + 1, CHUNK):
        times = step * np.arange(first, min(first + CHUNK, n_steps + 1))
        C = bath.correlations(times)
        turned = np.exp(-1j * np.multiply.outer(times, frequencies))  # (t, d²)
        middle = np.einsum("tkl,lqb->tkqb", C, right, optimize=True)
        middle *= turned[:, None, :, None]
        stacked = middle.reshape(len(times), -1, d * d)
        values[first : first + len(times)] = -2 * (left @ stacked).real
    return values
