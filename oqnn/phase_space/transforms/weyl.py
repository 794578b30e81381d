"""Between operators in the Fock basis and their Weyl symbols."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.polynomial.polynomial import polyval2d
from numpy.typing import ArrayLike

from ..._core.checks import check_between, check_finite, check_integer
from ..._core.qobj import as_operator, is_qobj
from ..._core.threads import one_blas_thread
from ..grid import PhaseSpaceGrid
from .chords import BOUND
from .fock import wigner_from_fock
from .fock_lattice import fock_lattice, fock_radius
from .hermite import oscillator_length
from .polynomial_symbols import ladder_coefficients, ladder_matrix, weyl_coefficients

__all__ = ["weyl_quantize", "weyl_transform"]

HIGHEST = 16  # degree: rounding is 1e-12 of the symbol at 10, 1e-10 at 14, 1e-6 at 20
AGREEMENT = 1e-9  # of a matrix with the polynomial read off its corner
TAIL = 1e-14  # of the symbols of |m⟩⟨n| beyond the grid


def weyl_transform(
    operator: Any,
    grid: PhaseSpaceGrid,
    *,
    degree: int | None = None,
    mass: float = 1.0,
    omega: float = 1.0,
) -> np.ndarray:
    r"""Return the Weyl symbol of an operator given by its elements ⟨m|A|n⟩.

    .. math:: \tilde A(x, p) = \int e^{-ipy/\hbar}
              \langle x + y/2|\hat A|x - y/2\rangle\, dy

    A matrix of N levels stands either for an operator that ends there, a state or a
    jump between a few levels; its last two levels then have to be empty. Or, with
    `degree`, for a polynomial in x̂ and p̂, of which it shows a corner: the symbol is
    that of the whole polynomial, exact. A polynomial cut off is neither. The symbol of
    the identity on N levels is 0 or 2 at the origin, never 1.

    Parameters
    ----------
    operator : Qobj or shape (..., N, N)
        Hermitian or not.
    grid : PhaseSpaceGrid
        Where the symbol is wanted: any points, even or not.
    degree : int, optional
        Degree of the polynomial in x̂ and p̂ together, up to 16: rounding grows with
        it. The matrix needs two levels more, and may be wrong in its last corner, as
        products of cut off matrices are.
    mass, omega : float, optional
        m and ω of the oscillator that the levels belong to.

    Returns
    -------
    np.ndarray
        Complex, shape (..., nx, np), of the units of A. Its imaginary part is zero,
        up to rounding, for a Hermitian operator.

    Raises
    ------
    TypeError
        If `operator` is no operator, or `degree` no integer.
    ValueError
        If `operator` is not square, not finite, zero everywhere or of several modes;
        without `degree`, if it does not fall off before its last two levels; with it,
        if it is above 16, levels are too few or the matrix is no such polynomial; if
        `mass` or `omega` is not positive.

    References
    ----------
    .. [1] Eq. 1.1.

    Examples
    --------
    >>> a = np.diag(np.sqrt(np.arange(1.0, 8)), 1)
    >>> X, P = (a + a.T) / np.sqrt(2), (a - a.T) / np.sqrt(2) / 1j
    >>> grid = PhaseSpaceGrid([0.0, 2.0], [0.0, 3.0])
    >>> weyl_transform(X @ P, grid, degree=2).round(9)  # xp + iħ/2
    array([[0.+0.5j, 0.+0.5j],
           [0.+0.5j, 6.+0.5j]])
    """
    matrix = _as_matrix(operator)
    length = oscillator_length(mass, omega, grid.hbar)
    if degree is None:
        _check_ends(matrix)
        h = 2 * np.pi * grid.hbar
        hermitian = (matrix + matrix.conj().mT) / 2
        rest = (matrix - matrix.conj().mT) / 2j
        symbol = np.empty((*matrix.shape[:-2], *grid.shape), dtype=complex)
        symbol.real = (
            h * wigner_from_fock(hermitian, grid, mass=mass, omega=omega).values
        )
        symbol.imag = h * wigner_from_fock(rest, grid, mass=mass, omega=omega).values
        return symbol

    w = weyl_coefficients(_polynomial(matrix, degree))
    alpha = grid.x[:, None] / length + 1j * grid.p * length / grid.hbar
    alpha /= np.sqrt(2)
    # polyval2d wants the powers first, and puts the batch before the points.
    return polyval2d(alpha.conj(), alpha, np.moveaxis(w, (-2, -1), (0, 1)))


def weyl_quantize(
    symbol: Callable[[np.ndarray, np.ndarray], ArrayLike] | ArrayLike,
    grid: PhaseSpaceGrid,
    levels: int,
    *,
    mass: float = 1.0,
    omega: float = 1.0,
) -> np.ndarray:
    r"""Return the elements ⟨m|A|n⟩ of the operator with a given Weyl symbol.

    .. math:: \langle m|A|n\rangle = \iint \tilde A(x, p)\, W_{nm}(x, p)\, dx\, dp

    with W_nm that of |n⟩⟨m|, by a sum over the grid. Each element is that of the whole
    operator, so Ã need not fall off: p²/2m + U(x) gives the Hamiltonian. The sum errs
    by what of Ã the spacings do not resolve, which is not checked.

    Parameters
    ----------
    symbol : callable or shape (..., nx, np)
        Ã, as a function of x of shape (nx, 1) and p of shape (1, np), or its values.
        May be complex.
    grid : PhaseSpaceGrid
        Even, holding and resolving every |m⟩⟨n|, m, n < N: `fock_grid(levels)` does.
    levels : int
        N, counting the ground state.
    mass, omega : float, optional
        m and ω of the oscillator that the levels belong to.

    Returns
    -------
    np.ndarray
        Complex, shape (..., N, N); Hermitian if Ã is real.

    Raises
    ------
    TypeError
        If `levels` is no integer.
    ValueError
        If the grid is not even or does not hold or resolve the levels, `symbol` does
        not broadcast to it or is not finite, or a parameter is not positive.

    References
    ----------
    .. [1] Eq. 1.1: Tr[AB] = (1/h) ∬ÃB̃ dx dp, with B = |n⟩⟨m|.

    Examples
    --------
    >>> from oqnn.phase_space import fock_grid
    >>> H = weyl_quantize(lambda x, p: (p**2 + x**2) / 2, fock_grid(3), 3)
    >>> H.real.round(9) + 0
    array([[0.5, 0. , 0. ],
           [0. , 1.5, 0. ],
           [0. , 0. , 2.5]])
    """
    check_integer(levels, "levels")
    length = oscillator_length(mass, omega, grid.hbar)
    grid.check_even()
    _check_holds(grid, levels, length)
    values = _as_values(symbol, grid)

    cell = grid.dx * grid.dp
    operator = np.empty((*values.shape[:-2], levels, levels), dtype=complex)
    with one_blas_thread():
        lattice = fock_lattice(levels)
        centres = lattice.centres(grid.x / length)  # (nx, ξ)
        kernel = lattice.kernel(grid.p * length / grid.hbar) / grid.hbar  # (s, np)
        for index in np.ndindex(values.shape[:-2]):
            parts = []
            for part in (values[index].real, values[index].imag):
                T = cell * lattice.matrix(centres.T @ part @ kernel.T)
                parts.append((T + T.T) / 2 + 0.5j * (T - T.T))
            operator[index] = parts[0] + 1j * parts[1]
    return operator


def _polynomial(matrix: np.ndarray, degree: int) -> np.ndarray:
    """Return the c of Σ c_mn â†^m â^n, having compared it with the matrix."""
    check_integer(degree, "degree", least=0)
    check_between(degree, "degree", 0, HIGHEST)
    levels = matrix.shape[-1]
    if levels < degree + 2:
        raise ValueError(
            f"`operator` must have at least {degree + 2} levels to show a polynomial "
            f"of degree {degree}, but has {levels}."
        )
    c = ladder_coefficients(matrix, degree)
    # Words of cut off matrices are right where they cannot have climbed past the top.
    right = (
        np.add.outer(np.arange(levels), np.arange(levels)) <= 2 * levels - 2 - degree
    )
    gap = np.abs(np.where(right, ladder_matrix(c, levels) - matrix, 0)).max((-2, -1))
    size = np.abs(np.where(right, matrix, 0)).max((-2, -1))
    if not (gap <= AGREEMENT * size).all():
        raise ValueError(
            f"`operator` must be a polynomial of degree {degree} in x and p, but "
            f"differs from the one that its low levels show by {gap.max():.2g}. "
            "Is the degree higher, or the operator no polynomial?"
        )
    return c


def _as_matrix(operator: Any) -> np.ndarray:
    if is_qobj(operator) and len(operator.dims[0]) > 1:
        raise ValueError(
            f"`operator` must be of one mode, but has the dims {operator.dims}."
        )
    matrix = as_operator(operator, "operator")
    if matrix.ndim < 2 or matrix.shape[-1] != matrix.shape[-2] or matrix.size == 0:
        raise ValueError(
            f"`operator` must have shape (..., N, N), but has shape {matrix.shape}."
        )
    check_finite(matrix, "operator")
    return matrix


def _check_ends(matrix: np.ndarray) -> None:
    """Refuse matrices that reach their last two levels: most are cut off there."""
    power = np.abs(matrix) ** 2
    whole = power.sum((-2, -1))
    if not whole.min() > 0:
        raise ValueError("`operator` must not vanish, but is zero everywhere.")
    share = float((1 - power[..., :-2, :-2].sum((-2, -1)) / whole).max())
    if not share <= BOUND:
        raise ValueError(
            "`operator` must fall off before its last two levels, but they hold "
            f"{share:.2g} of its square: cut off there, its symbol would be wrong "
            "everywhere. Give its `degree` if it is a polynomial in x and p; take more "
            "levels; or add two of zeros if it does end there."
        )


def _check_holds(grid: PhaseSpaceGrid, levels: int, length: float) -> None:
    """Refuse grids that the levels reach out of, or vary too fast for."""
    radius = fock_radius(levels, TAIL)
    for name, axis, step, unit in (
        ("x", grid.x, grid.dx, length),
        ("p", grid.p, grid.dp, grid.hbar / length),
    ):
        reach, most = radius * unit, np.pi / 2 / radius * unit
        if min(-axis[0], axis[-1] + step) < reach or step > most:
            raise ValueError(
                f"`grid` must hold {levels} levels, with {name} from {-reach:.4g} to "
                f"{reach:.4g} in steps of at most {most:.3g}, but {name} goes from "
                f"{axis[0]:.4g} to {axis[-1]:.4g} in steps of {step:.3g}. "
                "fock_grid(levels) makes one, or take fewer levels."
            )


def _as_values(
    symbol: Callable[[np.ndarray, np.ndarray], ArrayLike] | ArrayLike,
    grid: PhaseSpaceGrid,
) -> np.ndarray:
    """Return a symbol (..., nx, np), from a function or from values."""
    if callable(symbol):
        symbol = symbol(grid.x[:, None], grid.p[None, :])
    values = np.asarray(symbol, dtype=complex)
    check_finite(values, "symbol")
    try:
        shape = np.broadcast_shapes(values.shape, grid.shape)
    except ValueError:
        shape = ()
    if shape[-2:] != grid.shape:
        raise ValueError(
            f"`symbol` must broadcast to the grid's shape {grid.shape}, but has shape "
            f"{values.shape}."
        )
    return np.broadcast_to(values, shape)
