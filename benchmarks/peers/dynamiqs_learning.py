"""One epoch's gradient in dynamiqs; run by `benchmarks/learning.py` in its own venv.

Reads one JSON object from standard input: the Lindblad equation on S ⊗ C^n (complex
arrays as pairs of real ones), weights, and the constants of rule and cost. The neurons
are stepped by RK4 as in oqnn, and between nodes they are cubics; states go through
``dynamiqs.mesolve``, differentiated backward with checkpoints. Writes, for each
tolerance, processor seconds of the first and the best warm call, the cost, the gradient
and the peak memory.
"""

import json
import resource
import sys
import time
from collections.abc import Callable

import dynamiqs as dq
import jax
import jax.numpy as jnp
import numpy as np

MAX_STEPS = 20_000


def neuron_nodes(W: jax.Array, p: dict) -> tuple[jax.Array, ...]:
    """Return neurons at both ends of all steps and their slopes, (s q, k) each."""
    dt, tau, q = p["dt"], p["tau"], p["q"]

    def slope(W: jax.Array, y: jax.Array) -> jax.Array:
        return (jnp.tanh(W[:, 0] + W[:, 1:] @ y) - y) / tau

    def step(y: jax.Array, W: jax.Array) -> tuple:
        a = slope(W, y)
        b = slope(W, y + dt / 2 * a)
        c = slope(W, y + dt / 2 * b)
        d = slope(W, y + dt * c)
        new = y + dt / 6 * (a + 2 * b + 2 * c + d)
        return new, (y, new, dt * a, dt * slope(W, new))

    y0 = jnp.zeros(W.shape[1])
    return jax.lax.scan(step, y0, jnp.repeat(W, q, axis=0))[1]


def cost_of(p: dict, method: dq.method.Method, gradient: object) -> Callable:
    """Return J as a function of the weights."""
    dt = p["dt"]

    def cost(W: jax.Array) -> jax.Array:
        nodes = neuron_nodes(W, p)

        def controls(t: jax.Array) -> jax.Array:
            i = jnp.clip(jnp.floor(t / dt).astype(int), 0, len(nodes[0]) - 1)
            a, b, sa, sb = (v[i] for v in nodes)
            x = t / dt - i
            return (
                (1 + 2 * x) * (1 - x) ** 2 * a
                + x**2 * (3 - 2 * x) * b
                + x * (1 - x) ** 2 * sa
                + x**2 * (x - 1) * sb
            )

        H = dq.timecallable(
            lambda t: p["H"][0] + jnp.tensordot(controls(t)[:3], p["H"][1:], 1)
        )
        hops = [
            dq.modulated(lambda t: jnp.sqrt(1 + p["b"] * controls(t)[3]), J)
            for J in p["hops"]
        ]
        run = dq.mesolve(
            H,
            [*hops, *p["local"]],
            p["starts"],
            np.concatenate([[0.0], p["readouts"]]),
            method=method,
            gradient=gradient,
        )
        found = run.states.to_jax()[:, 1:]  # (6, r, D, D)
        overlaps = jnp.einsum("sij,srji->sr", p["targets"], found).real
        square = lambda y: (y**2).sum(-1)  # noqa: E731
        a, b, sa, sb = nodes
        middle = (a + b) / 2 + (sa - sb) / 8
        energy = dt / 6 * (square(a) + 4 * square(middle) + square(b)).sum()
        storage = (W**2).sum() * p["width"]
        return 1 - overlaps.mean() + (p["c_y"] * energy + p["c_W"] * storage) / 2

    return cost


def complex_array(pair: list) -> jax.Array:
    """Return an array from its real and imaginary parts."""
    return jnp.asarray(np.array(pair[0]) + 1j * np.array(pair[1]))


def main() -> None:
    """Time value and gradient of the cost for each tolerance and kind of gradient."""
    dq.set_precision("double")
    dq.set_progress_meter(False)
    p = json.load(sys.stdin)
    for name in ("H", "hops", "local", "starts", "targets"):
        p[name] = complex_array(p[name])
    p["local"], p["hops"] = list(p["local"]), list(p["hops"])
    W = jnp.asarray(p["weights"])
    found = {}
    for tolerance in p["tolerances"]:
        method = dq.method.Tsit5(tolerance, tolerance / 10, max_steps=MAX_STEPS)
        kind = dq.gradient.BackwardCheckpointed()
        call = jax.jit(jax.value_and_grad(cost_of(p, method, kind)))
        seconds = []
        for _ in range(1 + p["repeats"]):
            start = time.process_time()
            value, gradient = jax.block_until_ready(call(W))
            seconds.append(time.process_time() - start)
        found[f"Tsit5, tolerance {tolerance:g}"] = {
            "first": seconds[0],
            "warm": min(seconds[1:]),
            "cost": float(value),
            "gradient": np.asarray(gradient).tolist(),
            "peak_MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
