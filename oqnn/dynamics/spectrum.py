"""Steady states and spectra of generators that do not depend on time."""

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike
from scipy.linalg import svd
from scipy.sparse.linalg import eigs

from .._core.bases import from_coordinates
from .memory_limit import check_memory
from .protocol import Generator

__all__ = ["gap", "spectrum", "steady_state"]

TOLERANCE = 1e-11  # of a zero, relative to the norm of the generator
DENSE_LIMIT = 1024  # coordinates above which a sparse generator stays sparse
NEAREST = 4  # eigenvalues looked at there


def spectrum(generator: Generator, u: ArrayLike | None = None) -> np.ndarray:
    """Return all eigenvalues of a generator, slowest decay first.

    Parameters
    ----------
    generator : Generator
        Dense, 25 m³ operations for m = n d² coordinates.
    u : shape (k,), optional
        Controls, for a generator that has any.

    Returns
    -------
    np.ndarray
        Complex, shape (n d²,), 1/time, by decreasing real part, then by imaginary part.

    Raises
    ------
    ValueError
        If the matrix does not fit in memory, or controls do not fit the generator.

    Examples
    --------
    >>> import numpy as np
    >>> from oqnn.dynamics.register import RegisterGenerator
    >>> decay = RegisterGenerator(np.zeros((2, 2)), {(0, 0): [[0, 0], [1, 0]]})
    >>> spectrum(decay).real
    array([ 0. , -0.5, -0.5, -1. ])
    """
    values = np.linalg.eigvals(_matrix(generator, u)).astype(complex)
    return values[np.lexsort([values.imag, -values.real])]


def gap(generator: Generator, u: ArrayLike | None = None) -> float:
    """Return the least nonzero decay rate, −Re λ, of a generator.

    Eigenvalues on the imaginary axis, steady or oscillating for ever, do not count. A
    negative gap is the rate of growth of a mode, as negative rates can cause.

    Parameters
    ----------
    generator : Generator
        As in `spectrum`.
    u : shape (k,), optional
        Controls, for a generator that has any.

    Returns
    -------
    float
        1/time.

    Raises
    ------
    ValueError
        If nothing decays or grows, besides the errors of `spectrum`.

    Examples
    --------
    >>> import numpy as np
    >>> from oqnn.dynamics.register import RegisterGenerator
    >>> sigma_z = np.diag([1.0, -1.0])
    >>> round(gap(RegisterGenerator(0.7 * sigma_z, {(0, 0): 0.5 * sigma_z})), 12)
    0.5
    """
    rates = -spectrum(generator, u).real
    moving = rates[np.abs(rates) > TOLERANCE * max(_norm(generator, u), 1e-300)]
    if moving.size == 0:
        raise ValueError(
            "`generator` must have a mode that decays, but every eigenvalue has real "
            "part zero."
        )
    return float(moving.min())


def steady_state(generator: Generator, u: ArrayLike | None = None) -> np.ndarray:
    """Return the only steady state of a generator, as register blocks.

    The kernel by singular values, or, for more than 1024 coordinates of a generator
    with a sparse matrix, by shift and inversion. Positivity is not checked.

    Parameters
    ----------
    generator : Generator
        Keeps the sum of the blocks' traces.
    u : shape (k,), optional
        Controls, for a generator that has any.

    Returns
    -------
    np.ndarray
        Shape (n, d, d), Hermitian, with traces that sum to one.

    Raises
    ------
    ValueError
        If there is no steady state or more than one, the trace of the steady operator
        is zero, or the matrix does not fit in memory.

    Examples
    --------
    A driven damped qubit, excited with probability (Ω²/4)/(Δ² + g²/4 + Ω²/2).

    >>> import numpy as np
    >>> from oqnn.dynamics.register import RegisterGenerator
    >>> H = np.array([[0.3, 0.5], [0.5, -0.3]])  # Δ = 0.6, Ω = 1
    >>> atom = RegisterGenerator(H, {(0, 0): [[0, 0], [0.8, 0]]})  # g = 0.64
    >>> p = 0.25 / (0.6**2 + 0.64**2 / 4 + 0.5)
    >>> np.allclose(steady_state(atom)[0, 0, 0], p)
    True
    """
    kernel = _kernel(generator, u)  # (m, count)
    count = kernel.shape[1]
    if count != 1:
        raise ValueError(
            f"`generator` must have one steady state, but has {count}"
            f"{' or more' if count == NEAREST and _is_large(generator) else ''}"
            f"{_gap_in_words(generator, u)}."
            f"{' Evolve from the initial state that is meant.' if count else ''}"
        )
    blocks = from_coordinates(kernel[:, 0].reshape(generator.n, -1))
    trace = np.trace(blocks, axis1=1, axis2=2).sum().real
    if not abs(trace) > 1e-9 * np.abs(blocks).max():
        raise ValueError(
            "`generator` must have a steady state, but its steady operator has trace "
            "zero. Does it keep the trace?"
        )
    return np.asarray(blocks / trace)


def _matrix(generator: Generator, u: ArrayLike | None) -> np.ndarray:
    check_memory(
        4 * 8 * float(generator.dimension) ** 2,
        f"The matrix of a `generator` with {generator.dimension} coordinates",
        "Evolve a state instead, or make the system smaller.",
    )
    return generator.matrix(u)


def _is_large(generator: Generator) -> bool:
    return generator.dimension > DENSE_LIMIT and hasattr(generator, "sparse_matrix")


def _kernel(generator: Generator, u: ArrayLike | None) -> np.ndarray:
    """Return a real basis of the kernel as columns (m, count)."""
    if _is_large(generator):
        return _sparse_kernel(generator.sparse_matrix(u))  # type: ignore[attr-defined]
    _, sizes, rows = svd(_matrix(generator, u), lapack_driver="gesvd")
    return np.asarray(rows[sizes <= TOLERANCE * max(sizes[0], 1e-300)].T)


def _sparse_kernel(matrix: sp.csr_array) -> np.ndarray:
    """Return the kernel from the eigenvalues next to a point right of the spectrum."""
    scale = float(abs(matrix).sum(axis=1).max())
    start = np.random.default_rng(0).normal(size=matrix.shape[0])  # ARPACK's own varies
    values, vectors = eigs(
        sp.csc_array(matrix), k=NEAREST, sigma=1e-3 * scale, v0=start, tol=0
    )
    # of a single real eigenvalue the vector is real
    return np.asarray(vectors[:, np.abs(values) <= TOLERANCE * scale].real)


def _norm(generator: Generator, u: ArrayLike | None) -> float:
    return float(np.linalg.norm(generator.matrix(u), 2))


def _gap_in_words(generator: Generator, u: ArrayLike | None) -> str:
    """Tell the gap to those modes that move, if it is cheap to know."""
    if generator.dimension > DENSE_LIMIT:
        return ""
    try:
        return f"; its gap is {gap(generator, u):.6g}"
    except ValueError:
        return " and nothing decays"
