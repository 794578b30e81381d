"""What a sweep's settings need of each other, found before anything is computed."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ....environments import least_resolution
from ...settings_errors import SettingsError
from ..computation.materials import recipe_of
from ..computation.measures import fits, measure_of
from ..computation.views import VIEWS, View, view_fits
from .parts import SweepPart
from .point import PointSettings, speaking_of

__all__ = ["check_looks", "check_materials", "check_names", "check_networks"]

CHECKED = 128  # coordinates up to which steps of learning are checked beforehand


def check_names(materials: Sequence[str], sweep: SweepPart) -> None:
    """Check names of materials, measures and views; user functions are imported.

    Raises
    ------
    SettingsError
        If one is unknown, comes twice, or cannot be imported.
    """
    if not materials:
        raise SettingsError(
            "`materials` must name at least one material, but is empty.", ("materials",)
        )
    if not sweep.measures and not sweep.views:
        raise SettingsError(
            "`sweep.measures` must name at least one measure, or `sweep.views` a view, "
            "but both are empty.",
            ("sweep", "measures"),
        )
    _check_each(materials, ("materials",), recipe_of)
    _check_each(sweep.measures, ("sweep", "measures"), measure_of)
    _check_each(sweep.views, ("sweep", "views"), _view_of)


def check_looks(sweep: SweepPart, points: Sequence[PointSettings]) -> None:
    """Check that every measure and view exists for some system of the sweep.

    Raises
    ------
    SettingsError
        If one exists for none.
    """
    kinds = {(point.dims, point.system.controls): point for point in points}
    for i, name in enumerate(sweep.measures):
        measure = measure_of(name)
        if not any(fits(measure, d, tuple(kept)) for (d, *kept), _ in kinds):
            raise SettingsError(
                f"`sweep.measures` must exist for some system of the sweep, but "
                f"{name!r} wants {WANTED.get(measure.of, 'another one')}.",
                ("sweep", "measures"),
                index=i,
            )
    for i, name in enumerate(sweep.views):
        if not any(view_fits(name, point) for point in kinds.values()):
            raise SettingsError(
                f"`sweep.views` must exist for some system of the sweep, but {name!r} "
                "does for none.",
                ("sweep", "views"),
                index=i,
            )


WANTED = {
    "qubit": "a single qubit",
    "partner": "a kept partner, such as system.kind = 'pair'",
    "two_qubits": "two qubits",
}


def check_materials(materials: Sequence[str], point: PointSettings) -> None:
    """Check that a point has what its materials need, as far as that is cheap.

    Raises
    ------
    SettingsError
        If readouts of a learning material do not fall on ends of slices.
    """
    if "learning" not in materials:
        return
    slices = point.learning.slices
    ends = np.array(point.cost.readouts) * slices
    if not (np.abs(ends - np.round(ends)) <= 1e-9 * slices).all():
        raise SettingsError(
            "`cost.readouts` must fall on the ends of slices, which are multiples of "
            f"1/{slices}, but are {list(point.cost.readouts)}.",
            ("cost", "readouts"),
        )


def check_networks(materials: Sequence[str], point: PointSettings) -> None:
    """Check that networks steer enough, and learn in steps that are short enough.

    An environment too large to be built at once is not looked at.

    Raises
    ------
    SettingsError
        If there are too few neurons or substeps.
    """
    learning = point.learning
    if ":" in point.environment.kind + point.training.kind:
        point.build()  # a user's are tried, whatever the materials
    if not {"plain", "learning"} & {*materials} or point.dims[0] ** 2 > CHECKED:
        return
    environment = speaking_of("training", lambda: point.training_environment)
    if learning.neurons < environment.n_controls:
        raise SettingsError(
            f"`learning.neurons` must be at least {environment.n_controls}, one for "
            f"each control of the environment, but is {learning.neurons}.",
            ("learning", "neurons"),
        )
    if "learning" not in materials:
        return
    width = learning.period / learning.slices
    parts = environment.generator(point.built_system.H).matrices()
    least = 0
    if len(parts[0]) <= CHECKED:
        least = least_resolution(parts, learning.tau, width)
    if learning.substeps < least:
        raise SettingsError(
            f"`learning.substeps` must be at least {least} with {learning.slices} "
            f"slices of a period of {learning.period:g}, so that steps are short for "
            f"tau = {learning.tau:g} and for the fields, but is {learning.substeps}. "
            "More slices help as well.",
            ("learning", "substeps"),
        )


def _check_each(
    names: Sequence[str], key: tuple[str, ...], find: Callable[[str], Any]
) -> None:
    shown = ".".join(key)
    for i, name in enumerate(names):
        if name in names[:i]:
            raise SettingsError(
                f"`{shown}` must name each once, but {name!r} twice.", key, index=i
            )
        try:
            find(name)
        except ValueError as error:
            text = str(error).replace(f"`{key[-1]}`", f"`{shown}`")
            raise SettingsError(text, key, index=i) from None


def _view_of(name: str) -> View:
    if name not in VIEWS:
        known = ", ".join(map(repr, VIEWS))
        raise ValueError(f"`views` must be among {known}, but one is {name!r}.")
    return VIEWS[name]
