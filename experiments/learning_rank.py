"""Rank along learning in the reference setting: curvatures, and what neurons leave.

One learner, seed 0; at some epochs the tangent map of the next epoch. Rows say how many
of the 1600 curvatures exceed 1e-6 and 1e-3 of the largest, how many are negative, the
extreme singular values of the epoch map, and the singular values of ∂²J/∂W∂y(0). Then
come the norms of that matrix on the first slice and on the last, and the largest
singular value of ∂y(T)/∂y(0), what neurons remember of an epoch ago:

    python experiments/learning_rank.py
"""

import csv
from pathlib import Path

import numpy as np

from oqnn.environments import (
    LearningRule,
    ReferenceEnvironment,
    epoch_tangent,
    learn,
    numerical_rank,
)

HERE = Path(__file__).parent
TABLE = HERE / "learning_rank.csv"
EPOCHS = (0, 200, 2000)
SEED = 0


def row(epochs: int) -> list:
    """Return the figures after some epochs."""
    environment, rule = ReferenceEnvironment(), LearningRule()
    weights, y0 = rule.random_weights(SEED), np.zeros(4)
    infidelity = np.nan
    if epochs:
        state = learn(environment, rule, seeds=[SEED], epochs=epochs).state
        weights, y0 = state.weights[0], state.y0[0]
        infidelity = state.infidelities[0, -1]
    tangent = epoch_tangent(environment, weights, y0=y0, rule=rule)
    b, values = tangent.curvatures, tangent.singular_values
    mixed = np.linalg.svd(tangent.mixed, compute_uv=False)
    by_slice = np.linalg.norm(tangent.mixed.reshape(rule.slices, -1), axis=1)
    ranks = [numerical_rank(np.abs(b), tol=tol) for tol in (1e-6, 1e-3)]
    numbers = [
        infidelity,
        b.max(),
        b.min(),
        *values[[0, -1]],
        *mixed,
        *by_slice[[0, -1]],
        np.linalg.norm(tangent.forgotten, 2),
    ]
    return [epochs, *ranks, int((b < 0).sum()), *(f"{x:.4g}" for x in numbers)]


def main() -> None:
    """Run what is missing and print the table."""
    header = ["epochs", "rank_1e-6", "rank_1e-3", "negative", "infidelity"]
    header += ["largest_curvature", "least_curvature", "most_stretched", "most_shrunk"]
    header += ["mixed_1", "mixed_2", "mixed_3", "mixed_4", "first_slice", "last_slice"]
    header.append("remembered")
    text = TABLE.read_text() if TABLE.exists() else ""
    table = list(csv.reader(text.splitlines())) or [header]
    for epochs in EPOCHS:
        if not any(line[0] == str(epochs) for line in table):
            table.append(row(epochs))
            with TABLE.open("w", newline="") as file:
                csv.writer(file).writerows(table)
    print(TABLE.read_text())


if __name__ == "__main__":
    main()
