"""Steady states and spectra of generators that do not depend on time."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import svd
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigs

from .._core.bases import from_coordinates
from .._core.errors import ConvergenceError
from .evolve import evolve
from .protocol import Generator
from .solvers.memory_limit import check_memory
from .solvers.sparse_action import from_real, to_real

__all__ = ["gap", "spectrum", "steady_state"]

TOLERANCE = 1e-11  # of a zero, relative to the norm of the generator
DENSE_LIMIT = 512  # coordinates above which no matrix is made
SLOWEST = 4  # modes looked at there
LIFETIMES = 10.0  # of the average mode, between the powers of the propagator
WORKSPACE = 16  # vectors that Arnoldi's method holds
UNIT = 1e-9  # distance of a propagator's eigenvalue from 1 that is rounding


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

    Eigenvalues on the imaginary axis, steady or oscillating for ever, do not count,
    nor do rates below 1e-11 of the generator's norm, which rounding could make. A
    negative gap is the rate of growth of a mode, as negative rates can cause. Up to
    512 coordinates from the whole spectrum; above from the four slowest modes of the
    propagator over some lifetimes, by Arnoldi's method without a matrix.

    Parameters
    ----------
    generator : Generator
        Any.
    u : shape (k,), optional
        Controls, for a generator that has any.

    Returns
    -------
    float
        1/time.

    Raises
    ------
    ValueError
        If nothing decays or grows, or of a large generator not the slowest modes.
    ConvergenceError
        If Arnoldi's method does not converge.

    Examples
    --------
    >>> import numpy as np
    >>> from oqnn.dynamics.register import RegisterGenerator
    >>> sigma_z = np.diag([1.0, -1.0])
    >>> round(gap(RegisterGenerator(0.7 * sigma_z, {(0, 0): 0.5 * sigma_z})), 12)
    0.5
    """
    if generator.dimension > DENSE_LIMIT:
        modes = _slow_modes(generator, u)
        rates = -np.log(np.abs(modes.factors)) / modes.time
        moving = rates[np.abs(rates * modes.time) > UNIT]
    else:
        rates = -spectrum(generator, u).real
        moving = rates[np.abs(rates) > TOLERANCE * max(_norm(generator, u), 1e-300)]
    if moving.size == 0:
        raise ValueError(
            "`generator` must have a mode that decays, but every eigenvalue looked "
            "at has real part zero."
        )
    return float(moving.min())


def steady_state(generator: Generator, u: ArrayLike | None = None) -> np.ndarray:
    """Return the only steady state of a generator, as register blocks.

    The kernel by singular values; above 512 coordinates what the propagator over some
    lifetimes leaves alone, by Arnoldi's method without a matrix. Positivity is not
    checked.

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
        If there is no steady state or more than one, or the steady operator has trace
        zero.
    ConvergenceError
        If Arnoldi's method does not converge.

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
    kernel, missing = _kernel(generator, u)  # (count, n, d, d)
    count = len(kernel)
    if count != 1:
        raise ValueError(
            f"`generator` must have one steady state, but has {count}{missing}."
            f"{' Evolve from the initial state that is meant.' if count else ''}"
        )
    (blocks,) = kernel
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


def _kernel(generator: Generator, u: ArrayLike | None) -> tuple[np.ndarray, str]:
    """Return a basis of the kernel as blocks, and what else moves, in words."""
    n, d = generator.n, generator.d
    if generator.dimension > DENSE_LIMIT:
        modes = _slow_modes(generator, u)
        still = np.abs(modes.factors - 1) <= UNIT
        more = " or more" if still.all() else ""
        return modes.blocks[still], more
    _, sizes, rows = svd(_matrix(generator, u), lapack_driver="gesvd")
    kernel = rows[sizes <= TOLERANCE * max(sizes[0], 1e-300)]
    try:
        rest = f"; its gap is {gap(generator, u):.6g}"
    except ValueError:
        rest = " and nothing decays"
    return from_coordinates(kernel.reshape(-1, n, d * d)), rest


class _Modes(NamedTuple):
    """Eigenvalues e^{λτ} of a propagator and its eigenvectors' Hermitian parts."""

    time: float
    factors: np.ndarray  # (k,)
    blocks: np.ndarray  # (k, n, d, d)


def _slow_modes(generator: Generator, u: ArrayLike | None) -> _Modes:
    """Return the largest eigenvalues of the propagator over some lifetimes.

    Of the generator itself they are inside the spectrum, where Arnoldi's method sees
    them last.
    """
    shape, size = (generator.n, generator.d, generator.d), generator.dimension
    rng = np.random.default_rng(0)
    signs = rng.choice([-1.0, 1.0], size=shape)
    average = -(signs * to_real(generator.apply(from_real(signs), u))).sum() / size
    if not average > 0:
        raise ValueError(
            "`generator` must have a mode that decays, but its average rate is "
            f"{average:.3g}."
        )
    time = LIFETIMES / average
    controls = None if u is None else np.asarray(u, dtype=float)

    def propagate(x: np.ndarray) -> np.ndarray:
        start = from_real(x.reshape(shape))
        moved = evolve(
            generator,
            start,
            [0.0, time],
            controls=controls,
            save="last",
            tol=1e-13,
            progress=False,
        )
        return to_real(moved.blocks[0]).reshape(-1)

    operator = LinearOperator((size, size), matvec=propagate, dtype=float)
    start = rng.normal(size=size)  # ARPACK's own varies
    try:
        factors, vectors = eigs(operator, k=SLOWEST, v0=start, tol=1e-12, ncv=WORKSPACE)
    except ArpackNoConvergence as error:
        raise ConvergenceError(
            "`generator` must have slow modes that Arnoldi's method separates, but "
            f"only {len(error.eigenvalues)} of {SLOWEST} have converged. Evolve a "
            "state for a long time instead."
        ) from error
    return _Modes(time, factors, from_real(vectors.real.T.reshape(-1, *shape)))


def _norm(generator: Generator, u: ArrayLike | None) -> float:
    return float(np.linalg.norm(generator.matrix(u), 2))
