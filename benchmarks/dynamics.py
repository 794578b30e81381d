"""Open dynamics beside its peers: error and time of each, first call and best warm one.

Four tables in one run, one BLAS thread throughout:

1. 500 couplings of a driven dephased qubit at 201 times, against a loop over
   ``qutip.mesolve`` and against dynamiqs (in its own environment: ``make bench``).
2. A dissipative Ising chain of six and of eight spins, against QuTiP's methods at equal
   error.
3. A register of 16 levels at 1000 parameter points, against a loop of exponentials and
   one of ``qutip.mesolve`` on S ⊗ C¹⁶.
4. The Nakajima-Zwanzig equation: time against the number of steps, and against a
   vectorised direct sum.

    python benchmarks/dynamics.py [qubit] [chain] [register] [memory]
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import qutip
from scipy.linalg import expm
from threadpoolctl import threadpool_limits

from oqnn.dynamics import (
    ConstantControls,
    ControlledGenerator,
    RegisterGenerator,
    evolve,
    evolve_lindblad,
    solve_volterra,
    solve_volterra_directly,
)

ROOT = Path(__file__).parent
PEER = ROOT.parent / ".venv-dynamiqs" / "bin" / "python"
REPEATS = 5
GOAL = 1e-8  # error of a spin chain
SX, SZ, LOWER = (
    qutip.sigmax(),
    qutip.sigmaz(),
    qutip.basis(2, 1) * qutip.basis(2, 0).dag(),
)


def timed(call: Callable[[], Any], repeats: int = REPEATS) -> tuple[Any, float, float]:
    """Return the last value, seconds of the first call, and of the best later one."""
    seconds = []
    for _ in range(1 + repeats):
        start = time.perf_counter()
        value = call()
        seconds.append(time.perf_counter() - start)
    return value, seconds[0], min(seconds[1:] or seconds)


def line(name: str, first: float, warm: float, error: float, rest: str = "") -> None:
    """Print one row of a table."""
    print(f"  {name:<34}{first:10.4f} s{warm:10.4f} s{error:12.1e}   {rest}")


def heading(text: str) -> None:
    """Print the title of a table and its columns."""
    print(f"\n{text}\n  {'':<34}{'first':>12}{'best warm':>12}{'error':>12}")


# -- 1. many couplings of a qubit ---------------------------------------------------


def qubit() -> None:
    """H = (D/2) σ_x with jump √g σ_z from e: ⟨σ_z⟩ in closed form."""
    heading("Driven qubit, 500 couplings × 201 times")
    drives, times, rate = np.linspace(0.5, 5, 500), np.linspace(0, 20, 201), 0.1
    W = np.sqrt(drives[:, None] ** 2 - rate**2)
    exact = np.exp(-rate * times) * (np.cos(W * times) + rate / W * np.sin(W * times))
    H = drives[:, None, None] / 2 * SX.full()
    jumps, rho0 = [np.sqrt(rate) * SZ.full()], np.diag([1.0, 0])

    def ours() -> np.ndarray:
        result = evolve_lindblad(H, rho0, times, jumps, e_ops=[SZ.full()])
        return result.expect["0"].real

    sz, first, best = timed(ours, 20)
    line("oqnn.evolve_lindblad", first, best, abs(sz - exact).max())
    for tolerance in (None, 1e-12):
        options = {"progress_bar": ""}
        if tolerance:
            options |= {"atol": tolerance / 10, "rtol": tolerance, "nsteps": 10**6}

        def loop(options: dict = options) -> np.ndarray:
            start, c_ops = qutip.ket2dm(qutip.basis(2, 0)), [np.sqrt(rate) * SZ]
            runs = (
                qutip.mesolve(
                    D / 2 * SX, start, times, c_ops, e_ops=[SZ], options=options
                )
                for D in drives
            )
            return np.array([run.expect[0] for run in runs])

        sz, first, warm = timed(loop, 1)
        name = f"qutip loop, {f'tolerance {tolerance}' if tolerance else 'as it comes'}"
        error = abs(sz - exact).max()
        line(name, first, warm, error, f"{warm / best:.0f} × oqnn's warm time")
    if not PEER.exists():
        print("  dynamiqs is not installed: run `make bench`")
        return
    problem = {"drives": drives.tolist(), "times": times.tolist(), "rate": rate}
    found = subprocess.run(
        [PEER, ROOT / "peers" / "dynamiqs_qubit.py"],
        input=json.dumps(problem),
        capture_output=True,
        text=True,
        check=True,
    )
    for name, run in json.loads(found.stdout).items():
        error = abs(np.array(run["sz"]) - exact).max()
        ratio = f"{run['warm'] / best:.1f} × oqnn's warm time"
        line(f"dynamiqs, {name}", run["first"], run["warm"], error, ratio)


# -- 2. spin chains -----------------------------------------------------------------


def chain(n: int) -> tuple[qutip.Qobj, list[qutip.Qobj]]:
    """Return H = −Σ σ_zσ_z − 0.7 Σ σ_x and jumps √0.1 σ₋, √0.05 σ_z on each."""

    def at(operator: qutip.Qobj, site: int) -> qutip.Qobj:
        factors = [operator if i == site else qutip.qeye(2) for i in range(n)]
        return qutip.tensor(factors)

    H = -sum(at(SZ, i) * at(SZ, i + 1) for i in range(n - 1))
    H = H - 0.7 * sum(at(SX, i) for i in range(n))
    jumps = [np.sqrt(0.1) * at(LOWER, i) for i in range(n)]
    return H, jumps + [np.sqrt(0.05) * at(SZ, i) for i in range(n)]


def chains() -> None:
    """Six spins, then eight."""
    one_chain(6, repeats=3)
    one_chain(8, repeats=1)


def one_chain(n: int, repeats: int) -> None:
    """Each solver at its loosest tolerance with an error below 1e-8."""
    H, jumps = chain(n)
    rho0 = qutip.ket2dm(qutip.tensor([qutip.basis(2, 0)] * n))
    times = np.linspace(0, 5, 11)
    heading(f"Ising chain of {n} spins to t = 5, error at most {GOAL:g}")

    def ours(tolerance: float) -> np.ndarray:
        return evolve_lindblad(H, rho0, times, jumps, tol=tolerance).states[-1]

    def peer(tolerance: float, method: str) -> np.ndarray:
        options = {"method": method, "atol": tolerance / 10, "rtol": tolerance}
        options |= {"nsteps": 10**6, "progress_bar": "", "store_states": True}
        return qutip.mesolve(H, rho0, times, jumps, options=options).states[-1].full()

    reference = peer(1e-12, "vern9")
    best = loosest("oqnn.evolve_lindblad", ours, reference, repeats, None)
    methods = ["adams", "dop853", "vern7", "vern9"]
    if n == 6:
        methods += ["bdf", "lsoda"]  # these ask for 128 GiB on eight spins
    for method in methods:
        solver = partial(peer, method=method)
        loosest(f"qutip, {method}", solver, reference, repeats, best)


def loosest(
    name: str,
    solver: Callable[[float], np.ndarray],
    reference: np.ndarray,
    repeats: int,
    best: float | None,
) -> float:
    """Time a solver at the loosest tolerance that reaches the goal."""
    for tolerance in 10.0 ** np.arange(-7, -13, -0.5):
        error = abs(solver(tolerance) - reference).max()
        if error <= GOAL:
            _, first, warm = timed(partial(solver, tolerance), repeats)
            rest = f"tolerance {tolerance:.1g}"
            if best is not None:
                rest += f", {warm / best:.1f} × oqnn's warm time"
            line(name, first, warm, error, rest)
            return warm
    print(f"  {name:<34} does not reach {GOAL:g}")
    return np.inf


# -- 3. a register at many points ---------------------------------------------------


def register() -> None:
    """A qubit whose field depends on 16 levels, hopping on a line, 1000 drives."""
    heading("Register d = 2, n = 16, 1000 drives × 51 times")
    levels, times = np.linspace(-1, 1, 16), np.linspace(0, 10, 51)
    drift = RegisterGenerator(
        levels[:, None, None] * SZ.full(),
        {
            pair: np.sqrt(0.4) * np.eye(2)
            for i in range(15)
            for pair in ((i, i + 1), (i + 1, i))
        },
    )
    generator = ControlledGenerator(drift, [RegisterGenerator([SX.full() / 2] * 16)])
    drives, law = np.linspace(0, 3, 1000)[:, None], np.full(16, 1 / 16)
    rho0 = np.array([[0.7, 0.2 - 0.3j], [0.2 + 0.3j, 0.3]])

    def ours() -> np.ndarray:
        result = evolve(
            generator, rho0, times, controls=ConstantControls(drives), register_law=law
        )
        return result.states

    states, first, best = timed(ours, 2)
    few = np.arange(0, 1000, 100)

    def by_expm() -> np.ndarray:
        parts, step = generator.matrices(), times[1]
        out = []
        for (u,) in drives[few]:
            x = np.concatenate([p * coordinates(rho0) for p in law])
            propagator = expm((parts[0] + u * parts[1]) * step)
            track = [x]
            for _ in times[1:]:
                track.append(propagator @ track[-1])
            out.append(track)
        return np.array(out).reshape(len(few), len(times), 16, 4).sum(axis=2)

    def by_qutip() -> np.ndarray:
        return np.array(
            [register_in_qutip(drift, u, rho0, law, times) for (u,) in drives[few]]
        )

    tight = by_expm()
    line("oqnn.evolve", first, best, abs(coordinates(states[few]) - tight).max())
    _, first, warm = timed(by_expm, 2)
    share = 1000 / len(few)
    line(
        f"expm loop, {len(few)} of 1000, scaled",
        first * share,
        warm * share,
        0.0,
        f"{warm * share / best:.1f} × oqnn's warm time",
    )
    found, first, warm = timed(by_qutip, 1)
    line(
        f"qutip loop, {len(few)} of 1000, scaled",
        first * share,
        warm * share,
        abs(found - tight).max(),
        f"{warm * share / best:.0f} × oqnn's warm time",
    )


def coordinates(rho: np.ndarray) -> np.ndarray:
    """Return Tr(σ ρ)/√2 for 1, x, y, z."""
    paulis = [np.eye(2), SX.full(), qutip.sigmay().full(), SZ.full()]
    return np.einsum("aij,...ji->...a", np.array(paulis), rho).real / np.sqrt(2)


def register_in_qutip(
    drift: RegisterGenerator,
    u: float,
    rho0: np.ndarray,
    law: np.ndarray,
    times: np.ndarray,
) -> np.ndarray:
    """Return Bloch coordinates of the reduced state by QuTiP on the embedding."""
    H, jumps = drift.embedding()
    H = qutip.Qobj(H + u / 2 * np.kron(SX.full(), np.eye(16)))
    start = qutip.Qobj(np.kron(rho0, np.diag(law)))
    options = {"atol": 1e-10, "rtol": 1e-8, "nsteps": 10**6, "progress_bar": ""}
    run = qutip.mesolve(
        H.to("csr"),
        start,
        times,
        [qutip.Qobj(J).to("csr") for J in jumps],
        options=options,
    )
    full = np.array([state.full() for state in run.states]).reshape(
        len(times), 2, 16, 2, 16
    )
    return coordinates(np.einsum("tiaja->tij", full))


# -- 4. memory ----------------------------------------------------------------------


def memory() -> None:
    """Slope of log time against log N, and a direct sum at one N."""
    heading("Nakajima-Zwanzig, four components, kernel A exp(−t/2) on [0, 20]")
    counts = [10_000, 31_623, 100_000, 316_228, 1_000_000]
    seconds = []
    for n in counts:
        drift, kernel, exact = memory_problem(n)
        problem = (drift, kernel, np.eye(4)[0], 20 / n)
        x, first, warm = timed(lambda problem=problem: solve_volterra(*problem), 2)
        seconds.append(warm)
        line(f"oqnn.solve_volterra, N = {n}", first, warm, abs(x[-1] - exact).max())
        if n == 100_000:
            direct, first, slow = timed(
                lambda problem=problem: solve_volterra_directly(*problem), 0
            )
            rest = f"{slow / warm:.0f} × oqnn's warm time"
            line(
                "direct sum, the same N",
                first,
                slow,
                abs(direct[-1] - exact).max(),
                rest,
            )
    slope = np.polyfit(np.log(counts), np.log(seconds), 1)[0]
    print(f"  slope of log time against log N: {slope:.2f}")


def memory_problem(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return drift, kernel samples, and the exact end by an exponential twice as big.

    With y(t) = ∫ A e^{−(t−s)/2} x(s) ds: x′ = Mx + y and y′ = Ax − y/2.
    """
    rng = np.random.default_rng(1)
    spin = rng.normal(size=(2, 4, 4))
    drift = spin[0] - spin[0].T - 0.1 * np.eye(4)
    A = -0.3 * spin[1] @ spin[1].T
    times = np.linspace(0, 20, n + 1)
    kernel = A * np.exp(-times / 2)[:, None, None]
    both = np.block([[drift, np.eye(4)], [A, -0.5 * np.eye(4)]])
    return drift, kernel, expm(20 * both)[:4, 0]


TABLES = {"qubit": qubit, "chain": chains, "register": register, "memory": memory}


def main() -> None:
    """Run the tables named on the command line, all by default."""
    with threadpool_limits(1):
        for name in sys.argv[1:] or TABLES:
            TABLES[name]()


if __name__ == "__main__":
    main()
