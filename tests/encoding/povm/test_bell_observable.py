"""B(θ): closed forms, local models, the Bell operator, errors."""

from itertools import product

import numpy as np
import pytest
import qutip
from scipy.optimize import minimize

from oqnn.encoding.povm.bell_observable import (
    CONNECTED_LOCAL_BOUND,
    LOCAL_BOUND,
    QUANTUM_BOUND,
    bell_bounds,
    bell_observable,
)
from oqnn.encoding.povm.named_states import bell_state, werner_state
from oqnn.encoding.povm.povm import Povm

from ..states import random_state

THETA = np.array([-0.4, 0.0, 0.3, np.pi / 4, 1.1, 2.9])
EXACT = 3 * np.cos(THETA) - np.cos(3 * THETA)
STRATEGIES = np.array(list(product((1, -1), repeat=4)))  # a0, a1, b0, b1


def axis(x):
    return np.cos(x) * qutip.sigmaz() + np.sin(x) * qutip.sigmax()


def term(x, y):
    return qutip.tensor(axis(x), axis(y))


def bell_operator(t):
    """The four terms as printed: the first party's angle first."""
    return term(0, t) + term(0, -t) + term(2 * t, t) - term(2 * t, -t)


@pytest.mark.parametrize("connected", [False, True])
@pytest.mark.parametrize("r", [0.0, 0.3, 1.0])
def test_werner_states_have_r_times_the_bell_curve(r, connected):
    """B = r (3 cos θ − cos 3θ); single means vanish, so both correlators agree."""
    found = bell_observable(werner_state(r), THETA, connected)

    np.testing.assert_allclose(found.value, r * EXACT, atol=1e-13)
    assert found.standard_error is None
    assert found.significance is None


@pytest.mark.parametrize("make", [Povm.tetrahedral, Povm.pauli6, Povm.pauli4])
@pytest.mark.parametrize("connected", [False, True])
def test_laws_and_states_agree_with_qutip(make, connected):
    rng = np.random.default_rng(4)
    rhos = np.stack([random_state(rng, 2, rank) for rank in (1, 2, 4)])
    povm = make(2)

    by_law = bell_observable(povm.probabilities(rhos), THETA, connected, povm=povm)
    by_state = bell_observable(rhos, THETA, connected)

    exact = np.empty((3, THETA.size))
    for index, t in np.ndenumerate(np.tile(THETA, (3, 1))):
        rho = qutip.Qobj(rhos[index[0]], dims=[[2, 2]] * 2)
        exact[index] = qutip.expect(bell_operator(t), rho)
        if connected:
            pairs = [(0, t, 1), (0, -t, 1), (2 * t, t, 1), (2 * t, -t, -1)]
            exact[index] -= sum(
                sign
                * qutip.expect(axis(x), rho.ptrace(0))
                * qutip.expect(axis(y), rho.ptrace(1))
                for x, y, sign in pairs
            )
    np.testing.assert_allclose(by_state.value, exact, atol=1e-12)
    np.testing.assert_allclose(by_law.value, exact, atol=1e-12)


def test_a_law_of_16_outcomes_is_tetrahedral():
    law = Povm.tetrahedral(2).probabilities(bell_state())

    found = bell_observable(law, THETA.reshape(2, 3))

    np.testing.assert_allclose(found.value, EXACT.reshape(2, 3), atol=1e-13)
    one = bell_observable(qutip.bell_state("00"), np.pi / 4)
    assert one.value == pytest.approx(2 * np.sqrt(2))
    assert one.value.shape == ()


def test_product_states_have_no_connected_correlators():
    """|00⟩ has ⟨σ_z σ_z⟩ = 1 and no more: B = 2 cos θ, connected 0."""
    full = bell_observable([1, 0, 0, 0], THETA)
    connected = bell_observable([1, 0, 0, 0], THETA, connected=True)

    np.testing.assert_allclose(full.value, 2 * np.cos(THETA), atol=1e-14)
    np.testing.assert_allclose(connected.value, 0, atol=1e-14)


def test_quantum_bound_is_the_greatest_eigenvalue():
    local, quantum = bell_bounds(THETA)

    exact = [bell_operator(t).eigenenergies()[-1] for t in THETA]
    np.testing.assert_allclose(quantum, exact, rtol=1e-12)
    np.testing.assert_array_equal(local, LOCAL_BOUND)
    assert bell_bounds(np.pi / 4)[1] == pytest.approx(QUANTUM_BOUND)
    assert bell_bounds(0.3, connected=True)[0] == CONNECTED_LOCAL_BOUND
    found = bell_observable(bell_state(), THETA)
    assert (found.value <= found.quantum_bound + 1e-12).all()
    np.testing.assert_allclose(found.excess, np.abs(EXACT) - 2, atol=1e-12)


def chsh(weights, connected):
    """CHSH of a mixture of the 16 deterministic strategies."""
    E = np.einsum("s,si,sj->ij", weights, STRATEGIES[:, :2], STRATEGIES[:, 2:])
    if connected:
        a0, a1, b0, b1 = weights @ STRATEGIES
        E = E - np.outer([a0, a1], [b0, b1])
    return E[0, 0] + E[0, 1] + E[1, 0] - E[1, 1]


def test_local_bound_is_that_of_every_deterministic_strategy():
    values = [chsh(w, connected=False) for w in np.eye(16)]

    assert max(values) == LOCAL_BOUND
    assert min(values) == -LOCAL_BOUND


def test_connected_local_bound_is_reached_and_not_exceeded():
    """Shares 2/7, 3/7, 2/7 of three strategies reach 16/7; a search finds no more."""
    best = {(1, 1, 1, -1): 2, (1, -1, -1, 1): 3, (-1, 1, -1, -1): 2}
    weights = np.array([best.get(tuple(s), 0) for s in STRATEGIES.tolist()]) / 7
    assert chsh(weights, connected=True) == pytest.approx(CONNECTED_LOCAL_BOUND)

    def loss(y):
        return -chsh(y**2 / (y @ y), connected=True)

    rng = np.random.default_rng(0)
    starts = rng.normal(size=(10, 16))
    found = [-minimize(loss, y, method="BFGS").fun for y in starts]
    assert max(found) == pytest.approx(CONNECTED_LOCAL_BOUND, abs=1e-6)


def test_covariances_stay_within_the_quantum_bound():
    """Over random states, pure ones too: connected B never exceeds 2√(1 + sin² 2θ)."""
    rng = np.random.default_rng(1)
    rhos = np.stack([random_state(rng, 2, rank) for rank in (1, 2) for _ in range(500)])

    found = bell_observable(rhos, THETA, connected=True)

    assert (np.abs(found.value) <= found.quantum_bound + 1e-12).all()
    assert np.abs(found.value).max() > 1.5


@pytest.mark.parametrize("connected", [False, True])
def test_standard_error_is_the_spread_of_many_runs(connected):
    """Spread of R estimates: relative error (2R)^(-1/2), allowed five times."""
    povm, runs, n_samples = Povm.pauli6(2), 4000, 2000
    rho = random_state(np.random.default_rng(7), 2, 2)
    P = povm.probabilities(rho)
    counts = povm.draw_counts(np.broadcast_to(rho, (runs, 4, 4)), n_samples, seed=1)

    found = bell_observable(P, THETA, connected, povm=povm, n_samples=n_samples)

    new = bell_observable(counts / n_samples, THETA, connected, povm=povm)
    np.testing.assert_allclose(
        new.value.std(axis=0), found.standard_error, rtol=5 / np.sqrt(2 * runs)
    )
    np.testing.assert_allclose(
        found.significance, found.excess / found.standard_error, rtol=1e-14
    )


@pytest.mark.parametrize("connected", [False, True])
def test_standard_error_is_that_of_the_slopes(connected):
    """Σ P_a d_a² / N with d_a the slope of B from P towards the outcome a alone, by
    differences; of a state with large and unlike single means.
    """
    povm, n_samples, h = Povm.pauli4(2), 500, 1e-5
    ket = np.array([0.3, 0.7, 0.3 + 0.1j, 0.2 + 0.5j])
    P = 0.8 * povm.probabilities(ket / np.linalg.norm(ket)) + 0.2 / 16
    to, back = ((1 - s) * P + s * np.eye(16) for s in (h, -h))
    values = [
        bell_observable(law, THETA, connected, povm=povm).value for law in (to, back)
    ]
    slopes = (values[0] - values[1]) / (2 * h)  # (outcome, theta)

    found = bell_observable(P, THETA, connected, povm=povm, n_samples=n_samples)

    exact = np.sqrt(P @ slopes**2 / n_samples)
    np.testing.assert_allclose(found.standard_error, exact, rtol=1e-6)


def test_excess_is_over_the_bound_of_the_same_correlators():
    full, connected = (bell_observable(bell_state(), 0.7, c) for c in (False, True))

    assert full.value == pytest.approx(connected.value)
    assert full.excess - connected.excess == pytest.approx(16 / 7 - 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.eye(8) / 8, 0.1), "`P_or_rho` must be a state of 2 qubits"),
        ((np.eye(4) / 2, 0.1), "`P_or_rho` must have trace 1, but has trace 2"),
        ((np.triu(np.ones((4, 4))), 0.1), "`P_or_rho` must be Hermitian"),
        ((np.ones(16), 0.1), "`P` must sum to 1"),
        ((np.ones(15) / 15, 0.1), r"has shape \(15,\)"),
        ((werner_state(1), np.nan), "`theta` must be finite"),
    ],
)
def test_odd_input_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        bell_observable(*arguments)


def test_odd_measurements_are_refused():
    P = np.ones(16) / 16
    with pytest.raises(ValueError, match=r"`povm` must measure 2 qubits, but .* 4"):
        bell_observable(P, 0.1, povm=Povm.tetrahedral(4))
    with pytest.raises(TypeError, match="`povm` must be a Povm, but is a str"):
        bell_observable(P, 0.1, povm="tetrahedral")
    with pytest.raises(ValueError, match="`n_samples` must be None where"):
        bell_observable(werner_state(0.4), 0.1, n_samples=100)
    with pytest.raises(ValueError, match="`n_samples` must be at least 1"):
        bell_observable(P, 0.1, n_samples=0)
