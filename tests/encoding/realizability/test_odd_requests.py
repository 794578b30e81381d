"""Requests for laws that look right and are not: refused by name, or read right."""

import numpy as np
import pytest

from oqnn.encoding import (
    BellInequality,
    local_bound,
    realize,
    realize_by_gradient,
    realize_correlators,
    realize_gate,
    run_circuit,
    total_variation,
)

CHSH = np.zeros((4, 4))
CHSH[1:3, 1:3] = [[1, 1], [1, -1]]


@pytest.mark.parametrize(
    ("coefficients", "error", "match"),
    [
        (1j * CHSH, TypeError, "`coefficients` must be an array of real numbers"),
        (CHSH * np.nan, ValueError, "`coefficients` must be finite"),
        (3.0, ValueError, "`coefficients` must have an axis a qubit, but is one"),
        (np.zeros((3, 3)), ValueError, "`coefficients` must have shape"),
    ],
)
def test_polynomials_of_spins_are_checked(coefficients, error, match):
    with pytest.raises(error, match=match):
        local_bound(coefficients)


def test_an_inequality_takes_one_state():
    """The values of several must not be added up."""
    inequality = BellInequality(coefficients=CHSH, local_bound=2.0, value=2.5)
    mixed = np.diag([0.4, 0.3, 0.2, 0.1])
    assert inequality.evaluate(mixed) == 0
    for rho in ([mixed, mixed], mixed[None]):
        with pytest.raises(ValueError, match="`rho` must be one state of 2 qubits"):
            inequality.evaluate(rho)


@pytest.mark.parametrize(
    ("start", "error", "match"),
    [
        (1j * np.ones(8), TypeError, "`start` must be an array of real numbers"),
        (np.full(8, np.nan), ValueError, "`start` must be finite"),
        (np.zeros(8), ValueError, "`start` must not be all zero"),
        (np.ones(9), ValueError, "`start` must have shape"),
    ],
)
def test_the_first_wave_function_is_checked_by_its_name(start, error, match):
    with pytest.raises(error, match=match):
        realize_by_gradient([1, 0], start=start)


@pytest.mark.parametrize("gates", ["HH", None, 3])
def test_a_circuit_is_a_sequence_of_gates(gates):
    with pytest.raises(TypeError, match="`gates` must be a sequence of gates"):
        run_circuit(gates, [1, 0])


def test_a_gate_may_be_a_list_as_well():
    """A list of a name and qubits, as from a file, or of the rows of a matrix."""
    read = run_circuit([["CNOT", 1, 0], [[0, 1], [1, 0]]][:1], np.eye(4)[1])
    assert read.gates == ("CNOT 1 0",)
    np.testing.assert_allclose(read.states[-1], np.diag([0, 0, 0, 1]), atol=1e-15)
    turned = run_circuit([[[0, 1], [1, 0]]], [1, 0])
    np.testing.assert_allclose(turned.states[-1], np.diag([0, 1]), atol=1e-15)


def test_total_variation_takes_laws():
    law = realize([1, 0]).law
    for pair, name in (((3, law), "law"), ((law, 3), "other")):
        with pytest.raises(TypeError, match=f"`{name}` must be a Law, but is a int"):
            total_variation(*pair)


def test_ragged_correlators_are_refused_by_name():
    with pytest.raises(TypeError, match="`chi` must be an array of real numbers"):
        realize_correlators([[1, 2], [3]])


def test_a_gate_keeps_the_wave_function_it_was_given():
    q = np.sqrt(realize([0.6, 0.8j]).law.dense())
    found = realize_gate("H", q)
    before = found.before
    q[:] = 1.0
    np.testing.assert_array_equal(found.before, before)
    with pytest.raises(ValueError, match=r"`q` must have shape \(8\*\*n,\), but"):
        realize_gate("H", np.ones((2, 8)))
