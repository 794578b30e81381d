"""Train a network of quantum spiking neurons by a rule that is local to each of them.

Handwritten 0 and 1 as spikes of 64 pixels; eight hidden neurons and two outputs with a
qubit of memory each. Every neuron hears one number from the outputs, the loss, and
changes its own angles and weights by what that number has to do with small changes of
them. The figure shows the accuracy along the training and what the network does with a
test digit of each class.
"""

import numpy as np
from matplotlib.figure import Figure

from oqnn.quantum_neurons import (
    LearnedNetwork,
    LocalRule,
    SpikeData,
    SQSNeuron,
    digits,
    layered_network,
    train_local,
    two_qubit_circuit,
)

FIGURE = "train_quantum_neurons.png"


def draw(learned: LearnedNetwork, test: SpikeData) -> Figure:
    """Return the accuracy by epochs, and the spikes that one test digit causes each."""
    figure = Figure(figsize=(9, 3.4), dpi=150, layout="constrained")
    curve, *rasters = figure.subplots(1, 3)
    epochs = np.arange(1, learned.epochs + 1)
    curve.plot(epochs, learned.accuracy, label="training")
    curve.errorbar(
        epochs, learned.test_accuracy, learned.test_accuracy_error, label="test"
    )
    curve.set(xlabel="epoch", ylabel="accuracy, one run", ylim=(0.4, 1.02))
    curve.legend()
    for label, axis in enumerate(rasters):
        spikes = test.inputs[np.flatnonzero(test.labels == label)[0]]
        record = learned.network.sample(spikes, seed=label)
        hidden, outputs = (each[:, :, 0] for each in record.spikes)
        rows = np.hstack([outputs, hidden, spikes])
        axis.imshow(rows.T, cmap="Greys", aspect="auto", origin="lower")
        axis.set_yticks([0.5, 5.5, 41.5], ["out", "hidden", "pixels"])
        for line in (1.5, 9.5):
            axis.axhline(line, lw=0.7)
        counts = " : ".join(map(str, outputs.sum(axis=0)))
        axis.set(title=f"a {test.classes[label]}, spikes {counts}", xlabel="step")
    return figure


def main() -> None:
    """Train, print the accuracy, and draw the figure."""
    train, test = digits(classes=(0, 1), steps=8, seed=0)
    neuron = SQSNeuron(1, 1, two_qubit_circuit(0.1, 0.1, 0.1))
    network = layered_network([64, 8, 2], neuron, seed=1)
    # angles near zero: spikes then follow the currents at first
    network = network.with_parameters(
        network.weights, [0.1 * angles for angles in network.neurons]
    )
    rule = LocalRule(passes=8, directions_per_pass=4, angle_scale=0.25)
    learned = train_local(network, train, test=test, rule=rule, epochs=15, seed=2)
    print(f"{network.n_parameters} parameters, {train.n_samples} digits to learn from")
    for epoch in range(0, learned.epochs, 3):
        print(f"epoch {epoch + 1}: test accuracy {learned.test_accuracy[epoch]:.3f}")
    print(f"at last {learned.test_accuracy[-1]:.3f}, one run a digit")
    print("spikes a neuron and step:", np.round(learned.spikes[-1], 3))
    draw(learned, test).savefig(FIGURE)
    print(f"saved {FIGURE}")


if __name__ == "__main__":
    main()
