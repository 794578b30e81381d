"""Let a material learn to protect a qubit, and compare it with engineered ones.

A small version of the reference study: two learners and 200 epochs instead of eight
and 2000, so that it runs in seconds.
"""

import numpy as np

from oqnn.environments import (
    ReferenceEnvironment,
    bare_material,
    engineered_material,
    learn,
    xy8_material,
)
from oqnn.measures import average_fidelity, entanglement_breaking_time


def main() -> None:
    """Print how much is lost, and how long entanglement lasts, in each material."""
    environment = ReferenceEnvironment()
    materials = [
        bare_material(environment),
        engineered_material(environment),
        xy8_material(environment),
        learn(environment, seeds=[0, 2], epochs=200).material(),
    ]
    times = 0.2 * np.arange(501)
    print(f"{'material':<12}{'mean readout infidelity':>25}{'entangled until':>18}")
    for material in materials:
        readouts = material.transfer([0, 2, 4, 6, 8])[1:]
        lost = 1 - average_fidelity(readouts).mean()
        until = entanglement_breaking_time(times, material.transfer(times))
        print(f"{material.kind:<12}{lost:>25.4f}{until:>18.1f}")


if __name__ == "__main__":
    main()
