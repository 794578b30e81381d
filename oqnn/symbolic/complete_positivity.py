r"""When a quadratic master equation is completely positive.

With the quadratures r = (x̂, p̂, …), [r_j, r_k] = iħJ_jk, every generator of a linear
drift M and a constant diffusion D is

.. math:: \dot\rho = -\frac{i}{\hbar}[H, \rho] + \sum_{jk} a_{jk}
          \Big(r_j \rho\, r_k - \frac12 \{r_k r_j, \rho\}\Big), \qquad
          a = \frac{1}{\hbar^2} J^T D J + \frac{i}{2\hbar}(JM - M^T J^T),

with H quadratic. It is of Lindblad form exactly where the Kossakowski matrix a is
positive.
"""

from itertools import combinations
from typing import Any

import sympy
from sympy import Expr, I, ImmutableMatrix, Integer, Matrix
from sympy.logic.boolalg import Boolean

from .canonical import HBAR, operators
from .fokker_planck import FokkerPlanck, fokker_planck
from .phase_space_lindblad import RHO, phase_space_lindblad, phase_space_superoperator

__all__ = [
    "caldeira_leggett",
    "complete_positivity",
    "kossakowski_matrix",
    "purity_rate",
]


def caldeira_leggett(
    H: Any, friction: Any, D_pp: Any, D_xx: Any = 0, D_px: Any = 0, *, hbar: Expr = HBAR
) -> Expr:
    r"""Return the right side of ∂W/∂t of a particle in a bath of oscillators.

    .. math:: \dot\rho = -\frac{i}{\hbar}[H, \rho]
              - \frac{i\gamma}{\hbar}[x, \{p, \rho\}]
              - \frac{1}{\hbar^2}\big(D_{pp}[x, [x, \rho]] + D_{xx}[p, [p, \rho]]
              - 2D_{px}[x, [p, \rho]]\big)

    On phase space the last terms are
    :math:`2\gamma\,\partial_p(pW) + D_{pp}W_{pp} + D_{xx}W_{xx} + 2D_{px}W_{xp}`. The
    model of Caldeira and Leggett has D_pp = 2mγkT and nothing else.

    Parameters
    ----------
    H : Expr
        Polynomial in :func:`operators` of one mode.
    friction, D_pp, D_xx, D_px : Expr
        γ and the coefficients of diffusion.
    hbar : Expr, positive
        What stands for ħ.

    Returns
    -------
    Expr
        As of :func:`phase_space_lindblad`.

    Raises
    ------
    TypeError, ValueError
        As of :func:`phase_space_lindblad`.

    References
    ----------
    .. [1] Caldeira and Leggett, Physica A 121, 587 (1983), eq. (5.12); eq. 1.8.

    Examples
    --------
    >>> X, P = operators()
    >>> caldeira_leggett(P**2 / 2, 3, sympy.Symbol("D"))
    D*Derivative(W(x, p, t), (p, 2)) + 6*p*Derivative(W(x, p, t), p)
    - p*Derivative(W(x, p, t), x) + 6*W(x, p, t)
    """
    gamma, D_pp, D_xx, D_px = map(sympy.sympify, (friction, D_pp, D_xx, D_px))
    X, P = operators()
    bath = (
        -I * gamma * hbar * _commutator(X, P * RHO + RHO * P)
        - D_pp * _commutator(X, _commutator(X, RHO))
        - D_xx * _commutator(P, _commutator(P, RHO))
        + 2 * D_px * _commutator(X, _commutator(P, RHO))
    )
    system = phase_space_lindblad(H, hbar=hbar)
    return system + phase_space_superoperator(bath / hbar**2, hbar=hbar)


def kossakowski_matrix(equation: Any, *, hbar: Expr = HBAR) -> ImmutableMatrix:
    """Return the matrix a of a quadratic generator.

    Parameters
    ----------
    equation : Expr
        Right side of ∂W/∂t, of Fokker-Planck form with linear drift and constant
        diffusion, of any number of modes.
    hbar : Expr
        What stands for ħ in it.

    Returns
    -------
    Matrix, shape (d, d)
        Hermitian if the coefficients are real; rows and columns in the order x1, p1,
        x2, p2, …

    Raises
    ------
    ValueError
        If the equation is not of this form.

    References
    ----------
    .. [1] Gorini, Kossakowski and Sudarshan, J. Math. Phys. 17, 821 (1976), eq. (2.3).

    Examples
    --------
    >>> from oqnn.symbolic import operators
    >>> X, P = operators()
    >>> kossakowski_matrix(phase_space_lindblad(0, [2 * X + 3 * sympy.I * P]))
    Matrix([
    [  4, -6*I],
    [6*I,    9]])
    """
    found = _linear(equation)
    J, M = _symplectic(found), found.drift_matrix
    spread = J.T * found.diffusion * J / hbar**2
    turned = J * M
    return ImmutableMatrix((spread + I / (2 * hbar) * (turned - turned.T)).expand())


def complete_positivity(equation: Any, *, hbar: Expr = HBAR) -> tuple[Boolean, ...]:
    r"""Return the conditions under which a quadratic generator is completely positive.

    The principal minors of (ħ²/2) a, all 2ᵈ − 1 of them, must not be negative. For
    :func:`caldeira_leggett` these are D_pp ≥ 0, D_xx ≥ 0 and

    .. math:: D_{pp} D_{xx} - D_{px}^2 \ge (\hbar\gamma/2)^2 .

    Parameters
    ----------
    equation, hbar
        As for :func:`kossakowski_matrix`, with real coefficients.

    Returns
    -------
    tuple of Boolean
        Smaller minors first. What SymPy can decide is True or False.

    Raises
    ------
    ValueError
        If the equation is not of the form that :func:`kossakowski_matrix` needs.

    References
    ----------
    .. [1] Eq. 1.8; Sandulescu and Scutaru, Ann. Phys. 173, 277 (1987), eq. (3.17).

    Examples
    --------
    >>> from oqnn.symbolic import operators
    >>> X, P = operators()
    >>> complete_positivity(caldeira_leggett(P**2 / 2, 1, 5, 3), hbar=HBAR)
    (True, True, 15 - hbar**2/4 >= 0)
    """
    matrix = Matrix(kossakowski_matrix(equation, hbar=hbar)) * hbar**2 / 2
    size = matrix.rows
    chosen = [c for n in range(1, size + 1) for c in combinations(range(size), n)]
    minors = (sympy.expand(matrix.extract(list(c), list(c)).det()) for c in chosen)
    return tuple(minor >= 0 for minor in minors)


def purity_rate(equation: Any, covariance: Any) -> Expr:
    r"""Return d ln Tr ρ²/dt of a Gaussian state under a quadratic generator.

    .. math:: \mathrm{Tr}\rho^2 = \frac{(\hbar/2)^n}{\sqrt{\det\Sigma}}, \qquad
              \frac{d}{dt} \ln \mathrm{Tr}\rho^2 = -\mathrm{tr} M
              - \frac12 \mathrm{tr}(\Sigma^{-1} D)

    A pure state with a positive rate is about to have a purity above 1: the equation
    that does this to it is no equation of quantum mechanics.

    Parameters
    ----------
    equation : Expr
        As for :func:`kossakowski_matrix`.
    covariance : Matrix, shape (d, d)
        Σ, symmetric and invertible, in the order x1, p1, x2, p2, … Positivity and the
        uncertainty relation are not checked.

    Returns
    -------
    Expr

    Raises
    ------
    ValueError
        If the equation is not of the form needed, or `covariance` is not a symmetric
        matrix of its size.

    Examples
    --------
    >>> from oqnn.symbolic import operators
    >>> X, P = operators()
    >>> purity_rate(phase_space_lindblad(P**2, [X]), sympy.diag(HBAR / 2, HBAR / 2))
    -hbar
    """
    found, Sigma = _linear(equation), Matrix(covariance)
    size = len(found.variables)
    if Sigma.shape != (size, size) or Sigma != Sigma.T:
        raise ValueError(
            f"`covariance` must be a symmetric matrix of shape ({size}, {size}), but "
            f"is {covariance}."
        )
    rate = -found.drift_matrix.trace() - (Sigma.inv() * found.diffusion).trace() / 2
    return sympy.expand(rate)


def _commutator(A: Expr, B: Expr) -> Expr:
    return A * B - B * A


def _linear(equation: Any) -> FokkerPlanck:
    """Return drift and diffusion, the first linear and the second constant."""
    found = fokker_planck(equation)
    if not found.is_linear:
        raise ValueError(
            "`equation` must have a linear drift and a constant diffusion, but they "
            f"are {list(found.drift)} and {found.diffusion.tolist()}. Hamiltonians up "
            "to the second degree and Lindblad operators up to the first give such."
        )
    return found


def _symplectic(found: FokkerPlanck) -> Matrix:
    """Return J with [r_j, r_k] = iħJ_jk."""
    block = Matrix([[Integer(0), Integer(1)], [Integer(-1), Integer(0)]])
    return sympy.diag(*[block] * (len(found.variables) // 2))
