"""Gibbs sampling of Boltzmann machines, many chains at once."""

from dataclasses import dataclass

import numpy as np

from ..._core.checks import check_integer
from ..._core.seeds import rng_from
from .groups import in_groups, random_words
from .machine import BoltzmannMachine
from .sampler import Chains
from .samples import Samples

__all__ = ["GibbsSampler"]


@dataclass(frozen=True, kw_only=True)
class GibbsSampler:
    r"""Draw neurons from their conditional laws, block after block.

    .. math:: p(z_i = 1 \mid z_{\setminus i}) =
              \frac{1}{1 + e^{-u_i}}, \qquad u_i = \sum_j W_{ij} z_j + b_i.

    The neurons of a block are not connected with each other and move together: a
    layered network takes one matrix product a layer. The law is that of the machine
    but for float32: conditional probabilities are met up to 2⁻²⁴ and the rounding of
    :math:`u_i`.

    The first reads of a draw do not depend on how many follow.

    Parameters
    ----------
    chains : int
        Independent chains, moved side by side.
    sweeps_per_read : int
        How often every neuron is drawn between two reads.

    Raises
    ------
    TypeError
        If a number is no integer.
    ValueError
        If it is below one.

    Examples
    --------
    >>> from oqnn.spiking import sample, two_layer
    >>> sample(two_layer(2, 3), GibbsSampler(chains=8), 20).states.shape
    (3, 8, 5)
    """

    chains: int = 128
    sweeps_per_read: int = 1

    def __post_init__(self) -> None:
        check_integer(self.chains, "chains")
        check_integer(self.sweeps_per_read, "sweeps_per_read")

    def start(self, machine: BoltzmannMachine, *, seed: int) -> Chains:
        """Return chains whose neurons are 0 or 1 with equal chances.

        Parameters
        ----------
        machine : BoltzmannMachine
        seed : int
            Of the first states and of all draws.

        Returns
        -------
        Chains
            ``arrays["states"]`` of shape (chains, n), uint8.
        """
        shape = (self.chains, machine.n)
        states = rng_from(seed, "start").integers(0, 2, shape, dtype=np.uint8)
        return Chains(arrays={"states": states}, seed=seed)

    def draw(
        self, machine: BoltzmannMachine, chains: Chains, n_samples: int
    ) -> tuple[Samples, Chains]:
        """Read states of a machine, and return where the chains stand.

        Parameters
        ----------
        machine : BoltzmannMachine
            Its graph may differ from that of the last draw, its size may not.
        chains : Chains
            From `start` or the last draw.
        n_samples : int
            Rounded up to the same number of reads of every chain.

        Returns
        -------
        Samples, Chains

        Raises
        ------
        TypeError
            If `n_samples` is no integer.
        ValueError
            If it is below one, or `chains` does not hold `self.chains` states of all
            neurons.
        """
        from ..kernels.gibbs_jax import run_sweeps

        check_integer(n_samples, "n_samples")
        now = _states(chains, (self.chains, machine.n))

        order, groups = in_groups(machine, machine.blocks)
        weights = machine.weights[np.ix_(order, order)].astype(np.float32)
        biases = machine.biases[order].astype(np.float32)
        now = now.T[order]  # (n, chains), groups side by side
        reads, k, done = -(-n_samples // self.chains), self.sweeps_per_read, 0
        states = np.empty((reads, self.chains, machine.n), np.uint8)
        for words, sweeps in random_words(chains.next_seed(), now.shape, reads * k):
            after = run_sweeps(weights, biases, now, words, sweeps, groups)
            kept = after[(-done - 1) % k :: k]
            read = states[done // k :][: len(kept)]
            if (order[:-1] < order[1:]).all():
                read[:] = kept.transpose(0, 2, 1)
            else:
                read[..., order] = kept.transpose(0, 2, 1)
            now, done = after[-1], done + sweeps
        moved = Chains(
            arrays={"states": states[-1].copy()},
            seed=chains.seed,
            draws=chains.draws + 1,
        )
        return Samples(states=states, n_visible=machine.n_visible), moved


def _states(chains: Chains, shape: tuple[int, int]) -> np.ndarray:
    """Return the neurons' states, checked to be ours."""
    states = chains.arrays.get("states")
    if states is None or states.shape != shape:
        has = "has none" if states is None else f"they have shape {states.shape}"
        raise ValueError(
            f"`chains` must hold states of shape (chains, n) = {shape}, but {has}. "
            "Start them with this sampler and machine."
        )
    return states
