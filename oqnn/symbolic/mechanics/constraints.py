"""Singular Hamiltonians and Lagrangians: constraints and Dirac's bracket."""

from collections.abc import Sequence
from typing import Any

import sympy
from sympy import Add, Expr, ImmutableMatrix, Symbol

from .hamilton_jacobi import HamiltonJacobi, check_variables

__all__ = [
    "constraint_matrix",
    "dirac_bracket",
    "momentum_hessian",
    "null_vectors",
    "primary_constraints",
    "velocity_constraints",
]


def momentum_hessian(system: HamiltonJacobi) -> ImmutableMatrix:
    """Return ∂²H/∂p∂p. Where it is singular, velocities do not determine momenta.

    Parameters
    ----------
    system : HamiltonJacobi
        From :func:`hamilton_jacobi`.

    Returns
    -------
    ImmutableMatrix

    Examples
    --------
    >>> from oqnn.symbolic import symbols
    >>> from oqnn.symbolic.mechanics.hamilton_jacobi import hamilton_jacobi
    >>> (x1, x2), (p1, p2), _ = symbols(2)
    >>> momentum_hessian(hamilton_jacobi(p1 * x1**2 + p2**2 / 2))
    Matrix([
    [0, 0],
    [0, 1]])
    """
    return ImmutableMatrix(sympy.hessian(system.hamiltonian, system.momenta))


def null_vectors(matrix: ImmutableMatrix) -> tuple[ImmutableMatrix, ...]:
    """Return a basis of the vectors that a matrix takes to zero."""
    return tuple(v.as_immutable() for v in matrix.nullspace(simplify=True))


def velocity_constraints(
    system: HamiltonJacobi, velocities: Sequence[Symbol]
) -> tuple[Expr, ...]:
    r"""Return what a singular H asks of velocities, one expression a null vector.

    For each null vector n of ∂²H/∂p∂p this is :math:`n \cdot (\dot q - \partial
    H/\partial p)`, which holds no momentum that H is linear in. It must vanish
    whatever the momenta are: those are multipliers, and Hamilton's equations do not
    give them from velocities.

    Parameters
    ----------
    system : HamiltonJacobi
    velocities : sequence of Symbol
        Names of the dq/dt, in the order of the coordinates.

    Returns
    -------
    tuple of Expr
        Empty if the Hessian is regular.

    Raises
    ------
    ValueError
        If there is not one velocity for each coordinate, or a null vector leaves an
        expression with momenta.

    Examples
    --------
    >>> from oqnn.symbolic import symbols
    >>> from oqnn.symbolic.mechanics.hamilton_jacobi import hamilton_jacobi
    >>> x, p, _ = symbols()
    >>> velocity_constraints(hamilton_jacobi(p * sympy.sin(x)), [sympy.Symbol("v")])
    (v - sin(x),)
    """
    velocities = tuple(velocities)
    check_variables(velocities=velocities)
    _check_count("velocities", velocities, system.coordinates)
    gaps = ImmutableMatrix(velocities) - ImmutableMatrix(system.velocities)
    found = tuple(
        sympy.expand(vector.dot(gaps))
        for vector in null_vectors(momentum_hessian(system))
    )
    _check_free_of(found, system.momenta, "H")
    return found


def primary_constraints(
    L: Any,
    q: Sequence[Symbol],
    velocities: Sequence[Symbol],
    momenta: Sequence[Symbol],
) -> tuple[Expr, ...]:
    r"""Return the primary constraints of a Lagrangian L(q, q̇, t).

    Where ∂²L/∂q̇∂q̇ has a null vector n, the momenta π = ∂L/∂q̇ obey
    :math:`n \cdot (\pi - \partial L/\partial\dot q) = 0` whatever the velocities [1]_.

    Parameters
    ----------
    L : Expr
    q, velocities, momenta : sequences of Symbol
        Coordinates, their velocities, and names for the momenta π.

    Returns
    -------
    tuple of Expr
        In q and π, each to be zero.

    Raises
    ------
    ValueError
        If the sequences differ in length, or a constraint would hold velocities.

    References
    ----------
    .. [1] Dirac, Lectures on Quantum Mechanics (1964), lecture 1.

    Examples
    --------
    >>> y, D, v, u, a, b = sympy.symbols("y Delta v u pi_y pi_Delta")
    >>> primary_constraints(D * (v - y**2), (y, D), (v, u), (a, b))
    (-Delta + pi_y, pi_Delta)
    """
    L, q, velocities = sympy.sympify(L), tuple(q), tuple(velocities)
    momenta = tuple(momenta)
    check_variables(q=q, velocities=velocities, momenta=momenta)
    _check_count("velocities", velocities, q)
    _check_count("momenta", momenta, q)
    hessian = ImmutableMatrix(sympy.hessian(L, velocities))
    gaps = ImmutableMatrix(
        [m - L.diff(v) for m, v in zip(momenta, velocities, strict=True)]
    )
    found = tuple(sympy.expand(v.dot(gaps)) for v in null_vectors(hessian))
    _check_free_of(found, velocities, "L")
    return found


def constraint_matrix(
    constraints: Sequence[Any], q: Sequence[Symbol], p: Sequence[Symbol]
) -> ImmutableMatrix:
    """Return the Poisson brackets {χ_a, χ_b}; regular if all are of second class.

    Parameters
    ----------
    constraints : sequence of Expr
        The χ, in q and p.
    q, p : sequences of Symbol
        Coordinates and momenta.

    Returns
    -------
    ImmutableMatrix
        Antisymmetric.
    """
    q, p = _checked(q, p)
    return ImmutableMatrix(
        [[_poisson(a, b, q, p) for b in constraints] for a in constraints]
    )


def dirac_bracket(
    f: Any,
    g: Any,
    constraints: Sequence[Any],
    q: Sequence[Symbol],
    p: Sequence[Symbol],
) -> Expr:
    r"""Return the Dirac bracket of two functions under second-class constraints.

    .. math:: \{f, g\}_D = \{f, g\} - \{f, \chi_a\} (C^{-1})_{ab} \{\chi_b, g\},
        \qquad C_{ab} = \{\chi_a, \chi_b\}.

    Parameters
    ----------
    f, g : Expr
    constraints : sequence of Expr
        The χ.
    q, p : sequences of Symbol
        Coordinates and momenta of the unconstrained phase space.

    Returns
    -------
    Expr

    Raises
    ------
    ValueError
        If the matrix of brackets is singular: some constraint is of first class.

    Examples
    --------
    >>> y, D, a, b = sympy.symbols("y Delta pi_y pi_Delta")
    >>> dirac_bracket(y, D, [a - D, b], (y, D), (a, b))
    1
    """
    q, p = _checked(q, p)
    f, g = map(sympy.sympify, (f, g))
    C = constraint_matrix(constraints, q, p)
    if C.rank(simplify=True) < C.rows:
        raise ValueError(
            "`constraints` must be of second class, but the matrix of their brackets "
            f"has rank {C.rank(simplify=True)} for {C.rows} constraints. Fix a gauge "
            "for those of first class first."
        )
    left = ImmutableMatrix([[_poisson(f, chi, q, p) for chi in constraints]])
    right = ImmutableMatrix([_poisson(chi, g, q, p) for chi in constraints])
    return sympy.expand(_poisson(f, g, q, p) - (left * C.inv() * right)[0])


def _poisson(f: Any, g: Any, q: Sequence[Symbol], p: Sequence[Symbol]) -> Expr:
    f, g = map(sympy.sympify, (f, g))
    terms = (
        f.diff(a) * g.diff(b) - f.diff(b) * g.diff(a) for a, b in zip(q, p, strict=True)
    )
    return sympy.expand(Add(*terms))


def _checked(q: Sequence[Any], p: Sequence[Any]) -> tuple[tuple[Any, ...], ...]:
    q, p = tuple(q), tuple(p)
    check_variables(q=q, p=p)
    _check_count("p", p, q)
    return q, p


def _check_count(name: str, symbols: Sequence[Any], q: Sequence[Any]) -> None:
    if len(symbols) != len(q):
        raise ValueError(
            f"`{name}` must be one for each coordinate, but are {len(symbols)} for "
            f"{len(q)} coordinates."
        )


def _check_free_of(found: Sequence[Expr], forbidden: Sequence[Any], name: str) -> None:
    for expr in found:
        if expr.has(*forbidden):
            raise ValueError(
                f"`{name}` must be linear along every null vector of its Hessian, but "
                f"one leaves {expr}. Only such constraints are supported."
            )
