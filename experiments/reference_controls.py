"""The controls of the reference setting, with sixteen learners.

Trains the study, holds it against every control, and writes one row a learner or draw
to ``reference_controls.csv``. What is finished is kept in ``results``, so the script
can be stopped at any time and goes on; fifteen minutes on one core in all:

    python experiments/reference_controls.py
"""

from pathlib import Path

from oqnn.studies import StudySettings, compare, controls

HERE = Path(__file__).parent
TABLE = HERE / "reference_controls.csv"
RESULTS = HERE.parent / "results" / "reference_controls"
SETTINGS = {
    "learning": {"seeds": 16, "epochs": 2000, "restart_every": 400},
    "times": {"values": [0.0, 2.0, 4.0, 6.0, 8.0]},
    "spikes": {"times": 0},
}
EPOCHS = 1000  # of the learners that are trained for a control


def main() -> None:
    """Run what is missing and print the table."""
    settings = StudySettings(**SETTINGS)
    study = compare(settings=settings, out=RESULTS / "study", progress=True)
    table = controls(study, epochs=EPOCHS, out=RESULTS / "controls", progress=True)
    table.write_csv(TABLE)
    for measure in ("infidelity", "breaking_time"):
        print(table.text(measure), "\n")
    print("learners that lose at most 0.05:", table.reached("as trained"))


if __name__ == "__main__":
    main()
