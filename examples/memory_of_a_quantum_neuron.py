"""Hold a neuron with a memory qubit beside its control with one classical bit.

Both have the same three angles. The law of all 2⁵ spike trains tells them apart, and so
does the next spike: given the last one, older spikes still matter to the quantum
neuron, and nothing to the control. Two inputs that differ only at the second step
show how long the memory keeps what it was told.
"""

import numpy as np

from oqnn.plotting import memory_trajectory, next_spike_tree, spike_train_laws
from oqnn.quantum_neurons import (
    ClassicalControl,
    SQSNeuron,
    memory_information,
    next_spike_law,
    past_dependence,
    spike_train_law,
    two_qubit_circuit,
)

ANGLES = (0.9, 0.6, 1.7)  # of the memory, of the input, of the two together
CURRENTS = np.full((5, 1), 0.2)


def main() -> None:
    """Laws, dependence on the past, and the memory itself."""
    quantum = SQSNeuron(1, 1, circuit=two_qubit_circuit(*ANGLES))
    neurons = {
        "memory qubit": quantum,
        "one classical bit": ClassicalControl(*ANGLES),
    }
    laws = {name: spike_train_law(n, CURRENTS) for name, n in neurons.items()}
    a, b = laws.values()
    print(f"total variation of the laws of 2⁵ trains   {np.abs(a - b).sum() / 2:.3f}")
    trees = {}
    for name, law in laws.items():
        p = next_spike_law(law, 4, given=[3, 2])[..., 1]
        older = past_dependence(law).information[-1]
        print(f"{name}: P(s₅=1|s₄,s₃), and what s₁…s₃ tell beyond s₄")
        print(
            f"  s₄=0: {p[0, 0]:.3f} {p[0, 1]:.3f}   s₄=1: {p[1, 0]:.3f} {p[1, 1]:.3f}"
        )
        print(f"  {older:z.4f} nats")
        told = [next_spike_law(law, 4, given=range(3, 3 - d, -1)) for d in range(5)]
        trees[name] = [level[..., 1] for level in told]

    other = np.where(np.arange(5) == 1, 0.9, 0.2)[:, None]  # a stronger second input
    known = memory_information(quantum, np.array([CURRENTS, other]))
    print("information about the second input, of at most 0.693 nats:")
    print("  by the spikes so far      ", known.spikes.round(3))
    print("  left in the memory, besides", known.read.round(3))

    spikes = quantum.sample(np.full((12, 1), 0.2), 3)[:, 0]
    figures = {
        "spike_train_laws": spike_train_laws(laws),
        "next_spike_tree": next_spike_tree(trees),
        "memory_trajectory": memory_trajectory(bloch_vectors(quantum, spikes), spikes),
    }
    for name, figure in figures.items():
        figure.savefig(f"{name}.png")
        print(f"{name}.png")


def bloch_vectors(neuron: SQSNeuron, spikes: np.ndarray) -> np.ndarray:
    """Return the memory's Bloch vector before and after every spike, (T + 1, 3)."""
    unitary, memory, found = neuron.circuit.unitary(), np.array([1, 0j]), []
    half = np.pi * CURRENTS[0, 0] / 2
    for spike in [None, *spikes]:
        if spike is not None:  # the state after the measurement, eq. 7.1
            joint = unitary @ np.kron([np.cos(half), -1j * np.sin(half)], memory)
            memory = joint.reshape(2, 2)[spike]
            memory = memory / np.linalg.norm(memory)
        up, down = memory
        coherence = 2 * np.conj(up) * down
        found.append([coherence.real, coherence.imag, abs(up) ** 2 - abs(down) ** 2])
    return np.array(found)


if __name__ == "__main__":
    main()
