"""Compiled networks at T = 10⁶: how well, and with how many neurons.

Φ⁺ by nine neurons and by its law; ten random states of two qubits of full rank, and two
of each lower rank, that can be realized; one of three qubits with white noise, so that
it can. Nothing is trained. Fidelities are squared: of the physical state, nearest to
the measured matrix, and raw, with the least eigenvalue beside it. What sampling alone
does is given beside: the mean squared distance (floor), and the fidelity that 5 % and
95 % of as many independent draws from the law stay below. A few minutes:

    python experiments/compiled_states.py
"""

import csv
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from oqnn.encoding import (
    CorrelationMap,
    Law,
    compile_bell_state,
    compile_law,
    measure_state,
    realize,
)
from oqnn.measures import fidelity, nearest_state
from oqnn.spiking import LIFNetwork

TABLE = Path(__file__).parent / "compiled_states.csv"
STEPS = 1_000_000
DRAWS = 200
RANKS = [4] * 10 + [1, 1, 2, 2, 3, 3]
PHI_PLUS = np.array([1, 0, 0, 1]) / np.sqrt(2)
COLUMNS = ["state", "qubits", "rank", "seed", "configurations", "neurons", "sources"]
COLUMNS += ["law_missed_by", "fidelity", "raw_fidelity", "least_eigenvalue"]
COLUMNS += ["squared_distance", "error", "floor", "compile_s", "measure_s"]
COLUMNS += ["draws_5%", "draws_95%"]


def random_state(n_qubits: int, rank: int, seed: int) -> np.ndarray:
    """Return a state of the given rank: the Haar measure of a purification."""
    rng = np.random.default_rng([n_qubits, rank, seed])
    shape = (2**n_qubits, rank)
    factor = rng.normal(size=shape) + 1j * rng.normal(size=shape)
    rho = factor @ factor.conj().T
    return rho / np.trace(rho).real


def cases() -> Iterator[tuple[str, int, int, np.ndarray]]:
    """Yield name, rank, seed and state; pass over states that cannot be realized."""
    yield "phi_plus", 1, 0, PHI_PLUS
    for place, rank in enumerate(RANKS):
        seeds = (100 * place + seed for seed in range(100))
        seed = next(s for s in seeds if realize(random_state(2, rank, s)).realizable)
        yield "random", rank, seed, random_state(2, rank, seed)
    rho = random_state(3, 2, 0)
    v = 0.95 * realize(rho).visibility
    yield "random_with_noise", 8, 0, v * rho + (1 - v) * np.eye(8) / 8


def measured(network: LIFNetwork, rho: np.ndarray, burn_in: int) -> list:
    """Return the figures of one network."""
    start = time.perf_counter()
    got = measure_state(network, rho, steps=STEPS, burn_in=burn_in, seed=1)
    numbers = [got.fidelity, got.raw_fidelity, got.least_eigenvalue]
    figures = [f"{x:.6f}" for x in numbers]
    sizes = [got.squared_distance, got.squared_distance_error, got.sampling_floor]
    return [*figures, *(f"{x:.2e}" for x in sizes), time.perf_counter() - start]


def by_draws(law: Law, rho: np.ndarray) -> list[str]:
    """Return quantiles of the fidelity that independent draws from the law give."""
    rng = np.random.default_rng(2)
    rho = np.outer(rho, rho.conj()) if rho.ndim == 1 else rho
    p = law.probabilities / law.probabilities.sum()
    found = []
    for counts in rng.multinomial(STEPS, p, size=DRAWS):
        sample = Law(configurations=law.configurations, probabilities=counts / STEPS)
        raw = CorrelationMap(law.n_qubits).state_from_chi(sample.correlators())
        found.append(fidelity(rho, nearest_state(raw)))
    return [f"{x:.6f}" for x in np.quantile(found, [0.05, 0.95])]


def row(name: str, rank: int, seed: int, rho: np.ndarray) -> list:
    """Compile and measure one state."""
    law = realize(rho).law
    start = time.perf_counter()
    compiled = compile_law(law)
    seconds = time.perf_counter() - start
    network = compiled.network
    sizes = [law.n_qubits, rank, seed, len(compiled.law.probabilities)]
    sizes += [network.n_neurons, network.n_sources, f"{compiled.total_variation:.1e}"]
    *figures, took = measured(network, rho, compiled.burn_in)
    times = [f"{seconds:.3f}", f"{took:.1f}"]
    return [name, *sizes, *figures, *times, *by_draws(law, rho)]


def main() -> None:
    """Write and print the table."""
    start = time.perf_counter()
    network = compile_bell_state(calibration_steps=STEPS)
    seconds = time.perf_counter() - start
    *figures, took = measured(network, PHI_PLUS, 100)
    nine = ["phi_plus_by_nine", 2, 1, 0, 8, 9, network.n_sources, ""]
    table = [COLUMNS, [*nine, *figures, f"{seconds:.3f}", f"{took:.1f}", "", ""]]
    table += [row(*case) for case in cases()]
    with TABLE.open("w", newline="") as file:
        csv.writer(file).writerows(table)
    print(TABLE.read_text())


if __name__ == "__main__":
    main()
