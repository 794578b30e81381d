"""Random generators without any symmetry, and the equation of motion written as loops.

Levels differ in their number of jumps; some pairs have none.
"""

import numpy as np

from oqnn.dynamics import RegisterGenerator


def random_matrices(rng, *shape):
    """Complex matrices without any symmetry."""
    return rng.normal(size=shape) + 1j * rng.normal(size=shape)


def random_parts(n, d, seed):
    """Hamiltonians and jumps of a register of n levels."""
    rng = np.random.default_rng(seed)
    H = random_matrices(rng, n, d, d)
    jumps = {}
    for i in range(n):
        for j in range(n):
            if (count := (2 * i + 3 * j) % 4) and (i, j) != (n - 1, n - 1):
                jumps[i, j] = 0.3 * random_matrices(rng, count, d, d)
    jumps[0, 0] = 0.3 * random_matrices(rng, 1, d, d)
    return H + H.conj().mT, jumps


def random_generator(n, d, seed=1):
    return RegisterGenerator(*random_parts(n, d, seed))


def random_state(d, seed=2):
    """A complex density matrix of full rank."""
    a = random_matrices(np.random.default_rng(seed), d, d)
    rho = a @ a.conj().T
    return rho / np.trace(rho)


def random_blocks(n, d, seed=3):
    """Blocks of different weight whose traces sum to one."""
    weights = np.arange(1, n + 1) / (n * (n + 1) / 2)
    return np.array([w * random_state(d, seed + i) for i, w in enumerate(weights)])


def slow_apply(hamiltonians, jumps, blocks):
    """K_i of the generalized Lindblad equation, one product at a time.

    K_i = −i[H^i, ρ_i] + Σ_{jλ} (R^{ij} ρ_j R^{ij†} − ½{R^{ji†} R^{ji}, ρ_i})
    """
    n = len(blocks)
    out = np.zeros(blocks.shape, dtype=complex)
    for i in range(n):
        H, rho = hamiltonians[i], blocks[i]
        out[i] = -1j * (H @ rho - rho @ H)
        for j in range(n):
            for R in jumps.get((i, j), []):
                out[i] += R @ blocks[j] @ R.conj().T
            for R in jumps.get((j, i), []):
                RR = R.conj().T @ R
                out[i] -= (RR @ rho + rho @ RR) / 2
    return out
