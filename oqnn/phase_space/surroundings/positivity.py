"""Which drift and diffusion quantum mechanics allows together."""

import warnings
from collections.abc import Sequence

import numpy as np

from .open_parts import Channel, check_channels

__all__ = ["PositivityWarning", "check_positivity", "positivity_margin"]

ROUNDING = 1e-12  # relative: the least diffusion of all lies on the boundary


class PositivityWarning(UserWarning):
    """Channels together are not completely positive."""


def positivity_margin(channels: Sequence[Channel], hbar: float) -> float:
    r"""Return :math:`\det D - (\hbar\,\mathrm{tr}A/4)^2` of all channels together.

    The equation is completely positive where this is not negative and neither are D_xx
    and D_pp [1]_. For friction, tr A = −2γ, it is the condition
    :math:`D_{pp}D_{xx} - D_{px}^2 \ge (\hbar\gamma/2)^2`. Decays, as of `Localisation`,
    neither help nor hurt.

    Parameters
    ----------
    channels : sequence of Channel
        What acts.
    hbar : float
        ħ.

    Raises
    ------
    TypeError
        If something is no channel.

    References
    ----------
    .. [1] Eq. 1.8; Sandulescu and Scutaru, Ann. Phys. 173, 277 (1987).

    Examples
    --------
    >>> from oqnn.phase_space.surroundings.open_terms import Damping, Friction
    >>> positivity_margin([Damping(0.3)], hbar=1.0)
    0.0
    >>> positivity_margin([Friction(0.5)], hbar=1.0)
    -0.0625
    """
    check_channels(channels)
    A, D = _sum(channels, hbar)
    return float(D[0, 0] * D[1, 1] - D[0, 1] ** 2 - (hbar * np.trace(A) / 4) ** 2)


def check_positivity(
    channels: Sequence[Channel], hbar: float, *, stacklevel: int = 2
) -> None:
    """Warn where channels together are not completely positive.

    Then a state may get a purity above one, or negative probabilities. A classical
    equation needs no such condition.

    Parameters
    ----------
    channels : sequence of Channel
        What acts.
    hbar : float
        ħ.
    stacklevel : int, optional
        As in ``warnings.warn``: 2 is the line that calls this.

    Warns
    -----
    PositivityWarning
        If `positivity_margin` is negative, with the D_xx that would do.
    """
    A, D = _sum(channels, hbar)
    needed = (hbar * np.trace(A) / 4) ** 2
    margin = positivity_margin(channels, hbar)
    if margin >= -ROUNDING * max(needed, D[0, 0] * D[1, 1], D[0, 1] ** 2):
        return
    if D[1, 1] > 0:
        cure = f"D_xx = {(needed + D[0, 1] ** 2) / D[1, 1]:.6g} in all would do."
    else:
        cure = "Where D_pp = 0, no D_xx would do."
    warnings.warn(
        "`channels` are not completely positive, so that purities may pass 1: "
        "D_xx D_pp - D_px**2 must be at least (hbar tr A / 4)**2 "
        f"= {needed:.6g} for the drift A (with friction, (hbar gamma / 2)**2), but is "
        f"{margin + needed:.6g}. {cure}",
        PositivityWarning,
        stacklevel=stacklevel,
    )


def _sum(channels: Sequence[Channel], hbar: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the drift and the diffusion of all channels."""
    none = np.zeros((2, 2))
    return (
        sum((c.drift(hbar) for c in channels), none),
        sum((c.diffusion(hbar) for c in channels), none),
    )
