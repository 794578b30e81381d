"""Operators in every form that QuTiP takes."""

import numpy as np
import pytest
import qutip
import scipy.sparse as sp
from systems import LOWERING, SIGMA_X, SIGMA_Y, SIGMA_Z

from oqnn.dynamics.qutip_inputs import depends_on_time, read_operator, subsystems

TIMES = np.array([0.0, 0.4, 0.5, 1.1, 2.0, 2.3])  # uneven
AT = np.array([0.1, 0.45, 0.5, 1.7, 2.3])
HEIGHTS = np.cos(3 * TIMES) + 1j * TIMES


def total(operator, times):
    """A + Σ f_k(t) A_k at times (s,), shape (s, d, d)."""
    out = np.broadcast_to(operator.constant, (len(times), *operator.constant.shape))
    return out + np.tensordot(operator.values(times), np.array(operator.terms), axes=1)


def damped(t, rate=1.0):
    return np.exp(-rate * t)


FORMS = {
    "function": [SIGMA_Z, [SIGMA_X, lambda t: np.exp(1j * t)]],
    "branches": [[SIGMA_X, lambda t: 1.0 if t < 0.5 else -2j * t]],
    "ufunc": [SIGMA_Z, [SIGMA_X, np.sin], SIGMA_Y, [LOWERING, np.cos]],
    "string": [SIGMA_Z, [SIGMA_X, "cos(w * t) + 1j * t"]],
    "arguments": [SIGMA_Z, [SIGMA_X, lambda t, w: np.exp(w * t)]],
    "array": [[SIGMA_X, HEIGHTS], [SIGMA_Y, np.sin(TIMES)]],
    "spline": [[SIGMA_X, qutip.coefficient(HEIGHTS, tlist=TIMES)]],
    "linear": [[SIGMA_X, qutip.coefficient(HEIGHTS, tlist=TIMES, order=1)]],
    "steps": [[SIGMA_X, qutip.coefficient(HEIGHTS, tlist=TIMES, order=0)]],
}


@pytest.mark.filterwarnings("ignore:.*are required for compilation")
@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("route", ["list", "QobjEvo"])
def test_every_form_is_what_qutip_takes_it_for(name, route):
    """Against QobjEvo at times between the knots, on them and at the end."""
    parts = [
        [qutip.Qobj(x[0]), x[1]] if isinstance(x, list) else qutip.Qobj(x)
        for x in FORMS[name]
    ]
    args = {"w": 1.7} if name in ("string", "arguments") else None
    evo = qutip.QobjEvo(parts, args=args or {}, tlist=TIMES)
    value = FORMS[name] if route == "list" else evo
    assert depends_on_time(value)
    operator = read_operator(value, "H", TIMES, args)
    expected = np.array([evo(t).full() for t in AT])
    np.testing.assert_allclose(total(operator, AT), expected, atol=1e-13)
    assert operator.is_step == (name == "steps")
    knots = TIMES if name in ("array", "spline", "linear", "steps") else []
    np.testing.assert_array_equal(operator.knots, knots)


def test_new_arguments_replace_those_of_a_qobjevo():
    evo = qutip.QobjEvo([[qutip.sigmax(), damped]], args={"rate": 2.0})
    operator = read_operator(evo, "H", TIMES, {"rate": 0.5})
    np.testing.assert_allclose(operator.values(AT)[:, 0], np.exp(-AT / 2), rtol=1e-15)
    coefficient = qutip.coefficient(damped, args={"rate": 2.0})
    operator = read_operator([SIGMA_X, coefficient], "H", TIMES, {"rate": 0.5})
    np.testing.assert_allclose(operator.values(AT)[:, 0], np.exp(-AT / 2), rtol=1e-15)


@pytest.mark.parametrize("wrap", [lambda f: f, qutip.QobjEvo])
def test_functions_that_return_whole_operators(wrap):
    """Also of several QobjEvo together; not Hermitian, as jumps are not."""

    def whole(t):
        return qutip.Qobj([[0, t, 1j], [1, t**2, 0], [np.sin(t), 0, 2]])

    operator = read_operator(wrap(whole), "c_ops[0]", TIMES, None)
    expected = np.array([whole(t).full() for t in AT])
    np.testing.assert_allclose(total(operator, AT), expected, atol=1e-14)
    number = np.diag([0.0, 1, 2])
    together = [wrap(whole), number, [number, np.cos]]
    operator = read_operator(together, "c_ops[0]", TIMES, None)
    expected = expected + (1 + np.cos(AT))[:, None, None] * number
    np.testing.assert_allclose(total(operator, AT), expected, atol=1e-14)
    transformed = 2 * qutip.QobjEvo(whole).dag()
    operator = read_operator(transformed, "c_ops[0]", TIMES, None)
    expected = 2 * np.array([whole(t).dag().full() for t in AT])
    np.testing.assert_allclose(total(operator, AT), expected, atol=1e-14)


def test_whole_operators_take_their_arguments_alone():
    """As in QuTiP, args may hold more than a function asks for."""
    args = {"rate": 0.5, "other": 3.0}

    def named(t, rate):
        return damped(t, rate) * SIGMA_X

    def any_name(t, **names):
        return damped(t, names["rate"]) * SIGMA_X

    for function in (named, any_name):
        operator = read_operator(function, "H", TIMES, args)
        expected = np.exp(-AT / 2)[:, None, None] * SIGMA_X
        np.testing.assert_allclose(total(operator, AT), expected, atol=1e-15)


def test_knots_survive_sums_products_and_conjugates():
    step = qutip.coefficient(HEIGHTS, tlist=TIMES, order=0)
    other = qutip.coefficient(np.array([1.0, 3.0]), tlist=np.array([0.0, 9.0]), order=0)
    smooth = qutip.coefficient(lambda t: t)
    for f, knots, is_step in (
        (step + other, [*TIMES, 9.0], True),
        ((step * qutip.coefficient(2.0)).conj(), TIMES, True),
        (step.conj() * smooth, TIMES, False),
        (smooth + smooth, [], False),
    ):
        operator = read_operator([SIGMA_X, f], "H", TIMES, None)
        np.testing.assert_array_equal(operator.knots, knots)
        assert operator.is_step == is_step


@pytest.mark.parametrize(
    "value",
    [
        SIGMA_X,
        qutip.Qobj(SIGMA_X),
        qutip.QobjEvo(qutip.Qobj(SIGMA_X)),
        sp.csr_array(SIGMA_X),
        [[0, 1], [1, 0]],
        [[0.0, 1.0], np.array([1.0, 0.0])],
    ],
)
def test_constants_are_constants(value):
    assert not depends_on_time(value)
    operator = read_operator(value, "H", TIMES, None)
    np.testing.assert_array_equal(operator.constant, SIGMA_X)
    assert operator.terms == ()
    assert operator.values(AT).shape == (5, 0)


def test_batches_are_no_lists_of_terms():
    """Two matrices, nested lists of them, and batches inside of terms."""
    batch = np.array([SIGMA_X, SIGMA_Y])
    for value in (batch, [SIGMA_X, SIGMA_Y], batch.tolist()):
        operator = read_operator(value, "H", TIMES, None)
        np.testing.assert_array_equal(operator.constant, batch)
        assert operator.batch == (2,)
    operator = read_operator([batch[:, None], [batch, np.cos]], "H", TIMES, None)
    assert operator.batch == (2, 2)
    point = operator.at(1, (2, 2))  # row 0, column 1
    np.testing.assert_array_equal(point.constant, SIGMA_X)
    np.testing.assert_array_equal(point.terms[0], SIGMA_Y)


def test_subsystems_come_from_the_first_qobj():
    two = qutip.tensor(qutip.sigmax(), qutip.qeye(3))
    assert subsystems(np.eye(6), two) == [2, 3]
    assert subsystems([[two, np.cos], two]) == [2, 3]
    assert subsystems(qutip.QobjEvo([two, [two, np.cos]])) == [2, 3]
    assert subsystems(qutip.tensor(qutip.basis(2, 0), qutip.basis(3, 1))) == [2, 3]
    assert subsystems(qutip.Qobj(np.eye(6)), two, qutip.Qobj(np.eye(6))) == [2, 3]
    assert subsystems(two, qutip.tensor(qutip.sigmax(), qutip.qeye(2))) == [2, 3]
    assert subsystems(np.eye(2), []) is None
    assert subsystems(qutip.liouvillian(two)) is None


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ([[SIGMA_X, np.ones(3)]], ValueError, "coefficients of length 6.* length 3"),
        (
            [[SIGMA_X, np.full(6, np.nan)]],
            ValueError,
            "coefficient of H` must be finite",
        ),
        ([[np.eye(2)[:1], np.cos]], ValueError, r"shape \(\.\.\., d, d\).*\(1, 2\)"),
        ([SIGMA_Z, [np.eye(3), np.cos]], ValueError, r"shape \(2, 2\).*\(3, 3\)"),
        (lambda t: np.eye(2)[:1], ValueError, r"`H\(t\)` must have shape \(d, d\)"),
        (lambda t: None, TypeError, "`H` must be a qutip.Qobj or an array"),
        (["a", [SIGMA_X, np.cos]], TypeError, "`H` must be a qutip.Qobj or an array"),
        ([qutip.sigmax(), qutip.sigmay()], TypeError, "must be one operator, but is a"),
        ([[qutip.basis(2, 0), np.cos]], TypeError, "must be an operator, but is a ket"),
        (np.array([]), ValueError, r"`H` must have shape \(\.\.\., d, d\)"),
        (SIGMA_X * np.nan, ValueError, "`H` must be finite"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value encountered in multiply")
def test_what_is_no_operator_is_refused(value, error, message):
    with pytest.raises(error, match=message):
        read_operator(value, "H", TIMES, None)


def test_coefficients_that_are_not_finite_name_the_time():
    operator = read_operator([SIGMA_X, lambda t: 1 / (t - 0.5)], "H", TIMES, None)
    with (
        np.errstate(divide="ignore"),
        pytest.raises(ValueError, match=r"`H` .* but one is \(inf.* at t = 0\.5\."),
    ):
        operator.values(AT)
