"""Polynomials on phase space in integer arithmetic, for products of many terms.

A polynomial becomes an element of ℤ[x, p, …] over a common denominator. Whatever stands
in its coefficients, parameters, roots and the imaginary unit, is one more generator of
the ring; SymPy puts it together again on the way back.
"""

from collections.abc import Iterator, Sequence
from math import lcm
from typing import NamedTuple

import sympy
from sympy import Add, Expr, I, Integer, Mul, Pow, Rational, Symbol
from sympy.polys.domains import ZZ
from sympy.polys.orderings import lex
from sympy.polys.rings import PolyElement, PolyRing

__all__ = ["RingPolynomials", "ring_polynomials"]

ONE = Integer(1)


class RingPolynomials(NamedTuple):
    """Elements of one ring, which stand for polynomials times `scale`."""

    elements: tuple[PolyElement, ...]
    scale: int
    generators: tuple[Expr, ...]  # variables first, the imaginary unit last

    def expression(
        self, element: PolyElement, divisor: int = 1, turns: int = 0, factor: Expr = ONE
    ) -> Expr:
        """Return iᵗᵘʳⁿˢ × factor / divisor times an element as a sum of terms."""
        parts: dict[tuple[int, ...], int] = {}  # by powers, that of i being 0 or 1
        for (*powers, imaginary), number in element.items():
            half, odd = divmod((imaginary + turns) % 4, 2)
            key = (*powers, odd)
            parts[key] = parts.get(key, 0) + (-number if half else number)
        return Add(
            *(
                Mul(Rational(number, divisor), factor, *self._powers(powers))
                for powers, number in parts.items()
            )
        )

    def _powers(self, powers: Sequence[int]) -> Iterator[Expr]:
        for base, power in zip(self.generators, powers, strict=True):
            if power:
                yield Pow(base, power)


def ring_polynomials(
    expressions: Sequence[Expr], variables: Sequence[Symbol]
) -> RingPolynomials:
    """Move polynomials in some variables into one ring; not checked that they are."""
    tables = [list(_terms(expression)) for expression in expressions]
    held = {factor for table in tables for _, powers in table for factor in powers}
    others = sorted(held - {*variables, I}, key=sympy.default_sort_key)
    generators = (*variables, *others, I)
    place = {generator: k for k, generator in enumerate(generators)}
    scale = lcm(*(number.q for table in tables for number, _ in table))
    ring = PolyRing([f"g{k}" for k in range(len(generators))], ZZ, lex)
    elements = []
    for table in tables:
        numbers: dict[tuple[int, ...], int] = {}
        for number, powers in table:
            key = [0] * len(generators)
            for factor, power in powers.items():
                key[place[factor]] = power
            total = numbers.get(tuple(key), 0) + int(number * scale)
            numbers[tuple(key)] = total
        elements.append(ring.from_dict({k: n for k, n in numbers.items() if n}))
    return RingPolynomials(tuple(elements), scale, generators)


def _terms(expression: Expr) -> Iterator[tuple[Rational, dict[Expr, int]]]:
    """Split every term into a rational number and powers of everything else."""
    for term in Add.make_args(sympy.expand(expression)):
        number, rest = term.as_coeff_Mul(rational=True)
        powers: dict[Expr, int] = {}
        for factor in Mul.make_args(rest):
            base, power = factor.as_base_exp()
            if not power.is_Integer:
                base, power = factor, Integer(1)
            elif power < 0:
                base, power = 1 / base, -power
            if base != 1:
                powers[base] = powers.get(base, 0) + int(power)
        yield number, powers
