"""Evolution of register blocks, exact on every slice."""

from importlib import import_module

import numpy as np
import pytest
import qutip
from dynamics.generators import (
    random_blocks,
    random_generator,
    random_matrices,
    random_parts,
    random_state,
)
from scipy.integrate import solve_ivp
from scipy.linalg import expm
from systems import LOWERING, SIGMA_X, SIGMA_Y, SIGMA_Z, SYSTEMS

from oqnn._core.bases import from_coordinates, to_coordinates
from oqnn.dynamics import (
    ConstantControls,
    ControlledGenerator,
    PiecewiseControls,
    RegisterGenerator,
    SampledControls,
    SmoothControls,
    dynamical_maps,
    evolve,
)
from oqnn.dynamics.solvers.exponential import expm_many

RNG = np.random.default_rng(30)
UNEVEN = np.array([0.3, 0.35, 1.0, 2.7, 2.7001, 6.0])


def controlled(n=2, d=2):
    return ControlledGenerator(
        random_generator(n, d, 7),
        [RegisterGenerator(random_parts(n, d, seed)[0]) for seed in (8, 9)],
    )


def moved(matrix, blocks):
    """A matrix in the Hermitian basis applied to blocks."""
    out = matrix @ to_coordinates(blocks).reshape(-1)
    return from_coordinates(out.reshape(len(blocks), -1))


@pytest.mark.parametrize("system", SYSTEMS, ids=str)
@pytest.mark.parametrize("route", ["dense", "coordinates", "blocks"])
def test_solvable_systems(system, route, monkeypatch):
    """Closed forms of tests/systems.py, at uneven times, to rounding."""
    tol, exact = 1e-9, route == "dense"
    if not exact:
        monkeypatch.setattr(import_module("oqnn.dynamics.evolve"), "DENSE_LIMIT", 0)
        tol = 1e-12
    if route == "blocks":
        monkeypatch.setattr(
            import_module("oqnn.dynamics.solvers.routes"), "BASIS_UP_TO", 0
        )
    generator = RegisterGenerator(system.hamiltonians, system.jumps)
    times = UNEVEN - UNEVEN[0]
    result = evolve(
        generator, system.rho0, times, register_law=system.register_law, tol=tol
    )
    np.testing.assert_allclose(result.states, system.exact(times), atol=1e-12)
    assert result.trace_drift < 1e-12
    assert result.least_eigenvalue > -1e-12
    assert ("Krylov" in result.method) == (not exact)
    assert (result.error is None) == exact


@pytest.mark.parametrize(("n", "d"), [(3, 2), (2, 3)])
def test_two_evolutions_one_after_the_other_are_one(n, d):
    generator, start = random_generator(n, d), random_blocks(n, d)
    whole = evolve(generator, start, UNEVEN)
    first = evolve(generator, start, UNEVEN[:4])
    second = evolve(generator, first.blocks[-1], UNEVEN[3:])
    assert whole.blocks.shape == (6, n, d, d)
    np.testing.assert_allclose(whole.blocks[0], start, atol=1e-15)
    np.testing.assert_allclose(whole.blocks[3:], second.blocks, atol=1e-13)
    for time, blocks in zip(UNEVEN, whole.blocks, strict=True):
        expected = moved(expm(generator.matrix() * (time - UNEVEN[0])), start)
        np.testing.assert_allclose(blocks, expected, atol=1e-13)


def test_one_time_returns_the_start():
    generator, start = random_generator(3, 2), random_blocks(3, 2)
    for controls, g in ((None, generator), ([0.1, 0.2], controlled(3))):
        result = evolve(g, start, [2.0], controls=controls)
        np.testing.assert_allclose(result.blocks, start[None], atol=1e-15)
    maps = dynamical_maps(generator, [2.0])
    np.testing.assert_array_equal(maps.matrices, np.eye(12)[None])


@pytest.mark.parametrize("limit", [0, 512])
@pytest.mark.parametrize(
    "controls",
    [
        SmoothControls(lambda t: [t, 1.0], 2),
        PiecewiseControls([0, 3], [[1, 2]]),
        SampledControls([0, 1.5, 3], np.ones((3, 2))),
    ],
    ids=lambda controls: type(controls).__name__,
)
def test_one_time_with_controls_returns_the_start(controls, limit, monkeypatch):
    for name in ("DENSE_LIMIT", "SMOOTH_LIMIT"):
        monkeypatch.setattr(import_module("oqnn.dynamics.evolve"), name, limit)
    start = random_blocks(2, 2)
    result = evolve(controlled(), start, [2.0], controls=controls)
    np.testing.assert_allclose(result.blocks, start[None], atol=1e-15)
    assert result.controls.shape == (1, 2)


def test_piecewise_controls_are_exact_with_edges_inside_the_intervals():
    """Against a hand-made list of pieces: edges 0.5, 1.3, 2.0 and times 0, 0.9, 1.3, 3.

    The third slice is entered at a time of the list, the second and the last are cut.
    """
    generator, start = controlled(), random_blocks(2, 2)
    edges = [-1.0, 0.5, 1.3, 2.0, 3.5]
    values = np.array([[0.4, -0.7], [1.5, 0.2], [-0.3, 0.9], [0.0, 2.0]])
    pieces = [(0.5, 0), (0.4, 1), (0.4, 1), (0.7, 2), (1.0, 3)]  # (length, slice)
    expected, blocks = [start], start
    for i, (length, index) in enumerate(pieces):
        blocks = moved(expm(generator.matrix(values[index]) * length), blocks)
        if i in (1, 2, 4):
            expected.append(blocks)
    result = evolve(
        generator,
        start,
        [0, 0.9, 1.3, 3.0],
        controls=PiecewiseControls(edges, values),
    )
    np.testing.assert_allclose(result.blocks, expected, atol=1e-13)


def test_arrays_of_controls_hold_between_the_times():
    generator, start = controlled(), random_blocks(2, 2)
    values = RNG.normal(size=(5, 2))
    array = evolve(generator, start, UNEVEN, controls=values)
    piecewise = evolve(
        generator, start, UNEVEN, controls=PiecewiseControls(UNEVEN, values)
    )
    np.testing.assert_array_equal(array.blocks, piecewise.blocks)
    constant = evolve(generator, start, UNEVEN, controls=values[0])
    expected = moved(expm(generator.matrix(values[0]) * 5.7), start)
    np.testing.assert_allclose(constant.blocks[-1], expected, atol=1e-12)
    same = evolve(generator, start, UNEVEN, controls=ConstantControls(values[0]))
    np.testing.assert_array_equal(constant.blocks, same.blocks)


def test_cycles_are_powers_of_one_cycle():
    """A cycle of three slices from t = 0.2, over 3½ periods from the middle of one."""
    generator = controlled(2, 3)
    times = np.array([0.2, 0.5, 0.9, 1.7])
    values = np.array([[0.5, -1.0], [0.1, 0.8], [-0.6, 0.0]])
    cycle = PiecewiseControls(times, values, periodic=True)
    a, b, c = (
        expm(generator.matrix(u) * h)
        for u, h in zip(values, np.diff(times), strict=True)
    )
    tlist = [0.5, 0.5 + 3 * 1.5, 0.5 + 3 * 1.5 + 1.2]
    maps = dynamical_maps(generator, tlist, controls=cycle).matrices
    three = np.linalg.matrix_power(a @ c @ b, 3)
    np.testing.assert_allclose(maps[1], three, atol=1e-12)
    np.testing.assert_allclose(maps[2], c @ b @ three, atol=1e-12)


@pytest.mark.parametrize("smooth", [False, True])
def test_short_pulse_is_not_stepped_over(smooth):
    """A π pulse of width 0.05 within [0, 100] flips σ_z, whatever times are asked for.

    Rectangular, or a parabola 6 s(1 − s)/width of area π, which commutes with itself.
    """
    generator = ControlledGenerator(
        RegisterGenerator(np.zeros((2, 2))), [RegisterGenerator(SIGMA_X / 2)]
    )
    if smooth:
        times = [0, 15.5, 31, 31.025, 31.05, 65, 98.95 + 1.05]
        times[5] = (times[4] + times[6]) / 2
        heights = [[0], [0], [0], [1.5 * np.pi / 0.05], [0], [0], [0]]
        controls = SampledControls(times, heights)
    else:
        heights = [[0], [np.pi / 0.05], [0]]
        controls = PiecewiseControls([0, 31, 31.05, 100], heights)
    result = evolve(generator, qutip.basis(2, 0), [0, 100], controls=controls)
    np.testing.assert_allclose(result.states[-1], np.diag([0, 1]), atol=1e-11)


def test_symmetric_pulse_in_a_single_step_counts():
    """Equal at both ends and nonzero between: the parabola 4ht(1 − t) has area 2h/3."""
    generator = ControlledGenerator(
        RegisterGenerator(np.zeros((2, 2))), [RegisterGenerator(SIGMA_X / 2)]
    )
    controls = SampledControls([0, 0.5, 1], [[0], [1.5 * np.pi], [0]])
    result = evolve(generator, qutip.basis(2, 0), [0, 1], controls=controls)
    np.testing.assert_allclose(result.states[-1], np.diag([0, 1]), atol=1e-14)


def driven_qubit():
    """Amplitude damping and a drive about two axes that do not commute."""
    drift = RegisterGenerator(0.55 * SIGMA_Z, {(0, 0): np.sqrt(0.2) * LOWERING})
    channels = [RegisterGenerator(SIGMA_X / 2), RegisterGenerator(SIGMA_Y / 2)]
    return ControlledGenerator(drift, channels)


def smooth_drive(times):
    times = np.asarray(times)
    return np.stack([2 * np.cos(2.3 * times), np.exp(np.sin(times)) - 1], axis=-1)


def test_sampled_controls_are_of_fourth_order():
    """Errors against mesolve fall 16-fold when steps are halved; times cut no step."""
    H = [
        0.55 * qutip.sigmaz(),
        [qutip.sigmax() / 2, lambda t: 2 * np.cos(2.3 * t)],
        [qutip.sigmay() / 2, lambda t: np.exp(np.sin(t)) - 1],
    ]
    rho0 = random_state(2)
    tlist = [0.0, 1.5, 6.0]
    reference = qutip.mesolve(
        H,
        qutip.Qobj(rho0),
        tlist,
        [np.sqrt(0.2) * qutip.sigmam()],
        options={"atol": 1e-13, "rtol": 1e-12, "nsteps": 100_000, "method": "dop853"},
    )
    reference = np.array([state.full() for state in reference.states])
    errors = []
    for steps in (16, 32, 64):
        times = np.linspace(0, 6, 2 * steps + 1)
        controls = SampledControls(times, smooth_drive(times))
        result = evolve(driven_qubit(), rho0, tlist, controls=controls)
        errors.append(np.abs(result.states - reference)[1:].max())
    ratios = np.array(errors[:-1]) / errors[1:]
    assert errors[-1] < 1e-5
    assert ((ratios > 14.5) & (ratios < 17.5)).all(), ratios


def test_times_that_cut_steps_keep_the_order():
    """With the true parabola for controls, cuts inside steps only shorten them."""
    generator, start = controlled(), random_blocks(2, 2)
    times = np.linspace(0, 2, 81)
    values = np.stack([times - times**2, 0.4 * times**2 - 0.1], axis=-1)
    tlist = np.array([0.0, 0.33, 0.7, 1.234, 2.0])
    result = evolve(generator, start, tlist, controls=SampledControls(times, values))
    reference = solve_ivp(
        lambda t, x: generator.matrix([t - t**2, 0.4 * t**2 - 0.1]) @ x,
        (0, 2),
        to_coordinates(start).real.reshape(-1),
        t_eval=tlist,
        method="DOP853",
        rtol=1e-12,
        atol=1e-13,
    )
    expected = from_coordinates(reference.y.T.reshape(5, 2, 4))
    np.testing.assert_allclose(result.blocks, expected, atol=2e-6)
    assert result.trace_drift < 1e-13


@pytest.mark.parametrize("partner", [2, 3])
def test_kept_partner_is_carried_along(partner):
    """Against the same generator written out on S ⊗ partner."""
    H, jumps = random_parts(2, 3, seed=1)
    unit = np.eye(partner)
    wide = RegisterGenerator(
        np.kron(H, unit), {k: np.kron(R, unit) for k, R in jumps.items()}
    )
    blocks = random_blocks(2, 3 * partner)
    found = evolve(RegisterGenerator(H, jumps), blocks, UNEVEN)
    expected = evolve(wide, blocks, UNEVEN)
    assert found.blocks.shape == (6, 2, 3 * partner, 3 * partner)
    np.testing.assert_allclose(found.blocks, expected.blocks, atol=1e-12)
    assert found.dims == (3, partner)


def test_any_operator_may_start_in_batches():
    """Evolution is linear: neither hermiticity nor trace one is asked of `rho0`."""
    generator = random_generator(3, 2)
    batch = random_matrices(RNG, 2, 4, 3, 4, 4)
    result = evolve(generator, batch, UNEVEN)
    assert result.blocks.shape == (2, 4, 6, 3, 4, 4)
    assert result.states.shape == (2, 4, 6, 4, 4)
    one = evolve(generator, batch[1, 2], UNEVEN)
    np.testing.assert_allclose(result.blocks[1, 2], one.blocks, rtol=1e-12, atol=1e-12)
    operator = random_matrices(RNG, 2, 2)
    hermitian, other = (
        (operator + operator.conj().T) / 2,
        (operator - operator.conj().T) / 2j,
    )
    law = np.array([0.5, 0.2, 0.3])
    whole, real, imaginary = (
        evolve(generator, x, UNEVEN, register_law=law).states
        for x in (operator, hermitian, other)
    )
    np.testing.assert_allclose(whole, real + 1j * imaginary, atol=1e-12)


def test_register_law_is_a_start_without_correlations():
    generator, rho = random_generator(3, 2), random_state(2)
    law = np.array([0.5, 0.2, 0.3])
    found = evolve(generator, rho, UNEVEN, register_law=law)
    expected = evolve(generator, law[:, None, None] * rho, UNEVEN)
    np.testing.assert_array_equal(found.blocks, expected.blocks)
    batch = evolve(generator, [rho, np.eye(2) / 2], UNEVEN, register_law=law)
    np.testing.assert_allclose(batch.blocks[0], found.blocks, atol=1e-14)


def test_kets_density_matrices_and_qobj_are_the_same_start():
    generator, ket = random_generator(1, 2), qutip.Qobj([[0.6], [0.8j]])
    starts = [ket, ket.full()[:, 0], ket.full(), ket.proj(), ket.proj().full()[None]]
    results = [evolve(generator, start, UNEVEN).blocks for start in starts]
    for blocks in results[1:]:
        np.testing.assert_allclose(blocks, results[0], atol=1e-15)


@pytest.mark.slow
def test_large_register_takes_krylov_steps():
    """n = 9, d = 8 makes 576 coordinates; against the dense exponential."""
    rng = np.random.default_rng(40)
    H = random_matrices(rng, 9, 8, 8) / 8
    jumps = {(i, (i + 1) % 9): 0.2 * random_matrices(rng, 1, 8, 8) for i in range(9)}
    generator = RegisterGenerator(H + H.conj().mT, jumps)
    start = random_blocks(9, 8)
    result = evolve(generator, start, [0.0, 0.2, 0.7])
    assert "Krylov" in result.method
    np.testing.assert_allclose(result.blocks[0], start, atol=1e-15)
    expected = moved(expm(generator.matrix() * 0.7), start)
    np.testing.assert_allclose(result.blocks[2], expected, atol=1e-9)
    assert np.linalg.norm(result.blocks[2] - expected) < result.error < 1e-9


@pytest.mark.parametrize("smooth", [False, True])
def test_many_steps_in_chunks_are_the_same(smooth, monkeypatch):
    """Chunks end inside intervals of `tlist` and inside steps of the controls."""
    times = np.linspace(0, 2, 21)
    if smooth:
        controls = SampledControls(times, RNG.normal(size=(21, 2)))
    else:
        controls = PiecewiseControls(times, RNG.normal(size=(20, 2)))
    arguments = controlled(), random_blocks(2, 2), [0.0, 0.17, 1.1, 1.15, 2.0]
    whole = evolve(*arguments, controls=controls)
    for chunk in (1, 3, 7):
        module = import_module("oqnn.dynamics.solvers.propagators")
        monkeypatch.setattr(module, "CHUNK", chunk)
        parts = evolve(*arguments, controls=controls)
        np.testing.assert_allclose(parts.blocks, whole.blocks, atol=1e-14)


def test_controls_are_given_at_the_times():
    """At a jump those after it, at the end of all slices those of the last."""
    start, tlist = random_blocks(2, 2), [0, 0.25, 1, 2]
    values = np.array([[0.4, -0.7], [1.5, 0.2]])

    def given(controls):
        return evolve(controlled(), start, tlist, controls=controls).controls

    np.testing.assert_array_equal(given(values[1]), values[[1, 1, 1, 1]])
    piecewise = PiecewiseControls([0, 1, 2], values)
    np.testing.assert_array_equal(given(piecewise), values[[0, 0, 1, 1]])
    cycle = PiecewiseControls([0, 1, 2], values, periodic=True)
    np.testing.assert_array_equal(given(cycle), values[[0, 0, 1, 0]])
    times = np.array([0, 0.5, 1, 1.5, 2])
    parabola = np.stack([times**2, 1 - times], axis=-1)
    expected = [[0, 1], [0.0625, 0.75], [1, 0], [4, -1]]
    smooth = SampledControls(times, parabola)
    np.testing.assert_allclose(given(smooth), expected, atol=1e-14)
    assert evolve(random_generator(2, 2), start, tlist).controls is None


def test_subsystems_of_a_state_may_be_named():
    generator, start = controlled(), random_blocks(2, 12)
    arguments = {"rho0": start, "tlist": [0, 1], "controls": [0.1, 0.2]}
    result = evolve(generator, **arguments, dims=[2, 3, 2])
    assert result.dims == (2, 3, 2)
    assert result.to_qutip()[0].dims == [[2, 3, 2], [2, 3, 2]]
    assert evolve(generator, **arguments).dims == (2, 6)


def test_uneven_steps_hold_few_exponentials_at_a_time(monkeypatch):
    """Two at a time here; the exponential of a step that comes again is kept."""
    module = import_module("oqnn.dynamics.solvers.propagators")
    monkeypatch.setattr(module, "HELD", 2 * 8**2)
    made = []
    monkeypatch.setattr(module, "expm", lambda A: made.append(A) or expm(A))
    generator = random_generator(2, 2)
    tlist = np.cumsum([0, 1, 1, 1, 2, 1, 2, 3, 4, 5])
    factors = module.step_propagators(generator, tlist, None)
    counts = []
    for (factor,), count in factors:
        step = tlist[count] - tlist[count - 1]
        expected = expm(generator.matrix() * step)
        np.testing.assert_allclose(factor, expected, atol=1e-13)
        counts.append((count, len(made)))
    assert counts == [*zip(range(1, 10), [1, 1, 2, 2, 2, 2, 4, 4, 5], strict=True)]


@pytest.mark.parametrize("rate", [1.0, 1e7])
def test_times_on_a_logarithmic_scale(rate):
    """p = e^{−gt} at times over fifteen decades, of one decay and of many."""
    decay = RegisterGenerator(np.zeros((2, 2)), {(0, 0): LOWERING})
    generator = ControlledGenerator(decay, [decay])
    times = np.concatenate([[0.0], np.logspace(-9, 6, 31)])
    for values in ([rate - 1], [[rate - 1], [0.5 * rate - 1]]):
        controls = ConstantControls(np.array(values))
        result = evolve(generator, [1, 0], times, controls=controls)
        rates = np.array(values) + 1
        expected = np.exp(-rates * times)
        population = result.states[..., 0, 0].real
        np.testing.assert_allclose(1 - population, 1 - expected, rtol=1e-6, atol=1e-14)


def test_a_strong_kick_leaves_weak_slices_apart():
    """Rotations about z by the sum of the areas; a short one of strength 1e9."""
    generator = ControlledGenerator(
        RegisterGenerator(np.zeros((2, 2))), [RegisterGenerator(SIGMA_Z / 2)]
    )
    times = np.array([0.0, 2.0**-30, 8.0, 16.0]) + np.array([0, 0, 2.0**-30, 2.0**-30])
    values = np.array([[2.0**30], [1e-5], [3e-5]])
    controls = PiecewiseControls(times, values)
    start = np.full((2, 2), 0.5)
    result = evolve(generator, start, times, controls=controls)
    angles = np.array([0.0, 1.0, 1.00008, 1.00032])
    expected = 0.5 * np.exp(-1j * angles)
    np.testing.assert_allclose(result.states[:, 0, 1], expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("times", [UNEVEN, np.linspace(0.3, 6, 70), [0.5]])
def test_many_controls_at_once_are_one_after_the_other(times, monkeypatch):
    """Uneven and even times, in chunks of points; the batch is not square."""
    module = import_module("oqnn.dynamics.solvers.propagators")
    values = RNG.normal(size=(3, 5, 2))
    start = random_blocks(2, 4)
    whole = evolve(controlled(), start, times, controls=ConstantControls(values))
    assert whole.blocks.shape == (3, 5, len(times), 2, 4, 4)
    assert whole.controls.shape == (3, 5, len(times), 2)
    np.testing.assert_array_equal(whole.controls[1, 2, 0], values[1, 2])
    assert "(3, 5) points" in whole.method
    for index in np.ndindex(3, 5):
        one = evolve(controlled(), start, times, controls=values[index])
        np.testing.assert_allclose(whole.blocks[index], one.blocks, atol=1e-12)
    monkeypatch.setattr(module, "POINTS_HELD", 4 * 8 * (4 * 8 + 4 * len(times)))
    parts = evolve(controlled(), start, times, controls=ConstantControls(values))
    np.testing.assert_allclose(parts.blocks, whole.blocks, atol=1e-13)


def test_batches_of_controls_and_states_broadcast():
    """Controls (4,) against operators (2, 3, 1): every pair, in the right place."""
    values, e_ops = RNG.normal(size=(4, 2)), {"x": SIGMA_X}
    starts = random_matrices(RNG, 2, 3, 1, 2, 2, 2)
    controls = ConstantControls(values)
    result = evolve(controlled(), starts, UNEVEN, controls=controls, e_ops=e_ops)
    assert result.blocks.shape == (2, 3, 4, 6, 2, 2, 2)
    assert result.expect["x"].shape == (2, 3, 4, 6)
    for a, b, c in np.ndindex(2, 3, 4):
        start, u = starts[a, b, 0], values[c]
        one = evolve(controlled(), start, UNEVEN, controls=u, e_ops=e_ops)
        np.testing.assert_allclose(result.blocks[a, b, c], one.blocks, atol=1e-11)
        np.testing.assert_allclose(
            result.expect["x"][a, b, c], one.expect["x"], atol=1e-11
        )
    middle = ConstantControls(values[:3, None])  # (3, 1), beside other axes
    found = evolve(controlled(), starts, UNEVEN, controls=middle).blocks
    np.testing.assert_allclose(found[1, 2, 0], result.blocks[1, 2, 2], atol=1e-11)
    with pytest.raises(ValueError, match=r"`controls` must have batch axes that bro"):
        evolve(controlled(), starts[:, :, 0], UNEVEN, controls=controls)
    with pytest.raises(ValueError, match=r"`controls` must have no batch axes here"):
        dynamical_maps(controlled(), UNEVEN, controls=controls)


@pytest.mark.parametrize("batch", [(), (3,)])
@pytest.mark.parametrize("limit", [0, 512])
def test_only_the_last_state_may_be_kept(batch, limit, monkeypatch):
    """Expectations and the trace drift are still those of all times."""
    monkeypatch.setattr(import_module("oqnn.dynamics.evolve"), "DENSE_LIMIT", limit)
    controls = ConstantControls(RNG.normal(size=(*batch, 2)) / 3)
    start, e_ops = random_blocks(2, 2), [SIGMA_X, SIGMA_Y]
    arguments = {"controls": controls, "e_ops": e_ops, "tol": 1e-8}
    every = evolve(controlled(), start, UNEVEN, **arguments)
    last = evolve(controlled(), start, UNEVEN, **arguments, save="last")
    np.testing.assert_array_equal(last.blocks, every.blocks[..., -1:, :, :, :])
    for name in "01":
        np.testing.assert_array_equal(last.expect[name], every.expect[name])
    assert last.trace_drift == pytest.approx(every.trace_drift, rel=0.1, abs=1e-14)
    assert last.states.shape == (*batch, 1, 2, 2)
    data = last.to_xarray()
    assert data["states"].dims[-3:] == ("saved_time", "row", "col")
    assert data["0"].dims[-1] == "time"


def test_what_does_not_fit_in_memory_is_refused():
    many = np.linspace(0, 1, 2**20 + 1)
    with pytest.raises(ValueError, match=r"1048577 times must fit .* GiB .*last"):
        evolve(RegisterGenerator(np.zeros((200, 200))), np.eye(200) / 200, many)
    with pytest.raises(ValueError, match=r"maps of size 1200 × 1200 must fit"):
        dynamical_maps(RegisterGenerator(np.zeros((300, 2, 2))), many)


def test_progress_is_shown_on_every_way(capsys, monkeypatch):
    generator, start = controlled(), random_blocks(2, 2)
    smooth = SmoothControls(lambda t: [t, 0.0], 2)
    points = ConstantControls(np.ones((2, 2)))
    for controls in ([0.1, 0.2], smooth, points):
        evolve(generator, start, [0, 0.1], controls=controls, progress=True)
        assert "evolving" in capsys.readouterr().err
    monkeypatch.setattr(import_module("oqnn.dynamics.evolve"), "DENSE_LIMIT", 0)
    evolve(generator, start, [0, 0.1], controls=[0.1, 0.2], progress=True)
    assert "evolving" in capsys.readouterr().err


def test_exponentials_of_numbers():
    """At the norms where Taylor's degree is only just enough."""
    numbers = np.array([0.779, -0.779, 0.39, 1.55, -40.0])
    found = expm_many(numbers[:, None, None])[:, 0, 0]
    np.testing.assert_allclose(found, np.exp(numbers), rtol=4e-15, atol=1e-15)
    np.testing.assert_allclose(found[:4], np.exp(numbers[:4]), rtol=1e-15)


@pytest.mark.parametrize("size", [4, 9, 40])
def test_many_exponentials_at_once(size):
    """Norms from 1e-3 to 100 in one batch, against Padé one by one."""
    matrices = RNG.normal(size=(12, size, size)) / size
    matrices = matrices - matrices.mT - np.eye(size) / 10
    matrices *= np.logspace(-3, 2, 12)[:, None, None]
    expected = [expm(matrix) for matrix in matrices]
    np.testing.assert_allclose(expm_many(matrices), expected, atol=2e-13)
    np.testing.assert_allclose(
        expm_many(1j * matrices[:5]), [*map(expm, 1j * matrices[:5])], atol=1e-13
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"tlist": [0, 1, 1]}, r"`tlist` must increase.*tlist\[1\] = 1"),
        ({"tlist": []}, "`tlist` must hold at least one"),
        ({"tlist": 1.0}, r"`tlist` must have shape \(t,\)"),
        ({"tlist": [0, np.nan]}, "`tlist` must be finite"),
        ({"tlist": [1], "controls": np.ones((0, 2))}, r"`controls` .* \(k,\) .* one"),
        ({"controls": None}, "`controls` must hold 2 controls .* absent"),
        ({"controls": [0.1]}, "must hold 2 controls .* holds 1"),
        ({"controls": np.ones((2, 2))}, r"`controls` must have shape \(1, k\)"),
        ({"controls": PiecewiseControls([0, 0.5], [[1, 1]])}, "must cover all times"),
        ({"rho0": np.eye(2)}, r"\(\.\.\., 2, D, D\).* register_law="),
        ({"rho0": np.zeros((3, 2, 2))}, r"\(\.\.\., 2, D, D\).*\(3, 2, 2\)"),
        ({"rho0": np.zeros((2, 3, 3))}, "multiple of 2, but has shape"),
        ({"rho0": np.zeros((2, 2, 4))}, "2 square blocks"),
        ({"rho0": np.full((2, 2, 2), np.nan)}, "`rho0` must be finite"),
        ({"rho0": 1.0, "register_law": [0.5, 0.5]}, "2 square blocks .* shape "),
        ({"rho0": np.eye(2), "register_law": [1.0]}, r"`register_law` .* \(2,\)"),
        ({"rho0": np.eye(2), "register_law": [0.5, 0.6]}, "`register_law` must sum"),
        ({"rho0": np.eye(2), "register_law": [1.5, -0.5]}, "must hold probabilities"),
        ({"dims": [2, 2]}, r"`dims` must have the product 2, .* \[2, 2\]"),
        ({"dims": [-1, -2]}, "`dims` must be at least 1"),
        ({"e_ops": {"controls": np.eye(2)}}, "`e_ops` must not be named 'controls'"),
        ({"e_ops": [np.eye(3)]}, r"`e_ops` must have shape \(2, 2\)"),
        ({"save": "first"}, "`save` must be one of 'all', 'last', but is 'first'"),
        ({"tol": 0.0}, "`tol` must be positive, but is 0"),
        ({"e_ops": {"states": np.eye(2)}}, "`e_ops` must not be named 'states'"),
        ({"e_ops": {"time": np.eye(2)}}, "`e_ops` must not be named 'time'"),
        ({"e_ops": {"batch_0": np.eye(2)}}, "`e_ops` must not be named 'batch_0'"),
    ],
)
def test_wrong_input_is_refused(arguments, message):
    given = {"rho0": random_blocks(2, 2), "tlist": [0, 1], "controls": [0.1, 0.2]}
    with pytest.raises(ValueError, match=message):
        evolve(controlled(), **(given | arguments))


@pytest.mark.parametrize("tlist", ["noon", [0, 1j]])
def test_times_that_are_no_numbers_are_refused(tlist):
    with pytest.raises(TypeError, match="`tlist` must hold real numbers"):
        evolve(random_generator(1, 2), np.eye(2) / 2, tlist)


def test_controls_without_channels_are_refused():
    with pytest.raises(ValueError, match=r"must hold 0 controls .* holds 1"):
        evolve(random_generator(1, 2), np.eye(2) / 2, [0, 1], controls=[1.0])
    with pytest.raises(ValueError, match=r"must hold 2 controls .* absent"):
        dynamical_maps(controlled(), [0, 1])
    with pytest.raises(ValueError, match="`tlist` must increase"):
        dynamical_maps(random_generator(1, 2), [1, 0])
