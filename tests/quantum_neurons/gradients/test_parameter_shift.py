"""Shift rules: against automatic differentiation, whole reruns, and samples."""

import numpy as np
import pytest
from quantum_neurons.gradients.differences import DEEP, WIDE, central_differences

from oqnn.quantum_neurons import (
    Circuit,
    Gate,
    Noise,
    SQSNeuron,
    estimate_shift_gradient,
    log_likelihood_gradient,
    parameter_shift_gradient,
    two_qubit_circuit,
)
from oqnn.quantum_neurons.gradients.shift_rules import FOUR_TERMS, TWO_TERMS
from oqnn.quantum_neurons.neurons.control import ClassicalControl

TWO_QUBIT = SQSNeuron(1, 1, circuit=two_qubit_circuit(0.9, 0.4, 1.3))
CURRENTS = np.array([[0.3, 0.7], [-0.2, 0.5], [0.6, 0.1]])
RECORD = np.array([[1, 0], [0, 1], [1, 1]])


def rotated(pauli, angle):
    return np.cos(angle / 2) * np.eye(2) - 1j * np.sin(angle / 2) * pauli


def two_qubit_run(theta_mem, theta_in, theta_ent, z, record):
    """p(record) of the two-qubit circuit, each angle of each step on its own."""
    X, whole = np.array([[0, 1], [1, 0]]), np.array([1, 0])
    for t, spike in enumerate(record):
        io = rotated(X, np.pi * max(z[t], 0)) @ [1, 0]
        psi = np.outer(io, whole)  # io, memory
        psi[:, 1] = rotated(X, theta_ent[t]) @ psi[:, 1]
        psi = rotated(X, theta_in[t]) @ psi @ rotated(X, theta_mem[t]).T
        whole = psi[spike]
    return np.vdot(whole, whole).real


def by_rule(rule, function):
    return sum(weight * function(shift) for shift, weight in rule)


@pytest.mark.parametrize(
    ("rule", "frequencies"), [(TWO_TERMS, [1]), (FOUR_TERMS, [0.5, 1])]
)
def test_rules_are_exact_for_their_frequencies(rule, frequencies):
    """d/dθ of a + Σ (b cos ωθ + c sin ωθ) at any θ."""
    for w in frequencies:
        for theta in (0.0, 1.1, -2.7):
            found = by_rule(rule, lambda s, t=theta, w=w: 2 + np.sin(w * (t + s)))
            np.testing.assert_allclose(found, w * np.cos(w * theta), atol=1e-15)
    wrong = by_rule(TWO_TERMS, lambda s: np.sin((1.1 + s) / 2))
    assert abs(wrong - np.cos(1.1 / 2) / 2) > 0.1


@pytest.mark.parametrize("neuron", [WIDE, DEEP])
def test_against_automatic_differentiation(neuron):
    """p ∇ log p, with two- and four-term gates that share angles."""
    z, s = CURRENTS[:, : neuron.n_io], RECORD[:, : neuron.n_io]
    found = parameter_shift_gradient(neuron, z, s)
    expected = log_likelihood_gradient(neuron, z, s)
    np.testing.assert_allclose(
        np.log(found.probability), expected.log_likelihood, rtol=1e-12
    )
    np.testing.assert_allclose(found.log_parameters, expected.parameters, rtol=1e-10)
    np.testing.assert_allclose(found.log_currents, expected.currents, rtol=1e-10)


def test_against_central_differences():
    found = parameter_shift_gradient(WIDE, CURRENTS, RECORD)
    expected = central_differences(
        lambda a: np.exp(WIDE.with_parameters(a).log_likelihood(CURRENTS, RECORD)),
        WIDE.parameters,
    )
    np.testing.assert_allclose(found.parameters, expected, rtol=1e-7, atol=1e-9)


def test_against_whole_reruns():
    """Every occurrence of an angle is shifted alone, in a run from start to end."""
    z, record = CURRENTS[:, 0], RECORD[:, 0]
    angles = np.repeat([[0.9], [0.4], [1.3]], 3, axis=1)  # of every step
    expected = np.zeros(3)
    for which, rule in enumerate([TWO_TERMS, TWO_TERMS, FOUR_TERMS]):
        for t in range(3):
            for shift, weight in rule:
                other = angles.copy()
                other[which, t] += shift
                expected[which] += weight * two_qubit_run(*other, z, record)
    found = parameter_shift_gradient(TWO_QUBIT, z[:, None], record[:, None])
    np.testing.assert_allclose(found.parameters, expected, rtol=1e-12)
    p = two_qubit_run(*angles, z, record)
    np.testing.assert_allclose(found.probability, p, rtol=1e-12)
    # 2 + 2 + 4 circuits a step, 2 for each of two positive currents, and p itself
    assert found.runs == 3 * 8 + 2 * 2 + 1


def test_two_terms_are_wrong_for_controlled_rotations():
    """And so is a period of 2π; that of the controlled rotation is 4π."""
    z, record = CURRENTS[:, 0], RECORD[:, 0]
    neuron = SQSNeuron(1, 1, circuit=two_qubit_circuit(2.0, 0.4, 2.5))
    angles = np.repeat([[2.0], [0.4], [2.5]], 3, axis=1)

    def p(shift, t):
        other = angles.copy()
        other[2, t] += shift
        return two_qubit_run(*other, z, record)

    exact = parameter_shift_gradient(neuron, z[:, None], record[:, None])
    wrong = sum(by_rule(TWO_TERMS, lambda s, t=t: p(s, t)) for t in range(3))
    assert abs(wrong - exact.parameters[2]) > 0.1 * abs(exact.parameters[2])
    np.testing.assert_allclose(p(4 * np.pi, 1), p(0, 1), rtol=1e-12)
    assert abs(p(2 * np.pi, 1) - p(0, 1)) > 0.05 * p(0, 1)


def test_shifts_of_log_p_are_wrong():
    """They are wrong even for a single rotation: p = sin² θ/2, (log p)′ = cot θ/2."""

    def log_p(theta):
        return 2 * np.log(abs(np.sin(theta / 2)))

    gate = Gate("rx", (0,), parameter=0)
    circuit = Circuit(n_qubits=1, gates=[gate], parameters=[0.8])
    found = parameter_shift_gradient(SQSNeuron(1, 0, circuit=circuit), [[0]], [[1]])
    np.testing.assert_allclose(found.log_parameters, [1 / np.tan(0.4)], rtol=1e-12)
    wrong = by_rule(TWO_TERMS, lambda shift: log_p(0.8 + shift))
    assert abs(wrong - 1 / np.tan(0.4)) > 0.5


def test_silent_circuit_without_angles():
    """No parameters at all: the derivative by the current, π sin(πz)/2, is left."""
    swap = Circuit(n_qubits=1, gates=[Gate("z", (0,))], parameters=[])
    found = parameter_shift_gradient(SQSNeuron(1, 0, circuit=swap), [[0.3]], [[1]])
    assert found.parameters.shape == (0,)
    expected = np.pi * np.sin(0.3 * np.pi) / 2
    np.testing.assert_allclose(found.currents, [[expected]], rtol=1e-12)
    rest = parameter_shift_gradient(SQSNeuron(1, 0, circuit=swap), [[-0.3]], [[0]])
    np.testing.assert_array_equal(rest.currents, 0)
    assert rest.runs == 1


def test_long_records():
    """Linear in T; where p itself is no longer a number of full precision, refused."""
    z = np.full((700, 1), 0.3)
    record = TWO_QUBIT.sample(z, 0)
    found = parameter_shift_gradient(TWO_QUBIT, z, record)
    expected = log_likelihood_gradient(TWO_QUBIT, z, record)
    np.testing.assert_allclose(found.log_currents, expected.currents, rtol=1e-8)
    long, often = np.tile(z, (3, 1)), np.tile(record, (3, 1))
    with pytest.raises(ValueError, match=r"short enough .* 1e-290, but its 2100 steps"):
        parameter_shift_gradient(TWO_QUBIT, long, often)


def test_effects_that_do_not_fit_into_memory():
    circuit = Circuit(n_qubits=20, gates=[], parameters=[])
    with pytest.raises(ValueError, match=r"Effects of 1 steps of 1 \+ 19 qubits must"):
        parameter_shift_gradient(SQSNeuron(1, 19, circuit), [[0.1]], [[1]])


def test_estimates_are_within_their_errors():
    """No bias, and errors of the right size, over 200 estimates of every derivative."""
    exact = parameter_shift_gradient(WIDE, CURRENTS[:2], RECORD[:2])
    found = [
        estimate_shift_gradient(WIDE, CURRENTS[:2], RECORD[:2], shots=500, seed=seed)
        for seed in range(200)
    ]
    assert found[0].runs == exact.runs
    for name in ("parameters", "currents", "probability"):
        values = np.array([getattr(one, name) for one in found])
        errors = np.array([getattr(one, f"{name}_error") for one in found])
        mean_error = values.std(axis=0, ddof=1) / np.sqrt(200)
        gap = np.abs(values.mean(axis=0) - getattr(exact, name))
        assert (gap <= 5 * mean_error).all()
        # the mean of the squared errors is the variance, whose own error is 10 %
        spread = values.var(axis=0, ddof=1)
        np.testing.assert_allclose((errors**2).mean(axis=0), spread, rtol=0.5)


def test_more_shots_come_nearer():
    exact = parameter_shift_gradient(TWO_QUBIT, CURRENTS[:, :1], RECORD[:, :1])
    found = estimate_shift_gradient(
        TWO_QUBIT, CURRENTS[:, :1], RECORD[:, :1], shots=10**8, seed=1
    )
    gap = np.abs(found.parameters - exact.parameters)
    assert (gap <= 5 * found.parameters_error).all()
    assert found.parameters_error.max() < 3e-4


def test_refusals():
    with pytest.raises(TypeError, match="`neuron` must be an SQSNeuron"):
        parameter_shift_gradient(ClassicalControl(0.1, 0.2, 0.3), [[0.1]], [[1]])
    silent = SQSNeuron(1, 1, circuit=two_qubit_circuit(0.3, 0, 0))
    noisy = SQSNeuron(
        1, 1, circuit=TWO_QUBIT.circuit, noise=Noise(amplitude_damping=0.1)
    )
    with pytest.raises(ValueError, match="must have no noise"):
        parameter_shift_gradient(noisy, [[0.1]], [[1]])
    with pytest.raises(ValueError, match="step 1 has probability zero"):
        parameter_shift_gradient(silent, np.zeros((3, 1)), [[0], [1], [0]])
    with pytest.raises(ValueError, match="`currents` must have shape"):
        parameter_shift_gradient(TWO_QUBIT, np.zeros((2, 3, 1)), np.zeros((3, 1)))
    with pytest.raises(ValueError, match="`record` must end in the axes"):
        parameter_shift_gradient(TWO_QUBIT, np.zeros((3, 1)), [[0]])
    with pytest.raises(ValueError, match="spikes 0 or 1"):
        parameter_shift_gradient(TWO_QUBIT, [[0.1]], [[0.5]])
    with pytest.raises(ValueError, match="`shots` must be at least 2"):
        estimate_shift_gradient(TWO_QUBIT, [[0.1]], [[1]], shots=1, seed=0)
    with pytest.raises(ValueError, match="`seed` must be at least 0"):
        estimate_shift_gradient(TWO_QUBIT, [[0.1]], [[1]], shots=9, seed=-1)
