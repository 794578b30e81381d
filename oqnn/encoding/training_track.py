"""A training in blocks of epochs, kept in a file from which a killed run goes on."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, final
from zipfile import BadZipFile

import numpy as np

from ..spiking import LIFNetwork, init, train
from ..spiking.training_file import pack_state, unpack_state, write_npz

if TYPE_CHECKING:
    from ..spiking.training_jax import TrainingState

__all__ = ["BLOCK", "Plan", "Track"]

BLOCK = 100  # epochs between two looks at a training
BEST = ("best_inputs", "best_recurrent")


class Track(NamedTuple):
    """A training up to the end of a block."""

    state: "TrainingState"
    losses: np.ndarray  # (epochs,)
    curve: np.ndarray  # (blocks, products), means over each block
    best: tuple[np.ndarray, np.ndarray]  # weights at the end of the best block


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """What makes a training what it is: with the same plan come the same numbers."""

    network: LIFNetwork  # where it starts
    products: tuple[tuple[int, ...], ...]
    targets: np.ndarray  # (products,)
    seed: int
    chains: int
    numbers: dict[str, float]  # keywords of `train`

    def begin(self) -> Track:
        """Return the training before its first epoch."""
        state = init(self.network, chains=self.chains, seed=self.seed)
        weights = (
            np.asarray(state.weights.inputs),
            np.asarray(state.weights.recurrent),
        )
        return Track(state, np.empty(0), np.empty((0, len(self.products))), weights)

    def advance(self, track: Track) -> Track:
        """Train for a block, or for what is left of the epochs.

        Raises
        ------
        ConvergenceError
            If a weight is no longer finite.
        """
        result = train(
            self.network,
            self.products,
            self.targets,
            state=track.state,
            stop_at=len(track.losses) + BLOCK,
            detach_recurrent=False,
            progress=False,
            **self.numbers,  # type: ignore[arg-type]
        )
        curve = np.vstack([track.curve, result.moments.mean(axis=0)])
        distances = self.distances(curve)
        best = track.best
        if distances.argmin() == len(curve) - 1:
            weights = result.state.weights
            best = (np.asarray(weights.inputs), np.asarray(weights.recurrent))
        losses = np.append(track.losses, result.losses)
        return Track(result.state, losses, curve, best)

    def distances(self, curve: np.ndarray) -> np.ndarray:
        """Return the squared distance of each block from the targets, (blocks,)."""
        dimension = np.sqrt(len(self.targets) + 1)  # 2ⁿ
        return ((curve - self.targets) ** 2).sum(axis=1) / dimension

    def trained(self, track: Track) -> LIFNetwork:
        """Return the network at the end of the best block so far."""
        return self.network.with_weights(*track.best)

    def write(self, path: str | Path, track: Track) -> None:
        """Keep a training in an npz file, written whole or not at all."""
        arrays = {"losses": track.losses, "curve": track.curve}
        arrays |= dict(zip(BEST, track.best, strict=True))
        arrays["fingerprint"] = np.array(self.fingerprint)
        write_npz(path, {**arrays, **pack_state(track.state)})

    def read(self, path: str | Path) -> Track:
        """Return the training kept in a file.

        Raises
        ------
        ValueError
            If the file is no such file, or keeps another training.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays = dict(file)
            found = str(arrays["fingerprint"])
        except (ValueError, OSError, KeyError, EOFError, BadZipFile) as error:
            raise ValueError(
                f"`checkpoint` must be a file of a training, but {path} is not. "
                "Move it away, or name another one."
            ) from error
        if found != self.fingerprint:
            raise ValueError(
                "`checkpoint` must be of the same state, network, seed and settings, "
                f"but {path} is of another training. Move it away, or name another one."
            )
        state = unpack_state(arrays, self.network, str(path))
        best = (arrays[BEST[0]], arrays[BEST[1]])
        return Track(state, arrays["losses"], arrays["curve"], best)

    @property
    def fingerprint(self) -> str:
        """A word that tells this training from every other one."""
        network = self.network
        words = [self.numbers, self.seed, self.chains, repr(network.parameters)]
        words += [network.source_law, network.source_rate_hz]
        digest = hashlib.sha256(json.dumps(words, sort_keys=True).encode())
        for array in (network.input_weights, network.recurrent_weights, self.targets):
            digest.update(repr(array.shape).encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()
