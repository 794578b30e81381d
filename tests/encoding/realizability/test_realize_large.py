"""Realizability of four to six qubits, which go by sums over configurations alone."""

import numpy as np
import pytest
from encoding.states import TILTED, density, ghz, ket, mix_with_noise, random_state

from oqnn.encoding import CorrelationMap, local_bound, realize, visibility


def w_state(n_qubits):
    """Return the equal superposition of the states with one excitation."""
    return ket(*[float(i.bit_count() == 1) for i in range(2**n_qubits)])


def check_law(law, rho, most):
    """Hold that a law has the correlators of a state, on few configurations."""
    chi = CorrelationMap(law.n_qubits).chi_from_state(rho)
    assert law.probabilities.min() >= 0
    assert len(law.probabilities) <= most
    np.testing.assert_allclose(law.correlators(), chi, rtol=0, atol=1e-9)


def check_inequality(found, rho):
    """Hold that an inequality is obeyed by all spins, violated, and proves v*."""
    inequality = found.inequality
    bound = local_bound(inequality.coefficients)
    assert inequality.local_bound == pytest.approx(bound, rel=1e-14)
    value = inequality.evaluate(rho)
    assert value > bound
    assert found.visibility == pytest.approx(bound / value, rel=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("n_qubits", [3, 4, 5, 6])
def test_ghz_against_white_noise(n_qubits):
    """Mermin's inequalities: 1/2 for three and four qubits, 1/4 for five and six
    (Mermin, Phys. Rev. Lett. 65, 1838 (1990)).
    """
    rho = density(ghz(n_qubits))
    expected = 2.0 ** -((n_qubits - 1) // 2)
    found = realize(rho)
    assert found.visibility == pytest.approx(expected, abs=1e-12)
    check_inequality(found, rho)
    below = mix_with_noise(rho, expected - 1e-6)
    check_law(realize(below).law, below, 8**n_qubits)


@pytest.mark.slow
def test_w_states_against_white_noise():
    """The inequality's integers prove v* from above, the law below v* from below:
    2/3, 9/17, 45/109.
    """
    for n_qubits, expected in ((3, 2 / 3), (4, 9 / 17), (5, 45 / 109)):
        rho = density(w_state(n_qubits))
        found = realize(rho)
        assert found.visibility == pytest.approx(expected, abs=1e-12)
        check_inequality(found, rho)
        coefficients = found.inequality.coefficients
        assert (coefficients == np.round(coefficients)).all()


@pytest.mark.slow
@pytest.mark.parametrize("rank", [1, 2, 16])
def test_random_states_of_four_qubits(rank):
    rho = random_state(np.random.default_rng(rank), 4, rank)
    found = realize(rho)
    if rank == 16:
        check_law(found.law, rho, 4**4)
        return
    check_inequality(found, rho)
    below = mix_with_noise(rho, found.visibility - 1e-6)
    check_law(realize(below).law, below, 4**4)
    assert visibility(mix_with_noise(rho, found.visibility + 1e-6)) < 1


@pytest.mark.slow
def test_products_of_states_carry_over():
    """The product of two laws has the product of the correlators, and what forbids a
    pair forbids it among more qubits.
    """
    rng = np.random.default_rng(4)
    pair, third = (random_state(rng, n, 1) for n in (2, 1))
    pair = 0.1 * pair + 0.9 * density(TILTED)
    edge = visibility(pair)
    assert edge < 0.9
    inside = np.kron(mix_with_noise(pair, edge - 1e-4), third)
    check_law(realize(inside).law, inside, 4**3)
    outside = np.kron(mix_with_noise(pair, edge + 1e-4), third)
    assert not realize(outside).realizable


@pytest.mark.slow
def test_products_at_the_edge():
    """Four qubits where facets nearly meet: a pair at its edge, and two pure qubits.
    The search must find the face that the law lies on.
    """
    rng = np.random.default_rng(4)
    pair, third, fourth = (random_state(rng, n, 1) for n in (2, 1, 1))
    pair = 0.1 * pair + 0.9 * density(TILTED)
    edge = visibility(pair)
    for v in (edge, edge - 0.01):
        rho = np.kron(np.kron(mix_with_noise(pair, v), third), fourth)
        check_law(realize(rho).law, rho, 4**4)


@pytest.mark.slow
def test_nearer_to_the_edge_than_the_accuracy():
    """A law that misses the correlators by less than 1e-9, not by what solving for
    means off the face makes of that.
    """
    rng = np.random.default_rng(8)
    for rank in (1, 2, 3):
        rho = random_state(rng, 4, rank)
        edge = visibility(rho)
        for below in (0, 1e-10, -1e-10, 3e-9):
            near = mix_with_noise(rho, edge - below)
            check_law(realize(near).law, near, 4**4)
