"""The memory of a neuron as an open system: Kraus operators, channels, relaxation."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import qutip
from quantum_neurons.plain_sqs import encoding, gate_operator, noisy_step, on_qubits
from quantum_neurons.zoo import every_gate_neuron, some_currents

from oqnn.dynamics import to_transfer
from oqnn.measures import bloch_map, is_completely_positive, is_entanglement_breaking
from oqnn.quantum_neurons import (
    Circuit,
    Gate,
    Noise,
    SQSNeuron,
    evolve_memory,
    memory_channel,
    memory_spectrum,
    memory_time,
    memory_transfer,
    stationary_memory,
    two_qubit_circuit,
)

THETA = np.array([0.9, 0.4, 1.3])
TWO = SQSNeuron(1, 1, two_qubit_circuit(*THETA))
NOISE = Noise(
    depolarizing=0.03,
    two_qubit_depolarizing=0.08,
    amplitude_damping=0.06,
    readout_error=(0.04, 0.11),
    reset_error=0.05,
)
RHO = np.array([[0.7, 0.2 - 0.3j], [0.2 + 0.3j, 0.3]])


def test_kraus_operators_of_two_qubits_in_closed_form():
    """Equation 7.2: K_s = R_X(θ_mem) diag(f_s(a/2), f_s((a + θ_ent)/2)) (−i)^s."""
    theta_mem, theta_in, theta_ent = THETA
    c, s = np.cos(theta_mem / 2), np.sin(theta_mem / 2)
    for z in (0.7, -0.7):
        halves = (np.pi * max(z, 0) + theta_in + np.array([0, theta_ent])) / 2
        turn = np.array([[c, -1j * s], [-1j * s, c]])
        exact = [turn @ np.diag(np.cos(halves)), -1j * turn @ np.diag(np.sin(halves))]
        np.testing.assert_allclose(TWO.step_operators([z]), exact, atol=1e-14)


@pytest.mark.parametrize(("n_io", "n_memory"), [(1, 2), (2, 1), (3, 0)])
def test_kraus_operators_against_qutip(n_io, n_memory):
    """K_s = (⟨s| ⊗ 1) V R (|0⟩ ⊗ 1), as slices of the unitary; Σ K†K = 1."""
    neuron, n = every_gate_neuron(n_io, n_memory), n_io + n_memory
    currents = some_currents(3, n_io)
    found = neuron.step_operators(currents)
    V = on_qubits(n)
    for gate in neuron.circuit.gates:
        V = gate_operator(gate, n, neuron.parameters) * V
    d = 2**n_memory
    for z, K in zip(currents, found, strict=True):
        U = (V * encoding(z, n)).full().reshape(2**n_io, d, 2**n_io, d)
        np.testing.assert_allclose(K, U[:, :, 0], atol=1e-13)
    complete = np.einsum("tsxa,tsxb->tab", found.conj(), found)
    np.testing.assert_allclose(complete, np.tile(np.eye(d), (3, 1, 1)), atol=1e-13)


def test_superoperators_without_noise_are_sandwiches():
    neuron, z = every_gate_neuron(1, 2), [0.4]
    kraus = [qutip.Qobj(K) for K in neuron.step_operators(z)]
    exact = [qutip.sprepost(K, K.dag()).full() for K in kraus]
    np.testing.assert_allclose(neuron.step_superoperators(z), exact, atol=1e-14)


@pytest.mark.parametrize(("n_io", "n_memory"), [(1, 2), (2, 1)])
def test_noisy_superoperators_against_qutip(n_io, n_memory):
    """On a random state, the unnormalised memories of all patterns read."""
    neuron = replace(every_gate_neuron(n_io, n_memory), noise=NOISE)
    z = np.array([0.6, -0.2])[:n_io]
    rho = qutip.rand_dm([2] * n_memory, seed=3)
    found = neuron.step_superoperators(z) @ qutip.operator_to_vector(rho).full()
    branches = noisy_step(neuron, rho, z)
    exact = [qutip.operator_to_vector(branch).full() for branch in branches]
    np.testing.assert_allclose(found, exact, atol=1e-13)


@pytest.mark.parametrize("noise", [None, Noise(), NOISE])
def test_superoperators_give_the_law_of_records(noise):
    """Products of maps along a record have the trace p(record), for all 16 records."""
    neuron, currents = replace(TWO, noise=noise), some_currents(4, 1)
    records = np.array(list(product([0, 1], repeat=4)))[..., None]
    maps = neuron.step_superoperators(currents)  # (4, 2, 4, 4)
    found = []
    for record in records:
        state = np.array([1, 0, 0, 0])
        for step, (s,) in zip(maps, record, strict=True):
            state = step[s] @ state
        found.append((state[0] + state[3]).real)
    exact = np.exp(neuron.log_likelihood(currents, records))
    np.testing.assert_allclose(found, exact, rtol=1e-11)


@pytest.mark.parametrize("noise", [None, NOISE])
def test_channels_are_maps_that_measures_take(noise):
    for neuron in (TWO, every_gate_neuron(2, 2)):
        neuron = replace(neuron, noise=noise)
        z = some_currents(2, neuron.n_io)
        transfer = memory_transfer(neuron, z)
        assert is_completely_positive(transfer).all()
        np.testing.assert_allclose(to_transfer(memory_channel(neuron, z)), transfer)
        unit = np.eye(transfer.shape[-1])[0]
        np.testing.assert_allclose(transfer[:, 0], [unit, unit], atol=1e-13)


def test_a_full_readout_breaks_entanglement():
    """CRX(π) measures the memory; CRX(1.3) measures it weakly."""
    strong = replace(TWO, circuit=two_qubit_circuit(0.9, 0.0, np.pi))
    assert is_entanglement_breaking(memory_transfer(strong, [0.0]))
    assert not is_entanglement_breaking(memory_transfer(TWO, [0.0]))
    matrix, shift = bloch_map(memory_transfer(TWO, [0.3]))
    np.testing.assert_allclose(shift, 0, atol=1e-14)  # no noise: the unit is kept
    assert np.linalg.svd(matrix)[1].max() == pytest.approx(1)


@pytest.mark.parametrize("noise", [None, NOISE])
def test_evolution_is_the_sum_over_records(noise):
    """Marginals of all 16 records' law; states keep trace and positivity."""
    neuron, currents = replace(TWO, noise=noise), some_currents(4, 1)
    records = np.array(list(product([0, 1], repeat=4)))
    law = np.exp(neuron.log_likelihood(currents, records[..., None]))
    evolution = evolve_memory(neuron, currents)
    np.testing.assert_allclose(evolution.spikes[:, 0], law @ records, rtol=1e-12)
    np.testing.assert_allclose(evolution.laws.sum(axis=1), 1, rtol=1e-13)
    np.testing.assert_allclose(np.trace(evolution.states, axis1=1, axis2=2), 1)
    assert np.linalg.eigvalsh(evolution.states).min() > -1e-13


def test_evolution_of_two_wires_from_a_given_state():
    """Step by step with QuTiP's maps; marginals of each wire apart."""
    neuron, currents = every_gate_neuron(2, 1), some_currents(3, 2)
    evolution = evolve_memory(neuron, currents, start=qutip.Qobj(RHO))
    rho = qutip.Qobj(RHO)
    for t, z in enumerate(currents):
        kraus = [qutip.Qobj(K) for K in neuron.step_operators(z)]
        branches = [K * rho * K.dag() for K in kraus]
        law = [branch.tr().real for branch in branches]
        np.testing.assert_allclose(evolution.laws[t], law, atol=1e-13)
        wires = [law[2] + law[3], law[1] + law[3]]
        np.testing.assert_allclose(evolution.spikes[t], wires, atol=1e-13)
        rho = sum(branches)
        np.testing.assert_allclose(evolution.states[t + 1], rho.full(), atol=1e-13)


@pytest.mark.parametrize("noise", [None, NOISE])
def test_relaxation_to_the_stationary_memory(noise):
    """Far along a constant current the memory is the state that the channel keeps."""
    neuron, z = replace(every_gate_neuron(1, 2), noise=noise), [0.4]
    stationary = stationary_memory(neuron, z)
    channel = memory_channel(neuron, z)
    kept = channel @ stationary.T.ravel()
    np.testing.assert_allclose(kept, stationary.T.ravel(), atol=1e-12)
    np.testing.assert_allclose(np.trace(stationary), 1, rtol=1e-12)
    values = memory_spectrum(neuron, z)
    np.testing.assert_allclose(values[0], 1, atol=1e-12)
    exact = np.linalg.eigvals(channel)
    np.testing.assert_allclose(
        np.sort(np.abs(values)), np.sort(np.abs(exact)), atol=1e-9
    )
    steps = int(np.ceil(12 * memory_time(neuron, z)))
    states = evolve_memory(neuron, np.full((steps, 1), 0.4)).states
    assert np.abs(states[-1] - stationary).max() < 1e-4
    assert memory_time(neuron, z) == pytest.approx(-1 / np.log(np.abs(values[1])))


def test_weak_readout_dephases_at_the_overlap_of_its_outcomes():
    """Without θ_mem populations stay, and coherences shrink by
    ⟨ψ₀|ψ₁⟩ = cos(θ_ent/2) a step.
    """
    neuron = replace(TWO, circuit=two_qubit_circuit(0, 0.4, 1.3))
    factor = np.cos(0.65)
    np.testing.assert_allclose(memory_spectrum(neuron, [0.2]), [1, 1, factor, factor])
    assert memory_time(neuron, [0.2]) == np.inf
    evolution = evolve_memory(neuron, np.full((5, 1), 0.2), start=RHO)
    exact = RHO[0, 1] * factor ** np.arange(6)
    np.testing.assert_allclose(evolution.states[:, 0, 1], exact, rtol=1e-12)
    with pytest.raises(ValueError, match="one stationary memory, but has 2 that"):
        stationary_memory(neuron, [0.2])


def test_spectrum_of_a_memory_that_turns_freely():
    """Without CRX, R_X(0.9): 1 twice and e^{±0.9i}, all of modulus one, 1 first."""
    free = replace(TWO, circuit=two_qubit_circuit(0.9, 0.4, 0))
    found = memory_spectrum(free, [0.3])
    np.testing.assert_allclose(found[:2], 1, atol=1e-12)
    np.testing.assert_allclose(found[2:], np.exp([-0.9j, 0.9j]), atol=1e-12)


def test_a_memory_that_one_step_erases():
    """Exchanged with the measured qubit and turned; rounding leaves 1e-17, not 0."""
    turns = [
        [Gate("ry", (q,), parameter=0), Gate("rx", (q,), parameter=1)] for q in (0, 1)
    ]
    gates = [*turns[0], Gate("swap", (0, 1)), *turns[1]]
    circuit = Circuit(n_qubits=2, gates=gates, parameters=[0.8, 0.5])
    assert memory_time(SQSNeuron(1, 1, circuit), [0.3]) == 0


def test_no_memory_has_no_memory_time():
    assert memory_time(every_gate_neuron(3, 0), [0.1, 0.2, 0.3]) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: TWO.step_operators([0.1, 0.2]), r"shape \(\.\.\., 1\).*\(2,\)"),
        (lambda: TWO.step_operators(0.1), r"shape \(\.\.\., 1\).*\(\)"),
        (lambda: TWO.step_superoperators([np.nan]), "`currents` must be finite"),
        (
            lambda: replace(TWO, noise=NOISE).step_operators([0.1]),
            "`noise` must be None",
        ),
        (lambda: evolve_memory(TWO, [0.1]), "`currents` must have shape"),
        (lambda: evolve_memory(TWO, np.ones((2, 3, 1))), r"shape \(T, 1\)"),
        (lambda: evolve_memory(TWO, [[0.1]], start=np.eye(2)), "must have trace 1"),
        (lambda: evolve_memory(TWO, [[0.1]], start=np.eye(3) / 3), r"shape \(2, 2\)"),
        (lambda: memory_time(TWO, [[0.1]]), r"`current` must have shape \(1,\)"),
        (
            lambda: stationary_memory(TWO, [0.1, 0.2]),
            r"`current` must have shape \(1,\)",
        ),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_maps_that_do_not_fit_into_memory():
    neuron = every_gate_neuron(2, 12)
    with pytest.raises(ValueError, match=r"Maps of 2 \+ 12 qubits must fit.*GiB"):
        neuron.step_superoperators([0.1, 0.2])
    with pytest.raises(ValueError, match=r"must fit in memory.*GiB"):
        replace(every_gate_neuron(2, 6), noise=NOISE).step_superoperators([0.1, 0.2])
    many = np.broadcast_to(0.1, (10**10, 1))
    for method in (TWO.step_operators, TWO.step_superoperators):
        with pytest.raises(ValueError, match=r"must fit in memory.*fewer currents"):
            method(many)
