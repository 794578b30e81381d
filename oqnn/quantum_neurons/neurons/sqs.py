"""Stochastic quantum spiking (SQS) neurons: spikes with a quantum memory."""

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_integer
from ..circuits.circuit import Circuit, two_qubit_circuit
from .channels import step_kraus, step_maps
from .inputs import IMPOSSIBLE, check_fits
from .noise import Noise
from .single import draw_record, log_likelihood, record_law

if TYPE_CHECKING:
    import jax

    from .model import NeuronKernel

__all__ = ["SQSNeuron"]


@final
@dataclass(frozen=True, eq=False)  # eq on arrays is ambiguous
class SQSNeuron:
    r"""A spiking neuron whose memory is a register of qubits that nobody measures.

    A step [1]_, eq. 7.1 of our equations: :math:`R_X(\pi z^n)` on input-output qubit n
    where :math:`z^n > 0`, the circuit V(θ) on all N + N_M qubits, a measurement of
    the N input-output qubits, whose outcome is the spikes, and their reset to |0⟩. The
    memory keeps what the measurement made of it,

    .. math:: p(s_t \mid \mathrm{past}) = \left\|(\langle s_t| \otimes 1)\, V(\theta)\,
              R(z_t)\,(|0\rangle \otimes |m_t\rangle)\right\|^2 .

    It starts in |0…0⟩.

    Parameters
    ----------
    n_io : int
        Number N of input-output qubits, the first of the circuit's.
    n_memory : int
        Number N_M of memory qubits, those behind them; 0 for none.
    circuit : Circuit
        V on N + N_M qubits, with its angles θ.
    noise : Noise, optional
        What follows the gates, and errors of readout and reset. The memory then is a
        density matrix. Probabilities below 1e-14 count as zero in a record, where they
        do below 1e-28 without noise.

    Raises
    ------
    ValueError
        If the circuit has another number of qubits, or a state of so many qubits, or
        the noise of the widest gate, does not fit into memory.

    References
    ----------
    .. [1] Chen, Rajendran and Simeone, *Stochastic quantum spiking neural networks
           with quantum memory and local learning* (2025).

    Examples
    --------
    >>> neuron = SQSNeuron(1, 1, circuit=two_qubit_circuit(0.9, 0.4, 1.3))
    >>> record = neuron.sample(np.full((5, 1), 0.3), 7)
    >>> record.shape
    (5, 1)
    >>> bool(neuron.log_likelihood(np.full((5, 1), 0.3), record) < 0)
    True
    """

    n_io: int
    n_memory: int
    circuit: Circuit
    noise: Noise | None = None

    def __post_init__(self) -> None:
        if not (self.noise is None or isinstance(self.noise, Noise)):
            raise TypeError(f"`noise` must be a Noise, but is {self.noise!r}.")
        check_registers(self.n_io, self.n_memory, mixed=self.noise is not None)
        if not isinstance(self.circuit, Circuit):
            raise TypeError(f"`circuit` must be a Circuit, but is {self.circuit!r}.")
        if self.circuit.n_qubits != self.n_io + self.n_memory:
            raise ValueError(
                f"`circuit` must act on {self.n_io} + {self.n_memory} qubits, but acts "
                f"on {self.circuit.n_qubits}."
            )
        if self.noise is not None:
            widest = max((len(gate.qubits) for gate in self.circuit.gates), default=1)
            check_fits(
                COPIES * 16 * 16.0**widest,
                f"The noise of a gate on {widest} qubits",
                "Take gates on fewer qubits.",
            )

    @property
    def parameters(self) -> np.ndarray:
        """Angles θ of the circuit, shape (P,)."""
        return self.circuit.parameters

    def with_parameters(self, parameters: ArrayLike) -> "SQSNeuron":
        """Return the same neuron with other angles, shape (P,)."""
        return replace(self, circuit=self.circuit.with_parameters(parameters))

    def random_parameters(self, size: int, rng: np.random.Generator) -> np.ndarray:
        """Return angles (size, P), uniform on [−π, π)."""
        return rng.uniform(-np.pi, np.pi, (size, self.circuit.n_parameters))

    @property
    def kernel(self) -> "NeuronKernel":
        """Its step, compiled: real numbers for the two-qubit circuit without noise."""
        gates = tuple(self.circuit.gates)
        if self.noise is not None:
            from .density_jax import DensityMatrixKernel

            return DensityMatrixKernel(self.n_io, self.n_memory, gates, self.noise)
        from .sqs_jax import StateVectorKernel, TwoQubitKernel

        if (self.n_io, self.n_memory) == (1, 1) and gates == TWO_QUBIT:
            return TwoQubitKernel()
        return StateVectorKernel(self.n_io, self.n_memory, gates)

    def spike_probabilities(self, currents: ArrayLike, record: ArrayLike) -> np.ndarray:
        """Return the law of the spikes at every step, given the record before it.

        Parameters
        ----------
        currents : shape (..., T, N)
            z; negative ones act as zero.
        record : shape (..., T, N)
            Spikes 0 or 1. Leading axes broadcast against those of `currents`.

        Returns
        -------
        shape (..., T, 2**N)
            Probabilities of patterns; the first qubit is the most significant bit.

        Raises
        ------
        ValueError
            If shapes disagree, currents are not finite, spikes are not 0 or 1, or a
            spike of the record has no probability, after which nothing is defined.
        """
        self._check_rows(np.shape(currents), np.shape(record))
        return record_law(
            self.kernel, self.parameters, currents, record, self._rounding
        )

    def log_likelihood(self, currents: ArrayLike, record: ArrayLike) -> np.ndarray:
        r"""Return log p(record | currents), shape (...), exactly.

        The sum of the logarithms of p(s_t | past); arguments and errors as for
        `spike_probabilities`.
        """
        self._check_rows(np.shape(currents), np.shape(record))
        return log_likelihood(
            self.kernel, self.parameters, currents, record, self._rounding
        )

    def sample(self, currents: ArrayLike, key: "int | jax.Array") -> np.ndarray:
        """Draw one record a row of currents, each spike by a single measurement.

        Parameters
        ----------
        currents : shape (..., T, N)
            z; negative ones act as zero.
        key : int or JAX key
            The same key gives the same record.

        Returns
        -------
        shape (..., T, N), uint8
        """
        self._check_rows(np.shape(currents))
        return draw_record(self.kernel, self.parameters, currents, key)

    def step_operators(self, currents: ArrayLike) -> np.ndarray:
        r"""Return the Kraus operators of a step, one for every pattern of spikes.

        .. math:: K_s(z) = (\langle s| \otimes 1)\, V(\theta)\,
                  (R(z)\,|0\rangle \otimes 1), \qquad
                  p(s) = \|K_s m\|^2 .

        Parameters
        ----------
        currents : shape (..., N)
            z of single steps.

        Returns
        -------
        shape (..., 2**N, d, d)
            Operators on the memory, d = 2**N_M; Σ K†K = 1.

        Raises
        ------
        ValueError
            If the neuron has noise, the shape is another, a current is not finite, or
            the operators do not fit into memory.
        """
        return step_kraus(self, currents)

    def step_superoperators(self, currents: ArrayLike) -> np.ndarray:
        r"""Return the map of the memory that goes with every pattern of spikes.

        Without noise :math:`K_s^* \otimes K_s`. The probability of a pattern is the
        trace of the mapped state.

        Parameters
        ----------
        currents : shape (..., N)
            z of single steps.

        Returns
        -------
        shape (..., 2**N, d², d²)
            Column-stacked, as in QuTiP.

        Raises
        ------
        ValueError
            If the shape is another, a current is not finite, or the maps do not fit
            into memory.
        """
        return step_maps(self, currents)

    @property
    def _rounding(self) -> float:
        """Probability up to which a spike counts as impossible."""
        return IMPOSSIBLE if self.noise is None else IMPOSSIBLE**0.5

    def _check_rows(self, *shapes: tuple[int, ...]) -> None:
        """Check that the states and laws of so many rows fit into memory."""
        try:
            rows = math.prod(np.broadcast_shapes(*(shape[:-2] for shape in shapes)))
        except ValueError:
            return  # what does not broadcast is refused with the records
        steps = max((*shapes[0][-2:-1], 1))
        amplitudes = _state_bytes(self.n_io + self.n_memory, self.noise is not None)
        laws = 8.0 * steps * (2**self.n_io + 2 * self.n_io + 3)
        check_fits(
            rows * (amplitudes + laws),
            f"`currents` must be fewer or shorter: {rows} rows of {steps} steps",
            "Pass the rows in parts.",
        )


TWO_QUBIT = two_qubit_circuit(0, 0, 0).gates


COPIES = 4  # of a state that a step holds at a time


def check_registers(n_io: int, n_memory: int, *, mixed: bool = False) -> None:
    """Check the numbers of qubits, and that one state of theirs fits into memory."""
    check_integer(n_io, "n_io")
    check_integer(n_memory, "n_memory", least=0)
    check_fits(
        _state_bytes(n_io + n_memory, mixed),
        f"A {'mixed ' if mixed else ''}state of {n_io} + {n_memory} qubits",
        "Take fewer qubits, or several neurons.",
    )


def _state_bytes(n_qubits: int, mixed: bool) -> float:
    """Return the memory that a step of one neuron takes."""
    return COPIES * 16 * (4.0 if mixed else 2.0) ** min(n_qubits, 400)
