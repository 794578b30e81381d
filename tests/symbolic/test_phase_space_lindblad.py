"""Lindblad operators on phase space: eq. 1.8 line by line, and against matrices."""

from functools import cache

import numpy as np
import pytest
import sympy
from symbolic.lindblad_matrices import (
    matrix,
    moment_rates,
    quadratures,
    random_state,
    symmetric,
)
from sympy import Function, I, Rational, Symbol, diff, exp, expand, sqrt

from oqnn.symbolic import ladder_operators, operators, symbols
from oqnn.symbolic.fokker_planck import FokkerPlanck, fokker_planck
from oqnn.symbolic.lindblad_derivation import derive_lindblad_phase_space
from oqnn.symbolic.moyal import wigner_equation
from oqnn.symbolic.phase_space_lindblad import (
    RHO,
    phase_space_lindblad,
    phase_space_superoperator,
)

x, p, hbar = symbols()
(x1, x2), (p1, p2), _ = symbols(2)
X, P = operators()
(X1, X2), (P1, P2) = operators(2)
a, ad = ladder_operators()
t = Symbol("t", real=True)
m, omega = Symbol("m", positive=True), Symbol("omega", positive=True)
gamma, Lambda = Symbol("gamma", real=True), Symbol("Lambda", real=True)
W = Function("W")(x, p, t)
W2 = Function("W")(x1, x2, p1, p2, t)
h = 0.7


def commutator(A, B):
    return A * B - B * A


def anticommutator(A, B):
    return A * B + B * A


def same(found, expected):
    return expand(found - expected.doit()) == 0


def test_eq_1_8_position_jump():
    """D[x] → (ħ²/2) W_pp."""
    assert same(phase_space_lindblad(0, [X]), hbar**2 / 2 * W.diff(p, 2))


def test_eq_1_8_momentum_jump():
    """D[p] → (ħ²/2) W_xx."""
    assert same(phase_space_lindblad(0, [P]), hbar**2 / 2 * W.diff(x, 2))


def test_eq_1_8_annihilation_jump():
    """D[a] → ½∂_x(xW) + ½∂_p(pW) + (ħ/4mω)W_xx + (ħmω/4)W_pp."""
    flow = ((x * W).diff(x) + (p * W).diff(p)) / 2
    spread = hbar / (4 * m * omega) * W.diff(x, 2) + hbar * m * omega / 4 * W.diff(p, 2)
    assert same(phase_space_lindblad(0, [a]), flow + spread)


def test_eq_1_8_number_jump():
    """D[a†a] → ½((p/mω)∂_x − mωx∂_p)² W."""

    def turn(f):
        return p / (m * omega) * diff(f, x) - m * omega * x * diff(f, p)

    assert same(phase_space_lindblad(0, [ad * a]), turn(turn(W)) / 2)


def test_eq_1_8_localisation():
    """−Λ[x,[x,ρ]] → Λħ² W_pp, which is D[√(2Λ) x]."""
    found = phase_space_superoperator(-Lambda * commutator(X, commutator(X, RHO)))
    assert same(found, Lambda * hbar**2 * W.diff(p, 2))
    rate = Symbol("Lambda", positive=True)
    jump = phase_space_lindblad(0, [sqrt(2 * rate) * X])
    assert same(jump, rate * hbar**2 * W.diff(p, 2))


def test_eq_1_8_friction():
    """−iγ[x,{p,ρ}]/ħ → 2γ ∂_p(pW)."""
    friction = -I * gamma * commutator(X, anticommutator(P, RHO)) / hbar
    assert same(phase_space_superoperator(friction), 2 * gamma * (p * W).diff(p))


def test_commutators_are_derivatives():
    """[x,ρ] → iħW_p, [p,ρ] → −iħW_x, {x,ρ} → 2xW, and x ρ p mixes all four."""
    assert same(phase_space_superoperator(commutator(X, RHO)), I * hbar * W.diff(p))
    assert same(phase_space_superoperator(commutator(P, RHO)), -I * hbar * W.diff(x))
    assert same(phase_space_superoperator(anticommutator(X, RHO)), 2 * x * W)
    both = I * hbar / 2 * (x * W.diff(x) + p * W.diff(p) + W)
    expected = x * p * W + both + hbar**2 / 4 * W.diff(x, p) * -1
    assert same(phase_space_superoperator(X * RHO * P), expected)


def test_the_hamiltonian_part_is_the_moyal_bracket():
    """P²X² + X²P² + X³, with ħ divided out once."""
    H = P**2 * X**2 + X**2 * P**2 + X**3
    symbol = 2 * x**2 * p**2 - hbar**2 + x**3
    assert same(phase_space_lindblad(H), wigner_equation(symbol))


def test_superoperator_and_lindblad_agree():
    H, L = P**2 + X**4, X * P + 2 * I * P**2
    D = L * RHO * sympy.adjoint(L) - anticommutator(sympy.adjoint(L) * L, RHO) / 2
    whole = phase_space_superoperator(-I / hbar * commutator(H, RHO) + D)
    assert same(phase_space_lindblad(H, [L]), whole)


def check_moments(H, c_ops, W, modes, levels, kept, highest):
    """d⟨A⟩/dt of every symmetric monomial, from W and from matrices."""
    found = quadratures(levels, modes, h)
    rho = random_state(levels, modes, kept, seed=4)
    hamiltonian, jumps = matrix(H, found), [matrix(L, found) for L in c_ops]
    rate = -1j / h * commutator_of(hamiltonian, rho)
    for L in jumps:
        loss = L.conj().T @ L
        rate = rate + L @ rho @ L.conj().T - (loss @ rho + rho @ loss) / 2
    pairs = [(x, p)] if modes == 1 else [(x1, p1), (x2, p2)]
    variables = [v for pair in pairs for v in pair]

    @cache
    def moment(powers):
        return np.trace(symmetric(powers, found) @ rho)

    equation = phase_space_lindblad(H, c_ops).subs(hbar, h)
    rates = moment_rates(equation, W, variables, moment, highest)
    exact = {powers: np.trace(symmetric(powers, found) @ rate) for powers in rates}
    scale = max(abs(value) for value in exact.values())
    assert scale > 1
    for powers, value in exact.items():
        assert rates[powers] == pytest.approx(value, rel=1e-9, abs=1e-11 * scale)


def commutator_of(A, B):
    return A @ B - B @ A


def test_eq_1_8_moments_against_matrices():
    """A quartic H and two jumps of degree two, all moments to degree four."""
    H = P**2 / 2 + X**4 / 3 - X * P * X + X
    c_ops = [X * P / 2 + I * P**2 / 3 + X, P - Rational(1, 4) * I * X**2]
    check_moments(H, c_ops, W, modes=1, levels=26, kept=4, highest=4)


def test_eq_1_8_two_modes_against_matrices():
    """A jump that mixes modes, all moments to degree three of four variables."""
    H = P1**2 / 2 + P2**2 + X1 * X2**2 + X1 * P2
    c_ops = [X1 + I * P2 / 2, X1 * X2 - I * P1]
    check_moments(H, c_ops, W2, modes=2, levels=9, kept=2, highest=3)


def test_modes_without_a_part_stay_undisturbed():
    """D[x₁p₂] has no derivatives but those that its operators call for."""
    found = phase_space_lindblad(P2**2 / 2, [X1])
    assert same(found, -p2 * W2.diff(x2) + hbar**2 / 2 * W2.diff(p1, 2))


def test_thermal_states_are_stationary():
    """(n̄ + 1)D[a] + n̄D[a†] leaves exp(−(mωx² + p²/mω)/ħ(2n̄ + 1)) as it is."""
    nbar = Symbol("nbar", positive=True)
    c_ops = [sqrt(nbar + 1) * a, sqrt(nbar) * ad]
    energy = m * omega * x**2 + p**2 / (m * omega)
    thermal = exp(-energy / (hbar * (2 * nbar + 1)))
    equation = phase_space_lindblad(hbar * omega * ad * a, c_ops)
    rate = equation.subs(W, thermal).doit() / thermal
    assert sympy.simplify(rate) == 0


def test_kicks_move_the_momentum():
    """D[e^{iqx}] → W(x, p − ħq) − W: collisions, to all orders of ħ."""
    q = Symbol("q", real=True)
    found = phase_space_lindblad(0, [exp(I * q * X)])
    assert same(found, W.subs(p, p - hbar * q) - W)


def test_truncation_says_so():
    """With U undetermined the series goes on; polynomials end it."""
    U = Function("U", real=True)
    found = phase_space_lindblad(P**2 / (2 * m) + U(X), [X], order=1)
    flow = -p / m * W.diff(x) + U(x).diff(x) * W.diff(p)
    assert same(found.removeO(), flow)
    assert found.getO() == sympy.Order(hbar**2)
    found = phase_space_lindblad(U(X), [U(X)], order=2).removeO()
    slope = U(x).diff(x)
    expected = slope * W.diff(p) - hbar**2 / 24 * U(x).diff(x, 3) * W.diff(p, 3)
    assert same(found, expected + hbar**2 / 2 * slope**2 * W.diff(p, 2))
    mixed = phase_space_lindblad(0, [U(X) * P], order=0)
    assert mixed == sympy.Order(hbar)
    exact = phase_space_lindblad(hbar * omega * ad * a, [a], order=1)
    assert exact == phase_space_lindblad(hbar * omega * ad * a, [a])
    classical = phase_space_lindblad(P**2 / 2 + X**4, [X], order=0)
    assert same(classical.removeO(), -p * W.diff(x) + 4 * x**3 * W.diff(p))


def test_mass_that_depends_on_the_position():
    """P̂ f(X̂) P̂ is Hermitian, with the symbol p²f + ħ²f″/4."""
    f = Function("f")(x)
    found = phase_space_lindblad(P * Function("f")(X) * P, order=0).removeO()
    assert same(found, p**2 * f.diff(x) * W.diff(p) - 2 * p * f * W.diff(x))
    with pytest.raises(ValueError, match="`H` must be Hermitian"):
        phase_space_lindblad(I * P * Function("f")(X) * P, order=0)


@pytest.mark.parametrize("order", [0, 2])
def test_truncated_products_of_functions_against_polynomials(order):
    """U = x³ and V = p³ put in afterwards give what the polynomials give."""
    U, V = Function("U"), Function("V")
    powers = {U(x): x**3, V(p): p**3}
    found = phase_space_lindblad(0, [U(X) * V(P)], order=order).removeO()
    exact = phase_space_lindblad(0, [X**3 * P**3], order=order).removeO()
    assert same(_put_in(found, powers), exact)
    word = U(X) * V(P) * RHO * X / hbar**2
    found = phase_space_superoperator(word, order=order).removeO()
    word = X**3 * P**3 * RHO * X / hbar**2
    exact = phase_space_superoperator(word, order=order).removeO()
    assert same(_put_in(found, powers), exact)


def _put_in(found, powers):
    real = found.replace(sympy.conjugate, lambda inner: inner)
    return real.subs(powers).doit()


def test_hbar_is_what_the_caller_passes():
    assert same(phase_space_lindblad(0, [X], hbar=2), 2 * W.diff(p, 2))


def test_drift_and_diffusion():
    """∂W/∂t = −∂_i(A_i W) + ½∂_i∂_j(D_ij W), put together again, for D[a†a] too."""
    for equation in (
        phase_space_lindblad(P**2 / 2 + X**2 / 8 + X * P + P * X, [3 * X - I * P]),
        phase_space_lindblad(P**2 / 2, [ad * a, X]),
        phase_space_lindblad(P1 * X2, [X1 + 2 * I * P2 - X2, P1]),
    ):
        found = fokker_planck(equation)
        assert isinstance(found, FokkerPlanck)
        state = W if len(found.variables) == 2 else W2
        n = range(len(found.variables))
        again = -sum((found.drift[i] * state).diff(found.variables[i]) for i in n)
        for i in n:
            for j in n:
                again += (
                    (found.diffusion[i, j] * state).diff(
                        found.variables[i], found.variables[j]
                    )
                ) / 2
        assert expand(again.doit() - equation) == 0
        assert found.diffusion == found.diffusion.T


def test_damping_of_a_mode():
    """√κ a: drift −κ/2 in both variables, D_xx = ħκ/2mω as in a vacuum."""
    kappa = Symbol("kappa", positive=True)
    found = fokker_planck(phase_space_lindblad(0, [sqrt(kappa) * a]))
    assert list(found.drift) == [-kappa * x / 2, -kappa * p / 2]
    assert found.diffusion == sympy.diag(
        hbar * kappa / (2 * m * omega), hbar * kappa * m * omega / 2
    )
    assert found.is_linear
    assert not fokker_planck(phase_space_lindblad(0, [ad * a])).is_linear


def test_derivation():
    found = derive_lindblad_phase_space()
    assert same(found["jump x̂"], hbar**2 / 2 * W.diff(p, 2))
    assert same(found["jump â"], phase_space_lindblad(0, [a]))
    assert same(found["jump â†â"].doit(), phase_space_lindblad(0, [ad * a]))
    assert "\\frac" in found.latex()
    assert "jump" in found.text()
    with pytest.raises(ValueError, match="`order` must be None"):
        derive_lindblad_phase_space(2)


def test_bad_operators_are_refused():
    with pytest.raises(TypeError, match=r"`c_ops` must be a sequence.* as \[L\]"):
        phase_space_lindblad(P**2, X)
    with pytest.raises(ValueError, match=r"`H` must be Hermitian.*2\*p\*x"):
        phase_space_lindblad(P**2 + 2 * X * P)
    with pytest.raises(ValueError, match="`H` must be Hermitian"):
        phase_space_lindblad(P**2 - I * Function("U")(X) / 2, order=1)
    with pytest.raises(TypeError, match="must not mix operators"):
        phase_space_lindblad(P**2, [X + p])
    with pytest.raises(ValueError, match="`hbar` must be positive, but is hbar"):
        phase_space_lindblad(P**2, hbar=Symbol("hbar"))


def test_bad_orders_are_refused():
    with pytest.raises(ValueError, match="Give `order=`"):
        phase_space_lindblad(P**2 + Function("U")(X))
    with pytest.raises(ValueError, match="`order` must be at least 0, but is -1"):
        phase_space_lindblad(P**2, order=-1)
    with pytest.raises(TypeError, match="`order` must be an integer"):
        phase_space_lindblad(P**2, order=1.0)
    with pytest.raises(ValueError, match="`hbar` must be a symbol"):
        phase_space_lindblad(P**2, order=1, hbar=2)
    with pytest.raises(ValueError, match="must depend on ħ as polynomials do"):
        phase_space_lindblad(P**2, [Function("U")(X) * a], order=1)


@pytest.mark.parametrize("expr", [X * P, RHO * X * RHO, RHO**2, X + RHO, exp(RHO)])
def test_maps_that_are_not_linear_are_refused(expr):
    with pytest.raises(ValueError, match="hold RHO once each"):
        phase_space_superoperator(expr)


@pytest.mark.parametrize(
    ("equation", "message"),
    [
        (W.diff(p, 3) + W.diff(x), "derivatives up to the second"),
        (W.diff(x) ** 2, "must be linear in W"),
        (x * W.diff(x), "must keep the integral.*is 0.*has 1"),
        (W.diff(x) + x, "must be linear in W"),
        (W.diff(t) - W.diff(x), r"but holds Derivative\(W\(x, p, t\), t\)"),
        (sympy.Eq(W.diff(t), W.diff(x)), "Give the right side of ∂W/∂t"),
        (x, "must hold one W.* holds 0: x"),
        (W.diff(x) + W2.diff(x1), "must hold one W.* holds 2"),
        (W.diff(x) + sympy.Order(hbar), "must be exact"),
    ],
)
def test_what_is_no_fokker_planck_equation_is_refused(equation, message):
    with pytest.raises(ValueError, match=message):
        fokker_planck(equation)
