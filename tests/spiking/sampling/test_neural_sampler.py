"""Neurons with a refractory time against the Boltzmann law, enumerated.

The plain version below knows one neuron's chance to fire, nothing else; transition
matrices over all ζ and a simulation in Python are both built on it.
"""

from itertools import product

import numpy as np
import pytest

from oqnn.spiking.sampling import groups
from oqnn.spiking.sampling.gibbs import GibbsSampler
from oqnn.spiking.sampling.machine import BoltzmannMachine, from_graph, two_layer
from oqnn.spiking.sampling.neural_sampler import NeuralSampler
from oqnn.spiking.sampling.sampler import Chains

EXACT = ["blocks", "sequential"]


def machine_on(pairs, weights, biases, n_visible=2):
    """A machine with one weight a pair."""
    mask = np.zeros((len(biases), len(biases)), bool)
    mask[tuple(zip(*pairs, strict=True))] = True
    unit = BoltzmannMachine(
        weights=np.zeros_like(mask),
        biases=biases,
        n_visible=n_visible,
        mask=mask | mask.T,
    )
    return unit.with_parameters(weights, biases)


PATH = machine_on([(0, 1), (1, 2), (2, 3)], [1.3, -0.8, 0.9], [0.4, -0.7, 0.2, -0.3])
LONG_PATH = machine_on(
    [(0, 1), (1, 2), (2, 3), (3, 4)],
    [1.3, -0.8, 0.9, -1.2],
    [0.4, -0.7, 0.2, -0.3, 0.1],
)
TRIANGLE = machine_on([(0, 1), (0, 2), (1, 2)], [1.1, -0.6, 0.7], [-0.2, 0.5, -0.4])
PAIR = machine_on([(0, 1)], [1.5], [-0.3, 0.4])


def boltzmann(machine):
    """All states, the first neuron slowest, and their probabilities."""
    states = np.array(list(product([0, 1], repeat=machine.n)))
    energies = np.einsum("si,ij,sj->s", states, machine.weights, states) / 2
    p = np.exp(energies + states @ machine.biases)
    return states, p / p.sum()


def chance(machine, left, k, tau):
    """Probability σ(u - log τ) that neuron k fires, 0 where it is refractory."""
    if left[k] > 1:
        return 0.0
    u = machine.biases[k] + machine.weights[k] @ (np.asarray(left) > 0)
    return 1 / (1 + tau * np.exp(-u))


def matrix(machine, tau, neurons):
    """Transition matrix over all ζ if some neurons move at once, [to, from]."""
    every = list(product(range(tau + 1), repeat=machine.n))
    number = {left: i for i, left in enumerate(every)}
    T = np.zeros((len(every), len(every)))
    for left in every:
        options = []
        for k in range(machine.n):
            if k not in neurons:
                options.append([(left[k], 1.0)])
            elif left[k] > 1:
                options.append([(left[k] - 1, 1.0)])
            else:
                p = chance(machine, left, k, tau)
                options.append([(tau, p), (0, 1 - p)])
        for way in product(*options):
            to = number[tuple(value for value, _ in way)]
            T[to, number[left]] += np.prod([p for _, p in way])
    return T


def law_of_left(machine, tau):
    """p(ζ) = p(z) τ^-Σz over all ζ."""
    every = np.array(list(product(range(tau + 1), repeat=machine.n)))
    codes = (every > 0) @ (1 << np.arange(machine.n)[::-1])
    return boltzmann(machine)[1][codes] / tau ** (every > 0).sum(axis=1)


def parallel_law(machine, tau):
    """Stationary law of z if all neurons move at once."""
    T = matrix(machine, tau, range(machine.n))
    T_1 = T - np.eye(len(T))
    T_1[0] = 1  # the sum in place of one equation
    law = np.linalg.solve(T_1, np.eye(len(T))[0])
    every = np.array(list(product(range(tau + 1), repeat=machine.n)))
    codes = (every > 0) @ (1 << np.arange(machine.n)[::-1])
    return np.bincount(codes, law)


# -- exactness ----------------------------------------------------------------------


@pytest.mark.parametrize("tau", [1, 2, 4])
def test_law_is_invariant_under_the_move_of_any_neuron(tau):
    """T^k p = p for p(ζ) = p(z) τ^-Σz, hence for moves in any sequence."""
    law = law_of_left(TRIANGLE, tau)
    assert law.sum() == pytest.approx(1, abs=1e-14)
    for k in range(3):
        moved = matrix(TRIANGLE, tau, [k]) @ law
        np.testing.assert_allclose(moved, law, rtol=0, atol=1e-14)


def test_unconnected_neurons_at_once_are_one_after_another():
    """A block's T is the product of its members', whatever their order; connected
    neurons at once are not, and do not keep the law.
    """
    tau, blocks = 2, [list(block) for block in PATH.blocks]
    assert blocks == [[0, 2], [1, 3]]
    law = law_of_left(PATH, tau)
    for a, b in blocks:
        at_once = matrix(PATH, tau, [a, b])
        in_turn = matrix(PATH, tau, [a]) @ matrix(PATH, tau, [b])
        np.testing.assert_allclose(at_once, in_turn, rtol=0, atol=1e-14)
        np.testing.assert_allclose(at_once @ law, law, rtol=0, atol=1e-14)
    assert np.abs(matrix(PATH, tau, [0, 1]) @ law - law).max() > 1e-3


def test_error_of_moving_all_at_once_falls_as_one_over_tau():
    """Exact stationary laws, no samples."""
    rare = machine_on([(0, 1)], [1.5], [-1.3, -1.0])
    _, exact = boltzmann(rare)
    errors = [np.abs(parallel_law(rare, tau) - exact).sum() for tau in (8, 16, 32)]
    orders = np.log2(np.divide(errors[:-1], errors[1:]))
    np.testing.assert_allclose(orders, 1, rtol=0, atol=0.05)


# -- the sampler --------------------------------------------------------------------


def plainly(machine, sampler, chains, reads):
    """The same words, one neuron of one chain at a time."""
    order = {
        "blocks": [list(block) for block in machine.blocks],
        "sequential": [[k] for k in range(machine.n)],
        "parallel": [list(range(machine.n))],
    }[sampler.updates]
    row = {k: i for i, k in enumerate(k for block in order for k in block)}
    left = chains.arrays["left"].copy()  # (chains, n)
    words = np.random.Generator(np.random.SFC64(chains.next_seed()))
    pairs = -(-sampler.read_every * left.size // 2)
    states = []
    for _ in range(reads):
        drawn = words.integers(0, 2**64, pairs, dtype=np.uint64).view(np.uint32)
        drawn = drawn[: sampler.read_every * left.size] / 2.0**32
        for uniform in drawn.reshape(sampler.read_every, machine.n, -1):
            for c, chain in enumerate(left):
                for block in order:
                    before = chain.copy()
                    for k in block:
                        fires = uniform[row[k], c] < chance(
                            machine, before, k, sampler.tau
                        )
                        idle = max(before[k] - 1, 0) if before[k] > 1 else 0
                        chain[k] = sampler.tau if fires else idle
        states.append(left > 0)
    return np.array(states), left


@pytest.mark.parametrize("updates", [*EXACT, "parallel"])
@pytest.mark.parametrize(
    "machine",
    [
        LONG_PATH,  # its blocks in a row are no involution of its neurons
        from_graph(~np.eye(5, dtype=bool), 2, scale=0.8, seed=2),
        two_layer(3, 4, dense_visible=True, scale=0.8, seed=4),
        machine_on([(0, 3)], [0.7], [0.1, -0.9, 0.3, 0.2]),  # some are alone
    ],
)
def test_states_are_those_of_a_plain_simulation(machine, updates):
    sampler = NeuralSampler(chains=3, tau=4, read_every=3, updates=updates)
    chains = sampler.start(machine, seed=5)
    samples, moved = sampler.draw(machine, chains, 3 * 20 - 1)
    states, left = plainly(machine, sampler, chains, reads=20)
    np.testing.assert_array_equal(samples.states, states)
    np.testing.assert_array_equal(moved.arrays["left"], left)


def test_one_step_of_refractory_time_is_gibbs_sampling():
    """The same words and first states lead to the same states."""
    machine = two_layer(2, 3, dense_visible=True, scale=0.8, seed=6)
    start = GibbsSampler(chains=4).start(machine, seed=8)
    gibbs, _ = GibbsSampler(chains=4).draw(machine, start, 200)
    left = start.arrays["states"].astype(np.int32)
    sampler = NeuralSampler(chains=4, tau=1, read_every=1)
    found, _ = sampler.draw(machine, Chains(arrays={"left": left}, seed=8), 200)
    np.testing.assert_array_equal(found.states, gibbs.states)


def test_neurons_are_active_for_whole_refractory_times():
    """A spike keeps z = 1 for τ steps; the next may follow at once."""
    tau = 4
    sampler = NeuralSampler(chains=8, tau=tau, read_every=1)
    samples, _ = sampler.draw(PATH, sampler.start(PATH, seed=3), 8 * 200)
    for trace in samples.states.reshape(200, -1).T:
        edges = np.flatnonzero(np.diff(np.concatenate([[0], trace, [0]])))
        spells = np.diff(edges)[::2][1:-1]  # the first and last may be cut off
        assert len(spells) > 5
        assert not (spells % tau).any()


def standard_errors(samples, exact):
    """Deviation of every state's share from its probability; chains are independent."""
    codes = samples.states.astype(int) @ (1 << np.arange(samples.states.shape[2])[::-1])
    shares = (codes[..., None] == np.arange(len(exact))).mean(axis=0)  # (chains, 2^n)
    spread = shares.std(axis=0, ddof=1) / np.sqrt(len(shares))
    return np.abs(shares.mean(axis=0) - exact) / spread


@pytest.mark.parametrize("updates", EXACT)
@pytest.mark.parametrize("machine", [PATH, TRIANGLE], ids=["path", "triangle"])
def test_joint_law_is_the_machines(machine, updates):
    sampler = NeuralSampler(chains=200, tau=3, read_every=2, updates=updates)
    _, burnt = sampler.draw(machine, sampler.start(machine, seed=1), 200 * 50)
    samples, _ = sampler.draw(machine, burnt, 200 * 500)
    assert standard_errors(samples, boltzmann(machine)[1]).max() < 5


def test_parallel_law_is_the_one_predicted_and_not_the_machines():
    sampler = NeuralSampler(chains=200, tau=4, read_every=3, updates="parallel")
    _, burnt = sampler.draw(PAIR, sampler.start(PAIR, seed=1), 200 * 50)
    samples, _ = sampler.draw(PAIR, burnt, 200 * 500)
    assert standard_errors(samples, parallel_law(PAIR, 4)).max() < 5
    assert standard_errors(samples, boltzmann(PAIR)[1]).max() > 8


def test_first_states_are_balanced():
    """Half of the neurons active, ζ of these uniform on 1 … τ, both at 5 σ."""
    left = NeuralSampler(chains=4000, tau=4).start(PATH, seed=2).arrays["left"]
    shares = np.bincount(left.ravel(), minlength=5) / left.size
    expected = np.array([0.5, 0.125, 0.125, 0.125, 0.125])
    spread = np.sqrt(expected * (1 - expected) / left.size)
    assert (np.abs(shares - expected) / spread).max() < 5


# -- draws --------------------------------------------------------------------------


def test_seeds_and_continuation():
    sampler = NeuralSampler(chains=5, tau=3, read_every=2)
    start = sampler.start(PATH, seed=9)
    first, moved = sampler.draw(PATH, start, 31)
    again, _ = sampler.draw(PATH, sampler.start(PATH, seed=9), 31)
    other, _ = sampler.draw(PATH, sampler.start(PATH, seed=10), 31)
    second, last = sampler.draw(PATH, moved, 31)
    assert first.states.shape == (7, 5, 4)
    assert (first.states.dtype, first.n_visible) == (np.uint8, PATH.n_visible)
    np.testing.assert_array_equal(first.states, again.states)
    np.testing.assert_array_equal(first.states[-1], moved.arrays["left"] > 0)
    assert (moved.draws, last.draws, last.seed) == (1, 2, 9)
    assert (first.states != other.states).any()
    assert (first.states != second.states).any()
    resumed = Chains(arrays=dict(moved.arrays), seed=9, draws=1)  # as from a file
    np.testing.assert_array_equal(
        sampler.draw(PATH, resumed, 31)[0].states, second.states
    )


def test_first_reads_depend_neither_on_later_ones_nor_on_the_chunks(monkeypatch):
    sampler = NeuralSampler(chains=3, tau=3, read_every=3)
    chains = sampler.start(TRIANGLE, seed=4)
    long, _ = sampler.draw(TRIANGLE, chains, 90)
    short, _ = sampler.draw(TRIANGLE, chains, 30)
    monkeypatch.setattr(groups, "CHUNK_BYTES", 4 * 3 * 3 * 3 * 7)  # 27 words a read
    pieces, _ = sampler.draw(TRIANGLE, chains, 90)
    np.testing.assert_array_equal(long.states[:10], short.states)
    np.testing.assert_array_equal(long.states, pieces.states)


def test_too_many_blocks_to_compile_move_neuron_after_neuron(monkeypatch):
    """Which changes neither law nor states."""
    sampler = NeuralSampler(chains=3, tau=3)
    chains = sampler.start(LONG_PATH, seed=4)
    at_once, _ = sampler.draw(LONG_PATH, chains, 60)
    monkeypatch.setattr(groups, "MOST_BLOCKS", 1)
    assert [g.at_once for g in groups.in_groups(LONG_PATH, LONG_PATH.blocks)[1]] == [
        False
    ]
    in_turn, _ = sampler.draw(LONG_PATH, chains, 60)
    np.testing.assert_array_equal(at_once.states, in_turn.states)


def test_other_weights_lengths_and_tau_need_no_new_program():
    from oqnn.spiking.kernels.neural_sampling_jax import _run

    machine = two_layer(2, 3, seed=1)
    sampler = NeuralSampler(chains=6, tau=3)
    _, chains = sampler.draw(machine, sampler.start(machine, seed=0), 50)
    known = _run._cache_size()
    changed = two_layer(2, 3, scale=1.0, seed=2)
    _, chains = sampler.draw(changed, chains, 700)
    NeuralSampler(chains=6, tau=7).draw(machine, chains, 1)
    assert _run._cache_size() == known


# -- refusals -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"chains": 0}, ValueError, "`chains` must be at least 1, but is 0"),
        ({"tau": 0}, ValueError, "`tau` must be at least 1, but is 0"),
        ({"tau": 2.5}, TypeError, "`tau` must be an integer, but is 2.5"),
        ({"tau": 2**21}, ValueError, r"`tau` must lie in \[1, 1048576\]"),
        ({"read_every": 0}, ValueError, "`read_every` must be at least 1"),
        ({"updates": "all"}, ValueError, "`updates` must be one of 'blocks', .*'all'"),
    ],
)
def test_odd_settings_are_refused(settings, error, message):
    with pytest.raises(error, match=message):
        NeuralSampler(**settings)


def test_foreign_chains_are_refused():
    sampler = NeuralSampler(chains=2, tau=3)
    chains = sampler.start(PATH, seed=0)
    with pytest.raises(ValueError, match=r"`chains` must hold .* \(2, 3\), but .*4"):
        sampler.draw(TRIANGLE, chains, 10)
    with pytest.raises(ValueError, match=r"`chains` must hold .* \(5, 4\)"):
        NeuralSampler(chains=5).draw(PATH, chains, 10)
    others = Chains(arrays={"states": np.zeros((2, 4), np.uint8)}, seed=0)
    with pytest.raises(ValueError, match="`chains` must hold one array left"):
        sampler.draw(PATH, others, 10)
    longer = Chains(arrays={"left": np.full((2, 4), 7, np.int32)}, seed=0)
    with pytest.raises(
        ValueError, match=r"refractory steps from 0 to tau = 3, .* 7 to 7"
    ):
        sampler.draw(PATH, longer, 10)


def test_number_of_samples_is_checked():
    sampler = NeuralSampler(chains=2)
    chains = sampler.start(PATH, seed=0)
    with pytest.raises(ValueError, match="`n_samples` must be at least 1, but is 0"):
        sampler.draw(PATH, chains, 0)
    with pytest.raises(TypeError, match="`n_samples` must be an integer"):
        sampler.draw(PATH, chains, 1e6)
