"""Target trains of two output populations, one of which feeds the other."""

import numpy as np
import pytest

from oqnn._core.jax64 import in_double_precision
from oqnn.quantum_neurons import (
    Connection,
    LocalRule,
    Network,
    Population,
    ScoreFunction,
    SQSNeuron,
    StraightThrough,
    TargetTrainLoss,
    exact_loss,
    two_qubit_circuit,
)
from oqnn.quantum_neurons.learning.exact_jax import double_parameters

ANGLES = np.array([0.3, 0.8, 0.5])  # mem, in, ent
WEIGHTS = (0.25, 0.4)
NEURON = SQSNeuron(1, 1, circuit=two_qubit_circuit(*ANGLES))
TRAINS = [[[1, 0]], [[1, 1]]]  # of two classes at one step


def chain():
    """One input, a neuron behind it and one behind that; both are outputs."""
    one = np.ones((1, 1), dtype=bool)
    return Network(
        n_inputs=1,
        populations=[Population(NEURON, 1)] * 2,
        connections=[Connection(-1, 0, 0, one), Connection(0, 1, 0, one)],
        outputs=[1, 0],
        weights=[[[w]] for w in WEIGHTS],
        neurons=[ANGLES[None]] * 2,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "choice",
    [
        None,
        LocalRule(directions="exact", passes=2),
        ScoreFunction(passes=2),
        StraightThrough(),
    ],
)
@in_double_precision
def test_loss_and_gradient_at_the_first_step(choice):
    r"""No spike is drawn: :math:`-\log p_0(o_0) - \log p_1(o_1 | o_0)`.

    With :math:`p(1) = \sin^2 h`, :math:`h = (\pi z + \theta_{in})/2`, slopes of the
    loss are -cot(h) for a spike and tan(h) for none, times π for weights. The target of
    the chain's end comes first, as `outputs` say.
    """
    network, inputs, labels = chain(), np.ones((2, 1, 1), int), np.array([0, 1])
    loss = TargetTrainLoss(trains=TRAINS)
    half = (np.pi * np.array([[WEIGHTS[0], 0], [WEIGHTS[0], WEIGHTS[1]]]) + 0.8) / 2
    targets = np.array([[0, 1], [1, 1]])  # of neurons 0 and 1, a row each class
    p = np.where(targets, np.sin(half) ** 2, np.cos(half) ** 2)
    slopes = np.where(targets, -1 / np.tan(half), np.tan(half))
    if choice is None:
        found = exact_loss(network, inputs, labels, loss=loss)
        value, weights, neurons = found.value, found.weights, found.neurons
    else:
        given = (np.swapaxes(inputs, 0, 1), labels, np.random.default_rng(1))
        estimator = choice.__class__(**{**vars(choice), "loss": loss})
        parameters = double_parameters(network)
        (weights, neurons), info = estimator.gradient(network, parameters, *given)
        value = float(info.loss)
    assert value == pytest.approx(-np.log(p).sum(axis=1).mean(), rel=1e-12)
    found = [w[0, 0] for w in weights]
    expected = np.pi * np.array([slopes[:, 0].mean(), slopes[1, 1] / 2])
    np.testing.assert_allclose(found, expected, rtol=1e-11)
    for k in range(2):
        slope = [0, slopes[:, k].mean(), 0]  # the memory is not read yet
        np.testing.assert_allclose(neurons[k][0], slope, rtol=1e-11, atol=1e-14)
