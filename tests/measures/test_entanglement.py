"""Partial transpose, negativity, Choi states and entanglement-breaking times."""

import numpy as np
import pytest
import qutip

from oqnn._core.bases import hermitian_basis
from oqnn.measures import (
    choi,
    decay_time,
    entanglement_breaking_time,
    is_entanglement_breaking,
    negativity,
    partial_transpose,
)

RNG = np.random.default_rng(23)
BELL = np.array([1, 0, 0, 1]) / np.sqrt(2)


def random_states(*shape: int) -> np.ndarray:
    """Complex states of rank two, shape (..., d, d), so that most are entangled."""
    raw = RNG.normal(size=(*shape[:-1], 2)) + 1j * RNG.normal(size=(*shape[:-1], 2))
    positive = raw @ raw.conj().mT
    return positive / np.trace(positive, axis1=-2, axis2=-1)[..., None, None]


def random_kraus(count: int, d: int) -> np.ndarray:
    """Kraus operators of a trace-preserving map, cut from an isometry."""
    raw = RNG.normal(size=(count * d, d)) + 1j * RNG.normal(size=(count * d, d))
    return np.linalg.qr(raw)[0].reshape(count, d, d)


def transfer_of(kraus: np.ndarray) -> np.ndarray:
    """Real matrix Tr B_a Λ(B_b) of a map given by Kraus operators (k, d, d)."""
    basis = hermitian_basis(kraus.shape[-1])
    images = np.einsum("kij,bjl,kml->bim", kraus, basis, kraus.conj())
    return np.einsum("aij,bji->ab", basis, images).real


def test_partial_transpose_of_a_product_transposes_the_first_factor():
    first = np.array([[0.6, 0.2 + 0.1j], [0.2 - 0.1j, 0.4]])
    second = random_states(3, 3)
    np.testing.assert_allclose(
        partial_transpose(np.kron(first, second), (2, 3)),
        np.kron(first.T, second),
        rtol=1e-14,
    )


@pytest.mark.parametrize("dims", [(2, 3), (3, 2), (6, 1)])
def test_partial_transpose_agrees_with_qutip(dims):
    states = random_states(2, 6, 6)
    found = partial_transpose(states, dims)
    for state, transposed in zip(states, found, strict=True):
        qobj = qutip.Qobj(state, dims=[list(dims), list(dims)])
        expected = qutip.partial_transpose(qobj, [1, 0]).full()
        np.testing.assert_allclose(transposed, expected, atol=1e-15)
    np.testing.assert_allclose(partial_transpose(found, dims), states, rtol=1e-15)


def test_negativity_of_werner_states():
    """p Φ⁺ + (1-p)/4: negativity max(0, (3p-1)/4)."""
    p = np.array([0.0, 1 / 3, 0.5, 0.9, 1.0])
    states = p[:, None, None] * np.outer(BELL, BELL) + (1 - p)[:, None, None] * (
        np.eye(4) / 4
    )
    np.testing.assert_allclose(
        negativity(states, (2, 2)), np.maximum(0, (3 * p - 1) / 4), atol=1e-15
    )


def test_negativity_of_a_pure_pair_of_unequal_parties():
    """With Schmidt coefficients √a, √(1-a): √(a(1-a)), in rotated local bases."""
    a = 0.2
    u, v = random_kraus(1, 2)[0], random_kraus(1, 3)[0]
    ket = np.sqrt(a) * np.kron(u[:, 0], v[:, 0])
    ket = ket + np.sqrt(1 - a) * np.kron(u[:, 1], v[:, 1])
    for state in (ket, qutip.Qobj(ket, dims=[[2, 3], [1, 1]])):
        found = negativity(state, (2, 3))
        np.testing.assert_allclose(found, np.sqrt(a * (1 - a)), rtol=1e-12)


def test_negativity_agrees_with_qutip():
    state = random_states(6, 6)
    expected = qutip.negativity(qutip.Qobj(state, dims=[[2, 3], [2, 3]]), 0)
    np.testing.assert_allclose(negativity(state, (2, 3)), expected, rtol=1e-10)
    assert expected > 0.01


@pytest.mark.parametrize("d", [2, 3])
def test_choi_has_the_order_of_qutip(d):
    kraus = random_kraus(2, d)
    channel = qutip.kraus_to_super([qutip.Qobj(k) for k in kraus])
    expected = qutip.to_choi(channel).full() / d
    np.testing.assert_allclose(choi(transfer_of(kraus)), expected, atol=1e-14)


def test_choi_of_the_identity_is_the_bell_pair():
    np.testing.assert_allclose(choi(np.eye(4)), np.outer(BELL, BELL), atol=1e-15)


def test_choi_state_is_the_half_evolved_bell_pair():
    """(1 ⊗ Λ)(Φ⁺) by Kraus operators, one by one, for a stack of maps."""
    maps = [random_kraus(2, 2) for _ in range(3)]
    found = choi(np.stack([transfer_of(kraus) for kraus in maps]))
    for kraus, state in zip(maps, found, strict=True):
        whole = [np.kron(np.eye(2), k) for k in kraus]
        expected = sum(k @ np.outer(BELL, BELL) @ k.conj().T for k in whole)
        np.testing.assert_allclose(state, expected, atol=1e-14)


def depolarising(kept: np.ndarray) -> np.ndarray:
    """M = k·1: the Choi state is a Werner state, entangled for k > 1/3."""
    transfer = kept[:, None, None] * np.eye(4)
    transfer[:, 0, 0] = 1
    return transfer


def test_depolarising_breaks_entanglement_at_a_third():
    """M = e^{-gt}: at t = ln 3/g, here on grids that just straddle it."""
    rate = 0.4
    exact = np.log(3) / rate
    times = np.array([0.0, 1.0, exact - 1e-6, exact + 1e-6, 5.0])
    found = entanglement_breaking_time(times, depolarising(np.exp(-rate * times)))
    assert found == times[3]


def test_dephasing_and_damping_never_break_entanglement():
    """Their Choi states stay entangled while any coherence e^{-2gt}, e^{-gt/2} is left;
    each row of the stack has its own answer.
    """
    times = np.array([0.0, 0.7, 2.0, 4.5])
    kept = np.exp(-0.8 * times)
    dephasing = np.eye(4) * np.ones((4, 1, 1))
    dephasing[:, 1, 1] = dephasing[:, 2, 2] = kept
    damping = np.eye(4) * np.ones((4, 1, 1))
    damping[:, 1, 1] = damping[:, 2, 2] = np.sqrt(kept)
    damping[:, 3, 3], damping[:, 3, 0] = kept, kept - 1
    stack = np.stack([dephasing, damping, depolarising(kept)])
    np.testing.assert_array_equal(
        entanglement_breaking_time(times, stack), [np.inf, np.inf, 2.0]
    )


def test_complete_dephasing_breaks_entanglement():
    assert is_entanglement_breaking(np.diag([1.0, 0, 0, 1]))
    assert not is_entanglement_breaking(np.diag([1.0, 1e-6, 1e-6, 1]))


def test_decay_time_is_the_first_grid_time_below():
    """e^{-t/2} falls below 1/e after t = 2; a return above it does not count."""
    times = np.array([0.0, 0.5, 1.9, 2.1, 4.0])
    values = np.exp(-times / 2)
    assert decay_time(times, values) == 2.1
    assert decay_time(times, np.r_[values[:4], 0.9]) == 2.1
    assert decay_time(times, values, level=0.9) == 0.5
    assert decay_time(times, values, level=values[4]) == np.inf  # strictly below


def test_decay_time_answers_row_by_row():
    times = np.array([1.0, 2.0, 4.0])
    values = np.array([[[0.9, 0.2, 0.1], [0.9, 0.8, 0.7]]])
    np.testing.assert_array_equal(decay_time(times, values), [[2.0, np.inf]])
    assert decay_time(times, values).shape == (1, 2)


def test_wrong_parties_are_refused():
    state = np.eye(6) / 6
    for measure in (partial_transpose, negativity):
        with pytest.raises(ValueError, match=r"multiply to 6, but is \(2, 2\)"):
            measure(state, (2, 2))
        with pytest.raises(ValueError, match=r"`dims` must be two sizes.*\(6,\)"):
            measure(state, (6,))
        with pytest.raises(TypeError, match=r"`dims` must be an integer"):
            measure(state, (2.0, 3))
        with pytest.raises(ValueError, match=r"`states` must be Hermitian"):
            measure(np.triu(np.ones((6, 6))), (2, 3))


def test_wrong_maps_are_refused():
    with pytest.raises(ValueError, match=r"shape \(..., d², d²\), but.*\(5, 5\)"):
        choi(np.eye(5))
    with pytest.raises(TypeError, match=r"`transfer` must be real"):
        choi(np.eye(4) * 1j)
    with pytest.raises(ValueError, match=r"map of one qubit.*\(9, 9\)"):
        is_entanglement_breaking(np.eye(9))


def test_wrong_grids_are_refused():
    maps = np.stack([np.eye(4)] * 3)
    with pytest.raises(ValueError, match=r"each of the 2 times, but has 3"):
        entanglement_breaking_time([0, 1], maps)
    with pytest.raises(ValueError, match=r"each of the 1 times, but has no time axis"):
        entanglement_breaking_time([0], np.eye(4))
    with pytest.raises(ValueError, match=r"`times` must increase strictly"):
        entanglement_breaking_time([0, 2, 2], maps)
    with pytest.raises(ValueError, match=r"each of the 2 times, but has 1"):
        decay_time([0, 1], [1.0])
    with pytest.raises(ValueError, match=r"`values` must be finite"):
        decay_time([0, 1], [1.0, np.nan])
    with pytest.raises(ValueError, match=r"`times` must have shape \(t,\)"):
        decay_time([[0, 1]], [1.0, 0.0])
