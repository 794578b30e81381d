"""The controls of the reference setting, with sixteen learners.

Trains the study, holds it against every control, and writes one row a learner or draw
to ``reference_controls.csv``. What is finished is kept in ``results``: the script can
be stopped at any time and goes on; about a quarter of an hour on one idle core:

    python experiments/reference_controls.py
"""

from pathlib import Path

from oqnn.studies import ControlsTable, StudySettings, compare, controls
from oqnn.studies.control_cases import CASES

HERE = Path(__file__).parent
TABLE = HERE / "reference_controls.csv"
RESULTS = HERE.parent / "results" / "reference_controls"
SETTINGS = {
    "learning": {"seeds": 16, "epochs": 2000, "restart_every": 400},
    "times": {"values": [0.0, 2.0, 4.0, 6.0, 8.0]},
    "spikes": {"times": 0},
}
SLOW = ("weak field", "known state", "few shots")  # with fewer learners and epochs
QUICK = [name for name in CASES if name not in SLOW]


def main() -> None:
    """Run what is missing and print the table."""
    settings = StudySettings(**SETTINGS)
    study = compare(settings=settings, out=RESULTS / "study", progress=True)
    parts = [
        controls(
            study, cases=QUICK, epochs=1000, out=RESULTS / "controls", progress=True
        ),
        controls(
            study,
            cases=SLOW,
            epochs=800,
            seeds=range(4),
            out=RESULTS / "slow",
            progress=True,
        ),
    ]
    table = ControlsTable.of([entry for part in parts for entry in part.entries()])
    table.write_csv(TABLE)
    for measure in ("infidelity", "breaking_time"):
        print(table.text(measure), "\n")
    print("learners that lose at most 0.05:", table.reached("as trained"))


if __name__ == "__main__":
    main()
