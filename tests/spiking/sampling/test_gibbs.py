"""Gibbs sampling against conditional laws written out and enumerated machines."""

from dataclasses import replace

import numpy as np
import pytest
from spiking.sampling.graphs import MACHINES, slow_law

from oqnn.spiking.kernels import gibbs_jax, neural_sampling_jax
from oqnn.spiking.sampling import groups
from oqnn.spiking.sampling.exact import joint_law, moments, visible_law
from oqnn.spiking.sampling.gibbs import GibbsSampler
from oqnn.spiking.sampling.groups import Group
from oqnn.spiking.sampling.machine import from_graph, two_layer
from oqnn.spiking.sampling.sampler import Chains, sample
from oqnn.spiking.sampling.samples import codes_of
from oqnn.spiking.state_frequencies import kl_divergence


def check_counts(codes, law):
    """Compare independent draws with their law: each count, and all by χ²."""
    n = codes.size
    counts = np.bincount(codes.ravel(), minlength=len(law))
    often = n * law > 20
    expected = n * law[often]
    errors = (counts[often] - expected) / np.sqrt(expected * (1 - law[often]))
    assert np.abs(errors).max() < 5
    rest, rest_law = counts[~often].sum(), law[~often].sum()
    assert abs(rest - n * rest_law) <= 5 * np.sqrt(n * rest_law + 1)
    chi_squared = ((counts[often] - expected) ** 2 / expected).sum()
    freedom = np.count_nonzero(often) - 1
    assert abs(chi_squared - freedom) < 5 * np.sqrt(2 * freedom) + 1


def sweep_matrix(machine):
    """Transition matrix of a sweep, [from, to], neuron by neuron in block order."""
    states, _ = slow_law(machine)
    total = np.eye(len(states))
    for i in np.concatenate(machine.blocks):
        u = states @ machine.weights[i] + machine.biases[i]
        p = 1 / (1 + np.exp(-u))
        T = np.zeros_like(total)
        bit = 1 << (machine.n - 1 - i)
        here = np.arange(len(states))
        T[here, here | bit] += p
        T[here, here & ~bit] += 1 - p
        total = total @ T
    return total


@pytest.mark.parametrize("sweeps", [1, 2])
@pytest.mark.parametrize("name", MACHINES)
def test_a_sweep_draws_every_neuron_from_its_conditional_law(name, sweeps):
    """From one state to all: the row of the transition matrix, over 60 000 chains."""
    machine = MACHINES[name]
    first = np.random.default_rng(1).integers(0, 2, machine.n, dtype=np.uint8)
    sampler = GibbsSampler(chains=60_000, sweeps_per_read=sweeps)
    chains = Chains(arrays={"states": np.tile(first, (60_000, 1))}, seed=2)

    samples, _ = sampler.draw(machine, chains, 60_000)

    row = np.linalg.matrix_power(sweep_matrix(machine), sweeps)[codes_of(first)]
    assert samples.states.shape == (1, 60_000, machine.n)
    check_counts(codes_of(samples.states), row)


@pytest.mark.parametrize("name", MACHINES)
def test_chains_come_to_the_machine_s_law(name):
    """60 000 independent chains, each read once after 40 sweeps, over all neurons."""
    machine = MACHINES[name]
    sampler = GibbsSampler(chains=60_000, sweeps_per_read=40)
    samples, _ = sampler.draw(machine, sampler.start(machine, seed=3), 1)
    check_counts(codes_of(samples.states), joint_law(machine))


def test_long_chains_have_the_exact_means_products_and_law():
    """Within 5 standard errors from the scatter between chains."""
    machine = MACHINES["three layers"]
    samples = sample(machine, GibbsSampler(chains=64), 128_000, seed=4)
    z = samples.states.astype(float)
    i, j = machine.edges
    exact = moments(machine)
    for values, expected in (
        (z.mean(axis=0), exact.means),
        ((z[..., i] * z[..., j]).mean(axis=0), exact.correlations),
    ):
        error = values.std(axis=0, ddof=1) / 8
        assert (np.abs(values.mean(axis=0) - expected) < 5 * error).all()
    assert kl_divergence(visible_law(machine), samples.visible_law()) < 2e-4


def test_the_chance_to_fire_is_the_logistic_function_to_24_bits():
    """The last word that fires stands at 2³²σ(u), to 2⁻²² of it, or near 2³²."""
    drives = np.array([-14.0, -9, -3, -0.5, 0, 0.7, 4, 11], np.float32)
    chances = 1 / (1 + np.exp(-drives.astype(float)))
    for u, p in zip(drives, chances, strict=True):
        offsets = np.array([-1, 1]) * max(2**-22 * p, 2**-24)
        words = ((p + offsets) * 2**32).astype(np.uint32)
        assert np.asarray(gibbs_jax._fire(u, words)).tolist() == [1, 0]


@pytest.mark.parametrize("at_once", [True, False])
def test_drives_are_not_rounded_on_devices_that_multiply_faster_so(at_once):
    """By default graphics processors keep ten bits of single-precision factors."""
    halves = (Group(0, 2, 2, 4, at_once), Group(2, 4, 0, 2, at_once))
    shapes = [(4, 4), (4,), (4, 3), (5, 4, 3)]
    kinds = [np.float32, np.float32, np.uint8, np.uint32]
    arrays = [np.zeros(*each) for each in zip(shapes, kinds, strict=True)]
    for program, last in (
        (gibbs_jax._run, (5,)),
        (neural_sampling_jax._run, (5, 3)),
    ):
        if program is neural_sampling_jax._run:
            arrays = [*arrays[:2], np.zeros((4, 3), np.int32), arrays[3][:, None]]
        text = program.lower(*arrays, *map(np.int32, last), halves).as_text()
        products = [line for line in text.splitlines() if "dot_general" in line]
        assert len(products) == 2
        assert all("HIGHEST" in line for line in products)


def test_extreme_drives_fire_always_or_never():
    """Also where exp overflows in float32."""
    machine = two_layer(2, 2).with_parameters([0.0] * 4, [40.0, -40, 1e4, -1e4])
    states = sample(machine, GibbsSampler(), 10_000).states
    assert (states == [1, 0, 1, 0]).all()
    words = np.array([0, 2**31, 2**32 - 1], np.uint32)
    never = np.asarray(gibbs_jax._fire(np.float32(-200), words))
    assert never.tolist() == [0, 0, 0]


def test_the_first_states_are_fair_coins():
    chains = GibbsSampler(chains=4000).start(two_layer(5, 4), seed=5)
    states = chains.arrays["states"]
    assert states.shape == (4000, 9)
    assert states.dtype == np.uint8
    assert abs(states.mean() - 0.5) < 5 * 0.5 / np.sqrt(36_000)
    assert (np.abs(np.corrcoef(states.T) - np.eye(9)) < 5 / np.sqrt(4000)).all()


@pytest.mark.parametrize(
    ("name", "chunk_bytes"), [("dense visible", 1), ("three layers", 7000)]
)
def test_numbers_do_not_depend_on_how_words_are_cut(name, chunk_bytes, monkeypatch):
    """Nor on how many reads follow; reads of 3 sweeps are each third of single ones."""
    machine = MACHINES[name]
    sampler = GibbsSampler(chains=11)
    start = sampler.start(machine, seed=6)
    long, _ = sampler.draw(machine, start, 11 * 60)
    monkeypatch.setattr(groups, "CHUNK_BYTES", chunk_bytes)
    short, after = sampler.draw(machine, start, 11 * 23 - 5)
    thinned, _ = replace(sampler, sweeps_per_read=3).draw(machine, start, 11 * 20)
    np.testing.assert_array_equal(short.states, long.states[:23])
    np.testing.assert_array_equal(after.arrays["states"], short.states[-1])
    np.testing.assert_array_equal(thinned.states, long.states[2::3])


def test_a_draw_goes_on_where_the_last_one_ended():
    """The first read of a second draw follows from the last of the first one."""
    machine = MACHINES["two layers"]
    sampler = GibbsSampler(chains=60_000)
    first, chains = sampler.draw(machine, sampler.start(machine, seed=7), 60_000)
    second, after = sampler.draw(machine, chains, 60_000)
    pairs = codes_of(first.states[0]) * 2**machine.n + codes_of(second.states[0])
    start = np.full(2**machine.n, 2.0**-machine.n) @ sweep_matrix(machine)
    check_counts(pairs, (start[:, None] * sweep_matrix(machine)).ravel())
    assert (chains.draws, after.draws) == (1, 2)


def test_chains_follow_a_machine_that_changes():
    """A draw from another machine of the graph: its own conditional laws."""
    machine = MACHINES["two layers"]
    other = machine.with_parameters(-machine.edge_weights, machine.biases + 0.5)
    sampler = GibbsSampler(chains=60_000, sweeps_per_read=40)
    _, chains = sampler.draw(machine, sampler.start(machine, seed=8), 1)
    samples, _ = sampler.draw(other, chains, 1)
    check_counts(codes_of(samples.states), joint_law(other))


def test_the_seed_says_it_all():
    machine, sampler = MACHINES["random"], GibbsSampler(chains=16)
    first = sample(machine, sampler, 400, seed=9).states
    np.testing.assert_array_equal(sample(machine, sampler, 400, seed=9).states, first)
    assert (sample(machine, sampler, 400, seed=10).states != first).mean() > 0.2
    assert (first[:, 0] != first[:, 1]).any()
    one, chains = sampler.draw(machine, sampler.start(machine, seed=9), 400)
    two, _ = sampler.draw(machine, chains, 400)
    assert (one.states != two.states).mean() > 0.2


def test_neither_parameters_nor_shorter_draws_are_compiled_again():
    machine, sampler = MACHINES["two layers"], GibbsSampler(chains=17)
    chains = sampler.start(machine, seed=0)
    sampler.draw(machine, chains, 1000)
    programs = gibbs_jax._run._cache_size()
    sampler.draw(machine, chains, 30)
    other = machine.with_parameters(machine.edge_weights / 2, machine.biases)
    replace(sampler, sweeps_per_read=2).draw(other, chains, 5000)
    assert gibbs_jax._run._cache_size() == programs


def test_neurons_without_connections_are_coins():
    """σ(b) each; one of them has no neighbour in any block."""
    mask = np.zeros((3, 3), dtype=bool)
    mask[0, 2] = mask[2, 0] = True
    machine = from_graph(mask, 2).with_parameters([0.8], [0.3, -0.9, -0.2])
    sampler = GibbsSampler(chains=30_000, sweeps_per_read=20)
    samples, _ = sampler.draw(machine, sampler.start(machine, seed=1), 1)
    check_counts(codes_of(samples.states), joint_law(machine))
    alone = two_layer(2, 0)
    samples = sample(alone, GibbsSampler(chains=1000), 1000, burn_in=0)
    check_counts(samples.codes, np.full(4, 0.25))


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        ({"chains": 0}, ValueError, "`chains` must be at least 1, but is 0"),
        ({"chains": 2.0}, TypeError, "`chains` must be an integer"),
        ({"sweeps_per_read": 0}, ValueError, "`sweeps_per_read` must be at least 1"),
        ({"sweeps_per_read": True}, TypeError, "`sweeps_per_read` must be an integer"),
    ],
)
def test_wrong_settings_are_refused(change, kind, message):
    with pytest.raises(kind, match=message):
        GibbsSampler(**change)


def test_chains_of_others_are_refused():
    machine, sampler = two_layer(2, 3), GibbsSampler(chains=4)
    chains = sampler.start(machine, seed=0)
    with pytest.raises(ValueError, match=r"= \(4, 6\), but they have shape \(4, 5\)"):
        sampler.draw(two_layer(3, 3), chains, 4)
    with pytest.raises(ValueError, match=r"= \(3, 5\), but they have shape \(4, 5\)"):
        GibbsSampler(chains=3).draw(machine, chains, 4)
    with pytest.raises(
        ValueError, match=r"but has none\. Start them with this sampler"
    ):
        sampler.draw(machine, Chains(arrays={"left": np.zeros(3)}, seed=0), 4)
    with pytest.raises(ValueError, match="`n_samples` must be at least 1, but is 0"):
        sampler.draw(machine, chains, 0)
    with pytest.raises(ValueError, match="`seed` must be at least 0"):
        sampler.start(machine, seed=-1)
