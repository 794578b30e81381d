r"""Waves built from classical actions: what e^{iJ/ħ} leaves, and Van Vleck's factor."""

from collections.abc import Sequence
from typing import Any

import sympy
from sympy import Add, Expr, Function, I, Order, Poly, Symbol, sqrt

from ..._core.checks import check_integer
from ..canonical import HBAR, MASS, TIME, pair
from .madelung import Madelung, madelung

__all__ = ["START", "semiclassical_wave", "short_time_action", "wkb_equations"]

START = Symbol("a", real=True)


def semiclassical_wave(
    H: Any,
    J: Any,
    constants: Sequence[Symbol] | None = None,
    q: Sequence[Symbol] | Symbol | None = None,
    p: Sequence[Symbol] | Symbol | None = None,
    *,
    t: Symbol = TIME,
    hbar: Expr = HBAR,
) -> Madelung:
    r"""Return ψ = e^{iJ/ħ}, or √(det ∂²J/∂α∂q) e^{iJ/ħ} with Van Vleck's factor.

    Where J solves the Hamilton-Jacobi equation, the first leaves exactly
    :math:`(i\hbar/2m)\nabla^2 J` of Schrödinger's equation. The determinant obeys the
    continuity equation of J [1]_, so the second leaves only the quantum potential of
    its own amplitude, which vanishes for J between two points of a quadratic H.

    Parameters
    ----------
    H, q, p, t, hbar
        As for :func:`madelung`.
    J : Expr
        An integral of the Hamilton-Jacobi equation; that it is one is not checked.
    constants : sequence of Symbol, optional
        The α of J, as many as coordinates. Without them there is no factor.

    Returns
    -------
    Madelung
        Its `residual` over its `amplitude` is (iħ∂_t − Ĥ)ψ/ψ.

    Raises
    ------
    TypeError, ValueError
        As :func:`madelung` and ``mixed_hessian`` do, or if the determinant is zero.

    References
    ----------
    .. [1] Van Vleck, Proc. Natl. Acad. Sci. 14, 178 (1928), eq. (11).

    Examples
    --------
    >>> from oqnn.symbolic import symbols
    >>> x, p, hbar = symbols()
    >>> J = MASS * (x - START) ** 2 / (2 * TIME)
    >>> sympy.simplify(semiclassical_wave(p**2 / (2 * MASS), J).residual)
    I*hbar/(2*t)
    >>> sympy.simplify(semiclassical_wave(p**2 / (2 * MASS), J, [START]).residual)
    0
    """
    split = madelung(H, None, q, p, t=t, hbar=hbar)
    system, J = split.system, sympy.sympify(J)
    amplitude: Expr = sympy.S.One
    system.residual(J)
    if constants is not None:
        determinant = system.mixed_hessian(J, constants).determinant
        if determinant == 0:
            raise ValueError(
                "`J` must be a complete integral for Van Vleck's factor, but the "
                "determinant of its mixed Hessian is 0. Leave `constants` out."
            )
        amplitude = sqrt(determinant)
    return Madelung(system=system, amplitude=amplitude, phase=J, hbar=split.hbar)


def short_time_action(
    U: Any,
    order: int,
    x: Symbol | None = None,
    *,
    start: Symbol = START,
    t: Symbol = TIME,
    mass: Expr = MASS,
) -> Expr:
    r"""Return the action between two points in a polynomial potential, in powers of t.

    .. math:: J = \frac{m(x - a)^2}{2t} + \sum_k t^k J_k(x, a), \qquad
        (k + y\partial_y) J_k = -\delta_{k1} U
        - \frac{1}{2m} \sum_{i+j=k-1} \partial_y J_i\, \partial_y J_j, \quad y = x - a,

    which the Hamilton-Jacobi equation of p²/2m + U(x) asks for, power by power.

    Parameters
    ----------
    U : Expr
        A polynomial in `x`, free of the time.
    order : int, from 0
        The last power of t that is kept.
    x, start, t : Symbol, optional
        The end point, the start a, and the time.
    mass : Expr
        m.

    Returns
    -------
    Expr
        With ``O(t**(order + 1))``.

    Raises
    ------
    TypeError, ValueError
        If `order` is not an integer from 0, or `U` no polynomial in `x`.

    Examples
    --------
    >>> from oqnn.symbolic import symbols
    >>> x, _, _ = symbols()
    >>> short_time_action(x, 3, mass=1)
    (-a + x)**2/(2*t) + t*(-a/2 - x/2) - t**3/24 + O(t**4)
    """
    check_integer(order, "order", least=0)
    x, U = pair(0)[0] if x is None else x, sympy.sympify(U)
    if not U.is_polynomial(x) or U.has(t):
        raise ValueError(
            f"`U` must be a polynomial in {x}, free of {t}, but is {U}. Expand it in "
            "a Taylor series first."
        )
    y = sympy.Dummy("y")
    parts: dict[int, Expr] = {0: sympy.S.Zero}
    for k in range(1, order + 1):
        source = U.subs(x, start + y) if k == 1 else sympy.S.Zero
        pairs = ((parts[i], parts[k - 1 - i]) for i in range(1, k - 1))
        source += Add(*(f.diff(y) * g.diff(y) for f, g in pairs)) / (2 * mass)
        terms = Poly(source, y).terms()
        parts[k] = Add(*(-c * y**n / (k + n) for (n,), c in terms))
    free = mass * (x - start) ** 2 / (2 * t)
    series = (t**k * sympy.expand(J.subs(y, x - start)) for k, J in parts.items())
    return free + Add(*series) + Order(t ** (order + 1))


def wkb_equations(
    order: int,
    H: Any = None,
    q: Sequence[Symbol] | Symbol | None = None,
    p: Sequence[Symbol] | Symbol | None = None,
    *,
    t: Symbol = TIME,
    hbar: Symbol = HBAR,
) -> tuple[Expr, ...]:
    r"""Return the equations of ψ = exp[(i/ħ) Σ_k (−iħ)^k J_k], power by power of ħ.

    The first is the Hamilton-Jacobi equation of J₀, the second is linear and says that
    e^{2J₁} obeys the continuity equation; each further one is linear in its J_k.

    Parameters
    ----------
    order : int, from 0
        The last power of ħ.
    H, q, p, t, hbar
        As for :func:`madelung`; ħ must be a symbol here.

    Returns
    -------
    tuple of Expr
        ``order + 1`` left sides, each to be zero.

    Raises
    ------
    TypeError, ValueError
        If `order` is not an integer from 0; as :func:`madelung` does.

    Examples
    --------
    >>> from oqnn.symbolic import symbols
    >>> x, p, _ = symbols()
    >>> wkb_equations(1, p**2 / 2)[0]
    Derivative(J0(x, t), t) + Derivative(J0(x, t), x)**2/2
    """
    check_integer(order, "order", least=0)
    split = madelung(H, None, q, p, t=t, hbar=hbar)
    place = (*split.system.coordinates, t)
    J = [Function(f"J{k}", real=True)(*place) for k in range(order + 1)]
    phase = Add(*((-I * hbar) ** k * part for k, part in enumerate(J)))
    wave = Madelung(system=split.system, amplitude=sympy.S.One, phase=phase, hbar=hbar)
    powers = Poly(wave.residual, hbar).as_dict()
    return tuple(
        sympy.expand(-powers.get((k,), sympy.S.Zero) / (-I) ** k)
        for k in range(order + 1)
    )
