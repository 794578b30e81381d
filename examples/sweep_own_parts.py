"""An environment, a measure and their parameters that you write yourself, swept.

Wherever a sweep takes a name it also takes ``module:function``; here the module is
this script, ``__main__``.
"""

import numpy as np
import qutip

from oqnn import SweepSettings, sweep
from oqnn.environments import system_environment


def one_sided(field: float, tilt: float = 0.0, rate: float = 0.3):
    """Return a qubit in a tilted field that comes and goes, steered about x."""
    axis = np.cos(tilt) * qutip.sigmaz() + np.sin(tilt) * qutip.sigmay()
    return system_environment(
        [0.5 * field * axis, 0 * axis],
        {"x": 0.5 * qutip.sigmax()},
        bounds=6.0,
        hopping=rate,
    )


def tipping(seen):
    """Return how far the Bloch vector is from the equator, shape (point, time)."""
    return np.abs((seen.states[..., 0, 0] - seen.states[..., 1, 1]).real)


SETTINGS = SweepSettings(
    materials=["bare", "engineered"],
    environment={
        "kind": "__main__:one_sided",
        "field": [0.5, 1.0, 2.0],
        "tilt": [0.0, 0.4],
    },
    engineered={"points": 200, "starts": 20},
    times={"stop": 6.0, "step": 0.5},
    sweep={"measures": ["average_fidelity", "__main__:tipping"]},
)


def main() -> None:
    """Print what is left at the end, and how far states were tipped at most."""
    grid = sweep(SETTINGS).grid().sel(seed=-1)
    end = grid.average_fidelity.isel(time=-1).round(3)
    print(end.to_series().unstack("material"))
    most = grid["__main__:tipping"].max("time").round(3)
    print(most.to_series().unstack("material"))


if __name__ == "__main__":
    main()
