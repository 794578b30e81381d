"""Circuits as sequences of laws."""

import numpy as np
import pytest
import qutip
from encoding.states import TILTED, ghz, mix_with_noise, random_state
from scipy.optimize import OptimizeResult

from oqnn._core.errors import ConvergenceError
from oqnn.encoding import (
    CorrelationMap,
    realize,
    run_circuit,
    total_variation,
    visibility,
)
from oqnn.encoding.circuits.unitaries import GATES

CYCLE = [("CNOT", 0, 1), ("H", 0), ("T", 0)]  # of the paper's Fig. 3
START = np.eye(4)[0]


def test_the_paper_s_cycle_from_a_pure_state_fails_at_step_4():
    """CNOT on H and T of |00⟩ is the tilted Bell state, whose CHSH sum is 2√2."""
    circuit = run_circuit(CYCLE * 2, START)
    assert circuit.leaves_at == 4
    expected = np.outer(TILTED, TILTED.conj())
    np.testing.assert_allclose(circuit.states[4], expected, rtol=0, atol=1e-15)
    assert circuit.inequalities[4].value == pytest.approx(2 * np.sqrt(2), abs=1e-12)
    assert circuit.visibilities[4] == pytest.approx(1 / np.sqrt(2), abs=1e-9)
    assert circuit.margins[4] == pytest.approx(1 - np.sqrt(2), abs=1e-9)
    assert [law is None for law in circuit.laws] == [False] * 4 + [True] * 3
    assert [one is None for one in circuit.inequalities] == [True] * 4 + [False] * 3
    assert np.isnan(circuit.moved).tolist() == [False] * 3 + [True] * 3
    assert "4  CNOT 0 1  margin -0.414214  ⟨XX⟩ + ⟨XY⟩" in str(circuit)


def test_the_paper_s_cycle_from_a_mixed_state_is_carried_throughout():
    """Laws have the correlators of QuTiP's evolution; `moved` tells their changes."""
    rho = random_state(np.random.default_rng(1), 2, 4)
    circuit = run_circuit(CYCLE * 3, rho)
    assert circuit.leaves_at is None
    assert circuit.gates[:3] == ("CNOT 0 1", "H 0", "T 0")
    one = qutip.qeye(2)
    gates = [qutip.core.gates.cnot(), qutip.Qobj(GATES["H"]) & one]
    gates.append(qutip.Qobj(GATES["T"]) & one)
    state = qutip.Qobj(rho, dims=[[2, 2], [2, 2]])
    for k, law in enumerate(circuit.laws):
        if k:
            U = gates[(k - 1) % 3]
            state = U * state * U.dag()
            moved = total_variation(circuit.laws[k - 1], law)
            assert circuit.moved[k - 1] == pytest.approx(moved)
        chi = CorrelationMap(2).chi_from_state(state)
        np.testing.assert_allclose(law.correlators(), chi, rtol=0, atol=1e-9)


def test_a_circuit_may_come_back():
    """T on noisy Φ⁺ leaves what spins can carry, and T S³ T = 1 comes back to it. The
    law is then that from before, not one that knows nothing of it.
    """
    back = [("T", 0), ("S", 0), ("S", 0), ("S", 0), ("T", 0)]
    noisy = mix_with_noise(np.outer(START, START), 0.8)
    circuit = run_circuit([("H", 0), ("CNOT", 0, 1), *back], noisy)
    assert [law is None for law in circuit.laws] == [*[False] * 3, *[True] * 4, False]
    assert circuit.leaves_at == 3
    assert total_variation(circuit.laws[2], circuit.laws[7]) < 1e-9
    fresh = realize(circuit.states[7]).law
    assert total_variation(fresh, circuit.laws[7]) > 0.05


def test_margins_of_noisy_states():
    """The gauge is linear along a ray to white noise: 1 − m = v (1 − m₀)."""
    for v in (0.0, 0.3, 1.0):
        circuit = run_circuit([], mix_with_noise(np.outer(TILTED, TILTED.conj()), v))
        assert circuit.margins[0] == pytest.approx(1 - v * np.sqrt(2), abs=1e-9)


def test_three_qubits_and_matrices():
    """GHZ by its circuit: the last CNOT leaves, at half the visibility."""
    circuit = run_circuit(
        [("H", 0), ("CNOT", 0, 1), (GATES["CNOT"], 1, 2)], np.eye(8)[0]
    )
    expected = np.outer(ghz(3), ghz(3))
    np.testing.assert_allclose(circuit.states[-1], expected, rtol=0, atol=1e-15)
    assert circuit.leaves_at == 3
    assert circuit.visibilities[-1] == pytest.approx(1 / 2, abs=1e-9)
    assert circuit.gates[-1] == "U 1 2"


def test_a_start_beyond_spins():
    circuit = run_circuit([("S", 0), np.eye(4)], TILTED)
    assert circuit.leaves_at == 0
    assert circuit.visibilities[0] == pytest.approx(visibility(TILTED), abs=1e-9)


def test_refusals():
    with pytest.raises(ValueError, match="`gate` must be one of I, X"):
        run_circuit([("CNOT", 0, 1), ("V", 0)], START)
    with pytest.raises(ValueError, match="`qubits` must be 2 different ones"):
        run_circuit([("CNOT", 0, 2)], START)
    with pytest.raises(ValueError, match="`gate` must be unitary"):
        run_circuit([np.ones((4, 4))], START)
    with pytest.raises(ValueError, match=r"`gates` must hold \(gate, qubit, ...\)"):
        run_circuit([()], START)
    with pytest.raises(ValueError, match="`rho0` must be positive"):
        run_circuit([], np.diag([1.5, -0.5]))
    with pytest.raises(ValueError, match="`rho0` must have at most 4 qubits"):
        run_circuit([], np.eye(32) / 32)


def test_a_solver_that_fails_is_reported(monkeypatch):
    failed = OptimizeResult(success=False, message="numerical trouble")
    names = run_circuit.__globals__
    monkeypatch.setitem(names, "linprog", lambda *args, **options: failed)
    with pytest.raises(ConvergenceError, match="margin was not solved: numerical"):
        run_circuit([], START)
