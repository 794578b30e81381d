"""Laws of outcomes that stand for states."""

import numpy as np
import pytest

from oqnn.encoding import CorrelationMap, OutcomeLaw, Povm

from ..states import random_state


def test_a_law_has_the_correlators_of_its_state():
    povm, rho = Povm.pauli6(2), random_state(np.random.default_rng(0), 2, 3)

    law = OutcomeLaw(povm=povm, probabilities=povm.probabilities(rho))

    exact = CorrelationMap(2).chi_from_state(rho)
    np.testing.assert_allclose(law.correlators(), exact, atol=1e-13)
    assert law.n_qubits == 2
    np.testing.assert_array_equal(law.dense(), povm.probabilities(rho))


def test_laws_differ_by_what_moved():
    povm = Povm.pauli4(1)
    one = OutcomeLaw(povm=povm, probabilities=[0.1, 0.2, 0.3, 0.4])
    other = OutcomeLaw(povm=povm, probabilities=[0.3, 0.2, 0.2, 0.3])

    assert one.total_variation(other) == pytest.approx(0.2)


def test_laws_of_different_measurements_have_no_distance():
    one = OutcomeLaw(povm=Povm.pauli4(1), probabilities=[0.1, 0.2, 0.3, 0.4])
    same = OutcomeLaw(povm=Povm.pauli4(1), probabilities=[0.1, 0.2, 0.4, 0.3])
    assert one.total_variation(same) == pytest.approx(0.1)

    for povm in (Povm.tetrahedral(1), Povm.pauli6(1)):
        P = povm.probabilities(np.eye(2) / 2)
        other = OutcomeLaw(povm=povm, probabilities=P)
        with pytest.raises(ValueError, match="`other` must be a law of the same"):
            one.total_variation(other)
    with pytest.raises(TypeError, match="`other` must be an OutcomeLaw, but is a list"):
        one.total_variation([0.1, 0.2, 0.3, 0.4])


def test_states_to_the_tolerance_of_solvers_have_laws():
    """An eigenvalue of −6e-9 is let pass as one of a state."""
    povm, rho = Povm.pauli6(1), np.diag([1 + 6e-9, -6e-9])

    law = OutcomeLaw(povm=povm, probabilities=povm.probabilities(rho))

    assert law.dense()[1] == pytest.approx(-2e-9)
    assert law.correlators()[3] == pytest.approx(1 + 12e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("povm", "P", "kind", "message"),
    [
        ("tetrahedral", [0.25] * 4, TypeError, "`povm` must be a Povm, but is a str"),
        (Povm.pauli4(1), [0.2] * 5, ValueError, r"`probabilities` must have shape"),
        (Povm.pauli4(1), [0.5] * 4, ValueError, "`probabilities` must sum to 1"),
        (Povm.pauli4(1), [1j] * 4, TypeError, "must be an array of real numbers"),
    ],
)
def test_what_is_no_law_is_refused(povm, P, kind, message):
    with pytest.raises(kind, match=message):
        OutcomeLaw(povm=povm, probabilities=P)
