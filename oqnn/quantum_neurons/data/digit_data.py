"""Handwritten digits, 8 × 8 pixels, as rate-coded spikes."""

from collections.abc import Sequence

import numpy as np

from ..._core.checks import check_integer
from .coding import rate_code
from .spike_data import SpikeData

__all__ = ["digits"]

LARGEST = 16  # grey level


def digits(
    *,
    classes: Sequence[int] | None = None,
    steps: int = 8,
    seed: int,
    test_share: float = 0.25,
    gain: float = 1.0,
) -> tuple[SpikeData, SpikeData]:
    """Return handwritten digits as spikes, to learn from and to test with.

    The 1797 real digits that come with scikit-learn [1]_, 64 grey levels each, as
    spikes drawn once by `rate_code`.

    Parameters
    ----------
    classes : sequence of int, optional
        Which digits; all ten by default. Labels are places in this sequence.
    steps : int, optional
        Number T of steps.
    seed : int
        Of spikes and split.
    test_share : float, optional
        Share of each class that is for testing.
    gain : float, optional
        Probability of a spike where a pixel is black.

    Returns
    -------
    train, test : SpikeData
        Inputs of shape (S, T, 64), rows of the image one after the other.

    Raises
    ------
    ImportError
        If scikit-learn is not installed.
    ValueError
        If a class is no digit or named twice, or there are fewer than two; as in
        `rate_code` and `SpikeData.split`.

    References
    ----------
    .. [1] Alpaydin and Kaynak, *Optical recognition of handwritten digits*, UCI Machine
           Learning Repository (1998).

    Examples
    --------
    >>> train, test = digits(classes=(3, 8), steps=4, seed=1)
    >>> train.inputs.shape, test.classes
    ((267, 4, 64), ('3', '8'))
    """
    chosen = as_digits(classes)
    images, labels = digit_images(chosen)
    spikes = rate_code(images.reshape(len(images), -1), steps, seed=seed, gain=gain)
    names = tuple(str(digit) for digit in chosen)
    data = SpikeData(inputs=spikes, labels=labels, classes=names)
    return data.split(test_share, seed=seed)


def digit_images(chosen: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return images (S, 8, 8) between 0 and 1 and their places among the chosen."""
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise ImportError(
            "handwritten digits come with scikit-learn, which is not installed. "
            "Install it as `pip install 'oqnn[data]'`."
        ) from error
    images, digit_of = load_digits(return_X_y=True)
    return pick(images.reshape(-1, 8, 8) / LARGEST, digit_of, chosen)


def pick(
    images: np.ndarray, digit_of: np.ndarray, chosen: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the images of chosen digits, and their places among the chosen."""
    wanted = np.isin(digit_of, chosen)
    place = np.full(10, -1)
    place[list(chosen)] = np.arange(len(chosen))
    return images[wanted], place[digit_of[wanted].astype(int)]


def as_digits(classes: Sequence[int] | None) -> tuple[int, ...]:
    """Return which digits are meant, checked."""
    if classes is None:
        return tuple(range(10))
    for digit in classes:
        check_integer(digit, "classes", least=0)
        if digit > 9:
            raise ValueError(f"`classes` must be digits 0 to 9, but hold {digit}.")
    chosen = tuple(int(digit) for digit in classes)
    if len(chosen) < 2 or len(set(chosen)) < len(chosen):
        raise ValueError(
            f"`classes` must be two or more different digits, but are {chosen}."
        )
    return chosen
