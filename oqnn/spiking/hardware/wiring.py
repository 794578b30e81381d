"""Which of a chip's noise sources reach which neuron."""

import numpy as np

__all__ = ["shared_share", "wire_noise"]


def wire_noise(
    n: int, sources: int, per_neuron: int, rng: np.random.Generator
) -> np.ndarray:
    """Connect every neuron to some sources of each kind, chosen at random.

    Parameters
    ----------
    n : int
        Number of neurons.
    sources : int
        Number of excitatory sources, and of inhibitory ones.
    per_neuron : int
        How many different sources of each kind reach a neuron.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of bool, shape (n, 2 sources)
        Excitatory sources first.
    """
    wires = np.zeros((n, 2, sources), dtype=bool)
    chosen = rng.random(wires.shape).argsort(axis=-1)[..., :per_neuron]
    np.put_along_axis(wires, chosen, True, axis=-1)
    return wires.reshape(n, 2 * sources)


def shared_share(wires: np.ndarray) -> np.ndarray:
    r"""Return the share of their sources that two neurons have in common.

    For sources of one rate and of one strength it is the correlation coefficient of
    the noise that reaches the two neurons.

    Parameters
    ----------
    wires : shape (n, s), bool
        As many sources for every neuron.

    Returns
    -------
    ndarray, shape (n, n)
        1 on the diagonal.
    """
    wires = wires.astype(float)
    return wires @ wires.T / wires[0].sum()
