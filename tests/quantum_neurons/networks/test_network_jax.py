"""Compiled networks against loops over steps, neurons and wires."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from quantum_neurons.networks.plain_network import (
    mixed_network,
    plain_currents,
    plain_run,
)

from oqnn.quantum_neurons.networks.network_jax import (
    Parameters,
    currents_of,
    input_currents,
    population_log_likelihoods,
    run,
    spikes_from,
)
from oqnn.quantum_neurons.networks.wiring import Wiring
from oqnn.quantum_neurons.neurons.patterns import patterns_of, spikes_of

STEPS, SAMPLES = 4, 3


@pytest.fixture(scope="module")
def drawn():
    """A network, inputs (T, B, n), uniforms, and patterns drawn with them."""
    network, rng = mixed_network(), np.random.default_rng(0)
    inputs = (rng.random((STEPS, SAMPLES, 3)) < 0.6).astype(float)
    sizes = network.wiring.sizes
    uniforms = tuple(rng.random((STEPS, SAMPLES, n, 2)) for n in sizes)
    with jax.enable_x64(True):
        patterns = run(
            network.wiring, double(network), inputs, uniforms, (None,) * len(sizes)
        )
    return network, inputs, uniforms, tuple(map(np.asarray, patterns))


def double(network):
    return Parameters(
        tuple(map(jnp.asarray, network.weights)),
        tuple(map(jnp.asarray, network.neurons)),
    )


def all_spikes(network, patterns):
    return [
        spikes_of(p, population.model.n_io)
        for p, population in zip(patterns, network.populations, strict=True)
    ]


def test_draws_are_those_of_the_plain_loops(drawn):
    """The same uniform numbers, read off the cumulated law, give the same spikes."""
    network, inputs, uniforms, patterns = drawn
    for b in range(SAMPLES):

        def choose(i, k, t, law, b=b):
            return int((uniforms[i][t, b, k, 0] >= np.cumsum(law)[:-1]).sum())

        spikes, _ = plain_run(network, inputs[:, b], choose)
        for found, expected in zip(patterns, spikes, strict=True):
            np.testing.assert_array_equal(found[:, b], patterns_of(expected))


@pytest.mark.slow
def test_log_likelihoods_are_those_of_the_plain_loops(drawn):
    network, inputs, _, patterns = drawn
    with jax.enable_x64(True):
        found = population_log_likelihoods(
            network.wiring, double(network), inputs, patterns
        )
    for b in range(SAMPLES):
        _, taken = plain_run(
            network, inputs[:, b], lambda i, k, t, law, b=b: patterns[i][t, b, k]
        )
        for log_likelihoods, expected in zip(found, taken, strict=True):
            np.testing.assert_allclose(
                log_likelihoods[b], np.log(expected).sum(axis=0), rtol=1e-12, atol=1e-12
            )


def test_currents_are_weighted_sums_wire_by_wire(drawn):
    network, inputs, _, patterns = drawn
    spikes = all_spikes(network, patterns)
    with jax.enable_x64(True):
        found = currents_of(network.wiring, double(network), inputs, tuple(spikes))
    for i, t, b in [(0, 0, 1), (0, 2, 0), (1, 3, 2), (1, 0, 2), (2, 0, 0), (2, 3, 1)]:
        for k in range(network.populations[i].size):
            one = [s[:, b] for s in spikes]
            expected = plain_currents(network, inputs[:, b], one, i, k, t)
            np.testing.assert_allclose(
                found[i][t, b, k], expected, rtol=1e-13, atol=1e-14
            )


def test_currents_of_the_inputs_may_be_known(drawn):
    """They are what silence leaves of all currents, and give the same draws."""
    network, inputs, uniforms, patterns = drawn
    wiring, silent = network.wiring, [0 * p for p in patterns]
    with jax.enable_x64(True):
        heard = input_currents(wiring, double(network), inputs)
        spikes = tuple(
            spikes_from(jnp.asarray(p), kernel.n_io, jnp.float64)
            for p, kernel in zip(silent, wiring.kernels, strict=True)
        )
        alone = currents_of(wiring, double(network), inputs, spikes)
        found = run(
            wiring, double(network), inputs, uniforms, (None,) * len(silent), heard
        )
    for one, other in zip(heard, alone, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-13)
    for one, other in zip(found, patterns, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("known", [(1,), (2, 0)])
def test_clamped_populations_stay_and_the_rest_follows_them(drawn, known):
    """Held at their own drawn spikes, they leave every other spike as it was."""
    network, inputs, uniforms, patterns = drawn
    clamped = tuple(p if i in known else None for i, p in enumerate(patterns))
    with jax.enable_x64(True):
        found = run(network.wiring, double(network), inputs, uniforms, clamped)
    for same, pattern in zip(found, patterns, strict=True):
        np.testing.assert_array_equal(same, pattern)


def test_clamped_patterns_hold_against_the_draw(drawn):
    """One population with another sample's spikes: plain loops, told so, agree."""
    network, inputs, uniforms, patterns = drawn
    forced = np.roll(patterns[1], 1, axis=1)
    assert (forced != patterns[1]).any()
    with jax.enable_x64(True):
        found = run(
            network.wiring, double(network), inputs, uniforms, (None, forced, None)
        )
    for b in range(SAMPLES):

        def choose(i, k, t, law, b=b):
            if i == 1:
                return int(forced[t, b, k])
            return int((uniforms[i][t, b, k, 0] >= np.cumsum(law)[:-1]).sum())

        spikes, _ = plain_run(network, inputs[:, b], choose)
        for pattern, expected in zip(found, spikes, strict=True):
            np.testing.assert_array_equal(pattern[:, b], patterns_of(expected))


@pytest.mark.slow
def test_single_precision_goes_all_the_way(drawn):
    """Everything is float32; likelihoods agree with double ones to 1e-4."""
    network, inputs, uniforms, patterns = drawn
    parameters = jax.tree.map(
        lambda a: jnp.asarray(a, dtype=jnp.float32), network_of(network)
    )
    narrow = jax.tree.map(lambda a: np.asarray(a, dtype=np.float32), (inputs, uniforms))
    with jax.enable_x64(True):
        exact = population_log_likelihoods(
            network.wiring, double(network), inputs, patterns
        )
        found = population_log_likelihoods(
            network.wiring, parameters, narrow[0], patterns
        )
    assert {f.dtype.name for f in found} == {"float32"}
    for single, reference in zip(found, exact, strict=True):
        np.testing.assert_allclose(single, reference, rtol=1e-4, atol=1e-5)
    again = run(network.wiring, parameters, *narrow, (None,) * 3)
    for single, reference in zip(again, patterns, strict=True):
        np.testing.assert_array_equal(single, reference)


def network_of(network):
    return Parameters(network.weights, network.neurons)


def test_spikes_of_patterns_have_the_first_wire_on_top():
    np.testing.assert_array_equal(
        spikes_from(jnp.array([1, 6]), 3, jnp.float32), [[0, 0, 1], [1, 1, 0]]
    )


@dataclass(frozen=True)
class NoisyKernel:
    """Spikes for sure where its noise is above 1/2, else with probability 1/2."""

    n_io: int = 1

    def prepare(self, parameters):
        return parameters

    def start(self, prepared, samples):
        return jnp.zeros((samples, len(prepared)))

    def charge(self, prepared, state, currents, noise):
        return jnp.where(noise > 0.5, 1, 0.5)

    def law(self, prepared, charged):
        return jnp.stack([1 - charged, charged], axis=-1)

    def settle(self, prepared, charged, choice):
        return charged


def test_noise_of_neurons_is_not_that_of_their_spikes():
    """Spikes come with probability 3/4; one number for both would give 1/2."""
    n = 400
    wiring = Wiring(
        n_inputs=0,
        kernels=(NoisyKernel(),),
        sizes=(n,),
        connections=((0, 0, 1),),
        outputs=(0,),
    )
    parameters = Parameters((jnp.zeros((n, n)),), (jnp.zeros((n, 0)),))
    uniforms = (np.random.default_rng(1).random((1, 1, n, 2), dtype=np.float32),)
    (patterns,) = run(wiring, parameters, np.zeros((1, 1, 0)), uniforms, (None,))
    error = np.sqrt(0.75 * 0.25 / n)
    assert abs(float(patterns.mean()) - 0.75) < 5 * error
