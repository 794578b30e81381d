"""Programs run by Qiskit Aer against exact laws. The law of a run is multinomial."""

import sys
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import unitary_group

from oqnn._core.errors import ConvergenceError
from oqnn.quantum_neurons import Circuit, Gate, SQSNeuron, two_qubit_circuit
from oqnn.quantum_neurons.circuits import aer
from oqnn.quantum_neurons.circuits.aer import spike_train_law_on_aer

SMALL = SQSNeuron(1, 1, circuit=two_qubit_circuit(0.9, -0.4, 1.3))
LARGER = SQSNeuron(
    2,
    1,
    circuit=Circuit(
        n_qubits=3,
        gates=[
            Gate("ryy", (2, 0), parameter=0),
            Gate("h", (2,)),
            Gate("crz", (2, 1), parameter=1),
            Gate("cry", (0, 2), parameter=2),
            Gate("unitary", (1, 2), matrix=unitary_group.rvs(4, random_state=4)),
            Gate("rxx", (1, 0), parameter=3),
        ],
        parameters=[0.8, -2.1, 1.2, 2.3],
    ),
)


def exact_law(neuron, z):
    records = np.array(list(product((0, 1), repeat=z.size))).reshape(-1, *z.shape)
    return np.exp(neuron.log_likelihood(z, records))


@pytest.mark.parametrize(("neuron", "steps"), [(SMALL, 4), (LARGER, 2)])
def test_aer_agrees_within_its_sampling_error(neuron, steps):
    """Pearson's χ² = Σ (n − sp)²/(sp) of k records has mean k − 1 and the variance
    2(k − 1) of many shots s; and total variation stays near
    Σ √(p(1 − p)/(2πs)), its mean.
    """
    pytest.importorskip("qiskit_aer")
    pytest.importorskip("qiskit_qasm3_import")
    z = np.random.default_rng(8).uniform(-0.3, 0.9, (steps, neuron.n_io))
    p = exact_law(neuron, z)
    shots = 20_000
    found = spike_train_law_on_aer(neuron, z, shots=shots, seed=11)

    assert found.counts.shape == (2**neuron.n_io,) * steps
    chi2 = (((found.counts.ravel() - shots * p) ** 2) / (shots * p)).sum()
    assert chi2 < len(p) - 1 + 5 * np.sqrt(2 * (len(p) - 1))
    distance = np.abs(found.frequencies.ravel() - p).sum() / 2
    assert distance < 3 * np.sqrt(p * (1 - p) / (2 * np.pi * shots)).sum()
    errors = np.sqrt(p * (1 - p) / shots)
    np.testing.assert_allclose(
        found.standard_errors.ravel(), errors, rtol=0.2, atol=5e-5
    )


def test_the_same_seed_gives_the_same_counts():
    pytest.importorskip("qiskit_aer")
    pytest.importorskip("qiskit_qasm3_import")
    first, again, other = (
        spike_train_law_on_aer(SMALL, [[0.3], [0.7]], shots=500, seed=seed).counts
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def with_backend(monkeypatch, result):
    """Replace the packages by a backend with a given result."""
    qiskit = SimpleNamespace(
        qasm3=SimpleNamespace(loads=lambda text: text),
        transpile=lambda circuit, backend, **settings: circuit,
    )
    job = SimpleNamespace(result=lambda: result)
    backend = SimpleNamespace(run=lambda circuit, **settings: job)
    monkeypatch.setattr(aer, "_import_aer", lambda: (qiskit, lambda **_: backend))


@pytest.mark.parametrize(
    ("success", "counts", "message"),
    [
        (False, {}, "must complete the program.* out of memory"),
        (True, {"0 0": 60, "1 0": 39}, "every one of the 100 shots, but counted 99"),
        (True, {}, "but counted 0"),
        (True, {"0": 100}, "2 registers of 1 bits, but returned '0'"),
    ],
)
def test_a_backend_that_fails_raises(monkeypatch, success, counts, message):
    result = SimpleNamespace(
        success=success, status="out of memory", get_counts=lambda: counts
    )
    with_backend(monkeypatch, result)
    with pytest.raises(ConvergenceError, match=message):
        spike_train_law_on_aer(SMALL, [[0.1], [0.2]], shots=100, seed=0)


def test_counts_go_to_their_records(monkeypatch):
    """Qiskit writes the last step first, and within a step the last wire."""
    counts = {"00 01": 3, "10 00": 4, "11 01": 5}
    result = SimpleNamespace(success=True, status="", get_counts=lambda: counts)
    with_backend(monkeypatch, result)
    found = spike_train_law_on_aer(LARGER, np.zeros((2, 2)), shots=12, seed=0)
    expected = np.zeros((4, 4), dtype=int)
    expected[0b10, 0b00], expected[0b00, 0b01], expected[0b10, 0b11] = 3, 4, 5
    np.testing.assert_array_equal(found.counts, expected)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shots": 0}, "`shots` must be"),
        ({"seed": -1}, "`seed` must be"),
        ({"currents": np.zeros((25, 1))}, r"at most 24 spikes.*2\*\*25"),
    ],
)
def test_odd_arguments_are_refused(change, message):
    arguments = {"currents": [[0.1]], "shots": 10, "seed": 0} | change
    with pytest.raises(ValueError, match=message):
        spike_train_law_on_aer(SMALL, **arguments)


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "qiskit_aer", None)
    monkeypatch.setitem(sys.modules, "qiskit", None)
    with pytest.raises(ImportError, match=r"oqnn\[aer,qasm\]"):
        spike_train_law_on_aer(SMALL, [[0.1]], shots=10, seed=0)
