r"""Norm, marginals, purity, overlaps and expectation values from Wigner functions.

.. math:: \langle A \rangle = \iint W \tilde A\, dx\, dp, \qquad
          \mathrm{Tr}[\rho_1 \rho_2] = h \iint W_1 W_2\, dx\, dp.
"""

from typing import Any

import sympy
from sympy import Expr, Symbol, pi

from .canonical import HBAR, pairs_in
from .gaussians import integrate_gaussians
from .wavefunctions import positive

__all__ = ["expectation", "marginal", "norm", "overlap", "purity"]


def norm(W: Any) -> Expr:
    r"""Return ∬W dx dp, the trace of the state.

    Parameters
    ----------
    W : Expr
        Wigner function, a sum of polynomials times Gaussians in all its variables.

    Returns
    -------
    Expr

    Raises
    ------
    TypeError, ValueError
        If `W` holds operators or a symbol named like x, p or ħ that is another, is no
        such sum, or the integral is not known to converge.

    Examples
    --------
    >>> from oqnn.symbolic import fock_state, wigner
    >>> norm(wigner(fock_state(3, 1)))
    1
    """
    return expectation(1, W)


def expectation(symbol: Any, W: Any) -> Expr:
    r"""Return ∬W Ã dx dp, the expectation value of the operator with a Weyl symbol.

    Parameters
    ----------
    symbol : Expr
        Weyl symbol, a polynomial or a sum of polynomials times exponentials of
        quadratic forms. Powers of x and p give the symmetrically ordered moments.
    W : Expr
        As for :func:`norm`.

    Returns
    -------
    Expr

    Raises
    ------
    TypeError, ValueError
        As :func:`norm` does, for either argument.

    References
    ----------
    .. [1] Eq. 1.1.

    Examples
    --------
    >>> from oqnn.symbolic import fock_state, symbols, wigner
    >>> x, p, hbar = symbols()
    >>> expectation(x**2 * p**2, wigner(fock_state(1, 1)))
    5*hbar**2/4
    """
    symbol, W = sympy.sympify(symbol), sympy.sympify(W)
    pairs = pairs_in(symbol=symbol, W=W)
    variables = [v for both in pairs for v in both]
    return integrate_gaussians(symbol * W, *variables, name="W")


def marginal(W: Any, *kept: Symbol) -> Expr:
    r"""Return the distribution of some variables: W integrated over all others.

    Parameters
    ----------
    W : Expr
        As for :func:`norm`.
    *kept : Symbol
        Variables of `W` that are left. A position and a momentum of the same mode may
        both stand: what is left is then the Wigner function of that mode.

    Returns
    -------
    Expr

    Raises
    ------
    TypeError, ValueError
        As :func:`norm` does, or if `kept` is empty or holds what is no variable of `W`.

    Examples
    --------
    >>> from oqnn.symbolic import gaussian_state, symbols, wigner
    >>> x, p, hbar = symbols()
    >>> marginal(wigner(gaussian_state(1)), x)
    exp(-x**2)/sqrt(pi)
    """
    W = sympy.sympify(W)
    variables = [v for both in pairs_in(W=W) for v in both]
    if not kept or not set(kept) <= set(variables):
        raise ValueError(
            f"`kept` must name variables among {', '.join(map(str, variables))}, but "
            f"is {kept}. For the integral over all of them, take norm."
        )
    others = [v for v in variables if v not in kept]
    return integrate_gaussians(W, *others, kept=kept, name="W")


def overlap(W1: Any, W2: Any, *, hbar: Expr = HBAR) -> Expr:
    r"""Return hⁿ∬W₁W₂ = Tr ρ₁ρ₂; |⟨ψ₁|ψ₂⟩|² for two pure states.

    Parameters
    ----------
    W1, W2 : Expr
        As for :func:`norm`.
    hbar : Expr, positive
        What stands for ħ in them.

    Returns
    -------
    Expr

    Raises
    ------
    TypeError, ValueError
        As :func:`norm` does, or if `hbar` is not known to be positive or the two are of
        different modes.

    References
    ----------
    .. [1] Eq. 1.1.
    """
    W1, W2, hbar = sympy.sympify(W1), sympy.sympify(W2), positive(hbar, "hbar")
    pairs = pairs_in(W1=W1, W2=W2)
    if pairs_in(W1=W1) != pairs_in(W2=W2):
        raise ValueError(
            "`W1` and `W2` must be of the same modes, but hold "
            f"{', '.join(str(x) for x, _ in pairs_in(W1=W1))} and "
            f"{', '.join(str(x) for x, _ in pairs_in(W2=W2))}. Take the marginal of "
            "the larger system, or expectation of an observable of some modes."
        )
    variables = [v for both in pairs for v in both]
    whole = W1 * W2 * (2 * pi * hbar) ** len(pairs)
    return integrate_gaussians(whole, *variables, name="W")


def purity(W: Any, *, hbar: Expr = HBAR) -> Expr:
    r"""Return hⁿ∬W² = Tr ρ².

    Parameters
    ----------
    W : Expr
        As for :func:`norm`.
    hbar : Expr, positive
        What stands for ħ in it.

    Returns
    -------
    Expr

    Raises
    ------
    TypeError, ValueError
        As :func:`norm` does, or if `hbar` is not known to be positive.

    References
    ----------
    .. [1] Eq. 1.1.

    Examples
    --------
    >>> from oqnn.symbolic import fock_state, mixture, wigner
    >>> W0, W1 = (wigner(fock_state(n, 1)) for n in (0, 1))
    >>> purity(mixture([(sympy.Rational(1, 4), W0), (sympy.Rational(3, 4), W1)]))
    5/8
    """
    return overlap(W, W, hbar=hbar)
