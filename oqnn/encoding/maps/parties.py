"""Parties of a Bell scenario: qubits and pairs of qubits, and how they are combined.

A party is a tuple of one or two qubits, which has 3 or 9 spins.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, combinations
from typing import final

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["Component"]

Qubits = tuple[int, ...]


@final
@dataclass(frozen=True, kw_only=True)
class Component:
    """A Bell scenario: spins of some parties, and the products a law must carry.

    Parameters
    ----------
    names : tuple of str
        The parties: "12" holds the pair spins of qubits 1 and 2, "3" the spins of
        qubit 3.
    parties : tuple of tuples of int
        Indices of the spins of each party, in the map's numbering.
    products : tuple of tuples of int
        Indices of the spins in each product, at most one spin of a party.
    targets : tuple of tuples of int
        Index into χ of the mean that each product must have.
    """

    names: tuple[str, ...]
    parties: tuple[tuple[int, ...], ...]
    products: tuple[tuple[int, ...], ...]
    targets: tuple[tuple[int, ...], ...]

    @property
    def spins(self) -> tuple[int, ...]:
        """Indices of all spins, party after party."""
        return tuple(index for party in self.parties for index in party)

    def required(self, chi: ArrayLike) -> np.ndarray:
        """Return the means that the products must have, shape (..., products)."""
        chi = np.asarray(chi, dtype=float)
        return chi[(..., *np.transpose(self.targets))]

    def __str__(self) -> str:
        return f"({'|'.join(self.names)})"


@cache
def first_spins(n_qubits: int) -> dict[Qubits, int]:
    """Map every party, in order, to the index of its first spin."""
    qubits = range(n_qubits)
    parties: list[Qubits] = [*((q,) for q in qubits), *combinations(qubits, 2)]
    ends = accumulate(3 ** len(party) for party in parties)
    return dict(zip(parties, [0, *ends], strict=False))


@cache
def all_splittings(n_qubits: int) -> tuple[tuple[Qubits, ...], ...]:
    """List all sets of parties that are multiplied with each other."""
    qubits = range(n_qubits)
    supports = (s for m in qubits for s in combinations(qubits, m + 1))
    return tuple(parties for s in supports for parties in splittings(s))


def splittings(qubits: Qubits) -> Iterator[tuple[Qubits, ...]]:
    """Split qubits into pairs, and one alone where their number is odd."""
    if len(qubits) % 2:
        for alone in qubits[::-1]:
            rest = tuple(q for q in qubits if q != alone)
            for pairs in splittings(rest):
                yield (*pairs, (alone,))
    elif not qubits:
        yield ()
    else:
        first, *others = qubits
        for second in others:
            rest = tuple(q for q in others if q != second)
            for pairs in splittings(rest):
                yield ((first, second), *pairs)


def label(party: Qubits) -> str:
    """Write a party with qubits counted from 1."""
    return "".join(str(q + 1) for q in party)
