"""An independent answer for two qubits: all facets of the polytope, written down.

Two parties with three settings of two outcomes have 684 facets: the positivity of
probabilities, CHSH and I3322 (Collins and Gisin, J. Phys. A 37, 1775 (2004)) with
everything that permuting and flipping settings and exchanging parties makes of them.
"""

from itertools import permutations, product

import numpy as np
import pytest
from encoding.states import random_state

from oqnn.encoding import CorrelationMap, visibility

POSITIVITY = [[0, -1, 0, 0], [-1, -1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
CHSH = [[0, 0, 0, 0], [0, 1, 1, 0], [0, 1, -1, 0], [0, 0, 0, 0]]
I3322 = [[0, -1, -1, 0], [1, 1, 1, 1], [1, 1, 1, -1], [0, 1, -1, 0]]


def signed_permutations():
    """Yield the 48 symmetries of one party's three settings, acting on an axis of χ."""
    for order in permutations(range(3)):
        for flips in product((1, -1), repeat=3):
            matrix = np.zeros((4, 4))
            matrix[0, 0] = 1
            matrix[1 + np.arange(3), 1 + np.array(order)] = flips
            yield matrix


def orbit(coefficients):
    """Return everything that the symmetries make of an inequality, shape (k, 4, 4)."""
    turns = np.array(list(signed_permutations()))
    images = [
        np.einsum("aij,jk,blk->abil", turns, c, turns).reshape(-1, 16)
        for c in (np.array(coefficients), np.array(coefficients).T)
    ]
    return np.unique(np.concatenate(images), axis=0).reshape(-1, 4, 4)


@pytest.fixture(scope="module")
def facets():
    """All inequalities c · χ ≤ L as (c, L), shapes (684, 4, 4) and (684,)."""
    orbits = [orbit(c) for c in (POSITIVITY, CHSH, I3322)]
    assert [len(o) for o in orbits] == [36, 72, 576]
    bounds = np.repeat([1, 2, 4], [36, 72, 576])
    return np.concatenate(orbits), bounds


@pytest.mark.parametrize("rank", [1, 2])
def test_the_linear_program_finds_the_facet_that_is_passed_first(facets, rank):
    coefficients, bounds = facets
    rng = np.random.default_rng(rank)
    for _ in range(60):
        rho = random_state(rng, 2, rank)
        chi = CorrelationMap(2).chi_from_state(rho)
        largest = (np.einsum("fij,ij->f", coefficients, chi) / bounds).max()
        expected = min(1.0, 1 / largest)
        assert visibility(rho) == pytest.approx(expected, abs=1e-11)
