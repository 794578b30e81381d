"""Bell inequalities on Pauli products: what no law of the spins can exceed."""

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from .._core.bases import pauli_labels
from .correlation import CorrelationMap, as_correlators

__all__ = ["BellInequality", "local_bound"]

LARGEST_INTEGER = 1000
ROUNDING = 1e-8


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class BellInequality:
    r"""An inequality :math:`\sum c\,\chi \le L` that every law of the spins obeys.

    Parameters
    ----------
    coefficients : shape (4, …, 4)
        c on the Pauli products, zero on the identity. Integers without a common
        factor where there are any, else at most 1 in size.
    local_bound : float
        L, the greatest value of the polynomial on all configurations.
    value : float
        What the state has in place of L.
    """

    coefficients: np.ndarray
    local_bound: float
    value: float

    @property
    def violation(self) -> float:
        """How far the state exceeds the bound."""
        return self.value - self.local_bound

    @property
    def visibility(self) -> float:
        """Greatest share of the state in a mixture with white noise that obeys it."""
        return self.local_bound / self.value

    def evaluate(self, rho: ArrayLike) -> float:
        """Return the value of another state, a Qobj or an array."""
        chi = CorrelationMap(self.coefficients.ndim).chi_from_state(rho)
        return float(np.sum(self.coefficients * chi))

    def __str__(self) -> str:
        names = pauli_labels(self.coefficients.ndim)
        terms = [
            (c, name)
            for c, name in zip(np.ravel(self.coefficients), names, strict=True)
            if c != 0
        ]
        text = "".join(
            f"{' − ' if c < 0 else ' + '}{_factor(abs(c))}⟨{name}⟩" for c, name in terms
        )
        text = text.removeprefix(" + ").replace(" − ", "−", int(text[:3] == " − "))
        # Six digits, or as many as tell the two numbers apart.
        digits = 6 if self.violation > 1e-5 else 12
        bound = _number(self.local_bound, digits)
        return f"{text} ≤ {bound}, but the state has {self.value:.{digits}f}"


def local_bound(coefficients: ArrayLike) -> float:
    """Return the greatest value of a polynomial of the spins, over all configurations.

    Parameters
    ----------
    coefficients : shape (4, …, 4)
        Of the products of spins, as χ.

    Returns
    -------
    float
        Exact for integers: every one of the 8**n configurations is looked at.

    Examples
    --------
    >>> chsh = np.zeros((4, 4))
    >>> chsh[1:3, 1:3] = [[1, 1], [1, -1]]
    >>> local_bound(chsh)
    2.0
    """
    coefficients = np.asarray(coefficients, dtype=float)
    values = CorrelationMap(coefficients.ndim).classical_values(coefficients)
    return float(values.max())


def bell_inequality(coefficients: np.ndarray, chi: np.ndarray) -> BellInequality:
    """Scale coefficients to integers where they are, and find bound and value."""
    n_qubits = chi.ndim
    chi = as_correlators(chi, n_qubits)
    scaled = _to_integers(coefficients)
    return BellInequality(
        coefficients=scaled,
        local_bound=local_bound(scaled),
        value=float(np.sum(scaled * chi)),
    )


def _to_integers(coefficients: np.ndarray) -> np.ndarray:
    """Scale to the least integers within rounding, or else to a largest size of 1."""
    scaled = coefficients / np.abs(coefficients).max()
    scaled[np.abs(scaled) < ROUNDING] = 0.0
    for largest in range(1, LARGEST_INTEGER + 1):
        candidate = scaled * largest
        rounded = np.round(candidate)
        if np.abs(candidate - rounded).max() < ROUNDING * largest:
            return rounded
    return scaled


def _factor(size: float) -> str:
    """Write a coefficient's size, nothing for 1."""
    return "" if size == 1 else _number(size, 6)


def _number(value: float, digits: int) -> str:
    """Write an integer plainly and another number with some decimals."""
    return f"{value:.0f}" if value == round(value) else f"{value:.{digits}f}"
