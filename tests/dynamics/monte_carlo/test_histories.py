"""Monte Carlo over register histories, against the generator's own evolution.

Means lie within five standard errors; seeds are fixed, so no test passes by luck twice.
"""

import numpy as np
import pytest
from dynamics.generators import random_blocks, random_matrices, random_parts
from scipy.linalg import expm
from scipy.stats import kstest, unitary_group
from systems import RHO0, SIGMA_X, SIGMA_Y, SIGMA_Z, SYSTEMS

from oqnn.dynamics import ControlledGenerator, RegisterGenerator, evolve
from oqnn.dynamics.monte_carlo import histories
from oqnn.dynamics.monte_carlo.histories import evolve_histories
from oqnn.dynamics.monte_carlo.jump_trajectories import ket_runs
from oqnn.dynamics.monte_carlo.register_channels import channels_of
from oqnn.dynamics.monte_carlo.register_histories import sample_histories
from oqnn.dynamics.monte_carlo.running_moments import RunningMoments
from oqnn.environments import ReferenceEnvironment

TIMES = np.array([0.2, 0.5, 1.3, 2.1, 4.0])
ONE = np.eye(2)


def assert_within_errors(found, exact, errors, *, times=5.0):
    """Real and imaginary parts apart; 1e-12 where nothing fluctuates."""
    for part in (np.real, np.imag):
        gap = np.abs(part(found) - part(exact))
        assert (gap <= times * part(errors) + 1e-12).all(), (gap / part(errors)).max()


def unitary_register(seed=4):
    """Three levels of a qutrit; unequal rates, each hop with its own unitary.

    Level 1 has two ways to level 2, level 2 no way to level 1, and level 0 kicks
    without a hop.
    """
    H, _ = random_parts(3, 3, seed)
    rates = {(1, 0): [0.9], (2, 0): [0.2], (2, 1): [0.5, 0.3], (0, 2): [0.7]}
    rates[0, 0] = [0.4]
    rng = np.random.default_rng(seed)
    jumps = {
        pair: [np.sqrt(r) * unitary_group.rvs(3, random_state=rng) for r in several]
        for pair, several in rates.items()
    }
    return RegisterGenerator(0.3 * H, jumps)


def general_register():
    """Random operators without symmetry, d = 3, n = 2: rates depend on the state."""
    H, jumps = random_parts(2, 3, 8)
    return RegisterGenerator(0.3 * H, jumps)


@pytest.mark.parametrize("system", SYSTEMS, ids=str)
def test_mean_over_histories_is_the_exact_state(system):
    """Closed form of the system, and the blocks of `evolve`."""
    generator = RegisterGenerator(system.hamiltonians, system.jumps)
    law = system.register_law
    found = evolve_histories(
        generator, system.rho0, TIMES, register_law=law, histories=2000, seed=11
    )
    exact = system.exact(TIMES - TIMES[0])
    assert_within_errors(found.states, exact, found.state_errors)
    blocks = evolve(generator, system.rho0, TIMES, register_law=law).blocks
    assert_within_errors(found.evolution.blocks, blocks, found.block_errors)
    assert found.evolution.error < 0.02
    assert found.evolution.trace_drift < 1e-12
    assert found.evolution.least_eigenvalue > -1e-14


@pytest.mark.parametrize(
    ("generator", "kind"),
    [
        (unitary_register(), "a stochastic Hamiltonian each"),
        (general_register(), "quantum jumps"),
    ],
    ids=["unitary", "general"],
)
def test_blocks_of_unequal_levels(generator, kind):
    """Correlated blocks at the start, complex Hamiltonians, an observable."""
    blocks0 = random_blocks(generator.n, 3)
    A = random_matrices(np.random.default_rng(9), 3, 3)
    found = evolve_histories(
        generator, blocks0, TIMES, histories=3000, seed=5, e_ops={"A": A}
    )
    assert kind in found.evolution.method
    exact = evolve(generator, blocks0, TIMES, e_ops={"A": A})
    assert_within_errors(found.evolution.blocks, exact.blocks, found.block_errors)
    assert_within_errors(found.states, exact.states, found.state_errors)
    value, error = found.evolution.expect["A"], found.expect_errors["A"]
    assert_within_errors(value, exact.expect["A"], error)
    np.testing.assert_allclose(value, np.trace(A @ found.states, axis1=1, axis2=2))
    np.testing.assert_array_equal(found.times, TIMES)


def test_the_reference_environment():
    """Its hops act back on the qubit, 1 + ε(n_i − n_j)·σ: no unitaries."""
    environment = ReferenceEnvironment()
    generator = environment.generator(0.2 * SIGMA_X).drift
    law = environment.register_law
    found = evolve_histories(
        generator, RHO0, TIMES, register_law=law, histories=3000, seed=6
    )
    assert "quantum jumps" in found.evolution.method
    exact = evolve(generator, RHO0, TIMES, register_law=law)
    assert_within_errors(found.evolution.blocks, exact.blocks, found.block_errors)


def test_both_ways_agree_where_both_apply(monkeypatch):
    """Kets may also run through unitary jumps: the two engines differ by noise."""
    generator, blocks0 = unitary_register(), random_blocks(3, 3)
    first = evolve_histories(generator, blocks0, TIMES, histories=2000, seed=1)
    monkeypatch.setattr(histories, "classical_runs", histories.ket_runs)
    second = evolve_histories(generator, blocks0, TIMES, histories=2000, seed=2)
    errors = np.sqrt(
        first.state_errors.real**2 + second.state_errors.real**2
    ) + 1j * np.sqrt(first.state_errors.imag**2 + second.state_errors.imag**2)
    assert_within_errors(first.states, second.states, errors)


@pytest.mark.parametrize("name", ["uneven telegraph", "two-band"])
def test_deviations_fall_as_the_root_of_the_number(name):
    """Root mean square over 12 seeds: order −½, and in units of the stated errors 1."""
    system = next(s for s in SYSTEMS if s.name == name)
    generator = RegisterGenerator(system.hamiltonians, system.jumps)
    exact = system.exact(TIMES - TIMES[0])[1:, 0, 1].real
    deviations, ratios = [], []
    for count in (60, 960):
        runs = [
            evolve_histories(
                generator,
                system.rho0,
                TIMES,
                register_law=system.register_law,
                histories=count,
                seed=seed,
            )
            for seed in range(12)
        ]
        gaps = np.array([run.states[1:, 0, 1].real - exact for run in runs])
        errors = np.array([run.state_errors[1:, 0, 1].real for run in runs])
        deviations.append(np.sqrt((gaps**2).mean()))
        ratios.append(np.sqrt(((gaps / errors) ** 2).mean()))
    order = np.log(deviations[1] / deviations[0]) / np.log(16)
    assert order == pytest.approx(-0.5, abs=0.12)
    np.testing.assert_allclose(ratios, 1, atol=0.3)


def test_levels_follow_the_classical_master_equation():
    """Law at a time against e^{Kt}p, K_ij = rate j → i, within five deviations."""
    generator = unitary_register()
    law, count = np.array([0.2, 0.5, 0.3]), 20_000
    runs = sample_histories(generator, 3.0, register_law=law, histories=count, seed=3)
    K = np.zeros((3, 3))
    for (i, j), R in generator.jumps.items():
        rate = (np.abs(R) ** 2).sum() / 3
        K[i, j] += rate
        K[j, j] -= rate
    for time in (0.0, 0.7, 3.0):
        exact = expm(K * time) @ law
        seen = np.bincount(runs.at(time), minlength=3) / count
        assert (np.abs(seen - exact) < 5 * np.sqrt(exact * (1 - exact) / count)).all()
    assert (runs.times[:, -1] == np.inf).all()
    pairs = np.array(runs.pairs)
    happened = runs.channels >= 0
    np.testing.assert_array_equal(
        runs.levels[happened], pairs[runs.channels[happened], 0]
    )
    assert (np.diff(np.where(happened, runs.times, 9.0)) >= 0).all()
    assert {(2, 1, 0), (2, 1, 1)} <= set(runs.pairs)


def test_waiting_times_are_exponential():
    """Level 0 is left at 0.9 + 0.2 + 0.4: Kolmogorov-Smirnov, and shares 9 : 2 : 4."""
    runs = sample_histories(
        unitary_register(), 50.0, register_law=[1, 0, 0], histories=4000, seed=7
    )
    assert kstest(runs.times[:, 0], "expon", args=(0, 1 / 1.5)).pvalue > 0.01
    first = [runs.pairs[c][:2] for c in runs.channels[:, 0]]
    for pair, rate in {(1, 0): 0.9, (2, 0): 0.2, (0, 0): 0.4}.items():
        share = np.mean([found == pair for found in first])
        p = rate / 1.5
        assert abs(share - p) < 5 * np.sqrt(p * (1 - p) / 4000)


def test_waiting_times_of_kets():
    """√g σ₋ from |0⟩: P(no jump) = e^{−gt}, so p_e is a frequency of whole runs."""
    lowering = np.array([[0, 0], [1, 0]])
    decay = RegisterGenerator(np.zeros((2, 2)), {(0, 0): np.sqrt(0.7) * lowering})
    found = evolve_histories(decay, [1, 0], TIMES, histories=5000, seed=2)
    exact = np.exp(-0.7 * (TIMES - TIMES[0]))
    assert_within_errors(found.states[:, 0, 0], exact, found.state_errors[:, 0, 0])
    spread = np.sqrt(exact * (1 - exact) / 5000)
    np.testing.assert_allclose(found.state_errors[:, 0, 0].real, spread, rtol=0.05)


def test_without_jumps_every_history_is_the_same():
    """Closed dynamics of two levels that never hop: exact, with standard errors 0."""
    generator = RegisterGenerator([SIGMA_X + 0.3 * SIGMA_Y, SIGMA_Z])
    found = evolve_histories(
        generator, RHO0, TIMES, register_law=[0, 1], histories=5, seed=0
    )
    exact = evolve(generator, RHO0, TIMES, register_law=[0, 1])
    np.testing.assert_allclose(found.states, exact.states, atol=1e-14)
    assert found.evolution.error < 1e-15


def test_dark_levels_wait_for_ever():
    """A ket that no jump can leave keeps its norm: the two-band model from |1⟩."""
    system = next(s for s in SYSTEMS if s.name == "two-band")
    generator = RegisterGenerator(system.hamiltonians, system.jumps)
    found = evolve_histories(
        generator, [0, 1], [0.0, 1.0, 1e4], register_law=[1, 0], histories=50, seed=0
    )
    expected = np.broadcast_to(np.diag([0.0, 1.0]), (3, 2, 2))
    np.testing.assert_allclose(found.states, expected, atol=1e-12)


class Brink(np.random.Generator):
    """Draws ones, which a norm can only reach by rounding."""

    def random(self, size):
        return np.ones(size)

    def choice(self, a, size, p):
        return np.full(size, np.argmax(p))


def test_rounding_makes_no_dark_ket_jump():
    rng = Brink(np.random.PCG64(1))
    channels = channels_of(RegisterGenerator(SIGMA_Z, {(0, 0): np.diag([0.0, 1.0])}))
    runs = ket_runs(channels, np.diag([1.0 + 0j, 0.0])[None], TIMES, 3, rng)
    *_, (_, rho) = runs
    np.testing.assert_allclose(rho, np.array([np.diag([1.0, 0.0])] * 3), atol=1e-15)


@pytest.mark.parametrize("generator", [unitary_register(), general_register()])
def test_seeds_repeat(generator, monkeypatch):
    monkeypatch.setattr(histories, "CHUNK", 7)
    blocks0 = random_blocks(generator.n, 3)

    def run(seed):
        found = evolve_histories(generator, blocks0, TIMES, histories=20, seed=seed)
        return found.states

    np.testing.assert_array_equal(run(3), run(3))
    assert np.abs(run(3) - run(4)).max() > 1e-3


def test_portions_are_merged_without_loss():
    """Mean and standard error of all samples at once, though far from zero."""
    rng = np.random.default_rng(4)
    samples = 1e6 + rng.normal(size=(50, 2)) + 1j * (2 - 3 * rng.normal(size=(50, 2)))
    moments = RunningMoments((3, 2))
    for first, last in ((0, 13), (13, 14), (14, 50)):
        for at in range(3):
            moments.add((at + 1) * samples[first:last], at=at)
    for at in range(3):
        whole = (at + 1) * samples
        np.testing.assert_allclose(moments.mean[at], whole.mean(axis=0), rtol=1e-14)
        errors = moments.errors()[at]
        real, imaginary = (
            part(whole).std(axis=0, ddof=1) / np.sqrt(50) for part in (np.real, np.imag)
        )
        np.testing.assert_allclose(errors.real, real, rtol=1e-9)
        np.testing.assert_allclose(errors.imag, imaginary, rtol=1e-9)


def call(**changes):
    arguments = {
        "generator": RegisterGenerator([SIGMA_Z, SIGMA_X], {(0, 1): ONE}),
        "rho0": RHO0,
        "tlist": [0.0, 1.0],
        "register_law": [0.5, 0.5],
        "histories": 4,
        "seed": 0,
        **changes,
    }
    return evolve_histories(**arguments)


HOP = RegisterGenerator(np.zeros((2, 2, 2)), {(0, 1): SIGMA_X + 0.5 * ONE})
FREE = RegisterGenerator(np.zeros((2, 2)))


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (
            lambda: call(generator=ControlledGenerator(FREE, [FREE])),
            TypeError,
            "`generator` must be a RegisterGenerator",
        ),
        (lambda: call(tlist=[1.0, 0.0]), ValueError, "`tlist` must increase"),
        (lambda: call(histories=1), ValueError, "`histories` must be at least 2"),
        (lambda: call(histories=2.0), TypeError, "`histories` must be an integer"),
        (lambda: call(seed=-1), ValueError, "`seed` must be at least 0"),
        (lambda: call(rho0=2 * RHO0), ValueError, "`rho0` must have trace 1"),
        (
            lambda: call(rho0=np.diag([1.5, -0.5])),
            ValueError,
            "`rho0` must be positive",
        ),
        (lambda: call(rho0=np.eye(3) / 3), ValueError, "`rho0` must have shape"),
        (lambda: call(register_law=None), ValueError, "pass register_law="),
        (lambda: call(register_law=[0.5, 0.6]), ValueError, "must sum to 1"),
        (lambda: call(register_law=[1.0]), ValueError, "`register_law` must have sh"),
        (lambda: call(e_ops=[np.eye(3)]), ValueError, "`e_ops` must have shape"),
        (
            lambda: sample_histories(
                HOP, 1.0, register_law=[1, 0], histories=3, seed=0
            ),
            ValueError,
            "`generator` must have jumps that are multiples of unitaries",
        ),
        (
            lambda: sample_histories(FREE, -1.0, register_law=[1], histories=3, seed=0),
            ValueError,
            "`duration` must be finite and not negative",
        ),
        (
            lambda: sample_histories(FREE, 1.0, register_law=[2], histories=3, seed=0),
            ValueError,
            "`register_law` must sum to 1",
        ),
    ],
)
def test_bad_input_is_refused(make, error, match):
    with pytest.raises(error, match=match):
        make()
