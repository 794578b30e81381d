"""Driven damped qubits in dynamiqs; run by `benchmarks/dynamics.py` in its own venv.

Reads one JSON object from standard input (drives, rate, times), writes one to standard
output: for each method its seconds, first call and best warm call, and its ⟨σ_z⟩.
"""

import json
import sys
import time

import dynamiqs as dq
import jax
import jax.numpy as jnp
import numpy as np

REPEATS = 5


def main() -> None:
    """Solve by dynamiqs' exact exponentials and by its adaptive integrator."""
    dq.set_precision("double")
    dq.set_progress_meter(False)
    problem = json.load(sys.stdin)
    drives, times = np.array(problem["drives"]), np.array(problem["times"])
    H = jnp.asarray(drives)[:, None, None] * 0.5 * dq.sigmax().to_jax()
    jumps = [np.sqrt(problem["rate"]) * dq.sigmaz()]
    methods = {
        "Expm": dq.method.Expm(),
        "Tsit5, rtol 1e-12": dq.method.Tsit5(rtol=1e-12, atol=1e-13),
    }
    found = {}
    for name, method in methods.items():

        def solve(method: object = method) -> jax.Array:
            result = dq.mesolve(
                dq.asqarray(H),
                jumps,
                dq.basis(2, 0),
                times,
                exp_ops=[dq.sigmaz()],
                method=method,
                save_states=True,
            )
            result.states.to_jax().block_until_ready()
            return result.expects.block_until_ready()

        seconds = []
        for _ in range(1 + REPEATS):
            start = time.perf_counter()
            expects = solve()
            seconds.append(time.perf_counter() - start)
        found[name] = {
            "first": seconds[0],
            "warm": min(seconds[1:]),
            "sz": np.asarray(expects)[:, 0].real.tolist(),
        }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
