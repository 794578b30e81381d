"""States that the tests of this room share."""

import numpy as np


def ket(*amplitudes):
    """Return a normalised ket with the given amplitudes."""
    vector = np.array(amplitudes, dtype=complex)
    return vector / np.linalg.norm(vector)


def ghz(n_qubits, phase=1.0):
    """Return (|0…0⟩ + phase |1…1⟩)/√2."""
    return ket(1, *[0] * (2**n_qubits - 2), phase)


PHI_PLUS = ghz(2)
TILTED = ghz(2, np.exp(0.25j * np.pi))  # ⟨XX⟩ = ⟨XY⟩ = ⟨YX⟩ = −⟨YY⟩ = 1/√2
W = ket(0, 1, 1, 0, 1, 0, 0, 0)


def density(vector):
    """Return |ψ⟩⟨ψ|."""
    return np.outer(vector, vector.conj())


def random_state(rng, n_qubits, rank):
    """Return a state of the given rank: the Haar measure of a purification."""
    shape = (2**n_qubits, rank)
    factor = rng.normal(size=shape) + 1j * rng.normal(size=shape)
    rho = factor @ factor.conj().T
    return rho / np.trace(rho).real


def mix_with_noise(rho, v):
    """Return v ρ + (1 − v) 1/d."""
    return v * rho + (1 - v) * np.eye(len(rho)) / len(rho)
