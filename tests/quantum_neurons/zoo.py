"""Circuits that the tests of neurons share: asymmetric, with complex amplitudes."""

import numpy as np
from scipy.stats import unitary_group

from oqnn.quantum_neurons import Circuit, Gate, SQSNeuron


def every_gate_circuit(n_qubits, seed):
    """A circuit of three or more qubits with all kinds of gates; two share an angle."""
    last = n_qubits - 1
    names = [("rx", (0,)), ("ry", (last,)), ("h", (1,)), ("crx", (last, 0))]
    names += [("rzz", (0, last)), ("t", (0,)), ("cx", (1, last)), ("rz", (1,))]
    names += [("cry", (0, 1)), ("y", (1,)), ("rxx", (1, 0)), ("s", (last,))]
    names += [("crz", (1, last)), ("swap", (last, 0)), ("x", (0,)), ("ryy", (1, last))]
    names += [("cz", (0, 1)), ("z", (last,)), ("ry", (0,)), ("rx", (1,))]
    gates, count = [], 0
    for name, qubits in names:
        turns = "r" in name
        gates.append(Gate(name, qubits, parameter=count if turns else None))
        count += turns
    gates.append(Gate("rx", (last,), parameter=0))
    matrix = unitary_group.rvs(8, random_state=seed)
    gates.insert(9, Gate("unitary", (last, 0, 1), matrix=matrix))
    angles = np.random.default_rng(seed).uniform(-np.pi, np.pi, count)
    return Circuit(n_qubits=n_qubits, gates=gates, parameters=angles)


def every_gate_neuron(n_io, n_memory, seed=5):
    """A neuron with that circuit."""
    return SQSNeuron(n_io, n_memory, circuit=every_gate_circuit(n_io + n_memory, seed))


def some_currents(steps, n_io, seed=6):
    """Currents (T, N), a third of them negative."""
    return np.random.default_rng(seed).uniform(-0.5, 1.2, (steps, n_io))
