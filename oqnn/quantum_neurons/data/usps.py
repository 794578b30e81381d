"""USPS digits from their two published text files."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..._core.checks import check_integer
from ..._core.seeds import derive_seed
from .digit_data import as_digits
from .folders import as_folder, coded, find_file, read_bytes
from .spike_data import SpikeData

__all__ = ["load_usps", "read_svm_text"]

PIXELS = 256
WHAT = (
    "USPS is published in the LIBSVM collection as text files usps and usps.t, each "
    "also as .bz2; save both in one folder."
)


def load_usps(
    folder: str | Path,
    *,
    classes: Sequence[int] | None = None,
    steps: int = 8,
    seed: int,
    gain: float = 1.0,
    limit: int | None = None,
) -> tuple[SpikeData, SpikeData]:
    """Return the USPS digits [1]_ from a folder with their files, as spikes.

    Grey levels, −1 to 1 in the files, become intensities 0 to 1; the files count the
    digits 0 to 9 as 1 to 10.

    Parameters
    ----------
    folder : path
        With ``usps`` and ``usps.t`` in LIBSVM text, unpacked or as .bz2. Nothing is
        downloaded.
    classes : sequence of int, optional
        Which digits; all ten by default. Labels are places in this sequence.
    steps : int, optional
        Number T of steps.
    seed : int
        Of the spikes, see `rate_code`.
    gain : float, optional
        Probability of a spike where a pixel is full.
    limit : int, optional
        Take only the first samples of these classes, of train and of test.

    Returns
    -------
    train, test : SpikeData
        Inputs of shape (S, T, 256), as published in two parts.

    Raises
    ------
    FileNotFoundError
        If the folder or a file is absent.
    ValueError
        If a file is damaged or something else.

    References
    ----------
    .. [1] Hull, IEEE Trans. Pattern Anal. Mach. Intell. 16, 550 (1994).
    """
    chosen = as_digits(classes)
    check_integer(steps, "steps")
    if limit is not None:
        check_integer(limit, "limit")
    path = as_folder(folder, WHAT)
    parts = []
    for name in ("usps", "usps.t"):
        source = find_file(path, (name, f"{name}.bz2"), WHAT)
        grey, count = read_svm_text(source)
        parts.append(
            coded(
                (grey + 1) / 2,
                count - 1,
                chosen=chosen,
                limit=limit,
                steps=steps,
                seed=derive_seed(seed, name),
                gain=gain,
                source=source,
            )
        )
    return parts[0], parts[1]


def read_svm_text(path: str | Path) -> tuple[np.ndarray, np.ndarray]:
    """Return grey levels (S, 256) in [−1, 1] and labels 1 to 10 of LIBSVM text.

    A line is ``label place:value …``, places rising from 1; absent ones are zero.

    Raises
    ------
    ValueError
        If a line does not read so, naming it.
    """
    path = Path(path)
    try:
        lines = read_bytes(path).decode("ascii").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} must be a text file, but is not. {WHAT}") from error
    lines = [line for line in lines if line.strip()]
    if not lines:
        raise ValueError(f"{path} must hold digits, but is empty. {WHAT}")
    grey = np.zeros((len(lines), PIXELS))
    labels = np.empty(len(lines), dtype=int)
    for row, line in enumerate(lines):
        try:
            label, *pairs = line.split()
            places, values = zip(*(pair.split(":") for pair in pairs), strict=True)
            at = np.array(places, dtype=int) - 1
            if float(label) not in range(1, 11) or at.min() < 0:
                raise ValueError("a place or label out of range")
            if (np.diff(at) <= 0).any():
                raise ValueError("places must rise")
            labels[row] = float(label)
            grey[row, at] = np.array(values, dtype=float)
        except (ValueError, IndexError) as error:
            raise ValueError(
                f"{path} must hold lines `label place:value …` with labels 1 to 10 and "
                f"places 1 to {PIXELS}, but line {row + 1} does not read so ({error})."
            ) from error
    if not np.abs(grey).max() <= 1:
        raise ValueError(
            f"{path} must hold grey levels from -1 to 1, but has {grey.min():g} to "
            f"{grey.max():g}."
        )
    return grey, labels
