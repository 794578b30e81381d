"""A finite number of oscillators in place of a continuous bath."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import eigh_tridiagonal

from ..._core.checks import check_integer, check_shapes
from ..._core.qobj import as_operator
from ..._core.threads import one_blas_thread
from ...dynamics.projected.baths import FiniteEnvironment
from ...dynamics.projected.projection import Projection

__all__ = ["OscillatorModes", "gauss_modes"]

LARGEST = 2048  # size of a finite environment beyond which dense matrices are refused


@dataclass(frozen=True, kw_only=True, eq=False)
class OscillatorModes:
    """Oscillators of frequency ω_k that make up B = Σ g_k (b_k + b_k†), g_k real."""

    frequencies: np.ndarray  # (n,), increasing
    couplings: np.ndarray  # (n,)

    def correlation(self, times: np.ndarray) -> np.ndarray:
        """Return Σ g_k² e^{−iω_k t}, the correlation function in the vacuum."""
        times = np.asarray(times, dtype=float)
        return np.exp(-1j * np.multiply.outer(times, self.frequencies)) @ (
            self.couplings**2
        )

    def environment(
        self, coupling: Any, levels: int, temperature: float = 0.0
    ) -> FiniteEnvironment:
        """Return the oscillators, each cut to some levels, for the exact solvers.

        Parameters
        ----------
        coupling : Qobj or shape (d, d), dimensionless
            H_int = S ⊗ Σ g_k b_k + h.c.: Hermitian S give S ⊗ B, raising operators
            the rotating-wave coupling.
        levels : int
            Number states kept of every oscillator.
        temperature : float, optional, angular frequency
            Of the Gibbs state of the cut oscillators, on which the product projection
            projects. Zero is the vacuum.

        Raises
        ------
        ValueError
            If the environment would have more than 2048 states.
        """
        S = as_operator(coupling, "coupling")
        check_shapes(coupling=(S, "d d"))
        check_integer(levels, "levels", least=2)
        n = len(self.frequencies)
        size = levels**n
        if size > LARGEST:
            gib = 16 * (float(size) * len(S)) ** 2 / 2**30
            raise ValueError(
                f"`levels` must keep the environment below {LARGEST} states, but "
                f"{levels} levels of {n} oscillators are {size}: its Hamiltonian alone "
                f"would take {gib:.3g} GiB. Take fewer oscillators or levels."
            )
        quanta = np.array(np.unravel_index(np.arange(size), (levels,) * n))  # (n, e)
        energies = self.frequencies @ quanta
        lowering = np.diag(np.sqrt(np.arange(1.0, levels)), 1)
        B = np.zeros((size, size))
        for k, g in enumerate(self.couplings):
            before, after = np.eye(levels**k), np.eye(levels ** (n - k - 1))
            B += g * np.kron(np.kron(before, lowering), after)
        H_int = np.kron(S, B)
        if temperature == 0:
            law = np.zeros(size)
            law[0] = 1.0
        else:
            law = np.exp(-(energies - energies.min()) / temperature)
        return FiniteEnvironment(
            np.diag(energies),
            H_int + H_int.conj().T,
            Projection.product(np.diag(law / law.sum())),
        )


def gauss_modes(frequencies: np.ndarray, masses: np.ndarray, n: int) -> OscillatorModes:
    """Return the n-point Gauss quadrature of a discrete measure.

    Lanczos recursion of the diagonal matrix of frequencies from the root of the masses,
    orthogonalised fully; its tridiagonal matrix has the nodes as eigenvalues.
    """
    check_integer(n, "n")
    kept = masses > 1e-40 * masses.max(initial=0.0)
    frequencies, masses = frequencies[kept], masses[kept]
    if n > len(masses):
        raise ValueError(
            f"`n` must be at most {len(masses)}, the number of frequencies that "
            f"resolve the bath, but is {n}."
        )
    Q = np.zeros((n, len(masses)))
    alpha, beta = np.zeros(n), np.zeros(n)
    v = np.sqrt(masses / masses.sum())
    with one_blas_thread():
        for k in range(n):
            Q[k], w = v, frequencies * v
            alpha[k] = v @ w
            for _ in range(2):  # twice is enough
                w = w - Q[: k + 1].T @ (Q[: k + 1] @ w)
            beta[k] = np.linalg.norm(w)
            v = w / beta[k] if beta[k] > 0 else w
    nodes, vectors = eigh_tridiagonal(alpha, beta[: n - 1])
    return OscillatorModes(
        frequencies=nodes,
        couplings=np.sqrt(masses.sum()) * np.abs(vectors[0]),
    )
