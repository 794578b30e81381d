"""Quantum jumps of kets, with the register as part of what a jump changes."""

from collections.abc import Iterator

import numpy as np
from scipy.linalg import expm

from .register_channels import Channels

__all__ = ["ket_runs"]

BITS = 40  # jump times are multiples of 2⁻⁴⁰ of an interval


def ket_runs(
    channels: Channels,
    blocks0: np.ndarray,
    tlist: np.ndarray,
    size: int,
    rng: np.random.Generator,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    r"""Yield levels (h,) and pure states (h, d, d) of runs at each time.

    Between jumps a ket in level j moves with :math:`H^j - \tfrac i2 \sum R^\dagger R`
    until its squared norm falls to a uniform number; the jump is one of those that
    leave j, with probability :math:`\propto \|R\psi\|^2`, and leads to its target.

    Parameters
    ----------
    channels : Channels
        Of the generator.
    blocks0 : shape (n, d, d)
        Positive blocks whose traces sum to one; a run starts in an eigenvector of one.
    tlist : shape (t,)
        Increasing times.
    size : int
        Number h of runs.
    rng : numpy.random.Generator
        Source of randomness.
    """
    levels, kets = _draw_start(blocks0, size, rng)
    limits = rng.random(size)
    drift = -1j * channels.hamiltonians - channels.decay / 2
    jumps = _jump_tables(channels)
    tables: dict[float, np.ndarray] = {}
    yield levels.copy(), _pure(kets)
    for step in np.diff(tlist).tolist():
        if step not in tables:
            parts = step * 0.5 ** np.arange(BITS + 1)
            tables[step] = expm(parts[:, None, None, None] * drift)
        _pass(levels, kets, limits, tables[step], jumps, rng)
        yield levels.copy(), _pure(kets)


def _pass(
    levels: np.ndarray,
    kets: np.ndarray,
    limits: np.ndarray,
    factors: np.ndarray,
    jumps: tuple[np.ndarray, np.ndarray],
    rng: np.random.Generator,
) -> None:
    """Take all runs through one interval, in place.

    Each round finds by halving the longest time that a ket may go without its norm
    falling to its limit: the binary digits of that time, from the highest.
    """
    left = np.full(len(levels), 2**BITS)
    active = np.arange(len(levels))
    while len(active):
        for bit, factor in enumerate(factors):  # 2^(BITS − bit) units long
            length = 2 ** (BITS - bit)
            who = active[left[active] >= length]
            tried = (factor[levels[who]] @ kets[who, :, None])[..., 0]
            fine = (np.abs(tried) ** 2).sum(axis=1) > limits[who]
            kets[who[fine]] = tried[fine]
            left[who[fine]] -= length
        active = active[left[active] > 0]
        _jump(levels, kets, limits, active, jumps, rng)


def _jump(
    levels: np.ndarray,
    kets: np.ndarray,
    limits: np.ndarray,
    who: np.ndarray,
    jumps: tuple[np.ndarray, np.ndarray],
    rng: np.random.Generator,
) -> None:
    """Apply one jump to some of the runs, in place, and draw their next limits."""
    operators, targets = jumps
    after = (operators[levels[who]] @ kets[who, None, :, None])[..., 0]  # (w, c, d)
    weights = (np.abs(after) ** 2).sum(axis=2)
    total = weights.sum(axis=1)
    dark = total <= 0  # only rounding brought the norm to its limit
    limits[who[dark]] = 0.0
    who, after, weights, total = (x[~dark] for x in (who, after, weights, total))
    drawn = rng.random(len(who)) * total
    chosen = (weights.cumsum(axis=1) <= drawn[:, None]).sum(axis=1)
    chosen = np.minimum(chosen, weights.shape[1] - 1)
    row = np.arange(len(who))
    kets[who] = after[row, chosen] / np.sqrt(weights[row, chosen])[:, None]
    levels[who] = targets[levels[who], chosen]
    limits[who] = rng.random(len(who))


def _jump_tables(channels: Channels) -> tuple[np.ndarray, np.ndarray]:
    """Return operators (n, c, d, d) and targets (n, c) by source, padded with zeros."""
    n, d = channels.hamiltonians.shape[:2]
    lists = [np.flatnonzero(channels.sources == level) for level in range(n)]
    most = max(1, *(len(found) for found in lists))
    operators = np.zeros((n, most, d, d), dtype=complex)
    targets = np.zeros((n, most), dtype=int)
    for level, found in enumerate(lists):
        operators[level, : len(found)] = channels.operators[found]
        targets[level, : len(found)] = channels.targets[found]
    return operators, targets


def _draw_start(
    blocks0: np.ndarray, size: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw a level and an eigenvector of its block for each run."""
    n, d = blocks0.shape[:2]
    values, vectors = np.linalg.eigh(blocks0)
    law = np.maximum(values.ravel(), 0)  # checked to be positive up to rounding
    drawn = rng.choice(n * d, size=size, p=law / law.sum())
    levels, which = np.divmod(drawn, d)
    return levels, vectors[levels, :, which]


def _pure(kets: np.ndarray) -> np.ndarray:
    """Return the normalised |ψ⟩⟨ψ| of kets of any norm, (h, d) → (h, d, d)."""
    squares = (np.abs(kets) ** 2).sum(axis=1)[:, None, None]
    return kets[:, :, None] * kets[:, None, :].conj() / squares
