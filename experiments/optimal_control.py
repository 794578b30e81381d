"""Optimal control in the reference setting: the strongest rival of learning.

GRAPE on 80 and on 160 slices, from random controls, from the best textbook cycle, from
the best constants, and from the controls of the best learner of `learning_starts.py`
(whose checkpoint must be there). One row a start. Finished starts are skipped, so the
script can be stopped at any time:

    python experiments/optimal_control.py
"""

import csv
from pathlib import Path
from time import perf_counter

import numpy as np

from oqnn.dynamics import PiecewiseControls
from oqnn.environments import (
    LearningResult,
    LearningRule,
    LearningState,
    Material,
    ProtectionCost,
    ReferenceEnvironment,
    best_decoupling,
    engineered_material,
    grape,
)
from oqnn.measures import best_unitary_fidelity, entanglement_breaking_time

HERE = Path(__file__).parent
TABLE = HERE / "optimal_control.csv"
CHECKPOINTS = HERE.parent / "results" / "optimal_control"
LEARNERS = HERE.parent / "results" / "learning_starts" / "0.05_0.5_0.npz"
HEADER = (
    "slices",
    "start",
    "iterations",
    "evaluations",
    "converged",
    "infidelity_of_start",
    "readout_infidelity",
    "energy_cost",
    "fidelity_at_T",
    "entanglement_breaking_time",
    "seconds",
)
PERIOD = 8.0
ITERATIONS = 4000  # most ended before
CASES = [  # slices, start, most iterations
    *((80, start, ITERATIONS) for start in ("learning", "decoupling", "constants")),
    (160, "learning", ITERATIONS),
    *((80, f"random {seed}", ITERATIONS) for seed in range(8)),
    (160, "decoupling", ITERATIONS),
    *((160, f"random {seed}", ITERATIONS) for seed in range(4)),
]


def sampled(material: Material, slices: int) -> np.ndarray:
    """Return the mean controls of each slice, shape (slices, k)."""
    fine = 64
    edges = np.linspace(0, PERIOD, slices * fine + 1)
    values = material.controls(PERIOD).samples(edges[:-1], edges[1:])[1]  # middles
    return values.reshape(slices, fine, -1).mean(axis=1)


def start_controls(
    environment: ReferenceEnvironment, start: str, slices: int
) -> np.ndarray:
    """Return the controls from which a case starts."""
    if start.startswith("random"):
        rng = np.random.default_rng(int(start.split()[1]))
        return rng.uniform(-1, 1, (slices, environment.n_controls))
    if start == "decoupling":
        best, _ = best_decoupling(environment, period=PERIOD, rest={"hopping": -1})
        return sampled(best, slices)
    if start == "constants":
        return sampled(engineered_material(environment), slices)
    with np.load(LEARNERS) as saved:
        state = LearningState(**saved)
    result = LearningResult(
        environment=environment,
        rule=LearningRule(tau=0.05),
        cost=ProtectionCost(),
        labels=tuple(range(len(state.best_cost))),
        state=state,
    )
    return sampled(result.material(int(np.nanargmin(state.best_cost))), slices)


def run(environment: ReferenceEnvironment, case: tuple[int, str, int]) -> list:
    """Optimise from one start and measure what was found."""
    slices, start, iterations = case
    controls = start_controls(environment, start, slices)
    settings = {"period": PERIOD, "slices": slices, "controls": controls[None]}
    edges = np.linspace(0, PERIOD, slices + 1)
    began = perf_counter()
    found = grape(environment, **settings, iterations=iterations)
    seconds = perf_counter() - began
    np.savez(CHECKPOINTS / f"{slices}_{start}.npz", controls=found.controls[0])
    before = PiecewiseControls(edges, controls, periodic=True)
    before = Material(kind="start", environment=environment, drive=before)
    readouts = PERIOD * np.array([0, 0.25, 0.5, 0.75, 1])
    grid = 0.2 * np.arange(1001)
    maps, material = found.material().transfer(readouts), found.material()
    lost = lost_at(before.transfer(readouts))
    energy = ProtectionCost().controls / 2 * PERIOD / slices * (found.controls**2).sum()
    breaking = entanglement_breaking_time(grid, material.transfer(grid))
    done = [int(found.evaluations[0]), bool(found.converged[0])]
    figures = [lost, found.infidelities[0], energy, best_unitary_fidelity(maps[-1])]
    shown = [f"{figure:.6f}" for figure in figures]
    return [*case, *done, *shown, f"{breaking:.1f}", f"{seconds:.0f}"]


def lost_at(transfer: np.ndarray) -> float:
    """Return the mean infidelity after the first of a qubit's maps."""
    return float(1 - np.mean(0.5 + np.trace(transfer[1:, 1:, 1:], 0, 1, 2) / 6))


def main() -> None:
    """Run what is missing and print the table."""
    CHECKPOINTS.mkdir(parents=True, exist_ok=True)
    text = TABLE.read_text() if TABLE.exists() else ""
    table = list(csv.reader(text.splitlines())) or [list(HEADER)]
    environment = ReferenceEnvironment()
    for case in CASES:
        if not any(row[:3] == [str(value) for value in case] for row in table):
            table.append(run(environment, case))
            with TABLE.open("w", newline="") as file:
                csv.writer(file).writerows(table)
    print(TABLE.read_text())


if __name__ == "__main__":
    main()
