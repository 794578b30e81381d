"""How far the last, smallest updates of a training take a network's law."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..._core.checks import check_between, check_integer, check_positive
from ..._core.progress import ProgressLine
from ..._core.seeds import derive_seed, rng_from
from ..sampling.exact import visible_law
from ..sampling.machine import BoltzmannMachine
from ..sampling.sampler import Sampler
from ..state_frequencies import kl_divergence
from .divergence import (
    as_points,
    check_counts,
    check_sequence,
    counts_along_a_run,
    divergence_floor,
    sampled_divergence,
)
from .model import HardwareModel
from .random_networks import check_integer_weights, network_of_levels, random_levels

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["PseudoUpdateStudy", "pseudo_update_study"]

RUN = (1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000)


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class PseudoUpdateStudy:
    """Divergence of networks with some weights changed by one level, in nats."""

    n_samples: np.ndarray  # (t,), of the changed network
    fractions: np.ndarray  # (f,), of the weights that were changed
    divergences: np.ndarray  # (f, repetitions, t), KL(changed‖reference), sampled
    exact: np.ndarray  # (f, repetitions), of the Boltzmann laws
    floor: np.ndarray  # (t,), what independent samples of equal laws give, mean
    n_reference: int  # samples of the reference
    n_states: int

    @property
    def quantiles(self) -> np.ndarray:
        """15, 50 and 85 % quantiles over the repetitions, shape (3, f, t)."""
        return np.quantile(self.divergences, [0.15, 0.5, 0.85], axis=1)

    def to_xarray(self) -> "xr.Dataset":
        """Return the divergences with named axes."""
        import xarray as xr

        axes = ("fraction", "repetition")
        data = {
            "divergence": ((*axes, "sample"), self.divergences),
            "exact": (axes, self.exact),
            "floor": ("sample", self.floor),
        }
        coords = {"fraction": self.fractions, "n_samples": ("sample", self.n_samples)}
        attrs = {"n_reference": self.n_reference, "n_states": self.n_states}
        return xr.Dataset(data, coords=coords, attrs=attrs)


def pseudo_update_study(
    sampler: Sampler,
    model: HardwareModel,
    *,
    n_visible: int = 8,
    n_hidden: int = 20,
    fractions: Sequence[float] = (0.025, 0.1),
    n_samples: Sequence[int] = RUN,
    n_reference: int = 1_000_000,
    repetitions: int = 10,
    burn_in: int = 100,
    seed: int = 0,
) -> PseudoUpdateStudy:
    """Change some weights by one level and see when samples tell the difference.

    The experiment of [1]_, Fig. 5E: a long run of a network with random integer
    weights is the reference, then a fraction of the weights goes one level up or
    down, as in the last updates of a training. Here each repetition takes another
    network, and the divergences of the exact laws stand beside the sampled ones.

    Parameters
    ----------
    sampler : Sampler
        May have hardware of its own.
    model : HardwareModel
        Its bits and range are those of the weights; its other effects belong to the
        sampler and are not looked at.
    n_visible, n_hidden : int
        Sizes of the layers; all 2**n_visible states are counted.
    fractions : sequence of float
        Of the weights that change, in (0, 1], rounded to whole weights.
    n_samples : sequence of int
        Where along the run of the changed network to compare, increasing.
    n_reference : int
        Samples of the reference.
    repetitions : int
        How many networks.
    burn_in : int
        See `sample`.
    seed : int
        Of weights, changes and samples.

    Returns
    -------
    PseudoUpdateStudy

    Raises
    ------
    TypeError, ValueError
        If a number is no integer or too small, the numbers of samples do not
        increase, a fraction changes no weight, counts of all states take more than
        4 GiB, or `model` does not round weights.

    References
    ----------
    .. [1] Klassert et al., iScience 25, 104707 (2022).
    """
    check_integer_weights(model)
    check_integer(repetitions, "repetitions")
    check_integer(n_reference, "n_reference")
    points = as_points(n_samples)
    check_sequence(fractions, "fractions")
    check_counts(n_visible, len(fractions) * len(points) + 1)
    check_integer(n_hidden, "n_hidden")
    changed = [_whole(fraction, n_visible * n_hidden) for fraction in fractions]

    divergences = np.empty((len(changed), repetitions, len(points)))
    exact = np.empty((len(changed), repetitions))
    floors = np.empty((repetitions, len(points)))
    with ProgressLine("networks", repetitions) as line:
        for r in range(repetitions):
            rng = rng_from(seed, "weights", r)
            machines = _networks(n_visible, n_hidden, changed, model, rng)
            (reference,), *counts = (
                counts_along_a_run(
                    machine,
                    sampler,
                    points if i else np.array([n_reference]),
                    burn_in=burn_in,
                    seed=derive_seed(seed, r, i),
                )
                for i, machine in enumerate(machines)
            )
            law, *laws = (visible_law(machine) for machine in machines)
            divergences[:, r] = sampled_divergence(np.array(counts), reference)
            exact[:, r] = [kl_divergence(moved, law) for moved in laws]
            floors[r] = divergence_floor(law, points, n_reference, rng)
            line.advance()
    return PseudoUpdateStudy(
        n_samples=points,
        fractions=np.array(changed) / (n_visible * n_hidden),
        divergences=divergences,
        exact=exact,
        floor=floors.mean(axis=0),
        n_reference=n_reference,
        n_states=2**n_visible,
    )


def _networks(
    n_visible: int,
    n_hidden: int,
    changed: Sequence[int],
    model: HardwareModel,
    rng: np.random.Generator,
) -> list[BoltzmannMachine]:
    """Return a random network, and those with so many of its weights changed."""
    largest = check_integer_weights(model) - 1  # leaves room for a level up
    levels = random_levels(n_visible, n_hidden, largest, rng)
    ladder = [levels, *(_move(levels, count, rng) for count in changed)]
    return [network_of_levels(x, n_visible, n_hidden, model) for x in ladder]


def _whole(fraction: float, n_weights: int) -> int:
    """Return how many weights a fraction is; refused if none or more than there are."""
    check_positive(fraction, "fractions")
    check_between(fraction, "fractions", 0, 1)
    count = round(fraction * n_weights)
    if not count:
        raise ValueError(
            f"`fractions` must change some of the {n_weights} weights, but {fraction} "
            f"changes none. Take at least {1 / n_weights:.3g}."
        )
    return count


def _move(levels: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return levels of which so many, chosen at random, went one up or down."""
    moved = levels.copy()
    moved[rng.choice(len(levels), count, replace=False)] += rng.choice([-1, 1], count)
    return moved
