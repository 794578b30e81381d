"""Laws of all records, against the likelihoods of records one by one."""

from itertools import product

import numpy as np
import pytest
from quantum_neurons.memory.examples import WIDE

from oqnn.quantum_neurons import (
    SQSNeuron,
    averaged_spike_train_law,
    spike_train_law,
    two_qubit_circuit,
)

NEURON = SQSNeuron(1, 1, circuit=two_qubit_circuit(0.9, 0.4, 1.3))
CURRENTS = np.random.default_rng(3).uniform(-0.3, 0.9, (2, 3, 2))


def bits(patterns, n):
    return [[(p >> (n - 1 - k)) & 1 for k in range(n)] for p in patterns]


def test_law_of_one_step():
    """From |0⟩: p(1) = sin²((π z + θ_in)/2)."""
    law = spike_train_law(NEURON, [[0.3]])
    p = np.sin((np.pi * 0.3 + 0.4) / 2) ** 2
    np.testing.assert_allclose(law, [1 - p, p], rtol=1e-13)


def test_sums_to_one_and_drops_the_last_step():
    """Laws of T steps sum to one, and to the law of T − 1 steps."""
    law = spike_train_law(WIDE, CURRENTS)
    assert law.shape == (2, 4, 4, 4)
    np.testing.assert_allclose(law.sum((1, 2, 3)), 1, rtol=1e-13)
    shorter = spike_train_law(WIDE, CURRENTS[:, :2])
    np.testing.assert_allclose(law.sum(-1), shorter, rtol=1e-12, atol=1e-15)


def test_every_record_has_its_likelihood():
    """Branches against the likelihood of every record on its own."""
    law = spike_train_law(WIDE, CURRENTS)
    for x in range(2):
        for record in product(range(4), repeat=3):
            alone = WIDE.log_likelihood(CURRENTS[x], bits(record, 2))
            np.testing.assert_allclose(law[(x, *record)], np.exp(alone), rtol=1e-12)


def test_records_without_probability():
    """Without current and angles nothing spikes, and what follows a spike is no NaN."""
    still = SQSNeuron(1, 1, circuit=two_qubit_circuit(0.7, 0, 0))
    law = spike_train_law(still, np.zeros((4, 1)))
    expected = np.zeros((2,) * 4)
    expected[0, 0, 0, 0] = 1
    np.testing.assert_allclose(law, expected, atol=1e-15)


def test_average_over_inputs():
    law = spike_train_law(WIDE, CURRENTS)
    average = averaged_spike_train_law(WIDE, CURRENTS, [0.3, 0.7])
    np.testing.assert_allclose(average, 0.3 * law[0] + 0.7 * law[1], rtol=1e-13)
    equal = averaged_spike_train_law(WIDE, CURRENTS)
    np.testing.assert_allclose(equal, law.mean(0), rtol=1e-13)


def test_no_input_is_refused():
    for law in (spike_train_law, averaged_spike_train_law):
        with pytest.raises(ValueError, match=r"must hold an input, .* \(0, 3, 1\)"):
            law(NEURON, np.zeros((0, 3, 1)))


def test_refusals():
    with pytest.raises(ValueError, match=r"2\^40 records, which take 8.19e\+04 GiB"):
        spike_train_law(NEURON, np.zeros((40, 1)))
    with pytest.raises(ValueError, match="few enough steps"):
        spike_train_law(WIDE, np.zeros((5, 16, 2)))
    with pytest.raises(ValueError, match="`currents` must have shape"):
        spike_train_law(WIDE, np.zeros((3, 1)))
    with pytest.raises(ValueError, match="`currents` must be finite"):
        spike_train_law(NEURON, [[np.nan]])
    with pytest.raises(TypeError, match="model of a neuron"):
        spike_train_law("lif", np.zeros((3, 1)))
    with pytest.raises(ValueError, match="`probabilities` must sum to 1"):
        averaged_spike_train_law(WIDE, CURRENTS, [0.3, 0.6])
    with pytest.raises(ValueError, match="`probabilities` must have shape"):
        averaged_spike_train_law(WIDE, CURRENTS, [0.3, 0.3, 0.4])
