"""Networks of spiking neurons: their parts, samples and likelihoods."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite, check_integer, check_shapes
from ..._core.seeds import rng_from
from ..neurons.inputs import rounding_of
from ..neurons.patterns import patterns_of, spikes_of
from .connection import Connection, Population, read_only
from .record import NetworkRecord, as_inputs, as_spikes, time_first, time_last
from .wiring import INPUTS, Wiring, zero_delay_order

__all__ = ["Connection", "Network", "Population"]


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
            object.__setattr__(self, name, tuple(map(read_only, arrays)))
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

    def sample(self, inputs: ArrayLike, seed: int) -> NetworkRecord:
        """Draw one joint record a row of inputs, each spike by a single measurement.

        Parameters
        ----------
        inputs : shape (..., T, n_inputs)
            Spikes 0 or 1.
        seed : int
            The same seed gives the same record.

        Returns
        -------
        NetworkRecord

        Raises
        ------
        ValueError
            If `inputs` have another shape or hold anything but 0 and 1.
        """
        x = as_inputs(inputs, self.n_inputs)
        batch, flat = x.shape[:-2], time_first(x, x.ndim - 2)
        rng = rng_from(seed, "spikes")
        uniforms = [rng.random((*flat.shape[:2], p.size, 2)) for p in self.populations]
        from .records_jax import draw

        drawn = draw(self.wiring, self.weights, self.neurons, flat, uniforms)
        return NetworkRecord(
            spikes=tuple(
                spikes_of(time_last(patterns, batch), p.model.n_io)
                for patterns, p in zip(drawn, self.populations, strict=True)
            ),
            output_populations=tuple(self.outputs),
        )

    def neuron_log_likelihoods(
        self, inputs: ArrayLike, record: NetworkRecord | Sequence[ArrayLike]
    ) -> tuple[np.ndarray, ...]:
        r"""Return every neuron's factor of the joint likelihood, as a logarithm.

        :math:`\sum_t \log p(s^i_t \mid s^i_1, \dots, s^i_{t-1}, z^i_1, \dots, z^i_t)`
        of neuron i, whose currents z follow from the spikes of the neurons that feed
        it.

        Parameters
        ----------
        inputs : shape (..., T, n_inputs)
        record : NetworkRecord, or spikes (..., T, n, N) of every population
            With the leading axes of `inputs`.

        Returns
        -------
        tuple of arrays, shape (..., n) each
            One a population.

        Raises
        ------
        ValueError
            If shapes disagree, spikes are not 0 or 1, one of the record has no
            probability, or a model draws more than spikes, so that these have no law.
        """
        x = as_inputs(inputs, self.n_inputs)
        shapes = [(p.size, p.model.n_io) for p in self.populations]
        spikes = as_spikes(record, x, shapes)
        axes, batch = x.ndim - 2, x.shape[:-2]
        patterns = [time_first(patterns_of(s), axes) for s in spikes]
        from .records_jax import probabilities

        taken = probabilities(
            self.wiring, self.weights, self.neurons, time_first(x, axes), patterns
        )
        for i, p in enumerate(taken):
            possible = p > rounding_of(self.populations[i].model)
            if not possible.all():  # NaN follows the first zero
                t, _, k = np.argwhere(~possible)[0]
                raise ValueError(
                    f"`record` must be possible, but the spikes of neuron {k} of "
                    f"population {i} at step {t} have probability zero."
                )
        return tuple(np.log(p).sum(axis=0).reshape(*batch, p.shape[-1]) for p in taken)

    def log_likelihood(
        self, inputs: ArrayLike, record: NetworkRecord | Sequence[ArrayLike]
    ) -> np.ndarray:
        """Return log p(joint record | inputs), shape (...), exactly.

        The sum of `neuron_log_likelihoods`, with its arguments and errors.
        """
        found = self.neuron_log_likelihoods(inputs, record)
        return np.sum([neurons.sum(axis=-1) for neurons in found], axis=0)

    def by_neuron(self, record: NetworkRecord) -> list[np.ndarray]:
        """Return the spikes (..., T, N) of neurons 0, 1, ..., numbered by `places`."""
        return [record.spikes[i][..., k, :] for i, k in self.places or ()]

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
        for i in self.outputs:
            check_integer(i, "outputs", least=0)
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
