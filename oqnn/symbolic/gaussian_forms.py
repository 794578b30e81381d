"""How sums of polynomials times Gaussians are written: squares and waves."""

from collections.abc import Sequence

import sympy
from sympy import Add, Dummy, Expr, I, Integer, Mul, Poly, Pow, Symbol, exp

__all__ = ["Terms", "cancelled", "written"]

# Σ kernel × polynomial × e^exponent: (kernel, exponent) → polynomial. Kernels hold what
# is free of the variables and no product of powers: roots, sums in denominators.
Terms = dict[tuple[Expr, Expr], Expr]

ZERO = Integer(0)
FEW = 200  # operations; a sum of fractions in many parameters takes minutes to cancel


def written(terms: Terms, kept: Sequence[Symbol]) -> Expr:
    """Write terms as an expression, those with the same kernel in one bracket."""
    if not kept:
        return _number(terms)
    groups: dict[Expr, list[tuple[Expr, Expr]]] = {}
    for (kernel, exponent), factor in terms.items():
        groups.setdefault(kernel, []).append((factor, exponent))
    return Add(*(kernel * _bracket(group, kept) for kernel, group in groups.items()))


def _number(terms: Terms) -> Expr:
    """Write terms that are free of variables, cancelling where that is cheap."""
    parts = [c * _shorter(q) * exp(E) for (c, E), q in terms.items()]
    whole = sympy.factor_terms(Add(*parts))
    return _shorter(whole) if any(c.has(exp) for c, _ in terms) else whole


def _shorter(value: Expr) -> Expr:
    """Return a fraction cancelled, if it has few terms and that makes it shorter."""
    if value.count_ops() > FEW:
        return value
    return min(value, sympy.cancel(value), key=sympy.count_ops)


def _bracket(group: list[tuple[Expr, Expr]], kept: Sequence[Symbol]) -> Expr:
    """Return Σ q e^E with the numbers and powers that all q share in front."""
    waves, total = {}, ZERO
    for factor, wave in _real_form(group, kept):
        stand_in = Dummy()
        waves[stand_in] = wave
        total += factor * stand_in
    return sympy.factor_terms(total, clear=True).xreplace(waves)


def _real_form(
    group: list[tuple[Expr, Expr]], kept: Sequence[Symbol]
) -> list[tuple[Expr, Expr]]:
    """Join q e^{R + iF} and r e^{R − iF} to (q + r) e^R cos F + i(q − r) e^R sin F."""
    pairs: dict[tuple[Expr, Expr], dict[int, Expr]] = {}
    for factor, exponent in group:
        real, phase = _real_and_phase(exponent, kept)
        sign = -1 if phase.could_extract_minus_sign() else 1
        factors = pairs.setdefault((real, sign * phase), {})
        factors[sign] = factors.get(sign, ZERO) + factor
    done = []
    for (real, phase), factors in pairs.items():
        square = _squares(real, kept)
        if len(factors) == 1:
            ((sign, factor),) = factors.items()
            done.append((factor, exp(square + sign * I * phase)))
            continue
        even = sympy.expand(factors[1] + factors[-1])
        odd = sympy.expand(I * (factors[1] - factors[-1]))
        done.append((even, exp(square) * sympy.cos(phase)))
        done.append((odd, exp(square) * sympy.sin(phase)))
    return done


def cancelled(factor: Expr, variables: Sequence[Symbol]) -> Expr:
    """Cancel the coefficients of a polynomial where sums stand in denominators."""
    if any(e.exp.is_negative and e.base.is_Add for e in factor.atoms(Pow)):
        return _tidy(factor, variables)
    return factor


def _real_and_phase(exponent: Expr, kept: Sequence[Symbol]) -> tuple[Expr, Expr]:
    if not exponent.has(I):
        return exponent, ZERO
    real, phase = [], []
    for powers, c in Poly(exponent, *kept).terms():
        part = c.as_real_imag()
        monomial = Mul(*map(Pow, kept, powers))
        real.append(sympy.cancel(part[0]) * monomial)
        phase.append(sympy.cancel(part[1]) * monomial)
    return Add(*real), Add(*phase)


def _squares(form: Expr, kept: Sequence[Symbol]) -> Expr:
    """Complete the squares of a quadratic form where that makes it shorter."""
    forms = [form, _completed(form, kept), _completed(form, kept[::-1])]
    return min(forms, key=lambda e: (sympy.count_ops(e), -len(e.atoms(Pow))))


def _tidy(form: Expr, variables: Sequence[Symbol]) -> Expr:
    """Return a polynomial with one cancelled coefficient for each power."""
    return Add(
        *(
            Mul(sympy.cancel(c), *map(Pow, variables, powers))
            if any(powers)
            else sympy.expand(sympy.cancel(c))
            for powers, c in Poly(form, *variables).terms()
        )
    )


def _completed(form: Expr, order: Sequence[Symbol]) -> Expr:
    """Complete the squares one variable after the other."""
    squares = []
    for v in order:
        poly = Poly(form, v)
        if poly.degree() < 2:
            continue
        A, B, C = (poly.coeff_monomial(v**k) for k in (2, 1, 0))
        centre = _tidy(-B / (2 * A), order)
        squares.append(sympy.factor(A) * (v - centre) ** 2)
        form = sympy.expand(sympy.cancel(C - B**2 / (4 * A)))
    return Add(*squares, form)
