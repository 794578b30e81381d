"""Rebuilding states from measured correlators."""

import numpy as np
import pytest
import qutip

from oqnn.encoding import CorrelationMap, Law, measure_state, reconstruct
from oqnn.encoding.networks import reconstruction
from oqnn.spiking import Measurement, init_network


def sampled(law, steps, seed=3):
    """Return the measurement of independent samples of a law."""
    spins = law.sample(steps, seed=seed).astype(float)
    products = CorrelationMap(law.n_qubits).products
    values = np.stack([spins[:, list(p)].prod(axis=1) for p in products], axis=1)
    covariance = np.cov(values, rowvar=False) / steps
    return Measurement(
        moments=values.mean(axis=0),
        standard_errors=np.sqrt(np.diag(covariance)),
        covariance=covariance,
        rates=(spins.mean(axis=0) + 1) / 2,
        raster=(spins[:20] > 0).astype(np.uint8),
        steps=steps,
    )


def skew_state(seed=0):
    """Return a complex mixed state of two qubits, near white noise."""
    rho = qutip.rand_dm([2, 2], seed=seed).full()
    return 0.5 * rho + 0.5 * np.eye(4) / 4


def skew_law(seed=1):
    """Return a law on five configurations with uneven weights."""
    rng = np.random.default_rng(seed)
    spins = CorrelationMap(2).configurations[rng.choice(64, 5, replace=False)]
    return Law(configurations=spins, probabilities=rng.dirichlet(np.ones(5)))


def test_distance_is_that_of_the_sampled_correlators():
    """|ρ̂ − ρ|² = Σ(χ̂ − χ)²/4; with the errors scaled away it is the law's own."""
    law, target = skew_law(), skew_state()
    found = reconstruct(target, sampled(law, 400))
    gap = found.chi - CorrelationMap(2).chi_from_state(target)
    assert found.squared_distance == pytest.approx((gap**2).sum() / 4, rel=1e-12)
    law_gap = np.abs(found.chi - law.correlators())
    assert (law_gap <= 5 * found.chi_errors + 1e-12).all()


def test_errors_of_the_distance_are_its_scatter():
    """A hundred samples of a law scatter as one of them says, within 25 %."""
    law, target = skew_law(), skew_state()
    found = [reconstruct(target, sampled(law, 500, seed)) for seed in range(100)]
    scatter = np.std([f.squared_distance for f in found], ddof=1)
    said = np.mean([f.squared_distance_error for f in found])
    assert said == pytest.approx(scatter, rel=0.25)


def test_errors_at_the_sampling_floor_are_too_large_by_root_three():
    """With gaps g of covariance C: Var g·g = 2 Tr C², and 4 g·Cg + 2 Tr C² says 6."""
    target, rng = skew_state(), np.random.default_rng(6)
    C = np.diag(np.linspace(1, 3, 15)) * 1e-4
    chi = CorrelationMap(2).chi_from_state(target).ravel()[1:]
    found = []
    for noise in rng.multivariate_normal(np.zeros(15), C, size=400):
        measured = Measurement(
            moments=chi + noise,
            standard_errors=np.sqrt(np.diag(C)),
            covariance=C,
            rates=np.full(6, 0.5),
            raster=np.zeros((1, 6), np.uint8),
            steps=1000,
        )
        found.append(reconstruct(target, measured))
    scatter = np.std([f.squared_distance for f in found], ddof=1)
    said = np.sqrt(np.mean([f.squared_distance_error**2 for f in found]))
    assert said / scatter == pytest.approx(np.sqrt(3), rel=0.2)
    floor = np.mean([f.squared_distance for f in found])
    assert floor == pytest.approx(found[0].sampling_floor, rel=0.1)


def test_a_law_that_is_no_state_is_brought_to_the_nearest_one():
    """All six spins up have ⟨XX⟩ = ⟨XY⟩ = … = 1, which no two qubits have."""
    law = Law(configurations=np.ones((1, 6), np.int8), probabilities=[1.0])
    plus = np.kron([1, 0], [1, 0])
    found = reconstruct(plus, sampled(law, 100))
    assert found.least_eigenvalue < -0.1
    values = np.linalg.eigvalsh(found.physical_state)
    assert values.min() >= -1e-12
    assert values.sum() == pytest.approx(1, abs=1e-12)
    assert found.root_fidelity == pytest.approx(np.sqrt(found.fidelity), rel=1e-12)
    assert "least eigenvalue -" in str(found)


def test_spins_of_a_network_are_measured_in_the_order_of_the_map():
    network = init_network(7, 12, seed=2, active=[0.9, 0.5, 0.3, 0.1, 0.5, 0.7, 0.5])
    found = measure_state(network, skew_state(), steps=20_000, chains=40, seed=4)
    singles = np.r_[found.chi[1:, 0], found.chi[0, 1:]]
    rates = found.measurement.rates[:6]
    np.testing.assert_allclose(singles, 2 * rates - 1, rtol=0, atol=1e-12)


def test_another_number_of_correlators_is_refused():
    measured = sampled(skew_law(), 50)
    with pytest.raises(ValueError, match=r"`measurement` must hold the 3 correlators"):
        reconstruct([1, 0], measured)


def test_what_is_no_state_is_refused():
    with pytest.raises(ValueError, match="`rho`"):
        reconstruct(np.diag([1.5, -0.5, 0, 0]), sampled(skew_law(), 50))


@pytest.mark.parametrize(
    ("rho", "match"),
    [
        (np.eye(4) / 2, "`rho` must have trace 1"),
        (np.eye(3) / 3, r"`rho` must have shape \(2\*\*n, 2\*\*n\)"),
        (np.array([np.eye(4) / 4] * 4), "`rho` must have shape .* one state"),
        (1.0, "`rho` must have shape"),
        (np.eye(8) / 8, "`network` must have at least 9 neurons.* but has 7"),
    ],
)
def test_what_cannot_be_measured_is_refused_before_it_is(rho, match, monkeypatch):
    """Not after 10⁵ steps, and not by the name of something else."""
    monkeypatch.setattr(reconstruction, "measure", None)
    with pytest.raises(ValueError, match=match):
        measure_state(init_network(7, 12, seed=2), rho)


def test_a_batch_of_states_is_refused():
    batch = np.array([np.eye(4) / 4] * 4)
    with pytest.raises(ValueError, match=r"`rho` must have shape .* one state"):
        reconstruct(batch, sampled(skew_law(), 50))


def test_what_is_no_measurement_is_refused():
    with pytest.raises(TypeError, match="`measurement` must be a Measurement"):
        reconstruct(skew_state(), np.zeros(15))
