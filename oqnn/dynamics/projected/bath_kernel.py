r"""Memory kernels of Gaussian baths, from their correlation functions.

With :math:`S_k^\times X = [S_k, X]`, the free evolution :math:`G(\tau) = e^{L_S \tau}`
and :math:`\Theta_k(\tau) X = \sum_l C_{kl}(\tau) S_l X - C_{kl}(\tau)^* X S_l`, Wick's
theorem pairs every vertex with a later commutator:

.. math:: K_2(\tau) = -\sum_k S_k^\times G(\tau) \Theta_k(\tau), \qquad
    K_4(\tau) = \sum_{kk'} \int_0^\tau\! ds_1 \int_0^{s_1}\! ds_2\, S_k^\times
    G(\tau - s_1) S_{k'}^\times G(s_1 - s_2) \bigl[ \Theta_{k'}(s_1 - s_2) G(s_2)
    \Theta_k(\tau) + \Theta_k(\tau - s_2) G(s_2) \Theta_{k'}(s_1) \bigr].

The first term is a double convolution. In the second, u = s₁ and v = τ − s₂ separate
in the eigenbasis of H, and ∫∫ f(u) g(v) over u + v > τ is a convolution as well.
"""

from typing import NamedTuple

import numpy as np

from ..._core.bases import hermitian_basis
from ..._core.progress import ProgressLine
from ..solvers.memory_limit import check_memory
from .baths import GaussianBath
from .gregory import convolve, cumulative_integral

__all__ = ["bath_drift", "bath_kernel"]

CHUNK = 4096  # times at a time
POINTS = 6  # of local polynomials: the error of K₄ is of order h⁶


class _Vertices(NamedTuple):
    """Superoperators in the basis |i⟩⟨j| of eigenstates of H, q = d²."""

    frequencies: np.ndarray  # (q,), G = e^{−iωτ}
    commutators: np.ndarray  # (k, q, q)
    left: np.ndarray  # (k, q, q), X → S X
    right: np.ndarray  # (k, q, q), X → X S
    to_basis: np.ndarray  # (q, q), to the Hermitian basis, unitary

    def theta(self, C: np.ndarray) -> np.ndarray:
        """Θ_k for correlations (t, k, k), shape (t, k, q, q)."""
        ahead = np.tensordot(C, self.left, axes=1)
        return ahead - np.tensordot(C.conj(), self.right, axes=1)

    def real(self, K: np.ndarray) -> np.ndarray:
        """Superoperators (t, q, q) as real matrices in the Hermitian basis."""
        return (self.to_basis @ K @ self.to_basis.conj().T).real


def bath_drift(H: np.ndarray) -> np.ndarray:
    """Return the real matrix of −i[H, ·] in the Hermitian basis, (d², d²)."""
    basis = hermitian_basis(len(H))
    return 2 * np.einsum("aij,jk,bki->ab", basis, -1j * H, basis, optimize=True).real


def bath_kernel(
    H: np.ndarray,
    bath: GaussianBath,
    step: float,
    n_steps: int,
    order: int,
    progress: bool | None = None,
) -> np.ndarray:
    """Return K₂, or K₂ + K₄, at τ = 0, h, …, n_steps h as real matrices (t, d², d²).

    Parameters
    ----------
    H : shape (d, d)
        Hamiltonian of the system.
    bath : GaussianBath
        Couplings and correlations.
    step : float
        h. K₂ is exact at any step, K₄ to order h⁶.
    n_steps : int
        Number of steps, for K₄ at least 2 · POINTS.
    order : 2 or 4
        Of the kernel in the coupling.
    progress : bool, optional
        Show (True), hide (False), or show after two seconds on a terminal.

    Raises
    ------
    ValueError
        If there are too few steps, or the memory does not suffice.
    """
    q, k = bath.d**2, len(bath.couplings)
    extra = 16 * (2 * k * q * q + 8 * (k + 1) * q * q) if order == 4 else 0
    check_memory(
        (n_steps + 1.0) * (8 * q * q + extra),
        f"`step` with {n_steps} steps",
        "Take larger steps.",
    )
    if order == 4 and n_steps < 2 * POINTS:
        raise ValueError(
            f"`tlist` must hold more than {2 * POINTS} times for the fourth order of a "
            f"GaussianBath, which is integrated on them, but holds {n_steps + 1}."
        )
    vertices = _vertices(H, bath.couplings)
    times = step * np.arange(n_steps + 1)
    values = np.empty((n_steps + 1, q, q))
    for first in range(0, n_steps + 1, CHUNK):
        some = times[first : first + CHUNK]
        theta = vertices.theta(bath.correlations(some))
        values[first : first + CHUNK] = vertices.real(-_pairs(vertices, some, theta))
    if order == 4:
        theta = vertices.theta(bath.correlations(times))
        fourth = _nested(vertices, times, theta)
        fourth += _crossed(vertices, times, theta, progress)
        values += vertices.real(fourth)
    return values


def _vertices(H: np.ndarray, couplings: np.ndarray) -> _Vertices:
    """Go to the eigenbasis of H, rows of matrices stacked."""
    energies, V = np.linalg.eigh(H)
    S = V.conj().T @ couplings @ V
    unit, d = np.eye(len(H)), len(H)
    left = np.einsum("kij,ab->kiajb", S, unit).reshape(-1, d * d, d * d)
    right = np.einsum("kba,ij->kiajb", S, unit).reshape(-1, d * d, d * d)
    basis = V.conj().T @ hermitian_basis(d) @ V
    return _Vertices(
        frequencies=np.subtract.outer(energies, energies).reshape(-1),
        commutators=left - right,
        left=left,
        right=right,
        to_basis=basis.conj().reshape(d * d, d * d),
    )


def _pairs(vertices: _Vertices, times: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """Σ_k S_k^× G(τ) Θ_k(τ), shape (t, q, q)."""
    turned = np.exp(-1j * np.multiply.outer(times, vertices.frequencies))
    moved = turned[:, None, :, None] * theta
    return np.einsum("kxa,tkay->txy", vertices.commutators, moved, optimize=True)


def _nested(vertices: _Vertices, times: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """S_k^× (G ∗ Σ S^× G Θ ∗ G)(τ) Θ_k(τ): the inner pair within the outer one."""
    inner = np.moveaxis(_pairs(vertices, times, theta), 0, -1)  # (q, q, t)
    turn = np.exp(1j * np.multiply.outer(vertices.frequencies, times))  # (q, t)
    step = times[1]
    once = cumulative_integral(turn[:, None] * inner, step, POINTS) / turn[:, None]
    twice = cumulative_integral(turn * once, step, POINTS) / turn
    product = np.moveaxis(twice, -1, 0)[:, None] @ theta  # (t, k, q, q)
    return np.einsum("kxa,tkay->txy", vertices.commutators, product, optimize=True)


def _crossed(
    vertices: _Vertices,
    times: np.ndarray,
    theta: np.ndarray,
    progress: bool | None,
) -> np.ndarray:
    """S_k^× G(τ−u) S_k'^× G(u+v−τ) Θ_k(v) G(τ−v) Θ_k'(u) over u + v > τ.

    Element by element: a before the first free evolution, b and c round Θ_k(v).
    """
    frequencies, step = vertices.frequencies, times[1]
    q, turn = len(frequencies), np.exp(1j * np.multiply.outer(frequencies, times))
    theta = np.ascontiguousarray(theta.transpose(1, 2, 3, 0))  # (k, q, q, t)
    out = np.zeros((len(theta), q, q, len(times)), dtype=complex)  # (k, a, y, t)
    with ProgressLine("fourth order", q * q, show=progress) as line:
        for b, c in np.ndindex(q, q):
            line.advance()
            f = np.einsum("ka,kyt->ayt", vertices.commutators[:, :, b], theta[:, c])
            f *= (turn * turn[b].conj())[:, None]
            g = theta[:, b, c] * (turn[c] * turn[b].conj())  # (k, t)
            if not (f.any() and g.any()):
                continue
            g_total = cumulative_integral(g, step, POINTS)[:, None, None]
            whole = cumulative_integral(f, step, POINTS) * g_total
            whole -= convolve(f, g_total, step, POINTS - 1)
            out += turn[b] * turn[c].conj() * whole
    out *= turn.conj()[:, None]
    return np.einsum("kxa,kayt->txy", vertices.commutators, out, optimize=True)
