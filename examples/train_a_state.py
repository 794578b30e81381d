"""Train spiking neurons, from random weights, to carry a state of two qubits.

A Bell state in noise, with fewer neurons and epochs than the published setting, so
that it takes seconds; then the same network goes on to what H on the first qubit makes
of it.
"""

import numpy as np

from oqnn.encoding import train_correlations

SIZES = {"neurons": 24, "sources": 48}


def main() -> None:
    """Print what measurements with fresh noise find, and the learning curve."""
    bell = np.array([1, 0, 0, 1]) / np.sqrt(2)
    rho = 0.5 * np.outer(bell, bell) + 0.5 * np.eye(4) / 4
    first = train_correlations(rho, **SIZES, starts=2, trial_epochs=500, epochs=1500)
    print(first)
    print("fidelity along the way:", np.round(first.curve_fidelities[::3], 3))
    print("correlators of x, y, z with x, y, z:")
    print(np.round(first.reconstruction.chi[1:, 1:], 2))

    hadamard = np.kron(np.array([[1, 1], [1, -1]]) / np.sqrt(2), np.eye(2))
    turned = hadamard @ rho @ hadamard
    second = train_correlations(turned, network=first.network, epochs=1500)
    print(second)
    print(np.round(second.reconstruction.chi[1:, 1:], 2))


if __name__ == "__main__":
    main()
