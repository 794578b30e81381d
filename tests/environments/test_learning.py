"""Learning: Hamilton's equations of the network, epoch by epoch."""

from functools import partial

import numpy as np
import pytest
import qutip
from environments.problems import (
    COST,
    ENVIRONMENT,
    TARGETS,
    H,
    random_weights,
    rule,
)
from scipy.integrate import solve_ivp

from oqnn._core.errors import ConvergenceError
from oqnn.dynamics import System
from oqnn.environments import (
    LearningRule,
    Material,
    NetworkDrive,
    ProtectionCost,
    ReferenceEnvironment,
    cost_and_gradient,
    init,
    learn,
    step,
)
from oqnn.measures import average_fidelity

RULE = rule(4, rate=1.0, mass=0.5)
SEEDS = (3, 4)
small = partial(learn, ENVIRONMENT, RULE, COST, H=H, seeds=SEEDS, progress=False)


@pytest.fixture(scope="module")
def fifty():
    return small(epochs=50)


def assert_same(one, other):
    for name, value in one._asdict().items():
        np.testing.assert_array_equal(value, getattr(other, name), err_msg=name)


@pytest.mark.slow
def test_first_epochs_are_the_rule_written_as_a_loop(fifty):
    """M ← μM − ηg, W ← W + M/ω from M = 0 and y = 0; y carried over, J the cost."""
    for learner, seed in enumerate(SEEDS):
        W = RULE.random_weights(seed)
        y, M, costs = np.zeros(5), np.zeros_like(W), []
        for _ in range(4):
            J, g = cost_and_gradient(ENVIRONMENT, W, y0=y, H=H, rule=RULE, cost=COST)
            y = end_of_epoch(W, y)
            M = RULE.friction * M - RULE.rate * g
            W = W + M / RULE.mass
            costs.append(J)
        found = fifty.state.costs[learner, :4]
        np.testing.assert_allclose(found, costs, rtol=1e-12)


def end_of_epoch(weights, y):
    """One classical Runge-Kutta step after the other, four a slice."""
    h = RULE.period / (RULE.slices * RULE.resolution)
    for W in np.repeat(weights, RULE.resolution, axis=0):

        def slope(y, W=W):
            return (np.tanh(W[:, 0] + W[:, 1:] @ y) - y) / RULE.tau

        a = slope(y)
        b = slope(y + h / 2 * a)
        c = slope(y + h / 2 * b)
        y = y + h / 6 * (a + 2 * b + 2 * c + slope(y + h * c))
    return y


@pytest.mark.slow
def test_cost_falls_and_the_best_epoch_is_kept(fifty):
    state = fifty.state
    assert state.costs.shape == state.infidelities.shape == (2, 50)
    assert (state.costs[:, -1] < state.costs[:, 0] - 0.02).all()
    assert (state.costs > state.infidelities).all()
    np.testing.assert_array_equal(state.best_cost, state.costs.min(axis=1))
    best = [
        cost_and_gradient(ENVIRONMENT, W, y0=y0, H=H, rule=RULE, cost=COST)[0]
        for W, y0 in zip(state.best_weights, state.best_y0, strict=True)
    ]
    np.testing.assert_allclose(best, state.best_cost, rtol=1e-12)
    assert list(fifty.order) == list(np.argsort(state.best_cost))


@pytest.mark.slow
def test_material_of_the_best_epoch_has_its_infidelity(fifty):
    """Replayed with finer steps of the neurons, so equal to the order of the steps."""
    i = int(fifty.order[0])
    best = fifty.state.costs[i].argmin()
    material = fifty.material()
    times = np.concatenate([[0], np.array(COST.readouts) * RULE.period])
    states = [
        material.evolve(System(H, rho), times, progress=False).states
        for rho in COST.states
    ]
    fidelities = np.einsum("sij,stji->st", TARGETS, states)[:, 1:].real.mean(0)
    infidelity = (np.array(COST.weights) * (1 - fidelities)).sum()
    expected = fifty.state.infidelities[i, best]
    np.testing.assert_allclose(infidelity, expected, atol=1e-4)
    assert material.kind == "learning"
    np.testing.assert_array_equal(
        fifty.material(1 - i).drive.weights, fifty.state.best_weights[1 - i]
    )


@pytest.mark.slow
def test_same_seed_same_numbers_however_divided(fifty):
    """Bit for bit: 30 + 20 epochs and 50, through `learn` and through `step`."""
    assert_same(small(epochs=50).state, fifty.state)
    seen = []
    part = small(epochs=30, checkpoint=seen.append)
    assert_same(seen[-1], part.state)
    resumed = small(epochs=50, state=part.state)
    assert_same(resumed.state, fifty.state)
    assert_same(small(epochs=40, state=fifty.state).state, fifty.state)
    stepped = step(part.state, ENVIRONMENT, RULE, COST, H=H, epochs=20)
    assert_same(stepped, fifty.state)
    assert stepped.epochs == 50


@pytest.mark.slow
def test_warm_start_begins_where_it_is_told(fifty):
    weights = np.array([RULE.random_weights(seed) for seed in SEEDS])
    assert_same(small(epochs=50, weights=weights).state, fifty.state)
    other = small(epochs=50, weights=weights[::-1]).state
    np.testing.assert_allclose(other.costs, fifty.state.costs[::-1], rtol=1e-9)


def test_warm_weights_rest_near_the_controls():
    """Without noise the neurons stay at tanh of the bias, 0.95 y."""
    y = np.array([0.9, -1.0, 0.3, 0.0])
    weights = rule(4).weights_around(y, scale=1e-12, seed=1)
    assert weights.shape == (8, 5, 6)
    np.testing.assert_allclose(np.tanh(weights[:, :4, 0]), [0.95 * y] * 8, atol=1e-9)
    np.testing.assert_allclose(weights[:, 4], 0, atol=1e-9)
    noisy = rule(4).weights_around(y, scale=0.3, seed=1) - weights
    assert noisy.std() == pytest.approx(0.3, abs=5 * 0.3 / np.sqrt(2 * noisy.size))


@pytest.mark.slow
def test_without_friction_the_energy_is_kept_to_second_order():
    """At μ = 1, J_n + (1/4ωη) ∫ Σ (M_{n−1}² + M_n²) dτ drifts by O(1/ω) of the cost.

    The epoch update is a leapfrog of step √(η/ω). Neurons start from zero in every
    epoch here: what they carry over is not in the gradient. With ω four times as large
    and twice the epochs, the drift is a quarter while the cost moves by as much.
    """
    drifts, moves = [], []
    for mass, epochs in ((4.0, 12), (16.0, 24), (64.0, 48)):
        constants = rule(4, friction=1.0, rate=1.0, mass=mass)
        state = init(random_weights()[None])
        energies = []
        for _ in range(epochs):
            before = state.momenta
            state = step(
                state._replace(y0=np.zeros((1, 5))), ENVIRONMENT, constants, COST, H=H
            )
            kinetic = (before**2 + state.momenta**2).sum() * 0.1 / (4 * mass)
            energies.append(state.costs[0, -1] + kinetic)
        drifts.append(np.ptp(energies))
        moves.append(np.ptp(state.costs))
    assert drifts[2] < 0.01 * moves[2]
    np.testing.assert_allclose(moves, moves[2], rtol=0.2)
    ratios = np.array(drifts[:-1]) / drifts[1:]
    assert ((ratios > 3) & (ratios < 5)).all(), ratios


def neurons_of(drive):
    """The neurons of the first cycle, a function of time, by an adaptive integrator."""
    width, y, parts = drive.period / len(drive.weights), drive.y0, []
    for i, W in enumerate(drive.weights):
        run = solve_ivp(
            lambda _, y, W=W: (np.tanh(W[:, 0] + W[:, 1:] @ y) - y) / drive.tau,
            (i * width, (i + 1) * width),
            y,
            method="DOP853",
            rtol=1e-11,
            atol=1e-12,
            dense_output=True,
        )
        y = run.y[:, -1]
        parts.append(run.sol)
    return lambda t: parts[min(int(t / width), len(parts) - 1)](t)


@pytest.mark.slow
def test_learned_drive_replayed_in_qutip():
    """Reference setting, 60 epochs; mesolve on S ⊗ C⁴ with neurons of its own.

    Jumps √(κ(1 + b y₄)/3)(1 + ε(n_i − n_j)·σ) ⊗ |i⟩⟨j|, one for each pair of levels.
    """
    environment = ReferenceEnvironment()
    result = learn(environment, seeds=[0], epochs=60, progress=False)
    assert result.state.costs[0, -1] < result.state.costs[0, 0] - 0.1
    material = result.material()
    y = neurons_of(material.drive)
    sigma = [qutip.sigmax(), qutip.sigmay(), qutip.sigmaz()]
    n = np.array(environment.directions) / np.sqrt(3)
    level = [qutip.basis(4, i) for i in range(4)]

    def along(v):
        return sum(a * s for a, s in zip(v, sigma, strict=True))

    unit = qutip.qeye(4)
    still = sum(qutip.tensor(along(n[i]) / 2, level[i].proj()) for i in range(4))
    fields = [
        [qutip.tensor(4.0 * s, unit), lambda t, k=k: y(t)[k]]
        for k, s in enumerate(sigma)
    ]
    c_ops = [
        qutip.tensor(np.sqrt(0.004) * qutip.sigmam(), unit),
        qutip.tensor(np.sqrt(0.002) * qutip.sigmaz(), unit),
    ]
    for i in range(4):
        for j in set(range(4)) - {i}:
            back_action = 1 + 0.1 * along(n[i] - n[j])
            hop = qutip.tensor(back_action, level[i] * level[j].dag())
            rate = qutip.QobjEvo(
                [[hop, lambda t: np.sqrt(0.2 * (1 + 0.5 * y(t)[3]) / 3)]]
            )
            c_ops.append(rate)
    rho = qutip.Qobj([[0.7, 0.3 - 0.2j], [0.3 + 0.2j, 0.3]])
    times = [0.0, 1.3, 4.0, 8.0]
    replay = qutip.mesolve(
        qutip.QobjEvo([still, *fields]),
        qutip.tensor(rho, qutip.qeye(4) / 4),
        times,
        c_ops,
        options={"atol": 1e-10, "rtol": 1e-9, "max_step": 0.05, "nsteps": 100_000},
    )
    expected = np.array([state.ptrace(0).full() for state in replay.states])
    found = material.evolve(System(np.zeros((2, 2)), rho), times, progress=False)
    np.testing.assert_allclose(found.states, expected, atol=1e-6)


@pytest.mark.slow
def test_learners_that_diverge_stop_and_the_others_go_on(fifty):
    """One starts from weights whose cost c_W|W|² overflows at the second update."""
    weights = np.array([RULE.random_weights(seed) for seed in SEEDS])
    weights[1, 0, 0, 0] = 1e150
    stiff = rule(4, rate=1e100, mass=1e96)
    with pytest.warns(UserWarning, match=r"beyond all numbers: seed 4 at epoch \d"):
        result = learn(
            ENVIRONMENT,
            stiff,
            COST,
            H=H,
            seeds=SEEDS,
            epochs=50,
            weights=weights,
            progress=False,
        )
    epoch = result.diverged[4]
    assert result.diverged == {4: epoch}
    assert not np.isfinite(result.state.costs[1, epoch:]).any()
    assert np.isfinite(result.state.costs[0]).all()
    assert np.isfinite(result.state.best_weights).all()
    np.testing.assert_array_equal(
        result.state.best_cost, np.nanmin(result.state.costs, axis=1)
    )


def test_learning_that_never_has_a_cost_is_refused():
    with pytest.raises(ConvergenceError, match=r"at once: seed 3 at epoch 0.* smaller"):
        learn(
            ENVIRONMENT,
            RULE,
            COST,
            seeds=[3],
            epochs=2,
            weights=np.full((1, 8, 5, 6), 1e200),
            progress=False,
        )


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"tau": 0}, ValueError, "`tau` must be positive"),
        ({"mass": -1}, ValueError, "`mass` must be positive"),
        ({"friction": 1.1}, ValueError, r"`friction` must lie in \[0, 1\]"),
        ({"neurons": 0}, ValueError, "`neurons` must be at least 1"),
        ({"slices": 2.0}, TypeError, "`slices` must be an integer"),
        ({"resolution": 5}, ValueError, "`resolution` must be even, but is 5"),
    ],
)
def test_no_rule_is_refused(changes, error, message):
    with pytest.raises(error, match=message):
        LearningRule(**changes)


def test_wrong_input_is_refused():
    with pytest.raises(ValueError, match=r"`rule.neurons` must be at least 4, one"):
        learn(ENVIRONMENT, rule(4, neurons=3), COST, seeds=[1], epochs=1)
    with pytest.raises(ValueError, match=r"`seeds` must name one .* 2 seeds .* 1 lear"):
        small(weights=random_weights()[None])
    with pytest.raises(ValueError, match=r"`weights` .* \(b, 8, 5, 6\)"):
        small(weights=np.zeros((2, 4, 5, 6)))
    with pytest.raises(ValueError, match=r"`weights` .* \(b, s, 5, 6\)"):
        small(weights=np.zeros((2, 8, 5, 5)))
    with pytest.raises(ValueError, match="`epochs` must be at least 1"):
        small(epochs=0)
    with pytest.raises(ValueError, match="`epochs` must be at least 1"):
        step(init(random_weights()[None]), ENVIRONMENT, RULE, COST, epochs=0)
    with pytest.raises(ValueError, match="`slices` must put every readout"):
        learn(ENVIRONMENT, rule(4), ProtectionCost(readouts=(0.3,)), seeds=[1])
    with pytest.raises(ValueError, match="`resolution` must be at least 12"):
        learn(ENVIRONMENT, rule(4, period=3.2), COST, seeds=[1])


def test_steps_must_be_short_in_lambda_and_in_the_fields():
    """At most λ/4 for neurons, and 2 dt |L| < 1/2 for the states of the reference."""
    weights = np.zeros((80, 4, 5))
    environment = ReferenceEnvironment()
    calm = ReferenceEnvironment(h=0.1)
    for surroundings, constants, least in (
        (calm, {"tau": 0.1}, 4),
        (calm, {"tau": 0.0125}, 32),
        (environment, {"tau": 10.0}, 6),
    ):
        coarse = LearningRule(resolution=least - 2, **constants)
        with pytest.raises(ValueError, match=f"`resolution` must be at least {least} "):
            cost_and_gradient(surroundings, weights, rule=coarse)
    cost_and_gradient(environment, weights, rule=LearningRule())


@pytest.mark.slow
def test_short_time_constants_are_learned_as_they_are_replayed():
    """At λ = T/640 and the longest steps allowed, to the error of the steps."""
    environment = ReferenceEnvironment()
    fast = LearningRule(tau=0.0125, slices=80, resolution=32)
    result = learn(environment, fast, seeds=[0], epochs=20, progress=False)
    i = result.state.costs[0].argmin()
    drive = result.material().drive
    fine = NetworkDrive(
        weights=drive.weights, y0=drive.y0, tau=0.0125, period=8.0, resolution=128
    )
    material = Material(kind="fine", environment=environment, drive=fine)
    transfer = material.transfer([0, 2, 4, 6, 8])[1:]
    infidelity = (1 - average_fidelity(transfer)).mean()
    assert result.state.infidelities[0, i] == pytest.approx(infidelity, abs=2e-6)
