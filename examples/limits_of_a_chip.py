"""What coarse weights, small updates and unsteady parameters cost a sampling network.

Networks of 8 visible and 20 hidden neurons, of random integer weights, are sampled
without error (Gibbs) and by LIF neurons on a model of the BrainScaleS-2 chip. First,
how much of the weights' range a network takes that holds the ground state of eight
Ising spins at h = J. ``FACTOR`` of 10 takes runs ten times as long, a fifth of the
longest published ones, 21 to 50 repetitions, and some minutes.
"""

from dataclasses import replace

import numpy as np

from oqnn.ground_states import TransverseIsing, ground_state
from oqnn.plotting import limits_of_a_chip
from oqnn.spiking import (
    GibbsSampler,
    HardwareModel,
    LIFSampler,
    WeightHistogram,
    pseudo_update_study,
    resolution_study,
    stability_study,
    two_layer,
    weight_histogram,
)

FACTOR = 1
CHIP = replace(HardwareModel.brainscales2(), weight_range=1.5)
SAMPLERS = {"Gibbs": GibbsSampler(), "LIF on a chip": LIFSampler(hardware=CHIP)}


def weights_of_ground_states() -> WeightHistogram:
    """Search the ground states of eight spins, and count the levels they take."""
    searches = [
        ground_state(
            TransverseIsing(8, 1.0, 1.0),
            n_hidden=20,
            local_energies="exact",
            optimizer="sr",
            learning_rate=0.3,
            iterations=100,
            seed=seed,
        )
        for seed in range(3 * FACTOR)
    ]
    print(f"largest infidelity {max(1 - s.overlap for s in searches):.1e}")
    weights = [search.machine.edge_weights for search in searches]
    histogram = weight_histogram(weights, HardwareModel.six_bit())
    print(f"share of weights at the ends of the range: {histogram.edge_share:.4f}")
    return histogram


def main() -> None:
    """Measure, print and draw."""
    histogram = weights_of_ground_states()

    largest = CHIP.weight_range
    random = np.random.default_rng(1).uniform(-largest, largest, 160)
    machine = two_layer(8, 20).with_parameters(random, np.zeros(28))
    resolution, updates, stability = {}, {}, {}
    for name, sampler in SAMPLERS.items():
        print(name)
        resolution[name] = resolution_study(
            sampler, CHIP, repetitions=1 + 2 * FACTOR, n_samples=20_000
        )
        print("  coarser weights ", resolution[name].quantiles[1].round(4))
        updates[name] = pseudo_update_study(
            sampler,
            CHIP,
            n_samples=np.array([1, 2, 5, 10, 20, 50]) * 1000 * FACTOR,
            n_reference=100_000 * FACTOR,
            repetitions=1 + 2 * FACTOR,
        )
        print("  small updates   ", updates[name].quantiles[1, :, -1].round(4))
        stability[name] = stability_study(
            sampler,
            machine,
            runs=5 * FACTOR,
            n_samples=np.array([1, 2, 5, 10, 20, 50, 100]) * 1000 * FACTOR,
        )
        print("  repeated runs   ", stability[name].average_quantiles[1, -1].round(5))

    figure = limits_of_a_chip(
        histogram.to_xarray(),
        {name: study.to_xarray() for name, study in resolution.items()},
        {name: study.to_xarray() for name, study in updates.items()},
        {name: study.to_xarray() for name, study in stability.items()},
    )
    figure.savefig("limits_of_a_chip.png")
    print("limits_of_a_chip.png")


if __name__ == "__main__":
    main()
