"""Phase-space algebra beside its peers: first call, best warm call, and the answer.

Three tables in one run:

1. Star product of two random polynomials of degree six, of 5 terms and of all 28.
2. Moyal bracket of a sextic H, sparse and dense, with an undetermined W(x, p, t).
3. Wigner transform of D[a], D[a²] and D[a†a].

The peers are moyalstar, in its own environment (``make bench``), without and with its
pool of processes, and the series of derivatives written out in SymPy, `plain_star`.
"Warm" is the best of several calls with SymPy's cache as earlier calls left it,
"cleared" the best of as many with the cache emptied before each. Errors are relative
to the answer of `plain_star`, at random points. "Terms" tell what the answer looks
like: all are sums in (x, p), some with equal derivatives gathered.

    python benchmarks/symbolic.py [products] [brackets] [master]
"""

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sympy
from sympy import Add, Expr, Function, I, Rational, binomial, conjugate, factorial
from sympy.core.cache import clear_cache

from oqnn.symbolic import (
    ladder_operators,
    moyal_bracket,
    phase_space_lindblad,
    star,
    symbols,
    weyl_symbol,
)
from oqnn.symbolic.canonical import TIME

ROOT = Path(__file__).parent
PEER = ROOT.parent / ".venv-moyalstar" / "bin" / "python"
REPEATS = 5
GAUSSIAN = "exp(-x**2 - 2*p**2 + x*p/2)*(1 + x)"
x, p, hbar = symbols()
W = Function("W")(x, p, TIME)
MONOMIALS = [(m, n) for m in range(7) for n in range(7 - m)]
Terms = list[tuple[int, int, str]]


def plain_star(f: Expr, g: Expr, highest: int) -> Expr:
    """Return f ⋆ g as its definition says, the slow obvious way."""
    total = sympy.S.Zero
    for n in range(highest + 1):
        inner = sum(
            (-1) ** k * binomial(n, k) * f.diff(x, n - k, p, k) * g.diff(p, n - k, x, k)
            for k in range(n + 1)
        )
        total += (I * hbar / 2) ** n / factorial(n) * inner
    return sympy.expand(total)


def plain_bracket(H: Expr) -> Expr:
    """Return (H ⋆ W − W ⋆ H)/(iħ) from products."""
    return sympy.expand((plain_star(H, W, 6) - plain_star(W, H, 6)) / (I * hbar))


def plain_dissipator(symbol: Expr, degree: int) -> Expr:
    """Return L ⋆ W ⋆ L* − ½(L* ⋆ L ⋆ W + W ⋆ L* ⋆ L) from products."""
    L, adjoint = symbol, conjugate(symbol)
    square = plain_star(adjoint, L, degree)
    gain = plain_star(plain_star(L, W, degree), adjoint, degree)
    loss = plain_star(square, W, 2 * degree) + plain_star(W, square, 2 * degree)
    return sympy.expand(gain - loss / 2)


def timed(call: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """Return the last answer, and seconds of first, warm and cleared calls."""
    clear_cache()
    seconds: dict[str, list[float]] = {"first": [], "warm": [], "cleared": []}
    for kind in ["first", *["warm"] * REPEATS, *["cleared"] * REPEATS]:
        if kind == "cleared":
            clear_cache()
        start = time.perf_counter()
        answer = call()
        seconds[kind].append(time.perf_counter() - start)
    return answer, {kind: min(found) for kind, found in seconds.items()}


def values(answer: Expr) -> list[complex]:
    """Evaluate an answer at the points, with a Gaussian for W."""
    gaussian = sympy.sympify(GAUSSIAN, locals={"x": x, "p": p})
    whole = answer.subs(W, gaussian).doit()
    return [complex(whole.subs({x: a, p: b, hbar: h}).evalf(30)) for a, b, h in POINTS]


def drawn(terms: int, rng: random.Random) -> Terms:
    """Return a random polynomial of degree six."""
    chosen = MONOMIALS if terms == len(MONOMIALS) else rng.sample(MONOMIALS, terms)
    return [
        (m, n, f"{rng.choice((-1, 1)) * rng.randint(1, 9)}/{rng.randint(1, 5)}")
        for m, n in chosen
    ]


def polynomial(terms: Terms) -> Expr:
    """Return Σ c xᵐ pⁿ."""
    return Add(*(Rational(c) * x**m * p**n for m, n, c in terms))


RNG = random.Random(1)
POINTS = [[RNG.uniform(-1.5, 1.5), RNG.uniform(-1, 2), 0.8] for _ in range(4)]
PRODUCTS = {
    f"{terms} terms": {
        "kind": "product",
        "f": drawn(terms, RNG),
        "g": drawn(terms, RNG),
    }
    for terms in (5, 28)
}
SEXTIC: Terms = [(0, 2, "1/2"), (6, 0, "1/6"), (2, 2, "1/3")]
BRACKETS = {
    "p²/2 + x⁶/6 + x²p²/3": {"kind": "bracket", "f": SEXTIC},
    "28 terms": {"kind": "bracket", "f": drawn(28, RNG)},
}
JUMPS = {
    f"D[{name}]": {"kind": "master", "jump": name} for name in ("a", "a^2", "ad a")
}


def ours_and_plain(task: dict) -> tuple[Callable[[], Expr], Callable[[], Expr]]:
    """Return the two computations of a task."""
    if task["kind"] == "product":
        f, g = polynomial(task["f"]), polynomial(task["g"])
        return lambda: star(f, g), lambda: plain_star(f, g, 12)
    if task["kind"] == "bracket":
        H = polynomial(task["f"])
        return lambda: moyal_bracket(H, W), lambda: plain_bracket(H)
    a, ad = ladder_operators(mass=1, frequency=1)
    jump = {"a": a, "a^2": a**2, "ad a": ad * a}[task["jump"]]
    symbol, degree = weyl_symbol(jump), 1 if task["jump"] == "a" else 2
    return (
        lambda: phase_space_lindblad(0, [jump]),
        lambda: plain_dissipator(symbol, degree),
    )


def peer(tasks: dict[str, dict]) -> dict[str, dict]:
    """Return what moyalstar's process says of each task."""
    if not PEER.exists():
        print("  moyalstar is not installed: run `make bench`")
        return {}
    problem = {
        "tasks": [{"name": name, **task} for name, task in tasks.items()],
        "repeats": 3,
        "points": POINTS,
        "gaussian": GAUSSIAN,
    }
    found = subprocess.run(
        [PEER, ROOT / "peers" / "moyalstar_products.py"],
        input=json.dumps(problem),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(found.stdout)


def table(title: str, tasks: dict[str, dict]) -> None:
    """Print a table: every task in every way."""
    columns = f"{'first':>11}{'warm':>11}{'cleared':>11}{'error':>10}{'terms':>7}"
    print(f"\n{title}\n  {'':<34}{columns}   × oqnn: first, warm, cleared")
    others = peer(tasks)
    for name, task in tasks.items():
        print(f"  {name}")
        ours, plain = ours_and_plain(task)
        answer, best = timed(ours)
        whole, slow = timed(plain)
        exact = values(whole)
        line("oqnn", best, error(values(answer), exact), len(Add.make_args(answer)))
        line("series in SymPy", slow, 0.0, len(Add.make_args(whole)), best)
        for pool in ("one process", "pool"):
            run = others.get(f"{name}, {pool}")
            if run:
                found = [complex(*value) for value in run["values"]]
                rest = error(found, exact), run["terms"], best
                line(f"moyalstar, {pool}", run, *rest)


def error(found: list[complex], exact: list[complex]) -> float:
    """Return the largest relative error at the points."""
    return max(abs(a - b) / abs(b) for a, b in zip(found, exact, strict=True))


def line(
    name: str, run: dict, error: float, terms: int, best: dict | None = None
) -> None:
    """Print one row: milliseconds, error, size of the answer, ratios."""
    kinds = ("first", "warm", "cleared")
    times = "".join(f"{1e3 * run[kind]:8.2f} ms" for kind in kinds)
    ratios = [run[kind] / best[kind] for kind in kinds] if best else []
    row = f"    {name:<32}{times}{error:10.0e}{terms:7}   "
    print(row + "".join(f"{ratio:8.0f}" for ratio in ratios))


def products() -> None:
    """f ⋆ g."""
    table("Star product of two random polynomials of degree six", PRODUCTS)


def brackets() -> None:
    """(H ⋆ W − W ⋆ H)/(iħ)."""
    table("Moyal bracket of a sextic H with an undetermined W(x, p, t)", BRACKETS)


def master() -> None:
    """∂W/∂t under one jump."""
    table("Wigner transform of a Lindblad term, m = ω = 1", JUMPS)
    print("  moyalstar's terms hold 2πħW for W: they are divided by 2πħ to be compared")


TABLES = {"products": products, "brackets": brackets, "master": master}


def main() -> None:
    """Run the tables named on the command line, all by default."""
    for name in sys.argv[1:] or TABLES:
        TABLES[name]()


if __name__ == "__main__":
    main()
