"""How well networks of LIF neurons learn the measured laws of entangled states.

Trains networks of the published sizes on tetrahedral measurements of Bell, Werner and
GHZ states, by the samples of their own LIF neurons, read every half refractory time:
130 000 an epoch, 230 000 for four qubits. "6 bit" networks have 6-bit weights and
10-bit biases when they are sampled, and go on from the float network of the same state.
The table has mean and standard deviation over the last 200 epochs, each epoch's shares
taken as they are: root fidelity of the raw and of the nearest state, divergence
D(p* ‖ p), and B(π/4) of pairs; beside them what fresh samples of the network with
averaged parameters give. "ghz4_renewing" has synapses whose spikes set their effect
anew and do not add to it; "ghz4_slow" goes on from it with reads further apart, whose
gradients are less noisy, and "ghz4_6bit" from there. ``unseen`` is the greatest
probability of outcomes that none of these epochs showed. Smaller and larger networks
and other graphs are trained for fewer epochs from fewer samples. Seconds are those of a
machine with other work. Finished rows are skipped and an interrupted training goes on
from its checkpoint, so the script can be stopped at any time:

    python experiments/povm_states.py
    python experiments/povm_states.py --only bell     # this one again
    python experiments/povm_states.py --figure        # draw only
"""

import argparse
import csv
import os
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from oqnn.encoding import (
    LearnedState,
    bell_observable,
    ghz_state,
    learn_state,
    werner_state,
)
from oqnn.encoding.povm.learning_result import divergence
from oqnn.spiking import (
    BoltzmannMachine,
    HardwareModel,
    LIFSampler,
    three_layer,
    two_layer,
)

HERE = Path(__file__).parent
NAME = "povm_states"
FIGURE = HERE / f"{NAME}.png"
RESULTS = HERE.parent / "results" / NAME

SEED = 1
SCALE = 0.5  # standard deviation of the first weights
CHAINS = 256
WEIGHT_RANGE = {2: 4.0, 3: 5.0, 4: 5.0}  # of 6 bits, by number of qubits
RATES = {"random": 0.1, "trained": 0.08, "6 bit": 0.005}  # learning rates at first
LATE = 200  # epochs of the means
POINTS = 200  # of each curve that are kept
ANGLES = np.linspace(0, np.pi, 17)
SIZES = (100, 300, 1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
REPEATS = 8  # of each of these sizes, at least

HEADERS = {
    "": (
        *("case", "state", "qubits", "hidden", "graph", "synapses", "weights", "start"),
        *("seed", "samples", "read_every_ms", "epochs"),
        *("raw_root_fidelity", "raw_root_fidelity_sd"),
        *("root_fidelity", "root_fidelity_sd", "divergence", "divergence_sd"),
        *("sampling_floor", "unseen", "bell", "bell_sd", "bell_exact"),
        *("averaged_raw_root_fidelity", "averaged_root_fidelity"),
        *("averaged_divergence", "cpu_seconds_an_epoch", "seconds_an_epoch"),
    ),
    "curves": (
        *("case", "epoch", "raw_root_fidelity", "root_fidelity", "root_fidelity_sd"),
        *("divergence", "divergence_sd", "bell"),
    ),
    "bell": ("case", "theta", "bell", "bell_sd", "exact"),
    "samples": ("case", "read_every_ms", "samples", "divergence", "divergence_sd"),
}


class Case(NamedTuple):
    """A state and the network that is to learn it."""

    state: str
    qubits: int = 2
    r: float = 1.0  # of a Werner state
    hidden: int = 20
    deep: int = 0
    dense: bool = False
    bits: int = 0
    samples: int = 130_000
    epochs: int = 400
    share: float = 0.01  # of the learning rate that is left at last
    read_every_ms: float = 5.0  # half a refractory time
    start: str = ""
    synapses: str = "additive"
    rate: float = 0.0  # of learning at first; that of its kind of start by default

    @property
    def rho(self) -> np.ndarray:
        """The state, a ket or a density matrix."""
        return werner_state(self.r) if self.qubits == 2 else ghz_state(self.qubits)

    @property
    def kind(self) -> str:
        """From what it learns."""
        return "6 bit" if self.bits else "trained" if self.start else "random"

    @property
    def graph(self) -> str:
        """What is connected with what."""
        if self.deep:
            return f"three layers, {self.deep} deep"
        return "dense visible" if self.dense else "two layers"

    def machine(self) -> BoltzmannMachine:
        """Return the network at the start."""
        if self.start:
            return train(self.start).machine
        if self.deep:
            sizes = (2 * self.qubits, self.hidden, self.deep)
            return three_layer(*sizes, scale=SCALE, seed=SEED)
        return two_layer(
            2 * self.qubits,
            self.hidden,
            dense_visible=self.dense,
            scale=SCALE,
            seed=SEED,
        )

    def sampler(self) -> LIFSampler:
        """Return the neurons."""
        chip = HardwareModel.six_bit(weight_range=WEIGHT_RANGE[self.qubits])
        return LIFSampler(
            chains=CHAINS,
            read_every_ms=self.read_every_ms,
            synapses=self.synapses,
            hardware=chip if self.bits else None,
        )


def cases() -> dict[str, Case]:
    """Return all cases by name, in the order in which they run."""
    ghz3 = Case("GHZ3", qubits=3, hidden=40, epochs=800, share=0.02)
    ghz4 = Case("GHZ4", qubits=4, hidden=50, samples=230_000, epochs=1500, share=0.02)
    found = {"bell": Case("Bell")}
    chip = {"bits": 6, "share": 0.001}
    found["bell_6bit"] = found["bell"]._replace(**chip, start="bell")
    found["ghz3"] = ghz3
    werner = Case("Werner", epochs=500, share=0.02)
    for r in (0.0, 0.5):
        found[f"werner_{r}"] = werner._replace(r=r)
    found["ghz4"] = ghz4
    found["ghz3_6bit"] = ghz3._replace(**chip, start="ghz3", epochs=400)
    renewing = ghz4._replace(synapses="renewing", epochs=700, share=0.1)
    found["ghz4_renewing"] = renewing
    slow = renewing._replace(
        start="ghz4_renewing", epochs=480, read_every_ms=15.0, share=0.02, rate=0.02
    )
    found["ghz4_slow"] = slow
    found["ghz4_6bit"] = slow._replace(**chip, start="ghz4_slow", epochs=240, rate=0.0)
    for r in (0.0, 0.5):
        warm = werner._replace(r=r, **chip, start=f"werner_{r}", epochs=400)
        found[f"werner_{r}_6bit"] = warm
    for r in (0.3, 0.25, 0.75):
        found[f"werner_{r}"] = werner._replace(r=r)
    few = Case("Bell", samples=40_000, epochs=400)
    for hidden in (5, 10, 20, 40):
        found[f"bell_{hidden}"] = few._replace(hidden=hidden)
    for hidden in (5, 10, 20):
        found[f"bell_{hidden}_dense"] = few._replace(hidden=hidden, dense=True)
        for deep in (5, 10):
            found[f"bell_{hidden}_{deep}"] = few._replace(hidden=hidden, deep=deep)
    for hidden in (10, 20, 40):
        sizes = {"hidden": hidden, "samples": 40_000, "epochs": 500}
        found[f"ghz3_{hidden}"] = ghz3._replace(**sizes)
    for hidden in (15, 30):
        sizes = {"hidden": hidden, "samples": 80_000, "epochs": 600}
        found[f"ghz4_{hidden}"] = ghz4._replace(**sizes)
    return found


def train(name: str) -> LearnedState:
    """Train a case, or what its checkpoint leaves; of a finished one only measure."""
    case = cases()[name]
    return learn_state(
        case.rho,
        machine=case.machine(),
        sampler=case.sampler(),
        samples=case.samples,
        epochs=case.epochs,
        learning_rate=case.rate or RATES[case.kind],
        decay=-np.log(case.share) / case.epochs,
        averaged=LATE // 2,
        seed=SEED,
        checkpoint=RESULTS / f"{name}.npz",
        checkpoint_every=20,
        progress=False,
    )


def report(name: str) -> dict[str, list[list[str]]]:
    """Train a case and return its rows of each table."""
    case, path = cases()[name], RESULTS / f"{name}.npz"
    done = 0
    if path.exists():
        with np.load(path) as file:
            done = int(file["epoch"])
    case.machine()
    began = time.process_time(), time.perf_counter()
    result = train(name)
    spent = np.array([time.process_time(), time.perf_counter()]) - began
    each = spent / max(result.epochs - done, 1)
    found = result.late(LATE)
    bell, exact = bell_curve(result, [np.pi / 4])
    late_bell = bell[-LATE:, 0] if bell.size else np.full(1, np.nan)
    numbers = (
        *(x for pair in found.values() for x in pair),
        *(result.sampling_floor, result.unseen[-LATE:].max()),
        *(late_bell.mean(), late_bell.std(), exact[0] if bell.size else np.nan),
        *(result.raw_root_fidelity, result.root_fidelity, result.divergence),
        *each,
    )
    words = (name, case.state if case.qubits > 2 or case.r == 1 else f"Werner {case.r}")
    words += (case.qubits, case.hidden, case.graph, case.synapses)
    words += ("6 bit" if case.bits else "float", case.start or "random", SEED)
    words += (case.samples, case.read_every_ms, result.epochs)
    row = [str(x) for x in words]
    tables = {"": [row + [f"{x:.6g}" for x in numbers]], "curves": curve(name, result)}
    if name in ("bell", "bell_6bit", "werner_0.3"):
        tables["bell"] = bell_rows(name, result)
    if name == "bell":
        tables["samples"] = samples_rows(name, result)
    return tables


def bell_curve(result: LearnedState, angles: list) -> tuple[np.ndarray, np.ndarray]:
    """Return B(θ) of each epoch, (epochs, angles), and of the target; of pairs only."""
    if result.povm.n_qubits != 2:
        return np.empty((0, len(angles))), np.empty(0)
    value = bell_observable(result.laws, angles).value
    return value, bell_observable(result.target, angles).value


def bell_rows(name: str, result: LearnedState) -> list[list[str]]:
    """Return mean and standard deviation of B(θ) over the last epochs."""
    values, exact = bell_curve(result, ANGLES)
    late = values[-LATE:]
    columns = (ANGLES, late.mean(axis=0), late.std(axis=0), exact)
    return [[name, *(f"{x:.6g}" for x in row)] for row in zip(*columns, strict=True)]


def curve(name: str, result: LearnedState) -> list[list[str]]:
    """Return the curves of a training, means over equal parts of it."""
    bell, _ = bell_curve(result, [np.pi / 4])
    parts = np.array_split(np.arange(result.epochs), min(POINTS, result.epochs))
    rows = []
    for part in parts:
        raw = result.raw_root_fidelities[part]
        physical, found = result.root_fidelities[part], result.divergences[part]
        numbers = (raw.mean(), physical.mean(), physical.std())
        numbers += (found.mean(), found.std())
        numbers += (bell[part].mean() if bell.size else np.nan,)
        rows.append([name, str(part[-1] + 1), *(f"{x:.5g}" for x in numbers)])
    return rows


def samples_rows(name: str, result: LearnedState) -> list[list[str]]:
    """Return the divergence of so many samples of one trained network."""
    rows = []
    for read_every_ms in (2.0, 5.0, 10.0):
        sampler = LIFSampler(chains=CHAINS, read_every_ms=read_every_ms)
        chains = sampler.start(result.machine, seed=SEED)
        _, chains = sampler.draw(result.machine, chains, 100 * CHAINS)
        samples, _ = sampler.draw(result.machine, chains, SIZES[-1])
        series = samples.codes.T  # (chains, reads), consecutive reads of a chain
        for size in SIZES:
            pieces = series.ravel()[: series.size // size * size].reshape(-1, size)
            laws = [np.bincount(p, minlength=16) / size for p in pieces[:100]]
            found = divergence(result.target_law, np.array(laws), size)
            numbers = (found.mean(), found.std() if len(found) >= REPEATS else np.nan)
            row = (name, f"{read_every_ms:g}", size, *(f"{x:.5g}" for x in numbers))
            rows.append([str(x) for x in row])
    return rows


def table_path(kind: str) -> Path:
    """Return the file of a table."""
    return HERE / f"{NAME}{'_' if kind else ''}{kind}.csv"


def read(kind: str) -> dict[str, list[list[str]]]:
    """Return the rows of a table by case."""
    found: dict[str, list[list[str]]] = {}
    path = table_path(kind)
    if path.exists():
        with path.open(newline="") as file:
            for row in list(csv.reader(file))[1:]:
                found.setdefault(row[0], []).append(row)
    return found


def write(kind: str, found: dict[str, list[list[str]]]) -> None:
    """Replace a table at once, cases in their order."""
    path = table_path(kind)
    part = path.with_suffix(".part")
    with part.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADERS[kind])
        for name in cases():
            writer.writerows(found.get(name, []))
    os.replace(part, path)


def run(names: list[str]) -> None:
    """Train cases and write the rows of each as it ends."""
    for name in names:
        tables = report(name)
        for kind, rows in tables.items():
            write(kind, read(kind) | {name: rows})
        print(" ".join(tables[""][0]), flush=True)


def draw() -> Figure:
    """Return B(θ), curves of trainings, samples that are needed, and sizes."""
    figure = Figure(figsize=(9.6, 5.6), dpi=200, layout="constrained")
    axes = figure.subplots(2, 3).ravel()
    draw_bell(axes[0])
    for name, rows in read("curves").items():
        case = cases()[name]
        values = np.array([row[1:] for row in rows], float)
        if name in ("bell", "ghz3", "ghz4", "bell_6bit", "ghz3_6bit", "ghz4_6bit"):
            style = {"color": f"C{case.qubits - 2}", "ls": "--" if case.bits else "-"}
            axes[1].plot(values[:, 0], values[:, 1], **style, lw=0.8, label=name)
        if case.state == "Bell" and not case.bits and case.graph == "two layers":
            axes[2].plot(values[:, 0], values[:, 4], lw=0.8, label=name)
    axes[1].set(xlabel="epochs", ylabel="raw root fidelity", ylim=(0.5, 1.02))
    axes[2].set(xlabel="epochs", ylabel="divergence", yscale="log")
    for every in ("2", "5", "10"):
        rows = [row for row in read("samples").get("bell", []) if row[1] == every]
        if rows:
            sizes, values = np.array([row[2:4] for row in rows], float).T
            label = f"read every {every} ms"
            axes[3].plot(sizes, values, "o-", ms=2, lw=0.8, label=label)
    axes[3].plot(SIZES, 15 / (2 * np.array(SIZES)), "k:", lw=0.7, label="independent")
    axes[3].set(xlabel="samples", ylabel="divergence", xscale="log", yscale="log")
    draw_sizes(axes[4], "")
    draw_sizes(axes[5], "Bell")
    for axis in axes:
        axis.legend(fontsize=5)
    return figure


def draw_bell(axis) -> None:
    """Draw B(θ) with its spread over epochs, and the exact curves."""
    for k, (name, rows) in enumerate(read("bell").items()):
        theta, mean, sd, _ = np.array([row[1:] for row in rows], float).T
        axis.errorbar(theta, mean, sd, fmt="o", ms=2, color=f"C{k}", label=name)
        fine = np.linspace(0, np.pi, 200)
        exact = bell_observable(cases()[name].rho, fine).value
        axis.plot(fine, exact, "k", lw=0.6)
    axis.axhspan(-2, 2, color="0.93", zorder=0)
    axis.set(xlabel="θ", ylabel="B(θ)")


def draw_sizes(axis, state: str) -> None:
    """Draw fidelities against hidden neurons, of all states or all graphs of one.

    Of several trainings of a size the one with most samples is drawn, one that goes
    on from another before that.
    """
    groups: dict[str, dict[int, list[float]]] = {}
    rows = [dict(zip(HEADERS[""], row, strict=True)) for (row,) in read("").values()]
    for row in sorted(
        rows, key=lambda row: (int(row["samples"]), row["start"] != "random")
    ):
        case = cases()[row["case"]]
        shown = case.state == state if state else case.graph == "two layers"
        if shown and not case.bits and case.r == 1:
            key = case.graph if state else case.state
            values = [row["raw_root_fidelity"], row["raw_root_fidelity_sd"]]
            groups.setdefault(key, {})[case.hidden] = [float(x) for x in values]
    for key, points in groups.items():
        hidden = sorted(points)
        mean, sd = np.array([points[m] for m in hidden]).T
        axis.errorbar(hidden, mean, sd, fmt="o-", ms=2, lw=0.8, label=key)
    axis.set(xlabel="hidden neurons", ylabel="raw root fidelity")


def main() -> None:
    """Run what is missing, or one case again; draw, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", help="run these, if missing")
    parser.add_argument("--only", choices=cases(), help="train this case anew")
    parser.add_argument("--figure", action="store_true", help="draw only")
    arguments = parser.parse_args()
    RESULTS.mkdir(parents=True, exist_ok=True)
    asked = arguments.cases or cases()
    names = [name for name in asked if name not in read("")]
    if arguments.only:
        names = [arguments.only]
        (RESULTS / f"{arguments.only}.npz").unlink(missing_ok=True)
    if not arguments.figure:
        run(names)
    draw().savefig(FIGURE)
    print(table_path("").read_text())


if __name__ == "__main__":
    main()
