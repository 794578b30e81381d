"""The kernel beside a plain one, neuron after neuron, with the same words."""

import numpy as np
import pytest

from oqnn.spiking.kernels.lif_sampling_jax import Neurons, Sources, State
from oqnn.spiking.kernels.lif_sampling_jax import run_reads as run_kernel
from oqnn.spiking.sampling.lif_noise import event_law

N, CHAINS, SOURCES, READS, STEPS = 5, 3, 4, 60, 2
RNG = np.random.default_rng(7)
WEIGHTS = RNG.normal(size=(N, N)).astype(np.float32)


def neurons_of(wired, **changes):
    """Asymmetric parameters, some of them different from chain to chain."""
    neurons = Neurons(
        weights=WEIGHTS,
        drifts=0.85 * RNG.normal(size=(N, CHAINS)),
        gains=RNG.uniform(0.24, 0.36, (N, 1)),
        refractory=RNG.uniform(2.3, 6.8, (N, 1)),
        reset=np.array(-0.4),
        voltage_kept=np.array(0.15),
        current_kept=np.array(0.88),
        wiring=RNG.normal(size=(N, SOURCES)) if wired else None,
    )._replace(**changes)
    return Neurons(*(a if a is None else np.asarray(a, np.float32) for a in neurons))


def plain_run(neurons, state, words, sources, renewing):
    """One neuron at a time, in double precision."""
    v, s, x, left = (np.array(a, float) for a in state)
    reads = []
    for read in words:
        for step in read:
            counts = sources.lowest + sum(step >= t for t in sources.thresholds)
            heard = s.copy()
            for i, c in np.ndindex(N, CHAINS):
                if neurons.wiring is None:
                    x[i, c] += counts[i, c]
                else:
                    x[i, c] += neurons.wiring[i] @ counts[:, c]
                if left[i, c] > 0:
                    left[i, c] -= 1
                if left[i, c] > 0:
                    v[i, c] = neurons.reset
                else:
                    v[i, c] = (
                        v[i, c] * neurons.voltage_kept
                        + neurons.drifts[i, c]
                        + neurons.weights[i] @ heard[:, c]
                        + neurons.gains[i, 0] * x[i, c]
                    )
                s[i, c] *= neurons.current_kept
                x[i, c] *= neurons.current_kept
                if left[i, c] <= 0 and v[i, c] > 0:
                    left[i, c] += neurons.refractory[i, 0]
                    s[i, c] = 1 if renewing else s[i, c] + 1
        reads.append(left > 0)
    return State(v, s, x, left), np.array(reads)


def random_words(shape, seed=3):
    words = np.random.default_rng(seed).integers(-(2**15), 2**15, shape)
    return words.astype(np.int16)


def random_state():
    rng = np.random.default_rng(5)
    values = [rng.normal(size=(N, CHAINS)).astype(np.float32) for _ in range(3)]
    return State(*values, left=rng.uniform(-1, 3, (N, CHAINS)).astype(np.float32))


@pytest.mark.parametrize("wired", [False, True])
@pytest.mark.parametrize("renewing", [False, True])
def test_the_kernel_does_what_a_plain_loop_does(wired, renewing):
    neurons, state = neurons_of(wired), random_state()
    sources = Sources(*event_law(0.7, not wired))
    words = random_words((READS, STEPS, SOURCES if wired else N, CHAINS))
    end, z = run_kernel(
        neurons, state, words, READS, sources=sources, renewing=renewing
    )
    plain_end, plain_z = plain_run(neurons, state, words, sources, renewing)
    np.testing.assert_array_equal(z, plain_z)
    assert 0.1 < plain_z.mean() < 0.9
    for found, expected in zip(end, plain_end, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_a_chunk_may_be_left_early():
    """The reads asked for are the first of more, and the state is theirs."""
    words = random_words((READS, STEPS, N, CHAINS))
    settings = {
        "sources": Sources(*event_law(0.7, True)),
        "renewing": False,
    }
    neurons, state = neurons_of(False), random_state()
    _, z = run_kernel(neurons, state, words, READS, **settings)
    middle, first = run_kernel(neurons, state, words, 23, **settings)
    _, rest = run_kernel(neurons, middle, words[23:], READS - 23, **settings)
    np.testing.assert_array_equal(first[:23], z[:23])
    np.testing.assert_array_equal(rest, z[23:])
    assert not np.asarray(first[23:]).any()


def test_a_neuron_driven_hard_spikes_once_a_refractory_time():
    """Times of 3.4 steps: 50 spikes in 170 steps, 3 or 4 apart, z = 1 throughout."""
    neurons = neurons_of(
        False, drifts=np.full((N, 1), 40.0), refractory=np.full((N, 1), 3.4)
    )
    state = State(*(np.zeros((N, CHAINS), np.float32) for _ in range(4)))
    lefts = []
    for word in random_words((170, 1, 1, N, CHAINS)):
        state, z = run_kernel(
            neurons,
            state,
            word,
            1,
            sources=Sources(0, ()),
            renewing=True,
        )
        assert np.asarray(z).all()
        lefts.append(np.asarray(state.left))
    spikes = np.diff(np.array(lefts), axis=0, prepend=-1.0) > 0  # (170, N, CHAINS)
    assert (spikes.sum(axis=0) == 50).all()
    gaps = np.diff(np.flatnonzero(spikes[:, 0, 0]))
    assert set(gaps.tolist()) == {3, 4}


def test_a_refractory_neuron_is_deaf_and_then_starts_from_reset():
    """Its voltage is the reset until the last step of the refractory time."""
    neurons = neurons_of(False, drifts=np.full((N, 1), -9 * 0.85))
    left = np.full((N, CHAINS), 3.0, np.float32)
    zeros = np.zeros((N, CHAINS), np.float32)
    state = State(zeros, zeros, zeros, left)
    voltages = []
    for word in random_words((4, 1, 1, N, CHAINS)):
        state, z = run_kernel(
            neurons,
            state,
            word,
            1,
            sources=Sources(0, ()),
            renewing=True,
        )
        voltages.append((float(state.voltage[0, 0]), int(z[0, 0, 0])))
    first = -9 + (-0.4 + 9) * 0.15
    expected = [(-0.4, 1), (-0.4, 1), (first, 0), (-9 + (first + 9) * 0.15, 0)]
    np.testing.assert_allclose(voltages, expected, rtol=1e-6)
