"""Bias and variance of every estimator of a network's gradient, against the exact one.

Two inputs, two hidden neurons that hear each other one step later, two output neurons,
all with the two-qubit circuit: 22 parameters. Four samples of three steps make the
minibatch; the exact gradient sums over the 4096 records of each. Of every estimator
1000 gradients are drawn, ten passes each where nothing else is said, for two losses:
the cross-entropy of spike counts, and the bound on the likelihood of target trains.

Writes a row for each loss, estimator and group of parameters, and one for each
parameter. Estimators that are in the first file are not repeated, so the script can be
stopped at any time. About two minutes on one core:

    python experiments/gradient_estimators.py
"""

import csv
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from oqnn.plotting import gradient_estimators
from oqnn.quantum_neurons import (
    EstimatorStatistics,
    LocalRule,
    Network,
    ScoreFunction,
    SpikeCountLoss,
    SQSNeuron,
    StraightThrough,
    TargetTrainLoss,
    estimator_statistics,
    exact_loss,
    layered_network,
    two_qubit_circuit,
)
from oqnn.quantum_neurons.learning.estimator import Estimator
from oqnn.quantum_neurons.learning.losses import Loss

HERE = Path(__file__).parent
TABLE = HERE / "gradient_estimators.csv"
PARTS = HERE / "gradient_estimators_parameters.csv"
HEADER = ["loss", "estimator", "group", "repeats", "exact_square", "bias_square"]
HEADER += ["bias_square_error", "total_variance", "cosine", "cosine_error", "worst"]
PARTS_HEADER = ["loss", "estimator", "parameter", "exact", "mean", "error", "deviation"]
REPEATS, SEED, NETWORK = 1000, 20261122, 24
INPUTS = np.array(  # four samples, three steps, two inputs
    [
        [[1, 0], [1, 0], [1, 1]],
        [[0, 1], [1, 1], [0, 1]],
        [[1, 1], [1, 0], [1, 0]],
        [[0, 1], [0, 1], [1, 1]],
    ]
)
LABELS = np.array([0, 1, 0, 1])
TRAINS = [[[1, 0], [0, 0], [1, 0]], [[0, 1], [0, 0], [0, 1]]]
LOSSES: dict[str, Loss] = {
    "spike counts": SpikeCountLoss(),
    "target trains": TargetTrainLoss(trains=TRAINS),
}
DRAWN = (
    "SPSA",
    "SPSA, 8 directions",
    "exact scores",
    "exact scores, no baseline",
    "straight-through",
)


def network() -> Network:
    """Return the network; with this seed no parameter has a gradient of zero."""
    neuron = SQSNeuron(1, 1, circuit=two_qubit_circuit(0, 0, 0))
    return layered_network([2, 2, 2], neuron, recurrent=True, scale=1.5, seed=NETWORK)


def estimators(loss: Loss) -> dict[str, Estimator]:
    """Return all estimators of a loss's gradient."""
    return {
        "SPSA": LocalRule(loss=loss),
        "SPSA, 2 passes": LocalRule(loss=loss, passes=2),
        "SPSA, 50 passes": LocalRule(loss=loss, passes=50),
        "SPSA, 8 directions": LocalRule(loss=loss, directions_per_pass=8),
        "SPSA, directions of samples": LocalRule(loss=loss, shared_directions=False),
        "SPSA, step 0.1": LocalRule(loss=loss, epsilon=0.1),
        "SPSA, step 0.5": LocalRule(loss=loss, epsilon=0.5),
        "SPSA, batch baseline": LocalRule(loss=loss, baseline="batch"),
        "SPSA, no baseline": LocalRule(loss=loss, baseline="none"),
        "Gaussian": LocalRule(loss=loss, directions="gaussian"),
        "exact scores": LocalRule(loss=loss, directions="exact"),
        "exact scores, no baseline": LocalRule(
            loss=loss, directions="exact", baseline="none"
        ),
        "score function": ScoreFunction(loss=loss),
        "straight-through": StraightThrough(loss=loss, passes=10),
        "straight-through, memory cut": StraightThrough(
            loss=loss, passes=10, through_memory=False
        ),
    }


def rows(found: EstimatorStatistics) -> list[list[str]]:
    """Return the figures of each group, with the worst bias in standard errors."""
    worst = np.abs(found.bias) / found.bias_error
    table = []
    for k, group in enumerate(found.groups):
        numbers = [found.exact_square[k], found.bias_square[k]]
        numbers += [found.bias_square_error[k], found.total_variance[k]]
        numbers += [found.cosine[k], found.cosine_error[k]]
        numbers += [worst[found.members[k]].max()]
        table.append([group, str(found.repeats), *(f"{x:.6g}" for x in numbers)])
    return table


def parameter_rows(found: EstimatorStatistics) -> list[list[str]]:
    """Return exact value, mean, its error and the deviation of one estimate."""
    columns = [found.exact, found.mean, found.bias_error, np.sqrt(found.variance)]
    return [
        [str(k), *(f"{x:.8g}" for x in numbers)]
        for k, numbers in enumerate(zip(*columns, strict=True))
    ]


def read(path: Path, header: list[str]) -> list[list[str]]:
    """Return a table that is there already, or an empty one."""
    text = path.read_text() if path.exists() else ""
    return list(csv.reader(text.splitlines())) or [header]


def write(path: Path, table: list[list[str]]) -> None:
    """Write a table."""
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(table)


def picture(parts: list[list[str]], loss: str) -> Figure:
    """Draw some of the estimators of a loss."""
    columns = {}
    for name in DRAWN:
        own = [row[3:] for row in parts if row[:2] == [loss, name]]
        columns[name] = np.array(own, dtype=float).T
    exact = next(iter(columns.values()))[0]
    means, errors, deviations = (
        {name: column[k] for name, column in columns.items()} for k in (1, 2, 3)
    )
    return gradient_estimators(exact, means, errors, deviations)


def main() -> None:
    """Run what is missing, print the table and draw."""
    table, parts = read(TABLE, HEADER), read(PARTS, PARTS_HEADER)
    for name, loss in LOSSES.items():
        exact = exact_loss(network(), INPUTS, LABELS, loss=loss)
        for kind, estimator in estimators(loss).items():
            if any(row[:2] == [name, kind] for row in table):
                continue
            found = estimator_statistics(
                estimator,
                network(),
                INPUTS,
                LABELS,
                repeats=REPEATS,
                seed=SEED,
                exact=exact,
            )
            parts += [[name, kind, *row] for row in parameter_rows(found)]
            write(PARTS, parts)  # first, so that a row in the table has its parts
            table += [[name, kind, *row] for row in rows(found)]
            write(TABLE, table)
    print(TABLE.read_text())
    for name in LOSSES:
        end = name.replace(" ", "_")
        picture(parts, name).savefig(HERE / f"gradient_estimators_{end}.png")


if __name__ == "__main__":
    main()
