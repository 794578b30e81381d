"""Smooth controls: adaptive Magnus steps that pulses cannot hide from."""

from importlib import import_module

import numpy as np
import pytest
import qutip
from scipy.linalg import expm
from systems import (
    LOWERING,
    RHO0,
    SIGMA_X,
    SIGMA_Y,
    SIGMA_Z,
    SYSTEMS,
    state,
)

from oqnn import ConvergenceError
from oqnn._core.bases import to_coordinates
from oqnn.dynamics import (
    CombinedGenerator,
    ControlledGenerator,
    PiecewiseControls,
    RegisterGenerator,
    SampledControls,
    SmoothControls,
    dynamical_maps,
    evolve,
)
from oqnn.dynamics.solvers.magnus import gauss_nodes, sixth_order_exponent
from oqnn.dynamics.solvers.scan import control_cells

UNEVEN = np.array([0.0, 0.05, 0.7, 2.4, 2.4001, 5.7])
IDLE = RegisterGenerator(np.zeros((2, 2)))
TOL = {"Magnus": 1e-9, "Krylov": 1e-6}  # small problems are slow the large way
TURN = ControlledGenerator(IDLE, [RegisterGenerator(SIGMA_X / 2)])


@pytest.fixture(params=["Magnus", "Krylov"])
def route(request, monkeypatch):
    """The dense steps, and those of large generators on the same problems."""
    if request.param == "Krylov":
        monkeypatch.setattr(import_module("oqnn.dynamics.evolve"), "SMOOTH_LIMIT", 0)
        monkeypatch.setattr(
            import_module("oqnn.dynamics.solvers.routes"), "BASIS_UP_TO", 0
        )
    return request.param


def dissipator(jump):
    """The channel D[jump] alone."""
    return RegisterGenerator(np.zeros((2, 2)), {(0, 0): jump})


@pytest.mark.parametrize("system", SYSTEMS, ids=str)
def test_solvable_systems_with_a_warped_clock(system):
    """u(t)L moves a state as L does in the time ∫u dt; u = 1 + 0.8 sin 3t."""
    channel = RegisterGenerator(system.hamiltonians, system.jumps)
    idle = RegisterGenerator(np.zeros_like(system.hamiltonians))
    result = evolve(
        ControlledGenerator(idle, [channel]),
        system.rho0,
        UNEVEN,
        controls=SmoothControls(lambda t: 1 + 0.8 * np.sin(3 * t), 1),
        register_law=system.register_law,
    )
    clock = UNEVEN + 0.8 * (1 - np.cos(3 * UNEVEN)) / 3
    np.testing.assert_allclose(result.states, system.exact(clock), atol=1e-9)
    assert result.error < 1e-9
    assert result.trace_drift < 1e-13


def test_decaying_rate(route):
    """Rate k e^{−t} on √ σ₋: p_e = p₀ e^{−G}, ρ₀₁ = c₀ e^{−G/2}, G = k(1 − e^{−t})."""
    k = 1.7
    result = evolve(
        ControlledGenerator(IDLE, [dissipator(LOWERING)]),
        RHO0,
        UNEVEN,
        controls=SmoothControls(lambda t: k * np.exp(-t), 1),
        tol=TOL[route],
    )
    assert route in result.method
    G = k * (1 - np.exp(-UNEVEN))
    exact = state(RHO0[0, 0] * np.exp(-G), RHO0[0, 1] * np.exp(-G / 2))
    np.testing.assert_allclose(result.states, exact, atol=TOL[route])
    assert np.abs(result.states - exact).max() < result.error + 1e-15


def test_dephasing_rate_of_either_sign(route):
    """Coherence exp(−2∫γ) for γ = 0.4 cos 2t + 0.1, which is negative at times."""
    result = evolve(
        ControlledGenerator(IDLE, [dissipator(SIGMA_Z)]),
        RHO0,
        UNEVEN,
        controls=SmoothControls(lambda t: 0.4 * np.cos(2 * t) + 0.1, 1),
        tol=TOL[route],
    )
    area = 0.2 * np.sin(2 * UNEVEN) + 0.1 * UNEVEN
    exact = state(np.full(6, RHO0[0, 0]), RHO0[0, 1] * np.exp(-2 * area))
    np.testing.assert_allclose(result.states, exact, atol=TOL[route])


def test_eternally_non_markovian_qubit():
    """Rates (1, 1, −tanh t)/2 on σ_k: Bloch factors (1 + e^{−2t})/2 twice, e^{−2t}."""
    maps = dynamical_maps(
        ControlledGenerator(IDLE, [dissipator(s) for s in (SIGMA_X, SIGMA_Y, SIGMA_Z)]),
        UNEVEN,
        controls=SmoothControls(
            lambda t: np.stack([0 * t + 1, 0 * t + 1, -np.tanh(t)], axis=-1) / 2, 3
        ),
    )
    decay = np.exp(-2 * UNEVEN)
    exact = np.stack([np.ones(6), (1 + decay) / 2, (1 + decay) / 2, decay], axis=-1)
    expected = exact[:, :, None] * np.eye(4)
    np.testing.assert_allclose(maps.matrices, expected, atol=1e-9)
    assert maps.error < 1e-9


def rotating(t, omega=1.9, drive=0.8):
    return drive * np.stack([np.cos(omega * t), np.sin(omega * t)], axis=-1)


def rotated(times, omega=1.9, drive=0.8):
    """U = e^{−iωtσ_z/2} e^{−iΩtσ_x/2}: H = ½[ωσ_z + Ω(cos ωt σ_x + sin ωt σ_y)]."""
    states = []
    for t in times:
        U = expm(-0.5j * omega * t * SIGMA_Z) @ expm(-0.5j * drive * t * SIGMA_X)
        states.append(U @ RHO0 @ U.conj().T)
    return np.array(states)


CHANNELS = [RegisterGenerator(SIGMA_X / 2), RegisterGenerator(SIGMA_Y / 2)]
DRIVEN = ControlledGenerator(RegisterGenerator(0.95 * SIGMA_Z), CHANNELS)


@pytest.mark.parametrize("tol", [1e-2, 1e-4, 1e-6])
def test_reported_error_is_the_true_one(tol, route):
    """Within a factor of three for Magnus steps, which transport their error.

    For Krylov pairs the errors of the steps are summed, which is a bound here.
    """
    result = evolve(DRIVEN, RHO0, UNEVEN, controls=SmoothControls(rotating, 2), tol=tol)
    true = np.linalg.norm(result.states - rotated(UNEVEN), axis=(1, 2)).max()
    most = 3 if route == "Magnus" else 30
    assert true / 1.5 < result.error < most * true
    assert result.error < tol


def test_steps_are_of_sixth_order():
    """Errors fall 64-fold when equal steps are halved."""
    start = to_coordinates(RHO0).real
    exact = to_coordinates(rotated([2.0])[0]).real
    errors = []
    for steps in (4, 8, 16):
        ends = np.linspace(0, 2, steps + 1)
        nodes = gauss_nodes(ends[:-1], ends[1:])
        exponents = sixth_order_exponent(DRIVEN.matrix(rotating(nodes)), np.diff(ends))
        x = start
        for exponent in exponents:
            x = expm(exponent) @ x
        errors.append(np.abs(x - exact).max())
    ratios = np.array(errors[:-1]) / errors[1:]
    assert ((ratios > 55) & (ratios < 75)).all(), ratios


def pulse(shape, start, width):
    """A pulse of area π and a given width, as a function of time."""
    if shape == "square":
        return lambda t: np.pi / width * ((t >= start) & (t < start + width))
    if shape == "sine squared":
        return lambda t: np.where(
            (t >= start) & (t < start + width),
            2 * np.pi / width * np.sin(np.pi * (t - start) / width) ** 2,
            0,
        )
    middle, sigma = start + width / 2, width / 5
    height = np.pi / (sigma * np.sqrt(2 * np.pi))
    return lambda t: height * np.exp(-(((t - middle) / sigma) ** 2) / 2)


@pytest.mark.parametrize("shape", ["square", "sine squared", "Gauss"])
@pytest.mark.parametrize("width", [0.05, 0.0125])
def test_short_pulses_are_found_without_a_hint(shape, width):
    """A π pulse anywhere within [0, 100] flips σ_z; only two times are asked for.

    Among the places are multiples of 100/2^k, where cells of the search end, and
    two where no point of the first look lies on the foot of the sine.
    """
    rng = np.random.default_rng(3)
    awkward = [
        25.0,
        50.0 - width / 2,
        62.5 - width,
        4700 / 2**14,
        99.9,
        88.6045,
        30.9325,
    ]
    for start in [*awkward, *rng.uniform(0.2, 99.8, 10)]:
        controls = SmoothControls(pulse(shape, start, width), 1)
        result = evolve(TURN, [1, 0], [0, 100], controls=controls, progress=False)
        found = result.states[-1]
        np.testing.assert_allclose(found, np.diag([0, 1]), atol=1e-9, err_msg=start)
    assert "pulses from length 0.0122" in result.method


def test_shorter_pulses_need_edges_or_a_closer_look():
    start, width = 0.33333, 1e-5
    controls = pulse("square", start, width)
    for hint, found in [
        ({}, False),
        ({"edges": [start, start + width]}, True),
        ({"shortest": 1e-5}, True),
    ]:
        smooth = SmoothControls(controls, 1, **hint)
        result = evolve(TURN, [1, 0], [0, 1], controls=smooth)
        assert (abs(result.states[-1, 1, 1] - 1) < 1e-9) == found


def test_jumps_keep_the_order(route):
    """A drive about x that jumps to y at an unknown time; both turns are exact."""
    jump, stop = 0.7317, 2.0
    controls = SmoothControls(lambda t: [1.3, 0.0] if t < jump else [0.0, -0.9], 2)
    turn = ControlledGenerator(IDLE, CHANNELS)
    result = evolve(turn, RHO0, [0, 0.5, stop], controls=controls, tol=TOL[route])
    edges = PiecewiseControls([0, jump, stop], [[1.3, 0], [0, -0.9]])
    expected = evolve(turn, RHO0, [0, 0.5, stop], controls=edges)
    np.testing.assert_allclose(result.blocks, expected.blocks, atol=TOL[route])


def test_jumps_are_located_to_rounding():
    """Also one on top of a slope; kinks need small cells only round them."""
    jump, kink = 17.123456789, 3.7
    controls = SmoothControls(lambda t: t + 5.0 * (t >= jump) + np.abs(t - kink), 1)
    cells = control_cells(controls, np.array([0.0, 40.0]), np.ones(1), 1e-9)
    assert np.abs(cells - jump).min() < 1e-14
    assert len(cells) < 120
    short = np.diff(cells) < 1e-3
    assert np.abs(cells[:-1][short] - kink).max() < 0.02


def test_two_evolutions_one_after_the_other_are_one(route):
    controls = SmoothControls(rotating, 2)
    generator = ControlledGenerator(
        RegisterGenerator(0.3 * SIGMA_Z, {(0, 0): np.sqrt(0.2) * LOWERING}), CHANNELS
    )
    with_tol = {"controls": controls, "tol": TOL[route]}
    whole = evolve(generator, RHO0, UNEVEN, **with_tol)
    first = evolve(generator, RHO0, UNEVEN[:3], **with_tol)
    second = evolve(generator, first.states[-1], UNEVEN[2:], **with_tol)
    np.testing.assert_allclose(whole.blocks[2:], second.blocks, atol=2 * TOL[route])
    np.testing.assert_array_equal(whole.controls, rotating(UNEVEN))
    assert whole.least_eigenvalue > 0


def test_qutip_agrees(route):
    """Non-commuting drives and a rate in time, against mesolve at tight tolerance."""
    drift = RegisterGenerator(0.55 * SIGMA_Z)
    generator = ControlledGenerator(drift, [CHANNELS[0], dissipator(LOWERING)])
    controls = SmoothControls(lambda t: [2 * np.cos(2.3 * t), 0.3 + 0.2 * np.sin(t)], 2)
    found = evolve(generator, RHO0, UNEVEN, controls=controls, tol=TOL[route])
    reference = qutip.mesolve(
        [0.55 * qutip.sigmaz(), [qutip.sigmax() / 2, lambda t: 2 * np.cos(2.3 * t)]],
        qutip.Qobj(RHO0),
        UNEVEN,
        [[qutip.sigmam(), lambda t: np.sqrt(0.3 + 0.2 * np.sin(t))]],
        options={"atol": 1e-13, "rtol": 1e-12, "nsteps": 100_000, "method": "dop853"},
    )
    expected = [rho.full() for rho in reference.states]
    np.testing.assert_allclose(found.states, expected, atol=TOL[route])


def test_sampled_controls_on_a_large_generator(monkeypatch):
    """The parabola through the samples, against smooth controls that are one."""
    monkeypatch.setattr(import_module("oqnn.dynamics.evolve"), "DENSE_LIMIT", 0)
    times = np.linspace(0, 2, 5)
    values = np.stack([times - times**2, 0.4 * times**2 - 0.1], axis=-1)
    sampled = SampledControls(times, values)
    found = evolve(DRIVEN, RHO0, [0, 1.3, 2], controls=sampled, tol=1e-6)
    smooth = SmoothControls(
        lambda t: np.stack([t - t**2, 0.4 * t**2 - 0.1], axis=-1), 2
    )
    expected = evolve(DRIVEN, RHO0, [0, 1.3, 2], controls=smooth)
    assert "sampled" in found.method
    np.testing.assert_allclose(found.blocks, expected.blocks, atol=1e-6)


def test_many_cells_in_chunks_are_the_same(monkeypatch):
    """Chunks end inside intervals of the times and at them."""
    controls = SmoothControls(rotating, 2)
    whole = evolve(DRIVEN, RHO0, UNEVEN, controls=controls)
    for cells in (1, 2, 5):
        module = import_module("oqnn.dynamics.solvers.adaptive")
        monkeypatch.setattr(module, "HELD", cells * 8 * 16)
        parts = evolve(DRIVEN, RHO0, UNEVEN, controls=controls)
        np.testing.assert_allclose(parts.blocks, whole.blocks, atol=1e-14)


@pytest.mark.parametrize("cells", [200, 2**14])
def test_stiff_generators_take_as_many_steps_as_they_need(cells, monkeypatch):
    """Splitting 1e4 and a drive by t, which adds ε_y = 2t σ_x/ω to second order.

    The first step is far too long: its Magnus exponent overflows.
    """
    module = import_module("oqnn.dynamics.solvers.adaptive")
    monkeypatch.setattr(module, "HELD", cells * 8 * 4**2)
    monkeypatch.setattr(import_module("oqnn.dynamics.solvers.scan"), "GRID", 2**6)
    drift = RegisterGenerator(1e4 * SIGMA_Z, {(0, 0): LOWERING})
    generator = ControlledGenerator(drift, [RegisterGenerator(SIGMA_X)])
    controls = SmoothControls(lambda t: t, 1)
    result = evolve(generator, [1, 0], [0, 0.1, 1], controls=controls, tol=1e-7)
    population = result.states[:, 0, 0].real
    np.testing.assert_allclose(population, np.exp(-result.times), atol=1e-7)
    assert 0 < result.error < 1e-7


def test_states_that_overflow_are_refused():
    decay = RegisterGenerator(np.zeros((2, 2)), {(0, 0): LOWERING})
    growth, message = CombinedGenerator([-1e3], [decay]), "finite ones, .* to t = 1\\."
    with np.errstate(all="ignore"), pytest.raises(ConvergenceError, match=message):
        evolve(growth, [1, 0], [0, 0.1, 1])
    with np.errstate(all="ignore"), pytest.raises(ConvergenceError, match=message):
        dynamical_maps(growth, [0, 0.1, 1])


def test_looks_that_do_not_fit_are_refused():
    controls = SmoothControls(np.cos, 1, shortest=1e-15)
    with pytest.raises(ValueError, match=r"`shortest`.* 2e\+15 points must fit"):
        evolve(TURN, [1, 0], [0, 1], controls=controls)


def test_noise_is_refused(monkeypatch):
    monkeypatch.setattr(import_module("oqnn.dynamics.solvers.scan"), "CELLS", 2**12)

    def noise(t):
        return np.sin(1e9 * np.sin(1e6 * t))

    with pytest.raises(
        ConvergenceError, match=r"`controls` must be smooth .* noise as"
    ):
        evolve(TURN, [1, 0], [0, 1], controls=SmoothControls(noise, 1))
