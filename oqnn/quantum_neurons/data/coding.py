"""Intensities as spikes: at random with a rate, or evenly spaced."""

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite, check_integer, check_positive
from ..._core.seeds import rng_from

__all__ = ["even_code", "rate_code"]

CHUNK = 256  # samples whose uniform numbers are held at once


def rate_code(
    intensities: ArrayLike, steps: int, *, seed: int, gain: float = 1.0
) -> np.ndarray:
    r"""Draw a spike a line and step with probability gain · intensity.

    Steps are independent: :math:`P(s_{t}=1) = g x`.

    Parameters
    ----------
    intensities : shape (S, n)
        x, between 0 and 1.
    steps : int
        Number T of steps.
    seed : int
        Of the draws.
    gain : float, optional
        g; g · x must not pass 1 anywhere.

    Returns
    -------
    shape (S, T, n), uint8

    Raises
    ------
    ValueError
        If an intensity lies outside of [0, 1], a probability passes 1, or there are no
        steps.

    Examples
    --------
    >>> rate_code([[0.0, 1.0]], 4, seed=1)[0].T
    array([[0, 0, 0, 0],
           [1, 1, 1, 1]], dtype=uint8)
    """
    x = as_intensities(intensities)
    check_integer(steps, "steps")
    check_positive(gain, "gain")
    if gain * x.max() > 1:
        raise ValueError(
            "`gain` must leave every probability at most 1, but "
            f"{gain:g} times the largest intensity {x.max():g} is {gain * x.max():g}."
        )
    rng = rng_from(seed, "rate code")
    spikes = np.empty((len(x), steps, x.shape[1]), dtype=np.uint8)
    for start in range(0, len(x), CHUNK):
        part = spikes[start : start + CHUNK]
        probabilities = (gain * x[start : start + CHUNK]).astype(np.float32)
        part[...] = rng.random(part.shape, dtype=np.float32) < probabilities[:, None]
    return spikes


def even_code(intensities: ArrayLike, steps: int) -> np.ndarray:
    r"""Spread ⌊x·T + 1/2⌋ spikes evenly over T steps, without chance.

    :math:`s_t = \lfloor x t + \tfrac12 \rfloor - \lfloor x (t-1) + \tfrac12 \rfloor`
    for t = 1 … T: an integrator of x that starts half full and fires at 1.

    Parameters
    ----------
    intensities : shape (S, n)
        x, between 0 and 1.
    steps : int
        Number T of steps.

    Returns
    -------
    shape (S, T, n), uint8

    Raises
    ------
    ValueError
        If an intensity lies outside of [0, 1], or there are no steps.

    Examples
    --------
    >>> even_code([[0.5, 0.25]], 4)[0].T
    array([[1, 0, 1, 0],
           [0, 1, 0, 0]], dtype=uint8)
    """
    x = as_intensities(intensities)
    check_integer(steps, "steps")
    counts = np.floor(x[:, None, :] * np.arange(steps + 1)[:, None] + 0.5)
    return np.diff(counts, axis=1).astype(np.uint8)


def as_intensities(intensities: ArrayLike) -> np.ndarray:
    """Return intensities (S, n) within [0, 1]."""
    x = np.asarray(intensities, dtype=float)
    if x.ndim != 2 or 0 in x.shape:
        raise ValueError(
            "`intensities` must have shape (S, n), samples and lines, but have shape "
            f"{x.shape}. Flatten images first."
        )
    check_finite(x, "intensities")
    if x.min() < 0 or x.max() > 1:
        raise ValueError(
            "`intensities` must lie in [0, 1], but reach from "
            f"{x.min():.6g} to {x.max():.6g}. Divide by the largest possible one."
        )
    return x
