"""The cost of an epoch, and the columns that stand for its states."""

import numpy as np
import pytest
import qutip
from environments.problems import COST, ENVIRONMENT, GATE, H, random_states

from oqnn._core.bases import hermitian_basis
from oqnn.dynamics import ConstantControls, dynamical_maps, evolve
from oqnn.environments import (
    CARDINAL_STATES,
    Material,
    ProtectionCost,
    RegisterEnvironment,
    field_channel,
)
from oqnn.environments.cost import overlap_columns


def mean_overlap(environment, y, states, U):
    """Evolve every state by itself, from the law of the register."""
    ends = evolve(
        environment.generator(H),
        states,
        [0, 0.9],
        controls=y,
        register_law=environment.register_law,
    ).states
    return np.mean(
        [
            np.trace(U @ rho @ U.conj().T @ end[-1]).real
            for rho, end in zip(states, ends, strict=True)
        ]
    )


@pytest.mark.parametrize(
    ("cost", "states"),
    [
        (ProtectionCost(), CARDINAL_STATES),
        (COST, COST.states),
        (ProtectionCost(target=GATE), CARDINAL_STATES),
    ],
)
def test_columns_give_the_plain_mean_fidelity(cost, states):
    """From a law that is not uniform; the six cardinal states are a 2-design."""
    environment = RegisterEnvironment(
        ENVIRONMENT.generator().drift,
        {"x": field_channel([[0.1, 0.5], [0.5, -0.1]], 3)},
        3.0,
        register_law=[0.2, 0.5, 0.3],
    )
    U = np.eye(2) if cost.target is None else cost.target
    expected = mean_overlap(environment, [0.3], states, U)
    columns, targets, constant = overlap_columns(cost, environment)
    assert columns.shape == targets.shape == (12, 3)
    generator = environment.generator(H)
    Phi = dynamical_maps(generator, [0, 0.9], controls=[0.3]).matrices[1]
    found = np.trace(targets.T @ Phi @ columns) + constant
    np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_single_state_needs_a_single_column():
    cost = ProtectionCost(states=random_states(1))
    columns, targets, constant = overlap_columns(cost, ENVIRONMENT)
    assert columns.shape == (12, 1)
    purity = np.trace(columns.T @ targets) + constant  # the identity map
    expected = np.trace(cost.states[0] @ cost.states[0]).real
    np.testing.assert_allclose(purity, expected, rtol=1e-13)


def random_kraus(d, count, seed):
    """Return K_i with Σ K†K = 1, shape (count, d, d)."""
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(count * d, d)) + 1j * rng.normal(size=(count * d, d))
    return np.linalg.qr(a)[0].reshape(count, d, d)


def transfer_of(kraus):
    """Real matrix Tr[B_a Σ K B_b K†]."""
    basis = hermitian_basis(kraus.shape[-1])
    moved = np.einsum("kij,bjl,kml->bim", kraus, basis, kraus.conj(), optimize=True)
    return np.einsum("aij,bji->ab", basis, moved).real


@pytest.mark.parametrize("k", [1, 2, 3])
def test_mean_over_pure_states_of_a_subspace(k):
    """Against 20000 random pure states of a channel of size 3, to 5 standard errors.

    The states are V a, a complex normal over its norm; F = ⟨Ua| Φ(|a⟩⟨a|) |Ua⟩.
    """
    rng = np.random.default_rng(k)
    kraus = random_kraus(3, 2, seed=4)
    V = np.linalg.qr(rng.normal(size=(3, k)) + 1j * rng.normal(size=(3, k)))[0]
    U = qutip.rand_unitary(3, seed=5).full()
    cost = ProtectionCost(subspace=V, target=U)
    mean = (cost.overlap_matrix(3) * transfer_of(kraus)).sum()
    a = rng.normal(size=(20000, k)) + 1j * rng.normal(size=(20000, k))
    a = (a / np.linalg.norm(a, axis=1, keepdims=True)) @ V.T
    seen = np.einsum("si,kij,sj->sk", (a @ U.T).conj(), kraus, a)
    drawn = (np.abs(seen) ** 2).sum(axis=1)
    error = 5 * drawn.std() / np.sqrt(len(drawn)) + 1e-12
    np.testing.assert_allclose(mean, drawn.mean(), rtol=0, atol=error)
    if k == 3:
        whole = ProtectionCost(target=U).overlap_matrix(3)
        np.testing.assert_allclose(mean, (whole * transfer_of(kraus)).sum())


def test_entangled_states_with_a_partner():
    """Tr[(U ⊗ 1) ρ (U ⊗ 1)† (Φ ⊗ 1)(ρ)] of two states on a qutrit and a qubit."""
    kraus = random_kraus(3, 2, seed=7)
    states = np.array([qutip.rand_dm(6, seed=s).full() for s in (1, 2)])
    U = qutip.rand_unitary(3, seed=8).full()
    cost = ProtectionCost(states=states, target=U)
    found = (cost.overlap_matrix(3) * transfer_of(kraus)).sum()
    wide = np.array([np.kron(K, np.eye(2)) for K in kraus])
    W = np.kron(U, np.eye(2))
    expected = np.mean(
        [
            np.trace(W @ rho @ W.conj().T @ (wide @ rho @ wide.conj().mT).sum(0)).real
            for rho in states
        ]
    )
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_average_fidelity_and_that_of_an_entangled_pair():
    """(d + 1) F̄ = d F_e + 1."""
    transfer, d = transfer_of(random_kraus(4, 3, seed=9)), 4
    pair = np.eye(d).reshape(-1, 1) / np.sqrt(d)
    F = (ProtectionCost().overlap_matrix(d) * transfer).sum()
    cost = ProtectionCost(states=(pair @ pair.T)[None])
    F_e = (cost.overlap_matrix(d) * transfer).sum()
    np.testing.assert_allclose((d + 1) * F, d * F_e + 1, rtol=1e-12)


def test_cardinal_states_are_a_design():
    """Their mean fidelity is that over all pure states, ½ + tr M/6."""
    expected = [
        s.proj().full()
        for axis in "xyz"
        for s in getattr(qutip, f"sigma{axis}")().eigenstates()[1][::-1]
    ]
    np.testing.assert_allclose(CARDINAL_STATES, expected, atol=1e-15)
    drive = ConstantControls([0.3, -0.8, 0.5, 0.6])
    material = Material(kind="odd", environment=ENVIRONMENT, drive=drive)
    transfer = material.transfer([0, 1.1], H=H)[1]
    mean = 0.5 + np.trace(transfer[1:, 1:]) / 6
    for cost in (ProtectionCost(), ProtectionCost(states=CARDINAL_STATES)):
        found = (cost.overlap_matrix(2) * transfer).sum()
        np.testing.assert_allclose(found, mean, rtol=1e-13)


def test_running_readout_is_the_mean_over_slices():
    cost = ProtectionCost(readouts=(1.0,), weights=(0.5,), running=0.5)
    np.testing.assert_allclose(cost.slice_weights(4), [0.125, 0.125, 0.125, 0.625])


def test_readouts_fall_on_the_ends_of_slices():
    np.testing.assert_array_equal(
        ProtectionCost().slice_weights(8), [0, 0.25, 0, 0.25, 0, 0.25, 0, 0.25]
    )
    np.testing.assert_array_equal(COST.slice_weights(8), [0, 0.2, 0, 0, 0.5, 0, 0, 0.4])
    twice = ProtectionCost(readouts=(0.5, 0.5), weights=np.array([0.3, 0.6]))
    np.testing.assert_allclose(twice.slice_weights(2), [0.9, 0])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"readouts": ()}, r"`readouts` must be fractions in \(0, 1\]"),
        ({"readouts": (0.0, 1.0)}, r"`readouts` must be fractions in \(0, 1\]"),
        ({"readouts": 0.5}, r"`readouts` must have shape \(r,\)"),
        ({"weights": (1.0,)}, r"`weights` must have shape \(r,\) with r=4"),
        ({"weights": (1, 1, 1, np.nan)}, "`weights` must be finite"),
        ({"states": np.eye(2) / 2}, r"`states` must have shape \(S, D, D\)"),
        ({"states": np.eye(2)[None]}, "`states` must have trace 1"),
        ({"target": np.ones((2, 3))}, r"`target` must have shape \(d, d\)"),
        ({"target": np.ones((2, 2))}, "`target` must be unitary"),
        ({"controls": -1.0}, "`controls` must be positive"),
        ({"running": -0.1}, "`running` must be positive"),
        ({"subspace": np.ones((3, 2))}, "`subspace` must have orthonormal columns"),
        ({"subspace": np.eye(2), "states": CARDINAL_STATES}, "`subspace` must be abs"),
        ({"network": np.inf}, "`network` must be positive"),
    ],
)
def test_no_cost_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        ProtectionCost(**changes)


def test_cost_of_another_size_is_refused():
    with pytest.raises(ValueError, match=r"`target` must have the size .* 3, but"):
        ProtectionCost(target=GATE).overlap_matrix(3)
    with pytest.raises(ValueError, match=r"`subspace` must have the height .* 2, but"):
        ProtectionCost(subspace=np.eye(3)).overlap_matrix(2)
    with pytest.raises(ValueError, match="`states` must be of the system, of size 3"):
        ProtectionCost(states=CARDINAL_STATES).overlap_matrix(3)


def test_readout_within_a_slice_is_refused():
    with pytest.raises(ValueError, match=r"10 slices put them at \[2\.5, 5\.0"):
        ProtectionCost().slice_weights(10)
