"""Searches in npz files: what a killed one goes on from."""

import hashlib
import json
from pathlib import Path

import numpy as np

from .._core.checkpoints import read_npz, write_npz
from ..spiking.sampling.chains_file import arrays_of_chains, chains_of_arrays
from ..spiking.sampling.machine import BoltzmannMachine
from ..spiking.training.adam import AdamMoments
from .search_step import SearchRule, SearchState

__all__ = ["load_search", "rule_settings", "save_search"]


def rule_settings(rule: SearchRule) -> dict[str, float | int | str | None]:
    """Return the settings of a search that are numbers or words."""
    settings = {
        "local_energies": rule.local_energies,
        "optimizer": rule.optimizer,
        "coordinates": rule.coordinates,
        "sampler": None if rule.sampler is None else repr(rule.sampler),
        "samples": rule.samples,
        "learning_rate": rule.learning_rate,
        "decay": rule.decay,
        "diagonal_shift": rule.diagonal_shift,
        "epsilon": rule.epsilon,
        "symmetry": 0 if rule.symmetry is None else rule.symmetry.order,
        "seed": rule.seed,
    }
    return {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in settings.items()
    }


def save_search(
    path: str | Path,
    start: BoltzmannMachine,
    rule: SearchRule,
    state: SearchState,
    records: np.ndarray,
) -> None:
    """Write a state and the records so far, whole or not at all.

    `start` is the machine before the first iteration: it says which search this is.
    """
    arrays = {
        "settings": np.array(json.dumps(rule_settings(rule))),
        "digest": np.array(_digest(start, rule)),
        "edge_weights": state.machine.edge_weights,
        "biases": state.machine.biases,
        "adam_mean": state.adam.mean,
        "adam_square": state.adam.square,
        "counts": np.array([state.adam.steps, state.iteration]),
        "records": records,
    }
    write_npz(path, arrays | arrays_of_chains(state.chains))


def load_search(
    path: str | Path, start: BoltzmannMachine, rule: SearchRule
) -> tuple[SearchState, np.ndarray]:
    """Return what `save_search` wrote for the same search.

    Raises
    ------
    ValueError
        If the file holds something else, or another search.
    """
    arrays = read_npz(path)
    if "digest" not in arrays or "records" not in arrays:
        raise ValueError(
            "`checkpoint` must be a file of a search for a ground state, but "
            f"{path} is not. Move it away, or name another one."
        )
    if str(arrays["digest"]) != _digest(start, rule):
        raise ValueError(
            f"`checkpoint` must be of this search, but {path} "
            f"{_difference(arrays, rule)}. Move it away, or name another one."
        )
    count, iteration = map(int, arrays["counts"])
    state = SearchState(
        machine=start.with_parameters(arrays["edge_weights"], arrays["biases"]),
        adam=AdamMoments(arrays["adam_mean"], arrays["adam_square"], count),
        chains=chains_of_arrays(arrays),
        iteration=iteration,
    )
    return state, arrays["records"]


def _digest(start: BoltzmannMachine, rule: SearchRule) -> str:
    """Return a word that is the same for the same search alone."""
    digest = hashlib.sha256(json.dumps(rule_settings(rule)).encode())
    digest.update(json.dumps(rule.hamiltonian.terms).encode())
    arrays = [start.mask, start.weights, start.biases, np.array(start.n_visible)]
    if rule.symmetry is not None:
        arrays += [rule.symmetry.generators, np.array(rule.symmetry.flip)]
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _difference(arrays: dict[str, np.ndarray], rule: SearchRule) -> str:
    """Say in which setting a file differs."""
    before = json.loads(str(arrays["settings"]))
    for name, value in rule_settings(rule).items():
        if before.get(name) != value:
            return f"has {name} = {before.get(name)} and not {value}"
    return "has another Hamiltonian, machine or symmetry"
