"""The time-local equation of a correlated start, and the times where it fails."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..._core.bases import from_coordinates, to_coordinates
from ..._core.checks import check_shapes
from .reduced_maps import parts, trace_B, transfer_of

__all__ = ["Liouvillian", "time_local_form"]

GOLDEN = (math.sqrt(5) - 1) / 2


@dataclass(frozen=True, kw_only=True, eq=False)
class Liouvillian:
    r"""The equation :math:`\dot\rho_A = X\rho_A + (\dot\xi - X\xi)` of one start."""

    times: np.ndarray  # (s,), without those where T is singular
    matrices: np.ndarray  # (s, N², N²), X = Ṫ T⁻¹ in the Hermitian basis, real
    inhomogeneity: np.ndarray  # (s, N, N), ξ̇ − X ξ
    singular_times: np.ndarray  # (k,)

    def rate(self, states: ArrayLike) -> np.ndarray:
        """Return dρ_A/dt = Xρ_A + ξ̇ − Xξ for states at `times`, (s, N, N)."""
        rho = np.asarray(states, dtype=complex)
        s, N = len(self.times), self.inhomogeneity.shape[-1]
        check_shapes(states=(rho, f"{s} {N} {N}"))
        return _act(self.matrices, rho) + self.inhomogeneity


def time_local_form(
    H: np.ndarray,
    rho_B: np.ndarray,
    correlation: np.ndarray,
    solution: tuple[np.ndarray, np.ndarray, np.ndarray],
    limit: float,
) -> Liouvillian:
    """Return X = Ṫ T⁻¹ and ξ̇ − Xξ wherever the inverse condition of T is above a limit.

    `solution` holds the times (t,), T (t, N², N²) and ξ (t, N, N).
    """
    times, T, xi = solution
    p, basis = np.linalg.eigh(rho_B)
    energies, vectors = np.linalg.eigh(H)

    def unitaries(times_from_start: np.ndarray) -> np.ndarray:
        phases = np.exp(-1j * energies * times_from_start[:, None])
        return (vectors * phases[:, None, :]) @ vectors.conj().T

    def regularity(t: float) -> float:
        pieces = parts(unitaries(np.array([t - times[0]])), basis)
        return float(_regularity(transfer_of(pieces, pieces, p))[0])

    on_grid = _regularity(T)
    good = on_grid > limit
    T, xi, U = T[good], xi[good], unitaries(times[good] - times[0])
    U_dot = -1j * H @ U
    T_dot = 2 * transfer_of(parts(U_dot, basis), parts(U, basis), p)
    half = trace_B(U_dot @ correlation @ U.conj().mT, (xi.shape[-1], len(rho_B)))
    xi_dot = half + half.conj().mT

    X = np.linalg.solve(T.mT, T_dot.mT).mT
    hidden = _zeros_between(regularity, times, on_grid, limit)
    return Liouvillian(
        times=times[good],
        matrices=X,
        inhomogeneity=xi_dot - _act(X, xi),
        singular_times=np.union1d(times[~good], hidden),
    )


def _act(maps: np.ndarray, rho: np.ndarray) -> np.ndarray:
    """Apply maps (t, N², N²) in the Hermitian basis to operators (t, N, N)."""
    return from_coordinates(np.einsum("tab,tb->ta", maps, to_coordinates(rho)))


def _zeros_between(
    regularity: Callable[[float], float],
    times: np.ndarray,
    on_grid: np.ndarray,
    limit: float,
) -> list[float]:
    """Return times round the local minima on the grid where T is singular."""
    padded = np.r_[np.inf, on_grid, np.inf]
    low = (on_grid <= padded[:-2]) & (on_grid <= padded[2:]) & (on_grid > limit)
    found = []
    for i in np.flatnonzero(low):
        before, after = times[[max(int(i) - 1, 0), min(int(i) + 1, len(times) - 1)]]
        t = _least(regularity, before, after)
        if regularity(t) <= limit:
            found.append(t)
    return found


def _regularity(T: np.ndarray) -> np.ndarray:
    """Return the inverse condition numbers of maps, (..., m, m) → (...)."""
    values = np.linalg.svd(T, compute_uv=False)
    return values[..., -1] / values[..., 0]


def _least(function: Callable[[float], float], low: float, high: float) -> float:
    """Return the place of a minimum by golden section: kinks do not trouble it."""
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = function(left), function(right)
    for _ in range(64):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = function(right)
    return (low + high) / 2
