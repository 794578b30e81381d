"""Descent of the training towards a law, saved and resumed."""

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import numpy as np

from ..._core.checkpoints import read_npz, write_npz
from ..._core.progress import ProgressLine
from ..kernels.lif_jax import Weights
from .categorical_jax import CategoricalSettings, epoch
from .training_jax import Masks, TrainingState

__all__ = ["Schedule", "descend"]

RECENT = 20  # epochs whose mean loss is compared with the tolerance
SAVE_EVERY = 50  # epochs


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """How long to train, how fast, and where to save."""

    epochs: int
    stop_at: int
    rates: tuple[float, float]
    final_fraction: float
    tolerance: float
    checkpoint: Path | None

    def rates_after(self, done: int) -> Weights:
        """Return the rates of both kinds of weights after some epochs."""
        decay = math.cos(math.pi / 2 * done / self.epochs) ** 2
        decay = self.final_fraction + (1 - self.final_fraction) * decay
        return Weights(*(np.array(rate * decay) for rate in self.rates))

    def near_enough(self, losses: list[float]) -> bool:
        """Tell whether the mean of the last losses is below the tolerance."""
        recent = losses[-RECENT:]
        return len(recent) == RECENT and bool(np.mean(recent) < self.tolerance)


def descend(
    settings: CategoricalSettings,
    state: TrainingState,
    target: np.ndarray,
    schedule: Schedule,
    masks: Masks,
    progress: bool | None,
) -> tuple[TrainingState, list[float], bool]:
    """Train from a first state or from a checkpoint.

    Returns the last state whose weights are finite, all losses up to it, and whether
    the training ended there because the next weights were not.
    """
    losses: list[float] = []
    mark = _fingerprint(settings, state, target, schedule, masks)
    if schedule.checkpoint is not None and schedule.checkpoint.exists():
        state, losses = _load(schedule.checkpoint, mark, state)
    diverged = False
    todo = max(0, schedule.stop_at - len(losses))
    with ProgressLine("training", todo, show=progress) as line:
        while len(losses) < schedule.stop_at and not schedule.near_enough(losses):
            rates = schedule.rates_after(len(losses))
            after, loss, _, finite = epoch(settings, state, target, rates, masks)
            if not finite:
                diverged = True
                break
            state = after
            losses.append(float(loss))
            line.advance(text=f"KL {losses[-1]:.4f}")
            if len(losses) % SAVE_EVERY == 0:
                _save(schedule.checkpoint, mark, state, losses)
    _save(schedule.checkpoint, mark, state, losses)
    return state, losses, diverged


def _fingerprint(
    settings: CategoricalSettings,
    state: TrainingState,
    target: np.ndarray,
    schedule: Schedule,
    masks: Masks,
) -> str:
    """Return what a training depends on, so that only the same one is resumed."""
    start = [hashlib.sha256(np.asarray(w).tobytes()).hexdigest() for w in state.weights]
    shapes = [list(w.shape) for w in state.weights]
    about = [
        repr(settings),
        start,
        shapes,
        state.neurons.voltage.shape,
        np.asarray(state.key).tolist(),
        str(state.weights.inputs.dtype),
        target.tolist(),
        [schedule.epochs, schedule.rates, schedule.final_fraction],
    ]
    about += [
        [kind, np.flatnonzero(mask).tolist()]
        for kind, mask in zip(Weights._fields, masks, strict=True)
        if mask is not None
    ]
    return json.dumps(about)


def _save(
    path: Path | None, mark: str, state: TrainingState, losses: list[float]
) -> None:
    """Write a checkpoint, whole or not at all."""
    if path is None:
        return
    arrays: dict[str, Any] = {
        f"leaf_{i}": np.asarray(leaf) for i, leaf in enumerate(jax.tree.leaves(state))
    }
    arrays |= {"mark": np.array(mark), "losses": np.array(losses)}
    write_npz(path, arrays)


def _load(
    path: Path, mark: str, like: TrainingState
) -> tuple[TrainingState, list[float]]:
    """Read a checkpoint of the same training."""
    expected, structure = jax.tree.flatten(like)
    arrays = read_npz(path)
    if str(arrays.get("mark")) != mark:
        raise ValueError(
            "`checkpoint` must belong to a training with the same law, start, seed "
            f"and settings, but {path} does not. Delete it or name another file."
        )
    leaves = [arrays[f"leaf_{i}"] for i in range(len(expected))]
    return jax.tree.unflatten(structure, leaves), arrays["losses"].tolist()
