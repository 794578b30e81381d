"""Gradients of exact log-likelihoods of spike records."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite, check_shapes
from ..memory.spike_trains import law_kernel_of, rounding_of
from ..neurons.inputs import as_currents, as_record, check_possible
from ..neurons.patterns import patterns_of

if TYPE_CHECKING:
    from ..neurons.model import NeuronModel

__all__ = [
    "LikelihoodGradient",
    "WeightGradient",
    "log_likelihood_gradient",
    "weight_gradient",
]


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class LikelihoodGradient:
    """Logarithm of a record's probability and its derivatives."""

    log_likelihood: np.ndarray  # (...)
    parameters: np.ndarray  # (..., P), by the neuron's parameters
    currents: np.ndarray  # (..., T, N), by every current


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class WeightGradient:
    """Logarithm of a record's probability and its derivatives."""

    log_likelihood: np.ndarray  # (...)
    parameters: np.ndarray  # (..., P), by the neuron's parameters
    weights: np.ndarray  # (..., N, M), by the weights of its inputs


def log_likelihood_gradient(
    neuron: "NeuronModel", currents: ArrayLike, record: ArrayLike
) -> LikelihoodGradient:
    r"""Differentiate log p(record | currents) exactly, the memory carried along.

    Automatic differentiation in double precision of the sum of
    :math:`\log p(s_t \mid \mathrm{past})`, at a few times the cost of the likelihood.

    Currents enter `SQSNeuron` and `ClassicalControl` as relu(z): the derivative by a
    current is zero where z < 0. At z = 0 the likelihood has a kink where that of z > 0
    does not vanish; zero, the derivative from the left, is returned there.

    Parameters
    ----------
    neuron : NeuronModel
        Any model whose law given the record is a smooth function of its parameters. The
        threshold of an integrate-and-fire neuron with infinitely many shots is not: its
        derivative is that of the surrogate.
    currents : shape (..., T, N)
        z.
    record : shape (..., T, N)
        Spikes 0 or 1. Leading axes broadcast against those of `currents`.

    Returns
    -------
    LikelihoodGradient
        With the leading axes of both; nothing is summed over them.

    Raises
    ------
    TypeError
        If `neuron` is no model of a neuron.
    ValueError
        If shapes disagree, currents are not finite, spikes are not 0 or 1, or the
        record has probability zero, where the logarithm has no derivative.

    Examples
    --------
    p(1) = sin² θ/2, so that d log p/dθ = cot θ/2.

    >>> from oqnn.quantum_neurons import Circuit, Gate, SQSNeuron
    >>> circuit = Circuit(
    ...     n_qubits=1, gates=[Gate("rx", (0,), parameter=0)], parameters=[0.8]
    ... )
    >>> neuron = SQSNeuron(1, 0, circuit=circuit)
    >>> found = log_likelihood_gradient(neuron, [[0.0]], [[1]])
    >>> bool(np.isclose(found.parameters[0], 1 / np.tan(0.4)))
    True
    """
    kernel = law_kernel_of(neuron)
    z = as_currents(currents, neuron.n_io)
    s = as_record(record, z)
    batch = np.broadcast_shapes(z.shape[:-2], s.shape[:-2])
    z = np.broadcast_to(z, (*batch, *z.shape[-2:])).reshape(-1, *z.shape[-2:])
    s = np.broadcast_to(s, (*batch, *s.shape[-2:])).reshape(z.shape)
    from .likelihood_jax import gradients

    taken, by_parameters, by_currents = gradients(
        kernel, neuron.parameters, z, patterns_of(s)
    )
    check_possible(taken.reshape(*batch, taken.shape[-1]), rounding_of(neuron))
    return LikelihoodGradient(
        log_likelihood=np.log(taken).sum(axis=-1).reshape(batch),
        parameters=by_parameters.reshape(*batch, by_parameters.shape[-1]),
        currents=by_currents.reshape(*batch, *z.shape[1:]),
    )


def weight_gradient(
    neuron: "NeuronModel", weights: ArrayLike, inputs: ArrayLike, record: ArrayLike
) -> WeightGradient:
    r"""Differentiate log p(record) where the currents are weighted inputs.

    .. math:: z_t = W x_t, \qquad \frac{\partial \log p}{\partial W} = \sum_t
              \frac{\partial \log p}{\partial z_t}\, x_t^{\mathsf T} .

    Parameters
    ----------
    neuron : NeuronModel
        As for `log_likelihood_gradient`, relu's kink included.
    weights : shape (N, M)
        W, one row a wire.
    inputs : shape (..., T, M)
        x, such as spikes of M neurons before this one.
    record : shape (..., T, N)
        Spikes 0 or 1. Leading axes broadcast against those of `inputs`.

    Returns
    -------
    WeightGradient
        With the leading axes of both.

    Raises
    ------
    TypeError, ValueError
        As `log_likelihood_gradient`; and if `weights` or `inputs` have the wrong shape
        or are not finite.
    """
    law_kernel_of(neuron)
    W, x = np.asarray(weights, dtype=float), np.asarray(inputs, dtype=float)
    check_shapes(weights=(W, f"{neuron.n_io} M"))
    check_finite(W, "weights")
    if x.ndim < 2 or x.shape[-1] != W.shape[1]:
        raise ValueError(
            f"`inputs` must have shape (..., T, {W.shape[1]}) with the columns of "
            f"`weights`, but have shape {x.shape}."
        )
    check_finite(x, "inputs")
    found = log_likelihood_gradient(neuron, x @ W.T, record)
    return WeightGradient(
        log_likelihood=found.log_likelihood,
        parameters=found.parameters,
        weights=np.einsum("...tn,...tm->...nm", found.currents, x),
    )
