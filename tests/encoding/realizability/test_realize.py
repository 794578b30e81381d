"""Which states a law of spins can carry.

Two qubits: exactly those in the Bell polytope of two parties with three settings.
"""

import numpy as np
import pytest
import qutip
from encoding.states import (
    PHI_PLUS,
    TILTED,
    W,
    density,
    ghz,
    mix_with_noise,
    random_state,
)
from scipy.optimize import OptimizeResult

from oqnn._core.errors import ConvergenceError
from oqnn.encoding import (
    CorrelationMap,
    Law,
    realize,
    realize_correlators,
    visibility,
)

HADAMARD = np.array([[1, 1], [1, -1]]) / np.sqrt(2)
PHASE = np.diag([1, 1j])
EIGHTH = np.diag([1, np.exp(0.25j * np.pi)])
CNOT = np.eye(4)[[0, 1, 3, 2]]


def check_realization(found, rho):
    """Hold that an answer proves itself: law with χ, or violated inequality."""
    chi = CorrelationMap(len(rho).bit_length() - 1).chi_from_state(rho)
    if found.realizable:
        assert found.inequality is None
        assert found.visibility == 1
        assert found.law.probabilities.min() >= 0
        assert len(found.law.probabilities) <= chi.size
        np.testing.assert_allclose(found.law.correlators(), chi, rtol=0, atol=1e-9)
    else:
        c = found.inequality.coefficients
        values = CorrelationMap(chi.ndim).signs.T @ c.reshape(-1)
        assert found.inequality.local_bound == pytest.approx(values.max(), abs=1e-12)
        assert np.sum(c * chi) == pytest.approx(found.inequality.value, abs=1e-12)
        assert found.inequality.value > found.inequality.local_bound
        assert 0 < found.visibility < 1


def test_the_tilted_bell_state_violates_chsh():
    """The CHSH sum of this state is 2√2, so its visibility is 1/√2."""
    found = realize(TILTED)
    assert not found.realizable
    assert found.visibility == pytest.approx(1 / np.sqrt(2), abs=1e-12)
    assert str(found.inequality) == (
        "⟨XX⟩ + ⟨XY⟩ + ⟨YX⟩ − ⟨YY⟩ ≤ 2, but the state has 2.828427"
    )
    assert str(found).startswith("not realizable, visibility 0.707106781\n⟨XX⟩")
    check_realization(found, density(TILTED))


def test_phi_plus_is_realizable():
    """⟨XX⟩ = −⟨YY⟩ = ⟨ZZ⟩ = 1 by six spins in three pairs."""
    found = realize(qutip.bell_state("00"))
    check_realization(found, density(PHI_PLUS))
    assert found.realizable
    assert str(found).startswith("realizable, by a law on ")
    assert visibility(PHI_PLUS) == 1


def test_a_phase_of_the_bell_state_sets_its_visibility():
    """XX = −YY = cos φ, XY = YX = sin φ: v* = 1/(|cos φ| + |sin φ|)."""
    for phi in [0.1, 0.9, 2.0, 4.4]:
        expected = 1 / (abs(np.cos(phi)) + abs(np.sin(phi)))
        found = visibility(ghz(2, np.exp(1j * phi)))
        assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("vector", "expected"), [(ghz(3), 1 / 2), (W, 2 / 3)], ids=["GHZ", "W"]
)
def test_three_qubit_states_against_white_noise(vector, expected):
    found = realize(vector)
    assert found.visibility == pytest.approx(expected, abs=1e-12)
    check_realization(found, density(vector))


def test_ghz_violates_mermin_inequality():
    """XXX − XYY − YXY − YYX is 4 on GHZ and at most 2 on spins."""
    assert str(realize(ghz(3)).inequality) == (
        "⟨XXX⟩ − ⟨XYY⟩ − ⟨YXY⟩ − ⟨YYX⟩ ≤ 2, but the state has 4.000000"
    )


@pytest.mark.slow
def test_four_qubits():
    """GHZ of four is as far as GHZ of three; a product state has a law."""
    assert visibility(ghz(4)) == pytest.approx(1 / 2, abs=1e-12)
    product = np.kron(np.kron([0.6, 0.8j], [1, 0]), np.kron([0.8, 0.6], [1, 1j]))
    rho = density(product / np.linalg.norm(product))
    check_realization(realize(rho), rho)


def test_correlators_beyond_quantum_mechanics():
    """A Popescu-Rohrlich box has the CHSH sum 4."""
    chi = np.zeros((4, 4))
    chi[0, 0] = 1
    chi[1:3, 1:3] = [[1, 1], [1, -1]]
    found = realize_correlators(chi)
    assert found.visibility == pytest.approx(1 / 2, abs=1e-12)
    assert found.inequality.value == 4


@pytest.mark.parametrize("n_qubits", [1, 2, 3])
def test_separable_states_are_realizable(n_qubits):
    """A product state has the product law; a mixture has the mixture of laws."""
    rng = np.random.default_rng(n_qubits)
    for weights in ([1.0], [0.3, 0.7], [0.2, 0.5, 0.3]):
        rho = np.zeros((2**n_qubits, 2**n_qubits), dtype=complex)
        for weight in weights:
            term = np.eye(1)
            for _ in range(n_qubits):
                term = np.kron(term, random_state(rng, 1, 1))
            rho += weight * term
        found = realize(rho)
        assert found.realizable
        check_realization(found, rho)


def test_the_maximally_mixed_state_is_realizable():
    assert visibility(np.eye(4) / 4) == 1


@pytest.mark.parametrize("n_qubits", [1, 2, 3])
def test_the_correlators_of_any_law_are_realizable(n_qubits):
    """Few configurations, so that most of these ρ are not positive."""
    rng = np.random.default_rng(20 + n_qubits)
    configurations = CorrelationMap(n_qubits).configurations
    for size in (1, 2, 7):
        chosen = rng.choice(len(configurations), size, replace=False)
        law = Law(
            configurations=configurations[chosen],
            probabilities=rng.dirichlet(np.ones(size)),
        )
        found = realize_correlators(law.correlators())
        assert found.realizable
        np.testing.assert_allclose(
            found.law.correlators(), law.correlators(), rtol=0, atol=1e-12
        )


def test_visibility_scales_with_added_noise():
    """v ρ + (1 − v) 1/4 has the visibility min(1, v*/v)."""
    rho = random_state(np.random.default_rng(11), 2, 1)
    threshold = visibility(rho)
    assert threshold < 0.95
    for v in (1.0, 0.97, threshold + 1e-6):
        found = realize(mix_with_noise(rho, v))
        assert found.visibility == pytest.approx(threshold / v, abs=1e-11)
        check_realization(found, mix_with_noise(rho, v))
    for v in (threshold, threshold - 1e-9, threshold - 1e-7, threshold - 1e-5, 0.3):
        found = realize(mix_with_noise(rho, v))
        assert found.realizable
        check_realization(found, mix_with_noise(rho, v))


def test_symmetries_of_the_spins_keep_the_visibility():
    """Local Cliffords, exchange of qubits and partial transposition only permute or
    flip spins; a T gate does neither.
    """
    rng = np.random.default_rng(1)
    rho = random_state(rng, 2, 1)
    expected = visibility(rho)
    assert expected < 0.95
    clifford = np.kron(HADAMARD @ PHASE @ HADAMARD @ PHASE, PHASE @ HADAMARD)
    chi = CorrelationMap(2).chi_from_state(rho)
    flipped = chi * [1, 1, -1, 1]

    turned = clifford @ rho @ clifford.conj().T

    assert visibility(turned) == pytest.approx(expected, abs=1e-11)
    for other in (chi.T, flipped):
        found = realize_correlators(other)
        assert found.visibility == pytest.approx(expected, abs=1e-11)
    eighth = np.kron(EIGHTH, np.eye(2))
    assert abs(visibility(eighth @ rho @ eighth.conj().T) - expected) > 1e-3


def test_inequalities_of_three_qubits_are_integer_and_prove_themselves():
    """Facets with coefficients beyond 1, which must be scaled and not rounded."""
    rng = np.random.default_rng(9)
    largest = []
    for _ in range(8):
        rho = random_state(rng, 3, 1)
        found = realize(rho)
        check_realization(found, rho)
        coefficients = found.inequality.coefficients
        assert (coefficients == np.round(coefficients)).all()
        assert np.gcd.reduce(coefficients.astype(int), axis=None) == 1
        largest.append(np.abs(coefficients).max())
    assert max(largest) > 2


def test_the_inequality_is_that_of_the_state_and_not_of_its_transpose():
    """An asymmetric complex state: the printed terms belong to these correlators."""
    rng = np.random.default_rng(2)
    for _ in range(10):
        rho = random_state(rng, 2, 1)
        found = realize(rho)
        check_realization(found, rho)
        if not found.realizable:
            value = np.trace(rho @ operator(found.inequality)).real
            assert value == pytest.approx(found.inequality.value, abs=1e-12)


def operator(inequality):
    """Return the observable Σ c τ⊗τ of a two-qubit inequality, by QuTiP."""
    paulis = [qutip.qeye(2), qutip.sigmax(), qutip.sigmay(), qutip.sigmaz()]
    return sum(
        c * qutip.tensor(paulis[mu], paulis[nu]).full()
        for (mu, nu), c in np.ndenumerate(inequality.coefficients)
    )


def test_the_orbit_of_the_papers_gates():
    """CNOT, H, T in turn: from a random mixed state all is realizable, from |00⟩ the
    fourth state is (|00⟩ + e^{iπ/4}|11⟩)/√2.
    """
    gates = [CNOT, np.kron(HADAMARD, np.eye(2)), np.kron(EIGHTH, np.eye(2))]
    pure = density(np.array([1, 0, 0, 0], dtype=complex))
    mixed = random_state(np.random.default_rng(3), 2, 4)
    pure_visibilities = []
    for step in range(24):
        gate = gates[step % 3]
        pure, mixed = (gate @ rho @ gate.conj().T for rho in (pure, mixed))
        pure_visibilities.append(visibility(pure))
        assert visibility(mixed) == 1
    assert pure_visibilities[:3] == [1, 1, 1]
    assert pure_visibilities[3] == pytest.approx(1 / np.sqrt(2), abs=1e-12)


def test_ghz_in_random_noise_fails_near_one_half():
    """The threshold of the paper's Figs. 7 and 8, p ρ_GHZ + (1 − p) ρ̄."""
    rng = np.random.default_rng(4)
    for _ in range(3):
        noise = random_state(rng, 3, 8)
        assert visibility(0.45 * density(ghz(3)) + 0.55 * noise) == 1
        assert visibility(0.55 * density(ghz(3)) + 0.45 * noise) < 1


@pytest.mark.slow
def test_nearly_half_of_the_pure_states_cannot_be_realized():
    """48.5 % of Haar-random two-qubit states, within four standard errors: the 684
    facets of `test_polytope` on 400 000 states give 48.46 ± 0.08 %.
    """
    rng = np.random.default_rng(5)
    states = [random_state(rng, 2, 1) for _ in range(400)]
    share = np.mean([visibility(rho) < 1 for rho in states])
    assert abs(share - 0.485) < 4 * np.sqrt(0.485 * 0.515 / 400)


def test_what_is_no_state_is_refused():
    with pytest.raises(ValueError, match=r"`rho` must have trace 1"):
        realize(np.eye(4))
    with pytest.raises(ValueError, match=r"`rho` must be positive"):
        realize(np.diag([1.5, -0.5]))
    with pytest.raises(ValueError, match=r"`rho` must be Hermitian"):
        realize([[1, 0.5], [0, 0]])


@pytest.mark.parametrize("shape", [(3, 3), (1, 1), (2, 4), (5, 2, 2)])
def test_what_is_no_state_of_qubits_is_refused(shape):
    with pytest.raises(ValueError, match=r"`rho` must have shape \(2\*\*n, 2\*\*n\)"):
        realize(np.ones(shape))


def test_too_many_qubits_are_refused():
    with pytest.raises(ValueError, match=r"at most 6 qubits, .* 2097152 .* 2 GiB"):
        visibility(np.eye(128) / 128)


def test_correlators_of_no_shape_are_refused():
    with pytest.raises(ValueError, match=r"`chi` must have one to 6 axes, but has 7"):
        realize_correlators(np.ones((4,) * 7))
    with pytest.raises(ValueError, match=r"`chi` must have shape \(\.\.\., 4, 4\)"):
        realize_correlators(np.ones((4, 3)))


def test_a_search_without_end_is_reported(monkeypatch):
    monkeypatch.setattr("oqnn.encoding.realizability.interior_point.MOST_STEPS", 3)
    monkeypatch.setattr("oqnn.encoding.realizability.decide.SMALL", 0)
    with pytest.raises(ConvergenceError, match=r"not solved in 3 steps: a gap of"):
        realize(TILTED)


def test_a_failed_linear_program_is_reported(monkeypatch):
    answer = OptimizeResult(success=False, message="time limit")
    monkeypatch.setattr("oqnn.encoding.realizability.interior_point.MOST_STEPS", 3)
    monkeypatch.setattr(
        "oqnn.encoding.realizability.interior_point.linprog", lambda *_, **__: answer
    )
    with pytest.raises(ConvergenceError, match="not solved: time limit"):
        realize(TILTED)


def test_the_simplex_method_steps_in(monkeypatch):
    """Where the interior point does not come to its end, HiGHS finds the same."""
    rng = np.random.default_rng(7)
    states = [TILTED, W, PHI_PLUS, *(random_state(rng, n, 1) for n in (1, 2, 3))]
    expected = [visibility(rho) for rho in states]
    assert min(expected) < max(expected) == 1

    def give_up(*_):
        raise ConvergenceError("no end")

    monkeypatch.setattr("oqnn.encoding.realizability.decide._gauge", give_up)
    for rho, known in zip(states, expected, strict=True):
        found = realize(rho)
        assert found.visibility == pytest.approx(known, abs=1e-9)
        check_realization(found, density(rho) if rho.ndim == 1 else rho)


def test_an_inequality_that_proves_another_visibility_is_reported(monkeypatch):
    """The solver's inequality is CHSH for this state, but a wrong one is passed on."""
    monkeypatch.setattr("oqnn.encoding.realizability.decide._facet", lambda *_: None)
    monkeypatch.setattr(
        "oqnn.encoding.realizability.decide.to_integers", lambda c: (c + 0.01, False)
    )
    with pytest.raises(ConvergenceError, match=r"must agree .*, but 0\.7071.* do not"):
        realize(TILTED)
