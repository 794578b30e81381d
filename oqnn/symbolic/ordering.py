r"""Ordering of operators by commutation.

The symbol of an ordering is what stands in place of operators once they are in that
order. It follows from the Weyl symbol by a Gaussian operator, here a finite sum:

.. math:: f_{xp} = e^{-i\hbar \partial_x \partial_p / 2} f, \qquad
          f_\mathrm{normal} = e^{\partial_\alpha \partial_{\alpha^*} / 2} f,

and the opposite signs for the opposite orders.
"""

from collections.abc import Sequence
from typing import Any

import sympy
from sympy import Add, Dummy, Expr, I, Mul, Rational, Symbol, sqrt

from .._core.checks import check_choice
from .canonical import (
    HBAR,
    MASS,
    OMEGA,
    CanonicalOperator,
    Momentum,
    Position,
    ladder_operators,
    pairs_in,
)
from .weyl import weyl_operator, weyl_symbol

__all__ = ["reorder"]

ORDERINGS = ("xp", "px", "normal", "antinormal", "symmetric")


def reorder(
    expr: Any,
    to: str,
    *,
    hbar: Expr = HBAR,
    mass: Expr | float = MASS,
    frequency: Expr | float = OMEGA,
) -> Expr:
    """Write a polynomial of operators in another order.

    Parameters
    ----------
    expr : Expr
        A polynomial in :func:`operators` and :func:`ladder_operators`.
    to : {"xp", "px", "normal", "antinormal", "symmetric"}
        Positions left of momenta, momenta left of positions, all â† left of all â, the
        reverse, or the symmetric order of :func:`weyl_operator`.
    hbar : Expr
        What stands for ħ.
    mass, frequency : Expr or float
        Of the ladder operators in the result; only for the normal and antinormal order.

    Returns
    -------
    Expr

    Raises
    ------
    TypeError
        If phase-space variables and operators are mixed.
    ValueError
        If `expr` is no polynomial or `to` is unknown.

    References
    ----------
    .. [1] Cahill and Glauber, Phys. Rev. 177, 1857 (1969), eq. (4.13).

    Examples
    --------
    >>> from oqnn.symbolic import ladder_operators, operators
    >>> X, P = operators()
    >>> reorder(P**2 * X, "xp")
    -2*I*hbar*P + X*P**2
    >>> a, ad = ladder_operators()
    >>> reorder(a * ad, "normal")
    1 + ad*a
    """
    check_choice(to, "to", ORDERINGS)
    symbol = weyl_symbol(expr, hbar=hbar)
    pairs = pairs_in(expr=symbol)
    variables = [v for pair in pairs for v in pair]
    if not symbol.is_polynomial(*variables):
        raise ValueError(
            f"`expr` must be a polynomial of operators, but is {expr}. Expand its "
            "functions in a series first."
        )
    if to == "symmetric":
        return weyl_operator(symbol)
    if to in ("xp", "px"):
        letters = [(x, p, *_canonical(x)) for x, p in pairs]
        half = -I * hbar / 2
    else:
        symbol, letters = _in_amplitudes(symbol, pairs, hbar, mass, frequency)
        half = Rational(1, 2)
    backwards = to in ("px", "antinormal")
    for left, right, _, _ in letters:
        symbol = _heat(symbol, left, right, -half if backwards else half)
    return _words(symbol, letters, backwards)


Letters = list[tuple[Symbol, Symbol, CanonicalOperator, CanonicalOperator]]


def _canonical(x: Symbol) -> tuple[CanonicalOperator, CanonicalOperator]:
    mode = int(x.name[1:] or 0)
    return Position(mode), Momentum(mode)


def _in_amplitudes(
    symbol: Expr,
    pairs: Sequence[tuple[Symbol, Symbol]],
    hbar: Expr,
    mass: Expr | float,
    frequency: Expr | float,
) -> tuple[Expr, Letters]:
    """Write a symbol in α* and α, which stand for â† and â."""
    a, ad = ladder_operators(mass=mass, frequency=frequency)
    (scale,) = a.args[1:]
    values, letters = {}, []
    for x, p in pairs:
        mode = int(x.name[1:] or 0)
        conjugate, alpha = Dummy(f"alpha_s{mode}"), Dummy(f"alpha{mode}")
        values[x] = sqrt(hbar / (2 * scale)) * (alpha + conjugate)
        values[p] = I * sqrt(hbar * scale / 2) * (conjugate - alpha)
        letters.append((conjugate, alpha, ad.func(mode, scale), a.func(mode, scale)))
    return sympy.expand(symbol.xreplace(values)), letters


def _heat(f: Expr, u: Symbol, v: Symbol, coefficient: Expr) -> Expr:
    """Return exp(c ∂_u ∂_v) f, a finite sum for a polynomial."""
    total, term, n = f, f, 0
    while term != 0:
        n += 1
        term = sympy.expand(coefficient * term.diff(u, v) / n)
        total += term
    return sympy.expand(total)


def _words(symbol: Expr, letters: Letters, backwards: bool) -> Expr:
    """Replace variables by operators, all the left ones before all the right ones."""
    variables = [v for left, right, _, _ in letters for v in (left, right)]
    words = []
    for powers, coefficient in sympy.Poly(symbol, *variables).terms():
        firsts = [A**n for (_, _, A, _), n in zip(letters, powers[::2], strict=True)]
        lasts = [B**n for (_, _, _, B), n in zip(letters, powers[1::2], strict=True)]
        word = [*lasts, *firsts] if backwards else [*firsts, *lasts]
        words.append(Mul(coefficient, *word))
    return Add(*words)
