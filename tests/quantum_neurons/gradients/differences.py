"""Central differences, with the circuits that the tests of gradients share."""

import numpy as np

from oqnn.quantum_neurons import Circuit, Gate, SQSNeuron

CIRCUIT = Circuit(
    n_qubits=3,
    gates=[
        Gate("crx", (2, 0), parameter=0),
        Gate("ryy", (1, 2), parameter=1),
        Gate("ry", (0,), parameter=2),
        Gate("cry", (0, 1), parameter=0),
        Gate("rx", (2,), parameter=2),
        Gate("crz", (1, 2), parameter=3),
        Gate("rx", (1,), parameter=3),
    ],
    parameters=[0.7, -1.3, 2.2, 0.4],
)  # angles 0, 2 and 3 turn two gates each
WIDE = SQSNeuron(2, 1, circuit=CIRCUIT)
DEEP = SQSNeuron(1, 2, circuit=CIRCUIT)


def central_differences(function, point, step=1e-5):
    """Derivatives of a function of an array, with an error of order step²."""
    point = np.array(point, dtype=float)
    found = np.zeros(point.shape)
    for index in np.ndindex(point.shape):
        shift = np.zeros(point.shape)
        shift[index] = step
        found[index] = (function(point + shift) - function(point - shift)) / (2 * step)
    return found
