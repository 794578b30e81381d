"""The pair of states whose images move apart the most, all increases added up."""

from itertools import combinations

import numpy as np
from scipy.optimize import minimize

from .._core.bases import from_coordinates, hermitian_basis, to_coordinates
from .._core.seeds import rng_from

__all__ = ["best_pair", "distances_of"]

CHUNK = 2**20  # coordinates that are held at once while screening
KICK = 0.1  # size of a random kick, relative to the pair


def distances_of(shrink: np.ndarray, gap: np.ndarray) -> np.ndarray:
    """Return ½‖Φ_t(Δ)‖₁, shape (..., t), for traceless Δ of shape (..., d, d).

    `shrink` (t, d² − 1, d² − 1) are the maps without the trace.
    """
    moved = np.einsum("tab,...b->...ta", shrink, _coordinates(gap), optimize=True)
    return _half_norms(moved)


def best_pair(
    shrink: np.ndarray, d: int, candidates: int, refined: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Screen candidates, refine the best ones, and return the best pair of all.

    A pair is a stack of factors (2, d, r) with ρ = AA†/Tr AA†, so that every step of
    the ascent stays among states.
    """
    pairs = [
        *_basis_pairs(d),
        *(_axes(candidates) if d == 2 else _random_pairs(d, candidates, seed)),
    ]
    # the growth is not negative, so an order by −growth is stable among ties
    order = np.argsort(-_screen(shrink, pairs), kind="stable")
    found = [_ascend(shrink, pairs[i]) for i in order[:refined]]
    best = _best_of(shrink, found)
    rng = rng_from(seed, "kicks")
    for _ in range(refined if d > 2 else 0):  # out of local maxima and off kinks
        kick = rng.normal(size=best.shape) + 1j * rng.normal(size=best.shape)
        kicked = best + KICK * np.linalg.norm(best) / np.linalg.norm(kick) * kick
        best = _best_of(shrink, [best, _ascend(shrink, kicked)])
    first, second = _states(best)
    return first, second


def _best_of(shrink: np.ndarray, pairs: list[np.ndarray]) -> np.ndarray:
    """Return the pair that grows the most, the first among equals."""
    return pairs[int(_screen(shrink, pairs).argmax())]


def _screen(shrink: np.ndarray, pairs: list[np.ndarray]) -> np.ndarray:
    """Return the growth of every pair."""
    gaps = np.array([np.subtract(*_states(pair)) for pair in pairs])
    step = max(1, CHUNK // (len(shrink) * gaps[0].size))
    parts = [gaps[i : i + step] for i in range(0, len(gaps), step)]
    distances = np.concatenate([distances_of(shrink, part) for part in parts])
    return np.maximum(np.diff(distances, axis=-1), 0).sum(axis=-1)


def _ascend(shrink: np.ndarray, pair: np.ndarray) -> np.ndarray:
    """Raise the growth of a pair by quasi-Newton steps; never returns a worse one."""

    def loss(x: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = _growth(shrink, x.view(complex).reshape(pair.shape))
        return -value, -gradient.ravel().view(float)

    start = pair.ravel().view(float)
    found = minimize(loss, start, jac=True, method="L-BFGS-B")
    better = found.fun < loss(start)[0]
    return found.x.view(complex).reshape(pair.shape) if better else pair


def _growth(shrink: np.ndarray, pair: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the growth of a pair of factors (2, d, r) and its gradient by them."""
    rho = _states(pair)
    moved = shrink @ _coordinates(rho[0] - rho[1])  # (t, d² − 1)
    distances, slopes = _half_norms_and_slopes(moved)
    rises = np.diff(distances) > 0
    signs = np.zeros(len(distances))  # each rise counts its end and takes off its start
    signs[1:] += rises
    signs[:-1] -= rises
    by_gap = np.einsum("t,tab,ta->b", signs, shrink, slopes, optimize=True)
    G = np.einsum("a,aij->ij", by_gap, hermitian_basis(pair.shape[1])[1:])
    G = np.stack([G, -G])
    means = np.einsum("pij,pji->p", G, rho).real
    norms = (np.abs(pair) ** 2).sum(axis=(1, 2))
    gradient = 2 * (G @ pair - means[:, None, None] * pair) / norms[:, None, None]
    return float(signs @ distances), gradient


def _states(pair: np.ndarray) -> np.ndarray:
    """Return AA†/Tr AA† of the factors of a pair."""
    positive = pair @ pair.conj().mT
    return positive / np.trace(positive, axis1=1, axis2=2)[:, None, None]


def _coordinates(gap: np.ndarray) -> np.ndarray:
    """Return the coordinates of traceless Hermitian matrices, (..., d² − 1)."""
    return to_coordinates(gap).real[..., 1:]


def _matrices(coordinates: np.ndarray) -> np.ndarray:
    """Undo `_coordinates`."""
    zero = np.zeros((*coordinates.shape[:-1], 1))
    return from_coordinates(np.concatenate([zero, coordinates], axis=-1))


def _half_norms(coordinates: np.ndarray) -> np.ndarray:
    """Return half the trace norms of traceless matrices."""
    if coordinates.shape[-1] == 3:  # eigenvalues ± |x|/√2
        return np.linalg.norm(coordinates, axis=-1) / np.sqrt(2)
    return np.abs(np.linalg.eigvalsh(_matrices(coordinates))).sum(axis=-1) / 2


def _half_norms_and_slopes(coordinates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return half the trace norms and their gradients, ½ of the signs of matrices."""
    values, kets = np.linalg.eigh(_matrices(coordinates))
    signs = (kets * np.sign(values)[..., None, :]) @ kets.conj().mT
    return np.abs(values).sum(axis=-1) / 2, _coordinates(signs) / 2


def _basis_pairs(d: int) -> list[np.ndarray]:
    """Orthogonal pairs |i⟩, |j⟩ and their superpositions with phases 1 and i."""
    unit = np.eye(d, dtype=complex)
    pairs = []
    for i, j in combinations(range(d), 2):
        pairs.append(np.stack([unit[i], unit[j]]))
        for phase in (1, 1j):
            up, down = unit[i] + phase * unit[j], unit[i] - phase * unit[j]
            pairs.append(np.stack([up, down]) / np.sqrt(2))
    return [pair[..., None] for pair in pairs]


def _axes(count: int) -> list[np.ndarray]:
    """Antipodal pairs along axes that cover half of the Bloch sphere evenly."""
    k = np.arange(count)
    half, azimuth = np.arccos(1 - (k + 0.5) / count) / 2, np.pi * (3 - np.sqrt(5)) * k
    phase = np.exp(1j * azimuth)
    up = np.stack([np.cos(half), phase * np.sin(half)], axis=-1)
    down = np.stack([-np.sin(half), phase * np.cos(half)], axis=-1)
    return list(np.stack([up, down], axis=1)[..., None])


def _random_pairs(d: int, count: int, seed: int) -> list[np.ndarray]:
    """Orthogonal pure pairs and mixed pairs in turn."""
    rng = rng_from(seed, "pairs")
    pairs = []
    for k in range(count):
        raw = rng.normal(size=(2, d, d)) + 1j * rng.normal(size=(2, d, d))
        pure = np.linalg.qr(raw[0])[0][:, :2].T[..., None]
        pairs.append(raw if k % 2 else pure)
    return pairs
