r"""Proofs that spins can do so much and no more, which check themselves.

A bound from above is an inequality that every configuration of signs obeys; a bound
from below is a law, written down. Where the two meet the number is proven. ``verify``
recomputes everything: it walks through the configurations and through all correlators.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import final

import sympy
from sympy import Add, Expr, Integer, Mul, Symbol

from .spin_laws import Parties, SpinLaw, density_matrix, same, spins_of, words_of

__all__ = [
    "BellCertificate",
    "DistanceProof",
    "FidelityProof",
    "ParityCertificate",
    "VisibilityProof",
]


@final
@dataclass(frozen=True)
class BellCertificate:
    """An inequality Σ c_w w ≤ bound that holds for all configurations of spins."""

    coefficients: Mapping[str, Expr]
    """Exact numbers by words, such as ``{"XX": 1, "XY": 1, "YX": 1, "YY": -1}``."""
    bound: Expr
    """The greatest value that a configuration gives."""
    parties: Parties

    @property
    def expression(self) -> Expr:
        """The left side, in symbols of the spins."""
        return Add(
            *(
                c * Mul(*map(Symbol, spins_of(word, self.parties) or ()))
                for word, c in self.coefficients.items()
            )
        )

    def value(self, chi: Mapping[str, Expr]) -> Expr:
        """Return what correlators give in place of the products of spins."""
        zero = Integer(0)
        return Add(*(c * chi.get(word, zero) for word, c in self.coefficients.items()))

    def classical_values(self) -> tuple[Expr, ...]:
        """Return all values that configurations give, by enumeration."""
        words = {word: spins_of(word, self.parties) or () for word in self.coefficients}
        return tuple({self._value_of(words, signs) for signs in _signs(words)})

    def _value_of(self, words: Mapping, signs: Mapping[str, int]) -> Expr:
        """Return the value of one configuration; equal coefficients are counted."""
        counts: dict[Expr, int] = {}
        for word, c in self.coefficients.items():
            sign = prod(signs[spin] for spin in words[word])
            counts[c] = counts.get(c, 0) + sign
        return Add(*(number * c for c, number in counts.items()))

    def verify(self) -> None:
        """Check by enumeration that the bound holds and is reached.

        Raises
        ------
        ValueError
            If a configuration exceeds the bound, none reaches it, or SymPy cannot tell.
        """
        gaps = [sympy.expand(self.bound - v) for v in self.classical_values()]
        above = [gap for gap in gaps if not (gap.is_nonnegative or same(gap, 0))]
        if above:
            raise ValueError(
                f"`bound` must not be exceeded, but a configuration is {-above[0]} "
                f"above {self.bound}."
            )
        if not any(same(gap, 0) for gap in gaps):
            raise ValueError(f"`bound` must be reached, but {self.bound} is too large.")


@final
@dataclass(frozen=True)
class ParityCertificate:
    """Products of spins that cannot all be certain, though a state has them so."""

    signs: Mapping[str, int]
    """The values ±1 of correlators, by words."""
    parties: Parties

    @property
    def expression(self) -> Expr:
        """The product of all words, in symbols of the spins: a product of squares."""
        spins = [s for word in self.signs for s in spins_of(word, self.parties) or ()]
        return Mul(*map(Symbol, spins))

    def verify(self) -> None:
        """Check that every spin occurs twice, the signs do not, and no one fits all.

        Raises
        ------
        ValueError
            If a spin occurs an odd number of times, the signs multiply to +1, or a
            configuration has all of them.
        """
        powers = self.expression.as_powers_dict()
        odd = [spin for spin, power in powers.items() if power % 2]
        if odd or prod(self.signs.values()) != -1:
            raise ValueError(
                "`signs` must multiply to -1 over words in which every spin occurs an "
                f"even number of times, but multiply to {prod(self.signs.values())} "
                f"over {self.expression}."
            )
        words = {word: spins_of(word, self.parties) or () for word in self.signs}
        for signs in _signs(words):
            values = (prod(signs[spin] for spin in words[word]) for word in self.signs)
            if all(v == w for v, w in zip(values, self.signs.values(), strict=True)):
                raise ValueError(f"`signs` must not be reached, but {signs} has them.")


@final
@dataclass(frozen=True)
class VisibilityProof:
    """Why v is the largest visibility: v ρ + (1 − v) 1/2ⁿ has a law, more has none."""

    target: Mapping[str, Expr]
    """Correlators of ρ."""
    visibility: Expr
    law: SpinLaw
    inequality: BellCertificate | None
    """What forbids more; None where v = 1."""
    parties: Parties

    def verify(self) -> None:
        """Check the law, all its correlators, the inequality, and that they meet.

        Raises
        ------
        ValueError
            If anything fails.
        """
        self.law.verify()
        zero = Integer(0)
        for word in words_of(self.parties):
            found = self.law.mean(*(spins_of(word, self.parties) or ()))
            wanted = self.visibility * self.target.get(word, zero)
            if not same(found, wanted):
                raise ValueError(
                    f"`law` must give {wanted} for {word}, but gives {found}."
                )
        if self.inequality is None:
            most: Expr = Integer(1)
        else:
            self.inequality.verify()
            most = self.inequality.bound / self.inequality.value(self.target)
        if not same(self.visibility, most):
            raise ValueError(
                f"`visibility` must be {most} if nothing is left to be gained, but is "
                f"{self.visibility}."
            )


@final
@dataclass(frozen=True)
class DistanceProof:
    r"""Why no law comes closer to a state: the nearest one touches the inequality.

    From :math:`c\cdot\hat\chi \le L` follows
    :math:`2^{-n} \sum (\hat\chi - \chi)^2 \ge 2^{-n} (c\cdot\chi - L)^2 / |c|^2`.
    """

    target: Mapping[str, Expr]
    distance: Expr
    """Least squared Frobenius norm of ρ̂ − ρ."""
    law: SpinLaw
    inequality: BellCertificate
    parties: Parties

    def verify(self) -> None:
        """Check that the law has the distance and the inequality forbids less.

        Raises
        ------
        ValueError
            If anything fails.
        """
        self.law.verify()
        self.inequality.verify()
        size = 2 ** sum(map(len, self.parties))
        chi, zero = self.law.correlators(self.parties), Integer(0)
        words = {*chi, *self.target}
        reached = Add(
            *((chi.get(w, zero) - self.target.get(w, zero)) ** 2 for w in words)
        )
        excess = self.inequality.value(self.target) - self.inequality.bound
        length = Add(*(c**2 for c in self.inequality.coefficients.values()))
        least = excess**2 / (size * length)
        if not excess.is_nonnegative and not same(excess, 0):
            raise ValueError(
                "`inequality` must be violated by the state, but its value exceeds the "
                f"bound by {excess}."
            )
        for name, found in (("law", reached / size), ("inequality", least)):
            if not same(found, self.distance):
                raise ValueError(
                    f"`{name}` must give the distance {self.distance}, but gives "
                    f"{found}."
                )


@final
@dataclass(frozen=True)
class FidelityProof:
    r"""Why no law has a larger fidelity with a pure state.

    :math:`\langle\psi|\hat\rho|\psi\rangle = 2^{-n} \sum \chi \hat\chi` is linear, so
    configurations bound it; and the law that reaches the bound maps to a state.
    """

    target: Mapping[str, Expr]
    """Correlators of the pure state."""
    fidelity: Expr
    """The squared one."""
    law: SpinLaw
    parties: Parties

    def verify(self) -> None:
        """Check that the law reaches the bound, and that it carries a state.

        Raises
        ------
        ValueError
            If anything fails.
        """
        self.law.verify()
        size = Integer(2 ** sum(map(len, self.parties)))
        weights = {word: value / size for word, value in self.target.items()}
        linear = BellCertificate(weights, self.fidelity, self.parties)
        linear.verify()
        chi = self.law.correlators(self.parties)
        if not same(linear.value(chi), self.fidelity):
            raise ValueError(
                f"`law` must have the fidelity {self.fidelity}, but has "
                f"{linear.value(chi)}."
            )
        if not density_matrix(chi).applyfunc(sympy.simplify).is_positive_semidefinite:
            raise ValueError(
                "`law` must carry a state, but its matrix is not positive."
            )


def _signs(words: Mapping[str, tuple[str, ...]]) -> Iterator[dict[str, int]]:
    """Yield all configurations of the spins that occur in words."""
    spins = sorted({spin for found in words.values() for spin in found})
    for signs in product((1, -1), repeat=len(spins)):
        yield dict(zip(spins, signs, strict=True))
