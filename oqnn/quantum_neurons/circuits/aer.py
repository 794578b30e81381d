"""Spike trains of a neuron on a simulator of quantum computers, Qiskit Aer."""

from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_integer
from ..._core.errors import ConvergenceError
from ..._core.seeds import derive_seed
from ..neurons.inputs import as_currents
from ..neurons.sqs import SQSNeuron
from .qasm import to_qasm3

__all__ = ["CountedSpikeTrains", "spike_train_law_on_aer"]

MOST_SPIKES = 24  # records are counted in an array


@final
@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class CountedSpikeTrains:
    """How often every record of T steps came, one axis a step as in `spike_train_law`.

    A pattern's first wire is its most significant bit.
    """

    counts: np.ndarray  # (2**N, ..., 2**N), int
    shots: int
    seed: int

    @property
    def frequencies(self) -> np.ndarray:
        """Counts over shots, shape (2**N, ..., 2**N)."""
        return self.counts / self.shots

    @property
    def standard_errors(self) -> np.ndarray:
        r"""Binomial error :math:`\sqrt{f(1-f)/{\rm shots}}` of every frequency f.

        It is 0 for a record that never came, of which no more is known than that its
        probability is below about 3/shots.
        """
        f = self.frequencies
        return np.sqrt(f * (1 - f) / self.shots)


def spike_train_law_on_aer(
    neuron: SQSNeuron, currents: ArrayLike, *, shots: int, seed: int
) -> CountedSpikeTrains:
    """Run a neuron's OpenQASM 3 program on Qiskit Aer and count its records.

    The program of `to_qasm3` is read by Qiskit and run with measurements and resets in
    between, shot by shot on state vectors. Nothing is passed to Aer but its text. Where
    a part of this fails, so does the call.

    Parameters
    ----------
    neuron : SQSNeuron
        Without noise.
    currents : shape (T, N)
        z; at most 24 spikes in all.
    shots : int
        Number of records.
    seed : int
        The same seed gives the same counts.

    Returns
    -------
    CountedSpikeTrains

    Raises
    ------
    ImportError
        If ``openqasm3``, ``qiskit``, ``qiskit-aer`` or ``qiskit-qasm3-import`` is
        absent.
    TypeError
        If `neuron` is no SQSNeuron.
    ValueError
        As `to_qasm3`; and if there are more than 24 spikes in a record, or `shots` or
        `seed` is no integer of the right sign.
    ConvergenceError
        If Aer does not complete the run or its counts do not add up to `shots`.
    """
    text = to_qasm3(neuron, currents)
    z = as_currents(currents, neuron.n_io)
    check_integer(shots, "shots")
    check_integer(seed, "seed", least=0)
    if z.size > MOST_SPIKES:
        raise ValueError(
            f"`currents` must be for at most {MOST_SPIKES} spikes in all, but are for "
            f"{z.size}: 2**{z.size} records would be counted. Take fewer steps."
        )
    found = _counts_of(text, shots, derive_seed(seed, "aer") % 2**31)
    counts = np.zeros(2**z.size, dtype=np.int64)
    for bits, number in found.items():
        counts[index_of(bits, len(z), neuron.n_io)] += number
    if counts.sum() != shots:
        raise ConvergenceError(
            f"Aer must count every one of the {shots} shots, but counted "
            f"{counts.sum()}."
        )
    shape = (2**neuron.n_io,) * len(z)
    return CountedSpikeTrains(counts=counts.reshape(shape), shots=shots, seed=seed)


def index_of(bits: str, steps: int, n_io: int) -> int:
    """Return a record's number of bits as Qiskit writes them.

    There the last register comes first, and in a register the last bit.

    Examples
    --------
    >>> f"{index_of('00 01', 2, 2):04b}"  # the first wire spikes at the first step
    '1000'
    """
    registers = bits.split(" ")
    if len(registers) != steps or any(len(r) != n_io for r in registers):
        raise ConvergenceError(
            f"Aer must return {steps} registers of {n_io} bits, but returned {bits!r}."
        )
    return int("".join(register[::-1] for register in reversed(registers)), 2)


def _counts_of(text: str, shots: int, seed: int) -> dict[str, int]:
    """Return Aer's counts of a program."""
    qiskit, AerSimulator = _import_aer()
    circuit = qiskit.qasm3.loads(text)
    simulator = AerSimulator(method="statevector")
    compiled = qiskit.transpile(circuit, simulator, optimization_level=0)
    result = simulator.run(compiled, shots=shots, seed_simulator=seed).result()
    if not result.success:
        raise ConvergenceError(
            f"Aer must complete the program, but stopped with: {result.status}. Try "
            "fewer qubits or steps."
        )
    return result.get_counts()


def _import_aer() -> tuple[Any, Any]:
    """Return the optional packages, or say how to get them."""
    try:
        import qiskit
        import qiskit.qasm3
        from qiskit_aer import AerSimulator
    except ImportError as error:
        raise ImportError(
            "The packages of the extra `aer` must be installed to run a neuron on Aer "
            f"({error}). "
            "Run: python -m pip install 'oqnn[aer,qasm]'"
        ) from None
    return qiskit, AerSimulator
