"""A mixed state of two qubits in a network of spiking neurons that nobody trained.

Finds the law of spins that realizes the state, compiles it into weights, and measures
the correlators of the network's first six neurons. Then Φ⁺ in nine neurons.
"""

import numpy as np

from oqnn.encoding import compile_bell_state, compile_law, measure_state, realize

STEPS = 100_000


def main() -> None:
    """Print law, network, a piece of its raster, and the states measured."""
    tilted = np.array([0.6, 0.48, 0, 0.64j])
    rho = 0.6 * np.outer(tilted, tilted.conj()) + 0.4 * np.eye(4) / 4
    compiled = compile_law(realize(rho).law)
    print(compiled)
    for role, part in compiled.roles.items():
        print(f"  {part.stop - part.start:3d} {role}")

    found = measure_state(compiled.network, rho, steps=STEPS, burn_in=compiled.burn_in)
    print("60 steps of the spins of X1 Y1 Z1 X2 Y2 Z2:")
    for spikes in found.measurement.raster[:60, :6].T:
        print("  " + "".join("|" if spike else "." for spike in spikes))
    print(found)

    network = compile_bell_state(calibration_steps=STEPS)
    bell = measure_state(network, np.array([1, 0, 0, 1]) / np.sqrt(2), steps=STEPS)
    print(f"\nΦ⁺ by {network.n_neurons} neurons")
    print(bell)


if __name__ == "__main__":
    main()
