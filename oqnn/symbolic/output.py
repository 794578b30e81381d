"""Formulas as functions of NumPy and JAX arrays."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sympy
from sympy import (
    Derivative,
    Dummy,
    Eq,
    Expr,
    Integral,
    Lambda,
    Limit,
    MatrixBase,
    Order,
    Product,
    Rel,
    Subs,
    Sum,
    Symbol,
    nan,
    oo,
    zoo,
)
from sympy.core.function import AppliedUndef

from .._core.checks import check_choice
from .compiling import jax_function, numpy_function
from .derivation import Derivation, Step

__all__ = ["to_function"]

Functions = Mapping[Expr, Any]


def to_function(
    expr: Any,
    arguments: Symbol | Sequence[Symbol],
    *,
    modules: str = "numpy",
    functions: Functions | None = None,
) -> Callable[..., Any]:
    """Turn a formula into a function of arrays.

    The function takes numbers or arrays that broadcast against each other, by position
    or by name, and returns an array of their common shape, a constant formula included;
    for a matrix its rows and columns come last. It computes in double precision and is
    complex where the formula or an argument is. Roots and logarithms of negative
    numbers are NaN, as in NumPy, unless their argument is complex.

    Parameters
    ----------
    expr : Expr, Eq, Matrix or Step
        Of an equation, the right-hand side.
    arguments : Symbol or sequence of Symbol
        In order. Every symbol of the formula must be among them, ħ too.
    modules : {"numpy", "jax"}
        With "jax" the function can be differentiated, compiled and mapped by JAX. Do
        so, and work on with its values, inside ``with jax.enable_x64(True)``: outside,
        JAX itself rounds what it is given, and gradients, to single precision.
    functions : mapping, optional
        What stands for undetermined functions, and is differentiated in their place:
        ``{U(x): x**4}``. Where only values are known, a symbol among `arguments` may
        stand for a function or for one derivative of it:
        ``{W(x, p, t).diff(p, 3): W3}``.

    Returns
    -------
    Callable

    Raises
    ------
    TypeError
        If `expr` is no formula or holds operators, or `arguments` are not symbols.
    ValueError
        If `expr` is an equation … = 0, or holds a symbol that is not among `arguments`,
        an undetermined function or a derivative of it that `functions` does not give, a
        truncation ``O(…)``, an integral or sum left to do, or a function that NumPy, or
        JAX, does not have.

    Examples
    --------
    >>> import numpy as np
    >>> from oqnn.symbolic import star, symbols
    >>> x, p, hbar = symbols()
    >>> f = to_function(star(x**2, p), (x, p, hbar))
    >>> f(np.array([1.0, 2.0]), 3, hbar=0.5)
    array([ 3.+0.5j, 12.+1.j ])
    """
    formula = _formula(expr)
    symbols = _symbols(arguments)
    check_choice(modules, "modules", ("numpy", "jax"))
    formula = _with_functions(formula, functions or {})
    _check_closed(formula, symbols)

    shape = formula.shape if isinstance(formula, MatrixBase) else ()
    entries = list(formula) if isinstance(formula, MatrixBase) else [formula]
    if modules == "numpy":
        return numpy_function(entries, symbols, shape)
    return jax_function(entries, symbols, shape)


def _formula(expr: Any) -> Any:
    if isinstance(expr, Step):
        expr = expr.formula
    if isinstance(expr, Derivation):
        names = ", ".join(repr(step.name) for step in expr.steps)
        raise TypeError(
            "`expr` must be a single formula, but is a derivation. Choose a step of "
            f'it, as in derivation["…"]: {names}.'
        )
    if isinstance(expr, Eq):
        if expr.rhs == 0:
            raise ValueError(
                "`expr` must be an equation for something, but its right side is 0: "
                f"{expr}. Pass its left side, .lhs."
            )
        expr = expr.rhs
    if isinstance(expr, Rel):
        raise TypeError(
            f"`expr` must be a formula or an equation, but is an inequality: {expr}. "
            "Pass its .lhs or its .rhs."
        )
    expr = sympy.sympify(expr)
    if not isinstance(expr, Expr | MatrixBase):
        raise TypeError(
            "`expr` must be an expression, an equation, a matrix or a step of a "
            f"derivation, but is of the kind {type(expr).__name__}."
        )
    entries = expr if isinstance(expr, MatrixBase) else [expr]
    if any(entry.is_commutative is False for entry in entries):
        raise TypeError(
            f"`expr` must be a formula of numbers, but holds operators: {expr}. Take "
            "its weyl_symbol first, or the superoperator_matrix of projections."
        )
    return expr


def _symbols(arguments: Any) -> list[Symbol]:
    found = [arguments] if isinstance(arguments, Symbol) else list(arguments)
    for symbol in found:
        if not isinstance(symbol, Symbol):
            raise TypeError(
                f"`arguments` must be symbols, but {symbol!r} is none. For an "
                "undetermined function use `functions`."
            )
    names = [symbol.name for symbol in found]
    if len(set(names)) < len(names):
        raise ValueError(
            f"`arguments` must have different names, but are {', '.join(names)}."
        )
    return found


def _with_functions(formula: Any, functions: Functions) -> Any:
    """Put in what is given for functions, and carry out the derivatives."""
    given = {key: sympy.sympify(value) for key, value in functions.items()}
    for key in given:
        _check_key(key)
    values = {k: v for k, v in given.items() if isinstance(k, Derivative)}
    formula = formula.xreplace(values)
    for key, value in given.items():
        if key in values:
            continue
        if isinstance(value, Symbol) and value not in key.args:
            formula = _with_values(formula, key, value)
        else:
            formula = formula.replace(key.func, Lambda(key.args, value))
    return formula.replace(
        lambda e: isinstance(e, Derivative | Subs), lambda e: e.doit()
    )


def _check_key(key: Any) -> None:
    applied = key.expr if isinstance(key, Derivative) else key
    if not isinstance(applied, AppliedUndef):
        raise TypeError(
            "`functions` must be given for undetermined functions or derivatives of "
            f"them, such as W(x, p, t), but one is given for {key!r}."
        )
    if not all(isinstance(a, Symbol) for a in applied.args) or len(
        set(applied.args)
    ) < len(applied.args):
        raise ValueError(
            "`functions` must be given for functions of different symbols, but one is "
            f"given for {key}. Give it for {applied.func}(x, …); other arguments "
            "follow."
        )


def _with_values(formula: Any, key: Expr, value: Symbol) -> Any:
    """Put values in place of a function but not of its derivatives, left unknown."""
    kept = {d: Dummy() for d in formula.atoms(Derivative, Subs) if d.has(key.func)}
    inside = {dummy: d for d, dummy in kept.items()}
    return formula.xreplace(kept).xreplace({key: value}).xreplace(inside)


def _check_closed(formula: Any, symbols: Sequence[Symbol]) -> None:
    """Check that the formula is one of `symbols` and nothing else."""
    if formula.has(Order):
        raise ValueError(
            f"`expr` must be without remainder, but holds {formula.atoms(Order)}. "
            "Leave the remainder out with .removeO()."
        )
    left = formula.atoms(Derivative, Subs) or formula.atoms(AppliedUndef)
    if left:
        first = min(left, key=sympy.default_sort_key)
        raise ValueError(
            f"`expr` must hold no undetermined function, but holds {first}. Give it "
            f"as functions={{{first}: …}}."
        )
    if formula.has(oo, -oo, zoo, nan):
        raise ValueError(f"`expr` must be finite, but holds an infinity: {formula}.")
    undone = formula.atoms(Integral, Sum, Product, Limit)
    if undone:
        raise ValueError(
            f"`expr` must be in closed form, but holds {undone.pop()}. Try .doit()."
        )
    rest = sorted(formula.free_symbols - set(symbols), key=lambda s: s.name)
    if rest:
        names = {symbol.name for symbol in symbols}
        other = "another symbol of the name " if rest[0].name in names else ""
        raise ValueError(
            f"`arguments` must hold every symbol of `expr`, but `expr` also holds "
            f"{other}{', '.join(s.name for s in rest)}. Add it, or replace it by a "
            "number with .subs."
        )
