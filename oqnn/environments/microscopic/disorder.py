"""Means over realizations of a random environment."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..._core.progress import ProgressLine
from ...dynamics import Evolution
from ...dynamics.monte_carlo.running_moments import RunningMoments
from .exchange import ExchangeMap

__all__ = ["DisorderAverage", "average_realizations"]


@dataclass(frozen=True, kw_only=True, eq=False)
class DisorderAverage:
    """Means over realizations, with standard errors of real and imaginary parts.

    The real part of an error belongs to the real part of its mean, the imaginary part
    to the imaginary one.
    """

    evolution: Evolution  # means; its `error` is the largest standard error of a state
    block_errors: np.ndarray  # (t, n, D, D)
    state_errors: np.ndarray  # (t, D, D)
    realizations: int

    @property
    def times(self) -> np.ndarray:
        """Times, shape (t,)."""
        return self.evolution.times

    @property
    def blocks(self) -> np.ndarray:
        """Mean blocks, shape (t, n, D, D)."""
        return self.evolution.blocks

    @property
    def states(self) -> np.ndarray:
        """Mean states, shape (t, D, D)."""
        return self.evolution.states


def average_realizations(
    maps: Iterable[ExchangeMap],
    blocks: np.ndarray,
    tlist: np.ndarray,
    realizations: int,
    progress: bool | None,
) -> DisorderAverage:
    """Apply the map of every realization to blocks (n, D, D) and average.

    `maps` is read one by one, so that it may be a generator that works.
    """
    n, D = blocks.shape[:2]
    of_blocks = RunningMoments((1, len(tlist), n, D, D))
    of_states = RunningMoments((1, len(tlist), D, D))
    with ProgressLine("realizations", realizations, show=progress) as line:
        for one in maps:
            moved = one.apply(blocks)
            of_blocks.add(moved[None], at=0)
            of_states.add(moved.sum(axis=1)[None], at=0)
            line.advance()
    state_errors = of_states.errors()[0]
    evolution = Evolution(
        times=tlist,
        blocks=of_blocks.mean[0],
        method=f"mean over {realizations} realizations, each exact",
        dims=(2,) if D == 2 else (2, D // 2),
        error=float(np.abs(state_errors).max()),
    )
    return DisorderAverage(
        evolution=evolution,
        block_errors=of_blocks.errors()[0],
        state_errors=state_errors,
        realizations=realizations,
    )
