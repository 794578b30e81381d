"""A sampler of independent visible states, on which the studies' laws are exact."""

from dataclasses import dataclass, replace

import numpy as np

from oqnn._core.seeds import rng_from
from oqnn.spiking.sampling.exact import visible_law
from oqnn.spiking.sampling.sampler import Chains
from oqnn.spiking.sampling.samples import Samples, states_of


@dataclass(frozen=True, kw_only=True)
class ExactSampler:
    """Draws from the enumerated law; biases off by `jitter` in each set of chains."""

    chains: int = 4
    jitter: float = 0.0

    def start(self, machine, *, seed):
        return Chains(arrays={"none": np.zeros(self.chains)}, seed=seed)

    def machine_of(self, machine, seed):
        offsets = self.jitter * rng_from(seed, "jitter").standard_normal(machine.n)
        return replace(machine, biases=machine.biases + offsets)

    def draw(self, machine, chains, n_samples):
        law = visible_law(self.machine_of(machine, chains.seed))
        reads = -(-n_samples // self.chains)
        rng = np.random.default_rng(chains.next_seed())
        # multinomial counts in random order: as independent draws, and quicker
        codes = np.repeat(
            np.arange(len(law)), rng.multinomial(reads * self.chains, law)
        )
        codes = rng.permutation(codes).reshape(reads, self.chains)
        samples = Samples(
            states=states_of(codes, machine.n_visible), n_visible=machine.n_visible
        )
        return samples, replace(chains, draws=chains.draws + 1)
