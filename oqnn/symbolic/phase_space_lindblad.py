r"""Master equations on phase space: Lindblad operators become derivatives of W.

Every product with ρ becomes a star product with W,

.. math:: \frac{\partial W}{\partial t} = -\frac{i}{\hbar}(H \star W - W \star H)
          + \sum_k \Big[L_k \star W \star L_k^* - \frac12 L_k^* \star L_k \star W
          - \frac12 W \star L_k^* \star L_k\Big].

For polynomials it is enough to know what the right side does to a plane wave, since
:math:`f \star e^{kx + lp} = e^{kx + lp} f(x + i\hbar l/2, p - i\hbar k/2)`; afterwards
k and l are read as derivatives.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sympy
from sympy import (
    Add,
    Derivative,
    Dummy,
    Expr,
    I,
    Integer,
    Mul,
    Order,
    Rational,
    Symbol,
    conjugate,
    diff,
)
from sympy.core.function import AppliedUndef

from .._core.checks import check_integer
from .bidifferential import Pairs, bidifferential_sum
from .canonical import HBAR, pairs_in
from .exponentials import exponential_terms
from .moyal import undetermined_state
from .star import star
from .weyl import weyl_symbol

__all__ = ["RHO", "phase_space_lindblad", "phase_space_superoperator"]

RHO = Symbol("rho", commutative=False)
"""The density operator, in expressions such as ``X * RHO * P``."""

ONE, HALF = Integer(1), Rational(1, 2)


class Sandwich(NamedTuple):
    """Weyl symbols of A and B in c Aρ̂B."""

    factor: Expr
    left: Expr
    right: Expr


def phase_space_lindblad(
    H: Any, c_ops: Sequence[Any] = (), *, hbar: Expr = HBAR, order: int | None = None
) -> Expr:
    r"""Return the right side of ∂W/∂t for a Lindblad equation.

    .. math:: \dot\rho = -\frac{i}{\hbar}[H, \rho]
              + \sum_k L_k \rho L_k^\dagger - \frac12 \{L_k^\dagger L_k, \rho\}

    The Hamiltonian part is divided by ħ, the dissipator is not: rates are in the
    `c_ops`, as √rate. Exact for polynomials, and for exponentials of linear forms such
    as the momentum kick exp(iqx̂).

    Parameters
    ----------
    H : Expr
        Hermitian, in :func:`operators` or :func:`ladder_operators` of any number of
        modes. Parameters without assumptions count as real.
    c_ops : sequence of Expr
        The L_k.
    hbar : Expr, positive
        What stands for ħ.
    order : int, optional
        Leave out powers of ħ above this one, and say so by ``O(hbar**(order + 1))``.
        Needed for functions such as an undetermined U(x̂), whose series do not end.

    Returns
    -------
    Expr
        In ``Function("W")(x, p, t)``, or W(x1, x2, …, p1, p2, …, t) for several modes,
        and its derivatives.

    Raises
    ------
    TypeError
        If `c_ops` is no sequence, variables x and p are mixed with operators, operators
        come from elsewhere, or `order` is no integer.
    ValueError
        If `H` is not Hermitian, `hbar` not known to be positive, `order` negative or
        missing where a series does not end, or a symbol is named like x, p or ħ but is
        another.

    References
    ----------
    .. [1] Eq. 1.8; Groenewold, Physica 12, 405 (1946), for the star product.

    Examples
    --------
    >>> from oqnn.symbolic import operators
    >>> X, P = operators()
    >>> phase_space_lindblad(P**2 / 2, [X])
    hbar**2*Derivative(W(x, p, t), (p, 2))/2 - p*Derivative(W(x, p, t), x)
    """
    hbar = _positive(hbar)
    if isinstance(c_ops, Expr) or not isinstance(c_ops, Iterable):
        raise TypeError(
            f"`c_ops` must be a sequence of operators, but is {c_ops!r}. Write one "
            "operator as [L]."
        )
    hamiltonian = _symbol(H, hbar, order)
    _check_hermitian(hamiltonian)
    terms = [
        Sandwich(-I / hbar, hamiltonian, ONE),
        Sandwich(I / hbar, ONE, hamiltonian),
    ]
    for operator in c_ops:
        L = _symbol(operator, hbar, order)
        loss = _product(conjugate(L), L, hbar, order)
        terms += [Sandwich(ONE, L, conjugate(L))]
        terms += [Sandwich(-HALF, loss, ONE), Sandwich(-HALF, ONE, loss)]
    return _equation(terms, hbar, order)


def phase_space_superoperator(
    expr: Any, *, hbar: Expr = HBAR, order: int | None = None
) -> Expr:
    r"""Return what a linear map of density operators does to the Wigner function.

    Each term A ρ B becomes A ⋆ W ⋆ B.

    Parameters
    ----------
    expr : Expr
        A sum of products that hold :data:`RHO` once each, such as
        ``-L * (X * (X * RHO - RHO * X) - (X * RHO - RHO * X) * X)``.
    hbar, order
        As for :func:`phase_space_lindblad`.

    Returns
    -------
    Expr
        As of :func:`phase_space_lindblad`.

    Raises
    ------
    TypeError, ValueError
        As of :func:`phase_space_lindblad`, and if a term does not hold ``RHO`` once.

    Examples
    --------
    >>> from oqnn.symbolic import operators
    >>> X, P = operators()
    >>> phase_space_superoperator(X * RHO - RHO * X)
    I*hbar*Derivative(W(x, p, t), p)
    """
    hbar = _positive(hbar)
    terms = []
    for term in Add.make_args(sympy.expand(sympy.sympify(expr))):
        numbers, letters = term.args_cnc()
        if letters.count(RHO) != 1 or term.subs(RHO, 0) != 0:
            raise ValueError(
                "`expr` must be a sum of products that hold RHO once each, but holds "
                f"{term}. Write A ρ B as A * RHO * B."
            )
        place, factor = letters.index(RHO), Mul(*numbers)
        last = None if order is None else order + _lowered(factor, hbar)
        left, right = (
            _symbol(Mul(*word), hbar, last)
            for word in (letters[:place], letters[place + 1 :])
        )
        terms.append(Sandwich(factor, left, right))
    return _equation(terms, hbar, order)


def _positive(hbar: Any) -> Expr:
    hbar = sympy.sympify(hbar)
    if not hbar.is_positive:
        raise ValueError(
            f"`hbar` must be positive, but is {hbar}. Symbols need positive=True."
        )
    return hbar


def _check_hermitian(symbol: Expr) -> None:
    """Refuse a Weyl symbol that is not real even if its parameters are."""
    doubtful = {
        s: Dummy(s.name, real=True) for s in symbol.free_symbols if not s.is_real
    }
    functions = {f: Dummy(real=True) for f in symbol.atoms(AppliedUndef, Derivative)}
    real = symbol.removeO().xreplace(functions).xreplace(doubtful)
    if sympy.expand(real - conjugate(real)) != 0:
        raise ValueError(
            f"`H` must be Hermitian, but its Weyl symbol is {symbol}. Add the adjoint, "
            "or move the damping to `c_ops`."
        )


def _symbol(operator: Any, hbar: Expr, order: int | None) -> Expr:
    """Return a Weyl symbol, truncated only where it has to be."""
    try:
        return weyl_symbol(operator, hbar=hbar)
    except ValueError:
        return weyl_symbol(operator, order, hbar=hbar)


def _product(f: Expr, g: Expr, hbar: Expr, order: int | None) -> Expr:
    """Return f ⋆ g, truncated only where it has to be."""
    try:
        return star(f, g, hbar=hbar)
    except ValueError:
        return star(f.removeO(), g.removeO(), order, hbar=hbar)


def _equation(terms: Sequence[Sandwich], hbar: Expr, order: int | None) -> Expr:
    """Add up c A ⋆ W ⋆ B, by plane waves where A and B are polynomials."""
    if order is not None:
        check_integer(order, "order", least=0)
        if not isinstance(hbar, Symbol):
            raise ValueError(
                "`hbar` must be a symbol where powers of it are left out, but is "
                f"{hbar}."
            )
    pairs = pairs_in(**{f"c_ops_{k}": Add(*term) for k, term in enumerate(terms)})
    variables = [v for pair in pairs for v in pair]
    W = undetermined_state(pairs)
    waves = {v: Dummy(f"k_{v}") for v in variables}
    symbol: list[Expr] = []
    rest: list[Expr] = []
    for term in terms:
        if all(f.is_polynomial(*variables) for f in (term.left, term.right)):
            symbol.append(term.factor * _on_a_wave(term, pairs, waves, hbar))
        else:
            rest.append(term.factor * _on_a_state(term, W, pairs, hbar, order))
    whole = _as_derivatives(sympy.expand(Add(*symbol)), waves, W)
    whole += sympy.expand(Add(*rest)) if rest else Integer(0)
    return whole if order is None else _truncated(whole, hbar, order)


def _on_a_wave(term: Sandwich, pairs: Pairs, waves: dict, hbar: Expr) -> Expr:
    """Return e^{−kx−lp} (A ⋆ e^{kx+lp} ⋆ B), a polynomial in x, p, k and l."""
    half = I * hbar / 2
    left, right = {}, {}
    for x, p in pairs:
        left[x], left[p] = x + half * waves[p], p - half * waves[x]
        right[x], right[p] = x - half * waves[p], p + half * waves[x]
    A, B = term.left.xreplace(left), term.right.xreplace(right)
    return A * B if A.is_number or B.is_number else star(A, B, hbar=hbar)


def _as_derivatives(symbol: Expr, waves: dict, W: Expr) -> Expr:
    """Read the powers of k and l in every term as derivatives of W."""
    found: dict[tuple[int, ...], list[Expr]] = {}
    for term in Add.make_args(symbol):
        powers = term.as_powers_dict()
        key = tuple(int(powers.get(k, 0)) for k in waves.values())
        wave = Mul(*(k**n for k, n in zip(waves.values(), key, strict=True)))
        found.setdefault(key, []).append(term / wave)
    return Add(
        *(
            sympy.expand(Add(*numbers) * _derivative(W, waves, key))
            for key, numbers in found.items()
        )
    )


def _derivative(W: Expr, variables: Iterable[Symbol], powers: Iterable[int]) -> Expr:
    counts = [(v, n) for v, n in zip(variables, powers, strict=True) if n]
    return diff(W, *counts) if counts else W


def _on_a_state(
    term: Sandwich, W: Expr, pairs: Pairs, hbar: Expr, order: int | None
) -> Expr:
    """Return A ⋆ W ⋆ B for functions that are no polynomials."""
    variables = [v for pair in pairs for v in pair]
    for f in (term.left, term.right):
        known = f.is_polynomial(*variables) or exponential_terms(f, pairs) is not None
        if order is None and not known:
            raise ValueError(
                "`H` and `c_ops` must be polynomials, or exponentials of linear forms, "
                f"for an exact equation, but one has the symbol {f}. Give `order=` for "
                "an equation truncated in ħ."
            )
        if order is not None and not f.removeO().is_polynomial(hbar):
            raise ValueError(
                "`H` and `c_ops` must depend on ħ as polynomials do, or not at all, "
                f"where functions are truncated in ħ, but one has the symbol {f}. "
                "Write ladder operators in x̂ and p̂, with a symbol for √ħ."
            )
    if order is None:
        return star(star(term.left, W, hbar=hbar), term.right, hbar=hbar)
    last = order + _lowered(term.factor, hbar)
    left = bidifferential_sum(term.left.removeO(), W, pairs, last=last, hbar=hbar)
    right = term.right.removeO()
    whole = bidifferential_sum(left, right, pairs, last=last, hbar=hbar)
    return whole + Order(hbar ** (last + 1))


def _lowered(factor: Expr, hbar: Expr) -> int:
    """Return by how many powers of ħ a factor lowers what it stands before."""
    return max(0, int(sympy.ceiling(-factor.as_powers_dict().get(hbar, 0))))


def _truncated(whole: Expr, hbar: Symbol, order: int) -> Expr:
    """Leave out powers of ħ above one, and say so if there were any."""
    terms = Add.make_args(sympy.expand(whole.removeO()))
    powers = [term.as_powers_dict().get(hbar, 0) for term in terms]
    kept = Add(*(t for t, power in zip(terms, powers, strict=True) if power <= order))
    if whole.has(Order) or any(power > order for power in powers):
        return kept + Order(hbar ** (order + 1))
    return kept
