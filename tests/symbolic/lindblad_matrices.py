"""Master equations as dense matrices between oscillator levels.

Independent of star products: operators are matrices, a moment of W is the trace of ρ
with a symmetrically ordered product, and derivatives of W are moved onto the moment by
parts. Levels are so many that truncation never shows.
"""

from itertools import product
from math import comb, perm

import numpy as np
import sympy

from oqnn.symbolic.canonical import Position


def quadratures(levels, modes, hbar):
    """Matrices {(mode, "x" or "p")} of modes with m = ω = 1; mode 0 if there is one."""
    lower = np.diag(np.sqrt(np.arange(1, levels)), 1)
    x = np.sqrt(hbar / 2) * (lower + lower.T)
    p = 1j * np.sqrt(hbar / 2) * (lower.T - lower)
    found = {}
    for k in range(modes):
        before, after = np.eye(levels**k), np.eye(levels ** (modes - k - 1))
        for name, one in (("x", x), ("p", p)):
            whole = np.kron(np.kron(before, one), after)
            found[k + 1 if modes > 1 else 0, name] = whole
    return found


def matrix(operator, found):
    """Return the matrix of a polynomial of operators with numbers as coefficients."""
    size = len(next(iter(found.values())))
    total = np.zeros((size, size), complex)
    for term in sympy.Add.make_args(sympy.expand(operator)):
        numbers, letters = term.args_cnc()
        one = complex(sympy.Mul(*numbers)) * np.eye(size)
        for power in letters:
            letter, times = power.as_base_exp()
            name = "x" if isinstance(letter, Position) else "p"
            for _ in range(int(times)):
                one = one @ found[letter.mode, name]
        total += one
    return total


def symmetric(powers, found):
    """Return the operator of x₁ᵃp₁ᵇx₂ᶜ… by McCoy's formula; modes commute."""
    modes = sorted({mode for mode, _ in found})
    whole = np.eye(len(next(iter(found.values()))))
    for k, mode in enumerate(modes):
        m, n = powers[2 * k : 2 * k + 2]
        x, p = found[mode, "x"], found[mode, "p"]
        power = np.linalg.matrix_power
        whole = whole @ sum(
            comb(m, j) * power(x, j) @ power(p, n) @ power(x, m - j) / 2**m
            for j in range(m + 1)
        )
    return whole


def parts(equation, W, variables):
    """Split an equation into (number, powers of variables, orders of derivatives)."""
    for term in sympy.Add.make_args(sympy.expand(equation)):
        (f,) = [f for f in sympy.Mul.make_args(term) if f.has(W)]
        slopes = [0] * len(variables)
        for v in getattr(f, "variables", ()):
            slopes[variables.index(v)] += 1
        ((powers, number),) = sympy.Poly(term / f, *variables).terms()
        yield complex(number), powers, slopes


def moment_rates(equation, W, variables, moment, highest):
    """Return {powers: d⟨x₁ᵃp₁ᵇ…⟩/dt} from the equation of W, by parts."""
    split = list(parts(equation, W, variables))
    rates = {}
    for powers in monomials(len(variables), highest):
        rates[powers] = 0
        for number, others, slopes in split:
            whole = [n + k for n, k in zip(powers, others, strict=True)]
            if any(n < s for n, s in zip(whole, slopes, strict=True)):
                continue
            left = tuple(n - s for n, s in zip(whole, slopes, strict=True))
            factor = np.prod([perm(n, s) for n, s in zip(whole, slopes, strict=True)])
            rates[powers] += (-1) ** sum(slopes) * number * factor * moment(left)
    return rates


def monomials(variables, highest):
    for powers in product(range(highest + 1), repeat=variables):
        if sum(powers) <= highest:
            yield powers


def random_state(levels, modes, kept, seed):
    """A complex ρ of the lowest levels of every mode, among many more levels."""
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(2, kept**modes, kept**modes))
    rho = (root[0] + 1j * root[1]) @ (root[0] + 1j * root[1]).conj().T
    inside = [
        sum(n * levels ** (modes - k - 1) for k, n in enumerate(ns))
        for ns in product(range(kept), repeat=modes)
    ]
    whole = np.zeros((levels**modes, levels**modes), complex)
    whole[np.ix_(inside, inside)] = rho / np.trace(rho)
    return whole
