"""The local rule against exact gradients: each score, and the mean over all draws."""

import itertools
from functools import cache

import jax.numpy as jnp
import numpy as np
import pytest
from quantum_neurons.learning.tiny_networks import INPUTS, LABELS, flat, tiny_network

from oqnn._core.jax64 import in_double_precision
from oqnn.quantum_neurons import SQSNeuron, layered_network, two_qubit_circuit
from oqnn.quantum_neurons.learning import exact_jax
from oqnn.quantum_neurons.learning.exact import exact_loss
from oqnn.quantum_neurons.learning.local import LocalRule
from oqnn.quantum_neurons.learning.local_jax import own_scores, zeroth_order_scores
from oqnn.quantum_neurons.learning.losses import SpikeCountLoss, TargetTrainLoss
from oqnn.quantum_neurons.networks.network_jax import Parameters

COUNTS = SpikeCountLoss(scale=0.8)
TARGETS = TargetTrainLoss(
    trains=[[[1, 0], [0, 0], [1, 1]], [[0, 1], [1, 1], [0, 1]]],
)


@in_double_precision
def parameters_of(network):
    return Parameters(
        tuple(jnp.asarray(w) for w in network.weights),
        tuple(jnp.asarray(n) for n in network.neurons),
    )


@cache
def exact_gradient(build, loss):
    """In chunks of the same size as in other tests: programs are compiled once."""
    network = build()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact_jax, "CHUNK", 300)
        found = exact_loss(network, INPUTS, LABELS, loss=loss)
    return flat(network, found.weights, found.neurons)


def estimates(network, rule, *, repeats, seed):
    """Independent gradients, one a row."""
    parameters, rng = parameters_of(network), np.random.default_rng(seed)
    inputs = INPUTS.swapaxes(0, 1)
    return np.array(
        [
            flat(network, *rule.gradient(network, parameters, inputs, LABELS, rng)[0])
            for _ in range(repeats)
        ]
    )


def assert_unbiased(found, expected):
    error = found.std(axis=0, ddof=1) / np.sqrt(len(found))
    assert (np.abs(found.mean(axis=0) - expected) <= 5 * error + 1e-12).all()


def small_network():
    """Two inputs, two hidden neurons that hear each other, two outputs."""
    neuron = SQSNeuron(1, 1, circuit=two_qubit_circuit(0.9, 0.4, 1.3))
    return layered_network([2, 2, 2], neuron, recurrent=True, scale=1.5, seed=3)


RULES = [
    (COUNTS, {"directions": "exact", "baseline": "none"}),
    (COUNTS, {"directions": "spsa", "baseline": "batch"}),
    (COUNTS, {"directions": "gaussian", "directions_per_pass": 2}),
    (COUNTS, {"shared_directions": False, "weight_scale": 0.4, "angle_scale": 2}),
    (TARGETS, {"directions": "exact"}),
    (TARGETS, {"directions": "spsa"}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("loss", "settings"), RULES)
def test_mean_is_the_exact_gradient(loss, settings):
    """Within 5 standard errors of 8000 passes.

    The error of the quotients, of the order 1e-6, is far below that.
    """
    rule = LocalRule(loss=loss, **{"passes": 20, "epsilon": 1e-3} | settings)
    network = small_network()
    found = estimates(network, rule, repeats=400, seed=3)
    assert_unbiased(found, exact_gradient(small_network, loss))


@pytest.mark.slow
@pytest.mark.parametrize("loss", [COUNTS, TARGETS])
def test_mean_is_exact_with_two_wires_and_feedback_of_outputs(loss):
    """As above, for neurons with N = 1 and 2 and connections back from the outputs."""
    rule = LocalRule(loss=loss, passes=20, epsilon=1e-3)
    network = tiny_network()
    found = estimates(network, rule, repeats=400, seed=3)
    assert_unbiased(found, exact_gradient(tiny_network, loss))


def scores_of(network, epsilon, directions, scales, *, seed=1):
    """Zeroth-order and own scores of arbitrary records with arbitrary coefficients."""
    rng = np.random.default_rng(seed)
    wiring, passes = network.wiring, 2
    patterns = tuple(
        rng.integers(0, 2**k.n_io, (passes, 3, 2, n))
        for k, n in zip(wiring.kernels, wiring.sizes, strict=True)
    )
    weighed = tuple(rng.normal(size=(passes, 2, 1)) for _ in wiring.sizes)
    inputs = INPUTS.swapaxes(0, 1).astype(float)
    record = (wiring, parameters_of(network), inputs, patterns, weighed)
    estimated = in_double_precision(zeroth_order_scores)
    found = estimated(*record, directions, scales, epsilon)
    exact = in_double_precision(own_scores)(*record)
    return flat(network, *found), flat(network, *exact)


def all_signs(network):
    """Every vector of signs for the parameters of each neuron, (M, 2**p, ...)."""
    masks = [c.mask for c in network.connections]
    masks += [np.ones(n.shape, bool) for n in network.neurons]
    owners = [c.target for c in network.connections]
    owners += range(len(network.neurons))  # one neuron each
    numbers = [
        sum(m.sum() for m, o in zip(masks, owners, strict=True) if o == i)
        for i in range(len(network.neurons))
    ]
    signs = np.array(list(itertools.product((-1.0, 1.0), repeat=max(numbers))))
    used = [0] * len(numbers)
    found = []
    for mask, i in zip(masks, owners, strict=True):
        direction = np.zeros((2, len(signs), *mask.shape))
        direction[..., mask] = signs[:, used[i] : used[i] + mask.sum()]
        used[i] += mask.sum()
        found.append(direction)
    n = len(network.connections)
    return Parameters(tuple(found[:n]), tuple(found[n:]))


def test_quotients_average_to_scores_up_to_epsilon_squared():
    r"""Over all signs Δ the mean of ΔΔᵀ is 1, and what is left falls as ε².

    Every neuron of its own kind, with memories, scales that differ, and connections
    that are absent; a shift of one ε, a memory that starts anew or a lost scale would
    leave an error of the order of the score.
    """
    network = tiny_network()
    directions = all_signs(network)
    scales = Parameters(
        tuple(np.full((c.mask.shape[0], 1), 0.5) for c in network.connections),
        (np.array([[1.3]]), np.array([[0.7]])),
    )
    errors = []
    for epsilon in (2e-3, 1e-3):
        found, exact = scores_of(network, epsilon, directions, scales)
        errors.append(np.abs(found - exact).max())
    assert (np.abs(exact) > 0.1).sum() > 8
    assert errors[1] < 1e-3 * np.abs(exact).max()
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.02)
