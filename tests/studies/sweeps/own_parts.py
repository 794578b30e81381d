"""Systems and environments as a user would write them, for tests."""

import numpy as np

from oqnn.dynamics import RegisterGenerator, System
from oqnn.environments import (
    ReferenceEnvironment,
    RegisterEnvironment,
    field_channel,
)

NO_FUNCTION = 3


def tilted_spin(angle, levels=3):
    """Return a spin whose two highest levels share an excitation."""
    ket = np.zeros(levels)
    ket[:2] = np.cos(angle), np.sin(angle)
    return System(np.diag(np.arange(float(levels))), ket)


def damped(system, rate, powers=(1.0,)):
    """Return damping between neighbouring levels, faster with every power."""
    lowering = np.diag(np.ones(system.d - 1), -1)
    total = sum(rate**power for power in powers)
    noise = RegisterGenerator(
        np.zeros((system.d, system.d)), {(0, 0): np.sqrt(total) * lowering}
    )
    field = field_channel(lowering + lowering.T, 1)
    return RegisterEnvironment(noise, {"drive": field}, 2.0)


def any_reference(**parameters):
    """Return the reference environment with any of its parameters."""
    return ReferenceEnvironment(**parameters)


def faulty():
    """Fail as a mistake in a program does."""
    return {}["x"]


def nothing(system):
    """Return no environment."""
    return 3.0
