"""NIR files in Norse and in snnTorch; run by `benchmarks/nir_files.py` in its own venv.

Reads one JSON object from standard input: the path of a file, the step in seconds, and
the spikes of sources in each step. Writes for each tool its version and either the
spikes of the neurons or the error. What tools print goes to standard error.
"""

import contextlib
import importlib.metadata
import json
import sys
import warnings
from collections.abc import Callable
from typing import Any

import nir
import numpy as np
import torch


def norse_module(path: str, dt: float) -> torch.nn.Module:
    """Return what Norse makes of a file."""
    import norse.torch

    return norse.torch.from_nir(nir.read(path), dt=dt)


def snntorch_module(path: str, dt: float) -> torch.nn.Module:
    """Return what snnTorch makes of a file; its step is always 0.1 ms."""
    from snntorch.import_nir import import_from_nir

    return import_from_nir(nir.read(path))


READERS: dict[str, Callable[[str, float], torch.nn.Module]] = {
    "norse": norse_module,
    "snntorch": snntorch_module,
}


def spikes(module: torch.nn.Module, sources: np.ndarray) -> np.ndarray:
    """Run a module step by step, in double precision as far as it goes."""
    module = module.double()
    state, fired = None, []
    with torch.no_grad():
        for counts in sources:
            out, state = module(torch.as_tensor(counts)[None], state)
            fired.append(np.asarray(out[0], dtype=int))
    return np.array(fired)


def answer(tool: str, problem: dict[str, Any]) -> dict[str, Any]:
    """Return a tool's spikes, or its error."""
    try:
        version = importlib.metadata.version(tool)
    except importlib.metadata.PackageNotFoundError:
        return {"version": None, "error": "not installed"}
    sources = np.array(problem["sources"], dtype=float)
    try:
        fired = spikes(READERS[tool](problem["path"], problem["dt"]), sources)
    except Exception as error:
        return {"version": version, "error": f"{type(error).__name__}: {error}"}
    return {"version": version, "spikes": fired.tolist()}


def main() -> None:
    """Answer one problem."""
    warnings.simplefilter("ignore")
    problem = json.load(sys.stdin)
    with contextlib.redirect_stdout(sys.stderr):
        answers = {tool: answer(tool, problem) for tool in READERS}
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
