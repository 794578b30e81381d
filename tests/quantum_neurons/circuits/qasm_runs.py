"""A small interpreter of OpenQASM 3: dense density matrices, all measured branches."""

from functools import reduce

import numpy as np
import openqasm3
from openqasm3 import ast

X = np.array([[0, 1], [1, 0]])
Y = np.array([[0, -1j], [1j, 0]])
Z = np.diag([1, -1])


def turn(pauli, angle):
    return np.cos(angle / 2) * np.eye(2) - 1j * np.sin(angle / 2) * pauli


def controlled(gate):
    return np.block([[np.eye(2), np.zeros((2, 2))], [np.zeros((2, 2)), gate]])


# the standard library as its specification defines it
STANDARD = {
    "x": lambda: X,
    "y": lambda: Y,
    "z": lambda: Z,
    "h": lambda: np.array([[1, 1], [1, -1]]) / np.sqrt(2),
    "s": lambda: np.diag([1, 1j]),
    "sdg": lambda: np.diag([1, -1j]),
    "t": lambda: np.diag([1, np.exp(1j * np.pi / 4)]),
    "cx": lambda: controlled(X),
    "cz": lambda: controlled(Z),
    "swap": lambda: np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]]),
    "rx": lambda angle: turn(X, angle),
    "ry": lambda angle: turn(Y, angle),
    "rz": lambda angle: turn(Z, angle),
    "crx": lambda angle: controlled(turn(X, angle)),
    "cry": lambda angle: controlled(turn(Y, angle)),
    "crz": lambda angle: controlled(turn(Z, angle)),
}


class Run:
    """The branches {bits measured so far: ρ, not normalised} of a program."""

    def __init__(self, text, **inputs):
        self.values = {"pi": np.pi, **inputs}
        self.gates, self.qubits, self.bits = {}, [], {}
        program = openqasm3.parse(text)
        assert program.version == "3.0"
        for statement in program.statements:
            self.declare(statement)
        n = len(self.qubits)
        # qubits start in an undefined state: a mixed one here, until they are reset
        self.branches = {(): np.eye(2**n) / 2**n}
        for statement in program.statements:
            self.execute(statement)

    def law(self):
        return {bits: np.trace(rho).real for bits, rho in self.branches.items()}

    def declare(self, statement):
        match statement:
            case ast.Include(filename="stdgates.inc"):
                pass
            case ast.IODeclaration(identifier=ast.Identifier(name=name)):
                assert name in self.values
            case ast.QuantumGateDefinition(name=ast.Identifier(name=name)):
                assert name not in STANDARD
                self.gates[name] = statement
            case ast.QubitDeclaration(qubit=ast.Identifier(name=name), size=size):
                self.qubits += [(name, k) for k in range(size.value)]
            case ast.ClassicalDeclaration(identifier=ast.Identifier(name=name)):
                self.bits[name] = statement.type.size.value

    def execute(self, statement):
        match statement:
            case ast.QuantumGate():
                self.call(statement, self.values, None)
            case ast.QuantumReset(qubits=register):
                for q in self.register(register):
                    self.reset(q)
            case ast.QuantumMeasurementStatement(measure=measure, target=target):
                qubits = self.register(measure.qubit)
                assert self.bits.pop(target.name) == len(qubits)  # written once
                for q in qubits:
                    self.measure(q)

    def register(self, name):
        return [q for q, (own, _) in enumerate(self.qubits) if own == name.name]

    def call(self, gate, values, qubits):
        """Apply a gate; `qubits` are those behind the names in a gate's body."""
        angles = [self.number(a, values) for a in gate.arguments]
        assert not gate.modifiers
        acts_on = [self.qubit(q, qubits) for q in gate.qubits]
        if gate.name.name in self.gates:
            made = self.gates[gate.name.name]
            inner = dict(zip((a.name for a in made.arguments), angles, strict=True))
            names = dict(zip((q.name for q in made.qubits), acts_on, strict=True))
            for part in made.body:
                self.call(part, {"pi": np.pi, **inner}, names)
            return
        self.apply(STANDARD[gate.name.name](*angles), acts_on)

    def qubit(self, reference, qubits):
        if qubits is not None:
            return qubits[reference.name]
        ((index,),) = reference.indices
        return self.qubits.index((reference.name.name, index.value))

    def number(self, tree, values):
        match tree:
            case ast.FloatLiteral(value=value) | ast.IntegerLiteral(value=value):
                return value
            case ast.Identifier(name=name):
                return values[name]
            case ast.UnaryExpression(op=op, expression=inner) if op.name == "-":
                return -self.number(inner, values)
            case ast.BinaryExpression(op=op, lhs=left, rhs=right) if op.name == "*":
                return self.number(left, values) * self.number(right, values)
        raise ValueError(f"no program of ours holds the expression {tree}")

    def apply(self, U, qubits):
        whole = self.embed(U, qubits)
        self.branches = {
            bits: whole @ rho @ whole.conj().T for bits, rho in self.branches.items()
        }

    def embed(self, U, qubits):
        """U on some qubits as a matrix on all, by its action on basis states."""
        n, k = len(self.qubits), len(qubits)
        whole = np.zeros((2**n, 2**n), dtype=complex)
        for column in range(2**n):
            bits = [column >> (n - 1 - q) & 1 for q in range(n)]
            inside = reduce(lambda index, q: 2 * index + bits[q], qubits, 0)
            for row in range(2**k):
                for position, q in enumerate(qubits):
                    bits[q] = row >> (k - 1 - position) & 1
                index = reduce(lambda index, bit: 2 * index + bit, bits, 0)
                whole[index, column] += U[row, inside]
        return whole

    def reset(self, q):
        both = np.array([[[1, 0], [0, 0]], [[0, 1], [0, 0]]])  # |0⟩⟨0| and |0⟩⟨1|
        kept = [self.embed(K, [q]) for K in both]
        self.branches = {
            bits: sum(K @ rho @ K.T for K in kept)
            for bits, rho in self.branches.items()
        }

    def measure(self, q):
        projectors = [self.embed(np.diag(p), [q]) for p in ([1, 0], [0, 1])]
        self.branches = {
            (*bits, outcome): P @ rho @ P
            for bits, rho in self.branches.items()
            for outcome, P in enumerate(projectors)
        }
