"""Networks to NIR files and back, and files of other tools."""

import sys

import nir
import numpy as np
import pytest

from oqnn.spiking import (
    LIFNetwork,
    LIFParameters,
    read_nir,
    respond,
    simulate,
    write_nir,
)

RNG = np.random.default_rng(61)
ODD = LIFParameters(
    v_threshold=0.9,
    v_leak=0.15,
    v_reset=-0.2,
    tau_mem_ms=7.1,
    tau_syn_ms=1.956,  # 1000 times its thousandth is another float
    dt_ms=0.7,
    refractory_steps=4,
    resistance=1.3,
)


def recurrent_network(**settings):
    return LIFNetwork(
        input_weights=RNG.normal(2.0, 3.0, (5, 3)) / 7,
        recurrent_weights=RNG.normal(0.0, 6.0, (5, 5)) / 7,
        **settings,
    )


def foreign_graph(lif=None, **changes):
    """A graph as another tool would write it: two neurons, three sources, no notes."""
    constants = {
        "tau_syn": 0.004,
        "tau_mem": 0.008,
        "r": 2.0,
        "v_leak": 0.1,
        "v_threshold": 1.2,
        "v_reset": -0.3,
    }
    constants = {name: np.full(2, value) for name, value in constants.items()}
    constants |= {"w_in": np.array([8.0, 2.0])} | (lif or {})
    nodes = {
        "in": nir.Input({"input": np.array([3])}),
        "a": nir.Affine(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.5]]), np.zeros(2)),
        "b": nir.CubaLIF(**constants),
        "c": nir.Linear(np.array([[0.5, -1.0], [2.0, 0.25]])),
        "out": nir.Output({"output": np.array([2])}),
    } | changes.get("nodes", {})
    edges = [("in", "a"), ("a", "b"), ("b", "c"), ("c", "b"), ("b", "out")]
    metadata = {"dt_ms": 1.0, "refractory_steps": 2, "source_law": "poisson"}
    return nir.NIRGraph(
        nodes,
        changes.get("edges", edges),
        metadata=changes.get("metadata", {**metadata, "source_rate_hz": 40.0}),
        type_check=False,
    )


def saved(tmp_path, graph):
    path = tmp_path / "foreign.nir"
    nir.write(str(path), graph)
    return path


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"parameters": ODD, "source_rate_hz": 321.1, "source_law": "poisson"},
        {
            "parameters": LIFParameters(v_leak=0.9, refractory_steps=10),
            "source_rate_hz": 300.0,
            "source_law": "at_least_one",
        },
    ],
)
def test_a_network_comes_back_bit_by_bit_and_spike_by_spike(tmp_path, settings):
    network = recurrent_network(**settings)

    write_nir(network, tmp_path / "network.nir")
    back = read_nir(tmp_path / "network.nir")

    np.testing.assert_array_equal(back.input_weights, network.input_weights)
    np.testing.assert_array_equal(back.recurrent_weights, network.recurrent_weights)
    assert back.parameters == network.parameters
    assert back.source_rate_hz == network.source_rate_hz
    assert back.source_law == network.source_law
    spikes = [simulate(net, 400, chains=3, seed=5) for net in (network, back)]
    assert 0.02 < spikes[0].mean() < 0.98
    np.testing.assert_array_equal(*spikes)


def test_file_holds_the_equations_of_nir(tmp_path):
    """Euler steps of NIR's equations on the nodes alone give our currents and voltages:
    τ_syn dI/dt = -I + w_in S and τ_mem dv/dt = v_leak - v + R I, S spikes a step.
    """
    network = recurrent_network(parameters=ODD)
    write_nir(network, tmp_path / "network.nir")
    sources = np.random.default_rng(3).integers(0, 2, (60, 3))
    ours = respond(network, sources)

    graph = nir.read(str(tmp_path / "network.nir"))
    lif, dt = graph.nodes["lif"], ODD.dt_ms / 1000
    v, current, wait = lif.v_leak.copy(), np.zeros(5), np.zeros(5)
    for step, counts in enumerate(sources):
        moved = v + dt / lif.tau_mem * (lif.v_leak - v + lif.r * current)
        v = np.where(wait > 0, v, moved)
        z = (wait == 0) & (v >= lif.v_threshold)
        v = np.where(z, lif.v_reset, v)
        wait = np.where(z, ODD.refractory_steps, wait)
        spikes = graph.nodes["w_in"].weight @ counts + graph.nodes["w_rec"].weight @ z
        current = current + dt / lif.tau_syn * (-current + lif.w_in * spikes)
        np.testing.assert_array_equal(ours.active[step], wait > 0)
        np.testing.assert_allclose(ours.voltages[step], v, rtol=0, atol=1e-11)
        np.testing.assert_allclose(ours.currents[step], current, rtol=0, atol=1e-11)
        wait = np.maximum(wait - 1, 0)
    assert ours.active.any()


def test_another_tools_file_is_read(tmp_path):
    """A current jumps by w_in dt/τ_syn, here 2 and 1/2, times the weight."""
    network = read_nir(saved(tmp_path, foreign_graph()))

    np.testing.assert_allclose(
        network.input_weights, [[2, 4, 6], [2, 2.5, 3.25]], rtol=1e-15
    )
    np.testing.assert_allclose(
        network.recurrent_weights, [[1, -2], [1, 0.125]], rtol=1e-15
    )
    expected = LIFParameters(
        v_threshold=1.2,
        v_leak=0.1,
        v_reset=-0.3,
        tau_mem_ms=8.0,
        tau_syn_ms=4.0,
        resistance=2.0,
        refractory_steps=2,
    )
    assert network.parameters == expected
    assert (network.source_rate_hz, network.source_law) == (40.0, "poisson")


def test_what_the_file_lacks_is_given(tmp_path):
    edges = [("in", "a"), ("a", "b"), ("b", "out")]
    graph = foreign_graph(metadata={}, edges=edges)
    del graph.nodes["c"]
    network = read_nir(
        saved(tmp_path, graph),
        dt_ms=2.0,
        refractory_steps=3,
        source_rate_hz=70.0,
        source_law="bernoulli",
    )
    assert network.parameters.dt_ms == 2.0
    assert network.parameters.refractory_steps == 3
    assert network.source_mean == pytest.approx(0.14, rel=1e-14)
    np.testing.assert_array_equal(network.recurrent_weights, np.zeros((2, 2)))
    np.testing.assert_allclose(network.input_weights[0], [4, 8, 12], rtol=1e-15)


def test_edited_constants_win_over_our_notes(tmp_path):
    write_nir(recurrent_network(parameters=ODD), tmp_path / "network.nir")
    graph = nir.read(str(tmp_path / "network.nir"))
    graph.nodes["lif"].tau_mem[:] = 0.02
    graph.nodes["lif"].w_in[:] *= 3

    back = read_nir(saved(tmp_path, graph))

    assert back.parameters.tau_mem_ms == pytest.approx(20.0, rel=1e-14)
    assert back.parameters.tau_syn_ms == ODD.tau_syn_ms
    original = read_nir(tmp_path / "network.nir")
    np.testing.assert_allclose(
        back.recurrent_weights, 3 * original.recurrent_weights, rtol=1e-14
    )


@pytest.mark.parametrize("missing", ["dt_ms", "refractory_steps", "source_law"])
def test_missing_constants_are_refused(tmp_path, missing):
    graph = foreign_graph()
    del graph.metadata[missing]
    with pytest.raises(ValueError, match=f"`{missing}` must be given, because the fi"):
        read_nir(saved(tmp_path, graph))


def test_contradictions_are_refused(tmp_path):
    path = saved(tmp_path, foreign_graph())
    assert read_nir(path, dt_ms=1.0).parameters.dt_ms == 1
    with pytest.raises(ValueError, match="`dt_ms` must be left out or agree with the"):
        read_nir(path, dt_ms=0.5)
    with pytest.raises(ValueError, match=r"which says poisson, but is bernoulli\."):
        read_nir(path, source_law="bernoulli")


LI = nir.LI(tau=np.ones(2), r=np.ones(2), v_leak=np.zeros(2))
BIASED = nir.Affine(np.ones((2, 3)), np.array([0.0, -0.4]))
FORWARD = [("in", "a"), ("a", "b"), ("b", "out")]


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (
            foreign_graph(lif={"tau_mem": np.array([0.008, 0.009])}),
            r"neurons with the same tau_mem, but it runs from 0\.008 to 0\.009",
        ),
        (foreign_graph(nodes={"b": LI}), "node 'b' is of the kind LI"),
        (
            foreign_graph(nodes={"a": BIASED}),
            r"weights without bias, but node 'a' has one up to 0\.4",
        ),
        (
            foreign_graph(nodes={"in2": nir.Input({"input": np.array([3])})}),
            "must hold one Input node, but holds 2",
        ),
        (foreign_graph(edges=FORWARD[1:]), "must hold one Input node, but holds 3"),
        (
            foreign_graph(edges=[*FORWARD, ("b", "c"), ("c", "out")]),
            "must hold the edges input -> weights -> neurons -> output and at most one",
        ),
        (foreign_graph(lif={"tau_syn": np.full(2, 5e-4)}), "`dt_ms` must not exceed"),
    ],
)
def test_other_graphs_are_refused(tmp_path, graph, message):
    with pytest.raises(ValueError, match=message):
        read_nir(saved(tmp_path, graph))


def test_neurons_in_a_plane_are_refused(tmp_path):
    constants = ["tau_syn", "tau_mem", "r", "v_leak", "v_threshold", "v_reset", "w_in"]
    graph = foreign_graph(lif={name: np.ones((2, 2)) for name in constants})
    with pytest.raises(ValueError, match=r"must hold a NIR graph, .* type mismatch"):
        read_nir(saved(tmp_path, graph))


def test_files_of_other_kinds_are_refused(tmp_path):
    with pytest.raises(ValueError, match="`path` must name a file, but there is no"):
        read_nir(tmp_path / "nowhere.nir")
    path = tmp_path / "text.nir"
    path.write_text("no graph")
    with pytest.raises(ValueError, match=r"`path` must hold a NIR graph, but .*text"):
        read_nir(path)
    nir.write(str(path), LI)
    with pytest.raises(ValueError, match=r"`path` must hold a NIR graph, but .*text"):
        read_nir(path)


def test_a_missing_package_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "nir", None)
    for call in (lambda path: write_nir(recurrent_network(), path), read_nir):
        with pytest.raises(ImportError, match=r"`nir` must .* 'oqnn\[nir\]'"):
            call(tmp_path / "network.nir")
