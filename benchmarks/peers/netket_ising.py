"""Ground states of the Ising ring in NetKet; run by `benchmarks/ground_state.py`.

Reads one JSON object from standard input (size, iterations, settings), writes one to
standard output: for a first run and a second one in the same process the seconds of
processor time up to some iterations, and the parameters there. Copying them is not
counted. The state is an RBM with real parameters,
ψ(s) = exp(a·s) Π_j 2 cosh(b_j + (Ws)_j).
"""

import contextlib
import json
import sys
import time

import jax
import netket as nk
import numpy as np


def search(case: dict) -> dict:
    """Minimise the energy once, from new parameters."""
    start = time.process_time()
    n, seed = case["n"], case["seed"]
    hilbert = nk.hilbert.Spin(s=0.5, N=n)
    hamiltonian = nk.operator.IsingJax(hilbert, nk.graph.Chain(n), h=1.0, J=-1.0)
    if case["sampler"] == "exact":
        sampler = nk.sampler.ExactSampler(hilbert)
    else:
        sampler = nk.sampler.MetropolisLocal(hilbert, n_chains=case["chains"])
    state = nk.vqs.MCState(
        sampler,
        nk.models.RBM(alpha=case["alpha"], param_dtype=float),
        n_samples=case["samples"],
        seed=seed,
        sampler_seed=seed + 1,
    )
    driver = nk.driver.VMC_SR(
        hamiltonian,
        nk.optimizer.Sgd(learning_rate=case["learning_rate"]),
        diag_shift=case["diagonal_shift"],
        variational_state=state,
    )
    seconds, parameters, spent = [], [], time.process_time() - start
    for _ in range(case["iterations"] // case["every"]):
        start = time.process_time()
        driver.run(case["every"], out=(), show_progress=False)
        jax.block_until_ready(state.parameters)
        spent += time.process_time() - start
        seconds.append(spent)
        found = state.parameters
        parameters.append(
            {
                "W": np.asarray(found["Dense"]["kernel"]).tolist(),
                "b": np.asarray(found["Dense"]["bias"]).tolist(),
                "a": np.asarray(found["visible_bias"]).tolist(),
            }
        )
    return {"seconds": seconds, "parameters": parameters}


def main() -> None:
    """Search twice: with compilation, and without."""
    case = json.load(sys.stdin)
    with contextlib.redirect_stdout(sys.stderr):  # NetKet greets
        found = {"first": search(case), "warm": search(case)}
    json.dump(found | {"version": nk.__version__}, sys.stdout)


if __name__ == "__main__":
    main()
