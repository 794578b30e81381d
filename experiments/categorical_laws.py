"""Five laws of 32 states, sampled by five spiking neurons each: Fig. 9 in full.

The laws are those of random networks, measured over 1.6 million steps. Each is learned
from another random start in 1000 epochs of 16 chains × 400 steps and measured anew in
16 runs of 10⁴ and of 10⁵ steps. ``categorical_laws.csv`` has a row an instance:
KL(p_s‖p) of the random start, of the product of the law's own marginals (what uncoupled
neurons could reach), then mean, standard deviation, least and greatest over the runs,
the part that sampling explains, and KL of all runs together in both directions.
``categorical_laws_curves.csv`` has the losses, ``categorical_laws_options.csv`` how
well the first law is learned with other gradients in 300 epochs:

    python experiments/categorical_laws.py
"""

import csv
from pathlib import Path

import numpy as np

from oqnn.spiking import (
    CategoricalTraining,
    LIFParameters,
    init_network,
    kl_divergence,
    measure_law,
    train_categorical,
)

HERE = Path(__file__).parent
TABLE = HERE / "categorical_laws.csv"
CURVES = HERE / "categorical_laws_curves.csv"
OPTIONS = HERE / "categorical_laws_options.csv"
INSTANCES = 5
EPOCHS, OPTION_EPOCHS = 1000, 300
BIN = 10  # epochs a mean of the curve
NEURONS = LIFParameters(v_leak=0.9, refractory_steps=10)
OTHER_GRADIENTS: dict[str, dict] = {
    "default": {},
    "recurrent followed": {"detach_recurrent": False},
    "reset detached": {"detach_reset": True},
    "refractoriness detached": {"detach_refractory": True},
    "reset and refractoriness detached": {
        "detach_reset": True,
        "detach_refractory": True,
    },
    "alpha 100": {"sharpness": 100.0},
    "alpha 100, all but refractoriness followed": {
        "sharpness": 100.0,
        "detach_recurrent": False,
        "detach_refractory": True,
    },
}


def target_law(instance: int) -> np.ndarray:
    """Return the law of a random network under the same sources."""
    network = init_network(
        5,
        256,
        seed=1000 + instance,
        active=np.random.default_rng(instance).uniform(0.25, 0.75, 5),
        recurrent_scale=2.0,
        parameters=NEURONS,
        source_rate_hz=300.0,
    )
    return measure_law(network, steps=100_000, seed=77).probabilities


def product_law(p: np.ndarray) -> np.ndarray:
    """Return the law of independent neurons with the same activities."""
    law, neurons = np.ones(1), range(5)
    for i in neurons:
        others = tuple(j for j in neurons if j != i)
        law = np.outer(law, p.reshape((2,) * 5).sum(axis=others)).ravel()
    return law


def spread(divergences: np.ndarray) -> list[float]:
    """Return mean, standard deviation, least and greatest."""
    return [
        divergences.mean(),
        divergences.std(ddof=1),
        divergences.min(),
        divergences.max(),
    ]


def row(instance: int, result: CategoricalTraining) -> list[str]:
    """Return the figures of a trained network."""
    p = result.target
    long = measure_law(result.network, steps=100_000, seed=78)
    long_runs = np.array([kl_divergence(run, p) for run in long.runs])
    numbers = [
        p.min(),
        result.losses[0],
        kl_divergence(product_law(p), p),
        *spread(result.run_divergences),
        result.run_floor,
        *spread(long_runs),
        len(long.runs) * long.sampling_floor,
        kl_divergence(long.probabilities, p),
        kl_divergence(p, long.probabilities),
        long.sampling_floor,
    ]
    return [str(instance), *(f"{x:.4g}" for x in numbers)]


HEADER = ["instance", "least_probability", "start", "product_law"]
HEADER += [f"{name}_1e4" for name in ("mean", "sd", "least", "greatest", "sampling")]
HEADER += [f"{name}_1e5" for name in ("mean", "sd", "least", "greatest", "sampling")]
HEADER += ["all_runs", "all_runs_reverse", "all_runs_sampling"]


def read(path: Path, header: list[str]) -> list[list[str]]:
    """Return the rows of a table, the header first."""
    text = path.read_text() if path.exists() else ""
    return list(csv.reader(text.splitlines())) or [header]


def write(path: Path, rows: list[list[str]]) -> None:
    """Write a table."""
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def main() -> None:
    """Run what is missing and print the tables."""
    table = read(TABLE, HEADER)
    epochs = [str(epoch) for epoch in range(0, EPOCHS, BIN)]
    curves = read(CURVES, ["instance", *epochs])
    for instance in range(len(table) - 1, INSTANCES):
        result = train_categorical(target_law(instance), epochs=EPOCHS, seed=instance)
        table.append(row(instance, result))
        means = result.losses.reshape(-1, BIN).mean(axis=1)
        curves = [line for line in curves if line[0] != str(instance)]
        curves.append([str(instance), *(f"{x:.4g}" for x in means)])
        write(CURVES, curves)
        write(TABLE, table)
    options = read(OPTIONS, ["gradient", "last_loss", "mean_1e4", "sd_1e4"])
    first = target_law(0)
    for name in list(OTHER_GRADIENTS)[len(options) - 1 :]:
        result = train_categorical(
            first, epochs=OPTION_EPOCHS, seed=0, **OTHER_GRADIENTS[name]
        )
        last, (mean, sd, *_) = (
            result.losses[-20:].mean(),
            spread(result.run_divergences),
        )
        options.append([name, f"{last:.4g}", f"{mean:.4g}", f"{sd:.4g}"])
        write(OPTIONS, options)
    for path in (TABLE, OPTIONS):
        print(path.read_text())


if __name__ == "__main__":
    main()
