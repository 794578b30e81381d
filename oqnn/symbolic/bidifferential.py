r"""Powers of the Poisson bidifferential operator.

.. math:: \Pi_n(f, g) = f \Big[\sum_k \overleftarrow\partial_{x_k}
          \overrightarrow\partial_{p_k} - \overleftarrow\partial_{p_k}
          \overrightarrow\partial_{x_k}\Big]^n g \Big/ n!,

of which star products and brackets are sums. One walk over derivatives serves SymPy
expressions and elements of a polynomial ring alike.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import sympy
from sympy import Add, Expr, I, Symbol
from sympy.core.function import AppliedUndef

from .canonical import HBAR
from .polynomials import ring_polynomials

__all__ = ["Pairs", "bidifferential_sum", "series_ends"]

Pairs = tuple[tuple[Symbol, Symbol], ...]
Walk = Iterable[tuple[int, Any, Any]]  # order n, factor of f, factor of g


def bidifferential_sum(
    f: Expr,
    g: Expr,
    pairs: Pairs,
    *,
    start: int = 0,
    step: int = 1,
    last: int | None = None,
    hbar: Expr = HBAR,
) -> Expr:
    """Return Σ (iħ/2)ⁿ⁻ˢᵗᵃʳᵗ Π_n(f, g) over n = start, start + step, … ≤ last.

    Without `last` the series must end by itself; `series_ends` tells.
    """
    variables = [v for pair in pairs for v in pair]
    if f.is_polynomial(*variables) and g.is_polynomial(*variables):
        return _sum_in_a_ring(f, g, pairs, start, step, last, hbar)
    if _is_undetermined(g) and f.is_polynomial(*variables):
        return _sum_of_derivatives(f, g, pairs, start, step, last, hbar)
    if _is_undetermined(f) and g.is_polynomial(
        *variables
    ):  # Π_n(f, g) = (−1)ⁿ Π_n(g, f)
        mirrored = _sum_of_derivatives(g, f, pairs, start, step, last, -hbar)
        return -mirrored if start % 2 else mirrored
    last = _degree_bound(f, g, pairs) if last is None else last
    walk = _walk(f, g, pairs, last, _divided_derivative)
    return Add(
        *(
            (I * hbar / 2) ** (n - start) * sympy.expand_mul(F * G, deep=False)
            for n, F, G in walk
            if n >= start and (n - start) % step == 0
        )
    )


def series_ends(f: Expr, g: Expr, pairs: Pairs) -> bool:
    """Tell whether Π_n(f, g) is known to vanish beyond some n."""
    return all(
        (f.is_polynomial(a) or g.is_polynomial(b))
        for x, p in pairs
        for a, b in ((x, p), (p, x))
    )


def _degree_bound(f: Expr, g: Expr, pairs: Pairs) -> int:
    """Return an n beyond which Π_n(f, g) vanishes."""
    return sum(
        min(_degree(f, a), _degree(g, b)) for x, p in pairs for a, b in ((x, p), (p, x))
    )


def _degree(f: Expr, variable: Symbol) -> Any:
    if not f.is_polynomial(variable):
        return sympy.oo
    return max(int(sympy.Poly(f, variable).degree()), 0) if f.has(variable) else 0


def _sum_in_a_ring(
    f: Expr, g: Expr, pairs: Pairs, start: int, step: int, last: int | None, hbar: Expr
) -> Expr:
    variables = [v for pair in pairs for v in pair]
    ring = ring_polynomials((f, g), variables)
    F, G = ring.elements
    of = dict(zip(variables, F.ring.gens, strict=False))
    ring_pairs = [(of[x], of[p]) for x, p in pairs]
    last = sys.maxsize if last is None else last
    sums: dict[int, Any] = {}
    for n, left, right in _walk(F, G, ring_pairs, last, _divided_in_a_ring):
        if n >= start and (n - start) % step == 0:
            sums[n - start] = sums.get(n - start, F.ring.zero) + left * right
    scale = ring.scale**2
    return Add(*(ring.expression(e, 2**n * scale, n, hbar**n) for n, e in sums.items()))


class _Derivatives(NamedTuple):
    """Derivatives of an undetermined function, which are only counted."""

    counts: tuple[int, ...]
    place: dict[Any, int]  # of the variables that it has

    def diff(self, variable: Any) -> "_Derivatives | None":
        if variable not in self.place:
            return None
        k = self.place[variable]
        counts = (*self.counts[:k], self.counts[k] + 1, *self.counts[k + 1 :])
        return self._replace(counts=counts)


def _is_undetermined(g: Expr) -> bool:
    return isinstance(g, AppliedUndef) and all(a.is_Symbol for a in g.args)


def _sum_of_derivatives(
    f: Expr, W: Expr, pairs: Pairs, start: int, step: int, last: int | None, hbar: Expr
) -> Expr:
    """Differentiate a polynomial in a ring, and count the derivatives of W."""
    variables = [v for pair in pairs for v in pair]
    ring = ring_polynomials((f,), variables)
    (F,) = ring.elements
    of = dict(zip(variables, F.ring.gens, strict=False))
    known = [v for v in variables if v in W.args]
    G = _Derivatives((0,) * len(known), {of[v]: k for k, v in enumerate(known)})
    ring_pairs = [(of[x], of[p]) for x, p in pairs]
    last = sys.maxsize if last is None else last
    sums: dict[tuple[int, tuple[int, ...]], Any] = {}
    for n, left, right in _walk(F, G, ring_pairs, last, _divided_in_a_ring):
        if n >= start and (n - start) % step == 0:
            key = n - start, right.counts
            sums[key] = sums.get(key, F.ring.zero) + left
    terms = []
    for (n, counts), element in sums.items():
        slopes = [(v, k) for v, k in zip(known, counts, strict=True) if k]
        factor = hbar**n * (W.diff(*slopes) if slopes else W)
        terms.append(ring.expression(element, 2**n * ring.scale, n, factor))
    return Add(*terms)


def _walk(f: Any, g: Any, pairs: Any, last: int, divided: Callable) -> Iterator:
    """Yield every n ≤ last and pair of derivatives whose product belongs to Π_n.

    The factorials of Π_n stand in the derivatives of f, divided one by one, so integers
    stay integers; its signs stand there too.
    """
    walk: Walk = [(0, f, g)]
    for x, p in pairs:
        walk = _along(walk, x, p, last, divided)
        walk = _along(walk, p, x, last, lambda F, v, k: -divided(F, v, k))
    yield from walk


def _along(walk: Walk, v: Any, w: Any, last: int, divided: Callable) -> Iterator:
    """Follow ∂_v on the left and ∂_w on the right, as far as both are there."""
    for n, F, G in walk:
        power = 0
        while n + power <= last and F and G:
            yield n + power, F, G
            power += 1
            if n + power <= last:
                F, G = divided(F, v, power), G.diff(w)


def _divided_derivative(F: Expr, variable: Symbol, power: int) -> Expr:
    return F.diff(variable) / power


def _divided_in_a_ring(F: Any, variable: Any, power: int) -> Any:
    return F.diff(variable).quo_ground(power)
