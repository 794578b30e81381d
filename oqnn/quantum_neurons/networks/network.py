"""Networks of spiking neurons: populations, connections with delays, weights."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite, check_integer, check_shapes
from ..neurons.model import NeuronModel
from .wiring import INPUTS, Wiring, zero_delay_order

__all__ = ["Connection", "Network", "Population"]


@final
@dataclass(frozen=True)
class Population:
    """Neurons of one kind that do not feed each other without delay.

    Parameters
    ----------
    model : NeuronModel
        Such as an `SQSNeuron`; its own parameters do not count, a network holds those
        of every neuron.
    size : int
        Number of neurons.
    """

    model: NeuronModel
    size: int

    def __post_init__(self) -> None:
        check_integer(self.size, "size")
        if not hasattr(self.model, "kernel"):
            raise TypeError(
                f"`model` must be a model of a neuron, but is {self.model!r}."
            )

    @property
    def n_wires(self) -> int:
        """Input-output wires of all its neurons."""
        return self.size * self.model.n_io


@final
@dataclass(frozen=True, eq=False)  # eq on arrays is ambiguous
class Connection:
    """Which wires of a population feed which of another, or of its own.

    Parameters
    ----------
    source : int
        Index of a population, or -1 for the inputs.
    target : int
        Index of a population.
    delay : int
        0: the target sees the spikes of this step; 1: those of the step before, none
        at the first.
    mask : shape (n_t * N_t, n_s * N_s), bool
        Where weights may differ from zero. Wire w of neuron i is row or column
        i * N + w; see `wire_mask`.
    """

    source: int
    target: int
    delay: int
    mask: np.ndarray

    def __post_init__(self) -> None:
        check_integer(self.source, "source", least=INPUTS)
        check_integer(self.target, "target", least=0)
        check_integer(self.delay, "delay", least=0)
        if self.delay > 1:
            raise ValueError(f"`delay` must be 0 or 1, but is {self.delay}.")
        mask = np.asarray(self.mask)
        if mask.ndim != 2 or mask.dtype != bool:
            raise ValueError(
                "`mask` must hold True or False in two axes, but has shape "
                f"{mask.shape} and type {mask.dtype}. `wire_mask` makes one."
            )
        object.__setattr__(self, "mask", _frozen(mask))


@final
@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class Network:
    r"""A directed graph of stochastic spiking neurons.

    The current of wire n of a neuron is the weighted sum of the spikes that reach it
    [1]_, :math:`z^n_t = \sum_p w^n_p x^n_{t,p}`, eq. 7.1 of our equations. Given
    those, every neuron spikes on its own, so that the probability of a joint record
    is a product with one factor a neuron and step. `layered_network` and
    `network_from_graph` make networks.

    Parameters
    ----------
    n_inputs : int
        Input lines, one spike a step each.
    populations : sequence of Population
        In an order in which connections of zero delay point forward.
    connections : sequence of Connection
    outputs : sequence of int
        Populations whose spikes are the network's answer.
    weights : sequence of arrays, shapes of the masks
        Zero outside of the masks.
    neurons : sequence of arrays, shape (size, P) each
        The parameters of every neuron.
    places : sequence of (int, int), optional
        Population and position of neurons 0, 1, ...; by default one population after
        the other.

    Raises
    ------
    ValueError
        If an index names no population, connections of zero delay form a cycle or
        point backward, shapes disagree, weights outside of a mask differ from zero, or
        a number is not finite.

    References
    ----------
    .. [1] Chen, Rajendran and Simeone, *Stochastic quantum spiking neural networks
           with quantum memory and local learning* (2025).
    """

    n_inputs: int
    populations: Sequence[Population]
    connections: Sequence[Connection]
    outputs: Sequence[int]
    weights: Sequence[np.ndarray]
    neurons: Sequence[np.ndarray]
    places: Sequence[tuple[int, int]] | None = None

    def __post_init__(self) -> None:
        check_integer(self.n_inputs, "n_inputs", least=0)
        for name in ("populations", "connections", "outputs"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        for name in ("weights", "neurons"):
            arrays = [np.asarray(a, dtype=float) for a in getattr(self, name)]
            object.__setattr__(self, name, tuple(map(_frozen, arrays)))
        self._check_graph()
        self._check_weights()
        self._check_neurons()
        self._check_places()

    @property
    def wiring(self) -> Wiring:
        """Its fixed part, compared by value."""
        return Wiring(
            n_inputs=self.n_inputs,
            kernels=tuple(p.model.kernel for p in self.populations),
            sizes=tuple(p.size for p in self.populations),
            connections=tuple((c.source, c.target, c.delay) for c in self.connections),
            outputs=tuple(self.outputs),
        )

    @property
    def n_neurons(self) -> int:
        """Neurons of all populations."""
        return sum(p.size for p in self.populations)

    @property
    def n_parameters(self) -> int:
        """Weights inside of the masks, and parameters of the neurons."""
        weights = sum(int(c.mask.sum()) for c in self.connections)
        return weights + sum(array.size for array in self.neurons)

    def with_parameters(
        self, weights: Sequence[ArrayLike], neurons: Sequence[ArrayLike]
    ) -> "Network":
        """Return the same network with other weights and parameters of neurons."""
        return replace(self, weights=tuple(weights), neurons=tuple(neurons))  # type: ignore[arg-type]

    def _check_graph(self) -> None:
        """Check kinds, indices and delays."""
        n = len(self.populations)
        if not all(isinstance(p, Population) for p in self.populations) or n == 0:
            raise TypeError(
                "`populations` must hold Population objects, but holds "
                f"{self.populations}."
            )
        for k, c in enumerate(self.connections):
            if not isinstance(c, Connection):
                raise TypeError(
                    f"`connections` must hold Connection objects, but holds {c!r}."
                )
            if max(c.source, c.target) >= n:
                raise ValueError(
                    f"`connections` must join populations 0 to {n - 1}, but connection "
                    f"{k} leads from {c.source} to {c.target}."
                )
        if sorted(set(self.outputs) & set(range(n))) != sorted(self.outputs) or not (
            self.outputs
        ):
            raise ValueError(
                f"`outputs` must be different populations of 0 to {n - 1}, but are "
                f"{self.outputs}."
            )
        edges = [(c.source, c.target, c.delay) for c in self.connections]
        zero_delay_order(n, edges, "connections")
        for source, target, delay in edges:
            if delay == 0 and source > target:
                raise ValueError(
                    "`populations` must be in an order in which zero delay points "
                    f"forward, but {source} feeds {target}. Reorder them."
                )

    def _check_weights(self) -> None:
        """Check masks and weights against the populations."""
        if len(self.weights) != len(self.connections):
            raise ValueError(
                f"`weights` must be one array for each of {len(self.connections)} "
                f"connections, but are {len(self.weights)}."
            )
        for k, (c, weights) in enumerate(
            zip(self.connections, self.weights, strict=True)
        ):
            rows = self.populations[c.target].n_wires
            columns = (
                self.n_inputs
                if c.source == INPUTS
                else self.populations[c.source].n_wires
            )
            where = f"of connection {k}, from {c.source} to {c.target},"
            if c.mask.shape != (rows, columns):
                raise ValueError(
                    f"`mask` {where} must have shape ({rows}, {columns}) for the wires "
                    f"of its target and source, but has shape {c.mask.shape}."
                )
            check_shapes(**{f"weights[{k}]": (weights, f"{rows} {columns}")})
            check_finite(weights, f"weights[{k}]")
            if weights[~c.mask].any():
                i, j = np.argwhere((weights != 0) & ~c.mask)[0]
                raise ValueError(
                    f"`weights` {where} must be zero outside of its mask, but "
                    f"weights[{k}][{i}, {j}] = {weights[i, j]:.6g}."
                )

    def _check_neurons(self) -> None:
        """Check the parameters of the neurons."""
        if len(self.neurons) != len(self.populations):
            raise ValueError(
                f"`neurons` must be one array for each of {len(self.populations)} "
                f"populations, but are {len(self.neurons)}."
            )
        for i, (p, array) in enumerate(
            zip(self.populations, self.neurons, strict=True)
        ):
            shape = f"{p.size} {len(p.model.parameters)}"
            check_shapes(**{f"neurons[{i}]": (array, shape)})
            check_finite(array, f"neurons[{i}]")

    def _check_places(self) -> None:
        """Fill in places, or check that they name every neuron once."""
        plain = [(i, k) for i, p in enumerate(self.populations) for k in range(p.size)]
        places = (
            plain if self.places is None else [(int(i), int(k)) for i, k in self.places]
        )
        if sorted(places) != plain:
            raise ValueError(
                f"`places` must name each of {self.n_neurons} neurons once, but are "
                f"{self.places}."
            )
        object.__setattr__(self, "places", tuple(places))


def _frozen(array: np.ndarray) -> np.ndarray:
    """Return a copy that cannot be written to."""
    array = array.copy()
    array.flags.writeable = False
    return array
