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
