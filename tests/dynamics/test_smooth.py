"""Controls that are functions of time."""

import math

import numpy as np
import pytest

from oqnn.dynamics.smooth import SmoothControls

TIMES = np.array([0.0, 0.3, 1.7, 2.0])


@pytest.mark.parametrize(
    "function",
    [
        lambda t: np.stack([np.cos(t), np.sin(t)], axis=-1),
        lambda t: [np.cos(t), np.sin(t)],  # would be (k, s) for arrays
        lambda t: [math.cos(t), math.sin(t)],
        lambda t: np.array([math.cos(t), math.sin(t)]) if t < 9 else [0, 0],
    ],
)
@pytest.mark.parametrize("count", range(5))
def test_functions_of_many_times_or_of_one(function, count):
    """As many times as controls are not mistaken for the controls at one time."""
    found = SmoothControls(function, 2).at(TIMES[:count])
    expected = np.stack([np.cos(TIMES), np.sin(TIMES)], axis=-1)[:count]
    np.testing.assert_allclose(found, expected, rtol=1e-15)


@pytest.mark.parametrize(
    "function",
    [np.cos, math.cos, lambda t: np.cos(t)[..., None], lambda t: [np.cos(t)]],
)
def test_one_control_may_be_a_number(function):
    found = SmoothControls(function, 1).at(TIMES)
    np.testing.assert_allclose(found, np.cos(TIMES)[:, None], rtol=1e-15)


def test_samples_are_limits_from_inside_a_piece():
    """At a jump at 1: −t before and 3 + t from it on."""
    controls = SmoothControls(lambda t: 3.0 + t if t >= 1 else -t, 1, edges=[1.0, 7.0])
    starts, stops = np.array([0.5, 1.0, 1.0]), np.array([1.0, 2.0, 1.0])
    found = controls.samples(starts, stops)[..., 0]
    expected = [[-0.5, 4, 4], [-0.75, 4.5, 4], [-1, 5, 4]]
    np.testing.assert_allclose(found, expected, atol=1e-13)
    np.testing.assert_array_equal(controls.edges(0, 2), [1.0])
    np.testing.assert_array_equal(controls.edges(1.0, 2), [])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((3.0, 1), TypeError, "`function` must be callable, but is a float"),
        ((np.cos, 1.0), TypeError, "`n_controls` must be an integer"),
        ((np.cos, 0), ValueError, "`n_controls` must be at least 1"),
    ],
)
def test_no_controls_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        SmoothControls(*arguments)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda t: np.stack([t, t, t], axis=-1), r"must give 2 controls.*\(3,\)"),
        (lambda t: [1.0, np.nan], r"finite controls, but at t = 0 gives \[ 1\. nan\]"),
        (lambda t: [1.0, 1j], "must give real controls"),
        (lambda t: t, r"must give 2 controls, but at t = 0 gives .* \(\)"),
    ],
)
def test_functions_that_give_no_controls_are_refused(function, message):
    with pytest.raises(ValueError, match=message):
        SmoothControls(function, 2).at(TIMES)


def test_wrong_edges_and_lengths_are_refused():
    with pytest.raises(ValueError, match="`edges` must be finite"):
        SmoothControls(np.cos, 1, edges=[0.0, np.inf])
    with pytest.raises(ValueError, match="`shortest` must be positive, but is -1"):
        SmoothControls(np.cos, 1, shortest=-1.0)
    with pytest.raises(ValueError, match=r"`times` must have shape \(s,\)"):
        SmoothControls(np.cos, 1).at(1.0)
