"""How the final W changes with parameters of the potential."""

from collections.abc import Callable
from typing import Any, NamedTuple

from ..guards import warn_of_grid
from ..wigner_function import WignerFunction
from .differentiable import DifferentiableProblem
from .splitting import TimeOrder

__all__ = [
    "WignerGradient",
    "WignerSensitivities",
    "wigner_gradient",
    "wigner_sensitivities",
]


class WignerGradient(NamedTuple):
    """A cost of the final W, and how it changes with the parameters.

    Attributes
    ----------
    cost : float
        Of the final W.
    gradient : like the parameters
        Its derivatives.
    final : WignerFunction
        W at the end.
    error : float
        Estimate of max|δW|/max|W| from the time steps.
    """

    cost: float
    gradient: Any
    final: WignerFunction
    error: float


class WignerSensitivities(NamedTuple):
    """The final W, and how it changes with the parameters.

    Attributes
    ----------
    final : WignerFunction
        W at the end.
    derivatives : like the parameters
        Its derivatives: a parameter of shape s has those of shape (*s, ..., nx, np).
    error : float
        Estimate of max|δW|/max|W| from the time steps.
    """

    final: WignerFunction
    derivatives: Any
    error: float


def wigner_gradient(
    cost: Callable[[Any], Any],
    potential: Callable[..., Any],
    parameters: Any,
    W: WignerFunction,
    time: float,
    *,
    start: float = 0.0,
    mass: float = 1.0,
    steps: int,
    order_hbar: int | None = None,
    time_order: TimeOrder = 4,
) -> WignerGradient:
    r"""Differentiate a cost of W(t) by all parameters of the potential at once.

    Reverse mode through the split steps of `propagate`: the gradient is that of the
    computed cost, to rounding, for about three propagations however many parameters
    there are, after some seconds of compilation the first time. Memory holds about
    √steps states three times over. The error is estimated from half as many steps.
    Kicks and open channels are not part of it.

    Parameters
    ----------
    cost : callable array (..., nx, np) → number
        Of the values of the final W, written in ``jax.numpy``. An average is
        ``lambda W: jnp.sum(W * symbol) * dx * dp``.
    potential : callable (parameters, x) or (parameters, x, t) → array like x
        U, smooth, in ``jax.numpy``. It is called on arrays, beyond the grid too, at
        x ± ħθ/2. `NetworkPotential.differentiable` returns one. Give the same function
        again rather than a new lambda: each is compiled anew. Both functions must
        depend on their arguments alone: whatever else they read, a global target or an
        attribute, is compiled in with the value that it had at the first call.
    parameters : number, array, or dicts, lists and tuples of them
        Real.
    W : WignerFunction
        At `start`, on an even grid. Batches move together.
    time : float
        Duration of the motion.
    start : float, optional
        Time at which it starts.
    mass : float, optional
        m.
    steps : int
        Number of time steps, at least 2. ``propagate(...).steps`` tells how many a
        tolerance needs.
    order_hbar : int, optional
        Keep terms of the Moyal series up to ħ^{2s} only.
    time_order : 2 or 4, optional
        Order of the steps.

    Returns
    -------
    WignerGradient
        ``cost``, ``gradient`` of the structure of `parameters`, ``final`` and
        ``error``.

    Warns
    -----
    GridWarning
        If more than 1e-6 of |W| is at the edges of the grid before or after.

    Raises
    ------
    TypeError
        If `W` is of another kind, the parameters are not real numbers, the potential or
        the cost is not written for JAX, or the cost is no real number.
    ValueError
        If the grid is uneven, the state does not fit it, a number is out of its range,
        something holds 32-bit floats, potential or cost are not finite, or the steps
        are so few that the error passes 5 %.

    Examples
    --------
    >>> import numpy as np

    ⟨x⟩ of a coherent state after a quarter period is p₀/ω, and falls with stiffness:

    >>> from oqnn.phase_space import PhaseSpaceGrid
    >>> grid = PhaseSpaceGrid.centered(6, 6, (48, 64))
    >>> x, p = grid.x[:, None], grid.p
    >>> W = WignerFunction(np.exp(-(x**2) - (p - 1) ** 2) / np.pi, grid)
    >>> found = wigner_gradient(
    ...     lambda values: (values * x).sum() * grid.dx * grid.dp,
    ...     lambda stiffness, x: stiffness * x**2 / 2,
    ...     1.0, W, np.pi / 2, steps=40)
    >>> round(found.cost, 6), float(found.gradient.round(6))
    (1.0, -0.5)
    """
    problem = DifferentiableProblem.checked(
        potential,
        parameters,
        W,
        time,
        start=start,
        mass=mass,
        steps=steps,
        order_hbar=order_hbar,
        time_order=time_order,
    )
    problem.check_cost(cost)
    value, values, gradient = problem.gradient(cost)
    final = WignerFunction(values, W.grid)
    error = problem.error(values)
    warn_of_grid(*problem.guards(final))
    return WignerGradient(value, gradient, final, error)


def wigner_sensitivities(
    potential: Callable[..., Any],
    parameters: Any,
    W: WignerFunction,
    time: float,
    *,
    start: float = 0.0,
    mass: float = 1.0,
    steps: int,
    order_hbar: int | None = None,
    time_order: TimeOrder = 4,
) -> WignerSensitivities:
    r"""Differentiate the whole of W(t) by each parameter of the potential.

    Forward mode through the split steps of `propagate`: to rounding the derivatives of
    what is computed, for about two propagations a parameter.

    Parameters
    ----------
    potential, parameters, W, time, start, mass, steps, order_hbar, time_order
        As in `wigner_gradient`.

    Returns
    -------
    WignerSensitivities
        ``final``, ``derivatives`` of the structure of `parameters` and ``error``. A
        parameter of shape s has derivatives of shape (*s, ..., nx, np). They are no
        Wigner functions: their integral is zero.

    Warns
    -----
    GridWarning
        If more than 1e-6 of |W| is at the edges of the grid before or after.

    Raises
    ------
    TypeError
        If `W` is of another kind, the parameters are not real numbers, or the potential
        is not written for JAX.
    ValueError
        If the grid is uneven, the state does not fit it, a number is out of its range,
        something holds 32-bit floats, the potential or a derivative is not finite, or
        the steps are so few that the error passes 5 %.

    Examples
    --------
    >>> import numpy as np

    A force F moves a free particle by F t²/2 in x and by F t in p:

    >>> from oqnn.phase_space import PhaseSpaceGrid
    >>> grid = PhaseSpaceGrid.centered(7, 6, (64, 64))
    >>> x, p = grid.x[:, None], grid.p
    >>> W = WignerFunction(np.exp(-(x**2) - p**2) / np.pi, grid)
    >>> found = wigner_sensitivities(lambda F, x: -F * x, 0.3, W, 1.0, steps=4)
    >>> slope = found.derivatives * grid.dx * grid.dp
    >>> float((slope * x).sum().round(9)), float((slope * p).sum().round(9))
    (0.5, 1.0)
    """
    problem = DifferentiableProblem.checked(
        potential,
        parameters,
        W,
        time,
        start=start,
        mass=mass,
        steps=steps,
        order_hbar=order_hbar,
        time_order=time_order,
    )
    values, derivatives = problem.sensitivities()
    final = WignerFunction(values, W.grid)
    error = problem.error(values)
    warn_of_grid(*problem.guards(final))
    return WignerSensitivities(final, derivatives, error)
