"""Whether a chip that is configured again gives the law that it gave before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..._core.checks import check_integer
from ..._core.progress import ProgressLine
from ..._core.seeds import derive_seed, rng_from
from ..sampling.machine import BoltzmannMachine
from ..sampling.sampler import Sampler
from .divergence import (
    as_points,
    check_counts,
    counts_along_a_run,
    divergence_floor,
    sampled_divergence,
)

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["StabilityStudy", "stability_study"]

RUN = (1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000)


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class StabilityStudy:
    """Divergence of the first samples of a run from its end and from other runs."""

    n_samples: np.ndarray  # (t,), the last is the length of a run
    own_end: np.ndarray  # (runs, t), KL(first samples‖whole run), zero at the end
    average: np.ndarray  # (runs, t), KL(first samples‖mean law of all runs)
    own_end_floor: np.ndarray  # (t,), what independent samples of the mean law give
    average_floor: np.ndarray  # (t,), likewise
    n_states: int

    @property
    def n_runs(self) -> int:
        """Number of runs, each configured anew."""
        return len(self.average)

    @property
    def own_end_quantiles(self) -> np.ndarray:
        """15, 50 and 85 % quantiles of `own_end` over the runs, shape (3, t)."""
        return np.quantile(self.own_end, [0.15, 0.5, 0.85], axis=0)

    @property
    def average_quantiles(self) -> np.ndarray:
        """15, 50 and 85 % quantiles of `average` over the runs, shape (3, t)."""
        return np.quantile(self.average, [0.15, 0.5, 0.85], axis=0)

    def to_xarray(self) -> "xr.Dataset":
        """Return the divergences with named axes."""
        import xarray as xr

        data = {
            "own_end": (("run", "sample"), self.own_end),
            "average": (("run", "sample"), self.average),
            "own_end_floor": ("sample", self.own_end_floor),
            "average_floor": ("sample", self.average_floor),
        }
        coords = {"n_samples": ("sample", self.n_samples)}
        return xr.Dataset(data, coords=coords, attrs={"n_states": self.n_states})


def stability_study(
    sampler: Sampler,
    machine: BoltzmannMachine,
    *,
    runs: int = 30,
    n_samples: Sequence[int] = RUN,
    burn_in: int = 100,
    seed: int = 0,
) -> StabilityStudy:
    """Repeat a run with the same parameters, configured anew each time.

    The experiment of [1]_, Fig. 5F. Compared with its own end, a run converges with
    the number of samples whatever it converges to. Compared with the mean law of all
    runs, it levels off at what the runs differ by: drift within a run, and jitter
    between them.

    Parameters
    ----------
    sampler : Sampler
        With the hardware that is looked at; a perfect one does not level off.
    machine : BoltzmannMachine
        All 2**n_visible states are counted.
    runs : int
        How many, at least 2.
    n_samples : sequence of int
        Where along a run to compare, increasing; the last is its length.
    burn_in : int
        See `sample`.
    seed : int
        Of all runs.

    Returns
    -------
    StabilityStudy

    Raises
    ------
    TypeError, ValueError
        If a number is no integer or too small, the numbers of samples do not
        increase, or counts of all states take more than 4 GiB.

    References
    ----------
    .. [1] Klassert et al., iScience 25, 104707 (2022).
    """
    check_integer(runs, "runs", least=2)
    points = as_points(n_samples)
    check_counts(machine.n_visible, runs * len(points))

    counts = np.empty((runs, len(points), 2**machine.n_visible), dtype=np.int64)
    with ProgressLine("runs", runs) as line:
        for r in range(runs):
            own = derive_seed(seed, r)
            counts[r] = counts_along_a_run(
                machine, sampler, points, burn_in=burn_in, seed=own
            )
            line.advance()
    ends = counts[:, -1]  # (runs, states)
    every, rng = ends.sum(axis=0), rng_from(seed, "floor")
    law = every / every.sum()
    own_end_floor, average_floor = (
        divergence_floor(law, points, int(n_reference), rng, nested=True)
        for n_reference in (points[-1], every.sum())
    )
    return StabilityStudy(
        n_samples=points,
        own_end=sampled_divergence(counts, ends[:, None], pseudo_count=0),
        average=sampled_divergence(counts, every, pseudo_count=0),
        own_end_floor=own_end_floor,
        average_floor=average_floor,
        n_states=counts.shape[-1],
    )
