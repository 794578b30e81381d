"""Circuits: their matrix against tensor products in QuTiP, and what they refuse."""

import numpy as np
import pytest
from quantum_neurons.plain_sqs import gate_operator, on_qubits
from quantum_neurons.zoo import every_gate_circuit

from oqnn.quantum_neurons import Circuit, Gate, two_qubit_circuit
from oqnn.quantum_neurons.circuits.circuits_jax import unitaries


def plain_unitary(circuit, parameters):
    n, V = circuit.n_qubits, on_qubits(circuit.n_qubits)
    for gate in circuit.gates:
        V = gate_operator(gate, n, parameters) * V
    return V.full()


def test_every_gate_against_tensor_products():
    circuit = every_gate_circuit(3, seed=1)
    V = circuit.unitary()
    np.testing.assert_allclose(
        V, plain_unitary(circuit, circuit.parameters), atol=1e-12
    )
    np.testing.assert_allclose(V @ V.conj().T, np.eye(8), atol=1e-12)


def test_batch_of_angles():
    circuit = every_gate_circuit(3, seed=2)
    angles = np.random.default_rng(3).uniform(-4, 4, (2, circuit.n_parameters))
    found = unitaries(circuit.gates, 3, angles)
    for V, theta in zip(found, angles, strict=True):
        np.testing.assert_allclose(V, plain_unitary(circuit, theta), atol=1e-12)


def test_a_full_turn_of_a_controlled_rotation_is_no_identity():
    """CRX(2π) = diag(1, 1, −1, −1); only 4π leads back."""
    once, twice = (
        Circuit(n_qubits=2, gates=[Gate("crx", (0, 1), parameter=0)], parameters=[turn])
        for turn in (2 * np.pi, 4 * np.pi)
    )
    np.testing.assert_allclose(once.unitary(), np.diag([1, 1, -1, -1]), atol=1e-14)
    np.testing.assert_allclose(twice.unitary(), np.eye(4), atol=1e-14)


def test_gates_are_equal_by_value():
    swap = np.eye(4)[[0, 2, 1, 3]]
    assert Gate("unitary", (0, 1), matrix=swap) == Gate("unitary", [0, 1], matrix=swap)
    assert Gate("rx", (0,), parameter=0) != Gate("rx", (0,), parameter=1)
    assert two_qubit_circuit(1, 2, 3).gates == two_qubit_circuit(0, 0, 0).gates


@pytest.mark.parametrize(
    ("arguments", "keywords", "message"),
    [
        (("r", (0,)), {"parameter": 0}, "`name` must be one of rx.*'r'"),
        (("rx", (0, 0)), {"parameter": 0}, "`qubits` must differ"),
        (("rx", (0, 1)), {"parameter": 0}, "`qubits` must be 1 for rx"),
        (("rx", (0,)), {}, "`parameter` must be the index.*None for rx"),
        (("h", (0,)), {"parameter": 0}, "None for other gates, but is 0 for h"),
        (("unitary", (0,)), {}, "`matrix` must be given for `unitary`"),
        (("unitary", (0,)), {"matrix": np.ones((2, 2))}, "must be unitary"),
        (("unitary", (0,)), {"matrix": np.ones((2, 3))}, "must be square"),
        (("unitary", (0, 1)), {"matrix": np.eye(2)}, "`qubits` must be 1 for unitary"),
        (("unitary", (0,)), {"matrix": np.eye(3)}, "power of two, but its size is 3"),
        (("unitary", ()), {"matrix": [[1]]}, "power of two, but its size is 1"),
    ],
)
def test_gates_refuse(arguments, keywords, message):
    with pytest.raises(ValueError, match=message):
        Gate(*arguments, **keywords)


@pytest.mark.parametrize(
    ("gates", "parameters", "message"),
    [
        ([Gate("rx", (2,), parameter=0)], [0.1], "act on qubits below 2.*rx"),
        ([Gate("rx", (1,), parameter=1)], [0.1], r"angles \[1\].*holds 1"),
        ([Gate("rx", (1,), parameter=0)], [0.1, 0.2], r"angles \[0\].*holds 2"),
        ([Gate("rx", (1,), parameter=0)], [np.nan], "must be finite"),
        ([], [[0.1]], r"must have shape \(p,\)"),
    ],
)
def test_circuits_refuse(gates, parameters, message):
    with pytest.raises(ValueError, match=message):
        Circuit(n_qubits=2, gates=gates, parameters=parameters)


def test_matrices_of_gates_do_not_change():
    """Compiled programs are found again by their bytes."""
    given = np.eye(2)
    gate = Gate("unitary", (0,), matrix=given)
    given[0, 0] = -1
    assert gate.matrix[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        gate.matrix[0, 0] = -1


def test_other_things_than_gates_are_refused():
    with pytest.raises(TypeError, match=r"tuple of integers, but is 1\. Try \(1,\)"):
        Gate("rx", 1, parameter=0)
    with pytest.raises(TypeError, match="must hold Gate objects, but holds 'rx'"):
        Circuit(n_qubits=1, gates=["rx"], parameters=[])
