"""Gradients of a record's probability by the parameter-shift rule."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_integer, check_shapes
from ..._core.seeds import rng_from
from ..neurons.inputs import as_currents, as_record, check_fits, check_possible
from ..neurons.patterns import patterns_of
from ..neurons.sqs import SQSNeuron
from .shifted_runs import ShiftedRuns, shifted_runs

__all__ = [
    "ShiftEstimate",
    "ShiftGradient",
    "estimate_shift_gradient",
    "parameter_shift_gradient",
]

LEAST = 1e-290  # probability of a record below which digits are lost


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class ShiftGradient:
    """Probability of a record, its derivatives, and the runs that they take."""

    probability: float
    parameters: np.ndarray  # (P,), of p by the angles
    currents: np.ndarray  # (T, N), of p by the currents
    runs: int  # different circuits that hardware would have to run

    @property
    def log_parameters(self) -> np.ndarray:
        """Derivatives of log p by the angles, shape (P,)."""
        return self.parameters / self.probability

    @property
    def log_currents(self) -> np.ndarray:
        """Derivatives of log p by the currents, shape (T, N)."""
        return self.currents / self.probability


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class ShiftEstimate:
    """The same from relative frequencies of the record, with standard errors."""

    probability: float
    probability_error: float
    parameters: np.ndarray  # (P,), of p by the angles
    parameters_error: np.ndarray  # (P,)
    currents: np.ndarray  # (T, N), of p by the currents
    currents_error: np.ndarray  # (T, N)
    runs: int  # different circuits, each run `shots` times
    shots: int


def parameter_shift_gradient(
    neuron: SQSNeuron, currents: ArrayLike, record: ArrayLike
) -> ShiftGradient:
    r"""Differentiate p(record | currents) exactly, by runs with shifted angles.

    As a function of the angle of one gate at one time step, with all others held, the
    probability of a whole record is a trigonometric polynomial: of frequency 1 for
    Pauli rotations and products of Paulis, of 1/2 and 1 for controlled rotations, whose
    period is 4π. So exactly [1]_ [2]_

    .. math:: p' = \tfrac12\bigl[p(\theta + \tfrac\pi2) - p(\theta - \tfrac\pi2)\bigr],
              \qquad
              p' = c_+ \bigl[p(\theta + \tfrac\pi2) - p(\theta - \tfrac\pi2)\bigr] -
              c_- \bigl[p(\theta + \tfrac{3\pi}2) - p(\theta - \tfrac{3\pi}2)\bigr],
              \qquad c_\pm = \frac{\sqrt2 \pm 1}{4\sqrt2},

    and a parameter's derivative is the sum over its gates and over time. Neither rule
    holds for log p, whose derivative is p′/p, nor for the probability of one step given
    those before, which is a ratio. Currents above zero turn a Pauli rotation by πz;
    others have derivative zero, as relu has.

    The runs share the memory before and the effects after the shifted step, so that
    the time grows as T and as the square of the number of gates.

    Parameters
    ----------
    neuron : SQSNeuron
        Without noise.
    currents : shape (T, N)
        z.
    record : shape (T, N)
        Spikes 0 or 1.

    Returns
    -------
    ShiftGradient
        `runs` counts two circuits for a Pauli rotation and time step, four for a
        controlled one, two for a current above zero, and one for p.

    Raises
    ------
    TypeError
        If `neuron` is no SQSNeuron.
    ValueError
        If the neuron has noise, shapes disagree, currents are not finite, spikes are
        not 0 or 1, the record has probability zero or one below 1e-290, or the effects
        do not fit into memory.

    References
    ----------
    .. [1] Schuld, Bergholm, Gogolin, Izaac, Killoran, Phys. Rev. A 99, 032331 (2019).
    .. [2] Anselmetti, Wierichs, Gogolin, Parrish, New J. Phys. 23, 113010 (2021).

    Examples
    --------
    >>> from oqnn.quantum_neurons import two_qubit_circuit
    >>> neuron = SQSNeuron(1, 1, circuit=two_qubit_circuit(0.9, 0.4, 1.3))
    >>> found = parameter_shift_gradient(neuron, [[0.3], [0.0]], [[1], [0]])
    >>> found.runs
    19
    """
    runs = _runs_of(neuron, currents, record)
    by_parameters, by_currents = _sums(
        runs, runs.probabilities * runs.weights, neuron, np.asarray(currents)
    )
    return ShiftGradient(
        probability=float(runs.squares[-1]),
        parameters=by_parameters,
        currents=by_currents,
        runs=len(runs.weights) + 1,
    )


def estimate_shift_gradient(
    neuron: SQSNeuron, currents: ArrayLike, record: ArrayLike, *, shots: int, seed: int
) -> ShiftEstimate:
    r"""Estimate the gradient of p(record | currents) as hardware would.

    Every circuit of `parameter_shift_gradient` is run `shots` times, and its
    probability is the share of runs that gave the whole record: counts are drawn from
    the binomial law of the exact probability. Estimates of p and of its derivatives
    have no bias. Their ratio, the derivative of log p, would have one.

    Parameters
    ----------
    neuron, currents, record
        As for `parameter_shift_gradient`.
    shots : int
        Runs of each circuit, 2 or more.
    seed : int

    Returns
    -------
    ShiftEstimate
        Standard errors are those of the counts themselves,
        :math:`\sum w^2 \hat p(1 - \hat p)/(\mathrm{shots} - 1)` the square: zero where
        a record never came, which is no certainty.

    Raises
    ------
    TypeError, ValueError
        As `parameter_shift_gradient`; and if `shots` is below 2 or `seed` negative.
    """
    runs = _runs_of(neuron, currents, record)
    check_integer(shots, "shots", least=2)
    check_integer(seed, "seed", least=0)
    z = np.asarray(currents)
    exact = np.append(runs.probabilities, runs.squares[-1])
    # squares of amplitudes leave [0, 1] by rounding alone
    counts = rng_from(seed, "shift counts").binomial(shots, np.clip(exact, 0, 1))
    shares = counts / shots
    variances = shares * (1 - shares) / (shots - 1)
    by_parameters, by_currents = _sums(runs, shares[:-1] * runs.weights, neuron, z)
    spreads = _sums(runs, variances[:-1] * runs.weights**2, neuron, z)
    return ShiftEstimate(
        probability=float(shares[-1]),
        probability_error=float(np.sqrt(variances[-1])),
        parameters=by_parameters,
        parameters_error=np.sqrt(spreads[0]),
        currents=by_currents,
        currents_error=np.sqrt(spreads[1]),
        runs=len(shares),
        shots=shots,
    )


def _runs_of(neuron: SQSNeuron, currents: ArrayLike, record: ArrayLike) -> ShiftedRuns:
    """Check the arguments and return all runs."""
    if not isinstance(neuron, SQSNeuron):
        raise TypeError(f"`neuron` must be an SQSNeuron, but is {neuron!r}.")
    if neuron.noise is not None:
        raise ValueError(
            "`neuron` must have no noise, but has some. Take `log_likelihood_gradient`."
        )
    z = as_currents(currents, neuron.n_io)
    s = as_record(record, z)
    check_shapes(currents=(z, "T N"), record=(s, "T N"))
    n, d = neuron.circuit.n_qubits, 2.0**neuron.n_memory
    check_fits(
        16 * (4 * 4.0**n + len(z) * (4 * d * d + 4 * 2.0**n)),
        f"Effects of {len(z)} steps of {neuron.n_io} + {neuron.n_memory} qubits",
        "Take `log_likelihood_gradient`.",
    )
    runs = shifted_runs(neuron, z, patterns_of(s))
    before = np.append(1.0, runs.squares[:-1])
    known = before > LEAST
    check_possible(np.where(known, runs.squares / np.where(known, before, 1), 1.0))
    if runs.squares[-1] <= LEAST:
        raise ValueError(
            f"`record` must be short enough for a probability above {LEAST:.0e}, but "
            f"its {len(z)} steps have a smaller one. Take `log_likelihood_gradient`."
        )
    return runs


def _sums(
    runs: ShiftedRuns, values: np.ndarray, neuron: SQSNeuron, currents: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return sums of values over the runs of each parameter and of each current."""
    n_parameters = len(neuron.parameters)
    sums = np.bincount(runs.targets, values, minlength=n_parameters + currents.size)
    return sums[:n_parameters], sums[n_parameters:].reshape(currents.shape)
