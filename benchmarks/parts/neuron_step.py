"""One case of `benchmarks/quantum_neurons.py`, in a process of its own.

Reads one JSON object from standard input and writes one, as its peer
`peers/density_matrix_neurons.py` does: tasks "check", "step" and "neurons", and
"parts", the seconds of a step's parts.
"""

import json
import os
import sys
import time

case = json.load(sys.stdin)
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: case["threads"]])

import jax  # noqa: E402 (XLA counts the cores as it starts)
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
from neuron_numbers import some_network, some_samples, timed  # noqa: E402

from oqnn._core.jax64 import in_double_precision  # noqa: E402
from oqnn.quantum_neurons import (  # noqa: E402
    SQSNeuron,
    hardware_efficient_circuit,
    layered_network,
    two_qubit_circuit,
)
from oqnn.quantum_neurons.learning.local import LocalRule  # noqa: E402
from oqnn.quantum_neurons.learning.local_jax import passes  # noqa: E402
from oqnn.quantum_neurons.learning.loop_jax import (  # noqa: E402
    init,
    masks_of,
    optimizer_of,
    update,
)
from oqnn.quantum_neurons.networks.network_jax import (  # noqa: E402
    Parameters,
    currents_of,
    population_log_likelihoods,
    spikes_from,
)
from oqnn.quantum_neurons.neurons.records_jax import (  # noqa: E402
    draw_records,
    log_likelihoods,
)

PATIENCE = 6.0  # seconds of repeating
MOST = 12  # repeats
CLOCK = time.process_time if case["threads"] == 1 else time.perf_counter


def made_network():
    """Return the network, its rule, and a minibatch."""
    weights, angles = some_network(case["sizes"])
    neuron = SQSNeuron(1, 1, two_qubit_circuit(0.1, 0.2, 0.3))
    network = layered_network(case["sizes"], neuron).with_parameters(weights, angles)
    rule = LocalRule(passes=case["passes"], epsilon=case["epsilon"])
    samples = some_samples(case["sizes"], case["steps"], case["batch"])
    return network, rule, samples


@in_double_precision
def check() -> dict:
    """Return one gradient in full, and the records of its first pass."""
    network, rule, (inputs, labels) = made_network()
    parameters = init(network, optimizer_of("sgd", 0.1), np.dtype(np.float32))[0]
    gradient, info = rule.gradient(
        network, parameters, inputs, labels, np.random.default_rng(case["seed"])
    )
    rng = np.random.default_rng(case["seed"])
    shape = (case["passes"], *inputs.shape[:2])
    uniforms = tuple(
        rng.random((*shape, n, case["uniforms"]), dtype=np.float32)
        for n in case["sizes"][1:]
    )
    x = jnp.asarray(inputs, dtype=np.float32)
    drawn, _, _ = passes(
        network.wiring,
        parameters,
        x,
        jnp.asarray(labels),
        uniforms,
        (None,) * len(uniforms),
        loss=rule.loss,
    )
    first = tuple(p[0] for p in drawn)
    logs = population_log_likelihoods(network.wiring, parameters, x, first)
    return {
        "spikes": [np.asarray(p).tolist() for p in first],
        "likelihoods": [np.asarray(log).tolist() for log in logs],
        "gradient": [np.asarray(g).tolist() for g in jax.tree.leaves(gradient)],
        "loss": float(info.loss),
    }


def step() -> dict:
    """Time training steps with Adam."""
    network, rule, (inputs, labels) = made_network()
    adam = optimizer_of("adam", 0.01)
    state, masks = init(network, adam, np.dtype(np.float32)), masks_of(network)
    rng = np.random.default_rng(0)

    def one() -> None:
        nonlocal state
        gradient, info = rule.gradient(network, state[0], inputs, labels, rng)
        state, _, _ = update(adam, masks, state, gradient, info)
        jax.block_until_ready(state)

    return timed(one, CLOCK, PATIENCE, MOST)


def parts() -> dict:
    """Time what a pass consists of, each alone."""
    network, _, (inputs, _) = made_network()
    x, w = (
        jnp.asarray(inputs, dtype=np.float32),
        jnp.asarray(network.weights[0], dtype=np.float32),
    )
    wiring = network.wiring
    kernel, n = wiring.kernels[0], wiring.sizes[0]
    angles = jnp.asarray(network.neurons[0], dtype=np.float32)
    z = jax.jit(lambda x, w: jnp.einsum("tbs,ns->tbn", x, w))(x, w)[..., None]
    uniforms = np.random.default_rng(0).random((*z.shape[:3], 1), dtype=np.float32)
    drawn = draw_records(kernel, angles, z, uniforms)
    logs = jax.jit(log_likelihoods, static_argnums=0)
    product = jax.jit(lambda x, w: jnp.einsum("tbs,ns->tbn", x, w))
    single = Parameters(
        (w, jnp.asarray(network.weights[1], dtype=np.float32)), (angles, angles[:10])
    )
    spikes = (spikes_from(drawn, 1, np.float32), jnp.zeros((*z.shape[:2], 10, 1)))
    found = {
        "product of 784 × 1000": lambda: product(x, w),
        "all currents": lambda: currents_of(wiring, single, x, spikes),
        "uniform numbers": lambda: np.random.default_rng(0).random(
            uniforms.shape, dtype=np.float32
        ),
        f"draw {n} neurons": lambda: draw_records(kernel, angles, z, uniforms),
        "likelihood of a record": lambda: logs(kernel, angles, z, drawn),
    }
    return {
        name: timed(lambda f=f: jax.block_until_ready(f()), CLOCK, PATIENCE, MOST)[
            "warm"
        ]
        for name, f in found.items()
    }


def neurons() -> dict:
    """Time sampled steps, or exact gradients, of neurons of any number of qubits."""
    n, T, B, n_io, n_memory = (
        case[k] for k in ("neurons", "steps", "batch", "n_io", "n_memory")
    )
    circuit = hardware_efficient_circuit(n_io + n_memory, case["layers"])
    model = SQSNeuron(n_io, n_memory, circuit)
    rng = np.random.default_rng(0)
    angles = jnp.asarray(model.random_parameters(n, rng).astype(np.float32))
    z = jnp.asarray(rng.normal(size=(T, B, n, n_io)).astype(np.float32))
    uniforms = jnp.asarray(rng.random((T, B, n, 1), dtype=np.float32))
    kernel = model.kernel
    if not case["gradient"]:
        return timed(
            lambda: jax.block_until_ready(draw_records(kernel, angles, z, uniforms)),
            CLOCK,
            PATIENCE,
            MOST,
        )
    drawn = draw_records(kernel, angles, z, uniforms)
    gradient = jax.jit(
        jax.grad(
            lambda a, z: log_likelihoods(kernel, a, z, drawn).sum(), argnums=(0, 1)
        )
    )
    return timed(
        lambda: jax.block_until_ready(gradient(angles, z)), CLOCK, PATIENCE, MOST
    )


def main() -> None:
    """Do what is asked for."""
    tasks = {"check": check, "step": step, "parts": parts, "neurons": neurons}
    json.dump(tasks[case["task"]](), sys.stdout)


if __name__ == "__main__":
    main()
