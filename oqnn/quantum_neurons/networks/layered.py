"""Networks in layers."""

from collections.abc import Sequence

import numpy as np

from ..._core.checks import check_integer
from ..neurons.model import NeuronModel
from .connection import Connection, Population
from .network import Network
from .random_network import random_network
from .wiring import wire_mask

__all__ = ["layered_network"]


def layered_network(
    sizes: Sequence[int],
    model: NeuronModel,
    *,
    output_model: NeuronModel | None = None,
    delay: int = 0,
    self_loops: bool = False,
    recurrent: bool = False,
    wires: str = "matched",
    scale: float = 1.0,
    spread: float | None = None,
    seed: int = 0,
) -> Network:
    r"""Return a network whose layers feed the next one, with random parameters.

    A weight is normal with standard deviation scale/√k where k wires feed its target
    wire; parameters of neurons come from the model's `random_parameters`, or lie about
    the model's own if `spread` is given, which is where quantum neurons learn best.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, neurons of every hidden layer, output neurons.
    model : NeuronModel
        Of all layers.
    output_model : NeuronModel, optional
        Of the output layer, where it differs.
    delay : int, optional
        0 or 1 step between a layer and the next. The inputs come without delay.
    self_loops : bool, optional
        Whether every neuron of a hidden layer feeds itself, one step later.
    recurrent : bool, optional
        Whether every neuron of a hidden layer feeds the others there, one step later.
    wires : {"matched", "all"}, optional
        Which wires meet, see `wire_mask`.
    scale : float, optional
    spread : float, optional
        Standard deviation of the neurons' parameters about those of their model.
    seed : int, optional

    Raises
    ------
    ValueError
        If there are fewer than two sizes, one is not positive, or wires do not match.

    Examples
    --------
    >>> from oqnn.quantum_neurons import SQSNeuron, two_qubit_circuit
    >>> neuron = SQSNeuron(1, 1, two_qubit_circuit(0.9, 0.4, 1.3))
    >>> layered_network([784, 1000, 10], neuron).n_parameters
    797030
    """
    if len(sizes) < 2:
        raise ValueError(
            "`sizes` must give the inputs and at least one layer, but are "
            f"{tuple(sizes)}."
        )
    for size in sizes:
        check_integer(size, "sizes")
    models = [model] * (len(sizes) - 2) + [output_model or model]
    populations = [Population(m, n) for m, n in zip(models, sizes[1:], strict=True)]

    connections = []
    for i, (m, n) in enumerate(zip(models, sizes[1:], strict=True)):
        below = 1 if i == 0 else models[i - 1].n_io
        mask = wire_mask(np.ones((n, sizes[i])), m.n_io, below, wires=wires)
        connections.append(Connection(i - 1, i, delay if i else 0, mask))
        if i < len(models) - 1 and (self_loops or recurrent):
            edges = np.full((n, n), recurrent)
            np.fill_diagonal(edges, self_loops)
            mask = wire_mask(edges, m.n_io, m.n_io, wires=wires)
            connections.append(Connection(i, i, 1, mask))
    return random_network(
        sizes[0],
        populations,
        connections,
        [len(models) - 1],
        scale=scale,
        spread=spread,
        seed=seed,
    )
