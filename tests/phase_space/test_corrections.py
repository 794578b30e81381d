"""Orders of the Moyal series on grids, against formulas of the symbolic room."""

from math import factorial

import numpy as np
import pytest
import sympy

from oqnn.phase_space import (
    FunctionPotential,
    PhaseSpaceGrid,
    Polynomial,
    WignerFunction,
    quantum_corrections,
)
from oqnn.symbolic import (
    cat_state,
    convergence_radius,
    fringe_sum,
    gaussian_derivative,
    gaussian_state,
    moyal_terms,
    order_ratio,
    smear_momentum,
    symbols,
    to_function,
    wigner,
)

X, P, HBAR = symbols()
QUINTIC = [0.3, -0.7, 0.4, 0.2, -0.3, 0.15]


def on_grid(formula, grid):
    """Values of a formula in x, p and ħ."""
    function = to_function(formula, (X, P, HBAR))
    return function(grid.x[:, None], grid.p, grid.hbar)


def tanh_and_derivatives(slope, count):
    """tanh(kx) and its derivatives, polynomials in it: q(T)′ = k (1 − T²) q′(T)."""
    found = [np.polynomial.Polynomial([0, 1])]
    for _ in range(count):
        found.append(np.polynomial.Polynomial([slope, 0, -slope]) * found[-1].deriv())
    return [lambda x, q=q: q(np.tanh(slope * x)) for q in found]


@pytest.mark.parametrize(
    "state", ["packet", pytest.param("smeared cat", marks=pytest.mark.slow)]
)
def test_eq_1_2_terms_agree_with_their_formulas(state):
    """Terms 0 … 2 of a quintic, which ends the series, and their sum."""
    if state == "packet":
        formula = wigner(gaussian_state(0.6).subs(X, X - sympy.Rational(1, 3)))
    else:
        formula = smear_momentum(wigner(cat_state(0.5, 1.1)), 0.4)
    grid = PhaseSpaceGrid.centered(5, 9, (90, 160), hbar=0.7)
    potential = sum(c * X**n for n, c in enumerate(QUINTIC))
    formulas = [on_grid(term, grid) for term in moyal_terms(potential, 2, formula)]

    found = quantum_corrections(
        Polynomial(QUINTIC), WignerFunction(on_grid(formula, grid), grid), 2
    )

    np.testing.assert_allclose(found.terms, formulas, rtol=0, atol=1e-10)
    np.testing.assert_allclose(found.exact, sum(formulas), rtol=0, atol=1e-10)
    np.testing.assert_allclose(
        found.remainders[0], sum(formulas[1:]), rtol=0, atol=1e-10
    )
    assert found.remainder_sizes()[-1] < 1e-10


def test_eq_1_2_the_whole_change_is_an_integral_over_y():
    """∂W_U/∂t = (1/iħh) ∫ e^{−ipy/ħ} [U(x+y/2) − U(x−y/2)] ψ(x+y/2) ψ*(x−y/2) dy.

    By quadrature, of a moving packet in log cosh, which has poles; the terms do not
    sum up to it, but approach it.
    """
    hbar, width, x0, p0 = 0.4, 0.5, 0.3, 0.9
    grid = PhaseSpaceGrid.centered(3, 8, (24, 160), hbar=hbar)
    U = FunctionPotential(
        lambda x: np.log(np.cosh(x)), derivatives=tanh_and_derivatives(1, 4)
    )
    x, p = grid.x[:, None], grid.p
    y = np.linspace(-14, 14, 2801)  # (y,)

    def psi(x):
        wave = np.exp(-((x - x0) ** 2) / (2 * width**2) + 1j * p0 * x / hbar)
        return wave / (np.pi**0.25 * np.sqrt(width))

    pair = psi(x + y / 2) * psi(x - y / 2).conj()  # (nx, y)
    kick = U(x + y / 2) - U(x - y / 2)
    waves = np.exp(-1j * np.outer(y, p) / hbar) * (y[1] - y[0])  # (y, np)
    expected = (kick * pair) @ waves / (1j * hbar * 2 * np.pi * hbar)
    values = ((pair @ waves) / (2 * np.pi * hbar)).real

    found = quantum_corrections(U, WignerFunction(values, grid), 2)

    np.testing.assert_allclose(found.exact, expected.real, rtol=0, atol=1e-11)
    left_out = found.remainder_sizes()
    assert left_out[2] < 0.4 * left_out[1] < 0.4 * 0.4 * left_out[0]
    assert left_out[2] > 1e-4


def test_eq_1_4_hermite_polynomials_of_a_packet():
    """∂_pⁿ W = (−a/ħ)ⁿ Hₙ(ap/ħ) W, seen through U = xⁿ/n! whose derivative is one."""
    hbar, width = 0.3, 0.6
    grid = PhaseSpaceGrid.centered(3, 4, (20, 128), hbar=hbar)
    W = on_grid(wigner(gaussian_state(width)), grid)
    for s in (0, 1, 2):
        n = 2 * s + 1
        U = Polynomial(np.eye(n + 1)[n] / factorial(n))
        term = quantum_corrections(U, WignerFunction(W, grid), s).terms[s]
        hermite = on_grid(gaussian_derivative(n, width), grid)
        expected = (-(hbar**2) / 4) ** s / factorial(n) * hermite * W
        np.testing.assert_allclose(
            term, expected, rtol=0, atol=1e-11 * np.abs(expected).max()
        )


def test_eq_1_5_fringes_turn_with_the_difference_of_the_potential():
    """On g(x) cos(2bp/ħ) the change is −g [U(x+b) − U(x−b)] sin(2bp/ħ)/ħ.

    tanh(kx) has poles: where b is beyond their distance the terms grow without end,
    and where it is within they get there. The sum by `fringe_sum` is the same.
    """
    hbar, slope = 0.2, 1.3
    near = float(convergence_radius(sympy.tanh(slope * X), 0))
    for b, converges in ((0.7 * near, True), (1.5 * near, False)):
        periods = 6 * 2 * np.pi * hbar / (2 * b)  # six fringes in the momentum box
        grid = PhaseSpaceGrid.centered(0.1, periods / 2, (6, 32), hbar=hbar)
        x, p = grid.x[:, None], grid.p
        tanh, *derivatives = tanh_and_derivatives(slope, 13)
        U = FunctionPotential(tanh, derivatives=derivatives)
        W = np.exp(-(x**2)) * np.cos(2 * b * p / hbar)
        expected = np.exp(-(x**2)) * on_grid(fringe_sum(sympy.tanh(slope * X), b), grid)
        found = quantum_corrections(U, WignerFunction(W, grid), 6)
        np.testing.assert_allclose(found.exact, expected, rtol=0, atol=1e-12)
        left_out = found.remainder_sizes() / found.exact_size()
        assert (left_out[6] < 0.02) == converges
        assert (left_out[6] < left_out[1]) == converges


def test_eq_1_7_ratio_of_terms_in_a_stretched_packet():
    """Term s over term 0, (−Var x/2)ˢ U^{(2s+1)} H_{2s+1}(ζ)/((2s+1)! U′ H₁(ζ)).

    A sheared pure Gaussian with Var x far beyond ħ, where ħ no longer shows.
    """
    hbar, variance, slope, x0, p0 = 0.1, 0.4, 0.8, 0.5, -0.3
    thin = (hbar / 2) ** 2 / variance  # Var(p|x)
    grid = PhaseSpaceGrid.centered(4, 5, (64, 512), hbar=hbar)
    x, p = grid.x[:, None], grid.p
    zeta = (p - p0 - slope * (x - x0)) / np.sqrt(2 * thin)
    W = np.exp(-((x - x0) ** 2) / (2 * variance) - zeta**2)
    W = W / (2 * np.pi * np.sqrt(variance * thin))
    potential = sum(c * X**n for n, c in enumerate(QUINTIC))

    found = quantum_corrections(Polynomial(QUINTIC), WignerFunction(W, grid), 2)

    assert WignerFunction(W, grid).purity == pytest.approx(1, abs=1e-9)
    Z = sympy.Symbol("z")
    force = to_function(potential.diff(X), X)(x)
    classical = -force * 2 * zeta / np.sqrt(2 * thin) * W
    for s in (0, 1, 2):
        ratio = (
            sympy.Integer(1) if s == 0 else order_ratio(potential, s, variance, zeta=Z)
        )
        expected = to_function(ratio, (X, Z))(x, zeta) * classical
        np.testing.assert_allclose(
            found.terms[s], expected, rtol=0, atol=1e-10 * np.abs(expected).max()
        )


def test_sizes_are_norms_over_phase_space_of_each_state_of_a_batch():
    """Two states with unequal weights: sizes go with the weight, and by hand."""
    grid = PhaseSpaceGrid.centered(4, 5, (36, 64), hbar=0.6)
    W = on_grid(wigner(gaussian_state(0.8)), grid)
    batch = WignerFunction(np.stack([W, -2 * W, 0 * W]), grid)

    found = quantum_corrections(Polynomial([0, 0, 0, 1.0, 0.2]), batch, 1)

    assert found.terms.shape == (2, 3, 36, 64)
    for power in (1, 2):
        cell = grid.dx * grid.dp
        whole = (np.abs(found.exact[0]) ** power).sum() * cell
        assert found.exact_size(power)[0] == pytest.approx(whole ** (1 / power))
        sizes = found.sizes(power)
        np.testing.assert_allclose(sizes[:, 1], 2 * sizes[:, 0], rtol=1e-12)
        np.testing.assert_array_equal(sizes[:, 2], 0)
        assert found.remainder_sizes(power)[1] == pytest.approx([0] * 3, abs=1e-10)


def test_a_potential_is_taken_at_its_time():
    grid = PhaseSpaceGrid.centered(4, 5, (36, 64), hbar=0.6)
    W = WignerFunction(on_grid(wigner(gaussian_state(0.8)), grid), grid)
    still = quantum_corrections(Polynomial([0, 0, 0, 0, 2.5]), W, 1)
    found = quantum_corrections(lambda x, t: (1 + t) * x**4, W, 1, t=1.5)
    np.testing.assert_allclose(found.terms, still.terms, rtol=1e-12, atol=1e-13)


def test_what_cannot_be_computed_is_refused():
    grid = PhaseSpaceGrid.centered(4, 5, (36, 64), hbar=0.6)
    W = WignerFunction(on_grid(wigner(gaussian_state(0.8)), grid), grid)
    U = Polynomial([0, 0, 0, 1.0])
    with pytest.raises(TypeError, match="`W` must be a WignerFunction, but is a nd"):
        quantum_corrections(U, W.values, 1)
    with pytest.raises(ValueError, match="`order` must be at least 0, but is -1"):
        quantum_corrections(U, W, -1)
    with pytest.raises(TypeError, match="`order` must be an integer"):
        quantum_corrections(U, W, 1.0)
    with pytest.raises(ValueError, match=r"`power` must be 1 or 2, but is 3"):
        quantum_corrections(U, W, 1).sizes(3)
    uneven = PhaseSpaceGrid(grid.x, np.sinh(grid.p), hbar=0.6)
    with pytest.raises(ValueError, match=r"`W.grid` must have evenly spaced axes"):
        quantum_corrections(U, WignerFunction(W.values, uneven), 1)
    with pytest.raises(ValueError, match=r"must be finite wherever it is used.* -\d+"):
        quantum_corrections(lambda x: np.sqrt(x + 5), W, 1)


def test_a_derivative_that_the_grid_does_not_resolve_is_refused():
    """A packet as thin as the spacing of p has all of its spectrum in use."""
    grid = PhaseSpaceGrid.centered(4, 5, (36, 64), hbar=0.1)
    W = WignerFunction(on_grid(wigner(gaussian_state(1.1)), grid), grid)
    with pytest.raises(ValueError, match="`order` must not be 0 on this grid"):
        quantum_corrections(Polynomial([0, 0, 0, 1.0]), W, 1)


def test_an_order_that_amplifies_rounding_errors_is_refused():
    """On a p axis far finer than the state θ³¹ makes noise the largest part."""
    grid = PhaseSpaceGrid.centered(4, 5, (16, 4096), hbar=0.6)
    W = WignerFunction(on_grid(wigner(gaussian_state(0.8)), grid), grid)
    U = Polynomial(np.ones(42))
    with pytest.raises(ValueError, match=r"`order` must not be \d+ .* rounding errors"):
        quantum_corrections(U, W, 20)


def test_a_potential_that_amplifies_rounding_errors_is_refused():
    """e^{2x} is e^{5 + 33} at the last x + ħθ/2, where W has ended long before.

    Both terms are right on that axis still; on a coarser one the sum is as well.
    """
    growth = [lambda x, n=n: 2.0**n * np.exp(2 * x) for n in range(4)]
    U = FunctionPotential(growth[0], derivatives=growth[1:])
    sizes = []
    for count in (48, 64, 128):
        grid = PhaseSpaceGrid.centered(5, 6, (40, count))
        W = WignerFunction(on_grid(wigner(gaussian_state(1)), grid), grid)
        if count < 128:
            sizes.append(quantum_corrections(U, W, 1).exact_size(2))
            continue
        with pytest.raises(ValueError, match=r"`potential` must not grow .* rounding"):
            quantum_corrections(U, W, 1)
    assert sizes[0] == pytest.approx(sizes[1], rel=1e-6)
