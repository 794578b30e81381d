"""What sampling networks and searches return is saved with the same numbers."""

import pytest
from sameness import check_same

from oqnn.encoding import bell_observable, bell_state, ghz_witnesses, learn_state
from oqnn.ground_states import (
    TransverseIsing,
    exact_ground_state,
    fit_correlation_length,
    free_fermion_observables,
    ground_state,
    hidden_size_study,
    observables_of_law,
)
from oqnn.spiking import (
    GibbsSampler,
    HardwareModel,
    LIFSampler,
    autocorrelation,
    calibrate,
    moments,
    pseudo_update_study,
    resolution_study,
    sample,
    saturation,
    stability_study,
    translate,
    two_layer,
    weight_histogram,
)
from oqnn.studies import load, save

MACHINE = two_layer(3, 2, scale=0.5, seed=1)
GIBBS = GibbsSampler(chains=4)
LIF = LIFSampler(chains=4)
CHIP = HardwareModel.six_bit()
RING = TransverseIsing(4, 1.0, 0.7)
FEW = {"n_visible": 3, "n_hidden": 2, "repetitions": 2, "burn_in": 2}


def search():
    return ground_state(RING, n_hidden=3, iterations=2, local_energies="exact")


def study_of_sizes():
    return hidden_size_study(
        (3, 4), (2, 3), local_energies="exact", iterations=3, last=2, progress=False
    )


MAKERS = {
    "machine": lambda: MACHINE,
    "samples": lambda: sample(MACHINE, GIBBS, 40),
    "moments": lambda: moments(MACHINE),
    "autocorrelation": lambda: autocorrelation(sample(MACHINE, GIBBS, 400)),
    "calibration": lambda: calibrate(LIF),
    "neurons": lambda: translate(MACHINE, calibrate(LIF)),
    "chip": lambda: HardwareModel.brainscales2(chip_seed=2),
    "saturation": lambda: saturation(MACHINE, CHIP),
    "weights": lambda: weight_histogram(MACHINE.edge_weights, CHIP),
    "resolution": lambda: resolution_study(
        GIBBS, CHIP, steps=(1, 4), n_samples=80, **FEW
    ),
    "updates": lambda: pseudo_update_study(
        GIBBS, CHIP, n_samples=(40, 80), n_reference=200, fractions=(0.5,), **FEW
    ),
    "stability": lambda: stability_study(
        GIBBS, MACHINE, runs=2, n_samples=(40, 80), burn_in=2
    ),
    "bell": lambda: bell_observable(bell_state(), [0.1, 0.7]),
    "witness": lambda: ghz_witnesses(bell_state())[0],
    "learned": lambda: learn_state([0.6, 0.8j], epochs=2, n_hidden=2, gradient="exact"),
    "exact": lambda: exact_ground_state(RING),
    "fermions": lambda: free_fermion_observables(5, 1.0, 0.3),
    "spins": lambda: observables_of_law(exact_ground_state(RING).law, RING),
    "length": lambda: fit_correlation_length([1, 2, 3, 4], [0.6, 0.5, 0.45, 0.43]),
    "search": search,
    "sizes": study_of_sizes,
}


@pytest.mark.parametrize("name", MAKERS)
def test_results_return_with_the_same_numbers(name, tmp_path):
    original = MAKERS[name]()
    check_same(load(save(original, tmp_path / "result.zarr")), original)
