"""Descent on classical wave functions, and the exact answers beside it."""

import numpy as np
import pytest
from encoding.states import PHI_PLUS, TILTED, W, density, ghz, random_state

from oqnn._core.bases import pauli_basis
from oqnn._core.errors import ConvergenceError
from oqnn.encoding import CorrelationMap, nearest_realizable, realize
from oqnn.encoding.realizability.gradient_route import (
    GradientRealization,
    realize_by_gradient,
    realize_many_by_gradient,
)

METHODS = ["adam", "descent"]


def loss_by_matrices(q, rho):
    """Loss (14), slowly: Σ_s p(s) of the product matrices of every configuration."""
    n_qubits = len(rho).bit_length() - 1
    carried = np.zeros_like(rho)
    for weight, spins in zip(
        q**2, CorrelationMap(n_qubits).configurations, strict=True
    ):
        term = np.eye(1)
        for qubit in range(n_qubits):
            x, y, z = spins[3 * qubit : 3 * qubit + 3]
            matrix = np.einsum("a,aij->ij", [1, x, y, z], pauli_basis(1)) / 2
            term = np.kron(term, matrix)
        carried = carried + weight / np.sum(q**2) * term
    return np.linalg.norm(carried - rho) ** 2


def test_eq_14_loss_before_the_first_iteration():
    rng = np.random.default_rng(1)
    for n_qubits in (1, 2):
        rho, q = random_state(rng, n_qubits, 2), rng.normal(size=8**n_qubits)
        found = realize_by_gradient(rho, start=q, max_iterations=0)
        assert found.iterations == 0
        assert found.loss == pytest.approx(loss_by_matrices(q, rho), rel=1e-12)
        assert np.linalg.norm(found.state - rho) ** 2 == pytest.approx(found.loss)
        np.testing.assert_array_equal(found.q, q)


def test_eq_14_one_step_goes_down_the_gradient():
    """q − η ∂l/∂q by central differences, at right angles to q: l knows no |q|."""
    rng = np.random.default_rng(2)
    rho, q, rate = random_state(rng, 2, 3), rng.normal(size=64), 0.7
    slope, h = np.zeros(64), 1e-5
    for s in range(64):
        shift = h * np.eye(64)[s]
        rise = loss_by_matrices(q + shift, rho) - loss_by_matrices(q - shift, rho)
        slope[s] = rise / (2 * h)
    found = realize_by_gradient(
        rho, method="descent", learning_rate=rate, start=q, max_iterations=1
    )
    np.testing.assert_allclose(found.q, q - rate * slope, rtol=0, atol=1e-9)
    assert (found.q - q) @ q == pytest.approx(0, abs=1e-14)
    assert found.loss < found.losses[0]


@pytest.mark.parametrize("method", METHODS)
def test_the_tilted_bell_state_keeps_its_distance(method):
    """(√2 − 1)²/4 = 0.042893: no law is nearer."""
    found = realize_by_gradient(TILTED, method=method, max_iterations=3000)
    assert found.iterations == 3000
    assert found.loss == pytest.approx((np.sqrt(2) - 1) ** 2 / 4, abs=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_the_loss_never_falls_below_the_exact_distance(method):
    """And comes near to it: by 1e-5 in 2000 iterations."""
    rng = np.random.default_rng(3)
    for states in (
        [random_state(rng, 2, 1) for _ in range(4)],
        [density(ghz(3)), density(W), *(random_state(rng, 3, 1) for _ in range(2))],
    ):
        found = realize_many_by_gradient(states, method=method, max_iterations=2000)
        for one, rho in zip(found, states, strict=True):
            exact = nearest_realizable(rho).squared_distance
            assert one.losses.min() >= exact - 1e-13
            assert one.loss <= max(exact + 1e-5, 1e-10)


@pytest.mark.parametrize(
    ("method", "n_qubits"), [("adam", 1), ("descent", 2), ("adam", 3)]
)
def test_mixed_states_are_realized(method, n_qubits):
    rng = np.random.default_rng(4)
    states = [random_state(rng, n_qubits, 2**n_qubits) for _ in range(4)]
    for one, rho in zip(
        realize_many_by_gradient(states, method=method), states, strict=True
    ):
        assert one.loss < 1e-10
        assert (one.losses[:-1] >= 1e-10).all()
        gap = one.law.correlators() - CorrelationMap(n_qubits).chi_from_state(rho)
        assert np.sum(gap**2) / 2**n_qubits == pytest.approx(one.loss, rel=1e-6)
        np.testing.assert_allclose(one.state, rho, rtol=0, atol=1e-5)


def test_plain_descent_falls_at_every_step():
    rho = random_state(np.random.default_rng(8), 2, 1)
    found = realize_by_gradient(
        rho, method="descent", learning_rate=0.05, max_iterations=300
    )
    assert (np.diff(found.losses) < 0).all()


def test_a_batch_does_what_one_by_one_does():
    """Each state stops at its own iteration; a law as a start needs none."""
    rng = np.random.default_rng(5)
    states = [density(PHI_PLUS), *(random_state(rng, 2, 4) for _ in range(2))]
    starts = rng.normal(size=(3, 64)) / 8
    starts[0] = -np.sqrt(realize(PHI_PLUS).law.dense())
    together = realize_many_by_gradient(states, starts=starts)
    assert together[0].iterations == 0
    assert together[1].iterations != together[2].iterations
    for one, rho, start in zip(together, states, starts, strict=True):
        alone = realize_by_gradient(rho, start=start)
        assert alone.iterations == one.iterations
        np.testing.assert_allclose(alone.q, one.q, rtol=0, atol=1e-12)
        np.testing.assert_allclose(alone.losses, one.losses, rtol=1e-9, atol=1e-14)


def test_seeds_give_starts():
    rho = random_state(np.random.default_rng(6), 2, 4)
    first, again, other = (
        realize_by_gradient(rho, seed=seed, max_iterations=0) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first.q, again.q)
    assert np.abs(first.q - other.q).max() > 0.1
    assert isinstance(first, GradientRealization)


def test_a_diverging_search_is_reported():
    rho = random_state(np.random.default_rng(7), 2, 4)
    with pytest.raises(ConvergenceError, match=r"not finite after .* rate 1e\+200"):
        realize_by_gradient(rho, method="descent", learning_rate=1e200)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"method": "newton"}, ValueError, "`method` must be one of 'adam', 'descent'"),
        ({"learning_rate": 0.0}, ValueError, "`learning_rate` must be positive"),
        ({"stop_below": -1e-10}, ValueError, "`stop_below` must be positive"),
        ({"max_iterations": -1}, ValueError, "`max_iterations` must be at least 0"),
        ({"seed": 0.5}, TypeError, "`seed` must be an integer"),
        ({"start": np.ones(8)}, ValueError, r"`start` must have shape \(64,\)"),
        ({"start": np.zeros(64)}, ValueError, "`start` must not be all zero"),
        ({"start": np.full(64, np.nan)}, ValueError, "`start` must be finite"),
    ],
)
def test_wrong_options_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        realize_by_gradient(PHI_PLUS, **options)


def test_wrong_states_are_refused():
    with pytest.raises(ValueError, match="`rho` must have trace 1"):
        realize_by_gradient(np.eye(4))
    with pytest.raises(ValueError, match="`rho` must have at most 4 qubits"):
        realize_by_gradient(np.eye(32) / 32)
    with pytest.raises(ValueError, match="`rhos` must be Hermitian"):
        realize_many_by_gradient([np.eye(2) / 2, [[0.5, 0.1], [0.2, 0.5]]])
    with pytest.raises(ValueError, match=r"equally many qubits, but holds 2 of"):
        realize_many_by_gradient([np.eye(2) / 2, PHI_PLUS])
    with pytest.raises(ValueError, match="at least one state"):
        realize_many_by_gradient([])
