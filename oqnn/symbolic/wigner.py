r"""Wigner functions of wavefunctions, mixtures and states of uncertain momentum.

.. math:: W(x, p) = \frac{1}{h} \int e^{-ipy/\hbar}
          \psi(x + y/2)\, \psi^*(x - y/2)\, dy, \qquad h = 2\pi\hbar.
"""

from collections.abc import Sequence
from typing import Any

import sympy
from sympy import Add, Dummy, Expr, I, Mul, conjugate, exp, pi, sqrt

from .._core.checks import check_integer
from .canonical import HBAR, pair, pairs_in
from .gaussians import gaussian_terms, integrate_gaussians
from .wavefunctions import positions, positive

__all__ = ["cross_wigner", "mixture", "smear_momentum", "wigner"]


def wigner(psi: Any, *, hbar: Expr = HBAR) -> Expr:
    r"""Return the Wigner function of a wavefunction, exactly.

    Parameters
    ----------
    psi : Expr
        Wavefunction in the positions of :func:`symbols`, of any number of modes: a
        finite sum of polynomials times exponentials of polynomials of degree two.
        Parameters need the assumptions that make it decay.
    hbar : Expr, positive
        What stands for ħ.

    Returns
    -------
    Expr
        In x and p. Its integral is the norm of `psi`, which is not checked to be one.

    Raises
    ------
    TypeError, ValueError
        If `psi` holds operators, momenta, or a symbol named like x, p or ħ that is
        another; if it is no such sum, or the integral is not known to converge; or if
        `hbar` is not known to be positive.

    References
    ----------
    .. [1] Eq. 1.1; Wigner, Phys. Rev. 40, 749 (1932), eq. (5).

    Examples
    --------
    >>> from oqnn.symbolic import symbols
    >>> x, p, hbar = symbols()
    >>> a = sympy.Symbol("a", positive=True)
    >>> wigner(exp(-(x**2) / (2 * a**2)) / sqrt(sqrt(pi) * a))
    exp(-a**2*p**2/hbar**2 - x**2/a**2)/(pi*hbar)
    """
    psi = sympy.sympify(psi)
    gaussian_terms(psi, positions(psi=psi), name="psi")
    return _transform(psi, psi, hbar, "psi")


def cross_wigner(psi_a: Any, psi_b: Any, *, hbar: Expr = HBAR) -> Expr:
    r"""Return the pair function of two wavefunctions, the symbol of |ψ_a⟩⟨ψ_b| over hⁿ.

    .. math:: W_{ab}(x, p) = \frac{1}{h} \int e^{-ipy/\hbar}
              \psi_a(x + y/2)\, \psi_b^*(x - y/2)\, dy

    A superposition ψ_a + ψ_b has the Wigner function W_a + W_b + 2 Re W_ab.

    Parameters
    ----------
    psi_a, psi_b : Expr
        As for :func:`wigner`.
    hbar : Expr, positive
        What stands for ħ.

    Returns
    -------
    Expr
        Complex in general; exchanging the two conjugates it.

    Raises
    ------
    TypeError, ValueError
        As :func:`wigner` does.

    References
    ----------
    .. [1] Eq. 1.3, last line.
    """
    psi_a, psi_b = sympy.sympify(psi_a), sympy.sympify(psi_b)
    held = positions(psi_a=psi_a, psi_b=psi_b)
    for name, psi in (("psi_a", psi_a), ("psi_b", psi_b)):
        gaussian_terms(psi, held, name=name)
    return _transform(psi_a, psi_b, hbar, "psi_a and psi_b")


def _transform(psi_a: Expr, psi_b: Expr, hbar: Expr, name: str) -> Expr:
    hbar, pairs = positive(hbar, "hbar"), pairs_in(psi_a=psi_a, psi_b=psi_b)
    y = [Dummy(f"y{x.name[1:]}", real=True) for x, _ in pairs]
    ahead = {x: x + step / 2 for (x, _), step in zip(pairs, y, strict=True)}
    behind = {x: x - step / 2 for (x, _), step in zip(pairs, y, strict=True)}
    phase = Add(*(p * step for (_, p), step in zip(pairs, y, strict=True))) / hbar
    product = psi_a.subs(ahead) * conjugate(psi_b).subs(behind) * exp(-I * phase)
    kept = [v for both in zip(*pairs, strict=True) for v in both]
    whole = product / (2 * pi * hbar) ** len(pairs)
    return integrate_gaussians(whole, *y, kept=kept, name=name)


def mixture(states: Sequence[tuple[Any, Any]]) -> Expr:
    r"""Return Σ P_j W_j, the Wigner function of a mixed state.

    Parameters
    ----------
    states : sequence of (probability, Wigner function)
        Probabilities may hold symbols; their sum has to be one.

    Returns
    -------
    Expr

    Raises
    ------
    TypeError, ValueError
        If a probability is known not to be one, their sum is not one, or a Wigner
        function holds operators or a symbol named like x, p or ħ that is another.

    References
    ----------
    .. [1] Eq. 1.3.

    Examples
    --------
    >>> q = sympy.Symbol("q", positive=True)
    >>> from oqnn.symbolic import fock_state
    >>> mixture([(q, wigner(fock_state(0, 1))), (1 - q, wigner(fock_state(0, 2)))])
    q*exp(-x**2 - p**2/hbar**2)/(pi*hbar)
    + (1 - q)*exp(-x**2/4 - 4*p**2/hbar**2)/(pi*hbar)
    """
    pairs = [(sympy.sympify(P), sympy.sympify(W)) for P, W in states]
    for P, W in pairs:
        pairs_in(states=W)
        if P.is_real is False or P.is_negative:
            raise ValueError(f"`states` must hold probabilities, but one is {P}.")
    total = sympy.simplify(Add(*(P for P, _ in pairs)))  # cos² + sin² among them
    if total != 1 and not (total.is_Float and abs(total - 1) < 1e-12):
        raise ValueError(
            f"`states` must hold probabilities that sum to 1, but they sum to {total}."
        )
    return Add(*(Mul(P, W) for P, W in pairs))


def smear_momentum(W: Any, width: Any, *, mode: int = 0) -> Expr:
    r"""Return a state whose momentum is uncertain by classical ignorance.

    .. math:: \int W(x, p - p_0)\, \frac{e^{-p_0^2/c^2}}{\sqrt\pi\, c}\, dp_0

    Parameters
    ----------
    W : Expr
        Wigner function, a sum of polynomials times Gaussians.
    width : Expr or float, positive
        The spread c.
    mode : int
        The mode whose momentum is smeared.

    Returns
    -------
    Expr

    Raises
    ------
    TypeError, ValueError
        If `width` is not known to be positive, `mode` is no mode of `W`, `W` holds
        operators or a symbol named like x, p or ħ that is another, or is no such sum.

    References
    ----------
    .. [1] Eq. 1.6.

    Examples
    --------
    >>> from oqnn.symbolic import symbols
    >>> x, p, hbar = symbols()
    >>> smear_momentum(exp(-(p**2)), 2)
    sqrt(5)*exp(-p**2/5)/5
    """
    W, c = sympy.sympify(W), positive(width, "width")
    check_integer(mode, "mode", least=0)
    pairs = pairs_in(W=W)
    if pair(mode) not in pairs:
        raise ValueError(
            f"`mode` must be a mode of `W`, but is {mode}, and W holds "
            f"{', '.join(str(v) for both in pairs for v in both)}."
        )
    _, p = pair(mode)
    p0 = Dummy("p0", real=True)
    law = exp(-(p0**2) / c**2) / (sqrt(pi) * c)
    kept = [v for both in zip(*pairs, strict=True) for v in both]
    return integrate_gaussians(W.subs(p, p - p0) * law, p0, kept=kept, name="W")
