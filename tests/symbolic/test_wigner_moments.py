"""Norms, marginals, purities and moments against wavefunctions and operators."""

import numpy as np
import pytest
import sympy
from sympy import I, Rational, conjugate, cos, exp, sqrt

from oqnn.symbolic import (
    cat_state,
    displaced,
    expectation,
    fock_state,
    gaussian_state,
    inner_product,
    integrate_gaussians,
    ladder_operators,
    marginal,
    mixture,
    norm,
    operators,
    overlap,
    purity,
    smear_momentum,
    squeezed,
    symbols,
    weyl_symbol,
    wigner,
)
from oqnn.symbolic.gaussians import collect_gaussians

x, p, hbar = symbols()
X, P = operators()
a, b, c, s = sympy.symbols("a b c s", positive=True)
x0, p0, kappa = sympy.symbols("x0 p0 kappa", real=True)
q = exp(-(b**2) / a**2)


def zero(value):
    return sympy.simplify(value) == 0


STATES = {
    "gaussian": displaced(squeezed(gaussian_state(a), s, shear=kappa), x0, p0),
    "fock": displaced(fock_state(2, a), x0, p0),
    "superposition": (fock_state(0, a) + 2 * I * fock_state(1, a)) / sqrt(5),
    "cat": cat_state(a, b),
}
states = pytest.mark.parametrize("psi", STATES.values(), ids=STATES.keys())


@states
def test_norm_and_purity_are_one(psi):
    W = wigner(psi)
    assert zero(norm(W) - 1)
    assert zero(purity(W) - 1)


@states
def test_positions_are_distributed_as_the_wavefunction_says(psi):
    density = marginal(wigner(psi), x)
    assert collect_gaussians(density - psi * conjugate(psi), [x]) == 0


@states
def test_momenta_are_distributed_as_its_fourier_transform_says(psi):
    """∫W dx = |φ(p)|² with φ(p) = h^{−1/2} ∫ e^{−ipx/ħ} ψ(x) dx, at numbers."""
    values = {a: 0.7, b: 1.1, s: 1.4, x0: 0.3, p0: -0.8, kappa: 0.5, hbar: 0.9}
    density = sympy.lambdify(p, marginal(wigner(psi), p).subs(values), "numpy")
    line = np.linspace(-25, 25, 5001)
    wave = sympy.lambdify(x, psi.subs(values), "numpy")(line)
    for at in (-1.7, -0.2, 0.9):
        phi = (np.exp(-1j * at * line / 0.9) * wave).sum() * (line[1] - line[0])
        expected = abs(phi) ** 2 / (2 * np.pi * 0.9)
        np.testing.assert_allclose(density(at), expected, rtol=1e-11, atol=1e-14)


OPERATORS = {
    "xpx": X * P * X,
    "pxxp": P * X**2 * P,
    "x3p": X**3 * P,
    "xp2": X * P**2,
}


@pytest.mark.parametrize("operator", OPERATORS.values(), ids=OPERATORS.keys())
def test_eq_1_1_expectation_values(operator):
    """⟨A⟩ = ∬WÃ dx dp is ∫ψ*Aψ dx with p̂ = −iħ∂_x, also for A that is not Hermitian."""
    psi = displaced(STATES["superposition"], x0, p0)
    image = psi
    for factor in reversed(sympy.Mul.make_args(operator)):
        base, power = factor.as_base_exp()
        for _ in range(int(power)):
            image = x * image if base == X else -I * hbar * image.diff(x)
    found = expectation(weyl_symbol(operator), wigner(psi))
    assert zero(found - inner_product(psi, image))


@pytest.mark.slow
def test_eq_1_1_trace_of_a_product():
    """Tr[AB] = (1/h)∬ÃB̃ dx dp: with A = |ψ⟩⟨ψ| and B = |φ⟩⟨φ| it is |⟨ψ|φ⟩|²."""
    psi, phi = STATES["superposition"], displaced(fock_state(1, 2 * a), x0, p0)
    amplitude = inner_product(psi, phi)
    found = overlap(wigner(psi), wigner(phi))
    assert zero(found - amplitude * conjugate(amplitude))


def test_number_states_have_their_number():
    """⟨a†a⟩ = n, ⟨(a†a)²⟩ = n² for the width √(ħ/mω)."""
    m, omega = sympy.symbols("m omega", positive=True)
    down, up = ladder_operators(mass=m, frequency=omega)
    number = up * down
    for n in (0, 3):
        W = wigner(fock_state(n, sqrt(hbar / (m * omega))))
        assert zero(expectation(weyl_symbol(number), W) - n)
        assert zero(expectation(weyl_symbol(number**2), W) - n**2)


def test_displacement_has_its_characteristic_function():
    """⟨e^{i(ux̂ + vp̂)}⟩ of the ground state is exp(−u²a²/4 − v²ħ²/4a²)."""
    u, v = sympy.symbols("u v", real=True)
    found = expectation(exp(I * (u * x + v * p)), wigner(gaussian_state(a)))
    exponent = -(u**2) * a**2 / 4 - v**2 * hbar**2 / (4 * a**2)
    assert collect_gaussians(found - exp(exponent), [u, v]) == 0


def test_pure_gaussians_have_least_uncertainty():
    """Var x Var p − Cov² = ħ²/4."""
    W = wigner(STATES["gaussian"])
    mean_x, mean_p = expectation(x, W), expectation(p, W)
    assert (mean_x, mean_p) == (x0, p0)
    xx, pp, xp = (
        expectation(symbol, W) for symbol in ((x - x0) ** 2, (p - p0) ** 2, x * p)
    )
    assert zero(xx * pp - (xp - x0 * p0) ** 2 - hbar**2 / 4)
    assert zero(xx - a**2 * s**2 / 2)
    assert zero(xp - x0 * p0 - kappa * xx)


def test_eq_1_3_purity_of_the_mixture():
    """(1 + e^{−2b²/a²})/2."""
    W0 = wigner(gaussian_state(a))
    half = Rational(1, 2)
    W = mixture([(half, W0.subs(x, x - b)), (half, W0.subs(x, x + b))])
    assert norm(W) == 1
    assert sympy.expand(purity(W) - (1 + q**2) / 2) == 0


def test_eq_1_3_purity_of_the_cat():
    assert purity(wigner(cat_state(a, b))) == 1


def test_eq_1_6_purity_of_the_smeared_packet():
    """ħ/√(a²c² + ħ²)."""
    W = smear_momentum(wigner(gaussian_state(a)), c)
    assert norm(W) == 1
    assert zero(purity(W) - hbar / sqrt(a**2 * c**2 + hbar**2))


@pytest.mark.slow
def test_eq_1_6_purity_of_the_smeared_cat():
    """Against h ∬ ∬ P(p₀) P(p₁) W(x, p − p₀) W(x, p − p₁) at numbers."""
    W = smear_momentum(wigner(cat_state(a, b)), c)
    values = {a: 0.8, b: 1.3, c: 0.5, hbar: 0.6}
    assert norm(W) == 1
    assert collect_gaussians(marginal(W, x) - cat_state(a, b) ** 2, [x]) == 0
    pure = sympy.lambdify((x, p), wigner(cat_state(a, b)).subs(values), "numpy")
    at_x, at_p = np.linspace(-6, 6, 241), np.linspace(-8, 8, 321)
    kicks = np.linspace(-4, 4, 161)  # p0, a multiple of the step of p
    law = np.exp(-(kicks**2) / 0.25) / (np.sqrt(np.pi) * 0.5) * (kicks[1] - kicks[0])
    smeared = sum(
        weight * pure(at_x[:, None], at_p - kick)
        for weight, kick in zip(law, kicks, strict=True)
    )
    cell = (at_x[1] - at_x[0]) * (at_p[1] - at_p[0])
    expected = 2 * np.pi * 0.6 * (smeared**2).sum() * cell
    np.testing.assert_allclose(float(purity(W).subs(values)), expected, rtol=1e-10)


def test_purity_of_mixed_number_states():
    """Σ P_n², as orthogonal states have it."""
    z = Rational(1, 5)
    weights = [(1 - z) * z**n for n in range(3)]
    weights.append(1 - sum(weights))
    W = mixture([(w, wigner(fock_state(n, a))) for n, w in enumerate(weights)])
    assert zero(purity(W) - sum(w**2 for w in weights))


def test_marginals_of_a_correlated_pair():
    """The marginal of x₁ and p₂ of two modes, as the double integral has it."""
    (x1, x2), (p1, p2), _ = symbols(2)
    psi = exp(-(x1**2) / 2 - x2**2 / 2 - x1 * x2 / 2 + I * x1 * x2)
    W = wigner(psi)
    density = marginal(W, x1, p2)
    assert density.free_symbols <= {x1, p2, hbar}
    other = integrate_gaussians(marginal(W, x1, p2, p1), p1, kept=[x1, p2])
    assert collect_gaussians(density - other, [x1, p2]) == 0
    assert zero(norm(W) - inner_product(psi, psi))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: norm(x * p), "`W` must decay as a Gaussian does"),
        (lambda: norm(exp(-(p**2))), "`W` must decay as a Gaussian does"),
        (lambda: norm(1 / (1 + x**2 + p**2)), "`W` must be a finite sum"),
        (lambda: norm(exp(-(sympy.Symbol("x") ** 2))), "`W` must be written in"),
        (lambda: marginal(exp(-(x**2))), "`kept` must name variables among x, p"),
        (lambda: marginal(exp(-(x**2)), b), "`kept` must name variables among x, p"),
        (lambda: purity(exp(-(x**2)), hbar=0), "`hbar` must be positive"),
        (lambda: overlap(exp(-(x**2)), cos(p)), "`W` must decay as a Gaussian"),
        (
            lambda: overlap(gaussian_state(1, mode=1), gaussian_state(1, mode=2)),
            "`W1` and `W2` must be of the same modes",
        ),
        (lambda: expectation(sympy.Abs(x), exp(-(x**2))), "`W` must be a finite sum"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_operators_are_no_symbols():
    with pytest.raises(TypeError, match="`symbol` must be a function on phase space"):
        expectation(X * P, wigner(gaussian_state(a)))
