"""What is known of a state: itself, or the law of the outcomes of a measurement."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..._core.checks import STATE_TOLERANCE, check_hermitian, check_integer
from ..._core.qobj import as_state, is_qobj
from ..maps.correlation import CorrelationMap
from .contractions import apply_factors
from .laws import weighted_error
from .povm import Povm

__all__ = ["Measured", "as_measured"]


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class Measured:
    """Correlators, and the law and the number of samples that they come from."""

    chi: np.ndarray  # (..., 4, …, 4)
    n_qubits: int
    P: np.ndarray | None = None  # (..., n_outcomes)
    povm: Povm | None = None
    n_samples: int | None = None

    def error(self, slopes: np.ndarray) -> np.ndarray | None:
        """Return the standard error of numbers with slopes ∂/∂χ, (..., t, 4, …, 4).

        Shape (..., t), or None where the number of samples is not known.
        """
        if self.P is None or self.povm is None or self.n_samples is None:
            return None
        back = [D.T for D in self.povm.dual_factors]
        weights = apply_factors(slopes, back)
        weights = weights.reshape(*slopes.shape[: -self.n_qubits], -1)
        return weighted_error(self.P[..., None, :], weights, self.n_samples)


def as_measured(
    value: Any,
    povm: Povm | None,
    n_samples: int | None,
    *,
    name: str,
    n_qubits: int | None = None,
) -> Measured:
    """Convert and check a law of `povm`, or a state or its raw estimate."""
    if povm is not None and not isinstance(povm, Povm):
        raise TypeError(f"`povm` must be a Povm, but is a {type(povm).__name__}.")
    if povm is not None and n_qubits is not None and povm.n_qubits != n_qubits:
        raise ValueError(
            f"`povm` must measure {n_qubits} qubits, but measures {povm.n_qubits}."
        )
    shape = () if is_qobj(value) else np.shape(value)
    if povm is not None and shape[-1:] == (povm.n_outcomes,):
        return _of_law(value, povm, n_samples)
    if n_samples is not None:
        raise ValueError(
            f"`n_samples` must be None where `{name}` is no law of the outcomes of "
            f"`povm`, but is {n_samples}. Take povm.probabilities(rho)."
        )
    return _of_state(value, name, n_qubits)


def _of_law(value: Any, povm: Povm, n_samples: int | None) -> Measured:
    if n_samples is not None:
        check_integer(n_samples, "n_samples")
    return Measured(
        chi=povm.correlators(value),
        n_qubits=povm.n_qubits,
        P=np.asarray(value, dtype=float),
        povm=povm,
        n_samples=n_samples,
    )


def _of_state(value: Any, name: str, n_qubits: int | None) -> Measured:
    matrices = as_state(value, name)
    size = matrices.shape[-1] if matrices.ndim else 0
    wanted = size.bit_length() - 1 if n_qubits is None else n_qubits
    if wanted < 2 or matrices.shape[-2:] != (2**wanted,) * 2:
        raise ValueError(
            f"`{name}` must be a state of {n_qubits or 'two or more'} qubits, or a law "
            f"of the outcomes of `povm`, but has shape {np.shape(value)}."
        )
    check_hermitian(matrices, name)
    chi = CorrelationMap(wanted).chi_from_state(matrices)
    traces = np.ravel(np.trace(matrices, axis1=-2, axis2=-1).real)
    worst = traces[np.abs(traces - 1).argmax()]
    if not abs(worst - 1) <= STATE_TOLERANCE:
        raise ValueError(f"`{name}` must have trace 1, but has trace {worst:.6g}.")
    return Measured(chi=chi, n_qubits=wanted)
