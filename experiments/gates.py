"""Gates in noise: which environment performs one best, and does a long wait hurt?

Hadamard and T on a qubit of the reference setting, in epochs of four lengths, and CNOT
on two qubits. Bare, plain, the best constant controls, learning, and optimal control
with piecewise-constant pulses on the same bounds; one row a member with the average
gate infidelity at the end of the epoch. Finished cases are skipped, so the script can
be stopped at any time:

    python experiments/gates.py
"""

import csv
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from oqnn._core.bases import pauli_basis
from oqnn.dynamics import RegisterGenerator
from oqnn.environments import (
    Environment,
    LearningRule,
    Material,
    ProtectionCost,
    ReferenceEnvironment,
    RegisterEnvironment,
    bare_material,
    engineered_material,
    field_channel,
    grape,
    learn,
    least_resolution,
    plain_material,
)
from oqnn.measures import average_fidelity
from oqnn.studies.intervals import mean_interval

HERE = Path(__file__).parent
TABLE = HERE / "gates.csv"
HEADER = ["gate", "epoch_length", "material", "seed", "infidelity", "epochs", "seconds"]
GATES = {
    "hadamard": np.array([[1, 1], [1, -1]]) / np.sqrt(2),
    "t": np.diag([1, np.exp(0.25j * np.pi)]),
    "cnot": np.eye(4)[[0, 1, 3, 2]],
}
# gate, T, learners, epochs, starts of optimal control
CASES = [("hadamard", T, 8, 1000, 8) for T in (1, 2, 4, 8)]
CASES += [("t", T, 8, 1000, 8) for T in (1, 2)]
CASES += [("cnot", 2, 4, 400, 4)]
CASES += [("t", T, 8, 1000, 8) for T in (4, 8)]
KINDS = ("bare", "plain", "engineered", "learning", "grape")
SLICE = 0.1  # of W, and of a pulse: one λ
PLAIN_SEEDS = range(1000, 1040)


def pair() -> RegisterEnvironment:
    """Return two qubits, each with a telegraph of its own, and a tunable coupling.

    Each qubit's frequency jumps by ±ξ/2 at the rate κ = 0.2 (ξ = 1), so the register
    holds 2 × 2 levels; damping and dephasing are those of the reference setting.
    Channels: x and y fields on each qubit, bound h = 8 as there, and a coupling
    (J/2) σ_z ⊗ σ_z with |J| ≤ 2. CNOT takes ∫ J dt = π/2, at least 0.79 time units.
    """
    xi, kappa, gamma, h, J = 1.0, 0.2, 0.004, 8.0, 2.0
    one, x, y, z = pauli_basis(1)
    lower = np.array([[0, 0], [1, 0]])
    levels = [(a, b) for a in (1, -1) for b in (1, -1)]
    fields = [xi / 2 * (a * np.kron(z, one) + b * np.kron(one, z)) for a, b in levels]
    local = [
        np.sqrt(gamma) * np.kron(lower, one),
        np.sqrt(gamma) * np.kron(one, lower),
        np.sqrt(gamma / 2) * np.kron(z, one),
        np.sqrt(gamma / 2) * np.kron(one, z),
    ]
    jumps: dict = {(i, i): local for i in range(4)}
    jumps |= {
        (i, j): np.sqrt(kappa) * np.eye(4)
        for i, (a, b) in enumerate(levels)
        for j, (c, d) in enumerate(levels)
        if (a != c) + (b != d) == 1
    }
    operators = {
        "x1": np.kron(x, one) / 2,
        "y1": np.kron(y, one) / 2,
        "x2": np.kron(one, x) / 2,
        "y2": np.kron(one, y) / 2,
        "zz": np.kron(z, z) / 2,
    }
    return RegisterEnvironment(
        RegisterGenerator(fields, jumps),
        {name: field_channel(op, 4) for name, op in operators.items()},
        dict.fromkeys(operators, h) | {"zz": J},
    )


def members(
    environment: Environment, kind: str, gate: str, period: float, settings: list[int]
) -> Iterator[tuple[Material, int, int]]:
    """Yield the materials of a kind with their seeds, and epochs or gradients."""
    learners, epochs, starts = settings
    cost = ProtectionCost(target=GATES[gate], readouts=(1.0,))
    rule = rule_of(environment, period)
    if kind == "bare":
        yield bare_material(environment), 0, 0
    elif kind == "plain":
        for seed in PLAIN_SEEDS:
            yield plain_material(environment, seed, rule=rule), seed, 0
    elif kind == "engineered":
        yield engineered_material(environment, period=period, cost=cost), 0, 0
    elif kind == "learning":
        result = learn(environment, rule, cost, seeds=range(learners), epochs=epochs)
        for i, seed in enumerate(result.labels):
            yield result.material(i), seed, epochs
    else:
        found = grape(
            environment, cost, period=period, slices=rule.slices, seeds=range(starts)
        )
        for seed, count in enumerate(found.evaluations):
            yield found.material(seed), seed, int(count)


def rule_of(environment: Environment, period: float) -> LearningRule:
    """Return the reference rule for an epoch of this length."""
    least = least_resolution(environment.generator().matrices(), 0.1, SLICE)
    return LearningRule(
        neurons=environment.n_controls,
        period=period,
        slices=round(period / SLICE),
        resolution=max(least, LearningRule.resolution),
    )


def rows(kind: str, gate: str, period: float, settings: list[int]) -> list[list[str]]:
    """Measure every member of one kind; seconds are those of a member, on average."""
    environment = pair() if gate == "cnot" else ReferenceEnvironment()
    start = time.perf_counter()
    found = [*members(environment, kind, gate, period, settings)]
    seconds = (time.perf_counter() - start) / len(found)
    table = []
    for material, seed, epochs in found:
        end = material.transfer([0, period])[-1]
        lost = 1 - average_fidelity(end, GATES[gate])
        figures = [f"{seed}", f"{lost:.6f}", f"{epochs}", f"{seconds:.1f}"]
        table.append([gate, f"{period}", kind, *figures])
    return table


def summary(table: list[list[str]]) -> str:
    """Return a line a gate, epoch length and material: mean, 95 % interval, best."""
    lines = [f"{'gate':<10}{'T':>3}  {'material':<12}{'n':>3}{'best':>9}{'mean':>9}"]
    cases: dict[tuple, list[list[str]]] = {}
    for row in sorted(table[1:], key=lambda row: row[:2]):
        cases.setdefault((row[0], str(row[1]), row[2]), []).append(row)
    for (gate, period, kind), members in cases.items():
        lost = [float(row[4]) for row in members]
        mean, low, high = mean_interval(lost)
        effort = np.mean([float(row[5]) for row in members])
        work = {"learning": "epochs", "grape": "gradients"}.get(kind)
        lines.append(
            f"{gate:<10}{period:>3}  {kind:<12}{len(lost):>3}{min(lost):>9.4f}"
            f"{mean:>9.4f} [{low:.4f}, {high:.4f}]"
            + (f"{effort:>7.0f} {work}, {members[0][6]} s" if work else "")
        )
    return "\n".join(lines)


def main() -> None:
    """Run what is missing and print the table."""
    text = TABLE.read_text() if TABLE.exists() else ""
    table = list(csv.reader(text.splitlines())) or [HEADER]
    for gate, period, *settings in CASES:
        for kind in KINDS:
            case = [gate, f"{period}", kind]
            if any(row[:3] == case for row in table):
                continue
            table += rows(kind, gate, period, settings)
            with TABLE.open("w", newline="") as file:
                csv.writer(file).writerows(table)
            print(*case, "done", flush=True)
    print(summary(table))


if __name__ == "__main__":
    main()
