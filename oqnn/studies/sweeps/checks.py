"""What a sweep's settings need of each other, found before anything is computed."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from ...environments import least_resolution
from ..settings_errors import SettingsError
from .custom import named_function
from .materials import MATERIALS
from .measures import MEASURES
from .parts import SweepPart
from .point import PointSettings

__all__ = ["VIEWS", "check_learning", "check_materials", "check_names"]

VIEWS = ("density_matrix", "wigner", "spins", "povm")
CHECKED = 128  # coordinates up to which steps of learning are checked beforehand


def check_names(materials: Sequence[str], sweep: SweepPart) -> None:
    """Check names of materials, measures and views; user functions are imported.

    Raises
    ------
    SettingsError
        If one is unknown, comes twice, or cannot be imported.
    """
    _check_known(materials, "materials", MATERIALS, ("materials",))
    _check_known(sweep.measures, "sweep.measures", MEASURES, ("sweep", "measures"))
    _check_known(sweep.views, "sweep.views", VIEWS, ("sweep", "views"))
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


def check_learning(point: PointSettings) -> None:
    """Check that the network steers enough, in steps that are short enough.

    Raises
    ------
    SettingsError
        If there are too few neurons or substeps.
    """
    learning = point.learning
    if point.dims[0] ** 2 > CHECKED:
        return
    environment = point.training_environment
    if learning.neurons < environment.n_controls:
        raise SettingsError(
            f"`learning.neurons` must be at least {environment.n_controls}, one for "
            f"each control of the environment, but is {learning.neurons}.",
            ("learning", "neurons"),
        )
    least = _least(
        environment, point.built_system, learning.tau, learning.period / learning.slices
    )
    if learning.substeps < least:
        raise SettingsError(
            f"`learning.substeps` must be at least {least} with {learning.slices} "
            f"slices of a period of {learning.period:g}, so that steps are short for "
            f"tau = {learning.tau:g} and for the fields, but is {learning.substeps}. "
            "More slices help as well.",
            ("learning", "substeps"),
        )


@lru_cache(maxsize=256)
def _least(environment: Any, system: Any, tau: float, width: float) -> int:
    if len(environment.register_law) * system.d**2 > CHECKED:
        return 0
    matrices = environment.generator(system.H).matrices()
    return least_resolution(matrices, tau, width)


def _check_known(
    names: Sequence[str], shown: str, known: Any, key: tuple[str, ...]
) -> None:
    for i, name in enumerate(names):
        if name in names[:i]:
            raise SettingsError(
                f"`{shown}` must name each once, but {name!r} twice.", key, index=i
            )
        if ":" in name and shown != "sweep.views":
            try:
                named_function(name)
            except SettingsError as error:
                raise SettingsError(str(error), key, index=i) from None
        elif name not in known:
            others = ", ".join(map(repr, known))
            user = "" if shown == "sweep.views" else ", or module:function"
            raise SettingsError(
                f"`{shown}` must be among {others}{user}, but {name!r} is not.",
                key,
                index=i,
            )
