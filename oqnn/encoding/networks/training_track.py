"""A training in blocks of epochs, kept in a file from which a killed run goes on."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, final

import numpy as np

from ..._core.checkpoints import read_npz, write_npz
from ...spiking import LIFNetwork, init, train
from ...spiking.training.training_file import pack_state, unpack_state

if TYPE_CHECKING:
    from ...spiking.training.training_jax import TrainingState

__all__ = ["BLOCK", "Plan", "Track"]

BLOCK = 100  # epochs between two looks at a training


class Track(NamedTuple):
    """A training up to the end of a block."""

    state: "TrainingState"
    losses: np.ndarray  # (epochs,)
    curve: np.ndarray  # (blocks, products), means over each block
    kept: tuple[np.ndarray, np.ndarray]  # weights at the end of the last good block


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """What makes a training what it is: with the same plan come the same numbers."""

    networks: tuple[LIFNetwork, ...]  # where it may start; they differ in weights only
    products: tuple[tuple[int, ...], ...]
    targets: np.ndarray  # (products,)
    seed: int
    chains: int
    trial: int  # epochs after which the best start is chosen
    numbers: dict[str, float]  # keywords of `train`

    def begin(self, start: int) -> Track:
        """Return the training from one of the starts before its first epoch."""
        state = init(self.networks[start], chains=self.chains, seed=self.seed)
        weights = (
            np.asarray(state.weights.inputs),
            np.asarray(state.weights.recurrent),
        )
        return Track(state, np.empty(0), np.empty((0, len(self.products))), weights)

    def advance(self, track: Track) -> Track:
        """Train for a block, or for what is left of the epochs.

        Keeps its weights if it is good: at most twice as far as the nearest block, or
        no further from it than by noise. Not those of the nearest one, since that is a
        matter of luck, and weights scatter less later, when rates are low.

        Raises
        ------
        ConvergenceError
            If a weight is no longer finite.
        """
        result = train(
            self.networks[0],
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
        least, kept = distances.min(), track.kept
        if distances[-1] <= least + max(least, 2 * self.noise):
            weights = result.state.weights
            kept = (np.asarray(weights.inputs), np.asarray(weights.recurrent))
        losses = np.append(track.losses, result.losses)
        return Track(result.state, losses, curve, kept)

    @property
    def noise(self) -> float:
        """Squared distance of a block by independent samples of white noise."""
        samples = BLOCK * self.chains * self.numbers["steps"]
        return len(self.targets) / np.sqrt(len(self.targets) + 1) / samples

    def distances(self, curve: np.ndarray) -> np.ndarray:
        """Return the squared distance of each block from the targets, (blocks,)."""
        dimension = np.sqrt(len(self.targets) + 1)  # 2ⁿ
        return ((curve - self.targets) ** 2).sum(axis=1) / dimension

    def trained(self, track: Track) -> LIFNetwork:
        """Return the network at the end of the last good block so far."""
        return self.networks[0].with_weights(*track.kept)

    def chosen(self, tracks: Sequence[Track], stop: float) -> Track:
        """Return the training to report: that which went on, or came near enough."""
        nearest = min(tracks, key=self.least_distance)
        if self.least_distance(nearest) <= stop:
            return nearest
        most = max(len(track.losses) for track in tracks)
        longest = [track for track in tracks if len(track.losses) == most]
        return min(longest, key=self.score) if len(longest) > 1 else longest[0]

    def next_start(self, tracks: Sequence[Track], stop: float) -> int | None:
        """Return the start to go on from: first all on trial, then the best of them.

        None where one is as near to the targets as `stop`, or the best has done all
        its epochs.
        """
        if any(self.least_distance(track) <= stop for track in tracks):
            return None
        for start in range(len(self.networks)):
            if start == len(tracks) or len(tracks[start].losses) < self.trial:
                return start
        best = int(np.argmin([self.score(track) for track in tracks]))
        return best if len(tracks[best].losses) < self.numbers["epochs"] else None

    def score(self, track: Track) -> float:
        """Return the mean squared distance in the last quarter of the trial."""
        blocks = -(-self.trial // BLOCK)
        first = blocks - -(-blocks // 4)
        return float(self.distances(track.curve)[first:blocks].mean())

    def least_distance(self, track: Track) -> float:
        """Return the squared distance of the best block, infinite before one."""
        return float(self.distances(track.curve).min(initial=np.inf))

    @property
    def most_epochs(self) -> int:
        """Epochs of all starts together, where none stops early."""
        return (len(self.networks) - 1) * self.trial + int(self.numbers["epochs"])

    def write(self, path: str | Path, tracks: Sequence[Track]) -> None:
        """Keep trainings from the first starts in an npz file, whole or not at all."""
        arrays = {"fingerprint": np.array(self.fingerprint)}
        for k, track in enumerate(tracks):
            named = {"losses": track.losses, "curve": track.curve}
            named |= {"inputs": track.kept[0], "recurrent": track.kept[1]}
            named |= pack_state(track.state)
            arrays |= {f"{k}/{name}": array for name, array in named.items()}
        write_npz(path, arrays)

    def read(self, path: str | Path) -> list[Track]:
        """Return the trainings kept in a file.

        Raises
        ------
        ValueError
            If the file is no such file, or keeps another training.
        """
        arrays = read_npz(path)
        if str(arrays.get("fingerprint")) != self.fingerprint:
            raise ValueError(
                "`checkpoint` must be of the same state, network, seed and settings, "
                f"but {path} is of another training. Move it away, or name another one."
            )
        tracks: list[Track] = []
        while (head := f"{len(tracks)}/") + "losses" in arrays:
            own = {k.removeprefix(head): v for k, v in arrays.items()}
            state = unpack_state(own, self.networks[0], str(path))
            kept = (own["inputs"], own["recurrent"])
            tracks.append(Track(state, own["losses"], own["curve"], kept))
        return tracks

    @property
    def fingerprint(self) -> str:
        """A word that tells this training from every other one."""
        first = self.networks[0]
        words = [self.numbers, self.seed, self.chains, self.trial]
        words += [repr(first.parameters), first.source_law, first.source_rate_hz]
        digest = hashlib.sha256(json.dumps(words, sort_keys=True).encode())
        weights = [(n.input_weights, n.recurrent_weights) for n in self.networks]
        for array in (self.targets, *chain.from_iterable(weights)):
            digest.update(repr(array.shape).encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        for name in ("input_mask", "recurrent_mask"):
            if (mask := getattr(first, name)) is not None:
                digest.update(name.encode() + mask.tobytes())
        return digest.hexdigest()
