r"""Exact laws of classical ±1 spins, and the correlators of states they are to have.

A *word* such as ``"XZI"`` names a product of Pauli matrices, one letter a qubit.
*Parties* are groups of qubits whose words are spins of their own: with the parties
(1,), (2,) the word ``"XY"`` is the product of the spins X1 and Y2, with (1, 2), (3,)
the word ``"XYZ"`` is that of the pair spin XY12 and Z3.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, final

import sympy
from sympy import Add, Expr, I, Integer, Matrix, Rational, cos, sin, sqrt

from .._core.checks import check_integer

__all__ = [
    "Parties",
    "SpinLaw",
    "circle",
    "correlators",
    "density_matrix",
    "half",
    "phase_state",
    "same",
    "single_parties",
    "spins_of",
    "tidy",
    "words_of",
]

Parties = tuple[tuple[int, ...], ...]
ONE = Integer(1)
PAULIS = {
    "I": sympy.eye(2),
    "X": Matrix([[0, 1], [1, 0]]),
    "Y": Matrix([[0, -I], [I, 0]]),
    "Z": Matrix([[1, 0], [0, -1]]),
}


def phase_state(qubits: int, phase: Any = 0) -> Matrix:
    """Return the ket (|0…0⟩ + e^{iφ}|1…1⟩)/√2.

    Parameters
    ----------
    qubits : int
        From 2.
    phase : Expr or float
        φ, real.

    Returns
    -------
    Matrix, shape (2**qubits, 1)

    Raises
    ------
    TypeError, ValueError
        If `qubits` is no integer from 2.

    Examples
    --------
    >>> phase_state(2, sympy.pi).T
    Matrix([[sqrt(2)/2, 0, 0, -sqrt(2)/2]])
    """
    check_integer(qubits, "qubits", least=2)
    ket = sympy.zeros(2**qubits, 1)
    c, s = circle(phase)
    ket[0], ket[-1] = 1 / sqrt(2), (c + I * s) / sqrt(2)
    return ket


def circle(phase: Any) -> tuple[Expr, Expr]:
    """Return cos φ and sin φ, as rational functions where φ = 2 atan(…).

    >>> circle(2 * sympy.atan(sympy.Symbol("u", positive=True)))
    (-(u - 1)*(u + 1)/(u**2 + 1), 2*u/(u**2 + 1))
    """
    values = cos(phase), sin(phase)
    if not sympy.sympify(phase).free_symbols:
        return values
    c, s = (sympy.factor(sympy.expand_trig(value)) for value in values)
    return c, s


def correlators(state: Any) -> dict[str, Expr]:
    """Return χ of a state: Tr[ρ τ⊗…⊗τ] by words, where it is not zero.

    Parameters
    ----------
    state : Matrix
        Ket of shape (2ⁿ, 1) or matrix of shape (2ⁿ, 2ⁿ), exact. Not checked to be
        normalised or positive.

    Returns
    -------
    dict
        ``{"II…": 1, …}`` in the order II, IX, IY, …

    Raises
    ------
    ValueError
        If `state` has another shape.

    Examples
    --------
    >>> correlators(phase_state(2))
    {'II': 1, 'XX': 1, 'YY': -1, 'ZZ': 1}
    """
    matrix = Matrix(state)
    qubits = matrix.rows.bit_length() - 1
    if matrix.rows != 2**qubits or matrix.cols not in (1, matrix.rows) or not qubits:
        raise ValueError(
            "`state` must have shape (2**n, 1) or (2**n, 2**n), but has shape "
            f"{matrix.shape}."
        )
    if matrix.cols == 1:
        matrix = matrix * matrix.H
    found = {}
    for word in map("".join, product("IXYZ", repeat=qubits)):
        value = Add(*(phase * matrix[i, j] for j, i, phase in _entries(word)))
        value = sympy.expand(value)
        if value != 0:
            found[word] = value
    return found


def _entries(word: str) -> Iterator[tuple[int, int, Expr]]:
    """Yield (row, column, value) of the nonzero entries of a product of Paulis."""
    for i in range(2 ** len(word)):
        j, phase = 0, ONE
        for k, letter in enumerate(word):
            bit = i >> (len(word) - 1 - k) & 1
            flipped = bit ^ (letter in "XY")
            phase *= PAULIS[letter][flipped, bit]
            j = 2 * j + flipped
        yield j, i, phase


def density_matrix(chi: Mapping[str, Expr]) -> Matrix:
    """Return ρ = 2⁻ⁿ Σ χ τ⊗…⊗τ, the correlation map.

    >>> density_matrix({"II": 1, "ZZ": 1})
    Matrix([
    [1/2, 0, 0,   0],
    [  0, 0, 0,   0],
    [  0, 0, 0,   0],
    [  0, 0, 0, 1/2]])
    """
    size = 2 ** len(next(iter(chi)))
    rho = sympy.zeros(size, size)
    for word, value in chi.items():
        for j, i, phase in _entries(word):
            rho[j, i] += phase * value / size
    return rho


def single_parties(qubits: int) -> Parties:
    """Return the parties of the minimal map: every qubit for itself."""
    return tuple((k,) for k in range(1, qubits + 1))


def words_of(parties: Parties) -> Iterator[str]:
    """Yield the words that are products of spins, the empty one excepted."""
    qubits = sum(map(len, parties))
    for word in map("".join, product("IXYZ", repeat=qubits)):
        if word.strip("I") and spins_of(word, parties) is not None:
            yield word


def spins_of(word: str, parties: Parties) -> tuple[str, ...] | None:
    """Return the spins whose product a word is, or None if it is no such product.

    >>> spins_of("XYZ", ((1, 2), (3,))), spins_of("ZIZ", ((1, 2), (3,)))
    (('XY12', 'Z3'), None)
    """
    spins = []
    for party in parties:
        letters = "".join(word[k - 1] for k in party)
        if letters.strip("I"):
            if "I" in letters:
                return None
            spins.append(letters + "".join(map(str, party)))
    return tuple(spins)


def same(a: Any, b: Any) -> bool:
    """Tell whether two exact expressions are known to be equal."""
    difference = sympy.sympify(a) - sympy.sympify(b)
    if difference == 0:
        return True
    if difference.is_number:
        return bool(difference.equals(0))
    return sympy.cancel(difference) == 0


def tidy(value: Expr) -> Expr:
    """Return a short form of a number or of a rational function."""
    return sympy.factor(value) if value.free_symbols else sympy.simplify(value)


@final
@dataclass(frozen=True)
class SpinLaw:
    """A law of classical spins in exact numbers.

    Spins that are not named are independent fair coins.
    """

    spins: tuple[str, ...]
    """Names, such as X1 or XY12."""
    probabilities: Mapping[tuple[int, ...], Expr]
    """By configuration, ±1 for each spin; configurations left out have none."""

    def mean(self, *spins: str) -> Expr:
        """Return the expectation value of a product of spins."""
        if not set(spins) <= set(self.spins):
            return Integer(0)
        places = [self.spins.index(spin) for spin in spins]
        counts: dict[Expr, int] = {}
        for signs, probability in self.probabilities.items():
            sign = 1
            for place in places:
                sign *= signs[place]
            counts[probability] = counts.get(probability, 0) + sign
        return Add(*(number * probability for probability, number in counts.items()))

    def correlators(self, parties: Parties) -> dict[str, Expr]:
        """Return the means of all words of some parties, where they are not zero."""
        found = {"I" * sum(map(len, parties)): ONE}
        for word in words_of(parties):
            value = self.mean(*(spins_of(word, parties) or ()))
            if not same(value, 0):
                found[word] = value
        return found

    def verify(self) -> None:
        """Check that the probabilities are none below zero and sum to one.

        Raises
        ------
        ValueError
            If they are not, or cannot be seen to be.
        """
        for probability in set(self.probabilities.values()):
            if not probability.is_nonnegative:
                raise ValueError(
                    "`probabilities` must not be negative, but one is "
                    f"{probability}, which is not known to be so."
                )
        if not same(self.mean(), 1):
            raise ValueError(
                f"`probabilities` must sum to 1, but sum to {self.mean()}."
            )

    def times(self, other: "SpinLaw") -> "SpinLaw":
        """Return the law under which two groups of spins are independent."""
        return SpinLaw(
            self.spins + other.spins,
            {
                ours + theirs: p * q
                for ours, p in self.probabilities.items()
                for theirs, q in other.probabilities.items()
            },
        )


def half(sign: Expr) -> Expr:
    """Return (1 + s)/2, the probability of +1 of a spin of mean s."""
    return Rational(1, 2) + sign / 2
