"""A quick comparative study from Python: half of a Bell pair in three materials."""

import oqnn
from oqnn.studies import StudySettings


def main() -> None:
    """Print how long entanglement lasts, and save the learned material."""
    settings = StudySettings.quick().replaced(
        {"learning.epochs": 100, "plain.seeds": 3, "spikes.times": 0}
    )
    study = oqnn.compare(
        materials=["plain", "engineered", "learning"],
        tlist=[0, 1, 2, 4, 8, 16],
        settings=settings,
    )
    for row in study.summary():
        print(row["material"], row["breaking_time"])
    print(study.dataset.negativity.round(3).to_series().unstack())


if __name__ == "__main__":
    main()
