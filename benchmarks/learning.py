"""What an epoch costs: our costates beside reverse mode, dynamiqs and qutip-qoc.

Everything in one run, on one thread, first call (with compilation) and best warm one,
in processor time, so that other programs matter little:

1. epochs of the reference setting, one learner and eight;
2. one gradient of the reference cost: costates, plain reverse-mode JAX through the same
   steps with and without checkpoints, and jax.grad through ``dynamiqs.mesolve``, each
   with the distance of its cost and gradient from those at fine steps;
3. pulses instead of neurons: a gradient of piecewise-constant controls in qutip-qoc;
4. time and memory as the system, the register and the number of slices grow.

    python benchmarks/learning.py [epochs] [gradient] [pulses] [scaling]

dynamiqs runs in `.venv-dynamiqs` (``make bench``), qutip-qoc in `.venv-qutip-qoc`;
where an environment is missing its rows are left out.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import qutip
from threadpoolctl import threadpool_limits

from oqnn._core.jax64 import in_double_precision
from oqnn.dynamics import RegisterGenerator
from oqnn.environments import (
    CARDINAL_STATES,
    Environment,
    LearningRule,
    ProtectionCost,
    ReferenceEnvironment,
    RegisterEnvironment,
    field_channel,
    init,
    least_resolution,
    step,
)
from oqnn.environments.cost import overlap_columns
from oqnn.environments.exponential_jax import exponential
from oqnn.environments.learning_jax import Problem, _propagators, epoch, neuron_path
from oqnn.environments.matrix_free import MatrixFree, block_problem
from oqnn.environments.matrix_free_jax import block_epoch
from oqnn.environments.problem import learning_problem

ROOT = Path(__file__).parent
DYNAMIQS = ROOT.parent / ".venv-dynamiqs" / "bin" / "python"
QUTIP_QOC = ROOT.parent / ".venv-qutip-qoc" / "bin" / "python"
TOLERANCES = (1e-6,)
EPOCHS = 25
FINE = 64  # steps a slice of the value that others are compared with


def timed(call: Callable[[], Any], repeats: int) -> tuple[Any, float, float]:
    """Return the last value, seconds of the first call, and of the best later one."""
    seconds = []
    for _ in range(1 + repeats):
        start = time.process_time()
        value = jax.block_until_ready(call())
        seconds.append(time.process_time() - start)
    return value, seconds[0], min(seconds[1:])


# -- 1. epochs ----------------------------------------------------------------------


def epochs() -> None:
    """Seconds for a thousand epochs of the reference setting."""
    print("\nReference setting, 1000 epochs")
    environment, rule, cost = ReferenceEnvironment(), LearningRule(), ProtectionCost()
    for learners in (1, 8):
        start = init(np.array([rule.random_weights(seed) for seed in range(learners)]))
        call = partial(step, start, environment, rule, cost, epochs=EPOCHS)
        _, first, warm = timed(call, 3)
        together = 1000 / EPOCHS * warm
        print(
            f"  {learners} learner(s): {together:6.2f} s together, "
            f"{together / learners:5.2f} s each; compilation {first - warm:.1f} s once"
        )


# -- 2. one gradient ----------------------------------------------------------------


def plain_cost(problem: Problem, W: Any, q: int, *, checkpoint: bool) -> Any:
    """J of one epoch from y = 0, slice by slice, for reverse mode to go through."""
    k, width = problem.parts.shape[0] - 1, problem.period / len(W)
    dt = width / q
    rule = np.ones(q + 1)
    rule[1:-1:2], rule[2:-1:2] = 4, 2

    def one(carry: tuple, inputs: tuple) -> tuple:
        (y, X), (W, weight) = carry, inputs
        nodes = neuron_path(W[None], y, problem.tau, width, q)[0]
        for P in _propagators(problem, nodes[None, :, :k], 2 * dt)[0]:
            X = P @ X
        lost = weight * (1 - (X * problem.targets).sum() - problem.constant)
        energy = (jnp.asarray(rule) * (nodes**2).sum(-1)).sum() * dt / 3
        return (nodes[-1], X), lost + problem.cost_controls / 2 * energy

    body = jax.checkpoint(one) if checkpoint else one
    start = (jnp.zeros(W.shape[1]), jnp.asarray(problem.columns))
    terms = jax.lax.scan(body, start, (W, jnp.asarray(problem.readouts)))[1]
    return terms.sum() + (W**2).sum() * width * problem.cost_weights / 2


@in_double_precision
def kinds(
    environment: Environment, rule: LearningRule, cost: ProtectionCost
) -> dict[str, Callable[[Any], tuple]]:
    """Return functions W → (J, ∂J/∂W) to compile."""
    problem, y0 = (
        learning_problem(environment, rule, cost, None),
        np.zeros(rule.neurons),
    )
    q, width = rule.resolution, rule.period / rule.slices
    found: dict[str, Callable] = {"costates": lambda W: epoch(problem, W, y0, q)}
    blocks, active = block_problem(environment, rule, cost, None)
    blocks = jax.tree.map(jnp.asarray, blocks)
    for name, flag in (("matrix-free", False), ("matrix-free, checkpoints", True)):
        numerics = MatrixFree(checkpointed=flag)._numerics(rule, active)
        found[name] = lambda W, numerics=numerics: block_epoch(blocks, numerics, W, y0)
    scaled = {
        name: lambda W, f=f: (f(W).cost, f(W).gradient * width)
        for name, f in found.items()
    }
    for name, flag in (("reverse mode", False), ("reverse mode, checkpoints", True)):
        plain = partial(plain_cost, problem, q=q, checkpoint=flag)
        scaled[name] = jax.value_and_grad(plain)
    return scaled


@in_double_precision
def measured(
    function: Callable[[Any], tuple], W: np.ndarray, repeats: int
) -> tuple[tuple, float, float, float]:
    """Return the value, seconds of a first and a warm call, and MB in between.

    The memory is that of all intermediate arrays, as the compiler plans them.
    """
    start = time.process_time()
    compiled = jax.jit(function).lower(W).compile()
    jax.block_until_ready(compiled(W))
    first = time.process_time() - start
    memory = compiled.memory_analysis().temp_size_in_bytes / 2**20
    value, again, warm = timed(partial(compiled, W), repeats)
    J, slope = (np.asarray(part) for part in value)
    return (float(J), slope), first, min(again, warm), memory


def line(
    name: str, first: float, warm: float, errors: tuple, memory: float, rest: str
) -> None:
    """Print one row of the table of gradients."""
    print(
        f"  {name:<34}{first:8.2f} s{1e3 * warm:9.1f} ms{errors[0]:10.0e}"
        f"{errors[1]:10.0e}{memory:9.1f}   {rest}"
    )


def gradient() -> None:
    """Costates, reverse mode and dynamiqs for the same cost."""
    environment, rule, cost = ReferenceEnvironment(), LearningRule(), ProtectionCost()
    print("\nOne gradient of the reference cost, 80 × 4 × 5 weights")
    print(
        f"  {'':<34}{'first':>10}{'best warm':>12}{'cost off':>10}{'slope off':>10}"
        f"{'MB':>9}"
    )
    W = rule.random_weights(0)
    fine = kinds(environment, replace(rule, resolution=FINE), cost)["costates"]
    exact = measured(fine, W, 1)[0]

    def errors(value: float, slope: Any) -> tuple[float, float]:
        scale = np.abs(exact[1]).max()
        return abs(value - exact[0]), np.abs(slope - exact[1]).max() / scale

    best = None
    for name, function in kinds(environment, rule, cost).items():
        found, first, warm, memory = measured(function, W, 20)
        best = best or warm
        rest = f"{warm / best:.1f} × costates"
        line(f"oqnn, {name}", first, warm, errors(*found), memory, rest)
    if not DYNAMIQS.exists():
        print("  dynamiqs is not installed: run `make bench`")
        return
    for name, run in in_dynamiqs(environment, rule, cost).items():
        off = errors(run["cost"], np.array(run["gradient"]))
        rest = f"{run['warm'] / best:.0f} × costates; MB of the process"
        label = f"dynamiqs, {name}"
        line(label, run["first"], run["warm"], off, run["peak_MB"], rest)


def pairs(array: Any) -> list:
    """Return real and imaginary parts, for JSON."""
    array = np.asarray(array)
    return [array.real.tolist(), array.imag.tolist()]


def in_dynamiqs(
    environment: ReferenceEnvironment, rule: LearningRule, cost: ProtectionCost
) -> dict:
    """Return what dynamiqs makes of the same epoch on S ⊗ C^n."""
    n, generator = environment.n_levels, environment.generator()
    fields = [c.embedding()[0] for c in generator.channels[:3]]
    hops, local = [], []
    for (i, j), operators in generator.drift.jumps.items():
        place = np.zeros((n, n))
        place[i, j] = 1
        own = [np.kron(R, place) for R in operators]
        (local if i == j else hops).extend(own)
    one, law = np.eye(n), np.diag(environment.register_law)
    problem = {
        "H": pairs([generator.drift.embedding()[0], *fields]),
        "hops": pairs(hops),
        "local": pairs(local),
        "starts": pairs([np.kron(rho, law) for rho in CARDINAL_STATES]),
        "targets": pairs([np.kron(rho, one) for rho in CARDINAL_STATES]),
        "readouts": (rule.period * np.array(cost.readouts)).tolist(),
        "weights": rule.random_weights(0).tolist(),
        "b": environment.b,
        "tau": rule.tau,
        "q": rule.resolution,
        "width": rule.period / rule.slices,
        "dt": rule.period / (rule.slices * rule.resolution),
        "c_y": cost.controls,
        "c_W": cost.network,
        "tolerances": TOLERANCES,
        "repeats": 1,
    }
    return in_its_own(DYNAMIQS, "dynamiqs_learning.py", problem)


def in_its_own(python: Path, script: str, problem: dict) -> dict:
    """Run a peer in its own environment, on one thread."""
    one = {"OMP_NUM_THREADS": "1", "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"}
    found = subprocess.run(
        [python, ROOT / "peers" / script],
        input=json.dumps(problem),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **one},
    )
    return json.loads(found.stdout)


# -- 3. pulses ----------------------------------------------------------------------


def pulses() -> None:
    """One gradient of a gate's infidelity by 20 constant pulses in each channel."""
    print("\nPulses: Hadamard in T = 2, 20 pulses in each of four channels")
    environment, slices, period = ReferenceEnvironment(), 20, 2.0
    target = np.array([[1, 1], [1, -1]]) / np.sqrt(2)
    cost = ProtectionCost(target=target, readouts=(1.0,))
    start = np.random.default_rng(0).uniform(-1, 1, (slices, 4))
    call = pulse_gradient(environment, cost, period, slices)
    _, first, warm = timed(partial(call, start), 20)
    print(f"  {'oqnn, reverse mode':<34}{first:8.2f} s{1e3 * warm:9.1f} ms")
    if not QUTIP_QOC.exists():
        print("  qutip-qoc is not installed: give it a .venv-qutip-qoc of its own")
        return
    parts = environment.generator().matrices()
    problem = {"parts": parts.tolist(), "start": start.tolist(), "period": period}
    run = in_its_own(QUTIP_QOC, "qutip_qoc_pulses.py", problem)
    print(
        f"  {'qutip-qoc, GRAPE':<34}{run['first']:8.2f} s{1e3 * run['each']:9.1f} ms"
        f"   {run['each'] / warm:.0f} × oqnn's; in all {run['calls']} gradients of its"
        " own distance to a map of system and register"
    )


def pulse_gradient(
    environment: Environment, cost: ProtectionCost, period: float, slices: int
) -> Callable[[np.ndarray], tuple]:
    """Return value and gradient of the infidelity over pulses (slices, k)."""
    parts = environment.generator().matrices()
    columns, targets, constant = overlap_columns(cost, environment)
    width = period / slices
    size = np.linalg.norm(parts, ord=2, axis=(1, 2)).sum() * width
    squarings = int(np.ceil(np.log2(size / 0.03)))

    def infidelity(y: Any) -> Any:
        L = parts[0] + jnp.tensordot(y, parts[1:], 1)
        steps = exponential(L * width, squarings)
        end = jax.lax.scan(lambda X, P: (P @ X, None), jnp.asarray(columns), steps)[0]
        return 1 - (end * targets).sum() - constant

    return in_double_precision(jax.jit(jax.value_and_grad(infidelity)))


# -- 4. scaling ---------------------------------------------------------------------


def device(d: int, n: int) -> RegisterEnvironment:
    """Return a spin in n random fields with hopping, steered along x and y."""
    rng = np.random.default_rng(10 * d + n)
    a = rng.normal(size=(n, d, d)) + 1j * rng.normal(size=(n, d, d))
    fields = (a + a.conj().mT) / (2 * np.sqrt(d))
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
    hops = dict.fromkeys(pairs, np.sqrt(0.2 / (n - 1)) * np.eye(d))
    x, y = (qutip.jmat((d - 1) / 2, axis).full() for axis in "xy")
    channels = {"x": field_channel(x, n), "y": field_channel(y, n)}
    return RegisterEnvironment(RegisterGenerator(fields, hops), channels, 4.0)


def scaling() -> None:
    """Time and memory of a gradient against d, n and the number of slices."""
    print("\nOne gradient in epochs of T = slices/10: warm milliseconds, and MB")
    cases = [(2, 4, 80), (2, 4, 320), (2, 8, 80), (3, 4, 80), (4, 4, 80)]
    head = None
    for d, n, slices in cases:
        environment = device(d, n)
        parts = environment.generator().matrices()
        least = least_resolution(parts, LearningRule.tau, 0.1)
        rule = LearningRule(
            neurons=2, period=slices / 10, slices=slices, resolution=max(8, least)
        )
        functions = kinds(environment, rule, ProtectionCost())
        if head is None:
            head = "".join(f"{name:>27}" for name in functions)
            print(f"  {'d':>3}{'n':>3}{'slices':>7}{head}")
        cells = ""
        for function in functions.values():
            _, _, warm, memory = measured(function, rule.random_weights(0), 5)
            cells += f"{1e3 * warm:>14.1f} ms{memory:>7.1f} MB"
        print(f"  {d:>3}{n:>3}{slices:>7}{cells}", flush=True)


TABLES = {
    "epochs": epochs,
    "gradient": gradient,
    "pulses": pulses,
    "scaling": scaling,
}


def main() -> None:
    """Run the tables named on the command line, all by default."""
    with threadpool_limits(1):
        for name in sys.argv[1:] or TABLES:
            TABLES[name]()


if __name__ == "__main__":
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"  # one thread
    main()
