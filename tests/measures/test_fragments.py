"""Information in fragments of an environment."""

import numpy as np
import pytest
import qutip

from oqnn.measures import fragment_information, mutual_information, partial_trace

RNG = np.random.default_rng(61)
PLUS = np.array([1, 1]) / np.sqrt(2)


def entropy_of_overlap(c: np.ndarray) -> np.ndarray:
    """Entropy of ½(|a⟩⟨a| + |b⟩⟨b|) with |⟨a|b⟩| = c: eigenvalues (1 ± c)/2."""
    out = np.zeros_like(c)
    for p in ((1 + np.abs(c)) / 2, (1 - np.abs(c)) / 2):
        out -= np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0)
    return out


def star_phases(couplings: np.ndarray, t: float) -> np.ndarray:
    """Diagonal of exp(−i t (σ_z/2) Σ A_k σ_z^k), system first."""
    total = np.zeros(1)
    for A in couplings:
        total = np.add.outer(total, A * np.array([1, -1])).ravel()
    return np.exp(-0.5j * t * np.outer([1, -1], total).ravel())


def random_ket(d: int) -> np.ndarray:
    raw = RNG.normal(size=d) + 1j * RNG.normal(size=d)
    return raw / np.linalg.norm(raw)


@pytest.mark.parametrize("t", [0.3, 1.0])
def test_dephasing_star(t):
    """All spins in |+⟩ under (σ_z/2) Σ A_k σ_z^k: with Γ_X = Π_{k∈X} cos A_k t,
    I(S:F) = h(Γ_E) + h(Γ_F) − h(Γ_{E∖F}), each h the entropy of two branches.
    """
    A = np.array([0.4, 0.9, 0.2, 0.7])
    ket = np.full(32, 32**-0.5) * star_phases(A, t)
    found = fragment_information(ket, [2] * 5)
    c = np.cos(A * t)
    h = entropy_of_overlap
    for size in range(5):
        values = []
        for code in range(16):
            inside = np.array([code >> k & 1 for k in range(4)], dtype=bool)
            if inside.sum() == size:
                whole, part, rest = c.prod(), c[inside].prod(), c[~inside].prod()
                values.append(h(whole) + h(part) - h(rest))
        np.testing.assert_allclose(found.mean[size], np.mean(values), atol=1e-13)
        np.testing.assert_allclose(found.deviation[size], np.std(values), atol=1e-13)
        assert found.counts[size] == len(values)
    np.testing.assert_allclose(found.entropy, h(c.prod()), atol=1e-13)
    assert found.exhaustive.all()


def test_dephasing_star_in_a_mixed_environment():
    """Maximally mixed spins decohere the system as much, but a fragment learns only
    about phases: I(S:F) = h(Γ_E) − h(Γ_{E∖F}).
    """
    A, t = np.array([0.4, 0.9, 0.2]), 0.8
    U = star_phases(A, t)
    rho = np.kron(np.outer(PLUS, PLUS), np.eye(8) / 8) * np.outer(U, U.conj())
    found = fragment_information(rho, [2] * 4)
    c = np.cos(A * t)
    h = entropy_of_overlap
    singles = [h(c.prod()) - h(np.delete(c, k).prod()) for k in range(3)]
    np.testing.assert_allclose(found.mean[1], np.mean(singles), atol=1e-12)
    np.testing.assert_allclose(found.mean[3], h(c.prod()), atol=1e-12)
    assert found.redundancy() == 1.0


def test_pure_states_are_antisymmetric_about_half():
    """I(S:F) + I(S:E∖F) = 2 S_S, so the curve of means is too; unequal sizes, the
    system in the middle, ket and density matrix alike.
    """
    dims = (2, 3, 2, 2)
    ket = random_ket(24)
    found = fragment_information(ket, dims, system=1)
    np.testing.assert_allclose(
        found.mean + found.mean[::-1], 2 * found.entropy, rtol=1e-12
    )
    mixed = fragment_information(np.outer(ket, ket.conj()), dims, system=1)
    np.testing.assert_allclose(mixed.mean, found.mean, atol=1e-9)
    np.testing.assert_allclose(mixed.deviation, found.deviation, atol=1e-9)
    qobj = qutip.Qobj(ket, dims=[list(dims), [1] * 4])
    again = fragment_information(qobj, dims, system=1)
    np.testing.assert_array_equal(again.mean, found.mean)


def test_information_is_the_mutual_information_of_two_parties():
    """Of random mixed states, fragment by fragment."""
    raw = RNG.normal(size=(12, 12)) + 1j * RNG.normal(size=(12, 12))
    rho = raw @ raw.conj().T / np.linalg.norm(raw) ** 2
    found = fragment_information(rho, (2, 3, 2))
    parts = [
        mutual_information(partial_trace(rho, (2, 3, 2), (0, k)), (2, size))
        for k, size in ((1, 3), (2, 2))
    ]
    np.testing.assert_allclose(found.mean[1], np.mean(parts), rtol=1e-10)
    np.testing.assert_allclose(
        found.mean[2], mutual_information(rho, (2, 6)), rtol=1e-10
    )


def test_samples_agree_with_all_fragments():
    """20 of 70 fragments of four spins: within five standard errors of the mean; no
    fragment twice, and the same seed gives the same ones.
    """
    ket = np.full(2**9, 2**-4.5) * star_phases(np.linspace(0.2, 1.2, 8), 0.9)
    whole = fragment_information(ket, [2] * 9)
    some = fragment_information(ket, [2] * 9, samples=20, seed=3)
    assert some.counts[4] == 20
    assert whole.counts[4] == 70
    np.testing.assert_array_equal(some.exhaustive, whole.counts <= 20)
    error = whole.deviation / np.sqrt(some.counts)
    assert (np.abs(some.mean - whole.mean) <= 5 * error + 1e-12).all()
    same = fragment_information(ket, [2] * 9, samples=20, seed=3)
    np.testing.assert_array_equal(same.mean, some.mean)


def test_redundancy():
    """GHZ: every spin knows all, R = N. A product knows nothing, R = 0. Where only two
    of four spins know, a pair knows S in the mean, and a single spin half of it.
    """
    ghz = np.zeros(2**6)
    ghz[[0, -1]] = 2**-0.5
    found = fragment_information(ghz, [2] * 6)
    np.testing.assert_allclose(found.mean[1:-1], np.log(2), rtol=1e-12)
    np.testing.assert_allclose(found.mean[-1], 2 * np.log(2), rtol=1e-12)
    assert found.redundancy() == 5.0
    assert fragment_information(np.eye(8)[0], [2] * 3).redundancy() == 0.0
    ghz3 = np.eye(8)[[0, 7]].sum(axis=0) / np.sqrt(2)
    found = fragment_information(np.kron(ghz3, np.kron(PLUS, PLUS)), [2] * 5)
    means = np.array([0, 0.5, 1, 1.5, 2]) * np.log(2)
    np.testing.assert_allclose(found.mean, means, atol=1e-12)
    assert found.redundancy(0.1) == 2.0
    assert found.redundancy(0.5) == 4.0


def test_wrong_input_is_refused():
    with pytest.raises(ValueError, match=r"`dims` must multiply to 4, but is \(2, 3\)"):
        fragment_information(np.eye(4)[0], (2, 3))
    with pytest.raises(ValueError, match=r"the system and its environment.*\(4,\)"):
        fragment_information(np.eye(4)[0], (4,))
    with pytest.raises(ValueError, match=r"`system` must be below 2.* but is 2"):
        fragment_information(np.eye(4)[0], (2, 2), system=2)
    with pytest.raises(ValueError, match=r"`state` must hold normalised kets"):
        fragment_information(np.ones(4), (2, 2))
    with pytest.raises(ValueError, match=r"`state` must be positive"):
        fragment_information(np.diag([1.2, -0.2, 0, 0]), (2, 2))
    with pytest.raises(ValueError, match=r"`state` must be one ket or one density"):
        fragment_information(np.zeros((1, 4, 4)), (2, 2))
    with pytest.raises(ValueError, match=r"`samples` must be at least 1"):
        fragment_information(np.eye(4)[0], (2, 2), samples=0)
    found = fragment_information(np.eye(4)[0], (2, 2))
    with pytest.raises(ValueError, match=r"`deficit` must lie in \[0, 1\]"):
        found.redundancy(1.5)
