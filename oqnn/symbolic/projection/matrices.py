"""Expanded superoperators as matrices, their ordered integrals done by quadrature."""

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np
import sympy
from numpy.typing import ArrayLike
from sympy import Expr, Order, Pow, Symbol

from ..._core.checks import check_integer, check_shapes
from .algebra import Irrelevant, Liouvillian, Relevant
from .time_integrals import TimeOrderedIntegral

__all__ = ["superoperator_matrix"]

PROJECTION_TOLERANCE = 1e-10
Points = dict[Symbol, np.ndarray]


def superoperator_matrix(
    expr: Any,
    projection: ArrayLike,
    liouvillian: Callable[[float], ArrayLike],
    values: Mapping[Symbol, float],
    *,
    nodes: int = 10,
) -> np.ndarray:
    r"""Return the matrix of an expression in P, Q and L(t).

    Integrals over ordered times are done by Gauss-Legendre quadrature, one interval
    inside the other: for smooth L(t) the error falls exponentially with `nodes`, the
    cost grows as ``nodes**n`` with n times.

    Parameters
    ----------
    expr : Expr
        Sums, products and integrals of P, Q and L(t), such as a generator without its
        remainder.
    projection : shape (m, m)
        Matrix of P.
    liouvillian : callable
        Takes a time, returns the matrix of L at that time, shape (m, m).
    values : mapping of Symbol to float
        Of the coupling, the time, and every other free symbol.
    nodes : int
        Points of each interval.

    Returns
    -------
    shape (m, m), complex

    Raises
    ------
    TypeError
        If `expr` holds a propagator, a state, or anything else that has no matrix here.
    ValueError
        If `projection` is no projection, a value is missing, `expr` has a remainder, or
        shapes disagree.

    Examples
    --------
    >>> from oqnn.symbolic import tcl_generator
    >>> K = tcl_generator(2, odd_moments_vanish=True).removeO()
    >>> P = np.diag([1, 0])
    >>> t, alpha = sympy.symbols("t alpha", real=True)
    >>> swap = np.array([[0, 1], [-1, 0]])
    >>> superoperator_matrix(K, P, lambda t: t * swap, {t: 2, alpha: 0.5}).real
    array([[-1.,  0.],
           [ 0.,  0.]])
    """
    expr, P = sympy.sympify(expr), np.asarray(projection, dtype=complex)
    check_shapes(projection=(P, "m m"))
    check_integer(nodes, "nodes")
    gap = np.abs(P @ P - P).max()
    if not gap <= PROJECTION_TOLERANCE * max(1.0, np.abs(P).max()):
        raise ValueError(
            "`projection` must satisfy P² = P, but differs from its square by "
            f"{gap:.3g}."
        )
    if expr.has(Order):
        raise ValueError(
            f"`expr` must be without remainder, but holds {expr.getO()}. Leave the "
            "remainder out with .removeO()."
        )
    missing = sorted(expr.free_symbols - set(values), key=lambda symbol: symbol.name)
    if missing:
        raise ValueError(
            "`values` must hold every free symbol of `expr`, but lacks "
            f"{', '.join(symbol.name for symbol in missing)}."
        )
    points = {symbol: np.array([float(value)]) for symbol, value in values.items()}
    found = _Evaluator(P, liouvillian, nodes).at(expr, points)
    return np.broadcast_to(found, (1, *P.shape))[0].astype(complex)


class _Evaluator:
    """Evaluates an expression at many points at once."""

    def __init__(self, P: np.ndarray, liouvillian: Any, nodes: int) -> None:
        self.P, self.one, self.liouvillian = P, np.eye(len(P)), liouvillian
        x, w = np.polynomial.legendre.leggauss(nodes)
        self.x, self.w = (1 + x) / 2, w / 2  # on [0, 1]
        self.known: dict[float, np.ndarray] = {}

    def at(self, expr: Expr, points: Points) -> np.ndarray:
        """Return the matrices of an expression, shape (points, m, m)."""
        if expr.is_commutative and not expr.has(TimeOrderedIntegral):
            return _number(expr, points)[:, None, None] * self.one
        if expr.is_Add:
            return reduce(np.add, [self.at(term, points) for term in expr.args])
        if expr.is_Mul:
            total = self.one
            for factor in expr.args:
                total = total @ self.at(factor, points)
            return total
        if isinstance(expr, Pow) and expr.exp.is_Integer:
            return np.linalg.matrix_power(self.at(expr.base, points), int(expr.exp))
        if isinstance(expr, Relevant):
            return self.P
        if isinstance(expr, Irrelevant):
            return self.one - self.P
        if isinstance(expr, Liouvillian):
            return self._liouvillian(_number(expr.args[0], points))
        if isinstance(expr, TimeOrderedIntegral):
            return self._integral(expr, points)
        raise TypeError(
            "`expr` must be made of P, Q, L(t) and integrals over times, but holds "
            f"{expr}. Expand it to an order in the coupling first."
        )

    def _liouvillian(self, times: np.ndarray) -> np.ndarray:
        size = len(self.P)
        for time in set(times.tolist()) - set(self.known):
            matrix = np.asarray(self.liouvillian(time))
            check_shapes(liouvillian=(matrix, f"{size} {size}"))
            self.known[time] = matrix
        return np.array([self.known[time] for time in times.tolist()])

    def _integral(self, expr: TimeOrderedIntegral, points: Points) -> np.ndarray:
        count = len(next(iter(points.values())))
        weights = np.ones(count)
        upper, lower = (_number(end, points) for end in (expr.upper, expr.lower))
        for time in expr.times:
            width = upper - lower
            points = {symbol: np.repeat(v, len(self.x)) for symbol, v in points.items()}
            weights = np.outer(weights * width, self.w).ravel()
            upper = (lower[:, None] + np.outer(width, self.x)).ravel()
            lower = np.repeat(lower, len(self.x))
            points[time] = upper
        inside = self.at(expr.integrand, points) * weights[:, None, None]
        return inside.reshape(count, -1, *self.P.shape).sum(axis=1)


def _number(expr: Expr, points: Points) -> np.ndarray:
    """Return the values of a formula of numbers at all points."""
    count = len(next(iter(points.values())))
    value = sympy.lambdify(list(points), expr, "numpy")(*points.values())
    return np.broadcast_to(np.asarray(value), (count,))
