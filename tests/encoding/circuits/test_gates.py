"""Gates as matrices M(q) on classical wave functions."""

import numpy as np
import pytest
from encoding.states import PHI_PLUS, TILTED, density, ket, random_state

from oqnn.encoding import (
    CorrelationMap,
    least_change_law,
    nearest_realizable,
    realize,
    realize_by_gradient,
    total_variation,
)
from oqnn.encoding.circuits.gates import realize_gate, realize_gate_by_gradient
from oqnn.encoding.circuits.unitaries import gate_unitary
from oqnn.encoding.maps.classical_wave import state_from_wave


def wave_of(rho, rng):
    """Return a wave function of a state, with random signs and a norm of 3."""
    p = realize(rho).law.dense()
    return 3 * np.sqrt(p) * rng.choice([-1, 1], size=len(p))


def check_gate(found, U, rho, *, atol):
    """Hold that M q stands for U ρ U†."""
    expected = U @ rho @ U.conj().T
    np.testing.assert_allclose(
        state_from_wave(found.matrix @ found.q), expected, rtol=0, atol=atol
    )
    gap = np.linalg.norm(state_from_wave(found.q_after) - expected) ** 2
    assert found.loss == pytest.approx(gap, rel=1e-6, abs=1e-28)


@pytest.mark.parametrize(
    ("gate", "n_qubits", "qubits"),
    [("T", 1, 0), ("CNOT", 2, (1, 0)), ("H", 2, 1), ("TOFFOLI", 3, None)],
)
def test_eq_15_rotations_perform_gates_exactly(gate, n_qubits, qubits):
    rng = np.random.default_rng(n_qubits)
    rho = random_state(rng, n_qubits, 2**n_qubits)
    q = wave_of(rho, rng)
    found = realize_gate(gate, q, qubits)
    check_gate(found, gate_unitary(gate, n_qubits, qubits), rho, atol=1e-12)
    M = found.matrix
    np.testing.assert_allclose(M @ M.T, np.eye(8**n_qubits), rtol=0, atol=1e-12)
    assert np.linalg.slogdet(M)[0] == 1
    # in one plane: M differs from 1 by a matrix of rank two, of trace 2 cos θ − 2
    cosine = np.sum(np.sqrt(found.before * found.after))
    assert np.trace(M) - 8**n_qubits == pytest.approx(2 * cosine - 2, abs=1e-9)
    assert np.linalg.matrix_rank(M - np.eye(8**n_qubits), tol=1e-9) == 2


def test_eq_16_laws_before_and_after():
    """Φ⁺ by CNOT: the product |+0⟩. The law after is the one that changes least."""
    law = realize(PHI_PLUS).law
    found = realize_gate("CNOT", np.sqrt(law.dense()))
    np.testing.assert_allclose(found.before, law.dense(), rtol=0, atol=1e-15)
    chi = CorrelationMap(2).chi_from_law(found.after)
    expected = np.zeros((4, 4))
    expected[[0, 0, 1, 1], [0, 3, 0, 3]] = 1
    np.testing.assert_allclose(chi, expected, rtol=0, atol=1e-12)
    nearest = least_change_law(law, density(ket(1, 0, 1, 0)))
    assert found.moved == pytest.approx(total_variation(law, nearest), abs=1e-12)


def test_a_stochastic_matrix_takes_one_law_to_the_other():
    """T ≥ 0 with columns summing to one, T p = p', and Σ_s p(s)(1 − T_ss) = moved."""
    rng = np.random.default_rng(4)
    found = realize_gate("H", wave_of(random_state(rng, 2, 3), rng), 0)
    T, p = found.transport, found.before
    assert T.min() >= 0
    np.testing.assert_allclose(T.sum(axis=0), 1, rtol=0, atol=1e-12)
    np.testing.assert_allclose(T @ p, found.after, rtol=0, atol=1e-14)
    assert p @ (1 - np.diag(T)) == pytest.approx(found.moved, abs=1e-14)


def test_the_identity_moves_nothing():
    q = wave_of(random_state(np.random.default_rng(5), 2, 4), np.random.default_rng(6))
    found = realize_gate(np.eye(4), q)
    np.testing.assert_allclose(found.matrix, np.eye(64), rtol=0, atol=1e-7)
    np.testing.assert_allclose(found.transport, np.eye(64), rtol=0, atol=1e-7)
    assert found.moved == pytest.approx(0, abs=1e-12)


def test_a_matrix_is_for_its_wave_function_alone():
    """q ↦ M(q) q is not linear: the M of one state fails on another."""
    rng = np.random.default_rng(7)
    first, other = (random_state(rng, 2, 4) for _ in range(2))
    M = realize_gate("CNOT", wave_of(first, rng)).matrix
    U = gate_unitary("CNOT", 2)
    carried = state_from_wave(M @ wave_of(other, rng))
    assert np.linalg.norm(carried - U @ other @ U.conj().T) > 0.1


def test_eq_15_descent_on_the_matrix_written_out():
    """M ← M − η (∂l/∂q') qᵀ with the 64 × 64 matrix stepped, whatever |q|."""
    rng = np.random.default_rng(8)
    rho, eta = random_state(rng, 2, 4), 0.2
    q, U = wave_of(rho, rng), gate_unitary("CNOT", 2)
    chi = CorrelationMap(2).chi_from_state(U @ rho @ U.conj().T).reshape(-1)
    A, M = CorrelationMap(2).signs, np.eye(64)
    for _ in range(12):
        after = M @ q
        p = after**2 / (after @ after)
        g = A.T @ (A @ p - chi) / 2
        M = M - eta * np.outer(2 * after * (g - p @ g) / (after @ after), q)
    found = realize_gate_by_gradient("CNOT", q, learning_rate=eta, max_iterations=12)
    np.testing.assert_allclose(found.matrix, M, rtol=0, atol=1e-12)
    assert len(found.losses) == 13


def test_descent_finds_gates_too():
    """But for zeros of q, which have no slope: a sparse law stays where it is."""
    rng = np.random.default_rng(9)
    rho = random_state(rng, 2, 4)
    q = realize_by_gradient(rho).q
    found = realize_gate_by_gradient("CNOT", q)
    assert found.loss < 1e-10
    check_gate(found, gate_unitary("CNOT", 2), state_from_wave(q), atol=1e-4)

    sparse = realize_gate_by_gradient("CNOT", wave_of(rho, rng), max_iterations=2000)
    assert (sparse.after[sparse.before == 0] == 0).all()
    assert sparse.loss > 1e-3


def test_gates_beyond_spins():
    """T takes Φ⁺ to what violates CHSH; descent ends at the exact distance."""
    law = realize(PHI_PLUS).law
    with pytest.raises(ValueError, match=r"`gate` must take .* violates ⟨XX⟩ \+ ⟨XY⟩"):
        realize_gate("T", np.sqrt(law.dense()), 0)
    q = realize_by_gradient(PHI_PLUS).q
    found = realize_gate_by_gradient("T", q, 0, max_iterations=2000)
    best = nearest_realizable(TILTED).squared_distance
    assert found.loss == pytest.approx(best, abs=1e-4)


def test_refusals():
    q = np.ones(64)
    with pytest.raises(ValueError, match="`gate` must be unitary"):
        realize_gate(np.ones((4, 4)), q)
    with pytest.raises(ValueError, match="`qubits` must be 1 different ones of 0 to 1"):
        realize_gate("H", q)
    with pytest.raises(ValueError, match="`q` must not be zero"):
        realize_gate("CNOT", np.zeros(64))
    with pytest.raises(ValueError, match=r"`q` must have shape \(..., 8\*\*n\)"):
        realize_gate("CNOT", np.ones(63))
    with pytest.raises(ValueError, match="at most 3 qubits, but is of 4"):
        realize_gate_by_gradient("H", np.ones(4096), 0)
    with pytest.raises(ValueError, match=r"shape \(8\*\*n,\), but has shape \(2, 64\)"):
        realize_gate("CNOT", np.ones((2, 64)))
    with pytest.raises(ValueError, match="`learning_rate` must be positive"):
        realize_gate_by_gradient("CNOT", q, learning_rate=-1)
