"""How each material of a sweep is made, and what that depends on."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
import xarray as xr

from ...._core.seeds import derive_seed
from ....dynamics import ConstantControls
from ....environments import (
    SEQUENCES,
    Material,
    bare_material,
    best_decoupling,
    decoupling_material,
    engineered_material,
    grape,
    learn,
    plain_material,
)
from ..description.point import PointSettings, named_function
from .drives import dataset_of, described, drives_of, rule_of

__all__ = ["MATERIALS", "Recipe", "drives_of", "recipe_of"]

Progress = bool | None
Members = list[Material]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a material is made.

    Parameters
    ----------
    train : callable (point, seeds, progress) -> Dataset
        Drives of all members: `controls` of shape (member, control), or
        (member, slice, control) with `edges` (edge,), or `weights` and `start`.
    tables : tuple of str
        Tables on which it depends, beside the training environment and H.
    seeded : bool
        Whether members differ; otherwise there is one, made with the first seed.
    blind : bool
        Whether it knows of the environment and of H which controls there are, and
        nothing else: then one training serves every environment that has them.
    """

    train: Callable[[PointSettings, Sequence[int], Progress], xr.Dataset]
    tables: tuple[str, ...] = ()
    seeded: bool = False
    blind: bool = False


def recipe_of(name: str) -> Recipe:
    """Return the recipe of a material by its name.

    Beside those of `MATERIALS`, ``module:function`` names a function that returns a
    `Material`, a drive, or constant controls (k,). It takes what it asks for by name
    among environment, H, cost, period and seed; with a seed, members differ.

    Raises
    ------
    ValueError
        If there is no such material, or the function cannot be imported or asks for
        something else.
    """
    if name in MATERIALS:
        return MATERIALS[name]
    if ":" in name:
        return _own(name)
    raise ValueError(
        f"`materials` must be names among {', '.join(MATERIALS)} or module:function, "
        f"but one is {name!r}."
    )


def _trained(
    make: Callable[[PointSettings, int, Progress], Material],
    point: PointSettings,
    seeds: Sequence[int],
    progress: Progress,
) -> xr.Dataset:
    made = [make(point, seed, progress) for seed in seeds]
    names = point.training_environment.control_names
    return dataset_of([material.drive for material in made], names)


def _bare(point: PointSettings, seed: int, progress: Progress) -> Material:
    return bare_material(point.training_environment)


def _plain(point: PointSettings, seed: int, progress: Progress) -> Material:
    rule = rule_of(point.learning)
    return plain_material(point.training_environment, seed, rule=rule)


def _random(point: PointSettings, seed: int, progress: Progress) -> Material:
    """Constant controls that nobody chose, uniform within the bounds."""
    environment = point.training_environment
    drawn = np.random.default_rng(seed).uniform(-1, 1, environment.n_controls)
    drive = ConstantControls(drawn)
    return Material(kind="random", environment=environment, drive=drive)


def _engineered(point: PointSettings, seed: int, progress: Progress) -> Material:
    return engineered_material(
        point.training_environment,
        period=point.learning.period,
        cost=point.protection_cost,
        H=point.built_system.H,
        points=point.engineered.points,
        starts=point.engineered.starts,
        seed=seed,
        progress=progress,
    )


def _optimal(point: PointSettings, seed: int, progress: Progress) -> Material:
    """The best of several starts of GRAPE, of which one is the best constants.

    It can only gain on these; random starts alone often end in worse valleys.
    """
    part, environment = point.optimal, point.training_environment
    best = _engineered(point, seed, progress).controls(0.0)
    constants = best.samples(*np.zeros((2, 1)))[0]  # (1, k)
    shape = (part.slices, environment.n_controls)
    seeds = [derive_seed(seed, "start", i) for i in range(part.starts)]
    drawn = [np.random.default_rng(one).uniform(-1, 1, shape) for one in seeds]
    return grape(
        environment,
        point.protection_cost,
        period=point.learning.period,
        slices=part.slices,
        H=point.built_system.H,
        controls=[np.broadcast_to(constants, shape), *drawn],
        iterations=part.iterations,
        progress=progress,
    ).material()


def _decoupling(
    point: PointSettings, seed: int, progress: Progress, *, sequence: str | None = None
) -> Material:
    return decoupling_material(
        point.training_environment,
        sequence or point.decoupling.sequence,
        spacing=point.decoupling.spacing,
        rest=_slow(point),
    )


def _best_decoupling(point: PointSettings, seed: int, progress: Progress) -> Material:
    """The best textbook cycle of those that fill the period."""
    best, _ = best_decoupling(
        point.training_environment,
        point.protection_cost,
        period=point.learning.period,
        H=point.built_system.H,
        rest=_slow(point),
    )
    return best


def _slow(point: PointSettings) -> dict[str, float]:
    """Return the controls between pulses: a register as slow as it goes."""
    names = point.training_environment.control_names
    return {"hopping": -1.0} if "hopping" in names else {}


def _learning(
    point: PointSettings, seeds: Sequence[int], progress: Progress
) -> xr.Dataset:
    result = learn(
        point.training_environment,
        rule_of(point.learning),
        point.protection_cost,
        H=point.built_system.H,
        seeds=seeds,
        epochs=point.learning.epochs,
        restart_every=point.learning.restart_every or None,
        progress=progress,
    )
    state = result.state
    return described(
        xr.Dataset(
            {
                "cost": (("member", "epoch"), state.costs),
                "infidelity": (("member", "epoch"), state.infidelities),
                "weights": (("member", "slice", "neuron", "input"), state.best_weights),
                "start": (("member", "neuron"), state.best_y0),
            }
        )
    )


OFFERED = ("environment", "H", "cost", "period", "seed")


@lru_cache(maxsize=64)
def _own(name: str) -> Recipe:
    """Return the recipe of a user's function."""
    function = named_function(name)
    asks = set(inspect.signature(function).parameters)
    if not asks <= {*OFFERED}:
        raise ValueError(
            f"`{name}` must take arguments among {', '.join(OFFERED)}, but takes "
            f"{', '.join(sorted(asks - {*OFFERED}))}."
        )
    return Recipe(
        train=partial(_trained, partial(_called, name)),
        tables=("learning", "cost") if asks & {"cost", "period"} else (),
        seeded="seed" in asks,
    )


def _called(name: str, point: PointSettings, seed: int, progress: Progress) -> Material:
    function = named_function(name)
    environment = point.training_environment
    offered: dict[str, Any] = {
        "environment": environment,
        "H": point.built_system.H,
        "cost": point.protection_cost,
        "period": point.learning.period,
        "seed": seed,
    }
    asks = inspect.signature(function).parameters
    made = function(**{key: offered[key] for key in asks})
    if isinstance(made, Material):
        made = made.drive
    if isinstance(made, np.ndarray | list | tuple):
        made = ConstantControls(np.asarray(made, dtype=float))
    return Material(kind=name, environment=environment, drive=made)


MATERIALS: dict[str, Recipe] = {
    "bare": Recipe(train=partial(_trained, _bare), blind=True),
    "plain": Recipe(
        train=partial(_trained, _plain), tables=("learning",), seeded=True, blind=True
    ),
    "random": Recipe(train=partial(_trained, _random), seeded=True, blind=True),
    "engineered": Recipe(
        train=partial(_trained, _engineered),
        tables=("learning", "engineered", "cost"),
    ),
    "learning": Recipe(train=_learning, tables=("learning", "cost"), seeded=True),
    "optimal": Recipe(
        train=partial(_trained, _optimal),
        tables=("learning", "engineered", "optimal", "cost"),
    ),
    "decoupling": Recipe(train=partial(_trained, _decoupling), tables=("decoupling",)),
    "best_decoupling": Recipe(
        train=partial(_trained, _best_decoupling), tables=("learning", "cost")
    ),
} | {
    name: Recipe(
        train=partial(_trained, partial(_decoupling, sequence=name)),
        tables=("decoupling",),
    )
    for name in sorted(SEQUENCES)
}
