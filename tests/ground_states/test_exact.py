"""Diagonalisation: against QuTiP, two-spin formulas and almost degenerate states."""

import numpy as np
import pytest
import qutip

from oqnn import ConvergenceError
from oqnn.ground_states import PauliHamiltonian, TransverseIsing, exact_ground_state
from oqnn.ground_states.exact import _check_signs, _two_lowest


def test_two_spins():
    """H = −J Z Z − h (X + X) on an open pair: E = −√(J² + 4h²), the next one −J, and
    amplitudes (c, s, s, c)/√2 with tan 2θ = 2h/J.
    """
    J, h = 0.7, 0.4
    exact = exact_ground_state(TransverseIsing(2, J, h, periodic=False))

    angle = np.arctan2(2 * h, J) / 2
    c, s = np.cos(angle) / np.sqrt(2), np.sin(angle) / np.sqrt(2)
    assert exact.energy == pytest.approx(-np.hypot(J, 2 * h), abs=1e-14)
    assert exact.gap == pytest.approx(np.hypot(J, 2 * h) - J, abs=1e-14)
    np.testing.assert_allclose(exact.amplitudes, [c, s, s, c], atol=1e-14)
    assert not exact.degenerate


def test_a_field_along_z_points_at_spin_up():
    """H = −Z0 − 2 Z1 + 3 Z2 has the ground state |up, up, down>, code 6."""
    exact = exact_ground_state(PauliHamiltonian({"ZII": -1, "IZI": -2, "IIZ": 3}))
    assert exact.energy == pytest.approx(-6)
    assert exact.gap == pytest.approx(2)
    assert np.argmax(exact.law) == 6
    up, down = qutip.basis(2, 0), qutip.basis(2, 1)
    expected = qutip.tensor(up, up, down)
    assert abs(expected.overlap(exact.to_qobj())) == pytest.approx(1, abs=1e-14)


@pytest.mark.parametrize("seed", range(4))
def test_random_hamiltonians_agree_with_qutip(seed):
    """Complex and asymmetric, without flip symmetry."""
    rng = np.random.default_rng(seed)
    strings = ["".join(rng.choice(list("IXYZ"), size=4)) for _ in range(20)]
    hamiltonian = PauliHamiltonian(strings, rng.normal(size=20))
    energies, kets = hamiltonian.to_qobj().eigenstates(eigvals=2)

    exact = exact_ground_state(hamiltonian)

    assert exact.energy == pytest.approx(energies[0], abs=1e-12)
    assert exact.gap == pytest.approx(energies[1] - energies[0], abs=1e-12)
    assert abs(kets[0].overlap(exact.to_qobj())) == pytest.approx(1, abs=1e-10)
    assert exact.residual < 1e-12
    assert exact.law.sum() == pytest.approx(1, abs=1e-13)
    greatest = exact.amplitudes[np.argmax(exact.law)]
    assert greatest.real > 0
    assert abs(greatest.imag) < 1e-14


def test_lanczos_agrees_with_the_whole_spectrum():
    """Both halves of ten spins by Lanczos; all eigenvalues of the matrix as a check."""
    model = TransverseIsing(10, 1.0, 1.3, lattice="square", shape=(2, 5))
    hamiltonian = PauliHamiltonian({**model.pauli.terms, "Z" + "I" * 9: 0.1})
    energies = np.linalg.eigvalsh(hamiltonian.to_sparse().toarray())

    exact = exact_ground_state(hamiltonian)

    assert exact.energy == pytest.approx(energies[0], abs=1e-12)
    assert exact.gap == pytest.approx(energies[1] - energies[0], abs=1e-11)
    assert exact.amplitudes.min() > 0


def test_degenerate_states_are_not_missed_by_lanczos():
    """−Z0 Z1 leaves up up and down down, beside X2 … X9; Z2 lets no flip tell them."""
    terms = {"ZZ" + "I" * 8: -1.0, "IIZ" + "I" * 7: 0.3}
    terms |= {"I" * k + "X" + "I" * (9 - k): -0.1 * k for k in range(2, 10)}
    exact = exact_ground_state(PauliHamiltonian(terms))
    assert exact.degenerate
    assert exact.gap == pytest.approx(0, abs=1e-10)


@pytest.mark.parametrize("n", [8, 12])
def test_almost_degenerate_states_stay_even(n):
    """At h = J/10 the partner is as near as 2h (h/J)^(n-1): the state found is even
    under the flip of all spins, not broken, and has no sign.
    """
    exact = exact_ground_state(TransverseIsing(n, 1.0, 0.1))
    np.testing.assert_array_equal(exact.amplitudes, exact.amplitudes[::-1])
    assert exact.amplitudes.min() > 0
    assert exact.gap == pytest.approx(2 * 0.1**n, rel=1.0, abs=2e-14 * n)


@pytest.mark.parametrize("h", np.linspace(1e-3, 4e-3, 12))
def test_states_as_near_as_rounding_stay_even(h):
    """The odd partner, at 2h (h/J)^5 < 1e-14, is as often below by rounding."""
    exact = exact_ground_state(TransverseIsing(6, 1.0, h))
    assert exact.degenerate is True
    assert exact.amplitudes.min() > 0


def test_without_a_field_the_state_is_flagged():
    """h = 0: all up and all down tie; the even superposition is returned."""
    exact = exact_ground_state(TransverseIsing(4, 1.0, 0.0))
    assert exact.degenerate
    assert exact_ground_state(PauliHamiltonian({"ZZ": 0.0})).degenerate is True
    assert exact.energy == -4.0
    np.testing.assert_allclose(exact.amplitudes[[0, -1]], [0.5**0.5] * 2, atol=1e-14)


def test_an_odd_state_is_found_where_it_is_lower():
    """h < 0 turns the ground state of three spins into one that is odd under flips."""
    exact = exact_ground_state(TransverseIsing(3, 1.0, -0.4))
    np.testing.assert_allclose(exact.amplitudes, -exact.amplitudes[::-1], atol=1e-14)
    assert exact.energy == exact_ground_state(TransverseIsing(3, 1.0, 0.4)).energy


def test_refusals(monkeypatch):
    with pytest.raises(TypeError, match="must be a PauliHamiltonian"):
        exact_ground_state(np.eye(4))
    with pytest.raises(ValueError, match="that of 28 qubits would take 232 GiB"):
        exact_ground_state(TransverseIsing(28, 1.0, 1.0))
    with pytest.raises(ConvergenceError, match=r"both signs, the least -0\.5 "):
        _check_signs(np.array([0.4, 0.8, -0.4]))
    monkeypatch.setattr("oqnn.ground_states.exact.MOST_ITERATIONS", 1)
    with pytest.raises(ConvergenceError, match="Lanczos iteration did not reach"):
        _two_lowest(TransverseIsing(10, 1.0, 1.0).to_sparse())
