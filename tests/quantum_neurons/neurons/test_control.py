"""The classical control of the two-qubit neuron, beside that neuron."""

import numpy as np
import pytest
from quantum_neurons.neurons.single_neurons import (
    all_records,
    assert_within_errors,
    record_probabilities,
    sampled_frequencies,
)

from oqnn.quantum_neurons import (
    Circuit,
    ClassicalControl,
    Gate,
    SQSNeuron,
    two_qubit_circuit,
)

ANGLES = (0.9, -0.4, 1.7)
CURRENTS = np.array([[0.3], [-0.8], [0.55], [0.1]])  # the second acts as zero


def quantum(*angles):
    return SQSNeuron(1, 1, circuit=two_qubit_circuit(*angles))


def test_law_by_hand():
    """p_t = sin²((π relu z_t + θ_mem + θ_in + θ_ent s_{t−1})/2), s_0 = 0."""
    record = [[1], [1], [0], [1]]
    law = ClassicalControl(*ANGLES).spike_probabilities(CURRENTS, record)

    angle = np.pi * np.array([0.3, 0, 0.55, 0.1]) + 0.5 + 1.7 * np.array([0, 1, 1, 0])
    np.testing.assert_allclose(law[:, 1], np.sin(angle / 2) ** 2, rtol=1e-13)
    np.testing.assert_allclose(law.sum(axis=-1), 1, rtol=1e-14)


def test_probabilities_of_all_records_sum_to_one():
    found = record_probabilities(ClassicalControl(*ANGLES), CURRENTS)
    assert found.sum() == pytest.approx(1, abs=1e-13)
    assert len(np.unique(found.round(9))) == 16  # no record stands for another


def test_is_a_quantum_neuron_that_measures_its_memory_a_step_late():
    """Swapped into the memory before any measurement, the spike qubit is measured a
    step later: the control's record, behind one certain 0.
    """
    theta_mem, theta_in, theta_ent = ANGLES
    gates = [Gate("crx", (1, 0), parameter=1), Gate("rx", (0,), parameter=0)]
    circuit = Circuit(
        n_qubits=2,
        gates=[*gates, Gate("swap", (0, 1))],
        parameters=[theta_mem + theta_in, theta_ent],
    )
    late = SQSNeuron(1, 1, circuit=circuit)
    records = all_records(4)
    after_one = np.concatenate([np.zeros((16, 1, 1), dtype=int), records], axis=1)
    longer = np.append(CURRENTS, [[0.9]], axis=0)  # the last current comes too late

    np.testing.assert_allclose(
        ClassicalControl(*ANGLES).log_likelihood(CURRENTS, records),
        late.log_likelihood(longer, after_one),
        rtol=1e-12,
    )


@pytest.mark.parametrize("turns", [(0, 0), (1, 0), (0, -1), (2, 3)])
def test_equals_the_quantum_law_at_whole_turns(turns):
    """θ_mem = 2πk keeps the memory in |0⟩ up to a sign, and CRX(2πl) is Z on it."""
    angles = (2 * np.pi * turns[0], 0.7, 2 * np.pi * turns[1])
    records = all_records(4)
    np.testing.assert_allclose(
        ClassicalControl(*angles).log_likelihood(CURRENTS, records),
        quantum(*angles).log_likelihood(CURRENTS, records),
        rtol=1e-11,
    )


@pytest.mark.parametrize("angles", [ANGLES, (0.9, -0.4, 0.0), (0.0, -0.4, 1.7)])
def test_differs_from_the_quantum_law_elsewhere(angles):
    """Without CRX the quantum neuron does not feel θ_mem, and a memory in |0⟩ does not
    feel θ_ent; the control feels both.
    """
    gap = record_probabilities(ClassicalControl(*angles), CURRENTS)
    gap -= record_probabilities(quantum(*angles), CURRENTS)
    assert np.abs(gap).sum() / 2 > 0.05


def test_only_the_last_spike_matters_for_the_control():
    """p(s₄ | s₃, s₂, s₁) for all pasts."""
    records = all_records(4)
    control = ClassicalControl(*ANGLES).spike_probabilities(CURRENTS, records)[:, 3, 1]
    sqs = quantum(*ANGLES).spike_probabilities(CURRENTS, records)[:, 3, 1]
    for last in (0, 1):
        same = records[:, 2, 0] == last
        assert np.ptp(control[same]) < 1e-14
        assert np.ptp(sqs[same]) > 0.03


def test_samples_follow_the_law():
    neuron, samples = ClassicalControl(*ANGLES), 20_000
    assert_within_errors(
        sampled_frequencies(neuron, CURRENTS, samples, 3),
        record_probabilities(neuron, CURRENTS),
        samples,
    )
    again = [neuron.sample(CURRENTS, 5), neuron.sample(CURRENTS, 5)]
    np.testing.assert_array_equal(*again)


def test_parameters_of_a_population():
    neuron = ClassicalControl(*ANGLES)
    np.testing.assert_array_equal(neuron.parameters, ANGLES)
    assert neuron.with_parameters([1, 2, 3]) == ClassicalControl(1, 2, 3)
    drawn = neuron.random_parameters(500, np.random.default_rng(1))
    assert drawn.shape == (500, 3)
    assert np.abs(drawn).max() <= np.pi
    assert neuron.kernel == ClassicalControl(0, 0, 0).kernel
    assert neuron.n_io == neuron.kernel.n_io == 1


def test_bad_input_is_refused():
    with pytest.raises(TypeError, match="`theta_ent` must be one real number"):
        ClassicalControl(0, 0, "1")
    with pytest.raises(TypeError, match="`theta_in` must be one real number"):
        ClassicalControl(0, None, 1)
    with pytest.raises(ValueError, match="`theta_mem` must be finite"):
        ClassicalControl(np.nan, 0, 0)
    with pytest.raises(ValueError, match=r"`parameters` must have shape \(3,\)"):
        ClassicalControl(0, 0, 0).with_parameters([1, 2])
    with pytest.raises(ValueError, match="`parameters` must be finite"):
        ClassicalControl(0, 0, 0).with_parameters([1, 2, np.inf])
    still = ClassicalControl(0, 0, 0)
    with pytest.raises(ValueError, match="step 1 has probability zero"):
        still.log_likelihood(np.zeros((3, 1)), [[0], [1], [0]])
