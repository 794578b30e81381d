"""Estimates from counts: most likely and least-squares states, their errors."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

from oqnn._core.errors import ConvergenceError
from oqnn.encoding.povm.maximum_likelihood import Likelihood, most_likely_state
from oqnn.encoding.povm.povm import Povm
from oqnn.measures import fidelity, nearest_state, purity

from ..states import PHI_PLUS, density, ghz, random_state

SETS = [Povm.tetrahedral, Povm.pauli6, Povm.pauli4]


def bloch(rho):
    return np.array([2 * rho[1, 0].real, 2 * rho[1, 0].imag, (rho[0, 0] - rho[1, 1])])


def test_most_likely_qubit_of_three_axes_by_hand():
    """Inside of the ball the axes do not mind each other: r = (n₊ − n₋)/(n₊ + n₋)."""
    found = Povm.pauli6(1).maximum_likelihood([70, 30, 45, 55, 20, 80])

    np.testing.assert_allclose(bloch(found.state), [-0.1, -0.6, 0.4], atol=1e-4)
    assert found.gap <= 1e-10


def test_most_likely_qubit_outside_of_the_ball_by_hand():
    """All outcomes positive, equally often: by symmetry r = (1, 1, 1)/√3."""
    found = Povm.pauli6(1).maximum_likelihood([50, 0, 50, 0, 50, 0])

    np.testing.assert_allclose(bloch(found.state), 3**-0.5 * np.ones(3), atol=1e-9)
    assert found.least_eigenvalue == pytest.approx((1 - np.sqrt(3)) / 2)
    exact = 150 * np.log((1 + 3**-0.5) / 6)
    assert found.log_likelihood == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize(
    ("povm", "ket", "unit"),
    [(Povm.tetrahedral(2), PHI_PLUS, 24), (Povm.pauli6(3), ghz(3), 216)],
)
def test_exact_shares_return_the_state(povm, ket, unit):
    """These laws are multiples of 1/24 and 1/216: whole numbers can have them.

    On the edge of the states a gap in ln L is a squared distance: its root is allowed.
    """
    counts = np.rint(unit * povm.probabilities(ket)).astype(int) * 100

    for found in (povm.maximum_likelihood(counts), povm.least_squares(counts)):
        np.testing.assert_allclose(found.state, density(ket), atol=1e-4)
        assert found.fidelity(ket) == pytest.approx(1, abs=1e-4)
        assert abs(found.least_eigenvalue) < 1e-12
        assert found.n_samples == 100 * unit


@pytest.mark.parametrize("make", SETS)
@pytest.mark.parametrize(("n", "rank"), [(1, 2), (2, 1), (3, 2), (4, 1)])
def test_most_likely_state_fulfils_the_condition_of_hradil(make, n, rank):
    """R = Σ f_a/p_a M_a ≤ 1 with Rρ = ρ, and the true state is no likelier.

    ‖Rρ − ρ‖ is of the order of the root of the gap.
    """
    rho, povm = random_state(np.random.default_rng(n), n, rank), make(n)
    counts = povm.draw_counts(rho, 20_000, seed=n)

    found = povm.maximum_likelihood(counts)

    shares = counts / 20_000
    M = povm.factors[0]
    ratio = np.where(counts > 0, shares / povm.probabilities(found.state), 0)
    R = ratio.reshape(povm.shape)
    for _ in range(n):
        R = np.tensordot(R, M, axes=(0, 0))
    axes = [*range(0, 2 * n, 2), *range(1, 2 * n, 2)]
    R = R.transpose(axes).reshape(2**n, 2**n)
    assert np.linalg.eigvalsh(R)[-1] < 1 + 2e-10
    np.testing.assert_allclose(R @ found.state, found.state, atol=1e-4)
    truth = counts @ np.log(povm.probabilities(rho))
    assert found.log_likelihood >= truth
    assert np.linalg.eigvalsh(found.state)[0] > -1e-14
    np.testing.assert_allclose(found.raw, povm.invert(shares), atol=1e-14)


def test_most_likely_state_against_a_general_optimiser():
    """ρ = AA†/Tr AA† over all A by quasi-Newton steps, the slow obvious way."""
    povm = Povm.pauli4(2)
    rho = random_state(np.random.default_rng(3), 2, 2)
    counts = povm.draw_counts(rho, 3000, seed=1)

    def loss(x):
        A = (x[:16] + 1j * x[16:]).reshape(4, 4)
        return -counts @ np.log(povm.probabilities(A @ A.conj().T / np.vdot(A, A).real))

    start = np.random.default_rng(0).normal(size=32)
    slow = minimize(loss, start, method="BFGS", options={"gtol": 1e-3})

    assert povm.maximum_likelihood(counts).log_likelihood == pytest.approx(
        -slow.fun, abs=1e-4
    )


def test_least_squares_of_four_outcomes_projects_the_inversion():
    povm = Povm.pauli4(2)
    counts = povm.draw_counts(PHI_PLUS, 4000, seed=2)

    found = povm.least_squares(counts)

    assert found.least_eigenvalue < -0.01
    np.testing.assert_allclose(found.state, nearest_state(found.raw), atol=1e-14)
    assert 0 < found.gap < 0.1


def test_least_squares_of_six_outcomes_against_dense_equations():
    """Weights 1/(N p + 1/2) with p of the physical inversion; χ₀ = 1 is no unknown."""
    povm, n_samples = Povm.pauli6(2), 5000
    rho = random_state(np.random.default_rng(6), 2, 4)
    counts = povm.draw_counts(rho, n_samples, seed=3)
    shares = counts / n_samples
    B = np.kron(*povm.bloch_factors)
    p = povm.probabilities(nearest_state(povm.invert(shares)))
    root = 1 / np.sqrt(n_samples * p + 0.5)

    chi, *_ = np.linalg.lstsq(
        root[:, None] * B[:, 1:], root * (shares - B[:, 0]), rcond=None
    )

    found = povm.least_squares(counts)
    exact = sum(
        c * np.kron(s, t)
        for c, (s, t) in zip(
            np.r_[1, chi] / 4, ((s, t) for s in PAULI for t in PAULI), strict=True
        )
    )
    np.testing.assert_allclose(found.state, nearest_state(exact), atol=1e-9)


PAULI = np.array(
    [[[1, 0], [0, 1]], [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]]
)


@pytest.mark.parametrize("make", SETS)
def test_errors_of_correlators_are_the_spread_of_many_runs(make):
    """Spread of R estimates: relative error (2R)^(-1/2), allowed five times."""
    rho, povm, runs = random_state(np.random.default_rng(9), 2, 3), make(2), 3000
    counts = povm.draw_counts(np.broadcast_to(rho, (runs, 4, 4)), 1000, seed=5)
    chis = np.array([povm.invert(c / 1000) for c in counts])
    strings = np.array([np.kron(s, t) for s in PAULI for t in PAULI])
    values = np.einsum("rij,sji->rs", chis, strings).real

    large = povm.draw_counts(rho, 10**8, seed=6)  # so that shares are the law
    found = povm.least_squares(large)

    errors = found.chi_errors.ravel() * np.sqrt(10**8 / 1000)
    assert errors[0] < 1e-6
    np.testing.assert_allclose(
        values.std(axis=0)[1:], errors[1:], rtol=5 / np.sqrt(2 * runs)
    )
    np.testing.assert_allclose(found.chi.ravel(), values.mean(axis=0), atol=0.02)


def test_bootstrap_has_the_spread_of_new_samples():
    """Purity and a fidelity of a mixed qubit, both spreads of R draws."""
    povm, rho, draws = Povm.tetrahedral(1), np.diag([0.7, 0.3]) + 0.1 * PAULI[2], 400
    estimate = povm.least_squares(povm.draw_counts(rho, 50_000, seed=1))
    fresh = povm.draw_counts(np.broadcast_to(rho, (draws, 2, 2)), 50_000, seed=2)

    again = povm.bootstrap(estimate, draws=draws, seed=3)

    new = np.array([povm.least_squares(counts).state for counts in fresh])
    assert again.shape == (draws, 2, 2)
    for number in (purity, lambda states: fidelity([0.6, 0.8j], states)):
        ratio = number(again).std() / number(new).std()
        assert ratio == pytest.approx(1, abs=5 / np.sqrt(draws))
    np.testing.assert_array_equal(again, povm.bootstrap(estimate, draws=draws, seed=3))


def test_bootstrap_goes_the_way_of_its_estimate():
    """The same samples of a Bell pair, which the two ways weigh differently."""
    povm = Povm.tetrahedral(2)
    likely = povm.maximum_likelihood(povm.draw_counts(PHI_PLUS, 2000, seed=8))
    fitted = replace(likely, method="least squares")

    ways = [povm.bootstrap(found, draws=8, seed=4) for found in (likely, fitted)]

    assert np.abs(ways[0] - ways[1]).max() > 1e-3


def test_bootstrap_is_for_estimates_of_its_own_measurement():
    """As many outcomes of other elements are those of another state."""
    estimate = Povm.pauli4(2).least_squares(
        Povm.pauli4(2).draw_counts(PHI_PLUS, 4000, seed=1)
    )
    with pytest.raises(ValueError, match="`estimate` must be of this measurement"):
        Povm.tetrahedral(2).bootstrap(estimate)
    with pytest.raises(TypeError, match="`estimate` must be a StateEstimate, but is a"):
        Povm.tetrahedral(2).bootstrap(estimate.counts)


def test_few_samples_are_warned_of_with_their_number():
    with pytest.warns(
        UserWarning, match=r"^159 samples are few for 16 outcomes: .* 9\.9"
    ):
        Povm.tetrahedral(2).least_squares([159, *[0] * 15])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Povm.tetrahedral(2).least_squares([160, *[0] * 15])


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ([100, 100, 100], r"must have shape \(4,\)"),
        ([100, 100, 100, -1], "not below zero, but hold -1"),
        ([100, 100, 100, 0.5], r"whole numbers .* 0\.5.*Multiply shares"),
        ([100, 100, 100, np.nan], "but hold nan"),
        ([100, 100, 100, np.inf], "but hold inf"),
        ([0, 0, 0, 0], "at least one sample"),
    ],
)
def test_odd_counts_are_refused(counts, message):
    with pytest.raises(ValueError, match=message):
        Povm.tetrahedral(1).maximum_likelihood(counts)
    with pytest.raises(ValueError, match=message):
        Povm.tetrahedral(1).least_squares(counts)


def test_complex_counts_and_odd_settings_are_refused():
    povm = Povm.tetrahedral(1)
    counts = [100, 120, 90, 110]
    with pytest.raises(TypeError, match="`counts` must be an array of real"):
        povm.least_squares(np.array(counts) + 0j)
    with pytest.raises(ValueError, match="`tol` must be positive"):
        povm.maximum_likelihood(counts, tol=0)
    with pytest.raises(ValueError, match="`draws` must be at least 2"):
        povm.bootstrap(povm.least_squares(counts), draws=1)
    with pytest.raises(ValueError, match=r"of the 16 outcomes .* is of 4"):
        Povm.tetrahedral(2).bootstrap(povm.least_squares(counts))


def test_an_unreached_gap_is_an_error_with_what_was_reached():
    povm = Povm.tetrahedral(2)
    counts = povm.draw_counts(PHI_PLUS, 10_000)
    with pytest.raises(ConvergenceError, match="after 3 iterations") as caught:
        povm.maximum_likelihood(counts, most_iterations=3)
    assert np.trace(caught.value.reached) == pytest.approx(1)


def test_a_state_that_excludes_what_came_has_no_likelihood():
    likelihood = Likelihood(
        shares=np.array([0.5, 0.5, 0, 0, 0, 0]), factors=Povm.pauli6(1).bloch_factors
    )
    p = likelihood.probabilities(density(np.array([1, 0])))

    assert likelihood.value(p) == -np.inf
    assert likelihood.gap(p) == np.inf
    state, _ = most_likely_state(likelihood, tol=1e-12, most_iterations=100)
    np.testing.assert_allclose(state, np.eye(2) / 2, atol=1e-6)


def test_an_estimate_says_what_it_is():
    found = Povm.pauli4(1).maximum_likelihood([120, 100, 80, 300])

    text = str(found)

    assert "maximum likelihood: 600 samples of 4 outcomes" in text
    assert found.root_fidelity(found.state) == pytest.approx(1)
    assert found.squared_distance(found.state) == 0
