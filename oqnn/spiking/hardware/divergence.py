"""Divergences between sampled laws: the estimator, and what sampling alone gives."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_increasing, check_integer
from ..sampling.machine import BoltzmannMachine
from ..sampling.sampler import Sampler, sample

__all__ = [
    "as_points",
    "check_counts",
    "check_sequence",
    "counts_along_a_run",
    "divergence_floor",
    "sampled_divergence",
]

MOST_GIB = 4.0  # of memory for counts
FLOOR_PAIRS = 100  # of samples of one law
BYTES_A_COUNT = 40  # the count, its share, ratios and their logarithms


def as_points(n_samples: Sequence[int]) -> np.ndarray:
    """Return increasing numbers of samples as an array, shape (t,)."""
    check_sequence(n_samples, "n_samples")
    for number in n_samples:
        check_integer(number, "n_samples")
    points = np.array(n_samples)
    check_increasing(points, "n_samples")
    return points


def check_sequence(values: Sequence[float], name: str) -> None:
    """Check that there are several numbers, not a lone one, and not none."""
    if np.ndim(values) != 1:
        raise ValueError(
            f"`{name}` must be a sequence of numbers, but is {values!r}. Write "
            f"({values!r},)."
        )
    if not len(values):
        raise ValueError(f"`{name}` must hold at least one value, but is empty.")


def check_counts(n_visible: int, laws: int) -> None:
    """Check that the counts of so many sampled laws, and their ratios, can be held."""
    check_integer(n_visible, "n_visible")
    gib = BYTES_A_COUNT * laws * 2.0 ** min(n_visible, 900) / 2**30
    if gib > MOST_GIB:
        raise ValueError(
            f"`n_visible` must be few enough to count all 2^{n_visible} visible "
            f"states, but those of {laws} samples take {gib:.3g} GiB, more than "
            f"{MOST_GIB:g}."
        )


def counts_along_a_run(
    machine: BoltzmannMachine,
    sampler: Sampler,
    n_samples: np.ndarray,
    *,
    burn_in: int,
    seed: int,
) -> np.ndarray:
    """Sample a network and count the visible states among the first samples.

    The chains are consecutive pieces of one run: the first chain's reads come first,
    then the second's. Each call starts chains anew.

    Parameters
    ----------
    machine : BoltzmannMachine
    sampler : Sampler
    n_samples : shape (t,), int
        Strictly increasing; the last is the length of the run.
    burn_in, seed : int
        See `sample`.

    Returns
    -------
    ndarray of int64, shape (t, 2**n_visible)
    """
    samples = sample(machine, sampler, int(n_samples[-1]), burn_in=burn_in, seed=seed)
    states = 2**samples.n_visible
    pieces = np.split(samples.codes.T.ravel(), n_samples)[:-1]
    counts = [np.bincount(piece, minlength=states) for piece in pieces]
    return np.cumsum(counts, axis=0)


def sampled_divergence(
    counts: np.ndarray, reference: np.ndarray, *, pseudo_count: float = 0.5
) -> np.ndarray:
    r"""Estimate KL(p‖q) from samples of both laws, in nats.

    .. math:: \sum_v \frac{n_v}{n} \log \frac{n_v/n}{(m_v + a)/(m + aK)}

    for counts n of p and m of q in K states. The pseudo-count a = ½ keeps states that
    only p was seen in finite: q is then its posterior mean under Jeffreys' prior, and
    the change of the estimate vanishes with 1/m. Give 0 where the samples of p are
    among those of q, for then q holds whatever p does.

    Parameters
    ----------
    counts : shape (..., K)
        n.
    reference : shape (..., K)
        m.
    pseudo_count : float
        a, not negative.

    Returns
    -------
    ndarray, shape (...)
        Biased upwards by sampling, see `divergence_floor`.

    Examples
    --------
    >>> sampled_divergence(np.array([2, 2]), np.array([1, 3])).round(4)
    np.float64(0.0872)
    """
    n, m = (c.sum(axis=-1, keepdims=True) for c in (counts, reference))
    p = counts / n
    q = (reference + pseudo_count) / (m + pseudo_count * counts.shape[-1])
    seen = p > 0
    ratios = np.divide(p, q, out=np.ones(np.broadcast(p, q).shape), where=seen)
    return (p * np.log(ratios)).sum(axis=-1)


def divergence_floor(
    law: np.ndarray,
    n_samples: ArrayLike,
    n_reference: int,
    rng: np.random.Generator,
    *,
    nested: bool = False,
) -> np.ndarray:
    r"""Return what `sampled_divergence` gives on average for two samples of one law.

    A mean over 100 pairs of independent samples; one of them scatters by √(2/K) of
    itself, for K states that occur. Where every state is expected many times it is

    .. math:: \frac{K-1}{2} \Bigl(\frac1n \pm \frac1m\Bigr),

    plus for two sets of samples, minus where those of p are among those of q. Rare
    states give less, several times less if most are. Correlated samples give more, by
    their autocorrelation time.

    Parameters
    ----------
    law : shape (K,)
        Of all samples.
    n_samples : shape (t,), int
        n.
    n_reference : int
        m.
    rng : numpy.random.Generator
    nested : bool
        Whether the samples of p are among those of q, which are then taken without a
        pseudo-count.

    Returns
    -------
    ndarray, shape (t,)
    """
    pseudo_count = 0.0 if nested else 0.5
    found = []
    for n in np.atleast_1d(n_samples):
        others = n_reference - n if nested else n_reference
        for _ in range(FLOOR_PAIRS):  # pair by pair, in little memory
            counts, rest = rng.multinomial(n, law), rng.multinomial(others, law)
            reference = counts + rest if nested else rest
            found.append(
                sampled_divergence(counts, reference, pseudo_count=pseudo_count)
            )
    return np.array(found).reshape(-1, FLOOR_PAIRS).mean(axis=1)
