"""Spikes with labels: what networks of spiking neurons learn from."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_integer
from ..._core.seeds import rng_from

__all__ = ["SpikeData"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class SpikeData:
    """Spike trains of n input lines over T steps, and the class of each sample.

    Parameters
    ----------
    inputs : shape (S, T, n), 0 or 1
        One row of spikes a step; kept as uint8.
    labels : shape (S,), int
        Places in `classes`.
    classes : tuple of str
        Names of the classes.

    Raises
    ------
    TypeError
        If labels are not integers.
    ValueError
        If shapes disagree, spikes are not 0 or 1, a label names no class, or two
        classes have one name.

    Examples
    --------
    >>> data = SpikeData(inputs=np.eye(4)[:, None], labels=[0, 1, 0, 1],
    ...                  classes=("even", "odd"))
    >>> data.n_samples, data.n_steps, data.n_inputs
    (4, 1, 4)
    >>> kept, held_out = data.split(0.5, seed=3)
    >>> sorted(held_out.labels.tolist())
    [0, 1]
    """

    inputs: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        inputs, labels = np.asarray(self.inputs), np.asarray(self.labels)
        classes = tuple(str(name) for name in self.classes)
        check_inputs(inputs)
        check_labels(labels, inputs, classes)
        object.__setattr__(self, "inputs", inputs.astype(np.uint8, copy=False))
        object.__setattr__(self, "labels", labels.astype(np.int64, copy=False))
        object.__setattr__(self, "classes", classes)

    @property
    def n_samples(self) -> int:
        """Number S of samples."""
        return self.inputs.shape[0]

    @property
    def n_steps(self) -> int:
        """Number T of steps."""
        return self.inputs.shape[1]

    @property
    def n_inputs(self) -> int:
        """Number n of input lines."""
        return self.inputs.shape[2]

    @property
    def activity(self) -> float:
        """Spikes a line and step, between 0 and 1."""
        return float(self.inputs.mean())

    def subset(self, places: ArrayLike) -> "SpikeData":
        """Return the samples at some places, in their order.

        Raises
        ------
        TypeError
            If places are not integers.
        ValueError
            If there are none, or one lies outside of 0 to S − 1.
        """
        places = np.asarray(places)
        if places.dtype.kind not in "iu":
            raise TypeError(f"`places` must be integers, but are {places.dtype}.")
        if places.ndim != 1 or places.size == 0:
            raise ValueError(
                f"`places` must be a row of places, but has shape {places.shape}."
            )
        if places.min() < 0 or places.max() >= self.n_samples:
            raise ValueError(
                f"`places` must lie in 0 to {self.n_samples - 1}, but reach from "
                f"{places.min()} to {places.max()}."
            )
        return replace(self, inputs=self.inputs[places], labels=self.labels[places])

    def split(self, share: float, *, seed: int) -> tuple["SpikeData", "SpikeData"]:
        """Return the data in two parts, the second with a share of every class.

        Parameters
        ----------
        share : float
            Between 0 and 1; of a class of c samples, c·share of them, rounded, but one
            at least goes to the second part and one stays in the first.
        seed : int
            Which ones. Samples keep their order.

        Raises
        ------
        ValueError
            If `share` is not between 0 and 1, or a class has one sample only.
        """
        if not 0 < share < 1:
            raise ValueError(f"`share` must lie between 0 and 1, but is {share}.")
        rng = rng_from(seed, "split")
        away = np.zeros(self.n_samples, dtype=bool)
        for label in np.unique(self.labels):
            own = np.flatnonzero(self.labels == label)
            if len(own) < 2:
                raise ValueError(
                    f"every class must have two samples to split, but "
                    f"{self.classes[label]!r} has one."
                )
            taken = min(max(round(share * len(own)), 1), len(own) - 1)
            away[rng.permutation(own)[:taken]] = True
        return self.subset(np.flatnonzero(~away)), self.subset(np.flatnonzero(away))

    def batches(
        self, size: int, *, seed: int
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Go once through all samples in random order, in batches.

        Yields inputs of shape (T, B, n), steps first as networks take them, and labels
        (B,). The last batch is smaller where `size` does not divide S.
        """
        check_integer(size, "size")
        order = rng_from(seed, "batches").permutation(self.n_samples)
        for start in range(0, self.n_samples, size):
            places = order[start : start + size]
            yield self.inputs[places].swapaxes(0, 1), self.labels[places]


def check_inputs(inputs: np.ndarray) -> None:
    """Check that inputs are spikes with three axes, none of them empty."""
    if inputs.ndim != 3 or 0 in inputs.shape:
        raise ValueError(
            "`inputs` must have shape (S, T, n): samples, steps, lines, none of them "
            f"zero, but have shape {inputs.shape}."
        )
    # large data are checked by their extremes, without a copy
    whole = inputs.dtype.kind in "biu"
    found = (inputs.min(), inputs.max()) if whole else np.unique(inputs)
    if not np.isin(found, (0, 1)).all():
        raise ValueError("`inputs` must hold spikes 0 or 1, but hold other values.")


def check_labels(
    labels: np.ndarray, inputs: np.ndarray, classes: tuple[str, ...]
) -> None:
    """Check that each sample has a label, and each label a class."""
    if len(set(classes)) < len(classes):
        raise ValueError(f"`classes` must have names of their own, but are {classes}.")
    if labels.dtype.kind not in "iu":
        raise TypeError(
            f"`labels` must be integers, places in `classes`, but are {labels.dtype}."
        )
    if labels.shape != (len(inputs),):
        raise ValueError(
            f"`labels` must have shape ({len(inputs)},), one a sample, but have shape "
            f"{labels.shape}."
        )
    if labels.min() < 0 or labels.max() >= len(classes):
        raise ValueError(
            f"`labels` must lie in 0 to {len(classes) - 1} for {len(classes)} classes, "
            f"but reach from {labels.min()} to {labels.max()}."
        )
