"""Memory of an environment as a flow of information back into the system."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_integer
from .._core.threads import one_blas_thread
from ._inputs import as_map_sequence
from .bloch import bloch_map
from .pair_search import best_pair, distances_of

__all__ = ["Blp", "bloch_volume_growth", "blp"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Blp:
    """The BLP measure over the sampled interval, and the pair that attains it."""

    times: np.ndarray  # (t,)
    value: float
    pair: np.ndarray  # (2, d, d), states at the start
    distances: np.ndarray  # (t,), trace distance of the pair's images
    increments: np.ndarray  # (t − 1,), its increases; zero where it falls


def blp(
    times: ArrayLike,
    transfer: ArrayLike,
    *,
    candidates: int = 512,
    refined: int = 8,
    seed: int = 0,
) -> Blp:
    r"""Return the non-Markovianity of Breuer, Laine and Piilo over [t₀, t₁].

    .. math:: \max_{\rho_1, \rho_2} \sum_i \max\bigl(0,\;
        D(\Phi_{i+1}\rho_1, \Phi_{i+1}\rho_2) - D(\Phi_i\rho_1, \Phi_i\rho_2)\bigr)

    with the trace distance D. The pairs are screened and the best ones refined by
    gradient ascent. For a qubit the optimal pair is antipodal on the Bloch sphere, and
    the candidates are an even grid of axes; for larger systems they are the pairs of
    the standard basis and its superpositions and random ones, half of them orthogonal
    pure states and half mixed, and the best pair is kicked and refined again.

    The value is a lower bound: an extreme of the distance between two samples is
    missed, and for d > 2 a better pair may be. Sampling at the extremes themselves,
    or a denser one, raises it; an extreme that lies h from the nearest sample costs
    of the order h². Increases within rounding count as zero.

    Parameters
    ----------
    times : shape (t,)
        Strictly increasing.
    transfer : shape (t, d², d²)
        Real matrices, in ``hermitian_basis(d)``, of the trace-preserving maps from the
        start to each time.
    candidates : int, optional
        Pairs to screen.
    refined : int, optional
        Pairs to refine, and kicks of the best one for d > 2.
    seed : int, optional
        For the random candidates.

    Returns
    -------
    Blp
        Value, optimal pair, its distances and their increments.

    Raises
    ------
    TypeError
        If `transfer` is complex, or a count or the seed is no integer.
    ValueError
        If `times` does not increase, shapes disagree, a map changes the trace or a
        count is below one.

    References
    ----------
    .. [1] Breuer, Laine, Piilo, Phys. Rev. Lett. 103, 210401 (2009), eq. (11).
    .. [2] Wißmann, Karlsson, Laine, Piilo, Breuer, Phys. Rev. A 86, 062108 (2012),
       for the optimal pairs.

    Examples
    --------
    A coherence that falls to a quarter and returns to a half:

    >>> maps = np.array([np.diag([1, f, f, 1]) for f in (1.0, 0.5, 0.25, 0.5)])
    >>> round(blp([0, 1, 2, 3], maps).value, 9)
    0.25
    """
    times, maps, d = as_map_sequence(times, transfer)
    check_integer(candidates, "candidates")
    check_integer(refined, "refined")
    check_integer(seed, "seed", least=0)

    shrink = maps[:, 1:, 1:]  # what the maps do to traceless matrices
    with one_blas_thread():
        first, second = best_pair(shrink, d, candidates, refined, seed)
        distances = distances_of(shrink, first - second)
    growth = np.diff(distances)
    rounding = d**2 * np.finfo(float).eps * np.abs(maps).max()
    increments = np.where(growth > rounding, growth, 0)
    return Blp(
        times=times,
        value=float(increments.sum()),
        pair=np.stack([first, second]),
        distances=distances,
        increments=increments,
    )


def bloch_volume_growth(transfer: ArrayLike) -> np.ndarray:
    """Return the sum of all increases of |det M|, the volume of the Bloch ball's image.

    A volume that grows shows memory; one that does not proves nothing. Extremes between
    two samples are missed.

    Parameters
    ----------
    transfer : shape (..., t, 4, 4)
        Real matrices, in ``hermitian_basis(2)``, of the trace-preserving maps from the
        start to each time, in order of the times.

    Returns
    -------
    np.ndarray
        Shape (...), in units of the volume of the Bloch ball.

    Raises
    ------
    TypeError
        If `transfer` is complex.
    ValueError
        If `transfer` holds no maps of one qubit that preserve the trace, or has no axis
        of times.

    References
    ----------
    .. [1] Lorenzo, Plastina, Paternostro, Phys. Rev. A 88, 020102 (2013), eq. (6).

    Examples
    --------
    >>> maps = np.array([np.diag([1, f, f, 1]) for f in (1.0, 0.5, 0.25, 0.5)])
    >>> float(bloch_volume_growth(maps))
    0.1875
    """
    matrix, _ = bloch_map(transfer)
    if matrix.ndim < 3:
        raise ValueError(
            "`transfer` must have an axis of times, (..., t, 4, 4), but has shape "
            f"{np.shape(transfer)}."
        )
    volumes = np.abs(np.linalg.det(matrix))
    return np.maximum(np.diff(volumes, axis=-1), 0).sum(axis=-1)
