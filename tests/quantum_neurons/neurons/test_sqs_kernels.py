"""Kernels of SQS neurons: many neurons at once, gradients, single precision."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from quantum_neurons.zoo import every_gate_neuron

from oqnn._core.jax64 import in_double_precision
from oqnn.quantum_neurons import (
    Noise,
    SQSNeuron,
    hardware_efficient_circuit,
    two_qubit_circuit,
)
from oqnn.quantum_neurons.neurons.density_jax import DensityMatrixKernel
from oqnn.quantum_neurons.neurons.records_jax import log_likelihoods, record_laws
from oqnn.quantum_neurons.neurons.sqs_jax import StateVectorKernel, TwoQubitKernel

NOISE = Noise(two_qubit_depolarizing=0.1, amplitude_damping=0.05, reset_error=0.1)
TWO = SQSNeuron(1, 1, two_qubit_circuit(0.9, 0.4, 1.3))
NOISY = replace(TWO, noise=NOISE)
LARGE = SQSNeuron(  # of seven qubits, in blocks of four
    2, 5, hardware_efficient_circuit(7, 1, rotations=["ry"], seed=2)
)
NEURONS = [TWO, every_gate_neuron(2, 1), LARGE, NOISY]


def batch(neuron, n, samples=2, steps=3):
    """Angles of n neurons, currents away from zero, patterns."""
    rng = np.random.default_rng(5)
    angles = neuron.random_parameters(n, rng)
    z = rng.uniform(0.1, 1, (steps, samples, n, neuron.n_io))
    z *= rng.choice([-1, 1, 1], z.shape)
    return angles, z, rng.integers(0, 2**neuron.n_io, (steps, samples, n))


def laws_by_maps(neuron, currents, patterns):
    """Of one neuron, from the maps of its memory in NumPy."""
    d, laws = 2**neuron.n_memory, []
    rho = np.eye(d * d)[0]
    for z, pattern in zip(currents, patterns, strict=True):
        if neuron.noise is None:
            matrix = rho.reshape(d, d).T
            kraus = neuron.step_operators(z)
            branches = kraus @ matrix @ kraus.conj().mT
            branches = branches.mT.reshape(-1, d * d)
        else:
            branches = neuron.step_superoperators(z) @ rho
        law = branches[:, :: d + 1].sum(axis=1).real
        rho = branches[pattern] / law[pattern]
        laws.append(law)
    return np.array(laws)


def test_each_neuron_has_its_kernel():
    assert TWO.kernel == TwoQubitKernel()
    assert isinstance(every_gate_neuron(1, 2).kernel, StateVectorKernel)
    assert len(LARGE.kernel.blocks) > 1
    assert isinstance(NOISY.kernel, DensityMatrixKernel)
    assert NOISY.kernel == replace(TWO, noise=replace(NOISE)).kernel


@pytest.mark.slow
@pytest.mark.parametrize("neuron", [TWO, LARGE, NOISY])
@in_double_precision
def test_many_neurons_are_each_on_its_own(neuron):
    angles, z, patterns = batch(neuron, 3)
    found = record_laws(neuron.kernel, jnp.asarray(angles), z, patterns)
    for i, theta in enumerate(angles):
        alone = neuron.with_parameters(theta)
        for b in range(2):
            exact = laws_by_maps(alone, z[:, b, i], patterns[:, b, i])
            np.testing.assert_allclose(found[:, b, i], exact, rtol=0, atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("neuron", NEURONS)
@in_double_precision
def test_gradients_against_central_differences(neuron):
    """Of the log-likelihood of a record, by all angles and currents."""
    angles, z, patterns = batch(neuron, 1, samples=1)
    kernel, step = neuron.kernel, 1e-5

    def total(theta, z):
        return log_likelihoods(kernel, theta, z, patterns).sum()

    by_angle, by_current = jax.grad(total, argnums=(0, 1))(jnp.asarray(angles), z)
    shifts = step * np.eye(angles.size)
    both = np.concatenate([angles + shifts, angles - shifts])  # as so many neurons
    many = (np.repeat(a, len(both), axis=2) for a in (z, patterns))
    up, down = np.split(log_likelihoods(kernel, both, *many)[0], 2)
    slope = (up - down) / (2 * step)
    np.testing.assert_allclose(by_angle[0], slope, rtol=1e-6, atol=1e-6)
    nudge = step * np.eye(z.size).reshape(z.size, *z.shape)[:, :, 0, 0]
    moved = [np.moveaxis(z[:, 0, 0] + s * nudge, 0, 1) for s in (1, -1)]
    moved = np.concatenate(moved, axis=1)[:, None]  # (T, 1, 2 T N, N)
    same = np.repeat(angles, moved.shape[2], axis=0)
    taken = np.repeat(patterns, moved.shape[2], axis=2)
    up, down = np.split(log_likelihoods(kernel, same, moved, taken)[0], 2)
    slope = ((up - down) / (2 * step)).reshape(z[:, 0, 0].shape)
    np.testing.assert_allclose(by_current[:, 0, 0], slope, rtol=1e-6, atol=1e-6)
    assert (np.asarray(by_current)[z < 0] == 0).all()


@pytest.mark.parametrize("neuron", NEURONS)
@pytest.mark.parametrize("wide", [True, False])
def test_kernels_keep_the_precision_of_the_angles(neuron, wide):
    """Single precision in, single precision out, whatever JAX is set to."""
    kernel, (angles, z, _) = neuron.kernel, batch(neuron, 3)
    angles, z = angles.astype(np.float32), z.astype(np.float32)

    def step(angles, z):
        prepared = kernel.prepare(angles)
        state = kernel.start(prepared, 2)
        charged = kernel.charge(prepared, state, z, z[..., 0])
        law = kernel.law(prepared, charged)
        return state, law, kernel.settle(prepared, charged, law)

    with jax.enable_x64(wide):
        before, law, after = jax.eval_shape(step, angles, z[0])
    assert law.dtype == np.float32
    assert before == after  # shapes and types of the state's arrays
    kinds = {leaf.dtype for leaf in jax.tree.leaves(after)}
    assert kinds <= {np.dtype(np.complex64), np.dtype(np.float32)}
    assert law.shape == (2, 3, 2**neuron.n_io)
