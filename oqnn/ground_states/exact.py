"""Ground states by diagonalisation, for the sizes that fit in memory."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.linalg import ArpackError, LinearOperator, eigsh

from .._core.errors import ConvergenceError
from .._core.seeds import rng_from
from .._core.threads import one_blas_thread
from .amplitudes import ket_from_amplitudes
from .hamiltonians import PauliHamiltonian
from .ising import TransverseIsing, as_pauli_hamiltonian

if TYPE_CHECKING:
    import qutip

__all__ = ["ExactGroundState", "exact_ground_state"]

MOST_ITERATIONS = 10_000  # restarts of Lanczos iteration
DENSE = 512  # rows of a matrix that is diagonalised as a whole
DEGENERATE = 1e-11  # of the sum of |coefficients|
NEGATIVE = 1e-6  # of the greatest amplitude, in a state that can have no signs


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class ExactGroundState:
    """A ground state of qubits, by diagonalisation."""

    energy: float
    amplitudes: np.ndarray  # (2**n,) in the order of `codes_of`, normalised
    gap: float  # to the next state, in the same or another symmetry sector
    degenerate: bool  # whether the gap vanishes, up to rounding
    residual: float  # ||H psi - E psi||

    @property
    def law(self) -> np.ndarray:
        """Born probabilities of the states of neurons, shape (2**n,)."""
        return np.abs(self.amplitudes) ** 2

    def to_qobj(self) -> "qutip.Qobj":
        """Return the ket in QuTiP's order; see `ket_from_amplitudes`."""
        return ket_from_amplitudes(self.amplitudes)


def exact_ground_state(
    hamiltonian: PauliHamiltonian | TransverseIsing,
) -> ExactGroundState:
    """Diagonalise a Hamiltonian of qubits and return its ground state.

    Dense up to 512 rows, by Lanczos iteration beyond, twice: the second time in the
    space orthogonal to the first state found, so that no degenerate partner is
    missed. A Hamiltonian that all spins can be flipped in is diagonalised in its even
    and its odd half apart, which splits even what lies closer than rounding. Where
    both halves agree, the even state is returned.

    Amplitudes are positive in their sum where H is stoquastic; otherwise the greatest
    is real and positive. Cost and memory grow as (g + 1) 2**n for g groups of flips.

    Parameters
    ----------
    hamiltonian : PauliHamiltonian or TransverseIsing
        Up to about 20 qubits.

    Returns
    -------
    ExactGroundState

    Raises
    ------
    TypeError
        If `hamiltonian` is of another kind.
    ValueError
        If its matrix would take more than 8 GiB.
    ConvergenceError
        If Lanczos iteration stops short, or the state of a stoquastic Hamiltonian
        that is not degenerate comes out with amplitudes of both signs.

    Examples
    --------
    >>> exact = exact_ground_state(TransverseIsing(8, 1.0, 1.0))
    >>> round(exact.energy / 8, 6), bool((exact.amplitudes > 0).all())
    (-1.281458, True)
    """
    hamiltonian = as_pauli_hamiltonian(hamiltonian)
    matrix = hamiltonian.to_sparse()
    scale = max(float(np.abs(hamiltonian.coefficients).sum()), np.finfo(float).tiny)

    if _flips_as_a_whole(hamiltonian):
        energies, amplitudes = _in_halves(matrix, DEGENERATE * scale)
    else:
        energies, amplitudes = _two_lowest(matrix)
    amplitudes = _with_phase(amplitudes)
    gap = float(energies[1] - energies[0])
    degenerate = bool(gap <= DEGENERATE * scale)
    residual = float(np.linalg.norm(matrix @ amplitudes - energies[0] * amplitudes))
    if not degenerate and hamiltonian.is_real and _stoquastic(matrix, scale):
        _check_signs(amplitudes)
    return ExactGroundState(
        energy=float(energies[0]),
        amplitudes=amplitudes,
        gap=gap,
        degenerate=degenerate,
        residual=residual,
    )


def _flips_as_a_whole(hamiltonian: PauliHamiltonian) -> bool:
    """Whether H commutes with the product of all X: even numbers of Y and Z."""
    return not any(
        value and sum(letter in "YZ" for letter in string) % 2
        for string, value in hamiltonian.terms.items()
    )


def _in_halves(matrix: csr_array, tie: float) -> tuple[np.ndarray, np.ndarray]:
    """Two lowest energies and the state, from the halves even and odd under flips."""
    half = matrix.shape[0] // 2
    straight = matrix[:half, :half]
    crossed = matrix[:half, half:][:, ::-1]  # the flipped state of code c is ~c
    even, state = _two_lowest(straight + crossed)
    odd, odd_state = _two_lowest(straight - crossed)
    sign = 1.0
    if odd[0] < even[0] - tie:
        state, sign = odd_state, -1.0
    energies = np.sort(np.concatenate([even, odd]))
    return energies[:2], np.concatenate([state, sign * state[::-1]]) / np.sqrt(2)


def _two_lowest(matrix: csr_array) -> tuple[np.ndarray, np.ndarray]:
    """Two lowest eigenvalues, shape (2,) or (1,), and the first one's vector."""
    if matrix.shape[0] <= DENSE:
        energies, vectors = np.linalg.eigh(matrix.toarray())
        return energies[:2], vectors[:, 0]
    first, vector = _lowest(matrix, np.ones(matrix.shape[0]))
    lift = 2 * float(abs(matrix).sum(axis=1).max())  # beyond the whole spectrum

    def deflated(x: np.ndarray) -> np.ndarray:
        x = np.ravel(x)
        return matrix @ x + lift * vector * (vector.conj() @ x)

    operator = LinearOperator(matrix.shape, matvec=deflated, dtype=matrix.dtype)
    start = rng_from(0, "lanczos").normal(size=matrix.shape[0])
    second, _ = _lowest(operator, start)
    return np.array([first, second]), vector


def _lowest(
    operator: csr_array | LinearOperator, start: np.ndarray
) -> tuple[float, np.ndarray]:
    """Lowest eigenvalue and its vector by Lanczos iteration."""
    try:
        # a start without any symmetry, lest the lowest state be orthogonal to it
        start = start + 0.1 * rng_from(0, "start").normal(size=len(start))
        start = start.astype(operator.dtype)
        with one_blas_thread():
            values, vectors = eigsh(
                operator, k=1, which="SA", v0=start, maxiter=MOST_ITERATIONS
            )
    except ArpackError as error:
        raise ConvergenceError(
            f"Lanczos iteration did not reach the lowest state: {error}. Are many "
            "states almost degenerate?"
        ) from error
    return float(values[0]), vectors[:, 0]


def _with_phase(amplitudes: np.ndarray) -> np.ndarray:
    """Turn the common phase: a positive sum if real, else a positive greatest entry."""
    total = amplitudes.sum()
    if np.iscomplexobj(amplitudes) or abs(total) < 1e-8:
        total = amplitudes[np.abs(amplitudes).argmax()]
    return amplitudes * (np.conj(total) / abs(total))


def _stoquastic(matrix: csr_array, scale: float) -> bool:
    """Whether a real matrix has no positive element off the diagonal."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return not (matrix.data[rows != matrix.indices] > 1e-12 * scale).any()


def _check_signs(amplitudes: np.ndarray) -> None:
    """Check that a state by Perron and Frobenius has no sign."""
    least = amplitudes.min() / np.abs(amplitudes).max()
    if least < -NEGATIVE:
        raise ConvergenceError(
            "The ground state of a stoquastic Hamiltonian came out with amplitudes of "
            f"both signs, the least {least:.3g} of the greatest. Are states almost "
            "degenerate?"
        )
