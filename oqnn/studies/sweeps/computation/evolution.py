"""The evolution of many points at once."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from ....dynamics import ConstantControls, Controls
from ....environments import Drive
from ....measures import partial_trace
from ..description.point import PointSettings
from .preparation import Prepared, because, prepared
from .propagation import propagate
from .trajectories import Trajectories, moved_states

__all__ = ["ALL", "evolve_points"]

ALL = frozenset({"transfer", "readouts", "rotation"})
TRACE = 1e-8  # by which rounding may change it
LOST = (
    "rounding has changed the trace by {:.1g}: are rates or fields far too large for "
    "the times?"
)
LEFT = "the state left all numbers: does a mode of the generator grow?"

Arrays = dict[str, np.ndarray]


def evolve_points(
    points: Sequence[PointSettings],
    drives: Sequence[Drive | str],
    *,
    needs: Collection[str] = ALL,
) -> Trajectories:
    """Return maps and states of points of one shape under their drives.

    Generators of all points are exponentiated together where they are small, and no
    point depends on its company by a single bit. Points with equal environment, H and
    drive are moved once. One that fails is marked and left at rest.

    Parameters
    ----------
    points : sequence of p PointSettings
        With the same sizes and times.
    drives : sequence of p Drive or str
        A text says why there is none, and so why the point fails.
    needs : collection of "transfer", "readouts", "rotation"
        What is looked at beside states; all by default.

    Raises
    ------
    ValueError
        If points do not share their times.
    """
    times = points[0].times.grid()
    if any(not np.array_equal(point.times.grid(), times) for point in points[1:]):
        raise ValueError("`points` must share their times, but do not.")
    errors = [""] * len(points)
    ready: dict[int, Prepared] = {}
    for i, (point, drive) in enumerate(zip(points, drives, strict=True)):
        try:
            ready[i] = prepared(point, drive)
        except Exception as error:  # whatever it is, it is this point's alone
            errors[i] = because(error)
    seen = _at_rest(points, ready, times, needs)
    _move_small(ready, seen, errors, times, needs)
    for i, one in ready.items():
        if one.generators is None:
            _move_large(one, i, seen, errors, points[i], needs)
    for i, one in ready.items():
        errors[i] = errors[i] or _lost(one, {name: seen[name][i] for name in MOVING})
    found = Trajectories(
        times=times, kept=points[0].built_system.kept, errors=tuple(errors), **seen
    )
    failed = np.flatnonzero(errors)
    return found.at_rest(failed) if failed.size else found


MOVING = ("transfer", "readouts", "rotation", "states")


def _lost(one: Prepared, moved: Arrays) -> str:
    """Return in what way the numbers of a point are none; empty where they are fine."""
    if not all(np.isfinite(array).all() for array in moved.values()):
        return LEFT
    if one.generators is None or not one.generators.keeps_trace:
        return ""
    first = moved["transfer"][:, 0]  # (t, d²), which is 1, 0, 0, … at all times
    off = float(np.abs(first - np.eye(first.shape[-1])[0]).max())
    return LOST.format(off) if off > TRACE else ""


def _at_rest(
    points: Sequence[PointSettings],
    ready: dict[int, Prepared],
    times: np.ndarray,
    needs: Collection[str],
) -> Arrays:
    """Return arrays of points that nothing moves."""
    p, square = len(points), points[0].built_system.d ** 2
    maps = {"transfer", "rotation"} & {*needs} or any(
        one.generators for one in ready.values()
    )
    r = max((len(one.reading.times) for one in ready.values()), default=1)
    counts = {
        "transfer": len(times) if maps else 0,
        "readouts": r if "readouts" in needs else 0,
        "rotation": len(times) if "rotation" in needs else 0,
    }
    seen = {
        name: np.tile(np.eye(square - (name == "rotation")), (p, count, 1, 1))
        for name, count in counts.items()
    }
    seen["rho0"] = np.array([point.built_system.rho0 for point in points])
    seen["states"] = np.repeat(seen["rho0"][:, None], len(times), axis=1)
    seen["overlap"], seen["weights"] = np.zeros((p, square, square)), np.zeros((p, r))
    for i, one in ready.items():
        seen["overlap"][i] = one.reading.overlap
        seen["weights"][i, : len(one.reading.weights)] = one.reading.weights
    return seen


def _move_small(
    ready: dict[int, Prepared],
    seen: Arrays,
    errors: list[str],
    times: np.ndarray,
    needs: Collection[str],
) -> None:
    """Fill in the maps of all small points, group by group, and their states."""
    rows: dict[tuple[Any, ...], list[int]] = {}
    groups: dict[tuple[Any, ...], dict[int, Controls]] = {}
    made: dict[tuple[Any, ...], Controls] = {}
    for i, one in ready.items():
        if one.generators is None:
            continue
        rows.setdefault(one.mark, []).append(i)
        if len(rows[one.mark]) > 1:
            continue
        try:
            key, controls = _group(one, made, times, needs)
        except Exception as error:
            errors[i] = because(error)
        else:
            groups.setdefault(key, {})[i] = controls
    for members in groups.values():
        _move_group_or_its_points(ready, members, seen, errors, times, needs)
    for first, *others in rows.values():
        for name in ("transfer", "readouts", "rotation"):
            seen[name][others] = seen[name][first]
        for i in others:
            errors[i] = errors[first]
    small = [i for same in rows.values() for i in same]
    if small:
        rho0 = seen["rho0"][small]
        seen["states"][small] = moved_states(seen["transfer"][small], rho0)


def _grid(times: np.ndarray, one: Prepared, needs: Collection[str]) -> np.ndarray:
    """Return all times at which a driven point is looked at."""
    return np.union1d(times, one.reading.times if "readouts" in needs else times[:0])


def _group(
    one: Prepared,
    made: dict[tuple[Any, ...], Controls],
    times: np.ndarray,
    needs: Collection[str],
) -> tuple[tuple[Any, ...], Controls]:
    """Return what points must share to be moved together, and what steers this one.

    Controls are one object for one drive up to one time, and kept in `made`.
    """
    drive, k = one.material.drive, one.material.environment.n_controls
    m = len(one.generators.lift) if one.generators else 0
    if isinstance(drive, ConstantControls):
        return (m, k, one.reading.times.tobytes()), drive
    grid = _grid(times, one, needs)
    mark = id(drive), k, grid[-1]
    if mark not in made:
        made[mark] = one.material.controls(grid[-1])
    moving = made[mark]
    edges = moving.edges(0.0, grid[-1])
    return (m, k, type(moving), grid.tobytes(), edges.tobytes()), moving


def _move_group_or_its_points(
    ready: dict[int, Prepared],
    members: dict[int, Controls],
    seen: Arrays,
    errors: list[str],
    times: np.ndarray,
    needs: Collection[str],
) -> None:
    """Move points together, or each alone where that fails, and mark those that do."""
    try:
        _move_group(ready, members, seen, times, needs)
    except Exception as error:
        if len(members) == 1:
            errors[next(iter(members))] = because(error)
            return
        for i, controls in members.items():
            alone = {i: controls}
            _move_group_or_its_points(ready, alone, seen, errors, times, needs)


def _move_group(
    ready: dict[int, Prepared],
    members: dict[int, Controls],
    seen: Arrays,
    times: np.ndarray,
    needs: Collection[str],
) -> None:
    """Move points that share size and times, by the controls of each."""
    rows, drives = [*members], [*members.values()]
    some = [ready[i] for i in rows]
    held = [one.generators for one in some if one.generators]
    lift = np.array([one.lift for one in held])
    reduce = np.array([one.reduce for one in held])
    pairs = zip(held, some, strict=True)
    parts = np.array([own.with_hamiltonian(one.H) for own, one in pairs])

    def maps(at: np.ndarray) -> np.ndarray:
        moved = propagate(parts, drives, lift, at)  # (p, m, t, d²)
        p, m, t, c = moved.shape
        out = reduce @ moved.reshape(p, m, t * c)
        return out.reshape(p, c, t, c).transpose(0, 2, 1, 3)

    readouts = some[0].reading.times
    if isinstance(drives[0], ConstantControls):
        seen["transfer"][rows] = maps(times)
        if "readouts" in needs:
            seen["readouts"][rows, : len(readouts)] = maps(readouts)
    else:
        grid = _grid(times, some[0], needs)
        both = maps(grid)
        seen["transfer"][rows] = both[:, np.searchsorted(grid, times)]
        if "readouts" in needs:
            at = np.searchsorted(grid, readouts)
            seen["readouts"][rows, : len(readouts)] = both[:, at]
    if "rotation" in needs:
        frames = np.array([own.frame for own in held])
        one = np.broadcast_to(np.eye(frames.shape[-1]), frames[:, 0].shape)
        turned = propagate(frames, drives, one, times)  # (p, d², t, d²)
        seen["rotation"][rows] = turned.swapaxes(1, 2)[..., 1:, 1:]


def _move_large(
    one: Prepared,
    i: int,
    seen: Arrays,
    errors: list[str],
    point: PointSettings,
    needs: Collection[str],
) -> None:
    """Move a point whose generator is too large for dense exponentials."""
    system, times = point.built_system, point.times.grid()
    grid = np.union1d([0.0], _grid(times, one, needs))
    at = np.searchsorted(grid, times)
    asked = np.searchsorted(grid, one.reading.times)
    try:
        if {*needs} & ALL:
            maps = one.material.transfer(grid, H=one.H, progress=False)
            if seen["transfer"].shape[1]:
                seen["transfer"][i] = maps[at]
            if "readouts" in needs:
                seen["readouts"][i, : len(asked)] = maps[asked]
            states = moved_states(maps[None, at], system.rho0[None])[0]
        else:
            evolution = one.material.evolve(system, grid, progress=False)
            states = evolution.states[at]
            if len(evolution.dims) > len(system.dims):  # an ancilla after the system
                keep = [0, *range(2, len(evolution.dims))]
                states = partial_trace(states, evolution.dims, keep=keep)
        if "rotation" in needs:
            seen["rotation"][i] = one.material.rotation(grid, progress=False)[at]
        seen["states"][i] = states
    except Exception as error:
        errors[i] = because(error)
