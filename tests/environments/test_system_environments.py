"""Common systems: the reference again, operators, and learning of any size."""

import numpy as np
import pytest
import qutip
import scipy.sparse as sp
from environments.problems import ENVIRONMENT, H

from oqnn.environments import (
    LearningRule,
    ProtectionCost,
    cost_and_gradient,
    ladder_controls,
    learn,
    qubit_controls,
    readout_infidelity,
    spin_controls,
    system_environment,
)

RULE = {"tau": 0.2, "period": 0.8, "slices": 4}
COST = ProtectionCost(readouts=(0.5, 1.0), controls=0.01, network=0.003)
FIELDS = np.array([[1, 0.2, -0.5], [-0.3, 1, 0.4], [0.1, -0.6, 0.9]])
RATES = np.array([[0, 0.3, 0], [0.1, 0, 0.5], [0.7, 0.2, 0]])


def in_directions(operators, directions=FIELDS):
    return np.tensordot(directions, list(operators.values()), 1)


def qutrit():
    """Spin one in three fields; uneven hops that kick it; decay; a ladder drive."""
    spin, ladder = spin_controls(3), ladder_controls(3, anharmonicity=-0.4)
    fields = in_directions(spin)
    return system_environment(
        fields,
        ladder,
        {"x": 2.0, "p": 3.0, "detuning": 1.5},
        hopping=RATES,
        back_action=0.1 * (fields[:, None] - fields),
        local=[0.2 * (ladder["x"] + 1j * ladder["p"])],
        hopping_control=0.6,
        register_law=[0.2, 0.5, 0.3],
    )


def two_qubits():
    """Both in the same field, which hops; steered apart, and by their coupling."""
    controls = qubit_controls(2, coupling=True)
    del controls["y1"], controls["y2"]
    both = {k: np.kron(s, np.eye(2)) + np.kron(np.eye(2), s) for k, s in SPINS.items()}
    return system_environment(
        in_directions(both, FIELDS[:2]), controls, 3.0, hopping=0.3
    )


def oscillator():
    """Six levels, a frequency that jumps, loss; steered by both quadratures."""
    ladder = ladder_controls(6)
    number = ladder.pop("detuning")
    a = ladder["x"] + 1j * ladder["p"]
    return system_environment(
        [0.5 * number, -0.5 * number], ladder, 1.0, hopping=0.4, local=0.1 * a
    )


SPINS = spin_controls(2)
SYSTEMS = {"qutrit": qutrit, "two qubits": two_qubits, "oscillator": oscillator}


def test_reference_environment_from_the_builder():
    sigma = 2 * np.array([*SPINS.values()])
    n = np.array(ENVIRONMENT.directions)
    n = n / np.linalg.norm(n, axis=1, keepdims=True)
    fields = 1.3 / 2 * np.tensordot(n, sigma, 1)
    kicks = 0.15 * np.tensordot(n[:, None] - n, sigma, 1)
    local = [np.sqrt(0.05) * np.eye(2)[[1]].T * [1, 0], np.sqrt(0.015) * sigma[2]]
    built = system_environment(
        fields,
        SPINS,
        3.0,
        hopping=0.4,
        back_action=kicks,
        local=local,
        hopping_control=0.7,
    )
    assert built.control_names == ENVIRONMENT.control_names
    one, other = (e.generator(H).matrices() for e in (built, ENVIRONMENT))
    np.testing.assert_allclose(one, other, atol=1e-14)


def test_rates_from_column_to_row():
    """A register alone, d = 1: populations obey ṗ_i = Σ_j k_ij p_j − k_ji p_i."""
    built = system_environment(np.zeros((3, 1, 1)), {"none": [[0]]}, 1, hopping=RATES)
    expected = RATES - np.diag(RATES.sum(axis=0))
    np.testing.assert_allclose(built.noise.matrix(), expected, atol=1e-15)


@pytest.mark.parametrize("d", [2, 3, 5])
def test_operators_against_qutip(d):
    spins = [qutip.jmat((d - 1) / 2, axis).full() for axis in "xyz"]
    np.testing.assert_allclose([*spin_controls(d).values()], spins, atol=1e-14)
    a, n = qutip.destroy(d), qutip.num(d)
    quadratures = [(a + a.dag()) / 2, -0.5j * (a - a.dag()), n - 0.15 * n * (n - 1)]
    np.testing.assert_allclose(
        [*ladder_controls(d, anharmonicity=-0.3).values()],
        [q.full() for q in quadratures],
        atol=1e-14,
    )


def test_operators_of_several_qubits():
    controls = qubit_controls(3, coupling=True)
    assert len(controls) == 12
    assert [*controls][:4] == ["x1", "y1", "z1", "x2"]
    one, x, y, z = (
        s.full()
        for s in (qutip.qeye(2), qutip.sigmax(), qutip.sigmay(), qutip.sigmaz())
    )
    np.testing.assert_allclose(controls["x1"], np.kron(np.kron(x, one), one) / 2)
    np.testing.assert_allclose(controls["y3"], np.kron(np.kron(one, one), y) / 2)
    np.testing.assert_allclose(controls["zz13"], np.kron(np.kron(z, one), z) / 4)


def test_many_qubits_stay_sparse():
    controls = qubit_controls(5)
    assert all(sp.issparse(C) for C in controls.values())
    fields = [controls["z2"], -controls["z2"], 0.5 * controls["x4"]]
    built = system_environment(
        fields,
        {"x1": controls["x1"], "z5": controls["z5"]},
        2.0,
        hopping=0.3,
        level_resolved=True,
    )
    assert built.noise.is_sparse
    assert all(channel.is_sparse for channel in built.channels.values())
    assert built.n_controls == 6


def test_level_resolved_controls_add_up_to_the_common_one():
    fields = in_directions(SPINS)
    common = system_environment(fields, SPINS, 2.0, hopping=0.3)
    apart = system_environment(fields, SPINS, 2.0, hopping=0.3, level_resolved=True)
    assert apart.control_names[:4] == ("x[0]", "x[1]", "x[2]", "y[0]")
    u = np.array([0.3, -0.8, 0.5])
    matrices = [common.generator().matrix(u), apart.generator().matrix(u.repeat(3))]
    np.testing.assert_allclose(*matrices, atol=1e-14)


@pytest.fixture(scope="module", params=SYSTEMS)
def trained(request):
    environment = SYSTEMS[request.param]()
    rule = LearningRule(
        neurons=environment.n_controls, resolution=12, rate=1.0, mass=1.0, **RULE
    )
    own = qutip.rand_herm(environment.d, seed=2).full()
    result = learn(environment, rule, COST, H=own, seeds=[3], epochs=25, progress=False)
    return environment, rule, own, result


@pytest.mark.slow
def test_learning_lowers_the_cost_and_replays(trained):
    """The replay starts as the best epoch did, and integrates by itself."""
    _, rule, own, result = trained
    costs, lost = result.state.costs[0], result.state.infidelities[0]
    assert costs.min() < 0.95 * costs[0]
    replayed = readout_infidelity(
        result.material(), COST, period=rule.period, H=own, slices=rule.slices
    )
    assert replayed == pytest.approx(lost[costs.argmin()], abs=2e-5)


@pytest.mark.slow
def test_gradient_against_central_differences(trained):
    environment, rule, own, _ = trained
    rng = np.random.default_rng(1)
    weights, direction = rng.normal(size=(2, *rule.random_weights(0).shape))

    def cost(shift):
        moved = weights + shift * direction
        return cost_and_gradient(environment, moved, H=own, rule=rule, cost=COST)

    step = 1e-4
    measured = (cost(step)[0] - cost(-step)[0]) / (2 * step)
    predicted = rule.period / rule.slices * (cost(0.0)[1] * direction).sum()
    assert predicted == pytest.approx(measured, rel=2e-4)


X = {"x": SPINS["x"]}
NONE = np.zeros((2, 2, 2))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"hopping": -0.1}, "`hopping` must be positive"),
        ({"hopping": [[0, -1], [1, 0]]}, r"not negative, but hopping\[0, 1\] = -1"),
        ({"hopping": [[1, 1], [1, 0]]}, "zeros on its diagonal"),
        ({"hopping": RATES}, r"`hopping` must have shape \(2, 2\)"),
        ({"hopping": 1.0, "back_action": np.zeros((2, 2))}, "`back_action` must have"),
        ({"hopping": 1.0, "hopping_control": 1.2}, "`hopping_control` must lie in"),
        ({"hopping_control": 0.5}, "`hopping_control` must be 0 without hopping"),
        ({"controls": {}}, "`controls` must be a mapping"),
        ({"controls": {"x": [[0, 1], [0, 0]]}}, r"`controls\['x'\]` must be Hermitian"),
        ({"bounds": {"y": 1.0}}, r"`bounds` must give a bound to each of \['x'\]"),
        (
            {"controls": {"hopping": X["x"]}, "hopping": 1, "hopping_control": 0.5},
            "must leave the name 'hopping'",
        ),
    ],
)
def test_no_system_is_refused(arguments, message):
    settings = {"fields": NONE, "controls": X, "bounds": 1.0} | arguments
    with pytest.raises(ValueError, match=message):
        system_environment(**settings)


@pytest.mark.parametrize("controls", [spin_controls, ladder_controls])
def test_one_level_has_no_controls(controls):
    with pytest.raises(ValueError, match="`d` must be at least 2"):
        controls(1)
