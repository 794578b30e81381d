"""Activations of neurons, with derivatives of any order.

All smooth ones rest on the logistic function σ(u) = 1/(1 + e^{−u}):
tanh z = 2σ(2z) − 1, ∂ softplus = σ and ∂ log cosh = tanh.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import expit

__all__ = ["ACTIVATIONS", "Activation"]


class Activation(NamedTuple):
    """A function u(z), its derivatives and where it stops being analytic."""

    value: Callable[[np.ndarray], np.ndarray]
    derivative: Callable[[np.ndarray, int], np.ndarray]  # of an order ≥ 1
    singularity: float  # least |Im z| of a singularity; it lies at Re z = 0


def eulerian(order: int) -> np.ndarray:
    """Eulerian numbers A(n, 0), …, A(n, n − 1) of the order n, shape (n,)."""
    row = np.ones(1)
    for n in range(2, order + 1):
        k = np.arange(n)
        # A(n, k) = (k + 1) A(n − 1, k) + (n − k) A(n − 1, k − 1)
        row = (k + 1) * np.append(row, 0) + (n - k) * np.append(0, row)
    return row


def logistic_derivative(u: np.ndarray, order: int) -> np.ndarray:
    """Derivative of σ: q Σ_k (−1)^k A(n, k) q^k / (1 + q)^{n + 1} with q = e^{−|u|}.

    Up to the sign (−1)^{n−1} for u > 0. Written in q it neither overflows nor loses
    the tails, as polynomials in σ do; terms cancel at q near 1 only.
    """
    q = np.exp(-np.abs(u))
    signs = (-1.0) ** np.arange(order)
    series = np.polynomial.polynomial.polyval(q, signs * eulerian(order))
    size = q * series / (1 + q) ** (order + 1)
    return np.where(u > 0, (-1) ** (order - 1), 1) * size


def tanh_derivative(z: np.ndarray, order: int) -> np.ndarray:
    """Derivative of tanh z = 2σ(2z) − 1."""
    return 2.0 ** (order + 1) * logistic_derivative(2 * z, order)


def softplus(u: np.ndarray) -> np.ndarray:
    """Return log(1 + e^u), without overflow."""
    return np.logaddexp(0, u)


def softplus_derivative(u: np.ndarray, order: int) -> np.ndarray:
    """Derivatives of softplus are σ and those of σ."""
    return expit(u) if order == 1 else logistic_derivative(u, order - 1)


def log_cosh(z: np.ndarray) -> np.ndarray:
    """Return log cosh z = |z| + log(1 + e^{−2|z|}) − log 2, without overflow."""
    size = np.abs(z)
    return size + np.log1p(np.exp(-2 * size)) - np.log(2)


def log_cosh_derivative(z: np.ndarray, order: int) -> np.ndarray:
    """Derivatives of log cosh are tanh and those of tanh."""
    return np.tanh(z) if order == 1 else tanh_derivative(z, order - 1)


def relu(z: np.ndarray) -> np.ndarray:
    """Return max(z, 0)."""
    return np.maximum(z, 0)


def relu_derivative(z: np.ndarray, order: int) -> np.ndarray:
    """Step, 1/2 at the kink; further derivatives are no functions."""
    if order > 1:
        raise ValueError(
            f"`order` must be 1 for 'relu', but is {order}: its second derivative is "
            "δ(z). Exact propagation (order_hbar=None) needs none of these, nor does "
            "the Liouville equation in steps of second order (order_hbar=0 with "
            "time_order=2); others need 'softplus' with larger weights and smaller "
            "amplitudes instead."
        )
    return np.heaviside(z, 0.5)


ACTIVATIONS = {
    "tanh": Activation(np.tanh, tanh_derivative, np.pi / 2),
    "logcosh": Activation(log_cosh, log_cosh_derivative, np.pi / 2),
    "sigmoid": Activation(expit, logistic_derivative, np.pi),
    "softplus": Activation(softplus, softplus_derivative, np.pi),
    "relu": Activation(relu, relu_derivative, 0.0),
}
