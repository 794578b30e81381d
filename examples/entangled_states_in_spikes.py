"""How well spiking neurons learn entangled states, beside a published chip.

Learns a Bell state with LIF neurons in a few seconds and draws it into pictures of the
long trainings of ``experiments/povm_states.py``: Bell correlations of learned states;
how they are learned, from how many samples, with how many hidden neurons; and other
graphs. Trainings that the tables lack are named and left out.
"""

import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from oqnn.encoding import LearnedState, bell_observable, learn_state, werner_state
from oqnn.plotting import bell_correlations, fidelities_of_graphs, learning_performance
from oqnn.spiking import LIFSampler

TABLES = Path(__file__).parent.parent / "experiments"
HIDDEN, EPOCHS, LATE, SAMPLES = 20, 250, 50, 13_000
HERE = "Bell, learned here"
ANGLES, FINE = np.linspace(0, np.pi, 13), np.linspace(0, np.pi, 200)
BELL = {"bell": "Bell", "bell_6bit": "Bell, 6 bit", "werner_0.3": "Werner, $r$ = 0.3"}
NOISE = {
    "float": {
        **{"bell": 0, "werner_0.75": 0.25, "werner_0.5": 0.5},
        **{"werner_0.3": 0.7, "werner_0.25": 0.75, "werner_0.0": 1},
    },
    "6 bit": {"bell_6bit": 0, "werner_0.5_6bit": 0.5, "werner_0.0_6bit": 1},
}
TWO_LAYERS = ["bell_5", "bell_10", "bell_20", "bell_40"]
SIZES = {  # of a state all from equally many samples
    "Bell": TWO_LAYERS,
    "GHZ, 3 qubits": ["ghz3_10", "ghz3_20", "ghz3_40"],
    "GHZ, 4 qubits": ["ghz4_15", "ghz4_30"],
}
MARKS = {  # from the published numbers of samples, and for more epochs
    "float, published sizes": ["bell", "ghz3", "ghz4_slow"],
    "6 bit, published sizes": ["bell_6bit", "ghz3_6bit", "ghz4_6bit"],
}
GRAPHS = {
    "connections between visible neurons": {
        "two layers": TWO_LAYERS,
        "dense visible": ["bell_5_dense", "bell_10_dense", "bell_20_dense"],
    },
    "a second hidden layer": {
        "two layers": TWO_LAYERS,
        "5 deep": ["bell_5_5", "bell_10_5", "bell_20_5"],
        "10 deep": ["bell_5_10", "bell_10_10", "bell_20_10"],
    },
}
FEW = 40_000  # samples of these
# Czischek et al., SciPost Phys. 12, 039 (2022): hidden neurons and raw root fidelity;
# B(π/4) of connected correlators. Means of the last 200 of 2000 epochs.
CHIP = dict(zip(SIZES, ((20, 0.972), (55, 0.874), (50, 0.699)), strict=True))
CHIP_BELL, CHIP_BIAS, CHIP_DIVERGENCE = (0.0, 2.785, 0.181), -0.028, 0.0078

Rows = list[dict[str, str]]
Columns = dict[str, np.ndarray]


def read(kind: str = "") -> dict[str, Rows]:
    """Return the rows of a table by case; none if there is no table."""
    path = TABLES / f"povm_states{kind}.csv"
    found: dict[str, Rows] = {}
    if path.exists():
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                found.setdefault(row["case"], []).append(row)
    return found


def rows_of(table: dict[str, Rows], names: Iterable[str]) -> Rows:
    """Return the rows of these cases, and print which have none."""
    missing = [name for name in names if name not in table]
    if missing:
        print(f"  left out, not in the tables: {', '.join(missing)}")
    return [row for name in names for row in table.get(name, [])]


def columns(rows: Rows, **names: str) -> Columns:
    """Return columns of a table under other names."""
    return {
        key: np.array([row[name] for row in rows], dtype=float)
        for key, name in names.items()
    }


def sizes_of(table: dict[str, Rows], cases: dict[str, list[str]]) -> dict[str, Columns]:
    """Return fidelities and divergences by label, of the labels that have some."""
    names = {"raw": "raw_root_fidelity", "physical": "root_fidelity"}
    names["divergence"] = "divergence"
    names |= {f"{key}_sd": f"{name}_sd" for key, name in names.items()}
    found = {}
    for label, of_label in cases.items():
        last = {int(row["hidden"]): row for row in rows_of(table, of_label)}
        rows = [last[hidden] for hidden in sorted(last)]
        if rows:
            found[label] = columns(rows, hidden="hidden", **names)
    return found


def learn_here() -> LearnedState:
    """Learn a Bell state with 24 LIF neurons, from a tenth of the samples."""
    return learn_state(
        werner_state(1),
        n_hidden=HIDDEN,
        sampler=LIFSampler(read_every_ms=5),
        samples=SAMPLES,
        epochs=EPOCHS,
        learning_rate=0.2,
        decay=0.015,
        averaged=LATE,
        seed=1,
    )


def draw_bell(found: LearnedState) -> None:
    """Draw Bell correlations of long trainings and of this one."""
    print("bell_correlations.png")
    values = bell_observable(found.laws[-LATE:], ANGLES).value
    here = {"theta": ANGLES, "bell": values.mean(axis=0), "sd": values.std(axis=0)}
    print(f"  B(π/4) learned here {here['bell'][3]:.3f} ± {here['sd'][3]:.3f}")
    angles, curves = read("_bell"), read("_curves")
    learned, training = {}, {}
    for name in BELL:
        rows = rows_of(angles, [name])
        if rows:
            learned[BELL[name]] = columns(
                rows, theta="theta", bell="bell", sd="bell_sd"
            )
        if rows and name != "bell_6bit":  # that one starts from a trained network
            training[BELL[name]] = columns(curves[name], epoch="epoch", bell="bell")
    witness = {}
    for label, cases in NOISE.items():
        if rows := rows_of(read(), cases):
            noise = {"noise": np.array([cases[row["case"]] for row in rows])}
            witness[label] = noise | columns(rows, bell="bell", sd="bell_sd")
    exact = {
        f"r = {r}": {
            "theta": FINE,
            "bell": bell_observable(werner_state(r), FINE).value,
        }
        for r in (1.0, 0.3)
    }
    bell_correlations(
        learned | {HERE: here},
        exact,
        training,
        witness,
        published={"chip, connected": CHIP_BELL},
        published_bias=CHIP_BIAS,
    ).savefig("bell_correlations.png")


def draw_learning(fidelity: float) -> None:
    """Draw how states are learned, with this run's late fidelity."""
    print("learning_performance.png")
    curves, table = read("_curves"), read()
    training, samples = {}, {}
    for row in rows_of(table, [*TWO_LAYERS, "bell"]):
        label = f"$M$ = {row['hidden']}, {int(row['samples']) // 1000} 000 samples"
        keys = ("epoch", "root_fidelity", "divergence")
        training[label] = columns(curves[row["case"]], **{key: key for key in keys})
    rows = rows_of(read("_samples"), ["bell"])
    for every in dict.fromkeys(row["read_every_ms"] for row in rows):
        samples[f"$M$ = 20, read every {every} ms"] = columns(
            [row for row in rows if row["read_every_ms"] == every],
            **{"samples": "samples", "divergence": "divergence"},
            sd="divergence_sd",
        )
    marks = {"published chip": CHIP}
    for label, cases in MARKS.items():
        states = dict(zip(cases, SIZES, strict=True))
        marks[label] = {
            states[row["case"]]: (int(row["hidden"]), float(row["raw_root_fidelity"]))
            for row in rows_of(table, cases)
        }
    learning_performance(
        training,
        samples,
        sizes_of(table, SIZES),
        marks=marks | {HERE: {"Bell": (HIDDEN, fidelity)}},
    ).savefig("learning_performance.png")


def draw_graphs() -> None:
    """Draw what other graphs reach."""
    print("fidelities_of_graphs.png")
    panels = {title: sizes_of(read(), cases) for title, cases in GRAPHS.items()}
    chip = (*CHIP["Bell"], CHIP_DIVERGENCE)
    figure = fidelities_of_graphs(panels, floor=15 / (2 * FEW), published=chip)
    figure.savefig("fidelities_of_graphs.png")


def main() -> None:
    """Learn, print and draw."""
    found = learn_here()
    print(found)
    fidelity, spread = found.late(LATE)["raw_root_fidelities"]
    print(f"last {LATE} epochs: raw root fidelity {fidelity:.4f} ± {spread:.4f}")
    draw_bell(found)
    draw_learning(fidelity)
    draw_graphs()


if __name__ == "__main__":
    main()
