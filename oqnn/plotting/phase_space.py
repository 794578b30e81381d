"""Spin Wigner functions on the sphere, unrolled so that areas stay true."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .._core.checks import check_finite, check_increasing, check_shapes
from .style import BLACK, MEDIUM, NARROW, SMALL, dress, new_figure

__all__ = ["spin_wigner_map"]

MAP = "RdBu_r"  # told apart with any colour vision; the hatch tells its ends in print
HATCH = "/////"
PHASE_LABEL, HEIGHT_LABEL = r"$\varphi$", r"$\cos\theta$"


def spin_wigner_map(
    theta: ArrayLike,
    phi: ArrayLike,
    wigner: ArrayLike,
    *,
    label: str = r"$W(\theta, \varphi)$",
) -> Figure:
    """Draw a spin Wigner function over azimuth and cos θ, an equal-area map.

    Negative regions are hatched, so that they show in black and white too; the zero
    line is drawn. Colours are symmetric about zero.

    Parameters
    ----------
    theta, phi : shape (p,) and (q,), radians
        Strictly increasing; θ from 0 at the top.
    wigner : shape (p, q)
        Real values.
    label : str, optional
        Name of the values beside the colours.

    Returns
    -------
    Figure
        One map and its colour bar.

    Raises
    ------
    ValueError
        If an axis does not increase, the shapes disagree, or a value is not finite.
    """
    theta, phi, values = (np.asarray(a, dtype=float) for a in (theta, phi, wigner))
    check_shapes(theta=(theta, "p"), phi=(phi, "q"), wigner=(values, "p q"))
    check_increasing(theta, "theta")
    check_increasing(phi, "phi")
    check_finite(values, "wigner")
    figure = new_figure(NARROW, 2.2)
    axes = figure.subplots()
    dress(axes, x=PHASE_LABEL, y=HEIGHT_LABEL, grid=False)
    colours = draw_wigner(axes, theta, phi, values, largest=np.abs(values).max())
    bar = figure.colorbar(colours, ax=axes, fraction=0.05, pad=0.02)
    bar.set_label(label, fontsize=MEDIUM)
    bar.ax.tick_params(labelsize=SMALL, width=0.6, length=2.5)
    return figure


def draw_wigner(
    axes: Axes, theta: np.ndarray, phi: np.ndarray, values: np.ndarray, largest: float
) -> ScalarMappable:
    """Draw one map; return what its colours mean."""
    largest = largest or 1.0  # a function that is zero everywhere has no scale
    height = np.cos(theta)
    scale = Normalize(-largest, largest)
    axes.pcolormesh(
        phi,
        height,
        values,
        norm=scale,
        cmap=MAP,
        shading="gouraud",
        rasterized=True,
    )
    if values.min() < 0:
        below = axes.contourf(
            phi, height, values, levels=[2 * values.min(), 0], colors="none"
        )
        below.set(hatch=HATCH, edgecolor="0.35", linewidth=0)
    if values.min() < 0 < values.max():
        axes.contour(
            phi, height, values, levels=[0], colors=BLACK, linewidths=0.6
        ).set_linestyle("-")
    axes.set_xlim(phi[0], phi[-1])
    axes.set_ylim(-1, 1)
    axes.set_xticks([-np.pi, 0, np.pi], [r"$-\pi$", "0", r"$\pi$"])
    axes.set_yticks([-1, 0, 1])
    return ScalarMappable(scale, MAP)
