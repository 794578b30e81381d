"""Dependence on spikes older than the last: quantum memory against a Markov chain."""

from itertools import pairwise, product

import numpy as np
import pytest

from oqnn.quantum_neurons import (
    Circuit,
    Gate,
    Noise,
    SQSNeuron,
    depends_on_older,
    next_spike_law,
    past_dependence,
    spike_train_law,
    two_qubit_circuit,
)
from oqnn.quantum_neurons.neurons.control import ClassicalControl

ANGLES = (0.9, 0.4, 1.3)
NEURON = SQSNeuron(1, 1, circuit=two_qubit_circuit(*ANGLES))
CONTROL = ClassicalControl(*ANGLES)
CURRENTS = np.array([[0.3], [-0.2], [0.6], [0.1], [0.25]])


def random_law(shape, seed):
    law = np.random.default_rng(seed).uniform(0.05, 1, shape) ** 2
    return law / law.sum()


def entropy(p):
    return -(p * np.log(p)).sum()


def test_parity_of_a_hidden_bit():
    """s₃ = s₁ ⊕ s₂ flipped with chance f: I = ln 2 − h(f), change |1 − 2f|."""
    f, law = 0.2, np.zeros((2, 2, 2))
    for a, b, c in product(range(2), repeat=3):
        law[a, b, c] = (1 - f if c == a ^ b else f) / 4
    found = past_dependence(law)
    h = -f * np.log(f) - (1 - f) * np.log(1 - f)
    np.testing.assert_allclose(found.information, [0, 0, np.log(2) - h], atol=1e-14)
    np.testing.assert_allclose(found.change, [0, 0, 0.6], atol=1e-14)


@pytest.mark.parametrize("shape", [(2,) * 4, (4,) * 3, (4,) * 4])
def test_against_entropies_and_pairs(shape):
    """I = H(o, l) + H(l, n) − H(l) − H(o, l, n), and the change pair by pair."""
    law, S = random_law(shape, 1), shape[0]
    found = past_dependence(law)
    joint = law.reshape(-1, S, S)
    expected = entropy(joint.sum(2)) + entropy(joint.sum(0))
    expected -= entropy(joint.sum((0, 2))) + entropy(joint)
    np.testing.assert_allclose(found.information[-1], expected, rtol=1e-10)
    laws = joint / joint.sum(2, keepdims=True)
    change = max(
        abs(laws[a, last] - laws[b, last]).sum() / 2
        for a, b in product(range(len(joint)), repeat=2)
        for last in range(S)
    )
    np.testing.assert_allclose(found.change[-1], change, rtol=1e-12)


def test_change_among_many_events():
    """More pasts than events, 127 of eight patterns, against all pairs."""
    law = random_law((8,) * 5, 5)
    joint = law.reshape(-1, 8, 8)
    laws = joint / joint.sum(2, keepdims=True)
    gaps = [np.abs(laws - one).sum(-1).max() / 2 for one in laws]
    np.testing.assert_allclose(past_dependence(law).change[-1], max(gaps), rtol=1e-12)


@pytest.mark.slow
def test_rounding_beside_noise_is_no_past():
    """The first spike, of probability sin²(3e-8), flips what the memory does: this
    counts unless there is noise, whose laws are exact to 1e-16 only.
    """
    gates = [Gate("crx", (1, 0), parameter=0), Gate("cx", (0, 1))]
    circuit = Circuit(n_qubits=2, gates=gates, parameters=[1.3])
    for noise in (None, Noise()):
        neuron = SQSNeuron(1, 1, circuit=circuit, noise=noise)
        found = depends_on_older(neuron, [[6e-8 / np.pi], [0.3], [0.3]])
        assert found == (noise is None)


def test_quantum_memory_keeps_what_a_bit_forgets():
    """P(s₅ | s₄, s₃) depends on s₃ with the quantum memory, not with the sin² law."""
    quantum = spike_train_law(NEURON, CURRENTS)
    control = spike_train_law(CONTROL, CURRENTS)
    by_older = next_spike_law(quantum, 4, given=[3, 2])  # s₄, s₃, s₅
    assert abs(by_older[:, 0, 1] - by_older[:, 1, 1]).min() > 0.01
    by_older = next_spike_law(control, 4, given=[3, 2])
    np.testing.assert_allclose(by_older[:, 0], by_older[:, 1], atol=1e-14)
    # and the control's is its formula: s₄ is all that counts
    theta = np.pi * 0.25 + 0.9 + 0.4 + 1.3 * np.arange(2)
    np.testing.assert_allclose(by_older[:, 0, 1], np.sin(theta / 2) ** 2, rtol=1e-12)


def test_both_measures_of_both_neurons():
    """The memory starts in |0⟩, which the first spike does not touch: s₃ forgets s₁."""
    quantum = past_dependence(spike_train_law(NEURON, CURRENTS))
    assert (quantum.information[3:] > 1e-3).all()
    assert (quantum.change[3:] > 0.02).all()
    np.testing.assert_allclose(quantum.information[:3], 0, atol=1e-14)
    np.testing.assert_allclose(quantum.change[:3], 0, atol=1e-13)
    control = past_dependence(spike_train_law(CONTROL, CURRENTS))
    np.testing.assert_allclose(control.information, 0, atol=1e-14)
    np.testing.assert_allclose(control.change, 0, atol=1e-13)


def test_does_it_depend():
    """One input that shows the dependence is enough; without coupling there is none."""
    assert depends_on_older(NEURON, CURRENTS)
    assert not depends_on_older(NEURON, CURRENTS[:3])
    assert not depends_on_older(CONTROL, CURRENTS)
    uncoupled = SQSNeuron(1, 1, circuit=two_qubit_circuit(0.9, 0.4, 0))
    assert not depends_on_older(uncoupled, CURRENTS)
    # at rest cos²(θ_in/2) = cos²((θ_in + θ_ent)/2): the memory does not show
    at_rest = np.full_like(CURRENTS, -1)
    hidden = SQSNeuron(1, 1, circuit=two_qubit_circuit(0.9, -0.65, 1.3))
    assert not depends_on_older(hidden, [at_rest, at_rest])
    assert depends_on_older(hidden, [at_rest, CURRENTS])
    # 0101…: what never happens, up to rounding, is no past
    certain = SQSNeuron(1, 1, circuit=two_qubit_circuit(np.pi, 0, np.pi))
    assert not depends_on_older(certain, [at_rest, at_rest])


def test_dependence_is_bounded_by_the_change():
    """Pinsker, the other way: I ≤ 4 δ²/min p for laws within δ of each other."""
    law = spike_train_law(NEURON, CURRENTS)
    found = past_dependence(law)
    least = min(
        (a / b[..., None]).min()
        for b, a in pairwise(law.sum(axis=tuple(range(t, 5))) for t in range(6))
    )
    assert (found.information <= 4 * found.change**2 / least + 1e-15).all()


def test_given_steps_in_any_order():
    """Axes follow `given`, and the law of a step with nothing given is its marginal."""
    law = random_law((2, 2, 2, 2), 4)
    found = next_spike_law(law, 3, given=[2, 0])
    joint = law.sum(1)  # s₀, s₂, s₃
    expected = joint[1, 0] / joint[1, 0].sum()
    np.testing.assert_allclose(found[0, 1], expected, rtol=1e-13)
    np.testing.assert_allclose(next_spike_law(law, 1, []), law.sum((0, 2, 3)))
    found = next_spike_law(law, 3, given=[2, 0, 1])
    expected = law[0, 1, 1] / law[0, 1, 1].sum()  # s₂ = 1, s₀ = 0, s₁ = 1
    np.testing.assert_allclose(found[1, 0, 1], expected, rtol=1e-13)
    never = np.array([[0.5, 0.5], [0, 0]])
    assert np.isnan(next_spike_law(never, 1, [0])[1]).all()


def test_refusals():
    law = random_law((2, 2, 2), 2)
    with pytest.raises(ValueError, match="one axis a step"):
        past_dependence(random_law((3, 2, 2), 1))
    with pytest.raises(ValueError, match="`law` must sum to 1"):
        past_dependence(law / 2)
    with pytest.raises(ValueError, match="`law` must be finite"):
        past_dependence(law * np.nan)
    with pytest.raises(ValueError, match="`given` earlier ones"):
        next_spike_law(law, 1, [2])
    with pytest.raises(ValueError, match="`step` must be one of 3"):
        next_spike_law(law, 3, [2])
    with pytest.raises(ValueError, match="must not repeat"):
        next_spike_law(law, 2, [1, 1])
    with pytest.raises(ValueError, match="`given` must be at least 0"):
        next_spike_law(law, 2, [-1])
    with pytest.raises(ValueError, match="`tolerance` must be positive"):
        depends_on_older(NEURON, CURRENTS, tolerance=0)
