"""The local zeroth-order rule: neurons that learn from a number everyone hears."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_choice, check_integer, check_positive
from .estimator import check_baseline
from .exact_inputs import check_likelihoods
from .learned import LearnedNetwork
from .loop import train_network
from .loop_data import Samples
from .losses import Loss, SpikeCountLoss, as_loss

if TYPE_CHECKING:
    from collections.abc import Callable

    import optax

    from ..networks.network import Network
    from ..networks.network_jax import Parameters
    from .estimator import Info

__all__ = ["LocalRule", "train_local"]


@final
@dataclass(frozen=True, kw_only=True)
class LocalRule:
    r"""Gradients from global feedback and perturbations inside of each neuron.

    For every minibatch the network is drawn M times. The output neurons send back one
    number a pass and sample, the loss ℓ, and every neuron k estimates the gradient of
    the likelihood of *its own* spike train, with the memory that this train leaves
    behind [1]_, eq. 7.5 of our equations,

    .. math:: \hat g_k = \left\langle (\ell - \beta)\,
              \frac{\log p_k(\theta_k + \epsilon\sigma\Delta)
              - \log p_k(\theta_k - \epsilon\sigma\Delta)}{2\epsilon}\,
              \frac{\Delta}{\sigma} \right\rangle ,

    where Δ runs over its own angles and incoming weights. Its mean is the gradient of
    the expected loss, up to :math:`O(\epsilon^2)`: the directions have covariance one,
    and the score function has mean zero and no covariance with β.

    Where the loss is a `TargetTrainLoss`, outputs are clamped to the target and the
    loss is :math:`\ell = -\sum_{k \in \mathcal O} \log p_k`. Hidden neurons follow the
    same equation; an output neuron descends its own share of the loss, the equation
    with -1 for ℓ - β. Both together are the gradient of the bound
    :math:`\langle -\log p(o \| h, x) \rangle_h`.

    Neurons must draw their spikes and have no other randomness. Where a law jumps with
    a parameter, as with the threshold of a `QLIFNeuron` with finite shots, the quotient
    has no limit and the mean is not the gradient.

    Parameters
    ----------
    loss : TargetTrainLoss, SpikeCountLoss or function, optional
        Of spikes and labels; see `as_loss`.
    passes : int, optional
        M.
    directions : {"spsa", "gaussian", "exact"}
        Entries of Δ: ±1, or normal. ``"exact"`` takes each neuron's score by automatic
        differentiation in place of the quotient: what infinitely many directions give.
    directions_per_pass : int, optional
        Δ's that a pass is evaluated with, averaged.
    shared_directions : bool, optional
        Whether the samples of a minibatch share Δ, other in each pass and neuron. It
        costs little variance while samples differ more than they agree, and saves an
        array of weights a sample.
    epsilon : float, optional
    baseline : {"none", "passes", "batch"}
        β: zero; the mean loss of the sample's other passes; that of all other passes
        and samples of the minibatch. None of them depends on the pass that it is
        taken off from, so all leave the mean of the gradient alone.
    weight_scale : float or "fan_in"
        σ of weights; ``"fan_in"`` is one over the root of the connections that reach
        the wire, so that currents move by about ε.
    angle_scale : float, optional
        σ of the neurons' own parameters, rad for angles.

    Raises
    ------
    TypeError, ValueError
        If a setting is none of these, or the other passes are asked for and there is
        one.

    References
    ----------
    .. [1] Chen, Rajendran and Simeone, *Stochastic quantum spiking neural networks
           with quantum memory and local learning* (2025), algorithm 1.

    Examples
    --------
    >>> LocalRule(passes=4, epsilon=0.02).baseline
    'passes'
    """

    loss: Loss = field(default_factory=SpikeCountLoss)
    passes: int = 10
    directions: str = "spsa"
    directions_per_pass: int = 1
    shared_directions: bool = True
    epsilon: float = 0.01
    baseline: str = "passes"
    weight_scale: float | str = "fan_in"
    angle_scale: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "loss", as_loss(self.loss))
        check_integer(self.passes, "passes")
        check_choice(self.directions, "directions", ("spsa", "gaussian", "exact"))
        check_integer(self.directions_per_pass, "directions_per_pass")
        check_positive(self.epsilon, "epsilon")
        check_baseline(self.baseline, self.passes)
        if self.weight_scale != "fan_in":
            check_positive(self.weight_scale, "weight_scale")  # type: ignore[arg-type]
        check_positive(self.angle_scale, "angle_scale")

    def gradient(
        self,
        network: "Network",
        parameters: "Parameters",
        inputs: np.ndarray,
        labels: np.ndarray,
        rng: np.random.Generator,
    ) -> tuple["Parameters", "Info"]:
        """Return an estimate of the gradient; see `Estimator`.

        Raises
        ------
        ValueError
            If a neuron has randomness of its own or none at all, or the baseline is of
            other samples and there is one sample and one pass.
        """
        if self.baseline == "batch" and self.passes * inputs.shape[1] < 2:
            raise ValueError(
                "`baseline` must be 'none' for one pass of one sample, but is 'batch'."
            )
        check_likelihoods(network.wiring)
        from .local_jax import local_gradient

        return local_gradient(self, network, parameters, inputs, labels, rng)


def train_local(
    network: "Network",
    data: "Samples | tuple[ArrayLike, ArrayLike]",
    *,
    test: "Samples | tuple[ArrayLike, ArrayLike] | None" = None,
    rule: LocalRule | None = None,
    loss: "Loss | Callable | None" = None,
    epochs: int = 10,
    batch: int = 32,
    optimizer: "str | optax.GradientTransformation" = "adam",
    learning_rate: float = 0.01,
    seed: int = 0,
    precision: str = "single",
    checkpoint: str | Path | None = None,
    progress: bool | None = None,
) -> LearnedNetwork:
    r"""Train a network by the local zeroth-order rule.

    Parameters
    ----------
    network : Network
        Where to start; weights outside of its masks stay zero.
    data : SpikeData or pair of inputs (S, T, n_in) and labels (S,)
        Spikes 0 or 1.
    test : like `data`, optional
        Classified after every epoch.
    rule : LocalRule, optional
        Its settings; ten passes with one direction each by default.
    loss : TargetTrainLoss, SpikeCountLoss or function, optional
        In place of the rule's own.
    epochs, batch, optimizer, learning_rate, seed, precision, checkpoint, progress
        See `train_network`.

    Returns
    -------
    LearnedNetwork

    Raises
    ------
    TypeError, ValueError, ConvergenceError
        See `train_network`.

    Examples
    --------
    >>> from oqnn.quantum_neurons import SQSNeuron, two_qubit_circuit
    >>> from oqnn.quantum_neurons import layered_network
    >>> neuron = SQSNeuron(1, 1, two_qubit_circuit(0.9, 0.4, 1.3))
    >>> network = layered_network([2, 2], neuron, seed=1)
    >>> labels = np.arange(40) % 2
    >>> inputs = np.repeat(np.eye(2, dtype=int)[labels][:, None], 3, axis=1)
    >>> learned = train_local(network, (inputs, labels), epochs=2, batch=20)
    >>> learned.loss.shape
    (2,)
    """
    if rule is None:
        rule = LocalRule()
    if not isinstance(rule, LocalRule):
        raise TypeError(f"`rule` must be a LocalRule, but is {rule!r}.")
    if loss is not None:
        rule = replace(rule, loss=as_loss(loss))
    return train_network(
        network,
        data,
        rule,
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
