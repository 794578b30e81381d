"""Laws on few configurations: a vertex has no more of them than there are equations."""

import numpy as np
import pytest
from encoding.states import density, ghz, ket, mix_with_noise, random_state

from oqnn.encoding import CorrelationMap, nearest_realizable, realize
from oqnn.encoding.realizability.scenario import qubit_scenario
from oqnn.encoding.realizability.sparse_law import to_vertex


def check_vertex(law, chi):
    """Hold that a law has the correlators, on at most 4**n configurations."""
    assert len(law.probabilities) <= chi.size
    assert law.probabilities.min() > 0
    np.testing.assert_allclose(law.correlators(), chi, rtol=0, atol=1e-9)
    signs = CorrelationMap(chi.ndim).chi_from_samples
    columns = [signs(spins[None]).reshape(-1) for spins in law.configurations]
    assert np.linalg.matrix_rank(np.array(columns)) == len(columns)


@pytest.mark.parametrize("rank", [1, 2, 4])
def test_laws_of_pairs_are_vertices(rank):
    rng = np.random.default_rng(rank)
    realizable = 0
    for _ in range(40):
        rho = random_state(rng, 2, rank)
        found = realize(rho)
        if found.realizable:
            realizable += 1
            check_vertex(found.law, CorrelationMap(2).chi_from_state(rho))
    assert realizable > 10


@pytest.mark.parametrize("below", [1e-2, 1e-6, 3e-9, -1e-10, -3e-10])
def test_laws_next_to_the_edge_are_vertices(below):
    w = ket(0, 1, 1, 0, 1, 0, 0, 0)
    for psi, edge in ((ghz(3), 1 / 2), (w, 2 / 3)):
        rho = mix_with_noise(density(psi), edge - below)
        found = realize(rho)
        if found.realizable:
            check_vertex(found.law, CorrelationMap(3).chi_from_state(rho))
        else:
            assert below == -3e-10
            assert found.visibility == pytest.approx(edge / (edge - below), abs=1e-14)


def test_a_product_of_pure_states_has_a_law_on_few():
    rng = np.random.default_rng(7)
    first, second = (random_state(rng, 1, 1) for _ in range(2))
    rho = np.kron(first, second)
    check_vertex(realize(rho).law, CorrelationMap(2).chi_from_state(rho))


def test_the_nearest_law_is_on_few():
    rho = random_state(np.random.default_rng(2), 3, 1)
    law = nearest_realizable(rho).law
    check_vertex(law, law.correlators())


@pytest.mark.parametrize("n_qubits", [1, 2, 3])
def test_any_law_can_be_thinned_to_a_vertex(n_qubits):
    """Carathéodory: from all configurations, many blocks of null vectors."""
    scenario = qubit_scenario(n_qubits)
    given = np.random.default_rng(n_qubits).dirichlet(np.ones(8**n_qubits))
    kept = given.copy()
    indices, p = to_vertex(scenario, np.arange(8**n_qubits), given)
    np.testing.assert_array_equal(given, kept)
    assert len(np.unique(indices)) == len(indices) == len(p) == 4**n_qubits
    assert p.min() > 0
    thinned = np.zeros(8**n_qubits)
    thinned[indices] = p
    assert p.sum() == pytest.approx(1, abs=1e-13)
    np.testing.assert_allclose(
        scenario.moments(thinned), scenario.moments(given), rtol=0, atol=1e-13
    )
