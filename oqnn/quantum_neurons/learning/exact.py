"""Expected losses of small networks and their gradients, without sampling."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_choice, check_integer
from .exact_inputs import check_smooth
from .loop_data import as_samples, check_loss
from .losses import Loss, SpikeCountLoss, as_loss

if TYPE_CHECKING:
    from ..networks.network import Network

__all__ = ["ExactLoss", "exact_loss"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class ExactLoss:
    """Loss and gradient, each a sum over all records."""

    values: np.ndarray  # (B,), of every sample
    weights: tuple[np.ndarray, ...]  # gradient of the mean, zero outside of the masks
    neurons: tuple[np.ndarray, ...]
    records: int  # summed over for every sample

    @property
    def value(self) -> float:
        """Mean over the samples."""
        return float(self.values.mean())


def exact_loss(
    network: "Network",
    inputs: ArrayLike,
    labels: ArrayLike,
    *,
    loss: Loss | Callable | None = None,
    objective: str = "expected",
    most_records: int = 2**20,
) -> ExactLoss:
    r"""Sum a loss and its gradient over every joint record of the drawn neurons.

    .. math:: L = \sum_r p(r \mid x)\, \ell(r), \qquad
              \nabla L = \sum_r p(r \mid x)\,
              \bigl(\ell(r) \nabla \log p(r \mid x) + \nabla \ell(r)\bigr)

    in double precision; p is the product over neurons and steps. Records of
    probability zero contribute nothing: smooth laws have their least value there. With
    a `TargetTrainLoss`, outputs o are clamped, r runs over the records h of the other
    neurons, and ℓ is :math:`-\log p(o \mid h, x)`.

    Parameters
    ----------
    network : Network
        Neurons with smooth laws and no randomness besides their spikes.
    inputs : shape (B, T, n_in)
        Spikes 0 or 1.
    labels : shape (B,), int
    loss : Loss or callable, optional
        `SpikeCountLoss` by default.
    objective : {"expected", "marginal"}
        The sum above; or, for target trains, what it is a bound of,
        :math:`-\log p(o \mid x) = -\log \sum_h p(h, o \mid x)`.
    most_records : int
        The most records of all samples together; a million take some seconds.

    Returns
    -------
    ExactLoss
        Loss of every sample, and the gradient of their mean.

    Raises
    ------
    TypeError, ValueError
        If inputs, labels, loss and network do not fit; if there are more records; if a
        neuron has randomness of its own or a law that jumps; if a target is
        impossible.

    Examples
    --------
    >>> from oqnn.quantum_neurons import SQSNeuron, two_qubit_circuit
    >>> from oqnn.quantum_neurons import layered_network
    >>> neuron = SQSNeuron(1, 1, circuit=two_qubit_circuit(0.9, 0.4, 1.3))
    >>> found = exact_loss(layered_network([2, 1, 2], neuron), [[[1, 0]]], [1])
    >>> found.records
    8
    """
    inputs, labels = as_samples(inputs, labels, network)
    loss = as_loss(SpikeCountLoss() if loss is None else loss)
    check_choice(objective, "objective", ("expected", "marginal"))
    check_integer(most_records, "most_records")
    if objective == "marginal" and not loss.clamps:
        raise ValueError(
            "`objective` must be 'expected' for a loss of spikes that are drawn, but "
            "is 'marginal', which is of a TargetTrainLoss."
        )
    check_loss(loss, network, inputs, labels)
    check_smooth(network.wiring)
    free = free_populations(network, loss)
    records = check_records(network, free, inputs.shape[:2], most_records)

    from .exact_jax import enumerate_records

    values, (weights, neurons) = enumerate_records(
        network, inputs.swapaxes(0, 1), labels, loss, objective, free
    )
    if not np.isfinite(values).all():
        raise ValueError(
            "`loss` must be of targets that are possible, but that of sample "
            f"{int(np.flatnonzero(~np.isfinite(values))[0])} has probability zero."
        )
    masks = [c.mask for c in network.connections]
    return ExactLoss(
        values=values,
        weights=tuple(np.asarray(g) * m for g, m in zip(weights, masks, strict=True)),
        neurons=tuple(map(np.asarray, neurons)),
        records=records,
    )


def free_populations(network: "Network", loss: Loss) -> tuple[int, ...]:
    """Return the populations whose spikes are drawn."""
    known = network.outputs if loss.clamps else ()
    return tuple(i for i in range(len(network.populations)) if i not in known)


def check_records(
    network: "Network", free: tuple[int, ...], shape: tuple[int, ...], most: int
) -> int:
    """Return the number of records of a sample, not too many for B samples together."""
    samples, steps = shape
    bits = steps * sum(network.populations[i].n_wires for i in free)
    if samples * 2**bits > most:
        raise ValueError(
            f"`most_records` must be at least {samples} x 2**{bits} = "
            f"{samples * 2**bits:.3g} for {samples} samples with {bits} free spikes, "
            f"but is {most}. Take fewer steps, neurons or samples."
        )
    return 2**bits
