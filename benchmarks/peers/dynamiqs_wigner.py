"""Wigner functions in dynamiqs; run by `benchmarks/phase_space.py` in its own venv.

Reads one JSON object from standard input: density matrices as [real, imaginary], one
list of x and p, ħ, the indices of points on both axes, and how often to repeat. Writes
seconds of processor time, first call and best warm call, the values at the points, and
the share of the grid that is finite.
"""

import json
import sys
import time

import dynamiqs as dq
import jax.numpy as jnp
import numpy as np


def main() -> None:
    """Transform one matrix or a batch."""
    dq.set_precision("double")
    problem = json.load(sys.stdin)
    real, imaginary = (np.array(part) for part in problem["rho"])
    rho = dq.asqarray(jnp.asarray(real + 1j * imaginary))
    x, p = jnp.asarray(problem["x"]), jnp.asarray(problem["p"])
    seconds = []
    for _ in range(1 + problem["repeats"]):
        start = time.process_time()
        W = dq.wigner(rho, xvec=x, yvec=p, hbar=problem["hbar"])[2].block_until_ready()
        seconds.append(time.process_time() - start)
    W = np.asarray(W)
    finite = np.isfinite(W)
    chosen = W[(..., *np.ix_(*problem["points"]))]
    json.dump(
        {
            "first": seconds[0],
            "warm": min(seconds[1:]),
            "values": np.where(np.isfinite(chosen), chosen, None).tolist(),
            "finite": float(finite.mean()),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
