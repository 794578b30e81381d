"""The realizable matrix nearest to a state."""

import numpy as np
import pytest
from encoding.states import PHI_PLUS, TILTED, W, density, ghz, ket, random_state

from oqnn._core.errors import ConvergenceError
from oqnn.encoding import CorrelationMap, nearest_realizable, visibility


def test_distance_of_the_tilted_bell_state():
    """Each of four correlators falls from 1/√2 to 1/2: 4 (1/√2 − 1/2)²/4."""
    nearest = nearest_realizable(TILTED)
    assert nearest.squared_distance == pytest.approx((np.sqrt(2) - 1) ** 2 / 4, 1e-12)
    chi = CorrelationMap(2).chi_from_state(nearest.state)
    np.testing.assert_allclose(
        chi[1:3, 1:3], [[0.5, 0.5], [0.5, -0.5]], rtol=0, atol=1e-12
    )


def test_best_fidelity_with_the_tilted_bell_state():
    """cos²(π/8), which no configuration exceeds and the nearest matrix reaches."""
    best = np.cos(np.pi / 8) ** 2
    chi = CorrelationMap(2).chi_from_state(TILTED)
    assert CorrelationMap(2).classical_values(chi).max() / 4 == pytest.approx(best)

    state = nearest_realizable(TILTED).state

    assert np.linalg.eigvalsh(state).min() > -1e-12
    fidelity = (TILTED.conj() @ state @ TILTED).real
    assert fidelity == pytest.approx(best, abs=1e-12)


def test_distance_of_ghz():
    """Mermin's four correlators fall from 1 to 1/2: 4 (1/2)²/8 = 1/8."""
    nearest = nearest_realizable(ghz(3))
    assert nearest.squared_distance == pytest.approx(1 / 8, rel=1e-12)


@pytest.mark.parametrize(
    "rho",
    [
        density(W),
        random_state(np.random.default_rng(11), 2, 1),
        random_state(np.random.default_rng(1), 3, 1),
    ],
    ids=["W", "two qubits", "three qubits"],
)
def test_no_configuration_lies_nearer(rho):
    """The nearest point x of a polytope to y has (a − x) · (y − x) ≤ 0 on every
    vertex a, and only the nearest point has it.
    """
    assert visibility(rho) < 1
    correlation_map = CorrelationMap(len(rho).bit_length() - 1)
    nearest = nearest_realizable(rho)
    x = correlation_map.chi_from_state(nearest.state).reshape(-1)
    outward = correlation_map.chi_from_state(rho).reshape(-1) - x
    assert (correlation_map.signs.T @ outward - x @ outward).max() < 1e-11
    np.testing.assert_allclose(nearest.law.correlators().reshape(-1), x, atol=1e-12)
    distance = np.linalg.norm(rho - nearest.state) ** 2
    assert nearest.squared_distance == pytest.approx(distance, rel=1e-9)


@pytest.mark.parametrize(
    "rho",
    [
        density(PHI_PLUS),
        np.eye(2) / 2,
        random_state(np.random.default_rng(2), 1, 1),
        random_state(np.random.default_rng(3), 3, 8),
    ],
    ids=["Phi+", "mixed", "one qubit", "three qubits"],
)
def test_a_realizable_state_is_its_own_nearest(rho):
    nearest = nearest_realizable(rho)
    assert nearest.squared_distance < 1e-24
    np.testing.assert_allclose(nearest.state, rho, rtol=0, atol=1e-12)


def test_the_nearest_matrix_is_realizable():
    """A little white noise takes it off the edge, where rounding decides."""
    state = nearest_realizable(TILTED).state
    assert visibility(0.999999 * state + 0.000001 * np.eye(4) / 4) == 1


@pytest.mark.slow
def test_distances_of_four_qubits():
    """GHZ: the eight products of X and Y go from ±1 to ±1/2, 8 (1/2)²/16 = 1/8."""
    nearest = nearest_realizable(ghz(4))
    assert nearest.squared_distance == pytest.approx(1 / 8, rel=1e-12)
    rho = random_state(np.random.default_rng(1), 4, 1)
    nearest = nearest_realizable(rho)
    assert nearest.gap < 1e-12
    assert len(nearest.law.probabilities) <= 4**4
    distance = np.linalg.norm(rho - nearest.state) ** 2
    assert nearest.squared_distance == pytest.approx(distance, rel=1e-9)


def test_the_gap_bounds_the_distance(monkeypatch):
    """A law that is not the nearest is told by its gap, and refused."""
    exact = nearest_realizable(TILTED)
    assert 0 <= exact.gap < 1e-13

    def other_law(scenario, _):
        return np.array([63, 0, 9]), np.array([0.4, 0.4, 0.2])

    monkeypatch.setattr("oqnn.encoding.realizability.nearest._nearest_law", other_law)
    with pytest.raises(ConvergenceError, match=r"stopped early: .* too great by"):
        nearest_realizable(TILTED)
    monkeypatch.setattr("oqnn.encoding.realizability.nearest.LARGEST_GAP", 10)
    other = nearest_realizable(TILTED)
    assert other.squared_distance - other.gap < exact.squared_distance
    assert other.squared_distance > exact.squared_distance + 0.01


def test_a_search_that_does_not_end_is_reported(monkeypatch):
    monkeypatch.setattr("oqnn.encoding.realizability.nearest_means.MOST_STEPS", 2)
    with pytest.raises(ConvergenceError, match=r"did not end: a gap of .* remains"):
        nearest_realizable(TILTED)


def test_too_many_qubits_are_refused():
    with pytest.raises(ValueError, match=r"`rho` must have at most 6 qubits"):
        nearest_realizable(np.eye(128) / 128)


def test_what_is_no_state_is_refused():
    with pytest.raises(ValueError, match=r"`rho` must be positive"):
        nearest_realizable(np.diag([1.2, -0.2]))


@pytest.mark.slow
def test_a_pure_state_of_five_qubits():
    """One configuration of the face looks as if it were none when the search ends."""
    rng = np.random.default_rng(0)
    psi = ket(*(rng.normal(size=32) + 1j * rng.normal(size=32)))
    nearest = nearest_realizable(psi)
    assert nearest.gap < 1e-12
    assert nearest.squared_distance > 0.1
    assert len(nearest.law.probabilities) <= 4**5
    distance = np.linalg.norm(nearest.state - density(psi)) ** 2
    assert nearest.squared_distance == pytest.approx(distance, rel=1e-12)
