"""The front door of propagation: what it reports, warns of and refuses."""

import tracemalloc
import warnings

import numpy as np
import pytest
import xarray as xr

from oqnn import ConvergenceError
from oqnn.phase_space import (
    Diffusion,
    DoubleWell,
    GridWarning,
    Kicked,
    NetworkPotential,
    PhaseSpaceEvolution,
    PhaseSpaceGrid,
    Polynomial,
    WignerFunction,
    propagate,
)

HBAR = 0.5
QUARTIC = Polynomial([0, 0.2, 0.5, 0, 0.1])


def packet(grid, x0=0.0, p0=0.0, a=0.7):
    """W₀ = (2/h) e^{−(x−x₀)²/a² − a²(p−p₀)²/ħ²}."""
    h = 2 * np.pi * grid.hbar
    x, p = grid.x[:, None] - x0, grid.p - p0
    values = 2 / h * np.exp(-((x / a) ** 2) - (a * p / grid.hbar) ** 2)
    return WignerFunction(values, grid)


@pytest.fixture(scope="module")
def grid():
    return PhaseSpaceGrid.centered(6, 8, (128, 96), hbar=HBAR)


def test_the_first_time_is_the_given_state_and_times_may_be_uneven(grid):
    W = packet(grid, 0.5, -0.3)
    moved = propagate(QUARTIC, W, [0.3, 0.35, 1.1])
    np.testing.assert_array_equal(moved.values[0], W.values)
    assert moved.times.tolist() == [0.3, 0.35, 1.1]
    assert moved.steps[0] == 0
    assert (moved.steps[1:] > 0).all()
    np.testing.assert_allclose(moved.norm, 1, atol=1e-10)
    np.testing.assert_allclose(moved.purity, 1, atol=1e-8)


@pytest.mark.parametrize(
    ("time_order", "tol"), [(2, 1e-4), (2, 1e-6), (4, 1e-4), (4, 1e-7), (4, 1e-10)]
)
def test_the_error_is_what_was_asked_for(tol, time_order):
    """Against much shorter steps, by ‖δW‖/‖W‖, which purity makes a good measure."""
    grid = PhaseSpaceGrid.centered(6, 11, (160, 128), hbar=HBAR)
    W = packet(grid, 0.8, 0.2)
    moved = propagate(QUARTIC, W, [0, 1.5], tol=tol, time_order=time_order)
    exact = propagate(QUARTIC, W, [0, 1.5], step=0.004)
    error = np.linalg.norm(moved.values[-1] - exact.values[-1])
    error /= np.linalg.norm(W.values)
    assert error < 1.5 * moved.error[-1] <= 1.5 * tol
    assert error > 0.01 * moved.error[-1]


def test_a_given_step_is_not_exceeded_and_has_no_error_estimate(grid):
    moved = propagate(QUARTIC, packet(grid), [0, 0.1, 0.25], step=0.1)
    assert moved.steps.tolist() == [0, 1, 2]
    assert np.isnan(moved.error[1:]).all()


@pytest.mark.parametrize("total", [0.11, 0.45, 1.3])
def test_a_step_as_long_as_the_time_is_one_step(grid, total):
    """Also where total ≠ c/(c/total) in rounded arithmetic."""
    free = propagate(Polynomial([0.0]), packet(grid), [0, total], step=total)
    assert free.steps.tolist() == [0, 1]


@pytest.mark.parametrize("times", [[0, 1e-5, 0.5], [0, 1e-4, 0.5, 0.5001, 1]])
def test_short_times_do_not_shorten_the_steps_after_them(grid, times):
    W = packet(grid, 0.5)
    moved = propagate(QUARTIC, W, times)
    alone = propagate(QUARTIC, W, times[::2])
    assert moved.steps.sum() < alone.steps.sum() + 12
    assert moved.error[-1] <= 1e-8


def test_waves_finer_than_the_grid_do_not_run_away():
    """[V, [T, V]] holds 2 D_xx times a square of forces, large beyond the packet."""
    grid = PhaseSpaceGrid.centered(5, 30, (128, 256), hbar=HBAR)
    steep, W = Polynomial([0, 0, 0, 0, 2.0]), packet(grid, a=0.5)
    noise = {"channels": [Diffusion(D_xx=0.3)]}
    moved = propagate(steep, W, [0, 0.1], tol=1e-6, **noise)
    exact = propagate(steep, W, [0, 0.1], time_order=2, step=5e-4, **noise)
    error = np.linalg.norm(moved.values[-1] - exact.values[-1])
    assert error < 1e-6 * np.linalg.norm(W.values)


def test_a_batch_moves_as_its_members_do(grid):
    one, two = packet(grid, 0.5), packet(grid, -0.2, 0.6, a=0.9)
    both = WignerFunction(np.stack([one.values, two.values]), grid)
    together = propagate(QUARTIC, both, [0, 0.4], step=0.02)
    for n, W in enumerate((one, two)):
        alone = propagate(QUARTIC, W, [0, 0.4], step=0.02)
        np.testing.assert_allclose(
            together.values[:, n], alone.values, rtol=0, atol=1e-15
        )
    assert together.norm.shape == (2, 2)
    assert together.edge_mass.x.shape == (2, 2)


def test_what_comes_out_has_names(grid):
    moved = propagate(QUARTIC, packet(grid), [0, 0.1])
    data = moved.to_xarray()
    assert data.wigner.dims == ("time", "x", "p")
    assert data.attrs["hbar"] == HBAR
    np.testing.assert_array_equal(data.norm, moved.norm)
    np.testing.assert_array_equal(moved.final.values, moved.values[-1])
    np.testing.assert_array_equal(moved[1].values, moved.values[-1])


@pytest.mark.parametrize("through_zarr", [False, True])
def test_evolutions_come_back_from_xarray(grid, tmp_path, through_zarr):
    batch = WignerFunction(np.stack([packet(grid).values] * 2), grid)
    moved = propagate(QUARTIC, batch, [0, 0.1])
    data = moved.to_xarray()
    if through_zarr:
        data.to_zarr(tmp_path / "moved.zarr", consolidated=False)
        data = xr.open_zarr(tmp_path / "moved.zarr", consolidated=False)
    back = PhaseSpaceEvolution.from_xarray(data)
    for name in ("times", "values", "error", "steps", "edge_mass", "bandwidth"):
        np.testing.assert_array_equal(getattr(back, name), getattr(moved, name))
    assert back.grid.hbar == HBAR
    states = WignerFunction.from_xarray(data.wigner)
    np.testing.assert_array_equal(states.values, moved.values)


def test_what_no_evolution_wrote_is_refused(grid):
    data = propagate(QUARTIC, packet(grid), [0, 0.1]).to_xarray()
    with pytest.raises(ValueError, match="lacks error, steps"):
        PhaseSpaceEvolution.from_xarray(data.drop_vars(["error", "steps"]))


def test_evolutions_print_in_a_line(grid):
    shown = repr(propagate(QUARTIC, packet(grid), [0, 0.1]))
    assert "2 times from 0 to 0.1" in shown
    assert len(shown) < 200


def test_a_batch_may_hold_nothing(grid):
    """As a difference of states that are one; zero stays zero and spoils no other."""
    W = packet(grid, 0.4)
    both = WignerFunction(np.stack([W.values, 0 * W.values]), grid)
    moved = propagate(QUARTIC, both, [0, 0.3])
    alone = propagate(QUARTIC, W, [0, 0.3])
    np.testing.assert_allclose(moved.values[:, 0], alone.values, rtol=0, atol=1e-15)
    assert not moved.values[:, 1].any()
    assert not propagate(QUARTIC, both[1], [0, 0.3]).values.any()


def test_a_proposed_grid_is_never_coarser():
    """An axis of 97 points that will do is named with 98, not 96."""
    grid = PhaseSpaceGrid.centered(2.5, 8, (64, 97), hbar=HBAR)
    with pytest.warns(GridWarning, match="p from -8 to 8 with 98 points"):
        propagate(QUARTIC, packet(grid), [0, 0.01])


def test_what_comes_out_is_most_of_what_is_held(grid):
    """Less than twice the result, also while its edges and bandwidths are found."""
    W = packet(grid)
    propagate(QUARTIC, W, [0, 0.01], step=0.01)
    tracemalloc.start()
    moved = propagate(QUARTIC, W, np.linspace(0, 1, 101), step=0.01)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2 * moved.values.nbytes


def test_arguments_are_not_changed(grid):
    W = packet(grid, 0.4)
    before = W.values.copy()
    propagate(QUARTIC, W, [0, 0.2])
    np.testing.assert_array_equal(W.values, before)


def test_a_momentum_box_that_is_too_small_is_told_and_norm_does_not_tell():
    """The packet falls to p ≈ −3.4 in a box to ±3: norm and purity stay 1."""
    grid = PhaseSpaceGrid.centered(8, 3, (128, 48), hbar=HBAR)
    with pytest.warns(GridWarning, match="at the edges of p.*Try x.*and p from -4.5"):
        moved = propagate(Polynomial([0, 0, 0.5]), packet(grid, 3.4), [0, 0.8, 1.6])
    np.testing.assert_allclose(moved.norm, 1, atol=1e-9)
    np.testing.assert_allclose(moved.purity, 1, atol=5e-3)
    assert moved.edge_mass.p[-1] > 0.1


def test_the_proposed_grid_does():
    grid = PhaseSpaceGrid.centered(8, 4.5, (128, 72), hbar=HBAR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GridWarning)
        small = propagate(Polynomial([0, 0, 0.5]), packet(grid, 3.5), [0, np.pi / 2])
    large = PhaseSpaceGrid.centered(8, 6.75, (128, 108), hbar=HBAR)
    moved = propagate(Polynomial([0, 0, 0.5]), packet(large, 3.5), [0, np.pi / 2])
    np.testing.assert_allclose(moved.final.mean, [0, -3.5], atol=1e-7)
    assert small.edge_mass.p[-1] > 1e-6


def test_a_grid_that_gets_too_coarse_is_told():
    """Classical flow in a quartic well winds up without end."""
    grid = PhaseSpaceGrid.centered(4, 5, (48, 48), hbar=HBAR)
    with pytest.warns(GridWarning, match="finer than the spacing of p.*Try x from"):
        propagate(
            Polynomial([0, 0, 0, 0, 0.25]),
            packet(grid, 1),
            [0, 9],
            order_hbar=0,
            tol=1e-4,
        )


def test_a_grid_that_keeps_the_error_above_the_tolerance_is_told():
    """No step is short enough for 20 points where the packet needs 40."""
    grid = PhaseSpaceGrid.centered(5, 8, (40, 80), hbar=HBAR)
    with pytest.warns(
        GridWarning,
        match="estimated error, .*does not fall with shorter time steps.*Try x",
    ):
        moved = propagate(QUARTIC, packet(grid, 1.0), [0, 0.7], tol=1e-9)
    assert moved.error[-1] > 1e-9
    assert moved.steps[-1] < 2000


def test_padding_lets_a_packet_leave():
    """A free packet leaves the window; in a periodic box it would come back.

    Free motion is W(x − pt/m, p), known in the window at all times.
    """
    grid = PhaseSpaceGrid.centered(5, 6, (64, 160), hbar=HBAR)
    W = packet(grid, 0, 1.5, a=1.0)
    free, t = Polynomial([0.0]), 3.0
    x, p = grid.x[:, None], grid.p
    exact = (
        2 / (2 * np.pi * HBAR) * np.exp(-((x - p * t) ** 2) - ((p - 1.5) / HBAR) ** 2)
    )
    moved = propagate(free, W, [0, t], padding=1.5)
    np.testing.assert_allclose(moved.final.values, exact, atol=1e-9)
    assert moved.values.shape == (2, *grid.shape)
    assert moved.final.norm < 0.9
    with pytest.warns(GridWarning, match="at the edges of x"):
        around = propagate(free, W, [0, t])
    assert np.abs(around.final.values - exact).max() > 0.05
    assert around.final.norm == pytest.approx(1)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            {"W": np.ones((4, 4))},
            TypeError,
            "`W` must be a WignerFunction, but is a nd",
        ),
        ({"tlist": [0, 1, 1]}, ValueError, "`tlist` must increase strictly"),
        ({"tlist": [[0, 1]]}, ValueError, r"`tlist` must have shape \(t,\)"),
        ({"mass": 0}, ValueError, "`mass` must be positive"),
        ({"order_hbar": -1}, ValueError, "`order_hbar` must be at least 0"),
        ({"order_hbar": 1.0}, TypeError, "`order_hbar` must be an integer"),
        ({"time_order": 3}, ValueError, "`time_order` must be 2 or 4, but is 3"),
        ({"step": 0}, ValueError, "`step` must be positive"),
        ({"tol": -1}, ValueError, "`tol` must be positive"),
        ({"padding": -0.1}, ValueError, "`padding` must not be negative"),
        ({"padding": "periodic"}, TypeError, "`padding` must be a number"),
        ({"channels": ["D"]}, TypeError, r"channels\[0\] is a str"),
        ({"potential": 3}, TypeError, "`potential` must be a potential or a function"),
        ({"potential": lambda x: x / 0}, ValueError, "`potential` must be finite"),
        (
            {"step": 1e3, "tlist": [0, 1e3]},
            ValueError,
            "`step` must be so short that W stays",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_refusals(grid, change, error, message):
    arguments = {"potential": QUARTIC, "W": packet(grid), "tlist": [0, 0.1]}
    with pytest.raises(error, match=message):
        propagate(**(arguments | change))


def test_truncations_that_run_away_do_not_ask_for_finer_grids_alone():
    """tanh(3x) has poles at ±iπ/6, so that its series diverges on a wide packet."""
    grid = PhaseSpaceGrid.centered(6, 6, (96, 96))
    steep = NetworkPotential([3.0], [0.2], [0.6], confinement=Polynomial([0, 0, 0.5]))
    with pytest.warns(GridWarning, match=r"series cut at ħ\^2.*`order_hbar`"):
        propagate(steep, packet(grid, 1.0, a=1.0), [0, 1], order_hbar=1, tol=1e-4)


@pytest.mark.parametrize("step", [None, 0.05])
@pytest.mark.parametrize(
    ("potential", "message"),
    [
        (lambda x, t: x**2 * (1 if t < 0.2 else np.nan), r"be finite.*, t = 0\.[2-4]"),
        (
            Kicked(QUARTIC, lambda x: 1 / np.maximum(x, 0), 0.3),
            r"kicks.*, t = 0\.3",
        ),
    ],
    ids=["later", "in a kick"],
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_potentials_that_fail_on_the_way_are_refused(grid, potential, message, step):
    with pytest.raises(ValueError, match=f"`potential` must .*{message}"):
        propagate(potential, packet(grid), [0, 0.4], step=step, tol=1e-3)


def test_kinks_go_with_the_liouville_equation_in_steps_of_second_order(grid):
    """Characteristics in U = x²/2 + |x| are circles about ∓1; here all x > 0."""
    kinks = [0.0, 0.0], [1.0, 1.0], "relu", Polynomial([0, 0, 0.5])
    valley = NetworkPotential([1.0, -1.0], *kinks)
    W = packet(grid, 2.5, a=0.5)
    moved = propagate(valley, W, [0, 0.3], order_hbar=0, time_order=2, tol=1e-5)
    mean = [3.5 * np.cos(0.3) - 1, -3.5 * np.sin(0.3)]
    np.testing.assert_allclose(moved.final.mean, mean, atol=1e-5)
    with pytest.raises(ValueError, match="order_hbar=0 with time_order=2"):
        propagate(valley, W, [0, 0.3], order_hbar=0)


def test_an_uneven_grid_is_refused(grid):
    uneven = PhaseSpaceGrid(np.sinh(grid.x / 2), grid.p, HBAR)
    with pytest.raises(ValueError, match=r"`W.grid` must have evenly spaced axes"):
        propagate(QUARTIC, packet(uneven), [0, 1])


def test_a_state_off_its_grid_is_refused(grid):
    with pytest.raises(ValueError, match=r"`W` must fit its grid, but holds 0\.\d+ of"):
        propagate(QUARTIC, packet(grid, 4.8), [0, 1])


def test_steps_that_kick_across_half_the_box_are_refused():
    """Forces near 220 of a steep wall take p over half the box in the given step."""
    grid = PhaseSpaceGrid.centered(4, 12, (64, 128), hbar=1.0)
    steep = Polynomial([0, 0, 0.5, 0, 0, 0, 2.0])
    W = packet(grid, 1.0, 0, a=0.25)
    with pytest.raises(ValueError, match=r"`step` must be so short"):
        propagate(steep, W, [0, 1], step=0.1)


def test_tolerances_out_of_reach_are_told(grid):
    with pytest.raises(ConvergenceError, match=r"steps of .* would be needed"):
        propagate(DoubleWell(1e9, 1.0), packet(grid), [0, 1e3], tol=1e-12)


@pytest.mark.parametrize(("order", "points"), [(2, 24), (9, 512)])
def test_orders_beyond_the_bandwidth_are_refused(order, points):
    """θ^{2s+1} lifts what 24 points miss of the packet, and rounding on 512."""
    grid = PhaseSpaceGrid.centered(6, 8, (64, points), hbar=HBAR)
    U = NetworkPotential([1.0], [0.2], [1.0], "logcosh")
    with pytest.raises(ValueError, match=f"`order_hbar` must not be {order} on this g"):
        propagate(U, packet(grid, 0.5), [0, 0.1], order_hbar=order)
