"""Means of products of sampled spins, in bounded memory."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["as_samples", "as_spins", "mean_products"]

CHUNK = 2**20  # numbers held at once while samples are multiplied out


def as_spins(spins: ArrayLike, name: str) -> np.ndarray:
    """Check that an array holds −1 and +1 only; it keeps its type."""
    try:
        spins = np.asarray(spins)
    except ValueError as error:
        raise ValueError(f"`{name}` must be an array, but is not: {error}") from error
    if spins.dtype.kind not in "iuf":
        raise TypeError(
            f"`{name}` must be real numbers, −1 and +1, but have type {spins.dtype}."
        )
    bad = spins[np.abs(spins) != 1]
    if bad.size:
        hint = "Spikes z of 0 and 1 become spins by s = 2 z - 1."
        if spins.dtype.kind == "u" and bad[0] > 1:
            hint = "Unsigned numbers have no −1: take 2 * z.astype(int) - 1."
        raise ValueError(
            f"`{name}` must hold −1 and +1 only, but holds {bad[0]:.6g}. {hint}"
        )
    return spins


def as_samples(spins: ArrayLike, n_spins: int, name: str = "spins") -> np.ndarray:
    """Check that spins have the shape (..., T, n_spins) and hold only −1 and +1."""
    spins = as_spins(spins, name)
    if spins.ndim < 2 or spins.shape[-1] != n_spins or spins.shape[-2] == 0:
        raise ValueError(
            f"`{name}` must have shape (..., T, {n_spins}) with at least one sample, "
            f"but has shape {spins.shape}."
        )
    return spins


def mean_products(
    spins: np.ndarray,
    parties: Sequence[Sequence[int]],
    weights: np.ndarray | None = None,
) -> np.ndarray:
    """Return the means of all products of at most one spin of each party, flattened.

    Party after party, index 0 standing for no spin. `weights` of shape (T,) replace
    the equal ones 1/T; products are then summed with them as they are.
    """
    *batch, n_samples, _ = spins.shape
    middle = len(parties) // 2
    halves = parties[:middle], parties[middle:]
    sizes = [math.prod(len(party) + 1 for party in half) for half in halves]
    step = max(1, CHUNK // max(1, math.prod(batch) * sum(sizes)))
    total = np.zeros((*batch, *sizes))
    for start in range(0, n_samples, step):
        piece = slice(start, start + step)
        left, right = (_multiply(spins[..., piece, :], half) for half in halves)
        if weights is not None:
            left = left * weights[piece, None]
        total += left.mT @ right
    if weights is None:
        total /= n_samples
    return total.reshape(*batch, -1)


def _multiply(spins: np.ndarray, parties: Sequence[Sequence[int]]) -> np.ndarray:
    """Multiply out (1, s, s', …) of all parties, sample by sample."""
    ones = np.ones((*spins.shape[:-1], 1))
    values = ones
    for party in parties:
        factor = np.concatenate([ones, spins[..., list(party)]], axis=-1)
        values = values[..., :, None] * factor[..., None, :]
        values = values.reshape(*spins.shape[:-1], -1)
    return values
