"""What a sweep will compute, judged by a few points and epochs of each material."""

from collections.abc import Mapping

import xarray as xr

from ..description.settings import SweepSettings
from ..plan import Plan
from .findings import ArrayCheck, Check, MaterialCheck, counted
from .probes import Probe, probe_material

__all__ = ["check_sweep"]

SHOWN = 6  # values of an axis that are written out


def check_sweep(settings: SweepSettings, *, measure: bool) -> Check:
    """Return what a sweep will compute; see `check`."""
    plan = Plan(settings)
    probes = {
        name: probe_material(plan, name) for name in settings.materials if measure
    }
    total = len(plan.points)
    title = (
        f"A sweep of {counted(len(settings.materials), 'material')} at "
        f"{counted(len(plan.combinations), 'combination')} of parameters: "
        f"{counted(total, 'point')} in {counted(len(plan.blocks), 'block')}, after "
        f"{counted(len(plan.trainings), 'training')}."
    )
    known = probes.values()
    return Check(
        title=title,
        axes=tuple(
            (" with ".join(a.names), len(a), " with ".join(map(_values, a.values)))
            for a in settings.axes
        ),
        materials=tuple(_material(plan, name, probes) for name in settings.materials),
        arrays=_arrays(plan, probes),
        points=total,
        trainings=len(plan.trainings),
        blocks=len(plan.tasks),
        seconds=sum(p.start_s + p.training_s + p.point_s for p in known)
        if measure
        else float("nan"),
        disk=sum(p.disk for p in known) if measure else float("nan"),
        notes=_notes(plan, probes),
    )


def _material(plan: Plan, name: str, probes: Mapping[str, Probe]) -> MaterialCheck:
    trainings = sum(t.material == name for t in plan.trainings)
    points = sum(p.material == name for p in plan.points)
    if name not in probes:
        return MaterialCheck(name=name, trainings=trainings, points=points)
    probe = probes[name]
    return MaterialCheck(
        name=name,
        trainings=trainings,
        points=points,
        training_s=probe.training_s + probe.start_s,
        point_s=probe.point_s,
        error=probe.error,
    )


def _notes(plan: Plan, probes: Mapping[str, Probe]) -> tuple[str, ...]:
    """Say how many array shapes were not tried."""
    shapes = {plan.shape_of(point) for point in plan.points}
    tried = {shape for probe in probes.values() for shape in probe.arrays}
    if not tried or tried == shapes:
        return ()
    return (f"Tried {len(tried)} of {len(shapes)} array shapes, the others by these.",)


def _arrays(plan: Plan, probes: Mapping[str, Probe]) -> tuple[ArrayCheck, ...]:
    """Return the arrays of each shape, over the points of all materials."""
    counts: dict[str, int] = {}
    for point in plan.points:
        shape = plan.shape_of(point)
        counts[shape] = counts.get(shape, 0) + 1
    seen: dict[str, xr.Dataset] = {}
    for probe in probes.values():
        for shape, block in probe.arrays.items():
            seen.setdefault(shape, block)
    found = []
    for shape, block in seen.items():
        for name, values in block.data_vars.items():
            if name == "error":
                continue
            dims = {str(d): n for d, n in values.sizes.items()} | {
                "point": counts[shape]
            }
            nbytes = values.nbytes // block.sizes["point"] * counts[shape]
            found.append(
                ArrayCheck(shape=shape, name=str(name), dims=dims, nbytes=nbytes)
            )
    return tuple(found)


def _values(values: tuple[object, ...]) -> str:
    texts = [
        f"{v:.4g}" if isinstance(v, float) else str(v)
        for v in (values if len(values) <= SHOWN else (*values[:3], "…", values[-1]))
    ]
    return ", ".join(text if len(text) <= 24 else f"{text[:21]}..." for text in texts)
