"""Fock states to phase space, in QuTiP, dynamiqs and oqnn, and steps of propagation.

Everything in one run, on one thread, first call and best warm one, in processor time,
so that other programs matter little:

1. fock: random density matrices of N levels on 200 × 200 points that hold them, by
   every method of QuTiP and by dynamiqs. Errors are those at nine points from the
   centre to the corner, in units of the bound 2/h, against Laguerre polynomials summed
   in 40 digits. Methods that are wrong there are not timed, and are not tried with
   more levels;
2. batch: a hundred density matrices of twenty levels;
3. kets, and the way back;
4. steps of Moyal's equation beside the Fourier transforms that they cannot do without;
5. the error of a step against its length, for both orders in time.

    python benchmarks/phase_space.py [fock] [batch] [back] [steps] [orders]

dynamiqs runs in `.venv-dynamiqs` (``make bench``); where it is missing its rows are
left out.
"""

import json
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import qutip
from parts.moyal_steps import step_costs, step_errors
from threadpoolctl import threadpool_limits

from oqnn.phase_space import (
    PhaseSpaceGrid,
    fock_from_wigner,
    fock_grid,
    wigner_from_fock,
)
from oqnn.phase_space.transforms.fock_lattice import fock_lattice

ROOT = Path(__file__).parent
DYNAMIQS = ROOT.parent / ".venv-dynamiqs" / "bin" / "python"
LEVELS = (20, 100, 300, 500)
POINTS = 200
CORRECT = 1e-8  # in units of 2/h; a picture shows 1e-2
PATIENCE = 5.0  # seconds of repeating
PLACES = [[104, 61, 13], [97, 140, 180]]  # indices of x and of p


def timed(call: Callable[[], Any], repeats: int) -> tuple[Any, float, float]:
    """Return the last value, seconds of the first call, and of the best later one.

    What takes longer than `PATIENCE` runs once.
    """
    seconds: list[float] = []
    while len(seconds) <= repeats and sum(seconds) < PATIENCE:
        start = time.process_time()
        value = call()
        seconds.append(time.process_time() - start)
    return value, seconds[0], min(seconds[1:] or seconds)


def random_state(n: int, seed: int) -> np.ndarray:
    """Return a density matrix of full rank, complex everywhere."""
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n))
    rho = a @ a.conj().T
    return rho / np.trace(rho).real


def square(levels: int) -> PhaseSpaceGrid:
    """Return the grid of the comparison: ħ = 1, three lengths past the top level."""
    axis = np.linspace(-1, 1, POINTS) * (np.sqrt(2 * levels) + 3)
    return PhaseSpaceGrid(axis, axis)


def exact(rho: np.ndarray, x: float, p: float) -> float:
    """Return W by Laguerre polynomials in 40 digits, for ħ = mω = 1.

    W of |m⟩⟨m + k| is (−1)^m/π √(m!/(m + k)!) z^k e^(−r²) L_m^k(2r²), z = √2 (x + ip).
    """
    with mpmath.workdps(40):
        mp = mpmath.mpf
        x, p = mp(x), mp(p)
        z, y = mpmath.sqrt(2) * mpmath.mpc(x, p), 2 * (x * x + p * p)
        total, lead = mp(0), mpmath.mpc(1)
        for k in range(len(rho)):
            series, scale, before, now = mpmath.mpc(0), mp(1), mp(0), mp(1)
            for m, element in enumerate(np.diag(rho, k)):
                if m:
                    step = (2 * m - 1 + k - y) * now - (m - 1 + k) * before
                    before, now = now, step / m
                    scale *= -mpmath.sqrt(mp(m) / (m + k))
                series += mpmath.mpc(complex(element)) * (scale * now)
            total += (1 if k == 0 else 2) * (lead * series).real
            lead *= z / mpmath.sqrt(k + 1)
        return float(total * mpmath.exp(-y / 2) / mpmath.pi)


def verdict(found: np.ndarray, reference: np.ndarray) -> tuple[bool, str]:
    """Say how far values are off, in units of 2/h = 1/π."""
    if not np.isfinite(found).all():
        return False, "NaN"
    error = np.abs(found - reference).max() * np.pi
    return bool(error < CORRECT), f"{error:.0e}"


def row(name: str, first: float, warm: float, error: str, rest: str = "") -> None:
    """Print one line of a table."""
    print(
        f"  {name:<28}{1e3 * first:11.1f} ms{1e3 * warm:11.2f} ms{error:>9}   {rest}",
        flush=True,
    )


def absent(name: str, error: str, rest: str) -> None:
    """Print the line of what was not timed."""
    print(f"  {name:<28}{'-':>11}   {'-':>11}   {error:>9}   {rest}", flush=True)


def head(title: str) -> None:
    """Print the head of a table."""
    print(
        f"\n{title}\n  {'':<28}{'first':>14}{'best warm':>14}{'error':>9}", flush=True
    )


# -- 1. density matrices ------------------------------------------------------------


def fock() -> None:
    """One density matrix of more and more levels."""
    wrong: set[str] = set()
    for levels in LEVELS:
        head(f"Density matrix of N = {levels} levels on {POINTS} × {POINTS}")
        rho, grid = random_state(levels, levels), square(levels)
        points = np.ix_(*PLACES)
        reference = np.array(
            [[exact(rho, grid.x[i], grid.p[j]) for j in PLACES[1]] for i in PLACES[0]]
        )
        W, first, warm = timed(partial(wigner_from_fock, rho, grid), 20)
        floor = bare_products(levels, grid)
        good, error = verdict(W.values[points], reference)
        rest = f"{warm / floor:.1f} × its matrix products alone"
        row("oqnn", first, warm, error, rest if good else "WRONG")

        for method in ("clenshaw", "iterative", "laguerre"):
            name = f"QuTiP, {method}"
            if name not in wrong:
                good = in_qutip(rho, grid, method, reference, warm)
                wrong |= set() if good else {name}
        by_fft(rho, grid, warm)
        if DYNAMIQS.exists() and "dynamiqs" not in wrong:
            run = in_dynamiqs(rho, grid)
            good, error = verdict(np.array(run["values"], dtype=float), reference)
            rest = f"{run['warm'] / warm:.0f} × oqnn"
            if run["finite"] < 1:
                rest = f"NaN at {100 * (1 - run['finite']):.0f} % of the grid"
            row("dynamiqs", run["first"], run["warm"], error, rest)
            wrong |= {"dynamiqs"} if not good or run["finite"] < 1 else set()


def bare_products(levels: int, grid: PhaseSpaceGrid) -> float:
    """Return seconds of the matrix products that the transform consists of."""
    lattice = fock_lattice(levels)
    rng = np.random.default_rng(0)
    size, ends = 2 * lattice.half + 1, lattice.even.shape[1]
    T, wave = rng.normal(size=(levels, levels)), rng.normal(size=(levels, ends))
    F = rng.normal(size=(size, size))
    centres = rng.normal(size=(grid.x.size, size))
    kernel = rng.normal(size=(size, grid.p.size))

    def products() -> None:
        for _ in range(2):
            wave.T @ T @ wave
        np.linalg.multi_dot([centres, F, kernel])

    return timed(products, 20)[2]


def in_qutip(
    rho: np.ndarray,
    grid: PhaseSpaceGrid,
    method: str,
    reference: np.ndarray,
    ours: float,
) -> bool:
    """Print a method of QuTiP, timed if it is right at the points; tell if it is."""
    name, state = f"QuTiP, {method}", qutip.Qobj(rho)
    order = [np.argsort(places) for places in PLACES]
    x, p = (
        axis[np.array(places)[o]]
        for axis, places, o in zip((grid.x, grid.p), PLACES, order, strict=True)
    )
    values = qutip.wigner(state, x, p, method=method).T  # its index is [p, x]
    places = np.ix_(*(np.argsort(o) for o in order))
    good, error = verdict(values[places], reference)
    if not good:
        absent(name, error, "")
        return False
    call = partial(qutip.wigner, state, grid.x, grid.p, method=method)
    W, first, warm = timed(call, 3)
    row(name, first, warm, error, f"{warm / ours:.0f} × oqnn")
    return bool(np.isfinite(W).all())


def by_fft(rho: np.ndarray, grid: PhaseSpaceGrid, ours: float) -> None:
    """Print QuTiP's FFT, which has momenta of its own: its errors are against ours."""
    call = partial(qutip.wigner, qutip.Qobj(rho), grid.x, method="fft")
    (values, p), first, warm = timed(call, 3)
    good = wigner_from_fock(rho, PhaseSpaceGrid(grid.x, p)).values
    error = np.abs(values.T - good).max() * np.pi
    rest = f"its own |p| ≤ {-p[0]:.1f} where W reaches {grid.p[-1]:.1f}"
    if error < CORRECT:
        rest = f"{warm / ours:.0f} × oqnn; {rest}"
    row("QuTiP, fft", first, warm, f"{error:.0e}", rest)


def in_dynamiqs(rho: np.ndarray, grid: PhaseSpaceGrid) -> dict:
    """Run dynamiqs in its own environment, on one thread."""
    problem = {
        "rho": [rho.real.tolist(), rho.imag.tolist()],
        "x": grid.x.tolist(),
        "p": grid.p.tolist(),
        "hbar": 1.0,
        "points": PLACES,
        "repeats": 3 if rho.shape[-1] < 200 else 1,
    }
    one = {"OMP_NUM_THREADS": "1", "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"}
    found = subprocess.run(
        [DYNAMIQS, ROOT / "peers" / "dynamiqs_wigner.py"],
        input=json.dumps(problem),
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | one,
    )
    return json.loads(found.stdout)


# -- 2. many states -----------------------------------------------------------------


def batch() -> None:
    """A hundred states, as a solver returns them."""
    levels, count = 20, 100
    head(f"{count} density matrices of N = {levels} levels on {POINTS} × {POINTS}")
    states = np.array([random_state(levels, seed) for seed in range(count)])
    grid = square(levels)
    W, first, ours = timed(partial(wigner_from_fock, states, grid), 10)
    row("oqnn", first, ours, "")

    given = [qutip.Qobj(rho) for rho in states]
    theirs, first, warm = timed(
        lambda: np.array([qutip.wigner(rho, grid.x, grid.p).T for rho in given]), 2
    )
    error = f"{np.abs(theirs - W.values).max() * np.pi:.0e}"
    row("QuTiP, clenshaw, from ours", first, warm, error, f"{warm / ours:.0f} × oqnn")
    if DYNAMIQS.exists():
        run = in_dynamiqs(states, grid)
        points = (slice(None), *np.ix_(*PLACES))
        error = (
            f"{np.abs(np.array(run['values']) - W.values[points]).max() * np.pi:.0e}"
        )
        rest = f"{run['warm'] / ours:.0f} × oqnn"
        row("dynamiqs, from ours", run["first"], run["warm"], error, rest)


# -- 3. kets, and the way back ------------------------------------------------------


def back() -> None:
    """W of kets, and ρ from the W of a density matrix on a grid that holds it."""
    head("Kets on 200 × 200; and ρ from W, on a grid that holds all of its levels")
    for levels in LEVELS:
        rng = np.random.default_rng(levels)
        ket = rng.normal(size=levels) + 1j * rng.normal(size=levels)
        ket /= np.linalg.norm(ket)
        grid = square(levels)
        W, first, warm = timed(partial(wigner_from_fock, ket, grid), 20)
        mixed = wigner_from_fock(np.outer(ket, ket.conj()), grid)
        error = f"{np.abs(W.values - mixed.values).max() * np.pi:.0e}"
        row(f"ket, N = {levels}", first, warm, error, "from that of |ψ⟩⟨ψ|")

        rho, grid = random_state(levels, levels), fock_grid(levels)
        W = wigner_from_fock(rho, grid)
        found, first, warm = timed(partial(fock_from_wigner, W, levels), 10)
        rest = f"there and back, on {grid.shape[0]} × {grid.shape[1]}"
        row(f"ρ, N = {levels}", first, warm, f"{np.abs(found - rho).max():.0e}", rest)


TABLES = {
    "fock": fock,
    "batch": batch,
    "back": back,
    "steps": step_costs,
    "orders": step_errors,
}


def main() -> None:
    """Run the tables named on the command line, all by default."""
    # QuTiP overflows at 300 levels, which the tables show.
    warnings.simplefilter("ignore", RuntimeWarning)
    with threadpool_limits(1):
        for name in sys.argv[1:] or TABLES:
            TABLES[name]()


if __name__ == "__main__":
    main()
