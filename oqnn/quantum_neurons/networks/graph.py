"""Networks from graphs of single neurons."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ..._core.checks import check_integer
from ..neurons.model import NeuronModel
from .connection import Connection, Population
from .network import Network
from .random_network import random_network
from .wiring import INPUTS, wire_mask, zero_delay_order

__all__ = ["network_from_graph"]


class Edge(NamedTuple):
    """From neuron to neuron, or from an input where the delay's sender is -1."""

    source: int
    target: int
    delay: int


def network_from_graph(
    n_neurons: int,
    edges: Sequence[tuple[int, int]],
    *,
    inputs: Sequence[tuple[int, int]],
    outputs: Sequence[int],
    model: NeuronModel | Sequence[NeuronModel],
    delays: int | Sequence[int] | None = None,
    n_inputs: int | None = None,
    wires: str = "matched",
    scale: float = 1.0,
    seed: int = 0,
) -> Network:
    r"""Return the network of a directed graph whose nodes are neurons.

    Neurons that no path of zero delay connects are put into one population where they
    have the same circuit, so that they are computed together. `Network.places` keeps
    the numbering given here. Weights are random, with standard deviation scale/√k where
    k wires feed the target's.

    Parameters
    ----------
    n_neurons : int
    edges : sequence of (int, int)
        Source and target neuron of every edge; a neuron may feed itself.
    inputs : sequence of (int, int)
        Input line and the neuron that it feeds, without delay.
    outputs : sequence of int
        Output neurons, in the order in which `NetworkRecord.outputs` gives their
        spikes; the rest are hidden.
    model : NeuronModel or one a neuron
        One model: every neuron gets random parameters. A sequence: each keeps those of
        its own model.
    delays : int or one an edge, optional
        0 or 1 step; by default 1 for edges from a neuron to itself and 0 for others.
    n_inputs : int, optional
        Number of input lines, by default those that `inputs` name.
    wires : {"matched", "all"}, optional
        Which wires of two neurons meet, see `wire_mask`.
    scale, seed : optional
        Of random parameters.

    Raises
    ------
    ValueError
        If an edge names no neuron or comes twice, zero delay closes a cycle (the
        message names its neurons), `outputs` are empty, unknown or in an order that
        tears populations apart, or wires do not match.

    Examples
    --------
    Five hidden neurons and an output, each of which feeds itself, as in Fig. 4 of [1]_
    (there numbered from 1; spikes of the past step reach a neuron):

    >>> from oqnn.quantum_neurons import SQSNeuron, two_qubit_circuit
    >>> forward = [(0, 2), (0, 3), (1, 3), (2, 4), (3, 4), (3, 5), (4, 5)]
    >>> loops = [(i, i) for i in range(6)]
    >>> network = network_from_graph(
    ...     6,
    ...     forward + loops,
    ...     inputs=[(0, 0), (1, 1)],
    ...     outputs=[5],
    ...     model=SQSNeuron(1, 1, two_qubit_circuit(0.9, 0.4, 1.3)),
    ...     delays=1,
    ... )
    >>> [population.size for population in network.populations]
    [5, 1]
    >>> record = network.sample(np.ones((8, 2)), seed=1)
    >>> record.outputs.shape, network.by_neuron(record)[5].shape
    ((8, 1), (8, 1))

    References
    ----------
    .. [1] Chen, Rajendran and Simeone, *Stochastic quantum spiking neural networks
           with quantum memory and local learning* (2025).
    """
    check_integer(n_neurons, "n_neurons")
    if n_inputs is None:
        n_inputs = max((line for line, _ in inputs), default=-1) + 1
    models = list(model) if isinstance(model, Sequence) else [model] * n_neurons
    if len(models) != n_neurons:
        raise ValueError(
            f"`model` must be one model, or one for each of {n_neurons} neurons, but "
            f"are {len(models)}."
        )
    check_integer(n_inputs, "n_inputs", least=0)
    inner, outputs = _as_edges(edges, n_neurons, delays), list(outputs)
    _check_ends(inputs, n_inputs, n_neurons, "inputs")
    _check_outputs(outputs, n_neurons)

    groups = _group(models, inner, outputs)
    places = {i: (k, groups[k].index(i)) for k in range(len(groups)) for i in groups[k]}
    populations = [Population(models[group[0]], len(group)) for group in groups]
    masks = _masks(inner, inputs, n_inputs, places, populations)
    network = random_network(
        n_inputs,
        populations,
        [
            Connection(*ends, wire_mask(edges, *_wires(ends, populations), wires=wires))
            for ends, edges in masks.items()
        ],
        _output_groups(groups, outputs),
        places=[places[i] for i in range(n_neurons)],
        scale=scale,
        seed=seed,
    )
    if not isinstance(model, Sequence):
        return network
    neurons = [np.stack([models[i].parameters for i in group]) for group in groups]
    return network.with_parameters(network.weights, neurons)


def _as_edges(
    edges: Sequence[tuple[int, int]],
    n_neurons: int,
    delays: int | Sequence[int] | None,
) -> list[Edge]:
    """Return edges with their delays, checked."""
    _check_ends(edges, n_neurons, n_neurons, "edges")
    if delays is None:
        delays = [int(source == target) for source, target in edges]
    elif isinstance(delays, int | np.integer):
        delays = [delays] * len(edges)
    if len(delays) != len(edges):
        raise ValueError(
            f"`delays` must be one number, or one for each of {len(edges)} edges, but "
            f"are {len(delays)}."
        )
    return [Edge(*ends, delay) for ends, delay in zip(edges, delays, strict=True)]


def _check_ends(
    edges: Sequence[tuple[int, int]], n_sources: int, n_targets: int, name: str
) -> None:
    """Check that edges join what exists, each once."""
    seen = set()
    for source, target in edges:
        check_integer(source, name, least=0)
        check_integer(target, name, least=0)
        if source >= n_sources or target >= n_targets:
            raise ValueError(
                f"`{name}` must lead from 0 to {n_sources - 1} to a neuron of 0 to "
                f"{n_targets - 1}, but one leads from {source} to {target}."
            )
        if (source, target) in seen:
            raise ValueError(
                f"`{name}` must differ, but {(source, target)} comes twice."
            )
        seen.add((source, target))


def _check_outputs(outputs: Sequence[int], n_neurons: int) -> None:
    """Check that outputs are some of the neurons."""
    for i in outputs:
        check_integer(i, "outputs", least=0)
    if not outputs or max(outputs) >= n_neurons or len(set(outputs)) < len(outputs):
        raise ValueError(
            f"`outputs` must name some of neurons 0 to {n_neurons - 1}, each once, but "
            f"are {outputs}."
        )


def _group(
    models: Sequence[NeuronModel], edges: Sequence[Edge], outputs: Sequence[int]
) -> list[list[int]]:
    """Group neurons by their depth in zero delay, membership of outputs and kernel.

    Outputs stay in their order, others in that of their numbers.
    """
    depth = dict.fromkeys(range(len(models)), 0)
    for i in zero_delay_order(len(models), edges, "edges"):
        for source, target, delay in edges:
            if target == i and delay == 0:
                depth[i] = max(depth[i], depth[source] + 1)
    kernels = list(dict.fromkeys(model.kernel for model in models))
    groups: dict[tuple, list[int]] = {}
    hidden = [i for i in range(len(models)) if i not in outputs]
    for i in [*hidden, *outputs]:
        key = depth[i], i in outputs, kernels.index(models[i].kernel)
        groups.setdefault(key, []).append(i)
    return [groups[key] for key in sorted(groups)]


def _output_groups(groups: Sequence[Sequence[int]], outputs: Sequence[int]) -> list:
    """Return the populations of outputs in their order, which must keep them whole."""
    group_of = {i: k for k, group in enumerate(groups) for i in group}
    found = list(dict.fromkeys(group_of[i] for i in outputs))
    order = [i for k in found for i in groups[k]]
    if order != outputs:
        raise ValueError(
            "`outputs` must name those of one population in a row, but are "
            f"{outputs}. Try {order}."
        )
    return found


def _masks(
    edges: Sequence[Edge],
    inputs: Sequence[tuple[int, int]],
    n_inputs: int,
    places: Mapping[int, tuple[int, int]],
    populations: Sequence[Population],
) -> dict[tuple[int, int, int], np.ndarray]:
    """Return the edges (n_t, n_s) between neurons by source, target and delay."""
    found: dict[tuple[int, int, int], np.ndarray] = {}
    ends = [((INPUTS, line), places[i], 0) for line, i in inputs]
    ends += [(places[e.source], places[e.target], e.delay) for e in edges]
    for (source, column), (target, row), delay in ends:
        n_sources = n_inputs if source == INPUTS else populations[source].size
        empty = np.zeros((populations[target].size, n_sources), dtype=bool)
        found.setdefault((source, target, delay), empty)[row, column] = True
    return found


def _wires(ends: tuple[int, int, int], populations: Sequence[Population]) -> list[int]:
    """Return the wires of a target's and a source's neurons."""
    source, target, _ = ends
    below = 1 if source == INPUTS else populations[source].model.n_io
    return [populations[target].model.n_io, below]
