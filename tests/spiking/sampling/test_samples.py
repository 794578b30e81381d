"""States, their numbers and laws, and what `sample` asks of a sampler."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from oqnn._core.seeds import derive_seed
from oqnn.spiking.sampling.machine import two_layer
from oqnn.spiking.sampling.sampler import Chains, sample
from oqnn.spiking.sampling.samples import Samples, codes_of, states_of

STATES = np.array(
    [[[1, 0, 1], [0, 1, 1]], [[1, 1, 0], [0, 1, 0]], [[0, 1, 1], [0, 0, 0]]], np.uint8
)  # 3 reads of 2 chains


def test_the_first_neuron_is_the_most_significant_bit():
    assert codes_of(np.array([1, 0, 0, 1], np.uint8)) == 9
    assert codes_of(np.array([[True, False], [False, True]])).tolist() == [2, 1]
    assert states_of(9, 4).tolist() == [1, 0, 0, 1]


@pytest.mark.parametrize("k", [1, 7, 8, 9, 62])
def test_numbers_and_states_are_inverse(k):
    states = np.random.default_rng(k).integers(0, 2, (5, 4, k), dtype=np.uint8)
    states[0, 0] = 1  # the largest number
    codes = codes_of(states)
    slow = [[int("".join(map(str, z)), 2) for z in row] for row in states.tolist()]
    assert codes.tolist() == slow
    np.testing.assert_array_equal(states_of(codes, k), states)


def test_reads_of_all_chains_make_one_law_of_the_visible_neurons():
    samples = Samples(states=STATES, n_visible=2)
    assert samples.n_samples == 6
    assert samples.codes.tolist() == [[2, 1], [3, 1], [1, 0]]
    np.testing.assert_allclose(samples.visible_law(), [1 / 6, 1 / 2, 1 / 6, 1 / 6])
    assert samples.visible.shape == (3, 2, 2)
    assert samples.flat[3].tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    ("states", "n_visible", "kind", "message"),
    [
        (STATES.astype(int), 2, TypeError, "must be an array of type uint8.* int64"),
        (STATES.tolist(), 2, TypeError, "must be an array of type uint8.* list"),
        (STATES[0], 2, ValueError, r"must have shape \(reads, chains, n\).*\(2, 3\)"),
        (STATES[:0], 2, ValueError, r"and not be empty, but has shape \(0, 2, 3\)"),
        (2 * STATES, 2, ValueError, "must hold zeros and ones, but holds 2"),
        (STATES, 4, ValueError, "`n_visible` must be at most the 3 neurons, but is 4"),
        (STATES, 0, ValueError, "`n_visible` must be at least 1"),
    ],
)
def test_wrong_states_are_refused(states, n_visible, kind, message):
    with pytest.raises(kind, match=message):
        Samples(states=states, n_visible=n_visible)


def test_too_many_neurons_have_no_numbers_and_no_law():
    wide = np.ones((1, 1, 70), np.uint8)
    with pytest.raises(ValueError, match=r"at most 62 neurons .* but are of 63"):
        codes_of(wide[..., :63])
    with pytest.raises(ValueError, match=r"at most 62 neurons .* but are of 63"):
        states_of(np.arange(3), 63)
    with pytest.raises(ValueError, match=r"at most 28 for a law.* take 16 GiB"):
        Samples(states=wide, n_visible=30).visible_law()


@dataclass(frozen=True, kw_only=True)
class Counter:
    """Reads the number of the read, in bits; asks for nothing of the machine."""

    chains: int = 3

    def start(self, machine, *, seed):
        return Chains(arrays={"reads": np.zeros((self.chains, 1), int)}, seed=seed)

    def draw(self, machine, chains, n_samples):
        reads = -(-n_samples // self.chains)
        numbers = chains.arrays["reads"][0, 0] + np.arange(reads)
        states = np.repeat(states_of(numbers, machine.n)[:, None], self.chains, axis=1)
        arrays = {"reads": chains.arrays["reads"] + reads}
        moved = replace(chains, arrays=arrays, draws=chains.draws + 1)
        return Samples(states=states, n_visible=machine.n), moved


@pytest.mark.parametrize("burn_in", [0, 5])
def test_burn_in_counts_reads_of_every_chain(burn_in):
    samples = sample(two_layer(3, 3), Counter(), 10, burn_in=burn_in)
    assert samples.states.shape == (4, 3, 6)  # 10 samples are 4 reads of 3 chains
    assert samples.codes[:, 0].tolist() == list(range(burn_in, burn_in + 4))


def test_every_draw_has_a_seed_of_its_own():
    chains = Chains(arrays={}, seed=5)
    seeds = [replace(chains, draws=i).next_seed() for i in range(4)]
    assert len(set(seeds)) == 4
    assert seeds[2] == derive_seed(5, "draw", 2)
    assert Chains(arrays={}, seed=6).next_seed() != seeds[0]


def test_wrong_counts_are_refused():
    with pytest.raises(ValueError, match="`n_samples` must be at least 1, but is 0"):
        sample(two_layer(2, 2), Counter(), 0)
    with pytest.raises(ValueError, match="`burn_in` must be at least 0, but is -1"):
        sample(two_layer(2, 2), Counter(), 5, burn_in=-1)
    with pytest.raises(TypeError, match="`n_samples` must be an integer"):
        sample(two_layer(2, 2), Counter(), 1e6)
