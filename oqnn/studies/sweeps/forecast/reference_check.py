"""What the reference comparison will compute, judged by a sweep of the same parts."""

import time
from typing import Any

from ....environments import engineered_material
from ...carry import carried_times, carry_block
from ...settings import StudySettings
from ..description.settings import SweepSettings
from ..plan import Plan
from .findings import ArrayCheck, Check, MaterialCheck
from .probes import Probe, probe_material

__all__ = ["as_sweep", "check_reference"]

TRIED = (5, 15)  # epochs of spiking networks that are timed against each other
TRIED_STEPS = 2_000  # of a measurement, in the same way
NOT_SHARED = {"seeds", "first_seed", "warm_start"}
SEARCH: dict[str, Any] = engineered_material.__kwdefaults__ or {}
COMPLEX = 16  # bytes of a number
STATES = ("states", "frame_states")


def check_reference(settings: StudySettings, *, measure: bool) -> Check:
    """Return what the reference comparison will compute.

    Parameters
    ----------
    settings : StudySettings
        The description.
    measure : bool
        Whether to try a few epochs and points of each material and network.
    """
    probes: dict[str, Probe] = {}
    plan = Plan(as_sweep(settings)) if measure else None
    if plan is not None:
        probes = {name: probe_material(plan, name) for name in settings.materials}
    counts = {name: _members(name, settings) for name in settings.materials}
    rows = [
        _row(name, counts[name], probes.get(name), plan) for name in settings.materials
    ]
    networks = _networks(settings)
    notes = [
        f"{networks} networks of spiking neurons carry states, "
        f"{settings.spikes.epochs} epochs each."
        if networks
        else "No states are carried by spikes."
    ]
    seconds = disk = float("nan")
    arrays = _arrays(settings, sum(counts.values()))
    if measure:
        carried = networks * _carry_s(settings) if networks else 0.0
        seconds = carried + sum(row.training_s + row.point_s for row in rows)
        disk = sum(a.nbytes for a in arrays) + sum(p.disk for p in probes.values())
    members = sum(counts.values())
    times = len(settings.times.grid())
    return Check(
        title=(
            f"A comparison of {len(settings.materials)} materials with {members} "
            f"members in all, at {times} times."
        ),
        materials=tuple(rows),
        arrays=arrays,
        points=members,
        trainings=len(settings.materials),
        blocks=2 * len(settings.materials) + networks,
        seconds=seconds,
        disk=disk,
        notes=tuple(notes),
    )


def as_sweep(settings: StudySettings) -> SweepSettings:
    """Return a sweep without axes that has the parts of a comparison.

    Spikes are no part of a sweep, and a warm start none of its learning.
    """
    values = settings.to_dict()
    system: dict[str, Any] = {
        "kind": "pair" if settings.system.kept else "qubit",
        "state": settings.system.rho0,
        "hamiltonian": settings.system.H,
    }
    learning = {k: v for k, v in values["learning"].items() if k not in NOT_SHARED}
    return SweepSettings(
        seed=settings.seed,
        materials=settings.materials,
        system=system,
        times=values["times"],
        environment=values["environment"],
        learning=learning,
        engineered={name: SEARCH[name] for name in ("points", "starts")},
        sweep={"seeds": settings.learning.seeds},
    )


def _members(name: str, settings: StudySettings) -> int:
    return {"plain": settings.plain.seeds, "learning": settings.learning.seeds}.get(
        name, 1
    )


def _row(
    name: str, members: int, probe: Probe | None, plan: Plan | None
) -> MaterialCheck:
    if probe is None or plan is None:
        return MaterialCheck(name=name, trainings=1, points=members)
    evolved = sum(point.material == name for point in plan.points)
    return MaterialCheck(
        name=name,
        trainings=1,
        points=members,
        training_s=probe.training_s + probe.start_s,
        point_s=probe.point_s * members / evolved,
        error=probe.error,
    )


def _networks(settings: StudySettings) -> int:
    if not settings.spikes.times:
        return 0
    times = carried_times(settings.times.grid(), settings.spikes.times)
    return len(times) * len(settings.materials)


def _arrays(settings: StudySettings, members: int) -> tuple[ArrayCheck, ...]:
    size, times = len(settings.system.rho0), len(settings.times.grid())
    dims = {"member": members, "time": times, "row": size, "col": size}
    return tuple(
        ArrayCheck(
            shape="", name=name, dims=dims, nbytes=COMPLEX * members * times * size**2
        )
        for name in STATES
    )


def _carry_s(settings: StudySettings) -> float:
    """Return the seconds of one network: two trainings, and measurements."""
    seconds = []
    for epochs in TRIED:
        changes = {"spikes.epochs": epochs, "spikes.measure_steps": TRIED_STEPS}
        spikes = settings.replaced(changes).spikes
        start = time.perf_counter()
        carry_block(settings.system.rho0, spikes, seed=0, progress=False)
        seconds.append(time.perf_counter() - start)
    epoch = max(0.0, (seconds[1] - seconds[0]) / (TRIED[1] - TRIED[0]))
    fixed = max(0.0, seconds[1] - epoch * TRIED[1])
    return fixed + epoch * settings.spikes.epochs
