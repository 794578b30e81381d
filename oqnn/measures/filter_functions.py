"""Filter functions: which frequencies of a noise a drive lets through."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import simpson, trapezoid

from .._core.checks import check_finite, check_increasing, check_shapes

__all__ = ["filter_function", "first_order_infidelity"]

PERIODS = 8  # samples that a period of the highest frequency must have


def filter_function(
    times: ArrayLike, rotation: ArrayLike, frequencies: ArrayLike
) -> np.ndarray:
    r"""Return the filter functions of a qubit's drive, shape (w, 3, 3).

    .. math:: F_{ab}(\omega) = \Bigl|\int_0^T R_{ab}(t)\,e^{i\omega t}\,dt\Bigr|^2

    R(t) is the rotation by the drive alone: noise along axis a acts, in the frame that
    turns with the drive, along axis b with the weight R_ab. Simpson's rule.

    Parameters
    ----------
    times : shape (t,)
        Strictly increasing; at least eight in a period of the highest frequency.
    rotation : shape (t, 3, 3)
        R(t), as `Material.rotation` gives it.
    frequencies : shape (w,), angular
        Of either sign.

    Raises
    ------
    ValueError
        If shapes disagree, times do not increase or are too few.

    References
    ----------
    .. [1] Green, Sastrawan, Uys, Biercuk, New J. Phys. 15, 095004 (2013).

    Examples
    --------
    Without a drive, low frequencies pass.

    >>> times = np.linspace(0, 2, 101)
    >>> still = np.broadcast_to(np.eye(3), (101, 3, 3))
    >>> filter_function(times, still, [0.0, np.pi])[:, 2, 2].round(9)
    array([4., 0.])
    """
    times, rotation, frequencies = (
        np.asarray(value, dtype=float) for value in (times, rotation, frequencies)
    )
    check_shapes(
        times=(times, "t"), rotation=(rotation, "t 3 3"), frequencies=(frequencies, "w")
    )
    check_increasing(times, "times")
    for value, name in ((rotation, "rotation"), (frequencies, "frequencies")):
        check_finite(value, name)
    longest = np.diff(times).max(initial=0)
    highest = np.abs(frequencies).max(initial=0)
    if highest * longest > 2 * np.pi / PERIODS:
        raise ValueError(
            f"`times` must have steps of at most {2 * np.pi / PERIODS / highest:.3g} "
            f"for a frequency of {highest:.6g}, but one is {longest:.3g}. Take more."
        )
    # One frequency at a time: all at once would hold t × w × 9 complex numbers.
    found = [
        simpson(rotation * np.exp(1j * w * times)[:, None, None], x=times, axis=0)
        for w in frequencies
    ]
    return np.abs(np.array(found).reshape(-1, 3, 3)) ** 2


def first_order_infidelity(
    frequencies: ArrayLike, filters: ArrayLike, spectra: ArrayLike
) -> float:
    r"""Return the average infidelity of weak classical noise, to second order in it.

    .. math:: 1 - \bar F = \frac16 \sum_{ab} \int \frac{d\omega}{2\pi}\,
        S_a(\omega)\,F_{ab}(\omega)

    for a field ½ Σ ξ_a(t)σ_a of independent components with two-sided spectra
    :math:`S_a(\omega) = \int \langle\xi_a(t)\xi_a(0)\rangle e^{i\omega t}dt`. The
    integral is the trapezoidal sum over the given frequencies: they must reach over
    the noise on both sides, and be dense against 1/T.

    Parameters
    ----------
    frequencies : shape (w,), angular
        Strictly increasing.
    filters : shape (w, 3, 3)
        `filter_function` at these frequencies.
    spectra : shape (w, 3), angular frequency
        S_a, not negative.

    Raises
    ------
    ValueError
        If shapes disagree, frequencies do not increase, or a spectrum is negative.
    """
    frequencies, filters, spectra = (
        np.asarray(value, dtype=float) for value in (frequencies, filters, spectra)
    )
    check_shapes(
        frequencies=(frequencies, "w"),
        filters=(filters, "w 3 3"),
        spectra=(spectra, "w 3"),
    )
    check_increasing(frequencies, "frequencies")
    if not spectra.min(initial=0) >= 0:
        raise ValueError(
            f"`spectra` must not be negative, but reach {spectra.min():.3g}."
        )
    passed = np.einsum("wa,wab->w", spectra, filters)
    return float(trapezoid(passed, frequencies) / (12 * np.pi))
