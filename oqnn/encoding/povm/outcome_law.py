"""A law of the outcomes of a measurement, as something that carries a state."""

from dataclasses import dataclass
from typing import final

import numpy as np

from ..._core.checks import check_shapes
from ..maps.real_arrays import as_real
from .laws import as_laws
from .povm import Povm

__all__ = ["OutcomeLaw"]

TOLERANCE = 1e-10  # of elements that are the same


@final
@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class OutcomeLaw:
    """Probabilities of all outcomes of a measurement.

    Of the law of spins, `Law`, it differs in that every state has one.

    Parameters
    ----------
    povm : Povm
        The measurement.
    probabilities : shape (n_outcomes,)
        In the order of `Povm`, the first qubit's outcomes slowest.

    Raises
    ------
    TypeError, ValueError
        If there is no measurement, or no law of its outcomes.

    Examples
    --------
    >>> povm = Povm.pauli4(1)
    >>> law = OutcomeLaw(povm=povm, probabilities=povm.probabilities([1, 0]))
    >>> law.correlators().round(12) + 0.0
    array([1., 0., 0., 1.])
    """

    povm: Povm
    probabilities: np.ndarray

    def __post_init__(self) -> None:
        if not isinstance(self.povm, Povm):
            raise TypeError(
                f"`povm` must be a Povm, but is a {type(self.povm).__name__}."
            )
        P = np.array(as_real(self.probabilities, "probabilities"))
        check_shapes(probabilities=(P, f"{self.povm.n_outcomes}"))
        as_laws(P, self.povm.n_outcomes, "probabilities")
        P.setflags(write=False)
        object.__setattr__(self, "probabilities", P)

    @property
    def n_qubits(self) -> int:
        """Number n of qubits."""
        return self.povm.n_qubits

    def dense(self) -> np.ndarray:
        """Return the probabilities, shape (n_outcomes,)."""
        return self.probabilities

    def correlators(self) -> np.ndarray:
        """Return χ of the matrix that the law stands for, shape (4, …, 4)."""
        return self.povm.correlators(self.probabilities)

    def total_variation(self, other: "OutcomeLaw") -> float:
        """Return ½ Σ |p'(a) − p(a)|, the share of samples in which two laws differ.

        Raises
        ------
        TypeError, ValueError
            If `other` is no law of the outcomes of the same measurement.
        """
        if not isinstance(other, OutcomeLaw):
            raise TypeError(
                f"`other` must be an OutcomeLaw, but is a {type(other).__name__}."
            )
        pairs = zip(self.povm.factors, other.povm.factors, strict=False)
        if self.povm.shape != other.povm.shape or not all(
            np.allclose(mine, yours, rtol=0, atol=TOLERANCE) for mine, yours in pairs
        ):
            raise ValueError(
                "`other` must be a law of the same measurement, but its outcomes have "
                "other elements. Compare the states: invert both."
            )
        return float(np.abs(other.probabilities - self.probabilities).sum() / 2)
