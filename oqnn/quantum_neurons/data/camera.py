"""A camera whose pixels report changes of brightness alone, as events."""

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite, check_positive

__all__ = ["event_camera", "event_counts"]

# of a threshold: changes meant to equal it must not miss it by rounding
ROUNDING = 1e-9


def event_counts(frames: ArrayLike, threshold: float) -> np.ndarray:
    r"""Return how many events each pixel has between two frames, with their sign.

    Each pixel keeps a reference r, its brightness at the first frame. At a frame of
    brightness b it has :math:`k = \lfloor |b - r| / \theta \rfloor` events, ON (k > 0)
    where it became brighter and OFF (k < 0) where darker, and r moves by kθ towards b.
    This is the usual model of a dynamic vision sensor [1]_, which compares logarithms
    of intensities, without noise and refractory time.

    Parameters
    ----------
    frames : shape (..., F, h, w)
        Brightness b: a logarithm of intensities, or intensities for a linear sensor.
    threshold : float, unit of brightness
        θ.

    Returns
    -------
    shape (..., F - 1, h, w), int64
        Signed numbers of events before each frame but the first.

    Raises
    ------
    ValueError
        If there are fewer than two frames, a brightness is not finite, or the
        threshold is not positive.

    References
    ----------
    .. [1] Lichtsteiner, Posch and Delbruck, IEEE J. Solid-State Circuits 43, 566
           (2008).

    Examples
    --------
    >>> event_counts(np.array([0.0, 0.7, 1.0, 0.2]).reshape(4, 1, 1), 0.5).ravel()
    array([ 1,  1, -1])
    """
    brightness = np.asarray(frames, dtype=float)
    if brightness.ndim < 3 or brightness.shape[-3] < 2 or 0 in brightness.shape:
        raise ValueError(
            "`frames` must have shape (..., F, h, w) with two frames or more, but have "
            f"shape {brightness.shape}."
        )
    check_finite(brightness, "frames")
    check_positive(threshold, "threshold")
    brightness = np.moveaxis(brightness, -3, 0)  # (F, ..., h, w)
    counts = np.empty((len(brightness) - 1, *brightness.shape[1:]), dtype=np.int64)
    reference = brightness[0].copy()
    for frame, count in zip(brightness[1:], counts, strict=True):
        change = (frame - reference) / threshold
        count[...] = np.sign(change) * np.floor(np.abs(change) + ROUNDING)
        reference += threshold * count
    return np.moveaxis(counts, 0, -3)


def event_camera(frames: ArrayLike, threshold: float) -> np.ndarray:
    """Return which pixels had ON and which OFF events between two frames.

    As `event_counts`, whose arguments and errors it shares, but several events of a
    pixel between two frames count as one spike.

    Returns
    -------
    shape (..., F - 1, 2, h, w), uint8
        ON first, OFF second; never both.

    Examples
    --------
    >>> frames = np.array([0.0, 0.7, 1.0, 0.2]).reshape(4, 1, 1)
    >>> event_camera(frames, 0.5)[..., 0, 0].T
    array([[1, 1, 0],
           [0, 0, 1]], dtype=uint8)
    """
    counts = event_counts(frames, threshold)
    return np.stack([counts > 0, counts < 0], axis=-3).astype(np.uint8)
