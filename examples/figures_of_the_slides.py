"""The density matrix of a qubit in environments that do not learn, and in some that do.

Diagonal and off-diagonal elements in 12 plain materials, the best engineered one, and
two learners of 200 epochs, on the same axes. One state tells little: a slow turn by the
noise can also raise its coherence. Saves ``figures_of_the_slides.png``.
"""

import numpy as np

from oqnn.dynamics import System
from oqnn.environments import (
    ReferenceEnvironment,
    engineered_material,
    learn,
    plain_material,
)
from oqnn.plotting import elements_over_seeds
from oqnn.studies import views


def main() -> None:
    """Print what is left of the coherence, and save the figure."""
    environment = ReferenceEnvironment()
    learned = learn(environment, seeds=[0, 6], epochs=200)
    materials = {
        "plain": [plain_material(environment, seed) for seed in range(1000, 1012)],
        "engineered": engineered_material(environment, starts=5),
        "learning": [learned.material(i) for i in range(2)],
    }
    ket = [np.cos(np.pi / 8), np.exp(0.25j * np.pi) * np.sin(np.pi / 8)]
    times = 0.1 * np.arange(301)
    found = views(materials, System(np.zeros((2, 2)), ket), times, until=1)

    # in the laboratory the control fields turn the state, whatever the noise does
    control = {kind: found[kind].sel(frame="control") for kind in found.kinds}
    for kind, view in control.items():
        left = np.median(view.coherence, axis=0) / view.coherence.values[0, 0]
        print(
            f"{kind:<11} coherence left at t = 8, 30: {left[80]:.2f}, {left[300]:.2f}"
        )
    titles = [
        "not engineered, not learning",
        "engineered: best constant fields",
        "learning",
    ]
    figure = elements_over_seeds(
        times,
        {kind: view.states.values for kind, view in control.items()},
        titles=titles,
    )
    figure.savefig("figures_of_the_slides.png")


if __name__ == "__main__":
    main()
