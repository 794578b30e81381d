"""Wigner functions in motion: quantum, to an order of ħ, or classical."""

from collections.abc import Callable, Sequence
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_integer, check_positive
from ..grid import PhaseSpaceGrid
from ..guards import check_fits, warn_of_grid
from ..potentials.potential import Potential, as_potential
from ..surroundings.open_parts import Channel, OpenParts
from ..surroundings.positivity import check_positivity
from ..wigner_function import Bandwidth, EdgeMass, WignerFunction
from .arguments import check_time_order, convert_times
from .evolution import PhaseSpaceEvolution
from .padding import PaddedBox
from .splitting import TimeOrder
from .walk import Walk

__all__ = ["propagate"]


def propagate(
    potential: Potential | Callable[..., ArrayLike],
    W: WignerFunction,
    tlist: ArrayLike,
    *,
    mass: float = 1.0,
    order_hbar: int | None = None,
    time_order: TimeOrder = 4,
    step: float | None = None,
    tol: float = 1e-8,
    channels: Sequence[Channel] = (),
    padding: float = 0.0,
    progress: bool | None = None,
) -> PhaseSpaceEvolution:
    r"""Move W under H = p²/2m + U(x, t).

    Solves [1]_, in the form that holds for every U,

    .. math:: \frac{\partial W}{\partial t} = -\frac pm \frac{\partial W}{\partial x}
       + \frac{i}{\hbar} \big[U(x + \tfrac{\hbar}{2i}\partial_p)
       - U(x - \tfrac{\hbar}{2i}\partial_p)\big] W ,

    by split steps: in θ, which is conjugate to p, U multiplies; in wave numbers k of x
    the free motion does. Exact in x and p for a W that fits the grid, of second or
    fourth order in time. A step costs two pairs of real Fourier transforms, twice that
    in fourth order.

    Parameters
    ----------
    potential : Potential or callable
        U, as one of the potentials here or a function U(x) or U(x, t). It is called
        beyond the grid too, at x ± ħθ/2.
    W : WignerFunction
        At ``tlist[0]``, on an even grid; batches move together.
    tlist : shape (t,), time
        Strictly increasing.
    mass : float, optional
        m.
    order_hbar : int, optional
        Keep the terms of the Moyal series up to ħ^{2s} only: 0 is Liouville's equation.
        By default U(x ± ħθ/2) is taken as it is, without a series.
    time_order : 2 or 4, optional
        Order of the steps.
    step : float, optional
        Longest time step. By default it follows from `tol`. A function U(x, t) is
        looked at beforehand, and no pulse longer than a thousandth of the whole time
        is stepped over; give a step for shorter ones.
    tol : float, optional
        Bound for the error of the time steps, ‖δW‖/‖W‖ in the root mean square over
        the grid, as estimated from steps against half steps. Not used with `step`.
    channels : sequence of channels, optional
        What the environment does: diffusion, damping, localisation, … of eq. 1.8.
    padding : float, optional
        The box is made longer by this share of its length, half of it at each end, so
        that what leaves the window does not come back on the other side at once.
        0 is a periodic box.
    progress : bool, optional
        Whether to show progress; by default after two seconds on a terminal.

    Returns
    -------
    PhaseSpaceEvolution
        ``values`` of shape (t, ..., nx, np), with norm, purity, edge masses, bandwidths
        and the estimated error at every time.

    Warns
    -----
    GridWarning
        If more than 1e-6 of |W| came to the edges of the box, W became finer than its
        grid, or the grid keeps the error above `tol`, with the grid that would do.
    PositivityWarning
        If the channels together are not completely positive, with the condition.

    Raises
    ------
    TypeError
        If `W` or `potential` is of another kind.
    ValueError
        If the grid is uneven, the state does not fit it, the potential is not finite
        where it is needed, a number is out of its range, `order_hbar` needs a
        derivative that the spacing of p does not resolve, or a step of the given
        length would kick W across the momentum box.
    ConvergenceError
        If the steps that `tol` needs are too short to be worth taking, or those of a
        given length so long that W overflows.

    References
    ----------
    .. [1] Eq. 1.2; :math:`\partial_p` is :math:`-i\theta` on waves
       :math:`e^{-ip\theta}`.

    Examples
    --------
    A packet in a harmonic well is back after one period:

    >>> from oqnn.phase_space import PhaseSpaceGrid
    >>> grid = PhaseSpaceGrid.centered(6, 6, (48, 64))
    >>> x, p = grid.x[:, None], grid.p
    >>> W = WignerFunction(np.exp(-((x - 1) ** 2) - p**2) / np.pi, grid)
    >>> moved = propagate(lambda x: x**2 / 2, W, [0, np.pi, 2 * np.pi])
    >>> moved.states.mean.round(6) + 0.0
    array([[ 1.,  0.],
           [-1.,  0.],
           [ 1.,  0.]])
    """
    times = convert_times(tlist, step, tol)
    U = as_potential(potential)
    _check_arguments(W, mass, order_hbar, time_order, padding)
    box = PaddedBox.around(W.grid, float(padding))
    check_fits(W.edge_mass, W.grid)
    parts = OpenParts.of(channels, W.hbar)
    if order_hbar != 0:  # a classical state has no positivity to lose
        check_positivity(channels, W.hbar, stacklevel=3)

    walk = Walk.prepare(
        U,
        box.grid,
        parts,
        mass=float(mass),
        order_hbar=order_hbar,
        time_order=time_order,
    )
    values, errors, steps, stalled = walk.through(
        times, box.enter(W.values), step=step, tol=tol, progress=progress
    )
    edge_mass, bandwidth = _guarded(values, box.grid)
    missed = float(errors[-1]) if stalled and errors[-1] > tol else None
    warn_of_grid(
        times, edge_mass, bandwidth, box.grid, missed=missed, order_hbar=order_hbar
    )
    return PhaseSpaceEvolution(
        times=times,
        values=box.leave(values),
        grid=W.grid,
        error=errors,
        steps=steps,
        edge_mass=edge_mass,
        bandwidth=bandwidth,
    )


def _guarded(values: np.ndarray, grid: PhaseSpaceGrid) -> tuple[EdgeMass, Bandwidth]:
    """Return edge masses and bandwidths, time by time: at once they need much room."""
    edges, bands = [], []
    for frame in values:
        W = WignerFunction(frame, grid)
        edges.append(W.edge_mass)
        bands.append(W.bandwidth)
    return (
        EdgeMass(*(np.stack(mass) for mass in zip(*edges, strict=True))),
        Bandwidth(*(np.stack(used) for used in zip(*bands, strict=True))),
    )


def _check_arguments(
    W: WignerFunction,
    mass: float,
    order_hbar: int | None,
    time_order: int,
    padding: float,
) -> None:
    if not isinstance(W, WignerFunction):
        raise TypeError(
            f"`W` must be a WignerFunction, but is a {type(W).__name__}. "
            "WignerFunction(values, grid) makes one of an array."
        )
    W.grid.check_even("W.grid")
    check_positive(mass, "mass")
    if order_hbar is not None:
        check_integer(order_hbar, "order_hbar", least=0)
    check_time_order(time_order)
    if not isinstance(padding, Real):
        raise TypeError(
            f"`padding` must be a number, but is {padding!r}. It is a share of the "
            "length of the box, 0 for none."
        )
    if not 0 <= padding < np.inf:
        raise ValueError(
            f"`padding` must not be negative, but is {padding}. It is a share of the "
            "length of the box, 0 for none."
        )
