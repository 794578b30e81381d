"""Moyal and Poisson brackets of functions on phase space."""

from typing import Any

import sympy
from sympy import Expr, I

from .bidifferential import bidifferential_sum, series_ends
from .canonical import HBAR, pairs_in
from .star import star, truncated

__all__ = ["moyal_bracket", "poisson_bracket"]


def moyal_bracket(
    f: Any, g: Any, order: int | None = None, *, hbar: Expr = HBAR
) -> Expr:
    r"""Return the Moyal bracket (f ⋆ g − g ⋆ f)/(iħ), the symbol of [f̂, ĝ]/(iħ).

    Its terms are those of odd n of the star product,

    .. math:: \{f, g\}_M = \sum_s (-\hbar^2/4)^s\, \Pi_{2s+1}(f, g),

    so the Poisson bracket is its limit for ħ → 0.

    Parameters
    ----------
    f, g, order, hbar
        As for :func:`star`; ``O(hbar**(order + 1))`` counts powers in the bracket.

    Returns
    -------
    Expr

    Raises
    ------
    TypeError, ValueError
        As :func:`star` does.

    References
    ----------
    .. [1] Moyal, Proc. Camb. Phil. Soc. 45, 99 (1949), eq. (7.10).

    Examples
    --------
    >>> from oqnn.symbolic import symbols
    >>> x, p, hbar = symbols()
    >>> moyal_bracket(x**3, p**3)
    -3*hbar**2/2 + 9*p**2*x**2
    """
    f, g, hbar = map(sympy.sympify, (f, g, hbar))
    pairs = pairs_in(f=f, g=g)
    if order is not None:
        return truncated(f, g, pairs, order, hbar, start=1, step=2)
    if series_ends(f, g, pairs):
        return bidifferential_sum(f, g, pairs, start=1, step=2, hbar=hbar)
    difference = star(f, g, hbar=hbar) - star(g, f, hbar=hbar)
    return sympy.expand_mul(difference / (I * hbar))


def poisson_bracket(f: Any, g: Any) -> Expr:
    r"""Return the Poisson bracket Σ_k ∂f/∂x_k ∂g/∂p_k − ∂f/∂p_k ∂g/∂x_k.

    Parameters
    ----------
    f, g : Expr
        In the variables of :func:`symbols`.

    Returns
    -------
    Expr

    Raises
    ------
    TypeError, ValueError
        If a factor holds operators, or a symbol named like x, p or ħ that is another.

    Examples
    --------
    >>> from oqnn.symbolic import symbols
    >>> x, p, _ = symbols()
    >>> poisson_bracket(x**3, p**3)
    9*p**2*x**2
    """
    f, g = map(sympy.sympify, (f, g))
    return bidifferential_sum(f, g, pairs_in(f=f, g=g), start=1, last=1)
