"""Let the noise of a qutrit learn, and a structured bath of a qubit.

Each learner starts near the best constant controls of the same bounds that a short
search finds, with some noise on its weights. The figure shows what the readouts lose,
epoch by epoch, and with constants alone. Eighty epochs are few: the qutrit is hardly
better off than with constants, and beside the mode constants still win.
"""

import numpy as np
from matplotlib import pyplot as plt

from oqnn.environments import (
    TETRAHEDRON,
    Bosonic,
    LearningRule,
    RegisterEnvironment,
    engineered_material,
    learn,
    pseudomode_environment,
    readout_infidelity,
    spin_controls,
    system_environment,
)

EPOCHS = 80


def environments() -> dict[str, RegisterEnvironment]:
    """Return the environments by name; fields of strength one in all of them."""
    directions = np.array(TETRAHEDRON) / np.sqrt(3)
    spin = spin_controls(3)
    bath = Bosonic.lorentzian(rate=0.2, width=0.1)
    raising = np.array([[0, 1], [0, 0]])
    return {
        "qutrit": system_environment(
            np.tensordot(directions, [*spin.values()], 1), spin, 4.0, hopping=0.2
        ),
        "qubit beside a mode": pseudomode_environment(
            bath, raising, spin_controls(2), 4.0, levels=3
        ),
    }


def main() -> None:
    """Train, print what is lost, and draw the learning curves."""
    figure, axes = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
    print(f"{'environment':<22}{'first epoch':>12}{'best epoch':>12}{'constants':>12}")
    for name, environment in environments().items():
        rule = LearningRule(
            neurons=environment.n_controls, period=4.0, slices=40, tau=0.05
        )
        constants = engineered_material(
            environment, points=50, starts=2, period=rule.period
        )
        y = constants.drive.values
        start = rule.weights_around(y, scale=0.2, seed=0)[None]
        result = learn(environment, rule, seeds=[0], weights=start, epochs=EPOCHS)
        lost = result.state.infidelities[0]
        held = readout_infidelity(constants, period=rule.period, slices=rule.slices)
        print(f"{name:<22}{lost[0]:>12.4f}{lost.min():>12.4f}{held:>12.4f}")
        (line,) = axes.plot(lost, label=name)
        axes.axhline(held, color=line.get_color(), ls=":")
    axes.set(xlabel="epoch", ylabel="mean readout infidelity", yscale="log")
    axes.legend(title="learning; dotted: constants", frameon=False)
    figure.savefig("learn_in_other_environments.png", dpi=120)


if __name__ == "__main__":
    main()
