"""Wigner functions against their formulas and the integral that defines them."""

from functools import cache

import numpy as np
import pytest
import sympy
from sympy import I, Rational, cos, exp, laguerre, pi, sqrt

from oqnn.symbolic import (
    cat_state,
    cross_wigner,
    displaced,
    expectation,
    fock_state,
    gaussian_star,
    gaussian_state,
    inner_product,
    marginal,
    mixture,
    norm,
    operators,
    purity,
    smear_momentum,
    squeezed,
    star,
    symbols,
    wigner,
)
from oqnn.symbolic.gaussians import collect_gaussians

x, p, hbar = symbols()
a, b, c, s = sympy.symbols("a b c s", positive=True)
x0, p0, kappa = sympy.symbols("x0 p0 kappa", real=True)
h = 2 * pi * hbar
PACKETS = exp(-((x - b) ** 2) / a**2) + exp(-((x + b) ** 2) / a**2)
OVERLAP = exp(-(b**2) / a**2)
NUMBERS = {a: "7/10", b: "11/10", c: "3/5", s: "7/5", x0: "3/10", p0: "-4/5"}
NUMBERS = {key: Rational(value) for key, value in NUMBERS.items()}
NUMBERS |= {kappa: Rational(1, 2), hbar: Rational(9, 10)}


def same(one, other, variables=(x, p)):
    return collect_gaussians(one - other, list(variables)) == 0


def by_quadrature(psi, at_x, at_p):
    """(1/h) ∫ e^{−ipy/ħ} ψ(x + y/2) ψ*(x − y/2) dy by the trapezoidal rule."""
    y, unit = np.linspace(-30, 30, 6001), float(NUMBERS[hbar])
    f = sympy.lambdify(x, psi, "numpy")
    values = np.exp(-1j * at_p * y / unit) * f(at_x + y / 2) * np.conj(f(at_x - y / 2))
    return values.sum() * (y[1] - y[0]) / (2 * np.pi * unit)


def test_eq_1_3_ground_state():
    """W₀ = (2/h) exp(−a²p²/ħ² − x²/a²)."""
    W0 = 2 / h * exp(-(a**2) * p**2 / hbar**2 - x**2 / a**2)
    assert same(wigner(gaussian_state(a)), W0)


def test_eq_1_3_normalisation():
    """A² = 1/(2(1 + e^{−b²/a²})), and the slide's other ψ₀ is not normalised."""
    psi = gaussian_state(a)
    pair = psi.subs(x, x - b) + psi.subs(x, x + b)
    assert sympy.expand(inner_product(pair, pair) - 2 * (1 + OVERLAP)) == 0
    assert inner_product(cat_state(a, b), cat_state(a, b)) == 1
    printed = exp(-(x**2) / (2 * a**2)) / (pi * sqrt(a)) ** Rational(1, 4)
    assert inner_product(printed, printed) == a ** Rational(3, 4)


def test_eq_1_3_cat():
    """Two packets and fringes 2 e^{−x²/a²} cos(2bp/ħ), all over h(1 + e^{−b²/a²})."""
    fringes = 2 * exp(-(x**2) / a**2) * cos(2 * b * p / hbar)
    whole = exp(-(a**2) * p**2 / hbar**2) * (PACKETS + fringes) / (h * (1 + OVERLAP))
    assert same(wigner(cat_state(a, b)), whole)


def test_eq_1_3_mixture():
    """½[W₀(x − b) + W₀(x + b)] = (1/h) e^{−a²p²/ħ²} […+…]."""
    W0 = wigner(gaussian_state(a))
    half = Rational(1, 2)
    found = mixture([(half, W0.subs(x, x - b)), (half, W0.subs(x, x + b))])
    assert same(found, exp(-(a**2) * p**2 / hbar**2) * PACKETS / h)


@pytest.mark.slow
def test_eq_1_3_pair_formula():
    """W of ψ_α + ψ_β is W_α + W_β + 2 Re W_αβ, also with complex weights."""
    one = displaced(gaussian_state(3 * a), x0, p0)
    other = (1 - 2 * I) * fock_state(1, a)
    cross, back = cross_wigner(one, other), cross_wigner(other, one)
    assert same(sympy.conjugate(cross), back)
    assert same(wigner(one + other), wigner(one) + wigner(other) + cross + back)


def test_eq_1_6_smeared_packet():
    """exp(−x²/a² − p²/D)/(πa√D), D = c² + ħ²/a²."""
    D = c**2 + hbar**2 / a**2
    found = smear_momentum(wigner(gaussian_state(a)), c)
    assert same(found, exp(-(x**2) / a**2 - p**2 / D) / (pi * sqrt(a**2 * D).expand()))


def test_eq_1_6_smeared_cat():
    """The fringes shrink by e^{−b²c²/(a²D)} and become cos(2ħbp/(a²D))."""
    D = c**2 + hbar**2 / a**2
    fringes = exp(-(x**2) / a**2 - b**2 * c**2 / (a**2 * D))
    fringes *= 2 * cos(2 * hbar * b * p / (a**2 * D))
    below = 2 * pi * sqrt(sympy.expand(a**2 * D)) * (1 + OVERLAP)
    whole = exp(-(p**2) / D) * (PACKETS + fringes) / below
    assert same(smear_momentum(wigner(cat_state(a, b)), c), whole)


def test_eq_1_6_limit_is_not_the_mixture():
    """As ħ → 0: |ψ_cat(x)|² P(p), where the overlap of the packets is left."""
    law = exp(-(p**2) / c**2) / (sqrt(pi) * c)
    cat = smear_momentum(wigner(cat_state(a, b)), c).subs(hbar, 0)
    assert same(cat, law * cat_state(a, b) ** 2)
    two = PACKETS * exp(-(p**2) / c**2) / (2 * pi * a * c)
    assert not same(cat, two)
    assert same(cat.subs(x, 0) - two.subs(x, 0), law * (OVERLAP / (1 + OVERLAP)) * (
        1 - OVERLAP) / (sqrt(pi) * a), [p])  # fmt: skip


@pytest.mark.parametrize("n", [0, 1, 2, 5, pytest.param(10, marks=pytest.mark.slow)])
def test_fock_states_are_laguerre_functions(n):
    """W_n = (2/h)(−1)ⁿ L_n(2r²) e^{−r²}, r² = x²/a² + a²p²/ħ²."""
    r2 = x**2 / a**2 + a**2 * p**2 / hbar**2
    expected = (-1) ** n * 2 / h * laguerre(n, 2 * r2) * exp(-r2)
    assert same(wigner(fock_state(n, a)), expected)


@pytest.mark.slow
def test_eq_1_1_bound():
    """|W| ≤ 2/h, reached at the centre of Fock states: W_n(0, 0) = (−1)ⁿ 2/h."""
    for n in range(7):
        W = wigner(fock_state(n, a))
        assert sympy.expand(W.subs({x: 0, p: 0}) - (-1) ** n * 2 / h) == 0
    W = _wigner_of_tilted_cat()
    u, v = np.meshgrid(np.linspace(-6, 6, 121), np.linspace(-7, 7, 141), indexing="ij")
    values = sympy.lambdify((x, p), W, "numpy")(u, v) / complex(norm(W))
    assert np.abs(values.imag).max() < 1e-14
    values = values.real
    assert 0.5 < np.abs(values).max() * np.pi * float(NUMBERS[hbar]) <= 1
    assert values.min() < -0.1


@cache
def _wigner_of_tilted_cat():
    return wigner(_tilted_cat(), hbar=NUMBERS[hbar])


def _tilted_cat():
    """Two unlike packets with a complex weight; no symmetry in x or p is left."""
    one = displaced(squeezed(gaussian_state(a), s, shear=kappa), x0 + b, p0)
    psi = one + (1 - I) * displaced(fock_state(1, c), -b, p0 / 3)
    return psi.subs(NUMBERS)


@pytest.mark.parametrize(("at_x", "at_p"), [(0.2, 0.9), (-0.7, -1.1), (1.3, -0.4)])
def test_eq_1_1_against_quadrature(at_x, at_p):
    W = _wigner_of_tilted_cat()
    found = complex(W.subs({x: at_x, p: at_p}))
    expected = by_quadrature(_tilted_cat(), at_x, at_p)
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-13)


def test_displacing_and_squeezing_move_the_wigner_function():
    """W(x − x₀, p − p₀) and W(x/s, s(p − κx)), for a state that is no Gaussian."""
    psi = fock_state(1, a) + I * gaussian_state(a) / 2
    W = wigner(psi)
    moved = {x: x - x0, p: p - p0}
    assert same(wigner(displaced(psi, x0, p0)), W.subs(moved, simultaneous=True))
    sheared = {x: x / s, p: s * (p - kappa * x)}
    found = wigner(squeezed(psi, s, shear=kappa))
    assert same(found, W.subs(sheared, simultaneous=True))


def test_displacements_compose_up_to_the_phase_of_their_area():
    """D(x₁, p₁) D(x₀, p₀) = e^{i(p₁x₀ − x₁p₀)/2ħ} D(x₀ + x₁, p₀ + p₁)."""
    x1, p1 = sympy.symbols("x1 p1", real=True, cls=sympy.Dummy)
    psi = fock_state(1, a)
    twice = displaced(displaced(psi, x0, p0), x1, p1)
    once = displaced(psi, x0 + x1, p0 + p1) * exp(I * (p1 * x0 - x1 * p0) / (2 * hbar))
    assert same(twice, once, [x])


@pytest.mark.parametrize(
    "psi",
    [
        squeezed(gaussian_state(a), s, shear=kappa),
        fock_state(1, a),
        pytest.param(fock_state(2, a), marks=pytest.mark.slow),
        pytest.param(cat_state(a, b), marks=pytest.mark.slow),
    ],
    ids=["sheared", "one", "two", "cat"],
)
def test_pure_states_are_projections(psi):
    """W ⋆ W = W/h."""
    W = wigner(psi)
    assert same(gaussian_star(W, W), W / h)


def test_distinct_fock_states_are_orthogonal():
    """W₀ ⋆ W₁ = 0, and W₀₁ ⋆ W₁₀ = W₀/h."""
    psi0, psi1 = fock_state(0, a), fock_state(1, a)
    W0, W1 = wigner(psi0), wigner(psi1)
    assert gaussian_star(W0, W1) == 0
    ahead, back = cross_wigner(psi0, psi1), cross_wigner(psi1, psi0)
    assert same(gaussian_star(ahead, back), W0 / h)


@pytest.mark.slow
def test_exact_product_of_gaussians_is_the_star_product():
    """With a polynomial both are exact; with a wave only their forms differ."""
    W = wigner(displaced(gaussian_state(a), x0, p0))
    for f in (x**2 * p + I * p, cos(2 * x - p) * (1 + p)):
        assert same(gaussian_star(W, f), star(W, f))
        assert same(gaussian_star(f, W), star(f, W))


def test_energy_of_the_ground_state():
    """H ⋆ W₀ = (ħω/2) W₀ with a² = ħ/mω."""
    m, omega = sympy.symbols("m omega", positive=True)
    H = p**2 / (2 * m) + m * omega**2 * x**2 / 2
    W0 = wigner(gaussian_state(sqrt(hbar / (m * omega))))
    assert same(star(H, W0), hbar * omega / 2 * W0)


def test_two_modes():
    """Squeezed vacuum of two modes: pure, each mode alone with purity 2s²/(1 + s⁴)."""
    (x1, x2), (p1, p2), _ = symbols(2)
    psi = exp(-((x1 + x2) ** 2) / (4 * s**2) - (x1 - x2) ** 2 * s**2 / 4) / sqrt(pi)
    W = wigner(psi)
    assert norm(W) == 1
    assert purity(W) == 1
    exponent = -((x1 + x2) ** 2) / (2 * s**2) - (x1 - x2) ** 2 * s**2 / 2
    exponent -= ((p1 + p2) ** 2 * s**2 + (p1 - p2) ** 2 / s**2) / (2 * hbar**2)
    expected = exp(exponent) / (pi * hbar) ** 2
    assert same(W, expected, (x1, x2, p1, p2))
    one = marginal(W, x1, p1)
    assert sympy.cancel(purity(one) - 2 * s**2 / (1 + s**4)) == 0
    spread = sympy.cancel(expectation((x1 - x2) ** 2, W))
    assert spread == 1 / s**2


def test_smearing_one_of_two_modes():
    W = wigner(gaussian_state(a, mode=1) * fock_state(1, b, mode=2))
    found = smear_momentum(W, c, mode=1)
    (x1, x2), (p1, p2), _ = symbols(2)
    one = smear_momentum(wigner(gaussian_state(a)), c).subs({x: x1, p: p1})
    expected = one * wigner(fock_state(1, b)).subs({x: x2, p: p2})
    assert same(found, expected, (x1, x2, p1, p2))


def test_hbar_may_be_a_number():
    W = wigner(gaussian_state(a), hbar=2)
    assert same(W, exp(-(a**2) * p**2 / 4 - x**2 / a**2) / (2 * pi))
    assert purity(W, hbar=2) == 1


@pytest.mark.parametrize(
    ("psi", "message"),
    [
        (x**2, "`psi` must decay as a Gaussian does"),
        (exp(x**2), "`psi` must decay as a Gaussian does"),
        (exp(I * x), "`psi` must decay as a Gaussian does"),
        (exp(-sympy.Symbol("k") * x**2), "`psi` must decay as a Gaussian does"),
        (1 / (1 + x**2), "`psi` must be a finite sum"),
        (sympy.Function("f")(x), r"`psi` must be a finite sum .* holds f\(x\)"),
        (exp(-(x**2)) * p, "`psi` must be a function of positions alone"),
        (exp(-(sympy.Symbol("x") ** 2)), "`psi` must be written in the x, p"),
    ],
)
def test_unbounded_and_unknown_wavefunctions_are_refused(psi, message):
    with pytest.raises(ValueError, match=message):
        wigner(psi)


def test_operators_are_no_wavefunctions():
    with pytest.raises(TypeError, match="`psi` must be a function on phase space"):
        wigner(operators()[0])


def test_weights_of_a_mixture_may_be_squares_of_cosine_and_sine():
    angle = sympy.Symbol("theta", real=True)
    c, s = sympy.cos(angle) ** 2, sympy.sin(angle) ** 2
    assert mixture([(c, x), (s, p)]) == c * x + s * p


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: wigner(gaussian_state(1), hbar=-1), "`hbar` must be positive"),
        (lambda: gaussian_state(-a), "`width` must be positive"),
        (lambda: gaussian_state(sympy.Symbol("w")), "`width` must be positive"),
        (lambda: cat_state(a, 0), "`distance` must be positive"),
        (lambda: fock_state(-1, a), "`n` must be at least 0"),
        (lambda: gaussian_state(a, mode=-1), "`mode` must be at least 0"),
        (lambda: displaced(x, I), "`x0` must be real"),
        (lambda: displaced(x, 0, I), "`p0` must be real"),
        (lambda: squeezed(x, 0), "`factor` must be positive"),
        (lambda: squeezed(x, 1, shear=I), "`shear` must be real"),
        (lambda: displaced(x * p), "`psi` must be a function of positions"),
        (
            lambda: displaced(gaussian_state(a, mode=1), 2),
            "`mode` must be a mode of `psi`, but is 0",
        ),
        (lambda: squeezed(x, 2, mode=1), "`mode` must be a mode of `psi`, but is 1"),
        (lambda: smear_momentum(exp(-(p**2)), 0), "`width` must be positive"),
        (lambda: smear_momentum(exp(-(p**2)), 1, mode=2), "`mode` must be a mode of"),
        (lambda: mixture([(a, x), (1 - b, p)]), "that sum to 1, but they sum to a"),
        (lambda: mixture([(2, x), (-1, p)]), "hold probabilities, but one is -1"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
