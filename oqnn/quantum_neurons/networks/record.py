"""Joint records of a network's spikes, and the arrays that users hand in."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..neurons.patterns import patterns_of

__all__ = ["NetworkRecord", "as_inputs", "as_spikes", "time_first", "time_last"]


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class NetworkRecord:
    """All spikes of a network, 0 or 1, with the leading axes of its inputs.

    The wires of a population, of outputs and of the joint pattern are ordered by
    population, neuron and wire.
    """

    spikes: tuple[np.ndarray, ...]  # a population each, (..., T, n, N), uint8
    output_populations: tuple[int, ...]

    @property
    def outputs(self) -> np.ndarray:
        """Spikes of the output populations' wires, shape (..., T, wires)."""
        return np.concatenate(
            [_wires(self.spikes[i]) for i in self.output_populations], axis=-1
        )

    @property
    def joint_patterns(self) -> np.ndarray:
        """Number whose bits are all spikes of a step, the first on top, (..., T).

        Above 63 wires there is none.
        """
        wires = np.concatenate([_wires(spikes) for spikes in self.spikes], axis=-1)
        if wires.shape[-1] > 63:
            raise ValueError(
                "`joint_patterns` must have at most 63 wires, but the network has "
                f"{wires.shape[-1]}. Take the patterns of populations apart."
            )
        return patterns_of(wires)


def as_inputs(inputs: ArrayLike, n_inputs: int) -> np.ndarray:
    """Return input spikes 0 or 1, shape (..., T, n_inputs)."""
    inputs = np.asarray(inputs)
    if inputs.ndim < 2 or inputs.shape[-1] != n_inputs or inputs.shape[-2] == 0:
        raise ValueError(
            f"`inputs` must have shape (..., T, {n_inputs}) with T steps of {n_inputs} "
            f"lines, but have shape {inputs.shape}."
        )
    if not np.isin(inputs, (0, 1)).all():
        raise ValueError(
            "`inputs` must hold spikes 0 or 1, but hold other values. Rates become "
            "spikes by drawing them."
        )
    return inputs.astype(np.uint8)


def as_spikes(
    record: NetworkRecord | Sequence[ArrayLike],
    inputs: np.ndarray,
    shapes: Sequence[tuple[int, int]],
) -> list[np.ndarray]:
    """Return spikes (..., T, n, N) of every population, (n, N) in `shapes`.

    Leading axes must be those of the inputs.
    """
    given = record.spikes if isinstance(record, NetworkRecord) else record
    spikes = [np.asarray(array) for array in given]
    expected = [(*inputs.shape[:-1], *shape) for shape in shapes]
    if [array.shape for array in spikes] != expected:
        raise ValueError(
            f"`record` must hold spikes of shapes {expected}, one array a population, "
            f"but holds {[array.shape for array in spikes]}."
        )
    if not all(np.isin(array, (0, 1)).all() for array in spikes):
        raise ValueError("`record` must hold spikes 0 or 1, but holds other values.")
    return [array.astype(np.uint8) for array in spikes]


def time_first(array: np.ndarray, leading: int) -> np.ndarray:
    """Turn (..., T, k), of that many leading axes, into (T, B, k)."""
    samples = math.prod(array.shape[:leading])  # -1 fails where an axis is empty
    return np.moveaxis(array.reshape(samples, *array.shape[leading:]), 1, 0)


def time_last(array: np.ndarray, batch: tuple[int, ...]) -> np.ndarray:
    """Turn (T, B, k) back into (..., T, k)."""
    flat = np.moveaxis(array, 0, 1)
    return flat.reshape(*batch, *flat.shape[1:])


def _wires(spikes: np.ndarray) -> np.ndarray:
    """Return spikes (..., n, N) as (..., n N)."""
    return spikes.reshape(*spikes.shape[:-2], math.prod(spikes.shape[-2:]))
