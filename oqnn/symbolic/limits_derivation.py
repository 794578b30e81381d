"""What becomes of the quantum terms as ħ → 0: equations 1.4 to 1.7 derived."""

import sympy
from sympy import Derivative, Eq, Function, Integer, Symbol, cosh, log, sinh, tanh

from .._core.checks import check_integer
from .canonical import HBAR, MASS, TIME, pair
from .classical_limit import classical_limit
from .derivation import Derivation, Step
from .flows import (
    break_time,
    conditional_variance,
    flowed_covariance,
    gaussian_derivative,
    order_ratio,
)
from .fringes import DISTANCE, convergence_radius, fringe_series, fringe_sum
from .moyal import moyal_terms, undetermined_state
from .wavefunctions import gaussian_state
from .wigner import smear_momentum, wigner

__all__ = ["derive_classical_limit"]

X, P = pair(0)
A, C, K, L, RATE = sympy.symbols("a c k L lambda", positive=True)
SCALED = Symbol("u", real=True)
VARIANCE, CONDITIONAL = sympy.symbols("V_x V_c", positive=True)
U, W, R, T = Function("U"), undetermined_state(), Symbol("r_s"), Symbol("T")


def derive_classical_limit(order: int | None = 2) -> Derivation:
    r"""Derive the fate of the Moyal series as ħ → 0, eqs. 1.4 to 1.7.

    Parameters
    ----------
    order : int, optional
        The last s of the series, that of ħ²ˢ.

    Returns
    -------
    Derivation
        Steps "packet", "momentum derivative", "leading term alone", "series on a pure
        packet", "fringes", "fringes summed", "radius for tanh", "uncertain momentum",
        "series on it", "limit", "pure Gaussian", "ratio along a flow", "unstable
        point", "break time" and "break time for small ħ".

    Raises
    ------
    TypeError, ValueError
        If `order` is no integer from 0.

    Examples
    --------
    >>> derive_classical_limit(1)["pure Gaussian"]
    Eq(V_c, hbar**2/(4*V_x))
    """
    order = 2 if order is None else order
    check_integer(order, "order", least=0)
    steps = (*_pure(order), *_fringes(order), *_mixed(order), *_flow(order))
    return Derivation("Classical limits of the equation of motion", steps)


def _pure(order: int) -> tuple[Step, ...]:
    packet, n = wigner(gaussian_state(A)), 2 * order + 1
    ratio = gaussian_derivative(n, A)
    leading = (-2 * A**2 * P / HBAR**2) ** n
    terms = [term / packet for term in moyal_terms(U(X), order, packet)]
    limit = classical_limit(terms, fixed=[A, {P: SCALED * HBAR / A}])
    series = sum((t.leading * HBAR**t.power for t in limit.terms), Integer(0))
    return (
        Step("packet", Eq(W, packet)),
        Step(
            "momentum derivative",
            Eq(Derivative(W, (P, n)) / W, ratio, evaluate=False),
            "A Hermite polynomial of ap/ħ.",
        ),
        Step(
            "leading term alone",
            Eq(T, sympy.cancel((ratio / leading).subs(P, HBAR / A)), evaluate=False),
            "What it is over its leading term at p = ħ/a, where the packet lives.",
        ),
        Step(
            "series on a pure packet",
            series,
            "Over W at p = uħ/a: every term is of order 1/ħ, none is smaller.",
        ),
    )


def _fringes(order: int) -> tuple[Step, ...]:
    return (
        Step("fringes", fringe_series(U(X), order), "The series on cos(2bp/ħ) alone."),
        Step(
            "fringes summed",
            fringe_sum(U(X)),
            "The series is Taylor's in b, so its poles matter and ħ does not.",
        ),
        Step(
            "radius for tanh",
            Eq(DISTANCE, convergence_radius(tanh(K * X)), evaluate=False),
            "Beyond this b the series diverges for every ħ if U = tanh kx.",
        ),
    )


def _mixed(order: int) -> tuple[Step, ...]:
    packet = smear_momentum(wigner(gaussian_state(A)), C)
    limit = classical_limit(moyal_terms(U(X), order, packet), fixed=[A, C])
    series = sum((t.leading * HBAR**t.power for t in limit.terms), Integer(0))
    return (
        Step("uncertain momentum", Eq(W, packet), "The packet smeared by c."),
        Step(
            "series on it",
            series,
            "To leading order in ħ at fixed a and c: term s goes as ħ²ˢ.",
        ),
        Step("limit", limit.limit, "Only the classical term stays."),
    )


def _flow(order: int) -> tuple[Step, ...]:
    start = sympy.diag(HBAR / (2 * MASS * RATE), HBAR * MASS * RATE / 2)
    H = P**2 / (2 * MASS) - MASS * RATE**2 * X**2 / 2
    grown, twice = flowed_covariance(H, start)[0, 0], cosh(2 * RATE * TIME)
    squares = {
        cosh(RATE * TIME) ** 2: (twice + 1) / 2,
        sinh(RATE * TIME) ** 2: (twice - 1) / 2,
    }
    pure = conditional_variance([[VARIANCE, 0], [0, HBAR**2 / (4 * VARIANCE)]])
    time = break_time(RATE, L)
    return (
        Step(
            "pure Gaussian",
            Eq(CONDITIONAL, pure, evaluate=False),
            "V_c = Var(p|x) and V_x = Var(x) of a pure Gaussian, which linear flow "
            "keeps one.",
        ),
        Step(
            "ratio along a flow",
            Eq(R, order_ratio(U(X), order, VARIANCE), evaluate=False),
            f"Term s = {order} over term 0, at ζ = (p − ⟨p|x⟩)/√(2Var(p|x)); there is "
            "no ħ left.",
        ),
        Step(
            "unstable point",
            Eq(VARIANCE, sympy.expand(grown.subs(squares))),
            "Of p²/2m − mλ²x²/2 from the least uncertain packet.",
        ),
        Step("break time", Eq(TIME, time), "When Var(x) reaches L²."),
        Step(
            "break time for small ħ",
            Eq(TIME, log(4 * MASS * RATE * L**2 / HBAR) / (2 * RATE)),
            "It grows with the logarithm of 1/ħ only.",
        ),
    )
