"""What the controls of a study share: its parts, its rivals, how they are measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from .._core.seeds import rng_from
from ..environments import (
    Environment,
    LearningMethod,
    LearningResult,
    LearningRule,
    LearningState,
    Material,
    ProtectionCost,
    ReferenceEnvironment,
    engineered_material,
    learn,
    xy8_material,
)
from .probe import Probe
from .store import Store
from .study import Study
from .training import cost_of, environment_of

__all__ = [
    "DESIGN",
    "Entry",
    "Setting",
    "entries",
    "members",
    "moved",
    "rivals",
    "singly",
]

DESIGN = "as trained"


class Entry(NamedTuple):
    """One material under one condition: its measures, of one or more members."""

    condition: str
    material: str
    values: Mapping[str, np.ndarray]  # each (members,)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What the cases share: the study, how much to compute, and where to keep it.

    `made` remembers the engineered materials of each environment.
    """

    study: Study
    store: Store
    seeds: tuple[int, ...]
    epochs: int
    draws: int
    states: int
    seed: int
    progress: bool | None
    made: dict[ReferenceEnvironment, dict[str, Material]] = field(default_factory=dict)

    @property
    def environment(self) -> ReferenceEnvironment:
        """The environment of the study."""
        return environment_of(self.study.settings)

    @property
    def rule(self) -> LearningRule:
        """The learning rule of the study."""
        return self.study.rule

    @property
    def cost(self) -> ProtectionCost:
        """The cost that its learners were trained for."""
        return cost_of(self.study.settings)

    @property
    def H(self) -> np.ndarray:
        """The Hamiltonian of its qubit."""
        return self.study.settings.system.H

    @property
    def probe(self) -> Probe:
        """The readouts of its cost."""
        return Probe.of(self.cost, self.rule.period, self.H)

    @property
    def learners(self) -> list[Material]:
        """The learning materials of all its seeds."""
        return self.study.members("learning")

    @property
    def best(self) -> Material:
        """The learner of least cost."""
        return self.learners[
            int(self.study.trained("learning").least_cost.values.argmin())
        ]

    def rng(self, *path: str) -> np.random.Generator:
        """Return the generator of one case."""
        return rng_from(self.seed, "controls", *path)

    def trained(
        self,
        name: str,
        environment: ReferenceEnvironment,
        *,
        cost: ProtectionCost | None = None,
        rule: LearningRule | None = None,
        seeds: Sequence[int] | None = None,
        epochs: int | None = None,
        weights: np.ndarray | None = None,
        method: LearningMethod | None = None,
    ) -> LearningResult:
        """Learn in another setting, going on from the checkpoint of a stopped run.

        Learners that start from given weights are never restarted from random ones.
        """
        restart = self.study.settings.learning.restart_every if weights is None else 0
        checkpoint = name.replace(" ", "_").replace("/", "_")
        saved = self.store.load_checkpoint(checkpoint)
        return learn(
            environment,
            rule or self.rule,
            cost or self.cost,
            H=self.H,
            seeds=seeds or self.seeds,
            epochs=epochs or self.epochs,
            weights=weights,
            state=None if saved is None else LearningState(**saved),
            restart_every=restart or None,
            method=method,
            checkpoint=lambda s: self.store.save_checkpoint(checkpoint, s._asdict()),
            progress=self.progress,
        )


def moved(materials: Sequence[Material], environment: Environment) -> list[Material]:
    """Return the same drives in another environment."""
    return [replace(m, environment=environment) for m in materials]


def members(result: LearningResult) -> list[Material]:
    """Return the materials of all learners."""
    return [result.material(i) for i in range(len(result.labels))]


def rivals(
    setting: Setting,
    environment: ReferenceEnvironment,
    cost: ProtectionCost | None = None,
) -> dict[str, Material]:
    """Return the engineered materials for an environment and a cost, by name."""
    if cost is not None:
        return _made(setting, environment, cost)
    if environment not in setting.made:
        setting.made[environment] = _made(setting, environment, setting.cost)
    return dict(setting.made[environment])


def _made(
    setting: Setting, environment: ReferenceEnvironment, cost: ProtectionCost
) -> dict[str, Material]:
    made = engineered_material(
        environment,
        period=setting.rule.period,
        cost=cost,
        H=setting.H,
        seed=setting.study.settings.seed,
        progress=setting.progress,
    )
    spacing = setting.rule.period / 16
    while environment.h > 0 and spacing < np.pi / environment.h:
        spacing *= 2  # so that the readouts still fall between pulses
    return {"engineered": made, "xy8": xy8_material(environment, spacing=spacing)}


def entries(
    condition: str, probe: Probe, materials: Mapping[str, Sequence[Material]]
) -> list[Entry]:
    """Measure each of some named sets of materials."""
    return [
        Entry(condition, name, probe.measures(each)) for name, each in materials.items()
    ]


def singly(materials: Mapping[str, Material]) -> dict[str, list[Material]]:
    """Return sets of one material each."""
    return {name: [material] for name, material in materials.items()}
