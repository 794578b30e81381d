"""One entangled pair in four materials, as matrix, Wigner function and classical spins.

At first a Bell inequality forbids that spikes carry the pair; this asks from when on
they can. Saves ``three_views.png`` and ``margins.png``. A small version: the better of
two learners of 300 epochs; ``experiments/views_of_materials.py`` has sixteen of 2000.
"""

import numpy as np

from oqnn.dynamics import System
from oqnn.environments import (
    ReferenceEnvironment,
    bare_material,
    engineered_material,
    learn,
    xy8_material,
)
from oqnn.plotting import margins_over_time, three_views
from oqnn.studies import HARD_PAIR, views


def main() -> None:
    """Print the times from which spikes carry the pair, and save the figures."""
    environment = ReferenceEnvironment()
    materials = {
        "bare": bare_material(environment),
        "engineered": engineered_material(environment, starts=5),
        "xy8": xy8_material(environment),
        "learning": learn(environment, seeds=[0, 6], epochs=300).material(),
    }
    times = 0.1 * np.arange(301)
    pair = System(np.zeros((2, 2)), HARD_PAIR, kept=2)
    found = views(materials, pair, times, until=80, step=0.025)
    print(found.summary_text())

    control = {kind: found[kind].sel(frame="control") for kind in found.kinds}
    rows = {
        kind: {
            "states": view.states.values[0],
            "wigner": view.wigner.values,
            "margin": view.margin.values,
        }
        for kind, view in control.items()
    }
    angles = found["bare"].theta.values, found["bare"].phi.values
    three_views(times, *angles, rows, shown=[0, 20, 120]).savefig("three_views.png")
    margins = {kind: row["margin"] for kind, row in rows.items()}
    marks = {k: float(found[k].entanglement_breaking_time[0]) for k in found.kinds}
    margins_over_time(times, margins, marks=marks).savefig("margins.png")


if __name__ == "__main__":
    main()
