"""Training states in npz files, written whole or not at all."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..._core.checkpoints import write_npz
from ..network import LIFNetwork
from .training import init

if TYPE_CHECKING:
    from .training_jax import TrainingState

__all__ = [
    "load_state",
    "pack_state",
    "save_state",
    "unpack_state",
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


def _fit(leaves: Sequence[np.ndarray | None], expected: Sequence[np.ndarray]) -> bool:
    """Tell whether arrays are there and have the sizes of a network's."""
    pairs = zip(leaves, expected, strict=True)
    return all(a is not None and a.ndim == b.ndim for a, b in pairs) and (
        leaves[0].shape == expected[0].shape  # type: ignore[union-attr]
        and leaves[1].shape == expected[1].shape  # type: ignore[union-attr]
    )
