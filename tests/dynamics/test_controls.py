"""Controls as functions of time."""

import numpy as np
import pytest

from oqnn.dynamics import ConstantControls, PiecewiseControls, SampledControls

TIMES = np.array([1.0, 1.3, 2.0])
VALUES = np.array([[0.1, 0.2], [-0.3, 0.4]])


def test_constant_controls_have_no_edges():
    controls = ConstantControls([0.3, -0.2, 0.9])
    assert controls.n_controls == 3
    assert controls.edges(0.0, 100.0).size == 0
    samples = controls.samples(np.array([0.0, 1.0]), np.array([1.0, 7.0]))
    assert samples.shape == (3, 2, 3)
    np.testing.assert_array_equal(samples[2, 1], [0.3, -0.2, 0.9])


def test_piecewise_controls_take_the_slice_of_each_piece():
    controls = PiecewiseControls(TIMES, VALUES)
    assert controls.n_controls == 2
    np.testing.assert_array_equal(controls.edges(1.0, 2.0), [1.3])
    np.testing.assert_array_equal(controls.edges(0.0, 3.0), TIMES)
    starts, stops = np.array([1.0, 1.1, 1.3, 1.9]), np.array([1.1, 1.3, 1.9, 2.0])
    samples = controls.samples(starts, stops)
    for values in samples:
        np.testing.assert_array_equal(values, VALUES[[0, 0, 1, 1]])


def test_cycles_repeat_before_and_after_the_first_one():
    """Period 1 from 1.0: edges at 0.3 + m and m for every integer m."""
    controls = PiecewiseControls(TIMES, VALUES, periodic=True)
    edges = controls.edges(-0.5, 4.2)
    np.testing.assert_allclose(edges, [0, 0.3, 1, 1.3, 2, 2.3, 3, 3.3, 4], atol=1e-12)
    middles = np.array([-0.2, 0.2, 2.1, 2.5, 3.9, 4.1])
    samples = controls.samples(middles - 0.01, middles + 0.01)
    np.testing.assert_array_equal(samples[1], VALUES[[1, 0, 0, 1, 1, 0]])


def quadratic(times):
    """Two different parabolas, shape (t, 2)."""
    return np.stack([1 + 0.5 * times - 2 * times**2, 0.3 - times + times**2], axis=-1)


UNEVEN = np.array([0.0, 0.2, 0.4, 0.7, 1.0, 1.05, 1.1])  # three steps, unequal lengths


def test_samples_of_a_parabola_are_exact_on_any_piece():
    controls = SampledControls(UNEVEN, quadratic(UNEVEN))
    starts = np.array([0.0, 0.1, 0.4, 0.45, 1.0, 1.06])
    stops = np.array([0.4, 0.13, 0.9, 0.5, 1.1, 1.1])
    found = controls.samples(starts, stops)
    for values, times in zip(found, (starts, (starts + stops) / 2, stops), strict=True):
        np.testing.assert_allclose(values, quadratic(times), rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(controls.edges(0.0, 1.1), [0.4, 1.0])


def test_sampled_cycles_repeat():
    controls = SampledControls(UNEVEN, quadratic(UNEVEN), periodic=True)
    starts = np.array([0.05, 0.42, 1.01])
    stops = np.array([0.35, 0.6, 1.08])
    once = controls.samples(starts, stops)
    later = controls.samples(starts + 3.3, stops + 3.3)
    np.testing.assert_allclose(later, once, atol=1e-13)
    np.testing.assert_allclose(
        controls.edges(2.0, 3.5), [2.1, 2.2, 2.6, 3.2, 3.3], rtol=1e-12
    )


def test_end_that_differs_by_rounding_is_not_outside():
    controls = PiecewiseControls([0, 0.1, 0.1 + 0.2], VALUES)
    starts, stops = np.array([0.3]), np.array([0.3 + 4e-16])
    np.testing.assert_array_equal(controls.samples(starts, stops)[1], VALUES[1:])


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (ConstantControls, ["values"]),
        (PiecewiseControls, ["times", "values"]),
        (SampledControls, ["times", "values"]),
    ],
)
def test_controls_do_not_follow_the_arrays_they_were_made_of(kind, names):
    times, values = np.array([0.0, 1, 2]), np.array([[1.0], [2], [3]])
    if kind is ConstantControls:
        values = values[:, 0]
    if kind is PiecewiseControls:
        values = values[:2]
    given = [{"times": times, "values": values}[name] for name in names]
    controls = kind(*given)
    for name, array in zip(names, given, strict=True):
        before = array.copy()
        array += 7
        held = getattr(controls, name)
        np.testing.assert_array_equal(held, before)
        with pytest.raises(ValueError, match="read-only"):
            held += 1


@pytest.mark.parametrize(
    "controls",
    [PiecewiseControls(TIMES, VALUES), SampledControls(UNEVEN + 1, quadratic(UNEVEN))],
)
@pytest.mark.parametrize(("start", "stop"), [(0.5, 0.9), (2.2, 2.4)])
def test_times_outside_are_refused(controls, start, stop):
    with pytest.raises(ValueError, match=r"`controls` must cover .*periodic=True"):
        controls.samples(np.array([start]), np.array([stop]))


@pytest.mark.parametrize(
    ("kind", "arguments", "message"),
    [
        (ConstantControls, (1.0,), r"`values` must have shape \(\*batch, k\)"),
        (ConstantControls, ([[]],), r"hold a control, but has shape \(1, 0\)"),
        (ConstantControls, ([1.0, np.inf],), r"`values` must be finite.*\[1\] = inf"),
        (PiecewiseControls, (1.0, VALUES), r"`times` must have shape \(t,\)"),
        (PiecewiseControls, (TIMES, VALUES[:1]), r"`values` must have shape \(2, k\)"),
        (PiecewiseControls, ([1, 3, 2], VALUES), r"increase.*times\[1\] = 3"),
        (PiecewiseControls, (TIMES, VALUES * np.nan), "`values` must be finite"),
        (SampledControls, (TIMES, VALUES), r"`values` must have shape \(t, k\) .*t=3"),
        (SampledControls, ([0, 2, 1], np.ones((3, 1))), "`times` must increase"),
        (SampledControls, ([0, 1, 2], [[0], [np.nan], [1]]), "`values` must be finite"),
        (SampledControls, ([0, 1], np.ones((2, 1))), "odd number .* but holds 2"),
        (SampledControls, ([0.0], np.ones((1, 1))), "three or more, but holds 1"),
        (SampledControls, ([0, 1, 3], np.ones((3, 1))), "in the middle of its"),
    ],
)
def test_no_controls_are_refused(kind, arguments, message):
    with pytest.raises(ValueError, match=message):
        kind(*arguments)
