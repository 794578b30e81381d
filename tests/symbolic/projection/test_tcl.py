"""The time-convolutionless generator: textbook orders, two routes, matrices."""

import numpy as np
import pytest
import sympy
from scipy.linalg import expm
from symbolic.projection.series import (
    liouvillian,
    orders_of_generator,
    random_system,
    without_odd_moments,
)
from sympy import Add, Order

from oqnn import FiniteEnvironment, Projection
from oqnn._core.bases import hermitian_basis
from oqnn.dynamics import tcl_generator as numerical_generator
from oqnn.symbolic import (
    TimeOrderedIntegral,
    derive_tcl,
    ordered_cumulant,
    superoperator_matrix,
    superoperators,
    tcl_generator,
    tcl_inhomogeneity,
)
from oqnn.symbolic.projection.algebra import COUPLING, TIME, TotalState
from oqnn.symbolic.projection.tcl import (
    GENERATOR,
    INHOMOGENEITY,
    SIGMA,
    generator_from_series,
    inhomogeneity_from_series,
)

P, Q, L = superoperators()
alpha, t = COUPLING, TIME
t1, t2, t3 = sympy.symbols("t1 t2 t3", real=True)
FOURTH = (
    P * L(t) * L(t1) * L(t2) * L(t3) * P
    - P * L(t) * L(t1) * P * L(t2) * L(t3) * P
    - P * L(t) * L(t2) * P * L(t1) * L(t3) * P
    - P * L(t) * L(t3) * P * L(t1) * L(t2) * P
)


def test_eq_2_5_second_and_fourth_order():
    """TCL2 and TCL4 as the textbook writes them."""
    found = derive_tcl(4)["Generator, expanded"].rhs
    second = TimeOrderedIntegral(P * L(t) * L(t1) * P, t1, t)
    fourth = TimeOrderedIntegral(FOURTH, (t1, t2, t3), t)
    assert found == alpha**2 * second + alpha**4 * fourth + Order(alpha**6)


def test_eq_2_5_every_expansion_without_odd_moments_says_so():
    """Q = 1 − P in the inhomogeneity leaves PL(t)PL(t₁)Q where odd moments stay."""
    remarks = {step.name: step.remark for step in derive_tcl(2).steps}
    assert tcl_inhomogeneity(2, odd_moments_vanish=False) != tcl_inhomogeneity(
        2, odd_moments_vanish=True
    )
    for name in ("Generator, expanded", "Inhomogeneity, expanded"):
        assert "Odd moments PL…LP vanish." in remarks[name]


def test_eq_2_5_fourth_order_prints_as_the_triple_integral():
    fourth = tcl_generator(4, odd_moments_vanish=True).coeff(alpha, 4)
    tex = sympy.latex(fourth).replace(r"\mathcal{P}", "P").replace(r"\mathcal{L}", "L")
    assert tex == (
        r"\int_{0}^{t} dt_{1} \int_{0}^{t_{1}} dt_{2} \int_{0}^{t_{2}} dt_{3}\, \left["
        r"P L(t) L(t_{1}) L(t_{2}) L(t_{3}) P - P L(t) L(t_{1}) P L(t_{2}) L(t_{3}) P"
        r" - P L(t) L(t_{2}) P L(t_{1}) L(t_{3}) P"
        r" - P L(t) L(t_{3}) P L(t_{1}) L(t_{2}) P\right]"
    )


def test_eq_2_5_the_exact_equation():
    """K = αPL(1−Σ)⁻¹P and I = αPL(1−Σ)⁻¹GQ."""
    steps, inverse = derive_tcl(), (1 - SIGMA) ** -1
    assert steps["Generator"].rhs == alpha * P * L(t) * inverse * P
    start = steps["Inhomogeneity"].rhs
    assert start.args_cnc()[1][:3] == [P, L(t), inverse]
    assert start.args[-1] == Q
    rho = TotalState
    right = steps["Time-convolutionless equation"].rhs
    assert right == GENERATOR * P * rho(t) + INHOMOGENEITY * Q * rho(0)


@pytest.mark.parametrize("odd_moments_vanish", [True, False])
@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
def test_eq_2_5_the_series_of_sigma_gives_ordered_cumulants(order, odd_moments_vanish):
    rule = {"odd_moments_vanish": odd_moments_vanish}
    assert generator_from_series(order, **rule) == tcl_generator(order, **rule)
    assert inhomogeneity_from_series(order, **rule) == tcl_inhomogeneity(order, **rule)


@pytest.mark.parametrize(("order", "words"), [(1, 1), (2, 2), (3, 6), (4, 26)])
def test_all_rows_of_moments_are_there(order, words):
    """As many as ordered partitions of the other times, twice: 2·1, 2·3, 2·13."""
    cumulant = ordered_cumulant(order)
    assert len(Add.make_args(cumulant)) == words
    assert sum(term.args_cnc()[0] == [-1] for term in Add.make_args(cumulant)) == (
        words // 2
    )


def test_cumulants_beyond_the_first_vanish_for_numbers():
    """If all moments are products, ⟨LL₁…⟩ = ⟨L⟩⟨L₁⟩…, only K₁ is left."""
    for order in (2, 3, 4, 5):
        terms = Add.make_args(ordered_cumulant(order))
        signs = [term.args_cnc()[0] for term in terms]
        assert sum(-1 if sign else 1 for sign in signs) == 0


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_eq_2_5_orders_are_those_of_random_matrices(order):
    """d/dt PU = K PU order by order in α: L(t) a matrix polynomial, U_k(t) exact."""
    projection, A = random_system(7)
    K, inhomogeneity = orders_of_generator(projection, A, order, 0.6)
    known = projection, liouvillian(A), {t: 0.6, alpha: 1.0}
    for found, exact in [
        (tcl_generator(order), K[-1]),
        (tcl_inhomogeneity(order), inhomogeneity[-1]),
    ]:
        matrix = superoperator_matrix(found.coeff(alpha, order), *known, nodes=8)
        np.testing.assert_allclose(matrix, exact, atol=1e-12 * np.abs(exact).max())


def test_eq_2_5_odd_moments_of_matrices_that_have_none():
    projection, A = without_odd_moments(5)
    K, inhomogeneity = orders_of_generator(projection, A, 4, 0.6)
    known = projection, liouvillian(A), {t: 0.6, alpha: 1.0}
    for order in (2, 3, 4):
        found = tcl_generator(order, odd_moments_vanish=True).coeff(alpha, order)
        matrix = superoperator_matrix(found, *known, nodes=8)
        np.testing.assert_allclose(matrix, K[order - 1], atol=1e-12)
        found = tcl_inhomogeneity(order, odd_moments_vanish=True).coeff(alpha, order)
        matrix = superoperator_matrix(found, *known, nodes=8)
        np.testing.assert_allclose(matrix, inhomogeneity[order - 1], atol=1e-12)


def test_eq_2_5_what_is_left_out_has_the_stated_order():
    """Exact K(t) = d/dt(PUP)(PUP)⁻¹ of a constant L, against the expansion."""
    projection, A = without_odd_moments(9)
    generator = A[0] / np.linalg.norm(A[0], 2)

    def gap(order, strength):
        U = expm(0.9 * strength * generator)
        block, rate = U[:2, :2], (strength * generator @ U)[:2, :2]
        series = tcl_generator(order, odd_moments_vanish=True).removeO()
        known = {t: 0.9, alpha: strength}
        found = superoperator_matrix(
            series, projection, lambda _: generator, known, nodes=4
        )
        return np.abs(rate @ np.linalg.inv(block) - found[:2, :2]).max()

    for order, left_out in ((2, 4), (4, 6)):
        assert tcl_generator(order, odd_moments_vanish=True).getO() == Order(
            alpha**left_out
        )
        assert np.log2(gap(order, 0.2) / gap(order, 0.1)) == pytest.approx(
            left_out, abs=0.1
        )


@pytest.mark.parametrize(
    ("order", "error", "message"),
    [
        (0, ValueError, "`order` must be at least 1"),
        (-1, ValueError, "`order` must be at least 1"),
        ("4", TypeError, "`order` must be an integer"),
    ],
)
def test_strange_orders_are_refused(order, error, message):
    for function in (derive_tcl, tcl_generator, tcl_inhomogeneity, ordered_cumulant):
        with pytest.raises(error, match=message):
            function(order)
    with pytest.raises(error, match=message):
        generator_from_series(order)


def with_moments(integral, moment):
    """Put the value of each moment in its place, and do the integral."""
    total = 0
    for term in Add.make_args(integral.integrand):
        scalars, word = term.args_cnc()
        value, met = sympy.Mul(*scalars), []
        for factor in word[1:]:
            if factor == P:
                value, met = value * moment(met), []
            else:
                met.append(factor.args[0])
        total += value
    return TimeOrderedIntegral(total, integral.times, integral.upper).doit()


def test_eq_2_9_rates_of_the_damped_jaynes_cummings_model():
    """γ₂ = γ₀(1 − e^{−λt}), γ₄ − γ₂ = (γ₀²/λ)(sinh λt − λt)e^{−λt}.

    One excitation leaves and returns, pair after pair: ⟨LL₁⟩ = −f(t − t₁) and
    ⟨LL₁L₂L₃⟩ = f(t − t₁)f(t₂ − t₃), with f = ½γ₀λe^{−λτ}; the rate is −2K.
    """
    strength, width = sympy.symbols("gamma_0 lambda", positive=True)

    def moment(met):
        pairs = zip(met[::2], met[1::2], strict=True)
        return sympy.Mul(
            *(-strength * width / 2 * sympy.exp(-width * (a - b)) for a, b in pairs)
        )

    series = tcl_generator(4, odd_moments_vanish=True)
    second, fourth = (-2 * with_moments(series.coeff(alpha, n), moment) for n in (2, 4))
    decay = sympy.exp(-width * t)
    assert sympy.expand(second - strength * (1 - decay)) == 0
    expected = (sympy.sinh(width * t) - width * t) * decay * strength**2 / width
    difference = fourth - expected.rewrite(sympy.exp)
    assert sympy.expand(difference, power_base=True) == 0


def test_eq_2_9_second_order_is_exact_for_pure_dephasing_by_oscillators():
    """Gaussian moments that commute, ⟨LL₁L₂L₃⟩ = Σ over pairings: K₄ = 0."""
    c = sympy.Function("c")

    def moment(met):
        if not met:
            return 1
        first, *rest = met
        return sum(
            c(first, other) * moment([time for time in rest if time != other])
            for other in rest
        )

    series = tcl_generator(6, odd_moments_vanish=True)
    for order in (4, 6):
        assert with_moments(series.coeff(alpha, order), moment) == 0
    assert with_moments(series.coeff(alpha, 2), moment) != 0


def random_hermitian(rng, size):
    draw = rng.normal(size=(size, size)) + 1j * rng.normal(size=(size, size))
    return draw + draw.conj().T


@pytest.mark.parametrize("order", [2, pytest.param(4, marks=pytest.mark.slow)])
def test_eq_2_5_generators_are_those_of_the_numerical_solver(order):
    """A qubit and a qutrit of two sectors, in the interaction picture and back.

    K_S(t) = L₀ + e^{L₀t} Σ_{k ≤ order} K_k(t) e^{−L₀t}, in coordinates of the blocks.
    """
    rng = np.random.default_rng(12)
    H, H_int = random_hermitian(rng, 2), random_hermitian(rng, 6)
    H_E = np.diag([0.3, -0.7, 0.4])
    kept = Projection.sectors([np.diag([1, 1, 0]), np.diag([0, 0, 1])])
    environment = FiniteEnvironment(H_E, H_int, kept)
    expected = numerical_generator(H, environment, [0.45], order=order).matrices[0]

    free = np.kron(H, np.eye(3)) + np.kron(np.eye(2), H_E)
    basis = np.eye(36).reshape(36, 6, 6)
    whole = np.array([kept.apply(unit).ravel() for unit in basis]).T

    def superoperator(A):
        return -1j * (np.kron(A, np.eye(6)) - np.kron(np.eye(6), A.T))

    def liouvillian(time):
        turn = expm(1j * free * time)
        return superoperator(turn @ H_int @ turn.conj().T)

    series = tcl_generator(order).removeO()
    found = superoperator_matrix(
        series, whole, liouvillian, {t: 0.45, alpha: 1.0}, nodes=6
    )
    turn = expm(superoperator(free) * 0.45)
    found = superoperator(free) + turn @ found @ np.linalg.inv(turn)

    hermitian = hermitian_basis(2)
    starts = [np.kron(a, b) for b in kept.B for a in hermitian]
    coordinates = [
        [
            np.trace(a @ block).real
            for block in kept.blocks((found @ start.ravel()).reshape(6, 6))
            for a in hermitian
        ]
        for start in starts
    ]
    np.testing.assert_allclose(np.transpose(coordinates), expected, atol=1e-9)
