"""Weyl symbols of operators, and the operators that have given symbols."""

from functools import reduce
from typing import Any

import sympy
from sympy import Add, Expr, Function, Mul, Order, Pow, Rational, Symbol, binomial

from .canonical import HBAR, CanonicalOperator, Momentum, Position, pairs_in
from .exponentials import is_linear
from .star import star

__all__ = ["weyl_operator", "weyl_symbol"]


def weyl_symbol(expr: Any, order: int | None = None, *, hbar: Expr = HBAR) -> Expr:
    r"""Return the Weyl symbol of an operator.

    .. math:: \tilde A(x, p) = \int e^{-ipy/\hbar}
              \langle x + y/2 | \hat A | x - y/2 \rangle\, dy

    Sums, products and powers of x̂, p̂, â, â† are exact in any number of modes; so are
    functions of operators that commute, such as f(x̂₁, x̂₂), and functions of one linear
    form, such as exp(iax̂ + ibp̂). Products become star products.

    SymPy itself writes exp(x̂ + p̂) exp(−p̂) as exp(x̂) as soon as the product is built,
    which is wrong. Multiply the symbols of such factors with :func:`star`.

    Parameters
    ----------
    expr : Expr
        In :func:`operators` and :func:`ladder_operators`; numbers and parameters may
        multiply them.
    order : int, optional
        Truncate star products after this power of ħ, for products such as f(x̂) g(p̂)
        that are known as series only.
    hbar : Expr
        What stands for ħ.

    Returns
    -------
    Expr

    Raises
    ------
    TypeError
        If phase-space variables and operators are mixed, `expr` holds operators from
        elsewhere, or a function is of operators that do not commute.
    ValueError
        As :func:`star` does.

    References
    ----------
    .. [1] Eq. 1.1; Weyl, Z. Phys. 46, 1 (1927), sec. 4.

    Examples
    --------
    >>> from oqnn.symbolic import ladder_operators, operators
    >>> X, P = operators()
    >>> weyl_symbol(X * P), weyl_symbol(P * X * P)
    (I*hbar/2 + p*x, p**2*x)
    >>> a, ad = ladder_operators(mass=1, frequency=1)
    >>> weyl_symbol(ad * a)
    -1/2 + p**2/(2*hbar) + x**2/(2*hbar)
    """
    expr, hbar = sympy.sympify(expr), sympy.sympify(hbar)
    _check_operator(expr)
    return sympy.expand_mul(_symbol(expr, order, hbar))


def _check_operator(expr: Expr) -> None:
    """Refuse operators from elsewhere, and variables x, p beside operators."""
    held = expr.atoms(CanonicalOperator)
    rest = expr.xreplace({A: sympy.Dummy() for A in held})
    if not rest.is_commutative:
        raise TypeError(
            "`expr` must be written in the operators of oqnn.symbolic.operators() and "
            f"ladder_operators(), but holds others that do not commute: {expr}."
        )
    variables = {v for pair in pairs_in(expr=Add(*expr.free_symbols)) for v in pair}
    if held and expr.free_symbols & variables:
        raise TypeError(
            "`expr` must not mix operators with the variables x and p, but is "
            f"{expr}. Write it in operators() alone."
        )


def _symbol(expr: Expr, order: int | None, hbar: Expr) -> Expr:
    if not expr.atoms(CanonicalOperator):
        return expr
    if isinstance(expr, Add):
        return Add(*(_symbol(term, order, hbar) for term in expr.args))
    if _one_form(expr) or _all_commute(expr):
        values = {A: A.in_phase_space(hbar) for A in expr.atoms(CanonicalOperator)}
        return expr.xreplace(values)
    if isinstance(expr, Mul):
        factors = [_symbol(factor, order, hbar) for factor in expr.args]
        return reduce(lambda f, g: _product(f, g, order, hbar), factors)
    if isinstance(expr, Pow) and expr.exp.is_Integer and expr.exp > 0:
        base = _symbol(expr.base, order, hbar)
        return reduce(lambda f, g: _product(f, g, order, hbar), [base] * int(expr.exp))
    raise TypeError(
        "`expr` must be built of sums, products, powers, and functions of operators "
        f"that commute or of one linear form, but holds {expr}. Expand the function in "
        "a series, or split it into such factors."
    )


def _one_form(expr: Expr) -> bool:
    """Tell whether an expression is a linear form, or a function of a single one."""
    inner = expr
    while isinstance(inner, Function | Pow):
        inside = [e for e in inner.args if e.atoms(CanonicalOperator)]
        if len(inside) > 1:
            return False
        (inner,) = inside
    stand_ins = {A: sympy.Dummy() for A in inner.atoms(CanonicalOperator)}
    return is_linear(inner.xreplace(stand_ins), list(stand_ins.values()))


def _all_commute(expr: Expr) -> bool:
    """Tell whether the operators in an expression all commute with each other."""
    held = expr.atoms(CanonicalOperator)
    kinds: dict[int, set] = {}
    for operator in held:
        kinds.setdefault(operator.mode, set()).add(operator)
    return all(len(kind) == 1 for kind in kinds.values())


def _product(f: Expr, g: Expr, order: int | None, hbar: Expr) -> Expr:
    """Return f ⋆ g; what was left out of a factor is left out of the product."""
    rest = [e.getO() for e in (f, g) if e.has(Order)]
    product = star(f.removeO(), g.removeO(), order, hbar=hbar)
    return Add(product, *rest[:1]) if not product.has(Order) else product


def weyl_operator(expr: Any) -> Expr:
    r"""Return the operator whose Weyl symbol is given.

    A polynomial becomes symmetrically ordered by McCoy's formula,

    .. math:: x^m p^n \to \frac{1}{2^m} \sum_k \binom{m}{k}
              \hat x^k \hat p^n \hat x^{m-k},

    in every mode; it may multiply a function of positions only, of momenta only, or of
    one linear form.

    Parameters
    ----------
    expr : Expr
        In the variables of :func:`symbols`.

    Returns
    -------
    Expr
        In the operators of :func:`operators`.

    Raises
    ------
    TypeError, ValueError
        If a term is not of these forms, or `expr` holds operators or a symbol named
        like x or p that is another.

    References
    ----------
    .. [1] McCoy, Proc. Natl. Acad. Sci. 18, 674 (1932).

    Examples
    --------
    >>> from oqnn.symbolic import symbols
    >>> x, p, hbar = symbols()
    >>> weyl_operator(x * p)
    P*X/2 + X*P/2
    >>> weyl_operator(p**2 * sympy.exp(x))
    exp(X)*P**2/4 + P*exp(X)*P/2 + P**2*exp(X)/4
    """
    expr = sympy.sympify(expr)
    pairs = pairs_in(expr=expr)
    letters = {}
    for x, p in pairs:
        mode = int(x.name[1:] or 0)
        letters[x], letters[p] = Position(mode), Momentum(mode)
    terms = Add.make_args(sympy.expand(expr, power_exp=False))
    return sympy.expand_mul(Add(*(_term_operator(term, letters) for term in terms)))


def _term_operator(term: Expr, letters: dict[Symbol, CanonicalOperator]) -> Expr:
    """Return the operator of one term: a core, multiplied from both sides in halves."""
    powers: dict[Symbol, int] = {}
    core = number = sympy.S.One
    for factor in Mul.make_args(term):
        base, power = factor.as_base_exp()
        if base in letters and power.is_Integer and power > 0:
            powers[base] = int(power)
        elif factor.has(*letters):
            core *= factor
        else:
            number *= factor
    operator = core.xreplace(letters)
    if not (_all_commute(operator) or _one_form(operator)):
        raise ValueError(
            "`expr` must be a sum of polynomials times functions of positions only, of "
            f"momenta only, or of one linear form, but holds {term}. Expand it in a "
            "series first."
        )
    for variable in sorted(powers, key=lambda v: v.name):
        if _all_commute(operator * letters[variable]):
            operator *= letters[variable] ** powers.pop(variable)
    for variable in sorted(powers, key=lambda v: v.name):  # p before x, as McCoy has it
        operator = _symmetrised(operator, letters[variable], powers[variable])
    return number * operator


def _symmetrised(operator: Expr, letter: CanonicalOperator, power: int) -> Expr:
    """Return the operator whose symbol is that of `operator` times a power."""
    return Add(
        *(
            binomial(power, k) * letter**k * operator * letter ** (power - k)
            for k in range(power + 1)
        )
    ) * Rational(1, 2**power)
