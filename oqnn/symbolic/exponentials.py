"""Sums of polynomials times exponentials of linear forms: they shift what they meet."""

import sympy
from sympy import Add, Expr, Mul, exp

from .bidifferential import Pairs

__all__ = ["exponential_terms", "is_linear", "shift"]

WAVES = (sympy.sin, sympy.cos, sympy.sinh, sympy.cosh)


def exponential_terms(f: Expr, pairs: Pairs) -> list[tuple[Expr, Expr]] | None:
    """Return (q, L) with f = Σ q e^L, q polynomial and L linear; None for another f."""
    if not f.has(exp, *WAVES):
        return None
    variables = [v for pair in pairs for v in pair]
    waves = f.replace(lambda e: isinstance(e, WAVES), lambda e: e.rewrite(exp))
    if not any(e.has(*variables) for e in waves.atoms(exp)):
        return None
    found: dict[Expr, Expr] = {}
    for term in Add.make_args(sympy.expand(waves)):
        factors = Mul.make_args(term)
        exponent = Add(*(e.exp for e in factors if isinstance(e, exp)))
        rest = Mul(*(e for e in factors if not isinstance(e, exp)))
        if not (rest.is_polynomial(*variables) and is_linear(exponent, variables)):
            return None
        found[exponent] = found.get(exponent, sympy.S.Zero) + rest
    return [(q, L) for L, q in found.items()]


def is_linear(form: Expr, variables: list) -> bool:
    """Tell whether an expression is a polynomial of degree one at most."""
    return form.is_polynomial(*variables) and (
        not form.has(*variables) or sympy.Poly(form, *variables).total_degree() <= 1
    )


def shift(g: Expr, L: Expr, pairs: Pairs, half: Expr) -> Expr:
    """Return g(x − h ∂L/∂p, p + h ∂L/∂x): e^L ⋆ g is e^L times this, with h = iħ/2."""
    moves = {}
    for x, p in pairs:
        moves[x], moves[p] = x - half * L.diff(p), p + half * L.diff(x)
    return g.subs(moves, simultaneous=True)
