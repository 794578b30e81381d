"""A circuit of few gates that compiles quickly: three qubits, complex amplitudes."""

from oqnn.quantum_neurons import Circuit, Gate, SQSNeuron

CIRCUIT = Circuit(
    n_qubits=3,
    gates=[
        Gate("ry", (0,), parameter=0),
        Gate("crx", (2, 0), parameter=1),
        Gate("ryy", (1, 2), parameter=2),
        Gate("cry", (0, 1), parameter=3),
        Gate("rz", (2,), parameter=4),
    ],
    parameters=[0.3, 1.1, -0.7, 2.1, 0.6],
)
WIDE = SQSNeuron(2, 1, circuit=CIRCUIT)  # two wires, one memory qubit
DEEP = SQSNeuron(1, 2, circuit=CIRCUIT)  # one wire, two memory qubits
