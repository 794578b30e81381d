"""Star products in moyalstar; run by `benchmarks/symbolic.py` in its own environment.

Reads one JSON object from standard input: tasks, each with polynomials as lists of
[power of x, power of p, coefficient], and points. Writes, for every task with and
without moyalstar's pool of processes, seconds of the first call, of the best later one,
and of the best with SymPy's cache cleared before it; how many terms and operations the
answer has; and its values at the points, with a given Gaussian for an undetermined W.
"""

import json
import sys
import time
from collections.abc import Callable

import moyalstar as ms
import sympy as sp
from moyalstar.core import scalars
from sympy.core.cache import clear_cache

HBAR = scalars.hbar


def polynomial(terms: list) -> sp.Expr:
    """Return Σ c qᵐ pⁿ."""
    q, p = ms.q(), ms.p()
    return sp.Add(*(sp.Rational(c) * q**m * p**n for m, n, c in terms))


def task(spec: dict) -> Callable[[], sp.Expr]:
    """Return the computation that a specification asks for."""
    if spec["kind"] == "product":
        f, g = polynomial(spec["f"]), polynomial(spec["g"])
        return lambda: ms.Star(f, g)
    if spec["kind"] == "bracket":
        H, W = polynomial(spec["f"]), ms.W()

        def bracket() -> sp.Expr:
            return sp.expand((ms.Star(H, W) - ms.Star(W, H)) / (sp.I * HBAR))

        return bracket
    a, ad = ms.annihilateOp(), ms.createOp()
    jump = {"a": a, "a^2": a**2, "ad a": ad * a}[spec["jump"]]
    return lambda: ms.LindbladMasterEquation(0, [[1, jump]]).wigner_transform.rhs


def values(answer: sp.Expr, points: list, gaussian: str) -> list[list[float]]:
    """Evaluate an answer at points (x, p, ħ).

    The right-hand sides of moyalstar 1.1.0 are those of 2πħW, the left-hand sides those
    of W, and its π is a symbol: both are put right here.
    """
    q, p = ms.q(), ms.p()
    x, y = sp.symbols("x p")
    W = sp.sympify(gaussian, locals={"x": x, "p": y}).subs({x: q, y: p})
    whole = answer.subs(ms.W(), W).doit()
    if whole.has(scalars.pi):
        whole = whole / (2 * scalars.pi * HBAR)
    found = []
    for a, b, h in points:
        value = complex(whole.subs({q: a, p: b, HBAR: h, scalars.pi: sp.pi}).evalf(30))
        found.append([value.real, value.imag])
    return found


def measured(call: Callable[[], sp.Expr], repeats: int) -> tuple[sp.Expr, dict]:
    """Time a call: the first one, later ones, and some with a cleared cache."""
    seconds: dict[str, list[float]] = {"first": [], "warm": [], "cleared": []}
    plan = ["first", *["warm"] * repeats, *["cleared"] * repeats]
    for kind in plan:
        if kind == "cleared":
            clear_cache()
        start = time.perf_counter()
        answer = call()
        seconds[kind].append(time.perf_counter() - start)
    return answer, {kind: min(found) for kind, found in seconds.items()}


def main() -> None:
    """Run all tasks, without the pool and then with it."""
    problem = json.load(sys.stdin)
    runs = {}
    for pool in (False, True):
        ms.MP_CONFIG["enable"] = pool
        for spec in problem["tasks"]:
            clear_cache()
            answer, run = measured(task(spec), problem["repeats"])
            run["terms"] = len(sp.Add.make_args(answer))
            run["operations"] = int(sp.count_ops(answer))
            run["values"] = values(answer, problem["points"], problem["gaussian"])
            run["answer"] = str(answer)[:200]
            runs[f"{spec['name']}, {'pool' if pool else 'one process'}"] = run
    json.dump(runs, sys.stdout)


if __name__ == "__main__":
    main()
