"""Slow, obviously right networks that the fast ones are tested against."""

import numpy as np

COIN_TAIL = 0.8  # 1 - dt / tau_syn of the default parameters


def step_by_step(network, sources):
    """Simulate neuron by neuron, with a counter of refractory steps, from rest.

    Returns active states, voltages and currents, each (steps, n).
    """
    p, n = network.parameters, network.n_neurons
    v, current, left = np.full(n, p.v_leak), np.zeros(n), np.zeros(n, dtype=int)
    trace = []
    for counts in sources:
        fired, active = np.zeros(n), np.zeros(n)
        for i in range(n):
            if left[i] == 0:
                drive = p.v_leak - v[i] + p.resistance * current[i]
                v[i] = v[i] + p.dt_ms / p.tau_mem_ms * drive
            current[i] = current[i] - p.dt_ms / p.tau_syn_ms * current[i]
            if left[i] == 0 and v[i] >= p.v_threshold:
                fired[i], left[i], v[i] = 1, p.refractory_steps, p.v_reset
            active[i] = left[i] > 0
            left[i] = max(0, left[i] - 1)
        for i in range(n):
            for j in range(n):
                current[i] += network.recurrent_weights[i, j] * fired[j]
            for j, count in enumerate(counts):
                current[i] += network.input_weights[i, j] * count
        trace.append((active, v.copy(), current.copy()))
    return tuple(np.array(column) for column in zip(*trace, strict=True))


def coins(*, source_rate_hz, n=2, **settings):
    """Return n neurons that repeat one source each, a step late: independent coins.

    A neuron's own spike cancels the tail of the current that made it fire.
    """
    from oqnn.spiking import LIFNetwork

    return LIFNetwork(
        input_weights=40 * np.eye(n),
        recurrent_weights=-40 * COIN_TAIL * np.eye(n),
        source_rate_hz=source_rate_hz,
        **settings,
    )
