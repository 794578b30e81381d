"""Trainings in npz files: what a killed one goes on from."""

import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..._core.checkpoints import read_npz, write_npz
from ..networks.network import Network

if TYPE_CHECKING:
    from .loop_jax import LearningState

__all__ = ["Origin", "load_training", "save_training"]

Settings = dict[str, float | int | str | bool | None]


class Origin(NamedTuple):
    """What tells one training from another."""

    settings: Settings
    network: Network  # before the first epoch
    data: tuple[np.ndarray, ...]

    @property
    def digest(self) -> str:
        """A word that is the same for the same training alone, of any length."""
        digest = hashlib.sha256(json.dumps(_lasting(self.settings)).encode())
        # matrices of gates in full: NumPy would round them and leave out their middle
        with np.printoptions(threshold=sys.maxsize, floatmode="unique"):
            digest.update(repr(self.network.wiring).encode())
        masks = [c.mask for c in self.network.connections]
        for array in (*masks, *self.network.weights, *self.network.neurons, *self.data):
            digest.update(repr((array.shape, array.dtype.str)).encode())
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()


def save_training(
    path: str | Path,
    origin: Origin,
    digest: str,
    state: "LearningState",
    curves: np.ndarray,
) -> None:
    """Write a state and the curves (epochs, ...) so far, whole or not at all."""
    import jax

    arrays = {
        "settings": np.array(json.dumps(_lasting(origin.settings))),
        "digest": np.array(digest),
        "curves": curves,
    }
    for k, leaf in enumerate(jax.tree.leaves(state)):
        arrays[f"leaf_{k}"] = np.asarray(leaf)
    write_npz(path, arrays)


def load_training(
    path: str | Path, origin: Origin, digest: str, start: "LearningState"
) -> tuple["LearningState", np.ndarray]:
    """Return what `save_training` wrote for the same training.

    Raises
    ------
    ValueError
        If the file holds something else, or another training.
    """
    from .loop_jax import restore

    arrays = read_npz(path)
    if "digest" not in arrays or "leaf_0" not in arrays:
        raise ValueError(
            "`checkpoint` must be a file of a network's training, but "
            f"{path} is not. Move it away, or name another one."
        )
    leaves = [arrays[f"leaf_{k}"] for k in range(len(arrays) - 3)]
    state = restore(start, leaves)
    if str(arrays["digest"]) != digest or state is None:
        raise ValueError(
            f"`checkpoint` must be of this training, but {path} "
            f"{_difference(arrays, origin.settings)}. Move it away, or name another "
            "one."
        )
    return state, arrays["curves"]


def _lasting(settings: Settings) -> Settings:
    """Return the settings without the number of epochs: trainings may go on."""
    return {name: value for name, value in settings.items() if name != "epochs"}


def _difference(arrays: dict[str, np.ndarray], settings: Settings) -> str:
    """Say in which setting a file differs."""
    before = json.loads(str(arrays["settings"]))
    for name, value in _lasting(settings).items():
        if before.get(name) != value:
            return f"has {name} = {before.get(name)} and not {value}"
    return "has another network, other data or another optimiser"
