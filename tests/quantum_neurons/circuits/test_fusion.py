"""Gates fused into blocks: the same circuit, whatever the size of the blocks."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from quantum_neurons.zoo import every_gate_circuit

from oqnn._core.jax64 import in_double_precision
from oqnn.quantum_neurons import Circuit, Gate
from oqnn.quantum_neurons.circuits.circuits_jax import (
    apply_blocks,
    apply_circuit,
    block_matrices,
)
from oqnn.quantum_neurons.circuits.fusion import fuse


@pytest.mark.parametrize("most", [1, 2, 3, 4])
def test_blocks_in_a_row_are_the_circuit(most):
    """In NumPy: the gates regrouped have the same product, and blocks keep to size."""
    circuit = every_gate_circuit(4, seed=3)
    blocks = fuse(circuit.gates, most)
    regrouped = [gate for block in blocks for gate in block.gates]
    again = Circuit(n_qubits=4, gates=regrouped, parameters=circuit.parameters)
    np.testing.assert_allclose(again.unitary(), circuit.unitary(), atol=1e-13)
    for block in blocks:
        assert len(block.qubits) <= max(most, max(len(g.qubits) for g in block.gates))
        assert block.qubits == tuple(sorted({q for g in block.gates for q in g.qubits}))


def test_gates_do_not_pass_each_other():
    """RX on a qubit stays behind the CX that it shares a qubit with."""
    gates = [Gate("x", (0,)), Gate("cx", (0, 2)), Gate("h", (0,)), Gate("h", (1,))]
    found = [(block.qubits, len(block.gates)) for block in fuse(gates, 2)]
    assert found == [((0, 2), 3), ((1,), 1)]
    assert [block.qubits for block in fuse(gates, 1)] == [(0,), (0, 2), (0,), (1,)]


@pytest.mark.slow
@in_double_precision
def test_blocks_applied_to_many_amplitudes():
    """Fused or gate by gate, on neighbours or not: V(θ) ψ; columns enough for the four
    real products.
    """
    circuit, rng = every_gate_circuit(4, seed=4), np.random.default_rng(0)
    angles = jnp.asarray(rng.uniform(-3, 3, (2, circuit.n_parameters)))
    psi = rng.normal(size=(2, 16, 300)) + 1j * rng.normal(size=(2, 16, 300))
    V = [circuit.with_parameters(theta).unitary() for theta in np.asarray(angles)]
    blocks = fuse(circuit.gates, 3)

    @jax.jit
    def both(angles, psi):
        matrices = block_matrices(blocks, angles)
        found = apply_blocks(blocks, matrices, 4, psi)
        return found, apply_circuit(circuit.gates, 4, angles, psi)

    found, one_by_one = both(angles, jnp.asarray(psi))
    np.testing.assert_allclose(found, V @ psi, atol=1e-12)
    np.testing.assert_allclose(one_by_one, V @ psi, atol=1e-12)


def test_single_precision_stays_single():
    circuit = every_gate_circuit(3, seed=4)
    blocks = fuse(circuit.gates, 3)
    angles = jnp.asarray(circuit.parameters[None], dtype=jnp.float32)
    for wide in (False, True):
        with jax.enable_x64(wide):
            matrices = jax.eval_shape(lambda: block_matrices(blocks, angles))
            assert {matrix.dtype for matrix in matrices} == {np.dtype(np.complex64)}
