"""Bell inequalities on Pauli products: what no law of the spins can exceed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import ArrayLike

from ..._core.bases import pauli_labels
from ..._core.checks import check_finite
from ..maps.correlation import CorrelationMap
from ..maps.real_arrays import as_real
from .qubit_state import as_qubit_state

if TYPE_CHECKING:
    import qutip

__all__ = ["BellInequality", "greatest_fidelity", "local_bound"]

MOST_TERMS = 64  # written
MOST_QUBITS = 6
PURITY_TOLERANCE = 1e-8


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class BellInequality:
    r"""An inequality :math:`\sum c\,\chi \le L` that every law of the spins obeys.

    Parameters
    ----------
    coefficients : shape (4, …, 4)
        c on the Pauli products, zero on the identity. Integers without a common
        factor if some of at most 1000 are in proportion, else at most 1 in size: from
        four qubits on most facets take larger ones.
    local_bound : float
        L, the greatest value of the polynomial on all configurations.
    value : float
        What the state has in place of L.
    spins : str, optional
        Component of the extended map, as "(12|3)", whose spins obey it. By default
        three spins a qubit do.
    """

    coefficients: np.ndarray
    local_bound: float
    value: float
    spins: str = ""

    @property
    def violation(self) -> float:
        """How far the state exceeds the bound."""
        return self.value - self.local_bound

    @property
    def visibility(self) -> float:
        """Greatest share of the state in a mixture with white noise that obeys it."""
        return self.local_bound / self.value

    def evaluate(self, rho: ArrayLike) -> float:
        """Return the value of another state, a Qobj or an array.

        Raises
        ------
        TypeError, ValueError
            If `rho` is not one Hermitian matrix, or ket, of as many qubits.
        """
        n_qubits = self.coefficients.ndim
        chi = CorrelationMap(n_qubits).chi_from_state(rho)
        if chi.shape != self.coefficients.shape:
            raise ValueError(
                f"`rho` must be one state of {n_qubits} qubits, but there are some, in "
                f"an array of shape {chi.shape[:-n_qubits]}."
            )
        return float(np.sum(self.coefficients * chi))

    def __str__(self) -> str:
        names = pauli_labels(self.coefficients.ndim)
        terms = [
            (c, name)
            for c, name in zip(np.ravel(self.coefficients), names, strict=True)
            if c != 0
        ]
        text = "".join(
            f"{' − ' if c < 0 else ' + '}{_factor(abs(c))}⟨{name}⟩"
            for c, name in terms[:MOST_TERMS]
        )
        text = text.removeprefix(" + ").replace(" − ", "−", int(text[:3] == " − "))
        if len(terms) > MOST_TERMS:
            text += f" + … ({len(terms) - MOST_TERMS} more terms)"
        # Six digits, or as many as tell the two numbers apart.
        digits = 6 if self.violation > 1e-5 else 12
        bound = _number(self.local_bound, digits)
        of = f" for {self.spins}" if self.spins else ""
        return f"{text} ≤ {bound}{of}, but the state has {self.value:.{digits}f}"


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

    Raises
    ------
    TypeError, ValueError
        If `coefficients` are not finite real numbers of that shape.

    Examples
    --------
    >>> chsh = np.zeros((4, 4))
    >>> chsh[1:3, 1:3] = [[1, 1], [1, -1]]
    >>> local_bound(chsh)
    2.0
    """
    coefficients = as_real(coefficients, "coefficients")
    if coefficients.ndim == 0:
        raise ValueError(
            "`coefficients` must have an axis a qubit, but is one number. Its shape "
            "should be (4, …, 4)."
        )
    check_finite(coefficients, "coefficients")
    values = CorrelationMap(coefficients.ndim).classical_values(coefficients)
    return float(values.max())


def greatest_fidelity(psi: "qutip.Qobj | ArrayLike") -> float:
    r"""Return the greatest ⟨ψ|ρ̂|ψ⟩ of all matrices ρ̂ that three spins a qubit carry.

    It is linear in the law, so one configuration reaches it; all are looked at. The
    matrix that reaches it need not be positive.

    Parameters
    ----------
    psi : Qobj, ket of shape (2**n,), or shape (2**n, 2**n)
        Pure state of one to six qubits.

    Raises
    ------
    TypeError, ValueError
        If `psi` is not a pure state of so many qubits.

    Examples
    --------
    >>> tilted = np.array([1, 0, 0, np.exp(0.25j * np.pi)]) / np.sqrt(2)
    >>> round(greatest_fidelity(tilted), 6)  # cos²(π/8)
    0.853553
    """
    matrix = as_qubit_state(psi, "psi", MOST_QUBITS)
    purity = np.vdot(matrix, matrix).real
    if abs(purity - 1) > PURITY_TOLERANCE:
        raise ValueError(f"`psi` must be pure, but has the purity {purity:.6g}.")
    n_qubits = len(matrix).bit_length() - 1
    return local_bound(CorrelationMap(n_qubits).chi_from_state(matrix)) / 2**n_qubits


def _factor(size: float) -> str:
    """Write a coefficient's size, nothing for 1."""
    return "" if size == 1 else _number(size, 6)


def _number(value: float, digits: int) -> str:
    """Write an integer plainly and another number with some decimals."""
    return f"{value:.0f}" if value == round(value) else f"{value:.{digits}f}"
