"""Controls under other conditions: states, times, noise, fields, and few shots."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..dynamics import ConstantControls
from ..environments import (
    LocalLearning,
    Material,
    ProtectionCost,
    ReferenceEnvironment,
)
from .control_setting import Entry, Setting, entries, members, moved, rivals, singly
from .probe import Probe, random_states

__all__ = [
    "changed",
    "few_shots",
    "known",
    "known_state",
    "noise_strengths",
    "noises",
    "of_known_state",
    "of_states",
    "of_times",
    "under",
    "unseen_states",
    "unseen_times",
    "weak_field",
    "weakened",
]

KNOWN = np.array([[0.5, 0.5], [0.5, 0.5]])  # |+⟩
FACTORS = (0.5, 2.0)
WEAKER = 4  # how many times weaker the weak field is
WARM_SCALE = 0.5
SHOTS, PERTURBATION = 1000, 0.3
SLOWER = 3  # how much smaller η/ω must be against the noise of the shots
FEWEST = 4  # learners and share of the epochs, as each epoch is lived 33 times


def changed(
    environment: ReferenceEnvironment, name: str, factor: float
) -> ReferenceEnvironment:
    """Return an environment with one of its constants multiplied."""
    values: dict[str, Any] = {name: factor * getattr(environment, name)}
    return replace(environment, **values)


def noises(environment: ReferenceEnvironment) -> dict[str, ReferenceEnvironment]:
    """Return environments with other noise, by the name of the condition."""
    return {
        f"{name} x {factor:g}": changed(environment, key, factor)
        for key, name in {"xi": "field", "kappa": "hopping"}.items()
        for factor in FACTORS
    }


def weakened(environment: ReferenceEnvironment) -> ReferenceEnvironment:
    """Return an environment with a weak control field."""
    return replace(environment, h=environment.h / WEAKER)


def known(setting: Setting) -> ProtectionCost:
    """Return the cost of a single known state."""
    return replace(setting.cost, states=KNOWN[None])


def under(condition: str, found: Sequence[Entry]) -> list[Entry]:
    """Return entries under another condition."""
    return [entry._replace(condition=condition) for entry in found]


def of_states(
    setting: Setting, materials: Mapping[str, Sequence[Material]]
) -> list[Entry]:
    """Measure materials with random pure states: the mean of them, and the worst."""
    states = random_states(setting.states, setting.rng("states"))
    found = []
    for name, each in materials.items():
        lost = np.array([setting.probe.infidelities(m, states) for m in each])
        means = {"infidelity": lost.mean(1)}
        found += [
            Entry("unseen states", name, means),
            Entry("worst unseen state", name, {"infidelity": lost.max(1)}),
        ]
    return found


def of_times(
    setting: Setting, materials: Mapping[str, Sequence[Material]]
) -> list[Entry]:
    """Measure materials at readouts within the epoch, and in the cycle after it."""
    period, rng = setting.rule.period, setting.rng("times")
    between = np.sort(rng.uniform(0, period, setting.draws))
    found = []
    for condition, times in {
        "unseen times": between,
        "next cycle": period + setting.probe.times,
    }.items():
        probe = replace(setting.probe, times=times, weights=None)
        found += [
            Entry(condition, name, probe.losses(each))
            for name, each in materials.items()
        ]
    return found


def of_known_state(
    setting: Setting, materials: Mapping[str, Sequence[Material]]
) -> list[Entry]:
    """Measure what materials lose of the one known state."""
    probe = Probe.of(known(setting), setting.rule.period, setting.H)
    return [
        Entry(
            "one known state",
            name,
            {"infidelity": np.array([probe.infidelity(m) for m in each])},
        )
        for name, each in materials.items()
    ]


def unseen_states(setting: Setting) -> list[Entry]:
    """Random pure states: the mean of them, and the worst."""
    return of_states(setting, _as_made(setting))


def unseen_times(setting: Setting) -> list[Entry]:
    """Readouts between those trained for, and in the cycle after the epoch."""
    return of_times(setting, _as_made(setting))


def noise_strengths(setting: Setting) -> list[Entry]:
    """The noise field and the hopping halved and doubled after training.

    First with all materials as they were made, then with the engineered ones made for
    the new noise, and then with the learners taught in it as well.
    """
    found, probe = [], setting.probe
    for condition, noisy in noises(setting.environment).items():
        kept = {k: moved(each, noisy) for k, each in _as_made(setting).items()}
        learnt, *others = entries(condition, probe, kept)
        anew = entries(condition, probe, singly(rivals(setting, noisy)))
        taught = entries(condition, probe, {"learning": _taught(setting, noisy)})
        found += [learnt, *others]
        found += under(f"{condition}, rivals anew", [learnt, *anew])
        found += under(f"{condition}, all anew", [*taught, *anew])
    return found


def _as_made(setting: Setting) -> dict[str, Sequence[Material]]:
    """Return the learners and the engineered materials of the study."""
    made = singly(rivals(setting, setting.environment))
    return {"learning": setting.learners, **made}


def _taught(setting: Setting, environment: ReferenceEnvironment) -> list[Material]:
    """Let learners of the study go on in another environment."""
    chosen = [int(s) for s in setting.study.trained("learning").seed.values]
    rows = [chosen.index(seed) for seed in setting.seeds]
    weights = setting.study.trained("learning").weights.values[rows]
    name = f"taught {environment.xi:g} {environment.kappa:g}"
    return members(setting.trained(name, environment, weights=weights))


def weak_field(setting: Setting) -> list[Entry]:
    """A control field a quarter as strong, from a random and from a warm start."""
    weak = weakened(setting.environment)
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
        found += under(f"h = {weak.h:g}, {start}", learnt + others)
    return found


def known_state(setting: Setting) -> list[Entry]:
    """One known state to keep, |+⟩, with all materials made for it."""
    cost, environment = known(setting), setting.environment
    result = setting.trained("known state", environment, cost=cost)
    made = singly(rivals(setting, environment, cost))
    return of_known_state(setting, {"learning": members(result), **made})


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
