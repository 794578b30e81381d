"""Random parameters of a network, to start learning from."""

from collections.abc import Sequence

import numpy as np

from ..._core.checks import check_between
from ..._core.seeds import rng_from
from .connection import Connection, Population
from .network import Network

__all__ = ["random_network"]


def random_network(
    n_inputs: int,
    populations: Sequence[Population],
    connections: Sequence[Connection],
    outputs: Sequence[int],
    *,
    places: Sequence[tuple[int, int]] | None = None,
    scale: float = 1.0,
    spread: float | None = None,
    seed: int = 0,
) -> Network:
    """Return a network with random weights and random parameters of neurons.

    Parameters
    ----------
    n_inputs, populations, connections, outputs, places
        See `Network`.
    scale : float, optional
        A weight is normal with standard deviation scale/√k where k wires feed its
        target wire.
    spread : float, optional
        Parameters of neurons are normal about those of their model with this standard
        deviation; by default they come from the model's `random_parameters`.
    seed : int, optional

    Raises
    ------
    ValueError
        If `scale` or `spread` is negative or too large, and where `Network` does.
    """
    check_between(scale, "scale", 0, 1e6)
    if spread is not None:
        check_between(spread, "spread", 0, 1e6)
    fed_by = [np.zeros(p.n_wires) for p in populations]
    for c in connections:
        fed_by[c.target] += c.mask.sum(axis=1)
    weights = []
    for k, c in enumerate(connections):
        drawn = rng_from(seed, "weights", k).normal(size=c.mask.shape)
        deviations = scale / np.sqrt(np.maximum(fed_by[c.target], 1))
        weights.append(np.where(c.mask, deviations[:, None] * drawn, 0))
    neurons = [
        _parameters(p, spread, rng_from(seed, "neurons", i))
        for i, p in enumerate(populations)
    ]
    return Network(
        n_inputs=n_inputs,
        populations=populations,
        connections=connections,
        outputs=outputs,
        weights=weights,
        neurons=neurons,
        places=places,
    )


def _parameters(
    population: Population, spread: float | None, rng: np.random.Generator
) -> np.ndarray:
    """Return parameters of all neurons, shape (size, P)."""
    if spread is None:
        return population.model.random_parameters(population.size, rng)
    centre = population.model.parameters
    return centre + spread * rng.normal(size=(population.size, len(centre)))
