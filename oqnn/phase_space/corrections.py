"""How large the orders of the Moyal series are in a given state."""

from collections.abc import Callable
from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_integer
from .grid import PhaseSpaceGrid
from .motion.fourier import MOST_AT_TOP, TOP, share_at_top
from .potentials.checks import check_potential
from .potentials.potential import Potential, as_potential
from .wigner_function import WignerFunction

__all__ = ["QuantumCorrections", "quantum_corrections"]


@dataclass(frozen=True, eq=False)
class QuantumCorrections:
    r"""What a potential does to W, order by order, beside all of it at once.

    Sizes are norms over phase space, :math:`\iint |f| dx dp` for ``power=1`` and
    :math:`(\iint f^2 dx dp)^{1/2}` for ``power=2``.

    Attributes
    ----------
    terms : shape (orders, ..., nx, np)
        Terms s = 0, 1, … of eq. 1.2.
    exact : shape (..., nx, np)
        The whole change of W by the potential.
    grid : PhaseSpaceGrid
        Of shape (nx, np).
    """

    terms: np.ndarray
    exact: np.ndarray
    grid: PhaseSpaceGrid

    @property
    def remainders(self) -> np.ndarray:
        """What the terms up to each order leave out, shape (orders, ..., nx, np)."""
        return self.exact - np.cumsum(self.terms, axis=0)

    def sizes(self, power: int = 1) -> np.ndarray:
        """Return the norm of each term, shape (orders, ...); 1/time by `power` 1."""
        return _norm(self.terms, self.grid, power)

    def exact_size(self, power: int = 1) -> np.ndarray:
        """Return the norm of the whole change, shape (...)."""
        return _norm(self.exact, self.grid, power)

    def remainder_sizes(self, power: int = 1) -> np.ndarray:
        """Return the norm of what each order leaves out, shape (orders, ...)."""
        return _norm(self.remainders, self.grid, power)


def quantum_corrections(
    potential: Potential | Callable[..., ArrayLike],
    W: WignerFunction,
    order: int = 2,
    *,
    t: float = 0.0,
) -> QuantumCorrections:
    r"""Return the terms of the Moyal series for one state, and their exact sum.

    The terms are those of [1]_,

    .. math:: \frac{(-\hbar^2)^s}{(2s+1)!} \Big(\frac12\Big)^{2s}
              U^{(2s+1)}(x)\, \partial_p^{2s+1} W, \qquad s = 0 \dots \mathrm{order},

    with derivatives along p by Fourier transform; the whole change of W by the
    potential, the left side of eq. 1.2, comes from U(x ± ħθ/2) without any series. It
    need not be the limit of the sums: for a U with poles they may diverge.

    Parameters
    ----------
    potential : Potential or callable
        U(x) or U(x, t) with derivatives up to 2 `order` + 1. What kicks is left out.
    W : WignerFunction
        One state or a batch, on even axes.
    order : int, optional
        The last s.
    t : float, optional
        Time at which U is taken.

    Returns
    -------
    QuantumCorrections
        The fields, and their norms by `sizes`, `exact_size` and `remainder_sizes`.

    Raises
    ------
    TypeError
        If `order` is no integer, or `W` no WignerFunction.
    ValueError
        If `order` is negative, the axes are not even, the potential is not finite on
        all x ± ħθ/2, or a term or the whole change has more than a millionth of its
        power in the uppermost twentieth of θ: p is too coarse for it, or so fine that
        what stands there is rounding.

    References
    ----------
    .. [1] Eq. 1.2.

    Examples
    --------
    At x⁴, in any pure packet at rest, the first correction is as large as the classical
    term, whatever ħ is:

    >>> grid = PhaseSpaceGrid.centered(5, 5, (40, 48), hbar=0.5)
    >>> x, p = grid.x[:, None], grid.p
    >>> W = WignerFunction(2 / np.pi * np.exp(-2 * (x**2 + p**2)), grid)
    >>> found = quantum_corrections(lambda x: x**4, W, 1)
    >>> found.sizes(power=2).round(9)
    array([0.54627421, 0.54627421])
    >>> bool(found.remainder_sizes()[1] < 1e-12)
    True
    """
    if not isinstance(W, WignerFunction):
        raise TypeError(
            f"`W` must be a WignerFunction, but is a {type(W).__name__}. "
            "WignerFunction(values, grid) makes one."
        )
    U = as_potential(potential)
    check_integer(order, "order", least=0)
    W.grid.check_even("W.grid")
    x, half = W.grid.x[:, None], W.grid.hbar * W.grid.theta / 2  # (nx, 1), (nθ,)
    for end in (x - half, x + half):
        check_potential(U, end, t)

    waves = np.fft.rfft(W.values, axis=-1)  # ∫ W e^{−iθp} dp, so that ∂_p is iθ
    difference = U(x + half, t) - U(x - half, t)
    whole = 1j / W.grid.hbar * difference * waves
    terms = np.empty((order + 1, *W.values.shape))
    for s in range(order + 1):
        n = 2 * s + 1
        part = 2 * U.derivative(x, n, t) * half**n / factorial(n)
        moved = 1j / W.grid.hbar * part * waves
        _check_resolved(moved, s)
        terms[s] = _back(moved, W.grid)
    _check_whole(whole)
    return QuantumCorrections(terms=terms, exact=_back(whole, W.grid), grid=W.grid)


def _back(waves: np.ndarray, grid: PhaseSpaceGrid) -> np.ndarray:
    return np.fft.irfft(waves, n=grid.p.size, axis=-1)


def _norm(values: np.ndarray, grid: PhaseSpaceGrid, power: int) -> np.ndarray:
    if power not in (1, 2):
        raise ValueError(f"`power` must be 1 or 2, but is {power!r}.")
    weights = grid.weights_x[:, None] * grid.weights_p
    return (np.abs(values) ** power * weights).sum((-2, -1)) ** (1 / power)


def _check_resolved(waves: np.ndarray, s: int) -> None:
    """Refuse a term (..., nx, nθ) whose spectrum has not ended before the grid has.

    θ^{2s+1} amplifies what lies beyond the state as well as rounding errors.
    """
    worst = share_at_top(waves)
    if not worst <= MOST_AT_TOP:
        raise ValueError(
            f"`order` must not be {s} on this grid, but less: {worst:.1g} of the power "
            f"of ∂_p^{2 * s + 1}W lies in the uppermost {TOP:.0%} of θ, where the "
            "spacing of p ends. Take a finer p for a state that needs it, a coarser "
            "one where rounding errors are what is amplified."
        )


def _check_whole(waves: np.ndarray) -> None:
    """Refuse a whole change (..., nx, nθ) of which the same is true.

    U(x ± ħθ/2) amplifies both where it grows.
    """
    worst = share_at_top(waves)
    if not worst <= MOST_AT_TOP:
        raise ValueError(
            f"`potential` must not grow so far beyond the grid: {worst:.1g} of the "
            f"power of the change of W lies in the uppermost {TOP:.0%} of θ, at "
            "x ± ħθ/2. Take a finer p for a state that needs it, a coarser one where "
            "rounding errors are what is amplified."
        )
