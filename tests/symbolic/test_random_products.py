"""Random products and words against exact maps of monomials, one and two modes.

The reference works in fractions and knows nothing of star products: symbols stand for
the mean over all orderings, words act letter by letter.
"""

import random
from fractions import Fraction
from math import prod

import pytest
import sympy
from symbolic.exact_action import (
    apply_symbol,
    apply_words,
    basis,
    order,
    read_words,
    table,
)
from sympy import I, Rational

from oqnn.symbolic import (
    ladder_operators,
    operators,
    reorder,
    star,
    symbols,
    weyl_operator,
    weyl_symbol,
)

DEGREE = 6


def number(rng):
    """Return a complex rational number that is not zero."""
    real, imaginary = (Rational(rng.randint(-9, 9), rng.randint(1, 7)) for _ in "ab")
    return real + I * imaginary or Rational(1, 3)


def powers(modes, rng):
    """Return powers of all variables that add up to DEGREE at most."""
    cuts = sorted(rng.choices(range(DEGREE + 1), k=2 * modes))
    return [b - a for a, b in zip([0, *cuts], cuts, strict=False)]


def polynomial(modes, terms, rng):
    """Return a random polynomial; 28 terms in one mode are all of its monomials."""
    x, p, _ = symbols(modes)
    variables = (x, p) if modes == 1 else (*x, *p)
    chosen = [powers(modes, rng) for _ in range(terms)]
    if terms == 28:
        chosen = [(m, n) for m in range(7) for n in range(7 - m)]
    return sum(
        number(rng) * prod(v**n for v, n in zip(variables, ns, strict=True))
        for ns in chosen
    )


@pytest.mark.parametrize("seed", range(30))
def test_products_of_symbols_are_products_of_operators(seed):
    """(f ⋆ g)^ xᵏ = f̂ ĝ xᵏ for all k up to the order of the product in p̂."""
    rng = random.Random(seed)
    modes, terms = (1, 5) if seed < 12 else (1, 28) if seed < 14 else (2, 4)
    f, g = polynomial(modes, terms, rng), polynomial(modes, terms, rng)
    F, G, product = (table(e, modes) for e in (f, g, star(f, g)))
    for state in basis(modes, order(F) + order(G)):
        assert apply_symbol(product, state) == apply_symbol(F, apply_symbol(G, state))


def spelled(word):
    """Write â and â† of mω = 2, (x̂ ± ip̂/2)/√ħ, as sums of words in x̂ and p̂."""
    words = [(Fraction(1), 0, 0, ())]
    for letter, mode in word:
        if letter in "xp":
            parts = [(letter, Fraction(1), 0, 0)]
        else:
            parts = [("x", Fraction(1), -1, 0)]
            parts += [("p", Fraction(1, 2), -1, 1 if letter == "a" else 3)]
        words = [
            (a * b, g + h, i + j, (*before, (written, mode)))
            for a, g, i, before in words
            for written, b, h, j in parts
        ]
    return words


@pytest.mark.parametrize("seed", range(30))
def test_symbols_of_words_act_as_their_letters_do(seed):
    """Sums of three words of x̂, p̂, and from seed 15 on â, â†, in any order: so does the
    operator of the symbol, and the word with all x̂ in front.
    """
    rng = random.Random(100 + seed)
    modes = 1 if seed % 2 else 2
    letters = "xp" if seed < 15 else ["x", "p", "a", "c"]
    X, P = operators(modes)
    A, C = ladder_operators(modes, mass=1, frequency=2)
    named = {"x": X, "p": P, "a": A, "c": C}
    operator, words = sympy.S.Zero, []
    for _ in range(3):
        size = rng.randint(1, DEGREE)
        word = [(rng.choice(letters), rng.randrange(modes)) for _ in range(size)]
        factors = [named[v] if modes == 1 else named[v][k] for v, k in word]
        scale = number(rng)
        operator += scale * sympy.Mul(*factors)
        parts = [(sympy.re(scale), 0), (sympy.im(scale), 1)]
        words += [
            (a * Fraction(str(part)), h, i + j, w)
            for a, h, i, w in spelled(word)
            for part, j in parts
        ]
    symbol = weyl_symbol(operator)
    mean = table(symbol, modes)
    symmetric = read_words(weyl_operator(symbol))
    ordered = read_words(reorder(operator, "xp"))
    longest = max(len(letters) for *_, letters in words)
    for state in basis(modes, longest):
        expected = apply_words(words, state)
        assert apply_symbol(mean, state) == expected
        assert apply_words(symmetric, state) == expected
        assert apply_words(ordered, state) == expected
