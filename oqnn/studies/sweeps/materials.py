"""How each material of a sweep is made, and what that depends on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from ...dynamics import ConstantControls, PiecewiseControls
from ...environments import (
    Drive,
    LearningRule,
    NetworkDrive,
    bare_material,
    engineered_material,
    learn,
    plain_material,
)
from .parts import LearningPart
from .point import PointSettings

__all__ = ["MATERIALS", "Recipe", "drives_of", "recipe_of"]


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
    """

    train: Callable[[PointSettings, Sequence[int], bool | None], xr.Dataset]
    tables: tuple[str, ...] = ()
    seeded: bool = False


def recipe_of(name: str) -> Recipe:
    """Return the recipe of a material by its name."""
    return MATERIALS[name]


def drives_of(trained: xr.Dataset, point: PointSettings) -> list[Drive]:
    """Return the drive of each member of a trained block."""
    if "weights" in trained:
        rule = _rule(point.learning)
        asked = point.solver.resolution or NetworkDrive.resolution
        fine = max(asked, rule.resolution)
        return [
            NetworkDrive(
                weights=W, y0=y0, tau=rule.tau, period=rule.period, resolution=fine
            )
            for W, y0 in zip(trained.weights.values, trained.start.values, strict=True)
        ]
    if "edges" in trained:
        times = trained.edges.values
        return [
            PiecewiseControls(times, u, periodic=True) for u in trained.controls.values
        ]
    return [ConstantControls(u) for u in trained.controls.values]


def _rule(part: LearningPart) -> LearningRule:
    return LearningRule(
        neurons=part.neurons,
        tau=part.tau,
        period=part.period,
        slices=part.slices,
        resolution=part.substeps,
        friction=part.friction,
        rate=part.eta,
        mass=part.omega,
        initial_scale=part.initial_scale,
    )


def _constants(values: Any) -> xr.Dataset:
    return xr.Dataset({"controls": (("member", "control"), np.atleast_2d(values))})


def _bare(
    point: PointSettings, seeds: Sequence[int], progress: bool | None
) -> xr.Dataset:
    return _constants(bare_material(point.training_environment).drive.values)


def _plain(
    point: PointSettings, seeds: Sequence[int], progress: bool | None
) -> xr.Dataset:
    rule = _rule(point.learning)
    return _constants(
        [
            plain_material(point.training_environment, s, rule=rule).drive.values
            for s in seeds
        ]
    )


def _engineered(
    point: PointSettings, seeds: Sequence[int], progress: bool | None
) -> xr.Dataset:
    return _constants(
        engineered_material(
            point.training_environment,
            period=point.learning.period,
            cost=point.protection_cost,
            H=point.built_system.H,
            points=point.engineered.points,
            starts=point.engineered.starts,
            seed=seeds[0],
            progress=progress,
        ).drive.values
    )


def _learning(
    point: PointSettings, seeds: Sequence[int], progress: bool | None
) -> xr.Dataset:
    result = learn(
        point.training_environment,
        _rule(point.learning),
        point.protection_cost,
        H=point.built_system.H,
        seeds=seeds,
        epochs=point.learning.epochs,
        restart_every=point.learning.restart_every or None,
        progress=progress,
    )
    state = result.state
    return xr.Dataset(
        {
            "cost": (("member", "epoch"), state.costs),
            "infidelity": (("member", "epoch"), state.infidelities),
            "weights": (("member", "slice", "neuron", "input"), state.best_weights),
            "start": (("member", "neuron"), state.best_y0),
        }
    )


MATERIALS: dict[str, Recipe] = {
    "bare": Recipe(train=_bare),
    "plain": Recipe(train=_plain, tables=("learning",), seeded=True),
    "engineered": Recipe(train=_engineered, tables=("learning", "engineered", "cost")),
    "learning": Recipe(
        train=_learning, tables=("learning", "cost"), seeded=True
    ),
}
