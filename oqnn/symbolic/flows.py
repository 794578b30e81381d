r"""Terms of the series in ħ along a classical flow.

For a Gaussian W, ∂_pⁿW is a Hermite polynomial in the momentum, whose scale is the
conditional variance Var(p|x). Linear flow of a pure state keeps
Var(x) Var(p|x) = (ħ/2)², so that ħ drops out of the ratio of term s to term 0.
"""

from typing import Any

import sympy
from sympy import (
    Expr,
    Matrix,
    Symbol,
    acosh,
    cos,
    cosh,
    factorial,
    hermite,
    sin,
    sinh,
    sqrt,
)

from .._core.checks import check_integer
from .canonical import HBAR, MASS, TIME, pair, pairs_in

__all__ = [
    "ZETA",
    "break_time",
    "conditional_variance",
    "flowed_covariance",
    "gaussian_derivative",
    "linear_flow",
    "order_ratio",
]

ZETA = Symbol("zeta", real=True)
X, P = pair(0)


def gaussian_derivative(n: int, width: Any, *, hbar: Expr = HBAR) -> Expr:
    r"""Return ∂_pⁿ of e^{−a²p²/ħ²}, divided by it: (−a/ħ)ⁿ Hₙ(ap/ħ).

    Parameters
    ----------
    n : int
        Number of derivatives.
    width : Expr or float
        The length a.
    hbar : Expr
        What stands for ħ.

    Returns
    -------
    Expr
        A polynomial in p. Its leading term is (−2a²p/ħ²)ⁿ, which is more than all of it
        where p is a few ħ/a: 2 times for n = 3 at p = ħ/a, and of the other sign.

    Raises
    ------
    TypeError, ValueError
        If `n` is no integer from 0.

    References
    ----------
    .. [1] Eq. 1.4.

    Examples
    --------
    >>> a = Symbol("a", positive=True)
    >>> ratio = gaussian_derivative(3, a) / (-2 * a**2 * P / HBAR**2) ** 3
    >>> sympy.cancel(ratio.subs(P, HBAR / a))
    -1/2
    """
    check_integer(n, "n", least=0)
    scale = sympy.sympify(width) / hbar
    return sympy.expand((-scale) ** n * hermite(n, scale * P))


def order_ratio(
    U: Any,
    s: int,
    variance: Any,
    *,
    zeta: Any = ZETA,
    conditional: Any = None,
    hbar: Expr = HBAR,
) -> Expr:
    r"""Return term s of the Moyal series over term 0, for a Gaussian state.

    .. math:: \frac{(-\hbar^2/4)^s}{(2s+1)!\,(2\mathrm{Var}(p|x))^s}
              \frac{U^{(2s+1)}}{U'} \frac{H_{2s+1}(\zeta)}{H_1(\zeta)},
              \qquad \zeta = \frac{p - \langle p|x\rangle}{\sqrt{2\mathrm{Var}(p|x)}}

    Parameters
    ----------
    U : Expr
        Potential, a function of x; it may be undetermined.
    s : int
        The term.
    variance : Expr or float, positive
        Var(x).
    zeta : Expr or float
        Momentum from its conditional mean, in units of √(2 Var(p|x)).
    conditional : Expr or float, optional
        Var(p|x). By default that of a pure state, (ħ/2)²/Var(x).
    hbar : Expr
        What stands for ħ.

    Returns
    -------
    Expr
        Free of ħ for a pure state.

    Raises
    ------
    TypeError, ValueError
        If `s` is no integer from 0, a variance is not positive, or `U` is constant,
        holds p, or holds a symbol named like x, p or ħ that is another.

    References
    ----------
    .. [1] Eq. 1.7.

    Examples
    --------
    >>> V = Symbol("V", positive=True)
    >>> order_ratio(X**4, 1, V)
    -V*(4*zeta**2 - 6)/(2*x**2)
    """
    U, variance, zeta, hbar = map(sympy.sympify, (U, variance, zeta, hbar))
    check_integer(s, "s", least=0)
    if pairs_in(U=U) != ((X, P),) or U.has(P) or U.diff(X) == 0:
        raise ValueError(
            f"`U` must be a function of x alone and not constant, but is {U}."
        )
    for name, value in (("variance", variance), ("conditional", conditional)):
        if value is not None and sympy.sympify(value).is_nonpositive:
            raise ValueError(f"`{name}` must be positive, but is {value}.")
    if conditional is None:
        scale = variance / 2
    else:
        scale = hbar**2 / (8 * sympy.sympify(conditional))
    odd = sympy.expand(hermite(2 * s + 1, ZETA) / (2 * ZETA)).subs(ZETA, zeta)
    slopes = U.diff(X, 2 * s + 1) / U.diff(X)
    return (-scale) ** s * odd * slopes / factorial(2 * s + 1)


def linear_flow(H: Any, time: Any = TIME) -> Matrix:
    r"""Return the matrix M(t) of the flow (x, p) → M (x, p) of a quadratic H.

    Parameters
    ----------
    H : Expr
        Of degree two at most in x and p. Linear terms only move the centre, and do not
        enter.
    time : Expr or float
        The time t.

    Returns
    -------
    Matrix, 2 × 2
        Its determinant is 1. An unstable point gives cosh and sinh, a stable one cos
        and sin; an undecided one gives cosh of a root.

    Raises
    ------
    TypeError, ValueError
        If `H` is no polynomial of degree two at most in the x and p of :func:`symbols`,
        or depends on the time.

    Examples
    --------
    >>> linear_flow(P**2 / 2 - 2 * X**2)
    Matrix([
    [  cosh(2*t), sinh(2*t)/2],
    [2*sinh(2*t),   cosh(2*t)]])
    """
    H, t = sympy.sympify(H), sympy.sympify(time)
    if (
        pairs_in(H=H) != ((X, P),)
        or not H.is_polynomial(X, P)
        or sympy.total_degree(H, X, P) > 2
        or H.has(TIME)
    ):
        raise ValueError(
            "`H` must be a polynomial of degree two at most in x and p, constant in "
            f"time, but is {H}. Take its second-order part around a point."
        )
    drift = Matrix(
        [[H.diff(P, X), H.diff(P, 2)], [-H.diff(X, 2), -H.diff(X, P)]]
    )  # traceless: its square is a number
    square = sympy.factor(-drift.det())
    one = sympy.eye(2)
    if square == 0:
        return one + t * drift
    if square.is_negative:
        rate = sqrt(-square)
        return one * cos(rate * t) + drift * sin(rate * t) / rate
    rate = sqrt(square)
    return one * cosh(rate * t) + drift * sinh(rate * t) / rate


def flowed_covariance(H: Any, covariance: Any, time: Any = TIME) -> Matrix:
    """Return MΣMᵀ, the covariance of (x, p) after the flow of a quadratic H.

    Parameters
    ----------
    H, time
        As for :func:`linear_flow`.
    covariance : Matrix, 2 × 2
        At time 0, of (x, p).

    Returns
    -------
    Matrix, 2 × 2

    Raises
    ------
    TypeError, ValueError
        If `covariance` is no symmetric 2 × 2 matrix, or as :func:`linear_flow` does.

    Examples
    --------
    >>> flowed_covariance(P**2 / 2, [[1, 0], [0, 3]])
    Matrix([
    [3*t**2 + 1, 3*t],
    [       3*t,   3]])
    """
    M, start = linear_flow(H, time), _covariance(covariance)
    return (M * start * M.T).applyfunc(sympy.expand)


def conditional_variance(covariance: Any) -> Expr:
    """Return Var(p|x) = det Σ/Var(x) of a Gaussian; det Σ = (ħ/2)² if it is pure.

    Parameters
    ----------
    covariance : Matrix, 2 × 2
        Of (x, p).

    Returns
    -------
    Expr

    Raises
    ------
    ValueError
        If `covariance` is no symmetric 2 × 2 matrix.

    References
    ----------
    .. [1] Eq. 1.7.

    Examples
    --------
    >>> conditional_variance([[2, 1], [1, 3]])
    5/2
    """
    covariance = _covariance(covariance)
    return sympy.expand(covariance.det()) / covariance[0, 0]


def break_time(
    rate: Any, length: Any, *, width: Any = None, mass: Any = MASS, hbar: Expr = HBAR
) -> Expr:
    r"""Return when a packet at an unstable point has grown to a given length.

    In p²/2m − mλ²x²/2 the variance of a pure packet is

    .. math:: \mathrm{Var}(x) = \frac{a^2}{2}\cosh^2\lambda t
              + \frac{\hbar^2}{2a^2m^2\lambda^2}\sinh^2\lambda t .

    Quantum terms have caught up where it reaches the square of the length over which
    the force changes, such as |2U'/U'''|.

    Parameters
    ----------
    rate : Expr or float, positive
        Growth rate λ of the unstable point.
    length : Expr or float, positive
        The standard deviation of x that is waited for; beyond the first one.
    width : Expr or float, positive, optional
        The length a of the packet. By default √(ħ/mλ), which shrinks with ħ: then the
        time grows as log(1/ħ)/2λ. At a fixed `width` it has a limit.
    mass : Expr or float, positive
        By default the symbol m.
    hbar : Expr
        What stands for ħ.

    Returns
    -------
    Expr

    Raises
    ------
    ValueError
        If `rate`, `length`, `width` or `mass` is not known to be positive, or a number
        for `length` is below the first standard deviation.

    References
    ----------
    .. [1] Eq. 1.7.

    Examples
    --------
    >>> rate, length = sympy.symbols("lambda L", positive=True)
    >>> break_time(rate, length)
    acosh(2*L**2*lambda*m/hbar)/(2*lambda)
    """
    hbar = sympy.sympify(hbar)
    known = {"rate": rate, "length": length, "mass": mass}
    known |= {} if width is None else {"width": width}
    for name, value in known.items():
        if not sympy.sympify(value).is_positive:
            raise ValueError(
                f"`{name}` must be positive, but {value} is not known to be."
            )
    rate, length, mass = map(sympy.sympify, (rate, length, mass))
    square = hbar / (mass * rate) if width is None else sympy.sympify(width) ** 2
    from_x, from_p = square / 2, hbar**2 / (2 * square * mass**2 * rate**2)
    argument = sympy.cancel((2 * length**2 - from_x + from_p) / (from_x + from_p))
    if (argument - 1).is_negative:
        raise ValueError(
            "`length` must not be below the first standard deviation, "
            f"{sqrt(from_x)}, but is {length}."
        )
    return acosh(argument) / (2 * rate)


def _covariance(covariance: Any) -> Matrix:
    matrix = Matrix(covariance)
    if matrix.shape != (2, 2) or not matrix.is_symmetric():
        raise ValueError(
            "`covariance` must be a symmetric 2 by 2 matrix of (x, p), but is "
            f"{matrix.tolist()}."
        )
    return matrix
