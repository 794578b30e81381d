"""Complete positivity of quadratic generators, eq. 1.8, and what lacks it."""

import numpy as np
import pytest
import sympy
from scipy.linalg import expm
from sympy import I, Integer, Matrix, Rational, Symbol, diag, expand

from oqnn.symbolic import (
    caldeira_leggett,
    complete_positivity,
    fokker_planck,
    kossakowski_matrix,
    operators,
    phase_space_lindblad,
    purity_rate,
    symbols,
)

_, _, hbar = symbols()
X, P = operators()
(X1, X2), (P1, P2) = operators(2)
gamma, D_pp, D_xx, D_px = (
    Symbol(name, real=True) for name in ("gamma", "D_pp", "D_xx", "D_px")
)
m, omega, s = (Symbol(name, positive=True) for name in ("m", "omega", "s"))
H = P**2 / (2 * m) + m * omega**2 * X**2 / 2 + (X * P + P * X) / 7


def test_eq_1_8_condition_for_complete_positivity():
    """D_pp ≥ 0, D_xx ≥ 0, D_pp D_xx − D_px² ≥ (ħγ/2)², whatever H is."""
    equation = caldeira_leggett(H, gamma, D_pp, D_xx, D_px)
    found = complete_positivity(equation)
    determinant = D_pp * D_xx - D_px**2 - (hbar * gamma / 2) ** 2
    assert found == (D_pp >= 0, D_xx >= 0, determinant >= 0)


def test_eq_1_8_without_position_diffusion():
    """Then the last condition is −(ħγ/2)² ≥ 0: no friction at all."""
    friction = Symbol("gamma", positive=True)
    assert complete_positivity(caldeira_leggett(H, friction, D_pp))[-1] == sympy.false
    assert complete_positivity(caldeira_leggett(H, 0, 3)) == (True,) * 3
    assert complete_positivity(caldeira_leggett(H, 1, 3, 2), hbar=1)[-1] == sympy.true


def test_eq_1_8_purity_passes_one_without_position_diffusion():
    """Var(x) = s, Var(p) = ħ²/4s: d ln Tr ρ²/dt = 2γ − 4D_pp s/ħ², positive at small s.

    With D_pp D_xx = (ħγ/2)² the rate is −(2D_pp s/ħ − ħγ/2)²/(D_pp s) ≤ 0.
    """
    pure = diag(s, hbar**2 / (4 * s))
    rate = purity_rate(caldeira_leggett(H, gamma, D_pp), pure)
    assert expand(rate - (2 * gamma - 4 * D_pp * s / hbar**2)) == 0
    enough = (hbar * gamma / 2) ** 2 / D_pp
    rate = purity_rate(caldeira_leggett(H, gamma, D_pp, enough), pure)
    square = -((2 * D_pp * s / hbar - hbar * gamma / 2) ** 2) / (D_pp * s)
    assert expand(rate - square) == 0


def greatest_purity(D_xx_value):
    """Follow a squeezed vacuum by the moments, μ̇ and Σ̇ = MΣ + ΣMᵀ + D."""
    h, g, d = 0.8, 0.5, 0.6
    oscillator = P**2 / 2 + X**2 / 2
    found = fokker_planck(caldeira_leggett(oscillator, g, d, D_xx_value, hbar=h))
    M = np.array(found.drift_matrix, float)
    D = np.array(found.diffusion, float)
    Sigma = np.diag([0.02, h**2 / 0.08])
    flow = np.kron(np.eye(2), M) + np.kron(M, np.eye(2))
    steady = -np.linalg.solve(flow, D.ravel())
    purities = []
    for time in np.linspace(0, 3, 301):
        now = steady + expm(flow * time) @ (Sigma.ravel() - steady)
        purities.append(h / 2 / np.sqrt(np.linalg.det(now.reshape(2, 2))))
    assert purities[0] == pytest.approx(1, rel=1e-12)
    return max(purities)


def test_eq_1_8_purity_of_a_squeezed_state_in_time():
    """D_pp D_xx ≥ (ħγ/2)² = 0.04 needs D_xx ≥ 1/15."""
    assert greatest_purity(0) > 1.05
    assert greatest_purity(1 / 15) <= 1 + 1e-12


def test_kossakowski_matrix_is_that_of_the_jumps():
    """a_jk = Σ u_j u_k* for L = Σ u_j r_j, in one and two modes, with any H."""
    u = Matrix([2 - I, Rational(1, 3) + 3 * I])
    found = kossakowski_matrix(phase_space_lindblad(H, [u[0] * X + u[1] * P]))
    assert (found - u * u.H).expand() == sympy.zeros(2)
    rows = [Matrix([1, 2 * I, -I, 3]), Matrix([Integer(0), 1 - I, 4, Rational(1, 5)])]
    letters = (X1, P1, X2, P2)
    c_ops = [sum(c * A for c, A in zip(v, letters, strict=True)) for v in rows]
    coupled = P1**2 + X1 * X2 + 3 * P1 * X2
    found = kossakowski_matrix(phase_space_lindblad(coupled, c_ops))
    expected = sum((v * v.H for v in rows), sympy.zeros(4))
    assert (found - expected).expand() == sympy.zeros(4)


def test_lindblad_equations_pass():
    """Two modes, fifteen minors, none negative; the partial transpose of one fails."""
    jump = X1 + I * P1 / 2 + X2 / 3 - 2 * I * P2
    equation = phase_space_lindblad(P1 * X2, [jump])
    found = complete_positivity(equation)
    assert len(found) == 15
    assert all(condition == sympy.true for condition in found)
    inverted = equation - 2 * phase_space_lindblad(0, [jump])
    assert sympy.false in complete_positivity(inverted)


def test_friction_and_diffusion_of_the_model():
    """∂W/∂t gains 2γ∂_p(pW) + D_pp W_pp + D_xx W_xx + 2D_px W_xp."""
    found = fokker_planck(caldeira_leggett(P**2 / (2 * m), gamma, D_pp, D_xx, D_px))
    _, p = found.variables
    assert list(found.drift) == [p / m, -2 * gamma * p]
    assert found.diffusion == Matrix([[2 * D_xx, 2 * D_px], [2 * D_px, 2 * D_pp]])


def test_other_generators_are_refused():
    quartic = caldeira_leggett(P**2 / 2 + X**4, gamma, D_pp)
    with pytest.raises(ValueError, match="derivatives up to the second"):
        kossakowski_matrix(quartic)
    cubic = phase_space_lindblad(P**2 / 2, [X**2])
    with pytest.raises(
        ValueError, match=r"linear drift and a constant diffusion.*x\*\*2"
    ):
        complete_positivity(cubic)


@pytest.mark.parametrize("covariance", [sympy.eye(4), Matrix([[1, 2], [3, 5]])])
def test_bad_covariances_are_refused(covariance):
    with pytest.raises(ValueError, match=r"symmetric matrix of shape \(2, 2\)"):
        purity_rate(phase_space_lindblad(P**2, [X]), covariance)
