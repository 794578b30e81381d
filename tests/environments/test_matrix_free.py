"""Learning without matrices: three qubits, and the same numbers as with matrices."""

from functools import reduce
from types import SimpleNamespace

import numpy as np
import pytest
from environments.problems import COST, ENVIRONMENT, Y0, H, random_weights, rule
from scipy.linalg import expm

from oqnn.dynamics import ControlledGenerator, MatrixGenerator, RegisterGenerator
from oqnn.environments import (
    LearningRule,
    MatrixFree,
    ProtectionCost,
    ReferenceEnvironment,
    RegisterEnvironment,
    cost_and_gradient,
    field_channel,
    init,
    learn,
    level_channel,
    rate_channel,
    step,
)
from oqnn.environments.matrix_free import least_block_resolution, prefers_matrix_free

SIGMA = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
DAMPING = np.array([[0, 0], [1, 0]])
WIDTH = 0.1


def on(qubit, operator, qubits=3):
    factors = [np.eye(2)] * qubits
    factors[qubit] = operator
    return reduce(np.kron, factors)


def hermitian(rng, *shape):
    a = rng.normal(size=shape) + 1j * rng.normal(size=shape)
    return (a + a.conj().mT) / 2


def three_qubits():
    """Local fields in three levels, hops with back-action, local damping; no symmetry.

    Controls turn all qubits along x, one qubit in one level, and change some hops.
    """
    rng = np.random.default_rng(4)
    local = np.array([[on(q, s) for s in SIGMA] for q in range(3)])  # (3, 3, 8, 8)
    axes = rng.normal(size=(3, 3, 3))
    hops = {
        (i, j): 0.4 * (np.eye(8) + 0.2 * np.tensordot(axes[i] - axes[j], local, 2))
        for i, j in ((0, 1), (1, 2), (2, 0), (1, 0))
    }
    damping = [0.2 * on(q, DAMPING) for q in range(3)]
    noise = RegisterGenerator(
        np.tensordot(axes, local, 2) / 2, hops | {(i, i): damping for i in range(2)}
    )
    channels = {
        "x": field_channel(local[:, 0].sum(axis=0) / 2, 3),
        "hopping": rate_channel({p: hops[p] for p in ((0, 1), (1, 2))}, 3, 8),
        "level": level_channel(local[1, 2], 2, 3),
    }
    bounds = {"x": 2.0, "hopping": 0.6, "level": 1.0}
    law = [0.2, 0.5, 0.3]
    return RegisterEnvironment(noise, channels, bounds, register_law=law)


def any_environment(d, ancilla=None, seed=7):
    """Dense operators on blocks of size d, two levels, two controls."""
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(4, d, d)) + 1j * rng.normal(size=(4, d, d))
    jumps = {(0, 1): 0.15 * a[:2], (1, 0): 0.2 * a[2], (1, 1): 0.1 * a[3]}
    channels = {
        "field": field_channel(hermitian(rng, d, d), 2),
        "rate": rate_channel({(0, 1): 0.15 * a[:2]}, 2, d),
    }
    return RegisterEnvironment(
        RegisterGenerator(hermitian(rng, 2, d, d), jumps),
        channels,
        {"field": 1.5, "rate": 0.7},
        ancilla=ancilla,
    )


QUBITS = three_qubits()
CODE = np.linalg.qr(np.random.default_rng(8).normal(size=(8, 2)) + 0.3j)[0]
TWO = {"neurons": 3, "tau": 0.3, "period": 0.2, "slices": 2}
W = 0.8 * np.random.default_rng(9).normal(size=(2, 3, 4))


@pytest.mark.slow
def test_three_qubits_dephase_alone():
    r"""Without controls, and with hops that touch no qubit, each dephases by itself.

    .. math:: F_e = \prod_q \frac{1 + e^{-\gamma_q t}}{2}, \qquad
        \bar F = \frac{8 F_e + 1}{9}.
    """
    rates = np.array([0.3, 0.7, 1.1])
    jumps = {
        (i, i): [np.sqrt(g / 2) * on(q, SIGMA[2]) for q, g in enumerate(rates)]
        for i in range(2)
    }
    hops = {(0, 1): np.eye(8), (1, 0): 0.5 * np.eye(8)}
    environment = RegisterEnvironment(
        RegisterGenerator(np.zeros((2, 8, 8)), jumps | hops),
        {"x": field_channel(on(0, SIGMA[0]), 2)},
        1.0,
    )
    settings = LearningRule(**(TWO | {"resolution": 40}))
    cost = ProtectionCost(readouts=(0.5, 1.0), weights=(0.3, 0.9))
    found = MatrixFree(columns=9)(
        init(np.zeros((1, 2, 3, 4))), environment, settings, cost
    )
    times = np.array([0.1, 0.2])
    fidelity = (8 * ((1 + np.exp(-np.outer(times, rates))) / 2).prod(axis=1) + 1) / 9
    expected = [0.3, 0.9] @ (1 - fidelity)
    np.testing.assert_allclose(found.infidelities, [[expected]], rtol=1e-9)


@pytest.mark.slow
def test_cost_and_gradient_are_of_fourth_order():
    """Against matrices at many more steps, for the qubit without any symmetry."""

    def call(q, free):
        return cost_and_gradient(
            ENVIRONMENT,
            random_weights(),
            y0=Y0,
            H=H,
            rule=rule(q),
            cost=COST,
            matrix_free=free,
        )

    exact = call(32, False)
    size = np.abs(exact[1]).max()
    found = [call(q, True) for q in (4, 8)]
    cost_errors = [abs(cost - exact[0]) for cost, _ in found]
    slope_errors = [np.abs(slope - exact[1]).max() / size for _, slope in found]
    for errors in (cost_errors, slope_errors):
        assert errors[1] < 3e-6
        assert np.log2(errors[0] / errors[1]) == pytest.approx(4, abs=0.5), errors


@pytest.mark.slow
def test_qutrit_and_ancilla_against_matrices():
    """A gate on a qutrit beside a qubit of the environment, with dense jumps."""
    rng = np.random.default_rng(10)
    environment = any_environment(6, ancilla=np.diag([0.7, 0.3]))
    settings = LearningRule(**(TWO | {"resolution": 64}))
    cost = ProtectionCost(readouts=(0.5, 1), target=expm(1j * hermitian(rng, 3, 3)))
    own, y0 = hermitian(rng, 3, 3), np.array([0.3, -0.5, 0.2])
    found, expected = (
        cost_and_gradient(
            environment, W, y0=y0, H=own, rule=settings, cost=cost, matrix_free=free
        )
        for free in (True, False)
    )
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-8)
    size = np.abs(expected[1]).max()
    np.testing.assert_allclose(found[1], expected[1], rtol=0, atol=1e-8 * size)


@pytest.mark.slow
def test_gradient_of_three_qubits_is_exact():
    """Central differences in one direction; however columns and slices are kept."""
    settings = LearningRule(**(TWO | {"resolution": 6}))
    cost = ProtectionCost(readouts=(0.5, 1), subspace=CODE, controls=0.02, network=0.1)
    y0 = np.array([0.3, -0.5, 0.2])

    def call(weights=W, **numerics):
        return MatrixFree(**numerics).cost_and_gradient(
            QUBITS, weights, y0=y0, rule=settings, cost=cost
        )

    value, gradient = call()
    V = np.random.default_rng(11).normal(size=W.shape)
    up, down = (call(W + x * V)[0] for x in (1e-4, -1e-4))
    np.testing.assert_allclose(
        (gradient * V).sum() * WIDTH, (up - down) / 2e-4, rtol=1e-7
    )
    whole, other = call(checkpointed=False, columns=3)
    np.testing.assert_allclose(whole, value, rtol=1e-13)
    np.testing.assert_allclose(other, gradient, rtol=1e-11, atol=1e-14)


@pytest.mark.slow
def test_learning_goes_the_same_way():
    """Two learners, three epochs: with and without matrices, whole and divided."""
    environment, cost = any_environment(4), ProtectionCost(readouts=(0.5, 1))
    settings = LearningRule(**(TWO | {"resolution": 32}))
    seeds = range(2)
    runs = [
        learn(
            environment,
            settings,
            cost,
            seeds=seeds,
            epochs=3,
            matrix_free=free,
            progress=False,
        )
        for free in (True, False)
    ]
    assert [run.matrix_free for run in runs] == [True, False]
    for name in ("weights", "momenta", "best_weights", "costs", "infidelities", "y0"):
        found, expected = (getattr(run.state, name) for run in runs)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-7)
    state = init(np.array([settings.random_weights(seed) for seed in seeds]))
    for epochs in (3, 3):
        state = step(
            state,
            environment,
            settings,
            cost,
            epochs=epochs,
            matrix_free=True,
        )
    assert (state.costs[:, :3] == runs[0].state.costs).all()
    assert state.epochs == 6


@pytest.mark.parametrize(
    ("environment", "cost", "slices", "free"),
    [
        (ReferenceEnvironment(), ProtectionCost(), 80, False),
        (QUBITS, ProtectionCost(subspace=CODE), 80, True),
        (QUBITS, ProtectionCost(), 10**7, True),
    ],
)
def test_the_cheaper_way_is_chosen(environment, cost, slices, free):
    """Few columns, or matrices that do not fit, are moved without."""
    assert prefers_matrix_free(environment, LearningRule(slices=slices), cost) is free


def test_more_controls_than_corners_need_no_fewer_steps():
    """Beyond twelve controls sizes are added up, which bounds them from above."""
    rng = np.random.default_rng(12)
    drifts = -1j * hermitian(rng, 14, 1, 2, 2)
    none = np.zeros_like(drifts)
    exact = least_block_resolution(drifts[:13], none[:13], 10.0, 1.0)
    assert least_block_resolution(drifts, none, 10.0, 1.0) >= exact


def test_wrong_input_is_refused():
    settings, cost = LearningRule(**TWO), ProtectionCost(readouts=(0.5, 1))

    def call(environment=QUBITS, weights=W, **changes):
        given = {"rule": settings, "cost": cost} | changes
        return MatrixFree().cost_and_gradient(environment, weights, **given)

    with pytest.raises(ValueError, match="`columns` must be at least 1, but is 0"):
        MatrixFree(columns=0)
    with pytest.raises(ValueError, match=r"`weights` must have shape \(2, 3, 4\)"):
        call(weights=W[:1])
    with pytest.raises(ValueError, match=r"`y0` must have shape \(3,\)"):
        call(y0=np.zeros(4))
    with pytest.raises(ValueError, match=r"`rule.neurons` must be at least 3"):
        call(weights=W[:, :2, :3], rule=LearningRule(**(TWO | {"neurons": 2})))
    with pytest.raises(ValueError, match=r"`resolution` must be at least .* is 2"):
        call(rule=LearningRule(**(TWO | {"period": 6.0, "resolution": 2})))
    matrix = MatrixGenerator(np.zeros((4, 4)))
    field = RegisterGenerator(SIGMA[:1])
    other = SimpleNamespace(
        d=2,
        n_controls=1,
        register_law=np.ones(1),
        ancilla=None,
        generator=lambda H: ControlledGenerator(matrix, [field]),
    )
    with pytest.raises(TypeError, match=r"made of RegisterGenerators .* a MatrixGen"):
        call(environment=other)
    with pytest.raises(ValueError, match="`matrix_free` must be left out beside a"):
        learn(QUBITS, settings, cost, seeds=[0], method=MatrixFree(), matrix_free=True)
