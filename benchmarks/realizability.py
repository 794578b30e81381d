"""Laws of spins for many states: linear programs and matrix products beside descent.

Everything in one run, on one thread, first call and best warm one, in processor time,
so that other programs matter little:

1. orbit: the thousand two-qubit states of Pehle and Wetterich's Fig. 3, that is CNOT,
   H ⊗ 1 and T ⊗ 1 in turn from a random mixed state, which all have laws;
2. pure: two-qubit states of the Haar measure, half of which have none;
3. three: random mixed states of three qubits;
4. edge: the same gates from |00⟩, and the step that leaves what spins can carry.

The peers are `realize_many_by_gradient` on all states in one batch and on one by one,
both compiled, and the descent of the paper as one writes it in NumPy. They stop at a
loss of 1e-10, or after ten thousand iterations. "States" are those timed; times are
per state, without compilation in "warm". The loss is that of the worst state that has
a law, as summed up again from the law.

    python benchmarks/realizability.py [orbit] [pure] [three] [edge]
"""

import os
import sys
import time
from collections.abc import Callable
from functools import partial

os.environ.setdefault(
    "XLA_FLAGS",
    "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
)

import numpy as np
from threadpoolctl import threadpool_limits

from oqnn.encoding import (
    CorrelationMap,
    gate_unitary,
    realize,
    realize_by_gradient,
    realize_many,
    realize_many_by_gradient,
    run_circuit,
)

REPEATS = 5
RATES = {"adam": 0.01, "descent": 0.3}
CYCLE = [("CNOT", 0, 1), ("H", 0), ("T", 0)]


def random_states(
    rng: np.random.Generator, n: int, count: int, rank: int
) -> np.ndarray:
    """Return states of the Haar measure on a purification of the given rank."""
    shape = (count, 2**n, rank)
    factors = rng.normal(size=shape) + 1j * rng.normal(size=shape)
    rhos = factors @ factors.conj().mT
    return rhos / np.trace(rhos, axis1=1, axis2=2)[:, None, None]


def orbit(rho: np.ndarray, steps: int) -> np.ndarray:
    """Return a state and those after each of the gates, in turn."""
    gates = [gate_unitary(gate, 2, qubits) for gate, *qubits in CYCLE]
    states = [rho]
    for k in range(steps - 1):
        U = gates[k % 3]
        states.append(U @ states[-1] @ U.conj().T)
    return np.array(states)


def by_programs(states: np.ndarray) -> np.ndarray:
    """Realize one by one; NaN where there is no law."""
    size = 8 ** (len(states[0]).bit_length() - 1)
    laws = [realize(rho).law for rho in states]
    return np.array([np.full(size, np.nan) if p is None else p.dense() for p in laws])


def by_descent(states: np.ndarray, method: str) -> np.ndarray:
    """Descend in one batch."""
    found = realize_many_by_gradient(states, method=method, progress=False)
    return np.array([one.q**2 / (one.q @ one.q) for one in found])


def by_descents(states: np.ndarray, method: str) -> np.ndarray:
    """Descend one by one, compiled."""
    found = [realize_by_gradient(rho, method=method) for rho in states]
    return np.array([one.q**2 / (one.q @ one.q) for one in found])


def plainly(states: np.ndarray) -> np.ndarray:
    """Descend one by one, as one writes it."""
    n = len(states[0]).bit_length() - 1
    A, rng = CorrelationMap(n).signs, np.random.default_rng(1)
    laws = []
    for rho in states:
        chi = CorrelationMap(n).chi_from_state(rho).reshape(-1)
        q = rng.normal(size=8**n) / np.sqrt(8**n)
        for _ in range(10_000):
            size = q @ q
            p = q**2 / size
            gap = A @ p - chi
            if gap @ gap / 2**n < 1e-10:
                break
            g = 2 / 2**n * (A.T @ gap)
            q = q - RATES["descent"] * 2 * q * (g - p @ g) / size
        laws.append(p)
    return np.array(laws)


def timed(call: Callable[[], np.ndarray], repeats: int) -> tuple[np.ndarray, list]:
    """Return the laws, and the processor seconds of the first and best later call."""
    seconds = []
    for _ in range(1 + repeats):
        start = time.process_time()
        laws = call()
        seconds.append(time.process_time() - start)
    return laws, [seconds[0], min(seconds[1:])]


def worst_loss(laws: np.ndarray, states: np.ndarray, has_law: np.ndarray) -> float:
    """Return the largest loss (14) among the states that have a law."""
    n = len(states[0]).bit_length() - 1
    chi = CorrelationMap(n).chi_from_state(states).reshape(len(states), -1)
    losses = ((laws @ CorrelationMap(n).signs.T - chi) ** 2).sum(axis=1) / 2**n
    return losses[has_law[: len(states)]].max()


def table(title: str, states: np.ndarray, counts: dict[str, int]) -> None:
    """Time every route on the first states of a list, and print."""
    routes: dict[str, Callable] = {
        "realize_many": realize_many,
        "realize": by_programs,
        "Adam, one batch": partial(by_descent, method="adam"),
        "descent, one batch": partial(by_descent, method="descent"),
        "Adam, one by one": partial(by_descents, method="adam"),
        "descent, one by one": partial(by_descents, method="descent"),
        "descent in NumPy": plainly,
    }
    has_law = ~np.isnan(realize_many(states)[:, 0])
    print(f"\n{title}: {has_law.sum()} of {len(states)} have a law\n")
    print(f"{'route':<20} states   first call   warm a state   times     worst loss")
    base = None
    for name, route in routes.items():
        chosen = states[: counts.get(name, len(states))]
        laws, (first, warm) = timed(
            partial(route, chosen), REPEATS if name in counts or base is None else 2
        )
        each = warm / len(chosen)
        base = base or each
        loss = worst_loss(laws, chosen, has_law)
        print(
            f"{name:<20} {len(chosen):>6} {first:>10.2f} s {each * 1e6:>11.1f} µs "
            f"{each / base:>7.1f} {loss:>14.1e}",
            flush=True,
        )


def edge() -> None:
    """Print the paper's gates from |00⟩ until no law is left."""
    print("\nCNOT, H ⊗ 1, T ⊗ 1 in turn from |00⟩\n")
    circuit = run_circuit(CYCLE * 2, np.eye(4)[0])
    print(circuit)
    print(f"the first state without a law: step {circuit.leaves_at}")


def main() -> None:
    """Print the tables asked for, or all."""
    wanted = sys.argv[1:] or ["orbit", "pure", "three", "edge"]
    rng = np.random.default_rng(3)
    single = ("realize", "Adam, one by one", "descent, one by one", "descent in NumPy")
    with threadpool_limits(1):
        if "orbit" in wanted:
            (rho,) = random_states(rng, 2, 1, 4)
            table("orbit", orbit(rho, 1000), dict.fromkeys(single[1:], 100))
        if "pure" in wanted:
            table("pure", random_states(rng, 2, 100, 1), dict.fromkeys(single, 20))
        if "three" in wanted:
            table("three", random_states(rng, 3, 100, 8), dict.fromkeys(single, 20))
        if "edge" in wanted:
            edge()


if __name__ == "__main__":
    main()
