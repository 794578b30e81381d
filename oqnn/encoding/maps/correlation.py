"""The minimal correlation map: three Ising spins a qubit, and their correlators.

Between a law of 3n spins and a density matrix of n qubits stand the correlators

    χ[μ₁, …, μₙ] = ⟨s_μ₁ … s_μₙ⟩,   s_0 = 1, s_1, s_2, s_3 the spins of that qubit,

which are read as the expectation values of the Pauli products.
"""

import math
from dataclasses import dataclass
from functools import reduce
from itertools import product
from typing import TYPE_CHECKING, Any, final

import numpy as np
from numpy.typing import ArrayLike

from ..._core.bases import PAULI
from ..._core.checks import (
    check_finite,
    check_hermitian,
    check_integer,
    check_law,
)
from ..._core.qobj import as_state, is_qobj
from .real_arrays import as_real
from .samples import as_samples, mean_products

if TYPE_CHECKING:
    import qutip

__all__ = ["CorrelationMap"]

# All spin values of one qubit: column c holds the bits of c, x most significant.
QUBIT_SPINS = np.array(list(product((-1, 1), repeat=3)), dtype=np.int8)
QUBIT_SIGNS = np.vstack([np.ones(8), QUBIT_SPINS.T.astype(float)])  # (4, 8)
QUBIT_SPINS.setflags(write=False)
QUBIT_SIGNS.setflags(write=False)

UNIT_TOLERANCE = 1e-9
MOST_BYTES = 2**30


@final
@dataclass(frozen=True)
class CorrelationMap:
    r"""The minimal correlation map of n qubits, from 3n spins to a density matrix.

    .. math:: \rho = 2^{-n} \sum \chi_{\mu_1\dots\mu_n}
              \tau_{\mu_1} \otimes \dots \otimes \tau_{\mu_n}, \qquad \chi = A p,

    with p a law over the :math:`8^n` configurations of the spins and A their signs
    [1]_. The squared Frobenius distance of two matrices is :math:`2^{-n}` times the
    squared distance of their correlators.

    Parameters
    ----------
    n_qubits : int
        Number n of qubits. States and correlators are turned into each other qubit
        by qubit in time :math:`n 4^n`, laws into correlators in :math:`n 8^n`. Only
        `signs` holds :math:`32^n` numbers.

    Raises
    ------
    TypeError, ValueError
        If `n_qubits` is not an integer of at least 1. What would take more than 1 GiB
        is refused where it is asked for, before any work.

    Notes
    -----
    Spin 3q + k belongs to qubit q = 0, …, n − 1 and direction k = 0, 1, 2 for
    x, y, z. A configuration is numbered by the bits z = (s + 1)/2 of its spins, the
    first spin most significant.

    References
    ----------
    .. [1] Pehle and Wetterich, Phys. Rev. E 106, 045311 (2022), eqs. (3), (6)-(11)
       and (34)-(36). Their eq. (1) has the transpose of χ, and their eq. (42) must
       have 1/8 in place of 1/2; the rest agrees with the formula above.

    Examples
    --------
    >>> CorrelationMap(2).chi_from_state([1, 0, 0, 1j] / np.sqrt(2)).round(9) + 0.0
    array([[1., 0., 0., 0.],
           [0., 0., 1., 0.],
           [0., 1., 0., 0.],
           [0., 0., 0., 1.]])
    """

    n_qubits: int

    def __post_init__(self) -> None:
        check_integer(self.n_qubits, "n_qubits")
        # Powers of NumPy integers overflow, and nothing would look too large.
        object.__setattr__(self, "n_qubits", int(self.n_qubits))

    @property
    def n_spins(self) -> int:
        """Number of spins, 3n."""
        return 3 * self.n_qubits

    @property
    def products(self) -> tuple[tuple[int, ...], ...]:
        """Spin indices of every Pauli product but the identity, in order.

        The order is that of χ flattened, so for two qubits IX, IY, IZ, XI, XX, …
        are (3,), (4,), (5,), (0,), (0, 3), …
        """
        n = self.n_qubits
        check_memory(4**n * (64 + 8 * n), f"the products of {n} qubits")
        letters = product(range(4), repeat=n)
        next(letters)  # the identity
        return tuple(
            tuple(3 * q + mu - 1 for q, mu in enumerate(string) if mu)
            for string in letters
        )

    @property
    def configurations(self) -> np.ndarray:
        """All spin configurations, ±1, shape (8**n, 3n)."""
        n = self.n_qubits
        check_memory(24 * n * 8**n, f"the configurations of {n} qubits")
        bits = np.arange(8**self.n_qubits)[:, None] >> np.arange(self.n_spins)[::-1]
        return (2 * (bits & 1) - 1).astype(np.int8)

    @property
    def signs(self) -> np.ndarray:
        """The matrix A of χ = A p, ±1, shape (4**n, 8**n), for up to five qubits."""
        n = self.n_qubits
        check_memory(8 * 32**n, f"the signs of {n} qubits")
        return reduce(np.kron, [QUBIT_SIGNS] * self.n_qubits)

    def chi_from_state(self, rho: "qutip.Qobj | ArrayLike") -> np.ndarray:
        r"""Return :math:`\chi = \mathrm{Tr}\,\rho\,\tau_{\mu_1} \otimes \dots`.

        Parameters
        ----------
        rho : Qobj, list of Qobj, ket of shape (2**n,), or shape (..., 2**n, 2**n)
            Hermitian matrices. Positivity is not needed and not checked.

        Returns
        -------
        np.ndarray
            Shape (..., 4, …, 4) with n axes of size 4.

        Raises
        ------
        TypeError, ValueError
            If `rho` is not numeric, has another shape, or is not Hermitian.
        """
        matrices = _as_matrices(rho, (2**self.n_qubits,) * 2)
        check_hermitian(matrices, "rho")
        tensor = matrices
        for q in range(self.n_qubits):
            rest = 2 ** (self.n_qubits - q - 1)
            tensor = tensor.reshape(-1, 2, rest, 2, rest)
            tensor = np.einsum("aji,birjs->bars", PAULI, tensor)
        return tensor.real.reshape(*matrices.shape[:-2], *self._shape)

    def state_from_chi(self, chi: ArrayLike) -> np.ndarray:
        """Return the matrix ρ of given correlators: the inverse of `chi_from_state`.

        Parameters
        ----------
        chi : shape (..., 4, …, 4)
            Real, with χ[0, …, 0] = 1.

        Returns
        -------
        np.ndarray
            Shape (..., 2**n, 2**n), Hermitian with trace one. It is positive only
            if the correlators obey the quantum constraints; sampled ones may not.

        Raises
        ------
        TypeError, ValueError
            If `chi` is not real, has another shape, is not finite, or has
            χ[0, …, 0] ≠ 1.
        """
        chi = as_correlators(chi, self.n_qubits)
        tensor = chi / 2**self.n_qubits
        for q in range(self.n_qubits):
            tensor = tensor.reshape(-1, 4, 2**q, 2**q)  # from the last qubit on
            tensor = np.einsum("aij,bars->birjs", PAULI, tensor)
        batch = chi.shape[: chi.ndim - self.n_qubits]
        return tensor.reshape(*batch, *(2**self.n_qubits,) * 2)

    def chi_from_law(self, p: ArrayLike) -> np.ndarray:
        """Return χ = A p by one small contraction a qubit, shape (..., 4, …, 4).

        Parameters
        ----------
        p : shape (..., 8**n)
            Probability of every configuration.

        Raises
        ------
        TypeError, ValueError
            If `p` is not real, has another shape or is not a law.
        """
        p = as_real(p, "p")
        check_trailing(p, "p", (8**self.n_qubits,))
        for law in p.reshape(-1, p.shape[-1]):
            check_law(law, "p")
        *batch, _ = p.shape
        tensor = p.reshape(*batch, *(8,) * self.n_qubits)
        return contract(tensor, QUBIT_SIGNS, batch_axes=len(batch))

    def classical_values(self, coefficients: ArrayLike) -> np.ndarray:
        r"""Return :math:`\sum c_{\mu_1\dots} s_{\mu_1} \dots` on every configuration.

        Parameters
        ----------
        coefficients : shape (..., 4, …, 4)
            Of the products of spins, as χ.

        Returns
        -------
        np.ndarray
            Shape (..., 8**n), which is Aᵀc, found in time n 8**n.

        Raises
        ------
        TypeError, ValueError
            If `coefficients` is not real or has another shape.
        """
        coefficients = as_real(coefficients, "coefficients")
        check_trailing(coefficients, "coefficients", self._shape)
        batch = coefficients.shape[: coefficients.ndim - self.n_qubits]
        n_bytes = 16 * math.prod(batch) * 8**self.n_qubits
        check_memory(n_bytes, f"all values of {self.n_qubits} qubits")
        values = contract(coefficients, QUBIT_SIGNS.T, batch_axes=len(batch))
        return values.reshape(*batch, -1)

    def chi_from_samples(self, spins: ArrayLike) -> np.ndarray:
        """Return the correlators of sampled spins, averaged over the samples.

        Exact up to one division: sums of ±1 are integers. Long records are multiplied
        out piece by piece, so that the memory does not grow with T.

        Parameters
        ----------
        spins : shape (..., T, 3n)
            T samples of the spins, each −1 or +1.

        Returns
        -------
        np.ndarray
            Shape (..., 4, …, 4).

        Raises
        ------
        TypeError, ValueError
            If the spins are no real numbers, the last axis is not 3n long, there is
            no sample, or a value is neither −1 nor +1.
        """
        spins = as_samples(spins, self.n_spins)
        n_bytes = 16 * math.prod(spins.shape[:-2]) * 4**self.n_qubits
        check_memory(n_bytes, f"the correlators of {self.n_qubits} qubits")
        parties = [range(3 * q, 3 * q + 3) for q in range(self.n_qubits)]
        return mean_products(spins, parties).reshape(*spins.shape[:-2], *self._shape)

    @property
    def _shape(self) -> tuple[int, ...]:
        return (4,) * self.n_qubits


def _as_matrices(rho: Any, shape: tuple[int, int]) -> np.ndarray:
    """Convert states, also a list of Qobj as solvers return it."""
    if isinstance(rho, list | tuple) and any(is_qobj(each) for each in rho):
        states = [as_state(each, f"rho[{k}]") for k, each in enumerate(rho)]
        for state in states:
            check_trailing(state, "rho", shape)
        return np.stack(states)
    matrices = as_state(rho, "rho")
    check_trailing(matrices, "rho", shape)
    return matrices


def contract(
    tensor: np.ndarray, matrix: np.ndarray, *, batch_axes: int = 0
) -> np.ndarray:
    """Apply one matrix to every axis of a tensor but the first `batch_axes`."""
    for _ in range(tensor.ndim - batch_axes):
        tensor = np.tensordot(tensor, matrix, axes=(batch_axes, 1))
    return tensor


def as_correlators(chi: Any, n_qubits: int) -> np.ndarray:
    """Convert and check correlators of shape (..., 4, …, 4)."""
    chi = as_real(chi, "chi")
    check_trailing(chi, "chi", (4,) * n_qubits)
    check_finite(chi, "chi")
    units = np.ravel(chi[(..., *(0,) * n_qubits)])
    if not np.abs(units - 1).max(initial=0.0) <= UNIT_TOLERANCE:
        worst = units[np.abs(units - 1).argmax()]
        raise ValueError(
            f"`chi` must be 1 at index zero, but is {worst:.6g} there. "
            "It is the correlator of no spin at all."
        )
    return chi


def check_trailing(value: np.ndarray, name: str, shape: tuple[int, ...]) -> None:
    """Check the last axes of an array against a shape."""
    if value.shape[-len(shape) :] != shape:
        raise ValueError(
            f"`{name}` must have shape (..., {', '.join(map(str, shape))}), "
            f"but has shape {value.shape}."
        )


def check_memory(n_bytes: int, what: str) -> None:
    """Refuse what would not fit, before work starts."""
    if n_bytes > MOST_BYTES:
        raise ValueError(
            f"`n_qubits` must be smaller here: {what} would take {n_bytes:.3g} bytes, "
            f"but {MOST_BYTES:.3g} are the limit."
        )
