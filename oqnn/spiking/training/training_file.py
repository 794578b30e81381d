"""Training states in npz files, written whole or not at all."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from ..network import LIFNetwork
from .training import init

if TYPE_CHECKING:
    from .training_jax import TrainingState

__all__ = [
    "check_checkpoint",
    "load_state",
    "pack_state",
    "read_npz",
    "save_state",
    "unpack_state",
    "write_npz",
]


def save_state(path: str | Path, state: "TrainingState") -> None:
    """Save a training state as an npz file; `path` should end in ``.npz``.

    A file that is there already is replaced at once, when the new one is complete.
    """
    write_npz(path, pack_state(state))


def load_state(path: str | Path, network: LIFNetwork) -> "TrainingState":
    """Load what `save_state` saved for a network of the same size.

    Raises
    ------
    ValueError
        If the file holds something else.
    """
    with np.load(path) as file:
        return unpack_state(dict(file), network, str(path))


def pack_state(state: "TrainingState") -> dict[str, np.ndarray]:
    """Return the arrays of a training state by name."""
    import jax

    leaves = jax.tree.leaves(state)
    return {f"state_{i:02d}": np.asarray(leaf) for i, leaf in enumerate(leaves)}


def unpack_state(
    arrays: Mapping[str, np.ndarray], network: LIFNetwork, path: str
) -> "TrainingState":
    """Return the training state that `pack_state` took apart; `path` is for errors."""
    import jax

    expected, structure = jax.tree.flatten(init(network))
    leaves = [arrays.get(f"state_{i:02d}") for i in range(len(expected))]
    if not _fit(leaves, expected):
        raise ValueError(
            f"`path` must hold a training state of a network with {network.n_neurons} "
            f"neurons and {network.n_sources} sources, but {path} does not."
        )
    return jax.tree.unflatten(structure, leaves)


def write_npz(path: str | Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write named arrays beside a path and move them there when they are complete."""
    path = Path(path)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        np.savez(file, **dict(arrays))  # type: ignore[arg-type]
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def read_npz(path: str | Path) -> dict[str, np.ndarray]:
    """Return the named arrays of a checkpoint that `write_npz` wrote.

    Raises
    ------
    ValueError
        If there is something else.
    """
    try:
        with Path(path).open("rb") as file, np.load(file) as content:
            return dict(content)
    except (TypeError, ValueError, OSError, EOFError, BadZipFile) as error:
        raise ValueError(
            f"`checkpoint` must be a file of a training, but {path} is not. "
            "Move it away, or name another one."
        ) from error


def check_checkpoint(checkpoint: str | Path | None) -> None:
    """Check that a checkpoint, if any, can be written."""
    if checkpoint is None:
        return
    if not isinstance(checkpoint, str | os.PathLike):
        raise TypeError(f"`checkpoint` must be a path, but is {checkpoint!r}.")
    if not Path(checkpoint).parent.is_dir():
        raise ValueError(
            "`checkpoint` must lie in a folder that exists, but is "
            f"{str(checkpoint)!r}. Make the folder first."
        )


def _fit(leaves: Sequence[np.ndarray | None], expected: Sequence[np.ndarray]) -> bool:
    """Tell whether arrays are there and have the sizes of a network's."""
    pairs = zip(leaves, expected, strict=True)
    return all(a is not None and a.ndim == b.ndim for a, b in pairs) and (
        leaves[0].shape == expected[0].shape  # type: ignore[union-attr]
        and leaves[1].shape == expected[1].shape  # type: ignore[union-attr]
    )
