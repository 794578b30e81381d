r"""The equation of motion of Wigner functions as a series in ħ.

.. math:: \frac{\partial W}{\partial t} = -\frac{p}{m}\frac{\partial W}{\partial x}
          + \sum_s \frac{(-\hbar^2)^s}{(2s+1)!} \Big(\frac12\Big)^{2s}
          U^{(2s+1)}(x)\, \partial_p^{2s+1} W.
"""

from collections.abc import Iterator
from math import factorial, prod
from typing import Any

import sympy
from sympy import Add, Expr, Function, Mul, Order, Rational, Symbol

from .._core.checks import check_integer
from .bidifferential import Pairs, bidifferential_sum
from .brackets import moyal_bracket
from .canonical import HBAR, TIME, pairs_in

__all__ = ["moyal_series", "moyal_terms", "undetermined_state", "wigner_equation"]


def moyal_series(U: Any, order: int, *, hbar: Symbol = HBAR) -> Expr:
    r"""Return what a potential does to an undetermined Wigner function, eq. 1.2.

    .. math:: \sum_{s \le \mathrm{order}} \Big(-\frac{\hbar^2}{4}\Big)^s
              \sum_{|\alpha| = 2s+1} \frac{1}{\alpha!}\,
              \partial_x^\alpha U\, \partial_p^\alpha W

    Parameters
    ----------
    U : Expr
        Potential in the positions of :func:`symbols`, of any number of modes; it may be
        undetermined, as ``Function("U")(x)``, and depend on the time t.
    order : int
        The last s, that of ħ²ˢ.
    hbar : Symbol
        What stands for ħ.

    Returns
    -------
    Expr
        In ``Function("W")(x, p, t)``, or W(x1, x2, …, p1, p2, …, t) for several modes.
        ``O(hbar**(2*order + 2))`` says that the series goes on; a polynomial potential
        ends it.

    Raises
    ------
    TypeError
        If `order` is no integer, or `U` holds operators.
    ValueError
        If `order` is negative, `U` holds momenta, ħ, or a symbol named like x, p or ħ
        that is another, or `hbar` is no symbol.

    References
    ----------
    .. [1] Wigner, Phys. Rev. 40, 749 (1932), eq. (8).

    Examples
    --------
    >>> from oqnn.symbolic import symbols
    >>> x, p, hbar = symbols()
    >>> moyal_series(x**4, order=1)
    -hbar**2*x*Derivative(W(x, p, t), (p, 3)) + 4*x**3*Derivative(W(x, p, t), p)
    >>> moyal_series(sympy.Function("U")(x), order=0)
    Derivative(U(x), x)*Derivative(W(x, p, t), p) + O(hbar**2)
    """
    U, pairs = _potential(U, hbar)
    if not isinstance(hbar, Symbol):
        raise ValueError(
            f"`hbar` must be a symbol where a series is truncated, but is {hbar}. "
            "moyal_terms takes numbers."
        )
    terms = moyal_terms(U, order, hbar=hbar)
    return _with_order(Add(*terms), U, [x for x, _ in pairs], order, hbar)


def moyal_terms(
    U: Any, order: int, W: Any = None, *, hbar: Expr = HBAR
) -> tuple[Expr, ...]:
    """Return the terms s = 0 … order of :func:`moyal_series`, for any Wigner function.

    Parameters
    ----------
    U, order
        As for :func:`moyal_series`.
    W : Expr, optional
        A function on phase space. By default it is undetermined.
    hbar : Expr
        What stands for ħ.

    Returns
    -------
    tuple of Expr, length order + 1
        Each with its powers of ħ.

    Raises
    ------
    TypeError, ValueError
        As :func:`moyal_series` does.

    Examples
    --------
    >>> from oqnn.symbolic import symbols
    >>> x, p, hbar = symbols()
    >>> moyal_terms(x**3, 1, p**3)
    (9*p**2*x**2, -3*hbar**2/2)
    """
    U, pairs = _potential(U, hbar)
    check_integer(order, "order", least=0)
    W = undetermined_state(pairs) if W is None else sympy.sympify(W)
    pairs_in(W=W)
    return tuple(_term(U, W, pairs, s, sympy.sympify(hbar)) for s in range(order + 1))


def wigner_equation(H: Any, order: int | None = None, *, hbar: Expr = HBAR) -> Expr:
    r"""Return the right side of ∂W/∂t = {H, W}, the Moyal bracket.

    Parameters
    ----------
    H : Expr
        Weyl symbol of the Hamiltonian, in the variables of :func:`symbols`, of any
        number of modes. It may depend on the time t.
    order : int, optional
        The last s, that of ħ²ˢ. Needed where the series does not end by itself, as for
        H = p²/2m + U(x) with U undetermined.
    hbar : Expr
        What stands for ħ: a symbol or, without `order`, a number.

    Returns
    -------
    Expr
        In ``Function("W")(x, p, t)``, or W(x1, x2, …, p1, p2, …, t) for several modes;
        with ``O(hbar**(2*order + 2))`` if the series goes on.

    Raises
    ------
    TypeError, ValueError
        If `H` holds operators or a symbol named like x, p or ħ that is another, `order`
        is no integer from 0, the series does not end and no `order` is given, or `H`
        holds ħ as no polynomial does where it is.

    References
    ----------
    .. [1] Moyal, Proc. Camb. Phil. Soc. 45, 99 (1949), eq. (7.8).

    Examples
    --------
    >>> from oqnn.symbolic import symbols
    >>> x, p, hbar = symbols()
    >>> wigner_equation(p**2 / 2 + x**3)
    -hbar**2*Derivative(W(x, p, t), (p, 3))/4 - p*Derivative(W(x, p, t), x)
    + 3*x**2*Derivative(W(x, p, t), p)
    """
    H = sympy.sympify(H)
    pairs = pairs_in(H=H)
    W = undetermined_state(pairs)
    if order is None:
        return moyal_bracket(H, W, hbar=hbar)
    check_integer(order, "order", least=0)
    if not H.is_polynomial(hbar) or not sympy.sympify(hbar).is_Symbol:
        raise ValueError(
            f"`H` must depend on the symbol {hbar} as a polynomial does, or not at "
            f"all, where its equation is truncated in ħ, but is {H}."
        )
    terms = []
    for s in range(order + 1):
        n = 2 * s + 1
        bracket = bidifferential_sum(H, W, pairs, start=n, last=n)
        terms.append(sympy.expand_mul((-(hbar**2) / 4) ** s * bracket))
    variables = [v for pair in pairs for v in pair]
    return _with_order(Add(*terms), H, variables, order, hbar)


def undetermined_state(pairs: Pairs = ()) -> Expr:
    """Return W(x, p, t), or W(x1, x2, …, p1, p2, …, t) for the pairs of several modes.

    >>> undetermined_state()
    W(x, p, t)
    """
    positions, momenta = zip(*(pairs or pairs_in()), strict=True)
    return Function("W")(*positions, *momenta, TIME)


def _potential(U: Any, hbar: Any) -> tuple[Expr, Pairs]:
    U = sympy.sympify(U)
    pairs = pairs_in(U=U)
    momenta = [p for _, p in pairs if U.has(p)]
    if momenta:
        raise ValueError(
            f"`U` must be a potential, a function of positions, but holds {momenta[0]}."
            " Give a whole Hamiltonian to wigner_equation."
        )
    if U.has(hbar) and sympy.sympify(hbar).is_Symbol:
        raise ValueError(
            f"`U` must not hold ħ, whose powers are counted by s, but is {U}. Give a "
            "Hamiltonian that holds ħ to wigner_equation."
        )
    return U, pairs


def _with_order(
    series: Expr, H: Expr, variables: list[Symbol], order: int, hbar: Symbol
) -> Expr:
    """Add the order in ħ of what is left out, if anything is."""
    last = 2 * order + 2  # the degree of H at which the next term begins is last + 1
    if H.is_polynomial(*variables) and sympy.total_degree(H, *variables) <= last:
        return series
    return series + Order(hbar**last)


def _term(U: Expr, W: Expr, pairs: Pairs, s: int, hbar: Expr) -> Expr:
    """Return the term of one s, which is a sum over multi-indices."""
    terms = []
    for powers in _multi_indices(2 * s + 1, len(pairs)):
        slope, state = U, W
        for (x, p), power in zip(pairs, powers, strict=True):
            slope, state = slope.diff(x, power), state.diff(p, power)
        number = Rational((-1) ** s, 4**s * prod(map(factorial, powers)))
        terms.append(Mul(number, hbar ** (2 * s), slope, state))
    return Add(*terms)


def _multi_indices(total: int, length: int) -> Iterator[tuple[int, ...]]:
    if length == 1:
        yield (total,)
        return
    for first in range(total, -1, -1):
        for rest in _multi_indices(total - first, length - 1):
            yield (first, *rest)
