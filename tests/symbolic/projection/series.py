"""Polynomial Liouvillians: every order of the propagator as an exact polynomial in t.

With L(t) = A₀ + A₁t + A₂t² the order-k part of U(t) = T exp(α∫L) is a polynomial whose
coefficients follow by integration. A polynomial with matrix coefficients is an array of
shape (powers, m, m).
"""

from itertools import product

import numpy as np


def random_system(seed, m=5, rank=2, powers=3):
    """A projection that is not Hermitian, and the coefficients of L."""
    rng = np.random.default_rng(seed)
    draw = rng.normal(size=(2, m, m)) + 1j * rng.normal(size=(2, m, m))
    P = draw[0] @ np.diag(np.arange(m) < rank) @ np.linalg.inv(draw[0])
    A = rng.normal(size=(powers, m, m)) + 1j * rng.normal(size=(powers, m, m))
    return P, A


def without_odd_moments(seed):
    """P of the first half, and L that takes each half to the other."""
    P = np.diag([1.0, 1, 0, 0, 0])
    _, A = random_system(seed)
    return P, P @ A @ (np.eye(5) - P) + (np.eye(5) - P) @ A @ P


def liouvillian(A):
    return lambda t: sum(a * t**k for k, a in enumerate(A))


def times_of(a, b):
    """Multiply two polynomials."""
    total = np.zeros((len(a) + len(b) - 1, *a.shape[1:]), complex)
    for (j, x), (k, y) in product(enumerate(a), enumerate(b)):
        total[j + k] += x @ y
    return total


def orders_of_propagator(A, highest):
    """U₀, …, U_highest: U_{k}' = L U_{k−1}."""
    found = [np.eye(A.shape[1], dtype=complex)[None]]
    for _ in range(highest):
        rate = times_of(A, found[-1])
        grown = rate / np.arange(1, len(rate) + 1)[:, None, None]
        found.append(np.concatenate([np.zeros_like(grown[:1]), grown]))
    return found


def value(a, t):
    return sum(x * t**k for k, x in enumerate(a))


def orders_of_generator(P, A, highest, t):
    """K₁(t), …: PU_n'P = Σ K_j PU_{n−j}P, and I₁(t), … from PU_n'Q."""
    one = np.eye(len(P))
    U = orders_of_propagator(A, highest)
    slopes = [times_of(A, u) for u in U]  # of U₁, U₂, …
    K, inhomogeneity = [], []
    for n in range(1, highest + 1):
        rest = value(slopes[n - 1], t) - sum(
            (k @ value(U[n - j], t) for j, k in enumerate(K, 1)), 0 * one
        )
        K.append(P @ rest @ P)
        inhomogeneity.append(P @ rest @ (one - P))
    return K, inhomogeneity
