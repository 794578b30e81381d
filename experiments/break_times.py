"""When quantum and classical motion part, against ħ: chaotic wells and regular ones.

A Duffing well, a network of four neurons and a kicked quartic well, driven until they
are chaotic; the same wells left alone; and the hilltops of two of them. Packets of
width √ħ start at points of the chaotic sea, on orbits that cross the whole well, or on
the hilltop. Schrödinger's equation moves them, and classical trajectories move a cloud
with the same Wigner function. Break times are the first times at which

    overlap_0.8    h ∬ W_quantum W_classical, at first one, is below 0.8;
    overlap_0.5    the same, below 0.5;
    stretching     √ħ times the largest stretching of the tangent map has reached one;
    trajectory     ⟨x⟩ is 1/2 away from the trajectory of the centre;
    distribution   the chances of x in bins of width 0.4 are 1/10 away from those of the
                   cloud, in total variation;
    mean           ⟨x⟩ is 1/10 away from the mean of the cloud.

Writes a row for each well, ħ and start, and one for each law. Runs that are in the
first file are not repeated, so the script can be stopped at any time. About five
minutes on one core:

    python experiments/break_times.py
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from scipy.fft import next_fast_len
from scipy.optimize import brentq
from scipy.signal import resample
from scipy.stats import qmc

from oqnn.phase_space import (
    DoubleWell,
    Driven,
    Kicked,
    NetworkPotential,
    Pendulum,
    Polynomial,
    Potential,
    classical_trajectories,
    propagate_wavefunction,
    tangent_maps,
)

HERE = Path(__file__).parent
RUNS = HERE / "break_times.csv"
LAWS = HERE / "break_times_laws.csv"
FIGURE = HERE / "break_times.png"
HBARS = (0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
POINTS, IN_OVERLAP = 2048, 48  # of the classical cloud
BIN = 0.4  # length
MARGIN = 6.0  # of the grids, in √ħ
FINER = 8  # the wavefunction is refined for W between its points
MEASURES = (
    "overlap_0.8",
    "overlap_0.5",
    "stretching",
    "trajectory",
    "distribution",
    "mean",
)
# √ħ times the largest stretching when the overlap is 1/2; the gaps of distributions and
# of means over the last fifth of the times.
MORE = ("stretched", "late_distribution", "late_mean")
COLUMNS = ("well", "flow", "hbar", "x0", "p0", *MEASURES, *MORE, "edge_mass")
SEED, RESAMPLES = 7, 2000


@dataclass(frozen=True)
class Case:
    """A well, where its packets start, and when they are looked at."""

    well: str
    flow: str
    potential: Potential
    times: np.ndarray
    starts: Callable[["Case"], np.ndarray]  # (2, centre)
    reach: float  # of classical points in x
    p_max: float
    period: float = 0.0


def sea(case: Case, count: int = 32) -> np.ndarray:
    """Return where points from near the unstable one are after twelve periods."""
    begin = np.random.default_rng(SEED).normal(0, 0.1, (2, count))
    times = case.period * np.arange(13)
    path = classical_trajectories(case.potential, *begin, times, step=0.1)
    return np.stack([path.x[-1], path.p[-1]])


def orbits(case: Case, count: int = 6) -> np.ndarray:
    """Return points at rest on the right, high enough to cross both wells."""
    return np.stack([np.linspace(2.0, 2.6, count), np.zeros(count)])


def hilltop(case: Case) -> np.ndarray:
    """Return the unstable point between the wells."""
    return np.array(
        [[brentq(lambda x: case.potential.derivative(x, 1), -0.5, 0.5)], [0]]
    )


def cases() -> list[Case]:
    """Return the wells, driven and left alone."""
    network = NetworkPotential(
        [3, -2.5, 1.5, -1.5], [-4.5, -4, 0, 0], [1, 1.2, -2 / 3, -2 / 3], "softplus"
    )
    duffing, quartic = DoubleWell(0.25, 1.0), Polynomial([0, 0, 0, 0, 0.25])
    driven = Driven(duffing, 0.6, 1.3), Driven(network, 0.7, 1.2)
    kicked = Kicked(quartic, Pendulum(-1.0, 1.5), 1.0)
    soon, late = np.arange(26.0), np.r_[0, np.geomspace(1, 60, 30)]
    later = np.r_[0, np.geomspace(1, 160, 40)]
    quick, turn = np.arange(0, 15.1, 0.1), 2 * np.pi
    return [
        Case("Duffing", "chaotic", driven[0], soon, sea, 3.0, 5.4, turn / 1.3),
        Case("network", "chaotic", driven[1], soon, sea, 4.3, 3.4, turn / 1.2),
        Case("quartic", "chaotic", kicked, soon[:17], sea, 2.8, 6.5, 1.0),
        Case("Duffing", "hilltop", duffing, quick, hilltop, 2.0, 1.2),
        Case("network", "hilltop", network, quick, hilltop, 3.5, 1.6),
        Case("Duffing", "regular", duffing, late, orbits, 3.2, 6.2),
        Case("network", "regular", network, later, orbits, 4.0, 2.5),
        Case("quartic", "regular", quartic, late, orbits, 3.2, 7.0),
    ]


def wigner_at(
    psi: np.ndarray, x: np.ndarray, hbar: float, points: np.ndarray
) -> np.ndarray:
    """Return hW of one wavefunction (m,) at points (2, n), each of its own.

    Positions are rounded to an eighth of the spacing of x, a fiftieth of the finest
    fringe that the grid holds.
    """
    fine, step = resample(psi, FINER * x.size), (x[1] - x[0]) / FINER
    live = np.flatnonzero(np.abs(psi) > 1e-6 * np.abs(psi).max()) * FINER
    reach = np.arange(0, (live[-1] - live[0]) // 2 + FINER, FINER // 2)
    fine = np.pad(fine, reach[-1])
    centre = np.rint((points[0] - x[0]) / step).astype(int) + reach[-1]
    values = np.empty(points.shape[1])
    for n, (i, p) in enumerate(zip(centre, points[1], strict=True)):
        chord = fine[i + reach].conj() * fine[i - reach]
        wave = (chord * np.exp(2j * p / hbar * step * reach)).real
        values[n] = 2 * (2 * wave.sum() - wave[0]) * step * FINER / 2
    return values


def crossing(times: np.ndarray, values: np.ndarray, level: float) -> float:
    """Return when values first exceed a level, by straight lines; else infinity."""
    above = values > level
    if not above.any():
        return np.inf
    n = int(above.argmax())
    if n == 0:
        return float(times[0])
    share = (level - values[n - 1]) / (values[n] - values[n - 1])
    return float(times[n - 1] + share * (times[n] - times[n - 1]))


def lost_overlap(
    values: np.ndarray, x: np.ndarray, hbar: float, cloud: np.ndarray
) -> np.ndarray:
    """Return one minus h ∬ W_quantum W_classical until it has passed 1/2, shape (t,).

    The overlap is the mean of hW over the classical cloud.
    """
    lost = [0.0]
    while len(lost) < len(values) and lost[-1] <= 0.5:
        n = len(lost)
        lost.append(1 - wigner_at(values[n], x, hbar, cloud[:, n]).mean())
    return np.array(lost)


def chances(x: np.ndarray, reach: float) -> np.ndarray:
    """Return the share of points (t, n) in each bin, shape (t, bins)."""
    bins, count = np.floor((x + reach) / BIN).astype(int), round(2 * reach / BIN)
    return np.stack([np.bincount(row, minlength=count) for row in bins]) / x.shape[1]


def line_for(case: Case, hbar: float) -> np.ndarray:
    """Return a grid of x that holds the packets, with the same bins for every ħ."""
    p_max = case.p_max + MARGIN * np.sqrt(hbar)
    half = int(np.ceil((case.reach + MARGIN * np.sqrt(hbar)) / BIN))  # bins on a side
    each = next_fast_len(int(BIN * p_max / (np.pi * hbar)) + 1)
    return BIN * np.arange(-half * each, half * each) / each


def run(case: Case, hbar: float, starts: np.ndarray) -> list[list]:
    """Return a row for every start (2, centre)."""
    x, times = line_for(case, hbar), case.times
    dx, reach = x[1] - x[0], -x[0]
    x0, p0 = starts[..., None]
    psi = np.exp((-((x - x0) ** 2) / 2 + 1j * p0 * x) / hbar) / (np.pi * hbar) ** 0.25
    step = 0.05 * min(1, (hbar / 0.01) ** 0.25)
    quantum = propagate_wavefunction(
        case.potential, psi, x, times, hbar=hbar, step=step
    )
    normal = qmc.MultivariateNormalQMC([0, 0], hbar / 2 * np.eye(2), rng=SEED)
    noise = normal.random(POINTS).T
    maps = tangent_maps(case.potential, *starts, times, step=0.1)
    most = np.sqrt(hbar) * np.maximum.accumulate(maps.stretching)
    rows = []
    for n, (at, to) in enumerate(starts.T):
        path = classical_trajectories(
            case.potential, at + noise[0], to + noise[1], times, step=0.2
        )
        cloud, values = np.stack([path.x, path.p]), quantum.values[:, n]
        density = np.abs(values) ** 2 * dx
        binned = density.reshape(times.size, round(2 * reach / BIN), -1).sum(-1)
        lost = lost_overlap(values, x, hbar, cloud[..., :IN_OVERLAP])
        apart = np.abs(binned - chances(path.x, reach)).sum(-1) / 2
        means = density @ x
        gap = np.abs(means - path.x.mean(axis=1))
        found = [
            crossing(times, lost, 0.2),
            crossing(times, lost, 0.5),
            crossing(times, np.log(most[:, n]), 0.0),
            crossing(times, np.abs(means - maps.x[:, n]), 0.5),
            crossing(times, apart, 0.1),
            crossing(times, gap, 0.1),
        ]
        stretched = np.exp(np.interp(found[1], times, np.log(most[:, n])))
        late = [gaps[-(times.size // 5) :].mean() for gaps in (apart, gap)]
        edge = max(quantum.edge_mass.x[:, n].max(), quantum.edge_mass.p[:, n].max())
        numbers = [hbar, at, to, *found, stretched, *late, edge]
        rows.append([case.well, case.flow, *numbers])
    return rows


def known() -> dict[tuple[str, str, float], list[list]]:
    """Return the rows of the first file by well, flow and ħ."""
    found: dict[tuple[str, str, float], list[list]] = {}
    if RUNS.exists():
        with RUNS.open(newline="") as file:
            for well, flow, *numbers in list(csv.reader(file))[1:]:
                row = [well, flow, *map(float, numbers)]
                found.setdefault((well, flow, row[2]), []).append(row)
    return found


def write(
    path: Path, header: tuple[str, ...], rows: list[list], digits: int = 5
) -> None:
    """Write a table, numbers to so many digits."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            writer.writerow(
                [v if isinstance(v, str) else f"{v:.{digits}g}" for v in row]
            )


def growth_rate(case: Case, starts: np.ndarray) -> float:
    """Return λ, the slope of the mean ln σ over all but the first fifth of the times.

    At first σ depends on the units of x and p.
    """
    times = np.r_[0, np.linspace(0.2, 1, 17) * case.times[-1]]
    maps = tangent_maps(case.potential, *starts, times, step=0.1)
    return float(np.polyfit(times[1:], np.log(maps.stretching[1:]).mean(axis=1), 1)[0])


def law(logs: np.ndarray, times: np.ndarray) -> list[float]:
    """Return slope and power of break times (ħ, start) against log 1/ħ, with errors.

    Fits to medians over starts. Errors are standard deviations over resampled starts,
    each taken for all ħ at once.
    """

    def fits(picked: np.ndarray) -> list[float]:
        middle = np.median(picked, axis=1)
        if not np.isfinite(middle).all():
            return [np.nan, np.nan]
        slope, power = (np.polyfit(logs, y, 1)[0] for y in (middle, np.log(middle)))
        return [slope, power]

    rng, count = np.random.default_rng(SEED), times.shape[1]
    drawn = [fits(times[:, rng.integers(count, size=count)]) for _ in range(RESAMPLES)]
    kept = np.array([one for one in drawn if np.isfinite(one).all()])
    errors = kept.std(axis=0) if count > 1 and len(kept) > 1 else [np.nan, np.nan]
    slope, power = fits(times)
    return [slope, errors[0], power, errors[1]]


def laws(found: dict[tuple[str, str, float], list[list]]) -> list[list]:
    """Return a row for every well, flow and measure that broke at three ħ or more."""
    rows = []
    for case in cases():
        rate = growth_rate(case, case.starts(case))
        tables = {
            h: np.array(found[case.well, case.flow, h])[:, 5 : 5 + len(MEASURES)]
            for h in HBARS
        }
        for n, measure in enumerate(MEASURES):
            times = {h: table[:, n].astype(float) for h, table in tables.items()}
            broke = [h for h in HBARS if np.isfinite(np.median(times[h]))]
            if len(broke) > 2:
                fitted = law(-np.log(broke), np.array([times[h] for h in broke]))
                limits = [max(broke), min(broke)]
                rows.append([case.well, case.flow, measure, rate, *limits, *fitted])
    return rows


def draw(found: dict[tuple[str, str, float], list[list]]) -> Figure:
    """Return break times against 1/ħ: medians, with the quartiles of the starts."""
    figure = Figure(figsize=(9.6, 3.2), dpi=200, layout="constrained")
    axes = figure.subplots(1, 3, sharex=True)
    panels = {
        "the state, chaotic flow": ("chaotic", ["overlap_0.5"]),
        "the state, regular flow": ("regular", ["overlap_0.5"]),
        "Duffing, chaotic: the rest": ("chaotic", MEASURES[2:]),
    }
    for axis, (title, (flow, measures)) in zip(axes, panels.items(), strict=True):
        for n, measure in enumerate(measures):
            wells = (
                ["Duffing", "network", "quartic"] if len(measures) == 1 else ["Duffing"]
            )
            for m, well in enumerate(wells):
                column = COLUMNS.index(measure)
                times = [[row[column] for row in found[well, flow, h]] for h in HBARS]
                low, middle, high = np.quantile(
                    times, [0.25, 0.5, 0.75], axis=1, method="lower"
                )
                label = well if len(measures) == 1 else measure
                axis.plot(1 / np.array(HBARS), middle, f"C{n + m}o-", ms=4, label=label)
                high = np.minimum(high, 1e3)
                axis.fill_between(
                    1 / np.array(HBARS), low, high, color=f"C{n + m}", alpha=0.12, lw=0
                )
        axis.set(xscale="log", title=title, xlabel="1/ħ")
        axis.legend(fontsize=7)
    axes[0].set(ylabel="break time", ylim=(0, None))
    axes[1].set(yscale="log", yticks=[2, 5, 10, 20, 50], yticklabels=[2, 5, 10, 20, 50])
    axes[1].minorticks_off()
    axes[2].set(ylim=(0, 26))
    return figure


def main() -> None:
    """Run what is missing, fit, draw, and print the table."""
    found = known()
    for case in cases():
        starts = case.starts(case)
        for hbar in HBARS:
            key = (case.well, case.flow, hbar)
            if key not in found:
                found[key] = run(case, hbar, starts)
                write(RUNS, COLUMNS, [row for rows in found.values() for row in rows])
            table = np.array([row[5:] for row in found[key]])
            with np.printoptions(precision=2, suppress=True, linewidth=120):
                print(*key, np.median(table, axis=0), flush=True)
    rows = laws(found)
    header = ("well", "flow", "measure", "growth_rate", "from_hbar", "to_hbar")
    write(LAWS, (*header, "slope", "slope_error", "power", "power_error"), rows, 3)
    for row in rows:
        print(*row[:3], *(f"{value:.3g}" for value in row[3:]))
    draw(found).savefig(FIGURE)


if __name__ == "__main__":
    main()
