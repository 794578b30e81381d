"""Neurons, networks of them and what they learned are saved with the same numbers."""

import numpy as np
import pytest
from sameness import check_same

from oqnn.quantum_neurons import (
    ClassicalControl,
    EscapeRateNeuron,
    LocalRule,
    Noise,
    QLIFNeuron,
    SpikeCountLoss,
    SQSNeuron,
    activity,
    digits,
    estimator_statistics,
    evolve_memory,
    exact_loss,
    hardware_efficient_circuit,
    layered_network,
    log_likelihood_gradient,
    memory_horizon,
    memory_information,
    network_from_graph,
    parameter_shift_gradient,
    past_dependence,
    spike_train_law,
    train_local,
    two_qubit_circuit,
    weight_gradient,
)
from oqnn.studies import load, save

NEURON = SQSNeuron(1, 1, circuit=two_qubit_circuit(0.9, 0.4, 1.3))
NOISY = SQSNeuron(
    1,
    1,
    circuit=hardware_efficient_circuit(2, 1, seed=3),
    noise=Noise(amplitude_damping=0.1, kraus=[[[1, 0], [0, 1j]]]),
)
CURRENTS, RECORD = np.array([[0.3], [-0.2], [0.8]]), np.array([[1], [0], [1]])
NETWORK = layered_network([2, 2, 2], NEURON, recurrent=True, seed=1)
INPUTS, LABELS = np.array([[[1, 0], [0, 1]]]), np.array([1])


def graph():
    models = [NEURON, ClassicalControl(0.1, 0.2, 0.3), escape(), qlif()]
    edges = [(0, 1), (1, 2), (2, 3), (2, 2)]
    return network_from_graph(4, edges, inputs=[(0, 0)], outputs=[3], model=models)


def qlif():
    return QLIFNeuron(theta_in=0.1, threshold=0.55, leak=0.9, shots=10)


def escape():
    return EscapeRateNeuron(leak=0.8, threshold=0.3, steepness=2.0)


def record():
    return NETWORK.sample(INPUTS, seed=2)


def learned():
    train, test = digits(classes=(3, 8), steps=2, seed=1)
    network = layered_network([64, 2, 2], NEURON, seed=1)
    options = {"epochs": 1, "batch": 90, "progress": False}
    rule = LocalRule(passes=2)
    return train_local(network, train, test=test, rule=rule, **options)


def statistics():
    return estimator_statistics(
        LocalRule(passes=2), NETWORK, INPUTS, LABELS, repeats=3, progress=False
    )


MAKERS = {
    "neuron": lambda: NEURON,
    "noisy neuron": lambda: NOISY,
    "graph of several models": graph,
    "record": record,
    "activity": lambda: activity(NETWORK, INPUTS, record()),
    "data": lambda: digits(classes=(3, 8), steps=2, seed=1)[0],
    "trained network": learned,
    "dependence": lambda: past_dependence(spike_train_law(NEURON, CURRENTS)),
    "information": lambda: memory_information(NEURON, CURRENTS[None]),
    "horizon": lambda: memory_horizon(NEURON, [[0.0], [0.4]], 3),
    "evolution": lambda: evolve_memory(NOISY, CURRENTS),
    "gradient": lambda: log_likelihood_gradient(NEURON, CURRENTS, RECORD),
    "weights": lambda: weight_gradient(NEURON, [[0.7]], CURRENTS, RECORD),
    "shifts": lambda: parameter_shift_gradient(NEURON, CURRENTS, RECORD),
    "exact loss": lambda: exact_loss(NETWORK, INPUTS, LABELS, loss=SpikeCountLoss()),
    "statistics": statistics,
}


@pytest.mark.slow
@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_saved_and_loaded(make, tmp_path):
    result = make()
    check_same(load(save(result, tmp_path / "result.zarr")), result)


def test_a_loaded_network_draws_the_same_spikes(tmp_path):
    again = load(save(NETWORK, tmp_path / "network.zarr"))
    assert again.wiring == NETWORK.wiring
    for one, other in zip(
        again.sample(INPUTS, seed=2).spikes, record().spikes, strict=True
    ):
        np.testing.assert_array_equal(one, other)
