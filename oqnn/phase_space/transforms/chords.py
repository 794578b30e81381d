r"""Band-limited functions on even axes, read at the ends of chords x ± s.

Samples of spacing dx hold wave numbers up to π/dx. Then ψ(x + s) ψ*(x − s) holds twice
as many in x and in s, so that half the spacing holds all of it, and its W is zero
beyond |p| = πħ/dx. A transform with the spacing dx instead would repeat W with the
period πħ/dx in p.
"""

import numpy as np

from ..._core.checks import check_increasing, check_shapes
from ..grid import PhaseSpaceGrid

__all__ = [
    "BOUND",
    "check_contained",
    "check_resolved",
    "convert_even_axis",
    "interpolate",
    "phases",
    "refine",
]

OUTER = 1 / 32  # of an axis, at each of its ends
BOUND = 1e-10  # of Σ|f|²: amplitudes of 1e-5 in a tail
FEWEST = 4


def convert_even_axis(x: object, name: str) -> np.ndarray:
    """Return an axis as an array, having checked that it is even and not too short."""
    axis = np.asarray(x, dtype=float)
    check_shapes(**{name: (axis, "m")})
    check_increasing(axis, name)
    if axis.size < FEWEST:
        raise ValueError(
            f"`{name}` must hold at least {FEWEST} points, but holds {axis.size}."
        )
    if not PhaseSpaceGrid(axis, axis).is_even:
        steps = np.diff(axis)
        raise ValueError(
            f"`{name}` must be evenly spaced, but its steps lie between "
            f"{steps.min():.6g} and {steps.max():.6g}. np.linspace makes such points."
        )
    return axis


def check_contained(power: np.ndarray, name: str, axis: str) -> None:
    """Refuse a function (..., m) of which too much lies at the ends of its axis."""
    share = _outer_share(power, name)
    if not share <= BOUND:
        raise ValueError(
            f"`{name}` must fit its axes, but {share:.2g} of its square is in the "
            f"outer 32nds of {axis}, where {BOUND:.0e} may be. Make {axis} longer."
        )


def check_resolved(power: np.ndarray, name: str, axis: str) -> None:
    """Refuse a function whose spectrum (..., m), in FFT order, fills its band."""
    share = _outer_share(np.fft.fftshift(power, axes=-1), name)
    if not share <= BOUND:
        raise ValueError(
            f"`{name}` must be resolved by its axes, but {share:.2g} of its square is "
            f"in the outer 32nds of the wave numbers that the spacing of {axis} can "
            f"hold, where {BOUND:.0e} may be. Make {axis} finer."
        )


def _outer_share(power: np.ndarray, name: str) -> float:
    """Return the largest share, over a batch, in the outer cells of the last axis."""
    cells = max(1, round(OUTER * power.shape[-1]))
    whole = power.sum(-1)
    if not whole.min() > 0:
        raise ValueError(f"`{name}` must not vanish, but is zero everywhere.")
    outer = power[..., :cells].sum(-1) + power[..., -cells:].sum(-1)
    return float((outer / whole).max())


def refine(values: np.ndarray, spacing: float, offset: np.ndarray) -> np.ndarray:
    """Return values (m,) at x + offset, every half spacing: (len(offset), 2m)."""
    m = values.shape[-1]
    index = np.fft.fftfreq(m, 1 / m).astype(int)
    waves = np.zeros((offset.size, 2 * m), dtype=complex)
    k = 2 * np.pi * index / (m * spacing)
    waves[:, index] = 2 * np.fft.fft(values) * np.exp(1j * k * offset[:, None])
    return np.fft.ifft(waves)


def interpolate(values: np.ndarray, x: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return values (nx, n), known on even x, at points: (len(points), n).

    By Whittaker's series; zero outside of x.
    """
    n, spacing = x.size, (x[-1] - x[0]) / (x.size - 1)
    place = (points - x[0]) / spacing
    nearest = np.rint(np.clip(place, -1, n)).astype(int)
    rest = place - nearest
    inside = (place >= -1e-9) & (place <= n - 1 + 1e-9)
    if np.abs(rest[inside]).max(initial=0) < 4e-15 * n:  # they are points of x
        found = values[np.clip(nearest, 0, n - 1)]
        return np.where(inside[:, None], found, 0)

    away = nearest[:, None] - np.arange(n)
    below = np.pi * (away + rest[:, None])
    sign = 1 - 2 * (away % 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        weights = sign * np.sin(np.pi * rest)[:, None] / below
    weights = np.where(below == 0, 1.0, weights)
    return np.where(inside[:, None], weights, 0.0) @ values


def phases(s: np.ndarray, p: np.ndarray, hbar: float) -> np.ndarray:
    """Return cos 2ps/ħ above sin 2ps/ħ, shape (2 len(s), len(p))."""
    angle = 2 / hbar * s[:, None] * p
    return np.concatenate([np.cos(angle), np.sin(angle)])
