r"""The epoch update: a sum over shifted gradients, its energy and its determinant."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Add, Expr, Function, ImmutableMatrix, Symbol

from ..._core.checks import check_integer
from ..canonical import OMEGA, TIME
from .hamilton_jacobi import check_variables
from .shifts import PERIOD, Shift, apply_shifts

__all__ = [
    "FRICTION",
    "RATE",
    "EpochMap",
    "epoch_map",
    "epoch_recursion",
    "update_operator",
]

FRICTION = Symbol("mu", nonnegative=True)
RATE = Symbol("eta", positive=True)


def update_operator(epoch: int, *, friction: Any = FRICTION) -> Expr:
    r"""Return the operator of the change of weights, ΔW = (…) g.

    .. math:: \Delta W(nT + \tau) = -\frac{\eta}{\omega}
        \sum_{v=0}^n \mu^v (S_{vT}\, g)(nT + \tau).

    It is the start of the inverse of :math:`(1 - \mu S_T)`, which makes
    :math:`(1 - S_T)W = M/\omega` and :math:`(1 - \mu S_T)M = -\eta g` the epoch update:
    the sum telescopes, and gradients of epochs before the first are zero.

    Parameters
    ----------
    epoch : int, from 0
        n.
    friction : Expr or float
        μ; 1 is the frictionless network.

    Returns
    -------
    Expr
        In shifts; ``apply_shifts(update_operator(n), g)`` lets it act.

    Raises
    ------
    TypeError, ValueError
        If `epoch` is not an integer from 0.

    Examples
    --------
    >>> update_operator(1)
    -eta*(mu*S(T) + 1)/omega
    """
    check_integer(epoch, "epoch", least=0)
    friction = sympy.sympify(friction)
    shifts = (friction**v * Shift(PERIOD) ** v for v in range(epoch + 1))
    return -RATE / OMEGA * Add(*shifts)


def epoch_recursion(
    epochs: int, gradient: Any = None, *, friction: Any = FRICTION
) -> tuple[tuple[Expr, Expr], ...]:
    r"""Run M_n = μM_{n−1} − ηg_n, W_n = W_{n−1} + M_n/ω from rest, epoch by epoch.

    Parameters
    ----------
    epochs : int
        How many epochs.
    gradient : Expr, optional
        g as a function of the time; undetermined by default. Epoch n takes g(nT + τ).
    friction : Expr or float
        μ.

    Returns
    -------
    tuple of (W_n, M_n)
        At the time τ within epochs n = 0, 1, …; W_{−1} is W(τ − T), and τ is written t.

    Examples
    --------
    >>> epoch_recursion(1)
    ((-eta*g(t)/omega + W(-T + t), -eta*g(t)),)
    """
    check_integer(epochs, "epochs")
    gradient = Function("g", real=True)(TIME) if gradient is None else gradient
    friction, passed = sympy.sympify(friction), []
    W: Expr = Function("W", real=True)(TIME - PERIOD)
    M: Expr = sympy.S.Zero
    for n in range(epochs):
        M = sympy.expand(
            friction * M - RATE * apply_shifts(Shift(-n * PERIOD), gradient)
        )
        W = sympy.expand(W + M / OMEGA)
        passed.append((W, M))
    return tuple(passed)


@dataclass(frozen=True, kw_only=True)
class EpochMap:
    """One epoch as a map of weights and momenta, with g = ∂J/∂W at the old weights."""

    weights: tuple[Symbol, ...]
    momenta: tuple[Symbol, ...]
    cost: Expr
    """J of an epoch, in the weights it uses."""
    friction: Expr
    new_weights: tuple[Expr, ...]
    new_momenta: tuple[Expr, ...]

    @property
    def jacobian(self) -> ImmutableMatrix:
        """∂(W_n, M_n)/∂(W_{n−1}, M_{n−1})."""
        new = ImmutableMatrix((*self.new_weights, *self.new_momenta))
        return new.jacobian(ImmutableMatrix((*self.weights, *self.momenta)))

    @property
    def determinant(self) -> Expr:
        """Its determinant: μ^N, whatever the cost. At μ = 0 the map has rank N."""
        return sympy.expand(self.jacobian.det(method="berkowitz"))

    @property
    def energy_drift(self) -> Expr:
        r"""What one epoch adds to the energy of learning without friction.

        .. math:: C_n = J(W_{n-1}) + \frac{1}{4\omega\eta}(M_{n-1}^2 + M_n^2)

        changes by exactly

        .. math:: C_{n+1} - C_n = \frac{\eta}{4\omega}(g_{n+1}^2 - g_n^2)
            + \Big[J(W_n) - J(W_{n-1})
            - \tfrac12 (W_n - W_{n-1})\cdot(g_n + g_{n+1})\Big].

        The first part is a difference: it never adds up, and C_n − ηg_n²/4ω =
        J + M_{n−1}M_n/2ωη has only the second, `trapezoidal_error`. In W_{n−1} and
        M_{n−1}, not simplified. ValueError if there is friction: the energy then falls.
        """
        (_, g1), M1 = self._two_gradients(), self.new_momenta
        M2 = [m - RATE * slope for m, slope in zip(M1, g1, strict=True)]
        kinetic = Add(*(a**2 - b**2 for a, b in zip(M2, self.momenta, strict=True)))
        return self._rise() + kinetic / (4 * OMEGA * RATE)

    @property
    def trapezoidal_error(self) -> Expr:
        """The bracket of `energy_drift`: 0 for quadratic J, else −J‴MMM/12ω³ + …"""
        g0, g1 = self._two_gradients()
        steps = zip(self.new_momenta, g0, g1, strict=True)
        return self._rise() - Add(*(m * (a + b) for m, a, b in steps)) / (2 * OMEGA)

    def next_epoch(self, expr: Any) -> Expr:
        """Write W_n and M_n for W_{n−1} and M_{n−1}."""
        old, new = (
            (*self.weights, *self.momenta),
            (*self.new_weights, *self.new_momenta),
        )
        moves = dict(zip(old, new, strict=True))
        return sympy.sympify(expr).subs(moves, simultaneous=True)

    def _rise(self) -> Expr:
        return self.next_epoch(self.cost) - self.cost

    def _two_gradients(self) -> tuple[list[Expr], list[Expr]]:
        if self.friction != 1:
            raise ValueError(
                f"`friction` must be 1 for a conserved energy, but is {self.friction}. "
                "Give friction=1 to epoch_map."
            )
        first = [self.cost.diff(w) for w in self.weights]
        return first, [self.next_epoch(slope) for slope in first]


def epoch_map(
    weights: Sequence[Symbol] | int = 1, cost: Any = None, *, friction: Any = FRICTION
) -> EpochMap:
    """Return the map of one epoch, M → μM − η ∂J/∂W, then W → W + M/ω.

    Parameters
    ----------
    weights : sequence of Symbol, or int
        The W on which the cost of an epoch depends, or their number.
    cost : Expr, optional
        J of an epoch, in the weights in use; undetermined by default.
    friction : Expr or float
        μ.

    Returns
    -------
    EpochMap

    Raises
    ------
    TypeError, ValueError
        If `weights` are not different symbols, or a number below 1.

    Examples
    --------
    >>> epoch_map(2).determinant
    mu**2
    """
    if not isinstance(weights, Sequence):
        check_integer(weights, "weights")
        weights = [Symbol(f"W{k}", real=True) for k in range(1, weights + 1)]
    W = tuple(weights)
    check_variables(weights=W)
    M = tuple(Symbol(f"M_{w.name}", real=True) for w in W)
    J = Function("J", real=True)(*W) if cost is None else sympy.sympify(cost)
    friction = sympy.sympify(friction)
    new_M = tuple(friction * m - RATE * J.diff(w) for w, m in zip(W, M, strict=True))
    return EpochMap(
        weights=W,
        momenta=M,
        cost=J,
        friction=friction,
        new_weights=tuple(w + m / OMEGA for w, m in zip(W, new_M, strict=True)),
        new_momenta=new_M,
    )
