"""Noisy neurons against Kraus operators in QuTiP; channels; what noise refuses."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import qutip
from quantum_neurons.plain_sqs import noisy_laws
from quantum_neurons.zoo import every_gate_neuron, some_currents

from oqnn.quantum_neurons import Noise, SQSNeuron, two_qubit_circuit

DEPHASING = [np.sqrt(0.9) * np.eye(2), np.sqrt(0.1) * np.diag([1, -1])]
ALL = Noise(
    depolarizing=0.03,
    two_qubit_depolarizing=0.08,
    amplitude_damping=0.06,
    readout_error=(0.04, 0.11),
    reset_error=0.05,
    kraus=[np.diag(np.sqrt([0.9, 0.8]) * [1, 1j]), [[0, 0.2**0.5], [0.1**0.5, 0]]],
)
TWO = SQSNeuron(1, 1, two_qubit_circuit(0.9, 0.4, 1.3))
Z = np.array([[0.3], [-0.2], [0.8], [0.5]])


def noisy(neuron, **settings):
    return replace(neuron, noise=Noise(**settings))


def likelihoods(neuron, currents):
    """Of all records."""
    records = np.array(list(product([0, 1], repeat=currents.size)))
    return np.exp(neuron.log_likelihood(currents, records.reshape(-1, *currents.shape)))


@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_depolarised_and_damped_spikes_in_closed_form(p):
    """One RX(θ): p(1) = (1 − γ) [(1 − p) sin²(θ/2) + p/2]."""
    neuron = SQSNeuron(1, 1, two_qubit_circuit(0, 0.7, 0))
    neuron = noisy(neuron, depolarizing=p, amplitude_damping=0.2)
    # the CRX before it turns nothing, and damps |0⟩ no further
    found = neuron.spike_probabilities([[0.0]], [[0]])[0, 1]
    exact = 0.8 * ((1 - p) * np.sin(0.35) ** 2 + p / 2)
    np.testing.assert_allclose(found, exact, rtol=1e-12)


def test_misread_spikes_in_closed_form():
    """p(read 1) = p₁ (1 − e₁) + (1 − p₁) e₀, with p₁ that of a clean neuron."""
    true = TWO.spike_probabilities(Z[:1], [[0]])[0, 1]
    found = noisy(TWO, readout_error=(0.1, 0.3)).spike_probabilities(Z[:1], [[0]])
    np.testing.assert_allclose(found[0, 1], 0.7 * true + 0.1 * (1 - true), rtol=1e-12)


def test_a_reader_who_guesses_learns_nothing_of_the_memory():
    """With errors (½, ½) every record of T spikes has probability 2^(−T)."""
    found = likelihoods(noisy(TWO, readout_error=(0.5, 0.5)), Z)
    np.testing.assert_allclose(found, 1 / 16, rtol=1e-12)


@pytest.mark.parametrize(("n_io", "n_memory"), [(1, 2), (2, 2)])
@pytest.mark.slow
def test_all_noise_against_kraus_operators_in_qutip(n_io, n_memory):
    neuron = replace(every_gate_neuron(n_io, n_memory), noise=ALL)
    currents = some_currents(3, n_io, seed=8)
    currents[1, 0] = -0.3  # no rotation there, and no noise
    record = neuron.sample(currents, 5)
    exact, _ = noisy_laws(neuron, currents, record)
    found = neuron.spike_probabilities(currents, record)
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-12)


def test_two_qubits_with_all_noise_against_qutip():
    neuron = replace(TWO, noise=ALL)
    for record in ([[0], [0], [1], [1]], [[1], [1], [0], [0]]):
        exact, _ = noisy_laws(neuron, Z, record)
        found = neuron.spike_probabilities(Z, record)
        np.testing.assert_allclose(found, exact, rtol=0, atol=1e-13)


@pytest.mark.slow
@pytest.mark.parametrize("neuron", [TWO, every_gate_neuron(2, 1)])
def test_no_noise_is_the_pure_neuron(neuron):
    currents = some_currents(3, neuron.n_io)
    record = neuron.sample(currents, 1)
    found = replace(neuron, noise=Noise()).spike_probabilities(currents, record)
    exact = neuron.spike_probabilities(currents, record)
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-13)


def test_noisy_law_of_all_records_sums_to_one():
    np.testing.assert_allclose(likelihoods(replace(TWO, noise=ALL), Z).sum(), 1)


def test_noisy_samples_follow_the_law():
    """Frequencies of all records of four steps, within five standard errors."""
    neuron, draws = replace(TWO, noise=ALL), 20000
    law = likelihoods(neuron, Z)
    drawn = neuron.sample(np.broadcast_to(Z, (draws, 4, 1)), 3)
    counts = np.bincount(drawn[..., 0] @ [8, 4, 2, 1], minlength=16)
    assert (np.abs(counts / draws - law) <= 5 * np.sqrt(law / draws)).all()


@pytest.mark.parametrize("k", [1, 2])
def test_channels_against_superoperators_of_qutip(k):
    """Positive by Choi's matrix, trace kept, and equal to QuTiP's sum of Kraus maps."""
    found = ALL.after_gate(k)
    d = 2**k
    # rows after one another → columns after one another
    stacked = found.reshape(d, d, d, d).transpose(1, 0, 3, 2).reshape(d * d, d * d)
    channel = qutip.Qobj(stacked, dims=[[[d], [d]]] * 2)
    assert channel.iscptp
    kinds = [ALL.kraus, [np.diag([1, np.sqrt(0.94)]), [[0, np.sqrt(0.06)], [0, 0]]]]
    single = [qutip.kraus_to_super([qutip.Qobj(K) for K in kraus]) for kraus in kinds]
    p = 0.03 if k == 1 else 0.08
    paulis = [qutip.qeye(2), qutip.sigmax(), qutip.sigmay(), qutip.sigmaz()]
    products = [qutip.tensor(list(chosen)) for chosen in product(paulis, repeat=k)]
    weights = np.full(4**k, p / 4**k) + (1 - p) * np.eye(4**k)[0]
    mixing = [np.sqrt(w) * P for w, P in zip(weights, products, strict=True)]
    both = qutip.super_tensor(*[single[0] * single[1]] * k)
    exact = both * qutip.kraus_to_super(mixing)
    np.testing.assert_allclose(stacked, exact.full(), atol=1e-14)


def test_noise_is_equal_by_value():
    assert Noise(kraus=DEPHASING) == Noise(kraus=tuple(DEPHASING))
    assert hash(Noise(kraus=DEPHASING)) == hash(Noise(kraus=list(DEPHASING)))
    assert Noise(depolarizing=0.1) != Noise(depolarizing=0.2)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"depolarizing": 1.1}, ValueError, r"`depolarizing` must lie in \[0, 1\]"),
        ({"reset_error": np.nan}, ValueError, "`reset_error` must lie in"),
        ({"amplitude_damping": "high"}, TypeError, "must be a probability.*'high'"),
        ({"reset_error": None}, TypeError, "must be a probability, but is None"),
        ({"readout_error": 0.1}, ValueError, "`readout_error` must be two"),
        ({"readout_error": (0, -0.1)}, ValueError, "`readout_error` must lie in"),
        ({"kraus": [np.eye(2), np.eye(2)]}, ValueError, "complete, .* from 1 by 1"),
        ({"kraus": np.eye(2)}, ValueError, r"shape \(n, 2, 2\).*\(2, 2\)"),
        ({"kraus": [np.nan * np.eye(2)]}, ValueError, "`kraus` must be finite"),
    ],
)
def test_refusals(settings, error, message):
    with pytest.raises(error, match=message):
        Noise(**settings)


def test_noisy_neurons_refuse():
    with pytest.raises(TypeError, match=r"`noise` must be a Noise, but is 0\.1"):
        replace(TWO, noise=0.1)
    clean = noisy(SQSNeuron(1, 1, two_qubit_circuit(0.9, 0, 0)))
    with pytest.raises(ValueError, match="step 1 has probability zero"):
        clean.log_likelihood(-np.abs(Z), [[0], [1], [0], [0]])
