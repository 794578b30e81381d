"""Quantum states in environments that decohere, are engineered, or learn.

Names resolve on first use, so that ``import oqnn`` stays quick.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "Bosonic": "environments",
    "ControlledGenerator": "dynamics",
    "CorrelationMap": "encoding",
    "ConvergenceError": "_core.errors",
    "Evolution": "dynamics",
    "FiniteEnvironment": "dynamics",
    "GaussianBath": "dynamics",
    "PhaseSpaceGrid": "phase_space",
    "Povm": "encoding",
    "Projection": "dynamics",
    "RegisterGenerator": "dynamics",
    "SQSNeuron": "quantum_neurons",
    "SmoothControls": "dynamics",
    "SpinStar": "environments",
    "SweepSettings": "studies",
    "System": "dynamics",
    "Telegraph": "environments",
    "TransverseIsing": "ground_states",
    "TwoBand": "environments",
    "WignerFunction": "phase_space",
    "carry": "studies",
    "compare": "studies",
    "compile_law": "encoding",
    "controls": "studies",
    "correlated_start": "dynamics",
    "dynamical_maps": "dynamics",
    "evolve": "dynamics",
    "evolve_lindblad": "dynamics",
    "ground_state": "ground_states",
    "learn_state": "encoding",
    "load": "studies",
    "nakajima_zwanzig": "dynamics",
    "propagate": "phase_space",
    "realize": "encoding",
    "report": "studies.report.write",
    "save": "studies",
    "sweep": "studies",
    "tcl": "dynamics",
    "time_register": "dynamics",
    "train_correlations": "encoding",
    "train_local": "quantum_neurons",
    "visibility": "encoding",
    "wigner_from_fock": "phase_space",
}

__all__ = [*_HOMES, "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'oqnn' has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
