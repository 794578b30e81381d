"""Two qubits correlated at the start: the split of the state, and of its future."""

import numpy as np
import pytest
import sympy
from sympy import I, Matrix, Symbol, cos, sin

from oqnn import correlated_start
from oqnn.symbolic import derive_initial_correlations, to_function
from oqnn.symbolic.projection.correlated_qubits import (
    bloch_symbols,
    bloch_vector,
    correlated_state,
    correlation_excess,
    coupling_propagator,
    inhomogeneous_part,
    kraus_operators,
    kraus_part,
    trace_distance_of_qubits,
)

ALPHA, BETA, GAMMA = bloch_symbols()
ZERO = sympy.zeros(3, 1)
g, t = sympy.symbols("g t", real=True)
NONE = sympy.zeros(2, 2)
STATE = {
    "alpha": [0.2, -0.1, 0.3],
    "beta": [0.1, 0.25, -0.2],
    "gamma": [[0.2, 0.1, 0.0], [-0.1, 0.1, 0.15], [0.05, -0.1, 0.15]],
}


def numbers():
    """A state whose Bloch vectors and correlators are all different."""
    alpha, beta, gamma = (Matrix(STATE[name]) for name in ("alpha", "beta", "gamma"))
    rho = np.array(correlated_state(alpha, beta, gamma), complex)
    assert np.linalg.eigvalsh(rho).min() > 0
    return alpha, beta, gamma, rho


def test_eq_2_6_bloch_form():
    """tr ρσ_i = α_i, tr ρτ_j = β_j, tr ρσ_i⊗τ_j = γ_ij, tr ρ = 1."""
    rho = correlated_state(ALPHA, BETA, GAMMA)
    A = Matrix(2, 2, lambda i, j: rho[2 * i, 2 * j] + rho[2 * i + 1, 2 * j + 1])
    B = Matrix(2, 2, lambda i, j: rho[i, j] + rho[i + 2, j + 2])
    assert bloch_vector(A) == ALPHA
    assert bloch_vector(B) == BETA
    assert sympy.expand(rho.trace()) == 1
    X, Z = Matrix([[0, 1], [1, 0]]), sympy.diag(1, -1)
    mean = (sympy.kronecker_product(X, Z) * rho).trace()
    assert sympy.expand(mean) == GAMMA[0, 2]


def test_eq_2_6_excess_over_the_product():
    """ρ_AB − ρ_A ⊗ ρ_B = ¼ γ′_ij σ_i ⊗ τ_j with γ′ = γ − αβᵀ."""
    product = correlated_state(ALPHA, BETA, ALPHA * BETA.T)
    one = sympy.eye(2)
    paulis = [Matrix([[0, 1], [1, 0]]), Matrix([[0, -I], [I, 0]]), sympy.diag(1, -1)]
    A, B = (
        (one + sum((r[k] * s for k, s in enumerate(paulis)), NONE)) / 2
        for r in (ALPHA, BETA)
    )
    kron = sympy.kronecker_product(A, B)
    assert (product - kron).applyfunc(sympy.expand) == sympy.zeros(4, 4)
    excess = correlated_state(ZERO, ZERO, correlation_excess(ALPHA, BETA, GAMMA))
    whole = correlated_state(ALPHA, BETA, GAMMA)
    difference = whole - product - excess + sympy.eye(4) / 4
    assert difference.applyfunc(sympy.expand) == sympy.zeros(4, 4)


def test_eq_2_6_the_inhomogeneous_part_has_no_trace():
    """tr ξ = tr(C U†U) with C = ¼ γ′_ij σ_i⊗τ_j, for every entry of U; tr C = 0."""
    U = Matrix(4, 4, lambda i, j: Symbol(f"U_{i}{j}"))
    C = correlated_state(ZERO, ZERO, GAMMA) - sympy.eye(4) / 4
    xi = inhomogeneous_part(U, GAMMA)
    assert sympy.expand(xi.trace() - (C * U.H * U).trace()) == 0
    assert C.trace() == 0
    assert sympy.expand(xi.trace()) != 0  # U is not yet unitary


def test_eq_2_6_kraus_operators_and_parts_are_those_of_arrays():
    """For a random unitary of both, against the numerical solver."""
    alpha, beta, gamma, rho = numbers()
    rng = np.random.default_rng(3)
    H = rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4))
    run = correlated_start(H + H.conj().T, rho, [0, 0.7], (2, 2))
    U = Matrix(run.unitaries[1])
    found = np.array(inhomogeneous_part(U, correlation_excess(alpha, beta, gamma)))
    np.testing.assert_allclose(found.astype(complex), run.xi[1], atol=1e-13)
    mapped = np.array(kraus_part(U, alpha, beta), complex)
    np.testing.assert_allclose(mapped + run.xi[1], run.states[1], atol=1e-13)
    operators = [np.array(M, complex) for M in kraus_operators(U, beta)]
    np.testing.assert_allclose(
        sum(M @ run.rho_A @ M.conj().T for M in operators), mapped, atol=1e-13
    )
    np.testing.assert_allclose(
        sum(M.conj().T @ M for M in operators), np.eye(2), atol=1e-13
    )
    np.testing.assert_allclose(
        np.array(correlation_excess(alpha, beta, gamma), float),
        run.gamma_prime,
        atol=1e-13,
    )


def test_eq_2_6_any_start_under_one_coupling():
    """H = (g/2)σ_x⊗τ_z: r_T turns about x, ξ feeds on γ′_23 and γ′_33 only."""
    U = coupling_propagator(g, t)
    kept = bloch_vector(kraus_part(U, ALPHA, BETA))
    expected = [
        ALPHA[0],
        ALPHA[1] * cos(g * t) - ALPHA[2] * BETA[2] * sin(g * t),
        ALPHA[2] * cos(g * t) + ALPHA[1] * BETA[2] * sin(g * t),
    ]
    assert (kept - Matrix(expected)).applyfunc(sympy.expand) == ZERO
    added = bloch_vector(inhomogeneous_part(U, GAMMA))
    assert added == Matrix([0, -GAMMA[2, 2] * sin(g * t), GAMMA[1, 2] * sin(g * t)])


def test_eq_2_6_a_bell_pair_against_the_product_of_its_marginals():
    """Trace distance |sin gt|/2; the same of the solver at g = 1.3."""
    step = derive_initial_correlations()["Trace distance from the product"]
    assert step.rhs == sympy.Abs(sin(g * t)) / 2
    times = np.array([0.0, 0.4, 1.1, 3.0])
    H = 0.65 * np.kron([[0, 1], [1, 0]], np.diag([1, -1]))
    bell = np.array([1, 0, 0, 1]) / np.sqrt(2)
    run = correlated_start(H, bell, times, (2, 2))
    found = to_function(step, (g, t))(1.3, times)
    np.testing.assert_allclose(found, run.witness, atol=1e-14)


def test_eq_2_6_the_generator_of_the_bell_pair():
    """X = −g tan gt on y and z."""
    X = derive_initial_correlations()["Its generator on Bloch vectors"].rhs
    rate = -g * sympy.tan(g * t)
    assert sympy.diag(0, rate, rate) == X


def test_eq_2_6_the_equation_of_motion():
    """d/dt(Tρ + ξ) = X(Tρ + ξ) + ξ̇ − Xξ, X = ṪT⁻¹, on Bloch vectors of any start."""
    U = coupling_propagator(g, t)
    r = bloch_vector(kraus_part(U, ALPHA, BETA))
    T, xi = r.jacobian(ALPHA), bloch_vector(inhomogeneous_part(U, GAMMA))
    X = T.diff(t) * T.inv()
    whole = r + xi
    residual = whole.diff(t) - X * whole - (xi.diff(t) - X * xi)
    assert residual.applyfunc(sympy.simplify) == ZERO


def test_trace_distance_of_qubits_is_half_the_trace_norm():
    rng = np.random.default_rng(6)
    draw = rng.normal(size=(2, 2, 2)) + 1j * rng.normal(size=(2, 2, 2))
    states = draw @ draw.conj().mT
    states /= np.trace(states, axis1=1, axis2=2)[:, None, None]
    exact = np.abs(np.linalg.eigvalsh(states[0] - states[1])).sum() / 2
    found = trace_distance_of_qubits(Matrix(states[0]), Matrix(states[1]))
    assert complex(found) == pytest.approx(exact, abs=1e-13)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: correlated_state([1, 2], BETA, GAMMA), "`alpha` must have three"),
        (lambda: correlated_state(ALPHA, BETA.T, GAMMA), "`beta` must have three"),
        (lambda: correlation_excess(ALPHA, BETA, sympy.eye(2)), "`gamma` must have"),
        (lambda: inhomogeneous_part(sympy.eye(4), sympy.eye(2)), "`excess` must have"),
        (lambda: kraus_operators(sympy.eye(2), ZERO), "`U` must be the propagator"),
        (lambda: derive_initial_correlations(2), "`order` must be None for initial"),
    ],
)
def test_other_shapes_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
