"""The camera of changes: what physics asks of it."""

import numpy as np
import pytest

from oqnn.quantum_neurons import event_camera
from oqnn.quantum_neurons.data.camera import event_counts


@pytest.fixture
def frames():
    """Brightness of two views of 4 × 5 pixels, wandering with steps of all sizes."""
    rng = np.random.default_rng(7)
    return np.cumsum(rng.normal(0, 0.4, (2, 30, 4, 5)), axis=1)


def slowly(frames, threshold):
    """The same camera, one pixel and one event at a time."""
    counts = np.zeros((len(frames) - 1, *frames.shape[1:]), dtype=int)
    for i, j in np.ndindex(frames.shape[1:]):
        reference = frames[0, i, j]
        for f in range(1, len(frames)):
            while frames[f, i, j] - reference >= threshold:
                reference += threshold
                counts[f - 1, i, j] += 1
            while reference - frames[f, i, j] >= threshold:
                reference -= threshold
                counts[f - 1, i, j] -= 1
    return counts


def test_counts_are_those_of_one_event_at_a_time(frames):
    counts = event_counts(frames, 0.23)
    for view in range(2):
        np.testing.assert_array_equal(counts[view], slowly(frames[view], 0.23))


def test_ramp_fires_at_its_crossings():
    """Brightness b = c·t fires ⌊c·t/θ⌋ events until t; the mirror image OFF ones."""
    t = np.arange(40)
    ramp = (0.37 * t).reshape(-1, 1, 1)
    expected = np.diff(np.floor(0.37 * t / 1.1))
    np.testing.assert_array_equal(event_counts(ramp, 1.1).ravel(), expected)
    np.testing.assert_array_equal(event_counts(-ramp, 1.1).ravel(), -expected)


def test_a_change_of_exactly_the_threshold_fires():
    """0.3 − 0.2 falls short of 0.1 by rounding, and still is an event."""
    frames = np.array([0.2, 0.3, 0.3 - 0.1]).reshape(3, 1, 1)
    np.testing.assert_array_equal(event_counts(frames, 0.1).ravel(), [1, -1])


def test_no_motion_gives_no_events():
    still = np.broadcast_to(np.random.default_rng(0).random((3, 4)), (6, 3, 4))
    assert not event_camera(still, 1e-3).any()


def test_reversed_time_swaps_on_and_off():
    """Where every change is a multiple of θ, references follow exactly and nothing is
    remembered: frames backwards give the events backwards with signs swapped."""
    rng = np.random.default_rng(3)
    frames = 0.25 * np.cumsum(rng.integers(-2, 3, (12, 3, 4)), axis=0)
    forward, backward = (event_camera(f, 0.25) for f in (frames, frames[::-1]))
    assert forward.any()
    np.testing.assert_array_equal(backward, forward[::-1, ::-1])


def test_a_common_brightness_is_not_seen(frames):
    np.testing.assert_array_equal(
        event_counts(frames + 5.0, 0.23), event_counts(frames, 0.23)
    )


def test_signed_events_follow_the_change_within_a_threshold(frames):
    """|b(t) − b(0) − θ Σ k| < θ at every frame and pixel; and θ Σ|k| is at most the
    total variation of b."""
    threshold = 0.23
    counts = event_counts(frames, threshold)
    change = frames[:, 1:] - frames[:, :1]
    assert (np.abs(change - threshold * counts.cumsum(axis=1)) < threshold).all()
    variation = np.abs(np.diff(frames, axis=1)).sum(axis=1)
    assert (threshold * np.abs(counts).sum(axis=1) <= variation + 1e-9).all()


def test_shifted_frames_give_shifted_events(frames):
    moved = np.roll(frames, (1, -2), axis=(-2, -1))
    expected = np.roll(event_camera(frames, 0.23), (1, -2), axis=(-2, -1))
    np.testing.assert_array_equal(event_camera(moved, 0.23), expected)


def test_spikes_are_signs_of_counts(frames):
    spikes, counts = event_camera(frames, 0.23), event_counts(frames, 0.23)
    assert spikes.dtype == np.uint8
    assert np.abs(counts).max() > 1
    np.testing.assert_array_equal(
        spikes[..., 0, :, :].astype(int) - spikes[..., 1, :, :], np.sign(counts)
    )
    assert spikes.sum(axis=-3).max() == 1


def test_frames_are_left_as_they_are(frames):
    before = frames.copy()
    event_counts(frames, 0.23)
    np.testing.assert_array_equal(frames, before)


@pytest.mark.parametrize(
    ("frames", "threshold", "match"),
    [
        (np.zeros((1, 2, 2)), 0.1, "two frames or more"),
        (np.zeros((2, 2)), 0.1, r"shape \(..., F, h, w\)"),
        (np.full((3, 1, 1), np.nan), 0.1, "`frames` must be finite"),
        (np.zeros((2, 1, 1)), 0.0, "`threshold` must be positive"),
    ],
)
def test_odd_frames_are_refused(frames, threshold, match):
    with pytest.raises(ValueError, match=match):
        event_camera(frames, threshold)
