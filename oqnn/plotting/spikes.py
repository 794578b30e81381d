"""Spikes, and the state that is read from them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from numpy.typing import ArrayLike

from .._core.bases import pauli_basis, pauli_labels
from .._core.checks import check_hermitian, check_integer, check_positive, check_shapes
from .._core.qobj import as_state
from .style import (
    BLACK,
    MEASURED,
    SMALL,
    TARGET,
    WIDE,
    dress,
    entitle,
    new_figure,
)

__all__ = ["reconstruction", "spike_raster", "spikes_and_reconstruction"]

MOST_QUBITS = 2  # three have 63 correlators
MOST_NAMES = 24  # more neurons than this are numbered by the axis alone


def spike_raster(
    spikes: ArrayLike,
    labels: Sequence[str] | None = None,
    *,
    dt_ms: float = 1.0,
    steps: int = 200,
) -> Figure:
    """Draw a mark for each spike, a row per neuron, the first neuron on top.

    Parameters
    ----------
    spikes : shape (T, n)
        Zeros and ones.
    labels : sequence of n str, optional
        Names of the neurons, 0, 1, … by default.
    dt_ms : float, optional
        Length of a step in ms.
    steps : int, optional
        How many steps to draw, from the first.

    Returns
    -------
    Figure
        One axes with one collection of marks per neuron.

    Raises
    ------
    ValueError
        If `spikes` has another shape or holds anything but zeros and ones, or `labels`
        has another length.
    """
    shown, names = _as_raster(spikes, labels, dt_ms, steps)
    figure = new_figure(WIDE, 0.7 + 0.16 * min(shown.shape[1], MOST_NAMES))
    draw_raster(figure.subplots(), shown, names, dt_ms)
    return figure


def reconstruction(rho: Any, rho_hat: Any, errors: ArrayLike | None = None) -> Figure:
    """Draw a target state and its reconstruction, as correlators and as matrices.

    Parameters
    ----------
    rho : Qobj, or array of shape (2**q, 2**q)
        Target; a ket |ψ⟩ stands for |ψ⟩⟨ψ|. At most two qubits.
    rho_hat : Qobj, or array of shape (2**q, 2**q)
        Hermitian estimate, positive or not.
    errors : shape (4**q - 1,), optional
        Standard errors of the measured correlators ⟨τ⟩ in the order of
        ``pauli_labels``, without the identity. With it, (4**q,) or (4,)*q, is fine too.

    Returns
    -------
    Figure
        The axes of the correlators, four of Re ρ, Re ρ̂, Im ρ, Im ρ̂, and a colour
        scale.

    Raises
    ------
    ValueError
        If the matrices are not Hermitian, not of qubits or of different sizes, or
        `errors` has another size or a negative entry.
    """
    rho, rho_hat, errors = _as_reconstruction(rho, rho_hat, errors)
    figure = new_figure(WIDE, 2.9)
    _draw_reconstruction(figure, rho, rho_hat, errors)
    return figure


def spikes_and_reconstruction(
    spikes: ArrayLike,
    rho: Any,
    rho_hat: Any,
    errors: ArrayLike | None = None,
    *,
    labels: Sequence[str] | None = None,
    dt_ms: float = 1.0,
    steps: int = 200,
) -> Figure:
    """Draw a spike raster above the state that was read from the spikes.

    Parameters, checks and parts are those of `spike_raster` and `reconstruction`.

    Parameters
    ----------
    spikes : shape (T, n)
        Zeros and ones.
    rho, rho_hat : Qobj, or arrays of shape (2**q, 2**q)
        Target and Hermitian estimate.
    errors : shape (4**q - 1,), optional
        Standard errors of the measured correlators.
    labels : sequence of n str, optional
        Names of the neurons.
    dt_ms : float, optional
        Length of a step in ms.
    steps : int, optional
        How many steps to draw, from the first.

    Returns
    -------
    Figure
        The raster's axes first, then those of `reconstruction`.

    Raises
    ------
    ValueError
        Under the conditions of `spike_raster` and `reconstruction`.
    """
    shown, names = _as_raster(spikes, labels, dt_ms, steps)
    rho, rho_hat, errors = _as_reconstruction(rho, rho_hat, errors)
    raster_height = 0.7 + 0.16 * min(shown.shape[1], MOST_NAMES)
    figure = new_figure(WIDE, raster_height + 2.9)
    parts = figure.subfigures(2, 1, squeeze=False, height_ratios=[raster_height, 2.9])
    draw_raster(parts[0, 0].subplots(), shown, names, dt_ms)
    _draw_reconstruction(parts[1, 0], rho, rho_hat, errors)
    return figure


def _as_raster(
    spikes: ArrayLike, labels: Sequence[str] | None, dt_ms: float, steps: int
) -> tuple[np.ndarray, list[str] | None]:
    """Check the spikes and return the steps to draw with the names of the rows."""
    spikes = np.asarray(spikes)
    check_shapes(spikes=(spikes, "T n"))
    check_positive(dt_ms, "dt_ms")
    check_integer(steps, "steps")
    if spikes.size == 0:
        raise ValueError(f"`spikes` must not be empty, but has shape {spikes.shape}.")
    strange = spikes[~np.isin(spikes, (0, 1))]
    if strange.size:
        raise ValueError(
            f"`spikes` must hold zeros and ones, but holds {strange.flat[0]}."
        )
    if labels is not None and len(labels) != spikes.shape[1]:
        raise ValueError(
            f"`labels` must name {spikes.shape[1]} neurons, but has {len(labels)}."
        )
    return spikes[:steps].astype(bool), None if labels is None else list(labels)


def draw_raster(
    axes: Axes, spikes: np.ndarray, labels: list[str] | None, dt_ms: float
) -> None:
    """Draw one row of marks for each neuron, the first on top."""
    steps, n = spikes.shape
    axes.eventplot(
        [np.flatnonzero(train) * dt_ms for train in spikes.T],
        lineoffsets=list(range(n)),
        linelengths=0.75,
        linewidths=min(1.2, 350 / steps),
        colors=BLACK,
    )
    dress(axes, x="time (ms)", y="neuron", grid=False)
    axes.set_xlim(-0.5 * dt_ms, (steps - 0.5) * dt_ms)
    axes.set_ylim(n - 0.4, -0.6)
    if n <= MOST_NAMES:
        names = [str(i) for i in range(n)] if labels is None else labels
        axes.set_yticks(np.arange(n), names, fontsize=SMALL)


def _as_reconstruction(
    rho: Any, rho_hat: Any, errors: ArrayLike | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Check the matrices, and return the errors without that of the identity."""
    rho, rho_hat = as_state(rho, "rho"), as_state(rho_hat, "rho_hat")
    check_shapes(rho=(rho, "d d"), rho_hat=(rho_hat, "d d"))
    check_hermitian(rho, "rho")
    check_hermitian(rho_hat, "rho_hat")
    if len(rho) not in [2**q for q in range(1, MOST_QUBITS + 1)]:
        raise ValueError(
            f"`rho` must be a state of 1 to {MOST_QUBITS} qubits, but has shape "
            f"{rho.shape}. Trace out the others."
        )
    if errors is None:
        return rho, rho_hat, None
    errors = np.ravel(np.asarray(errors, dtype=float))
    if errors.size == rho.size:
        errors = errors[1:]
    if errors.size != rho.size - 1 or not np.all(errors >= 0):
        raise ValueError(
            f"`errors` must be {rho.size - 1} standard errors, none negative, but are "
            f"{errors.size} with least {errors.min(initial=np.inf):.3g}."
        )
    return rho, rho_hat, errors


def _draw_reconstruction(
    figure: FigureBase,
    rho: np.ndarray,
    rho_hat: np.ndarray,
    errors: np.ndarray | None,
) -> None:
    """Draw the correlators on the left and the four matrices on the right."""
    grid = figure.add_gridspec(2, 4, width_ratios=[4.2, 1, 1, 0.1])
    _draw_correlators(figure.add_subplot(grid[:, 0]), rho, rho_hat, errors)
    scale = max(np.abs(rho).max(), np.abs(rho_hat).max())
    panels = [
        (rho.real, r"$\mathrm{Re}\,\rho$"),
        (rho_hat.real, r"$\mathrm{Re}\,\hat\rho$"),
        (rho.imag, r"$\mathrm{Im}\,\rho$"),
        (rho_hat.imag, r"$\mathrm{Im}\,\hat\rho$"),
    ]
    for k, (matrix, title) in enumerate(panels):
        axes = figure.add_subplot(grid[k // 2, 1 + k % 2])
        image = axes.imshow(matrix, cmap="RdBu_r", vmin=-scale, vmax=scale)
        entitle(axes, title)
        _mark_levels(axes, len(rho), left=k % 2 == 0, below=k > 1)
    bar = figure.colorbar(image, cax=figure.add_subplot(grid[:, 3]))
    bar.ax.tick_params(labelsize=SMALL, width=0.6, length=2.5)
    bar.outline.set_linewidth(0.6)


def _mark_levels(axes: Axes, d: int, *, left: bool, below: bool) -> None:
    """Frame a matrix and name its levels by bits at the outer edges."""
    dress(axes, grid=False)
    for spine in axes.spines.values():
        spine.set_visible(True)
    n_qubits = d.bit_length() - 1
    names = [f"{level:0{n_qubits}b}" for level in range(d)]
    axes.set_xticks(np.arange(d), names if below else [""] * d, rotation=90)
    axes.set_yticks(np.arange(d), names if left else [""] * d)
    axes.tick_params(labelsize=SMALL - 2, length=0)


def _draw_correlators(
    axes: Axes, rho: np.ndarray, rho_hat: np.ndarray, errors: np.ndarray | None
) -> None:
    """Draw a pair of bars for each Pauli string but the identity."""
    n_qubits = len(rho).bit_length() - 1
    strings, names = pauli_basis(n_qubits)[1:], pauli_labels(n_qubits)[1:]
    at = np.arange(len(names))
    for state, shift, colour, label in (
        (rho, -0.2, TARGET, "target"),
        (rho_hat, 0.2, MEASURED, "measured"),
    ):
        heights = np.einsum("aij,ji->a", strings, state).real
        axes.bar(at + shift, heights, width=0.4, color=colour, label=label)
    if errors is not None:
        axes.errorbar(
            at + 0.2, heights, yerr=errors, fmt="none", ecolor=BLACK, elinewidth=0.8
        )
    dress(axes, y=r"correlator $\langle\tau\rangle$")
    axes.grid(visible=False, axis="x")
    axes.axhline(0, color=BLACK, linewidth=0.6)
    axes.set_xticks(at, names)
    axes.tick_params(axis="x", length=0)
    axes.legend(
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=2,
        fontsize=SMALL,
        frameon=False,
    )
