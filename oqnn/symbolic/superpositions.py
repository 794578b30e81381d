"""Derivations: the cat, the mixture of its packets, and the cat of uncertain momentum.

Eqs. 1.3 and 1.6 with every step taken by the functions of this package.
"""

from typing import Any

from sympy import (
    Add,
    Eq,
    Expr,
    Function,
    Integral,
    Order,
    Rational,
    Symbol,
    conjugate,
    exp,
    factorial,
    oo,
    pi,
    sqrt,
)

from .._core.checks import check_integer
from .canonical import HBAR, pair
from .derivation import Derivation, Step
from .gaussians import collect_gaussians
from .wavefunctions import cat_state, gaussian_state, inner_product
from .wigner import cross_wigner, mixture, smear_momentum, wigner
from .wigner_moments import marginal, purity

__all__ = ["derive_cat", "derive_mixture"]

WIDTH = Symbol("a", positive=True)
DISTANCE = Symbol("b", positive=True)
SPREAD = Symbol("c", positive=True)
D = Symbol("D", positive=True)
X, P = pair(0)


def derive_cat(order: int | None = None) -> Derivation:
    r"""Derive the Wigner function of ψ = A [ψ₀(x − b) + ψ₀(x + b)], eq. 1.3.

    Parameters
    ----------
    order : None
        The result is exact. A pure state has no series in ħ.

    Returns
    -------
    Derivation
        Steps "packet", "wavefunction", "normalisation", "packets", "fringes", "Wigner
        function", "positions", "momenta" and "purity".

    Raises
    ------
    ValueError
        If `order` is given.

    Examples
    --------
    >>> derive_cat()["normalisation"]
    Eq(A**2, 1/(2 + 2*exp(-b**2/a**2)))
    """
    if order is not None:
        raise ValueError(
            f"`order` must be None for the cat, but is {order}: its Wigner function is "
            "exact and has no series in ħ, the fringes being cos(2bp/ħ). The cat of "
            "uncertain momentum has one: derive_mixture(order)."
        )
    A = Symbol("A", positive=True)
    W, psi, psi_0 = Function("W"), Function("psi"), Function("psi_0")
    packet = gaussian_state(WIDTH)
    right, left = packet.subs(X, X - DISTANCE), packet.subs(X, X + DISTANCE)
    size = 2 * (1 + inner_product(right, left))
    whole = wigner(cat_state(WIDTH, DISTANCE))
    cross = cross_wigner(right, left)
    fringes = collect_gaussians(A**2 * (cross + conjugate(cross)), [X, P])
    packets = collect_gaussians(A**2 * (wigner(right) + wigner(left)), [X, P])
    steps = (
        Step("packet", Eq(psi_0(X), packet), "The ground state of an oscillator."),
        Step(
            "wavefunction", Eq(psi(X), A * (psi_0(X - DISTANCE) + psi_0(X + DISTANCE)))
        ),
        Step("normalisation", Eq(A**2, 1 / size), "The packets overlap."),
        Step("packets", packets, "What each packet would be alone."),
        Step("fringes", fringes, "The cross term, with the wavelength πħ/b in p."),
        Step("Wigner function", Eq(W(X, P), whole)),
        Step("positions", Eq(_integral(W(X, P), P), marginal(whole, X))),
        Step("momenta", Eq(_integral(W(X, P), X), marginal(whole, P))),
        Step("purity", _purity(W(X, P), whole), "The state is pure."),
    )
    return Derivation("A superposition of two packets", steps)


def derive_mixture(order: int | None = None) -> Derivation:
    r"""Derive the mixture of two packets and the cat of uncertain momentum, eq. 1.6.

    Parameters
    ----------
    order : int, optional
        Append the series of the latter to this power of ħ, a and c held fixed.

    Returns
    -------
    Derivation
        Steps "mixture", "purity", "momenta", "spread", "packet", "purity of the
        packet", "cat", "limit", "excess" and, with `order`, "series".

    Raises
    ------
    TypeError, ValueError
        If `order` is no integer from 0.

    Examples
    --------
    >>> derive_mixture()["purity of the packet"].rhs
    hbar/sqrt(a**2*c**2 + hbar**2)
    """
    if order is not None:
        check_integer(order, "order", least=0)
    W, P_0 = Function("W"), Function("P")
    W_0 = wigner(gaussian_state(WIDTH))
    two = mixture(
        [(Rational(1, 2), W_0.subs(X, X + side * DISTANCE)) for side in (-1, 1)]
    )
    law = exp(-(P**2) / SPREAD**2) / (sqrt(pi) * SPREAD)
    packet = smear_momentum(W_0, SPREAD)
    cat = smear_momentum(wigner(cat_state(WIDTH, DISTANCE)), SPREAD)
    limit, other = cat.subs(HBAR, 0), smear_momentum(two, SPREAD).subs(HBAR, 0)
    overlap = exp(-(DISTANCE**2) / WIDTH**2)
    excess = limit * (1 + overlap) - other - overlap * other
    excess = collect_gaussians(excess, [X, P]) / (1 + overlap)
    steps = [
        Step("mixture", Eq(W(X, P), collect_gaussians(two, [X, P]))),
        Step("purity", _purity(W(X, P), two), "One half for packets far apart."),
        Step("momenta", Eq(P_0(P), law), "Classical ignorance of the momentum."),
        Step("spread", Eq(D, SPREAD**2 + HBAR**2 / WIDTH**2), "Of momentum, squared."),
        Step("packet", Eq(W(X, P), _with_spread(packet)), "One packet, smeared."),
        Step("purity of the packet", _purity(W(X, P), packet)),
        Step("cat", Eq(W(X, P), _with_spread(cat)), "The superposition, smeared."),
        Step("limit", limit, "The cat for ħ → 0 at fixed a and c: |ψ(x)|² P(p)."),
        Step(
            "excess", excess, "The limit less that of the mixture: the overlap stays."
        ),
    ]
    if order is not None:
        steps.append(Step("series", _series(cat, order), "The cat in powers of ħ."))
    return Derivation(
        "A mixture of two packets, and a cat of uncertain momentum", tuple(steps)
    )


def _integral(W: Expr, variable: Symbol) -> Expr:
    return Integral(W, (variable, -oo, oo))


def _purity(W: Expr, value: Any) -> Expr:
    whole = 2 * pi * HBAR * Integral(W**2, (X, -oo, oo), (P, -oo, oo))
    return Eq(whole, purity(value), evaluate=False)


def _with_spread(W: Expr) -> Expr:
    """Write a²c² + ħ² as a²D."""
    return W.subs(WIDTH**2 * SPREAD**2 + HBAR**2, WIDTH**2 * D)


def _series(W: Expr, order: int) -> Expr:
    """Return the Taylor series of a function that is analytic and even in ħ."""
    terms, derivative = [], W
    for n in range(order + 1):
        if n % 2 == 0:
            at_zero = collect_gaussians(derivative.subs(HBAR, 0), [X, P])
            terms.append(HBAR**n * at_zero / factorial(n))
        derivative = derivative.diff(HBAR)
    return Add(*terms) + Order(HBAR ** (order + 1))
