"""Ways to learn in the reference setting: how fast, how far, and from how much.

Epoch-wise learning at five frictions and three rates, online learning, noisy gradients,
learning from costs alone with exact and counted costs, and restarts. One row a learner.
Learning from costs runs 32 epochs for one, so it has four seeds and 200 epochs; the
others have eight and 500, restarts 32 and 800. Finished cases are skipped and an
interrupted one goes on from its last checkpoint:

    python experiments/ways_to_learn.py
"""

import csv
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from oqnn.environments import (
    LearningMethod,
    LearningResult,
    LearningRule,
    LearningState,
    LocalLearning,
    NoisyGradients,
    OnlineLearning,
    ReferenceEnvironment,
    epochs_to_reach,
    find_basins,
    learn,
)

HERE = Path(__file__).parent
TABLE = HERE / "ways_to_learn.csv"
CHECKPOINTS = HERE.parent / "results" / "ways_to_learn"
XY8 = 0.0647  # readout infidelity of the textbook cycle
GOOD = 0.05
OPTIMUM = (-0.881, 0.881, 0.881, -1.0)  # best constant controls
LAST = 50  # epochs whose median is the end of a curve
HEADER = ["case", "friction", "rate_over_mass", "seed", "epochs", "least_infidelity"]
HEADER += ["last_infidelity", "epochs_to_xy8", "restarts", "preparations_to_xy8"]


@dataclass(frozen=True)
class Case:
    """One way to learn."""

    name: str
    method: LearningMethod | None = None
    friction: float = 0.9
    speed: float = 0.3  # η/ω
    seeds: int = 8
    epochs: int = 500
    restart_every: int | None = None
    warm: bool = False  # from weights around the engineered optimum


COSTS_ALONE = {"speed": 0.1, "seeds": 4, "epochs": 200}
CASES = (
    Case("epoch-wise"),
    Case("online", OnlineLearning()),
    Case("epoch-wise, twice the rate", speed=0.6),
    Case("online, twice the rate", OnlineLearning(), speed=0.6),
    Case("epoch-wise, three times the rate", speed=1.0),
    Case("online, three times the rate", OnlineLearning(), speed=1.0),
    Case("restarts", seeds=32, epochs=800, restart_every=160),
    Case("overdamped", friction=0.0),
    Case("strong friction", friction=0.5),
    Case("weak friction", friction=0.99),
    Case("no friction", friction=1.0),
    Case("noise as large as the gradient", NoisyGradients(1.0)),
    Case("noise three times the gradient", NoisyGradients(3.0)),
    Case("warm start", warm=True),
    Case("local", LocalLearning(), **COSTS_ALONE),
    Case("local, 10000 shots", LocalLearning(shots=10_000), **COSTS_ALONE),
    Case(
        "local, 1000 shots",
        LocalLearning(shots=1000, perturbation=0.3),
        **COSTS_ALONE,
    ),
)


def train(case: Case) -> LearningResult:
    """Learn in one case, checkpointing as it goes."""
    path = CHECKPOINTS / f"{case.name.replace(' ', '_')}.npz"
    state = LearningState(**np.load(path)) if path.exists() else None
    rule = LearningRule(friction=case.friction, rate=1.0, mass=1 / case.speed)
    seeds, weights = range(case.seeds), None
    if case.warm:
        around = partial(rule.weights_around, OPTIMUM, scale=rule.initial_scale)
        weights = np.array([around(seed=seed) for seed in seeds])
    return learn(
        ReferenceEnvironment(),
        rule,
        seeds=seeds,
        weights=weights,
        epochs=case.epochs,
        state=state,
        restart_every=case.restart_every,
        method=case.method,
        checkpoint=lambda state: np.savez(path, **state._asdict()),
    )


def restarts(case: Case, costs: np.ndarray) -> np.ndarray:
    """Count how often each learner began again, as `restart_laggards` decides."""
    every = case.restart_every or case.epochs
    windows = costs.reshape(len(costs), -1, every).min(axis=-1)[:, :-1]
    return (windows > 1.5 * windows.min(axis=0, initial=np.inf)).sum(axis=1)


def rows(case: Case, result: LearningResult) -> list[list]:
    """Measure the learning curve of each learner."""
    curves = result.state.infidelities
    reached = epochs_to_reach(curves, XY8)
    table = []
    again = restarts(case, result.state.costs)
    each = zip(result.labels, curves, reached, again, strict=True)
    for seed, curve, epochs, times in each:
        used = ""
        if isinstance(case.method, LocalLearning) and case.method.shots:
            price = case.method.evaluations * case.method.shots
            used = f"{(epochs + 1) * price:.3g}"
        last = np.median(curve[-LAST:])
        figures = [
            f"{np.nanmin(curve):.6f}",
            f"{last:.6f}",
            f"{epochs:.0f}",
            times,
            used,
        ]
        settings = [case.name, case.friction, f"{case.speed:g}", seed, case.epochs]
        table.append([*settings, *figures])
    return table


def main() -> None:
    """Run what is missing and print a summary."""
    CHECKPOINTS.mkdir(parents=True, exist_ok=True)
    text = TABLE.read_text() if TABLE.exists() else ""
    table = list(csv.reader(text.splitlines())) or [HEADER]
    for case in CASES:
        if not any(row[0] == case.name for row in table):
            table += rows(case, train(case))
            with TABLE.open("w", newline="") as file:
                csv.writer(file).writerows(table)
        own = [row for row in table if row[0] == case.name]
        least = np.array([float(row[5]) for row in own])
        groups = find_basins(least, level=GOOD)
        low, high = groups.interval
        epochs = np.median([float(row[7]) for row in own])
        print(
            f"{case.name}: least {least.min():.4f}, median {np.median(least):.4f}; "
            f"{groups.good} of {groups.total} below {GOOD} [{low:.2f}, {high:.2f}]; "
            f"XY8 passed after {epochs:.0f} epochs (median); basins {groups.sizes}",
            flush=True,
        )


if __name__ == "__main__":
    main()
