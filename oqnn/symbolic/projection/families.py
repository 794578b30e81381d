r"""Correlated projections, :math:`P\rho = \sum_i \mathrm{tr}_E\{A_i\rho\} \otimes B_i`.

Two families of operators of the environment, as matrices with numbers or symbols for
entries, say which map this is; here is when it is a projection, and when two pairs of
families are the same one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import ImmutableMatrix, Matrix

__all__ = [
    "ProjectionConditions",
    "apply_projection",
    "projection_conditions",
    "turned_families",
]


@dataclass(frozen=True)
class ProjectionConditions:
    """What must vanish, and what must be positive, for a map to be a projection."""

    trace: ImmutableMatrix
    """Σ (tr Bᵢ) Aᵢ − 1, zero if the trace is preserved."""
    idempotence: ImmutableMatrix
    """tr(BᵢAⱼ) − δᵢⱼ, zero if P² = P."""
    positivity: ImmutableMatrix
    """Σ Aᵢᵀ ⊗ Bᵢ, positive if the map is completely positive."""

    @property
    def is_projection(self) -> bool:
        """Whether both differences vanish identically, as SymPy simplifies them."""
        return all(
            sympy.simplify(entry) == 0 for entry in [*self.trace, *self.idempotence]
        )


def projection_conditions(A: Sequence[Any], B: Sequence[Any]) -> ProjectionConditions:
    r"""Return the conditions under which families of operators make a projection.

    Parameters
    ----------
    A, B : sequences of n matrices of shape (e, e)
        Hermitian, each family linearly independent (neither is checked).

    Returns
    -------
    ProjectionConditions

    Raises
    ------
    ValueError
        If the families differ in number, or a matrix in shape.

    References
    ----------
    .. [1] Breuer, Phys. Rev. A 75, 022103 (2007), eqs. (14)-(17).

    Examples
    --------
    >>> p = sympy.Symbol("p")
    >>> projection_conditions([sympy.eye(2)], [sympy.diag(p, 1 - p)]).is_projection
    True
    """
    A, B = _families(A, B)
    e = A[0].rows
    trace = sum((b.trace() * a for a, b in zip(A, B, strict=True)), -sympy.eye(e))
    overlaps = Matrix(len(A), len(A), lambda i, j: (B[i] * A[j]).trace())
    choi = sympy.zeros(e * e, e * e)
    for a, b in zip(A, B, strict=True):
        choi += sympy.kronecker_product(a.T, b)
    return ProjectionConditions(
        trace=_expanded(trace),
        idempotence=_expanded(overlaps - sympy.eye(len(A))),
        positivity=_expanded(choi),
    )


def apply_projection(rho: Any, A: Sequence[Any], B: Sequence[Any]) -> Matrix:
    r"""Return :math:`\sum_i \mathrm{tr}_E\{A_i\rho\} \otimes B_i`.

    Parameters
    ----------
    rho : shape (d e, d e)
        Of the system and its environment, in this order.
    A, B : sequences of n matrices of shape (e, e)

    Returns
    -------
    Matrix, shape (d e, d e)

    Raises
    ------
    ValueError
        If the families differ in number, a matrix in shape, or the size of `rho` is
        no multiple of e.

    Examples
    --------
    >>> apply_projection(sympy.diag(1, 3), [sympy.eye(2)], [sympy.diag(1, 0)])
    Matrix([
    [4, 0],
    [0, 0]])
    """
    A, B = _families(A, B)
    rho, e = Matrix(rho), A[0].rows
    if rho.rows != rho.cols or rho.rows % e:
        raise ValueError(
            f"`rho` must be a square matrix of a size that {e} divides, but has shape "
            f"{rho.shape}. The environment comes second."
        )
    d = rho.rows // e
    total = sympy.zeros(*rho.shape)
    for a, b in zip(A, B, strict=True):
        block = Matrix(
            d,
            d,
            lambda i, j, a=a: (a * rho[i * e : i * e + e, j * e : j * e + e]).trace(),
        )
        total += sympy.kronecker_product(block, b)
    return total.applyfunc(sympy.expand)


def turned_families(
    A: Sequence[Any], B: Sequence[Any], u: Any, v: Any
) -> tuple[list[Matrix], list[Matrix]]:
    r"""Return :math:`A'_i = \sum_j u_{ij}A_j` and :math:`B'_i = \sum_j v_{ij}B_j`.

    They make the same projection if, and only if, :math:`u^T v = 1`.

    Parameters
    ----------
    A, B : sequences of n matrices of shape (e, e)
    u, v : shape (n, n)

    Returns
    -------
    A', B' : lists of n Matrix

    Raises
    ------
    ValueError
        If the families differ in number, or a matrix in shape.

    Examples
    --------
    >>> one, z = sympy.eye(2), sympy.diag(1, -1)
    >>> turn = sympy.Matrix([[1, 1], [1, -1]])
    >>> turned_families([one, z], [one / 2, z / 2], turn, turn / 2)[0][1]
    Matrix([
    [0, 0],
    [0, 2]])
    """
    A, B = _families(A, B)
    n = len(A)
    turns = Matrix(u), Matrix(v)
    if any(turn.shape != (n, n) for turn in turns):
        raise ValueError(
            f"`u` and `v` must have shape {(n, n)}, but have shapes {turns[0].shape} "
            f"and {turns[1].shape}."
        )
    found = []
    for turn, family in zip(turns, (A, B), strict=True):
        mixed = [
            sum((turn[i, j] * family[j] for j in range(n)), sympy.zeros(*A[0].shape))
            for i in range(n)
        ]
        found.append(mixed)
    return found[0], found[1]


def _families(A: Sequence[Any], B: Sequence[Any]) -> tuple[list[Matrix], list[Matrix]]:
    """Return families as matrices, checked for number and shape."""
    families = [Matrix(a) for a in A], [Matrix(b) for b in B]
    if len(families[0]) != len(families[1]) or not families[0]:
        raise ValueError(
            "`A` and `B` must hold the same number of matrices, at least one, but hold "
            f"{len(families[0])} and {len(families[1])}."
        )
    shapes = {matrix.shape for family in families for matrix in family}
    if len(shapes) > 1 or any(rows != columns for rows, columns in shapes):
        raise ValueError(
            "`A` and `B` must hold square matrices of one size, but their shapes are "
            f"{', '.join(map(str, sorted(shapes)))}."
        )
    return families


def _expanded(matrix: Matrix) -> ImmutableMatrix:
    return ImmutableMatrix(matrix.applyfunc(sympy.expand))
