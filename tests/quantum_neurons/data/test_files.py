"""MNIST and USPS from files written here, in their true formats."""

import bz2
import gzip
import struct

import numpy as np
import pytest

from oqnn.quantum_neurons import (
    load_mnist,
    load_usps,
)
from oqnn.quantum_neurons.data.mnist import read_idx
from oqnn.quantum_neurons.data.usps import read_svm_text


def write_idx(path, values):
    """Unsigned bytes after their header; packed if the name ends so."""
    head = struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape)
    content = head + values.astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


@pytest.fixture
def mnist(tmp_path):
    """Six and four images, each with one full and one half pixel, half of it packed."""
    for part, labels, end in (("train", [3, 8, 3, 1, 8, 8], ""), ("t10k", [8] * 4, "")):
        images = np.zeros((len(labels), 28, 28))
        images[np.arange(len(labels)), labels, 5] = 255
        images[:, 20, 7] = 51
        write_idx(tmp_path / f"{part}-images-idx3-ubyte.gz", images)
        write_idx(tmp_path / f"{part}-labels-idx1-ubyte{end}", np.array(labels))
    return tmp_path


def test_mnist_pixels_and_labels(mnist):
    """Full pixels fire always, empty ones never, those of 51/255 at a rate of 0.2."""
    train, test = load_mnist(mnist, classes=(8, 3), steps=400, seed=1)
    np.testing.assert_array_equal(train.labels, [1, 0, 1, 0, 0])
    np.testing.assert_array_equal(test.labels, [0] * 4)
    for data in (train, test):
        spikes = data.inputs.reshape(-1, 400, 28, 28)
        rows = np.array([8, 3])[data.labels]
        assert spikes[np.arange(len(rows)), :, rows, 5].all()
        rate = spikes[:, :, 20, 7].mean()
        error = np.sqrt(0.2 * 0.8 / (400 * len(rows)))
        assert abs(rate - 0.2) < 5 * error
        assert (spikes.any(axis=1).sum(axis=(1, 2)) == 2).all()


def test_limits_take_the_first(mnist):
    train, test = load_mnist(mnist, classes=(3, 8), steps=1, seed=1, limit=2)
    np.testing.assert_array_equal(train.labels, [0, 1])
    assert test.n_samples == 2
    with pytest.raises(ValueError, match="`limit` must be at least 1"):
        load_mnist(mnist, seed=0, limit=0)


def write_halves(folder):
    """The same grey images in both parts of MNIST and of USPS."""
    for part in ("train", "t10k"):
        write_idx(folder / f"{part}-images-idx3-ubyte", np.full((30, 28, 28), 102))
        write_idx(folder / f"{part}-labels-idx1-ubyte", np.arange(30) % 2)
    for name in ("usps", "usps.t"):
        write_svm(folder / name, np.full((30, 256), -0.2), 1 + np.arange(30) % 2)


@pytest.mark.parametrize("load", [load_mnist, load_usps])
def test_parts_are_drawn_apart_with_the_gain(tmp_path, load):
    """Intensity 0.4 and gain 1/2 give rates 0.2; equal images, other spikes."""
    write_halves(tmp_path)
    train, test = load(tmp_path, classes=(0, 1), steps=3, seed=5, gain=0.5)
    assert (train.inputs != test.inputs).any()
    for part in (train, test):
        error = np.sqrt(0.2 * 0.8 / part.inputs.size)
        assert abs(part.activity - 0.2) < 5 * error


def test_images_of_another_size_are_refused(mnist):
    write_idx(mnist / "t10k-images-idx3-ubyte.gz", np.zeros((4, 28, 27)))
    with pytest.raises(ValueError, match=r"28 × 28 pixels, .* \(28, 27\)"):
        load_mnist(mnist, seed=0)


def test_idx_keeps_the_order_of_axes(tmp_path):
    values = np.arange(2 * 3 * 5).reshape(2, 3, 5)
    write_idx(tmp_path / "a", values)
    np.testing.assert_array_equal(read_idx(tmp_path / "a"), values)


def test_absent_files_are_named(tmp_path, mnist):
    with pytest.raises(FileNotFoundError, match=r"none is not\. MNIST is published"):
        load_mnist(tmp_path / "none", seed=0)
    (mnist / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(FileNotFoundError, match="must hold t10k-labels-idx1-ubyte or"):
        load_mnist(mnist, seed=0)
    with pytest.raises(TypeError, match="`folder` must be a path"):
        load_mnist(3, seed=0)


def test_digits_that_are_not_there_are_named(mnist):
    with pytest.raises(ValueError, match=r"must hold digits \(5, 6\), but has none"):
        load_mnist(mnist, classes=(5, 6), seed=0)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "must be an IDX file"),
        (b"\0\0\x0d\x01\0\0\0\x01\0\0\0\0", "begins with 00 00 0d 01"),
        (b"\0\0\x08\x03\0\0\0\x01", "ends within it"),
        (b"\0\0\x08\x01\0\0\0\x05abcd", r"must hold 5 values of shape \(5,\).*holds 4"),
        (b"\0\0\x08\x01\0\0\0\x01ab", "must hold 1 values"),
        (b"\0\0\x08\x01\0\0\0\x00", "must hold 0 values"),
    ],
)
def test_damaged_idx_files_are_refused(tmp_path, content, match):
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=match):
        read_idx(path)


def test_damaged_packing_is_refused(mnist):
    path = mnist / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ValueError, match=r"must be a whole \.gz file"):
        load_mnist(mnist, seed=0)


@pytest.mark.parametrize(
    ("name", "values", "match"),
    [
        ("train-labels-idx1-ubyte", np.zeros(5), "6 images and 5 labels"),
        ("train-labels-idx1-ubyte", np.zeros((6, 2)), "must hold 1 axes, but holds 2"),
        ("train-labels-idx1-ubyte", np.full(6, 11), "digits 0 to 9, but holds 11"),
    ],
)
def test_parts_that_do_not_match_are_refused(mnist, name, values, match):
    write_idx(mnist / name, values)
    with pytest.raises(ValueError, match=match):
        load_mnist(mnist, seed=0)


def write_svm(path, grey, labels):
    """Zeros are left out, as in the published files."""
    lines = []
    for row, label in zip(grey, labels, strict=True):
        pairs = [f"{i + 1}:{v:.6g}" for i, v in enumerate(row) if v]
        lines.append(f"{label} {' '.join(pairs)} \n")
    content = "".join(lines).encode()
    path.write_bytes(bz2.compress(content) if path.suffix == ".bz2" else content)


def test_usps_levels_and_labels(tmp_path):
    """Label k stands for the digit k − 1; −1 is empty, 1 full, 0 half."""
    grey = np.full((3, 256), -1.0)
    grey[[0, 1, 2], [0, 100, 255]] = 1
    grey[:, 30] = 0
    write_svm(tmp_path / "usps.bz2", grey, [10, 1, 10])
    write_svm(tmp_path / "usps.t", grey[1:], [1, 10])
    train, test = load_usps(tmp_path, classes=(0, 9), steps=600, seed=2)
    np.testing.assert_array_equal(train.labels, [1, 0, 1])
    np.testing.assert_array_equal(test.labels, [0, 1])
    rates = train.inputs.mean(axis=1)
    np.testing.assert_array_equal(rates[[0, 1, 2], [0, 100, 255]], 1)
    assert np.abs(rates[:, 30] - 0.5).max() < 5 * np.sqrt(0.25 / 600)
    assert (np.count_nonzero(rates, axis=1) == 2).all()


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("", "must hold digits, but is empty"),
        ("1 1:0.5\n2 2:a\n", "line 2 does not read so"),
        ("1 257:0.5\n", "line 1 does not read so"),
        ("1 0:0.5\n", "line 1 does not read so"),
        ("11 1:0.5\n", "line 1 does not read so"),
        ("3.7 1:0.5\n", "line 1 does not read so"),
        ("inf 1:0.5\n", "line 1 does not read so"),
        ("3 2:0.5 2:0.7\n", r"line 1 does not read so \(places must rise\)"),
        ("1\n", "line 1 does not read so"),
        ("1 1:2.5\n", "grey levels from -1 to 1, but has 0 to 2.5"),
        ("1 1:nan\n", "grey levels from -1 to 1"),
        ("Ä", "must be a text file"),
    ],
)
def test_damaged_text_is_refused(tmp_path, content, match):
    path = tmp_path / "usps"
    path.write_text(content, encoding="utf8")
    with pytest.raises(ValueError, match=match):
        read_svm_text(path)


def test_absent_usps_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"usps or usps.bz2.*LIBSVM collection"):
        load_usps(tmp_path, seed=0)
