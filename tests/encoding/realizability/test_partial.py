"""Realizability of chosen correlators, the rest being left to the law."""

from functools import reduce

import numpy as np
import pytest
from encoding.states import TILTED, random_state

from oqnn.encoding import CorrelationMap, local_bound, realize, realize_correlators

X, Z = np.array([[0, 1], [1, 0]]), np.diag([1, -1])


def ising_chain(n_qubits, field, *, ring):
    """Return H = −Σ ZZ − h Σ X and the names of its products, eq. (60) of the paper."""
    bonds = [(i, i + 1) for i in range(n_qubits - 1)]
    if ring:
        bonds.append((n_qubits - 1, 0))

    def product_of(letters):
        factors = [{"X": X, "Z": Z, "I": np.eye(2)}[letter] for letter in letters]
        return reduce(np.kron, factors)

    singles = ["".join("IX"[i == j] for i in range(n_qubits)) for j in range(n_qubits)]
    pairs = ["".join("IZ"[i in bond] for i in range(n_qubits)) for bond in bonds]
    energy = -field * sum(map(product_of, singles)) - sum(map(product_of, pairs))
    return energy, singles + pairs


def check_law(law, chi, words):
    """Hold that a law has the correlators that were asked for."""
    where = tuple(np.transpose(words))
    np.testing.assert_allclose(law.correlators()[where], chi[where], rtol=0, atol=1e-9)


@pytest.mark.parametrize("ring", [True, False])
@pytest.mark.parametrize("n_qubits", [3, 4])
def test_eq_60_energies_are_realizable_where_the_ground_state_is_not(n_qubits, ring):
    """ZZ commute and so do X, so any state has a law of either; the two laws as
    independent give all that the energy needs. The whole state has Mermin's
    correlators: the visibility of the ring of three at h = 1 is 2/3.
    """
    energy, names = ising_chain(n_qubits, 1.0, ring=ring)
    values, vectors = np.linalg.eigh(energy)
    ground = vectors[:, 0]

    partial, whole = realize(ground, products=names), realize(ground)

    chi = CorrelationMap(n_qubits).chi_from_state(ground)
    words = [["IXYZ".index(letter) for letter in name] for name in names]
    assert partial.visibility == 1
    assert len(partial.law.probabilities) <= len(names) + 1
    check_law(partial.law, chi, words)
    carried = -sum(partial.law.correlators()[tuple(word)] for word in words)
    assert carried == pytest.approx(values[0], abs=1e-9)
    assert not whole.realizable
    assert whole.visibility < 0.95
    if n_qubits == 3 and ring:
        assert whole.visibility == pytest.approx(2 / 3, abs=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("n_qubits", [2, 5, 6])
def test_the_energy_of_spins_has_no_quantum_constraint(n_qubits):
    """They reach −(bonds + h n), below the ground state: ⟨X⟩ = ⟨ZZ⟩ = 1."""
    energy, names = ising_chain(n_qubits, 0.5, ring=n_qubits > 2)
    ground = np.linalg.eigh(energy)
    coefficients = np.zeros((4,) * n_qubits)
    for name in names:
        field = 0.5 if "X" in name else 1.0
        coefficients[tuple("IXYZ".index(letter) for letter in name)] = field
    lowest = -local_bound(coefficients)
    bonds = len(names) - n_qubits
    assert lowest == -(bonds + 0.5 * n_qubits)
    assert lowest < ground.eigenvalues[0] - 0.1
    assert realize(ground.eigenvectors[:, 0], products=names).visibility == 1


def test_chosen_correlators_of_the_tilted_bell_state():
    """CHSH needs all four of its products; three of them have a law."""
    chi = CorrelationMap(2).chi_from_state(TILTED)
    four = ["XX", "XY", "YX", "YY"]
    found = realize(TILTED, products=four)
    assert found.visibility == pytest.approx(1 / np.sqrt(2), abs=1e-12)
    assert str(found.inequality).startswith("⟨XX⟩ + ⟨XY⟩ + ⟨YX⟩ − ⟨YY⟩ ≤ 2,")
    for left_out in range(4):
        names = four[:left_out] + four[left_out + 1 :]
        found = realize(TILTED, products=names)
        assert found.realizable
        check_law(found.law, chi, [["IXYZ".index(x) for x in name] for name in names])


def test_fewer_correlators_are_never_harder():
    """The visibility of a subset is at least that of the whole; names and indices
    mean the same, and the inequality is one of the chosen products alone.
    """
    rng = np.random.default_rng(6)
    rho = random_state(rng, 3, 1)
    scenario = [tuple(word) for word in np.ndindex(4, 4, 4)][1:]
    whole = realize(rho).visibility
    last = whole
    for size in (50, 40, 25):
        scenario = [scenario[i] for i in rng.choice(len(scenario), size, replace=False)]
        found = realize(rho, products=scenario)
        assert found.visibility >= last - 1e-12
        last = found.visibility
        names = ["".join("IXYZ"[mu] for mu in word) for word in scenario]
        assert realize(rho, products=names).visibility == found.visibility
        if not found.realizable:
            used = np.argwhere(found.inequality.coefficients)
            assert {tuple(word) for word in used.tolist()} <= set(scenario)
    assert whole < 0.95


def test_what_names_no_product_is_refused():
    rho = np.eye(4) / 4
    with pytest.raises(ValueError, match=r"`products` must name .*, but hold 'XXX'"):
        realize(rho, products=["XX", "XXX"])
    with pytest.raises(ValueError, match=r"other than the identity.*but hold 'II'"):
        realize(rho, products=["II"])
    with pytest.raises(ValueError, match=r"as XY or \(1, 2\), but hold \(1, 4\)"):
        realize(rho, products=[(1, 4)])
    with pytest.raises(ValueError, match=r"but hold 'Xz'"):
        realize(rho, products=["Xz"])
    with pytest.raises(ValueError, match=r"different products, but holds XY twice"):
        realize(rho, products=["XY", (1, 2)])
    with pytest.raises(ValueError, match=r"at least one product, but is empty"):
        realize_correlators(np.eye(4), [])
    with pytest.raises(TypeError, match=r"one name 'XY'. Put it in a list"):
        realize(rho, products="XY")
    with pytest.raises(TypeError, match=r"names or tuples of integers, but holds 3"):
        realize(rho, products=[3])
