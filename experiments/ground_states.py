"""Ground states of the Ising ring from sampling networks: sizes, fields, hidden layers.

Four parts are sets of searches that are skipped once their rows are there:

- ``sizes``: h = J, n = 3 to 10, with LIF neurons and by Gibbs sampling, local energies
  from the samples' histogram, 2·10⁵ samples an iteration and 40 hidden neurons, from
  n = 9 on 4·10⁵ and 50. After 50 iterations with a quarter of the samples come 200
  whose medians and 15 and 85 % points are written down: of the sampled law, of the
  sampled law averaged over translations, reflection and flip, and (Gibbs) of the
  machine's own law.
- ``fields``: n = 8 and h/J from 0.1 to 10, with σx, correlations, correlation lengths
  and laws of the magnetisation; without any symmetry, and at h < J with the flip.
- ``hidden``: 5, 10 and 20 hidden neurons.
- ``large``: n = 16, 32, 64 by Gibbs sampling, local energies from the model's ratios.

LIF neurons have renewing synapses and are read every half refractory time in ``sizes``,
every fifth of one in the other parts. Searches descend by stochastic reconfiguration.
A last table, ``ways``, sets it beside Adam in both coordinates, for exact energies and
gradients, n = 10 and 50 hidden neurons: medians of five starts.

The script can be stopped at any time:

    python experiments/ground_states.py [sizes|fields|hidden|large|ways] [lif|gibbs]
"""

import csv
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from oqnn._core.errors import ConvergenceError
from oqnn.ground_states import (
    SymmetryGroup,
    TransverseIsing,
    exact_ground_state,
    fit_correlation_length,
    free_fermion_energy,
    ground_state,
    lattice_symmetries,
    observables_of_law,
)
from oqnn.ground_states.local_energy import law_local_energies
from oqnn.ground_states.search_step import SearchRule, init_search, search_step
from oqnn.spiking import GibbsSampler, LIFSampler, two_layer
from oqnn.spiking.sampling.exact import visible_law

HERE = Path(__file__).parent
FIRST, LAST = 50, 200  # iterations with a quarter of the samples, and with all
RATE, DECAY = 0.1, 0.995  # imaginary time a step, times J or h, whichever is less
READ_EVERY_MS = {"sizes": 5.0, "fields": 2.0, "hidden": 2.0}  # of LIF neurons
SAMPLERS = ("lif", "gibbs")
FIELDS = {  # h/J: samples, hidden neurons
    0.1: (200_000, 50),
    0.5: (200_000, 30),
    0.9: (400_000, 40),
    1.0: (200_000, 40),
    1.25: (200_000, 30),
    5.0: (200_000, 20),
    10.0: (200_000, 30),
}
CASE = ("part", "sampler", "symmetry", "n", "h", "n_hidden", "samples")
SUMMARY = ("law", "iterations", "processor_s")
QUANTILES = [
    f"{name}_{q}" for name in ("energy_error", "infidelity") for q in (50, 15, 85)
]
TABLES = {
    "ground_states": (*CASE, *SUMMARY, *QUANTILES),
    "ground_states_curves": (*CASE, "iteration", "energy_error", "infidelity"),
    "ground_states_observables": (*CASE, "quantity", "at", "mean", "sd", "exact"),
    "ground_states_large": (
        *CASE,
        *("iterations", "processor_s", "energy_per_spin", "error", "exact"),
        *("energy_error", "variance_per_spin"),
    ),
    "ground_states_ways": (
        *("optimizer", "coordinates", "learning_rate", "iterations"),
        *("energy_error", "infidelity"),
    ),
    "ground_states_large_curves": (*CASE, "iteration", "energy_error"),
}
CHIP = {  # of n = 6, 8, 10: Klassert et al., Fig. 4, energies per spin
    "energy_error": (7.2e-4, 1.9e-3, 2.1e-3),
    "infidelity": (1.1e-3, 3.3e-3, 4.7e-3),
}
WAYS = [
    *(("adam", "neurons", rate) for rate in (0.003, 0.01, 0.03, 0.1)),
    *(("adam", "spins", rate) for rate in (0.003, 0.01, 0.03, 0.1)),
    *(("sr", "spins", rate) for rate in (0.1, 0.3)),
]
Case = tuple[str, str, str, int, float, int, int]


def cases() -> list[Case]:
    """Return all searches, the longest first."""
    found: list[Case] = [
        ("large", "gibbs", "none", n, 1.0, m, 1024)
        for n, m in ((16, 32), (32, 32), (64, 64))
    ]
    for sampler in SAMPLERS:
        for n in range(10, 2, -1):
            size = (40, 200_000) if n < 9 else (50, 400_000)
            found.append(("sizes", sampler, "none", n, 1.0, *size))
        found.append(("sizes", sampler, "all", 10, 1.0, 50, 400_000))
        for h, (samples, m) in FIELDS.items():
            for symmetry in ("none", "flip") if h < 1 else ("none",):
                found.append(("fields", sampler, symmetry, 8, h, m, samples))
    found += [
        ("hidden", "lif", "none", n, 1.0, m, 200_000)
        for n in (4, 6, 8)
        for m in (5, 10, 20)
    ]
    return found


def sampler_of(case: Case) -> LIFSampler | GibbsSampler:
    """Return the sampler of a case."""
    if case[1] == "gibbs":
        return GibbsSampler()
    return LIFSampler(synapses="renewing", read_every_ms=READ_EVERY_MS[case[0]])


def symmetry_of(word: str, model: TransverseIsing) -> SymmetryGroup | None:
    """Return a group by its name in the tables."""
    if word == "none":
        return None
    return lattice_symmetries(model) if word == "all" else SymmetryGroup(8, flip=True)


def search(case: Case) -> None:
    """Run one search with a histogram and write its rows."""
    _, sampler, symmetry, n, h, n_hidden, samples = case
    model = TransverseIsing(n, 1.0, h)
    exact = exact_ground_state(model)
    rule = SearchRule(
        hamiltonian=model.pauli,
        sampler=sampler_of(case),
        samples=samples,
        local_energies="histogram",
        optimizer="sr",
        learning_rate=RATE / max(1.0, h),
        decay=DECAY,
        diagonal_shift=0.01,
        epsilon=1e-12,
        coordinates="spins",
        symmetry=symmetry_of(symmetry, model),
        seed=n,
    )
    group = lattice_symmetries(model)
    start = time.process_time()
    state = init_search(two_layer(n, n_hidden, seed=n), rule)
    laws: dict[str, list] = {"sampled": [], "sampled, averaged": []}
    if sampler == "gibbs":
        laws["machine"] = []
    curve, sampled = [], []
    for iteration in range(FIRST + LAST):
        early = iteration < FIRST
        now = replace(rule, samples=samples // 4) if early else rule
        machine = state.machine
        state, found = search_step(state, now)
        error = (found.energy - exact.energy) / n
        lost = 1 - np.sqrt(found.law) @ exact.amplitudes
        curve.append((error, lost))
        if early:
            continue
        sampled.append(found.law)
        laws["sampled"].append((error, lost))
        laws["sampled, averaged"].append(errors(group.average(found.law), model, exact))
        if sampler == "gibbs":
            own = visible_law(machine)
            own = own if rule.symmetry is None else rule.symmetry.average(own)
            laws["machine"].append(errors(own, model, exact))
    seconds = time.process_time() - start
    for law, pairs in laws.items():
        points = np.percentile(pairs, [50, 15, 85], axis=0).T.ravel()
        summary = [law, FIRST + LAST, f"{seconds:.0f}"]
        append("ground_states", [[*case, *summary, *(f"{p:.3e}" for p in points)]])
    append(
        "ground_states_curves",
        [
            [*case, k, f"{curve[k][0]:.3e}", f"{curve[k][1]:.3e}"]
            for k in range(0, len(curve), 2)
        ],
    )
    if case[0] == "fields":
        append("ground_states_observables", observables(case, sampled, model, exact))
    print(case, f"{seconds:.0f} s", {k: np.median(v, 0) for k, v in laws.items()})


def errors(law: np.ndarray, model: TransverseIsing, exact) -> tuple[float, float]:
    """Return the excess of energy per spin, and 1 − |<ψ|ψ₀>|, of a law."""
    energy = law @ law_local_energies(model.pauli, law)
    return (energy - exact.energy) / model.n, 1 - np.sqrt(law) @ exact.amplitudes


def observables(
    case: Case, laws: list[np.ndarray], model: TransverseIsing, exact
) -> list[list]:
    """Return the rows of averages over the last iterations, beside the exact ones."""
    found = [averages(law, model) for law in laws]
    true = averages(exact.law, model)
    rows = []
    for quantity, at in true:
        values = np.array([each[quantity, at] for each in found])
        numbers = np.nanmean(values), np.nanstd(values), true[quantity, at]
        rows.append([*case, quantity, at, *(f"{x:.6g}" for x in numbers)])
    return rows


def averages(law: np.ndarray, model: TransverseIsing) -> dict[tuple[str, float], float]:
    """Return σx, correlations, their length, and the law of the magnetisation."""
    seen = observables_of_law(law, model)
    distances = np.arange(1, len(seen.correlations))
    found = {("sigma_x", 0.0): seen.sigma_x, ("asymmetry", 0.0): seen.asymmetry}
    for d in distances:
        found["correlation", float(d)] = seen.correlations[d]
    try:
        fit = fit_correlation_length(distances, seen.correlations[1:])
        values = (fit.length, fit.amplitude, fit.offset)
    except ConvergenceError:
        values = (np.nan,) * 3
    for name, value in zip(("length", "amplitude", "offset"), values, strict=True):
        found[name, 0.0] = value
    for m, p in zip(seen.magnetisations, seen.magnetisation_law, strict=True):
        found["magnetisation", float(m)] = p
    return found


def search_large(case: Case) -> None:
    """Run one search with ratios of the model and write its rows."""
    _, _, _, n, h, n_hidden, samples = case
    start = time.process_time()
    found = ground_state(
        TransverseIsing(n, 1.0, h),
        n_hidden=n_hidden,
        sampler=GibbsSampler(chains=samples, sweeps_per_read=5),
        samples=samples,
        final_samples=40 * samples,
        iterations=500,
        local_energies="ratios",
        optimizer="sr",
        learning_rate=0.3,
        decay=0.997,
        seed=n,
    )
    seconds = time.process_time() - start
    exact = free_fermion_energy(n, 1.0, h) / n
    numbers = (found.energy / n, found.energy_error / n, exact)
    rest = (found.energy / n - exact, found.variance / n)
    row = [*case, len(found.energies), f"{seconds:.0f}"]
    row += [f"{x:.7f}" for x in numbers] + [f"{x:.3e}" for x in rest]
    append("ground_states_large", [row])
    curve = found.energies / n - exact
    rows = [[*case, k, f"{curve[k]:.3e}"] for k in range(0, len(curve), 3)]
    append("ground_states_large_curves", rows)
    print(*row)


def compare_ways() -> None:
    """Write medians over starts at a few iterations, for exact gradients."""
    model = TransverseIsing(10, 1.0, 1.0)
    for optimizer, coordinates, rate in WAYS:
        curves = []
        for seed in range(5):
            found = ground_state(
                model,
                n_hidden=50,
                iterations=1001,
                local_energies="exact",
                optimizer=optimizer,
                coordinates=coordinates,
                learning_rate=rate,
                seed=seed,
            )
            error = (found.energies - found.exact_energy) / model.n
            curves.append((error, 1 - found.overlaps))
        medians = np.median(curves, axis=0)
        rows = [
            [optimizer, coordinates, rate, k, *(f"{x:.3e}" for x in medians[:, k])]
            for k in (30, 100, 300, 1000)
        ]
        append("ground_states_ways", rows)


def read(table: str) -> list[dict[str, str]]:
    """Return the rows of a table by their columns' names."""
    path = HERE / f"{table}.csv"
    if not path.exists():
        return []
    with path.open() as file:
        return list(csv.DictReader(file))


def draw() -> Figure:
    """Return errors against n, the field, hidden neurons, and along large searches."""
    figure = Figure(figsize=(9.6, 5.6), dpi=200, layout="constrained")
    axes = figure.subplots(2, 3).ravel()
    rows = read("ground_states")
    for axis, name in ((axes[0], "energy_error"), (axes[1], "infidelity")):
        for sampler in SAMPLERS:
            for law in ("sampled", "sampled, averaged", "machine"):
                wanted = {"part": "sizes", "symmetry": "none", "sampler": sampler}
                points_of(axis, rows, wanted | {"law": law}, "n", name)
        axis.plot([6, 8, 10], CHIP[name], "kx", ms=4, label="chip")
    for symmetry in ("none", "flip"):
        wanted = {"part": "fields", "sampler": "lif", "symmetry": symmetry}
        points_of(axes[2], rows, wanted | {"law": "sampled"}, "h", "infidelity")
    for n_hidden in (5, 10, 20):
        wanted = {"part": "hidden", "n_hidden": str(n_hidden), "law": "sampled"}
        points_of(axes[3], rows, wanted, "n", "infidelity")
    for row in read("ground_states_observables"):
        if row["quantity"] == "length" and row["sampler"] == "lif":
            h, mark = float(row["h"]), {"none": "o", "flip": "s"}[row["symmetry"]]
            mean, sd = float(row["mean"]), float(row["sd"])
            axes[4].errorbar(h, mean, sd, fmt=f"C0{mark}", ms=2)
            axes[4].plot(h, float(row["exact"]), "k_")
    for n in ("16", "32", "64"):
        curve = [row for row in read("ground_states_large_curves") if row["n"] == n]
        values = np.array([[row["iteration"], row["energy_error"]] for row in curve])
        if len(curve):
            axes[5].plot(*np.abs(values.astype(float)).T, lw=0.7, label=f"n = {n}")
    ways = ("n", "n", "h", "n", "h", "iteration")
    labels = ("ΔE/n", *["1 − overlap"] * 3, "correlation length", "|ΔE|/n")
    for axis, x, y in zip(axes, ways, labels, strict=True):
        axis.set(xlabel=x, ylabel=y, xscale="log" if x == "h" else "linear")
        axis.set_yscale("linear" if "length" in y else "log")
        if axis.get_legend_handles_labels()[0]:
            axis.legend(fontsize=4)
    return figure


def points_of(axis, rows, wanted: dict[str, str], x: str, y: str) -> None:
    """Draw medians with 15 and 85 % points of the rows that have wanted values."""
    rows = [row for row in rows if wanted.items() <= row.items()]
    if not rows:
        return
    names = (x, f"{y}_50", f"{y}_15", f"{y}_85")
    at, middle, low, high = np.array(
        sorted([float(row[name]) for name in names] for row in rows)
    ).T
    label = ", ".join(wanted[key] for key in wanted if key not in ("part",))
    bars = (middle - low, high - middle)
    axis.errorbar(at, middle, bars, fmt="o-", ms=2, lw=0.7, label=label)


def append(table: str, rows: list[list]) -> None:
    """Add rows to a table at once, so that two runs may share it."""
    path = HERE / f"{table}.csv"
    if not path.exists():
        path.write_text(",".join(TABLES[table]) + "\n")
    with path.open("a", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def is_done(case: Case) -> bool:
    """Tell whether a case has its rows."""
    name = "ground_states_large" if case[0] == "large" else "ground_states"
    path = HERE / f"{name}.csv"
    if not path.exists():
        return False
    with path.open() as file:
        return any(row[: len(case)] == list(map(str, case)) for row in csv.reader(file))


def is_wanted(case: Case, asked: set[str]) -> bool:
    """Tell whether a case is of the parts and of the samplers asked for, if any."""
    parts, samplers = asked - set(SAMPLERS), asked & set(SAMPLERS)
    return (not parts or case[0] in parts) and (not samplers or case[1] in samplers)


def main() -> None:
    """Run what is missing."""
    asked = set(sys.argv[1:])
    for case in cases():
        if is_wanted(case, asked) and not is_done(case):
            (search_large if case[0] == "large" else search)(case)
    if (not asked or "ways" in asked) and not (
        HERE / "ground_states_ways.csv"
    ).exists():
        compare_ways()
    draw().savefig(HERE / "ground_states.png")


if __name__ == "__main__":
    main()
