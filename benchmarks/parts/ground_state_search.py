"""Ground states of the Ising ring in oqnn; run by `benchmarks/ground_state.py`.

Reads one JSON object from standard input, writes one to standard output, as
`benchmarks/peers/netket_ising.py` does.
"""

import json
import sys
import time

from oqnn.ground_states import TransverseIsing
from oqnn.ground_states.search_step import SearchRule, init_search, search_step
from oqnn.spiking import GibbsSampler, two_layer


def search(case: dict) -> dict:
    """Minimise the energy once, from new parameters."""
    start = time.process_time()
    n, seed = case["n"], case["seed"]
    rule = SearchRule(
        hamiltonian=TransverseIsing(n, 1.0, 1.0).pauli,
        sampler=GibbsSampler(chains=case["samples"], sweeps_per_read=case["sweeps"]),
        samples=case["samples"],
        local_energies="ratios",
        optimizer="sr",
        learning_rate=case["learning_rate"],
        decay=1.0,
        diagonal_shift=case["diagonal_shift"],
        epsilon=1e-12,
        coordinates="spins",
        symmetry=None,
        seed=seed,
    )
    state = init_search(two_layer(n, case["alpha"] * n, seed=seed), rule)
    seconds, machines, spent = [], [], time.process_time() - start
    for _ in range(case["iterations"] // case["every"]):
        start = time.process_time()
        for _ in range(case["every"]):
            state, _ = search_step(state, rule)
        spent += time.process_time() - start
        seconds.append(spent)
        machine = state.machine
        machines.append(
            {
                "weights": machine.weights[:n, n:].tolist(),
                "biases": machine.biases.tolist(),
            }
        )
    return {"seconds": seconds, "machines": machines}


def main() -> None:
    """Search twice: with compilation, and without."""
    case = json.load(sys.stdin)
    json.dump({"first": search(case), "warm": search(case)}, sys.stdout)


if __name__ == "__main__":
    main()
