"""Forward and backward through spiking networks: oqnn, a plain scan, Norse.

The gradient of the correlation loss of six spins with respect to all weights, n = 64
neurons, m = 128 sources, single precision, everything in one run:

1. agreement: spikes and gradient of oqnn and of Norse in double precision;
2. speed: T = 10⁴ and 10⁵ steps, 1 and 16 chains; first call, with compilation, and best
   warm one; the share of the machine's rate of matrix products, of which the step needs
   2nm + 2n² forward and as many backward, and 2n² more where recurrent spikes are
   followed; and the memory at the peak above that of the sources (a byte each);
3. sampling: a million steps of 100 chains together.

One core is timed in processor time, so that other programs matter little, two in wall
time.

    python benchmarks/lif.py [agree] [speed] [sampling]

Norse runs in `.venv-norse` (``make .venv-norse/.ready``); where it is missing its rows
are left out. Its memory grows with T: what would not fit, or not end in three minutes,
is scaled up from 10⁴ steps and marked ~.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from oqnn.spiking import measure
from oqnn.spiking.network import LIFNetwork

ROOT = Path(__file__).parent
NORSE = ROOT.parent / ".venv-norse" / "bin" / "python"
N, M = 64, 128
CHUNKS = {1: 2000, 16: 250}  # steps
PATIENCE = 180.0  # seconds of a run of Norse
SPINS = [(q,) for q in range(6)]
PRODUCTS = (*SPINS, *((a, b) for a in range(3) for b in range(3, 6)))
TARGETS = np.linspace(-0.5, 0.5, len(PRODUCTS))
Row = dict[str, float]


def some_weights(n: int, m: int) -> list[np.ndarray]:
    """Return weights with which neurons are active on about half of the steps."""
    rng = np.random.default_rng(1)
    inputs = rng.normal(size=(n, m)) + 2.0 / m
    return [inputs, rng.normal(size=(n, n)) * 3 / np.sqrt(n)]


def in_a_process(python: str | Path, script: str, case: dict) -> dict:
    """Run a script in a process of its own, on one JSON object."""
    found = subprocess.run(
        [python, ROOT / script],
        input=json.dumps(case),
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode:
        raise SystemExit(f"{script} failed:\n{found.stderr[-2000:]}")
    return json.loads(found.stdout)


# -- 1. agreement -------------------------------------------------------------------


def agree() -> None:
    """Compare spikes and gradients with those of Norse, where spikes are followed."""
    if not NORSE.exists():
        print("Norse is missing: run make .venv-norse/.ready")
        return
    import jax
    import jax.numpy as jnp

    from oqnn._core.jax64 import in_double_precision
    from oqnn.spiking import LIFParameters
    from oqnn.spiking.kernels.lif_jax import Detach, Weights, rest, scan_steps
    from oqnn.spiking.kernels.product_sums_jax import product_means

    steps, batch = 100, 2
    rng = np.random.default_rng(2)
    weights = some_weights(N, M)
    counts = (rng.random((steps, batch, M)) < 0.7).astype(float)
    # Norse's currents jump before its voltages move: a step earlier than ours.
    later = np.concatenate([np.zeros_like(counts[:1]), counts[:-1]])

    @in_double_precision
    def ours() -> tuple[Weights, np.ndarray]:
        def loss(weights: Weights) -> tuple:
            z = scan_steps(
                LIFParameters(),
                weights,
                rest(LIFParameters(), batch, N),
                counts,
                1.0,  # Norse 1.1 takes no account of its own α
                Detach(reset=True, recurrent=False),
            )[1]
            return ((product_means(z, PRODUCTS) - TARGETS) ** 2).sum() / 4, z

        found, z = jax.grad(loss, has_aux=True)(Weights(*map(jnp.asarray, weights)))
        return jax.tree.map(np.asarray, found), np.asarray(z)

    gradient, z = ours()
    case = {
        "weights": [w.tolist() for w in weights],
        "sources": later.tolist(),
        "targets": TARGETS.tolist(),
        "threads": 1,
    }
    found = in_a_process(NORSE, "peers/norse_lif.py", case)
    differ = int((np.array(found["active"]) != np.asarray(z)).sum())
    print(f"\nNorse, {steps} steps of {batch} chains, in double precision")
    print(f"  spikes that differ       {differ} of {int(z.sum())}")
    for name in ("inputs", "recurrent"):
        mine = np.asarray(getattr(gradient, name))
        off = np.abs(np.array(found[name]) - mine).max() / np.abs(mine).max()
        print(f"  gradient, {name:<15}{off:.0e} of its largest number")


# -- 2. speed -----------------------------------------------------------------------


def matrix_rate(threads: int) -> float:
    """Return floating-point operations a second of a large matrix product."""
    size = 2048
    a, b = np.random.default_rng(0).random((2, size, size), dtype=np.float32)
    out = np.empty_like(a)
    clock = time.process_time if threads == 1 else time.perf_counter
    seconds = []
    with threadpool_limits(threads):
        for _ in range(8):
            start = clock()
            np.matmul(a, b, out=out)
            seconds.append(clock() - start)
    return 2 * size**3 / min(seconds)


def row(name: str, found: Row, steps: int, work: float = 0, rest: str = "") -> None:
    """Print one line; `work` is the time that matrix products alone would take."""
    mark = "~" if found.get("scaled") else " "
    share = f"{100 * work / found['warm']:5.0f} %" if work else " " * 7
    print(
        f"  {name:<36}{found['first']:9.2f} s{mark}{found['warm']:9.3f} s"
        f"{1e6 * found['warm'] / steps:9.2f} µs{share}{found['peak_MB']:8.0f} MB"
        f"  {rest}",
        flush=True,
    )


def norse_rows(batch: int, steps: int, known: dict[int, Row]) -> Row | None:
    """Time Norse on one and on two threads; return the best."""
    if not NORSE.exists():
        return None
    best = None
    for threads in (1, 2):
        before = known.get(threads)
        factor = steps / 10_000
        if before and (
            before["warm"] * factor > PATIENCE
            or before["peak_MB"] * factor > free_MB() / 2
            or threads == 2
        ):
            found = {k: v * factor for k, v in before.items()} | {"scaled": 1}
        else:
            case = {
                "weights": [w.tolist() for w in some_weights(N, M)],
                "targets": TARGETS.tolist(),
                "steps": steps,
                "batch": batch,
                "threads": threads,
                "repeats": 1 if before else 3,
            }
            found = in_a_process(NORSE, "peers/norse_lif.py", case)
        known.setdefault(threads, found)
        row(f"Norse, {threads} thread{'s'[: threads - 1]}", found, steps)
        if best is None or found["warm"] < best["warm"]:
            best = found
    return best


def free_MB() -> float:
    """Return the memory that is free."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable"):
            return int(line.split()[1]) / 1024
    return 0.0


def speed() -> None:
    """Print the table of forward and backward."""
    rates = {threads: matrix_rate(threads) for threads in (1, 2)}
    print(
        "\nMatrix products of 2048² in single precision: "
        + ", ".join(f"{r / 1e9:.0f} GFlop/s on {t}" for t, r in rates.items())
    )
    for batch in (1, 16):
        known: dict[int, Row] = {}
        for steps in (10_000, 100_000):
            print(
                f"\nT = {steps}, {batch} chain{'s' if batch > 1 else ''}\n  {'':<36}"
                f"{'first':>11}{'best warm':>12}{'a step':>12}{'rate':>7}{'peak':>11}"
            )
            norse = norse_rows(batch, steps, known)
            for follow in (True, False):
                flops = steps * batch * (4 * N * M + (6 if follow else 4) * N * N)
                ours_and_plain(batch, steps, follow, flops, rates, norse)


def ours_and_plain(
    batch: int, steps: int, follow: bool, flops: float, rates: dict, norse: Row | None
) -> None:
    """Print the plain scan and oqnn on one core, and oqnn on two."""
    case = {
        "weights": [w.tolist() for w in some_weights(N, M)],
        "batch": batch,
        "steps": steps,
        "follow": follow,
        "chunk": CHUNKS[batch],
    }
    tail = "spikes followed" if follow else "detached"
    script = "parts/lif_case.py"
    plain = in_a_process(sys.executable, script, case | {"kind": "plain", "cores": 1})
    row(f"plain scan, {tail}", plain, steps, flops / rates[1])
    for cores, kind in ((1, "long"), (2, "long"), (1, "drawn")):
        if kind == "drawn" and follow:
            continue
        ours = in_a_process(
            sys.executable, script, case | {"kind": kind, "cores": cores}
        )
        if kind == "drawn":
            row("oqnn, detached, sources drawn", ours, steps)
            continue
        rest = f"{plain['warm'] / ours['warm']:.1f} × the plain scan"
        if norse and follow:
            rest += f", {norse['warm'] / ours['warm']:.0f} × Norse"
        name = f"oqnn, {tail}" + (", 2 cores" if cores == 2 else "")
        row(name, ours, steps, flops / rates[cores], rest)


# -- 3. sampling --------------------------------------------------------------------


def sampling() -> None:
    """Time measurements of a million steps."""
    print("\nMeasurement of 10⁶ steps in 100 chains, wall time on all cores")
    network = LIFNetwork(
        input_weights=some_weights(N, M)[0], recurrent_weights=some_weights(N, M)[1]
    )
    for precision in ("double", "single"):
        seconds = []
        for _ in range(2):
            start = time.perf_counter()
            measure(network, PRODUCTS, steps=10**6, precision=precision)
            seconds.append(time.perf_counter() - start)
        print(f"  {precision:<12}first {seconds[0]:6.2f} s   warm {seconds[1]:6.2f} s")


TABLES = {"agree": agree, "speed": speed, "sampling": sampling}


def main() -> None:
    """Run the tables named on the command line, all by default."""
    for name in sys.argv[1:] or TABLES:
        TABLES[name]()


if __name__ == "__main__":
    main()
