"""Networks in files of the Neuromorphic Intermediate Representation, NIR."""

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from .network import LIFNetwork, LIFParameters

__all__ = ["read_nir", "write_nir"]

SAME = 1e-12  # relative: rounding of milliseconds to seconds and back
STEP_ORDER = (
    "v += dt/tau_mem (v_leak - v + r I); I -= dt/tau_syn I; z = (v >= v_threshold); "
    "v = v_reset where z; I += W_rec z + W_in z_in; while a neuron is refractory its v "
    "stands still and it does not fire"
)
UNIFORM = ("tau_mem", "tau_syn", "r", "v_leak", "v_threshold", "v_reset")


def write_nir(network: LIFNetwork, path: str | Path) -> None:
    r"""Write a network as a NIR file, which `read_nir` reads back bit by bit.

    The graph is input → ``w_in`` → ``lif`` → output with the loop ``lif`` → ``w_rec``
    → ``lif``. The node ``lif`` is a ``CubaLIF`` [1]_,

    .. math:: \tau_{syn}\dot I = -I + w_{in} S, \qquad
        \tau_{mem}\dot v = v_{leak} - v + RI,

    with times in seconds, as other tools read them. NIR leaves the step to the
    reader. Those that we know take Euler steps in which S is a number of spikes, so
    that ``w_in`` is τ_syn/dt here: a spike of weight W lifts the current by W. Where S
    is a train of unit impulses, set ``w_in`` to τ_syn.

    NIR knows neither refractory periods nor sources nor steps. They are in the metadata
    of the graph, with the constants in milliseconds and the order of our step.

    Parameters
    ----------
    network : LIFNetwork
        The network, trained or not.
    path : str or Path
        The file, which is replaced if it exists.

    Raises
    ------
    ImportError
        If the package ``nir`` is missing.

    Notes
    -----
    What other tools make of the file, by ``benchmarks/nir_files.py``: Norse 1.1 fires
    exactly the same spikes, one step earlier, because its currents reach the voltage
    in the step in which they arrive. That holds for v_leak = v_reset = 0 and for a
    refractory period of one step; otherwise it differs, as its currents decay to
    v_leak, it resets to 0 and it knows no refractory period. snnTorch 1.0 refuses the
    file unless v_leak = 0 and r = τ_mem/(0.1 ms), since its step is always 0.1 ms; and
    then it sends the input through the recurrent weights, so that its spikes differ.

    References
    ----------
    .. [1] Pedersen et al., Nat. Commun. 15, 8122 (2024).

    Examples
    --------
    >>> import tempfile
    >>> network = LIFNetwork(input_weights=[[3.0, 0.1]], recurrent_weights=[[-2.0]])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_nir(network, f"{folder}/network.nir")
    ...     read_nir(f"{folder}/network.nir").recurrent_weights
    array([[-2.]])
    """
    nir = _import_nir()
    p, n = network.parameters, network.n_neurons

    def each(value: float) -> np.ndarray:
        return np.full(n, value)

    nodes = {
        "input": nir.Input({"input": np.array([network.n_sources])}),
        "w_in": nir.Linear(np.array(network.input_weights)),
        "lif": nir.CubaLIF(
            tau_syn=each(p.tau_syn_ms / 1000),
            tau_mem=each(p.tau_mem_ms / 1000),
            r=each(p.resistance),
            v_leak=each(p.v_leak),
            v_threshold=each(p.v_threshold),
            v_reset=each(p.v_reset),
            w_in=each(p.tau_syn_ms / p.dt_ms),
        ),
        "w_rec": nir.Linear(np.array(network.recurrent_weights)),
        "output": nir.Output({"output": np.array([n])}),
    }
    edges = [
        ("input", "w_in"),
        ("w_in", "lif"),
        ("lif", "w_rec"),
        ("w_rec", "lif"),
        ("lif", "output"),
    ]
    metadata = {
        "writer": "oqnn",
        "step_order": STEP_ORDER,
        "dt_ms": p.dt_ms,
        "tau_mem_ms": p.tau_mem_ms,
        "tau_syn_ms": p.tau_syn_ms,
        "refractory_steps": p.refractory_steps,
        "source_rate_hz": network.source_rate_hz,
        "source_law": network.source_law,
    }
    nir.write(str(path), nir.NIRGraph(nodes, edges, metadata=metadata))


def read_nir(
    path: str | Path,
    *,
    dt_ms: float | None = None,
    refractory_steps: int | None = None,
    source_rate_hz: float | None = None,
    source_law: str | None = None,
) -> LIFNetwork:
    r"""Read a network from a NIR file, from `write_nir` or from another tool.

    The graph must be a layer of ``CubaLIF`` neurons with the same constants, times in
    seconds, that reads its input through one ``Linear`` or ``Affine`` node and
    itself through another or not at all. Weights are multiplied by
    ``w_in`` dt/τ_syn, what a spike adds to a current in an Euler step, which is 1 in
    our own files. A neuron fires at v ≥ v_threshold; NIR has v > v_threshold.

    Parameters
    ----------
    path : str or Path
        The file.
    dt_ms : float, optional, ms
        The step. This and the following are needed if the file does not
        hold them, and only then.
    refractory_steps : int, optional
        Refractory period in steps; 1 is what NIR's equations say.
    source_rate_hz : float, optional, Hz
        Rate of the sources.
    source_law : str, optional
        Their law, see `LIFNetwork`.

    Returns
    -------
    LIFNetwork
        The network.

    Raises
    ------
    ImportError
        If the package ``nir`` is missing.
    ValueError
        If the file is no NIR graph, the graph is of another kind, constants differ
        between neurons, an argument is missing or contradicts the file, or a value
        does not fit `LIFNetwork`.
    """
    nir = _import_nir()
    graph = _read_graph(nir, path)
    lif, inputs, recurrent = _parts(nir, graph)
    constants = {name: _uniform(lif, name) for name in UNIFORM}
    given = {
        "dt_ms": dt_ms,
        "refractory_steps": refractory_steps,
        "source_rate_hz": source_rate_hz,
        "source_law": source_law,
    }
    rest = {name: _known(graph.metadata, name, value) for name, value in given.items()}
    tau_syn_ms = _milliseconds(graph.metadata, "tau_syn", constants["tau_syn"])
    parameters = LIFParameters(
        v_threshold=constants["v_threshold"],
        v_leak=constants["v_leak"],
        v_reset=constants["v_reset"],
        resistance=constants["r"],
        tau_mem_ms=_milliseconds(graph.metadata, "tau_mem", constants["tau_mem"]),
        tau_syn_ms=tau_syn_ms,
        dt_ms=rest["dt_ms"],
        refractory_steps=rest["refractory_steps"],
    )
    jumps = np.asarray(lif.w_in, dtype=float) * parameters.dt_ms / tau_syn_ms
    if np.allclose(jumps, 1, rtol=SAME, atol=0):
        jumps = np.ones_like(jumps)
    return LIFNetwork(
        input_weights=jumps[:, None] * inputs,
        recurrent_weights=jumps[:, None] * recurrent,
        parameters=parameters,
        source_rate_hz=rest["source_rate_hz"],
        source_law=rest["source_law"],
    )


def _import_nir() -> ModuleType:
    """Return the optional package, or say how to get it."""
    try:
        import nir
    except ImportError:
        raise ImportError(
            "The package `nir` must be installed to read and write NIR files. "
            "Run: python -m pip install 'oqnn[nir]'"
        ) from None
    return nir


def _read_graph(nir: ModuleType, path: str | Path) -> Any:
    """Return the graph that a file holds."""
    if not Path(path).is_file():
        raise ValueError(f"`path` must name a file, but there is no file {path}.")
    try:
        graph = nir.read(str(path))
    except (OSError, KeyError, TypeError, ValueError, AssertionError) as error:
        raise ValueError(
            f"`path` must hold a NIR graph, but {path} does not: {error}"
        ) from error
    return graph


def _parts(nir: ModuleType, graph: Any) -> tuple[Any, np.ndarray, np.ndarray]:
    """Return the neurons, the input weights and the recurrent weights of a graph."""
    kinds = (nir.Input, nir.Output, nir.CubaLIF, nir.Linear, nir.Affine)
    for name, node in graph.nodes.items():
        if not isinstance(node, kinds):
            raise ValueError(
                "`path` must hold one layer of CubaLIF neurons with Linear or Affine "
                f"weights, but its node {name!r} is of the kind {type(node).__name__}."
            )
    source, layer, sink = (
        _the_one(graph, kind) for kind in (nir.Input, nir.CubaLIF, nir.Output)
    )
    edges = {tuple(edge) for edge in graph.edges}
    matrices = [n for n in graph.nodes if n not in (source, layer, sink)]
    inward = [w for w in matrices if {(source, w), (w, layer)} <= edges]
    loops = [w for w in matrices if {(layer, w), (w, layer)} <= edges]
    used = {(layer, sink)}
    used |= {edge for w in inward for edge in ((source, w), (w, layer))}
    used |= {edge for w in loops for edge in ((layer, w), (w, layer))}
    if len(inward) != 1 or len(loops) > 1 or used != edges:
        raise ValueError(
            "`path` must hold the edges input -> weights -> neurons -> output and at "
            "most one loop neurons -> weights -> neurons, but holds "
            f"{sorted(edges)}."
        )
    lif = graph.nodes[layer]
    n = len(lif.v_threshold)  # nir has compared the shapes
    recurrent = _matrix(graph.nodes[loops[0]], loops[0]) if loops else np.zeros((n, n))
    return lif, _matrix(graph.nodes[inward[0]], inward[0]), recurrent


def _the_one(graph: Any, kind: type) -> str:
    """Return the name of the only node of a kind."""
    names = [name for name, node in graph.nodes.items() if isinstance(node, kind)]
    if len(names) != 1:
        raise ValueError(
            f"`path` must hold one {kind.__name__} node, but holds {len(names)}: "
            f"{names}."
        )
    return names[0]


def _matrix(node: Any, name: str) -> np.ndarray:
    """Return the weights of a node, which must add no constant."""
    bias = getattr(node, "bias", None)
    if bias is not None and np.any(np.asarray(bias) != 0):
        raise ValueError(
            f"`path` must hold weights without bias, but node {name!r} has one up to "
            f"{np.abs(bias).max():.3g}. Shift v_leak instead if it is meant."
        )
    return np.asarray(node.weight, dtype=float)


def _uniform(lif: Any, name: str) -> float:
    """Return a constant that all neurons share."""
    values = np.ravel(np.asarray(getattr(lif, name), dtype=float))
    if (values != values[0]).any():
        raise ValueError(
            f"`path` must hold neurons with the same {name}, but it runs from "
            f"{values.min():.6g} to {values.max():.6g}."
        )
    return float(values[0])


def _milliseconds(metadata: dict[str, Any], name: str, seconds: float) -> float:
    """Return a time, as the metadata have it where that agrees up to rounding."""
    noted = metadata.get(f"{name}_ms")
    if noted is not None and np.isclose(noted, 1000 * seconds, rtol=SAME, atol=0):
        return float(noted)
    return 1000 * seconds


def _known(metadata: dict[str, Any], name: str, given: Any) -> Any:
    """Return what the file or the argument says, whichever does."""
    if name not in metadata:
        if given is None:
            raise ValueError(
                f"`{name}` must be given, because the file does not hold it."
            )
        return given
    noted = metadata[name]
    if isinstance(noted, np.generic):
        noted = noted.item()
    if given is not None and given != noted:
        raise ValueError(
            f"`{name}` must be left out or agree with the file, which says {noted}, "
            f"but is {given}."
        )
    return noted
