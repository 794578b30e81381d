"""The strongest rival under every condition: optimal control without a material."""

from dataclasses import replace

import numpy as np

from ..dynamics import ConstantControls, PiecewiseControls
from ..environments import Material, ProtectionCost, ReferenceEnvironment
from ..environments.grape import grape
from .control_conditions import (
    known,
    noises,
    of_known_state,
    of_states,
    of_times,
    under,
    weakened,
)
from .control_setting import DESIGN, Entry, Setting, entries, rivals

__all__ = ["optimal_control"]

STARTS, ITERATIONS = 3, 500


def optimal_control(setting: Setting) -> list[Entry]:
    """GRAPE on the same bounds and slices, under the conditions of all other cases.

    Every control is free on every slice. Its starts are random controls, the best
    constants, and, where the environment was changed, what was found before the change.
    """
    environment, probe = setting.environment, setting.probe
    made = _optimal(setting, environment)
    found = entries(DESIGN, probe, {"grape": [made]})
    found += of_states(setting, {"grape": [made]})
    found += of_times(setting, {"grape": [made]})
    for condition, noisy in noises(environment).items():
        kept = replace(made, environment=noisy)
        anew = entries("", probe, {"grape": [_optimal(setting, noisy, near=made)]})
        found += entries(condition, probe, {"grape": [kept]})
        for who in ("rivals", "all"):
            found += under(f"{condition}, {who} anew", anew)
    weak = weakened(environment)
    anew = entries("", probe, {"grape": [_optimal(setting, weak)]})
    for start in ("random", "warm"):
        found += under(f"h = {weak.h:g}, {start} start", anew)
    best = _optimal(setting, environment, known(setting))
    return found + of_known_state(setting, {"grape": [best]})


def _optimal(
    setting: Setting,
    environment: ReferenceEnvironment,
    cost: ProtectionCost | None = None,
    *,
    near: Material | None = None,
) -> Material:
    shape = setting.rule.slices, environment.n_controls
    starts = [
        np.random.default_rng(seed).uniform(-1, 1, shape) for seed in range(STARTS)
    ]
    for material in (rivals(setting, environment, cost)["engineered"], near):
        if material is not None:
            starts.append(np.broadcast_to(_values(material), shape))
    return grape(
        environment,
        cost or setting.cost,
        period=setting.rule.period,
        slices=setting.rule.slices,
        H=setting.H,
        controls=np.array(starts),
        iterations=ITERATIONS,
        progress=setting.progress,
    ).material()


def _values(material: Material) -> np.ndarray:
    if not isinstance(material.drive, ConstantControls | PiecewiseControls):
        raise TypeError("`material` must have constant or piecewise constant controls.")
    return material.drive.values
