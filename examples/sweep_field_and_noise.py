"""Which material wins, over the strength of its field and the rate of the noise?

The same from a file: write `SETTINGS` as TOML, one table a part, and run
``oqnn compare file.toml``; ``examples/study.toml`` is a larger one.
"""

from oqnn import SweepSettings, sweep
from oqnn.studies import phase_diagram, rank_materials, ranking_text

SETTINGS = SweepSettings(
    materials=["bare", "plain", "engineered"],
    environment={"h": [2.0, 8.0], "kappa": {"from": 0.1, "to": 0.4, "count": 3}},
    training={"kappa": 0.2},  # one search a field bound, used at every rate
    engineered={"points": 200, "starts": 20},
    times={"stop": 8.0, "step": 1.0},
    sweep={"seeds": 6, "measures": ["readout_infidelity", "purity"]},
)


def main() -> None:
    """Run 48 points, rank the materials, and say who wins where."""
    found = sweep(SETTINGS)
    print(found.grid().readout_infidelity.sel(seed=-1).dims)
    print(ranking_text(rank_materials(found.dataset, "readout_infidelity")))
    diagram = phase_diagram(found.dataset, "readout_infidelity")
    print(diagram.winner.to_series().unstack())
    print("decided at", int(diagram.decided.sum()), "of", diagram.decided.size)


if __name__ == "__main__":
    main()
