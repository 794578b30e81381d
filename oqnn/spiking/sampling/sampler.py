"""What every sampler of Boltzmann machines offers: chains that can be continued."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..._core.checks import check_integer
from ..._core.seeds import derive_seed
from .machine import BoltzmannMachine
from .samples import Samples

__all__ = ["Chains", "Sampler", "sample"]


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class Chains:
    """Where a sampler's chains stand; all that the next draw needs.

    Parameters
    ----------
    arrays : dict of arrays
        The neurons' state, its names known to the sampler alone; the first array has
        one row a chain. Arrays only, so that chains can be written to a file and go on
        with the same numbers.
    seed : int
        Of the chains.
    draws : int
        How many draws came before; the next one's randomness follows from
        (`seed`, `draws`).
    """

    arrays: dict[str, np.ndarray]
    seed: int
    draws: int = 0

    def next_seed(self) -> int:
        """Seed of the next draw."""
        return derive_seed(self.seed, "draw", self.draws)


class Sampler(Protocol):
    """Draws states of a machine along chains; the machine may change in between."""

    def start(self, machine: BoltzmannMachine, *, seed: int) -> Chains:
        """Return chains at random states, before any burn-in."""
        ...

    def draw(
        self, machine: BoltzmannMachine, chains: Chains, n_samples: int
    ) -> tuple[Samples, Chains]:
        """Read at least `n_samples` states, and return where the chains stand.

        The number is rounded up to the same number of reads of every chain.
        """
        ...


def sample(
    machine: BoltzmannMachine,
    sampler: Sampler,
    n_samples: int,
    *,
    burn_in: int = 100,
    seed: int = 0,
) -> Samples:
    """Draw states of a machine from chains started anew.

    Parameters
    ----------
    machine : BoltzmannMachine
    sampler : Sampler
        `GibbsSampler`, `NeuralSampler` or `LIFSampler`.
    n_samples : int
        Rounded up to the same number of reads of every chain.
    burn_in : int
        Reads of every chain that are drawn first and left out.
    seed : int
        The same seed gives the same states.

    Returns
    -------
    Samples

    Raises
    ------
    TypeError
        If a number is no integer.
    ValueError
        If it is too small.
    """
    check_integer(n_samples, "n_samples")
    check_integer(burn_in, "burn_in", least=0)
    chains = sampler.start(machine, seed=seed)
    if burn_in:
        n_chains = len(next(iter(chains.arrays.values())))
        _, chains = sampler.draw(machine, chains, burn_in * n_chains)
    samples, _ = sampler.draw(machine, chains, n_samples)
    return samples
