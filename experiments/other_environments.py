"""Which material loses least in environments of quite different kinds?

A sweep for each kind of environment, over the strength or rate of its noise at a field
bound of 8: what a random pure state has lost at four readouts within a period of 8,
averaged. Bare; plain, four random networks; the best constants; the best
textbook cycle, where there is one; learning, four seeds of 500 epochs; and optimal
control. A Markovian environment is among them, in which nobody should gain much.

    python experiments/other_environments.py [kind ...] [--workers 2]

Resumes from ``results/other_environments``, writes ``other_environments.csv`` and its
picture beside this script. About a quarter of an hour on two cores.
"""

import argparse
import csv
from pathlib import Path

import matplotlib as mpl
import numpy as np

import oqnn
from oqnn.studies import rank_materials

HERE = Path(__file__).parent
STORE = HERE.parent / "results" / "other_environments"
MEASURE = "readout_infidelity"
MATERIALS = ["bare", "plain", "engineered", "best_decoupling", "learning", "optimal"]
KINDS = {  # kind → what differs from the rest, and what is swept
    "reference": {"environment": {"kappa": [0.05, 0.2, 0.8]}},
    "telegraph": {"environment": {"kind": "telegraph", "rate": [0.05, 0.2, 0.8]}},
    "ising_star": {"environment": {"kind": "ising_star", "strength": [0.5, 1.0, 2.0]}},
    "lorentzian": {
        "environment": {"kind": "lorentzian", "rate": [0.1, 0.3, 1.0], "width": 0.2}
    },
    "markovian": {
        "environment": {
            "kind": "lindblad",
            "gamma_1": [0.01, 0.03, 0.1],
            "gamma_phi": 0.0,
        }
    },
    "qutrit": {
        "system": {"kind": "qutrit"},
        "environment": {"kind": "fields", "kappa": [0.05, 0.2, 0.8]},
        "materials": [name for name in MATERIALS if name != "best_decoupling"],
    },
}
COLUMNS = ["kind", "parameter", "value", "material", "mean", "low", "high", "seeds"]
COLUMNS += ["best_rank", "worst_rank"]


def settings(kind: str) -> oqnn.SweepSettings:
    """Return the description of one kind's sweep."""
    common = {
        "materials": MATERIALS,
        "times": {"stop": 8.0, "step": 0.5},
        "learning": {"epochs": 500, "restart_every": 250},
        "engineered": {"points": 400, "starts": 40},
        "optimal": {"starts": 3, "iterations": 400},
        "sweep": {"seeds": 4, "measures": [MEASURE, "average_fidelity", "purity"]},
    }
    own = KINDS[kind]
    h = {"h": 8.0}
    return oqnn.SweepSettings(**common | own | {"environment": own["environment"] | h})


def rows(kind: str, workers: int) -> list[dict[str, object]]:
    """Run what is left of one kind and return its part of the table."""
    found = oqnn.sweep(settings(kind), STORE / kind, workers=workers, progress=True)
    if found.failed:
        print(kind, "failed points:", found.failed)
    (axis,) = found.settings.axes
    (parameter,) = axis.names
    table = []
    for value in axis.values[0]:
        here = found.dataset.isel(point=(found.dataset[parameter] == value).values)
        ranks = rank_materials(here.drop_vars(parameter), MEASURE)
        for name in ranks.material.values:
            one = ranks.sel(material=name)
            numbers = [float(one[key]) for key in ("value", "low", "high")]
            counts = [int(one[key]) for key in ("count", "best_rank", "worst_rank")]
            entries = [kind, parameter.partition(".")[2], value, str(name)]
            entries += [f"{x:.6g}" for x in numbers] + counts
            table.append(dict(zip(COLUMNS, entries, strict=True)))
    return table


def draw(table: list[dict[str, object]]) -> None:
    """Draw means and intervals of every material, a panel a kind."""
    mpl.use("agg")
    from matplotlib import pyplot as plt

    from oqnn.plotting import material_colours

    kinds = list(dict.fromkeys(row["kind"] for row in table))
    colours = material_colours(MATERIALS)
    figure, axes = plt.subplots(
        2, 3, figsize=(9, 5.4), sharey=True, layout="constrained"
    )
    for ax, kind in zip(axes.flat, kinds, strict=False):
        mine = [row for row in table if row["kind"] == kind]
        values = sorted({float(row["value"]) for row in mine})
        for k, name in enumerate(MATERIALS):
            one = [row for row in mine if row["material"] == name]
            if not one:
                continue
            x = [values.index(float(r["value"])) + 0.1 * (k - 2.5) for r in one]
            mean, low, high = (
                np.array([float(r[key]) for r in one])
                for key in ("mean", "low", "high")
            )
            ax.errorbar(
                x,
                mean,
                [mean - low, high - mean],
                fmt="o",
                ms=4,
                color=colours[name],
                label=name.replace("_", " "),
            )
        ax.set_xticks(range(len(values)), [f"{v:g}" for v in values])
        ax.set(title=kind.replace("_", " "), xlabel=mine[0]["parameter"], yscale="log")
    for ax in axes[:, 0]:
        ax.set_ylabel("mean readout infidelity")
    handles, labels = axes.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=6, frameon=False)
    figure.savefig(HERE / "other_environments.png", dpi=160)


def main() -> None:
    """Run the kinds that are asked for, then rebuild table and picture of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", choices=[*KINDS, []], default=[])
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    path = HERE / "other_environments.csv"
    kept: list[dict[str, object]] = []
    chosen = asked.kinds or [*KINDS]
    if path.exists():
        with path.open(newline="") as file:
            kept = [row for row in csv.DictReader(file) if row["kind"] not in chosen]
    for kind in chosen:
        kept += rows(kind, asked.workers)
        order = sorted(kept, key=lambda row: [*KINDS].index(str(row["kind"])))
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(order)
    draw(sorted(kept, key=lambda row: [*KINDS].index(str(row["kind"]))))


if __name__ == "__main__":
    main()
