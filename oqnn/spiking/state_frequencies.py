"""Sampled laws of the binary states of neurons, with honest errors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_integer, check_law
from .lif import simulate
from .network import LIFNetwork

__all__ = [
    "StateFrequencies",
    "kl_divergence",
    "measure_law",
    "state_frequencies",
]

LEAST_BATCHES = 32
MOST_NEURONS = 16  # whose 2^n states are counted


@dataclass(frozen=True, kw_only=True, eq=False)
class StateFrequencies:
    """How often each of the 2ⁿ states of n neurons was seen.

    States are numbered by bits, z = 1 an active neuron, the first neuron the most
    significant.
    """

    probabilities: np.ndarray  # (2^n,), over all runs
    standard_errors: np.ndarray  # (2^n,), of them, correlations in time counted
    runs: np.ndarray  # (runs, 2^n), in each run
    steps: int  # in all runs together

    @property
    def sampling_floor(self) -> float:
        r"""Expected KL(p_s‖p) of all runs together from sampling alone.

        To leading order :math:`\frac12 \sum_z \mathrm{Var}\,p_s(z) / p(z)`, which is
        :math:`(2^n - 1)/2T` for T independent samples. A single run of r has r times
        as much. States that were never seen are left out.
        """
        seen = self.probabilities > 0
        errors, law = self.standard_errors[seen], self.probabilities[seen]
        return float(0.5 * (errors**2 / law).sum())

    @property
    def effective_steps(self) -> float:
        """Number T of independent samples with the same sampling floor."""
        states = np.count_nonzero(self.probabilities)
        floor = self.sampling_floor
        return (states - 1) / (2 * floor) if floor else float(self.steps)


def state_frequencies(active: ArrayLike) -> StateFrequencies:
    r"""Estimate the law of the states of neurons by time averages.

    .. math:: p_s(z) = \frac1T \sum_t \prod_i z_i(t)^{z_i} (1 - z_i(t))^{1 - z_i},

    eq. (B1) [1]_. Standard errors come from the scatter of batch means: a batch is
    one run, or, with fewer than 32 runs, a piece of one, which is then assumed long
    against the correlation time.

    Parameters
    ----------
    active : shape (runs, steps, n) or (steps, n)
        Zeros and ones, such as `simulate` returns.

    Returns
    -------
    StateFrequencies
        Frequencies of all 2ⁿ states with standard errors, and those of each run.

    Raises
    ------
    ValueError
        If the shape is another one, n > 16, there are less than two steps, or a value
        is not 0 or 1.

    References
    ----------
    .. [1] Pehle and Wetterich, Phys. Rev. E 106, 045311 (2022), App. B.

    Examples
    --------
    >>> state_frequencies([[0, 0], [1, 0], [1, 1], [1, 0]]).probabilities
    array([0.25, 0.  , 0.5 , 0.25])
    """
    active = np.asarray(active)
    if active.ndim not in (2, 3) or 0 in active.shape:
        raise ValueError(
            "`active` must have shape (runs, steps, n) or (steps, n), "
            f"but has shape {active.shape}."
        )
    active = active[None] if active.ndim == 2 else active
    n_runs, length, n = active.shape
    if n > MOST_NEURONS:
        raise ValueError(
            f"`active` must hold at most {MOST_NEURONS} neurons, but holds {n}. Take a "
            "part of them."
        )
    if n_runs * length < 2:
        raise ValueError("`active` must hold at least two steps, but holds one.")
    if not ((active == 0) | (active == 1)).all():
        raise ValueError("`active` must hold zeros and ones, but holds other values.")

    states = active.astype(np.int64) @ (1 << np.arange(n)[::-1])  # (runs, steps)
    pieces = 1 if n_runs >= LEAST_BATCHES else -(-LEAST_BATCHES // n_runs)
    batches = np.array_split(states, min(pieces, length), axis=1)
    means = np.array(
        [[_frequencies(run, n) for run in batch] for batch in batches]
    )  # (batches, runs, 2^n)
    sizes = np.array([batch.shape[1] for batch in batches])
    runs = np.einsum("brs,b->rs", means, sizes) / length
    scatter = means.reshape(-1, 2**n).std(axis=0, ddof=1)
    return StateFrequencies(
        probabilities=runs.mean(axis=0),
        standard_errors=scatter / np.sqrt(n_runs * len(batches)),
        runs=runs,
        steps=n_runs * length,
    )


def measure_law(
    network: LIFNetwork,
    *,
    neurons: int | None = None,
    steps: int = 10_000,
    runs: int = 16,
    burn_in: int = 200,
    seed: int = 0,
) -> StateFrequencies:
    """Sample the law of the states of a network's first neurons.

    Parameters
    ----------
    network : LIFNetwork
        The network.
    neurons : int, optional
        How many neurons to read, from the first; all by default.
    steps : int
        Steps to record in each run.
    runs : int
        Independent runs.
    burn_in : int
        Steps that each run drops first.
    seed : int
        Seed of the sources.

    Returns
    -------
    StateFrequencies
        See `state_frequencies`.

    Raises
    ------
    TypeError, ValueError
        If a count is no integer or too small, or `neurons` more than there are.
    """
    neurons = network.n_neurons if neurons is None else neurons
    check_integer(neurons, "neurons")
    if neurons > network.n_neurons:
        raise ValueError(
            f"`neurons` must be at most {network.n_neurons}, the size of the network, "
            f"but is {neurons}."
        )
    active = simulate(network, steps, chains=runs, seed=seed, burn_in=burn_in)
    return state_frequencies(active[..., :neurons])


def kl_divergence(p: ArrayLike, q: ArrayLike) -> float:
    r"""Return the Kullback-Leibler divergence KL(p‖q) = Σ p log(p/q), in nats.

    States that p does not hold add nothing; where q vanishes and p does not the
    divergence is infinite.

    Parameters
    ----------
    p, q : shape (states,)
        Laws.

    Returns
    -------
    float
        Not negative, zero for equal laws.

    Raises
    ------
    ValueError
        If an argument is no law or the shapes differ.

    Examples
    --------
    >>> round(kl_divergence([0.5, 0.5, 0.0], [0.25, 0.25, 0.5]), 6)
    0.693147
    """
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    if p.ndim != 1 or p.shape != q.shape:
        raise ValueError(
            "`p` and `q` must have the same shape (states,), "
            f"but have {p.shape} and {q.shape}."
        )
    if not p.size:
        raise ValueError("`p` must hold at least one state, but is empty.")
    check_law(p, "p")
    check_law(q, "q")
    held = p > 0
    if (q[held] <= 0).any():
        return float("inf")
    return float((p[held] * np.log(p[held] / q[held])).sum())


def _frequencies(states: np.ndarray, n: int) -> np.ndarray:
    """Return how often each state occurs, (2^n,)."""
    return np.bincount(states, minlength=2**n) / len(states)
