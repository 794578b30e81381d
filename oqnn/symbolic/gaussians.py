r"""Integrals over real lines of polynomials times exponentials of quadratic forms.

Each is done by completing the square, one variable after the other:

.. math:: \int v^n e^{-Av^2 + Bv}\, dv = \sqrt{\frac{\pi}{A}}\; e^{B^2/4A}
          \sum_k \frac{n!}{k!\,(n - 2k)!} \Big(\frac{B}{2A}\Big)^{n - 2k}
          \Big(\frac{1}{4A}\Big)^k, \qquad \mathrm{Re}\, A > 0.
"""

from collections.abc import Iterable, Sequence
from math import factorial
from typing import Any

import sympy
from sympy import Add, Expr, I, Integer, Mul, Poly, Pow, Symbol, exp, pi, sqrt

from .gaussian_forms import Terms, cancelled, written

__all__ = ["collect_gaussians", "gaussian_terms", "integrate_gaussians"]

ZERO, ONE = Integer(0), Integer(1)
WAVES = (sympy.sin, sympy.cos, sympy.sinh, sympy.cosh)


def integrate_gaussians(
    expr: Any, *variables: Symbol, kept: Sequence[Symbol] = (), name: str = "expr"
) -> Expr:
    r"""Integrate a sum of polynomials times Gaussians over whole real lines.

    Exact. The integrals are done in the order given; each has to converge absolutely.

    Parameters
    ----------
    expr : Expr
        A finite sum of polynomials times exponentials of polynomials of degree two, in
        `variables` and `kept`; sines, cosines, sinh and cosh of such arguments may
        stand in it. All else counts as a parameter.
    *variables : Symbol
        What is integrated over, from −∞ to ∞.
    kept : sequence of Symbol
        Variables that are left; they only order the result.
    name : str
        What the caller calls `expr`, for messages.

    Returns
    -------
    Expr
        Squares completed in `kept`, conjugate exponentials written as cosine and sine.

    Raises
    ------
    TypeError
        If `expr` holds operators.
    ValueError
        If `expr` is no such sum, a variable is no real symbol, or an integral is not
        known to converge: the real part of A must be known to be positive from the
        assumptions of the parameters.

    Examples
    --------
    >>> v, k = sympy.symbols("v k", real=True)
    >>> a = sympy.Symbol("a", positive=True)
    >>> integrate_gaussians(v**2 * exp(-(v**2) / a**2), v)
    sqrt(pi)*a**3/2
    >>> integrate_gaussians(exp(-(v**2) + I * k * v), v, kept=[k])
    sqrt(pi)*exp(-k**2/4)
    """
    terms = gaussian_terms(expr, [*variables, *kept], name=name)
    for variable in variables:
        terms = _integrated(terms, variable, [*variables, *kept], name)
    return written(terms, kept)


def collect_gaussians(
    expr: Any, variables: Sequence[Symbol], *, name: str = "expr"
) -> Expr:
    """Return a sum of polynomials times Gaussians with equal exponents collected.

    Parameters
    ----------
    expr : Expr
        As for :func:`integrate_gaussians`.
    variables : sequence of Symbol
        The variables; squares are completed in this order.
    name : str
        What the caller calls `expr`, for messages.

    Returns
    -------
    Expr
        Zero if the terms cancel.

    Raises
    ------
    TypeError, ValueError
        If `expr` holds operators, is no such sum, or a variable is no real symbol.

    Examples
    --------
    >>> x = sympy.Symbol("x", real=True)
    >>> collect_gaussians((x + exp(-x)) * exp(2 * x - x**2), [x])
    x*exp(-x**2 + 2*x) + exp(-x**2 + x)
    """
    terms = gaussian_terms(expr, variables, name=name)
    return written(_cancelled(terms, variables), variables)


def gaussian_terms(
    expr: Any, variables: Sequence[Symbol], *, name: str = "expr"
) -> Terms:
    """Split Σ c q e^E into {(c, E): q}: c free of the variables, q and E polynomials.

    Raises
    ------
    TypeError, ValueError
        If `expr` holds operators, is no such sum, or a variable is no real symbol.
    """
    expr = sympy.sympify(expr)
    if not expr.is_commutative:
        raise TypeError(f"`{name}` must be a function, but holds operators: {expr}.")
    for v in variables:
        if not (isinstance(v, Symbol) and v.is_real):
            raise ValueError(
                f"`variables` must be real symbols, but one is {v}. Declare it by "
                "Symbol(..., real=True)."
            )
    return _split(expr, list(variables), name)


def _split(expr: Expr, variables: list[Symbol], name: str) -> Terms:
    if isinstance(expr, exp):
        return {(ONE, _exponent(expr.exp, variables, expr, name)): ONE}
    if not expr.has(*variables):
        kernel, monomial = _kernel(expr)
        return {(kernel, ZERO): monomial} if expr != 0 else {}
    if expr.is_polynomial(*variables):
        return {(ONE, ZERO): sympy.expand(expr)}
    if isinstance(expr, WAVES):
        return _split(expr.rewrite(exp), variables, name)
    if isinstance(expr, Add):
        parts = (_split(part, variables, name) for part in expr.args)
        return _merged(item for part in parts for item in part.items())
    if isinstance(expr, Mul):
        product: Terms = {(ONE, ZERO): ONE}
        for part in expr.args:
            product = _product(product, _split(part, variables, name))
        return product
    if isinstance(expr, Pow) and expr.exp.is_Integer and expr.exp > 0:
        product = factor = _split(expr.base, variables, name)
        for _ in range(int(expr.exp) - 1):
            product = _product(product, factor)
        return product
    raise _outside(expr, variables, name)


def _outside(part: Expr, variables: Sequence[Symbol], name: str) -> ValueError:
    return ValueError(
        f"`{name}` must be a finite sum of polynomials times exponentials of "
        f"polynomials of degree two in {', '.join(map(str, variables))}, sines and "
        f"cosines among them, but holds {part}. Only these are integrated in closed "
        "form: expand other functions in such terms, or integrate numerically."
    )


def _exponent(
    exponent: Expr, variables: Sequence[Symbol], whole: Expr, name: str
) -> Expr:
    """Return an exponent as a sum of powers, with their coefficients cancelled."""
    if not exponent.is_polynomial(*variables):
        raise _outside(whole, variables, name)
    form = Poly(exponent, *variables)
    if form.total_degree() > 2:
        raise _outside(whole, variables, name)
    return Add(
        *(
            sympy.expand(Mul(sympy.cancel(c), *map(Pow, variables, powers)))
            for powers, c in form.terms()
        )
    )


def _cancelled(terms: Terms, variables: Sequence[Symbol]) -> Terms:
    """Drop terms that cancel, which may take common denominators to see."""
    groups: dict[Expr, Terms] = {}
    for (kernel, exponent), factor in terms.items():
        constant, varying = exponent.as_independent(*variables, as_Add=True)
        groups.setdefault(varying, {})[kernel * exp(constant), exponent] = factor
    kept: Terms = {}
    for group in groups.values():
        total = Poly(Add(*(c * q for (c, _), q in group.items())), *variables)
        if len(group) == 1 or any(sympy.cancel(c) != 0 for c in total.coeffs()):
            kept |= {(c, E): q for (c, E), q in group.items()}
    return {key: q for key, q in terms.items() if any(key[1] == E for _, E in kept)}


def _merged(items: Iterable[tuple[tuple[Expr, Expr], Expr]]) -> Terms:
    found: dict[tuple[Expr, Expr], list[Expr]] = {}
    for key, factor in items:
        found.setdefault(key, []).append(factor)
    sums = {key: Add(*factors) for key, factors in found.items()}
    return {key: factor for key, factor in sums.items() if factor != 0}


def _kernel(constant: Expr) -> tuple[Expr, Expr]:
    """Split a constant into a kernel and numbers and powers of symbols."""
    kernel: list[Expr] = []
    monomial: list[Expr] = []
    for factor in Mul.make_args(constant):
        base, power = factor.as_base_exp()
        plain = base.is_Symbol or base.is_Rational or base in (pi, I)
        (monomial if plain and power.is_Integer else kernel).append(factor)
    return Mul(*kernel), Mul(*monomial)


def _product(left: Terms, right: Terms) -> Terms:
    done = []
    for (c, E), q in left.items():
        for (d, F), r in right.items():
            kernel, monomial = _kernel(c * d)
            done.append(((kernel, E + F), sympy.expand(q * r * monomial)))
    return _merged(done)


def _integrated(
    terms: Terms, v: Symbol, variables: Sequence[Symbol], name: str
) -> Terms:
    """Integrate every term over one variable."""
    done = []
    for (kernel, exponent), factor in terms.items():
        form = Poly(exponent, v)
        A, B, C = (
            sign * form.coeff_monomial(v**k) for k, sign in ((2, -1), (1, 1), (0, 1))
        )
        A = sympy.factor(A)
        _check_converges(A, kernel * factor * exp(exponent), v, name)
        rest = _exponent(C + B**2 / (4 * A), variables, exp(exponent), name)
        kernel, monomial = _kernel(kernel * sqrt(pi / A))
        powers = _powers(factor, v)
        moments = _moments(sympy.expand(B / (2 * A)), 1 / (4 * A), max(powers))
        total = Add(
            *(sympy.expand(monomial * q * moments[n]) for n, q in powers.items())
        )
        done.append(((kernel, rest), cancelled(total, variables)))
    return _merged(done)


def _powers(factor: Expr, v: Symbol) -> dict[int, Expr]:
    """Return the coefficients of an expanded polynomial by power of v."""
    found: dict[int, list[Expr]] = {}
    for term in Add.make_args(factor):
        coefficient, power = term.as_coeff_exponent(v)
        found.setdefault(int(power), []).append(coefficient)
    return {power: Add(*parts) for power, parts in found.items()}


def _moments(mean: Expr, half_variance: Expr, last: int) -> list[Expr]:
    """Return the moments 0 … last of a normalised Gaussian: the sums over k above."""
    return [
        Add(
            *(
                Integer(factorial(n) // (factorial(k) * factorial(n - 2 * k)))
                * mean ** (n - 2 * k)
                * half_variance**k
                for k in range(n // 2 + 1)
            )
        )
        for n in range(last + 1)
    ]


def _check_converges(A: Expr, term: Expr, v: Symbol, name: str) -> None:
    if A.is_positive:
        return
    above, below = sympy.fraction(sympy.together(A))
    real = sympy.re(sympy.expand(above * sympy.conjugate(below)))
    if real.is_positive or sympy.factor(real).is_positive:
        return
    raise ValueError(
        f"`{name}` must decay as a Gaussian does, but the integral of {term} over {v} "
        f"is not known to converge: that needs {A} to have a positive real part. If it "
        "has, say so by assumptions such as Symbol('a', positive=True)."
    )
