"""One case of `benchmarks/lif.py`, in a process of its own.

Reads one JSON object from standard input: kind, batch, steps, chunk, cores, follow.
The kinds "plain" and "long" have all sources as bytes, "drawn" draws them by chunks.
Writes seconds of the first call and of the best warm one, MB of memory at the peak
above what the process held with the sources, and the gradient's norm.
"""

import json
import os
import sys
import time
from pathlib import Path

case = json.load(sys.stdin)
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: case["cores"]])

import jax  # noqa: E402 (XLA counts the cores as it starts)
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
from lif_plain import plain_scan  # noqa: E402

from oqnn.spiking import LIFParameters  # noqa: E402
from oqnn.spiking.kernels.lif_jax import Detach, Weights, rest  # noqa: E402
from oqnn.spiking.kernels.long_run_jax import moments_of_run  # noqa: E402
from oqnn.spiking.kernels.product_sums_jax import product_means  # noqa: E402

PARAMETERS = LIFParameters()
ALPHA = 10.0
SPINS = [(q,) for q in range(6)]
PRODUCTS = (*SPINS, *((a, b) for a in range(3) for b in range(3, 6)))
TARGETS = np.linspace(-0.5, 0.5, len(PRODUCTS)).astype(np.float32)
PATIENCE = 4.0  # seconds of repeating


def peak_MB() -> float:
    """Return the most memory that this process has held."""
    # not ru_maxrss: a child starts with the peak of its parent
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if "VmHWM" in line).split()[1]) / 1024


def drawn(index):
    """Return the sources of a chunk, on with a probability of 179/256."""
    key = jax.random.fold_in(jax.random.key(0), index)
    shape = (case["chunk"], case["batch"], len(case["weights"][0][0]))
    return (jax.random.bits(key, shape, np.uint8) < 179).astype(np.uint8)


def loss_of(kind: str, follow: bool, steps: int):
    """Return the correlation loss as a function of weights, state and sources."""
    detach = Detach(reset=True, recurrent=not follow)

    def loss(weights, state, counts):
        if kind == "plain":
            z = plain_scan(PARAMETERS, weights, state, counts, ALPHA, detach)[1]
            means = product_means(z, PRODUCTS)
        else:
            draw = counts.__getitem__ if kind == "long" else drawn
            chunks = steps // case["chunk"]
            settings = (chunks, PRODUCTS, ALPHA, detach)
            means = moments_of_run(PARAMETERS, weights, state, draw, *settings)[1]
        return jnp.sum((means - TARGETS) ** 2) / 4

    return loss


def main() -> None:
    """Time value and gradient."""
    steps, batch = case["steps"], case["batch"]
    weights = Weights(*(np.array(w, np.float32) for w in case["weights"]))
    n, m = weights.inputs.shape
    counts = np.empty((steps * (case["kind"] != "drawn"), batch, m), np.uint8)
    rng = np.random.default_rng(0)
    for part in np.array_split(counts, 20):
        part[:] = rng.random(part.shape, dtype=np.float32) < 0.7
    if case["kind"] == "long":
        counts = counts.reshape(-1, case["chunk"], batch, m)
    sources, state = jnp.asarray(counts), rest(PARAMETERS, batch, n, np.float32)
    loss = loss_of(case["kind"], case["follow"], steps)
    gradient = jax.jit(jax.value_and_grad(loss))
    held = peak_MB()
    clock = time.process_time if case["cores"] == 1 else time.perf_counter
    seconds: list[float] = []
    while len(seconds) < 2 or (len(seconds) < 12 and sum(seconds) < PATIENCE):
        start = clock()
        _, found = jax.block_until_ready(gradient(weights, state, sources))
        seconds.append(clock() - start)
    print(
        json.dumps(
            {
                "first": seconds[0],
                "warm": min(seconds[1:]),
                "peak_MB": peak_MB() - held,
                "norm": float(np.linalg.norm(found.inputs)),
            }
        )
    )


if __name__ == "__main__":
    main()
