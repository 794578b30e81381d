"""A material learns a Hadamard gate in spite of its noise.

Four learners of 300 epochs, beside the bare environment and the best constant controls.
Saves the learning curves as ``learn_a_gate.png``.
"""

import numpy as np

from oqnn.environments import (
    LearningRule,
    ProtectionCost,
    ReferenceEnvironment,
    bare_material,
    engineered_material,
    learn,
)
from oqnn.measures import average_fidelity
from oqnn.plotting import learning_curves

HADAMARD = np.array([[1, 1], [1, -1]]) / np.sqrt(2)
PERIOD = 2.0


def main() -> None:
    """Print the average gate fidelity in each material, and draw the learning."""
    environment = ReferenceEnvironment()
    cost = ProtectionCost(target=HADAMARD, readouts=(1.0,))
    rule = LearningRule(period=PERIOD, slices=20)
    result = learn(environment, rule, cost, seeds=range(4), epochs=300)
    materials = [
        bare_material(environment),
        engineered_material(environment, period=PERIOD, cost=cost, starts=5),
        result.material(),
    ]
    lost = {}
    print(f"Hadamard in T = {PERIOD:g}")
    for material in materials:
        end = material.transfer([0, PERIOD])[-1]
        fidelity = float(average_fidelity(end, HADAMARD))
        lost[material.kind] = 1 - fidelity
        print(f"  {material.kind:<12}average gate fidelity {fidelity:.4f}")
    del lost["learning"]
    figure = learning_curves(
        result.state.infidelities, lost, cost_label="average gate infidelity"
    )
    figure.savefig("learn_a_gate.png")


if __name__ == "__main__":
    main()
