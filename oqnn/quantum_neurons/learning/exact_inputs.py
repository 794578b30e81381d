"""Neurons whose records have a law, and a law with derivatives."""

from ..networks.wiring import Wiring

__all__ = [
    "check_likelihoods",
    "check_only_spikes_random",
    "check_smooth",
]


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
