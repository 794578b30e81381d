"""The study of hidden layers against the searches it is made of."""

import numpy as np
import pytest

from oqnn._core.seeds import derive_seed
from oqnn.ground_states import TransverseIsing, free_fermion_energy, ground_state
from oqnn.ground_states.hidden_size import hidden_size_study

SETTINGS = {"local_energies": "exact", "optimizer": "sr", "learning_rate": 0.2}


@pytest.mark.slow
def test_errors_are_those_of_single_searches():
    """|E - E0|/n, with E0 of free fermions, and 1 - overlap, in the last iterations."""
    study = hidden_size_study(
        [3, 5], [2, 3, 6], h=0.7, iterations=30, last=4, seed=8, **SETTINGS
    )
    assert study.energy_errors.shape == study.infidelities.shape == (3, 2, 4)
    alone = ground_state(
        TransverseIsing(5, 1.0, 0.7),
        n_hidden=3,
        iterations=30,
        seed=derive_seed(8, 5, 3),
        **SETTINGS,
    )
    exact = free_fermion_energy(5, 1.0, 0.7)
    np.testing.assert_allclose(
        study.energy_errors[1, 1], (alone.energies[-4:] - exact) / 5, rtol=1e-9
    )
    np.testing.assert_allclose(
        study.infidelities[1, 1], 1 - alone.overlaps[-4:], rtol=1e-9
    )
    low, middle, high = study.infidelity_quantiles[:, 2, 0]
    assert low < middle < high
    data = study.to_xarray()
    assert data["infidelity"].sel(n=5, n_hidden=3)[-1] == study.infidelities[1, 1, -1]


@pytest.mark.slow
def test_more_hidden_neurons_come_nearer():
    study = hidden_size_study([6], [1, 6], iterations=120, last=10, **SETTINGS)
    few, many = study.infidelity_quantiles[1, :, 0]
    assert many < 0.1 * few
    few, many = study.energy_quantiles[1, :, 0]
    assert many < 0.1 * few


@pytest.mark.parametrize(
    ("changed", "kind", "message"),
    [
        ({"sizes": []}, ValueError, "`sizes` must hold at least one number"),
        ({"n_hidden": [2, 0]}, ValueError, "`n_hidden` must be at least 1"),
        ({"sizes": [15]}, ValueError, "`sizes` must be at most 14 spins"),
        ({"last": 3}, ValueError, "`last` must be at most the 2 iterations"),
        ({"local_energies": "ratios"}, ValueError, "'ratios', which knows no law"),
        ({"iterations": 2.0}, TypeError, "`iterations` must be an integer"),
    ],
)
def test_odd_studies_are_refused(changed, kind, message):
    options = {"sizes": [3], "n_hidden": [2], "iterations": 2, "last": 1}
    with pytest.raises(kind, match=message):
        hidden_size_study(**(options | changed))
