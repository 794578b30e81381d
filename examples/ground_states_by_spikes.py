"""Find the ground state of a small Ising ring with spiking neurons, and draw many more.

Six spins at h = J, first: LIF neurons sample, energies come from the histogram of
their samples, and the energy, the overlap and the correlations are printed beside the
exact ones. Then three pictures of the searches of ``experiments/ground_states.py``:
rings of eight spins over the field, sizes at h = J, and hidden layers. Their laws are
as sampled, or averaged over the ring's symmetries, after the search or at every step
of it ("symmetric"). Searches that are not in the tables are left out and named.
"""

import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from oqnn import ConvergenceError
from oqnn.ground_states import (
    TransverseIsing,
    exact_ground_state,
    fit_correlation_length,
    ground_state,
    observables_of_law,
)
from oqnn.plotting import (
    ground_states_over_fields,
    ground_states_over_sizes,
    hidden_layer_sizes,
)
from oqnn.spiking import LIFSampler

TABLES = Path(__file__).parent.parent / "experiments"
FIELDS = (0.1, 0.5, 0.9, 1.0, 1.25, 5.0, 10.0)
SIZES = tuple(range(3, 11))
LAST = 200  # iterations that medians are taken over
CHIP = {  # at h = J, with energies per spin; the published ones are of all spins
    "n": (6, 8, 10),
    "energy_error": (7.2e-4, 1.9e-3, 2.1e-3),
    "infidelity": (1.1e-3, 3.3e-3, 4.7e-3),
}
WAYS = {  # sampler, symmetry of the search, law, sizes
    "LIF": ("lif", "none", "sampled", SIZES),
    "LIF, averaged": ("lif", "none", "sampled, averaged", SIZES),
    "Gibbs": ("gibbs", "none", "sampled", SIZES),
    "Gibbs, averaged": ("gibbs", "none", "sampled, averaged", SIZES),
    "LIF, symmetric": ("lif", "all", "sampled", (10,)),
    "Gibbs, symmetric": ("gibbs", "all", "sampled", (10,)),
}
CURVE = ("iteration", "energy_error", "infidelity")
NAMES = {"lif": "LIF", "gibbs": "Gibbs"}
Row = dict[str, str]


def main() -> None:
    """Search one ground state, then draw the tables."""
    search_six_spins()
    for name, draw in {
        "ground_states_over_fields": over_fields,
        "ground_states_over_sizes": over_sizes,
        "hidden_layer_sizes": hidden_layers,
    }.items():
        figure = draw()
        if figure is None:
            print(f"{name}: too few rows, not drawn")
            continue
        figure.savefig(f"{name}.png")
        print(f"{name}.png")


def search_six_spins() -> None:
    """Search with LIF neurons and print what they found."""
    ring = TransverseIsing(6, 1.0, 1.0)
    exact = exact_ground_state(ring)
    found = ground_state(
        ring,
        n_hidden=12,
        sampler=LIFSampler(synapses="renewing"),
        samples=20_000,
        iterations=60,
        optimizer="sr",
        learning_rate=0.3,
        decay=0.98,
        final_samples=200_000,
        seed=6,
    )
    assert found.law is not None  # as energies come from a histogram
    seen, true = (observables_of_law(law, ring) for law in (found.law, exact.law))
    print(f"energy per spin {found.energy / 6:.5f}, exact {exact.energy / 6:.5f}")
    print(f"overlap         {found.overlap:.5f}")
    print(f"σx              {seen.sigma_x:.4f}, exact {true.sigma_x:.4f}")
    print(f"C_zz(1 to 3)    {seen.correlations[1:].round(4)}")
    print(f"         exact  {true.correlations[1:].round(4)}")


def over_fields() -> Figure | None:
    """Draw rings of eight spins over the field, with the flip in searches at h < J."""
    rows = read("ground_states_observables", part="fields")
    found = {}
    for sampler, name in NAMES.items():
        cases = [
            (h, select(rows, sampler=sampler, symmetry=word, h=h))
            for h in FIELDS
            for word in ("flip" if h < 1 else "none",)
        ]
        present = [(h, observables(case)) for h, case in cases if case]
        note(f"{name} over fields", FIELDS, [h for h, _ in present])
        if present:
            found[name] = stacked(present)
    broken: dict[str, dict[str, ArrayLike]] = {}
    for sampler, name in NAMES.items():
        case = select(rows, sampler=sampler, symmetry="none", h=0.1)
        if case:
            law = observables(case)["magnetisation_law"]
            broken[f"{name}, no flip"] = {"h": [0.1], "magnetisation_law": law[None]}
    grid = np.unique([*np.geomspace(0.1, 10, 120), *FIELDS])
    exact = stacked([(h, exact_observables(h)) for h in grid])
    if not found:
        return None
    return ground_states_over_fields(exact, found, broken=broken)


def over_sizes() -> Figure | None:
    """Draw errors over the number of spins at h = J."""
    rows, curves = read("ground_states", part="sizes"), {}
    found = {}
    for name, (sampler, symmetry, law, sizes) in WAYS.items():
        wanted = {"sampler": sampler, "symmetry": symmetry, "law": law}
        cases = [row for n in sizes for row in select(rows, n=n, **wanted)]
        note(name, sizes, [int(row["n"]) for row in cases])
        if cases:
            found[name] = columns(cases, "n") | {
                key: np.array(
                    [[float(row[f"{key}_{q}"]) for row in cases] for q in (15, 50, 85)]
                )
                for key in ("energy_error", "infidelity")
            }
    along = read("ground_states_curves", part="sizes")
    for n in SIZES:
        case = select(along, sampler="lif", symmetry="none", n=n)
        if case:
            curves[f"$N = {n}$"] = columns(case, *CURVE)
    large = read("ground_states_large")
    note("large", (16, 32, 64), [int(row["n"]) for row in large])
    along = read("ground_states_large_curves")
    large_curves = {
        f"$N = {n}$": columns(select(along, n=n), *CURVE[:2])
        for n in (16, 32, 64)
        if select(along, n=n)
    }
    if not (found and curves and large):
        return None
    samples = np.where(np.array(SIZES) < 9, 200_000, 400_000)
    least = (2.0 ** np.array(SIZES) - 1) / (8 * samples)
    return ground_states_over_sizes(
        found,
        curves,
        columns(large, "n", "energy_error", "error"),
        large_curves,
        floor={"n": SIZES, "infidelity": least},
        chip=CHIP,
        title="LIF, along the search",
    )


def hidden_layers() -> Figure | None:
    """Draw errors with small hidden layers."""
    rows = read("ground_states_curves", part="hidden")
    cases = {
        (m, n): select(rows, n_hidden=m, n=n) for m in (5, 10, 20) for n in (4, 6, 8)
    }
    missing = [key for key, case in cases.items() if not case]
    if missing:
        print("hidden layers without rows (hidden neurons, spins):", missing)
    layers = [m for m in (5, 10, 20) if all(cases[m, n] for n in (4, 6, 8))]
    if not layers:
        return None
    data = {
        key: [[tail(cases[m, n], key) for n in (4, 6, 8)] for m in layers]
        for key in ("energy_error", "infidelity")
    }
    return hidden_layer_sizes({"n": (4, 6, 8), "n_hidden": layers} | data)


def tail(case: list[Row], key: str) -> np.ndarray:
    """Return a column over the last iterations that the table has."""
    found = columns(case, "iteration", key)
    return found[key][found["iteration"] > found["iteration"].max() - LAST]


def observables(case: list[Row]) -> dict[str, np.ndarray]:
    """Return averages of one search by name, with a fit to its mean correlations."""

    def values(quantity: str, column: str = "mean") -> np.ndarray:
        rows = sorted(select(case, quantity=quantity), key=lambda r: float(r["at"]))
        return np.array([float(row[column]) for row in rows])

    correlations = values("correlation")
    fit = fitted(correlations)
    return {
        "sigma_x": values("sigma_x")[0],
        "sigma_x_sd": values("sigma_x", "sd")[0],
        "length": fit[1],
        "length_sd": values("length", "sd")[0],
        "fits": fit,
        "correlations": correlations,
        "magnetisation_law": values("magnetisation"),
    }


def exact_observables(h: float) -> dict[str, np.ndarray | float]:
    """Return the averages of the ground state of eight spins."""
    ring = TransverseIsing(8, 1.0, h)
    seen = observables_of_law(exact_ground_state(ring).law, ring)
    return {
        "sigma_x": seen.sigma_x,
        "length": fitted(seen.correlations[1:])[1],
        "correlations": seen.correlations[1:],
        "magnetisation_law": seen.magnetisation_law,
    }


def fitted(correlations: np.ndarray) -> np.ndarray:
    """Return A, ξ and B of a fit, not numbers where no length fits."""
    try:
        fit = fit_correlation_length(np.arange(1, len(correlations) + 1), correlations)
    except ConvergenceError:
        return np.full(3, np.nan)
    return np.array([fit.amplitude, fit.length, fit.offset])


def stacked(cases: Iterable[tuple[float, dict]]) -> dict[str, np.ndarray]:
    """Return arrays over fields from averages at each."""
    fields, averages = zip(*cases, strict=True)
    joined = {key: np.array([each[key] for each in averages]) for key in averages[0]}
    return {"h": np.array(fields)} | joined


def read(table: str, **wanted: object) -> list[Row]:
    """Return the rows of a table with these entries; none where it is not there."""
    path = TABLES / f"{table}.csv"
    if not path.exists():
        print(f"{path.name} is not there")
        return []
    with path.open(newline="") as file:
        return select(csv.DictReader(file), **wanted)


def select(rows: Iterable[Row], **wanted: object) -> list[Row]:
    """Return the rows with these entries."""
    return [row for row in rows if all(row[k] == str(v) for k, v in wanted.items())]


def columns(rows: list[Row], *names: str) -> dict[str, np.ndarray]:
    """Return columns as numbers."""
    return {name: np.array([float(row[name]) for row in rows]) for name in names}


def note(name: str, wanted: Iterable[float], present: Iterable[float]) -> None:
    """Say what is missing."""
    missing = sorted({*wanted} - {*present})
    if missing:
        print(f"{name}: no rows for {', '.join(f'{x:g}' for x in missing)}")


if __name__ == "__main__":
    main()
