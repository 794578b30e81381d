"""Polynomial Hamiltonians diagonalised in a basis of oscillator states.

No grid of p, no Fourier transform, no time step: ladder operators alone. Wigner
functions come from the integral of eq. 1.1, the wavefunction being known everywhere.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Diagonalised:
    """H = p²/2m + Σ c_n x^n in the lowest `levels` states of width `width`."""

    coefficients: tuple[float, ...]
    mass: float
    hbar: float
    width: float = 1.0
    levels: int = 90

    def hamiltonian(self) -> np.ndarray:
        size = self.levels + len(self.coefficients)
        a = np.diag(np.sqrt(np.arange(1.0, size)), 1)
        x = self.width / np.sqrt(2) * (a + a.T)
        p = self.hbar / (self.width * np.sqrt(2)) * (a.T - a)  # without its factor i
        H = -p @ p / (2 * self.mass)
        for n, c in enumerate(self.coefficients):
            H = H + c * np.linalg.matrix_power(x, n)
        return H[: self.levels, : self.levels]

    def basis(self, x: np.ndarray) -> np.ndarray:
        """φ_n at points of any shape (...), shape (levels, ...)."""
        u = np.asarray(x) / self.width
        phi = np.zeros((self.levels, *u.shape))
        phi[0] = np.exp(-(u**2) / 2) / np.pi**0.25 / np.sqrt(self.width)
        phi[1] = np.sqrt(2) * u * phi[0]
        for n in range(1, self.levels - 1):
            phi[n + 1] = np.sqrt(2 / (n + 1)) * u * phi[n]
            phi[n + 1] -= np.sqrt(n / (n + 1)) * phi[n - 1]
        return phi

    def amplitudes(self, psi, times) -> np.ndarray:
        """Coefficients of a wavefunction, a function of x, at times; (t, levels)."""
        x = np.linspace(-20, 20, 1501) * self.width
        start = self.basis(x) @ psi(x) * (x[1] - x[0])
        energies, vectors = np.linalg.eigh(self.hamiltonian())
        phases = np.exp(-1j * np.multiply.outer(times, energies) / self.hbar)
        return (phases * (vectors.T @ start)) @ vectors.T

    def wavefunctions(self, psi, x, times) -> np.ndarray:
        """ψ(x, t), shape (t, ...)."""
        return np.tensordot(self.amplitudes(psi, times), self.basis(x), axes=1)

    def wigner(self, psi, x, p, times) -> np.ndarray:
        """W(x, p, t) = (1/h)∫e^{−ipy/ħ}ψ(x + y/2)ψ*(x − y/2)dy, shape (t, nx, np)."""
        reach = np.abs(x).max() + 8 * self.width
        y = np.linspace(-2 * reach, 2 * reach, 601)
        right = self.wavefunctions(psi, x[:, None] + y / 2, times)
        left = right[..., ::-1]  # y runs through both signs
        waves = np.exp(-1j * np.multiply.outer(y, p) / self.hbar) * (y[1] - y[0])
        return (right * left.conj() @ waves).real / (2 * np.pi * self.hbar)


def packet(x, x0, p0, width, hbar):
    """A Gaussian of width a at x₀ moving with p₀; complex, so that signs of p show."""
    here = np.asarray(x) - x0
    size = np.pi**-0.25 / np.sqrt(width)
    return size * np.exp(-(here**2) / (2 * width**2) + 1j * p0 * here / hbar)
