"""What noise and synapses do to a free membrane, and how noise events are drawn."""

from functools import lru_cache

import numpy as np
from scipy.stats import poisson, skellam

__all__ = ["event_law", "membrane_response", "noise_spread"]

LEVELS = 2**16  # of a random word


def membrane_response(
    times: np.ndarray, tau_syn: float, tau_mem: float, /
) -> np.ndarray:
    r"""Response of a free membrane to a current that jumps by one and decays.

    .. math:: \frac{\tau_s}{\tau_s - \tau_m}
              \left(e^{-t/\tau_s} - e^{-t/\tau_m}\right)

    solves :math:`\tau_m \dot V = -V + e^{-t/\tau_s}`. Times in any one unit.

    Examples
    --------
    >>> membrane_response(np.array([0.0, 2.0]), 10.0, 0.5).round(4).tolist()
    [0.0, 0.8425]
    """
    slow, fast = np.exp(-times / tau_syn), np.exp(-times / tau_mem)
    return tau_syn / (tau_syn - tau_mem) * (slow - fast)


def noise_spread(variance: float, tau_syn: float, tau_mem: float, /) -> float:
    r"""Standard deviation of a free membrane whose noise jumps at every step.

    The voltage is a sum :math:`\sum_k R_k c_k` over independent past jumps c with the
    given variance and R, the membrane's response k = 1, 2, ... steps later:
    :math:`\sigma^2 = \mathrm{Var}(c) \sum_k R_k^2`, three geometric series.

    Parameters
    ----------
    variance : float
        Of the jumps of one step.
    tau_syn, tau_mem : float, steps

    Returns
    -------
    float
    """
    slow, fast = np.exp(-1 / tau_syn), np.exp(-1 / tau_mem)
    series = [x / (1 - x) for x in (slow * slow, slow * fast, fast * fast)]
    squares = series[0] - 2 * series[1] + series[2]
    return float(tau_syn / (tau_syn - tau_mem) * np.sqrt(variance * squares))


@lru_cache
def event_law(mean: float, signed: bool) -> tuple[int, tuple[int, ...]]:
    """Invert the cdf of a step's events for random words of 16 bits.

    Probabilities are rounded to multiples of 2**-16.

    Parameters
    ----------
    mean : float
        Mean number of events of one source.
    signed : bool
        Whether there are two sources, the second one counted negative.

    Returns
    -------
    int, tuple of int
        The least count and thresholds: the count is the least one plus the number of
        thresholds that a word, read as a signed integer, reaches.

    Examples
    --------
    >>> event_law(0.1, False)
    (0, (26531, 32461, 32758))
    """
    law = skellam(mean, mean) if signed else poisson(mean)
    reach = int(20 + 10 * mean)
    counts = np.arange(-reach if signed else 0, reach)
    edges = np.rint(law.cdf(counts) * LEVELS).astype(int)
    inside = (edges > 0) & (edges < LEVELS)
    if not inside.any():
        return 0, ()
    return int(counts[inside][0]), tuple((edges[inside] - LEVELS // 2).tolist())
