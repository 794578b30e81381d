"""What keeps learners from getting stuck: first weights, restarts, and fast neurons.

Trains the learning material of the reference setting from random weights of three
standard deviations, with restarts, and with neurons that are twice as fast, eight seeds
or sixteen each, and writes one row a learner.
Finished cases are skipped and an interrupted one goes on from its last checkpoint, so
the script can be stopped at any time:

    python experiments/learning_starts.py
"""

import csv
from pathlib import Path

import numpy as np

from oqnn.environments import (
    LearningResult,
    LearningRule,
    LearningState,
    ReferenceEnvironment,
    learn,
)
from oqnn.measures import average_fidelity, entanglement_breaking_time

HERE = Path(__file__).parent
TABLE = HERE / "learning_starts.csv"
CHECKPOINTS = HERE.parent / "results" / "learning_starts"
CASES = (  # λ, initial scale, restart every, seeds
    (0.1, 0.5, 0, 8),
    (0.1, 0.25, 0, 8),
    (0.1, 1.0, 0, 8),
    (0.1, 0.5, 400, 8),
    (0.05, 0.5, 0, 16),
)
EPOCHS = 2000


def rows(case: tuple, result: LearningResult) -> list[list]:
    """Measure each learner at its best epoch."""
    period = result.rule.period
    readouts = period * np.array([0, 0.25, 0.5, 0.75, 1])
    grid = 0.2 * np.arange(801)
    table = []
    for i, seed in enumerate(result.labels):
        material = result.material(i)
        lost = (1 - average_fidelity(material.transfer(readouts)[1:])).mean()
        breaking = entanglement_breaking_time(grid, material.transfer(grid))
        cost = result.state.best_cost[i]
        figures = [f"{cost:.6f}", f"{lost:.6f}", f"{breaking:.1f}"]
        table.append([*case[:3], seed, *figures])
    return table


def train(tau: float, scale: float, every: int, seeds: int) -> LearningResult:
    """Learn in one case, checkpointing as it goes."""
    path = CHECKPOINTS / f"{tau}_{scale}_{every}.npz"
    state = LearningState(**np.load(path)) if path.exists() else None
    return learn(
        ReferenceEnvironment(),
        LearningRule(tau=tau, initial_scale=scale),
        seeds=range(seeds),
        epochs=EPOCHS,
        state=state,
        restart_every=every or None,
        checkpoint=lambda state: np.savez(path, **state._asdict()),
    )


def main() -> None:
    """Run what is missing and print the table."""
    CHECKPOINTS.mkdir(parents=True, exist_ok=True)
    header = ["tau", "initial_scale", "restart_every", "seed"]
    header += ["least_cost", "readout_infidelity", "entanglement_breaking_time"]
    text = TABLE.read_text() if TABLE.exists() else ""
    table = list(csv.reader(text.splitlines())) or [header]
    for case in CASES:
        if not any(row[:3] == [str(value) for value in case[:3]] for row in table):
            table += rows(case, train(*case))
            with TABLE.open("w", newline="") as file:
                csv.writer(file).writerows(table)
    print(TABLE.read_text())


if __name__ == "__main__":
    main()
