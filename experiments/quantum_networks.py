"""How well networks of spiking neurons of several kinds learn, at equal numbers.

Four tasks: handwritten 3 and 8, all ten digits, and both sets moving past a camera of
changes. Every network has one hidden layer of 16 neurons and one output neuron a class,
as many weights and three own parameters a neuron, so that their numbers of parameters
are equal. The class is the output neuron that spikes most in one run;
``vote_accuracy`` adds the spikes of 32 runs. QLIF neurons have no law of their spikes
besides 0 and 1, so that only backpropagation can train them.

The data and their split into training and test are the same for all. Learning rate and
start (scale of the weights, spread of the own parameters about the model's centre) are
chosen for each task, kind and rule on a quarter of the training data: one run a point
of the grids below, two more of the best four, and the best mean of the three. Local
rules take over the spread that is best with backpropagation. Then all is fixed and the
networks learn from all training data, with a start and a learning of its own for each
seed; the test data choose nothing. Finished runs are skipped, so that the script can be
stopped at any time. About an hour and a quarter on one core:

    python experiments/quantum_networks.py
    python experiments/quantum_networks.py --only-draw    # table and figure so far
    python experiments/quantum_networks.py --task "ten digits"    # others elsewhere
"""

import argparse
import csv
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import optax
from matplotlib.figure import Figure

from oqnn.quantum_neurons import (
    ClassicalControl,
    EscapeRateNeuron,
    LearnedNetwork,
    LocalRule,
    Network,
    QLIFNeuron,
    SpikeCountLoss,
    SpikeData,
    SQSNeuron,
    StraightThrough,
    accuracy,
    digits,
    layered_network,
    moving_digits,
    train_network,
    two_qubit_circuit,
)

HERE = Path(__file__).parent
TABLE = HERE / "quantum_networks.csv"
CURVES = HERE / "quantum_networks_curves.csv"
TUNING = HERE / "quantum_networks_tuning.csv"
FIGURE = HERE / "quantum_networks.png"

HIDDEN = 16
DATA_SEED = 0
TUNING_SEEDS = (1000, 1001, 1002)
CURVE_EVERY = 3  # epochs
FINALISTS = 4  # settings that more than the first of these seeds try
VALIDATION = 0.25
SEEDS = range(10)

# about these centres own parameters are spread at first
MODELS = {
    "sqs": SQSNeuron(1, 1, two_qubit_circuit(0, 0, 0)),
    "sin2 control": ClassicalControl(0, 0, 0),
    "qlif": QLIFNeuron(theta_in=0, threshold=0.5, leak=0.9),
    "classical lif": EscapeRateNeuron(leak=0.5, threshold=0.6, steepness=4),
}
LOSS = SpikeCountLoss()
RULES = {
    "backprop": StraightThrough(loss=LOSS),
    # angles perturbed no more than weights: theirs would drown the others' gradients
    "local": LocalRule(loss=LOSS, passes=8, directions_per_pass=8, angle_scale=0.25),
    "local exact": LocalRule(loss=LOSS, passes=8, directions="exact"),
}
BATCH = 32
EPOCHS = {"backprop": 60, "local": 30, "local exact": 30}
TUNING_EPOCHS = {"backprop": 20, "local": 15, "local exact": 15}
KINDS = (
    ("sqs", "local"),
    ("sqs", "local exact"),
    ("sqs", "backprop"),
    ("sin2 control", "local"),
    ("sin2 control", "backprop"),
    ("qlif", "backprop"),
    ("classical lif", "local"),
    ("classical lif", "backprop"),
)
TASKS = ("digits 3 and 8", "ten digits", "moving 3 and 8", "ten moving digits")
SCALES = (0.5, 1.0, 2.0)
SPREADS = (0.1, 1.0)
RATES = {
    "backprop": (0.003, 0.01, 0.03),
    "local": (0.01, 0.02),
    "local exact": (0.005, 0.01),
}


@dataclass(frozen=True)
class Setting:
    """What is chosen on validation data."""

    scale: float  # of the weights at first
    spread: float  # of the neurons' own parameters at first
    learning_rate: float


COLUMNS = (
    *("task", "model", "rule", "seed", "parameters", "scale", "spread"),
    *("learning_rate", "epochs", "train_accuracy", "test_accuracy", "test_error"),
    *("vote_accuracy", "hidden_spikes", "output_spikes", "cpu_seconds"),
)
CURVE_COLUMNS = ("task", "model", "rule", "seed", "epoch", "loss", "test_accuracy")
TUNING_COLUMNS = (
    *("task", "model", "rule", "scale", "spread", "learning_rate", "seed"),
    *("validation_accuracy", "cpu_seconds"),
)


@cache
def data_of(task: str) -> tuple[SpikeData, SpikeData]:
    """Return training and test data."""
    if task == "digits 3 and 8":
        return digits(classes=(3, 8), steps=8, seed=DATA_SEED)
    if task == "ten digits":
        return digits(steps=8, seed=DATA_SEED)
    classes = (3, 8) if task == "moving 3 and 8" else None
    return moving_digits(classes=classes, steps=12, size=10, turns=1.0, seed=DATA_SEED)


def network_of(data: SpikeData, model: str, setting: Setting, seed: int) -> Network:
    """Return a random network whose own parameters lie about the model's centre."""
    neuron = MODELS[model]
    sizes = [data.n_inputs, HIDDEN, len(data.classes)]
    network = layered_network(sizes, neuron, scale=setting.scale, seed=seed)
    centre = neuron.parameters
    own = [centre + setting.spread * (random - centre) for random in network.neurons]
    return network.with_parameters(network.weights, own)


def train(
    kind: tuple[str, str],
    data: SpikeData,
    test: SpikeData | None,
    setting: Setting,
    epochs: int,
    seed: int,
) -> LearnedNetwork:
    """Learn with Adam and a rate that falls to zero as a cosine."""
    model, rule = kind
    steps = epochs * (data.n_samples // BATCH)
    rate = optax.cosine_decay_schedule(setting.learning_rate, steps)
    return train_network(
        network_of(data, model, setting, seed),
        data,
        RULES[rule],
        test=test,
        epochs=epochs,
        batch=BATCH,
        optimizer=optax.adam(rate),
        seed=seed,
        progress=False,
    )


def tune(task: str, kind: tuple[str, str]) -> Setting:
    """Return the best setting on validation data, trying what the table lacks."""
    model, rule = kind
    if rule == "backprop":
        grid = [Setting(*p) for p in product(SCALES, SPREADS, RATES[rule])]
    else:
        spread = tune(task, (model, "backprop")).spread
        grid = [Setting(*p) for p in product(SCALES, (spread,), RATES[rule])]
    first, *others = TUNING_SEEDS
    score = {setting: validated(task, kind, setting, first) for setting in grid}
    best = sorted(grid, key=score.__getitem__)[-FINALISTS:]
    for setting in best:
        more = [validated(task, kind, setting, seed) for seed in others]
        score[setting] = float(np.mean([score[setting], *more]))
    return max(best, key=score.__getitem__)


def validated(task: str, kind: tuple[str, str], setting: Setting, seed: int) -> float:
    """Return the accuracy on data held out of the training data, once computed."""
    settings = [f"{value:g}" for value in asdict(setting).values()]
    name = [task, *kind, *settings, str(seed)]
    for row in read(TUNING):
        if row[: len(name)] == name:
            return float(row[len(name)])
    kept, held_out = data_of(task)[0].split(VALIDATION, seed=TUNING_SEEDS[0])
    began = time.process_time()
    learned = train(kind, kept, None, setting, TUNING_EPOCHS[kind[1]], seed)
    reached = accuracy(learned.network, held_out, repeats=8, seed=seed).value
    seconds = time.process_time() - began
    append(TUNING, TUNING_COLUMNS, [[*name, f"{reached:.4f}", f"{seconds:.1f}"]])
    return reached


def measure(task: str, kind: tuple[str, str], setting: Setting, seed: int) -> None:
    """Learn once, and add the row and the curve to their tables."""
    data, test = data_of(task)
    epochs = EPOCHS[kind[1]]
    began = time.process_time()
    learned = train(kind, data, test, setting, epochs, seed)
    seconds = time.process_time() - began
    single = accuracy(learned.network, test, repeats=16, seed=seed)
    vote = accuracy(learned.network, test, repeats=32, pooled=True, seed=seed)
    name = [task, *kind, str(seed)]
    settings = [f"{value:g}" for value in asdict(setting).values()]
    numbers = [learned.accuracy[-1], single.value, single.error, vote.value]
    figures = [f"{value:.4f}" for value in (*numbers, *learned.spikes[-1])]
    row = [*name, str(learned.network.n_parameters), *settings, str(epochs), *figures]
    curve = zip(learned.loss, learned.test_accuracy, strict=True)
    points = [
        [*name, str(epoch + 1), f"{loss:.4f}", f"{reached:.4f}"]
        for epoch, (loss, reached) in enumerate(curve)
        if (epoch + 1) % CURVE_EVERY == 0
    ]
    append(CURVES, CURVE_COLUMNS, points)
    append(TABLE, COLUMNS, [[*row, f"{seconds:.1f}"]])  # last: it marks the run as done


def runs(tasks: Sequence[str]) -> Iterator[tuple[str, tuple[str, str], int]]:
    """Go through all runs, first seeds first."""
    for seed, task, kind in product(SEEDS, tasks, KINDS):
        yield task, kind, seed


def read(path: Path) -> list[list[str]]:
    """Return the rows of a table without its header."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.reader(file))[1:]


def append(path: Path, header: tuple[str, ...], rows: list[list[str]]) -> None:
    """Add rows to a table, new ones with a header."""
    new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if new:
            writer.writerow(header)
        writer.writerows(rows)


def summary() -> str:
    """Return means over seeds and their standard errors, one line a task and kind."""
    lines = []
    for task, kind in product(TASKS, KINDS):
        rows = [row for row in read(TABLE) if row[:3] == [task, *kind]]
        if not rows:
            continue
        numbers = np.array([row[4:] for row in rows], float)
        means = dict(zip(COLUMNS[4:], numbers.mean(axis=0), strict=True))
        reached = numbers[:, COLUMNS.index("test_accuracy") - 4]
        spread = reached.std(ddof=1) / np.sqrt(len(rows)) if len(rows) > 1 else np.nan
        lines.append(
            f"{task:18} {kind[0]:14} {kind[1]:12} {means['parameters']:5.0f} parameters"
            f"  accuracy {means['test_accuracy']:.3f} ± {spread:.3f} of {len(rows)}"
            f"  vote {means['vote_accuracy']:.3f}  train {means['train_accuracy']:.3f}"
            f"  spikes {means['hidden_spikes']:.2f} {means['output_spikes']:.2f}"
            f"  {means['cpu_seconds']:.0f} s"
        )
    return "\n".join(lines)


def draw() -> Figure:
    """Return the learning curves of each task, mean and range of the seeds."""
    figure = Figure(figsize=(9.6, 6.4), dpi=150, layout="constrained")
    panels = figure.subplots(2, 2, sharex=True).ravel()
    styles = {"backprop": "-", "local": "--", "local exact": ":"}
    colors = dict(zip(MODELS, ("C0", "C1", "C2", "C3"), strict=True))
    curves = read(CURVES)
    for axis, task in zip(panels, TASKS, strict=True):
        for model, rule in KINDS:
            rows = [row for row in curves if row[:3] == [task, model, rule]]
            # by epoch, as a run that was stopped may have left its curve behind
            of_seed: dict[str, dict[str, float]] = {}
            for row in rows:
                of_seed.setdefault(row[3], {})[row[4]] = float(row[6])
            each = [list(curve.values()) for curve in of_seed.values()]
            if not each:
                continue
            x = np.arange(1, len(each[0]) + 1) / len(each[0])
            label = f"{model}, {rule}"
            style = {"color": colors[model], "ls": styles[rule]}
            axis.plot(x, np.mean(each, axis=0), lw=1, label=label, **style)
            low, high = np.min(each, axis=0), np.max(each, axis=0)
            axis.fill_between(x, low, high, color=colors[model], alpha=0.1, lw=0)
        axis.set(title=task, ylim=(0, 1.01))
    for axis in panels[2:]:
        axis.set(xlabel="share of the training")
    for axis in panels[::2]:
        axis.set(ylabel="test accuracy, one run")
    panels[0].legend(fontsize=6, loc="lower right")
    return figure


def main() -> None:
    """Tune and run what is missing; draw, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only-draw", action="store_true", help="run nothing")
    parser.add_argument("--task", choices=TASKS, action="append", help="only this one")
    arguments = parser.parse_args()
    if not arguments.only_draw:
        done = {tuple(row[:4]) for row in read(TABLE)}
        for task, kind, seed in runs(arguments.task or TASKS):
            if (task, *kind, str(seed)) not in done:
                measure(task, kind, tune(task, kind), seed)
                print(task, *kind, seed, flush=True)
    draw().savefig(FIGURE)
    print(summary())


if __name__ == "__main__":
    main()
