r"""Shift operators (S_T X)(t) = X(t − T), which compose as S_T S_U = S_{T+U}."""

from typing import Any

import sympy
from sympy import Add, Derivative, Expr, Integer, Mul, Symbol, sympify

from ..canonical import TIME

__all__ = ["PERIOD", "Shift", "apply_shifts", "compose_shifts"]

PERIOD = Symbol("T", positive=True)


class Shift(Expr):
    r"""The operator S_T on functions of time, (S_T X)(t) = X(t − T).

    Products and powers compose by themselves, ``Shift(0)`` is 1, and sums with constant
    factors are operators too. :func:`apply_shifts` lets one act.

    Examples
    --------
    >>> S = Shift(PERIOD)
    >>> S * S**2, S / S
    (S(3*T), 1)
    >>> sympy.expand((1 - S) * (1 + S))
    1 - S(2*T)
    """

    is_commutative = True

    def __new__(cls, delay: Any) -> Any:  # noqa: D102
        delay = sympy.expand(sympify(delay))
        return sympy.S.One if delay == 0 else super().__new__(cls, delay)

    @property
    def delay(self) -> Expr:
        """How far back S_T looks."""
        return self.args[0]

    # SymPy gathers equal bases of a product: S_T is then the power S_1^T.
    def as_base_exp(self) -> tuple[Expr, Expr]:
        """Return S_1 and the delay."""
        return (self, Integer(1)) if self.delay == 1 else (Shift(1), self.delay)

    def _eval_power(self, exponent: Expr) -> Expr:
        return Shift(self.delay * exponent)

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        return sympy.S.Zero

    def _sympystr(self, printer: Any) -> str:
        return f"S({printer._print(self.delay)})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        base = rf"S_{{{printer._print(self.delay)}}}"
        return base if exp is None else rf"{base}^{{{exp}}}"

    def _pretty(self, printer: Any) -> Any:
        return printer._print(sympy.Function("S")(self.delay))


def compose_shifts(operator: Any) -> Expr:
    """Return a sum of shifts with every product composed, symbolic powers too.

    Parameters
    ----------
    operator : Expr
        A finite sum of products of shifts and constants.

    Returns
    -------
    Expr
        With one shift a term, equal delays collected.

    Raises
    ------
    ValueError
        If a shift stands anywhere else, as in a denominator.

    Examples
    --------
    >>> n, mu = sympy.Symbol("n", integer=True), sympy.Symbol("mu")
    >>> compose_shifts((1 - mu * Shift(PERIOD)) * mu**n * Shift(PERIOD) ** n)
    mu**n*S(T*n) - mu**(n + 1)*S(T*n + T)
    """
    return Add(*(constant * Shift(d) for d, constant in _terms(operator).items()))


def _terms(operator: Any) -> dict[Expr, Expr]:
    """Return the constant factor of every delay in a sum of shifts."""
    found: dict[Expr, Expr] = {}
    for term in Add.make_args(sympy.expand(sympify(operator))):
        factors = Mul.make_args(term)
        delay = sympy.expand(Add(*(f.delay for f in factors if isinstance(f, Shift))))
        constant = Mul(*(f for f in factors if not isinstance(f, Shift)))
        if constant.has(Shift):
            raise ValueError(
                "`operator` must be a finite sum of products of shifts, but has the "
                f"term {term}. Write a series out as a sum first."
            )
        found[delay] = found.get(delay, sympy.S.Zero) + sympy.powsimp(constant)
    return found


def apply_shifts(operator: Any, function: Any, *, t: Symbol = TIME) -> Expr:
    """Let a sum of shifts with constant factors act on a function of time.

    Parameters
    ----------
    operator : Expr
        Such as ``Shift(T)`` or ``1 - mu * Shift(T)``.
    function : Expr
        In `t`, with undetermined functions of t and their derivatives, if any.
    t : Symbol
        The time.

    Returns
    -------
    Expr

    Raises
    ------
    ValueError
        If `operator` holds the time, so that the order of its factors would matter, or
        is no finite sum of shifts.

    Examples
    --------
    >>> X, mu = sympy.Function("X"), sympy.Symbol("mu")
    >>> apply_shifts(1 - mu * Shift(PERIOD), X(TIME))
    -mu*X(-T + t) + X(t)
    """
    function, terms = sympify(function), _terms(operator)
    if any(part.has(t) for item in terms.items() for part in item):
        raise ValueError(
            f"`operator` must hold shifts and constants, but holds {t}: {operator}. "
            "Multiply by functions of time after it has acted."
        )
    return Add(*(c * _delayed(function, delay, t) for delay, c in terms.items()))


def _delayed(function: Expr, delay: Expr, t: Symbol) -> Expr:
    """Write t − T for t; a derivative in t stays one."""
    if function == t:
        return t - delay
    if not function.has(t):
        return function
    if isinstance(function, Derivative):
        return Derivative(_delayed(function.expr, delay, t), *function.variable_count)
    return function.func(*(_delayed(part, delay, t) for part in function.args))
