"""Samples for small networks, and the neurons whose records have a law."""

import numpy as np
from numpy.typing import ArrayLike

from ..networks.wiring import Wiring

__all__ = [
    "as_samples",
    "check_likelihoods",
    "check_only_spikes_random",
    "check_smooth",
]


def as_samples(
    inputs: ArrayLike, labels: ArrayLike, n_inputs: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return spikes (B, T, n_in) and labels (B,)."""
    inputs, labels = np.asarray(inputs), np.asarray(labels)
    if inputs.ndim != 3 or inputs.shape[2] != n_inputs or inputs.size == 0:
        raise ValueError(
            f"`inputs` must have shape (B, T, {n_inputs}): samples, steps, the "
            f"network's inputs, but have shape {inputs.shape}."
        )
    if not np.isin(inputs, (0, 1)).all():
        raise ValueError("`inputs` must hold spikes 0 or 1, but hold other values.")
    if labels.shape != inputs.shape[:1]:
        raise ValueError(
            f"`labels` must have shape ({len(inputs)},), one a sample, but have shape "
            f"{labels.shape}."
        )
    return inputs.astype(np.uint8), labels


def check_only_spikes_random(wiring: Wiring) -> None:
    """Check that records have a law: all that is random are the spikes."""
    for i, kernel in enumerate(wiring.kernels):
        if getattr(kernel, "uses_noise", False):
            raise ValueError(
                f"`network` must have no randomness besides its spikes, but population "
                f"{i} has: its records have no law of their own."
            )


def check_likelihoods(wiring: Wiring) -> None:
    """Check besides that no neuron's spikes are certain, given its currents."""
    from ..neurons.qlif_jax import InfiniteShotsKernel

    check_only_spikes_random(wiring)
    for i, kernel in enumerate(wiring.kernels):
        if isinstance(kernel, InfiniteShotsKernel):
            raise ValueError(
                f"`network` must draw its spikes, but those of population {i} follow "
                "from its currents: a likelihood says nothing of their slopes. Try "
                "StraightThrough(), or finite shots."
            )


def check_smooth(wiring: Wiring) -> None:
    """Check besides that all laws have derivatives, not surrogates of them."""
    check_likelihoods(wiring)
    for i, kernel in enumerate(wiring.kernels):
        if hasattr(kernel, "width"):
            raise ValueError(
                f"`network` must have laws with derivatives, but that of population "
                f"{i} jumps at a threshold."
            )
