"""What keeps learners from getting stuck: the size of first weights, and restarts.

Trains the learning material of the reference setting from random weights of three
standard deviations, and with restarts, eight seeds each, and writes one row a learner.
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
CASES = ((0.5, 0), (0.25, 0), (1.0, 0), (0.5, 400))  # initial scale, restart every
SEEDS = range(8)
EPOCHS = 2000


def rows(scale: float, every: int, result: LearningResult) -> list[list]:
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
        table.append([scale, every, seed, *figures])
    return table


def train(scale: float, every: int) -> LearningResult:
    """Learn in one case, checkpointing as it goes."""
    path = CHECKPOINTS / f"{scale}_{every}.npz"
    state = LearningState(**np.load(path)) if path.exists() else None
    return learn(
        ReferenceEnvironment(),
        LearningRule(initial_scale=scale),
        seeds=SEEDS,
        epochs=EPOCHS,
        state=state,
        restart_every=every or None,
        checkpoint=lambda state: np.savez(path, **state._asdict()),
    )


def main() -> None:
    """Run what is missing and print the table."""
    CHECKPOINTS.mkdir(parents=True, exist_ok=True)
    header = ["initial_scale", "restart_every", "seed"]
    header += ["least_cost", "readout_infidelity", "entanglement_breaking_time"]
    text = TABLE.read_text() if TABLE.exists() else ""
    table = list(csv.reader(text.splitlines())) or [header]
    for scale, every in CASES:
        if not any(row[:2] == [str(scale), str(every)] for row in table):
            table += rows(scale, every, train(scale, every))
            with TABLE.open("w", newline="") as file:
                csv.writer(file).writerows(table)
    print(TABLE.read_text())


if __name__ == "__main__":
    main()
