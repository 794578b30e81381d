"""Time and memory of a learning epoch: matrices against none, kept against computed.

Rows of qubits in a register of random fields, with back-action of the hops and local
damping and dephasing; controls turn all qubits alike and change the hopping. Each case
runs in a process of its own, which reports its own peak of memory:

    python benchmarks/learning_scaling.py            # the table, minutes
    python benchmarks/learning_scaling.py 3 4 80 pure free
"""

import json
import resource
import subprocess
import sys
import time
from functools import reduce

import numpy as np

from oqnn.dynamics import RegisterGenerator
from oqnn.environments import (
    LearningRule,
    MatrixFree,
    ProtectionCost,
    RegisterEnvironment,
    field_channel,
    init,
    rate_channel,
    step,
)

SIGMA = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
DAMPING = np.array([[0, 0], [1, 0]])
XI, KAPPA, EPSILON, B, GAMMA, BOUND = 1.0, 0.2, 0.1, 0.5, 0.004, 8.0
MAIN = ("matrices", "free", "free, kept")
LIMIT = 1800  # seconds of a case

KINDS = {
    "matrices": None,
    "free": MatrixFree(),
    "free, kept": MatrixFree(checkpointed=False),
    "free, 32 columns": MatrixFree(columns=32),
}
STEPS = {1: 640, 2: 960, 3: 1440, 4: 1920}  # of neurons an epoch, for matrices too
Row = dict[str, float]
CASES = [
    *((q, n, 80, "pure", kind) for q in (1, 2, 3) for n in (1, 4, 8) for kind in MAIN),
    *((2, 4, slices, "pure", kind) for slices in (40, 160) for kind in MAIN),
    *((q, 4, 80, "code", kind) for q in (3, 4) for kind in KINDS),
    *((4, n, 80, "code", "free") for n in (1, 8)),
    *((4, 4, 80, "pure", kind) for kind in KINDS),
]


def on(qubit: int, operator: np.ndarray, qubits: int) -> np.ndarray:
    """Return an operator of one qubit on all of them."""
    factors = [np.eye(2)] * qubits
    factors[qubit] = operator
    return reduce(np.kron, factors)


def qubits_in_register(qubits: int, n: int, seed: int = 0) -> RegisterEnvironment:
    """Return qubits in n levels, in each of which every qubit feels its own field."""
    rng = np.random.default_rng(seed)
    local = np.array([[on(q, s, qubits) for s in SIGMA] for q in range(qubits)])
    axes = rng.normal(size=(n, qubits, 3))
    axes /= np.linalg.norm(axes, axis=2, keepdims=True)
    fields = XI / 2 * np.tensordot(axes, local, 2)
    one, d = np.eye(2**qubits), 2**qubits
    hops = {
        (i, j): np.sqrt(KAPPA / (n - 1))
        * (one + EPSILON * np.tensordot(axes[i] - axes[j], local, 2))
        for i in range(n)
        for j in range(n)
        if i != j
    }
    damping = [np.sqrt(GAMMA) * on(q, DAMPING, qubits) for q in range(qubits)]
    dephasing = [np.sqrt(GAMMA / 2) * z for z in local[:, 2]]
    jumps = hops | {(i, i): [*damping, *dephasing] for i in range(n)}
    turns = local.sum(axis=0) / 2
    channels = {a: field_channel(t, n) for a, t in zip("xyz", turns, strict=True)}
    bounds = dict.fromkeys("xyz", BOUND)
    if n > 1:
        channels["hopping"] = rate_channel(hops, n, d)
        bounds["hopping"] = B
    return RegisterEnvironment(RegisterGenerator(fields, jumps), channels, bounds)


def measure(qubits: int, n: int, slices: int, states: str, kind: str) -> Row:
    """Return seconds of the first and of a warm epoch, and the growth of peak memory.

    Protects all pure states, or those of a random two-dimensional code.
    """
    environment = qubits_in_register(qubits, n)
    d = 2**qubits
    code = np.linalg.qr(np.random.default_rng(1).normal(size=(d, 2)))[0]
    cost = ProtectionCost(subspace=code if states == "code" else None)
    rule = LearningRule(slices=slices, resolution=STEPS[qubits] // slices // 2 * 2)
    state = init(rule.random_weights(0)[None])
    method = KINDS[kind]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = []
    for _ in range(2):
        start = time.perf_counter()
        if method is None:
            step(state, environment, rule, cost, matrix_free=False)
        else:
            method(state, environment, rule, cost)
        seconds.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "steps": rule.resolution * slices,
        "first": seconds[0],
        "warm": seconds[1],
        "GiB": (peak - before) / 2**20,
    }


def in_a_process(case: tuple[int, int, int, str, str]) -> Row | str:
    """Measure one case, or say why it has no numbers."""
    words = [sys.executable, __file__, *map(str, case)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return f"more than {LIMIT} s"
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["killed, out of memory"])[-1]
    row: Row = json.loads(done.stdout)
    return row


def main() -> None:
    """Print the table, or one case as JSON."""
    if len(sys.argv) > 1:
        q, n, slices, states, kind = sys.argv[1:]
        print(json.dumps(measure(int(q), int(n), int(slices), states, kind)))
        return
    print("seconds of an epoch, first call with compilation and warm; peak memory")
    for case in CASES:
        found = in_a_process(case)
        name = "d = {:2d}, n = {}, {:3d} slices, {:4s}, {:16s}".format(
            2 ** case[0], *case[1:]
        )
        if isinstance(found, str):
            print(f"{name}: {found}", flush=True)
            continue
        print(
            f"{name}: {found['steps']:.0f} steps, {found['first']:7.2f} "
            f"{found['warm']:8.3f} s, {found['GiB']:6.2f} GiB",
            flush=True,
        )


if __name__ == "__main__":
    main()
