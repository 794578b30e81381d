"""Levels of a chip's registers, coarse grids of them, and networks rounded to them."""

import numpy as np
import pytest

from oqnn.spiking.hardware.model import HardwareModel
from oqnn.spiking.hardware.quantisation import quantise, saturation
from oqnn.spiking.hardware.rounding import coarsen, grid_of_step, hold, to_levels
from oqnn.spiking.sampling.machine import two_layer

RNG = np.random.default_rng(81)
MACHINE = two_layer(3, 5, dense_visible=True, scale=1.3, seed=4)
SIX_BIT = HardwareModel.six_bit(weight_range=6.3)  # steps of 0.1


def test_a_level_is_the_nearest_multiple_of_the_step():
    """|x - level·step| ≤ step/2, and level·step is again of that level."""
    values = RNG.normal(scale=5, size=(40, 7)) + 0.3
    levels = to_levels(values, 0.17)
    assert (levels == np.round(levels)).all()
    assert np.abs(values - 0.17 * levels).max() <= 0.085
    np.testing.assert_array_equal(to_levels(0.17 * levels, 0.17), levels)
    ties = np.array([0.5, 1.5, -2.5, -3.5])
    np.testing.assert_array_equal(to_levels(ties, 1.0), [0, 2, -2, -4])


@pytest.mark.parametrize("step", [1, 2, 4, 8, 16, 32, 64])
def test_a_coarse_grid_has_the_published_number_of_levels(step):
    """128/Δw + 1 levels, symmetric, the edges one below a multiple; 127 for Δw = 1."""
    grid = grid_of_step(step, 63)
    assert len(grid) == (127 if step == 1 else 128 // step + 1)
    assert grid[-1] == 63
    np.testing.assert_array_equal(grid, -grid[::-1])
    np.testing.assert_array_equal(grid[1:-1] % step, 0)
    np.testing.assert_array_equal(np.diff(grid)[1:-1], step)


@pytest.mark.parametrize("step", [1, 2, 8, 64])
def test_coarse_levels_are_the_nearest_of_their_grid(step):
    levels = np.arange(-63, 64).reshape(127, 1)
    coarse = coarsen(levels, step, 63)
    distances = np.abs(levels - grid_of_step(step, 63))
    np.testing.assert_array_equal(np.abs(coarse - levels)[:, 0], distances.min(axis=1))
    assert np.isin(coarse, grid_of_step(step, 63)).all()
    np.testing.assert_array_equal(coarse, -coarse[::-1])


def test_ties_between_coarse_levels_do_not_shrink_weights():
    """Odd levels lie between two even ones; as many go up as down."""
    levels = np.arange(1, 61, 2)
    shifts = coarsen(levels, 2, 63) - levels
    assert np.abs(shifts).max() == 1
    assert shifts.sum() == 0


def test_held_values_saturate_at_the_range():
    held = hold(
        np.array([-9.0, -6.26, 0.24, 6.34, 7.0]), 6.3, 63, name="w", saturates=True
    )
    np.testing.assert_allclose(held, [-6.3, -6.3, 0.2, 6.3, 6.3], rtol=1e-14)


def test_a_quantised_machine_holds_rounded_parameters():
    quantised = quantise(MACHINE, SIX_BIT)
    np.testing.assert_allclose(
        quantised.edge_weights, np.round(MACHINE.edge_weights * 10) / 10, atol=1e-14
    )
    step = 24 / 511
    np.testing.assert_allclose(
        quantised.biases, np.round(MACHINE.biases / step) * step, atol=1e-13
    )
    assert quantised.n_visible == MACHINE.n_visible
    np.testing.assert_array_equal(quantised.mask, MACHINE.mask)
    again = quantise(quantised, SIX_BIT)
    np.testing.assert_array_equal(again.weights, quantised.weights)
    np.testing.assert_array_equal(again.biases, quantised.biases)


def test_a_chip_of_full_precision_changes_nothing():
    assert quantise(MACHINE, HardwareModel()) is MACHINE
    only_biases = quantise(MACHINE, HardwareModel(bias_bits=10))
    np.testing.assert_array_equal(only_biases.weights, MACHINE.weights)
    assert (only_biases.biases != MACHINE.biases).all()


def test_saturated_parameters_are_counted():
    weights = np.zeros(18)
    weights[[2, 7, 11]] = 6.34, -6.36, 400.0
    biases = np.linspace(-25, 25, 8)
    count = saturation(MACHINE.with_parameters(weights, biases), SIX_BIT)
    assert (count.weights, count.n_weights, count.biases, count.n_biases) == (
        *(2, 18),
        *(2, 8),
    )
    assert "2 of 18 weights, 2 of 8 biases" in str(count)
    assert saturation(MACHINE, HardwareModel()).weights == 0


def test_parameters_beyond_the_range_are_refused_unless_they_saturate():
    machine = MACHINE.with_parameters(np.linspace(-5, 5, 18), np.zeros(8))
    with pytest.raises(ValueError, match=r"`weights` must lie within ±4,.* 4 of 18"):
        quantise(machine, HardwareModel(weight_bits=6))
    machine = MACHINE.with_parameters(np.zeros(18), np.linspace(-1, 3, 8))
    with pytest.raises(ValueError, match=r"`biases` must lie within ±2,.* largest 3\."):
        quantise(machine, HardwareModel(bias_bits=5, bias_range=2.0))


def test_steps_that_do_not_divide_the_range_are_refused():
    with pytest.raises(ValueError, match=r"`step` must divide 64.* but is 3"):
        grid_of_step(3, 63)
