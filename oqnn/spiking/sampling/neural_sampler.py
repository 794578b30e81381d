"""Neural sampling: spiking neurons with a refractory time that sample exactly."""

from dataclasses import dataclass

import numpy as np

from ..._core.checks import check_between, check_choice, check_integer
from ..._core.seeds import rng_from
from .groups import Group, in_groups, random_words
from .machine import BoltzmannMachine
from .sampler import Chains
from .samples import Samples

__all__ = ["NeuralSampler"]

LONGEST = 2**20


@dataclass(frozen=True, kw_only=True)
class NeuralSampler:
    r"""Neurons that stay active for τ steps after a spike and then may fire again.

    With the steps :math:`\zeta_k` for which neuron k stays active, it moves as [1]_

    .. math:: \zeta_k \leftarrow \begin{cases}
              \zeta_k - 1 & \zeta_k > 1 \\
              \tau \text{ with probability } \sigma(u_k - \log\tau), \text{ else } 0
              & \zeta_k \le 1, \end{cases}

    with :math:`u_k = b_k + \sum_j W_{kj} z_j` and :math:`z_k = 1` while
    :math:`\zeta_k > 0`. If neurons move one after another within a step, its law is

    .. math:: p(\zeta) = p(z) \tau^{-\sum_k z_k},

    so that z follows the machine's law exactly at any τ; so it does if neurons
    without connections among them move at once, since such moves commute. τ = 1 is
    Gibbs sampling. If all neurons move at once, each sees the others a step late, and
    the law is off by O(1/τ).

    A step costs one product of the weights with the states of all chains, in single
    precision; chains forget in a number of steps that grows as τ.

    Parameters
    ----------
    chains : int
        Chains that are drawn together.
    tau : int, steps
        Refractory time τ, at most 2²⁰.
    read_every : int, steps
        Between two reads of a chain. The papers' chips are read every τ/2 or τ/5.
    updates : str
        "blocks": groups of unconnected neurons in turn, `BoltzmannMachine.blocks`;
        "sequential": neuron after neuron, exact too, slower; "parallel": all at once,
        approximate.

    Raises
    ------
    TypeError
        If a number is no integer.
    ValueError
        If a number is too small, τ is too large or `updates` is not known.

    References
    ----------
    .. [1] Buesing, Bill, Nessler and Maass, PLoS Comput. Biol. 7, e1002211 (2011),
       theorem 1. Its neurons move one after another.

    Examples
    --------
    >>> from oqnn.spiking import sample, two_layer
    >>> samples = sample(two_layer(2, 3), NeuralSampler(chains=4), 10, seed=1)
    >>> samples.states.shape
    (3, 4, 5)
    """

    chains: int = 128
    tau: int = 10
    read_every: int = 5
    updates: str = "blocks"

    def __post_init__(self) -> None:
        for name in ("chains", "tau", "read_every"):
            check_integer(getattr(self, name), name)
        check_between(self.tau, "tau", 1, LONGEST)
        check_choice(self.updates, "updates", ("blocks", "sequential", "parallel"))

    def start(self, machine: BoltzmannMachine, *, seed: int) -> Chains:
        """Return chains in which every neuron is active with probability ½.

        Parameters
        ----------
        machine : BoltzmannMachine
        seed : int

        Returns
        -------
        Chains
            Of one array, ``left`` (chains, n): ζ.
        """
        rng = rng_from(seed, "start")
        shape = (self.chains, machine.n)
        active = rng.integers(0, 2, shape, dtype=np.int32)
        left = active * rng.integers(1, self.tau + 1, shape, dtype=np.int32)
        return Chains(arrays={"left": left}, seed=seed)

    def draw(
        self, machine: BoltzmannMachine, chains: Chains, n_samples: int
    ) -> tuple[Samples, Chains]:
        """Read at least `n_samples` states; see `Sampler`.

        Parameters
        ----------
        machine : BoltzmannMachine
            May differ in its weights from that of the draw before.
        chains : Chains
            From `start` or from the draw before.
        n_samples : int
            Rounded up to the same number of reads of every chain.

        Returns
        -------
        Samples
        Chains

        Raises
        ------
        TypeError
            If `n_samples` is no integer.
        ValueError
            If it is not positive, or the chains are not those of such a sampler and
            machine.
        """
        from ..kernels.neural_sampling_jax import run_reads

        check_integer(n_samples, "n_samples")
        left = self._left_of(chains, machine)

        order, groups = self._groups(machine)
        weights = machine.weights[np.ix_(order, order)].astype(np.float32)
        biases = machine.biases[order].astype(np.float32)
        left = left.T[order]  # (n, chains), groups side by side
        reads, done = -(-n_samples // self.chains), 0
        states = np.empty((reads, self.chains, machine.n), np.uint8)
        shape = (self.read_every, *left.shape)
        for words, now in random_words(chains.next_seed(), shape, reads):
            parts = (weights, biases, left, words, now, self.tau, groups)
            active, left = run_reads(*parts)
            states[done : done + now] = _in_place(active, order)
            done += now
        moved = Chains(
            arrays={"left": np.ascontiguousarray(_in_place(left, order))},
            seed=chains.seed,
            draws=chains.draws + 1,
        )
        return Samples(states=states, n_visible=machine.n_visible), moved

    def _left_of(self, chains: Chains, machine: BoltzmannMachine) -> np.ndarray:
        """Check that chains are ours, and return ζ."""
        left = chains.arrays.get("left")
        if left is None or left.shape != (self.chains, machine.n):
            found = {name: a.shape for name, a in chains.arrays.items()}
            raise ValueError(
                "`chains` must hold one array left of shape (chains, n) = "
                f"{(self.chains, machine.n)}, but hold {found}. Start them with this "
                "sampler and a machine of this size."
            )
        if left.min() < 0 or left.max() > self.tau:
            raise ValueError(
                f"`chains` must hold refractory steps from 0 to tau = {self.tau}, but "
                f"hold {left.min()} to {left.max()}. Start them with this sampler."
            )
        return left

    def _groups(
        self, machine: BoltzmannMachine
    ) -> tuple[np.ndarray, tuple[Group, ...]]:
        """Return an order of the neurons, and which of them move when."""
        if self.updates == "parallel":
            return in_groups(machine, [np.arange(machine.n)])
        if self.updates == "sequential":
            return in_groups(machine, [np.array([k]) for k in range(machine.n)])
        return in_groups(machine, machine.blocks)


def _in_place(ordered: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Bring (..., n, chains), neurons in an order, to (..., chains, n) as they were."""
    if (order[:-1] > order[1:]).any():
        ordered = ordered.take(np.argsort(order), axis=-2)
    return ordered.mT
