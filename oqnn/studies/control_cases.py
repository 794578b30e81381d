"""The controls of a study, one function a case: what changes, and who is measured."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..dynamics import ConstantControls
from ..environments import bare_material
from .control_conditions import (
    changed,
    few_shots,
    known_state,
    noise_strengths,
    unseen_states,
    unseen_times,
    weak_field,
)
from .control_drives import (
    ConstantWeights,
    random_drive,
    same_power,
    shuffled,
    within_power,
)
from .control_optimal import optimal_control
from .control_setting import (
    DESIGN,
    Entry,
    Setting,
    entries,
    members,
    moved,
    rivals,
    singly,
)
from .probe import mean_power

__all__ = ["CASES"]

CONSTANT_SCALE, CONSTANT_SEED = 1.2, 50  # first weights of constant-weight networks
REACHED = 0.05  # infidelity that a good learner is below


def design(setting: Setting) -> list[Entry]:
    """All learners beside every engineered material, and what they are made of."""
    environment = setting.environment
    quiet = bare_material(replace(environment, xi=0.0))
    slow = ConstantControls(np.array([0.0, 0.0, 0.0, -1.0]))
    sets = {
        "learning": setting.learners,
        **singly(rivals(setting, environment)),
        "bare": [bare_material(environment)],
        "no noise field": [replace(quiet, drive=slow)],
    }
    if "plain" in setting.study.kinds:
        sets["plain"] = setting.study.members("plain")
    first, *rest = entries(DESIGN, setting.probe, sets)
    curves = setting.study.trained("learning").infidelity.values
    below = curves <= REACHED
    reached = np.where(below.any(1), below.argmax(1) + 1.0, np.inf)
    return [first._replace(values={**first.values, "epochs": reached}), *rest]


def constant_network(setting: Setting) -> list[Entry]:
    """The learning rule with its gradient averaged over the epoch."""
    rule, count = setting.rule, len(setting.seeds)
    seeds = range(CONSTANT_SEED, CONSTANT_SEED + count)
    shape = (rule.neurons, rule.neurons + 1)
    drawn = [np.random.default_rng(seed).standard_normal(shape) for seed in seeds]
    weights = CONSTANT_SCALE * np.array(drawn)[:, None].repeat(rule.slices, axis=1)
    result = setting.trained(
        "constant network",
        setting.environment,
        seeds=seeds,
        weights=weights,
        method=ConstantWeights(),
    )
    return entries(DESIGN, setting.probe, {"constant network": members(result)})


def shuffled_slices(setting: Setting) -> list[Entry]:
    """The slices of the best learner's weights in random order."""
    rng = setting.rng("shuffled")
    drawn = [shuffled(setting.best, rng) for _ in range(setting.draws)]
    return entries(DESIGN, setting.probe, {"shuffled slices": drawn})


def random_drives(setting: Setting) -> list[Entry]:
    """Drives of the best learner's spectrum and energy, with random phases."""
    rng = setting.rng("random drive")
    drawn = [random_drive(setting.best, rng) for _ in range(setting.draws)]
    return entries(DESIGN, setting.probe, {"random drive": drawn})


def same_rms_field(setting: Setting) -> list[Entry]:
    """Constant controls whose fields have the best learner's rms, or at most that."""
    power = mean_power(setting.best, setting.rule.period)
    made = {
        name: find(setting.environment, power, setting.probe, seed=setting.seed)
        for name, find in {
            "same rms field": same_power,
            "no stronger field": within_power,
        }.items()
    }
    return entries(DESIGN, setting.probe, singly(made))


def without_field(setting: Setting) -> list[Entry]:
    """Learners that never saw the noise field, tested in it."""
    return _blind(setting, "trained without field", "xi")


def without_hopping(setting: Setting) -> list[Entry]:
    """Learners trained with a frozen register, tested with a hopping one."""
    return _blind(setting, "trained without hopping", "kappa")


def _blind(setting: Setting, name: str, missing: str) -> list[Entry]:
    environment = setting.environment
    result = setting.trained(name, changed(environment, missing, 0.0))
    tested = moved(members(result), environment)
    return entries(DESIGN, setting.probe, {name: tested})


CASES: dict[str, Callable[[Setting], list[Entry]]] = {
    "design": design,
    "constant network": constant_network,
    "shuffled slices": shuffled_slices,
    "random drive": random_drives,
    "same rms field": same_rms_field,
    "trained without field": without_field,
    "trained without hopping": without_hopping,
    "unseen states": unseen_states,
    "unseen times": unseen_times,
    "noise strengths": noise_strengths,
    "weak field": weak_field,
    "known state": known_state,
    "few shots": few_shots,
    "optimal control": optimal_control,
}
