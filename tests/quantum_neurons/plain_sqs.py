"""An SQS neuron written plainly with QuTiP: tensor products, projectors, traces.

Shares no code with the package but the names of the gates.
"""

from itertools import product

import numpy as np
import qutip

PAULI = {"x": qutip.sigmax(), "y": qutip.sigmay(), "z": qutip.sigmaz()}
UP, DOWN = qutip.basis(2, 0).proj(), qutip.basis(2, 1).proj()


def on_qubits(n, **factors):
    """Tensor product of given one-qubit operators, as ``q3=operator``."""
    return qutip.tensor([factors.get(f"q{q}", qutip.qeye(2)) for q in range(n)])


def controlled(n, control, target, gate):
    """Act on `target` where `control` is |1⟩."""
    return on_qubits(n, **{f"q{control}": UP}) + on_qubits(
        n, **{f"q{control}": DOWN, f"q{target}": gate}
    )


def gate_operator(gate, n, angles):
    """A gate of a circuit on n qubits as a Qobj."""
    name, qubits = gate.name, gate.qubits
    theta = None if gate.parameter is None else angles[gate.parameter]
    if name in ("rx", "ry", "rz"):
        generator = PAULI[name[1]]
        return on_qubits(n, **{f"q{qubits[0]}": (-0.5j * theta * generator).expm()})
    if name in ("crx", "cry", "crz"):
        turned = (-0.5j * theta * PAULI[name[2]]).expm()
        return controlled(n, *qubits, turned)
    if name in ("rxx", "ryy", "rzz"):
        both = on_qubits(n, **{f"q{q}": PAULI[name[1]] for q in qubits})
        return (-0.5j * theta * both).expm()
    if name in ("x", "y", "z"):
        return on_qubits(n, **{f"q{qubits[0]}": PAULI[name]})
    if name in ("h", "s", "t"):
        plain = {
            "h": qutip.Qobj(np.array([[1, 1], [1, -1]]) / np.sqrt(2)),
            "s": qutip.Qobj(np.diag([1, 1j])),
            "t": qutip.Qobj(np.diag([1, np.exp(1j * np.pi / 4)])),
        }
        return on_qubits(n, **{f"q{qubits[0]}": plain[name]})
    if name in ("cx", "cz"):
        return controlled(n, *qubits, PAULI[name[1]])
    if name == "swap":
        exchange = (
            on_qubits(n, **{f"q{q}": pauli for q in qubits}) for pauli in PAULI.values()
        )
        return (on_qubits(n) + sum(exchange)) / 2
    return given_matrix(gate.matrix, qubits, n)


def given_matrix(matrix, qubits, n):
    """A matrix on some qubits, expanded in products of |a⟩⟨b|."""
    k, total = len(qubits), 0
    for row in range(2**k):
        for column in range(2**k):
            factors = {}
            for place, q in enumerate(qubits):
                a, b = row >> (k - 1 - place) & 1, column >> (k - 1 - place) & 1
                factors[f"q{q}"] = qutip.basis(2, a) * qutip.basis(2, b).dag()
            total = total + complex(matrix[row, column]) * on_qubits(n, **factors)
    return total


def encoding(current, n):
    """R_X(π z) on each input-output qubit with a positive current."""
    factors = {
        f"q{q}": (-0.5j * np.pi * z * PAULI["x"]).expm()
        for q, z in enumerate(current)
        if z > 0
    }
    return on_qubits(n, **factors)


def projector(spikes, n):
    """|s⟩⟨s| on the input-output qubits."""
    kets = {f"q{q}": qutip.basis(2, int(s)).proj() for q, s in enumerate(spikes)}
    return on_qubits(n, **kets)


def reset(rho, n_io, n):
    """Forget the input-output qubits and prepare |0⟩ instead."""
    zeros = [qutip.basis(2, 0).proj()] * n_io
    if n == n_io:
        return qutip.tensor(zeros) * rho.tr()
    memory = qutip.ptrace(rho, list(range(n_io, n)))
    return qutip.tensor(*zeros, memory)


def patterns(n_io):
    """All spikes of N wires, counted upwards with the first wire most significant."""
    return [
        [pattern >> (n_io - 1 - wire) & 1 for wire in range(n_io)]
        for pattern in range(2**n_io)
    ]


def plain_laws(neuron, currents, record):
    """Law of the spikes at every step, given the record before; density matrices."""
    n_io, n = neuron.n_io, neuron.circuit.n_qubits
    V = on_qubits(n)
    for gate in neuron.circuit.gates:
        V = gate_operator(gate, n, neuron.circuit.parameters) * V
    rho = qutip.tensor([qutip.basis(2, 0).proj()] * n)
    laws = []
    for current, spikes in zip(currents, record, strict=True):
        step = V * encoding(current, n)
        rho = step * rho * step.dag()
        branches = [projector(s, n) * rho * projector(s, n) for s in patterns(n_io)]
        laws.append([branch.tr().real for branch in branches])
        taken = branches[patterns(n_io).index(list(spikes))]
        rho = reset(taken / taken.tr(), n_io, n)
    return np.array(laws)


def after_gate(rho, qubits, n, noise):
    """Noise after a gate: Pauli sums for depolarisation, then Kraus operators."""
    k = len(qubits)
    p = noise.depolarizing if k == 1 else noise.two_qubit_depolarizing
    mixed = 0
    for chosen in product([qutip.qeye(2), *PAULI.values()], repeat=k):
        P = on_qubits(
            n, **{f"q{q}": factor for q, factor in zip(qubits, chosen, strict=True)}
        )
        mixed = mixed + P * rho * P / 4**k
    rho = (1 - p) * rho + p * mixed
    gamma = noise.amplitude_damping
    damping = [
        np.diag([1, np.sqrt(1 - gamma)]),
        np.array([[0, np.sqrt(gamma)], [0, 0]]),
    ]
    for kraus in (damping, noise.kraus or [np.eye(2)]):
        for q in qubits:
            operators = [on_qubits(n, **{f"q{q}": qutip.Qobj(K)}) for K in kraus]
            rho = sum(K * rho * K.dag() for K in operators)
    return rho


def noisy_step(neuron, memory, current):
    """Unnormalised memories of all spikes read, from the memory's state (a Qobj)."""
    n_io, n, noise = neuron.n_io, neuron.circuit.n_qubits, neuron.noise
    e = noise.reset_error
    rho = qutip.tensor(*[qutip.Qobj(np.diag([1 - e, e]))] * n_io, memory)
    for q, z in enumerate(current):
        if z > 0:
            turn = on_qubits(n, **{f"q{q}": (-0.5j * np.pi * z * PAULI["x"]).expm()})
            rho = after_gate(turn * rho * turn.dag(), (q,), n, noise)
    for gate in neuron.circuit.gates:
        U = gate_operator(gate, n, neuron.circuit.parameters)
        rho = after_gate(U * rho * U.dag(), gate.qubits, n, noise)
    true = [projector(s, n) * rho * projector(s, n) for s in patterns(n_io)]
    true = [qutip.ptrace(branch, list(range(n_io, n))) for branch in true]
    read = []
    for spikes in patterns(n_io):
        chances = [misread(spikes, s, noise.readout_error) for s in patterns(n_io)]
        read.append(sum(c * branch for c, branch in zip(chances, true, strict=True)))
    return read


def misread(read, true, errors):
    """Probability to read spikes where others are true."""
    chance = 1.0
    for r, s in zip(read, true, strict=True):
        wrong = errors[s]
        chance *= wrong if r != s else 1 - wrong
    return chance


def noisy_laws(neuron, currents, record):
    """As `plain_laws`, with the neuron's noise; and the last state of the memory."""
    memory = qutip.tensor([qutip.basis(2, 0).proj()] * neuron.n_memory)
    laws = []
    for current, spikes in zip(currents, record, strict=True):
        branches = noisy_step(neuron, memory, current)
        laws.append([branch.tr().real for branch in branches])
        taken = branches[patterns(neuron.n_io).index(list(spikes))]
        memory = taken / taken.tr()
    return np.array(laws), memory.full()
