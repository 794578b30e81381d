"""Divisibility of a sequence of maps, and the measure of Rivas, Huelga and Plenio."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import STATE_TOLERANCE
from ._inputs import as_map_sequence, as_qubit_transfer, as_transfer
from .entanglement import choi
from .logarithms import real_logarithms
from .maps import (
    CP_TOLERANCE,
    SINGULAR_CONDITION,
    IntermediateMaps,
    intermediate_maps,
    largest_bloch_image,
)

__all__ = [
    "Rhp",
    "is_cp_divisible",
    "is_p_divisible",
    "rhp",
    "rhp_density",
]


def is_cp_divisible(transfer: ArrayLike) -> np.ndarray:
    """Tell whether all maps between neighbouring times are completely positive.

    A least Choi eigenvalue of an intermediate map counts as negative below −1e-9 minus
    the rounding that the inverse may bring. Violations within an interval whose end
    points hide them are not seen.

    Parameters
    ----------
    transfer : shape (..., t, d², d²)
        Real matrices, in ``hermitian_basis(d)``, of the maps from the start to each of
        at least two times.

    Returns
    -------
    np.ndarray
        Boolean, shape (...).

    Raises
    ------
    TypeError
        If `transfer` is complex.
    ValueError
        If `transfer` is not (..., t, d², d²) with t ≥ 2, or a map before the last one
        cannot be inverted.

    Examples
    --------
    >>> decay = np.array([np.diag([1, f, f, 1]) for f in (1.0, 0.5, 0.4, 0.45)])
    >>> bool(is_cp_divisible(decay)), bool(is_cp_divisible(decay[:3]))
    (False, True)
    """
    between = _regular(transfer)
    least = np.linalg.eigvalsh(choi(between.maps))[..., 0]
    return np.all(least >= -CP_TOLERANCE - between.rounding, axis=-1)


def is_p_divisible(transfer: ArrayLike) -> np.ndarray:
    """Tell whether all maps of a qubit between neighbouring times are positive.

    Positive maps take the Bloch ball into itself. Divisibility by positive maps keeps
    all trace distances from growing, so `blp` vanishes. The same tolerances hold as in
    `is_cp_divisible`.

    Parameters
    ----------
    transfer : shape (..., t, 4, 4)
        Real matrices, in ``hermitian_basis(2)``, of the maps from the start to each of
        at least two times.

    Returns
    -------
    np.ndarray
        Boolean, shape (...).

    Raises
    ------
    TypeError
        If `transfer` is complex.
    ValueError
        If `transfer` holds no maps of a qubit that preserve the trace, or a map before
        the last one cannot be inverted.

    Examples
    --------
    >>> decay = np.array([np.diag([1, f, f, 1]) for f in (1.0, 0.5, 0.4, 0.45)])
    >>> bool(is_p_divisible(decay)), bool(is_p_divisible(decay[:3]))
    (False, True)
    """
    between = _regular(as_qubit_transfer(transfer, "transfer"))
    longest = largest_bloch_image(between.maps)
    return np.all(longest <= 1 + CP_TOLERANCE + between.rounding, axis=-1)


def _regular(transfer: ArrayLike) -> IntermediateMaps:
    """Return intermediate maps, all of which must exist."""
    between = intermediate_maps(transfer)
    bad = np.argwhere(between.singular)
    if len(bad):
        raise ValueError(
            "`transfer` must hold maps that can be inverted, but the condition number "
            f"of map {bad[0][-1]} exceeds {SINGULAR_CONDITION:.0e}. Leave that time "
            "out, or look at intermediate_maps."
        )
    return between


@dataclass(frozen=True, kw_only=True, eq=False)
class Rhp:
    """The RHP measure over the sampled interval, and where it comes from."""

    times: np.ndarray  # (t,)
    value: float
    increments: np.ndarray  # (t − 1,), ∫ g dt over each interval


def rhp(times: ArrayLike, transfer: ArrayLike) -> Rhp:
    r"""Return the non-Markovianity of Rivas, Huelga and Plenio over [t₀, t₁].

    .. math:: \int g\,dt, \qquad g = \lim_{\epsilon\to0}
        \frac{\|(1\otimes\Phi(t+\epsilon, t))(\Phi^+)\|_1 - 1}{\epsilon}

    Where the map between two samples is completely positive, up to rounding, nothing is
    added: a positive value proves that the maps do not divide. Elsewhere the generator
    is replaced by its mean, the logarithm of that map, and g follows from its rates as
    in `rhp_density`. That is exact where generators at different times commute and no
    rate changes sign between two samples; else the error is of second order in the
    steps at the latest. Samples must be close enough that no axis makes half a turn
    between them (not checked).

    The value belongs to the interval: for many systems it grows without bound, and it
    is infinite where a map becomes singular and information returns from there.

    Parameters
    ----------
    times : shape (t,)
        Strictly increasing, t ≥ 2.
    transfer : shape (t, d², d²)
        Real matrices, in ``hermitian_basis(d)``, of the trace-preserving maps from the
        start to each time.

    Returns
    -------
    Rhp
        Value and increments.

    Raises
    ------
    TypeError
        If `transfer` is complex.
    ValueError
        If `times` does not increase, shapes disagree, a map changes the trace, a map
        before the last one cannot be inverted, or an intermediate map has no real
        logarithm.

    References
    ----------
    .. [1] Rivas, Huelga, Plenio, Phys. Rev. Lett. 105, 050403 (2010), eqs. (9)-(11).

    Examples
    --------
    A coherence that falls to a quarter and rises to a half: ln 2.

    >>> maps = np.array([np.diag([1, f, f, 1]) for f in (1.0, 0.5, 0.25, 0.5)])
    >>> float(np.exp(rhp([0, 1, 2, 3], maps).value).round(12))
    2.0
    """
    times, maps, _ = as_map_sequence(times, transfer)
    between = _regular(maps)
    negative = np.linalg.eigvalsh(choi(between.maps))[:, 0] < -between.rounding
    counted = np.where(negative[:, None, None], between.maps, np.eye(maps.shape[-1]))
    generators = real_logarithms(counted)  # integrated over each interval
    bad = np.flatnonzero(np.isnan(generators).any(axis=(-2, -1)))
    if bad.size:
        raise ValueError(
            "`transfer` must follow the dynamics more closely, but from map "
            f"{bad[0]} to the next an axis turns by half a turn or through zero. Take "
            "smaller steps; if that does not help, a map is singular there and the "
            "measure infinite."
        )
    increments = rhp_density(generators)
    return Rhp(times=times, value=float(increments.sum()), increments=increments)


def rhp_density(generator: ArrayLike) -> np.ndarray:
    r"""Return the integrand g(t) of `rhp` from time-local generators.

    .. math:: g = \frac2d \sum_k \max(0, -\gamma_k)

    with the canonical rates γ_k, those of
    :math:`\dot\rho = -i[H,\rho] + \sum_k \gamma_k D[L_k]\rho` with traceless
    orthonormal L_k. No map has to be inverted; the integral over time is the RHP
    measure.

    Parameters
    ----------
    generator : shape (..., d², d²), 1/time
        Real matrices of generators in ``hermitian_basis(d)`` that conserve the trace.

    Returns
    -------
    np.ndarray
        Shape (...), 1/time.

    Raises
    ------
    TypeError
        If `generator` is complex.
    ValueError
        If `generator` is not (..., d², d²) or changes the trace.

    References
    ----------
    .. [1] Hall, Cresser, Li, Andersson, Phys. Rev. A 89, 042120 (2014), sec. III.

    Examples
    --------
    A coherence that grows at the rate 0.4:

    >>> float(rhp_density(np.diag([0.0, 0.4, 0.4, 0.0])).round(12))
    0.4
    """
    generator, d = as_transfer(generator, "generator")
    gap = np.abs(generator[..., 0, :]).max()
    if gap > STATE_TOLERANCE * max(1.0, np.abs(generator).max()):
        raise ValueError(
            "`generator` must conserve the trace (first row zero), but is off by "
            f"{gap:.3g}."
        )
    # In an orthonormal basis whose first ket is Φ⁺ the others span the traceless L, and
    # their block of d times the Choi matrix has the rates as eigenvalues.
    pair = np.eye(d).reshape(-1, 1) / np.sqrt(d)
    rest = np.linalg.qr(np.hstack([pair, np.eye(d * d)[:, 1:]]))[0][:, 1:]
    rates = np.linalg.eigvalsh(d * (rest.T @ choi(generator) @ rest))
    return 2 / d * np.maximum(-rates, 0).sum(axis=-1)
