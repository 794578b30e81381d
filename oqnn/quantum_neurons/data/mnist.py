"""MNIST from its four published files."""

import struct
from collections.abc import Sequence
from math import prod
from pathlib import Path

import numpy as np

from ..._core.checks import check_integer
from ..._core.seeds import derive_seed
from .digit_data import as_digits
from .folders import as_folder, coded, find_file, read_bytes
from .spike_data import SpikeData

__all__ = ["load_mnist", "read_idx"]

WHAT = (
    "MNIST is published as train-images-idx3-ubyte, train-labels-idx1-ubyte and the "
    "same with t10k, each also as .gz; save the four files in one folder."
)
UNSIGNED_BYTES = 0x08
SIDE = 28  # pixels


def load_mnist(
    folder: str | Path,
    *,
    classes: Sequence[int] | None = None,
    steps: int = 8,
    seed: int,
    gain: float = 1.0,
    limit: int | None = None,
) -> tuple[SpikeData, SpikeData]:
    """Return MNIST [1]_ from a folder with its files, as rate-coded spikes.

    Parameters
    ----------
    folder : path
        With the four files in IDX format, unpacked or as .gz. Nothing is downloaded.
    classes : sequence of int, optional
        Which digits; all ten by default. Labels are places in this sequence.
    steps : int, optional
        Number T of steps.
    seed : int
        Of the spikes, see `rate_code`.
    gain : float, optional
        Probability of a spike where a pixel is full.
    limit : int, optional
        Take only the first samples of these classes, of train and of test. All 70000
        take 55 MB a step.

    Returns
    -------
    train, test : SpikeData
        Inputs of shape (S, T, 784), as published in two parts.

    Raises
    ------
    FileNotFoundError
        If the folder or a file is absent.
    ValueError
        If a file is damaged or something else, images are not of 28 × 28 pixels, or
        images and labels do not match.

    References
    ----------
    .. [1] LeCun, Bottou, Bengio and Haffner, Proc. IEEE 86, 2278 (1998).
    """
    chosen = as_digits(classes)
    check_integer(steps, "steps")
    if limit is not None:
        check_integer(limit, "limit")
    path = as_folder(folder, WHAT)
    parts = []
    for part in ("train", "t10k"):
        images, digit_of, source = read_part(path, part)
        parts.append(
            coded(
                images.reshape(len(images), -1) / 255,
                digit_of,
                chosen=chosen,
                limit=limit,
                steps=steps,
                seed=derive_seed(seed, part),
                gain=gain,
                source=source,
            )
        )
    return parts[0], parts[1]


def read_part(folder: Path, part: str) -> tuple[np.ndarray, np.ndarray, Path]:
    """Return the images and labels of one part, and the file of the images."""
    found = []
    for kind, axes in (("images", 3), ("labels", 1)):
        stems = f"{part}-{kind}-idx{axes}-ubyte", f"{part}-{kind}.idx{axes}-ubyte"
        names = tuple(stem + end for stem in stems for end in ("", ".gz"))
        file = find_file(folder, names, WHAT)
        values = read_idx(file)
        if values.ndim != axes:
            raise ValueError(
                f"{file} must hold {axes} axes, but holds {values.ndim}. Is it the "
                f"file of the {kind}?"
            )
        found.append((values, file))
    (images, source), (labels, file) = found
    if images.shape[1:] != (SIDE, SIDE):
        raise ValueError(
            f"{source} must hold images of {SIDE} × {SIDE} pixels, but they have shape "
            f"{images.shape[1:]}."
        )
    if len(images) != len(labels):
        raise ValueError(
            f"{source} and {file} must match, but hold {len(images)} images and "
            f"{len(labels)} labels."
        )
    if labels.max() > 9:
        raise ValueError(f"{file} must hold digits 0 to 9, but holds {labels.max()}.")
    return images, labels, source


def read_idx(path: str | Path) -> np.ndarray:
    """Return the array of unsigned bytes that an IDX file holds, .gz unpacked.

    Two zero bytes, a byte for the type, one for the number of axes, their lengths as
    big-endian 32-bit integers, then the values, the last axis fastest.

    Raises
    ------
    ValueError
        If the header is another or the values are too few or too many.
    """
    path = Path(path)
    content = read_bytes(path)
    if len(content) < 8 or content[:2] != b"\0\0" or content[2] != UNSIGNED_BYTES:
        raise ValueError(
            f"{path} must be an IDX file of unsigned bytes, but begins with "
            f"{content[:4].hex(' ')}. {WHAT}"
        )
    n_axes = content[3]
    start = 4 + 4 * n_axes
    if n_axes == 0 or len(content) < start:
        raise ValueError(f"{path} must hold an IDX header, but ends within it.")
    shape = struct.unpack(f">{n_axes}I", content[4:start])
    if len(content) - start != prod(shape) or 0 in shape:
        raise ValueError(
            f"{path} must hold {prod(shape)} values of shape {shape}, but holds "
            f"{len(content) - start}. Copy it anew."
        )
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)
