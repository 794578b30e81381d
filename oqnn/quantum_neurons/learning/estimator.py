"""What every estimator of a loss's gradient offers to the training loop."""

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from ..._core.checks import check_choice

if TYPE_CHECKING:
    import jax

    from ..networks.network import Network
    from ..networks.network_jax import Parameters
    from .losses import Loss

__all__ = ["Estimator", "Info", "check_baseline"]


class Info(NamedTuple):
    """What a minibatch showed on the way to a gradient; zero-dimensional arrays.

    `measure` of `estimator_jax` makes it of spikes and losses.
    """

    loss: "jax.Array"  # mean over samples and passes
    accuracy: "jax.Array"  # of labels, NaN where outputs were clamped
    spikes: tuple["jax.Array", ...]  # a wire and step, of each population


class Estimator(Protocol):
    """A frozen choice with its settings, compared by value, that finds gradients."""

    @property
    def loss(self) -> "Loss":
        """What the gradient is of."""
        ...

    def gradient(
        self,
        network: "Network",
        parameters: "Parameters",
        inputs: np.ndarray,
        labels: np.ndarray,
        rng: np.random.Generator,
    ) -> tuple["Parameters", Info]:
        """Return an estimate of the gradient of the mean loss over a minibatch.

        Parameters
        ----------
        network : Network
            Wiring and masks; its own parameters are not used.
        parameters : Parameters
            JAX arrays; their type is the precision of everything.
        inputs : shape (T, B, n_in)
            Spikes 0 or 1.
        labels : shape (B,)
        rng : Generator
            Of all random numbers.

        Returns
        -------
        tuple of Parameters and Info
            What absent connections would contribute may be left in: the loop takes it
            away.
        """
        ...


def check_baseline(baseline: str, passes: int) -> None:
    """Check the name of a baseline, and that its other passes exist."""
    check_choice(baseline, "baseline", ("none", "passes", "batch"))
    if baseline == "passes" and passes < 2:
        raise ValueError(
            "`passes` must be at least 2 for a baseline of the other passes, but "
            "is 1. Take baseline='batch' or 'none'."
        )
