"""A drive learned in the two-band register model, tried on the whole two bands.

The register model keeps which band the environment is in, and leaves its jumps as they
are under a drive. That is an approximation: it needs rates and fields well below the
width of the bands. Here a material learns in the model to perform a Hadamard gate
on the qubit while it decays, and the same drive then steers the qubit beside all levels
of both bands, unitarily, for several realizations of the random coupling. At a field as
strong as the bands are wide the model fails, and the table shows that too. (To keep all
states the model's best drive is none, and there is nothing to learn.) Finished cases
are skipped:

    python experiments/two_band_drive.py
"""

import csv
from pathlib import Path

import numpy as np
from scipy.linalg import expm

from oqnn._core.bases import pauli_basis, to_coordinates
from oqnn._core.threads import one_blas_thread
from oqnn.dynamics import Controls
from oqnn.environments import (
    LearningRule,
    Material,
    ProtectionCost,
    RegisterEnvironment,
    TwoBand,
    engineered_material,
    field_channel,
    learn,
    plain_material,
    readout_infidelity,
)

HERE = Path(__file__).parent
TABLE = HERE / "two_band_drive.csv"
MODEL = TwoBand(100, 75, width=0.5, coupling=0.004)  # rates 0.020 and 0.015
PERIOD, SLICES = 40.0, 80
FIELDS = (0.1, 0.5)  # bounds h; the bands are 0.5 wide
SEEDS, EPOCHS, RATE = range(4), 600, 1.0  # RATE is η/ω
REALIZATIONS = 6
STEP = 0.2  # of Strang splitting; a quarter of it changes fidelities by about 1e-6
HADAMARD = np.array([[1, 1], [1, -1]]) / np.sqrt(2)
COST = ProtectionCost(target=HADAMARD, readouts=(1.0,))
SIGMA = pauli_basis(1)[1:]


def environment_of(h: float) -> RegisterEnvironment:
    """Return the register of the two bands with fields along x, y and z."""
    channels = {
        axis: field_channel(s / 2, 2) for axis, s in zip("xyz", SIGMA, strict=True)
    }
    return RegisterEnvironment(MODEL.generator(), channels, h, register_law=[1, 0])


def rule_of(h: float) -> LearningRule:
    """Return neurons that are slow against the memory 1/δε of the bands."""
    return LearningRule(
        neurons=4, tau=0.5, period=PERIOD, slices=SLICES, rate=RATE, mass=1.0
    )


def materials_of(h: float) -> dict[str, Material]:
    """Return a random material, the best constants and the best learner."""
    environment, rule = environment_of(h), rule_of(h)
    learned = learn(environment, rule, COST, seeds=SEEDS, epochs=EPOCHS)
    return {
        "plain": plain_material(environment, 1000, rule=rule),
        "engineered": engineered_material(environment, period=PERIOD, cost=COST),
        "learning": learned.material(),
    }


def unitary_map(
    controls: Controls, h: float, realization: int, step: float = STEP
) -> np.ndarray:
    """Return the qubit's map at the end from all levels, shape (4, 4).

    Strang splitting: half a turn of the qubit by its field at the middle of a step, a
    step of everything else, half a turn. Columns are |s⟩⊗|n⟩, n in band 1.
    """
    whole = MODEL.environment(0, realization=realization)
    size, N1 = MODEL.N1 + MODEL.N2, MODEL.N1
    H = np.kron(np.eye(2), whole.H_E) + whole.H_int
    free = expm(-1j * step * H)
    U = np.zeros((2, size, 2, N1), dtype=complex)
    for s in (0, 1):
        U[s, np.arange(N1), s, np.arange(N1)] = 1
    count = round(PERIOD / step)
    edges = step * np.arange(count + 1)
    fields = h / 2 * controls.samples(edges[:-1], edges[1:])[1]  # in the middle
    turns = expm(-0.5j * step * np.tensordot(fields, SIGMA, 1))
    for turn in turns:
        U = np.tensordot(turn, U, 1).reshape(2 * size, -1)
        U = np.tensordot(turn, (free @ U).reshape(2, size, 2, N1), 1)
    return transfer_of(U)


def transfer_of(U: np.ndarray) -> np.ndarray:
    """Return the real map of the qubit from columns |s⟩⊗|n⟩ after a time."""
    moved = np.einsum("aesn,betn->stab", U, U.conj()) / U.shape[-1]  # of |s⟩⟨t|
    basis = np.concatenate([np.eye(2)[None], SIGMA]) / np.sqrt(2)
    ends = np.einsum("kst,stab->kab", basis, moved)
    return to_coordinates(ends).real.T


def rows_of(h: float) -> list[list]:
    """Compare model and unitary evolution of each material."""
    table, overlap = [], COST.overlap_matrix(2)
    for kind, material in materials_of(h).items():
        model = readout_infidelity(material, COST, period=PERIOD)
        controls = material.controls(PERIOD)
        with one_blas_thread():
            maps = [unitary_map(controls, h, r) for r in range(REALIZATIONS)]
        drawn = [1 - (overlap * transfer).sum() for transfer in maps]
        error = np.std(drawn, ddof=1) / np.sqrt(REALIZATIONS)
        figures = [f"{x:.5f}" for x in (model, np.mean(drawn), error)]
        table.append([h, kind, *figures, REALIZATIONS])
        print(table[-1], flush=True)
    return table


def main() -> None:
    """Run what is missing and print the table."""
    header = ["field", "material", "model", "unitary", "standard_error", "realizations"]
    text = TABLE.read_text() if TABLE.exists() else ""
    table = list(csv.reader(text.splitlines())) or [header]
    for h in FIELDS:
        if not any(row[0] == str(h) for row in table):
            table += rows_of(h)
            with TABLE.open("w", newline="") as file:
                csv.writer(file).writerows(table)
    print(TABLE.read_text())


if __name__ == "__main__":
    main()
