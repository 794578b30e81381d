"""Superpositions and mixtures of Gaussian packets, in closed form."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite, check_law, check_positive
from ..grid import PhaseSpaceGrid
from ..wigner_function import WignerFunction
from .gaussian_packet import (
    GaussianPacket,
    cross_term,
    packet_overlap,
    packet_wavefunction,
)

__all__ = [
    "GaussianPacket",
    "cat_state",
    "mixture",
    "superposition",
    "superposition_wavefunction",
]

VANISHING = 1e-8  # of Σ|amplitude|²: rounding takes as much of what is left


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
        packets up to less than 1e-8 of their norms, or `spread` is negative.

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
            cross = cross_term(ket, bra, grid, spread)
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
        own = cross_term(packet, packet, grid, spread).real
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
    x : any shape, length
        Where ψ is wanted, in any order.
    amplitudes : shape (..., n), optional
        As for :func:`superposition`.
    hbar : float, optional
        ħ.

    Returns
    -------
    np.ndarray
        Complex, the shape of the batch, then that of `x`, with ∫|ψ|² dx = 1.

    Raises
    ------
    TypeError
        If `packets` holds anything else.
    ValueError
        If there are no packets, `x` is not finite, `amplitudes` has another length, is
        not finite or adds packets up to less than 1e-8 of their norms, or `hbar` is not
        positive.

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
    waves = np.stack(
        [packet_wavefunction(packet, x, hbar) for packet in packets]
    )  # (n, *x.shape)
    return np.tensordot(amplitudes / np.sqrt(size)[..., None], waves, axes=1)


def _norms(
    packets: Sequence[GaussianPacket], amplitudes: np.ndarray, hbar: float
) -> np.ndarray:
    """Return ∫|Σ c_j ψ_j|² dx, shape (...)."""
    overlaps = np.array(
        [[packet_overlap(j, k, hbar) for j in packets] for k in packets]
    )
    norms = np.einsum("...k,kj,...j->...", amplitudes.conj(), overlaps, amplitudes).real
    left = norms / (np.abs(amplitudes) ** 2).sum(-1)
    if not left.min() > VANISHING:
        raise ValueError(
            "`amplitudes` must leave something of the packets, but their sum has the "
            f"norm {norms.min():.3g}. Are two packets the same, with opposite signs?"
        )
    return norms


def _as_packets(packets: Sequence[GaussianPacket]) -> list[GaussianPacket]:
    if isinstance(packets, GaussianPacket):
        raise TypeError(
            "`packets` must be a sequence of GaussianPacket, but is a single one. "
            "Try [packet]."
        )
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
