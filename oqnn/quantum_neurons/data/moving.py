"""An event stream: handwritten digits that move past a camera of changes."""

from collections.abc import Sequence

import numpy as np

from ..._core.checks import check_integer, check_positive
from ..._core.seeds import rng_from
from .camera import event_camera
from .digit_data import as_digits, digit_images
from .spike_data import SpikeData

__all__ = ["moving_digits"]

DIGIT = 8  # pixels a side
CHUNK = 256  # samples whose frames are held at once


def moving_digits(
    *,
    classes: Sequence[int] | None = None,
    steps: int = 16,
    seed: int,
    size: int = 12,
    threshold: float = 0.25,
    turns: float = 1.5,
    test_share: float = 0.25,
) -> tuple[SpikeData, SpikeData]:
    r"""Return events of digits that wander about, to learn from and to test with.

    A real counterpart is MNIST-DVS [1]_, digits that move slowly on a screen before an
    event camera. Here each digit of `digits` moves on a smooth path of its own,

    .. math:: x(t) = \sum_{k=1,2} a_k \cos(2\pi k t / P + \varphi_k),

    with random phases and amplitudes (|a_2| is at most half of |a_1|), and y likewise,
    scaled to reach the border of the view. Positions need not be whole pixels: frames
    are interpolated bilinearly. `event_camera` turns the frames into events.

    Parameters
    ----------
    classes : sequence of int, optional
        Which digits; all ten by default.
    steps : int, optional
        Number T of steps, between T + 1 frames.
    seed : int
        Of paths and split.
    size : int, optional, pixels
        Side of the view, 9 or more.
    threshold : float, optional
        Change of intensity, black being 1, that makes an event.
    turns : float, optional
        T / P, how often the path is gone round.
    test_share : float, optional
        Share of each class that is for testing.

    Returns
    -------
    train, test : SpikeData
        Inputs of shape (S, T, 2·size²): all ON pixels, row by row, then all OFF pixels.

    Raises
    ------
    ImportError
        If scikit-learn is not installed.
    ValueError
        If `size` is below 9, `threshold` or `turns` is not positive; as in `digits`.

    References
    ----------
    .. [1] Serrano-Gotarredona and Linares-Barranco, Front. Neurosci. 9, 481 (2015).

    Examples
    --------
    >>> train, test = moving_digits(classes=(3, 8), steps=4, seed=1)
    >>> train.inputs.shape, test.inputs.shape
    ((267, 4, 288), (90, 4, 288))
    """
    chosen = as_digits(classes)
    check_integer(steps, "steps")
    check_integer(size, "size", least=DIGIT + 1)
    check_positive(threshold, "threshold")
    check_positive(turns, "turns")
    images, labels = digit_images(chosen)
    rng = rng_from(seed, "paths")
    reach = (size - DIGIT) / 2
    paths = random_paths(len(images), steps + 1, turns=turns, reach=reach, rng=rng)
    events = np.empty((len(images), steps, 2 * size**2), dtype=np.uint8)
    for start in range(0, len(images), CHUNK):
        part = slice(start, start + CHUNK)
        frames = moved(images[part], paths[part] + reach, size)
        events[part] = event_camera(frames, threshold).reshape(-1, steps, 2 * size**2)
    names = tuple(str(digit) for digit in chosen)
    data = SpikeData(inputs=events, labels=labels, classes=names)
    return data.split(test_share, seed=seed)


def random_paths(
    samples: int, frames: int, *, turns: float, reach: float, rng: np.random.Generator
) -> np.ndarray:
    """Return smooth paths (S, F, 2) whose largest |x| or |y| along time is `reach`."""
    angles = 2 * np.pi * turns * np.arange(frames) / (frames - 1)
    phases = rng.uniform(0, 2 * np.pi, (samples, 1, 2, 2))
    second = rng.uniform(0, 0.5, (samples, 1, 2))
    angles = angles[:, None]  # (F, 1), beside the axes x and y
    first = np.cos(angles + phases[..., 0])
    paths = first + second * np.cos(2 * angles + phases[..., 1])
    return reach * paths / np.abs(paths).max(axis=1, keepdims=True)


def moved(images: np.ndarray, corners: np.ndarray, size: int) -> np.ndarray:
    """Return frames (S, F, size, size) of images (S, a, a) at corners (S, F, 2).

    Corners are places (row, column) of the images' first pixels and may be fractions;
    what lies outside of the view is lost.
    """
    places = corners[..., None] + np.arange(images.shape[-1])  # (S, F, 2, a)
    pixels = np.arange(size)[:, None]
    weights = np.maximum(0, 1 - np.abs(pixels - places[..., None, :]))
    rows, columns = weights[:, :, 0], weights[:, :, 1]  # (S, F, size, a)
    return rows @ images[:, None] @ columns.mT
