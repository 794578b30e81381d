r"""The star product of Gaussians, exact, as an integral.

.. math:: (f \star g)(x, p) = \frac{1}{(\pi\hbar)^2} \int f(x', p')\, g(x'', p'')\,
          e^{2i[(x' - x)(p'' - p) - (x'' - x)(p' - p)]/\hbar}\, dx'\, dp'\, dx''\, dp''.
"""

from typing import Any

import sympy
from sympy import Add, Dummy, Expr, I, Symbol, exp, pi

from .canonical import HBAR, pairs_in
from .gaussians import gaussian_terms, integrate_gaussians
from .wavefunctions import positive

__all__ = ["gaussian_star"]


def gaussian_star(f: Any, g: Any, *, hbar: Expr = HBAR) -> Expr:
    r"""Return f ⋆ g exactly where one factor is a sum of Gaussians.

    :func:`star` knows such a product as a series in ħ only.

    Parameters
    ----------
    f, g : Expr
        In the variables of :func:`symbols`, of any number of modes: finite sums of
        polynomials times exponentials of quadratic forms. One of them has to decay in
        every direction.
    hbar : Expr, positive
        What stands for ħ.

    Returns
    -------
    Expr

    Raises
    ------
    TypeError, ValueError
        If a factor holds operators or a symbol named like x, p or ħ that is another, is
        no such sum, if an integral is not known to converge, or `hbar` is not known to
        be positive.

    References
    ----------
    .. [1] Baker, Phys. Rev. 109, 2198 (1958).

    Examples
    --------
    >>> from oqnn.symbolic import gaussian_state, wigner
    >>> W = wigner(gaussian_state(1))
    >>> gaussian_star(W, W) == W / (2 * pi * HBAR)
    True
    """
    f, g, hbar = sympy.sympify(f), sympy.sympify(g), positive(hbar, "hbar")
    pairs = pairs_in(f=f, g=g)
    left, right = (
        {v: Dummy(v.name, real=True) for b in pairs for v in b} for _ in "fg"
    )
    area = Add(
        *(
            (left[x] - x) * (right[p] - p) - (right[x] - x) * (left[p] - p)
            for x, p in pairs
        )
    )
    product = f.subs(left) * g.subs(right) * exp(2 * I * area / hbar)
    whole = product / (pi * hbar) ** (2 * len(pairs))
    first, then = (left, right) if _decays(f, list(left)) else (right, left)
    variables = [*first.values(), *then.values()]
    kept = [v for both in zip(*pairs, strict=True) for v in both]
    return integrate_gaussians(whole, *variables, kept=kept, name="f and g")


def _decays(f: Expr, variables: list[Symbol]) -> bool:
    """Tell whether every term has a square of every variable in its exponent."""
    return all(
        sympy.degree(exponent, v) == 2
        for _, exponent in gaussian_terms(f, variables, name="f")
        for v in variables
    )
