r"""The series in ħ on the fringes of a cat: a Taylor series in the distance b.

.. math:: \sum_s \frac{(-\hbar^2)^s}{(2s+1)!} \Big(\frac12\Big)^{2s} U^{(2s+1)}(x)\,
          \partial_p^{2s+1} \cos\frac{2bp}{\hbar}
          = -\frac1\hbar \big[U(x + b) - U(x - b)\big] \sin\frac{2bp}{\hbar},

so whether it converges depends on b and on the poles of U, and not on ħ.
"""

from typing import Any

import sympy
from sympy import Add, Expr, Symbol, cos, oo, sin

from .canonical import HBAR, TIME, pair, pairs_in
from .moyal import moyal_terms
from .singularities import Undecided, nearest_distance, singularities

__all__ = ["DISTANCE", "convergence_radius", "fringe_series", "fringe_sum"]

DISTANCE = Symbol("b", positive=True)
X, P = pair(0)


def fringe_series(
    U: Any, order: int, distance: Any = DISTANCE, *, hbar: Expr = HBAR
) -> Expr:
    """Return the terms s ≤ order of the Moyal series on cos(2bp/ħ).

    Parameters
    ----------
    U : Expr
        Potential, a function of x; it may be undetermined.
    order : int
        The last s.
    distance : Expr or float
        Half the distance b of the packets.
    hbar : Expr
        What stands for ħ.

    Returns
    -------
    Expr
        Complete for polynomials of degree 2 order + 2.

    Raises
    ------
    TypeError, ValueError
        If `U` is no function of the x of :func:`symbols` alone, or holds ħ; or if
        `order` is no integer from 0.

    References
    ----------
    .. [1] Eq. 1.5.

    Examples
    --------
    >>> from oqnn.symbolic import symbols
    >>> x, p, hbar = symbols()
    >>> fringe_series(x**2, order=0)
    -4*b*x*sin(2*b*p/hbar)/hbar
    """
    U, b = _of_one_mode(U), sympy.sympify(distance)
    return Add(*moyal_terms(U, order, cos(2 * b * P / hbar), hbar=hbar))


def fringe_sum(U: Any, distance: Any = DISTANCE, *, hbar: Expr = HBAR) -> Expr:
    """Return what the whole series sums to, −[U(x + b) − U(x − b)] sin(2bp/ħ)/ħ.

    Parameters
    ----------
    U, distance, hbar
        As for :func:`fringe_series`.

    Returns
    -------
    Expr
        It is what U does to the fringes even where the series diverges.

    Raises
    ------
    TypeError, ValueError
        If `U` is no function of the x of :func:`symbols` alone.

    References
    ----------
    .. [1] Eq. 1.5.

    Examples
    --------
    >>> fringe_sum(sympy.Function("U")(X))
    (U(-b + x) - U(b + x))*sin(2*b*p/hbar)/hbar
    """
    U, b = _of_one_mode(U), sympy.sympify(distance)
    difference = U.subs(X, X + b) - U.subs(X, X - b)
    return -difference * sin(2 * b * P / hbar) / hbar


def convergence_radius(U: Any, at: Any = X) -> Expr:
    r"""Return the distance b up to which the series on the fringes converges.

    It is the radius of the Taylor series of U around a real x, the distance to the
    nearest singularity of U in the complex plane. (At points where U is even the odd
    terms, which alone matter, all vanish.)

    Parameters
    ----------
    U : Expr
        Function of x: fractions of polynomials and of exponentials, trigonometric and
        hyperbolic functions of linear arguments; logarithms, roots, inverse and entire
        functions of these; sums and products of all.
    at : Expr or float
        A real point, by default any x.

    Returns
    -------
    Expr
        ∞ if U has no singularities, 0 at one; a decimal number where these are roots of
        polynomials that have no closed form.

    Raises
    ------
    TypeError, ValueError
        If `U` is no function of the x of :func:`symbols` alone, `at` is not known to be
        real, or the singularities, or which of them is the nearest, cannot be found.

    References
    ----------
    .. [1] Eq. 1.5.

    Examples
    --------
    >>> k = sympy.Symbol("k", positive=True)
    >>> convergence_radius(sympy.tanh(k * X))
    sqrt(x**2 + pi**2/(4*k**2))
    >>> convergence_radius(X**4 - sympy.cos(X))
    oo
    """
    U, at = _of_one_mode(U), sympy.sympify(at)
    if not at.is_real:
        raise ValueError(
            f"`at` must be real, but {at} is not known to be. Take x from symbols(), "
            "or give a number."
        )
    if not U.has(X):
        return oo
    try:
        exact = sympy.nsimplify(U, rational=True)  # e^{0.3x} is known by ratios
        return nearest_distance(singularities(exact, X), X, at)
    except Undecided as undecided:
        raise ValueError(
            "`U` must have singularities that are found in closed form, but "
            f"{undecided} cannot be decided for {U}. Give numbers for its symbols and "
            "for `at`, or assumptions such as positive=True."
        ) from undecided


def _of_one_mode(U: Any) -> Expr:
    U = sympy.sympify(U)
    if pairs_in(U=U) != ((X, P),) or U.has(P, TIME):
        raise ValueError(f"`U` must be a function of x alone, but is {U}.")
    return U
