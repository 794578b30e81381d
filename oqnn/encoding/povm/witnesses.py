"""Witnesses of genuine entanglement of all N qubits, made for GHZ states."""

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import ArrayLike

from ..._core.bases import PAULI
from ..._core.checks import check_between, check_integer
from .contractions import pauli_coefficients
from .measured import as_measured
from .named_states import ghz_state
from .povm import Povm

if TYPE_CHECKING:
    import qutip

__all__ = [
    "Witness",
    "fidelity_operator",
    "ghz_witnesses",
    "mermin_operator",
    "stabilizer_operator",
]

MOST_QUBITS = 6


@final
@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class Witness:
    """A mean that only states with genuine entanglement of all qubits can have.

    Parameters
    ----------
    name : str
        "fidelity", "stabilizer" or "Mermin".
    value : shape (...)
        Mean of the operator.
    standard_error : shape (...), or None
        None where the number of samples is not known.
    bound : float
        Greatest mean of states that are mixtures of products, each over any cut of
        the qubits in two.
    ideal : float
        Mean in the GHZ state, the greatest of all.
    """

    name: str
    value: np.ndarray
    standard_error: np.ndarray | None
    bound: float
    ideal: float

    @property
    def detects(self) -> np.ndarray:
        """Whether the value, errors aside, shows genuine entanglement."""
        return self.value > self.bound

    @property
    def significance(self) -> np.ndarray | None:
        """Distance from the bound in standard errors, or None without them."""
        if self.standard_error is None:
            return None
        with np.errstate(divide="ignore", invalid="ignore"):
            return (self.value - self.bound) / self.standard_error


def ghz_witnesses(
    P_or_rho: "qutip.Qobj | ArrayLike",
    *,
    povm: Povm | None = None,
    n_samples: int | None = None,
) -> tuple[Witness, Witness, Witness]:
    """Return the witnesses of fidelity, of stabilizers and of Mermin's polynomial.

    Parameters
    ----------
    P_or_rho : shape (..., n_outcomes), or Qobj, ket, or shape (..., 2**N, 2**N)
        Laws of the outcomes of `povm`, or shares of samples; or states or their raw
        estimates, Hermitian with trace one. Two to six qubits.
    povm : Povm, optional
        Measurement of the laws.
    n_samples : int, optional
        Independent samples behind each law, for the standard errors.

    Returns
    -------
    tuple of Witness
        See `fidelity_operator`, `stabilizer_operator` and `mermin_operator`.

    Raises
    ------
    TypeError, ValueError
        If `P_or_rho` holds neither laws nor states of two to six qubits, or
        `n_samples` is given without a law.

    Notes
    -----
    The fidelity is the squared one, ⟨GHZ|ρ|GHZ⟩ with the bound 1/2; the same bound on
    the root fidelity is 1/√2 [1]_.

    References
    ----------
    .. [1] Leibfried et al., Nature 438, 639 (2005).

    Examples
    --------
    >>> for witness in ghz_witnesses(np.eye(8)[0]):
    ...     print(witness.name, witness.value.round(6) + 0.0, witness.bound)
    fidelity 0.5 0.5
    stabilizer 1.5 1.5
    Mermin 0.0 2.0
    """
    found = as_measured(P_or_rho, povm, n_samples, name="P_or_rho")
    n = found.n_qubits
    if not 2 <= n <= MOST_QUBITS:
        raise ValueError(f"`P_or_rho` must be of two to six qubits, but is of {n}.")
    kinds = (
        ("fidelity", fidelity_operator(n), 0.5, 1.0),
        ("stabilizer", stabilizer_operator(n), 1.5, 2.0),
        ("Mermin", mermin_operator(n), 2.0 ** (n - 2), 2.0 ** (n - 1)),
    )
    witnesses = []
    for name, operator, bound, ideal in kinds:
        slope = pauli_coefficients(operator, n)
        error = found.error(slope[None])
        witnesses.append(
            Witness(
                name=name,
                value=np.tensordot(found.chi, slope, axes=n),
                standard_error=None if error is None else error[..., 0],
                bound=bound,
                ideal=ideal,
            )
        )
    fidelity, stabilizer, mermin = witnesses
    return fidelity, stabilizer, mermin


def fidelity_operator(n: int) -> np.ndarray:
    """Return |GHZ⟩⟨GHZ|, whose mean is at most 1/2 without genuine entanglement.

    Parameters
    ----------
    n : int
        Number of qubits, two to six.

    Returns
    -------
    np.ndarray
        Shape (2**n, 2**n).
    """
    _check_qubits(n)
    ket = ghz_state(n)
    return np.outer(ket, ket.conj())


def stabilizer_operator(n: int) -> np.ndarray:
    r"""Return the projectors of two settings, at most 3/2 without genuine entanglement.

    .. math:: \tfrac12 (1 + X \dots X) + \prod_{k=2}^{N} \tfrac12 (1 + Z_{k-1} Z_k)

    Only local x and only local z need be measured for it [1]_, eq. (14): 3 − 2 times
    this is their witness.

    Parameters
    ----------
    n : int
        Number of qubits, two to six.

    References
    ----------
    .. [1] Tóth and Gühne, Phys. Rev. A 72, 022340 (2005).
    """
    _check_qubits(n)
    parity = (np.eye(2**n) + reduce(np.kron, [PAULI[1]] * n)) / 2
    alike = np.zeros((2**n, 2**n))
    alike[0, 0] = alike[-1, -1] = 1  # where all Z are the same
    return parity + alike


def mermin_operator(n: int) -> np.ndarray:
    r"""Return Mermin's polynomial of X and Y, whose mean in GHZ is 2^{N−1}.

    .. math:: \tfrac12 \prod_k (X_k + i Y_k) + \mathrm{h.c.}
              = 2^{N-1} (|0 \dots 0\rangle\langle 1 \dots 1| + \mathrm{h.c.})

    With these axes its mean is at most 2^{N−2} without genuine entanglement, since
    |ρ_{0…0,1…1}| ≤ 1/4 for products of two parts; at most 1 for products of all
    qubits; and at most 2^{⌊N/2⌋} in local models [1]_.

    Parameters
    ----------
    n : int
        Number of qubits, two to six.

    References
    ----------
    .. [1] Mermin, Phys. Rev. Lett. 65, 1838 (1990).
    """
    _check_qubits(n)
    power = reduce(np.kron, [PAULI[1] + 1j * PAULI[2]] * n)
    return (power + power.conj().T) / 2


def _check_qubits(n: int) -> None:
    check_integer(n, "n", least=2)
    check_between(n, "n", 2, MOST_QUBITS)
