r"""The star product: functions on phase space multiply as their operators do.

.. math:: f \star g = \sum_n \Big(\frac{i\hbar}{2}\Big)^n \Pi_n(f, g).
"""

from typing import Any

import sympy
from sympy import Add, Expr, I, Order, Symbol, exp

from .._core.checks import check_integer
from .bidifferential import Pairs, bidifferential_sum, series_ends
from .canonical import HBAR, pairs_in
from .exponentials import exponential_terms, shift

__all__ = ["star", "truncated"]


def star(f: Any, g: Any, order: int | None = None, *, hbar: Expr = HBAR) -> Expr:
    r"""Return the star product f ⋆ g.

    Exact when the series ends by itself, as it does if one factor is a polynomial, or
    when one factor is a sum of polynomials times exponentials of linear forms (sines
    and cosines are such sums). Two polynomials are multiplied in integer arithmetic.

    Parameters
    ----------
    f, g : Expr
        In the variables of :func:`symbols`, of any number of modes. Undetermined
        functions of them, such as ``Function("U")(x)``, are allowed.
    order : int, optional
        Truncate after this power of ħ and add ``O(hbar**(order + 1))`` if anything is
        left out. f and g may hold ħ as polynomials do; its powers there count too.
    hbar : Expr
        What stands for ħ: a symbol or, for exact products, a number.

    Returns
    -------
    Expr

    Raises
    ------
    TypeError
        If a factor holds operators, or `order` is no integer.
    ValueError
        If a factor holds a symbol named like x, p or ħ that is another, if `order` is
        negative, if the product is asked exact where only its series is known, or
        truncated where powers of ħ have no meaning.

    References
    ----------
    .. [1] Groenewold, Physica 12, 405 (1946), eq. (4.26).

    Examples
    --------
    >>> from oqnn.symbolic import symbols
    >>> x, p, hbar = symbols()
    >>> star(x, p), star(p, x)
    (I*hbar/2 + p*x, -I*hbar/2 + p*x)
    >>> U = sympy.Function("U")(x)
    >>> star(p**2, U, order=1)
    p**2*U(x) - I*hbar*p*Derivative(U(x), x) + O(hbar**2)
    """
    f, g, hbar = map(sympy.sympify, (f, g, hbar))
    pairs = pairs_in(f=f, g=g)
    if order is not None:
        return truncated(f, g, pairs, order, hbar)
    if series_ends(f, g, pairs):
        return bidifferential_sum(f, g, pairs, hbar=hbar)
    left = exponential_terms(f, pairs)
    if left is not None:
        return _waves_times(left, g, pairs, hbar)
    right = exponential_terms(g, pairs)
    if right is not None:  # f ⋆ g at ħ is g ⋆ f at −ħ
        return _waves_times(right, f, pairs, -hbar)
    raise ValueError(
        "`f` or `g` must be a polynomial, or a sum of polynomials times exponentials "
        f"of linear forms, for an exact product, but they are {f} and {g}. Give "
        "`order=` for a product truncated in ħ; gaussian_star multiplies Gaussians."
    )


def _waves_times(
    terms: list[tuple[Expr, Expr]], g: Expr, pairs: Pairs, hbar: Expr
) -> Expr:
    """Return Σ q e^L ⋆ g: the exponential shifts g, the polynomial differentiates."""
    return Add(
        *(
            exp(L)
            * bidifferential_sum(q, shift(g, L, pairs, I * hbar / 2), pairs, hbar=hbar)
            for q, L in terms
        )
    )


def truncated(
    f: Expr,
    g: Expr,
    pairs: Pairs,
    order: int,
    hbar: Expr,
    *,
    start: int = 0,
    step: int = 1,
) -> Expr:
    """Return Σ (iħ/2)ⁿ⁻ˢᵗᵃʳᵗ Π_n up to ħ^order, with the order of what is left out."""
    check_integer(order, "order", least=0)
    if not isinstance(hbar, Symbol):
        raise ValueError(
            f"`hbar` must be a symbol where a product is truncated, but is {hbar}."
        )
    for name, value in (("f", f), ("g", g)):
        if not value.is_polynomial(hbar):
            raise ValueError(
                f"`{name}` must depend on ħ as a polynomial does, or not at all, where "
                f"a product is truncated in ħ, but is {value}. Ask for the exact "
                "product, or give that ħ a symbol of its own, which is held fixed."
            )
    f, g = (sympy.expand(e) if e.has(hbar) else e for e in (f, g))
    ends = series_ends(f, g, pairs)
    last = None if ends else start + order
    whole = bidifferential_sum(
        f, g, pairs, start=start, step=step, last=last, hbar=hbar
    )
    kept, left_out = _split(whole, order, hbar)
    complete = ends and not left_out
    return kept if complete else kept + Order(hbar ** (order + 1))


def _split(whole: Expr, order: int, hbar: Symbol) -> tuple[Expr, bool]:
    """Return the part up to ħ^order, and whether there is more."""
    terms = Add.make_args(sympy.expand_mul(whole))
    # as_coeff_exponent would do, but refuses mixed derivatives
    powers = [term.as_powers_dict().get(hbar, 0) for term in terms]
    kept = Add(*(t for t, power in zip(terms, powers, strict=True) if power <= order))
    return kept, any(power > order for power in powers)
