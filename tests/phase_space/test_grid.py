"""Grids: axes, weights, conjugate axes, refusals."""

import numpy as np
import pytest

from oqnn.phase_space import PhaseSpaceGrid


def test_a_centered_grid_is_one_period():
    grid = PhaseSpaceGrid.centered(3, 5, (12, 8), hbar=0.3)
    assert grid.shape == (12, 8)
    assert grid.is_even
    assert grid.x[0] == -3
    assert grid.x[-1] + grid.dx == pytest.approx(3)
    assert grid.p.size * grid.dp == pytest.approx(10)
    assert grid.hbar == 0.3


def test_conjugate_axes_are_those_of_the_real_transform():
    """∫f e^{−ikx}dx of a wave of wave number k_3 has its peak at index 3."""
    grid = PhaseSpaceGrid.centered(3, 5, (12, 10))
    wave = np.cos(grid.k[3] * grid.x)
    assert np.argmax(np.abs(np.fft.rfft(wave))) == 3
    assert grid.theta[-1] == pytest.approx(np.pi / grid.dp)


def test_weights_integrate_even_and_uneven_axes():
    """Even axes are periods, ∫₀^{2π} sin² = π; uneven ones take trapezoids."""
    x = np.linspace(0, 2 * np.pi, 9, endpoint=False)
    p = np.array([0.0, 0.5, 2.0])
    grid = PhaseSpaceGrid(x, p)
    assert not grid.is_even
    assert grid.weights_x @ np.sin(x) ** 2 == pytest.approx(np.pi, abs=1e-14)
    assert grid.weights_p.tolist() == [0.25, 1.0, 0.75]
    assert grid.weights_p @ (3 * p + 1) == pytest.approx(8)


def test_axes_far_from_the_origin_stay_even():
    assert PhaseSpaceGrid(1e6 + np.linspace(0, 1, 50), np.arange(4.0)).is_even


def test_grids_print_in_a_line():
    grid = PhaseSpaceGrid.centered(8, 6, (64, 48), hbar=0.5)
    shown = "<PhaseSpaceGrid: 64 x 48 on [-8, 7.75] x [-6, 5.75] with hbar 0.5>"
    assert repr(grid) == shown


def test_grids_with_the_same_points_and_hbar_are_equal():
    one, same = (PhaseSpaceGrid.centered(3, 5, (12, 8), hbar=0.3) for _ in range(2))
    assert one == same
    assert hash(one) == hash(same)
    assert one != PhaseSpaceGrid(one.x, one.p, 0.4)
    assert one != PhaseSpaceGrid(one.x, one.p + 1e-9, 0.3)
    assert one != "grid"


@pytest.mark.parametrize("shape", [64, (64,), (64.0, 64)])
def test_what_is_no_pair_of_numbers_of_points_is_refused(shape):
    with pytest.raises(TypeError, match="`shape"):
        PhaseSpaceGrid.centered(1, 1, shape)


def test_axes_are_copied_and_frozen():
    x = np.arange(4.0)
    grid = PhaseSpaceGrid(x, np.arange(3.0))
    x[0] = -9
    assert grid.x[0] == 0
    with pytest.raises(ValueError, match="read-only"):
        grid.x[0] = 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: PhaseSpaceGrid([0, 1], [0]), "`p` must hold at least two points"),
        (lambda: PhaseSpaceGrid([[0, 1]], [0, 1]), r"`x` must have shape \(nx,\)"),
        (lambda: PhaseSpaceGrid([0, 0], [0, 1]), "`x` must increase strictly"),
        (lambda: PhaseSpaceGrid([0, np.nan], [0, 1]), "`x` must be finite"),
        (lambda: PhaseSpaceGrid([0, 1], [0, 1], 0), "`hbar` must be positive"),
        (lambda: PhaseSpaceGrid([0, 1], [0, 1], np.nan), "`hbar` must be positive"),
        (lambda: PhaseSpaceGrid.centered(-1, 1, (4, 4)), "`x_max` must be positive"),
        (
            lambda: PhaseSpaceGrid([0, 1, 3], [0, 1]).check_even("W.grid"),
            "`W.grid` must have evenly spaced axes, but the steps of x lie between 1 a",
        ),
    ],
)
def test_refusals(make, message):
    with pytest.raises(ValueError, match=message):
        make()
