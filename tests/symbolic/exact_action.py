"""Operators as exact maps of monomials, in integers and fractions alone.

With x̂ a multiplication and p̂ = −iħ d/dx, any word of m letters x̂ and n letters p̂ takes
xᵏ to a number times (−iħ)ⁿ xᵏ⁺ᵐ⁻ⁿ. A state is a mapping {(powers of x, power of √ħ,
power of i): Fraction}, with the power of i 0 or 1. An operator of order N in p̂ is fixed
by what it does to xᵏ for k ≤ N, so agreement there is a proof.
"""

from fractions import Fraction
from functools import cache
from itertools import product
from math import comb, prod

import sympy

from oqnn.symbolic import symbols


def basis(modes, highest):
    """States x₁ᵏ¹x₂ᵏ²… with k₁ + k₂ + … ≤ highest."""
    for k in product(range(highest + 1), repeat=modes):
        if sum(k) <= highest:
            yield {(k, 0, 0): Fraction(1)}


def collected(terms):
    """Add up terms (k, √ħ, i, number) and reduce the powers of i."""
    total = {}
    for k, h, i, number in terms:
        half, i = divmod(i % 4, 2)
        key = (k, h, i)
        total[key] = total.get(key, 0) + (-number if half else number)
    return {key: number for key, number in total.items() if number}


def order(symbol):
    """Return the highest power of momenta in a table of terms."""
    return max((sum(n for _, n in powers) for powers, _, _ in symbol), default=0)


@cache
def orderings(m, n, k):
    """Sum of the numbers that all orderings of x̂ᵐp̂ⁿ give on xᵏ, without (−iħ)ⁿ."""
    if m < 0 or n < 0:
        return 0
    if m == n == 0:
        return 1
    return orderings(m - 1, n, k) + (k + m - n + 1) * orderings(m, n - 1, k)


def apply_symbol(symbol, state):
    """Apply the operator whose Weyl symbol is a table of terms: the mean ordering."""
    return collected(
        (
            tuple(k + m - n for k, (m, n) in zip(ks, powers, strict=True)),
            h + g + 2 * sum(n for _, n in powers),
            i + j + 3 * sum(n for _, n in powers),
            a * b * Fraction(*_mean(powers, ks)),
        )
        for (ks, h, i), a in state.items()
        for (powers, g, j), b in symbol.items()
    )


def _mean(powers, ks):
    pairs = list(zip(powers, ks, strict=True))
    return (
        prod(orderings(m, n, k) for (m, n), k in pairs),
        prod(comb(m + n, m) for (m, n), _ in pairs),
    )


def apply_letter(letter, mode, state):
    """Apply x̂ or p̂ of one mode (from 0)."""
    step, found = (1 if letter == "x" else -1), []
    for (ks, h, i), a in state.items():
        k = list(ks)
        k[mode] += step
        if letter == "x":
            found.append((tuple(k), h, i, a))
        else:
            found.append((tuple(k), h + 2, i + 3, a * ks[mode]))
    return collected(found)


def apply_words(words, state):
    """Apply a sum of words [(number, √ħ, i, ((letter, mode), …)), …]."""
    found = []
    for number, g, j, letters in words:
        out = state
        for letter, mode in reversed(letters):
            out = apply_letter(letter, mode, out)
        found += [(ks, h + g, i + j, a * number) for (ks, h, i), a in out.items()]
    return collected(found)


def coefficient(powers):
    """Read a number times powers of √ħ and i from a dictionary of powers."""
    _, _, hbar = symbols()
    h = 2 * powers.pop(hbar, 0)
    i = 2 * powers.pop(sympy.Integer(-1), 0)  # SymPy's i is a power of −1
    assert all(n == int(n) for n in (h, i, *powers.values())), powers
    return prod(Fraction(str(b)) ** int(n) for b, n in powers.items()), int(h), int(i)


def table(expression, modes):
    """Read a polynomial on phase space into {(powers of (x, p), √ħ, i): Fraction}."""
    x, p, _ = symbols(modes)
    pairs = [(x, p)] if modes == 1 else list(zip(x, p, strict=True))
    terms = []
    for term in sympy.Add.make_args(sympy.expand(expression)):
        powers = term.as_powers_dict()
        mn = tuple((int(powers.pop(q, 0)), int(powers.pop(r, 0))) for q, r in pairs)
        number, h, i = coefficient(powers)
        terms.append((mn, h, i, number))
    return collected(terms)


def read_words(expression):
    """Read a sum of words of operators X and P into that of `apply_words`."""
    words = []
    for term in sympy.Add.make_args(sympy.expand(expression)):
        commuting, letters = term.args_cnc()
        number, h, i = coefficient(sympy.Mul(*commuting).as_powers_dict())
        spelled = []
        for power in letters:
            letter, times = power.as_base_exp()
            place = max(letter.mode - 1, 0)
            spelled += [(letter.word.lower(), place)] * int(times)
        words.append((number, h, i, tuple(spelled)))
    return words
