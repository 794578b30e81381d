"""Digits at rest and digits that move."""

import sys

import numpy as np
import pytest
from sklearn.datasets import load_digits

from oqnn._core.seeds import rng_from
from oqnn.quantum_neurons import (
    SpikeData,
    digits,
    event_camera,
    moving_digits,
)
from oqnn.quantum_neurons.data.moving import moved, random_paths


def test_mean_spikes_are_the_mean_images():
    """Over all samples of a class in both parts, within 5 standard errors."""
    steps = 6
    train, test = digits(classes=(7, 2), steps=steps, seed=4)
    images, digit_of = load_digits(return_X_y=True)
    assert train.classes == ("7", "2")
    for label, digit in enumerate((7, 2)):
        x = images[digit_of == digit] / 16
        parts = [part.inputs[part.labels == label] for part in (train, test)]
        spikes = np.concatenate(parts)
        assert spikes.shape == (len(x), steps, 64)
        error = np.sqrt((x * (1 - x)).sum(axis=0) / steps) / len(x)
        gap = np.abs(spikes.mean(axis=(0, 1)) - x.mean(axis=0))
        assert (gap <= 5 * error + 1e-12).all()


def test_all_ten_classes_by_default():
    train, test = digits(steps=1, seed=0, test_share=0.2)
    assert train.classes == tuple("0123456789")
    assert train.n_samples + test.n_samples == 1797
    counts = np.bincount(load_digits().target)
    np.testing.assert_array_equal(np.bincount(test.labels), np.round(0.2 * counts))


def test_gain_and_seed():
    full, half, again, other = (
        digits(classes=(0, 1), steps=2, seed=s, gain=g)[0]
        for s, g in ((1, 1.0), (1, 0.5), (1, 1.0), (2, 1.0))
    )
    np.testing.assert_array_equal(full.inputs, again.inputs)
    assert not np.array_equal(full.inputs, other.inputs)
    assert half.activity == pytest.approx(full.activity / 2, rel=0.02)


def test_whole_pixel_moves_are_exact():
    image = np.arange(1.0, 10.0).reshape(1, 3, 3)
    frames = moved(image, np.array([[[0, 0], [2, 1], [-1, 3]]]), 5)
    expected = np.zeros((3, 5, 5))
    expected[0, :3, :3] = image
    expected[1, 2:, 1:4] = image
    expected[2, :2, 3:] = image[0, 1:, :2]
    np.testing.assert_array_equal(frames[0], expected)


def test_moves_by_fractions_are_bilinear_and_keep_the_light():
    """A shift by f mixes neighbours as (1 − f) and f along each axis; inside of the
    view the sum of all pixels stays, and their centre moves by the shift."""
    image = np.random.default_rng(2).random((1, 3, 3))
    at = np.array([1.3, 0.6])
    frame = moved(image, at[None, None], 6)[0, 0]
    whole = np.zeros((6, 6))
    whole[1:4, :3] = image
    down, right = np.roll(whole, 1, axis=0), np.roll(whole, 1, axis=1)
    both = np.roll(down, 1, axis=1)
    mixed = 0.7 * (0.4 * whole + 0.6 * right) + 0.3 * (0.4 * down + 0.6 * both)
    np.testing.assert_allclose(frame, mixed, rtol=0, atol=1e-14)
    assert frame.sum() == pytest.approx(image.sum(), rel=1e-13)
    grid, own = np.arange(6), np.arange(3)
    for axis, shift in ((1, at[0]), (0, at[1])):
        centre = frame.sum(axis=axis) @ grid / frame.sum()
        before = image[0].sum(axis=axis) @ own / image.sum()
        assert centre - before == pytest.approx(shift, abs=1e-13)


def test_paths_are_smooth_and_reach_the_border():
    rng = np.random.default_rng(5)
    paths = random_paths(40, 61, turns=1.0, reach=2.5, rng=rng)
    np.testing.assert_allclose(np.abs(paths).max(axis=1), 2.5, rtol=1e-13)
    np.testing.assert_allclose(paths[:, 0], paths[:, -1], rtol=0, atol=1e-12)
    # two harmonics: no acceleration beyond (1 + 4/2) (2π/60)² times 2.5 over the least
    # largest value 1/2 of cos + a cos 2
    assert np.abs(np.diff(paths, n=2, axis=1)).max() < 3 * (2 * np.pi / 60) ** 2 * 5
    assert np.unique(paths[:, 0, 0]).size == 40


def test_paths_turn_as_often_as_asked():
    """Two turns are one path gone round twice, and x is not y."""
    rng = np.random.default_rng(5)
    paths = random_paths(6, 41, turns=2.0, reach=2.5, rng=rng)
    np.testing.assert_allclose(paths[:, :21], paths[:, 20:], rtol=0, atol=1e-12)
    assert (np.abs(paths[:, 0] - paths[:, 10]).max(axis=1) > 0.1).all()
    once = random_paths(6, 21, turns=1.0, reach=2.5, rng=np.random.default_rng(5))
    np.testing.assert_allclose(paths[:, :21], once, rtol=0, atol=1e-12)
    # not on the diagonal of the view: x and y have phases of their own
    x, y = np.moveaxis(once - once.mean(axis=1, keepdims=True), -1, 0)
    overlap = (x * y).sum(axis=1) ** 2 / ((x**2).sum(axis=1) * (y**2).sum(axis=1))
    assert overlap.min() < 0.5


def test_a_stream_is_the_camera_before_every_digit_on_its_own_path():
    """Events of all samples, ON then OFF, drawn and filmed again in one go."""
    steps, size, threshold, turns = 3, 10, 0.4, 0.7
    chosen = {"classes": (1, 0), "steps": steps, "seed": 6, "size": size}
    parts = moving_digits(**chosen, threshold=threshold, turns=turns)
    images, digit_of = load_digits(return_X_y=True)
    images = images[digit_of < 2].reshape(-1, 8, 8) / 16
    rng = rng_from(6, "paths")
    paths = random_paths(len(images), steps + 1, turns=turns, reach=1.0, rng=rng)
    events = event_camera(moved(images, paths + 1.0, size), threshold)
    labels = 1 - digit_of[digit_of < 2]
    events = events.reshape(len(images), steps, 2 * size**2)
    whole = SpikeData(inputs=events, labels=labels, classes=("1", "0"))
    for part, expected in zip(parts, whole.split(0.25, seed=6), strict=True):
        np.testing.assert_array_equal(part.inputs, expected.inputs)
        np.testing.assert_array_equal(part.labels, expected.labels)


def test_events_are_those_of_the_moved_images():
    """Summed over a closed path the signed events cancel but for a threshold: at the
    end every pixel's brightness is what it was at first."""
    image = load_digits().images[:6] / 16
    rng = np.random.default_rng(0)
    paths = random_paths(6, 17, turns=1.0, reach=2.0, rng=rng)
    frames = moved(image, paths + 2.0, 12)
    np.testing.assert_allclose(frames[:, 0], frames[:, -1], rtol=0, atol=1e-12)
    assert event_camera(frames, 0.25).mean() > 0.02


def test_stream_of_moving_digits():
    train, test = moving_digits(classes=(4, 9), steps=5, seed=2, size=10)
    assert train.inputs.shape[1:] == (5, 200)
    assert train.classes == ("4", "9")
    assert train.n_samples + test.n_samples == 181 + 180
    on, off = train.inputs[..., :100], train.inputs[..., 100:]
    assert not (on & off).any()
    assert on.mean() == pytest.approx(off.mean(), rel=0.1)
    assert 0.02 < train.activity < 0.3
    again = moving_digits(classes=(4, 9), steps=5, seed=2, size=10)[0]
    np.testing.assert_array_equal(train.inputs, again.inputs)
    other = moving_digits(classes=(4, 9), steps=5, seed=3, size=10)[0]
    assert not np.array_equal(train.inputs, other.inputs)


def test_absent_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ImportError, match=r"pip install 'oqnn\[data\]'"):
        digits(seed=0)


@pytest.mark.parametrize("stream", [digits, moving_digits])
@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        ({"classes": (3,)}, ValueError, "two or more different digits"),
        ({"classes": (3, 3)}, ValueError, "two or more different digits"),
        ({"classes": (3, 10)}, ValueError, "must be digits 0 to 9, but hold 10"),
        ({"classes": (3, "8")}, TypeError, "`classes` must be an integer"),
        ({"steps": 0}, ValueError, "`steps` must be at least 1"),
        ({"test_share": 1.5}, ValueError, "`share` must lie between"),
        ({"seed": -1}, ValueError, "`seed` must be at least 0"),
    ],
)
def test_odd_choices_are_refused(stream, change, error, match):
    with pytest.raises(error, match=match):
        stream(**({"classes": (3, 8), "steps": 1, "seed": 0} | change))


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"size": 8}, "`size` must be at least 9"),
        ({"threshold": 0.0}, "`threshold` must be positive"),
        ({"turns": -1.0}, "`turns` must be positive"),
    ],
)
def test_odd_views_are_refused(change, match):
    with pytest.raises(ValueError, match=match):
        moving_digits(classes=(3, 8), seed=0, **change)
