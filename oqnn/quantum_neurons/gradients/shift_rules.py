"""Rules that turn differences of shifted values into derivatives, gate by gate."""

import numpy as np

from ..circuits.gates import Gate

__all__ = ["FOUR_TERMS", "TWO_TERMS", "rule_of", "turned"]

# shifts and weights: f′(θ) = Σ w f(θ + shift)
TWO_TERMS = np.array([[np.pi / 2, 1 / 2], [-np.pi / 2, -1 / 2]])
_NEAR, _FAR = (np.sqrt(2) + 1) / (4 * np.sqrt(2)), (np.sqrt(2) - 1) / (4 * np.sqrt(2))
FOUR_TERMS = np.array(
    [
        [np.pi / 2, _NEAR],
        [-np.pi / 2, -_NEAR],
        [3 * np.pi / 2, -_FAR],
        [-3 * np.pi / 2, _FAR],
    ]
)


def rule_of(gate: Gate) -> np.ndarray:
    """Return shifts and weights (k, 2) of a rotation.

    exp(−iθG/2) has the eigenvalues ±1/2 of G/2, and 0 too where the gate is controlled:
    probabilities hold the frequencies 1, or 1/2 and 1.
    """
    return FOUR_TERMS if gate.name.startswith("cr") else TWO_TERMS


def turned(gate: Gate, angle: float) -> np.ndarray:
    """Return exp(−iθG/2), exact as G³ = G."""
    G = gate.fixed_or_generator
    square, half = G @ G, angle / 2
    return np.eye(len(G)) + (np.cos(half) - 1) * square - 1j * np.sin(half) * G
