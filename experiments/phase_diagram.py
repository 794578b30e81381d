"""Which environment protects a qubit best: field bound against noise correlation time.

The reference setting on a grid of the bound h and the hopping rate κ; the noise field
forgets itself in 3/(4κ). At each point: the best constant controls, the best textbook
cycle that fits, and learners and optimal control on the same bounds, both from near the
engineered optimum, and in strong fields both from random starts too. One row a member,
with its mean readout infidelity. Finished points are skipped, so the script can be
stopped at any time:

    python experiments/phase_diagram.py
"""

import csv
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from oqnn.environments import (
    LearningRule,
    Material,
    ReferenceEnvironment,
    best_decoupling,
    engineered_material,
    grape,
    learn,
    least_resolution,
)
from oqnn.measures import average_fidelity
from oqnn.plotting import phase_diagram
from oqnn.studies.intervals import Interval, difference_interval, mean_interval

HERE = Path(__file__).parent
TABLE = HERE / "phase_diagram.csv"
HEADER = ["h", "kappa", "material", "seed", "infidelity", "seconds"]
BOUNDS = (1.0, 2.0, 4.0, 8.0, 16.0)
RATES = (0.02, 0.08, 0.3, 1.25, 5.0)
SEEDS = (0, 1, 2)
WARM_SCALE = 0.25
EPOCHS = 800
ITERATIONS = 200  # of optimal control
PERIOD = 8.0
MATERIALS = ("engineered", "decoupling", "learning")
LABELS = {"grape": "optimal control"}


def rule_of(environment: ReferenceEnvironment) -> LearningRule:
    """Return the reference rule with steps that fit, and smaller ones of the weights.

    η/ω falls as 1/h above h = 8, and by half again at 16.
    """
    h = environment.h
    parts = environment.generator().matrices()
    least = least_resolution(parts, LearningRule.tau, PERIOD / LearningRule.slices)
    return LearningRule(
        resolution=max(least, LearningRule.resolution),
        rate=min(1, 8 / h) * (0.5 if h >= 16 else 1),
    )


def members(
    environment: ReferenceEnvironment, random: bool
) -> Iterator[tuple[str, int, Material]]:
    """Yield every material of a point with its name and seed."""
    rule = rule_of(environment)
    engineered = engineered_material(environment, starts=5)
    y = np.ravel(engineered.controls(0).values)
    yield "engineered", 0, engineered
    decoupled, _ = best_decoupling(environment, period=PERIOD, rest={"hopping": -1})
    yield "decoupling", 0, decoupled
    starts = {
        "warm learning": [
            rule.weights_around(y, scale=WARM_SCALE, seed=seed) for seed in SEEDS
        ]
    }
    if random:
        starts["learning"] = [rule.random_weights(seed) for seed in SEEDS]
    for name, weights in starts.items():
        result = learn(
            environment, rule, seeds=SEEDS, epochs=EPOCHS, weights=np.array(weights)
        )
        for i, seed in enumerate(SEEDS):
            yield name, seed, result.material(i)
    draws = [np.random.default_rng(seed) for seed in SEEDS]
    shape = (rule.slices, environment.n_controls)
    near = [
        np.clip(y + WARM_SCALE * rng.standard_normal(shape), -1, 1) for rng in draws
    ]
    pulses = {"warm grape": near}
    if random:
        pulses["grape"] = [rng.uniform(-1, 1, shape) for rng in draws]
    for name, controls in pulses.items():
        found = grape(environment, controls=np.array(controls), iterations=ITERATIONS)
        for i, seed in enumerate(SEEDS):
            yield name, seed, found.material(i)


def infidelity(material: Material) -> float:
    """Return the mean readout infidelity."""
    transfer = material.transfer(PERIOD * np.array([0, 0.25, 0.5, 0.75, 1]))
    return float((1 - average_fidelity(transfer[1:])).mean())


def samples(table: list[list[str]]) -> dict[tuple, dict[str, list[float]]]:
    """Return the infidelities of each material at each point, (h, κ) → material → n.

    Of warm and of random starts those with the lower mean count.
    """
    found: dict[tuple, dict[str, list[float]]] = {}
    for h, kappa, name, _, lost, _ in table[1:]:
        point = found.setdefault((float(h), float(kappa)), {})
        point.setdefault(name, []).append(float(lost))
    for point in found.values():
        for name in ("learning", "grape"):
            groups = [point.pop(key) for key in (f"warm {name}", name) if key in point]
            point[name] = min(groups, key=np.mean)
    return found


def leaders(lost: dict[str, list[float]]) -> tuple[list[str], Interval]:
    """Return the materials by their means, and the second's lead over the first."""
    order = sorted(lost, key=lambda name: float(np.mean(lost[name])))
    return order, difference_interval(lost[order[1]], lost[order[0]])


def summary(table: list[list[str]]) -> str:
    """Return a line a point: mean and 95 % interval of each material, and who wins."""
    lines = []
    for (h, kappa), lost in sorted(samples(table).items()):
        cells = []
        for name, values in lost.items():
            mean, low, high = mean_interval(values)
            cells.append(f"{name} {mean:.4f} [{low:.4f}, {high:.4f}]")
        for names in (MATERIALS, (*MATERIALS, "grape")):
            order, lead = leaders({name: lost[name] for name in names})
            sure = "wins" if lead.low > 0 else "leads, not surely"
            cells.append(f"{order[0]} {sure}")
        lines.append(f"h = {h:g}, κ = {kappa:g}: " + "; ".join(cells))
    return "\n".join(lines)


def draw(table: list[list[str]], names: tuple[str, ...], path: Path) -> None:
    """Draw who wins, of some of the materials."""
    points = samples(table)
    shape = len(BOUNDS), len(RATES)
    values = {name: np.full(shape, np.nan) for name in names}
    undecided = np.zeros(shape, dtype=bool)
    for (h, kappa), lost in points.items():
        at = BOUNDS.index(h), len(RATES) - 1 - RATES.index(kappa)
        for name in names:
            values[name][at] = np.mean(lost[name])
        lead = leaders({name: lost[name] for name in names})[1]
        undecided[at] = not lead.low > 0
    figure = phase_diagram(
        BOUNDS,
        0.75 / np.array(RATES[::-1]),
        {LABELS.get(name, name): value for name, value in values.items()},
        undecided=undecided,
        x_label=r"bound of the control field $h$ (units of $\xi$)",
        y_label=r"noise correlation time $3/(4\kappa)$ (units of $1/\xi$)",
    )
    figure.savefig(path)


def main() -> None:
    """Run what is missing, print the table and draw the figures."""
    text = TABLE.read_text() if TABLE.exists() else ""
    table = list(csv.reader(text.splitlines())) or [HEADER]
    grid = [(i, j) for i in range(len(BOUNDS)) for j in range(len(RATES))]
    grid.sort(key=lambda ij: ij[0] % 2 + ij[1] % 2)  # the coarse grid first
    for i, j in grid:
        h, kappa = BOUNDS[i], RATES[j]
        random = h >= 4 or kappa == 0.3  # elsewhere warm starts are known to be better
        done = [row for row in table if row[:2] == [str(h), str(kappa)]]
        names = {row[2] for row in done}
        if names and (not random or "grape" in names):
            continue
        table = [row for row in table if row not in done]
        environment = ReferenceEnvironment(h=h, kappa=kappa)
        start = time.perf_counter()
        for kind, seed, material in members(environment, random):
            seconds = time.perf_counter() - start
            lost = f"{infidelity(material):.6f}"
            table.append([str(h), str(kappa), kind, str(seed), lost, f"{seconds:.1f}"])
        with TABLE.open("w", newline="") as file:
            csv.writer(file).writerows(table)
        print(h, kappa, f"{time.perf_counter() - start:.0f} s", flush=True)
    print(summary(table))
    draw(table, MATERIALS, HERE / "phase_diagram.png")
    every = (*MATERIALS, "grape")
    draw(table, every, HERE / "phase_diagram_with_optimal_control.png")


if __name__ == "__main__":
    main()
