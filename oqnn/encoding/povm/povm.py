"""Informationally complete measurements of n qubits, and states as laws of outcomes."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, final

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_density_matrix, check_hermitian, check_integer
from ..._core.qobj import as_operator, as_state
from ..._core.seeds import rng_from
from .codes import (
    bits_of,
    codes_of_outcomes,
    outcomes_from_bits,
    spread_over_bits,
)
from .contractions import apply_factors, matrix_from_coefficients, pauli_coefficients
from .elements import (
    PAULI4,
    PAULI6,
    TETRAHEDRON,
    as_sequence,
    canonical_dual,
    check_elements,
    elements_from_bloch,
)
from .estimates import StateEstimate
from .laws import as_laws, weighted_error
from .tomography import Tomography

if TYPE_CHECKING:
    import qutip

__all__ = ["Povm"]

MOST_BYTES = 2**30


@final
@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class Povm:
    r"""A measurement of n qubits, each on its own, from whose law the state follows.

    .. math:: P(a) = \mathrm{Tr}\,\rho\,M_{a_1} \otimes \dots \otimes M_{a_n}, \qquad
              \rho = \sum_a P(a)\, Q_{a_1} \otimes \dots \otimes Q_{a_n}

    with the dual operators Q of `dual` [1]_, App. C. Outcomes are in one row,
    the first qubit's slowest: a = (a₁ m + a₂) m + … for m outcomes a qubit. All sums
    run qubit by qubit, in time n 4ⁿ or n mⁿ.

    Parameters
    ----------
    factors : n arrays of shape (m, 2, 2)
        The elements M of each qubit, first qubit first; m may differ between qubits.

    Raises
    ------
    ValueError
        If a qubit's elements are not Hermitian and positive, do not sum to one, or
        are not informationally complete; or if the law would take more than 1 GiB.

    References
    ----------
    .. [1] Czischek et al., SciPost Phys. 12, 039 (2022). Their Ψ⁺ is called Φ⁺ here.

    Examples
    --------
    >>> povm = Povm.tetrahedral(2)
    >>> P = povm.probabilities(np.array([1, 0, 0, 1]) / np.sqrt(2))
    >>> (24 * P.reshape(4, 4)).round(9)
    array([[3., 1., 1., 1.],
           [1., 3., 1., 1.],
           [1., 1., 1., 3.],
           [1., 1., 3., 1.]])
    """

    factors: tuple[np.ndarray, ...]  # n times (m, 2, 2)

    def __post_init__(self) -> None:
        sets = as_sequence(self.factors, "factors")
        factors = tuple(as_operator(each, "factors").copy() for each in sets)
        if not factors:
            raise ValueError("`factors` must hold at least one qubit, but is empty.")
        for q, elements in enumerate(factors):
            check_elements(elements, f"factors[{q}]")
            elements.setflags(write=False)
        n_bytes = 8 * math.prod(len(elements) for elements in factors)
        if n_bytes > MOST_BYTES:
            raise ValueError(
                f"`factors` must be of fewer qubits, but are of {len(factors)} qubits "
                f"whose law of outcomes would take {n_bytes / 2**30:.3g} GiB."
            )
        object.__setattr__(self, "factors", factors)

    @classmethod
    def tetrahedral(cls, n: int) -> Self:
        """Return the four corners of a tetrahedron, M_a = (1 + s_a·σ)/4, eq. (6)."""
        return cls.from_elements(elements_from_bloch(TETRAHEDRON), n)

    @classmethod
    def pauli6(cls, n: int) -> Self:
        """Return one third of the projectors on the states +z, −z, +x, −x, +y, −y."""
        return cls.from_elements(elements_from_bloch(PAULI6), n)

    @classmethod
    def pauli4(cls, n: int) -> Self:
        """Return the elements +z, +x, +y of `pauli6`, and the sum of all others."""
        return cls.from_elements(elements_from_bloch(PAULI4), n)

    @classmethod
    def from_elements(cls, elements: Any, n: int) -> Self:
        """Return a measurement with any elements.

        Parameters
        ----------
        elements : shape (m, 2, 2), or n arrays of such shapes
            The same for every qubit, or those of each qubit.
        n : int
            Number of qubits.

        Raises
        ------
        TypeError, ValueError
            As the class, or if the number of sets is not `n`.
        """
        check_integer(n, "n")
        parts = as_sequence(elements, "elements")
        sets = [as_operator(each, "elements") for each in parts]
        if not sets:
            raise ValueError("`elements` must hold at least one, but is empty.")
        if all(each.ndim == 2 for each in sets):
            shapes = {each.shape for each in sets}
            if shapes != {(2, 2)}:
                raise ValueError(
                    f"`elements` must be 2 × 2 matrices, but have shapes {shapes}."
                )
            sets = [np.stack(sets)] * n
        if len(sets) != n:
            raise ValueError(
                f"`elements` must hold one set, or one for each of the {n} qubits, "
                f"but holds {len(sets)}."
            )
        return cls(factors=tuple(sets))

    @property
    def n_qubits(self) -> int:
        """Number n of qubits."""
        return len(self.factors)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of outcomes of each qubit."""
        return tuple(len(elements) for elements in self.factors)

    @property
    def n_outcomes(self) -> int:
        """Number of outcomes of all qubits."""
        return math.prod(self.shape)

    @property
    def is_minimal(self) -> bool:
        """Whether each qubit has four outcomes, so that the dual is unique."""
        return self.n_outcomes == 4**self.n_qubits

    @property
    def overlaps(self) -> tuple[np.ndarray, ...]:
        """T_ab = Tr M_a M_b of each qubit, n arrays of shape (m, m)."""
        return tuple(np.einsum("aij,bji->ab", M, M).real for M in self.factors)

    @property
    def dual(self) -> tuple[np.ndarray, ...]:
        """Operators Q of trace one of each qubit, n arrays (m, 2, 2).

        Unique for four elements; of more the canonical dual, see `canonical_dual`.
        """
        return tuple(matrix_from_coefficients(D.T / 2, 1) for D in self.dual_factors)

    @cached_property
    def bloch_factors(self) -> tuple[np.ndarray, ...]:
        """Coefficients of the elements, M_a = Σ_μ B_aμ τ_μ, n arrays (m, 4)."""
        return tuple(pauli_coefficients(M, 1) for M in self.factors)

    @cached_property
    def dual_factors(self) -> tuple[np.ndarray, ...]:
        """Left inverses D of the `bloch_factors`, n arrays of shape (4, m)."""
        return tuple(canonical_dual(B) for B in self.bloch_factors)

    def probabilities(self, rho: "qutip.Qobj | ArrayLike") -> np.ndarray:
        """Return the law of the outcomes.

        Parameters
        ----------
        rho : Qobj, ket of shape (2**n,), or shape (..., 2**n, 2**n)
            States.

        Returns
        -------
        np.ndarray
            Shape (..., n_outcomes). What rounding, or a negative eigenvalue within the
            tolerance of states, puts below zero is left there.

        Raises
        ------
        TypeError, ValueError
            If `rho` holds no states of n qubits.
        """
        matrices = as_state(rho, "rho")
        self._check_matrix(matrices, "rho")
        check_density_matrix(matrices, "rho")
        chi = 2**self.n_qubits * pauli_coefficients(matrices, self.n_qubits)
        P = apply_factors(chi, self.bloch_factors)
        return P.reshape(*matrices.shape[:-2], -1)

    def invert(self, P: ArrayLike) -> np.ndarray:
        r"""Return :math:`\sum_a P(a) Q_a`, the linear inversion.

        Hermitian with trace one. Of the law of a state it is that state; of shares of
        samples it may have negative eigenvalues.

        Parameters
        ----------
        P : shape (..., n_outcomes)
            Laws of the outcomes.

        Returns
        -------
        np.ndarray
            Shape (..., 2**n, 2**n).

        Raises
        ------
        TypeError, ValueError
            If `P` is not real, has another shape or holds no laws.
        """
        chi = self.correlators(P)
        return matrix_from_coefficients(chi / 2**self.n_qubits, self.n_qubits)

    def correlators(self, P: ArrayLike) -> np.ndarray:
        """Return χ of `invert`, as `CorrelationMap` has it, shape (..., 4, …, 4)."""
        P = self._as_laws(P)
        tensor = P.reshape(*P.shape[:-1], *self.shape)
        return apply_factors(tensor, self.dual_factors)

    def expectation_weights(self, operator: "qutip.Qobj | ArrayLike") -> np.ndarray:
        """Return Tr O Q_a: what an outcome contributes to the mean of O.

        Parameters
        ----------
        operator : Qobj, or shape (2**n, 2**n)
            Hermitian O.

        Returns
        -------
        np.ndarray
            Real, shape (n_outcomes,).

        Raises
        ------
        TypeError, ValueError
            If `operator` is no Hermitian matrix of n qubits.

        Examples
        --------
        >>> Povm.tetrahedral(1).expectation_weights([[1, 0], [0, -1]]).round(9)
        array([ 3., -1., -1., -1.])
        """
        matrix = as_operator(operator, "operator")
        if matrix.ndim != 2:
            raise ValueError(
                f"`operator` must be one matrix, but has shape {matrix.shape}."
            )
        self._check_matrix(matrix, "operator")
        check_hermitian(matrix, "operator")
        coefficients = pauli_coefficients(matrix, self.n_qubits)
        return apply_factors(coefficients, [D.T for D in self.dual_factors]).ravel()

    def expectation(
        self, operator: "qutip.Qobj | ArrayLike", P: ArrayLike
    ) -> np.ndarray:
        """Return Σ P(a) Tr O Q_a = Tr ρO, shape (...), without the state.

        Parameters, errors: `operator` as `expectation_weights`, `P` as `invert`.
        """
        return np.asarray(self._as_laws(P) @ self.expectation_weights(operator))

    def standard_error(
        self, operator: "qutip.Qobj | ArrayLike", P: ArrayLike, n_samples: int
    ) -> np.ndarray:
        """Return the standard error of `expectation`, shape (...).

        `P` holds the shares of `n_samples` independent samples; of correlated ones
        give their effective number.
        """
        check_integer(n_samples, "n_samples")
        weights = self.expectation_weights(operator)
        return weighted_error(self._as_laws(P), weights, n_samples)

    def draw_counts(
        self, rho: "qutip.Qobj | ArrayLike", n_samples: int, *, seed: int = 0
    ) -> np.ndarray:
        """Draw outcomes of states independently, and return how often each came.

        `rho` is that of `probabilities`, of each state are `n_samples` drawn; integers,
        shape (..., n_outcomes).
        """
        check_integer(n_samples, "n_samples")
        P = np.maximum(self.probabilities(rho), 0)  # within a state's tolerance
        P /= P.sum(axis=-1, keepdims=True)
        return rng_from(seed, "outcomes").multinomial(n_samples, P)

    @property
    def n_bits(self) -> int:
        """Number of neurons that hold an outcome; see `codes_of_outcomes`."""
        return sum(bits_of(self.shape))

    @cached_property
    def codes(self) -> np.ndarray:
        """Binary code of each outcome, shape (n_outcomes,); see `codes_of_outcomes`."""
        return codes_of_outcomes(self.shape)

    def law_of_bits(self, P: ArrayLike) -> np.ndarray:
        """Return laws (..., 2**n_bits) of the neurons that hold outcomes of laws P.

        Codes that stand for no outcome, two of eight for each qubit of `pauli6`, get
        probability zero.

        Raises
        ------
        TypeError, ValueError
            As `invert`, or if one law would take more than 1 GiB.
        """
        n_bytes = 8 * 2**self.n_bits
        if n_bytes > MOST_BYTES:
            raise ValueError(
                f"`P` must be of fewer qubits, but its outcomes are held by "
                f"{self.n_bits} neurons whose law would take {n_bytes / 2**30:.3g} GiB."
            )
        return spread_over_bits(self._as_laws(P), self.codes, self.n_bits)

    def from_bits(self, values: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """Return values of the outcomes and the sum in codes of none.

        Of laws or counts (..., 2**n_bits) of the neurons; see `outcomes_from_bits`.
        """
        return outcomes_from_bits(values, self.codes, self.n_bits)

    def maximum_likelihood(
        self, counts: ArrayLike, *, tol: float = 1e-10, most_iterations: int = 10_000
    ) -> StateEstimate:
        """Return the most likely state; see `Tomography.maximum_likelihood`.

        Examples
        --------
        >>> found = Povm.tetrahedral(1).maximum_likelihood([300, 100, 100, 100])
        >>> found.state.round(3).real + 0.0
        array([[1., 0.],
               [0., 0.]])
        """
        return self._tomography.maximum_likelihood(
            counts, tol=tol, most_iterations=most_iterations
        )

    def least_squares(self, counts: ArrayLike) -> StateEstimate:
        """Return the state nearest to the best fit; see `Tomography.least_squares`."""
        return self._tomography.least_squares(counts)

    def bootstrap(
        self, estimate: StateEstimate, *, draws: int = 100, seed: int = 0
    ) -> np.ndarray:
        """Return estimates of samples drawn anew; see `Tomography.bootstrap`."""
        return self._tomography.bootstrap(estimate, draws=draws, seed=seed)

    @property
    def _tomography(self) -> Tomography:
        return Tomography(factors=self.bloch_factors, dual_factors=self.dual_factors)

    def _as_laws(self, P: ArrayLike) -> np.ndarray:
        """Convert and check laws of the outcomes."""
        return as_laws(P, self.n_outcomes, "P")

    def _check_matrix(self, matrix: np.ndarray, name: str) -> None:
        d = 2**self.n_qubits
        if matrix.shape[-2:] != (d, d):
            raise ValueError(
                f"`{name}` must have shape (..., {d}, {d}) for {self.n_qubits} qubits, "
                f"but has shape {matrix.shape}."
            )
