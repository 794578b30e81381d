"""A state rebuilt from the measured correlators of a network's spins."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import ArrayLike

from ...measures import (
    fidelity,
    least_eigenvalue,
    nearest_state,
    root_fidelity,
    squared_distance,
)
from ...spiking import LIFNetwork, Measurement, measure
from ..maps.correlation import CorrelationMap
from ..realizability.qubit_state import as_qubit_state

if TYPE_CHECKING:
    import qutip

__all__ = ["Reconstruction", "measure_state", "reconstruct"]

MOST_QUBITS = 6


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Reconstruction:
    r"""A state rebuilt from spikes, raw and physical, beside the state it should be.

    The raw matrix :math:`\hat\rho` is Hermitian with trace one, but sampling may leave
    it a negative eigenvalue; the physical one is the state nearest to it [1]_. Read
    the fidelity of the raw matrix with its least eigenvalue beside it.

    Parameters
    ----------
    target : shape (2**n, 2**n)
        The state to carry.
    measurement : Measurement
        Correlators in the order of ``CorrelationMap(n).products``, their errors and
        covariance, rates of the neurons and a spike raster.

    References
    ----------
    .. [1] Smolin, Gambetta and Smith, Phys. Rev. Lett. 108, 070502 (2012).
    """

    target: np.ndarray
    measurement: Measurement

    @property
    def n_qubits(self) -> int:
        """Number n of qubits."""
        return len(self.target).bit_length() - 1

    @property
    def chi(self) -> np.ndarray:
        """Measured correlators, shape (4, …, 4)."""
        return _with_unit(self.measurement.moments, 1.0, self.n_qubits)

    @property
    def chi_errors(self) -> np.ndarray:
        """Standard errors of `chi`, shape (4, …, 4)."""
        return _with_unit(self.measurement.standard_errors, 0.0, self.n_qubits)

    @property
    def state(self) -> np.ndarray:
        """The raw matrix, shape (2**n, 2**n)."""
        return CorrelationMap(self.n_qubits).state_from_chi(self.chi)

    @property
    def physical_state(self) -> np.ndarray:
        """The state nearest to the raw matrix, shape (2**n, 2**n)."""
        return nearest_state(self.state)

    @property
    def least_eigenvalue(self) -> float:
        """Least eigenvalue of the raw matrix."""
        return float(least_eigenvalue(self.state))

    @property
    def squared_distance(self) -> float:
        """Squared Frobenius distance of the raw matrix from the target."""
        return float(squared_distance(self.state, self.target))

    @property
    def squared_distance_error(self) -> float:
        """Standard error of `squared_distance`, for normal gaps of known covariance.

        Near the sampling floor gaps are mostly noise, which is then counted twice: the
        error is up to √3 times too large.
        """
        target = CorrelationMap(self.n_qubits).chi_from_state(self.target)
        gap = (self.chi - target).reshape(-1)[1:]
        C = self.measurement.covariance
        variance = 4 * gap @ C @ gap + 2 * np.trace(C @ C)
        return float(np.sqrt(variance)) / len(self.target)

    @property
    def sampling_floor(self) -> float:
        """Squared distance that sampling noise alone is expected to give."""
        return float(np.trace(self.measurement.covariance)) / len(self.target)

    @property
    def raw_fidelity(self) -> float:
        """Squared fidelity of target and raw matrix; ⟨ψ|ρ̂|ψ⟩ for a pure target."""
        return float(fidelity(self.target, self.state))

    @property
    def fidelity(self) -> float:
        """Squared fidelity of target and physical state."""
        return float(fidelity(self.target, self.physical_state))

    @property
    def root_fidelity(self) -> float:
        """Root fidelity of target and physical state."""
        return float(root_fidelity(self.target, self.physical_state))

    def __str__(self) -> str:
        return (
            f"fidelity {self.fidelity:.4f} (raw {self.raw_fidelity:.4f}), "
            f"squared distance {self.squared_distance:.2e} "
            f"± {self.squared_distance_error:.0e}, "
            f"least eigenvalue {self.least_eigenvalue:.4f}, "
            f"{self.measurement.steps} steps"
        )


def reconstruct(
    rho: "qutip.Qobj | ArrayLike", measurement: Measurement
) -> Reconstruction:
    """Rebuild a state from measured correlators.

    Parameters
    ----------
    rho : Qobj, ket of shape (2**n,), or shape (2**n, 2**n)
        The state that the network should carry.
    measurement : Measurement
        Of ``CorrelationMap(n).products``, all of them in order.

    Raises
    ------
    TypeError, ValueError
        If `rho` is no state of one to six qubits, or the measurement is not one of its
        4**n - 1 correlators.
    """
    target = as_qubit_state(rho, "rho", MOST_QUBITS)
    n_qubits = len(target).bit_length() - 1
    if not isinstance(measurement, Measurement):
        raise TypeError(
            "`measurement` must be a Measurement, but is a "
            f"{type(measurement).__name__}. See `measure`."
        )
    if measurement.moments.shape != (4**n_qubits - 1,):
        raise ValueError(
            f"`measurement` must hold the {4**n_qubits - 1} correlators of {n_qubits} "
            f"qubits, but holds {measurement.moments.size}. Measure "
            f"CorrelationMap({n_qubits}).products."
        )
    return Reconstruction(target=target, measurement=measurement)


def measure_state(
    network: LIFNetwork,
    rho: "qutip.Qobj | ArrayLike",
    *,
    steps: int = 100_000,
    chains: int = 100,
    burn_in: int = 100,
    seed: int = 0,
) -> Reconstruction:
    """Measure the correlators of a network's first 3n spins and rebuild the state.

    Parameters
    ----------
    network : LIFNetwork
        Neurons 3q + k are the spins of qubit q in direction k.
    rho : Qobj, ket of shape (2**n,), or shape (2**n, 2**n)
        The state that the network should carry.
    steps, chains, burn_in, seed
        See `measure`.

    Raises
    ------
    TypeError, ValueError
        As `reconstruct` and `measure`, or if there are fewer than 3n neurons.
    """
    target = as_qubit_state(rho, "rho", MOST_QUBITS)
    correlation_map = CorrelationMap(len(target).bit_length() - 1)
    if network.n_neurons < correlation_map.n_spins:
        raise ValueError(
            f"`network` must have at least {correlation_map.n_spins} neurons, three "
            f"for each qubit of `rho`, but has {network.n_neurons}."
        )
    products = correlation_map.products
    measured = measure(
        network, products, steps=steps, chains=chains, burn_in=burn_in, seed=seed
    )
    return reconstruct(target, measured)


def _with_unit(values: np.ndarray, unit: float, n_qubits: int) -> np.ndarray:
    return np.r_[unit, values].reshape((4,) * n_qubits)
