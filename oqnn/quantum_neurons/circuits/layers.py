"""Hardware-efficient circuits: layers of rotations and of two-qubit gates."""

from collections.abc import Sequence
from itertools import combinations, permutations

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_integer, check_shapes
from ..._core.seeds import rng_from
from .circuit import Circuit
from .gates import FIXED, GENERATORS, Gate

__all__ = ["hardware_efficient_circuit"]

MATRICES = {**GENERATORS, **FIXED}
ROTATIONS = tuple(name for name, G in GENERATORS.items() if len(G) == 2)
ENTANGLERS = tuple(name for name, G in MATRICES.items() if len(G) == 4)


def hardware_efficient_circuit(
    n_qubits: int,
    layers: int,
    *,
    rotations: Sequence[str] = ("rx", "ry", "rz"),
    entangler: str = "crx",
    connectivity: str | Sequence[tuple[int, int]] = "ring",
    parameters: ArrayLike | None = None,
    seed: int = 0,
) -> Circuit:
    r"""Return layers of rotations of every qubit followed by two-qubit gates.

    In a layer each of `rotations` turns all the qubits, first to last, and then
    `entangler` acts on one pair after another. Every rotation has an angle of its own,
    numbered in the order in which they act.

    Parameters
    ----------
    n_qubits : int
    layers : int
        Depth; 0 for no gate at all.
    rotations : sequence of str
        Of ``rx``, ``ry``, ``rz``; may be empty.
    entangler : str
        ``crx``, ``cry``, ``crz``, ``rxx``, ``ryy``, ``rzz``, which have angles, or
        ``cx``, ``cz``, ``swap``, which have none.
    connectivity : {"ring", "linear", "all"} or sequence of pairs
        Pairs of qubits, the control first. ``linear`` joins each qubit q to q + 1;
        ``ring`` also the last one to the first; ``all`` is every pair, in both
        directions where the gate has one. Two qubits are joined in a ring in both
        directions, but only once by a gate that has none.
    parameters : shape (p,), rad, optional
        Angles; otherwise drawn uniformly from [−π, π).
    seed : int
        Of the angles drawn.

    Raises
    ------
    ValueError
        If a gate, a pair or the connectivity is unknown, or `parameters` are not one an
        angle.

    Examples
    --------
    >>> circuit = hardware_efficient_circuit(3, 1, rotations=["ry"], entangler="crx")
    >>> [(gate.name, gate.qubits) for gate in circuit.gates[2:]]
    [('ry', (2,)), ('crx', (0, 1)), ('crx', (1, 2)), ('crx', (2, 0))]
    >>> circuit.n_parameters
    6
    """
    check_integer(n_qubits, "n_qubits")
    check_integer(layers, "layers", least=0)
    rotations = (rotations,) if isinstance(rotations, str) else tuple(rotations)
    for name in rotations:
        _check_name(name, "rotations", ROTATIONS)
    _check_name(entangler, "entangler", ENTANGLERS)
    pairs = _pairs(n_qubits, connectivity, entangler)
    turns = [(name, (q,)) for name in rotations for q in range(n_qubits)]
    layer = [*turns, *((entangler, pair) for pair in pairs)]
    gates, count = [], 0
    for name, qubits in layer * layers:
        angle = count if name in GENERATORS else None
        gates.append(Gate(name, qubits, parameter=angle))
        count += name in GENERATORS
    if parameters is None:
        rng = rng_from(seed, "circuit angles")
        parameters = rng.uniform(-np.pi, np.pi, count)
    angles = np.asarray(parameters, dtype=float)
    check_shapes(parameters=(angles, f"{count}"))
    return Circuit(n_qubits=n_qubits, gates=gates, parameters=angles)


def _pairs(
    n_qubits: int, connectivity: str | Sequence[tuple[int, int]], entangler: str
) -> list[tuple[int, ...]]:
    """Return the pairs on which the two-qubit gate acts, in their order."""
    line = [(q, q + 1) for q in range(n_qubits - 1)]
    if not isinstance(connectivity, str):
        return _checked_pairs(n_qubits, connectivity)
    directed = _is_directed(entangler)
    if connectivity == "linear":
        return list(line)
    if connectivity == "ring":
        closes = n_qubits > 2 or (n_qubits == 2 and directed)
        return [*line, (n_qubits - 1, 0)] if closes else list(line)
    if connectivity == "all":
        return list((permutations if directed else combinations)(range(n_qubits), 2))
    raise ValueError(
        "`connectivity` must be 'ring', 'linear', 'all' or a sequence of pairs, but is "
        f"{connectivity!r}."
    )


def _checked_pairs(
    n_qubits: int, connectivity: Sequence[tuple[int, int]]
) -> list[tuple[int, ...]]:
    """Return given pairs, refusing what are none."""
    pairs: list[tuple[int, ...]] = []
    for pair in connectivity:
        if np.shape(pair) != (2,):
            raise ValueError(
                f"`connectivity` must hold pairs of qubits, but holds {pair!r}."
            )
        for qubit in pair:
            check_integer(qubit, "connectivity", least=0)
        if max(pair) >= n_qubits or pair[0] == pair[1]:
            raise ValueError(
                f"`connectivity` must join two different qubits below {n_qubits}, but "
                f"holds {tuple(pair)}."
            )
        pairs.append(tuple(int(qubit) for qubit in pair))
    return pairs


def _is_directed(entangler: str) -> bool:
    """Tell whether a two-qubit gate changes when its qubits are exchanged."""
    matrix = MATRICES[entangler]
    return not np.array_equal(matrix, FIXED["swap"] @ matrix @ FIXED["swap"])


def _check_name(name: str, argument: str, known: tuple[str, ...]) -> None:
    """Check that a gate is one of those that fit."""
    if name not in known:
        raise ValueError(
            f"`{argument}` must be of {', '.join(known)}, but holds {name!r}."
        )
