"""Neighbouring gates as one matrix: blocks of few qubits that act in a row."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

from .gates import Gate

__all__ = ["Block", "fuse"]


@final
@dataclass(frozen=True)
class Block:
    """Gates in their order, and the qubits that they act on together, ascending."""

    qubits: tuple[int, ...]
    gates: tuple[Gate, ...]


def fuse(gates: Sequence[Gate], most: int) -> tuple[Block, ...]:
    """Return blocks of at most `most` qubits whose product is that of the gates.

    A gate joins the first block that it can be moved back to, past blocks with which it
    shares no qubit, and that it does not make too large. A gate on more qubits makes a
    block of its own.

    Examples
    --------
    >>> turns = [Gate("x", (q,)) for q in range(4)]
    >>> [block.qubits for block in fuse([*turns, Gate("cx", (3, 0))], 2)]
    [(0, 1), (2, 3), (0, 3)]
    """
    blocks: list[Block] = []
    for gate in gates:
        place = _place(blocks, gate, most)
        if place is None:
            blocks.append(Block(tuple(sorted(gate.qubits)), (gate,)))
            continue
        block = blocks[place]
        qubits = tuple(sorted({*block.qubits, *gate.qubits}))
        blocks[place] = replace(block, qubits=qubits, gates=(*block.gates, gate))
    return tuple(blocks)


def _place(blocks: list[Block], gate: Gate, most: int) -> int | None:
    """Return the first block that a gate can join, if any."""
    found = None
    for place in reversed(range(len(blocks))):
        qubits = {*blocks[place].qubits, *gate.qubits}
        if len(qubits) <= most:
            found = place
        if len(qubits) < len(blocks[place].qubits) + len(gate.qubits):
            break  # it shares a qubit, and does not move past it
    return found
