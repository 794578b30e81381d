"""Correlators of independent samples of a law, with their errors."""

import numpy as np

from .._core.checks import check_integer
from .._core.seeds import rng_from
from ..encoding import CorrelationMap, Law
from ..spiking import Measurement

__all__ = ["measure_correlators", "moments_of_counts", "some_of_counts"]


def measure_correlators(
    law: Law, samples: int, *, seed: int = 0, raster_samples: int = 200
) -> Measurement:
    """Estimate the correlators of a law from independent samples.

    What `measure` does for a network. How often each configuration came up is drawn at
    once, so that the cost does not grow with the number of samples.

    Parameters
    ----------
    law : Law
        To sample.
    samples : int
        How many, at least two.
    seed : int
        Of the samples.
    raster_samples : int
        How many of the samples to keep as a raster.

    Returns
    -------
    Measurement
        Moments of ``CorrelationMap(n).products``; the neurons are the 3n spins, and a
        step is a sample.

    Raises
    ------
    TypeError, ValueError
        If a count is no integer or too small.

    Examples
    --------
    >>> law = Law(configurations=[[1, -1, 1], [1, 1, -1]], probabilities=[0.5, 0.5])
    >>> measured = measure_correlators(law, 10_000)
    >>> bool(measured.moments[0] == 1 and measured.standard_errors[0] == 0)
    True
    >>> round(float(measured.standard_errors[1]), 3)
    0.01
    """
    check_integer(samples, "samples", least=2)
    check_integer(raster_samples, "raster_samples", least=0)
    rng = rng_from(seed, "samples of a law")
    # Rounding may leave the sum off by 1e-9, more than the generator allows.
    p = law.probabilities / law.probabilities.sum()
    counts = rng.multinomial(samples, p)

    spins = law.configurations.astype(float)
    products = CorrelationMap(law.n_qubits).products
    values = np.stack([spins[:, list(q)].prod(axis=1) for q in products], axis=1)
    moments, covariance = moments_of_counts(values, counts)
    shown = some_of_counts(rng, counts, raster_samples)
    return Measurement(
        moments=moments,
        standard_errors=np.sqrt(np.diag(covariance)),
        covariance=covariance,
        rates=counts @ (spins + 1) / (2 * samples),
        raster=(law.configurations[shown] > 0).astype(np.uint8),
        steps=samples,
    )


def moments_of_counts(
    values: np.ndarray, counts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return means, (k,), and their covariance of values, (outcomes, k), that came."""
    samples = counts.sum()
    moments = counts @ values / samples
    gaps = values - moments
    return moments, (gaps.T * counts) @ gaps / (samples * (samples - 1))


def some_of_counts(
    rng: np.random.Generator, counts: np.ndarray, most: int
) -> np.ndarray:
    """Return the outcomes of some samples, drawn without return and in any order."""
    drawn = rng.multivariate_hypergeometric(counts, min(most, int(counts.sum())))
    return rng.permutation(np.repeat(np.arange(len(counts)), drawn))
