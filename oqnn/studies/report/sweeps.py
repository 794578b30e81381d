"""The page of a sweep, finished or not."""

from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from ..layout import read_record
from ..sweeps.computation.measures import MEASURES
from ..sweeps.result.figures import sweep_figures
from ..sweeps.result.sweep import Sweep
from .data import Cell, Failure, Heading, Measured, ReportData, States, Table
from .estimates import Estimates, mean_over_seeds, median_over_seeds
from .grid import Grid
from .method import sweep_method
from .states import kept_states, states_size
from .tables import estimates_table, parameters_table, provenance_table

__all__ = ["good_points", "infinite_series", "report_of_sweep", "series_at"]

MOST_ROWS = 400  # of the summary
MOST_FAILURES = 50
SERIES_NUMBERS = 180_000  # that a page holds, of measures over time
STATE_NUMBERS = 450_000
MOST_FIGURES = 24


def report_of_sweep(
    folder: str | Path, sweep: Sweep, *, served: bool = False
) -> ReportData:
    """Return what the page of a sweep shows; large ones only in part.

    Of a page that is served nothing against time is in it: a server gives that, place
    by place.
    """
    grid = Grid(sweep.plan)
    nodes = [node.to_dataset() for node in sweep.tree.children.values()]
    scalars = tuple(_scalars(grid, nodes))
    series, left_out = _series(grid, nodes, served)
    states, also_left = _states(grid, nodes) if not served else ((), [])
    drawings, undrawn = _drawings(sweep) if not served else ({}, [])
    settings = sweep.settings.to_dict()
    failures = _failures(grid, nodes)
    done = sum(node.sizes["point"] for node in nodes)
    summary, shortened = _summary(grid, scalars)
    return ReportData(
        title="Sweep of materials",
        lead=_lead(grid),
        status=_status(done, len(sweep.plan.points), len(failures)),
        finished=done == len(sweep.plan.points),
        materials=grid.materials,
        measures=(*scalars, *series),
        summary=summary,
        parameters=parameters_table(settings),
        provenance=provenance_table(read_record(folder)),
        method=sweep_method(grid.materials, sweep.settings.sweep.seeds),
        settings_toml=sweep.settings.to_toml(),
        time_label="time t",
        axes=grid.axes,
        states=states,
        failures=failures[:MOST_FAILURES],
        left_out=(*shortened, *left_out, *also_left, *_more(failures), *undrawn),
        drawings=drawings,
        tables=sweep,
    )


def _lead(grid: Grid) -> str:
    swept = [f"{axis.name} ({len(axis)} values)" for axis in grid.axes]
    where = f", over {' × '.join(swept)}" if swept else ""
    return f"{len(grid.materials)} materials: {', '.join(grid.materials)}{where}."


def _status(done: int, total: int, failed: int) -> str:
    state = "Finished" if done == total else "Not finished"
    text = f"{state}: {done} of {total} points"
    return f"{text}, {failed} of them failed." if failed else f"{text}."


def good_points(node: xr.Dataset) -> xr.Dataset:
    """Return the points that did not fail."""
    return node.isel(point=np.flatnonzero(node.error.values == "")).drop_vars("error")


def _failures(grid: Grid, nodes: list[xr.Dataset]) -> tuple[Failure, ...]:
    found = [
        Failure(grid.label(grid.plan.points[int(index)]), str(error))
        for node in nodes
        for index, error in zip(node.point.values, node.error.values, strict=True)
        if error != ""
    ]
    return tuple(found)


def _more(failures: tuple[Failure, ...]) -> list[str]:
    if len(failures) <= MOST_FAILURES:
        return []
    return [f"Of {len(failures)} failed points the first {MOST_FAILURES} are listed."]


def _described(name: str, variable: xr.DataArray) -> dict[str, Any]:
    measure = MEASURES.get(name)
    return {
        "meaning": variable.attrs.get("long_name") or name.replace("_", " "),
        "units": variable.attrs.get("units", ""),
        "better": measure.better if measure else "",
    }


def _names(node: xr.Dataset, dims: int) -> list[str]:
    """Return the variables of numbers over (point,) or (point, time)."""
    wanted = ("point", "time")[:dims]
    return [
        str(name)
        for name, variable in node.data_vars.items()
        if variable.dims == wanted and variable.dtype.kind in "iufb"
    ]


def _estimated(
    values: np.ndarray, cells: np.ndarray, size: int, drawn: np.ndarray, infinite: bool
) -> tuple[Estimates, str, bool]:
    """Estimate means, or medians where some numbers are infinite and have no mean.

    A single number is exact where nothing is `drawn`, (p,), and of unknown limits
    where it is.
    """
    if infinite:
        found = median_over_seeds(values, cells, size)
        words = "median over seeds, least to greatest"
    else:
        found = mean_over_seeds(values, cells, size)
        words = "mean over seeds, 95 % interval"
    alone = (found.seeds == 1) & np.isin(np.arange(size), cells[drawn])
    for limits in (found.low, found.high):
        limits[alone] = np.nan
    return found, words, not infinite


def _scalars(grid: Grid, nodes: list[xr.Dataset]) -> Iterator[Measured]:
    """Measures without times, and the last value of those with."""
    gathered: dict[str, list[tuple[np.ndarray, ...]]] = {}
    described: dict[str, dict[str, Any]] = {}
    for node in map(good_points, nodes):
        cells, drawn = grid.cells_of(node), node.seed.values >= 0
        for name in _names(node, 1):
            gathered.setdefault(name, []).append((node[name].values, cells, drawn))
            described[name] = _described(name, node[name])
        for name in _names(node, 2):
            last = f"{name} at the last time"
            ends = node[name].values[:, -1]
            gathered.setdefault(last, []).append((ends, cells, drawn))
            described[last] = _described(name, node[name])
    for name, parts in gathered.items():
        columns = zip(*parts, strict=True)
        values, cells, drawn = (np.concatenate(column) for column in columns)
        infinite = bool(np.isinf(values).any())
        found, spread, even = _estimated(values, cells, grid.cells, drawn, infinite)
        yield Measured(
            name=name, estimates=found, spread=spread, even=even, **described[name]
        )


def infinite_series(nodes: list[xr.Dataset]) -> frozenset[str]:
    """Return the measures over time of which some number is infinite."""
    return frozenset(
        name
        for node in nodes
        for name in _names(node, 2)
        if np.isinf(node[name].values).any()
    )


def _series(
    grid: Grid, nodes: list[xr.Dataset], served: bool
) -> tuple[tuple[Measured, ...], list[str]]:
    """Measures over time at as many places as a page can hold."""
    lengths = [len(_names(node, 2)) * node.sizes.get("time", 0) for node in nodes]
    a_place = 3 * len(grid.materials) * max(lengths, default=0)
    most = SERIES_NUMBERS // a_place if a_place else grid.places
    places = [] if served else grid.spread_places(most)
    left = []
    if len(places) < grid.places and not served:
        left = [
            f"Measures over time: {len(places)} of {grid.places} places of the grid "
            "are on this page."
        ]
    infinite = infinite_series(nodes)
    found = [m for node in nodes for m in series_at(grid, node, places, infinite)]
    return tuple(found), left


def series_at(
    grid: Grid, node: xr.Dataset, places: Iterable[int], infinite: Collection[str]
) -> Iterator[Measured]:
    """Yield the measures over time of an array shape at some places.

    Those that are `infinite` anywhere in the sweep are given by medians, wherever.
    """
    node = good_points(node)
    chosen = grid.cells_of(node) // len(grid.materials)
    node = node.isel(point=np.flatnonzero(np.isin(chosen, list(places))))
    cells = grid.cells_of(node)
    shown, rows = np.unique(cells, return_inverse=True)
    for name in _names(node, 2):
        drawn = node.seed.values >= 0
        estimates, spread, even = _estimated(
            node[name].values, rows, len(shown), drawn, name in infinite
        )
        yield Measured(
            name=name,
            estimates=estimates,
            spread=spread,
            even=even,
            times=node.time.values,
            shown=tuple(shown.tolist()),
            **_described(name, node[name]),
        )


def _states(
    grid: Grid, nodes: list[xr.Dataset]
) -> tuple[tuple[States, ...], list[str]]:
    found: list[States] = []
    total = sum(node.sizes["point"] for node in nodes if states_size(node))
    shown = 0
    for node in map(good_points, nodes):
        numbers = states_size(node)
        if not numbers or not node.sizes["point"]:
            continue
        most = STATE_NUMBERS // (2 * numbers) // len(nodes)
        chosen = _chosen(grid, node, max(most, 1))
        labels = {index: grid.member(index) for index in chosen}
        cells = {index: int(grid.of_points[index]) for index in chosen}
        found += kept_states(node, cells, labels)
        shown += len(chosen)
    if shown < total:
        return tuple(found), [
            f"Density matrices: those of {shown} of {total} points are on this page."
        ]
    return tuple(found), []


def _chosen(grid: Grid, node: xr.Dataset, most: int) -> list[int]:
    """Return indices of points: the first seed of every cell before any other."""
    indices, cells = node.point.values, grid.cells_of(node)
    if len(indices) <= most:
        return indices.tolist()
    _, first = np.unique(cells, return_index=True)
    places = np.unique(cells[first] // len(grid.materials))
    number = max(most // len(grid.materials), 1)
    kept = places[np.linspace(0, len(places) - 1, number).round().astype(int)]
    rows = first[np.isin(cells[first] // len(grid.materials), kept)]
    return indices[np.sort(rows)[:most]].tolist()


def _summary(grid: Grid, scalars: tuple[Measured, ...]) -> tuple[Table, list[str]]:
    names = [Heading(axis.name, axis.numbers is not None) for axis in grid.axes]
    m = len(grid.materials)
    places = grid.spread_places(max(MOST_ROWS // m, 1))
    rows = []
    for place in places:
        labels = [
            Cell(text, text if axis.numbers is None else axis.numbers[i])
            for axis, text, i in zip(
                grid.axes, grid.coordinates(place), _at(grid, place), strict=True
            )
        ]
        for i, material in enumerate(grid.materials):
            cell = place * m + i
            count = max((int(s.estimates.seeds[cell]) for s in scalars), default=0)
            rows.append((cell, [Cell(material), *labels, Cell(str(count), count)]))
    ranked = sorted(scalars, key=lambda scalar: not scalar.even)  # means come first
    spreads = dict.fromkeys(scalar.spread for scalar in ranked)
    table = estimates_table(
        rows,
        (Heading("material"), *names, Heading("seeds", True)),
        scalars,
        f"Every number is the {', or where one is infinite the '.join(spreads)}.",
    )
    if len(places) == grid.places:
        return table, []
    return table, [
        f"Summary: {len(places)} of {grid.places} places of the grid, evenly over it; "
        "summary.csv among the downloads holds all."
    ]


def _at(grid: Grid, place: int) -> tuple[int, ...]:
    return (
        tuple(int(i) for i in np.unravel_index(place, grid.shape)) if grid.shape else ()
    )


def _drawings(sweep: Sweep) -> tuple[dict[str, Callable[[], Any]], list[str]]:
    """Return the first figures of a sweep, and how many there would be."""
    every = sweep_figures(sweep)
    some = dict(list(every.items())[:MOST_FIGURES])
    if len(some) == len(every):
        return some, []
    return some, [
        f"Figures: {len(some)} of {len(every)}; sweep_figures in Python draws all."
    ]
