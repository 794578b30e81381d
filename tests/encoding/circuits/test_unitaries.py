"""Gates by name and on chosen qubits."""

import numpy as np
import pytest
import qutip
from qutip.core.gates import cnot, cz_gate, hadamard_transform, swap, toffoli

from oqnn.encoding.circuits.unitaries import GATES, gate_unitary


def random_unitary(rng, size):
    """Return a unitary without symmetries."""
    raw = rng.normal(size=(size, size)) + 1j * rng.normal(size=(size, size))
    return np.linalg.qr(raw)[0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("X", qutip.sigmax()),
        ("Y", qutip.sigmay()),
        ("Z", qutip.sigmaz()),
        ("H", hadamard_transform()),
        ("CNOT", cnot()),
        ("CZ", cz_gate()),
        ("SWAP", swap()),
        ("TOFFOLI", toffoli()),
    ],
)
def test_named_gates_are_those_of_qutip(name, expected):
    n_qubits = len(GATES[name]).bit_length() - 1
    found = gate_unitary(name, n_qubits)
    np.testing.assert_allclose(found, expected.full(), rtol=0, atol=1e-15)


def test_roots_of_z():
    """S² = Z and T² = S; T gives |1⟩ the phase π/4, the paper's rotation R_1/8."""
    np.testing.assert_allclose(GATES["S"] @ GATES["S"], GATES["Z"], atol=1e-15)
    np.testing.assert_allclose(GATES["T"] @ GATES["T"], GATES["S"], atol=1e-15)


def test_a_gate_acts_on_its_qubits_in_their_order():
    """⟨b|U|a⟩ is the gate's entry of the chosen bits where the other bits agree."""
    gate = random_unitary(np.random.default_rng(1), 4)
    for first, second in [(0, 1), (1, 0), (2, 0), (1, 2)]:
        U = gate_unitary(gate, 3, (first, second))
        (other,) = {0, 1, 2} - {first, second}
        for a in np.ndindex(2, 2, 2):
            for b in np.ndindex(2, 2, 2):
                row, column = (2 * bits[first] + bits[second] for bits in (b, a))
                expected = gate[row, column] * (a[other] == b[other])
                entry = U[
                    np.ravel_multi_index(b, (2,) * 3), np.ravel_multi_index(a, (2,) * 3)
                ]
                assert entry == pytest.approx(expected, abs=1e-15)


def test_one_qubit_may_be_given_alone():
    expected = np.kron(np.eye(2), GATES["T"])
    np.testing.assert_array_equal(gate_unitary("T", 2, 1), expected)
    np.testing.assert_array_equal(
        gate_unitary(qutip.Qobj(GATES["T"]), 2, [1]), expected
    )


@pytest.mark.parametrize(
    ("gate", "qubits", "error", "message"),
    [
        ("CNO", (0, 1), ValueError, "`gate` must be one of I, X, .* but is 'CNO'"),
        (np.eye(3), None, ValueError, r"`gate` must have shape \(2\*\*k, 2\*\*k\)"),
        (np.ones(4), None, ValueError, r"but has shape \(4,\)"),
        (
            [[1, 1], [1, -1]],
            0,
            ValueError,
            "must be unitary, but .* differs from 1 by 1",
        ),
        ([[np.nan, 0], [0, 1]], 0, ValueError, "`gate` must be finite"),
        ({"H": 1}, 0, TypeError, "`gate` must be a qutip.Qobj or an array"),
        ("CNOT", 0, ValueError, "`qubits` must be 2 different ones of 0 to 2"),
        ("CNOT", (1, 1), ValueError, "as the gate has 2, but are 1, 1"),
        ("CNOT", (0, 3), ValueError, "but are 0, 3"),
        ("CNOT", None, ValueError, "but are 0, 1, 2"),
        ("H", -1, ValueError, "`qubits` must be at least 0"),
        ("H", 0.0, TypeError, "`qubits` must be an integer"),
    ],
)
def test_wrong_gates_are_refused(gate, qubits, error, message):
    with pytest.raises(error, match=message):
        gate_unitary(gate, 3, qubits)
