"""QuTiP objects are recognised by their attributes and go in and out."""

import subprocess
import sys

import numpy as np
import pytest
import qutip

from oqnn._core.qobj import as_operator, as_state, is_qobj, to_qobj

KET = (qutip.basis(2, 0) + 2j * qutip.basis(2, 1)).unit()
PROJECTOR = np.array([[0.2, -0.4j], [0.4j, 0.8]])


def test_qutip_objects_are_recognised_and_others_not():
    assert is_qobj(qutip.sigmay())
    assert is_qobj(KET)
    assert is_qobj(qutip.to_super(qutip.sigmax()))
    for other in (np.eye(2), [[1, 0], [0, 1]], "sigmax", None, qutip.Bloch):
        assert not is_qobj(other)


def test_recognition_needs_no_qutip():
    script = (
        "import sys, numpy as np; from oqnn._core.qobj import as_state, is_qobj;"
        "as_state(np.eye(2), 'rho'); is_qobj(1); assert 'qutip' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize(
    "operator", [qutip.sigmay(), qutip.sigmay().full(), [[0, -1j], [1j, 0]]]
)
def test_operators_become_complex_arrays(operator):
    found = as_operator(operator, "H")
    assert type(found) is np.ndarray
    assert found.dtype == complex
    np.testing.assert_array_equal(found, [[0, -1j], [1j, 0]])


@pytest.mark.parametrize(
    "state",
    [KET, KET.proj(), KET.full(), KET.full()[:, 0], KET.full()[:, 0].tolist()],
)
def test_kets_become_projectors(state):
    np.testing.assert_allclose(as_state(state, "rho"), PROJECTOR, atol=1e-15)


def test_states_are_neither_normalised_nor_reshaped():
    stack = np.arange(12.0).reshape(3, 2, 2)
    np.testing.assert_array_equal(as_state(stack, "rho"), stack)
    np.testing.assert_array_equal(as_state([2, 0], "rho"), np.diag([4, 0]))


def test_matrices_become_qobj_with_their_dims():
    matrix = np.arange(36).reshape(6, 6) * (1 + 1j)
    found = to_qobj(matrix, [2, 3])
    assert found.dims == [[2, 3], [2, 3]]
    np.testing.assert_array_equal(as_operator(found, "H"), matrix)
    assert to_qobj(np.eye(3)).dims == [[3], [3]]


def test_what_is_no_operator_is_refused():
    with pytest.raises(TypeError, match=r"^`H` must be an operator, but is a ket\.$"):
        as_operator(KET, "H")
    for value, kind in (("plus", "str"), ({}, "dict"), ([[1], [2, 3]], "list")):
        words = rf"^`H` must be a qutip.Qobj or an array of numbers, but is a {kind}\.$"
        with pytest.raises(TypeError, match=words):
            as_operator(value, "H")


def test_nothing_is_no_operator():
    with pytest.raises(TypeError, match=r"`H` must be a qutip\.Qobj or an array"):
        as_operator(None, "H")


def test_results_of_solvers_are_told_from_their_states():
    class Result:
        states = ()

    with pytest.raises(TypeError, match=r"is a Result\. Take its `\.states`\."):
        as_operator(Result(), "rho")


def test_an_infinite_ket_becomes_no_finite_matrix_without_a_warning():
    assert not np.isfinite(as_state([np.inf, 0], "rho")).all()
