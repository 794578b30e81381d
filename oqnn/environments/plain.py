"""The plain material: the same network, with random weights that nobody chose."""

import numpy as np

from ..dynamics import ConstantControls
from .drives import STEPS_PER_TAU, NetworkDrive, even_steps
from .environment import Environment
from .material import Material
from .rule import LearningRule

__all__ = ["plain_material"]


def plain_material(
    environment: Environment, seed: int, *, rule: LearningRule | None = None
) -> Material:
    """Return a material whose constant weights are standard normal numbers.

    Its neurons start from zero and settle for one epoch T; where they then stand is
    the constant control.

    Parameters
    ----------
    environment : Environment
        Register, noise and control channels.
    seed : int
        Of ``default_rng(seed).standard_normal((k, k + 1))``; column 0 is the bias.
    rule : LearningRule, optional
        Number and time constant of the neurons, and T.
    """
    rule = rule or LearningRule()
    k = rule.neurons
    least = even_steps(rule.period / rule.slices, rule.tau / STEPS_PER_TAU)
    weights = np.random.default_rng(seed).standard_normal((k, k + 1))
    drive = NetworkDrive(
        weights=np.broadcast_to(weights, (rule.slices, k, k + 1)),
        y0=np.zeros(k),
        tau=rule.tau,
        period=rule.period,
        resolution=max(NetworkDrive.resolution, least),
    )
    settled = drive.until(rule.period, environment.n_controls).values[-1]
    return Material(
        kind="plain", environment=environment, drive=ConstantControls(settled)
    )
