r"""The limit ħ → 0 term by term, with a stated set of quantities held fixed.

A term is c ħⁿ (1 + …), or such a power times factors that are no series in ħ: an
exponential e^{−q/ħᵏ}, smaller than any power where q > 0, or a wave cos(q/ħᵏ).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import (
    Add,
    Eq,
    Expr,
    Mul,
    S,
    Symbol,
    cos,
    cosh,
    exp,
    oo,
    powsimp,
    sin,
    sinh,
    tanh,
)

from .canonical import HBAR, TIME, pairs_in
from .hbar_series import DEEPEST, NotASeries, series

__all__ = ["ClassicalLimit", "LimitTerm", "classical_limit"]


@dataclass(frozen=True)
class LimitTerm:
    """What becomes of one term."""

    label: str
    term: Expr
    """With the relations put in."""
    fate: str
    """"vanishes", "survives", "diverges", or "oscillates" without a limit."""
    power: Expr
    """Of ħ, to leading order; ∞ if smaller than any power, −∞ if larger."""
    leading: Expr
    """What stands before that power: the limit of a term that survives."""
    remark: str = ""


@dataclass(frozen=True)
class ClassicalLimit:
    """The terms of an expression as ħ → 0; prints as a table."""

    terms: tuple[LimitTerm, ...]
    relations: Mapping[Symbol, Expr]
    """How quantities move with ħ; all others are held fixed."""
    limit: Expr | None
    """That of the sum at every point but those in remarks, None if it has none."""

    def with_fate(self, fate: str) -> tuple[LimitTerm, ...]:
        """Return the terms of one fate."""
        return tuple(term for term in self.terms if term.fate == fate)

    @property
    def vanishing(self) -> tuple[LimitTerm, ...]:
        """The terms that vanish."""
        return self.with_fate("vanishes")

    @property
    def surviving(self) -> tuple[LimitTerm, ...]:
        """The terms with a limit other than zero."""
        return self.with_fate("survives")

    @property
    def diverging(self) -> tuple[LimitTerm, ...]:
        """The terms that grow without bound."""
        return self.with_fate("diverges")

    def __str__(self) -> str:
        head = ("term", "fate", "power of ħ", "leading coefficient")
        rows = [
            (t.label, t.fate, str(t.power), str(t.leading) + _note(t.remark))
            for t in self.terms
        ]
        wide = [max(len(row[k]) for row in (head, *rows)) for k in range(3)]
        lines = [
            "  ".join([*(c.ljust(w) for c, w in zip(row, wide, strict=False)), row[3]])
            for row in (head, *rows)
        ]
        held = ", ".join(f"{k} = {v}" for k, v in self.relations.items())
        lines += [f"with {held}"] if held else []
        return "\n".join([*lines, f"pointwise limit of the sum: {self.limit}"])


def _note(remark: str) -> str:
    return f"  ({remark})" if remark else ""


def classical_limit(
    expr: Any, fixed: Any = None, *, hbar: Symbol = HBAR
) -> ClassicalLimit:
    r"""Take ħ → 0 with some quantities held fixed, and tell what becomes of each term.

    There are many classical limits: the answer depends on what is held fixed, so it has
    to be said.

    Parameters
    ----------
    expr : Expr, Eq, sequence of Expr or mapping of str to Expr
        A sum, whose addends are the terms, or the terms, such as those of
        :func:`moyal_terms`. Of an equation the right side is taken.
    fixed : optional
        What happens to the symbols of `expr`. A sequence of symbols, which are held
        fixed, and of mappings such as ``{p: u * hbar / a}``, which say how a symbol
        moves with ħ; new symbols in them are held fixed. One mapping may stand alone.
        The variables of phase space and the time are held fixed unless such a relation
        moves them; every other symbol must be named. None holds all of them fixed.
    hbar : Symbol
        What stands for ħ.

    Returns
    -------
    ClassicalLimit

    Raises
    ------
    TypeError
        If `fixed` holds anything but symbols and mappings, or `expr` operators.
    ValueError
        If a symbol of `expr` is neither named nor related, `fixed` names a symbol that
        only looks like one of `expr`, relations go round in a circle or move symbols of
        an `expr` with an order such as O(ħ²), `expr` is empty, `hbar` is no symbol, or
        the behaviour of a term cannot be decided, as where the sign of q in
        e^{q/ħ} is not known.

    Examples
    --------
    >>> from oqnn.symbolic import symbols
    >>> x, p, hbar = symbols()
    >>> a, u = sympy.symbols("a u", positive=True)
    >>> W = sympy.exp(-(x**2) / a**2 - a**2 * p**2 / hbar**2) / (sympy.pi * hbar)
    >>> print(classical_limit(W, fixed=[a, {p: u * hbar / a}]))
    term      fate      power of ħ  leading coefficient
    addend 1  diverges  -1          exp(-u**2 - x**2/a**2)/pi
    with p = hbar*u/a
    pointwise limit of the sum: None
    """
    if not isinstance(hbar, Symbol):
        raise ValueError(f"`hbar` must be a symbol, but is {hbar!r}.")
    terms, left_out = _labelled(expr, hbar)
    if not terms:
        raise ValueError("`expr` must hold at least one term, but is empty.")
    pairs = pairs_in(**{f"expr[{k!r}]": e for k, e in terms.items()})
    named, relations = _quantities(fixed)
    held = set().union(*(e.free_symbols for e in terms.values()))
    _check_named(held, named, relations, {hbar, TIME, *sum(pairs, ())}, fixed)
    relations = _resolved(relations)
    if left_out and relations:
        raise ValueError(
            f"`expr` must not end in {left_out[0].label} where `fixed` moves symbols "
            "with ħ, since the order holds for symbols at rest. Give the terms of "
            "moyal_terms, or what .removeO() leaves."
        )
    moved = {k: e.subs(relations, simultaneous=True) for k, e in terms.items()}
    found = tuple(_fate(label, term, hbar) for label, term in moved.items())
    return ClassicalLimit((*found, *left_out), relations, _limit(found, hbar))


def _labelled(expr: Any, hbar: Symbol) -> tuple[dict[str, Expr], tuple[LimitTerm, ...]]:
    """Return terms by label, and one for the order of what an expression leaves out."""
    if isinstance(expr, Mapping):
        return {str(k): sympy.sympify(e) for k, e in expr.items()}, ()
    if isinstance(expr, Sequence) and not isinstance(expr, str):
        return {f"s = {s}": sympy.sympify(e) for s, e in enumerate(expr)}, ()
    expr = sympy.sympify(expr)
    expr = expr.rhs if isinstance(expr, Eq) else expr
    order = expr.getO()
    rest = _order_term(order, hbar) if order else None
    addends = sympy.expand_mul(expr.removeO(), deep=False).as_ordered_terms()
    terms = {f"addend {k}": e for k, e in enumerate(addends, 1)}
    return terms, (rest,) if rest else ()


def _order_term(order: Expr, hbar: Symbol) -> LimitTerm:
    power = series(order, hbar).end
    fate = "vanishes" if power > 0 else "diverges"
    return LimitTerm(str(order), order, fate, power, sympy.nan, "left out")


def _quantities(fixed: Any) -> tuple[set[Symbol] | None, dict[Symbol, Expr]]:
    """Split what is fixed into named symbols, None for all, and relations."""
    if fixed is None:
        return None, {}
    items = [fixed] if isinstance(fixed, Symbol | Mapping) else fixed
    named: set[Symbol] = set()
    relations: dict[Symbol, Expr] = {}
    for item in items if isinstance(items, Iterable) else [items]:
        if isinstance(item, Symbol):
            named.add(item)
        elif isinstance(item, Mapping) and all(isinstance(k, Symbol) for k in item):
            relations |= {k: sympy.sympify(v) for k, v in item.items()}
        else:
            raise TypeError(
                "`fixed` must hold symbols, and mappings of symbols to what they are, "
                f"but holds {item!r}. A product a*c is held fixed by {{c: k/a}}."
            )
    return named, relations


def _check_named(
    held: set[Any],
    named: set[Symbol] | None,
    relations: dict[Symbol, Expr],
    known: set[Symbol],
    fixed: Any,
) -> None:
    by_name = {symbol.name: symbol for symbol in held}
    for symbol in {*(named or ()), *relations}:
        if by_name.get(symbol.name, symbol) != symbol:
            raise ValueError(
                f"`fixed` must name the symbols of `expr`, but its {symbol} is another "
                "symbol of that name. Use the same assumptions, as positive=True."
            )
    if named is None:
        return
    inside = set().union(*(v.free_symbols for v in relations.values()))
    left = sorted(held - named - set(relations) - inside - known, key=str)
    if left:
        raise ValueError(
            f"`fixed` must say what becomes of every symbol as ħ → 0, but is {fixed} "
            f"and leaves out {', '.join(map(str, left))}. Name what is held fixed; "
            "relate what moves, as in {p: u*hbar/a}."
        )


def _resolved(relations: dict[Symbol, Expr]) -> dict[Symbol, Expr]:
    """Put relations into each other."""
    for _ in relations:
        relations = {k: v.subs(relations) for k, v in relations.items()}
    if any(v.has(*relations) for v in relations.values()):
        raise ValueError(
            "`fixed` must relate symbols to others, but its relations go round in a "
            f"circle: {', '.join(map(str, relations))}."
        )
    return relations


def _fate(label: str, term: Expr, hbar: Symbol) -> LimitTerm:
    """Find the leading behaviour of a term, which may itself be a sum."""
    leads = _leads(term, hbar)
    power = min((lead.power for lead in leads), default=oo)
    first = [lead for lead in leads if lead.power == power]
    leading = _shorter(Add(*(lead.coefficient * lead.wave for lead in first)))
    remark = "; ".join(dict.fromkeys(lead.remark for lead in first if lead.remark))
    fate = "diverges" if power < 0 else "vanishes" if power > 0 else "survives"
    if fate == "survives" and any(lead.wave != 1 for lead in first):
        fate = "oscillates"
    return LimitTerm(label, term, fate, power, leading, remark)


def _limit(terms: Iterable[LimitTerm], hbar: Symbol) -> Expr | None:
    """Return the limit of the sum, whose divergent parts may cancel."""
    leads = _leads(Add(*(t.term for t in terms)), hbar)
    if any(lead.power < 0 or lead.power == 0 != lead.wave - 1 for lead in leads):
        return None
    return _shorter(Add(*(lead.coefficient for lead in leads if lead.power == 0)))


def _shorter(expr: Expr) -> Expr:
    """Join exponentials, and take common factors out."""
    joined = Add(*(powsimp(e, combine="exp") for e in Add.make_args(expr)))
    return min(joined, sympy.factor_terms(joined), key=sympy.count_ops)


@dataclass(frozen=True)
class _Lead:
    """Leading behaviour: coefficient × wave × ħ^power."""

    power: Any
    coefficient: Expr
    wave: Expr = S.One
    remark: str = ""


def _leads(expr: Expr, hbar: Symbol) -> list[_Lead]:
    """Return one lead for all that is a series in ħ, and one for each other addend."""
    plain: list[Expr] = []
    others: list[Expr] = []
    for addend in Add.make_args(expr):
        if _is_series(addend, hbar):
            plain.append(addend)
        else:
            others += _opened(addend)
    leads = [_lead(part, hbar) for part in _joined(others, hbar)]
    if plain and Add(*plain) != 0:
        leads.append(_Lead(*_first(Add(*plain), hbar)))
    return [lead for lead in leads if lead.coefficient != 0]


def _is_series(expr: Expr, hbar: Symbol) -> bool:
    try:
        series(expr, hbar, 0)
    except NotASeries:
        return False
    return True


def _joined(products: Iterable[Expr], hbar: Symbol) -> list[Expr]:
    """Add up what stands before equal factors that are no series."""
    found: dict[Expr, list[Expr]] = {}
    for product in products:
        factors = Mul.make_args(product)
        regular = [f for f in factors if _is_series(f, hbar)]
        wave = Mul(*(f for f in factors if f not in regular))
        found.setdefault(wave, []).append(Mul(*regular))
    return [wave * Add(*parts) for wave, parts in found.items()]


def _opened(addend: Expr) -> tuple[Expr, ...]:
    """Multiply a product out."""
    return Add.make_args(sympy.expand_mul(addend.rewrite([sinh, cosh, tanh], exp)))


def _first(expr: Expr, hbar: Symbol) -> tuple[Any, Expr]:
    """Return the lowest power of a series and its coefficient."""
    for order in range(0, DEEPEST, 4):
        found = series(expr, hbar, order)
        if found.terms:
            return found.least, found.terms[found.least]
        if found.end == oo:
            break
    return oo, S.Zero


def _lead(product: Expr, hbar: Symbol) -> _Lead:
    """Return the leading behaviour of a product with factors that are no series."""
    regular, wave, decay = [], [], S.Zero
    for factor in Mul.make_args(product):
        base, power = factor.as_base_exp()
        try:
            series(factor, hbar, 0)
            regular.append(factor)
        except NotASeries as error:
            if isinstance(factor, exp):
                size, phase, rest = _exponent(factor.exp, hbar)
                decay += size
                wave.append(exp(phase))
                regular.append(exp(rest))
            elif isinstance(base, sin | cos) and base.args[0].is_real and power > 0:
                wave.append(factor)
            else:
                raise _undecided(product, error.part, error.reason) from error
    power, coefficient = _first(Mul(*regular), hbar)
    if decay == 0:
        return _Lead(power, coefficient, Mul(*wave))
    strongest = series(decay, hbar, 0)
    size = strongest.terms[strongest.least]
    if size.is_nonpositive:
        remark = "smaller than any power"
        remark += "" if size.is_negative else f" unless {_zero(size)} = 0"
        return _Lead(oo, coefficient, exp(decay) * Mul(*wave), remark)
    if size.is_positive:
        remark = "larger than any power"
        return _Lead(-oo, coefficient, exp(decay) * Mul(*wave), remark)
    raise _undecided(product, exp(decay), f"grows or decays with the sign of {size}")


def _exponent(exponent: Expr, hbar: Symbol) -> tuple[Expr, Expr, Expr]:
    """Split an exponent into real and imaginary parts that grow, and the rest."""
    try:
        found = series(exponent, hbar, 0)
    except NotASeries as error:
        raise _undecided(exp(exponent), error.part, error.reason) from error
    growing = {n: c for n, c in found.terms.items() if n < 0}
    size, phase = [], []
    for n, c in growing.items():
        real, imaginary = sympy.expand_mul(c).as_real_imag()
        size.append(real * hbar**n)
        phase.append(sympy.I * imaginary * hbar**n)
    singular = Add(*(c * hbar**n for n, c in growing.items()))
    return Add(*size), Add(*phase), sympy.expand_mul(exponent - singular)


def _zero(size: Expr) -> Expr:
    """Return what has to be zero for a decay rate to vanish."""
    factors = [f for f in Mul.make_args(sympy.factor_terms(size)) if not f.is_nonzero]
    bases = [f.as_base_exp()[0] for f in factors]
    return Mul(*bases)


def _undecided(term: Expr, part: Expr, reason: str) -> ValueError:
    return ValueError(
        f"`expr` must have terms whose limit can be decided, but in {term} the part "
        f"{part} {reason}. Give its symbols assumptions, as positive=True, relate them "
        "to ħ in `fixed`, or write it with exp, sin and cos."
    )
