r"""Equations of motion of W that are of Fokker-Planck form.

.. math:: \frac{\partial W}{\partial t} = -\sum_i \partial_i (A_i W)
          + \frac12 \sum_{ij} \partial_i \partial_j (D_{ij} W)

Then means and covariances of linear systems follow from ordinary equations,
:math:`\dot\mu = A\mu` and :math:`\dot\Sigma = A\Sigma + \Sigma A^T + D`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, final

import sympy
from sympy import Add, Derivative, Expr, ImmutableMatrix, Integer, Order, Symbol
from sympy.core.function import AppliedUndef

from .canonical import pairs_in

__all__ = ["FokkerPlanck", "fokker_planck"]


@final
@dataclass(frozen=True)
class FokkerPlanck:
    """Drift and diffusion, both as functions on phase space."""

    variables: tuple[Symbol, ...]
    """x, p, or x1, p1, x2, p2, …: what rows and columns belong to."""
    drift: ImmutableMatrix
    """The vector A, shape (d, 1)."""
    diffusion: ImmutableMatrix
    """The symmetric matrix D, shape (d, d), twice the coefficients of W_xx and W_pp."""

    @property
    def drift_matrix(self) -> ImmutableMatrix:
        """The Jacobian ∂A_i/∂r_j, shape (d, d)."""
        return ImmutableMatrix(self.drift.jacobian(list(self.variables)))

    @property
    def is_linear(self) -> bool:
        """Whether the drift is linear and the diffusion constant: Gaussians stay so."""
        return not (
            self.drift_matrix.has(*self.variables)
            or self.diffusion.has(*self.variables)
        )


def fokker_planck(equation: Any) -> FokkerPlanck:
    r"""Read drift and diffusion off the right side of ∂W/∂t.

    Parameters
    ----------
    equation : Expr
        Linear in W and its derivatives, as of :func:`phase_space_lindblad`.

    Returns
    -------
    FokkerPlanck
        The diffusion need not be positive: not every such equation comes from a
        Lindblad equation, and not every one has a classical process.

    Raises
    ------
    ValueError
        If the equation has derivatives above the second, is truncated, is not linear
        in one W, or does not keep the integral of W.

    References
    ----------
    .. [1] Gardiner, Handbook of Stochastic Methods, 3rd ed. (2004), eq. (5.1.1).

    Examples
    --------
    >>> from oqnn.symbolic import operators, phase_space_lindblad
    >>> X, P = operators()
    >>> found = fokker_planck(phase_space_lindblad(P**2 / 2 + X**2, [X]))
    >>> found.drift
    Matrix([
    [   p],
    [-2*x]])
    >>> found.diffusion
    Matrix([
    [0,       0],
    [0, hbar**2]])
    """
    equation = sympy.sympify(equation)
    if equation.has(Order):
        raise ValueError(
            f"`equation` must be exact, but ends in {equation.getO()}. Take "
            "equation.removeO() if what is left out does not matter."
        )
    equation = sympy.expand(equation.doit())
    W, variables = _state(equation)
    value, slopes, curves = _coefficients(equation, W, variables)
    diffusion = ImmutableMatrix(curves)
    n = range(len(variables))
    spread = [Add(*(diffusion[i, j].diff(variables[j]) for j in n)) for i in n]
    drift = [sympy.expand(spread[i] - slopes[i]) for i in n]
    kept = Add(
        *(spread[i].diff(variables[i]) / 2 - drift[i].diff(variables[i]) for i in n)
    )
    if sympy.expand(value - kept) != 0:
        raise ValueError(
            "`equation` must keep the integral of W, but its part without derivatives "
            f"is {value} where a Fokker-Planck equation has {sympy.expand(kept)}. Is a "
            "loss term missing?"
        )
    return FokkerPlanck(variables, ImmutableMatrix(drift), diffusion)


def _state(equation: Expr) -> tuple[Expr, tuple[Symbol, ...]]:
    """Return the only W that an equation holds, and its variables mode by mode."""
    found = [f for f in equation.atoms(AppliedUndef) if f.func.__name__ == "W"]
    if len(found) != 1:
        raise ValueError(
            "`equation` must hold one W, as of phase_space_lindblad, but holds "
            f"{len(found)}: {', '.join(map(str, found)) or equation}."
        )
    (W,) = found
    pairs = pairs_in(equation=Add(*(v for v in W.args if v.is_Symbol)))
    return W, tuple(v for pair in pairs for v in pair)


def _coefficients(
    equation: Expr, W: Expr, variables: tuple[Symbol, ...]
) -> tuple[Expr, list[Expr], list[list[Expr]]]:
    """Return the coefficient of W, those of its slopes, and D."""
    n = len(variables)
    value: Expr = Integer(0)
    slopes: list[Expr] = [Integer(0)] * n
    curves: list[list[Expr]] = [[Integer(0)] * n for _ in range(n)]
    place = {v: k for k, v in enumerate(variables)}
    for term in Add.make_args(equation):
        unknown = [f for f in sympy.Mul.make_args(term) if f.has(W)]
        if len(unknown) != 1 or not (
            unknown[0] == W or _is_slope(unknown[0], W, place)
        ):
            raise ValueError(
                "`equation` must be linear in W and its derivatives along x and p, but "
                f"holds {term}. Give the right side of ∂W/∂t."
            )
        (f,) = unknown
        number = term / f
        indices = [] if f == W else [place[v] for v in f.variables]
        if len(indices) > 2:
            raise ValueError(
                "`equation` must have derivatives up to the second for a drift and a "
                f"diffusion, but holds {term}. Only Hamiltonians up to the second "
                "degree and Lindblad operators up to the first always give that."
            )
        if not indices:
            value += number
        elif len(indices) == 1:
            slopes[indices[0]] += number
        else:
            i, j = indices
            curves[i][j] += number
            curves[j][i] += number
    return value, slopes, curves


def _is_slope(f: Expr, W: Expr, along: Iterable[Symbol]) -> bool:
    return isinstance(f, Derivative) and f.expr == W and set(f.variables) <= set(along)
