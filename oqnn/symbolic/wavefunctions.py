"""Wavefunctions of one mode in closed form: Gaussians, Fock states, cats."""

from typing import Any

import sympy
from sympy import Expr, I, Integer, Rational, Symbol, conjugate, exp, pi, sqrt

from .._core.checks import check_integer
from .canonical import HBAR, pair, pairs_in
from .gaussians import integrate_gaussians

__all__ = [
    "cat_state",
    "displaced",
    "fock_state",
    "gaussian_state",
    "inner_product",
    "positions",
    "positive",
    "squeezed",
]


def gaussian_state(width: Any, *, mode: int = 0) -> Expr:
    r"""Return ψ₀ = π^{−1/4} a^{−1/2} exp(−x²/2a²), the ground state of an oscillator.

    Parameters
    ----------
    width : Expr or float, positive
        Length a; √(ħ/mω) for an oscillator.
    mode : int
        Number of the mode, 0 for the only one.

    Returns
    -------
    Expr

    Raises
    ------
    TypeError, ValueError
        If `width` is not known to be positive, or `mode` is no number of a mode.

    References
    ----------
    .. [1] Eq. 1.3. It is also seen without the root of a: that one is not normalised.

    Examples
    --------
    >>> gaussian_state(sympy.Symbol("a", positive=True))
    exp(-x**2/(2*a**2))/(pi**(1/4)*sqrt(a))
    """
    return fock_state(0, width, mode=mode)


def fock_state(n: int, width: Any, *, mode: int = 0) -> Expr:
    r"""Return ψ_n = (2ⁿ n! √π a)^{−1/2} H_n(x/a) exp(−x²/2a²).

    Parameters
    ----------
    n : int
        Number of quanta.
    width, mode
        As for :func:`gaussian_state`.

    Returns
    -------
    Expr

    Raises
    ------
    TypeError, ValueError
        If `n` is no integer from 0, `width` is not known to be positive, or `mode` is
        no number of a mode.

    Examples
    --------
    >>> fock_state(2, 1)
    sqrt(2)*(4*x**2 - 2)*exp(-x**2/2)/(4*pi**(1/4))
    """
    check_integer(n, "n", least=0)
    a, x = positive(width, "width"), _position(mode)
    norm = 1 / sqrt(Integer(2) ** n * sympy.factorial(n)) / pi ** Rational(1, 4)
    return norm / sqrt(a) * sympy.hermite(n, x / a) * exp(-(x**2) / (2 * a**2))


def cat_state(width: Any, distance: Any, *, mode: int = 0) -> Expr:
    r"""Return A [ψ₀(x − b) + ψ₀(x + b)], A⁻² = 2 (1 + e^{−b²/a²}).

    For other weights and phases add wavefunctions, and divide :func:`wigner` of the sum
    by its :func:`norm`.

    Parameters
    ----------
    width, mode
        Of the packets, as for :func:`gaussian_state`.
    distance : Expr or float, positive
        Length b: the packets stand at ±b.

    Returns
    -------
    Expr

    Raises
    ------
    TypeError, ValueError
        If `width` or `distance` is not known to be positive, or `mode` is no number of
        a mode.

    References
    ----------
    .. [1] Eq. 1.3.
    """
    a, b, x = positive(width, "width"), positive(distance, "distance"), _position(mode)
    packet = gaussian_state(a, mode=mode)
    sides = packet.xreplace({x: x - b}) + packet.xreplace({x: x + b})
    return sides / sqrt(2) / sqrt(1 + exp(-(b**2) / a**2))


def displaced(
    psi: Any, x0: Any = 0, p0: Any = 0, *, mode: int = 0, hbar: Expr = HBAR
) -> Expr:
    r"""Return exp(i(p₀x̂ − x₀p̂)/ħ) ψ: its Wigner function is moved by (x₀, p₀).

    Parameters
    ----------
    psi : Expr
        Wavefunction.
    x0, p0 : Expr or float
        Real.
    mode : int
        The mode that is displaced.
    hbar : Expr
        What stands for ħ.

    Returns
    -------
    Expr
        exp(ip₀(x − x₀/2)/ħ) ψ(x − x₀).

    Raises
    ------
    TypeError, ValueError
        If `psi` is no function of positions alone, `mode` is no mode of it, or `x0` or
        `p0` is not known to be real.

    Examples
    --------
    >>> displaced(gaussian_state(1), 2)
    exp(-(x - 2)**2/2)/pi**(1/4)
    """
    psi, hbar = sympy.sympify(psi), positive(hbar, "hbar")
    x, x0, p0 = _position_in(psi, mode), _real(x0, "x0"), _real(p0, "p0")
    return psi.subs(x, x - x0) * exp(I * p0 * (x - x0 / 2) / hbar)


def squeezed(
    psi: Any, factor: Any, *, shear: Any = 0, mode: int = 0, hbar: Expr = HBAR
) -> Expr:
    r"""Return exp(iκx²/2ħ) ψ(x/s)/√s: x is stretched by s, p by 1/s, then p by κx.

    The Wigner function becomes W(x/s, s(p − κx)). Together with :func:`displaced` it
    makes every pure Gaussian state of one mode.

    Parameters
    ----------
    psi : Expr
        Wavefunction.
    factor : Expr or float, positive
        The stretch s; e⁻ʳ for the squeezing parameter r of optics.
    shear : Expr or float
        Real, κ in momentum over length; it tilts the ellipse.
    mode : int
        The mode that is squeezed.
    hbar : Expr
        What stands for ħ.

    Returns
    -------
    Expr

    Raises
    ------
    TypeError, ValueError
        If `psi` is no function of positions alone, `mode` is no mode of it, `factor` is
        not known to be positive, or `shear` to be real.

    Examples
    --------
    >>> squeezed(gaussian_state(1), 3)
    sqrt(3)*exp(-x**2/18)/(3*pi**(1/4))
    """
    psi, hbar = sympy.sympify(psi), positive(hbar, "hbar")
    x, kappa = _position_in(psi, mode), _real(shear, "shear")
    s = positive(factor, "factor")
    return psi.subs(x, x / s) / sqrt(s) * exp(I * kappa * x**2 / (2 * hbar))


def inner_product(psi_a: Any, psi_b: Any) -> Expr:
    r"""Return ∫ψ_a* ψ_b over all positions, in closed form.

    Parameters
    ----------
    psi_a, psi_b : Expr
        Wavefunctions: sums of polynomials times Gaussians.

    Returns
    -------
    Expr

    Raises
    ------
    TypeError, ValueError
        If one is no function of positions alone, or no such sum, or the integral is not
        known to converge.

    Examples
    --------
    >>> inner_product(displaced(gaussian_state(1), 2), gaussian_state(1))
    exp(-1)
    """
    psi_a, psi_b = sympy.sympify(psi_a), sympy.sympify(psi_b)
    held = positions(psi_a=psi_a, psi_b=psi_b)
    return integrate_gaussians(conjugate(psi_a) * psi_b, *held, name="psi_a and psi_b")


def positions(**wavefunctions: Expr) -> tuple[Symbol, ...]:
    """Return the positions that wavefunctions depend on; refuse momenta in them.

    Raises
    ------
    TypeError, ValueError
        As :func:`pairs_in` does, or if a wavefunction depends on a momentum.
    """
    pairs = pairs_in(**wavefunctions)
    for name, psi in wavefunctions.items():
        if psi.has(*(p for _, p in pairs)):
            raise ValueError(
                f"`{name}` must be a function of positions alone, but is {psi}. Give a "
                "number in it a name other than p."
            )
    return tuple(x for x, _ in pairs)


def positive(value: Any, name: str) -> Expr:
    """Return a parameter that is known to be positive.

    Raises
    ------
    ValueError
        If it is not.
    """
    value = sympy.sympify(value)
    if not value.is_positive:
        raise ValueError(
            f"`{name}` must be positive, but is {value}. Symbols need positive=True."
        )
    return value


def _real(value: Any, name: str) -> Expr:
    value = sympy.sympify(value)
    if not value.is_real:
        raise ValueError(
            f"`{name}` must be real, but is {value}. Symbols need real=True."
        )
    return value


def _position(mode: int) -> Symbol:
    check_integer(mode, "mode", least=0)
    return pair(mode)[0]


def _position_in(psi: Expr, mode: int) -> Symbol:
    """Return the position of a mode that a wavefunction has to hold."""
    x, held = _position(mode), positions(psi=psi)
    if x not in held:
        raise ValueError(
            f"`mode` must be a mode of `psi`, but is {mode}, and psi holds "
            f"{', '.join(map(str, held))}."
        )
    return x
