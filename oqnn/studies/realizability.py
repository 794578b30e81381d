"""How far a pair of qubits is from what classical spins can carry.

Three spins a qubit have a joint law with the correlators χ of a pair exactly when these
obey every Bell inequality of two parties with three settings each. All of them are
known, so the distance to the nearest is a matrix product instead of a linear program.
"""

from functools import cache
from itertools import permutations, product

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_finite, check_increasing, check_shapes

__all__ = [
    "any_axes_margin",
    "first_carried",
    "hardest_axes_margin",
    "last_forbidden",
    "pair_margin",
]

ROUNDING = 1e-9  # below which a margin counts as zero
UNIT_TOLERANCE = 1e-9
# One of each kind: c on the products of spins, without the identity, and the bound.
POSITIVITY = np.array([[0, -1, 0, 0], [-1, -1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
CHSH = np.array([[0, 0, 0, 0], [0, 1, 1, 0], [0, 1, -1, 0], [0, 0, 0, 0]])
I3322 = np.array([[0, 1, 1, 0], [1, -1, -1, 1], [1, -1, -1, -1], [0, 1, -1, 0]])
KINDS = ((POSITIVITY, 1), (CHSH, 2), (I3322, 4))


def pair_margin(chi: ArrayLike) -> np.ndarray:
    r"""Return how far a pair lies inside what the spins can carry, by their own axes.

    .. math:: m = 1 - \max_f \frac{c_f · \chi}{L_f}

    over the 684 inequalities :math:`c_f·\chi \le L_f` that bound the correlators of two
    times three spins [1]_: 36 probabilities, 72 of CHSH, 576 of I3322. The pair has a
    law of spins exactly where m ≥ 0; below, its visibility is 1/(1 − m). It is 1 for
    two qubits that know nothing. A pure pair may lie inside too, where its axes are
    oblique: two spins along (1, 1, 1)/√3 have the margin 0.179.

    Parameters
    ----------
    chi : shape (..., 4, 4)
        Correlators, χ[..., 0, 0] = 1, as of `CorrelationMap(2).chi_from_state`.

    Returns
    -------
    np.ndarray
        Shape (...).

    Raises
    ------
    ValueError
        If `chi` has another shape, is not finite, or is not 1 at index 0, 0.

    References
    ----------
    .. [1] Collins, Gisin, J. Phys. A 37, 1775 (2004), sec. 2.

    Examples
    --------
    >>> from oqnn.encoding import CorrelationMap
    >>> pair = np.array([1, 0, 0, np.exp(0.25j * np.pi)]) / np.sqrt(2)
    >>> round(float(pair_margin(CorrelationMap(2).chi_from_state(pair))), 6)
    -0.414214
    """
    chi = _as_pair(chi)
    return 1 - (chi.reshape(*chi.shape[:-2], 16) @ _facets()).max(axis=-1)


def hardest_axes_margin(chi: ArrayLike) -> np.ndarray:
    r"""Return the margin of a pair by the axes that suit the spins worst.

    The three axes of each qubit stay at right angles, but may point anywhere. The
    greatest value of CHSH is then :math:`\sqrt2 (s_1 + s_2)`, so

    .. math:: m = 1 - \frac{s_1 + s_2}{\sqrt2}

    with the largest singular values of χ's 3 × 3 block. Where m ≥ 0, spins carry the
    pair whatever the axes, as long as the Bloch vectors a and b of the two qubits have
    |a| + |b| ≤ √2 − 1: I3322 then reaches at most
    :math:`2 s_1 + \sqrt2 (s_2 + s_3 + |a| + |b|) \le 4`. Beyond, m says only when CHSH
    no longer forbids it.

    Parameters, shapes and errors are those of `pair_margin`.
    """
    values = _singular_values(chi)
    return 1 - (values[..., 0] + values[..., 1]) / np.sqrt(2)


def any_axes_margin(chi: ArrayLike) -> np.ndarray:
    r"""Return the margin of a pair against CHSH with any settings, also oblique ones.

    .. math:: m = 1 - \sqrt{s_1^2 + s_2^2}

    with the largest singular values of χ's 3 × 3 block [1]_. Where m < 0 the pair
    violates a Bell inequality in some measurement, though perhaps none along the axes
    of the spins.

    Parameters, shapes and errors are those of `pair_margin`.

    References
    ----------
    .. [1] Horodecki, Horodecki, Horodecki, Phys. Lett. A 200, 340 (1995).
    """
    values = _singular_values(chi)
    return 1 - np.hypot(values[..., 0], values[..., 1])


def first_carried(times: ArrayLike, margins: ArrayLike) -> np.ndarray:
    """Return the first time from which the margin is not negative.

    Between two times the margin is taken for linear, so the error is of second order
    in the step. It may become negative again: see `last_forbidden`.

    Parameters
    ----------
    times : shape (t,)
        Strictly increasing, and fine enough to see the margin move.
    margins : shape (..., t)
        Finite.

    Returns
    -------
    np.ndarray
        Shape (...); infinite where all margins are negative.

    Raises
    ------
    ValueError
        If `times` does not increase, the shapes disagree, or a margin is not finite.

    Examples
    --------
    >>> round(float(first_carried([0, 1, 2], [-0.3, -0.1, 0.1])), 6)
    1.5
    """
    times, margins = _as_curve(times, margins)
    good = margins >= -ROUNDING
    first = good.argmax(axis=-1)
    found = _crossing(times, margins, np.maximum(first - 1, 0), first)
    return np.where(good.any(axis=-1), found, np.inf)[()]


def last_forbidden(times: ArrayLike, margins: ArrayLike) -> np.ndarray:
    """Return the time until which the margin is negative at least now and then.

    Parameters, interpolation and errors are those of `first_carried`. The result is
    the first time where no margin is negative, and infinite where the last one is.
    """
    times, margins = _as_curve(times, margins)
    bad = margins < -ROUNDING
    last = margins.shape[-1] - 1 - bad[..., ::-1].argmax(axis=-1)
    after = np.minimum(last + 1, len(times) - 1)
    found = np.where(bad[..., -1], np.inf, _crossing(times, margins, last, after))
    return np.where(bad.any(axis=-1), found, times[0])[()]


@cache
def _facets() -> np.ndarray:
    """Return c/L of every inequality, shape (16, 684), in columns."""
    found = {}
    orders = [(0, *order) for order in permutations((1, 2, 3))]
    flips = [np.array([1, *signs]) for signs in product((1, -1), repeat=3)]
    for seed, bound in KINDS:
        for c in (seed, seed.T):
            for rows, columns in product(orders, repeat=2):
                ordered = c[np.ix_(rows, columns)]
                for row, column in product(flips, repeat=2):
                    facet = ordered * np.outer(row, column)
                    found[facet.tobytes()] = facet.ravel() / bound
    return np.array(list(found.values())).T


def _singular_values(chi: ArrayLike) -> np.ndarray:
    return np.linalg.svd(_as_pair(chi)[..., 1:, 1:], compute_uv=False)


def _as_pair(chi: ArrayLike) -> np.ndarray:
    chi = np.asarray(chi, dtype=float)
    if chi.shape[-2:] != (4, 4):
        raise ValueError(
            f"`chi` must have shape (..., 4, 4), but has shape {chi.shape}."
        )
    check_finite(chi, "chi")
    gap = np.abs(chi[..., 0, 0] - 1).max(initial=0.0)
    if gap > UNIT_TOLERANCE:
        raise ValueError(
            f"`chi` must be 1 at index 0, 0, but is off by {gap:.3g}. It is the "
            "correlator of no spin at all."
        )
    return chi


def _as_curve(times: ArrayLike, margins: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    times, margins = np.asarray(times, dtype=float), np.asarray(margins, dtype=float)
    check_shapes(times=(times, "t"))
    check_increasing(times, "times")
    check_finite(margins, "margins")
    if margins.ndim == 0 or margins.shape[-1] != len(times):
        raise ValueError(
            f"`margins` must have one entry for each of the {len(times)} times, but "
            f"has shape {margins.shape}."
        )
    return times, margins


def _crossing(
    times: np.ndarray, margins: np.ndarray, before: np.ndarray, after: np.ndarray
) -> np.ndarray:
    """Return where the line between two grid points meets −ROUNDING."""

    def at(index: np.ndarray) -> np.ndarray:
        return np.take_along_axis(margins, index[..., None], axis=-1)[..., 0] + ROUNDING

    low, high = at(before), at(after)
    rising = (low < 0) & (high >= 0)
    share = np.where(rising, -low / np.where(rising, high - low, 1), 1.0)
    return times[before] + share * (times[after] - times[before])
