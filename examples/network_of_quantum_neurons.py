"""Six neurons that remember by qubits, in a graph with loops: its law and its spikes.

Five hidden neurons and an output; spikes take a step along an edge, and every neuron
also feeds itself. All records of three steps are enumerated, which gives the law of the
output's spikes exactly; points are samples, with five standard errors. Then the network
runs on inputs that fall silent halfway: what it does afterwards comes from its loops
and from the angles of its neurons alone.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from oqnn.quantum_neurons import (
    Network,
    SQSNeuron,
    activity,
    network_from_graph,
    record_law,
    two_qubit_circuit,
)

FORWARD = [(0, 2), (0, 3), (1, 3), (2, 4), (3, 4), (3, 5), (4, 5)]
BACK = [(4, 0)]
LOOPS = [(i, i) for i in range(6)]
INPUTS = [(0, 0), (1, 1), (2, 1)]
ANGLES = np.random.default_rng(3).uniform(0, 1, (6, 3)) * [1.5, 0.9, 2.5]
STEPS, N_SAMPLES = 80, 50_000
BLUE, GREY = "#0072B2", "0.55"


def build() -> Network:
    """Return the graph; every neuron has its own angles."""
    return network_from_graph(
        6,
        FORWARD + BACK + LOOPS,
        inputs=INPUTS,
        outputs=[5],
        model=[SQSNeuron(1, 1, two_qubit_circuit(*angles)) for angles in ANGLES],
        delays=1,
        scale=1.2,
        seed=5,
    )


def compare(network: Network, axes: Axes) -> None:
    """Draw the output's law over three steps, exact and sampled."""
    inputs = np.array([[1, 0, 1], [1, 1, 0], [0, 1, 1]])
    law = record_law(network, inputs)  # (64, 64, 64), the output is the last bit
    print(f"{law.size} joint records, which sum to 1 up to {abs(law.sum() - 1):.0e}")
    exact = law.reshape([32, 2] * 3).sum(axis=(0, 2, 4)).ravel()
    record = network.sample(np.broadcast_to(inputs, (N_SAMPLES, 3, 3)), seed=1)
    trains = record.outputs[..., 0] @ [4, 2, 1]
    found = np.bincount(trains, minlength=8) / N_SAMPLES
    errors = np.sqrt(exact * (1 - exact) / N_SAMPLES)
    print("output spikes   exact    sampled   in standard errors")
    names = [f"{k:03b}" for k in range(8)]
    for name, p, frequency, error in zip(names, exact, found, errors, strict=True):
        off = (frequency - p) / error
        print(f"{name:>13}{p:>10.5f}{frequency:>10.5f}{off:>10.1f}")
    axes.bar(np.arange(8), exact, color="0.85", label="exact")
    axes.errorbar(np.arange(8), found, 5 * errors, fmt=".", color=BLUE, label="sampled")
    axes.set_xticks(np.arange(8), names, rotation=90)
    axes.set(xlabel="output's spikes in three steps", ylabel="probability")
    axes.legend(frameon=False)


def run(network: Network, raster: Axes, rates: Axes) -> None:
    """Draw one record, and how often each neuron spikes with and without inputs."""
    inputs = np.random.default_rng(2).random((500, STEPS, 3)) < 0.4
    inputs[:, STEPS // 2 :] = False
    record = network.sample(inputs, seed=2)
    spikes = np.stack(network.by_neuron(record), axis=-2)[..., 0]  # (500, T, 6)
    rows = [*inputs[0].T, *spikes[0].T]
    for row, train in enumerate(rows):
        colour = GREY if row < 3 else BLUE
        times = np.flatnonzero(train)
        raster.plot(times, np.full(len(times), row), "|", color=colour, markersize=6)
    names = [*(f"input {k}" for k in range(3)), *(f"neuron {k}" for k in range(6))]
    raster.set_yticks(range(9), names)
    raster.invert_yaxis()
    raster.axvline(STEPS / 2 - 0.5, color="0.5", linewidth=0.6)
    raster.set(xlabel="step", xlim=(-1, STEPS))

    halves = spikes.reshape(len(spikes), 2, STEPS // 2, 6).mean(axis=(0, 2))
    for half, (label, colour) in enumerate([("inputs", GREY), ("silence", BLUE)]):
        rates.barh(
            np.arange(6) + 0.4 * half, halves[half], 0.4, color=colour, label=label
        )
    rates.set_yticks(np.arange(6) + 0.2, range(6))
    rates.invert_yaxis()
    rates.set(xlabel="spikes a step", ylabel="neuron")
    rates.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False)

    done = activity(network, inputs, record)
    steps = 500 * STEPS * network.n_neurons
    print(
        f"synaptic operations saved {done.saved:.0%}, rotations left out "
        f"{done.rotations_skipped.sum() / steps:.0%}, steps that no spike reaches "
        f"{done.silent_steps.sum() / steps:.0%}"
    )


def main() -> None:
    """Build, enumerate, sample, draw."""
    network = build()
    print(
        f"{network.n_neurons} neurons, {len(network.connections)} blocks of weights, "
        f"{network.n_parameters} parameters"
    )
    figure = Figure(figsize=(9.0, 2.9), dpi=200, layout="constrained")
    raster, bars, rates = figure.subplots(1, 3, width_ratios=[1.6, 1, 0.8])
    compare(network, bars)
    run(network, raster, rates)
    for axes in (raster, bars, rates):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig("network_of_quantum_neurons.png")
    print("network_of_quantum_neurons.png")


if __name__ == "__main__":
    main()
