"""How far coarser weights take a network's law from where it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._core.checks import check_integer
from ..._core.progress import ProgressLine
from ..._core.seeds import derive_seed, rng_from
from ..sampling.exact import visible_law
from ..sampling.machine import BoltzmannMachine
from ..sampling.sampler import Sampler
from ..state_frequencies import kl_divergence
from .divergence import (
    check_counts,
    check_sequence,
    counts_along_a_run,
    divergence_floor,
    sampled_divergence,
)
from .model import HardwareModel
from .random_networks import check_integer_weights, network_of_levels, random_levels
from .rounding import coarsen, grid_of_step

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["ResolutionStudy", "resolution_study"]


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class ResolutionStudy:
    """Divergence between laws at full and at coarser weight resolution, in nats."""

    steps: np.ndarray  # (s,), smallest difference of two levels
    divergences: np.ndarray  # (s, repetitions), KL(full‖coarse), sampled
    exact: np.ndarray  # (s, repetitions), of the Boltzmann laws, zero for step 1
    floor: float  # what independent samples of equal laws give, mean over networks
    n_samples: int  # of each law
    n_states: int

    @property
    def quantiles(self) -> np.ndarray:
        """15, 50 and 85 % quantiles over the repetitions, shape (3, s)."""
        return np.quantile(self.divergences, [0.15, 0.5, 0.85], axis=1)

    def to_xarray(self) -> "xr.Dataset":
        """Return the divergences with named axes."""
        import xarray as xr

        axes = ("step", "repetition")
        data: dict[str, Any] = {
            "divergence": (axes, self.divergences),
            "exact": (axes, self.exact),
            "floor": self.floor,
        }
        attrs = {"n_samples": self.n_samples, "n_states": self.n_states}
        return xr.Dataset(data, coords={"step": self.steps}, attrs=attrs)


def resolution_study(
    sampler: Sampler,
    model: HardwareModel,
    *,
    n_visible: int = 8,
    n_hidden: int = 20,
    steps: Sequence[int] = (1, 2, 4, 8, 16, 32, 64),
    repetitions: int = 10,
    n_samples: int = 50_000,
    burn_in: int = 100,
    seed: int = 0,
) -> ResolutionStudy:
    """Sample networks at full and at coarser resolution of their weights.

    The experiment of [1]_, Fig. 5D: integer weights, uniform over the whole range,
    and biases zero; the weights are then rounded to every coarser grid. Here each
    repetition takes other weights, and divergences of the exact laws stand beside
    the sampled ones, which cannot fall below what sampling gives.

    Parameters
    ----------
    sampler : Sampler
        May have hardware of its own.
    model : HardwareModel
        Its bits and range are those of the weights; its other effects belong to the
        sampler and are not looked at.
    n_visible, n_hidden : int
        Sizes of the layers; all 2**n_visible states are counted.
    steps : sequence of int
        Divisors of the number of levels of one sign, 64 for 6 bits; at 1 the same
        network is sampled twice.
    repetitions : int
        How many networks.
    n_samples : int
        Of every law.
    burn_in : int
        See `sample`.
    seed : int
        Of weights and samples.

    Returns
    -------
    ResolutionStudy

    Raises
    ------
    TypeError, ValueError
        If a number is no integer or too small, a step does not divide the range,
        counts of all states take more than 4 GiB, or `model` does not round weights.

    References
    ----------
    .. [1] Klassert et al., iScience 25, 104707 (2022).
    """
    largest = check_integer_weights(model)
    check_integer(repetitions, "repetitions")
    check_integer(n_samples, "n_samples")
    check_sequence(steps, "steps")
    for step in steps:
        grid_of_step(step, largest)
    check_counts(n_visible, len(steps) + 1)

    divergences, exact = np.empty((2, len(steps), repetitions))
    floors = np.empty(repetitions)
    with ProgressLine("networks", repetitions) as line:
        for r in range(repetitions):
            rng = rng_from(seed, "weights", r)
            levels = random_levels(n_visible, n_hidden, largest, rng)
            ladder = [levels, *(coarsen(levels, step, largest) for step in steps)]
            machines = [
                network_of_levels(x, n_visible, n_hidden, model) for x in ladder
            ]
            full, *coarse = (
                _counts(machine, sampler, n_samples, burn_in, derive_seed(seed, r, i))
                for i, machine in enumerate(machines)
            )
            law, *coarse_laws = (visible_law(machine) for machine in machines)
            divergences[:, r] = sampled_divergence(full, np.array(coarse))
            exact[:, r] = [kl_divergence(law, other) for other in coarse_laws]
            floors[r] = divergence_floor(law, n_samples, n_samples, rng)[0]
            line.advance()
    return ResolutionStudy(
        steps=np.array(steps),
        divergences=divergences,
        exact=exact,
        floor=float(floors.mean()),
        n_samples=n_samples,
        n_states=2**n_visible,
    )


def _counts(
    machine: BoltzmannMachine, sampler: Sampler, n: int, burn_in: int, seed: int
) -> np.ndarray:
    """Return how often each visible state occurs in n samples."""
    (counts,) = counts_along_a_run(
        machine, sampler, np.array([n]), burn_in=burn_in, seed=seed
    )
    return counts
