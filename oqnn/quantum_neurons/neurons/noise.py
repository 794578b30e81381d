"""Noise of a neuron's qubits: what happens after gates, at reset and at readout."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import final

import numpy as np

from ..._core.checks import check_between, check_finite

__all__ = ["Noise"]

COMPLETE = 1e-10  # of Σ K†K = 1


@final
@dataclass(frozen=True, kw_only=True)
class Noise:
    r"""Channels that follow the gates of an SQS neuron, and errors of its readout.

    Every gate of the circuit, and every encoding rotation of a positive current, is
    followed on its k qubits by three channels in this order: depolarisation

    .. math:: \rho \mapsto (1 - p)\,\rho + p\,\tfrac{1}{2^k} \otimes
              \mathrm{Tr}_k\,\rho

    with p of one qubit or, for two and more, of two; then on each qubit amplitude
    damping towards |0⟩ with Kraus operators :math:`|0\rangle\langle 0| +
    \sqrt{1 - \gamma}\,|1\rangle\langle 1|` and
    :math:`\sqrt{\gamma}\,|0\rangle\langle 1|`; then on each qubit the channel of
    `kraus`. Currents that are not positive make no gate and no noise.

    The spikes are what is *read*. The memory then is the mixture over all outcomes that
    may have been there, and the input-output qubits are reset whatever was read.

    Parameters
    ----------
    depolarizing, two_qubit_depolarizing : float
        Probabilities p.
    amplitude_damping : float
        Probability γ.
    readout_error : (float, float)
        Probabilities to read 1 where a qubit is in |0⟩, and 0 where it is in |1⟩.
    reset_error : float
        Probability that an input-output qubit starts a step in |1⟩.
    kraus : sequence of shape (2, 2)
        Kraus operators of any other channel of one qubit; none for no channel.

    Raises
    ------
    ValueError
        If a number is no probability, or `kraus` is not complete, Σ K†K = 1.

    Examples
    --------
    >>> noise = Noise(amplitude_damping=0.25)
    >>> excited = np.array([0, 0, 0, 1])  # rows of ρ one after another
    >>> noise.after_gate(1).real @ excited
    array([0.25, 0.  , 0.  , 0.75])
    """

    depolarizing: float = 0.0
    two_qubit_depolarizing: float = 0.0
    amplitude_damping: float = 0.0
    readout_error: tuple[float, float] = (0.0, 0.0)
    reset_error: float = 0.0
    kraus: Sequence = ()  # kept as nested tuples: compared by value

    def __post_init__(self) -> None:
        names = ["depolarizing", "two_qubit_depolarizing", "amplitude_damping"]
        for name in (*names, "reset_error"):
            number = _as_probability(getattr(self, name), name)
            object.__setattr__(self, name, number)
        if np.shape(self.readout_error) != (2,):
            raise ValueError(
                "`readout_error` must be two probabilities, to read 1 for |0⟩ and 0 "
                f"for |1⟩, but is {self.readout_error!r}."
            )
        errors = tuple(_as_probability(p, "readout_error") for p in self.readout_error)
        object.__setattr__(self, "readout_error", errors)
        kraus = np.array(self.kraus, dtype=complex)
        if kraus.size:
            _check_kraus(kraus)
        rows = [tuple(map(tuple, matrix)) for matrix in kraus.tolist()]
        object.__setattr__(self, "kraus", tuple(rows))

    @property
    def confusion(self) -> np.ndarray:
        """Probability to read (row) of a qubit's state (column), shape (2, 2)."""
        false_one, false_zero = self.readout_error
        return np.array([[1 - false_one, false_zero], [false_one, 1 - false_zero]])

    def after_gate(self, k: int) -> np.ndarray:
        """Return what follows a gate on k qubits, shape (4**k, 4**k).

        It acts on the rows of a density matrix put one after another.
        """
        p = self.depolarizing if k == 1 else self.two_qubit_depolarizing
        unit = np.eye(2**k).ravel()
        mixing = (1 - p) * np.eye(4**k) + p * np.outer(unit, unit) / 2**k
        return self._on_each_qubit(k) @ mixing

    def _on_each_qubit(self, k: int) -> np.ndarray:
        """Return damping and the given channel on each of k qubits."""
        gamma = self.amplitude_damping
        damping = [np.diag([1, np.sqrt(1 - gamma)]), [[0, np.sqrt(gamma)], [0, 0]]]
        one = _superoperator(damping)
        if len(self.kraus):
            one = _superoperator(self.kraus) @ one
        # (row, column) of each qubit → all rows, then all columns
        product = reduce(np.kron, [one] * k).reshape((2,) * (4 * k))
        order = [*range(0, 2 * k, 2), *range(1, 2 * k, 2)]
        order += [2 * k + axis for axis in order]
        return product.transpose(order).reshape(4**k, 4**k)


def _superoperator(kraus: Sequence) -> np.ndarray:
    """Return Σ K ⊗ K*, for density matrices with their rows one after another."""
    return np.sum([np.kron(K, np.conj(K)) for K in map(np.asarray, kraus)], axis=0)


def _as_probability(value: float, name: str) -> float:
    """Return a number in [0, 1]."""
    wrong = value is None or isinstance(value, str) or np.ndim(value)
    if wrong or np.iscomplexobj(value):
        raise TypeError(f"`{name}` must be a probability, but is {value!r}.")
    check_between(value, name, 0, 1)
    return float(value)


def _check_kraus(kraus: np.ndarray) -> None:
    """Check Kraus operators of one qubit."""
    if kraus.ndim != 3 or kraus.shape[1:] != (2, 2):
        raise ValueError(
            "`kraus` must hold operators of one qubit, of shape (n, 2, 2), but has "
            f"shape {kraus.shape}."
        )
    check_finite(kraus, "kraus")
    gap = np.abs((kraus.conj().mT @ kraus).sum(axis=0) - np.eye(2)).max()
    if not gap <= COMPLETE:
        raise ValueError(
            f"`kraus` must be complete, but Σ K†K differs from 1 by {gap:.3g}. Add the "
            "operator of what is missing."
        )
