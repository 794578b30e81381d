"""Programs in OpenQASM 3 against the law of the neurons that they stand for.

`qasm_runs` parses a program and runs it on dense density matrices, with the gates of
the language's standard library; it knows nothing of oqnn.
"""

import sys
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from quantum_neurons.circuits.qasm_runs import STANDARD, Run
from scipy.stats import unitary_group

from oqnn.quantum_neurons import Circuit, Gate, SQSNeuron, two_qubit_circuit
from oqnn.quantum_neurons.circuits.gates import FIXED, GENERATORS
from oqnn.quantum_neurons.circuits.qasm import to_qasm3, to_qasm3_with_inputs
from oqnn.quantum_neurons.circuits.qasm_unitaries import steps_of_unitary
from oqnn.quantum_neurons.neurons.noise import Noise

SMALL = SQSNeuron(1, 1, circuit=two_qubit_circuit(0.9, -0.4, 1.3))


def a_neuron(n_io, n_memory, gates, seed=3):
    """A neuron of gates (name, qubits), every rotation with an angle of its own."""
    made, angles = [], 0
    for name, qubits, *matrix in gates:
        if name in GENERATORS:
            made.append(Gate(name, qubits, parameter=angles))
            angles += 1
        else:
            made.append(Gate(name, qubits, matrix=matrix[0] if matrix else None))
    theta = np.random.default_rng(seed).uniform(-np.pi, np.pi, angles)
    circuit = Circuit(n_qubits=n_io + n_memory, gates=made, parameters=theta)
    return SQSNeuron(n_io, n_memory, circuit=circuit)


NEURONS = {
    "two qubits": (SMALL, 4),
    "one wire, two memories": (
        a_neuron(
            1,
            2,
            [
                *(("ry", (2,)), ("crz", (2, 0)), ("h", (0,)), ("rxx", (0, 1))),
                *(("cry", (1, 0)), ("t", (2,)), ("rzz", (2, 1)), ("ryy", (0, 2))),
                *(("swap", (1, 2)), ("s", (0,)), ("h", (0,)), ("crx", (2, 0))),
            ],
        ),
        3,
    ),
    "two wires, one memory": (
        a_neuron(
            2,
            1,
            [
                *(("unitary", (2, 0, 1), unitary_group.rvs(8, random_state=1)),),
                *(("rz", (1,)), ("x", (2,)), ("cx", (2, 0)), ("y", (1,))),
                *(("unitary", (1,), unitary_group.rvs(2, random_state=2)),),
                *(("z", (0,)), ("cz", (0, 2)), ("crz", (0, 1)), ("rx", (1,))),
                *(("unitary", (0, 2), unitary_group.rvs(4, random_state=3)),),
            ],
        ),
        2,
    ),
    "no memory": (a_neuron(2, 0, [("ryy", (1, 0)), ("ry", (0,)), ("h", (1,))]), 2),
}


def some_currents(neuron, steps):
    """Currents of both signs."""
    z = np.random.default_rng(5).uniform(-0.4, 0.9, (steps, neuron.n_io))
    z[-1, 0] = -0.3
    return z


def our_law(neuron, z):
    """The law of all records, bits in time order and the first wire first."""
    records = np.array(list(product((0, 1), repeat=z.size)))
    logs = neuron.log_likelihood(z, records.reshape(-1, *z.shape))
    return {tuple(r): p for r, p in zip(records.tolist(), np.exp(logs), strict=True)}


def check_same(found, expected):
    assert found.keys() == expected.keys()
    for record, probability in expected.items():
        assert found[record] == pytest.approx(probability, rel=0, abs=1e-12)


@pytest.mark.parametrize("name", NEURONS)
def test_a_program_has_the_law_of_its_neuron(name):
    neuron, steps = NEURONS[name]
    z = some_currents(neuron, steps)
    check_same(Run(to_qasm3(neuron, z)).law(), our_law(neuron, z))


def test_one_program_with_inputs_serves_all_currents():
    neuron, steps = NEURONS["one wire, two memories"]
    text = to_qasm3_with_inputs(neuron, steps)
    for sign in (1, -1):
        z = sign * some_currents(neuron, steps)
        turns = {f"turn_{t}_0": np.pi * max(z[t, 0], 0) for t in range(steps)}
        check_same(Run(text, **turns).law(), our_law(neuron, z))


def test_gates_are_those_of_the_standard_library():
    """Every gate is one of the library or defined from gates that are; the library of
    the test differs from oqnn's matrices by nothing, phases included.
    """
    for name, U in FIXED.items():
        np.testing.assert_allclose(STANDARD[name](), U, rtol=0, atol=1e-15)
    assert GENERATORS.keys() - STANDARD.keys() == {"rxx", "ryy", "rzz"}


def test_only_positive_currents_turn_a_qubit():
    text = to_qasm3(SMALL, [[-0.5], [0.0], [0.1]])
    assert text.count("rx(pi") == 1
    assert "rx(pi * 0.1) io[0];\nneuron io[0], memory[0];\nspikes_2 = meas" in text


def test_all_digits_are_written():
    theta = np.random.default_rng(1).normal(size=3) * [1e-9, 1, 1e6]
    text = to_qasm3(SMALL.with_parameters(theta), [[1 / 3]])
    for number in (*np.abs(theta), 1 / 3):
        assert repr(float(number)) in text


@pytest.mark.parametrize("k", [1, 2, 3])
def test_unitaries_are_taken_apart(k):
    """Random ones, diagonal ones, permutations, and products that are degenerate."""
    shift = np.roll(np.eye(2**k), 1, axis=0)
    rng = np.random.default_rng(k)
    for U in (
        unitary_group.rvs(2**k, random_state=rng),
        np.diag(np.exp(1j * rng.normal(size=2**k))),
        shift,
        -1j * shift,
        np.eye(2**k),
    ):
        found = np.eye(2**k)
        run = Run(f"OPENQASM 3.0; qubit[{k}] io;")
        for step in steps_of_unitary(U, tuple(range(k))):
            found = run.embed(STANDARD[step.name](*step.angles), step.qubits) @ found
        phase = np.trace(found.conj().T @ U) / 2**k
        assert abs(phase) == pytest.approx(1, rel=0, abs=1e-13)
        np.testing.assert_allclose(found * phase, U, rtol=0, atol=1e-13)


def test_what_is_no_neuron_is_refused():
    with pytest.raises(TypeError, match="`neuron` must be an SQSNeuron"):
        to_qasm3(SMALL.circuit, [[0.1]])


@pytest.mark.parametrize(
    ("currents", "message"),
    [
        ([0.1, 0.2], r"`currents` must have shape \(\.\.\., T, 1\)"),
        ([[[0.1], [0.2]]], r"`currents` must have shape \(T, 1\), one run"),
        ([[0.1], [np.nan]], "`currents` must be finite"),
    ],
)
def test_odd_currents_are_refused(currents, message):
    with pytest.raises(ValueError, match=message):
        to_qasm3(SMALL, currents)


def test_noisy_neurons_are_refused():
    noisy = replace(SMALL, noise=Noise(depolarizing=0.1))
    for write, rest in ((to_qasm3, [[0.1]]), (to_qasm3_with_inputs, 2)):
        with pytest.raises(ValueError, match="`neuron` must be without noise"):
            write(noisy, rest)


def test_odd_numbers_of_steps_are_refused():
    with pytest.raises(ValueError, match="`steps` must be"):
        to_qasm3_with_inputs(SMALL, 0)


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "openqasm3", None)
    with pytest.raises(ImportError, match=r"oqnn\[qasm\]"):
        to_qasm3(SMALL, [[0.1]])
