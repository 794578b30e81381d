"""Histories of a register that hops at rates of its own."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_integer, check_law, check_shapes
from ..._core.seeds import rng_from
from ..register import RegisterGenerator
from .register_channels import Channels, channels_of

__all__ = ["RegisterHistories", "classical_runs", "sample_histories"]


@dataclass(frozen=True, kw_only=True, eq=False)
class RegisterHistories:
    """Histories of a register that hops at rates of its own, from time 0."""

    start: np.ndarray  # (h,) levels at time 0
    times: np.ndarray  # (h, k) of the hops, increasing; infinite after the last
    channels: np.ndarray  # (h, k) which jump it was, an index of `pairs`; −1 after
    levels: np.ndarray  # (h, k) into which it led; the last one repeats
    pairs: tuple[tuple[int, int, int], ...]  # (i, j, λ): operator λ of jumps[i, j]

    def at(self, time: float) -> np.ndarray:
        """Return the levels at a time, shape (h,)."""
        count = (self.times <= time).sum(axis=1)
        table = np.concatenate([self.start[:, None], self.levels], axis=1)
        return table[np.arange(len(table)), count]


def sample_histories(
    generator: RegisterGenerator,
    duration: float,
    *,
    register_law: ArrayLike,
    histories: int,
    seed: int,
) -> RegisterHistories:
    r"""Draw histories of a register whose rates do not depend on the system.

    They do not if every :math:`R^{ij}` is :math:`\sqrt{\text{rate}}` times a unitary.
    Exact: exponential waiting times [1]_. Jumps within a level (i = j) count too.

    Parameters
    ----------
    generator : RegisterGenerator
        With such jumps.
    duration : float
        Time up to which every history is followed.
    register_law : shape (n,)
        Law at time 0.
    histories : int
        Number of histories.
    seed : int
        Everything follows from it.

    Returns
    -------
    RegisterHistories
        Levels and times of the hops.

    Raises
    ------
    ValueError
        If a jump is no multiple of a unitary, `register_law` is no law, or `duration`
        is negative.

    References
    ----------
    .. [1] D. T. Gillespie, J. Phys. Chem. 81, 2340 (1977).

    Examples
    --------
    >>> one, none = np.eye(2), np.zeros((2, 2, 2))
    >>> telegraph = RegisterGenerator(none, {(0, 1): 0.5 * one, (1, 0): one})
    >>> runs = sample_histories(
    ...     telegraph, 9.0, register_law=[1, 0], histories=1000, seed=1
    ... )
    >>> bool(abs((runs.at(9.0) == 1).mean() - 0.8) < 0.05)  # 1/(1 + 0.25)
    True
    """
    channels = channels_of(generator)
    if not channels.are_unitary:
        raise ValueError(
            "`generator` must have jumps that are multiples of unitaries, but some are "
            "not: their rates depend on the state. Use evolve_histories."
        )
    law = np.asarray(register_law, dtype=float)
    check_shapes(register_law=(law, f"{generator.n}"))
    check_law(law, "register_law")
    if not 0 <= duration < np.inf:
        raise ValueError(
            f"`duration` must be finite and not negative, but is {duration}."
        )
    check_integer(histories, "histories")
    rng = rng_from(seed, "histories")
    start = rng.choice(generator.n, size=histories, p=law / law.sum())
    return _draw(channels, start, duration, rng)


def classical_runs(
    channels: Channels,
    blocks0: np.ndarray,
    tlist: np.ndarray,
    size: int,
    rng: np.random.Generator,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield levels (h,) and states (h, d, d) of runs at each time.

    The register hops by itself. The state turns under the Hamiltonian of one level
    after another, and each hop applies its unitary.

    Parameters
    ----------
    channels : Channels
        Multiples of unitaries.
    blocks0 : shape (n, d, d)
        Positive blocks whose traces sum to one.
    tlist : shape (t,)
        Increasing times.
    size : int
        Number h of runs.
    rng : numpy.random.Generator
        Source of randomness.
    """
    law = np.trace(blocks0, axis1=1, axis2=2).real
    levels = rng.choice(len(law), size=size, p=law / law.sum())
    hops = _draw(channels, levels, tlist[-1] - tlist[0], rng)
    rho = blocks0[levels] / law[levels][:, None, None]
    unitaries = channels.operators / np.sqrt(channels.rates)[:, None, None]
    energies, vectors = np.linalg.eigh(channels.hamiltonians)
    clock, count = np.zeros(size), np.zeros(size, dtype=int)

    def turn(who: np.ndarray, until: np.ndarray | float) -> None:
        """Move some runs on, in place, under the Hamiltonians of their levels."""
        phases = np.exp(-1j * energies[levels[who]] * (until - clock[who])[:, None])
        V = vectors[levels[who]]
        U = (V * phases[:, None, :]) @ V.conj().mT
        rho[who] = U @ rho[who] @ U.conj().mT
        clock[who] = until

    everyone = np.arange(size)
    for time in tlist - tlist[0]:
        while len(who := np.flatnonzero(hops.times[everyone, count] <= time)):
            hop = (who, count[who])
            turn(who, hops.times[hop])
            U = unitaries[hops.channels[hop]]
            rho[who] = U @ rho[who] @ U.conj().mT
            levels[who] = hops.levels[hop]
            count[who] += 1
        turn(everyone, time)
        yield levels.copy(), rho.copy()


def _draw(
    channels: Channels, start: np.ndarray, duration: float, rng: np.random.Generator
) -> RegisterHistories:
    """Draw hops up to a time for given levels at time 0; one more entry ends a row."""
    n = len(channels.hamiltonians)
    table = channels.rates * (channels.sources == np.arange(n)[:, None])  # (n, c)
    ladder = table.cumsum(axis=1)
    totals = ladder[:, -1:].sum(axis=1)  # also of no channel at all
    levels, now = start.copy(), np.zeros(len(start))
    rows = []
    while np.isfinite(now).any():
        rate = totals[levels]
        waits = np.full(len(start), np.inf)
        np.divide(rng.exponential(size=len(start)), rate, out=waits, where=rate > 0)
        now = np.where(now + waits <= duration, now + waits, np.inf)
        hop = np.flatnonzero(np.isfinite(now))
        drawn = rng.random(len(hop)) * rate[hop]
        chosen = np.full(len(start), -1)
        steps = (ladder[levels[hop]] <= drawn[:, None]).sum(axis=1)
        chosen[hop] = np.minimum(steps, ladder.shape[1] - 1)
        levels = levels.copy()
        levels[hop] = channels.targets[chosen[hop]]
        rows.append((now, chosen, levels))
    times, which, into = (np.array([row[k] for row in rows]).T for k in range(3))
    return RegisterHistories(
        start=start.copy(),
        times=times,
        channels=which,
        levels=into,
        pairs=channels.pairs,
    )
