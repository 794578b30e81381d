"""Correlators of a state from outcomes of a measurement, with their errors."""

from functools import reduce

import numpy as np

from .._core.checks import check_integer
from .._core.seeds import rng_from
from ..encoding import OutcomeLaw, Povm
from ..spiking import Measurement
from ..spiking.sampling.samples import Samples, states_of
from .sampling import moments_of_counts, some_of_counts

__all__ = ["measure_outcomes", "measure_samples"]

LEAST_BATCHES = 32


def measure_outcomes(
    law: OutcomeLaw, samples: int, *, seed: int = 0, raster_samples: int = 200
) -> Measurement:
    """Estimate the correlators of a state from independent samples of its outcomes.

    What `measure_correlators` does for a law of spins. The neurons are those that hold
    the outcomes' codes.

    Parameters
    ----------
    law : OutcomeLaw
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
        Moments of ``CorrelationMap(n).products``; a step is a sample.

    Raises
    ------
    TypeError, ValueError
        If a count is no integer or too small.

    Examples
    --------
    >>> povm = Povm.tetrahedral(1)
    >>> law = OutcomeLaw(povm=povm, probabilities=povm.probabilities([1, 0]))
    >>> measured = measure_outcomes(law, 10_000)
    >>> bool(abs(measured.moments[2] - 1) < 5 * measured.standard_errors[2])
    True
    """
    check_integer(samples, "samples", least=2)
    check_integer(raster_samples, "raster_samples", least=0)
    rng = rng_from(seed, "samples of outcomes")
    p = np.maximum(law.probabilities, 0)  # within the tolerance of states
    counts = rng.multinomial(samples, p / p.sum())

    values = _values(law.povm)  # (k, n_outcomes)
    moments, covariance = moments_of_counts(values.T, counts)
    bits = states_of(law.povm.codes, law.povm.n_bits)
    shown = some_of_counts(rng, counts, raster_samples)
    return Measurement(
        moments=moments,
        standard_errors=np.sqrt(np.diag(covariance)),
        covariance=covariance,
        rates=counts @ bits / samples,
        raster=bits[shown],
        steps=samples,
    )


def measure_samples(
    samples: Samples, povm: Povm, *, raster_steps: int = 200
) -> tuple[Measurement, float]:
    """Estimate the correlators of a state from a sampling network's states.

    Errors come from the scatter between chains, or between pieces of them if there are
    fewer than 32, and so count correlations in time. Codes of no outcome are left out
    of the shares, and how many there were is returned.

    Parameters
    ----------
    samples : Samples
        Of a network whose visible neurons hold the outcomes' codes.
    povm : Povm
        The measurement.
    raster_steps : int
        Reads of the first chain to keep as a raster, fewer if it is shorter.

    Returns
    -------
    measurement : Measurement
        Moments of ``CorrelationMap(n).products``; a step is one read of one chain.
    unused : float
        Share of the reads with a code of no outcome.

    Raises
    ------
    ValueError
        If there are too few reads for two batches, or none shows an outcome.
    """
    reads, chains = samples.codes.shape
    pieces = min(-(-LEAST_BATCHES // chains), reads)
    n_batches = chains * pieces
    kept = reads - reads % pieces
    outcome = np.full(2**povm.n_bits, povm.n_outcomes)  # the last stands for none
    outcome[povm.codes] = np.arange(povm.n_outcomes)
    rows = outcome[samples.codes[:kept].T.reshape(n_batches, -1)]
    size = povm.n_outcomes + 1
    shifted = rows + size * np.arange(n_batches)[:, None]
    table = np.bincount(shifted.ravel(), minlength=n_batches * size)
    counts = table.reshape(n_batches, size)[:, :-1]
    used = counts.sum(axis=1)
    if n_batches < 2 or not used.sum():
        raise ValueError(
            "`samples` must show outcomes in two batches at least, but there are "
            f"{n_batches} batches and {used.sum()} outcomes. Draw more samples."
        )

    values = _values(povm)
    moments = values @ counts.sum(axis=0) / used.sum()
    gaps = counts @ values.T - used[:, None] * moments  # (batches, k)
    covariance = gaps.T @ gaps * (n_batches / (n_batches - 1) / used.sum() ** 2)
    measurement = Measurement(
        moments=moments,
        standard_errors=np.sqrt(np.diag(covariance)),
        covariance=covariance,
        rates=samples.flat.mean(axis=0),
        raster=samples.states[:raster_steps, 0],
        steps=int(rows.size),
    )
    return measurement, float(1 - used.sum() / rows.size)


def _values(povm: Povm) -> np.ndarray:
    """Return what each outcome adds to each correlator, shape (k, n_outcomes)."""
    return reduce(np.kron, povm.dual_factors)[1:]
