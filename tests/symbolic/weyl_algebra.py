"""Operators as exact maps of polynomials in x: X multiplies, P is −iħ d/dx.

Independent of the code under test: a word of letters acts letter by letter.
"""

import sympy
from sympy import I

from oqnn.symbolic import symbols
from oqnn.symbolic.canonical import Momentum, Position, pair


def act(operator, psi):
    """Apply a polynomial of operators to a function of x."""
    _, _, hbar = symbols()
    total = sympy.S.Zero
    for term in sympy.Add.make_args(sympy.expand(operator)):
        commuting, letters = term.args_cnc()
        found = psi
        for power in reversed(letters):
            letter, times = power.as_base_exp()
            for _ in range(int(times)):
                x = pair(letter.mode)[0]
                if isinstance(letter, Position):
                    found = x * found
                else:
                    assert isinstance(letter, Momentum)
                    found = -I * hbar * found.diff(x)
        total += sympy.Mul(*commuting) * found
    return sympy.expand(total)
