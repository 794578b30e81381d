"""What networks are trained for: losses on the spikes of their output neurons."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_positive

if TYPE_CHECKING:
    import jax

__all__ = [
    "Loss",
    "SpikeCountLoss",
    "SpikeLoss",
    "TargetTrainLoss",
    "as_loss",
    "check_classes",
    "check_output_labels",
]


@final
@dataclass(frozen=True, kw_only=True)
class SpikeCountLoss:
    r"""Cross-entropy of labels, the class being the output wire that spikes most.

    .. math:: \ell(s, y) = \log \sum_c e^{\beta k_c} - \beta k_y, \qquad
              k_c = \sum_t s_t^c .

    Parameters
    ----------
    scale : float
        β, what one more spike adds to the logarithm of a class's odds.

    Raises
    ------
    TypeError, ValueError
        If `scale` is no positive number.

    Examples
    --------
    >>> spikes = np.array([[[1.0, 0.0]], [[1.0, 1.0]]])  # T = 2 steps, one sample
    >>> loss = SpikeCountLoss().values(spikes, np.array([0]))
    >>> bool(np.isclose(loss[0], np.log(1 + np.exp(-1)), rtol=1e-6))
    True
    """

    clamps: ClassVar[bool] = False
    scale: float = 1.0

    def __post_init__(self) -> None:
        check_positive(self.scale, "scale")
        object.__setattr__(self, "scale", float(self.scale))

    def values(self, spikes: "jax.Array", labels: "jax.Array") -> "jax.Array":
        """Return the loss (B,) of output spikes (T, B, n_out) and labels (B,)."""
        from .losses_jax import count_cross_entropy

        return count_cross_entropy(spikes, labels, self.scale)

    def check(self, n_outputs: int, steps: int, labels: np.ndarray) -> None:
        """Check that every label has an output wire."""
        check_output_labels(labels, n_outputs)


@final
@dataclass(frozen=True, kw_only=True)
class TargetTrainLoss:
    r"""Negative log-likelihood of an output record that is given for each class.

    Output neurons are clamped to the record of the sample's class and the others are
    drawn, with what they hear from the outputs. The mean of the loss is

    .. math:: \left\langle -\sum_t \log p(o_t \mid h_{<t}, o_{<t}, x)
              \right\rangle_{h \sim p(h \| o, x)} \ge -\log p(o \mid x) ,

    a bound on the likelihood of the target as outputs of the free network.

    Parameters
    ----------
    trains : shape (C, T, n_out)
        Spikes 0 or 1 of all output wires for each of C classes.

    Raises
    ------
    ValueError
        If `trains` has another number of axes or holds anything but 0 and 1.

    Examples
    --------
    >>> loss = TargetTrainLoss(trains=[[[1, 0], [1, 0]], [[0, 1], [0, 1]]])
    >>> loss.targets(np.array([1, 0, 1])).shape  # (T, B, n_out)
    (2, 3, 2)
    """

    clamps: ClassVar[bool] = True
    trains: ArrayLike  # kept as nested tuples: compared by value

    def __post_init__(self) -> None:
        trains = np.asarray(self.trains)
        if trains.ndim != 3 or trains.size == 0:
            raise ValueError(
                "`trains` must have shape (C, T, n_out) for C classes, T steps and "
                f"n_out output wires, but has shape {trains.shape}."
            )
        if not np.isin(trains, (0, 1)).all():
            raise ValueError("`trains` must hold spikes 0 or 1, but holds others.")
        rows = [tuple(map(tuple, train)) for train in trains.astype(int).tolist()]
        object.__setattr__(self, "trains", tuple(rows))

    def targets(self, labels: np.ndarray) -> np.ndarray:
        """Return the target spikes (T, B, n_out) of labels (B,), as uint8."""
        return np.moveaxis(np.asarray(self.trains, dtype=np.uint8)[labels], 0, 1)

    def check(self, n_outputs: int, steps: int, labels: np.ndarray) -> None:
        """Check that the trains fit the network, the inputs and the labels."""
        classes, *shape = np.shape(self.trains)
        if shape != [steps, n_outputs]:
            raise ValueError(
                f"`trains` must have shape (C, {steps}, {n_outputs}) for inputs of "
                f"{steps} steps and {n_outputs} output wires, but have shape "
                f"{(classes, *shape)}."
            )
        check_classes(labels, classes, f"there are target trains of {classes} classes")


@final
@dataclass(frozen=True)
class SpikeLoss:
    """Any function of the output spikes.

    Parameters
    ----------
    function : callable
        Takes spikes (T, B, n_out), 0 or 1 as floats, and labels (B,), both JAX arrays,
        and returns the losses (B,), by operations of ``jax.numpy``. Programs are
        compiled once a function: pass the same object again, not a new lambda. To
        train by a straight-through estimator it must be differentiable.

    Raises
    ------
    TypeError
        If `function` cannot be called.
    """

    clamps: ClassVar[bool] = False
    function: Callable

    def __post_init__(self) -> None:
        if not callable(self.function):
            raise TypeError(f"`function` must be callable, but is {self.function!r}.")

    def values(self, spikes: "jax.Array", labels: "jax.Array") -> "jax.Array":
        """Return the loss (B,) of output spikes (T, B, n_out) and labels (B,)."""
        found = self.function(spikes, labels)
        if np.shape(found) != labels.shape:
            raise ValueError(
                f"`function` must return one loss a sample, shape {labels.shape}, but "
                f"returned shape {np.shape(found)}."
            )
        return found.astype(spikes.dtype)  # its constants may be of double precision

    def check(self, n_outputs: int, steps: int, labels: np.ndarray) -> None:
        """Check nothing: the function decides what it takes."""


Loss = SpikeCountLoss | TargetTrainLoss | SpikeLoss


def as_loss(loss: "Loss | Callable") -> Loss:
    """Return a loss, wrapping a plain function of spikes and labels.

    Raises
    ------
    TypeError
        If it is neither.
    """
    if isinstance(loss, SpikeCountLoss | TargetTrainLoss | SpikeLoss):
        return loss
    if callable(loss) and not isinstance(loss, type):
        return SpikeLoss(loss)
    raise TypeError(
        "`loss` must be a SpikeCountLoss(), a TargetTrainLoss(...) or a function of "
        f"output spikes and labels, but is {loss!r}."
    )


def check_output_labels(labels: np.ndarray, n_outputs: int) -> None:
    """Check that labels are indices of output wires."""
    check_classes(labels, n_outputs, f"the network has {n_outputs} output wires")


def check_classes(labels: np.ndarray, classes: int, what: str) -> None:
    """Check that labels count classes from 0."""
    if labels.dtype.kind not in "iu":
        raise TypeError(f"`labels` must be integers, but are of type {labels.dtype}.")
    if labels.size and not (labels.min() >= 0 and labels.max() < classes):
        raise ValueError(
            f"`labels` must lie from 0 to {classes - 1}, as {what}, but reach from "
            f"{labels.min()} to {labels.max()}."
        )
