"""The closed forms of the solvable systems, against QuTiP on the embedding."""

import numpy as np
import pytest
import qutip
from systems import RHO0, SYSTEMS, telegraph

TIMES = np.array([0.0, 0.2, 0.9, 2.3, 6.0])


def embedded(system):
    """H = Σ H^i ⊗ |i⟩⟨i| and one jump R ⊗ |i⟩⟨j| for each operator of each pair."""
    n = len(system.register_law)
    units = np.eye(n)
    hamiltonian = sum(
        qutip.tensor(qutip.Qobj(system.hamiltonians[i]), qutip.Qobj(np.diag(units[i])))
        for i in range(n)
    )
    c_ops = [
        qutip.tensor(qutip.Qobj(operator), qutip.Qobj(np.outer(units[i], units[j])))
        for (i, j), operators in system.jumps.items()
        for operator in operators
    ]
    start = qutip.tensor(
        qutip.Qobj(system.rho0), qutip.Qobj(np.diag(system.register_law))
    )
    return hamiltonian, start, c_ops


@pytest.mark.parametrize("system", SYSTEMS, ids=str)
def test_closed_form_agrees_with_qutip(system):
    hamiltonian, start, c_ops = embedded(system)
    result = qutip.mesolve(
        hamiltonian, start, TIMES, c_ops, options={"atol": 1e-12, "rtol": 1e-10}
    )
    expected = np.array([state.ptrace(0).full() for state in result.states])
    np.testing.assert_allclose(system.exact(TIMES), expected, atol=1e-8)


@pytest.mark.parametrize("system", SYSTEMS, ids=str)
def test_closed_form_is_a_state_and_starts_at_the_start(system):
    states = system.exact(TIMES)
    assert states.shape == (len(TIMES), *system.rho0.shape)
    np.testing.assert_allclose(states[0], system.rho0, atol=1e-15)
    np.testing.assert_allclose(states, states.conj().mT, atol=1e-15)
    np.testing.assert_allclose(np.trace(states, axis1=1, axis2=2), 1, rtol=1e-15)
    assert np.linalg.eigvalsh(states).min() > 0
    assert system.register_law.sum() == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize("rate", [0.4, 2.5])
def test_even_telegraph_has_the_textbook_form(rate):
    """e^{−kt}(cos Kt + (k/K) sin Kt), K = √(a² − k²), also for k > a."""
    k_root = np.sqrt(complex(1.1**2 - rate**2))
    turn = np.cos(k_root * TIMES) + rate / k_root * np.sin(k_root * TIMES)
    found = telegraph("even", (rate, rate), law=0.5).exact(TIMES)[:, 0, 1]
    expected = RHO0[0, 1] * np.exp(-rate * TIMES) * turn
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-15)


def test_names_are_all_different():
    assert len({str(system) for system in SYSTEMS}) == len(SYSTEMS)
