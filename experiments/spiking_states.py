"""What states networks of spiking neurons learn to carry from random weights.

Trains networks of the published size, 64 neurons and 128 sources, and measures each
over 10⁵ steps of fresh noise: a Bell state from five seeds, ten random mixed states
from a seed each, what CNOT and H make of one of each, going on from the network of the
state before, and T on the Bell state, which no correlations of spins can carry: at
most cos²(π/8) of it. A seed stands for four random networks, of which the one nearest
to its target after 2500 epochs goes on; ``epochs`` are its own. The figure has averages
over a hundred epochs while the weights moved, the table what the last ones do. Finished
trainings are skipped and an interrupted one goes on from its checkpoint, so the script
can be stopped at any time. About a quarter of an hour on two cores:

    python experiments/spiking_states.py
    python experiments/spiking_states.py --only bell_3      # this one again
    python experiments/spiking_states.py --workers 1
"""

import argparse
import csv
import os
import time
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
import qutip
from matplotlib.figure import Figure

from oqnn.encoding import CorrelationMap, CorrelationTraining, train_correlations

HERE = Path(__file__).parent
TABLE = HERE / "spiking_states.csv"
CURVES = HERE / "spiking_states_curves.csv"
FIGURE = HERE / "spiking_states.png"
RESULTS = HERE.parent / "results" / "spiking_states"

NEURONS, SOURCES = 64, 128
EPOCHS = 12_000
STEPS = 100_000  # of each measurement
BELL_SEEDS = range(5)
MIXED_SEEDS = range(10)  # of the states, by Hilbert-Schmidt measure, and of networks
POINTS = 50  # of each curve that are kept
BOUND = np.cos(np.pi / 8) ** 2

COLUMNS = (
    *("case", "seed", "start", "raw_fidelity", "overlap_error", "fidelity"),
    *("root_fidelity", "least_eigenvalue", "squared_distance"),
    *("squared_distance_error", "sampling_floor", "least_distance", "visibility"),
    *("steps", "epochs", "cpu_seconds"),
)
CURVE_COLUMNS = ("case", "epoch", "loss", "fidelity")


class Case(NamedTuple):
    """A state to train, from random weights or from those of another case."""

    state: np.ndarray
    seed: int
    target: str = "itself"
    start: str = ""


def cases() -> dict[str, Case]:
    """Return all cases by name, those that others start from first."""
    bell = np.array([1, 0, 0, 1]) / np.sqrt(2)
    rotated = bell * [1, 1, 1, np.exp(1j * np.pi / 4)]
    cnot = np.eye(4)[[0, 1, 3, 2]]
    hadamard = np.kron(np.array([[1, 1], [1, -1]]) / np.sqrt(2), np.eye(2))
    found = {f"bell_{seed}": Case(np.outer(bell, bell), seed) for seed in BELL_SEEDS}
    for seed in MIXED_SEEDS:
        found[f"mixed_{seed}"] = Case(qutip.rand_dm(4, seed=seed).full(), seed)
    found["t_bell"] = Case(np.outer(rotated, rotated.conj()), 0)
    found["t_bell_nearest"] = found["t_bell"]._replace(target="nearest")
    found["t_bell_nearest_warm"] = found["t_bell_nearest"]._replace(start="t_bell")
    for before in ("bell_0", "mixed_0"):
        for gate, matrix in (("cnot", cnot), ("h", hadamard)):
            state = matrix @ found[before].state @ matrix.T
            found[f"{gate}_{before}"] = Case(state, 0, start=before)
    return found


def train(name: str) -> CorrelationTraining:
    """Train a case, or what its checkpoint leaves; of a finished one only measure."""
    case = cases()[name]
    return train_correlations(
        case.state,
        neurons=NEURONS,
        sources=SOURCES,
        seed=case.seed,
        network=train(case.start).network if case.start else None,
        target=case.target,
        epochs=EPOCHS,
        checkpoint=RESULTS / f"{name}.npz",
        measure_steps=STEPS,
        progress=False,
    )


def report(name: str) -> tuple[str, list[str], list[list[str]]]:
    """Train a case and return its name, row and curve."""
    case = cases()[name]
    if case.start:
        train(case.start)
    began = time.process_time()
    result = train(name)
    seconds = time.process_time() - began
    found = result.reconstruction
    numbers = (
        *(found.raw_fidelity, overlap_error(result)),
        *(found.fidelity, found.root_fidelity, found.least_eigenvalue),
        *(found.squared_distance, found.squared_distance_error, found.sampling_floor),
        *(result.least_distance, result.visibility),
        *(found.measurement.steps, result.epochs, round(seconds)),
    )
    row = [name, str(case.seed), case.start or "random"]
    return name, row + [f"{x:.6g}" for x in numbers], curve(name, result)


def overlap_error(result: CorrelationTraining) -> float:
    """Return the standard error of Tr(ρρ̂), for a pure state of its raw fidelity."""
    spins = CorrelationMap(result.reconstruction.n_qubits)
    weights = spins.chi_from_state(result.target).ravel()[1:] / len(result.target)
    return np.sqrt(weights @ result.reconstruction.measurement.covariance @ weights)


def curve(name: str, result: CorrelationTraining) -> list[list[str]]:
    """Return loss and fidelity along the training, means over equal parts of it."""
    parts = np.array_split(np.arange(len(result.curve)), min(POINTS, len(result.curve)))
    losses = np.array_split(result.losses, len(result.curve))
    fidelities = result.curve_fidelities
    table = []
    for part in parts:
        epochs = sum(len(losses[block]) for block in range(part[-1] + 1))
        loss = np.mean([losses[block].mean() for block in part])
        reached = fidelities[part[-1]]
        table.append([name, f"{epochs}", f"{loss:.5g}", f"{reached:.5f}"])
    return table


def read(path: Path) -> dict[str, list[list[str]]]:
    """Return the rows of a table by case."""
    found: dict[str, list[list[str]]] = {}
    if path.exists():
        with path.open(newline="") as file:
            for row in list(csv.reader(file))[1:]:
                found.setdefault(row[0], []).append(row)
    return found


def write(path: Path, header: tuple[str, ...], found: dict[str, list]) -> None:
    """Replace a table at once, cases in their order."""
    part = path.with_suffix(".part")
    with part.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for name in cases():
            writer.writerows(found.get(name, []))
    os.replace(part, path)


def run(names: list[str], workers: int) -> None:
    """Train cases, each after the one that it starts from; write each as it ends."""
    table, curves = read(TABLE), read(CURVES)
    waiting = dict.fromkeys(names)
    busy: dict[Future, str] = {}
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        while waiting or busy:
            for name in list(waiting):
                if cases()[name].start not in {*waiting, *busy.values()}:
                    del waiting[name]
                    busy[pool.submit(report, name)] = name
            for future in wait(busy, return_when=FIRST_COMPLETED).done:
                del busy[future]
                name, row, points = future.result()
                table[name], curves[name] = [row], points
                write(TABLE, COLUMNS, table)
                write(CURVES, CURVE_COLUMNS, curves)
                print(" ".join(row), flush=True)


def draw(curves: dict[str, list[list[str]]]) -> Figure:
    """Return 1 - F against epochs for the Bell state, mixed states, and gates."""
    figure = Figure(figsize=(9.6, 3.2), dpi=200, layout="constrained")
    axes = figure.subplots(1, 3, sharex=True, sharey=True)
    for name, rows in curves.items():
        epochs, fidelities = np.array([row[1::2] for row in rows], float).T
        panel, label = place(name)
        color = f"C{len(axes[panel].lines)}"
        axes[panel].plot(epochs, 1 - fidelities, color, lw=1, label=label)
    bound = "least of all spins, T"
    axes[0].axhline(1 - BOUND, color="black", lw=0.7, ls=":", label=bound)
    titles = ("Bell state and T on it", "ten mixed states", "after CNOT and H")
    for axis, title in zip(axes, titles, strict=True):
        axis.set(yscale="log", title=title, xlabel="epochs", ylim=(1e-5, 1))
        axis.set_xticks(EPOCHS // 3 * np.arange(4))
    for axis in axes[::2]:
        axis.legend(fontsize=6)
    axes[0].set(ylabel="1 - fidelity")
    return figure


def place(name: str) -> tuple[int, str]:
    """Return the panel of a case and its label there."""
    if name.startswith("t_bell_nearest"):
        return 0, "T on it, nearest" + ", warm" * name.endswith("warm")
    if name == "t_bell":
        return 0, "T on it"
    if name.startswith("bell"):
        return 0, f"seed {name[-1]}"
    return (1, "") if name.startswith("mixed") else (2, name.replace("_", " "))


def main() -> None:
    """Run what is missing, or one case again; draw, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=cases(), help="train this case anew")
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    RESULTS.mkdir(parents=True, exist_ok=True)
    names = [name for name in cases() if name not in read(TABLE)]
    if arguments.only:
        names = [arguments.only]
        (RESULTS / f"{arguments.only}.npz").unlink(missing_ok=True)
    run(names, arguments.workers)
    draw(read(CURVES)).savefig(FIGURE)
    print(TABLE.read_text())


if __name__ == "__main__":
    main()
