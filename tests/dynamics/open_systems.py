"""Random systems with finite environments, and their exact blocks."""

import numpy as np
from dynamics.generators import random_matrices, random_state
from scipy.linalg import expm

from oqnn.dynamics.projected.baths import FiniteEnvironment
from oqnn.dynamics.projected.projection import Projection


def random_hermitian(d, seed, scale=1.0):
    """A complex Hermitian matrix without any symmetry."""
    a = random_matrices(np.random.default_rng(seed), d, d)
    return scale * (a + a.conj().T) / 2 / np.sqrt(d)


def random_environment(d, e, n, seed=11, coupling=1.0):
    """A Hamiltonian of the system and an environment, P product for n = 1."""
    if n == 1:
        projection = Projection.product(random_state(e, seed))
    else:
        projection = Projection.random(n, e, seed)
    environment = FiniteEnvironment(
        random_hermitian(e, seed + 1, 1.5),
        coupling * random_hermitian(d * e, seed + 2),
        projection,
    )
    return random_hermitian(d, seed + 3), environment


def exact_blocks(H, environment, rho, times):
    """tr_E{A_i e^{−iHt} ρ e^{iHt}}, one exponential a time; shape (t, n, d, d)."""
    total = environment.total(H)
    states = [expm(-1j * total * t) @ rho @ expm(1j * total * t) for t in times]
    return environment.projection.blocks(np.array(states))
