"""The exact step of W under linear drift and constant diffusion, on a grid."""

from dataclasses import dataclass, field

import numpy as np
import scipy.fft
from numpy.typing import ArrayLike
from scipy.linalg import expm

from ..._core.checks import check_finite, check_shapes, check_symmetric
from ..._core.threads import one_blas_thread
from ..grid import PhaseSpaceGrid
from .fourier import from_wavenumbers, to_wavenumbers, transpose

__all__ = ["LinearFlow"]


@dataclass(frozen=True, eq=False)
class LinearFlow:
    r"""The semigroup of a Fokker-Planck equation with linear drift, for one time step.

    .. math:: \partial_t W = -\sum_{ij} \partial_i (A_{ij} z_j W)
              + \sum_{ij} D_{ij}\, \partial_i \partial_j W, \qquad z = (x, p),

    moves W by :math:`M = e^{A\,dt}` and blurs it with the covariance
    :math:`C = \int_0^{dt} M(s)\,2D\,M(s)^T ds` [1]_. For an upper triangular A, as that
    of p/m, friction and damping, the two factor into moves along one axis each:

    .. math:: W \to \text{blur}_x \cdot \text{shear}(s_1) \cdot \text{blur}_p \cdot
              \text{dilate}_p \cdot \text{shear}(s_2) \cdot \text{dilate}_x W ,

    with :math:`s_1 = C_{xp}/C_{pp}`, :math:`s_2 = M_{xp} - s_1 M_{pp}`, the blur of p
    by :math:`C_{pp}` and that of x by what is left, :math:`C_{xx} - C_{xp}^2/C_{pp}`.
    Where p is not dilated, or those shears would go past W's own and back, as a large
    D_px makes them, one shear is followed by the blur of x and p at once.
    Shears and blurs of x are a product with a phase on one real Fourier transform along
    x, a blur of p takes a complex one along p, and a dilation is a dense matrix.
    Factors that are one are left out, so free motion costs one real transform and back.
    All of it is exact for a W that the grid resolves, up to what passes the edges:
    shears and blurs wrap around, dilations take W as zero outside the box.

    Attributes
    ----------
    propagator, covariance : shape (2, 2)
        M and C.

    References
    ----------
    .. [1] C. F. Van Loan, IEEE Trans. Autom. Control 23, 395 (1978), theorem 1, for C.

    Examples
    --------
    >>> grid = PhaseSpaceGrid.centered(8, 6, (64, 48))
    >>> flow = LinearFlow.build(grid, [[0, 1], [0, -0.2]], [[0, 0], [0, 0.1]], 0.5)
    >>> W = np.exp(-(grid.x[:, None] ** 2) - grid.p**2) / np.pi
    >>> float((flow(W).sum() * grid.dx * grid.dp).round(9))
    1.0
    """

    propagator: np.ndarray
    covariance: np.ndarray
    _dilate_x: np.ndarray | None  # (nx, nx)
    _first: np.ndarray | None  # (np, nk), the shear s2
    _dilate_p: np.ndarray | None  # (np, np), with the blur of p if there is no `_blur`
    _blur: np.ndarray | None  # (np, nk), of x and p at once
    _last: np.ndarray | None  # (np, nk), the shear s1 and the blur of x
    _room: dict[tuple[int, ...], tuple[np.ndarray, np.ndarray]] = field(
        default_factory=dict, repr=False
    )  # to work in, kept: new pages cost as much as the transforms

    @classmethod
    def build(
        cls, grid: PhaseSpaceGrid, drift: ArrayLike, diffusion: ArrayLike, dt: float
    ) -> "LinearFlow":
        """Return the flow for a time step, with its factors ready.

        Parameters
        ----------
        grid : PhaseSpaceGrid
            Even.
        drift : shape (2, 2), 1/time
            A, upper triangular; ``[[0, 1/m], [0, 0]]`` is free motion.
        diffusion : shape (2, 2)
            D = [[D_xx, D_px], [D_px, D_pp]], positive semidefinite.
        dt : float
            The time step. May be negative where nothing diffuses.

        Raises
        ------
        ValueError
            If the grid is uneven, a matrix has another shape or is not finite, `drift`
            is not upper triangular, or `diffusion` not symmetric or not positive.
        """
        drift, diffusion = np.asarray(drift, float), np.asarray(diffusion, float)
        grid.check_even()
        _check_matrices(drift, diffusion)
        check_finite(np.asarray(dt), "dt")
        if dt < 0 and diffusion.any():
            raise ValueError(
                f"`dt` must not be negative where W diffuses, but is {dt}. "
                "Diffusion cannot be undone."
            )
        M, C = _moments(drift, diffusion, dt)
        s1 = C[0, 1] / C[1, 1] if C[1, 1] > 0 else M[0, 1] / M[1, 1]
        s2 = M[0, 1] - s1 * M[1, 1] if C[1, 1] > 0 else 0.0
        left = C[0, 0] - s1 * C[0, 1] if C[1, 1] > 0 else C[0, 0]
        # Shears of both signs leave the θ of the grid on the way, and come back as
        # others: then, and where it costs no more, x and p are blurred at once.
        at_once = C[1, 1] > 0 and (M[1, 1] == 1 or s1 * s2 < 0)
        if at_once:
            s1, s2, left = 0.0, M[0, 1], 0.0
        spread = 0.0 if at_once else C[1, 1]
        return cls(
            propagator=M,
            covariance=C,
            _dilate_x=_dilation(grid.x, M[0, 0]) if M[0, 0] != 1 else None,
            _first=_shear(grid, s2, 0.0) if s2 else None,
            _dilate_p=_blurred_dilation(grid, M[1, 1], spread)
            if M[1, 1] != 1
            else None,
            _blur=_blur(grid, C) if at_once else None,
            _last=_shear(grid, s1, left) if s1 or left else None,
        )

    def __call__(self, values: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        """Return W after the step.

        Parameters
        ----------
        values : shape (..., nx, np)
            Real, on the grid of `build`.
        out : shape (..., nx, np), optional
            Where to write; may be `values`, which are left as they are otherwise.

        Returns
        -------
        np.ndarray
            Shape (..., nx, np).
        """
        if out is None:
            out = np.empty_like(values)
        # From here on indexed [p, x] and [p, k]: transforms along the last axis are
        # the quick ones, and the dilation of p is one real product.
        W, F = self._arrays(values.shape)
        transpose(values, W)
        if self._dilate_x is not None:
            W = _product(W, self._dilate_x.T)
        shears = self._first is not None or self._last is not None
        if not shears and self._blur is None and self._dilate_p is not None:
            return transpose(_product(self._dilate_p, W), out)
        if not shears and self._blur is None:
            return transpose(W, out)
        to_wavenumbers(W, out=F)
        if self._first is not None:
            F *= self._first
        if self._dilate_p is not None:
            F = _product(self._dilate_p, F.view(float)).view(complex)
        if self._blur is not None:
            F = scipy.fft.fft(F, axis=-2, overwrite_x=True)
            F *= self._blur
            F = scipy.fft.ifft(F, axis=-2, overwrite_x=True)
        if self._last is not None:
            F *= self._last
        return transpose(from_wavenumbers(F, values.shape[-2], out=W), out)

    def _arrays(self, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
        """Return room for (..., np, nx) real and (..., np, nk) complex values."""
        if shape not in self._room:
            *lead, n_x, n_p = shape
            real = np.empty((*lead, n_p, n_x))
            self._room[shape] = real, np.empty((*lead, n_p, n_x // 2 + 1), complex)
        return self._room[shape]


def _check_matrices(drift: np.ndarray, diffusion: np.ndarray) -> None:
    """Refuse what the factors could not do, or what has no solution."""
    check_shapes(drift=(drift, "2 2"), diffusion=(diffusion, "2 2"))
    check_finite(drift, "drift")
    check_finite(diffusion, "diffusion")
    check_symmetric(diffusion, "diffusion")
    if drift[1, 0] != 0:
        raise ValueError(
            "`drift` must be upper triangular, but its entry [p, x] is "
            f"{drift[1, 0]:.6g}. A force -kx belongs to the potential, as k x**2 / 2."
        )
    least = np.linalg.eigvalsh(diffusion)[0]
    if least < -1e-12 * np.abs(diffusion).max():
        raise ValueError(
            "`diffusion` must be positive semidefinite, but its least eigenvalue is "
            f"{least:.3g}: W would sharpen without bound along one direction. "
            "D_px needs D_xx D_pp >= D_px**2."
        )


def _moments(
    drift: np.ndarray, diffusion: np.ndarray, dt: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return M and C of a step by one exponential (Van Loan)."""
    block = np.block([[-drift, 2 * diffusion], [np.zeros((2, 2)), drift.T]])
    E = expm(block * dt)
    M = E[2:, 2:].T
    C = M @ E[:2, 2:]
    return M, (C + C.T) / 2  # rounding only


def _shear(grid: PhaseSpaceGrid, shift: float, variance: float) -> np.ndarray:
    """Return the factor, (np, nk), of x → x + shift·p and a blur of x."""
    k, p = grid.k, grid.p[:, None]
    factor = np.exp(-1j * k * shift * p - variance * k**2 / 2)
    if grid.x.size % 2 == 0:
        factor[:, -1] = factor[:, -1].real  # half of this wave runs the other way
    return factor


def _blur(grid: PhaseSpaceGrid, covariance: np.ndarray) -> np.ndarray:
    """Return the factor, (np, nk) in waves of p and of x, of a blur of both."""
    theta, k = _theta(grid)[:, None], grid.k
    (xx, xp), (_, pp) = covariance
    return np.exp(-(pp * theta**2 + 2 * xp * theta * k + xx * k**2) / 2)


def _blurred_dilation(
    grid: PhaseSpaceGrid, factor: float, variance: float
) -> np.ndarray:
    """Return the matrix, (np, np), of a dilation of p and then a blur."""
    waves = scipy.fft.fft(_dilation(grid.p, factor), axis=0)
    waves *= np.exp(-variance * _theta(grid)[:, None] ** 2 / 2)
    return np.ascontiguousarray(scipy.fft.ifft(waves, axis=0).real)


def _theta(grid: PhaseSpaceGrid) -> np.ndarray:
    """Return the wave numbers of p of a complex transform, of both signs."""
    return 2 * np.pi * scipy.fft.fftfreq(grid.p.size, grid.dp)


def _dilation(axis: np.ndarray, factor: float) -> np.ndarray:
    """Return the matrix of f(x) → f(x/factor)/factor, with f zero outside the box.

    Between the points f is a sum of sinc functions. A contraction leaves out the waves
    that its result would be too coarse for: it is the transpose of the reading of f at
    factor·x, so that many short steps amplify nothing but what is contracted.
    """
    step = (axis[-1] - axis[0]) / (axis.size - 1)
    if factor < 1:
        return np.sinc((axis[:, None] - factor * axis) / step)
    return np.sinc((axis[:, None] / factor - axis) / step) / factor


def _product(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    with one_blas_thread():
        return left @ right
