"""The gradient route to laws of spins beside exact answers: the paper's Figs. 3, 7, 8.

Fig. 3 is of the thousand two-qubit states that CNOT, H ⊗ 1 and T ⊗ 1 make in turn of a
random mixed state: final losses and iterations of plain descent and of Adam. Figs. 7
and 8 are of mixtures p |GHZ⟩⟨GHZ| + (1 − p) ρ̄ with random states ρ̄ of the
Hilbert-Schmidt measure: loss, fidelity with GHZ and relative entropy of GHZ to what was
reached after ten thousand iterations, and of the nearest realizable matrix; the p at
which laws end come from one linear program for each of two hundred ρ̄. Fidelity and
entropy are those of the nearest state, for neither needs be positive.

    python experiments/gradient_route.py [orbit] [ghz] [thresholds]
"""

import csv
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import linprog

from oqnn._core.progress import ProgressLine
from oqnn._core.seeds import rng_from
from oqnn.encoding import (
    CorrelationMap,
    gate_unitary,
    nearest_realizable,
    realize_many,
    realize_many_by_gradient,
)
from oqnn.measures import fidelity, nearest_state, relative_entropy
from oqnn.plotting import distances_along_a_mixture, loss_histograms

HERE = Path(__file__).parent
STATES, SEEDS, THRESHOLDS = 1000, 8, 200
SHARES = np.linspace(0, 1, 41)
GHZ = np.zeros((8, 8))
GHZ[np.ix_([0, 7], [0, 7])] = 0.5
GATES = [gate_unitary("CNOT", 2), gate_unitary("H", 2, 0), gate_unitary("T", 2, 0)]
MEASURES = ("loss", "fidelity", "entropy")
LABELS = (
    r"loss $\|\hat\rho - \rho\|^2$",
    "fidelity with GHZ",
    "relative entropy of GHZ",
)


def random_state(seed: int, n_qubits: int) -> np.ndarray:
    """Return a state of the Hilbert-Schmidt measure."""
    rng, d = rng_from(seed, "hilbert-schmidt"), 2**n_qubits
    factor = rng.normal(size=(d, d)) + 1j * rng.normal(size=(d, d))
    rho = factor @ factor.conj().T
    return rho / np.trace(rho).real


def write(name: str, header: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Write a table."""
    with (HERE / name).open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(header)
        table.writerows(
            [f"{x:.6g}" if isinstance(x, float) else x for x in row] for row in rows
        )


def orbit() -> None:
    """Write and draw losses and iterations of Fig. 3."""
    states = [random_state(0, 2)]
    for k in range(STATES - 1):
        U = GATES[k % 3]
        states.append(U @ states[-1] @ U.conj().T)
    chi = CorrelationMap(2).chi_from_state(np.array(states)).reshape(STATES, -1)
    laws = realize_many(states)
    exact = ((laws @ CorrelationMap(2).signs.T - chi) ** 2).sum(axis=1) / 4
    found = {
        method: realize_many_by_gradient(states, method=method)
        for method in ("descent", "adam")
    }
    losses = {
        name: np.array([one.loss for one in all_]) for name, all_ in found.items()
    }
    counts = {
        name: np.array([one.iterations for one in all_]) for name, all_ in found.items()
    }
    header = ["step", "exact_loss"]
    header += [f"{name}_{word}" for name in found for word in ("loss", "iterations")]
    columns = [v for name in found for v in (losses[name], counts[name])]
    rows = zip(
        range(STATES), exact.tolist(), *(c.tolist() for c in columns), strict=True
    )
    write("gradient_route_orbit.csv", header, rows)
    print(f"exact laws: largest loss {exact.max():.1e}")
    for name in found:
        low, middle, high = np.percentile(counts[name], [0, 50, 100])
        print(
            f"{name}: largest loss {losses[name].max():.3e}, iterations "
            f"{low:.0f} to {high:.0f}, median {middle:.0f}"
        )
    names = {"descent": "descent", "adam": "Adam"}
    figure = loss_histograms(
        {names[name]: loss for name, loss in losses.items()},
        {names[name]: count for name, count in counts.items()},
    )
    figure.savefig(HERE / "gradient_route_orbit.png")


def measures_of(carried: np.ndarray, target: np.ndarray) -> list[float]:
    """Return the loss, the fidelity with GHZ, and the relative entropy of GHZ."""
    state = nearest_state(carried)
    return [
        float(np.linalg.norm(carried - target) ** 2),
        float(fidelity(GHZ, state)),
        float(relative_entropy(GHZ, state)),
    ]


def ghz() -> None:
    """Write and draw Figs. 7 and 8."""
    cases = [(seed, share) for seed in range(SEEDS) for share in SHARES]
    states = [p * GHZ + (1 - p) * random_state(seed, 3) for seed, p in cases]
    found = realize_many_by_gradient(states, method="descent")
    rows = []
    with ProgressLine("nearest matrices", len(states)) as line:
        for (seed, share), rho, one in zip(cases, states, found, strict=True):
            best = measures_of(nearest_realizable(rho).state, rho)
            reached = measures_of(one.state, rho)
            rows.append([seed, float(share), one.iterations, *reached, *best])
            line.advance()
    header = ["seed", "share", "iterations", *MEASURES]
    write("gradient_route_ghz.csv", [*header, *(f"exact_{m}" for m in MEASURES)], rows)
    table = np.array(rows).reshape(SEEDS, len(SHARES), -1)
    gap = table[..., 3] - table[..., 6]
    print(f"loss above the exact distance: {gap.min():.1e} to {gap.max():.1e}")


def thresholds() -> None:
    """Write the shares of GHZ at which laws end."""
    signs, rows = CorrelationMap(3).signs, []
    to = CorrelationMap(3).chi_from_state(GHZ).reshape(-1)
    for seed in range(THRESHOLDS):
        start = CorrelationMap(3).chi_from_state(random_state(seed, 3)).reshape(-1)
        answer = linprog(
            np.r_[np.zeros(signs.shape[1]), -1.0],
            A_eq=np.column_stack([signs, start - to]),
            b_eq=start,
            bounds=[(0, None)] * signs.shape[1] + [(0, 1)],
            method="highs-ds",
        )
        rows.append([seed, float(answer.x[-1]) if answer.success else np.nan])
    write("gradient_route_thresholds.csv", ["seed", "share"], rows)


def draw_ghz() -> None:
    """Draw Figs. 7 and 8 from the tables."""
    shares = np.genfromtxt(HERE / "gradient_route_thresholds.csv", delimiter=",")[1:, 1]
    mean, spread = np.nanmean(shares), np.nanstd(shares, ddof=1)
    print(f"laws end at p = {mean:.3f} ± {spread:.3f} ({shares.size} states)")
    table = np.genfromtxt(HERE / "gradient_route_ghz.csv", delimiter=",")[1:]
    table = table.reshape(SEEDS, len(SHARES), -1)
    figure = distances_along_a_mixture(
        SHARES,
        {label: table[..., 3 + k] for k, label in enumerate(LABELS)},
        {label: table[..., 6 + k] for k, label in enumerate(LABELS)},
        threshold=(mean, spread),
    )
    figure.savefig(HERE / "gradient_route_ghz.png")


def main() -> None:
    """Compute what was asked for, or all, and draw it."""
    wanted = sys.argv[1:] or ["orbit", "thresholds", "ghz"]
    if "orbit" in wanted:
        orbit()
    if "thresholds" in wanted:
        thresholds()
    if "ghz" in wanted:
        ghz()
    draw_ghz()


if __name__ == "__main__":
    main()
