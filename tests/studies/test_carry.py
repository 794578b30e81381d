"""States of a study rebuilt from spikes: what the datasets of `carry_block` hold."""

import numpy as np
import pytest
import qutip

from oqnn.encoding import CorrelationMap, Reconstruction
from oqnn.measures import fidelity, nearest_state
from oqnn.spiking import Measurement
from oqnn.studies.carry import _dataset, spin_names

RHO = qutip.rand_dm([2, 2], seed=3).full()


def measured(gap, covariance):
    """A measurement that misses the correlators of RHO by a gap."""
    chi = CorrelationMap(2).chi_from_state(RHO).ravel()[1:]
    return Measurement(
        moments=chi + gap,
        standard_errors=np.sqrt(np.diag(covariance)),
        covariance=covariance,
        rates=np.linspace(0.1, 0.9, 8),
        raster=np.arange(40).reshape(5, 8) % 3 == 0,
        steps=1000,
    )


def test_errors_of_distances_are_those_of_repeated_measurements():
    """Normal gaps, large against their noise, of its size, and none at all."""
    rng = np.random.default_rng(4)
    mixing = rng.normal(size=(15, 15)) * 0.01
    covariance = mixing @ mixing.T
    noise = rng.normal(size=(40_000, 15)) @ mixing.T
    for scale in (0.0, 0.02, 1.0):
        gap = scale * rng.normal(size=15)
        distances = ((gap + noise) ** 2).sum(axis=1) / 4
        found = Reconstruction(target=RHO, measurement=measured(gap, covariance))
        error = found.squared_distance_error
        assert error == pytest.approx(distances.std(), rel=0.03)


def test_a_block_holds_the_rebuilt_state_and_how_far_it_is():
    """‖ρ̂ − ρ‖² = Σ gap²/4, and noise alone gives the trace of the covariance / 4."""
    gap, covariance = np.linspace(-0.02, 0.03, 15), np.diag(np.linspace(1, 2, 15)) / 1e4
    spins = CorrelationMap(2)
    chi = spins.chi_from_state(RHO).ravel()[1:]
    block = _dataset(RHO, spins, chi, measured(gap, covariance))
    rebuilt = spins.state_from_chi(np.r_[1, chi + gap].reshape(4, 4))
    expected = {
        "rebuilt": rebuilt,
        "target_moments": chi,
        "moments": chi + gap,
        "distance": (gap**2).sum() / 4,
        "sampling_floor": np.trace(covariance) / 4,
        "fidelity": fidelity(RHO, rebuilt),
        "nearest_fidelity": fidelity(RHO, nearest_state(rebuilt)),
        "least_eigenvalue": np.linalg.eigvalsh(rebuilt)[0],
    }
    for name, value in expected.items():
        np.testing.assert_allclose(block[name], value, rtol=1e-12, atol=1e-14)
    assert block.raster.shape == (5, 6)
    assert block.sizes["neuron"] == 8
    assert block.spin.values.tolist() == spin_names(2)
    assert spin_names(2) == ["x1", "y1", "z1", "x2", "y2", "z2"]
    assert block["product"].values[3] == "XI"
