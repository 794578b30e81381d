"""Averages of laws and samples: against QuTiP, exact states and standard errors."""

from functools import partial

import numpy as np
import pytest
import qutip

from oqnn.ground_states import (
    PauliHamiltonian,
    TransverseIsing,
    chain_asymmetries,
    energy_of_law,
    exact_ground_state,
    free_fermion_observables,
    ket_from_amplitudes,
    lattice_symmetries,
    mean_sigma_x,
    observables_of_law,
    observables_of_ratios,
    observables_of_samples,
    root_overlap,
)
from oqnn.ground_states.spin_averages import pairs_by_distance
from oqnn.spiking.sampling.exact import log_weights, visible_law
from oqnn.spiking.sampling.gibbs import GibbsSampler
from oqnn.spiking.sampling.machine import two_layer
from oqnn.spiking.sampling.sampler import sample
from oqnn.spiking.sampling.samples import Samples, states_of

RING = TransverseIsing(6, 1.0, 0.8)
EXACT = exact_ground_state(RING)


def random_law(n, seed):
    return np.random.default_rng(seed).dirichlet(np.full(2**n, 0.7))


def samples_of(law, reads, chains, seed):
    """Independent samples of a law of all states."""
    n = int(np.log2(len(law)))
    codes = np.random.default_rng(seed).choice(len(law), size=(reads, chains), p=law)
    return Samples(states=states_of(codes, n), n_visible=n)


def test_averages_of_any_law_are_those_of_qutip():
    """Energy with Y terms, σx, pairs and overlap of √p for a law without symmetry."""
    rng = np.random.default_rng(4)
    strings = ["".join(rng.choice(list("IXYZ"), size=4)) for _ in range(25)]
    hamiltonian = PauliHamiltonian(strings, rng.normal(size=25))
    law = random_law(4, seed=1)
    ket = ket_from_amplitudes(np.sqrt(law))
    exact = exact_ground_state(hamiltonian)

    found = observables_of_law(law, hamiltonian, exact=exact)

    def spin(i, operator):
        factors = [operator if k == i else qutip.qeye(2) for k in range(4)]
        return qutip.tensor(factors)

    z = [spin(i, qutip.sigmaz()) for i in range(4)]
    x = [qutip.expect(spin(i, qutip.sigmax()), ket) for i in range(4)]
    means = [qutip.expect(operator, ket) for operator in z]
    assert found.energy == pytest.approx(qutip.expect(hamiltonian.to_qobj(), ket))
    assert found.sigma_x == pytest.approx(np.mean(x), abs=1e-14)
    assert found.root_overlap == pytest.approx(abs(ket.overlap(exact.to_qobj())))
    for d in range(3):
        pairs = [(i, (i + d) % 4) for i in range(4)]
        full = [qutip.expect(z[i] * z[j], ket) for i, j in pairs]
        apart = [means[i] * means[j] for i, j in pairs]
        assert found.correlations[d] == pytest.approx(np.mean(full), abs=1e-14)
        assert found.connected[d] == pytest.approx(
            np.mean(np.subtract(full, apart)), abs=1e-14
        )
    total = sum(z).diag().real / 2
    up = ket.full()[:, 0].real ** 2
    assert found.magnetisations.tolist() == [-2, -1, 0, 1, 2]
    for m, probability in zip(
        found.magnetisations, found.magnetisation_law, strict=True
    ):
        assert probability == pytest.approx(up[total == m].sum(), abs=1e-14)
    assert found.asymmetry == pytest.approx(up[total > 0].sum() - up[total < 0].sum())
    assert found.errors is None


@pytest.mark.parametrize("h", [0.1, 1.0, 3.0])
def test_ground_states_have_the_averages_of_free_fermions(h):
    model = TransverseIsing(9, 1.0, h)
    exact = exact_ground_state(model)
    expected = free_fermion_observables(9, 1.0, h)

    found = observables_of_law(exact.law, model, exact=exact)

    assert found.energy == pytest.approx(expected.energy, abs=1e-10)
    assert found.sigma_x == pytest.approx(expected.sigma_x, abs=1e-8)
    np.testing.assert_allclose(found.correlations, expected.correlations, atol=1e-8)
    np.testing.assert_allclose(found.connected, found.correlations, atol=1e-12)
    assert found.asymmetry == pytest.approx(0, abs=1e-12)
    assert found.root_overlap == pytest.approx(1, abs=1e-12)


def test_a_broken_symmetry_shows():
    """Half of the ground state at h = J/10, m > 0 alone: full correlations stay, the
    connected ones go down to those of small fluctuations.
    """
    model = TransverseIsing(8, 1.0, 0.1)
    exact = exact_ground_state(model)
    ups = states_of(np.arange(256), 8).sum(axis=1)
    law = np.where(ups > 4, exact.law, 0)

    found = observables_of_law(law / law.sum(), model, exact=exact)

    assert found.asymmetry == pytest.approx(1, abs=1e-12)
    assert found.correlations[4] > 0.99
    assert abs(found.connected[4]) < 1e-4
    assert found.root_overlap == pytest.approx(0.5**0.5, abs=1e-4)
    mended = lattice_symmetries(model).average(law / law.sum())
    assert root_overlap(mended, exact.amplitudes) > 1 - 1e-5


def test_pairs_of_lattices():
    """Columns and rows of a torus, and no bond across the ends of an open lattice."""
    torus = TransverseIsing(12, 1.0, 0.3, lattice="square", shape=(2, 6))
    pairs = [
        set(map(tuple, np.transpose(found).tolist()))
        for found in pairs_by_distance(torus)
    ]
    assert [len(found) for found in pairs] == [12, 24, 12, 12]
    assert {(0, 1), (5, 0), (0, 6), (6, 0)} <= pairs[1]
    assert (5, 1) in pairs[2]
    open_chain = TransverseIsing(4, 1.0, 0.3, periodic=False)
    assert [
        np.transpose(found).tolist() for found in pairs_by_distance(open_chain)
    ] == [
        [[0, 0], [1, 1], [2, 2], [3, 3]],
        [[0, 1], [1, 2], [2, 3]],
        [[0, 2], [1, 3]],
    ]


def test_samples_of_the_ground_state():
    """Within five standard errors; roots of a histogram add (states) / (8 samples)."""
    samples = samples_of(EXACT.law, 1000, 40, seed=1)
    exact = observables_of_law(EXACT.law, RING, exact=EXACT)

    found = observables_of_samples(samples, RING, exact=EXACT)
    symmetric = observables_of_samples(
        samples, RING, exact=EXACT, symmetry=lattice_symmetries(RING)
    )

    for name in ("correlations", "magnetisation_law", "asymmetry"):
        difference = np.abs(getattr(found, name) - getattr(exact, name))
        assert (difference <= 5 * np.asarray(getattr(found.errors, name))).all(), name
    bias = 64 / (8 * 40_000)
    assert 1 - found.root_overlap == pytest.approx(bias, rel=0.3)
    assert 1 - symmetric.root_overlap < bias / 3
    assert abs(symmetric.energy - exact.energy) < abs(found.energy - exact.energy)
    assert found.energy - exact.energy > 0
    assert symmetric.asymmetry == pytest.approx(0, abs=1e-14)
    assert found.errors.errors is None
    np.testing.assert_allclose(symmetric.correlations, found.correlations, rtol=1e-12)


def test_samples_with_model_ratios():
    """Energy and σx within five standard errors, without a bias; the exact law of a
    ground state has no variance of its local energy at all.
    """
    law = random_law(6, seed=3) * EXACT.law
    law /= law.sum()
    samples = samples_of(law, 500, 30, seed=2)
    expected = observables_of_law(law, RING)

    found = observables_of_ratios(samples, RING, log_of(law, shift=5.0))
    perfect = observables_of_ratios(samples, RING, log_of(EXACT.law))

    for name in ("energy", "sigma_x", "correlations", "connected", "asymmetry"):
        difference = np.abs(getattr(found, name) - getattr(expected, name))
        error = np.asarray(getattr(found.errors, name))
        assert (difference <= 5 * error + 1e-12).all(), name
    assert found.errors.energy > 0
    assert perfect.energy == pytest.approx(EXACT.energy, abs=1e-10)
    assert perfect.errors.energy < 1e-10
    assert found.root_overlap is None
    alone = [
        observables_of_ratios(
            Samples(states=samples.states[:, [c, c]], n_visible=6), RING, log_of(law)
        ).energy
        for c in range(30)
    ]
    error = np.std(alone, ddof=1) / np.sqrt(30)
    assert found.errors.energy == pytest.approx(error, rel=1e-12)


def test_model_ratios_of_terms_that_flip_pairs():
    """Flips other than those of σx, and Y; within five standard errors."""
    hamiltonian = PauliHamiltonian({"XXI": -0.6, "YIY": 0.3, "IZX": 0.4, "ZZI": -0.5})
    law = random_law(3, seed=9)
    expected = observables_of_law(law, hamiltonian)

    found = observables_of_ratios(samples_of(law, 300, 30, 3), hamiltonian, log_of(law))

    for name in ("energy", "sigma_x"):
        difference = abs(getattr(found, name) - getattr(expected, name))
        assert difference < 5 * getattr(found.errors, name), name
    assert found.errors.sigma_x < 0.02
    assert abs(expected.sigma_x - expected.energy / 3) > 0.1


def log_of(law, shift=0.0):
    n = int(np.log2(len(law)))
    weights = 1 << np.arange(n - 1, -1, -1)
    return lambda states: np.log(law[states.astype(int) @ weights]) + shift


def test_ratios_of_the_averaged_law(monkeypatch):
    """A law without symmetry, averaged: its own energy, and symmetric averages; in
    pieces of a few states.
    """
    monkeypatch.setattr("oqnn.ground_states.observables.MOST_ENTRIES", 600)
    law = random_law(6, seed=8)
    group = lattice_symmetries(RING)
    expected = observables_of_law(group.average(law), RING)
    samples = samples_of(law, 100, 40, seed=5)

    found = observables_of_ratios(samples, RING, log_of(law), symmetry=group, seed=1)

    for name in ("energy", "sigma_x", "correlations", "asymmetry"):
        difference = np.abs(getattr(found, name) - getattr(expected, name))
        error = np.asarray(getattr(found.errors, name))
        assert (difference <= 5 * error + 1e-12).all(), name


@pytest.mark.slow
def test_a_machine_that_was_sampled():
    """Gibbs samples of a machine with hidden neurons and its own logarithms, against
    its enumerated law; five standard errors.
    """
    machine = two_layer(6, 5, scale=0.8, seed=3)
    samples = sample(machine, GibbsSampler(chains=40), 40_000, seed=1)
    expected = observables_of_law(visible_law(machine), RING, exact=EXACT)

    found = observables_of_ratios(samples, RING, partial(log_weights, machine))

    for name in ("energy", "sigma_x", "correlations", "connected", "asymmetry"):
        difference = np.abs(getattr(found, name) - getattr(expected, name))
        error = np.asarray(getattr(found.errors, name))
        assert (difference <= 5 * error + 1e-12).all(), name
    assert found.errors.energy < 0.02


def test_long_rings_need_no_histogram():
    """Product law p(up) = q of 64 spins: σx = 2 √(q(1 − q)), s = 2q − 1, and energy
    −J n s² − h n σx.
    """
    n, q = 64, 0.8
    model = TransverseIsing(n, 1.0, 1.3)
    states = np.random.default_rng(0).random((50, 20, n)) < q
    samples = Samples(states=states.astype(np.uint8), n_visible=n)

    def log_law(v):
        return v @ np.full(n, np.log(q / (1 - q)))

    found = observables_of_ratios(samples, model, log_law)

    x, s = 2 * np.sqrt(q * (1 - q)), 2 * q - 1
    assert abs(found.sigma_x - x) < 5 * found.errors.sigma_x
    assert abs(found.energy + n * (s**2 + 1.3 * x)) < 5 * found.errors.energy
    assert (
        np.abs(found.correlations[1:] - s**2) < 5 * found.errors.correlations[1:]
    ).all()
    assert (np.abs(found.connected[1:]) < 0.02).all()
    assert found.correlations[0] == pytest.approx(1.0, abs=1e-14)


@pytest.mark.slow
def test_errors_are_those_of_repetitions():
    """Standard deviations over fifty repetitions, which err by a tenth themselves; √2
    times as much where the energy is extreme and its error of second order.
    """
    law = np.random.default_rng(3).dirichlet(np.full(64, 4.0))
    by_histogram = [
        observables_of_samples(samples_of(law, 200, 24, seed=k), RING, blocks=8)
        for k in range(50)
    ]
    by_ratios = [
        observables_of_ratios(samples_of(law, 20, 24, seed=k), RING, log_of(law))
        for k in range(50)
    ]
    at_the_minimum = [
        observables_of_samples(samples_of(EXACT.law, 200, 24, seed=k), RING, blocks=8)
        for k in range(50)
    ]

    def ratio(several, name):
        spread = np.std([getattr(found, name) for found in several])
        return np.mean([getattr(found.errors, name) for found in several]) / spread

    for name in ("energy", "sigma_x", "asymmetry"):
        assert ratio(by_histogram, name) == pytest.approx(1, abs=0.3), name
        assert ratio(by_ratios, name) == pytest.approx(1, abs=0.3), name
    assert ratio(at_the_minimum, "energy") == pytest.approx(2**0.5, abs=0.3)


def test_errors_of_connected_correlations_count_means_that_differ_by_chains():
    """Chains that stay on a side, a broken symmetry: each is uncorrelated, all together
    are not. Over sixty repetitions the error is the spread.
    """
    found = []
    for k in range(60):
        rng = np.random.default_rng(k)
        shares = np.where(rng.random(24) < 0.7, 0.9, 0.1)  # of spins up, by chains
        states = (rng.random((50, 24, 6)) < shares[:, None]).astype(np.uint8)
        samples = Samples(states=states, n_visible=6)
        found.append(observables_of_ratios(samples, RING, lambda v: np.zeros(len(v))))
    spread = np.std([each.connected[2] for each in found])
    errors = np.mean([each.errors.connected[2] for each in found])
    assert errors == pytest.approx(spread, rel=0.3)


def test_chains_that_stay_on_one_side():
    """Two of three chains up, one down: symmetry is broken in each of them."""
    states = np.ones((5, 3, 4), dtype=np.uint8)
    states[:, 1] = 0
    states[0, 2] = [1, 1, 0, 0]
    samples = Samples(states=states, n_visible=4)
    np.testing.assert_allclose(chain_asymmetries(samples), [1, -1, 0.8], rtol=1e-14)


def test_refusals():
    one = Samples(states=np.zeros((9, 1, 6), dtype=np.uint8), n_visible=6)
    few = Samples(states=np.zeros((9, 2, 6), dtype=np.uint8), n_visible=5)
    for observables in (
        observables_of_samples,
        lambda s, m: observables_of_ratios(s, m, lambda v: v.sum(axis=-1)),
    ):
        with pytest.raises(ValueError, match="`samples` must be of two chains"):
            observables(one, RING)
        with pytest.raises(ValueError, match="6 visible neurons as"):
            observables(few, RING)
    two = Samples(states=np.zeros((9, 2, 6), dtype=np.uint8), n_visible=6)
    with pytest.raises(ValueError, match="`log_law` must be finite"):
        observables_of_ratios(two, RING, lambda v: np.full(len(v), -np.inf))
    for beyond in (np.nan, np.inf):
        with pytest.raises(ValueError, match="`log_law` must be a number at neigh"):
            observables_of_ratios(
                two, RING, lambda v, k=beyond: np.where(v.sum(axis=-1) == 1, k, 0)
            )
    many = Samples(states=np.zeros((9, 2, 64), dtype=np.uint8), n_visible=64)
    with pytest.raises(ValueError, match=r"at most 20 spins .*, but are of 64"):
        observables_of_samples(many, TransverseIsing(64, 1.0, 1.0))
    with pytest.raises(ValueError, match="`blocks` must be at least 2"):
        observables_of_samples(two, RING, blocks=1)
    with pytest.raises(TypeError, match="must be a PauliHamiltonian"):
        observables_of_law(EXACT.law, "ring")
    with pytest.raises(ValueError, match=r"`law` must have shape \(64,\)"):
        energy_of_law(RING, np.ones(32) / 32)
    with pytest.raises(ValueError, match=r"`law` must sum to 1"):
        mean_sigma_x(np.ones(4))
    with pytest.raises(ValueError, match=r"`law` must have shape \(4,\)"):
        mean_sigma_x(np.ones(5) / 5)
    with pytest.raises(ValueError, match=r"`amplitudes` must have shape"):
        root_overlap(np.ones(4) / 4, np.ones(8))
    with pytest.raises(ValueError, match=r"`law` must have shape \(2,\)"):
        root_overlap(np.ones(3) / 3, np.ones(3))
    with pytest.raises(ValueError, match=r"`amplitudes` must be normalised, .* 4"):
        root_overlap(np.ones(4) / 4, np.ones(4))


@pytest.mark.parametrize(
    "average",
    [
        mean_sigma_x,
        partial(energy_of_law, TransverseIsing(2, 1.0, 1.0)),
        lambda law: root_overlap(law, [0.5, 0.5, 0.5, 0.5]),
        lambda law: observables_of_law(law, TransverseIsing(2, 1.0, 1.0)),
    ],
)
def test_laws_with_entries_below_zero_by_rounding_have_no_root(average):
    with pytest.raises(ValueError, match=r"`law` must have a root, .* -1e-14"):
        average([-1e-14, 0.5, 0.25, 0.25])


def test_energies_of_many_states_are_summed_in_pieces(monkeypatch):
    """With elements that depend on the state; three states at a time."""
    hamiltonian = PauliHamiltonian({"XXZI": 0.7, "IYYZ": -0.4, "ZIIX": 0.3, "ZZII": 1})
    law = random_law(4, seed=6)
    whole = energy_of_law(hamiltonian, law)
    monkeypatch.setattr("oqnn.ground_states.spin_averages.ROWS", 3)
    assert energy_of_law(hamiltonian, law) == pytest.approx(whole, rel=1e-14)
