"""Backpropagation through time: gradients of networks that draw their spikes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, final

import numpy as np

from ..._core.checks import check_integer
from .losses import Loss, SpikeCountLoss, as_loss

if TYPE_CHECKING:
    from ..networks.network import Network
    from ..networks.network_jax import Parameters
    from .estimator import Info

__all__ = ["StraightThrough"]


@final
@dataclass(frozen=True, kw_only=True)
class StraightThrough:
    r"""Backpropagate through the spikes as if they were their probabilities.

    Forward, spikes are drawn; backward, the derivative of the choice of a pattern is
    taken to be that of its law [1]_,

    .. math:: \frac{\partial s}{\partial\theta} \to
              \sum_s s\,\frac{\partial p(s \mid \mathrm{past})}{\partial\theta} .

    Biased wherever the loss or the network behind a spike is not linear in it; of low
    variance. Neurons with a deterministic law have a surrogate derivative in its place.

    Parameters
    ----------
    loss : Loss or callable, optional
        What to lower; by default `SpikeCountLoss`.
    passes : int
        Independent runs M of every sample, of which the mean is taken.
    through_memory : bool
        Whether a neuron's memory passes the derivative of the choice on. If not, it
        does that of the branch that was measured alone.

    Raises
    ------
    TypeError, ValueError
        If `loss` is none, or `passes` is no positive integer.

    References
    ----------
    .. [1] Bengio, Léonard and Courville, *Estimating or propagating gradients through
           stochastic neurons for conditional computation*, arXiv:1308.3432 (2013).
    """

    loss: Loss | Callable = field(default_factory=SpikeCountLoss)
    passes: int = 1
    through_memory: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "loss", as_loss(self.loss))
        check_integer(self.passes, "passes")

    def gradient(
        self,
        network: "Network",
        parameters: "Parameters",
        inputs: np.ndarray,
        labels: np.ndarray,
        rng: np.random.Generator,
    ) -> "tuple[Parameters, Info]":
        """Return an estimate for inputs (T, B, n_in) and labels (B,)."""
        from .backprop_jax import straight_gradient
        from .losses_jax import clamped_or_free

        inputs = np.tile(inputs, (1, self.passes, 1))
        labels = np.tile(labels, self.passes)
        return straight_gradient(
            network.wiring,
            parameters,
            inputs,
            labels,
            draw_uniforms(network.wiring.sizes, parameters, inputs, rng),
            clamped_or_free(network.wiring, self.loss, labels),
            loss=self.loss,
            through_memory=self.through_memory,
        )


def draw_uniforms(
    sizes: tuple[int, ...],
    parameters: "Parameters",
    inputs: np.ndarray,  # (T, B, n_in)
    rng: np.random.Generator,
) -> tuple[np.ndarray, ...]:
    """Return uniform numbers (T, B, n, 2) for every population."""
    # NumPy draws them several times faster than JAX
    single = parameters.neurons[0].dtype == np.float32
    dtype = np.float32 if single else np.float64
    return tuple(rng.random((*inputs.shape[:2], n, 2), dtype=dtype) for n in sizes)
