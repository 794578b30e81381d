"""Bell correlations of learned states, against angle, epoch and noise."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ._points import STAR, Series, as_points, as_series, bars, looks_of, mark, name_them
from .style import BLACK, GREY, SMALL, THICK, WIDE, dress, new_figure

__all__ = ["bell_correlations"]

LOCAL_BOUND = 2.0
CONNECTED_LOCAL_BOUND = 16 / 7
QUANTUM_BOUND = 2 * np.sqrt(2)
SEPARABLE_NOISE = 2 / 3  # of a Werner state
SHADE = "0.93"
PI_TICKS = {0.0: "0", 0.25: "π/4", 0.5: "π/2", 0.75: "3π/4", 1.0: "π"}
Looks = Mapping[str, tuple[str, str]]
BELL = r"$\mathcal{B}(\pi/4)$"


def bell_correlations(
    learned: Mapping[str, Mapping[str, ArrayLike]],
    exact: Mapping[str, Mapping[str, ArrayLike]],
    training: Mapping[str, Mapping[str, ArrayLike]],
    witness: Mapping[str, Mapping[str, ArrayLike]],
    *,
    published: Mapping[str, tuple[float, float, float]] | None = None,
    published_bias: float | None = None,
) -> Figure:
    r"""Draw B(θ) of learned states, B(π/4) while they are learned, and against noise.

    As in [1]_, Fig. 2, with full correlators: |B| ≤ 2 for local models, shaded; lines
    mark 16/7, which is their bound on connected ones. Of the Bell state with a share
    1 − r of white noise B(π/4) is 2√2 r; under that panel is what is found less that.
    A part that is empty leaves its panel with the exact lines.

    Parameters
    ----------
    learned : mapping of label → {"theta", "bell", "sd"}, each of shape (t,)
        Points with bars, a colour a label.
    exact : mapping of label → {"theta", "bell"}, each of shape (t,)
        Black lines.
    training : mapping of label → {"epoch", "bell"}, each of shape (epochs,)
        B(π/4), a curve a label.
    witness : mapping of label → {"noise", "bell", "sd"}, each of shape (k,)
        1 − r and B(π/4). Bars are left out where ``sd`` is not a number.
    published : mapping of label → (noise, bell, sd), optional
        Measurements of others, black.
    published_bias : float, optional
        Their mean deviation from 2√2 r over Werner states, a dashed line.

    Returns
    -------
    Figure
        Four axes: B(θ), training, noise, deviation.

    Raises
    ------
    TypeError, ValueError
        If a part is no mapping of labels to those arrays, their lengths differ, or a
        number other than ``sd`` is not finite.

    References
    ----------
    .. [1] Czischek et al., SciPost Phys. 12, 039 (2022).
    """
    points = as_series(learned, "learned", "theta bell sd")
    lines = as_series(exact, "exact", "theta bell")
    curves = as_series(training, "training", "epoch bell")
    noisy = as_series(witness, "witness", "noise bell sd")
    others = as_points(published, "published", 3)

    figure = new_figure(WIDE, 2.8)
    axes = figure.subplot_mosaic(
        [["angle", "epoch", "noise"], ["angle", "epoch", "bias"]], height_ratios=[2, 1]
    )
    axes["noise"].sharex(axes["bias"])
    looks = looks_of([*points, *curves])
    _draw_angles(axes["angle"], points, lines, looks)
    _draw_epochs(axes["epoch"], curves, looks)
    _draw_noise(axes["noise"], axes["bias"], noisy, others, published_bias)
    return figure


def _draw_angles(axes: Axes, points: Series, lines: Series, looks: Looks) -> None:
    """Draw B(θ) with the local region."""
    axes.axhspan(-LOCAL_BOUND, LOCAL_BOUND, color=SHADE, linewidth=0, zorder=0)
    for level, start in ((CONNECTED_LOCAL_BOUND, 0), (-CONNECTED_LOCAL_BOUND, 2)):
        # below it starts late, to leave room for the names
        axes.plot([start, np.pi], [level, level], color=GREY, ls=":", linewidth=0.8)
    for k, data in enumerate(lines.values()):
        label = None if k else "exact"
        axes.plot(data["theta"], data["bell"], color=BLACK, linewidth=0.8, label=label)
    for label, data in points.items():
        given = data["theta"], data["bell"], data["sd"]
        bars(axes, *given, looks[label], label=label, linestyle="none")
    _write(axes, np.pi, LOCAL_BOUND - 0.06, "local models", "right", "top")
    level = CONNECTED_LOCAL_BOUND + 0.03
    _write(axes, np.pi, level, "connected, 16/7", "right", "bottom")
    axes.set_xticks([np.pi * x for x in PI_TICKS], list(PI_TICKS.values()))
    dress(axes, x=r"angle $\theta$", y=r"$\mathcal{B}(\theta)$", grid=False)
    name_them(axes, "lower left")


def _draw_epochs(axes: Axes, curves: Series, looks: Looks) -> None:
    """Draw B(π/4) while states are learned."""
    axes.axhspan(0, LOCAL_BOUND, color=SHADE, linewidth=0, zorder=0)
    axes.axhline(QUANTUM_BOUND, color=BLACK, linestyle="--", linewidth=0.8)
    for label, data in curves.items():
        colour, _ = looks[label]
        axes.plot(
            data["epoch"],
            data["bell"],
            color=colour,
            linewidth=0.7 * THICK,
            label=label,
        )
    dress(axes, x="epochs", y=BELL, grid=False)
    name_them(axes, "lower right")


def _draw_noise(
    axes: Axes,
    below: Axes,
    noisy: Series,
    others: Mapping[str, np.ndarray],
    bias: float | None,
) -> None:
    """Draw B(π/4) against noise, and what it is less the exact line."""
    axes.axhspan(0, LOCAL_BOUND, color=SHADE, linewidth=0, zorder=0)
    axes.plot([0, 1], [QUANTUM_BOUND, 0], color=BLACK, linewidth=0.8, label="exact")
    below.axhline(0, color=BLACK, linewidth=0.8)
    looks = looks_of(noisy)
    for label, data in noisy.items():
        noise, bell, sd = data["noise"], data["bell"], data["sd"]
        for panel, level in ((axes, 0 * noise), (below, _exact_witness(noise))):
            given = noise, bell - level, sd
            bars(panel, *given, looks[label], label=label, linestyle="none")
    for label, (noise, bell, sd) in others.items():
        for panel, base in ((axes, 0), (below, _exact_witness(noise))):
            mark(panel, noise, bell - base, (BLACK, STAR), label=label, sd=sd)
    if bias is not None:
        below.axhline(bias, color=BLACK, linestyle="--", linewidth=0.8)
        words = "chip, mean bias"
        axes.plot([], [], color=BLACK, ls="--", linewidth=0.8, label=words)
    for panel in (axes, below):
        panel.axvline(SEPARABLE_NOISE, color=GREY, linestyle=":", linewidth=0.8)
    _write(axes, SEPARABLE_NOISE + 0.02, 3, "separable", "left", "top")
    axes.tick_params(labelbottom=False)
    dress(axes, y=BELL, grid=False)
    dress(below, x=r"noise strength $1 - r$", y="found − exact", grid=False)
    name_them(axes, "lower left")


def _exact_witness(noise: np.ndarray) -> np.ndarray:
    """Return B(π/4) of Werner states."""
    return QUANTUM_BOUND * (1 - noise)


def _write(axes: Axes, x: float, y: float, words: str, ha: str, va: str) -> None:
    """Write small grey words."""
    axes.text(x, y, words, ha=ha, va=va, fontsize=SMALL - 1, color="0.4")
