r"""Time-local generators of Gaussian baths, out of their memory kernels.

With the free evolution :math:`G(t) = e^{L_S t}` and the kernels K₂ and K₄ of
`bath_kernel`, the map to second order is Φ₂ = G ∗ K₂ ∗ G, and

.. math:: \mathcal K_2(t) = \int_0^t K_2(\tau) G(-\tau)\, d\tau, \qquad
    \mathcal K_4(t) = \bigl[K_2 * \Phi_2 + K_4 * G - \mathcal K_2 \Phi_2\bigr](t)\,
    G(-t).
"""

import numpy as np

from ..._core.bases import hermitian_basis
from .bath_kernel import bath_drift, bath_kernel
from .baths import GaussianBath
from .gregory import convolve, cumulative_integral

__all__ = ["POINTS", "bath_generator"]

POINTS = 6  # of local polynomials: errors of order h⁶


def bath_generator(
    H: np.ndarray,
    bath: GaussianBath,
    step: float,
    n_steps: int,
    order: int,
    progress: bool | None = None,
) -> np.ndarray:
    """Return L_S + 𝒦₂, or with 𝒦₄, at 0, h, …, n_steps h as matrices (t, d², d²).

    Parameters
    ----------
    H : shape (d, d)
        Hamiltonian of the system.
    bath : GaussianBath
        Couplings and correlations.
    step : float
        h; the error is of order h⁶.
    n_steps : int
        Number of steps, at least 2 · POINTS.
    order : 2 or 4
        Of the generator in the coupling.
    progress : bool, optional
        Show (True), hide (False), or show after two seconds on a terminal.

    Raises
    ------
    ValueError
        If there are too few steps, or the memory does not suffice.
    """
    drift = bath_drift(H)
    K2 = bath_kernel(H, bath, step, n_steps, 2)
    forth = _free(H, step * np.arange(n_steps + 1))  # G(t), orthogonal
    back = forth.mT
    second = _integral(K2 @ back, step)
    if order == 2:
        return drift + second
    Phi2 = forth @ _integral(back @ second @ forth, step)
    K4 = bath_kernel(H, bath, step, n_steps, 4, progress) - K2
    driven = _convolution(K2, Phi2, step) - second @ Phi2
    # K₄ ∗ G without the cancellation of phases: G(t − τ) G(−t) = G(−τ)
    fourth = driven @ back + _integral(K4 @ back, step)
    return drift + second + fourth


def _free(H: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return the maps X → e^{−iHt} X e^{iHt} as real matrices (t, d², d²)."""
    energies, V = np.linalg.eigh(H)
    basis = V.conj().T @ hermitian_basis(len(H)) @ V
    phases = np.exp(
        -1j * np.multiply.outer(times, np.subtract.outer(energies, energies))
    )
    return np.einsum("aji,tij,bij->tab", basis, phases, basis, optimize=True).real


def _integral(values: np.ndarray, step: float) -> np.ndarray:
    """Return the integral from 0 to every time of matrices (t, a, b)."""
    moved = np.ascontiguousarray(np.moveaxis(values, 0, -1))
    return np.moveaxis(cumulative_integral(moved, step, POINTS), -1, 0)


def _convolution(left: np.ndarray, right: np.ndarray, step: float) -> np.ndarray:
    """Return ∫₀ᵗ left(t − τ) right(τ) dτ for matrices (t, a, b)."""
    f, g = (np.moveaxis(x, 0, -1).astype(complex) for x in (left, right))
    out = np.zeros((len(f), g.shape[1], len(left)))
    for b in range(g.shape[0]):
        out += convolve(f[:, b, None], g[None, b], step, POINTS - 1).real
    return np.moveaxis(out, -1, 0)
