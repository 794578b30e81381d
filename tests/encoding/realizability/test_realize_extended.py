"""Which states the extended map carries, by the components of its spins."""

from itertools import product

import numpy as np
import pytest
from encoding.states import TILTED, density, ghz, mix_with_noise, random_state
from scipy.optimize import linprog

from oqnn.encoding import CorrelationMap, ExtendedMap, realize, visibility

EIGHTH = np.exp(0.25j * np.pi)
TILTED_GHZ = ghz(3, EIGHTH)


def check_law(law, rho):
    """Hold that every expression of χ has its value, by products of the spins."""
    extended = ExtendedMap(law.n_qubits)
    chi = CorrelationMap(law.n_qubits).chi_from_state(rho)
    np.testing.assert_allclose(law.correlators(), chi, rtol=0, atol=1e-9)
    for component, spins, p in zip(
        extended.components, law.configurations, law.probabilities, strict=True
    ):
        assert p.min() >= 0
        assert p.sum() == pytest.approx(1, abs=1e-9)
        column = {spin: spins[:, k] for k, spin in enumerate(component.spins)}
        for indices, target in zip(component.products, component.targets, strict=True):
            mean = p @ np.prod([column[i] for i in indices], axis=0)
            assert mean == pytest.approx(chi[target], abs=1e-9)


def bound_by_loops(coefficients):
    """Return the bound of (12|3): for each pair spin the better sign is plain."""
    best = -np.inf
    for third in product((-1, 1), repeat=3):
        s = np.array([1, *third])
        total = coefficients[0, 0] @ s
        for a, b in product((1, 2, 3), repeat=2):
            total += abs(coefficients[a, b] @ s)
        best = max(best, total)
    return best


def test_ghz_is_realizable():
    """The paper's eqs. (54)-(59) construct a law."""
    found = realize(ghz(3), ExtendedMap(3))
    assert found.visibility == 1
    check_law(found.law, density(ghz(3)))
    assert str(found).startswith(
        "realizable, by laws of its components\n(12|3)  12 configurations of 12 spins"
    )


def test_the_extended_map_is_not_complete():
    """XXX = XXY = XYX = −XYY = 1/√2 is CHSH of the pair spins XX, XY with X, Y."""
    found = realize(TILTED_GHZ, ExtendedMap(3))
    assert found.law is None
    assert found.visibility == pytest.approx(1 / np.sqrt(2), abs=1e-12)
    inequality = found.inequality
    assert inequality.local_bound == 2
    assert bound_by_loops(inequality.coefficients) == 2
    chi = CorrelationMap(3).chi_from_state(TILTED_GHZ)
    assert np.sum(inequality.coefficients * chi) == pytest.approx(2 * np.sqrt(2))
    assert str(inequality) == (
        "⟨XXX⟩ + ⟨XXY⟩ + ⟨XYX⟩ − ⟨XYY⟩ ≤ 2 for (12|3), but the state has 2.828427"
    )


def visibility_by_scipy(component, chi):
    """Solve max v for one component, with the products' signs as a matrix."""
    n_spins = len(component.spins)
    bits = np.arange(2**n_spins)[:, None] >> np.arange(n_spins)
    spins = dict(zip(component.spins, (2.0 * (bits & 1) - 1).T, strict=True))
    signs = [np.prod([spins[i] for i in word], 0) for word in component.products]
    columns = np.vstack([np.ones(2**n_spins), *signs])
    means = np.r_[0.0, [-chi[target] for target in component.targets]]
    found = linprog(
        np.r_[np.zeros(2**n_spins), -1.0],
        A_eq=np.column_stack([columns, means]),
        b_eq=np.r_[1.0, np.zeros(len(signs))],
        bounds=[(0, None)] * 2**n_spins + [(0, 1)],
    )
    return found.x[-1]


@pytest.mark.slow
def test_the_worst_component_counts():
    """Three linear programs by SciPy, for a state that is unlike in its qubits."""
    rho = random_state(np.random.default_rng(3), 3, 1)
    rho = 0.7 * density(TILTED_GHZ) + 0.3 * rho
    chi = CorrelationMap(3).chi_from_state(rho)
    each = {str(c): visibility_by_scipy(c, chi) for c in ExtendedMap(3).components}
    assert max(each.values()) > min(each.values()) + 0.01

    found = realize(rho, ExtendedMap(3))

    assert found.visibility == pytest.approx(min(each.values()), abs=1e-7)
    worst = each[found.inequality.spins]
    assert worst == pytest.approx(min(each.values()), abs=1e-7)
    bound = found.inequality.local_bound
    assert found.visibility == pytest.approx(
        bound / found.inequality.evaluate(rho), abs=1e-12
    )
    edge = found.visibility
    assert visibility(mix_with_noise(rho, edge - 1e-6), ExtendedMap(3)) == 1
    assert visibility(mix_with_noise(rho, edge + 1e-6), ExtendedMap(3)) < 1


@pytest.mark.parametrize("rank", [1, 2, 4])
def test_two_qubits_are_complete(rank):
    """All 15 correlators are means of spins of their own."""
    rho = (
        density(TILTED)
        if rank == 1
        else random_state(np.random.default_rng(rank), 2, rank)
    )
    found = realize(rho, ExtendedMap(2))
    assert found.visibility == 1
    check_law(found.law, rho)


def test_random_states_of_three_qubits():
    """Haar-random pure states have laws, and samples of them have their χ."""
    rho = random_state(np.random.default_rng(8), 3, 1)
    law = realize(rho, ExtendedMap(3)).law
    check_law(law, rho)
    n_samples = 20_000
    spins = law.sample(n_samples, seed=2)
    chi = CorrelationMap(3).chi_from_state(rho)
    error = np.sqrt(np.maximum(1 - chi**2, 0) / n_samples)
    off = np.abs(ExtendedMap(3).chi_from_samples(spins) - chi)
    assert (off <= 5 * error + 1e-12).all()
    assert (spins == law.sample(n_samples, seed=2)).all()


def test_maps_that_do_not_fit_are_refused():
    with pytest.raises(
        ValueError, match=r"`map` must have as many qubits .* 2, but has 3"
    ):
        realize(TILTED, ExtendedMap(3))
    with pytest.raises(TypeError, match=r"`map` must be .* but is str"):
        realize(TILTED, "extended")
    with pytest.raises(ValueError, match=r"`products` must be left out"):
        realize(TILTED, ExtendedMap(2), products=["XX"])
    with pytest.raises(ValueError, match=r"`map` must have at most 3 .* 66 spins"):
        realize(np.eye(16) / 16, ExtendedMap(4))
    assert realize(TILTED, CorrelationMap(2)).visibility < 0.8
