"""Measures and views of a block: what is asked of its points, and what comes back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..description.point import PointSettings
from ..plan import Plan
from .isolation import isolated
from .measures import Measure, fits, measure_of, measured
from .trajectories import Trajectories
from .viewed import Viewed
from .views import VIEWS, View, view_fits, view_times

__all__ = ["Look", "Variable", "joined", "look_at", "looks_of"]

Variable = tuple[tuple[str, ...], np.ndarray, dict[str, str]]
TEXTS = ("units", "better")


@dataclass(frozen=True, kw_only=True)
class Look:
    """One measure or view of a block.

    Parameters
    ----------
    name : str
    function : callable (Trajectories, seeds) -> Viewed
    needs : tuple of str
        As `Measure.needs`.
    attrs : mapping str → mapping
        Attributes of each variable.
    axes : tuple of str
        Of the variable of a measure that fails at all points; () for a view.
    """

    name: str
    function: Callable[[Trajectories, Sequence[int]], Viewed]
    needs: tuple[str, ...]
    attrs: Mapping[str, dict[str, str]]
    axes: tuple[str, ...] = ()


def looks_of(plan: Plan, point: PointSettings) -> list[Look]:
    """Return the measures and views of a sweep that fit the system of a point."""
    d, kept = point.built_system.d, point.built_system.kept
    asked = plan.settings.sweep
    measures = {name: measure_of(name) for name in asked.measures}
    looks = [
        _measure_look(name, measure)
        for name, measure in measures.items()
        if fits(measure, d, kept)
    ]
    chosen = view_times(len(point.times.grid()), point.views.times)
    return looks + [
        _view_look(name, VIEWS[name], point, chosen)
        for name in asked.views
        if view_fits(name, point)
    ]


def look_at(
    seen: Trajectories, seeds: Sequence[int], looks: Sequence[Look]
) -> tuple[list[str], dict[str, Viewed]]:
    """Return why points failed, and what each look says; nothing where none can."""
    errors, found = list(seen.errors), {}
    for look in looks:
        said, failures = isolated(look.function, seen, seeds)
        for i, text in failures.items():
            errors[i] = errors[i] or f"{look.name}: {text}"
        if said is not None:
            found[look.name] = said
    return errors, found


def joined(
    parts: Sequence[tuple[list[str], dict[str, Viewed]]],
    looks: Sequence[Look],
    times: int,
) -> tuple[list[str], dict[str, Variable], dict[str, Variable]]:
    """Put points together that evolved in several goes, NaN where they failed.

    Returns
    -------
    errors, variables, coords
    """
    errors = [text for texts, _ in parts for text in texts]
    failed = np.array([bool(text) for text in errors])
    variables: dict[str, Variable] = {}
    coords: dict[str, Variable] = {}
    for look in looks:
        said = next(
            (found[look.name] for _, found in parts if look.name in found), None
        )
        if said is None:
            sizes = {"point": len(errors), "time": times}
            empty = np.full([sizes[axis] for axis in look.axes], np.nan)
            if look.axes:
                variables[look.name] = (look.axes, empty, look.attrs[look.name])
            continue
        for name, (axes, array) in said.variables.items():
            rows = [
                found[look.name].variables[name][1]
                if look.name in found
                else np.full((len(texts), *array.shape[1:]), np.nan)
                for texts, found in parts
            ]
            whole = np.concatenate(rows)
            whole[failed] = np.nan
            variables[name] = (axes, whole, look.attrs[name])
        for name, values in said.coords.items():
            attrs = {"long_name": name.replace("_", " "), "units": UNITS.get(name, "")}
            coords[name] = ((name,), np.asarray(values), attrs)
    return errors, variables, coords


UNITS = {"theta": "rad", "phi": "rad"}


def _measure_look(name: str, measure: Measure) -> Look:
    def function(seen: Trajectories, seeds: Sequence[int]) -> Viewed:
        values = measured(measure, seen)
        return Viewed(variables={name: (("point", "time")[: values.ndim], values)})

    attrs = {"long_name": measure.meaning}
    attrs |= {key: getattr(measure, key) for key in TEXTS}
    axes = ("point", "time") if measure.over_time else ("point",)
    return Look(
        name=name,
        function=function,
        needs=measure.needs,
        attrs={name: attrs},
        axes=axes,
    )


def _view_look(name: str, view: View, point: PointSettings, chosen: np.ndarray) -> Look:
    def function(seen: Trajectories, seeds: Sequence[int]) -> Viewed:
        return view.function(seen.at_times(chosen), point, seeds)

    attrs = {
        variable: {"long_name": meaning, "units": ""}
        for variable, meaning in view.meanings.items()
    }
    return Look(name=name, function=function, needs=view.needs, attrs=attrs)
