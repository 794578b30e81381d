r"""Gaussian packets, their superpositions and their mixtures, in closed form.

A packet is the vacuum of width a, tilted by the shear κ and moved to (x₀, p₀),

.. math:: \psi(x) = \pi^{-1/4} a^{-1/2} \exp\Bigl(-\frac{\alpha}{2} (x - x_0)^2
          + \frac{i}{\hbar}\, p_0 (x - x_0/2)\Bigr), \qquad
          \alpha = \frac{1}{a^2} - \frac{i\kappa}{\hbar}.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_finite, check_law, check_positive
from .grid import PhaseSpaceGrid
from .wigner_function import WignerFunction

__all__ = [
    "GaussianPacket",
    "cat_state",
    "mixture",
    "superposition",
    "superposition_wavefunction",
]

VANISHING = 1e-12  # of Σ|amplitude|²: nothing is left of the sum but rounding


@dataclass(frozen=True)
class GaussianPacket:
    r"""A pure Gaussian state of one mode.

    Parameters
    ----------
    x0 : float, length
        Centre in position.
    p0 : float, momentum
        Centre in momentum.
    width : float, length
        The a of ψ ∝ exp(−x²/2a²) [1]_: Var x = a²/2.
    shear : float, momentum/length
        The κ of a chirp exp(iκ(x − x₀)²/2ħ): the mean momentum at x is
        p₀ + κ(x − x₀). Var p = ħ²/2a² + κ²a²/2.

    Raises
    ------
    ValueError
        If a number is not finite, or `width` not positive.

    References
    ----------
    .. [1] Eq. 1.3. Phases are those of the displacement exp(i(p₀x̂ − x₀p̂)/ħ).

    Examples
    --------
    >>> GaussianPacket(x0=2.0, width=0.5)
    GaussianPacket(x0=2.0, p0=0.0, width=0.5, shear=0.0)
    """

    x0: float = 0.0
    p0: float = 0.0
    width: float = 1.0
    shear: float = 0.0

    def __post_init__(self) -> None:
        for each in fields(self):
            value = float(getattr(self, each.name))
            check_finite(np.array(value), each.name)
            object.__setattr__(self, each.name, value)
        check_positive(self.width, "width")


def superposition(
    packets: Sequence[GaussianPacket],
    grid: PhaseSpaceGrid,
    *,
    amplitudes: ArrayLike | None = None,
    spread: float = 0.0,
) -> WignerFunction:
    r"""Return W of Σ_j c_j ψ_j, normalised by the exact overlaps of the packets.

    Exact at every point of the grid, whatever its window. With a spread c > 0 the
    momentum is uncertain by classical ignorance too [2]_,

    .. math:: \int W(x, p - p')\, \frac{e^{-p'^2/c^2}}{\sqrt\pi\, c}\, dp'.

    Parameters
    ----------
    packets : sequence of GaussianPacket
        The ψ_j.
    grid : PhaseSpaceGrid
        Where W is wanted; even or not.
    amplitudes : shape (..., n), optional
        Complex c_j, one row a state of the batch; all one by default. Only their
        ratios matter.
    spread : float, optional
        The c ≥ 0 of P(p') ∝ exp(−p'²/c²), a momentum.

    Returns
    -------
    WignerFunction
        Values of shape (..., nx, np).

    Raises
    ------
    TypeError
        If `packets` holds anything else.
    ValueError
        If there are no packets, `amplitudes` has another length, is not finite or adds
        packets up to nothing, or `spread` is negative.

    References
    ----------
    .. [1] Eq. 1.3, with its cross terms.
    .. [2] Eq. 1.6, for any pair of packets.

    Examples
    --------
    >>> grid = PhaseSpaceGrid.centered(6, 8, (96, 80))
    >>> pair = [GaussianPacket(p0=2), GaussianPacket(p0=-2)]
    >>> W = superposition(pair, grid, amplitudes=[[1, 1j], [2, 0]])
    >>> W.purity.round(9), W.mean[:, 1].round(6) + 0
    (array([1., 1.]), array([0., 2.]))
    """
    packets = _as_packets(packets)
    amplitudes = _as_amplitudes(amplitudes, len(packets))
    _check_spread(spread)
    size = _norms(packets, amplitudes, grid.hbar)  # (...)

    values = np.zeros((*size.shape, *grid.shape))
    weights = amplitudes[..., :, None] * amplitudes.conj()[..., None, :]
    weights /= size[..., None, None]  # (..., n, n)
    for j, ket in enumerate(packets):
        for k, bra in enumerate(packets[: j + 1]):
            twice = 1 if j == k else 2  # the term of (k, j) is the conjugate
            cross = _cross_term(ket, bra, grid, spread)
            weight = weights[..., j, k, None, None]
            values += twice * (weight.real * cross.real - weight.imag * cross.imag)
    return WignerFunction(values, grid)


def mixture(
    packets: Sequence[GaussianPacket],
    grid: PhaseSpaceGrid,
    *,
    probabilities: ArrayLike | None = None,
    spread: float = 0.0,
) -> WignerFunction:
    r"""Return Σ_j P_j W_j of packets that do not interfere.

    Parameters
    ----------
    packets, grid, spread
        As for :func:`superposition`.
    probabilities : shape (..., n), optional
        The P_j, one law a state of the batch; all the same by default.

    Returns
    -------
    WignerFunction
        Values of shape (..., nx, np).

    Raises
    ------
    TypeError
        If `packets` holds anything else.
    ValueError
        If there are no packets, `probabilities` has another length or a row that is no
        law, or `spread` is negative.

    References
    ----------
    .. [1] Eq. 1.3, last line; eq. 1.6.

    Examples
    --------
    >>> grid = PhaseSpaceGrid.centered(8, 6, (96, 64))
    >>> both = [GaussianPacket(x0=2), GaussianPacket(x0=-2)]
    >>> W = mixture(both, grid)
    >>> bool(np.isclose(W.purity, (1 + np.exp(-2 * 2**2)) / 2))
    True
    """
    packets = _as_packets(packets)
    if probabilities is None:
        probabilities = np.full(len(packets), 1 / len(packets))
    laws = np.asarray(probabilities, dtype=float)
    _check_length(laws, len(packets), "probabilities")
    for law in laws.reshape(-1, len(packets)):
        check_law(law, "probabilities")
    _check_spread(spread)

    values = np.zeros((*laws.shape[:-1], *grid.shape))
    for j, packet in enumerate(packets):
        own = _cross_term(packet, packet, grid, spread).real
        values += laws[..., j, None, None] * own
    return WignerFunction(values, grid)


def cat_state(
    grid: PhaseSpaceGrid,
    *,
    width: float,
    distance: float,
    phase: float = 0.0,
    spread: float = 0.0,
) -> WignerFunction:
    r"""Return W of ψ₀(x − b) + e^{iφ} ψ₀(x + b), normalised.

    For packets that move, differ, or are more than two see :func:`superposition`; for
    the mixture of the two see :func:`mixture`.

    Parameters
    ----------
    grid : PhaseSpaceGrid
        Where W is wanted.
    width : float, length
        The a of the packets.
    distance : float, length
        The b > 0: they stand at ±b.
    phase : float, optional
        φ in radians; 0 is the even cat, π the odd one.
    spread : float, optional
        The c ≥ 0 of :func:`superposition`.

    Returns
    -------
    WignerFunction

    Raises
    ------
    ValueError
        If a number is not finite, `width` or `distance` is not positive, or `spread`
        is negative.

    References
    ----------
    .. [1] Eqs. 1.3 and 1.6.

    Examples
    --------
    >>> grid = PhaseSpaceGrid.centered(8, 8, (96, 128), hbar=0.5)
    >>> W = cat_state(grid, width=1, distance=3)
    >>> float(W.norm.round(9)), float(W.negativity.round(3))
    (1.0, 0.27)
    """
    check_positive(distance, "distance")
    check_finite(np.array(phase), "phase")
    sides = [
        GaussianPacket(x0=distance, width=width),
        GaussianPacket(x0=-distance, width=width),
    ]
    amplitudes = [1, np.exp(1j * phase)]
    return superposition(sides, grid, amplitudes=amplitudes, spread=spread)


def superposition_wavefunction(
    packets: Sequence[GaussianPacket],
    x: ArrayLike,
    *,
    amplitudes: ArrayLike | None = None,
    hbar: float = 1.0,
) -> np.ndarray:
    r"""Return ψ(x) = Σ_j c_j ψ_j(x), normalised by the exact overlaps of the packets.

    Parameters
    ----------
    packets : sequence of GaussianPacket
        The ψ_j.
    x : shape (m,)
        Where ψ is wanted, in any order.
    amplitudes : shape (..., n), optional
        As for :func:`superposition`.
    hbar : float, optional
        ħ.

    Returns
    -------
    np.ndarray
        Complex, shape (..., m), with ∫|ψ|² dx = 1.

    Raises
    ------
    TypeError
        If `packets` holds anything else.
    ValueError
        If there are no packets, `amplitudes` has another length, is not finite or adds
        packets up to nothing, or `hbar` is not positive.

    Examples
    --------
    >>> packets = [GaussianPacket(x0=-3, p0=1), GaussianPacket(x0=3)]
    >>> x = np.linspace(-10, 10, 200)
    >>> psi = superposition_wavefunction(packets, x, amplitudes=[1, 2j])
    >>> float(np.trapezoid(abs(psi) ** 2, x).round(9))
    1.0
    """
    packets, x = _as_packets(packets), np.asarray(x, dtype=float)
    amplitudes = _as_amplitudes(amplitudes, len(packets))
    check_finite(x, "x")
    check_positive(hbar, "hbar")
    size = _norms(packets, amplitudes, hbar)
    waves = np.stack([_wave(packet, x, hbar) for packet in packets])  # (n, m)
    return (amplitudes / np.sqrt(size)[..., None]) @ waves


def _wave(packet: GaussianPacket, x: np.ndarray, hbar: float) -> np.ndarray:
    """Return ψ of one packet."""
    exponent = -_alpha(packet, hbar) * (x - packet.x0) ** 2 / 2
    exponent += 1j * packet.p0 * (x - packet.x0 / 2) / hbar
    return np.exp(exponent) / np.sqrt(np.sqrt(np.pi) * packet.width)


def _cross_term(
    ket: GaussianPacket, bra: GaussianPacket, grid: PhaseSpaceGrid, spread: float
) -> np.ndarray:
    r"""Return (1/h) ∫ e^{−ipy/ħ − c²y²/4ħ²} ψ_ket(x + y/2) ψ_bra*(x − y/2) dy.

    The square is completed by hand: every Gaussian exponent below is negative, where
    the plain formula subtracts large numbers for packets far apart.
    """
    hbar, x, p = grid.hbar, grid.x[:, None], grid.p
    alpha, beta = _alpha(ket, hbar), np.conj(_alpha(bra, hbar))
    blur = 2 * (spread / hbar) ** 2
    whole = alpha + beta + blur
    to_ket, to_bra = x - ket.x0, x - bra.x0  # (nx, 1)
    q = p - (ket.p0 + bra.p0) / 2  # (np,)

    exponent = -alpha * beta * (to_ket + to_bra) ** 2 / (2 * whole)
    exponent -= blur * (alpha * to_ket**2 + beta * to_bra**2) / (2 * whole)
    exponent += 1j * ket.p0 * (x - ket.x0 / 2) / hbar
    exponent -= 1j * bra.p0 * (x - bra.x0 / 2) / hbar
    exponent = exponent - 2 * (q / hbar) ** 2 / whole
    exponent += 2j * q / hbar * (alpha * to_ket - beta * to_bra) / whole
    height = np.sqrt(8 / (whole * ket.width * bra.width)) / (2 * np.pi * hbar)
    return height * np.exp(exponent)


def _norms(
    packets: Sequence[GaussianPacket], amplitudes: np.ndarray, hbar: float
) -> np.ndarray:
    """Return ∫|Σ c_j ψ_j|² dx, shape (...)."""
    overlaps = np.array([[_overlap(j, k, hbar) for j in packets] for k in packets])
    norms = np.einsum("...k,kj,...j->...", amplitudes.conj(), overlaps, amplitudes).real
    left = norms / (np.abs(amplitudes) ** 2).sum(-1)
    if not left.min() > VANISHING:
        raise ValueError(
            "`amplitudes` must leave something of the packets, but their sum has the "
            f"norm {norms.min():.3g}. Are two packets the same, with opposite signs?"
        )
    return norms


def _overlap(ket: GaussianPacket, bra: GaussianPacket, hbar: float) -> complex:
    """Return ∫ψ_bra* ψ_ket dx."""
    alpha, beta = _alpha(ket, hbar), np.conj(_alpha(bra, hbar))
    whole, kick = alpha + beta, (ket.p0 - bra.p0) / hbar
    middle = (alpha * ket.x0 + beta * bra.x0) / whole
    exponent = -alpha * beta * (ket.x0 - bra.x0) ** 2 / (2 * whole)
    exponent += 1j * kick * middle - kick**2 / (2 * whole)
    exponent -= 1j * (ket.p0 * ket.x0 - bra.p0 * bra.x0) / (2 * hbar)
    return complex(np.sqrt(2 / (whole * ket.width * bra.width)) * np.exp(exponent))


def _alpha(packet: GaussianPacket, hbar: float) -> complex:
    """Return 1/a² − iκ/ħ, the α of ψ ∝ exp(−αx²/2)."""
    return complex(packet.width**-2, -packet.shear / hbar)


def _as_packets(packets: Sequence[GaussianPacket]) -> list[GaussianPacket]:
    packets = list(packets)
    if not packets:
        raise ValueError("`packets` must hold at least one packet, but is empty.")
    for packet in packets:
        if not isinstance(packet, GaussianPacket):
            raise TypeError(
                "`packets` must hold GaussianPacket alone, but holds a "
                f"{type(packet).__name__}."
            )
    return packets


def _as_amplitudes(amplitudes: ArrayLike | None, n: int) -> np.ndarray:
    array = np.asarray(np.ones(n) if amplitudes is None else amplitudes, dtype=complex)
    _check_length(array, n, "amplitudes")
    check_finite(array, "amplitudes")
    if not (np.abs(array).max(axis=-1) > 0).all():
        raise ValueError("`amplitudes` must not all be zero, but a row of them is.")
    return array


def _check_length(array: np.ndarray, n: int, name: str) -> None:
    if array.ndim == 0 or array.shape[-1] != n:
        raise ValueError(
            f"`{name}` must have shape (..., {n}), one for each packet, but has shape "
            f"{array.shape}."
        )


def _check_spread(spread: float) -> None:
    if not (np.isfinite(spread) and spread >= 0):
        raise ValueError(
            f"`spread` must be a momentum of at least zero, but is {spread}."
        )
