"""Frozen results to a folder and back to the same numbers.

A saved object is one Zarr group: its arrays, and as attributes its kind, the schema
version and everything else as JSON. The rooms below know nothing of this: a kind names
a class by ``"module:Class"``, imported when it is needed.
"""

import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from .. import __version__
from .datasets import read_dataset, write_dataset
from .layout import disk_errors, sync
from .provenance import SCHEMA_VERSION

__all__ = ["as_dataset", "from_dataset", "load", "register_kind", "save"]

DATASET = "dataset"
_HOMES = {
    "activity": "oqnn.quantum_neurons:Activity",
    "autocorrelation": "oqnn.spiking:Autocorrelation",
    "bell_inequality": "oqnn.encoding:BellInequality",
    "bell_observable": "oqnn.encoding:BellObservable",
    "boltzmann_machine": "oqnn.spiking:BoltzmannMachine",
    "calibration": "oqnn.spiking:Calibration",
    "carried_state": "oqnn.studies:CarriedState",
    "carried_trajectory": "oqnn.studies:CarriedTrajectory",
    "categorical_training": "oqnn.spiking:CategoricalTraining",
    "circuit": "oqnn.quantum_neurons:Circuit",
    "circuit_laws": "oqnn.encoding:CircuitLaws",
    "classical_control": "oqnn.quantum_neurons:ClassicalControl",
    "compiled_law": "oqnn.encoding:CompiledLaw",
    "connection": "oqnn.quantum_neurons:Connection",
    "constant_controls": "oqnn.dynamics:ConstantControls",
    "correlation_fit": "oqnn.ground_states:CorrelationFit",
    "correlation_training": "oqnn.encoding:CorrelationTraining",
    "counted_spike_trains": "oqnn.quantum_neurons:CountedSpikeTrains",
    "escape_rate_neuron": "oqnn.quantum_neurons:EscapeRateNeuron",
    "estimator_statistics": "oqnn.quantum_neurons:EstimatorStatistics",
    "exact_ground_state": "oqnn.ground_states:ExactGroundState",
    "exact_loss": "oqnn.quantum_neurons:ExactLoss",
    "extended_law": "oqnn.encoding:ExtendedLaw",
    "free_fermion_observables": "oqnn.ground_states:FreeFermionObservables",
    "gate": "oqnn.quantum_neurons:Gate",
    "gate_realization": "oqnn.encoding:GateRealization",
    "gradient_realization": "oqnn.encoding:GradientRealization",
    "ground_state": "oqnn.ground_states:GroundState",
    "hardware_model": "oqnn.spiking:HardwareModel",
    "hidden_size_study": "oqnn.ground_states:HiddenSizeStudy",
    "law": "oqnn.encoding:Law",
    "learned_network": "oqnn.quantum_neurons:LearnedNetwork",
    "learned_state": "oqnn.encoding:LearnedState",
    "learning_result": "oqnn.environments:LearningResult",
    "learning_rule": "oqnn.environments:LearningRule",
    "lif_network": "oqnn.spiking:LIFNetwork",
    "lif_parameters": "oqnn.spiking:LIFParameters",
    "likelihood_gradient": "oqnn.quantum_neurons:LikelihoodGradient",
    "machine_moments": "oqnn.spiking:MachineMoments",
    "material": "oqnn.environments:Material",
    "measurement": "oqnn.spiking:Measurement",
    "memory_evolution": "oqnn.quantum_neurons:MemoryEvolution",
    "memory_horizon": "oqnn.quantum_neurons:MemoryHorizon",
    "memory_information": "oqnn.quantum_neurons:MemoryInformation",
    "nearest_realizable": "oqnn.encoding:NearestRealizable",
    "network": "oqnn.quantum_neurons:Network",
    "network_drive": "oqnn.environments:NetworkDrive",
    "network_record": "oqnn.quantum_neurons:NetworkRecord",
    "neuron_noise": "oqnn.quantum_neurons:Noise",
    "outcome_law": "oqnn.encoding:OutcomeLaw",
    "past_dependence": "oqnn.quantum_neurons:PastDependence",
    "physical_network": "oqnn.spiking:PhysicalNetwork",
    "piecewise_controls": "oqnn.dynamics:PiecewiseControls",
    "population": "oqnn.quantum_neurons:Population",
    "povm": "oqnn.encoding:Povm",
    "protection_cost": "oqnn.environments:ProtectionCost",
    "pseudo_update_study": "oqnn.spiking:PseudoUpdateStudy",
    "qlif_neuron": "oqnn.quantum_neurons:QLIFNeuron",
    "realization": "oqnn.encoding:Realization",
    "reconstruction": "oqnn.encoding:Reconstruction",
    "reference_environment": "oqnn.environments:ReferenceEnvironment",
    "register_environment": "oqnn.environments:RegisterEnvironment",
    "resolution_study": "oqnn.spiking:ResolutionStudy",
    "sampled_controls": "oqnn.dynamics:SampledControls",
    "samples": "oqnn.spiking:Samples",
    "saturation": "oqnn.spiking:Saturation",
    "shift_estimate": "oqnn.quantum_neurons:ShiftEstimate",
    "shift_gradient": "oqnn.quantum_neurons:ShiftGradient",
    "spike_data": "oqnn.quantum_neurons:SpikeData",
    "spin_observables": "oqnn.ground_states:SpinObservables",
    "sqs_neuron": "oqnn.quantum_neurons:SQSNeuron",
    "stability_study": "oqnn.spiking:StabilityStudy",
    "state_estimate": "oqnn.encoding:StateEstimate",
    "state_frequencies": "oqnn.spiking:StateFrequencies",
    "state_times": "oqnn.encoding:StateTimes",
    "system": "oqnn.dynamics:System",
    "weight_gradient": "oqnn.quantum_neurons:WeightGradient",
    "weight_histogram": "oqnn.spiking:WeightHistogram",
    "witness": "oqnn.encoding:Witness",
}


def register_kind(kind: str, home: str) -> None:
    """Let `save` and `load` know another class.

    Parameters
    ----------
    kind : str
        A name for the file, which stays when the class moves.
    home : str
        ``"module:Class"``. Either a dataclass, whose fields are saved, or a class with
        ``to_arrays()``, which returns named arrays and a mapping of settings, and with
        a class method ``from_arrays(arrays, settings)``.

    Raises
    ------
    ValueError
        If the kind is taken by another class, or `home` is not of that form.
    """
    module, colon, name = home.partition(":")
    if not (module and colon and name):
        raise ValueError(f"`home` must be 'module:Class', but is {home!r}.")
    if kind == DATASET or _HOMES.setdefault(kind, home) != home:
        raise ValueError(
            f"`kind` must be free, but {kind!r} is {_HOMES.get(kind, 'xarray.Dataset')}"
        )


def save(obj: Any, path: str | Path, *, replace: bool = False) -> Path:
    """Save a frozen result as a Zarr folder, whole or not at all.

    Parameters
    ----------
    obj : registered object or xarray.Dataset
        A law, a network, a material, ...; objects within it, tuples, lists, mappings
        and None are saved with it.
    path : path
        Folder to make, ``material.zarr`` by custom.
    replace : bool, optional
        Whether to put it in place of an object saved there before.

    Returns
    -------
    Path
        Where it was saved.

    Raises
    ------
    TypeError
        If the object, or anything in it, is of no known kind.
    FileExistsError
        If `path` is taken; with `replace`, if it is no saved object.
    NoSpaceError
        If the disk is full.

    Examples
    --------
    >>> import tempfile, oqnn
    >>> law = oqnn.realize([1, 1j] / np.sqrt(2)).law
    >>> path = save(law, tempfile.mkdtemp() + "/law.zarr")
    >>> bool((load(path).probabilities == law.probabilities).all())
    True
    """
    path = Path(path)
    _check_target(path, replace)
    _write(as_dataset(obj), path)
    return path


def as_dataset(obj: Any) -> xr.Dataset:
    """Return the dataset that `save` writes; `from_dataset` undoes it.

    Raises
    ------
    TypeError
        If the object, or anything in it, is of no known kind.
    """
    if isinstance(obj, xr.Dataset):
        dataset, record = obj, {"kind": DATASET}
    else:
        kind = _kind_of(obj)
        if kind is None:
            raise TypeError(
                f"`obj` must be a dataset or of a known kind ({', '.join(_HOMES)}), "
                f"but is a {type(obj).__name__}. Other classes enter by register_kind."
            )
        arrays: dict[str, np.ndarray] = {}
        record = {"kind": kind, "content": _encode(obj, "", arrays)}
        dataset = xr.Dataset(
            {
                name: ([f"{name}:{axis}" for axis in range(array.ndim)], array)
                for name, array in arrays.items()
            }
        )
    stamp = {"schema_version": SCHEMA_VERSION, "version": __version__, **record}
    return dataset.assign_attrs(oqnn=json.dumps(stamp))


def from_dataset(dataset: xr.Dataset) -> Any:
    """Return the object that `as_dataset` turned into a dataset."""
    record = json.loads(dataset.attrs["oqnn"])
    if record["kind"] == DATASET:
        plain = dataset.copy()
        del plain.attrs["oqnn"]
        return plain
    arrays = {str(name): v.values for name, v in dataset.data_vars.items()}
    return _decode(record["content"], arrays)


def load(path: str | Path) -> Any:
    """Return what `save` saved, with the same numbers bit for bit.

    Raises
    ------
    FileNotFoundError
        If there is nothing at `path`.
    ValueError
        If it is no saved object, of an unknown kind, or of a newer schema.
    """
    path = Path(path)
    record = _read_record(path)
    kind, schema = record["kind"], record["schema_version"]
    if schema > SCHEMA_VERSION:
        raise ValueError(
            f"`path` must have schema version {SCHEMA_VERSION} or older, but {path} "
            f"has {schema}. Update oqnn."
        )
    if kind != DATASET:
        _class_of(kind)
    return from_dataset(read_dataset(path))


def _check_target(path: Path, replace: bool) -> None:
    if not path.exists():
        return
    if not replace:
        raise FileExistsError(
            f"`path` must be free, but {path} exists. Allow it with replace=True."
        )
    try:
        _read_record(path)
    except ValueError as error:
        raise FileExistsError(
            f"`path` must be free or hold a saved object, but {path} is something else."
        ) from error


def _write(dataset: xr.Dataset, path: Path) -> None:
    """Write beside the target, then rename."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.partial")
    last = path.with_name(f".{path.name}.{os.getpid()}.last")
    with disk_errors(path.parent, f"`{path.name}`"):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_dataset(dataset, aside)
        try:
            if path.exists():
                os.rename(path, last)
            os.rename(aside, path)
        except BaseException:
            if last.exists():
                os.rename(last, path)
            shutil.rmtree(aside, ignore_errors=True)
            raise
        sync(path.parent)
        shutil.rmtree(last, ignore_errors=True)


def _read_record(path: Path) -> dict[str, Any]:
    if not path.exists():
        raise FileNotFoundError(
            f"`path` must be a saved object, but {path} does not exist."
        )
    try:
        group = json.loads((path / "zarr.json").read_text(encoding="utf-8"))
        record = json.loads(group["attributes"]["oqnn"])
        record["kind"], record["schema_version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"`path` must be a saved object, but {path} holds none."
        ) from error
    return record


def _class_of(kind: str) -> Any:
    if kind not in _HOMES:
        raise ValueError(
            f"The kind must be one of {', '.join(_HOMES)}, but is {kind!r}. Register "
            "its class with register_kind, or update oqnn."
        )
    module, _, name = _HOMES[kind].partition(":")
    return getattr(import_module(module), name)


def _kind_of(obj: Any) -> str | None:
    """Find the kind of an object, importing only where the class name fits."""
    for kind, home in _HOMES.items():
        if home.partition(":")[2] == type(obj).__name__ and (
            _class_of(kind) is type(obj)
        ):
            return kind
    return None


def _encode(value: Any, path: str, arrays: dict[str, np.ndarray]) -> Any:
    """Turn a value into JSON, putting the arrays in it aside under dotted names."""

    def inner(key: Any, part: Any) -> Any:
        return _encode(part, f"{path}.{key}" if path else str(key), arrays)

    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, complex):
        return {"complex": [value.real, value.imag]}
    if isinstance(value, np.ndarray):
        name = re.sub(r"[^\w.-]", "_", path) or "array"
        while name in arrays:
            name += "_"
        arrays[name] = value
        return {"array": name}
    if isinstance(value, tuple | list):
        sequence = "tuple" if isinstance(value, tuple) else "list"
        return {sequence: [inner(k, part) for k, part in enumerate(value)]}
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {"mapping": {key: inner(key, part) for key, part in value.items()}}
    if (kind := _kind_of(value)) is not None:
        if hasattr(value, "to_arrays"):
            named, settings = value.to_arrays()
            parts = {"arrays": dict(named), "settings": dict(settings)}
            return {"made": kind, **{k: inner(k, part) for k, part in parts.items()}}
        if is_dataclass(value):
            names = [field.name for field in fields(value) if field.init]
            parts = {name: inner(name, getattr(value, name)) for name in names}
            return {"kind": kind, "fields": parts}
    raise TypeError(
        f"`{path}` must be an array, plain value or object of a known kind, but is a "
        f"{type(value).__name__}."
    )


def _decode(spec: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    """Undo `_encode`."""
    match spec:
        case {"complex": [real, imag]}:
            return complex(real, imag)
        case {"array": name}:
            return arrays[name]
        case {"tuple": parts}:
            return tuple(_decode(part, arrays) for part in parts)
        case {"list": parts}:
            return [_decode(part, arrays) for part in parts]
        case {"mapping": parts}:
            return {key: _decode(part, arrays) for key, part in parts.items()}
        case {"made": kind, "arrays": named, "settings": settings}:
            return _class_of(kind).from_arrays(
                _decode(named, arrays), _decode(settings, arrays)
            )
        case {"kind": kind, "fields": parts}:
            return _class_of(kind)(
                **{key: _decode(part, arrays) for key, part in parts.items()}
            )
    return spec
