"""The controls of a study, one function a case: what changes, and who is measured."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..dynamics import ConstantControls
from ..environments import (
    LocalLearning,
    Material,
    ReferenceEnvironment,
    bare_material,
)
from .control_drives import (
    ConstantWeights,
    random_drive,
    same_power,
    shuffled,
    within_power,
)
from .control_setting import Entry, Setting, entries, members, moved, rivals, singly
from .probe import Probe, mean_power, random_states

__all__ = ["CASES", "DESIGN"]

DESIGN = "as trained"
CONSTANT_SCALE, CONSTANT_SEED = 1.2, 50  # first weights of constant-weight networks
KNOWN = np.array([[0.5, 0.5], [0.5, 0.5]])  # |+⟩
FACTORS = (0.5, 2.0)
WEAKER = 4  # how many times weaker the weak field is
WARM_SCALE = 0.5
REACHED = 0.05  # infidelity that a good learner is below
SHOTS, PERTURBATION = 1000, 0.3
SLOWER = 3  # how much smaller η/ω must be against the noise of the shots
FEWEST = 4  # learners and share of the epochs, as each epoch is lived 33 times


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
    result = setting.trained(name, _changed(environment, missing, 0.0))
    tested = moved(members(result), environment)
    return entries(DESIGN, setting.probe, {name: tested})


def _changed(
    environment: ReferenceEnvironment, name: str, factor: float
) -> ReferenceEnvironment:
    values: dict[str, Any] = {name: factor * getattr(environment, name)}
    return replace(environment, **values)


def unseen_states(setting: Setting) -> list[Entry]:
    """Random pure states: the mean of them, and the worst."""
    states = random_states(setting.states, setting.rng("states"))
    sets = {
        "learning": setting.learners,
        **singly(rivals(setting, setting.environment)),
    }
    found = []
    for name, materials in sets.items():
        lost = np.array([setting.probe.infidelities(m, states) for m in materials])
        means = {"infidelity": lost.mean(1)}
        found += [
            Entry("unseen states", name, means),
            Entry("worst unseen state", name, {"infidelity": lost.max(1)}),
        ]
    return found


def unseen_times(setting: Setting) -> list[Entry]:
    """Readouts between those trained for, and in the cycle after the epoch."""
    period, rng = setting.rule.period, setting.rng("times")
    between = np.sort(rng.uniform(0, period, setting.draws))
    sets = {
        "learning": setting.learners,
        **singly(rivals(setting, setting.environment)),
    }
    found = []
    for condition, times in {
        "unseen times": between,
        "next cycle": period + setting.probe.times,
    }.items():
        probe = replace(setting.probe, times=times, weights=None)
        found += [
            Entry(condition, name, probe.losses(each)) for name, each in sets.items()
        ]
    return found


def noise_strengths(setting: Setting) -> list[Entry]:
    """The noise field and the hopping halved and doubled after training.

    First with all materials as they were made, then with the engineered ones made for
    the new noise, and then with the learners taught in it as well.
    """
    environment, found = setting.environment, []
    old = rivals(setting, environment)
    for key, name in {"xi": "field", "kappa": "hopping"}.items():
        for factor in FACTORS:
            changed = _changed(environment, key, factor)
            condition = f"{name} x {factor:g}"
            learners = {"learning": moved(setting.learners, changed)}
            kept = moved([*old.values()], changed)
            found += entries(
                condition,
                setting.probe,
                learners | {kind: [m] for kind, m in zip(old, kept, strict=True)},
            )
            anew = entries("", setting.probe, singly(rivals(setting, changed)))
            taught = entries("", setting.probe, {"learning": _taught(setting, changed)})
            learnt = [e for e in found[-1 - len(old) :] if e.material == "learning"]
            found += _under(f"{condition}, rivals anew", learnt + anew)
            found += _under(f"{condition}, all anew", taught + anew)
    return found


def _taught(setting: Setting, environment: ReferenceEnvironment) -> list[Material]:
    """Let learners of the study go on in another environment."""
    chosen = [int(s) for s in setting.study.trained("learning").seed.values]
    rows = [chosen.index(seed) for seed in setting.seeds]
    weights = setting.study.trained("learning").weights.values[rows]
    name = f"taught {environment.xi:g} {environment.kappa:g}"
    return members(setting.trained(name, environment, weights=weights))


def _under(condition: str, found: list[Entry]) -> list[Entry]:
    return [entry._replace(condition=condition) for entry in found]


def weak_field(setting: Setting) -> list[Entry]:
    """A control field a quarter as strong, from a random and from a warm start."""
    weak = replace(setting.environment, h=setting.environment.h / WEAKER)
    made, rule = rivals(setting, weak), setting.rule
    near = made["engineered"].drive
    if not isinstance(near, ConstantControls):
        raise TypeError("engineered controls must be constant")
    warm = np.array(
        [
            rule.weights_around(near.values, scale=WARM_SCALE, seed=seed)
            for seed in setting.seeds
        ]
    )
    others = entries("", setting.probe, singly(made))
    found = []
    for start, weights in {"random start": None, "warm start": warm}.items():
        result = setting.trained(f"weak field {start}", weak, weights=weights)
        learnt = entries("", setting.probe, {"learning": members(result)})
        found += _under(f"h = {weak.h:g}, {start}", learnt + others)
    return found


def known_state(setting: Setting) -> list[Entry]:
    """One known state to keep, |+⟩, with all materials made for it."""
    cost = replace(setting.cost, states=KNOWN[None])
    environment = setting.environment
    result = setting.trained("known state", environment, cost=cost)
    sets = {"learning": members(result), **singly(rivals(setting, environment, cost))}
    probe = Probe.of(cost, setting.rule.period, setting.H)
    return [
        Entry("one known state", name, {"infidelity": _infidelities(probe, each)})
        for name, each in sets.items()
    ]


def few_shots(setting: Setting) -> list[Entry]:
    """Learning from costs alone, each estimated from a thousand preparations.

    Every neuron moves its weights by its own activity and the cost; there is no model
    that costates could come from. A quarter of the epochs, and four learners at most.
    """
    result = setting.trained(
        "few shots",
        setting.environment,
        rule=replace(setting.rule, mass=SLOWER * setting.rule.mass),
        seeds=setting.seeds[:FEWEST],
        epochs=max(1, setting.epochs // FEWEST),
        method=LocalLearning(shots=SHOTS, perturbation=PERTURBATION),
    )
    sets = {
        "learning": members(result),
        **singly(rivals(setting, setting.environment)),
    }
    return entries(f"{SHOTS} shots", setting.probe, sets)


def _infidelities(probe: Probe, materials: Sequence[Material]) -> np.ndarray:
    return np.array([probe.infidelity(material) for material in materials])


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
}
