"""Labelled spikes: what they hold, splits and batches."""

import numpy as np
import pytest

from oqnn.quantum_neurons import SpikeData


@pytest.fixture
def data():
    """Thirteen samples of three classes; each sample's spikes spell its number."""
    numbers = np.arange(13)
    inputs = ((numbers[:, None] >> np.arange(8)) & 1).reshape(13, 2, 4)
    labels = np.array([0, 1, 2, 0, 0, 1, 2, 2, 0, 2, 1, 0, 0])
    return SpikeData(inputs=inputs, labels=labels, classes=("a", "b", "c"))


def spelled(data):
    return data.inputs.reshape(len(data.inputs), -1) @ (1 << np.arange(8))


def test_sizes_and_activity(data):
    assert (data.n_samples, data.n_steps, data.n_inputs) == (13, 2, 4)
    assert data.inputs.dtype == np.uint8
    assert data.labels.dtype == np.int64
    ones = sum(bin(number).count("1") for number in range(13))
    assert data.activity == pytest.approx(ones / (13 * 8), rel=1e-12)


def test_subset_keeps_samples_with_their_labels(data):
    part = data.subset([7, 2, 2])
    np.testing.assert_array_equal(spelled(part), [7, 2, 2])
    np.testing.assert_array_equal(part.labels, data.labels[[7, 2, 2]])
    assert part.classes == data.classes


def test_split_is_a_partition_with_shares_of_each_class(data):
    """Classes of 6, 3, 4 samples give round(c/3) = 2, 1, 1 to the second part."""
    kept, away = data.split(1 / 3, seed=5)
    both = np.concatenate([spelled(kept), spelled(away)])
    np.testing.assert_array_equal(np.sort(both), np.arange(13))
    np.testing.assert_array_equal(np.bincount(away.labels), [2, 1, 1])
    for part in (kept, away):
        np.testing.assert_array_equal(part.labels, data.labels[spelled(part)])


def test_split_follows_from_the_seed(data):
    first, again, other = (spelled(data.split(0.5, seed=s)[1]) for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(("share", "taken"), [(0.01, 1), (0.99, 5)])
def test_no_part_of_a_split_lacks_a_class(data, share, taken):
    kept, away = data.split(share, seed=0)
    assert np.bincount(away.labels)[0] == taken
    assert np.bincount(kept.labels).min() >= 1


def test_batches_go_once_through_all_samples(data):
    sizes, numbers, labels = [], [], []
    for inputs, own in data.batches(5, seed=3):
        assert inputs.shape == (2, len(own), 4)
        sizes.append(len(own))
        samples = inputs.swapaxes(0, 1).reshape(len(own), -1)
        numbers += (samples @ (1 << np.arange(8))).tolist()
        labels += own.tolist()
    assert sizes == [5, 5, 3]
    assert sorted(numbers) == list(range(13))
    assert numbers != sorted(numbers)
    np.testing.assert_array_equal(labels, data.labels[numbers])


ONE = np.zeros((2, 3, 4), dtype=np.uint8)


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        ({"inputs": ONE[0]}, ValueError, r"`inputs` must have shape \(S, T, n\)"),
        ({"inputs": ONE[:, :0]}, ValueError, "none of them"),
        ({"inputs": ONE + 2}, ValueError, "`inputs` must hold spikes 0 or 1"),
        ({"inputs": ONE + 0.5}, ValueError, "`inputs` must hold spikes 0 or 1"),
        ({"inputs": ONE * np.nan}, ValueError, "`inputs` must hold spikes 0 or 1"),
        ({"labels": [0.0, 1.0]}, TypeError, "`labels` must be integers"),
        ({"labels": [0, 1, 1]}, ValueError, r"`labels` must have shape \(2,\)"),
        ({"labels": [0, 2]}, ValueError, "`labels` must lie in 0 to 1"),
        ({"labels": [-1, 0]}, ValueError, "`labels` must lie in 0 to 1"),
        ({"classes": ("a", "a")}, ValueError, "`classes` must have names of their own"),
    ],
)
def test_odd_data_are_refused(change, error, match):
    good = {"inputs": ONE, "labels": [0, 1], "classes": ("a", "b")}
    with pytest.raises(error, match=match):
        SpikeData(**(good | change))


@pytest.mark.parametrize(
    ("places", "error", "match"),
    [
        ([0.5], TypeError, "`places` must be integers"),
        (np.zeros(0, dtype=int), ValueError, "`places` must be a row"),
        ([0, 13], ValueError, "`places` must lie in 0 to 12"),
        ([-1], ValueError, "`places` must lie in 0 to 12"),
    ],
)
def test_odd_places_are_refused(data, places, error, match):
    with pytest.raises(error, match=match):
        data.subset(places)


@pytest.mark.parametrize("share", [0.0, 1.0, np.nan])
def test_a_share_outside_is_refused(data, share):
    with pytest.raises(ValueError, match="`share` must lie between 0 and 1"):
        data.split(share, seed=0)


def test_a_class_of_one_sample_cannot_be_split(data):
    with pytest.raises(ValueError, match="two samples to split, but 'b' has one"):
        data.subset([0, 1, 2, 3, 6]).split(0.5, seed=0)


def test_empty_batches_are_refused(data):
    with pytest.raises(ValueError, match="`size` must be at least 1"):
        next(data.batches(0, seed=0))
