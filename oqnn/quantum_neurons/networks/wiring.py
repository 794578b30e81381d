"""Who feeds whom in a network: masks of wires, orders, cycles."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_choice, check_integer
from ..neurons.model import NeuronKernel

__all__ = ["INPUTS", "Wiring", "wire_mask", "zero_delay_order"]

#: The index that a connection gives as its source where the inputs feed it.
INPUTS = -1


@final
@dataclass(frozen=True)
class Wiring:
    """What a compiled program needs to know of a network besides its parameters."""

    n_inputs: int
    kernels: tuple[NeuronKernel, ...]  # one a population
    sizes: tuple[int, ...]
    connections: tuple[tuple[int, int, int], ...]  # source, target, delay
    outputs: tuple[int, ...]

    def stages(self, known: Collection[int] = ()) -> list[tuple[int, ...]]:
        """Return the populations in groups that must be drawn together, in order.

        A group is a set of populations that all feed each other, be it with delay; it
        depends on groups before it alone. Populations whose spikes are `known` are
        left out.
        """
        n = len(self.sizes)
        reach = np.eye(n, dtype=bool)  # [source, target]
        for source, target, _ in self.connections:
            if source != INPUTS and not {source, target} & set(known):
                reach[source, target] = True
        for k in range(n):
            reach |= reach[:, [k]] & reach[[k]]
        groups = {
            tuple(np.flatnonzero(reach[i] & reach[:, i]).tolist())
            for i in range(n)
            if i not in known
        }
        # whoever is fed has more ancestors than the one who feeds
        return sorted(groups, key=lambda group: (reach[:, group[0]].sum(), group))


def wire_mask(
    edges: ArrayLike, target_wires: int, source_wires: int, *, wires: str = "matched"
) -> np.ndarray:
    """Turn edges between neurons into a mask of weights between their wires.

    Parameters
    ----------
    edges : shape (n_t, n_s), bool
        Whether source neuron s feeds target neuron t.
    target_wires, source_wires : int
        Input-output wires N of each neuron; an input has one.
    wires : {"matched", "all"}, optional
        Matched: wire n feeds wire n [1]_, eq. 7.1 of our equations, and a source with
        one wire feeds all wires of its target. All: every wire feeds every wire.

    Returns
    -------
    shape (n_t * target_wires, n_s * source_wires), bool
        Wire w of neuron i is row or column i * N + w.

    Raises
    ------
    ValueError
        If matched wires are asked for where the numbers of wires differ and the source
        has more than one.

    References
    ----------
    .. [1] Chen, Rajendran and Simeone, *Stochastic quantum spiking neural networks
           with quantum memory and local learning* (2025).

    Examples
    --------
    >>> wire_mask([[1, 0]], 2, 2).astype(int)
    array([[1, 0, 0, 0],
           [0, 1, 0, 0]])
    """
    edges = np.asarray(edges, dtype=bool)
    if edges.ndim != 2:
        raise ValueError(
            f"`edges` must have shape (targets, sources), but have shape {edges.shape}."
        )
    check_integer(target_wires, "target_wires")
    check_integer(source_wires, "source_wires")
    check_choice(wires, "wires", ("matched", "all"))
    if wires == "all" or source_wires == 1:
        return np.kron(edges, np.ones((target_wires, source_wires), dtype=bool))
    if target_wires != source_wires:
        raise ValueError(
            "`wires` must be 'all' where neurons differ in their wires, but "
            f"{source_wires} wires feed {target_wires} by 'matched'."
        )
    return np.kron(edges, np.eye(target_wires, dtype=bool))


def zero_delay_order(
    n: int, edges: Iterable[tuple[int, int, int]], name: str
) -> list[int]:
    """Return 0..n−1 so that edges (source, target, 0) point forward.

    The refusal of a cycle calls the edges `name`.
    """
    sources: dict[int, set[int]] = {i: set() for i in range(n)}
    for source, target, delay in edges:
        if source != INPUTS and delay == 0:
            sources[target].add(source)
    try:
        return list(TopologicalSorter(sources).static_order())
    except CycleError as error:
        cycle = " -> ".join(map(str, error.args[1]))
        raise ValueError(
            f"`{name}` must not close a cycle of zero delay, but {cycle} is one. "
            "Give one of its edges a delay of 1."
        ) from None
