"""MNIST-DVS: digits that moved before an event camera, binned into steps."""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from ..._core.checks import check_integer, check_positive
from ..._core.progress import ProgressLine
from .aedat import SIDE, Events, read_aedat
from .digit_data import as_digits
from .folders import as_folder
from .spike_data import SpikeData

__all__ = ["binned_events", "load_mnist_dvs"]

WHAT = (
    "The authors of MNIST-DVS publish AEDAT 2.0 files; keep those of one scale in "
    "folders 0, 1, … 9 by digit."
)


def load_mnist_dvs(
    folder: str | Path,
    *,
    classes: Sequence[int] | None = None,
    steps: int = 16,
    seed: int,
    size: int = 32,
    window_ms: float | None = None,
    test_share: float = 0.25,
    limit: int | None = None,
) -> tuple[SpikeData, SpikeData]:
    """Return MNIST-DVS recordings [1]_ from a folder, binned into steps.

    Parameters
    ----------
    folder : path
        With a folder 0, 1, … 9 for each digit and files ``.aedat`` somewhere below it,
        see `read_aedat`. Keep one scale: the published scales show the same digits,
        which would be learned and tested at once. Nothing is downloaded.
    classes : sequence of int, optional
        Which digits; all ten by default. Labels are places in this sequence.
    steps : int, optional
        Number T of steps.
    seed : int
        Of the split.
    size : int, optional, pixels
        Side of the view; divides 128. Blocks of pixels become one.
    window_ms : float, optional
        How much of each recording's start is used; by default the whole of it, so that
        steps of longer recordings are longer.
    test_share : float, optional
        Share of each class that is for testing.
    limit : int, optional
        Take only the first files of each class, by name.

    Returns
    -------
    train, test : SpikeData
        Inputs of shape (S, T, 2·size²): all ON pixels, row by row, then all OFF pixels.
        Several events of a pixel and step count as one spike.

    Raises
    ------
    FileNotFoundError
        If the folder, or one of a digit, is absent or has no recordings.
    ValueError
        If `size` does not divide 128, a file is damaged, or as in `SpikeData.split`.

    References
    ----------
    .. [1] Serrano-Gotarredona and Linares-Barranco, Front. Neurosci. 9, 481 (2015).
    """
    chosen = as_digits(classes)
    check_bins(steps, size, window_ms)
    if limit is not None:
        check_integer(limit, "limit")
    path = as_folder(folder, WHAT)
    files = [recordings(path / str(digit))[:limit] for digit in chosen]
    labels = np.repeat(np.arange(len(chosen)), [len(own) for own in files])
    inputs = np.empty((len(labels), steps, 2 * size**2), dtype=np.uint8)
    with ProgressLine("recordings", len(labels)) as line:
        for place, file in zip(inputs, chain(*files), strict=True):
            place[...] = binned_events(
                read_aedat(file), steps, size, window_ms=window_ms
            )
            line.advance()
    names = tuple(str(digit) for digit in chosen)
    data = SpikeData(inputs=inputs, labels=labels, classes=names)
    return data.split(test_share, seed=seed)


def recordings(folder: Path) -> list[Path]:
    """Return the recordings somewhere below a folder, by name."""
    files = sorted(as_folder(folder, WHAT).rglob("*.aedat"))
    if not files:
        raise FileNotFoundError(
            f"{folder} must hold recordings .aedat, but has none. {WHAT}"
        )
    return files


def binned_events(
    events: Events, steps: int, size: int, *, window_ms: float | None = None
) -> np.ndarray:
    """Return which pixels had ON and OFF events in each of T equal spans of time.

    Returns
    -------
    shape (T, 2·size²), uint8
        All ON pixels, row by row, then all OFF pixels.

    Raises
    ------
    ValueError
        If `size` does not divide 128 or `window_ms` is not positive.
    """
    check_bins(steps, size, window_ms)
    # the last event of a whole recording belongs to the last step
    span = events.times_us[-1] + 1 if window_ms is None else 1000 * window_ms
    step = np.floor(events.times_us * steps / span).astype(int)
    kept = step < steps
    block = SIDE // size
    spikes = np.zeros((steps, 2, size, size), dtype=np.uint8)
    off = (~events.on[kept]).astype(int)
    rows, columns = events.rows[kept] // block, events.columns[kept] // block
    spikes[step[kept], off, rows, columns] = 1
    return spikes.reshape(steps, -1)


def check_bins(steps: int, size: int, window_ms: float | None) -> None:
    """Check numbers of steps and pixels, and the window."""
    check_integer(steps, "steps")
    check_integer(size, "size")
    if SIDE % size:
        raise ValueError(f"`size` must divide {SIDE}, but is {size}. Try 16 or 32.")
    if window_ms is not None:
        check_positive(window_ms, "window_ms")
