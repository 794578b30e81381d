"""Parameters that wander while a chip runs."""

import numpy as np

__all__ = ["wandering"]


def wandering(
    chains: int,
    n: int,
    amplitude: float,
    correlation_time: float,
    rng: np.random.Generator,
) -> np.ndarray:
    r"""Draw Ornstein-Uhlenbeck walks along a run, one a neuron, that start at zero.

    .. math:: dx = -\frac{x}{\tau}\,dt + a \sqrt{\frac{2}{\tau}}\,dW, \qquad
              \langle x_t^2 \rangle = a^2 (1 - e^{-2t/\tau}),

    stepped exactly. The chains are consecutive pieces of the run, of length 1 in all;
    each holds the value of its middle, at t = (c + ½) / chains.

    Parameters
    ----------
    chains, n : int
        Numbers of pieces and of neurons.
    amplitude : float
        a, the standard deviation after a long time, in the parameter's unit.
    correlation_time : float
        τ, in runs.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (chains, n)
    """
    first, step = (np.exp(-t / chains / correlation_time) for t in (0.5, 1.0))
    kicks = amplitude * rng.standard_normal((chains, n))
    walks = np.empty((chains, n))
    walks[0] = np.sqrt(1 - first**2) * kicks[0]
    for c in range(1, chains):
        walks[c] = step * walks[c - 1] + np.sqrt(1 - step**2) * kicks[c]
    return walks
