"""Wigner functions of spins on the sphere, by the Stratonovich-Weyl kernel."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._core.bases import hermitian_basis, to_coordinates
from .._core.checks import check_finite, check_integer
from ._inputs import as_states

__all__ = [
    "equal_angle_wigner",
    "sphere_points",
    "spin_kernel",
    "spin_wigner",
    "wigner_negativity",
]

MOST_POINTS = 50_000_000  # values of a Wigner function held at a time, 400 MB


def spin_kernel(d: int, theta: ArrayLike, phi: ArrayLike) -> np.ndarray:
    r"""Return the Stratonovich-Weyl kernel Δ(n) of a spin of d = 2j + 1 levels.

    The rotated :math:`R(n)\,\Delta(z)\,R^\dagger(n)` of the diagonal matrix [1]_

    .. math:: \Delta(z)_{mm} = \sum_{k=0}^{2j} \frac{2k+1}{2j+1}
              \langle j m; k 0 | j m\rangle
              = \sum_{k=0}^{2j} \sqrt{\frac{2k+1}{2j+1}}\, t_k(m),

    with :math:`t_k` the orthonormal polynomials of degree k on m = −j … j, whose
    leading coefficients are positive. For a qubit Δ(n) = (1 + √3 n·σ)/2.

    Parameters
    ----------
    d : int
        Number of levels; level 0 has m = +j, as in QuTiP.
    theta, phi : array_like, radians
        Polar angle from +z, and azimuth from +x; shapes that broadcast to (...).

    Returns
    -------
    np.ndarray
        Complex Hermitian, shape (..., d, d), with Tr Δ = 1 and
        (d/4π) ∫ Δ dΩ = 1.

    Raises
    ------
    TypeError, ValueError
        If `d` is no integer of at least 1, or an angle is not finite.

    References
    ----------
    .. [1] Várilly and Gracia-Bondía, Ann. Phys. 190, 107 (1989), sec. 2.
    """
    check_integer(d, "d")
    theta, phi = _as_angles(theta, phi)
    values, vectors = _rotation_about_y(d)
    turn = vectors * np.exp(-1j * theta[..., None, None] * values)  # (..., d, d)
    turn = turn @ vectors.conj().T
    kernel = (turn * _polar_kernel(d)) @ turn.conj().mT
    phase = np.exp(-1j * phi[..., None] * _levels(d))
    return phase[..., :, None] * kernel * phase.conj()[..., None, :]


def spin_wigner(
    states: Any,
    theta: ArrayLike,
    phi: ArrayLike,
    *,
    dims: Sequence[int] | None = None,
) -> np.ndarray:
    r"""Return the Wigner function of one or more spins, each with its own direction.

    .. math:: W(n_1, …, n_p) = \mathrm{Tr}\,\rho\,\Delta(n_1) \otimes … \otimes
              \Delta(n_p),

    on the full grid of the directions. It is real, and in the measure
    :math:`\prod_i (d_i/4\pi)\, d\Omega_i` it has the norm
    :math:`\int W = \mathrm{Tr}\,\rho` and the overlap
    :math:`\int W_\rho W_\sigma = \mathrm{Tr}\,\rho\sigma`.

    Parameters
    ----------
    states : Qobj, ket, or shape (..., d, d)
        Hermitian matrices in Kronecker order.
    theta, phi : shape (g,), radians
        Directions, the same list for every spin. For a rectangle of angles give the
        raveled arrays of ``np.meshgrid``.
    dims : sequence of p int, optional
        Levels of each spin; one spin of all d levels by default. A register of qubits
        has (2, 2, …).

    Returns
    -------
    np.ndarray
        Real, shape (..., g, …, g) with p axes of length g, first spin first.

    Raises
    ------
    ValueError
        If a matrix is not Hermitian, `dims` does not multiply to d, the angles are no
        vectors of one length, or the grid has more than 5·10⁷ values.

    Notes
    -----
    ``qutip.spin_wigner`` is √(d/4π) times this for one spin.

    Examples
    --------
    >>> spin_wigner([1, 0], [0, np.pi / 2, np.pi], [0, 0, 0]).round(6)
    array([ 1.366025,  0.5     , -0.366025])
    """
    states = as_states(states, "states")
    parts = _as_dims(dims, states.shape[-1])
    theta, phi = _as_points(theta, phi)
    lead, size = states.shape[:-2], states.shape[-1]
    _check_size(np.prod(lead) * float(len(theta)) ** len(parts))
    values = _product_coordinates(states.reshape(-1, size, size), parts)
    for d in parts:  # the first axis of coordinates goes, one of points comes last
        symbols = to_coordinates(spin_kernel(d, theta, phi)).real  # (g, d²)
        values = np.tensordot(values, symbols, axes=(1, 1))
    return values.reshape(*lead, *[len(theta)] * len(parts))


def equal_angle_wigner(
    states: Any, theta: ArrayLike, phi: ArrayLike, dims: Sequence[int]
) -> np.ndarray:
    """Return the Wigner function of several spins on the slice n₁ = n₂ = … = n.

    A picture of a state that has more angles than paper has axes. Unlike the whole
    function a slice has no norm, and distinct states may share it.

    Parameters
    ----------
    states : Qobj, ket, or shape (..., d, d)
        Hermitian matrices in Kronecker order.
    theta, phi : array_like, radians
        Common direction, shapes that broadcast to (g...).
    dims : sequence of p int
        Levels of each spin; their product is d.

    Returns
    -------
    np.ndarray
        Real, shape (..., g...).

    Raises
    ------
    ValueError
        If a matrix is not Hermitian, `dims` does not multiply to d, or an angle is not
        finite.

    Examples
    --------
    The singlet has negative values −1/2 in every direction:

    >>> singlet = np.array([0, 1, -1, 0]) / np.sqrt(2)
    >>> equal_angle_wigner(singlet, [0.3, 1.7], [0.2, -2.0], (2, 2)).round(12)
    array([-0.5, -0.5])
    """
    states = as_states(states, "states")
    parts = _as_dims(dims, states.shape[-1])
    theta, phi = _as_angles(theta, phi)
    shape, theta, phi = theta.shape, theta.ravel(), phi.ravel()
    kernel = np.ones((len(theta), 1, 1))
    for d in parts:
        size = kernel.shape[-1] * d
        kernel = np.einsum("gij,gkl->gikjl", kernel, spin_kernel(d, theta, phi))
        kernel = kernel.reshape(-1, size, size)
    values = np.einsum("...ij,gji->...g", states, kernel, optimize=True).real
    return values.reshape(*states.shape[:-2], *shape)


def wigner_negativity(
    states: Any, *, dims: Sequence[int] | None = None, resolution: int = 24
) -> np.ndarray:
    r"""Return the volume of the negative part of the spin Wigner function.

    .. math:: \prod_i \frac{d_i}{4\pi} \int \max(-W, 0)\, d\Omega_1 … d\Omega_p
              = \tfrac12 \Bigl(\int |W| - 1\Bigr),

    the second form for trace one. For a qubit of Bloch length r it is (1 − a)²/(4a),
    a = 1/(√3 r), where a < 1, and else zero: unlike for oscillators it is positive for
    every pure state, also a coherent one [1]_.

    By a product of Gauss-Legendre and equally spaced points; as |W| has kinks, the
    error falls as the square of the resolution only, about 2e-4 for a pure qubit at
    the default.

    Parameters
    ----------
    states : Qobj, ket, or shape (..., d, d)
        Hermitian matrices in Kronecker order.
    dims : sequence of p int, optional
        Levels of each spin; one spin of all d levels by default.
    resolution : int, optional
        Polar angles; there are twice as many azimuths.

    Returns
    -------
    np.ndarray
        Shape (...), not negative.

    Raises
    ------
    ValueError
        As `spin_wigner`; two spins at the default resolution are a million values.

    References
    ----------
    .. [1] Davis, Kumari, Mann, Ghose, Phys. Rev. Research 3, 033134 (2021).
    """
    states = as_states(states, "states")
    parts = _as_dims(dims, states.shape[-1])
    theta, phi, weights = sphere_points(resolution)
    lead = states.shape[:-2]
    volumes = []
    for state in states.reshape(-1, *states.shape[-2:]):  # one at a time: memory
        negative = np.maximum(-spin_wigner(state, theta, phi, dims=parts), 0)
        for d in reversed(parts):
            negative = negative @ weights * (d / (4 * np.pi))
        volumes.append(float(negative))
    return np.array(volumes).reshape(lead)[()]


def sphere_points(resolution: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return angles θ, φ and weights that integrate over the sphere, summing to 4π.

    Gauss-Legendre in cos θ, 2 `resolution` equal steps in φ: exact for spherical
    harmonics up to degree 2 `resolution` − 1.

    Parameters
    ----------
    resolution : int
        Number of polar angles.

    Returns
    -------
    theta, phi, weights : np.ndarray
        Each of shape (2 resolution²,).
    """
    check_integer(resolution, "resolution")
    cosines, polar = np.polynomial.legendre.leggauss(resolution)
    azimuths = np.pi * np.arange(2 * resolution) / resolution
    theta, phi = np.meshgrid(np.arccos(cosines), azimuths, indexing="ij")
    weights = np.repeat(polar, 2 * resolution) * np.pi / resolution
    return theta.ravel(), phi.ravel(), weights


def _product_coordinates(states: np.ndarray, parts: list[int]) -> np.ndarray:
    """Return Tr ρ B_a ⊗ B_b ⊗ … of states (b, d, d), real, (b, d₁², …, d_p²)."""
    rest = states[:, None]  # (b, coordinates so far, rest, rest)
    for d in parts:
        left = rest.shape[-1] // d
        split = rest.reshape(*rest.shape[:2], d, left, d, left)
        rest = np.einsum("bpixjy,aji->bpaxy", split, hermitian_basis(d), optimize=True)
        rest = rest.reshape(len(rest), -1, left, left)
    return rest.real.reshape(len(states), *[d * d for d in parts])


def _levels(d: int) -> np.ndarray:
    """Return m = j … −j."""
    return (d - 1) / 2 - np.arange(d)


@cache
def _polar_kernel(d: int) -> np.ndarray:
    """Return the diagonal of Δ(z)."""
    m = _levels(d)
    # Discrete orthogonal polynomials by their three-term recurrence, which keeps its
    # accuracy where the powers of m would not.
    polynomial, previous, norm = np.full(d, 1 / np.sqrt(d)), np.zeros(d), 0.0
    diagonal = polynomial / np.sqrt(d)
    for k in range(1, d):
        following = m * polynomial - norm * previous
        norm = float(np.linalg.norm(following))
        previous, polynomial = polynomial, following / norm
        diagonal = diagonal + np.sqrt((2 * k + 1) / d) * polynomial
    return diagonal


@cache
def _rotation_about_y(d: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the eigenvalues of J_y and its eigenvectors in columns."""
    m, j = _levels(d), (d - 1) / 2
    raising = np.diag(np.sqrt(j * (j + 1) - m[1:] * (m[1:] + 1)), 1)
    values, vectors = np.linalg.eigh((raising - raising.T) / 2j)
    return np.round(2 * values) / 2, vectors  # multiples of one half, without rounding


def _as_angles(theta: ArrayLike, phi: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    theta, phi = np.asarray(theta, dtype=float), np.asarray(phi, dtype=float)
    check_finite(theta, "theta")
    check_finite(phi, "phi")
    try:
        theta, phi = np.broadcast_arrays(theta, phi)
    except ValueError:
        raise ValueError(
            "`phi` must have a shape that broadcasts with that of `theta`, but the "
            f"shapes are {phi.shape} and {theta.shape}."
        ) from None
    return theta, phi


def _as_points(theta: ArrayLike, phi: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    theta, phi = _as_angles(theta, phi)
    if theta.ndim != 1:
        raise ValueError(
            "`theta` and `phi` must be vectors of one length, but have shape "
            f"{theta.shape}. Ravel them, and reshape the result."
        )
    return theta, phi


def _as_dims(dims: Sequence[int] | None, d: int) -> list[int]:
    parts = [d] if dims is None else list(dims)
    for size in parts:
        check_integer(size, "dims")
    if int(np.prod(parts, dtype=int)) != d:
        raise ValueError(
            f"`dims` must be sizes that multiply to {d}, but is {tuple(parts)}."
        )
    return parts


def _check_size(count: float) -> None:
    if count > MOST_POINTS:
        raise ValueError(
            f"`theta` must have so few directions that there are at most "
            f"{MOST_POINTS:.0e} values, but there are {count:.1e}. Use fewer, or "
            "equal_angle_wigner for a slice."
        )
