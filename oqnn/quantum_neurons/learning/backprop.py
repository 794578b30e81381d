"""Backpropagation through time: gradients of networks that draw their spikes."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_integer
from .estimator import check_baseline
from .exact_inputs import check_likelihoods
from .learned import LearnedNetwork
from .loop import train_network
from .loop_data import Samples
from .losses import Loss, SpikeCountLoss, as_loss

if TYPE_CHECKING:
    import optax

    from ..networks.network import Network
    from ..networks.network_jax import Parameters
    from .estimator import Info

__all__ = ["ScoreFunction", "StraightThrough", "train_backprop"]


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
    Nothing passes back through a wire of a quantum neuron whose current is not
    positive, so through none that heard no spike.

    Parameters
    ----------
    loss : Loss or callable, optional
        What to lower; by default `SpikeCountLoss`.
    passes : int
        Independent runs M of every sample, of which the mean is taken.
    through_memory : bool
        Whether a neuron's memory passes the derivative of the choice on, besides that
        of the branch that was measured. In a quantum memory the branch that was not
        measured then enters as an amplitude, so that the estimate depends on a phase
        between the two that nothing else does; the two-qubit circuit drops
        :math:`(-i)^s`.

    Raises
    ------
    TypeError, ValueError
        If `loss` is none, or `passes` is no positive integer.

    References
    ----------
    .. [1] Bengio, Léonard and Courville, *Estimating or propagating gradients through
           stochastic neurons for conditional computation*, arXiv:1308.3432 (2013).
    """

    loss: Loss = field(default_factory=SpikeCountLoss)
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
        """Return an estimate of the gradient; see `Estimator`."""
        from .backprop_jax import straight_gradient

        return straight_gradient(
            network,
            parameters,
            inputs,
            labels,
            rng,
            loss=self.loss,
            passes=self.passes,
            through_memory=self.through_memory,
        )


@final
@dataclass(frozen=True, kw_only=True)
class ScoreFunction:
    r"""Weigh the gradient of the likelihood of all spikes by the loss.

    .. math:: \hat g = \left\langle (\ell(r) - \beta)\, \nabla \log p(r \mid x) +
              \nabla \ell(r) \right\rangle

    over M records r that the network draws [1]_; the second term is that of clamped
    outputs. Unbiased. The likelihood falls into shares of neurons with parameters of
    their own, so that this is the local rule with exact scores, computed through all
    neurons at once.

    Parameters
    ----------
    loss : Loss or callable, optional
        What to lower; by default `SpikeCountLoss`.
    passes : int
        Records M of every sample.
    baseline : {"passes", "batch", "none"}
        β: the mean loss of the sample's other passes; of all other passes and samples
        of the minibatch; or zero.

    Raises
    ------
    TypeError, ValueError
        If `loss` is none, `passes` is no positive integer, the baseline is another
        word, or other passes are asked for and there is one.

    References
    ----------
    .. [1] Williams, Machine Learning 8, 229 (1992).
    """

    loss: Loss = field(default_factory=SpikeCountLoss)
    passes: int = 10
    baseline: str = "passes"

    def __post_init__(self) -> None:
        object.__setattr__(self, "loss", as_loss(self.loss))
        check_integer(self.passes, "passes")
        check_baseline(self.baseline, self.passes)

    def gradient(
        self,
        network: "Network",
        parameters: "Parameters",
        inputs: np.ndarray,
        labels: np.ndarray,
        rng: np.random.Generator,
    ) -> "tuple[Parameters, Info]":
        """Return an estimate of the gradient; see `Estimator`.

        Raises
        ------
        ValueError
            If records have no likelihood to differentiate, or the baseline is of other
            samples and there is one sample and one pass.
        """
        check_likelihoods(network.wiring)
        if self.baseline == "batch" and self.passes * inputs.shape[1] < 2:
            raise ValueError(
                "`baseline` must be 'none' for one pass of one sample, but is 'batch'."
            )
        from .backprop_jax import score_gradient

        return score_gradient(
            network,
            parameters,
            inputs,
            labels,
            rng,
            loss=self.loss,
            passes=self.passes,
            baseline=self.baseline,
        )


def train_backprop(
    network: "Network",
    data: "Samples | tuple[ArrayLike, ArrayLike]",
    *,
    estimator: StraightThrough | ScoreFunction | None = None,
    loss: Loss | Callable | None = None,
    test: "Samples | tuple[ArrayLike, ArrayLike] | None" = None,
    epochs: int = 10,
    batch: int = 32,
    optimizer: "str | optax.GradientTransformation" = "adam",
    learning_rate: float = 0.01,
    seed: int = 0,
    precision: str = "single",
    checkpoint: str | Path | None = None,
    progress: bool | None = None,
) -> LearnedNetwork:
    r"""Train a network by backpropagation through time.

    Any graph and any delays; memories are part of what is differentiated.

    Parameters
    ----------
    network : Network
        Where to start; weights outside of its masks stay zero.
    data : SpikeData or pair of inputs (S, T, n_in) and labels (S,)
        Spikes 0 or 1.
    estimator : StraightThrough or ScoreFunction, optional
        What to do where spikes are drawn; `StraightThrough` by default.
    loss : Loss or callable, optional
        In place of the estimator's own.
    test : like `data`, optional
        Classified after every epoch.
    epochs, batch, optimizer, learning_rate, seed, precision, checkpoint, progress
        See `train_network`.

    Returns
    -------
    LearnedNetwork

    Raises
    ------
    TypeError, ValueError, ConvergenceError
        If `estimator` is none of the two, and where `train_network` does.

    Examples
    --------
    >>> from oqnn.quantum_neurons import SQSNeuron, two_qubit_circuit
    >>> from oqnn.quantum_neurons import layered_network
    >>> neuron = SQSNeuron(1, 1, two_qubit_circuit(0.9, 0.4, 1.3))
    >>> network = layered_network([2, 2], neuron, seed=1)
    >>> labels = np.arange(40) % 2
    >>> inputs = np.repeat(np.eye(2, dtype=int)[labels][:, None], 3, axis=1)
    >>> learned = train_backprop(network, (inputs, labels), epochs=2, batch=20)
    >>> learned.loss.shape
    (2,)
    """
    if estimator is None:
        estimator = StraightThrough()
    if not isinstance(estimator, StraightThrough | ScoreFunction):
        raise TypeError(
            "`estimator` must be StraightThrough(...) or ScoreFunction(...), but is "
            f"{estimator!r}."
        )
    if loss is not None:
        estimator = replace(estimator, loss=as_loss(loss))
    return train_network(
        network,
        data,
        estimator,
        test=test,
        epochs=epochs,
        batch=batch,
        optimizer=optimizer,
        learning_rate=learning_rate,
        seed=seed,
        precision=precision,
        checkpoint=checkpoint,
        progress=progress,
    )
