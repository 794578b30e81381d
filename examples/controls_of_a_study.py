"""Hold a learning material against what could explain its success otherwise.

A small study, three learners and 100 epochs, and some of its controls: other materials,
the learned slices in another order, and random drives of the learned spectrum. The
picture is saved as ``controls_of_a_study.png``.
"""

import oqnn
from oqnn.plotting import dots_and_intervals
from oqnn.studies import StudySettings

SETTINGS = {
    "materials": ["learning"],
    "learning": {"seeds": 3, "epochs": 100},
    "times": {"values": [0.0, 8.0]},
    "spikes": {"times": 0},
}
CASES = ["design", "shuffled slices", "random drive"]


def main() -> None:
    """Print who keeps more, and draw it."""
    study = oqnn.compare(settings=StudySettings(**SETTINGS))
    table = oqnn.controls(study, cases=CASES, draws=10)
    print(table.text())

    rows = [
        (condition, material, *table.interval(condition, material))
        for condition in table.conditions
        for material in table.materials(condition)
    ]
    figure = dots_and_intervals(rows, label="mean readout infidelity", log=True)
    figure.savefig("controls_of_a_study.png")


if __name__ == "__main__":
    main()
