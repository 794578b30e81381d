"""Laws that change least from one state to the next."""

import numpy as np
import pytest
from encoding.states import PHI_PLUS, TILTED, random_state
from scipy.optimize import OptimizeResult, linprog

from oqnn._core.errors import ConvergenceError
from oqnn.encoding import (
    CorrelationMap,
    Law,
    least_change_correlators,
    least_change_law,
    nearest_realizable,
    realize,
    total_variation,
)


def rotated(rho, axis, angle):
    """Turn the first qubit about x, y or z."""
    pauli = {"x": [[0, 1], [1, 0]], "y": [[0, -1j], [1j, 0]], "z": [[1, 0], [0, -1]]}
    one = np.eye(2)
    turn = np.cos(angle / 2) * one - 1j * np.sin(angle / 2) * np.array(pauli[axis])
    U = np.kron(turn, np.eye(len(rho) // 2))
    return U @ rho @ U.conj().T


def test_one_spin_axis_moves_half_the_change_of_its_mean():
    """From ⟨s_z⟩ = z to z' at the same ⟨s_x⟩, ⟨s_y⟩ a share |z' − z|/2 must move, since
    one flip changes s_z by 2, and s_z alone need flip.
    """
    for z, after in [(0.3, -0.5), (-0.2, 0.1)]:
        first = np.array([[1 + z, 0.3 - 0.1j], [0.3 + 0.1j, 1 - z]]) / 2
        then = first + np.diag([after - z, z - after]) / 2
        law = realize(first).law
        moved = total_variation(law, least_change_law(law, then))
        assert moved == pytest.approx(abs(after - z) / 2, abs=1e-12)


@pytest.mark.parametrize("n_qubits", [1, 2, 3])
def test_the_law_has_the_correlators_of_the_state(n_qubits):
    rng = np.random.default_rng(n_qubits)
    first, then = (random_state(rng, n_qubits, 2**n_qubits) for _ in range(2))
    found = least_change_law(realize(first).law, then)
    chi = CorrelationMap(n_qubits).chi_from_state(then)
    np.testing.assert_allclose(found.correlators(), chi, rtol=0, atol=1e-12)
    assert found.probabilities.min() >= 0


def test_the_same_state_keeps_its_law():
    """Also a law on more configurations than a vertex has."""
    dense = np.random.default_rng(5).dirichlet(np.ones(64))
    configurations = CorrelationMap(2).configurations
    law = Law(configurations=configurations, probabilities=dense)
    chi = CorrelationMap(2).chi_from_law(dense)
    kept = least_change_correlators(law, chi)
    np.testing.assert_allclose(kept.dense(), dense, rtol=0, atol=1e-12)


def test_no_law_changes_less():
    """The dual program, max y·(χ' − χ) with |(Aᵀy)_s| ≤ 1 where p(s) > 0, (Aᵀy)_s ≤ 1
    elsewhere and slack for removing it all, bounds every change from below.
    """
    rng = np.random.default_rng(8)
    first, then = random_state(rng, 2, 3), random_state(rng, 2, 4)
    law = realize(first).law
    p, signs = law.dense(), CorrelationMap(2).signs
    gap = (CorrelationMap(2).chi_from_state(then) - law.correlators()).reshape(-1)
    # max y·gap − p·t, with Aᵀy ≤ 1 and −Aᵀy ≤ 1 + t, t ≥ 0
    dual = linprog(
        np.r_[-gap, p],
        A_ub=np.block([[signs.T, np.zeros((64, 64))], [-signs.T, -np.eye(64)]]),
        b_ub=np.ones(128),
        bounds=[(None, None)] * 16 + [(0, None)] * 64,
    )
    moved = total_variation(law, least_change_law(law, then))
    assert moved == pytest.approx(-dual.fun / 2, abs=1e-9)
    assert moved < total_variation(law, realize(then).law)


def test_a_turning_pair_moves_less_than_fresh_laws_do():
    """Thirty turns by 0.1. No step moves more than one to a law solved for alone."""
    rho = random_state(np.random.default_rng(2), 2, 4)
    followed = fresh = realize(rho).law
    moved, jumped = 0.0, 0.0
    for k in range(30):
        rho = rotated(rho, "yz"[k % 2], 0.1)
        after, fresh_after = least_change_law(followed, rho), realize(rho).law
        step = total_variation(followed, after)
        assert step < 0.05
        assert step <= total_variation(followed, fresh_after) + 1e-9
        moved, jumped = moved + step, jumped + total_variation(fresh, fresh_after)
        followed, fresh = after, fresh_after
    assert moved < jumped


def test_states_on_the_edge_are_followed():
    """Φ⁺ turned about z by π/2 is realizable at both ends, but not on the way."""
    law = realize(PHI_PLUS).law
    turned = PHI_PLUS * np.exp([0, 0, 0, 0.5j * np.pi])
    found = least_change_law(law, turned)
    chi = CorrelationMap(2).chi_from_state(turned)
    np.testing.assert_allclose(found.correlators(), chi, rtol=0, atol=1e-12)


def test_states_that_no_law_realizes_are_refused():
    law = realize(PHI_PLUS).law
    with pytest.raises(
        ValueError, match=r"`rho` must be realizable, but violates ⟨XX⟩ \+ ⟨XY⟩.* ≤ 2"
    ):
        least_change_law(law, TILTED)
    nearest = nearest_realizable(TILTED)
    chi = CorrelationMap(2).chi_from_state(nearest.state)
    found = least_change_correlators(law, chi * (1 - 1e-9) + 1e-9 * (chi == 1))
    np.testing.assert_allclose(found.correlators(), chi, rtol=0, atol=2e-9)


def test_refusals():
    law = realize(PHI_PLUS).law
    with pytest.raises(TypeError, match="`law` must be a Law, but is a ndarray"):
        least_change_law(np.ones(64) / 64, PHI_PLUS)
    with pytest.raises(ValueError, match=r"`law` must be one of 3 spins.* but has 6"):
        least_change_law(law, np.eye(2) / 2)
    with pytest.raises(ValueError, match="`rho` must have at most 4 qubits"):
        least_change_law(law, np.eye(32) / 32)
    with pytest.raises(ValueError, match="`chi` must be 1 at index zero"):
        least_change_correlators(law, np.zeros((4, 4)))
    with pytest.raises(ValueError, match="`other` must be a law of 6 spins"):
        total_variation(law, realize([1, 0]).law)


def test_a_solver_s_tolerance_does_not_reach_the_law(monkeypatch):
    """Answers off by 1e-8 are corrected on their support, to rounding."""
    rng = np.random.default_rng(9)
    first, then = (random_state(rng, 2, 4) for _ in range(2))
    law = realize(first).law

    def sloppy(*args, **options):
        answer = linprog(*args, **options)
        answer.x = answer.x * (1 + 1e-8 * rng.normal(size=len(answer.x)))
        return answer

    monkeypatch.setitem(least_change_law.__globals__, "linprog", sloppy)
    found = least_change_law(law, then)
    chi = CorrelationMap(2).chi_from_state(then)
    np.testing.assert_allclose(found.correlators(), chi, rtol=0, atol=1e-14)


def test_a_solver_that_fails_is_reported(monkeypatch):
    names = least_change_law.__globals__
    law = realize(PHI_PLUS).law
    failed = OptimizeResult(success=False, status=4, message="numerical trouble")
    monkeypatch.setitem(names, "linprog", lambda *args, **options: failed)
    with pytest.raises(ConvergenceError, match="was not solved: numerical trouble"):
        least_change_law(law, PHI_PLUS)
    wrong = OptimizeResult(
        success=True, status=0, x=np.zeros(64 + len(law.probabilities))
    )
    monkeypatch.setitem(names, "linprog", lambda *args, **options: wrong)
    with pytest.raises(ConvergenceError, match="misses one by"):
        least_change_law(law, np.eye(4) / 4)
    infeasible = OptimizeResult(success=False, status=2, message="")
    monkeypatch.setitem(names, "linprog", lambda *args, **options: infeasible)
    with pytest.raises(ConvergenceError, match="found no law, but there is one"):
        least_change_law(law, np.eye(4) / 4)
