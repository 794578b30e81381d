"""The trained block of a study: one or more materials of each kind."""

import numpy as np
import xarray as xr

from ..dynamics import ConstantControls, System
from ..environments import (
    TETRAHEDRON,
    LearningResult,
    LearningRule,
    LearningState,
    Material,
    NetworkDrive,
    ProtectionCost,
    ReferenceEnvironment,
    bare_material,
    engineered_material,
    learn,
    plain_material,
    xy8_material,
)
from .settings import StudySettings
from .store import Store

__all__ = ["environment_of", "materials_of", "rule_of", "system_of", "trained_block"]

WARM_SCALE = 0.5  # noise on the weights of a warm start


def system_of(settings: StudySettings) -> System:
    """Return the system of a study."""
    part = settings.system
    return System(part.H, part.rho0, kept=part.kept or None)


def environment_of(settings: StudySettings) -> ReferenceEnvironment:
    """Return the environment of a study."""
    values = settings.environment.model_dump()
    return ReferenceEnvironment(
        directions=TETRAHEDRON[: values.pop("levels")], **values
    )


def rule_of(settings: StudySettings) -> LearningRule:
    """Return the learning rule of a study."""
    part = settings.learning
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


def cost_of(settings: StudySettings) -> ProtectionCost:
    """Return the cost of a study."""
    part = settings.learning
    return ProtectionCost(controls=part.cost_controls, network=part.cost_weights)


def trained_block(
    kind: str, settings: StudySettings, store: Store, progress: bool | None
) -> xr.Dataset:
    """Return what defines the materials of a kind, training them if they are trained.

    The dataset has a `member` axis: one seed each, or a single member.
    """
    if kind == "learning":
        return _trained_learning(settings, store, progress)
    environment = environment_of(settings)
    if kind == "plain":
        part = settings.plain
        seeds = range(part.first_seed, part.first_seed + part.seeds)
        rule = rule_of(settings)
        found = [plain_material(environment, seed, rule=rule) for seed in seeds]
        controls = np.array([_constants(material) for material in found])
        return _constants_dataset(controls).assign_coords(seed=("member", [*seeds]))
    if kind == "engineered":
        return _constants_dataset(
            _constants(_engineered(settings, environment, progress))[None]
        )
    return xr.Dataset(coords={"member": [0]})


def materials_of(
    kind: str, trained: xr.Dataset, settings: StudySettings
) -> list[Material]:
    """Return the materials that a trained block defines, one a member."""
    environment = environment_of(settings)
    if kind == "bare":
        return [bare_material(environment)]
    if kind == "xy8":
        return [xy8_material(environment)]
    if kind == "learning":
        rule = rule_of(settings)
        fine = max(NetworkDrive.resolution, rule.resolution)
        drives = [
            NetworkDrive(
                weights=W, y0=y0, tau=rule.tau, period=rule.period, resolution=fine
            )
            for W, y0 in zip(trained.weights.values, trained.start.values, strict=True)
        ]
        return [
            Material(kind=kind, environment=environment, drive=drive)
            for drive in drives
        ]
    return [
        Material(kind=kind, environment=environment, drive=ConstantControls(values))
        for values in trained.controls.values
    ]


def _engineered(
    settings: StudySettings, environment: ReferenceEnvironment, progress: bool | None
) -> Material:
    return engineered_material(
        environment,
        period=settings.learning.period,
        cost=cost_of(settings),
        H=settings.system.H,
        seed=settings.seed,
        progress=progress,
    )


def _constants(material: Material) -> np.ndarray:
    if not isinstance(material.drive, ConstantControls):
        raise TypeError("`material` must have constant controls.")
    return material.drive.values


def _constants_dataset(controls: np.ndarray) -> xr.Dataset:
    return xr.Dataset(
        {"controls": (("member", "control"), controls)},
        coords={"member": np.arange(len(controls))},
    )


def _trained_learning(
    settings: StudySettings, store: Store, progress: bool | None
) -> xr.Dataset:
    """Learn, going on from the last checkpoint of an interrupted run."""
    part, rule = settings.learning, rule_of(settings)
    environment = environment_of(settings)
    seeds = range(part.first_seed, part.first_seed + part.seeds)
    saved = store.load_checkpoint("learning")
    weights = None
    if part.warm_start and saved is None:
        near = _constants(_engineered(settings, environment, progress))
        weights = np.array(
            [rule.weights_around(near, scale=WARM_SCALE, seed=seed) for seed in seeds]
        )
    result = learn(
        environment,
        rule,
        cost_of(settings),
        H=settings.system.H,
        seeds=seeds,
        epochs=part.epochs,
        weights=weights,
        restart_every=part.restart_every or None,
        state=None if saved is None else LearningState(**saved),
        checkpoint=lambda s: store.save_checkpoint("learning", s._asdict()),
        progress=progress,
    )
    return _learning_dataset(result)


def _learning_dataset(result: LearningResult) -> xr.Dataset:
    state = result.state
    network = ("member", "slice", "neuron", "input")
    return xr.Dataset(
        {
            "cost": (("member", "epoch"), state.costs),
            "infidelity": (("member", "epoch"), state.infidelities),
            "least_cost": ("member", state.best_cost),
            "weights": (network, state.best_weights),
            "start": (("member", "neuron"), state.best_y0),
        },
        coords={
            "member": np.arange(len(result.labels)),
            "seed": ("member", list(result.labels)),
        },
    )
