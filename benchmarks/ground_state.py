"""Time to a ground state: oqnn and NetKet, Ising rings of 10 and 32 spins at h = J.

Both minimise the energy of a restricted Boltzmann machine with as many hidden units as
spins by stochastic reconfiguration, with about 1000 samples an iteration. Counted is
the processor time, on one thread, until the energy is within 10⁻³ of the exact one: in
a process that is new, with compilation but without imports, and for a second search
in the same process.

The energy is judged afterwards and alike: every few iterations the parameters are
kept, NetKet's are written as a Boltzmann machine with the same law ψ², and its energy
is enumerated at n = 10 and sampled anew at n = 32 (32 768 states, an error near
4·10⁻⁵ of the energy). The time is that of the first parameters that are near enough,
so it is rounded up to a few iterations.

NetKet's learning rates count half of ours, as its forces are twice as large. Medians
over three seeds.

    python benchmarks/ground_state.py

NetKet runs in `.venv-netket` (``make .venv-netket/.ready``); where it is missing its
rows are left out.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from oqnn.ground_states import TransverseIsing, free_fermion_energy
from oqnn.ground_states.search_estimates import exact_estimate, ratio_estimate
from oqnn.spiking import GibbsSampler, sample, two_layer
from oqnn.spiking.sampling.machine import BoltzmannMachine

ROOT = Path(__file__).parent
NETKET = ROOT.parent / ".venv-netket" / "bin" / "python"
GOAL = 1e-3  # of the exact energy
SEEDS = (1, 2, 3)
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
}
COMMON = {"alpha": 1, "diagonal_shift": 0.01, "every": 2}
OQNN = {"samples": 1024, "sweeps": 3}
METROPOLIS = {"sampler": "local", "chains": 16, "samples": 1008}
CASES = (  # spins, program, settings
    (10, "oqnn", OQNN | {"iterations": 40}),
    (10, "NetKet, Metropolis", METROPOLIS | {"iterations": 40}),
    (10, "NetKet, exact sampler", METROPOLIS | {"iterations": 40, "sampler": "exact"}),
    (32, "oqnn", OQNN | {"iterations": 100}),
    (32, "NetKet, Metropolis", METROPOLIS | {"iterations": 100}),
)
RATES = {"oqnn": (0.1, 0.2), "NetKet": (0.05, 0.1)}


def in_a_process(program: str, case: dict) -> dict:
    """Run a search in a new process, on one thread."""
    ours = program == "oqnn"
    script = "parts/ground_state_search.py" if ours else "peers/netket_ising.py"
    found = subprocess.run(
        [sys.executable if ours else NETKET, ROOT / script],
        input=json.dumps(case),
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | ONE_THREAD,
    )
    if found.returncode:
        raise SystemExit(f"{script} failed:\n{found.stderr[-2000:]}")
    return json.loads(found.stdout)


def machine_of(found: dict) -> BoltzmannMachine:
    """Return one of our machines from its numbers."""
    weights, biases = np.array(found["weights"]), np.array(found["biases"])
    return with_weights(weights, biases)


def machine_of_netket(found: dict) -> BoltzmannMachine:
    r"""Return the machine whose law is NetKet's ψ².

    ψ² = exp(2a·s) Π_j (2 cosh(b_j + (Ws)_j))² is the law of spins with every hidden
    unit twice; neurons z = (1 + s)/2 then have the weights 4W and the biases
    2(2a − Σ_j W_ij) and 2(b_j − Σ_i W_ij).
    """
    a, b, W = (np.array(found[name]) for name in ("a", "b", "W"))
    twice = np.hstack([W, W])
    visible = 2 * (2 * a - twice.sum(axis=1))
    hidden = 2 * (np.concatenate([b, b]) - twice.sum(axis=0))
    return with_weights(4 * twice, np.concatenate([visible, hidden]))


def with_weights(across: np.ndarray, biases: np.ndarray) -> BoltzmannMachine:
    """Return a machine of two layers."""
    return two_layer(*across.shape).with_parameters(across.ravel(), biases)


def relative_error(machine: BoltzmannMachine) -> float:
    """Return how far a machine's energy lies above the exact one, over it."""
    n = machine.n_visible
    hamiltonian = TransverseIsing(n, 1.0, 1.0).pauli
    exact = free_fermion_energy(n, 1.0, 1.0)
    if n <= 12:
        found = exact_estimate(hamiltonian, machine, coordinates="spins")
    else:
        sampler = GibbsSampler(chains=2048, sweeps_per_read=5)
        samples = sample(machine, sampler, 16 * 2048, burn_in=40, seed=9)
        found = ratio_estimate(hamiltonian, machine, samples, coordinates="spins")
    return (found.energy - exact) / abs(exact)


def time_to_goal(run: dict, goal: float = GOAL) -> tuple[float, int]:
    """Return seconds up to the first parameters that are near enough, and which.

    By bisection, as errors fall: the one found is near enough, the one before is not.
    """
    if "machines" in run:
        machines = [machine_of(found) for found in run["machines"]]
    else:
        machines = [machine_of_netket(found) for found in run["parameters"]]
    low, high = -1, len(machines) - 1
    if relative_error(machines[high]) > goal:
        return np.inf, len(machines)
    while high - low > 1:
        middle = (low + high) // 2
        if relative_error(machines[middle]) > goal:
            low = middle
        else:
            high = middle
    return run["seconds"][high], high


def main() -> None:
    """Print one line a program, size and learning rate."""
    print("spins program                   rate     first      warm  steps")
    for n, program, settings in CASES:
        if program != "oqnn" and not NETKET.exists():
            continue
        for rate in RATES[program.split(",")[0]]:
            case = {"n": n, "learning_rate": rate, **COMMON, **settings}
            times = []
            for seed in SEEDS:
                found = in_a_process(program, case | {"seed": seed})
                warm, steps = time_to_goal(found["warm"])
                times.append((time_to_goal(found["first"])[0], warm, steps))
            first, warm, steps = np.median(times, axis=0)
            steps = COMMON["every"] * (steps + 1)
            print(
                f"{n:>5} {program:<24} {rate:>5} {first:>7.2f} s {warm:>7.3f} s "
                f"{steps:>6.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
