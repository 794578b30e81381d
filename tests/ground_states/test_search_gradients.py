"""Energies and gradients of a search beside dense matrices and finite differences.

The machines are asymmetric, some with visible neurons connected and some with pairs
missing; the Hamiltonians flip up to three spins at once.
"""

import numpy as np
import pytest

from oqnn.ground_states import (
    PauliHamiltonian,
    SymmetryGroup,
    TransverseIsing,
    exact_ground_state,
)
from oqnn.ground_states.local_energy import law_local_energies, model_local_energies
from oqnn.ground_states.model_ratios import log_ratios, mean_states
from oqnn.ground_states.parameters import coordinates_of, features, moved
from oqnn.ground_states.search_estimates import (
    exact_estimate,
    histogram_estimate,
    ratio_estimate,
)
from oqnn.ground_states.stochastic_reconfiguration import (
    direction_by_parameters,
    direction_by_samples,
    natural_direction,
)
from oqnn.spiking.sampling.exact import joint_law, log_weights, visible_law
from oqnn.spiking.sampling.machine import (
    BoltzmannMachine,
    from_graph,
    three_layer,
    two_layer,
)
from oqnn.spiking.sampling.samples import Samples, states_of

ISING = TransverseIsing(4, 0.8, 1.3, periodic=False).pauli
UNEVEN = PauliHamiltonian(
    {"XXII": -0.7, "IXIX": -0.4, "XIXX": -0.3, "ZZII": 0.5, "ZIIZ": -1.1, "IIXI": -0.9}
    | {"IZII": 0.3, "XIII": -0.5, "XZII": 0.2}
)
HAMILTONIANS = pytest.mark.parametrize("hamiltonian", [ISING, UNEVEN])


def sparse_machine() -> BoltzmannMachine:
    """Four visible and three hidden neurons, some visible pairs, some pairs missing."""
    mask = two_layer(4, 3, dense_visible=True).mask.copy()
    for i, j in ((0, 1), (2, 5), (3, 4)):
        mask[i, j] = mask[j, i] = False
    return from_graph(mask, 4, scale=0.6, seed=3)


def shifted(machine: BoltzmannMachine) -> BoltzmannMachine:
    """The machine with biases that prefer no spin up or down."""
    biases = machine.biases + np.linspace(-0.7, 0.5, machine.n)
    return machine.with_parameters(machine.edge_weights, biases)


MACHINES = pytest.mark.parametrize(
    "machine",
    [
        shifted(two_layer(4, 3, scale=0.5, seed=1)),
        shifted(two_layer(4, 2, dense_visible=True, scale=0.5, seed=2)),
        shifted(sparse_machine()),
    ],
    ids=["two_layer", "dense_visible", "sparse"],
)


def energy_of(hamiltonian: PauliHamiltonian, machine: BoltzmannMachine) -> float:
    """<√p|H|√p> with the dense matrix."""
    psi = np.sqrt(visible_law(machine))
    return float(psi @ (hamiltonian.to_sparse() @ psi))


def derivatives(function, machine, coordinates, step=1e-4):
    """Central differences along every parameter."""
    slopes = []
    for k in range(len(machine.edges[0]) + machine.n):
        unit = np.eye(len(machine.edges[0]) + machine.n)[k] * step
        ahead = function(moved(machine, unit, coordinates))
        behind = function(moved(machine, -unit, coordinates))
        slopes.append((ahead - behind) / (2 * step))
    return np.array(slopes)


@HAMILTONIANS
def test_local_energies_are_rows_of_the_dense_matrix(hamiltonian):
    """E_loc(v) = (H√p)(v) / √p(v)."""
    law = np.random.default_rng(0).dirichlet(np.ones(16))
    found = law_local_energies(hamiltonian, law, epsilon=1e-300)
    psi = np.sqrt(law)
    expected = (hamiltonian.to_sparse() @ psi) / psi
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    some = law_local_energies(hamiltonian, law, codes=[3, 11], epsilon=1e-300)
    np.testing.assert_array_equal(some, found[[3, 11]])


def test_epsilon_stands_in_for_states_never_seen():
    """Of two spins in a field one state alone was seen: E_loc = -2h √ε / √(1 + ε)."""
    law = [0.0, 1.0, 0.0, 0.0]
    field = PauliHamiltonian({"XI": -0.5, "IX": -0.5})
    found = law_local_energies(field, law, epsilon=1e-4)
    assert found[1] == pytest.approx(-np.sqrt(1e-4 / 1.0001), rel=1e-12)


@HAMILTONIANS
def test_local_energies_of_the_ground_state_are_constant(hamiltonian):
    """Zero variance: H ψ = E ψ."""
    exact = exact_ground_state(hamiltonian)
    found = law_local_energies(hamiltonian, exact.law, epsilon=1e-300)
    np.testing.assert_allclose(found, exact.energy, rtol=0, atol=1e-10)


@MACHINES
def test_ratios_are_those_of_the_enumerated_law(machine):
    """log p(v')/p(v) in closed form, for single and for several flips."""
    states = states_of(np.arange(16), 4)
    flips = np.array([[1, 0, 0, 0], [0, 1, 0, 1], [1, 0, 1, 1]], bool)
    weights = log_weights(machine, states)
    ahead = log_weights(machine, states[:, None] ^ flips.astype(np.uint8))
    found = log_ratios(machine, states, flips)
    np.testing.assert_allclose(found, ahead - weights[:, None], rtol=0, atol=1e-12)


@pytest.mark.parametrize("scale", [6.0, 15.0, 40.0])
def test_ratios_keep_their_digits_where_weights_are_large(scale):
    """Differences of logarithms of weights; the largest of 60 weights is near 100."""
    machine = two_layer(6, 10, scale=scale, seed=1)
    biases = np.random.default_rng(2).normal(scale=scale, size=16)
    machine = machine.with_parameters(machine.edge_weights, machine.biases + biases)
    states = states_of(np.arange(64), 6)
    flips = np.array([[1, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0], [0, 1, 1, 0, 1, 1]], bool)
    ahead = log_weights(machine, states[:, None] ^ flips.astype(np.uint8))
    expected = ahead - log_weights(machine, states)[:, None]
    found = log_ratios(machine, states, flips)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-11)


@HAMILTONIANS
@MACHINES
def test_local_energies_by_ratios_are_those_of_the_law(hamiltonian, machine):
    law, states = visible_law(machine), states_of(np.arange(16), 4)
    np.testing.assert_allclose(
        model_local_energies(hamiltonian, machine, states),
        law_local_energies(hamiltonian, law, epsilon=1e-300),
        rtol=0,
        atol=1e-11,
    )


@MACHINES
def test_ratios_of_the_averaged_law_are_those_by_enumeration(machine):
    """A cyclic group of order 3 and the flip, none of them a symmetry of the law."""
    group = SymmetryGroup(4, [[1, 2, 0, 3]], flip=True)
    law, states = group.average(visible_law(machine)), states_of(np.arange(16), 4)
    np.testing.assert_allclose(
        model_local_energies(UNEVEN, machine, states, symmetry=group),
        law_local_energies(UNEVEN, law, epsilon=1e-300),
        rtol=0,
        atol=1e-11,
    )


@MACHINES
def test_gradient_with_a_symmetry_is_that_of_the_averaged_energy(machine):
    """By finite differences; the reflection and the flip commute with H."""
    group = SymmetryGroup(4, [[3, 2, 1, 0]], flip=True)

    def energy(m):
        psi = np.sqrt(group.average(visible_law(m)))
        return psi @ (ISING.to_sparse() @ psi)

    found = exact_estimate(ISING, machine, coordinates="spins", symmetry=group)
    slopes = derivatives(energy, machine, "spins")
    np.testing.assert_allclose(found.gradient, slopes, rtol=0, atol=2e-7)


@MACHINES
def test_mean_states_are_conditional_means(machine):
    """<z|v> from the enumerated joint law."""
    states = states_of(np.arange(16), 4)
    joint = joint_law(machine).reshape(16, -1)
    hidden = states_of(np.arange(joint.shape[1]), machine.n - 4)
    expected = joint @ hidden / joint.sum(axis=1, keepdims=True)
    found = mean_states(machine, states)
    np.testing.assert_array_equal(found[:, :4], states)
    np.testing.assert_allclose(found[:, 4:], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("coordinates", ["spins", "neurons"])
@HAMILTONIANS
@MACHINES
def test_gradient_is_that_of_finite_differences(hamiltonian, machine, coordinates):
    """∂E/∂W_ij = <(E_loc - E) z_i z_j>, without any further factor."""
    found = exact_estimate(hamiltonian, machine, coordinates=coordinates)
    assert found.energy == pytest.approx(energy_of(hamiltonian, machine), abs=1e-12)
    slopes = derivatives(lambda m: energy_of(hamiltonian, m), machine, coordinates)
    np.testing.assert_allclose(found.gradient, slopes, rtol=0, atol=2e-7)


def test_steps_in_spins_keep_the_law_of_products_of_spins():
    """A step of A_ij alone multiplies p(z) by exp(A x_i x_j)."""
    machine = shifted(sparse_machine())
    step = np.zeros(len(machine.edges[0]) + machine.n)
    step[2], step[-2] = 0.3, -0.4
    i, j = (ends[2] for ends in machine.edges)
    x = 2.0 * states_of(np.arange(2**machine.n), machine.n) - 1
    expected = joint_law(machine) * np.exp(0.3 * x[:, i] * x[:, j] - 0.4 * x[:, -2])
    np.testing.assert_allclose(
        joint_law(moved(machine, step, "spins")),
        expected / expected.sum(),
        rtol=1e-12,
        atol=0,
    )


@pytest.mark.parametrize(
    "machine",
    [shifted(sparse_machine()), shifted(three_layer(4, 2, 2, scale=0.6, seed=4))],
    ids=["two_layers", "three_layers"],
)
def test_histogram_of_an_exact_law_gives_the_exact_gradient(machine):
    """Samples that hold every joint state in its share, up to rounding to integers.

    Any graph: of three layers no hidden neuron is summed in closed form.
    """
    counts = np.maximum(1, np.round(joint_law(machine) * 40_000)).astype(int)
    states = np.repeat(states_of(np.arange(2**machine.n), machine.n), counts, axis=0)
    states = np.random.default_rng(6).permutation(states)[:, None]
    samples = Samples(states=states, n_visible=4)
    found = histogram_estimate(
        ISING, machine, samples, coordinates="neurons", epsilon=1e-12
    )
    law = samples.visible_law()
    local = law_local_energies(ISING, law)
    assert found.energy == pytest.approx(law @ local, abs=1e-12)
    factors = (local - law @ local)[samples.codes.ravel()] / samples.n_samples
    expected = factors @ features(machine, states[:, 0].astype(float))
    np.testing.assert_allclose(found.gradient, expected, rtol=0, atol=1e-5)
    slopes = derivatives(lambda m: energy_of(ISING, m), machine, "neurons")
    np.testing.assert_allclose(found.gradient, slopes, rtol=0, atol=5e-3)


def test_histogram_takes_the_metric_from_its_samples():
    """The means of hidden neurons over the samples that show v, here 3/4 and 0."""
    machine = two_layer(2, 1)
    states = np.array([[0, 1, 1], [0, 1, 1], [0, 1, 0], [0, 1, 1], [1, 1, 0]])
    samples = Samples(states=states[:, None].astype(np.uint8), n_visible=2)
    ring = TransverseIsing(2, 1.0, 1.0).pauli
    found = histogram_estimate(
        ring, machine, samples, coordinates="neurons", epsilon=1e-12
    )
    np.testing.assert_array_equal(found.x, [[0, 1, 0.75], [1, 1, 0]])
    np.testing.assert_allclose(found.weights, [0.8, 0.2], rtol=1e-15)


@HAMILTONIANS
def test_ratios_estimate_energy_and_gradient_without_bias(hamiltonian):
    """Independent samples of the law itself: 5 standard errors."""
    machine = shifted(two_layer(4, 3, scale=0.5, seed=1))
    n = 20_000
    codes = np.random.default_rng(5).choice(16, n, p=visible_law(machine))
    states = np.zeros((100, n // 100, machine.n), np.uint8)
    states[..., :4] = states_of(codes, 4).reshape(100, -1, 4)
    samples = Samples(states=states, n_visible=4)
    found = ratio_estimate(hamiltonian, machine, samples, coordinates="spins")
    exact = exact_estimate(hamiltonian, machine, coordinates="spins")
    assert found.energy == pytest.approx(exact.energy, abs=5 * found.error)
    assert found.error == pytest.approx(np.sqrt(exact.variance / n), rel=0.3)
    spread = np.sqrt(exact.variance / n)  # |x| <= 1
    np.testing.assert_allclose(found.gradient, exact.gradient, atol=5 * spread)


@pytest.mark.parametrize("n_hidden", [1, 4])
def test_natural_direction_is_the_dense_one(n_hidden):
    """(S + λ)⁻¹F with O = ∂ log ψ by finite differences of the enumerated law.

    With one hidden neuron there are fewer parameters than states, with four more.
    """
    machine = shifted(two_layer(4, n_hidden, scale=0.5, seed=1))
    assert (len(machine.edges[0]) + machine.n > 16) == (n_hidden == 4)
    law, shift = visible_law(machine), 0.03
    O = derivatives(lambda m: np.log(visible_law(m)) / 2, machine, "spins")  # noqa: E741
    local = law_local_energies(UNEVEN, law, epsilon=1e-300)
    S = (O * law) @ O.T - np.outer(O @ law, O @ law)
    F = (O * law) @ local - (O @ law) * (law @ local)
    expected = np.linalg.solve(S + shift * np.eye(len(S)), F)

    x = coordinates_of(mean_states(machine, states_of(np.arange(16), 4)), "spins")
    found = natural_direction(machine, x, law, local, shift)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


@MACHINES
def test_both_systems_of_a_natural_direction_agree(machine):
    """The matrix of the parameters and that of the samples, with any weights."""
    rng = np.random.default_rng(4)
    x = rng.uniform(-1, 1, (9, machine.n))
    weights, energies = rng.dirichlet(np.ones(9)), rng.normal(size=9)
    excess = energies - weights @ energies
    force = (weights * excess) @ features(machine, x) / 2
    np.testing.assert_allclose(
        direction_by_samples(machine, x, weights, excess, 0.1),
        direction_by_parameters(machine, x, weights, force, 0.1),
        rtol=0,
        atol=1e-12,
    )
