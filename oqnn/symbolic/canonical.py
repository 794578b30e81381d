"""Phase-space variables, ħ, and the operators x̂, p̂, â, â† as SymPy objects.

Mode 0 is the only mode of a system with one; the modes of larger systems count from 1.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import sympy
from sympy import Expr, I, Integer, Symbol, sqrt

from .._core.checks import check_integer

__all__ = [
    "HBAR",
    "MASS",
    "OMEGA",
    "TIME",
    "Annihilation",
    "CanonicalOperator",
    "Creation",
    "Momentum",
    "Position",
    "ladder_operators",
    "operators",
    "pair",
    "pairs_in",
    "symbols",
]

HBAR = Symbol("hbar", positive=True)
TIME = Symbol("t", real=True)
MASS = Symbol("m", positive=True)
OMEGA = Symbol("omega", positive=True)

_CANONICAL_NAME = re.compile(r"([xp])([1-9]\d*)?")


def symbols(modes: int = 1) -> tuple[Any, Any, Symbol]:
    r"""Return the phase-space variables and ħ.

    Parameters
    ----------
    modes : int
        Number of modes.

    Returns
    -------
    x, p : Symbol, or tuple of Symbol for several modes
        Real. Named ``x, p``, or ``x1, x2, …`` and ``p1, p2, …``.
    hbar : Symbol
        Positive.

    Raises
    ------
    TypeError, ValueError
        If `modes` is not an integer of at least 1.

    Examples
    --------
    >>> symbols()
    (x, p, hbar)
    >>> symbols(2)
    ((x1, x2), (p1, p2), hbar)
    """
    check_integer(modes, "modes")
    if modes == 1:
        return (*pair(0), HBAR)
    x, p = zip(*(pair(k) for k in range(1, modes + 1)), strict=True)
    return x, p, HBAR


def pair(mode: int) -> tuple[Symbol, Symbol]:
    """Return the variables (x, p) of one mode; mode 0 has no number in its name."""
    end = str(mode) if mode else ""
    return Symbol(f"x{end}", real=True), Symbol(f"p{end}", real=True)


def pairs_in(**expressions: Any) -> tuple[tuple[Symbol, Symbol], ...]:
    """Return the pairs (x, p) that expressions hold, by mode; (x, p) if they hold none.

    Raises
    ------
    TypeError
        If an expression holds operators.
    ValueError
        If a symbol is named like a canonical one, or like ħ, but is another: to SymPy
        it would be a constant.
    """
    modes = set()
    for name, expression in expressions.items():
        if not sympy.sympify(expression).is_commutative:
            raise TypeError(
                f"`{name}` must be a function on phase space, but holds operators: "
                f"{expression}. Take its weyl_symbol first."
            )
        modes |= set(_modes(name, sympy.sympify(expression).free_symbols))
    return tuple(pair(mode) for mode in sorted(modes)) or (pair(0),)


def _modes(name: str, free: Iterable[Any]) -> Iterator[int]:
    for symbol in free:
        found = _CANONICAL_NAME.fullmatch(symbol.name)
        ours = {HBAR} if found is None else set(pair(int(found[2] or 0)))
        if (found or symbol.name == "hbar") and symbol not in ours:
            raise ValueError(
                f"`{name}` must be written in the x, p and hbar of "
                f"oqnn.symbolic.symbols(), but holds another symbol of the name "
                f"{symbol.name}. Take all of them from symbols()."
            )
        if found:
            yield int(found[2] or 0)


class CanonicalOperator(Expr):
    """One of x̂, p̂, â, â† of a mode; operators do not commute in SymPy products.

    Each kind has a `word` for text, a `symbol` for LaTeX, and ``in_phase_space(hbar)``,
    its Weyl symbol, which is linear in (x, p).
    """

    is_commutative = False
    word: str
    symbol: str

    def __new__(cls, mode: int = 0, *scale: Any) -> "CanonicalOperator":
        """Build the operator of a mode; ladder operators also take their scale."""
        return Expr.__new__(cls, Integer(mode), *map(sympy.sympify, scale))

    @property
    def mode(self) -> int:
        """The mode that the operator acts on."""
        return int(self.args[0])

    def _sympystr(self, printer: Any) -> str:
        return f"{self.word}{self.mode or ''}"

    def _latex(self, printer: Any) -> str:
        return self.symbol + (f"_{{{self.mode}}}" if self.mode else "")

    def _eval_adjoint(self) -> Expr:
        return self


class Position(CanonicalOperator):
    """The operator x̂ of a mode."""

    word, symbol = "X", r"\hat{x}"

    def in_phase_space(self, hbar: Expr = HBAR) -> Expr:
        """Return x."""
        return pair(self.mode)[0]


class Momentum(CanonicalOperator):
    """The operator p̂ of a mode, [x̂, p̂] = iħ."""

    word, symbol = "P", r"\hat{p}"

    def in_phase_space(self, hbar: Expr = HBAR) -> Expr:
        """Return p."""
        return pair(self.mode)[1]


class _Ladder(CanonicalOperator):
    @property
    def scale(self) -> Expr:
        """The product mω of mass and frequency."""
        return self.args[1]

    def _quadratures(self, sign: int, hbar: Expr) -> Expr:
        x, p = pair(self.mode)
        return (self.scale * x + sign * I * p) / sqrt(2 * hbar * self.scale)


class Annihilation(_Ladder):
    """The operator â = (mω x̂ + i p̂)/√(2ħmω) of a mode, [â, â†] = 1."""

    word, symbol = "a", r"\hat{a}"

    def in_phase_space(self, hbar: Expr = HBAR) -> Expr:
        """Return (mω x + i p)/√(2ħmω)."""
        return self._quadratures(1, hbar)

    def _eval_adjoint(self) -> Expr:
        return Creation(*self.args)


class Creation(_Ladder):
    """The operator â† = (mω x̂ − i p̂)/√(2ħmω) of a mode."""

    word = "ad"

    def in_phase_space(self, hbar: Expr = HBAR) -> Expr:
        """Return (mω x − i p)/√(2ħmω)."""
        return self._quadratures(-1, hbar)

    def _latex(self, printer: Any) -> str:
        end = f"_{{{self.mode}}}" if self.mode else ""
        return rf"{{\hat{{a}}{end}^{{\dagger}}}}"

    def _eval_adjoint(self) -> Expr:
        return Annihilation(*self.args)


def operators(modes: int = 1) -> tuple[Any, Any]:
    r"""Return the operators x̂ and p̂, which do not commute: [x̂, p̂] = iħ.

    Parameters
    ----------
    modes : int
        Number of modes.

    Returns
    -------
    X, P : Position, Momentum, or tuples of them for several modes

    Raises
    ------
    TypeError, ValueError
        If `modes` is not an integer of at least 1.

    Examples
    --------
    >>> X, P = operators()
    >>> X * P - P * X
    -P*X + X*P
    """
    check_integer(modes, "modes")
    numbers = range(1, modes + 1)
    if modes == 1:
        return Position(0), Momentum(0)
    return tuple(map(Position, numbers)), tuple(map(Momentum, numbers))


def ladder_operators(
    modes: int = 1, *, mass: Expr | float = MASS, frequency: Expr | float = OMEGA
) -> tuple[Any, Any]:
    r"""Return â = (mω x̂ + i p̂)/√(2ħmω) and its adjoint.

    Parameters
    ----------
    modes : int
        Number of modes, all with the same `mass` and `frequency`.
    mass, frequency : Expr or float, positive
        By default the symbols m and ω.

    Returns
    -------
    a, ad : Annihilation, Creation, or tuples of them for several modes

    Raises
    ------
    TypeError, ValueError
        If `modes` is not an integer of at least 1, or the product of `mass` and
        `frequency` is not known to be positive.

    Examples
    --------
    >>> a, ad = ladder_operators()
    >>> ad * a
    ad*a
    """
    check_integer(modes, "modes")
    scale = sympy.sympify(mass) * sympy.sympify(frequency)
    if not scale.is_positive:
        raise ValueError(
            f"`mass` and `frequency` must be positive, but their product is {scale}. "
            "Symbols need positive=True."
        )
    if modes == 1:
        return Annihilation(0, scale), Creation(0, scale)
    numbers = range(1, modes + 1)
    return (
        tuple(Annihilation(k, scale) for k in numbers),
        tuple(Creation(k, scale) for k in numbers),
    )
