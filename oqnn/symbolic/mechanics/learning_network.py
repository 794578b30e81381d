r"""The learning network of neurons and weights as a Hamiltonian with shifts S_{vT}."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import sympy
from sympy import (
    Add,
    Derivative,
    Eq,
    Expr,
    Function,
    ImmutableMatrix,
    Integer,
    Rational,
    Symbol,
)

from ..._core.checks import check_integer
from ..canonical import OMEGA, TIME
from .hamilton_jacobi import HamiltonJacobi, hamilton_jacobi
from .shifts import PERIOD, Shift, apply_shifts

__all__ = ["TIME_CONSTANT", "LearningNetwork", "learning_network"]

TIME_CONSTANT = Symbol("lambda", positive=True)


@dataclass(frozen=True, kw_only=True)
class LearningNetwork:
    r"""Neurons y with costates Δ, and the weights of every epoch with their momenta.

    S_{vT}W and S_{vT}M, one pair for each v = 0, …, n + 1, are coordinates and momenta
    of their own. Index 0 holds those of now, index 1 those of one epoch ago, which the
    neurons use.
    """

    neurons: tuple[Symbol, ...]
    costates: tuple[Symbol, ...]
    weights: tuple[ImmutableMatrix, ...]
    """S_{vT}W of each v: a row for each neuron, a column for each input."""
    momenta: tuple[ImmutableMatrix, ...]
    """S_{vT}M, likewise."""
    activation: Callable[[Expr], Expr]
    cost: Expr
    """E in the neurons and the weights."""

    @property
    def inputs(self) -> tuple[Expr, ...]:
        """What the weights multiply: the neurons, after y₀ = 1 if there is a bias."""
        bias = self.weights[0].cols > len(self.neurons)
        return (*([Integer(1)] if bias else []), *self.neurons)

    @property
    def arguments(self) -> tuple[Expr, ...]:
        """The a_k = Σ_j (S_T W)_kj y_j."""
        return tuple(self.weights[1] * ImmutableMatrix(self.inputs))

    @property
    def flow(self) -> tuple[Expr, ...]:
        """The F_k = (−y_k + f(a_k))/λ."""
        pairs = zip(self.neurons, self.arguments, strict=True)
        return tuple((self.activation(a) - y) / TIME_CONSTANT for y, a in pairs)

    @property
    def kinetic(self) -> Expr:
        """The energy (1/2ω) Σ_v Σ_kl (S_{vT}M)²_kl."""
        return Add(*(m**2 for M in self.momenta for m in M)) / (2 * OMEGA)

    @property
    def hamiltonian(self) -> Expr:
        """H = Σ Δ_k F_k + (1/2ω) Σ (S_{vT}M)² + E."""
        pairs = zip(self.costates, self.flow, strict=True)
        return Add(*(Delta * F for Delta, F in pairs), self.kinetic, self.cost)

    @property
    def hamilton_jacobi(self) -> HamiltonJacobi:
        """Its Hamilton-Jacobi equation, in y and the S_{vT}W."""
        coordinates = (*self.neurons, *(w for W in self.weights for w in W))
        momenta = (*self.costates, *(m for M in self.momenta for m in M))
        return hamilton_jacobi(self.hamiltonian, coordinates, momenta)

    @property
    def equations(self) -> tuple[Eq, ...]:
        """Hamilton's equations in functions of time: ẏ, Ẇ and then Δ̇, Ṁ."""
        system = self.hamilton_jacobi
        variables = (*system.coordinates, *system.momenta)
        slopes = (*system.velocities, *system.forces)
        return tuple(
            Eq(Derivative(self.in_time(v), TIME), self.in_time(slope), evaluate=False)
            for v, slope in zip(variables, slopes, strict=True)
        )

    @property
    def gradient(self) -> ImmutableMatrix:
        """The g = ∂H/∂(S_T W), by the weights in use: what an epoch teaches."""
        return self.weights[1].applyfunc(self.hamiltonian.diff)

    @property
    def costate_slopes(self) -> tuple[Expr, ...]:
        """The Δ̇_k = Δ_k/λ − (1/λ) Σ_l Δ_l f′(a_l)(S_T W)_lk − ∂E/∂y_k."""
        return tuple(-self.hamiltonian.diff(y) for y in self.neurons)

    def lagrangian(
        self, neuron_velocities: tuple[Symbol, ...], weight_velocities: Any
    ) -> Expr:
        """Return Σ Δ_k(ẏ_k − F_k) + (ω/2) Σ_v (S_{vT}Ẇ)² − E.

        Only the M can be expressed by velocities, M = ωẆ. The Δ stay, as coordinates.

        Parameters
        ----------
        neuron_velocities : tuple of Symbol
            The ẏ.
        weight_velocities : sequence of Symbol
            The S_{vT}Ẇ, in the order of ``hamilton_jacobi.coordinates``.

        Raises
        ------
        ValueError
            If there is not one velocity for each coordinate.
        """
        slopes = zip(self.costates, neuron_velocities, self.flow, strict=True)
        momenta = (m for M in self.momenta for m in M)
        pairs = list(zip(momenta, weight_velocities, strict=True))
        energy = OMEGA * Rational(1, 2) * Add(*(v**2 for _, v in pairs))
        return Add(*(Delta * (v - F) for Delta, v, F in slopes), energy, -self.cost)

    def in_time(self, expr: Any) -> Expr:
        """Return an expression with W, M, y, Δ as functions of time, delays shown."""
        functions = {
            s: Function(s.name, real=True)(TIME)
            for s in (*self.neurons, *self.costates)
        }
        for stack in (self.weights, self.momenta):
            for v, layer in enumerate(stack):
                for now, delayed in zip(stack[0], layer, strict=True):
                    function = Function(now.name, real=True)(TIME)
                    functions[delayed] = apply_shifts(Shift(v * PERIOD), function)
        return sympy.sympify(expr).xreplace(functions)

    def with_cost(self, cost: Any) -> "LearningNetwork":
        """Return the network with another E.

        Parameters
        ----------
        cost : Expr
            In the symbols `neurons` and `weights`, and the time.

        Raises
        ------
        ValueError
            If it holds costates or momenta: the constraints would change.
        """
        cost = sympy.sympify(cost)
        if cost.has(*self.costates, *(m for M in self.momenta for m in M)):
            raise ValueError(
                "`cost` must be a function of neurons, weights and time, but holds "
                f"costates or momenta: {cost}."
            )
        return replace(self, cost=cost)


def learning_network(
    neurons: int = 1,
    *,
    epoch: int = 0,
    activation: Callable[[Expr], Expr] | None = None,
    bias: bool = False,
) -> LearningNetwork:
    r"""Return the learning network of a given size in its epoch n.

    .. math:: H = \sum_k \Delta_k F_k(y, S_T W)
        + \frac{1}{2\omega} \sum_{kl} \sum_{v=0}^{n+1} (S_{vT} M)_{kl}^2
        + E(t, y, W), \qquad
        F_k = \frac1\lambda \Big[-y_k + f\Big(\sum_j (S_T W)_{kj} y_j\Big)\Big],

    with :math:`(S_T X)(t) = X(t - T)` [1]_.

    Parameters
    ----------
    neurons : int, 1 to 9
        Number of neurons.
    epoch : int, from 0
        n: momenta of n + 2 epochs are kept.
    activation : callable, optional
        f, such as ``sympy.tanh``; an undetermined function by default.
    bias : bool
        Whether the inputs start with y₀ = 1; the weights then have one more column,
        of index 0.

    Returns
    -------
    LearningNetwork
        With an undetermined cost E(t, y, W); ``with_cost`` gives another. A weight is
        called ``W12``, one of v epochs ago ``W12_v``.

    Raises
    ------
    TypeError, ValueError
        If a number is no integer, or out of range.

    References
    ----------
    .. [1] "Cvasi-classical / cvasi-quantum neural networks" (slides), Hamiltonian of
       the learning network.

    Examples
    --------
    >>> network = learning_network(activation=sympy.tanh)
    >>> network.flow
    ((-y1 + tanh(W11_1*y1))/lambda,)
    >>> network.equations[0]
    Eq(Derivative(y1(t), t), (-y1(t) + tanh(W11(-T + t)*y1(t)))/lambda)
    """
    check_integer(neurons, "neurons")
    check_integer(epoch, "epoch", least=0)
    if neurons > 9:
        raise ValueError(
            f"`neurons` must be at most 9, one digit in a name, but is {neurons}. "
            "Larger networks are a matter for numerics: oqnn.environments."
        )
    rows = range(1, neurons + 1)
    columns = range(0 if bias else 1, neurons + 1)

    def stack(letter: str) -> tuple[ImmutableMatrix, ...]:
        return tuple(
            ImmutableMatrix(
                [[_symbol(f"{letter}{k}{j}", v) for j in columns] for k in rows]
            )
            for v in range(epoch + 2)
        )

    y = tuple(_symbol(f"y{k}") for k in rows)
    W = stack("W")
    return LearningNetwork(
        neurons=y,
        costates=tuple(_symbol(f"Delta{k}") for k in rows),
        weights=W,
        momenta=stack("M"),
        activation=Function("f", real=True) if activation is None else activation,
        cost=Function("E", real=True)(TIME, *y, *W[0]),
    )


def _symbol(name: str, delay: int = 0) -> Symbol:
    """Return the symbol of a variable, as it was so many epochs ago."""
    return Symbol(f"{name}_{delay}" if delay else name, real=True)
