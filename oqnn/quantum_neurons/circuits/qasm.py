"""Neurons as OpenQASM 3 programs, measured and reset at every step."""

from types import ModuleType
from typing import Any

from numpy.typing import ArrayLike

from ..._core.checks import check_integer
from ..neurons.inputs import as_currents
from ..neurons.sqs import SQSNeuron
from .qasm_unitaries import Step, steps_of_unitary

__all__ = ["to_qasm3", "to_qasm3_with_inputs"]

# rotations that stdgates.inc lacks, as products of gates that it has
TWO_QUBIT_ROTATIONS = {
    "rzz": ("cx a, b", "rz b", "cx a, b"),
    "rxx": ("h a", "h b", "cx a, b", "rz b", "cx a, b", "h a", "h b"),
    "ryy": (
        *("sdg a", "sdg b", "h a", "h b"),  # Y = S X S†
        *("cx a, b", "rz b", "cx a, b"),
        *("h a", "h b", "s a", "s b"),
    ),
}


def to_qasm3(neuron: SQSNeuron, currents: ArrayLike) -> str:
    r"""Write the steps of a neuron as an OpenQASM 3 program.

    Every step [1]_ turns input-output qubit n by :math:`R_X(\pi z^n)` where
    :math:`z^n > 0`, applies the circuit V(θ), measures the register ``io`` into a bit
    register of its own, ``spikes_0``, ``spikes_1``, ..., and resets it; nobody measures
    the register ``memory``. Bit n of a register is the spike of wire n. Gates are those
    of ``stdgates.inc``, products of them for ``rxx``, ``ryy`` and ``rzz``, and, for a
    ``unitary``, rotations and ``cx`` that reproduce it to rounding and up to a common
    phase.

    Parameters
    ----------
    neuron : SQSNeuron
        Without noise, which a program cannot hold.
    currents : shape (T, N)
        z; negative ones act as zero.

    Returns
    -------
    str
        The program.

    Raises
    ------
    ImportError
        If the package ``openqasm3`` is absent.
    TypeError
        If `neuron` is no SQSNeuron.
    ValueError
        If the neuron is noisy, or `currents` have another shape or are not finite.

    References
    ----------
    .. [1] Cross et al., *OpenQASM 3: a broader and deeper quantum assembly language*,
           ACM Trans. Quantum Comput. 3, 12 (2022).

    Examples
    --------
    >>> from oqnn.quantum_neurons import SQSNeuron, two_qubit_circuit
    >>> neuron = SQSNeuron(1, 1, circuit=two_qubit_circuit(0.9, 0.4, 1.3))
    >>> print(to_qasm3(neuron, [[0.25]]))
    OPENQASM 3.0;
    include "stdgates.inc";
    gate neuron io_0, memory_0 {
      crx(1.3) memory_0, io_0;
      rx(0.9) memory_0;
      rx(0.4) io_0;
    }
    qubit[1] io;
    qubit[1] memory;
    bit[1] spikes_0;
    reset io;
    reset memory;
    rx(pi * 0.25) io[0];
    neuron io[0], memory[0];
    spikes_0 = measure io;
    reset io;
    <BLANKLINE>
    """
    _check_neuron(neuron)
    z = as_currents(currents, neuron.n_io)
    if z.ndim != 2:
        raise ValueError(
            f"`currents` must have shape (T, {neuron.n_io}), one run a program, but "
            f"have shape {z.shape}."
        )
    writer = _Writer(_import_openqasm3(), neuron)
    turns = [
        [writer.pi_times(current) if current > 0 else None for current in step]
        for step in z.tolist()
    ]
    return writer.program([], turns)


def to_qasm3_with_inputs(neuron: SQSNeuron, steps: int) -> str:
    r"""Write the steps of a neuron as one OpenQASM 3 program for all currents.

    As `to_qasm3`, but the angles :math:`\pi\,{\rm relu}(z^n_t)` of the encoding are
    inputs of the program, ``input float[64] turn_t_n`` for wire n at step t.

    Parameters
    ----------
    neuron : SQSNeuron
        Without noise.
    steps : int
        Number T of steps.

    Returns
    -------
    str
        The program.

    Raises
    ------
    ImportError
        If the package ``openqasm3`` is absent.
    TypeError
        If `neuron` is no SQSNeuron.
    ValueError
        If the neuron is noisy or `steps` is no positive integer.
    """
    _check_neuron(neuron)
    check_integer(steps, "steps")
    writer = _Writer(_import_openqasm3(), neuron)
    wires = range(neuron.n_io)
    names = [[f"turn_{t}_{n}" for n in wires] for t in range(steps)]
    inputs = [name for step in names for name in step]
    turns = [[writer.name(name) for name in step] for step in names]
    return writer.program(inputs, turns)


class _Writer:
    """Syntax trees of a neuron's program."""

    def __init__(self, openqasm3: ModuleType, neuron: SQSNeuron) -> None:
        self.dumps, self.ast, self.neuron = openqasm3.dumps, openqasm3.ast, neuron
        self.registers = [("io", neuron.n_io)]
        if neuron.n_memory:
            self.registers.append(("memory", neuron.n_memory))

    def program(self, inputs: list[str], turns: list[list[Any]]) -> str:
        """Return the text, with an angle for every wire and step, or None."""
        ast = self.ast
        declared_inputs = [
            ast.IODeclaration(
                ast.IOKeyword.input,
                ast.FloatType(ast.IntegerLiteral(64)),
                self.name(name),
            )
            for name in inputs
        ]
        declared = [
            ast.QubitDeclaration(self.name(name), ast.IntegerLiteral(size))
            for name, size in self.registers
        ]
        declared += [
            ast.ClassicalDeclaration(
                ast.BitType(ast.IntegerLiteral(self.neuron.n_io)),
                self.name(f"spikes_{t}"),
            )
            for t in range(len(turns))
        ]
        statements = [
            ast.Include("stdgates.inc"),
            *declared_inputs,
            *self.definitions(),
            *declared,
            *(ast.QuantumReset(self.name(name)) for name, _ in self.registers),
        ]
        for t, angles in enumerate(turns):
            statements += self.step(t, angles)
        return self.dumps(ast.Program(statements, version="3.0"))

    def step(self, t: int, angles: list[Any]) -> list[Any]:
        """Return encoding, circuit, measurement and reset."""
        ast, io = self.ast, self.name("io")
        everything = [
            self.indexed(name, n) for name, size in self.registers for n in range(size)
        ]
        encoding = [
            self.gate("rx", [angle], [everything[n]])
            for n, angle in enumerate(angles)
            if angle is not None
        ]
        return [
            *encoding,
            self.gate("neuron", [], everything),
            ast.QuantumMeasurementStatement(
                ast.QuantumMeasurement(io), self.name(f"spikes_{t}")
            ),
            ast.QuantumReset(io),
        ]

    def definitions(self) -> list[Any]:
        """Return the gates that the program needs beyond the standard ones."""
        ast, circuit = self.ast, self.neuron.circuit
        qubits = [f"{name}_{n}" for name, size in self.registers for n in range(size)]
        used = {gate.name for gate in circuit.gates} & TWO_QUBIT_ROTATIONS.keys()
        made = [self.rotation(name) for name in sorted(used)]
        body = [
            self.gate(
                step.name,
                [self.number(angle) for angle in step.angles],
                [self.name(qubits[q]) for q in step.qubits],
            )
            for step in steps_of_circuit(self.neuron)
        ]
        whole = ast.QuantumGateDefinition(
            self.name("neuron"), [], [self.name(q) for q in qubits], body
        )
        return [*made, whole]

    def rotation(self, name: str) -> Any:
        """Return the definition of a rotation about a product of two Pauli matrices."""
        body = []
        for text in TWO_QUBIT_ROTATIONS[name]:
            gate, *qubits = text.replace(",", "").split()
            angles = [self.name("theta")] if gate == "rz" else []
            body.append(self.gate(gate, angles, [self.name(q) for q in qubits]))
        return self.ast.QuantumGateDefinition(
            self.name(name), [self.name("theta")], [self.name(q) for q in "ab"], body
        )

    def gate(self, name: str, angles: list[Any], qubits: list[Any]) -> Any:
        """Return a gate's call."""
        return self.ast.QuantumGate([], self.name(name), angles, qubits)

    def name(self, name: str) -> Any:
        """Return an identifier."""
        return self.ast.Identifier(name)

    def indexed(self, name: str, index: int) -> Any:
        """Return a qubit of a register."""
        return self.ast.IndexedIdentifier(
            self.name(name), [[self.ast.IntegerLiteral(index)]]
        )

    def pi_times(self, value: float) -> Any:
        """Return π times a positive number."""
        ast = self.ast
        times = ast.BinaryOperator["*"]
        return ast.BinaryExpression(times, self.name("pi"), self.number(value))

    def number(self, value: float) -> Any:
        """Return a number with all its digits."""
        literal = self.ast.FloatLiteral(abs(value))
        if value >= 0:
            return literal
        return self.ast.UnaryExpression(self.ast.UnaryOperator["-"], literal)


def steps_of_circuit(neuron: SQSNeuron) -> list[Step]:
    """Return the gates of V(θ) with their angles, unitaries taken apart."""
    steps: list[Step] = []
    for gate in neuron.circuit.gates:
        if gate.matrix is not None:
            steps += steps_of_unitary(gate.matrix, gate.qubits)
        elif gate.parameter is None:
            steps.append(Step(gate.name, (), gate.qubits))
        else:
            angle = float(neuron.parameters[gate.parameter])
            steps.append(Step(gate.name, (angle,), gate.qubits))
    return steps


def _check_neuron(neuron: object) -> None:
    """Check that a program can hold the neuron."""
    if not isinstance(neuron, SQSNeuron):
        raise TypeError(f"`neuron` must be an SQSNeuron, but is {neuron!r}.")
    if neuron.noise is not None:
        raise ValueError(
            "`neuron` must be without noise, which OpenQASM 3 cannot express. Write "
            "the same neuron without it, and give the noise to what runs the program."
        )


def _import_openqasm3() -> ModuleType:
    """Return the optional package, or say how to get it."""
    try:
        import openqasm3
    except ImportError:
        raise ImportError(
            "The package `openqasm3` must be installed to write OpenQASM 3. "
            "Run: python -m pip install 'oqnn[qasm]'"
        ) from None
    return openqasm3
