"""Noiseless subsystems and decoherence-free subspaces, and that they are kept."""

from functools import reduce

import numpy as np
import pytest
from scipy.linalg import expm

from oqnn._core.bases import pauli_basis
from oqnn.dynamics import RegisterGenerator
from oqnn.environments import (
    ProtectionCost,
    RegisterEnvironment,
    bare_material,
    field_channel,
    noise_free_subspaces,
    noiseless_subsystems,
    readout_infidelity,
)

PAULI = pauli_basis(1)[1:]
LOWER = np.array([[0, 0], [1, 0]], dtype=complex)
SINGLET = np.array([0, 1, -1, 0]) / np.sqrt(2)


def collective(operator, qubits):
    """Return Σ_q of a one-qubit operator on each qubit."""
    one = np.eye(2)
    return sum(
        reduce(np.kron, [operator if q == p else one for p in range(qubits)])
        for q in range(qubits)
    )


def environment_of(fields, jumps=None, law=None):
    """A register of fields, with hops without back-action, on d = len(fields[0])."""
    n, d = len(fields), len(fields[0])
    hops = {(i, j): 0.5 * np.eye(d)[None] for i in range(n) for j in range(n) if i != j}
    for i in range(n):
        if jumps is not None:
            hops[i, i] = np.asarray(jumps)
    channel = {"z": field_channel(np.diag(np.arange(d) / d), n)}
    return RegisterEnvironment(
        RegisterGenerator(np.array(fields), hops), channel, 1.0, register_law=law
    )


@pytest.mark.parametrize(
    ("qubits", "shapes"),
    [
        (2, [(4, 1, 1), (4, 3, 1)]),
        (3, [(8, 2, 2), (8, 4, 1)]),
        (4, [(16, 3, 3), (16, 1, 2), (16, 5, 1)]),
    ],
)
def test_collective_noise_keeps_what_angular_momentum_says(qubits, shapes):
    """(2)^⊗N = ⊕_J (2J + 1) ⊗ m_J, m_J = C(N, N/2 − J) − C(N, N/2 − J − 1)."""
    noise = np.array([collective(s, qubits) for s in PAULI])
    found = noiseless_subsystems(noise)
    assert [one.isometry.shape for one in found] == shapes
    for one in found:
        d, n, m = one.isometry.shape
        V = one.isometry.reshape(d, n * m)
        np.testing.assert_allclose(V.conj().T @ V, np.eye(n * m), atol=1e-10)
        for S in noise:  # V† S V = A ⊗ 1, and S does not leave the span
            inside = (V.conj().T @ S @ V).reshape(n, m, n, m)
            A = np.trace(inside, axis1=1, axis2=3) / m
            split = np.einsum("ab,jk->ajbk", A, np.eye(m))
            np.testing.assert_allclose(inside, split, atol=1e-9)
            np.testing.assert_allclose(
                S @ V, V @ inside.reshape(n * m, n * m), atol=1e-9
            )


def test_three_qubits_keep_one_under_random_collective_turns():
    """Decoded after any common rotation the kept state is what was encoded."""
    noise = np.array([collective(s, 3) for s in PAULI])
    kept = noiseless_subsystems(noise, seed=4)[0]
    rng = np.random.default_rng(2)
    a = rng.normal(size=(2, 2)) + 1j * rng.normal(size=(2, 2))
    rho = a @ a.conj().T / np.trace(a @ a.conj().T)
    U = expm(-1j * np.tensordot([0.7, -1.1, 0.4], noise, 1))
    turned = U @ kept.encode(rho) @ U.conj().T
    np.testing.assert_allclose(kept.decode(turned), rho, atol=1e-10)
    other = np.kron(expm(-1j * PAULI[0]), np.eye(4))  # one qubit alone
    broken = kept.decode(other @ kept.encode(rho) @ other.conj().T)
    assert np.abs(broken - rho).max() > 0.05


def test_unrelated_operators_keep_nothing_but_a_line():
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(2, 4, 4))
    assert [one.isometry.shape for one in noiseless_subsystems(noise)] == [(4, 4, 1)]


def test_collective_dephasing_keeps_01_and_10():
    """Levels ±ξ(σz⊗1 + 1⊗σz)/2 on two qubits: span{01, 10} is kept for ever."""
    field = collective(PAULI[2], 2) / 2
    environment = environment_of([0.9 * field, -1.3 * field], jumps=[0.4 * field])
    spaces = noise_free_subspaces(environment)
    assert [V.shape for V in spaces] == [(4, 2), (4, 1), (4, 1)]
    np.testing.assert_allclose(
        spaces[0] @ spaces[0].conj().T, np.diag([0, 1, 1, 0]), atol=1e-12
    )
    cost = ProtectionCost(subspace=spaces[0])
    lost = readout_infidelity(bare_material(environment), cost, period=6.0)
    assert abs(lost) < 1e-12
    everything = readout_infidelity(bare_material(environment), period=6.0)
    assert everything > 0.2


def test_collective_fields_in_all_directions_keep_the_singlet():
    """Fields n_i·(σ⊗1 + 1⊗σ)/2 along three directions, and joint damping."""
    fields = [collective(s, 2) / 2 for s in PAULI]
    environment = environment_of(fields, jumps=[0.3 * collective(LOWER, 2)])
    (space,) = noise_free_subspaces(environment)
    np.testing.assert_allclose(abs(SINGLET @ space[:, 0]), 1, atol=1e-12)
    held = ProtectionCost(states=np.outer(SINGLET, SINGLET)[None])
    lost = readout_infidelity(bare_material(environment), held, period=6.0)
    assert abs(lost) < 1e-12


def test_four_qubits_keep_a_qubit_of_singlets():
    fields = [collective(s, 4) / 2 for s in PAULI]
    spaces = noise_free_subspaces(environment_of(fields))
    assert [V.shape for V in spaces] == [(16, 2)]


def test_levels_that_turn_states_differently_keep_nothing():
    """H_0 = 0 and H_1 = σx ⊗ 1 with commuting jumps; |ψ⟩ cannot stay pure."""
    turn = np.kron(PAULI[0], np.eye(2))
    spaces = noise_free_subspaces(
        environment_of([0 * turn, turn], jumps=[np.kron(PAULI[2], np.eye(2))])
    )
    assert spaces == []


def test_shapes_and_ancillas_are_refused():
    with pytest.raises(ValueError, match="`operators` must have shape"):
        noiseless_subsystems(np.zeros((2, 3)))
    with pytest.raises(ValueError, match="`rho` must have shape"):
        noiseless_subsystems(PAULI)[0].encode(np.eye(3))
    paired = RegisterGenerator(np.zeros((1, 4, 4)))
    field = field_channel(np.diag([1.0, 2.0, 3.0, 4.0]), 1)
    beside = RegisterEnvironment(paired, {"z": field}, 1.0, ancilla=np.diag([1, 0]))
    with pytest.raises(ValueError, match="`environment` must have no ancilla"):
        noise_free_subspaces(beside)
