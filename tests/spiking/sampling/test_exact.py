"""Exact laws of machines against closed forms and sums over every state."""

import numpy as np
import pytest
from spiking.sampling.graphs import MACHINES, ring, shaken, slow_law

from oqnn.spiking.sampling import exact
from oqnn.spiking.sampling.exact import joint_law, log_weights, moments, visible_law
from oqnn.spiking.sampling.machine import from_graph, three_layer, two_layer
from oqnn.spiking.sampling.samples import states_of
from oqnn.spiking.state_frequencies import kl_divergence

TIGHT = {"rtol": 1e-12, "atol": 1e-15}


def every_visible_state(machine):
    return states_of(np.arange(2**machine.n_visible), machine.n_visible)


@pytest.fixture(params=[exact.CHUNK, 7], ids=["one piece", "in pieces"])
def chunk(request, monkeypatch):
    monkeypatch.setattr(exact, "CHUNK", request.param)


def test_a_pair_counts_its_weight_once():
    """p ∝ 1, e^c, e^b, e^(w + b + c) for 00, 01, 10, 11."""
    w, b, c = 0.9, -0.4, 1.3
    machine = two_layer(2, 0, dense_visible=True).with_parameters([w], [b, c])
    weights = np.exp([0, c, b, w + b + c])
    np.testing.assert_allclose(joint_law(machine), weights / weights.sum(), **TIGHT)
    np.testing.assert_allclose(visible_law(machine), weights / weights.sum(), **TIGHT)
    np.testing.assert_allclose(
        log_weights(machine, [[0, 0], [1, 1]]), [0, w + b + c], **TIGHT
    )


@pytest.mark.parametrize("n_visible", [10, 4])
def test_a_ring_has_the_law_of_its_transfer_matrix(n_visible):
    """Z = Tr Tⁿ with T(z, z') = e^(wzz' + bz); <z₀> = Tr(T₁Tⁿ⁻¹)/Z, <z₀z₁> alike."""
    n, w, b = 10, 0.8, -0.5
    machine = from_graph(ring(n), n_visible).with_parameters([w] * n, [b] * n)
    T = np.exp([[0, 0], [b, w + b]])
    Z = np.trace(np.linalg.matrix_power(T, n))
    up = np.diag([0.0, 1.0])

    result = moments(machine)

    mean = np.trace(up @ np.linalg.matrix_power(T, n)) / Z
    pair = np.trace(up @ T @ up @ np.linalg.matrix_power(T, n - 1)) / Z
    np.testing.assert_allclose(result.means, np.full(n, mean), **TIGHT)
    np.testing.assert_allclose(result.correlations, np.full(n, pair), **TIGHT)
    law = visible_law(machine)
    # open ends of the visible part are joined by the powers of the hidden one
    ends = np.linalg.matrix_power(T, n - n_visible + 1)
    for code in (0, 5, 2**n_visible - 1):
        z = states_of(code, n_visible)
        path = np.prod([T[z[i], z[i + 1]] for i in range(n_visible - 1)])
        assert law[code] == pytest.approx(path * ends[z[-1], z[0]] / Z, rel=1e-12)


def test_independent_neurons_have_logistic_means_and_a_law_of_products():
    biases = np.array([0.3, -1.2, 2.0, -0.7, 0.1])
    machine = two_layer(3, 2).with_parameters(np.zeros(6), biases)
    p = 1 / (1 + np.exp(-biases))
    z = every_visible_state(machine)
    law = np.prod(np.where(z, p[:3], 1 - p[:3]), axis=1)
    np.testing.assert_allclose(visible_law(machine), law, **TIGHT)
    result = moments(machine)
    np.testing.assert_allclose(result.means, p, **TIGHT)
    i, j = machine.edges
    np.testing.assert_allclose(result.correlations, p[i] * p[j], **TIGHT)


@pytest.mark.parametrize("dense", [False, True])
def test_hidden_neurons_add_softplus_of_their_drives(dense):
    """log Σ_h = ½vWv + bv + Σ_j log(1 + e^(u_j)), at sizes no sum could reach."""
    machine = shaken(two_layer(64, 50, dense_visible=dense), 3)
    v = np.random.default_rng(4).integers(0, 2, (3, 5, 64))
    W, b = machine.weights, machine.biases
    expected = np.logaddexp(0, v @ W[:64, 64:] + b[64:]).sum(axis=-1)
    expected += v @ b[:64] + 0.5 * np.einsum("abi,ij,abj->ab", v, W[:64, :64], v)
    np.testing.assert_allclose(log_weights(machine, v), expected, rtol=1e-12)


def test_a_hidden_layer_of_any_width_is_summed_out():
    """4 + 200 neurons: the law of four weights a hidden neuron, neuron by neuron."""
    machine = shaken(two_layer(4, 200), 5, 0.3)
    z = every_visible_state(machine).astype(float)
    weights = np.exp(z @ machine.biases[:4])
    for j in range(4, 204):
        drive = z @ machine.weights[:4, j] + machine.biases[j]
        weights *= (1 + np.exp(drive)) / 2
    np.testing.assert_allclose(
        visible_law(machine), weights / weights.sum(), rtol=1e-11
    )


@pytest.mark.parametrize("sign", [1, -1])
def test_strong_weights_and_many_neurons_overflow_nothing(sign):
    """All of 1100 drives ±800 v: log(1 + e^u) is max(u, 0) but for u = 0."""
    n = 1100
    biases = np.zeros(n + 1)
    machine = two_layer(1, n).with_parameters([800.0 * sign] * n, biases)
    expected = [n * np.log(2), n * 800.0 if sign > 0 else 0.0]
    np.testing.assert_allclose(log_weights(machine, [[0], [1]]), expected, rtol=1e-13)


@pytest.mark.parametrize("name", MACHINES)
def test_laws_and_moments_are_those_of_the_slow_sums(name, chunk):
    machine = MACHINES[name]
    states, law = slow_law(machine)
    visible = law.reshape(2**machine.n_visible, -1).sum(axis=1)

    np.testing.assert_allclose(joint_law(machine), law, **TIGHT)
    np.testing.assert_allclose(visible_law(machine), visible, **TIGHT)
    logs = log_weights(machine, every_visible_state(machine))
    np.testing.assert_allclose(logs - logs[0], np.log(visible / visible[0]), atol=1e-12)
    result = moments(machine)
    np.testing.assert_allclose(result.means, law @ states, **TIGHT)
    pairs = [
        law @ (states[:, i] * states[:, j]) for i, j in np.transpose(machine.edges)
    ]
    np.testing.assert_allclose(result.correlations, pairs, **TIGHT)
    assert kl_divergence(visible_law(machine), visible) < 1e-14


@pytest.mark.parametrize("sizes", [(2, 30, 4), (2, 4, 30)])
def test_three_layers_sum_the_wider_hidden_layer_out(sizes):
    """34 hidden neurons: the middle or the deep ones in turn given the other layer."""
    n_visible, n_hidden, n_deep = sizes
    machine = shaken(three_layer(*sizes), 6, 0.5)
    W, b = machine.weights, machine.biases
    v_end, h_end = n_visible, n_visible + n_hidden
    slow = np.zeros(4)
    few = min(n_hidden, n_deep)
    for code, v in enumerate(every_visible_state(machine)):
        for h in states_of(np.arange(2**few), few):
            if n_deep < n_hidden:  # h is deep
                drive = v @ W[:v_end, v_end:h_end] + h @ W[h_end:, v_end:h_end]
                own, out = b[h_end:], b[v_end:h_end]
                outer = 0.0
            else:
                drive = h @ W[v_end:h_end, h_end:]
                own, out = b[v_end:h_end], b[h_end:]
                outer = v @ W[:v_end, v_end:h_end] @ h
            slow[code] += np.exp(h @ own + outer + v @ b[:v_end]) * np.prod(
                1 + np.exp(drive + out)
            )
    np.testing.assert_allclose(visible_law(machine), slow / slow.sum(), rtol=1e-12)
    logs = log_weights(machine, every_visible_state(machine))
    np.testing.assert_allclose(logs, np.log(slow), rtol=1e-12)


@pytest.mark.parametrize("sizes", [(3, 40), (40, 3)])
def test_moments_sum_the_wider_layer_out_visible_or_not(sizes):
    """<z_i> = d log Z/db_i and <z_i z_j> = d log Z/dW_ij, by central differences."""
    machine = shaken(two_layer(*sizes), 7, 0.4)
    few = np.arange(3) if sizes[0] == 3 else np.arange(40, 43)
    many = np.setdiff1d(np.arange(43), few)

    def log_sum(edge_weights, biases):
        W = machine.with_parameters(edge_weights, biases).weights
        z = states_of(np.arange(8), 3)
        drives = z @ W[np.ix_(few, many)] + biases[many]
        return np.logaddexp.reduce(z @ biases[few] + np.logaddexp(0, drives).sum(1))

    result = moments(machine)
    w, b, step = machine.edge_weights, machine.biases, 1e-5
    for i in (0, 2, 5, 42):
        d = step * np.eye(43)[i]
        slope = (log_sum(w, b + d) - log_sum(w, b - d)) / (2 * step)
        assert result.means[i] == pytest.approx(slope, abs=1e-9)
    for e in (0, 1, 77, 119):
        d = step * np.eye(120)[e]
        slope = (log_sum(w + d, b) - log_sum(w - d, b)) / (2 * step)
        assert result.correlations[e] == pytest.approx(slope, abs=1e-9)


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (lambda: visible_law(two_layer(40, 5)), r"2\^40 ones of 40 .* 2\.46e\+04 GiB"),
        (lambda: joint_law(two_layer(10, 30)), r"2\^40 ones of 40 neurons"),
        (lambda: visible_law(three_layer(4, 35, 36)), r"2\^35 ones of 35 neurons"),
        (lambda: moments(two_layer(33, 34)), r"2\^33 ones of 33 neurons take 192 GiB"),
        (lambda: joint_law(two_layer(2, 1100)), r"2\^1102 ones"),
        (
            lambda: visible_law(two_layer(10, 2), memory_limit_gib=1e-5),
            "take 2.29e-05 GiB, more than `memory_limit_gib` = 1e-05. Sample it",
        ),
    ],
)
def test_sums_that_do_not_fit_are_refused_with_their_size(refused, message):
    with pytest.raises(ValueError, match="few enough states.*" + message):
        refused()


def test_wrong_states_and_limits_are_refused():
    machine = two_layer(3, 2)
    with pytest.raises(
        ValueError, match=r"must have shape \(\.\.\., 3\), but .* \(2,\)"
    ):
        log_weights(machine, [0, 1])
    with pytest.raises(ValueError, match="must hold zeros and ones"):
        log_weights(machine, [0, 1, 2])
    with pytest.raises(ValueError, match="`memory_limit_gib` must be positive"):
        visible_law(machine, memory_limit_gib=0)
