r"""Two qubits that are correlated at the start, and what one of them sees of it.

.. math:: \rho_{AB} = \tfrac14\bigl(1 + \alpha_i\sigma_i \otimes 1
          + \beta_j 1 \otimes \tau_j + \gamma_{ij}\sigma_i \otimes \tau_j\bigr),
          \qquad \rho_A(t) = T(t)\rho_A(0) + \xi(t)

σ and τ are the Pauli matrices of the two; matrices are 4 × 4 with qubit A first.
"""

from typing import Any

import sympy
from sympy import Expr, I, Integer, Matrix, Rational, Symbol, cos, sin, sqrt

from ..canonical import TIME

__all__ = [
    "bloch_symbols",
    "bloch_vector",
    "correlated_state",
    "correlation_excess",
    "coupling_propagator",
    "inhomogeneous_part",
    "kraus_operators",
    "kraus_part",
    "trace_distance_of_qubits",
]

STRENGTH = Symbol("g", real=True)
HALF, QUARTER = Rational(1, 2), Rational(1, 4)


def _paulis() -> list[Matrix]:
    return [
        Matrix([[0, 1], [1, 0]]),
        Matrix([[0, -I], [I, 0]]),
        Matrix([[1, 0], [0, -1]]),
    ]


def bloch_symbols() -> tuple[Matrix, Matrix, Matrix]:
    """Return symbols for the two Bloch vectors and the correlators.

    Returns
    -------
    alpha, beta, gamma : Matrix, shapes (3, 1), (3, 1), (3, 3)
        Real.

    Examples
    --------
    >>> bloch_symbols()[2][0, 1]
    gamma_12
    """
    alpha, beta = (
        Matrix(3, 1, lambda i, _, n=name: Symbol(f"{n}_{i + 1}", real=True))
        for name in ("alpha", "beta")
    )
    gamma = Matrix(3, 3, lambda i, j: Symbol(f"gamma_{i + 1}{j + 1}", real=True))
    return alpha, beta, gamma


def correlated_state(alpha: Any, beta: Any, gamma: Any) -> Matrix:
    r"""Return ρ_AB of two Bloch vectors and the correlators of Pauli matrices.

    Parameters
    ----------
    alpha, beta : shape (3,) or (3, 1)
        ⟨σᵢ⟩ of A and ⟨τⱼ⟩ of B.
    gamma : shape (3, 3)
        ⟨σᵢ ⊗ τⱼ⟩.

    Returns
    -------
    Matrix, shape (4, 4)
        With trace one; whether it is positive is not checked.

    Raises
    ------
    ValueError
        If a shape is another.

    Examples
    --------
    >>> correlated_state([0, 0, 1], [0, 0, 1], sympy.diag(0, 0, 1))[0, 0]
    1
    """
    alpha, beta, gamma = _shaped(alpha, beta, gamma)
    paulis, one = _paulis(), sympy.eye(2)
    total = sympy.eye(4)
    for i, sigma in enumerate(paulis):
        total += alpha[i] * sympy.kronecker_product(sigma, one)
        total += beta[i] * sympy.kronecker_product(one, sigma)
    return (QUARTER * (total + _paired(gamma))).applyfunc(sympy.expand)


def correlation_excess(alpha: Any, beta: Any, gamma: Any) -> Matrix:
    r"""Return γ′ = γ − αβᵀ, what the product of the marginals does not say.

    Parameters
    ----------
    alpha, beta, gamma
        As for :func:`correlated_state`.

    Returns
    -------
    Matrix, shape (3, 3)

    Raises
    ------
    ValueError
        If a shape is another.

    Examples
    --------
    >>> correlation_excess([0, 0, 1], [0, 0, 1], sympy.diag(0, 0, 1))[2, 2]
    0
    """
    alpha, beta, gamma = _shaped(alpha, beta, gamma)
    return gamma - alpha * beta.T


def kraus_operators(U: Any, beta: Any) -> list[Matrix]:
    r"""Return :math:`M_{\mu\nu} = \sqrt{p_\nu}\,\langle\mu|U|\nu\rangle`.

    |ν⟩ and p_ν are eigenstates and eigenvalues of ρ_B = (1 + β·τ)/2. A β along −z must
    have zeros for its other components.

    Parameters
    ----------
    U : shape (4, 4)
        The propagator of both.
    beta : shape (3,) or (3, 1)
        ⟨τⱼ⟩ of B.

    Returns
    -------
    list of four Matrix, shape (2, 2)
        M₀₀, M₁₀, M₀₁, M₁₁; ΣM†M = 1 for a unitary U.

    Raises
    ------
    ValueError
        If a shape is another.

    Examples
    --------
    >>> kraus_operators(sympy.eye(4), [0, 0, 1])[0]
    Matrix([
    [1, 0],
    [0, 1]])
    """
    U, beta = Matrix(U), _vector(beta, "beta")
    _check_unitary_shape(U)
    found = []
    for probability, state in _eigenstates(beta):
        for mu in (0, 1):
            bra = sympy.zeros(1, 2)
            bra[mu] = 1
            left = sympy.kronecker_product(sympy.eye(2), bra)
            right = sympy.kronecker_product(sympy.eye(2), state)
            found.append(sqrt(probability) * left * U * right)
    return found


def kraus_part(U: Any, alpha: Any, beta: Any) -> Matrix:
    """Return Tρ_A = tr_B{U (ρ_A ⊗ ρ_B) U†}, which is ΣMρ_AM†.

    Parameters
    ----------
    U : shape (4, 4)
        The propagator of both.
    alpha, beta : shape (3,) or (3, 1)
        ⟨σᵢ⟩ of A and ⟨τⱼ⟩ of B.

    Returns
    -------
    Matrix, shape (2, 2)

    Raises
    ------
    ValueError
        If a shape is another.

    Examples
    --------
    >>> kraus_part(sympy.eye(4), [0, 0, 1], [0, 0, 0])
    Matrix([
    [1, 0],
    [0, 0]])
    """
    alpha, beta = _vector(alpha, "alpha"), _vector(beta, "beta")
    return _seen_from_a(U, correlated_state(alpha, beta, alpha * beta.T))


def inhomogeneous_part(U: Any, excess: Any) -> Matrix:
    r"""Return :math:`\xi = \tfrac14\sum_\mu\langle\mu|U\gamma'_{ij}\sigma_i
    \otimes\tau_jU^\dagger|\mu\rangle`.

    Parameters
    ----------
    U : shape (4, 4)
        The propagator of both.
    excess : shape (3, 3)
        γ′, from :func:`correlation_excess`.

    Returns
    -------
    Matrix, shape (2, 2)
        Of trace zero, for a unitary U.

    Raises
    ------
    ValueError
        If a shape is another.

    Examples
    --------
    >>> g, t = sympy.symbols("g t", real=True)
    >>> inhomogeneous_part(coupling_propagator(g, t), sympy.diag(1, -1, 1))
    Matrix([
    [              0, I*sin(g*t)/2],
    [-I*sin(g*t)/2,              0]])
    """
    excess = Matrix(excess)
    if excess.shape != (3, 3):
        raise ValueError(
            f"`excess` must have shape (3, 3), but has shape {excess.shape}."
        )
    return _seen_from_a(U, QUARTER * _paired(excess))


def coupling_propagator(strength: Any = STRENGTH, time: Any = TIME) -> Matrix:
    r"""Return :math:`e^{-iHt}` of :math:`H = \tfrac g2\,\sigma_x \otimes \tau_z`.

    Parameters
    ----------
    strength, time : Expr
        g and t, real.

    Returns
    -------
    Matrix, shape (4, 4)

    Examples
    --------
    >>> g, t = sympy.symbols("g t", real=True)
    >>> coupling_propagator(g, t)[0, 2]
    -I*sin(g*t/2)
    """
    angle = sympy.sympify(strength) * sympy.sympify(time) / 2
    sigma_x, _, tau_z = _paulis()
    coupling = sympy.kronecker_product(sigma_x, tau_z)
    return cos(angle) * sympy.eye(4) - I * sin(angle) * coupling


def bloch_vector(operator: Any) -> Matrix:
    """Return tr(σᵢX), the Bloch vector if X is a state of a qubit.

    Parameters
    ----------
    operator : shape (2, 2)

    Returns
    -------
    Matrix, shape (3, 1)

    Examples
    --------
    >>> bloch_vector([[1, 0], [0, 0]]).T
    Matrix([[0, 0, 1]])
    """
    operator = Matrix(operator)
    return Matrix([sympy.expand((sigma * operator).trace()) for sigma in _paulis()])


def trace_distance_of_qubits(first: Any, second: Any) -> Expr:
    """Return ½‖ρ − ρ′‖₁, half the distance of the Bloch vectors.

    Parameters
    ----------
    first, second : shape (2, 2)
        States of a qubit, Hermitian and of the same trace (neither is checked).

    Returns
    -------
    Expr

    Examples
    --------
    >>> trace_distance_of_qubits([[1, 0], [0, 0]], [[0, 0], [0, 1]])
    1
    """
    difference = bloch_vector(Matrix(first) - Matrix(second))
    squares = sympy.expand(sum((x**2 for x in difference), Integer(0)))
    return sqrt(sympy.factor(squares)) / 2


def _seen_from_a(U: Any, whole: Matrix) -> Matrix:
    """Return tr_B{U X U†}, with products of sines and cosines of one angle gathered."""
    U = Matrix(U)
    _check_unitary_shape(U)
    moved = U * whole * U.H
    reduced = Matrix(
        2, 2, lambda i, j: moved[2 * i, 2 * j] + moved[2 * i + 1, 2 * j + 1]
    )
    return reduced.applyfunc(_gathered)


def _gathered(expr: Expr) -> Expr:
    """Expand, and write sin² as (1 − cos)/2 and so on, of twice the angle."""
    expanded = sympy.expand(expr)
    if not expanded.has(sin, cos):
        return expanded
    waves = expanded.rewrite(sympy.exp)
    return sympy.expand(sympy.expand(waves).rewrite(cos))


def _paired(gamma: Matrix) -> Matrix:
    """Return Σ γᵢⱼ σᵢ ⊗ τⱼ."""
    paulis = _paulis()
    total = sympy.zeros(4, 4)
    for i, sigma in enumerate(paulis):
        for j, tau in enumerate(paulis):
            total += gamma[i, j] * sympy.kronecker_product(sigma, tau)
    return total


def _eigenstates(beta: Matrix) -> list[tuple[Expr, Matrix]]:
    """Return probabilities and eigenstates of (1 + β·τ)/2."""
    x, y, z = beta
    if x == 0 and y == 0:
        return [(HALF * (1 + z), Matrix([1, 0])), (HALF * (1 - z), Matrix([0, 1]))]
    b = sqrt(x**2 + y**2 + z**2)
    size = sqrt(2 * b * (b + z))
    along = Matrix([b + z, x + I * y]) / size
    against = Matrix([-x + I * y, b + z]) / size
    return [(HALF * (1 + b), along), (HALF * (1 - b), against)]


def _vector(value: Any, name: str) -> Matrix:
    vector = Matrix(value)
    if vector.shape != (3, 1):
        raise ValueError(
            f"`{name}` must have three components, but has shape {vector.shape}."
        )
    return vector


def _shaped(alpha: Any, beta: Any, gamma: Any) -> tuple[Matrix, Matrix, Matrix]:
    gamma = Matrix(gamma)
    if gamma.shape != (3, 3):
        raise ValueError(
            f"`gamma` must have shape (3, 3), but has shape {gamma.shape}."
        )
    return _vector(alpha, "alpha"), _vector(beta, "beta"), gamma


def _check_unitary_shape(U: Matrix) -> None:
    if U.shape != (4, 4):
        raise ValueError(
            f"`U` must be the propagator of two qubits, shape (4, 4), but has shape "
            f"{U.shape}."
        )
