"""The minimal correlation map: χ = Tr ρ τ⊗…⊗τ, ρ = 2⁻ⁿ Σ χ τ⊗…⊗τ, χ = A p."""

import numpy as np
import pytest
import qutip
from encoding.states import TILTED, density, ghz, random_state

from oqnn._core.bases import pauli_labels
from oqnn.encoding import CorrelationMap


def test_correlators_of_the_tilted_bell_state():
    """(|00⟩ + e^{iφ}|11⟩)/√2 has ZZ = 1, XX = −YY = cos φ, XY = YX = sin φ."""
    phi = 0.7
    expected = np.zeros((4, 4))
    expected[0, 0] = expected[3, 3] = 1
    expected[1:3, 1:3] = [[np.cos(phi), np.sin(phi)], [np.sin(phi), -np.cos(phi)]]

    chi = CorrelationMap(2).chi_from_state(ghz(2, np.exp(1j * phi)))

    np.testing.assert_allclose(chi, expected, rtol=0, atol=1e-15)


def test_correlators_of_ghz_with_a_phase():
    """Eqs. (43)-(45) of the paper: XXX = −XYY = Re ε, XXY = −YYY = Im ε."""
    epsilon = np.exp(0.4j)
    expected = np.zeros((4, 4, 4))
    for zero in [(0, 0, 0), (3, 3, 0), (3, 0, 3), (0, 3, 3)]:
        expected[zero] = 1
    expected[1, 1, 1] = epsilon.real
    expected[1, 2, 2] = expected[2, 1, 2] = expected[2, 2, 1] = -epsilon.real
    expected[1, 1, 2] = expected[1, 2, 1] = expected[2, 1, 1] = epsilon.imag
    expected[2, 2, 2] = -epsilon.imag

    chi = CorrelationMap(3).chi_from_state(ghz(3, epsilon))

    np.testing.assert_allclose(chi, expected, rtol=0, atol=1e-15)


def test_first_index_is_the_first_qubit():
    """|0⟩ ⊗ |+i⟩: Z on the first, Y on the second. A transposed χ would fail."""
    chi = CorrelationMap(2).chi_from_state(np.kron([1, 0], [1, 1j]) / np.sqrt(2))
    assert chi[3, 0] == pytest.approx(1)
    assert chi[0, 2] == pytest.approx(1)
    assert chi[3, 2] == pytest.approx(1)
    assert np.abs(chi).sum() == pytest.approx(4)


@pytest.mark.parametrize("n_qubits", [1, 2, 3])
def test_state_undoes_correlators_for_a_batch(n_qubits):
    rng = np.random.default_rng(n_qubits)
    states = np.array([[random_state(rng, n_qubits, 2)] * 2] * 3)  # (3, 2, d, d)
    states[1, 0] = random_state(rng, n_qubits, 1)
    correlation_map = CorrelationMap(n_qubits)

    chi = correlation_map.chi_from_state(states)

    assert chi.shape == (3, 2, *(4,) * n_qubits)
    np.testing.assert_allclose(
        correlation_map.state_from_chi(chi), states, rtol=0, atol=1e-14
    )


def test_squared_distances_agree_up_to_two_to_the_n():
    """‖ρ − σ‖²_F = 2⁻ⁿ Σ (χ − χ')²."""
    rng = np.random.default_rng(5)
    rho, sigma = random_state(rng, 3, 8), random_state(rng, 3, 1)
    correlation_map = CorrelationMap(3)
    gap = correlation_map.chi_from_state(rho) - correlation_map.chi_from_state(sigma)
    distance = np.linalg.norm(rho - sigma) ** 2
    assert np.sum(gap**2) / 8 == pytest.approx(distance, rel=1e-12)


def test_correlators_agree_with_qutip():
    rng = np.random.default_rng(6)
    dims = [[2, 2, 2], [2, 2, 2]]
    rho = qutip.Qobj(random_state(rng, 3, 4), dims=dims)
    paulis = {
        "I": qutip.qeye(2),
        "X": qutip.sigmax(),
        "Y": qutip.sigmay(),
        "Z": qutip.sigmaz(),
    }
    expected = [
        qutip.expect(qutip.tensor(*(paulis[letter] for letter in label)), rho)
        for label in pauli_labels(3)
    ]

    chi = CorrelationMap(3).chi_from_state(rho)

    np.testing.assert_allclose(chi.reshape(-1), expected, rtol=0, atol=1e-14)
    reduced = CorrelationMap(2).chi_from_state(rho.ptrace([0, 2]))
    np.testing.assert_allclose(chi[:, 0, :], reduced, rtol=0, atol=1e-14)


def test_configurations_are_numbered_by_their_bits():
    """The paper's label 3 is the configuration (−, −, −, −, +, +)."""
    configurations = CorrelationMap(2).configurations
    assert configurations.shape == (64, 6)
    assert configurations[3].tolist() == [-1, -1, -1, -1, 1, 1]
    assert len(np.unique(configurations, axis=0)) == 64


def test_products_name_the_spins_of_each_pauli_string():
    correlation_map = CorrelationMap(2)
    by_label = dict(zip(pauli_labels(2)[1:], correlation_map.products, strict=True))
    assert by_label["IX"] == (3,)
    assert by_label["ZI"] == (2,)
    assert by_label["XY"] == (0, 4)
    assert correlation_map.n_spins == 6


@pytest.mark.parametrize("n_qubits", [1, 2, 3])
def test_signs_are_the_products_of_the_spins(n_qubits):
    correlation_map = CorrelationMap(n_qubits)
    spins = correlation_map.configurations
    signs = correlation_map.signs
    assert signs.shape == (4**n_qubits, 8**n_qubits)
    assert (signs[0] == 1).all()
    for row, indices in zip(signs[1:], correlation_map.products, strict=True):
        assert (row == np.prod(spins[:, indices], axis=1)).all()


@pytest.mark.parametrize("n_qubits", [1, 2, 3])
def test_contractions_agree_with_the_matrix(n_qubits):
    """χ = A p, and the values of a polynomial on all configurations are Aᵀ c."""
    rng = np.random.default_rng(7)
    correlation_map = CorrelationMap(n_qubits)
    p = rng.dirichlet(np.ones(8**n_qubits))
    c = rng.normal(size=(4,) * n_qubits)
    np.testing.assert_allclose(
        correlation_map.chi_from_law(p).reshape(-1),
        correlation_map.signs @ p,
        rtol=0,
        atol=1e-14,
    )
    np.testing.assert_allclose(
        correlation_map.classical_values(c),
        correlation_map.signs.T @ c.reshape(-1),
        rtol=0,
        atol=1e-13,
    )


@pytest.mark.parametrize("n_qubits", [1, 2, 3])
def test_chi_from_samples_agree_with_plain_averages(n_qubits):
    rng = np.random.default_rng(8)
    correlation_map = CorrelationMap(n_qubits)
    spins = rng.choice([-1, 1], size=(2, 5, 3 * n_qubits))  # 2 chains of 5 samples
    expected = [
        [1, *(np.prod(chain[:, i], axis=1).mean() for i in correlation_map.products)]
        for chain in spins
    ]

    chi = correlation_map.chi_from_samples(spins)

    assert chi.shape == (2, *(4,) * n_qubits)
    np.testing.assert_allclose(chi.reshape(2, -1), expected, rtol=0, atol=1e-15)


def test_inputs_are_left_alone():
    rho = density(TILTED)
    before = rho.copy()
    CorrelationMap(2).chi_from_state(rho)
    assert (rho == before).all()


def test_a_matrix_that_is_not_hermitian_is_refused():
    with pytest.raises(ValueError, match=r"`rho` must be Hermitian.* by 1\."):
        CorrelationMap(1).chi_from_state([[1, 1], [0, 0]])


def test_a_matrix_of_another_size_is_refused():
    with pytest.raises(
        ValueError, match=r"`rho` must have shape \(\.\.\., 4, 4\).*\(2, 2\)"
    ):
        CorrelationMap(2).chi_from_state(np.eye(2) / 2)


def test_something_that_is_no_matrix_is_refused():
    with pytest.raises(TypeError, match=r"`rho` must be a qutip.Qobj or an array"):
        CorrelationMap(1).chi_from_state("zero")


def test_correlators_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"`chi` must have shape .*\(4, 3\)"):
        CorrelationMap(2).state_from_chi(np.ones((4, 3)))


def test_correlators_without_the_unit_are_refused():
    chi = np.zeros((3, 4, 4))
    chi[:, 0, 0] = [1, 0.9, 1]
    with pytest.raises(ValueError, match=r"must be 1 at index zero, but is 0\.9"):
        CorrelationMap(2).state_from_chi(chi)


def test_correlators_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match=r"`chi` must be finite, but chi\[2\]"):
        CorrelationMap(1).state_from_chi([1, 0, np.nan, 0])


def test_a_law_that_is_none_is_refused():
    p = np.zeros(8)
    with pytest.raises(ValueError, match=r"`p` must sum to 1, but sums to 0"):
        CorrelationMap(1).chi_from_law(p)
    p[:2] = [1.5, -0.5]
    with pytest.raises(ValueError, match=r"`p` must hold probabilities"):
        CorrelationMap(1).chi_from_law(p)
    with pytest.raises(ValueError, match=r"`p` must have shape \(\.\.\., 64\)"):
        CorrelationMap(2).chi_from_law(p)


def test_coefficients_of_another_shape_are_refused():
    with pytest.raises(
        ValueError, match=r"`coefficients` must have shape \(\.\.\., 4, 4\)"
    ):
        CorrelationMap(2).classical_values(np.ones(4))


@pytest.mark.parametrize("shape", [(6,), (7, 3), (0, 6)])
def test_samples_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"`spins` must have shape \(\.\.\., T, 6\)"):
        CorrelationMap(2).chi_from_samples(np.ones(shape))


def test_spikes_in_place_of_spins_are_refused():
    with pytest.raises(ValueError, match=r"must hold −1 and \+1 only, but holds 0\."):
        CorrelationMap(1).chi_from_samples([[1, 0, 1]])


def test_a_number_of_qubits_that_is_none_is_refused():
    with pytest.raises(ValueError, match=r"`n_qubits` must be at least 1"):
        CorrelationMap(0)
    with pytest.raises(TypeError, match=r"`n_qubits` must be an integer"):
        CorrelationMap(1.5)
