"""How much samples of correlated chains are worth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite, check_positive
from ..._core.errors import ConvergenceError
from ..._core.progress import ProgressLine
from ..state_frequencies import StateFrequencies, state_frequencies
from .samples import Samples

__all__ = [
    "Autocorrelation",
    "autocorrelation",
    "effective_sample_size",
    "visible_frequencies",
]


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class Autocorrelation:
    """Correlations of observables along chains, and what follows from them.

    NaN marks what cannot be known: everything of an observable that never changed,
    and the times of one whose correlations outlast the chains.
    """

    correlations: np.ndarray  # (reads, k), at distances of 0, 1, ... reads
    times: np.ndarray  # (k,), integrated, in reads; 1 for independent reads
    time_errors: np.ndarray  # (k,), standard errors of the times
    windows: np.ndarray  # (k,), the distance at which each sum ends, 0 if none does
    split_r_hat: np.ndarray  # (k,), near 1 if chains and their halves agree
    n_samples: int

    @property
    def effective_sizes(self) -> np.ndarray:
        """Numbers of independent samples with the same errors of means, (k,)."""
        return self.n_samples / self.times


def autocorrelation(
    samples: Samples, values: ArrayLike | None = None, *, window: float = 5.0
) -> Autocorrelation:
    r"""Estimate how long observables remember along chains.

    .. math:: \rho(t) = \frac{\langle x_s x_{s+t} \rangle - \langle x \rangle^2}
              {\langle x^2 \rangle - \langle x \rangle^2}, \qquad
              \tau = 1 + 2 \sum_{t=1}^{T} \rho(t),

    averaged over chains about the mean of all of them, so that chains that disagree
    show as correlations that do not decay. The sum ends where T first reaches
    `window` times the time itself [1]_, in which we count :math:`|\rho|` in place of
    :math:`\rho`: correlations of alternating sign would end it early. A time's
    relative standard error is :math:`\sqrt{2 (2T + 1) / N}` for N samples [1]_.

    Parameters
    ----------
    samples : Samples
        Evenly spaced reads.
    values : shape (reads, chains) or (reads, chains, k), optional
        Observables along the chains; the states of all neurons by default.
    window : float
        T in times; a longer sum misses less and scatters more.

    Returns
    -------
    Autocorrelation
        For each observable; k = 1 for values without the last axis.

    Raises
    ------
    TypeError
        If `window` is no number, or values are no real ones.
    ValueError
        If the values' shape is another one, there are none, one of them is not finite,
        or `window` is not positive.

    References
    ----------
    .. [1] Sokal, in Functional Integration, NATO ASI B 361 (1997), sec. 3; the split
       R-hat is that of Gelman et al., Bayesian Data Analysis, 3rd ed. (2013), 11.4.

    Examples
    --------
    >>> from oqnn.spiking import GibbsSampler, sample, two_layer
    >>> machine = two_layer(2, 3, scale=0.01)
    >>> result = autocorrelation(sample(machine, GibbsSampler(chains=16), 8000))
    >>> result.times.round().tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0]
    """
    values = samples.states if values is None else np.asarray(values)
    if values.dtype.kind not in "buif":
        raise TypeError(f"`values` must be real numbers, but are {values.dtype}.")
    if values.shape[:2] != samples.states.shape[:2] or values.ndim not in (2, 3):
        raise ValueError(
            "`values` must have shape (reads, chains) or (reads, chains, k) with "
            f"(reads, chains) = {samples.states.shape[:2]}, but has {values.shape}."
        )
    if 0 in values.shape:
        raise ValueError(
            f"`values` must hold an observable, but has shape {values.shape}."
        )
    values = values.reshape(*values.shape[:2], -1)
    check_finite(values, "values")
    check_positive(window, "window")

    found = []
    with ProgressLine("observables", values.shape[2]) as line:
        for k in range(values.shape[2]):
            x = values[..., k].astype(float)  # floats of all would take much room
            rho = _correlations(x)
            found.append((rho, *_integrate(rho, window), _split_r_hat(x)))
            line.advance()
    correlations, times, windows, r_hats = map(np.array, zip(*found, strict=True))
    return Autocorrelation(
        correlations=correlations.T,
        times=times,
        time_errors=times * np.sqrt(2 * (2 * windows + 1) / samples.n_samples),
        windows=windows,
        split_r_hat=r_hats,
        n_samples=samples.n_samples,
    )


def effective_sample_size(
    samples: Samples, values: ArrayLike | None = None, *, window: float = 5.0
) -> float:
    """Return how many independent samples would estimate the worst mean as well.

    That of the observable with the longest correlations. Of the histogram of visible
    states it is ``visible_frequencies(samples).effective_steps``.

    Parameters
    ----------
    samples, values, window
        See `autocorrelation`.

    Returns
    -------
    float
        More than the number of samples where neighbouring reads avoid each other.

    Raises
    ------
    TypeError, ValueError
        See `autocorrelation`.
    ConvergenceError
        If a time cannot be known: an observable never changed, or chains are short.
    """
    result = autocorrelation(samples, values, window=window)
    unknown = np.flatnonzero(np.isnan(result.times))
    if unknown.size:
        raise ConvergenceError(
            f"`samples` must tell the correlation time of every observable, but number "
            f"{unknown[0]} never changed or stays correlated over the "
            f"{len(result.correlations)} reads of a chain. Draw from fewer chains or "
            "more samples, or see `autocorrelation`."
        )
    return float(result.effective_sizes.min())


def visible_frequencies(samples: Samples) -> StateFrequencies:
    """Return the law of the visible states with standard errors.

    From the scatter between chains, or, of less than 32 chains, between pieces of
    them, which are then taken as independent: see `state_frequencies`.

    Parameters
    ----------
    samples : Samples
        Of at most 16 visible neurons, at least two in all.

    Returns
    -------
    StateFrequencies
        ``effective_steps`` is the number of independent samples that would have the
        same divergence from the sampled law.

    Raises
    ------
    ValueError
        If there are more visible neurons or less samples.
    """
    return state_frequencies(np.moveaxis(samples.visible, 0, 1))


def _correlations(x: np.ndarray) -> np.ndarray:
    """Return ρ at all distances, (reads,), of values (reads, chains)."""
    from scipy.fft import irfft, next_fast_len, rfft

    reads, chains = x.shape
    if x.min() == x.max():
        return np.full(reads, np.nan)
    length = next_fast_len(2 * reads, real=True)  # zeros, so that ends do not meet
    spectrum = np.zeros(length // 2 + 1)
    centred = (x - x.mean()).T
    for some in np.array_split(centred, -(-chains // 16)):
        waves = rfft(some, length, axis=1)
        spectrum += (waves.real**2 + waves.imag**2).sum(axis=0)
    products = irfft(spectrum, length)[:reads] / (chains * np.arange(reads, 0, -1))
    return products / products[0]


def _integrate(rho: np.ndarray, window: float) -> tuple[float, int]:
    """Return the integrated time and where its sum ends; NaN and 0 if it does not."""
    sizes = 1 + 2 * np.cumsum(np.abs(rho[1:]))
    ends = np.flatnonzero(np.arange(1, len(rho)) >= window * sizes)
    if not ends.size:
        return np.nan, 0
    time = float(1 + 2 * rho[1 : ends[0] + 2].sum())
    return (time, int(ends[0]) + 1) if time > 0 else (np.nan, 0)


def _split_r_hat(x: np.ndarray) -> float:
    """Return R-hat of the halves of chains; NaN if they are too short or constant."""
    half = len(x) // 2
    if half < 2:
        return np.nan
    halves = np.concatenate([x[:half], x[-half:]], axis=1)
    within = halves.var(axis=0, ddof=1).mean()
    between = halves.mean(axis=0).var(ddof=1)
    return float(np.sqrt((half - 1) / half + between / within)) if within else np.nan
