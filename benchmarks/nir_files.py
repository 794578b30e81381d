"""What Norse and snnTorch make of our NIR files, spike by spike.

Three random recurrent networks are written, read back and driven by the same source
spikes here and there:

1. the default constants: v_leak = v_reset = 0, a refractory period of one step;
2. neurons of a categorical law: v_leak = 0.9, ten refractory steps;
3. the constants that snnTorch accepts: steps of 0.1 ms, r = τ_mem/dt.

A tool's spikes are compared with ours of the same step and of the next one.

    python benchmarks/nir_files.py

The tools run in `.venv-norse` (``make bench``); where it is missing none is asked.
"""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from oqnn.spiking import (
    LIFNetwork,
    LIFParameters,
    init_network,
    read_nir,
    respond,
    write_nir,
)

ROOT = Path(__file__).parent
PYTHON = ROOT.parent / ".venv-norse" / "bin" / "python"
STEPS = 2000


def networks() -> dict[str, LIFNetwork]:
    """Return the three networks."""
    return {
        "default constants": init_network(8, 40, seed=1),
        "v_leak 0.9, refractory 10": init_network(
            8,
            40,
            seed=2,
            parameters=LIFParameters(v_leak=0.9, refractory_steps=10),
            source_rate_hz=300.0,
            recurrent_scale=1.0,
        ),
        "dt 0.1 ms, r 100": init_network(
            8,
            40,
            seed=3,
            parameters=LIFParameters(dt_ms=0.1, resistance=100.0),
            source_rate_hz=3000.0,
            recurrent_scale=0.03,
        ),
    }


def ask_others(path: Path, dt_ms: float, sources: np.ndarray) -> dict[str, Any]:
    """Return what other tools make of a file."""
    problem = {"path": str(path), "dt": dt_ms / 1000, "sources": sources.tolist()}
    done = subprocess.run(
        [str(PYTHON), str(ROOT / "peers" / "nir_readers.py")],
        input=json.dumps(problem),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def compare(answer: dict[str, Any], ours: np.ndarray) -> str:
    """Return how a tool's spikes agree with ours."""
    if "spikes" not in answer:
        return f"refused: {answer['error']}"
    theirs = np.array(answer["spikes"])
    if theirs.shape != ours.shape:
        return f"gave spikes of the shape {theirs.shape}, not {ours.shape}"
    same = (theirs == ours).mean()
    early = (theirs[:-1] == ours[1:]).mean()
    return (
        f"on {theirs.mean():.4f} of the steps; equal {same:.4f}, one step early "
        f"{early:.4f}"
    )


def main() -> None:
    """Write the files, ask the other tools, print."""
    for name, network in networks().items():
        sources = network.draw_sources(
            np.random.default_rng(7), (STEPS, network.n_sources)
        )
        ours = respond(network, sources).active
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "network.nir"
            write_nir(network, path)
            again = respond(read_nir(path), sources).active
            print(f"{name}: ours active on {ours.mean():.4f} of the steps")
            print(f"  read back    equal {(again == ours).mean():.4f}")
            if not PYTHON.exists():
                print("  .venv-norse is missing: no other tool was asked")
                continue
            others = ask_others(path, network.parameters.dt_ms, sources)
        for tool, answer in others.items():
            print(f"  {tool} {answer['version']:<6} {compare(answer, ours)}")


if __name__ == "__main__":
    main()
