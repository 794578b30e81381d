"""What parts of the settings need of each other, found before anything is computed.

Without these checks the rooms below would refuse, but minutes into a study and under
names that its settings do not use.
"""

import numpy as np

from ..environments import (
    TETRAHEDRON,
    XY8_SPACING,
    ReferenceEnvironment,
    least_resolution,
)
from .settings_errors import SettingsError
from .settings_parts import (
    EnvironmentSettings,
    LearningSettings,
    SpikeSettings,
    SystemSettings,
)

__all__ = ["check_learning", "check_spikes", "check_xy8"]

SPINS_OF_A_QUBIT = 3


def check_xy8(environment: EnvironmentSettings) -> None:
    """Check that a π pulse fits between two others."""
    least = np.pi / XY8_SPACING
    if environment.h < least:
        raise SettingsError(
            f"`environment.h` must be at least 2π = {least:.4f} for the material xy8, "
            f"whose pulses last π/h, but is {environment.h:g}. Or leave xy8 out of "
            "`materials`.",
            ("environment", "h"),
        )


def check_learning(
    learning: LearningSettings, environment: EnvironmentSettings, system: SystemSettings
) -> None:
    """Check that substeps are short for the neurons and for the generator."""
    values = environment.model_dump()
    directions = TETRAHEDRON[: values.pop("levels")]
    generator = ReferenceEnvironment(directions=directions, **values).generator(
        system.H
    )
    width = learning.period / learning.slices
    least = least_resolution(generator.matrices(), learning.tau, width)
    if learning.substeps < least:
        raise SettingsError(
            f"`learning.substeps` must be at least {least} with {learning.slices} "
            f"slices of a period of {learning.period:g}, so that steps are short for "
            f"tau = {learning.tau:g} and for the fields, but is {learning.substeps}. "
            "More slices help as well.",
            ("learning", "substeps"),
        )


def check_spikes(spikes: SpikeSettings, system: SystemSettings) -> None:
    """Check that the network has room for the spins, and more sources than neurons."""
    spins = SPINS_OF_A_QUBIT * (1 + len(system.kept))
    if len(system.kept) == 0:
        if spikes.neurons < spins:
            raise SettingsError(
                f"`spikes.neurons` must be at least {spins} for one qubit, but is "
                f"{spikes.neurons}.",
                ("spikes", "neurons"),
            )
        largest = spikes.neurons
    else:  # spins, and as many drivers as relays: at most one pair for each spin
        drivers = max(-(-(spikes.neurons - spins) // 2), spins)
        largest = spins + 2 * drivers
    if spikes.sources <= largest:
        raise SettingsError(
            f"`spikes.sources` must be above {largest}, the neurons that a network may "
            f"need here, but is {spikes.sources}.",
            ("spikes", "sources"),
        )
