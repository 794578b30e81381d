"""The equation of motion of Wigner functions, derived from the Schrödinger equation."""

from typing import Any

from sympy import (
    Add,
    Derivative,
    Eq,
    Expr,
    Function,
    I,
    Integral,
    Order,
    Symbol,
    conjugate,
    exp,
    factorial,
    oo,
    pi,
)

from .._core.checks import check_integer
from .canonical import HBAR, MASS, TIME, pair
from .derivation import Derivation, Step
from .moyal import moyal_series, undetermined_state, wigner_equation

__all__ = ["derive_moyal", "kinetic_integrand"]

X, P = pair(0)
Y = Symbol("y", real=True)
PSI = Function("psi")
KERNEL = exp(-I * P * Y / HBAR)
AHEAD, BEHIND = X + Y / 2, X - Y / 2


def derive_moyal(order: int | None = 3) -> Derivation:
    r"""Derive ∂W/∂t for H = p²/2m + U(x) from the Schrödinger equation, eq. 1.2.

    Parameters
    ----------
    order : int, optional
        The last s of the series, that of ħ²ˢ.

    Returns
    -------
    Derivation
        Steps "Schrödinger equation", "Wigner function", "kinetic integral", "two
        derivatives", "by parts", "kinetic part", "potential integral", "difference",
        "powers of y", "potential part", "equation" and "classical".

    Raises
    ------
    TypeError, ValueError
        If `order` is no integer from 0.

    Examples
    --------
    >>> derive_moyal(0)["kinetic part"]
    -p*Derivative(W(x, p, t), x)/m
    """
    order = 3 if order is None else order
    check_integer(order, "order", least=0)
    U, W = Function("U"), undetermined_state()
    psi, density = PSI(X, TIME), _density()
    H = P**2 / (2 * MASS) + U(X)
    kinetic, potential = wigner_equation(P**2 / (2 * MASS)), moyal_series(U(X), order)
    equation = wigner_equation(H, order)
    R = Function("R")(X, Y)
    R_x = Derivative(R, X)
    rest = I * P / HBAR * KERNEL * R_x
    steps = (
        Step(
            "Schrödinger equation",
            Eq(I * HBAR * psi.diff(TIME), U(X) * psi - HBAR**2 / (2 * MASS) * _xx(psi)),
        ),
        Step(
            "Wigner function",
            Eq(W, _over_y(KERNEL * density) / (2 * pi * HBAR)),
            "With h = 2πħ, ψ at the time t. Its derivative has a kinetic and a "
            "potential part.",
        ),
        Step(
            "kinetic integral",
            _over_y(KERNEL * kinetic_integrand()) / (4 * pi * I * MASS),
            "Both halves are needed: the part of ψ* and the part of ψ.",
        ),
        Step(
            "two derivatives",
            Eq(-2 * Derivative(_density(), X, Y), kinetic_integrand()),
            "The difference of second derivatives is a mixed one.",
        ),
        Step(
            "by parts",
            Eq(KERNEL * Derivative(R, X, Y), Derivative(KERNEL * R_x, Y) + rest),
            "R is ψψ*. The first term integrates to zero where ψ vanishes far away.",
        ),
        Step("kinetic part", kinetic, "The free motion is classical, without ħ."),
        Step(
            "potential integral",
            _over_y(KERNEL * (U(AHEAD) - U(BEHIND)) * density) / (2 * pi * I * HBAR**2),
        ),
        Step("difference", Eq(U(AHEAD) - U(BEHIND), _difference(U, order))),
        Step(
            "powers of y",
            Eq(Y ** (2 * order + 1) * KERNEL, _momentum_derivatives(2 * order + 1)),
            "Every power of y in the integral is iħ∂/∂p outside of it.",
        ),
        Step("potential part", potential),
        Step("equation", Eq(W.diff(TIME), equation)),
        Step(
            "classical",
            Eq(W.diff(TIME), equation.removeO().subs(HBAR, 0)),
            "What is left at ħ = 0 if W has a limit; a pure state has none.",
        ),
    )
    return Derivation("The equation of motion of the Wigner function", steps)


def kinetic_integrand(psi: Any = PSI) -> Expr:
    """Return ∂²ψ*(x − y/2)/∂x² ψ(x + y/2) − ψ*(x − y/2) ∂²ψ(x + y/2)/∂x².

    >>> from sympy import cos
    >>> kinetic_integrand(cos).doit()
    0
    """
    ahead, behind = psi(AHEAD), conjugate(psi(BEHIND))
    return Derivative(behind, (X, 2)) * ahead - behind * Derivative(ahead, (X, 2))


def _density(psi: Any = PSI) -> Expr:
    return psi(AHEAD) * conjugate(psi(BEHIND))


def _over_y(integrand: Expr) -> Expr:
    return Integral(integrand, (Y, -oo, oo))


def _xx(psi: Expr) -> Expr:
    return Derivative(psi, (X, 2))


def _difference(U: Any, order: int) -> Expr:
    """Return the Taylor series of U(x + y/2) − U(x − y/2) to y^{2 order + 1}."""
    odd = range(1, 2 * order + 2, 2)
    terms = (2 * (Y / 2) ** n * Derivative(U(X), (X, n)) / factorial(n) for n in odd)
    return Add(*terms) + Order(Y ** (2 * order + 3))


def _momentum_derivatives(n: int) -> Expr:
    return (I * HBAR) ** n * Derivative(KERNEL, (P, n))
