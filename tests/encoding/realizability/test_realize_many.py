"""Laws of many states at once."""

import numpy as np
import pytest
import qutip
from encoding.states import PHI_PLUS, TILTED, density, ghz, random_state

from oqnn.encoding import CorrelationMap, realize, realize_many
from oqnn.encoding.circuits.unitaries import gate_unitary


def check_laws(laws, states):
    """Hold that every row is a law with the correlators of its state."""
    correlation_map = CorrelationMap(len(states[0]).bit_length() - 1)
    assert laws.shape == (len(states), 8**correlation_map.n_qubits)
    assert laws.min() >= 0
    chi = correlation_map.chi_from_state(np.array(states)).reshape(len(states), -1)
    np.testing.assert_allclose(laws @ correlation_map.signs.T, chi, rtol=0, atol=1e-9)


def test_white_noise_has_the_uniform_law():
    laws = realize_many(np.array([np.eye(4) / 4]))
    np.testing.assert_allclose(laws, 1 / 64, rtol=0, atol=1e-16)


@pytest.mark.parametrize(("n_qubits", "count"), [(1, 50), (2, 1100), (3, 20)])
def test_mixed_states(n_qubits, count):
    """More than one chunk of two-qubit states among them."""
    rng = np.random.default_rng(n_qubits)
    states = []
    while len(states) < count:
        states.append(random_state(rng, n_qubits, 2**n_qubits + 1))
    check_laws(realize_many(states), states)


def test_figure_3_a_thousand_states_of_the_paper_s_orbit():
    """CNOT, H ⊗ 1 and T ⊗ 1 in turn, from a random mixed state: all losses of eq. (14)
    far below 1e-10.
    """
    cycle = [gate_unitary("CNOT", 2), gate_unitary("H", 2, 0), gate_unitary("T", 2, 0)]
    states = [random_state(np.random.default_rng(3), 2, 4)]
    for k in range(999):
        U = cycle[k % 3]
        states.append(U @ states[-1] @ U.conj().T)
    laws = realize_many(states)
    check_laws(laws, states)
    chi = np.tensordot(laws, CorrelationMap(2).signs, axes=(1, 1)).reshape(-1, 4, 4)
    carried = CorrelationMap(2).state_from_chi(chi)
    losses = (np.abs(carried - np.array(states)) ** 2).sum(axis=(1, 2))
    assert losses.max() < 1e-28


def test_pure_states_agree_with_one_by_one():
    """Half of them are not realizable, and the others lie near the edge or on it."""
    rng = np.random.default_rng(4)
    states = [density(PHI_PLUS), density(TILTED)]
    states += [random_state(rng, 2, 1) for _ in range(30)]
    laws = realize_many(states)
    realizable = np.array([realize(rho).realizable for rho in states])
    np.testing.assert_array_equal(~np.isnan(laws).any(axis=1), realizable)
    assert 5 < realizable.sum() < 27
    kept = [rho for rho, one in zip(states, realizable, strict=True) if one]
    check_laws(laws[realizable], kept)


def test_kets_and_qobj_are_taken():
    laws = realize_many([qutip.bell_state("00"), qutip.ket("00").full(), ghz(2)])
    check_laws(laws, [density(PHI_PLUS), np.diag([1, 0, 0, 0]), density(ghz(2))])


def test_refusals():
    with pytest.raises(ValueError, match=r"must hold at least one state, .* 0 of"):
        realize_many([])
    with pytest.raises(ValueError, match="at least one, but has shape"):
        realize_many(np.zeros((0, 4, 4)))
    with pytest.raises(ValueError, match=r"2 of the shapes \[\(2, 2\), \(4, 4\)\]"):
        realize_many([np.eye(2) / 2, PHI_PLUS])
    with pytest.raises(ValueError, match=r"\(b, 2\*\*n, 2\*\*n\).* shape \(1, 3, 3\)"):
        realize_many([np.eye(3) / 3])
    with pytest.raises(
        ValueError, match="`rhos` must have at most 4 qubits, but has 5"
    ):
        realize_many([np.eye(32) / 32])
    with pytest.raises(ValueError, match="`rhos` must have trace 1, but has trace 2"):
        realize_many([np.eye(2) / 2, np.eye(2)])
    with pytest.raises(ValueError, match="`rhos` must be positive"):
        realize_many([np.diag([1.5, -0.5])])
    with pytest.raises(TypeError, match="`rhos` must be a sequence of states"):
        realize_many(qutip.bell_state("00"))
    with pytest.raises(
        TypeError, match=r"`rhos\[1\]` must be a qutip.Qobj or an array"
    ):
        realize_many([PHI_PLUS, "bell"])
