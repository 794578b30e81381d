"""From when on classical spikes can carry an entangled pair, in each material.

The reference setting: bare, 40 plain ones, the best constant controls, XY8, and sixteen
learners of 2000 epochs, left alone or with restarts every 400. One qubit of
(|00⟩ + e^{iπ/4}|11⟩)/√2, which no spins can carry by a factor √2, is in the material.
Writes one row a member, and one a material with medians and 95 % intervals that assume
no distribution; a figure goes to ``results``. Learners are checkpointed, so the script
can be stopped at any time:

    python experiments/views_of_materials.py
"""

import csv
from pathlib import Path

import numpy as np

from oqnn.dynamics import System
from oqnn.environments import (
    LearningState,
    Material,
    ReferenceEnvironment,
    bare_material,
    engineered_material,
    learn,
    plain_material,
    xy8_material,
)
from oqnn.plotting import margins_over_time
from oqnn.studies import HARD_PAIR, Views, views
from oqnn.studies.medians import median_interval

HERE = Path(__file__).parent
MEMBERS = HERE / "views_of_materials.csv"
MEDIANS = HERE / "views_of_materials_medians.csv"
RESULTS = HERE.parent / "results" / "views_of_materials"
PLAIN_SEEDS = range(1000, 1040)
SEEDS = range(16)
EPOCHS = 2000
RESTART_EVERY = 400
TIMES = 0.25 * np.arange(321)
COLUMNS = (
    "carried_from",
    "forbidden_until",
    "carried_in_hardest_axes_from",
    "no_bell_violation_from",
    "entanglement_breaking_time",
)


def learners(environment: ReferenceEnvironment, every: int) -> dict[str, Material]:
    """Return the learning materials by seed, the best one first."""
    path = RESULTS / f"learners_{every}.npz"
    result = learn(
        environment,
        seeds=SEEDS,
        epochs=EPOCHS,
        state=LearningState(**np.load(path)) if path.exists() else None,
        restart_every=every or None,
        checkpoint=lambda state: np.savez(path, **state._asdict()),
    )
    return {str(result.labels[i]): result.material(int(i)) for i in result.order}


def materials(environment: ReferenceEnvironment) -> dict[str, dict[str, Material]]:
    """Return every material by kind and seed."""
    return {
        "bare": {"": bare_material(environment)},
        "plain": {str(s): plain_material(environment, s) for s in PLAIN_SEEDS},
        "engineered": {"": engineered_material(environment)},
        "xy8": {"": xy8_material(environment)},
        "learning": learners(environment, 0),
        "learning, restarts": learners(environment, RESTART_EVERY),
    }


def write_members(found: Views, seeds: dict[str, list[str]]) -> None:
    """Write one row a member: times in the control frame, then in the laboratory."""
    with MEMBERS.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["material", "seed", *COLUMNS, "carried_from_in_laboratory"])
        for kind, names in seeds.items():
            control = found[kind].sel(frame="control")
            lab = found[kind].carried_from.sel(frame="laboratory").values
            for i, seed in enumerate(names):
                times = [float(control[c].values[i]) for c in COLUMNS]
                writer.writerow(
                    [kind, seed, *(f"{time:.3f}" for time in [*times, lab[i]])]
                )


def write_medians(found: Views) -> None:
    """Write one row a material and time: median and interval over members."""
    with MEDIANS.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["material", "members", "time", "median", "low", "high"])
        for kind in found.kinds:
            control = found[kind].sel(frame="control")
            for column in COLUMNS:
                interval = median_interval(control[column].values)
                numbers = [f"{value:.2f}" for value in interval]
                writer.writerow([kind, control.sizes["member"], column, *numbers])


def main() -> None:
    """Train what is missing, look at every material, and print the table."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    groups = materials(ReferenceEnvironment())
    pair = System(np.zeros((2, 2)), HARD_PAIR, kept=2)
    found = views({k: list(group.values()) for k, group in groups.items()}, pair, TIMES)
    write_members(found, {kind: list(group) for kind, group in groups.items()})
    write_medians(found)
    margins = {k: found[k].margin.sel(frame="control").values for k in found.kinds}
    broken = {
        k: float(np.median(found[k].entanglement_breaking_time)) for k in found.kinds
    }
    figure = margins_over_time(TIMES, margins, marks=broken)
    figure.savefig(RESULTS / "margins.png")
    print(found.summary_text())


if __name__ == "__main__":
    main()
