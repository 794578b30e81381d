"""Between operators A(x, x′) on an even axis and their Weyl symbols."""

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite
from ..grid import PhaseSpaceGrid
from .chords import convert_even_axis
from .density import (
    check_kernel,
    check_values,
    kernel_of_values,
    own_axis,
    transform_kernel,
)

__all__ = ["kernel_from_symbol", "symbol_from_kernel"]


def symbol_from_kernel(
    kernel: ArrayLike, x: ArrayLike, grid: PhaseSpaceGrid
) -> np.ndarray:
    r"""Return the Weyl symbol of an operator with the kernel A(x, x′) = ⟨x|A|x′⟩.

    .. math:: \tilde A(x, p) = \int e^{-ipy/\hbar}\, A(x + y/2, x - y/2)\, dy

    For operators that fall off in x and p: sums of |ψ⟩⟨φ|, thermal operators, smooth
    integral kernels. A function U(x̂) has no such kernel, but is its own symbol.

    Parameters
    ----------
    kernel : shape (..., m, m), of A/length
        Complex, Hermitian or not.
    x : shape (m,), length
        Where it is given, in both arguments: evenly spaced.
    grid : PhaseSpaceGrid
        Where the symbol is wanted: any points, even or not.

    Returns
    -------
    np.ndarray
        Complex, shape (..., nx, np). Its imaginary part is zero for a Hermitian kernel.

    Raises
    ------
    ValueError
        As :func:`~oqnn.phase_space.wigner_from_density` does, but for Hermiticity.

    References
    ----------
    .. [1] Eq. 1.1.

    Examples
    --------
    |1⟩⟨0| of the oscillator of length 1 has the symbol 2√2 (x − ip) e^{−x² − p²}.

    >>> x = np.linspace(-8, 8, 80, endpoint=False)
    >>> ground = np.exp(-(x**2) / 2) / np.pi**0.25
    >>> kernel = np.outer(np.sqrt(2) * x * ground, ground)
    >>> symbol = symbol_from_kernel(kernel, x, PhaseSpaceGrid([0, 1], [0, 1]))
    >>> (symbol * np.exp(2) / np.sqrt(8)).round(6)[1, 1]
    np.complex128(1-1j)
    """
    kernel, x = np.asarray(kernel, dtype=complex), convert_even_axis(x, "x")
    check_kernel(kernel, x, "kernel")
    adjoint = kernel.conj().mT
    symbol = np.empty((*kernel.shape[:-2], *grid.shape), dtype=complex)
    symbol.real = transform_kernel((kernel + adjoint) / 2, x, grid)
    symbol.imag = transform_kernel((kernel - adjoint) / 2j, x, grid)
    return symbol


def kernel_from_symbol(
    symbol: ArrayLike, grid: PhaseSpaceGrid, x: ArrayLike | None = None
) -> tuple[np.ndarray, np.ndarray]:
    r"""Return the kernel A(x, x′) of the operator with a given Weyl symbol, and its x.

    .. math:: A(x + y/2, x - y/2) = \frac{1}{h} \int \tilde A(x, p)\, e^{ipy/\hbar}\, dp

    The inverse of :func:`symbol_from_kernel`. Symbols that do not fall off, as those
    of Hamiltonians, have no smooth kernel:
    :func:`~oqnn.phase_space.weyl_quantize` gives their matrix elements.

    Parameters
    ----------
    symbol : shape (..., nx, np)
        Ã on the grid, real or complex.
    grid : PhaseSpaceGrid
        Even, and such that it holds and resolves Ã.
    x : shape (m,), length, optional
        Even axis on which the kernel is wanted; by default as
        :func:`~oqnn.phase_space.density_from_wigner` chooses it.

    Returns
    -------
    kernel : np.ndarray
        Complex, shape (..., m, m).
    x : np.ndarray
        Shape (m,).

    Raises
    ------
    ValueError
        If the grid or `x` is not even, `symbol` does not end in the grid's shape, is
        not finite or zero everywhere, or more than 1e-10 of ∬|Ã|² lies in the outer
        32nds of x or p, or of the wave numbers either spacing can hold.

    References
    ----------
    .. [1] Eq. 1.1, inverted.

    Examples
    --------
    >>> grid = PhaseSpaceGrid.centered(7, 6, (64, 48))
    >>> u, v = grid.x[:, None], grid.p
    >>> vacuum, x = kernel_from_symbol(2 * np.exp(-(u**2) - v**2), grid)
    >>> float((np.trace(vacuum).real * grid.dx).round(9))
    1.0
    """
    symbol = np.asarray(symbol, dtype=complex)
    axis = own_axis(grid) if x is None else convert_even_axis(x, "x")
    grid.check_even()
    if symbol.shape[-2:] != grid.shape:
        raise ValueError(
            f"`symbol` must have shape (..., {grid.shape[0]}, {grid.shape[1]}), "
            f"indexed [x, p], but has shape {symbol.shape}."
        )
    check_finite(symbol, "symbol")
    check_values(symbol, "symbol")
    kernel = kernel_of_values(symbol.real, grid, axis)
    kernel += 1j * kernel_of_values(symbol.imag, grid, axis)
    return kernel / (2 * np.pi * grid.hbar), axis
