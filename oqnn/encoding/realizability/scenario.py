"""Bell scenarios: parties with spins, and the products of spins that a law must carry.

All configurations are looked at, yet no large matrix of signs is stored: products
factorise over the parties, so sums over configurations are a small contraction a party.
"""

from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import product
from typing import final

import numpy as np

__all__ = ["Scenario", "qubit_scenario"]

LARGEST_MATRIX = 2**16  # three qubits


@final
@dataclass(frozen=True, eq=False)
class Scenario:
    r"""Products of spins, at most one of each party.

    With A the signs of the products on all configurations, the methods are A p, Aᵀc
    and A diag(d) Aᵀ, the last because a product of two spins of a party is 1, a spin
    or a pair, so that few different numbers fill the matrix.

    Parameters
    ----------
    sizes : tuple of int
        Number of spins of each party.
    words : shape (r, parties), integers
        One row a product: 0 for no spin of a party, k for its k-th.

    Notes
    -----
    A configuration is numbered by the bits z = (s + 1)/2 of its spins, the first spin
    of the first party most significant.
    """

    sizes: tuple[int, ...]
    words: np.ndarray

    @property
    def n_configurations(self) -> int:
        """Number of configurations of all spins."""
        return 2 ** sum(self.sizes)

    def values(self, coefficients: np.ndarray) -> np.ndarray:
        """Return Aᵀc, the polynomial on every configuration."""
        if self._is_small:
            return coefficients @ self._matrix
        tensor = np.zeros([size + 1 for size in self.sizes])
        tensor[tuple(self.words.T)] = coefficients
        return _contract(tensor, [_signs(size).T for size in self.sizes]).reshape(-1)

    def moments(self, p: np.ndarray) -> np.ndarray:
        """Return A p, the means of the products."""
        if self._is_small:
            return self._matrix @ p
        tensor = p.reshape([2**size for size in self.sizes])
        means = _contract(tensor, [_signs(size) for size in self.sizes])
        return means[tuple(self.words.T)]

    def gram(self, weights: np.ndarray) -> np.ndarray:
        """Return A diag(d) Aᵀ, shape (r, r)."""
        if self._is_small:
            return (self._matrix * weights) @ self._matrix.T
        tensor = weights.reshape([2**size for size in self.sizes])
        table = _contract(tensor, [_pairs(size)[0] for size in self.sizes])
        return table.reshape(-1).take(self._places)

    def columns(self, indices: np.ndarray) -> np.ndarray:
        """Return the columns of A of some configurations, shape (r, k)."""
        bits = np.unravel_index(indices, [2**size for size in self.sizes])
        found = np.ones((len(self.words), len(indices)))
        for size, party, word in zip(self.sizes, bits, self.words.T, strict=True):
            found *= _signs(size)[word][:, party]
        return found

    def spins(self, indices: np.ndarray) -> np.ndarray:
        """Return the spins of some configurations, −1 or +1, shape (k, spins)."""
        bits = indices[:, None] >> np.arange(sum(self.sizes))[::-1]
        return (2 * (bits & 1) - 1).astype(np.int8)

    def take(self, rows: np.ndarray) -> "Scenario":
        """Return the scenario of some of the products."""
        return Scenario(self.sizes, self.words[rows])

    def with_unit(self) -> "Scenario":
        """Return the scenario with the product of no spins before the others."""
        unit = np.zeros((1, len(self.sizes)), dtype=int)
        return Scenario(self.sizes, np.vstack([unit, self.words]))

    def spanned_by(self, rows: np.ndarray) -> np.ndarray:
        """Tell which products are products of the given ones, as a mask.

        Flipping spins such that all given products stay as they are is a symmetry of
        the scenario. It leaves exactly the spanned ones, so where the others must
        vanish they do so by averaging over the flips, and need not be looked at.
        """
        if np.all(rows):
            return np.ones(len(self.words), dtype=bool)
        masks = self._masks
        basis: dict[int, int] = {}  # reduced vectors over the field of two elements
        for mask in masks[rows]:
            if rest := _reduce(int(mask), basis):
                basis[rest.bit_length()] = rest
        return np.array([_reduce(int(mask), basis) == 0 for mask in masks], dtype=bool)

    @property
    def _is_small(self) -> bool:
        """Whether one matrix product is quicker than many contractions."""
        return len(self.words) * self.n_configurations <= LARGEST_MATRIX

    @cached_property
    def _matrix(self) -> np.ndarray:
        """The matrix A itself, shape (r, k)."""
        return self.columns(np.arange(self.n_configurations))

    @cached_property
    def _masks(self) -> np.ndarray:
        """The spins of each product as the bits of an integer."""
        offsets = np.cumsum([0, *self.sizes[:-1]])
        bits = np.where(
            self.words > 0, 1 << (offsets + np.maximum(self.words - 1, 0)), 0
        )
        return bits.sum(axis=1)

    @cached_property
    def _places(self) -> np.ndarray:
        """Where `gram` finds each entry in the table of different numbers."""
        places = np.zeros((len(self.words),) * 2, dtype=np.int32)
        for size, word in zip(self.sizes, self.words.T, strict=True):
            functions, index = _pairs(size)
            places *= len(functions)
            places += index[word[:, None], word[None, :]]
        return places


@lru_cache(maxsize=1)
def qubit_scenario(n_qubits: int) -> Scenario:
    """Return all Pauli products of n qubits but the identity, in the order of χ."""
    words = np.array(list(product(range(4), repeat=n_qubits)))
    return Scenario((3,) * n_qubits, words[1:])


@cache
def _signs(size: int) -> np.ndarray:
    """One and the spins of a party, on its configurations, shape (1 + k, 2**k)."""
    bits = np.arange(2**size) >> np.arange(size)[::-1, None]
    signs = np.vstack([np.ones(2**size), 2.0 * (bits & 1) - 1])
    signs.setflags(write=False)
    return signs


@cache
def _pairs(size: int) -> tuple[np.ndarray, np.ndarray]:
    """The different products of two rows of `_signs`, and where each pair is."""
    index = np.zeros((size + 1,) * 2, dtype=np.int32)
    functions = [np.ones(2**size)]
    for a in range(size + 1):
        for b in range(a):
            index[a, b] = index[b, a] = len(functions)
            functions.append(_signs(size)[a] * _signs(size)[b])
    return np.array(functions), index


def _contract(tensor: np.ndarray, matrices: list[np.ndarray]) -> np.ndarray:
    """Apply one matrix to each axis of a tensor."""
    for matrix in matrices:
        tensor = np.tensordot(tensor, matrix, axes=(0, 1))
    return tensor


def _reduce(vector: int, basis: dict[int, int]) -> int:
    """Reduce a vector of bits by a basis in echelon form."""
    while vector and (other := basis.get(vector.bit_length())):
        vector ^= other
    return vector
