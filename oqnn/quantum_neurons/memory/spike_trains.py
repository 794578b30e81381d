"""The law of spike trains: the probabilities of all records of a few steps."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_law, check_shapes
from ..neurons.inputs import as_currents, rounding_of

if TYPE_CHECKING:
    from ..neurons.model import NeuronKernel, NeuronModel

__all__ = [
    "as_ensemble",
    "averaged_spike_train_law",
    "check_model",
    "check_size",
    "law_kernel_of",
    "rounding_of",
    "spike_train_law",
]

MOST_BYTES = 4 * 2**30
MOST_AXES = 48  # NumPy has 64; room for axes of inputs


def spike_train_law(neuron: "NeuronModel", currents: ArrayLike) -> np.ndarray:
    r"""Return the probabilities of all records of T steps, exactly.

    .. math:: p(s_1, \dots, s_T \mid z_1, \dots, z_T) = \prod_t p(s_t \mid s_1, \dots,
              s_{t-1}, z_1, \dots, z_t)

    Records branch at every step and share the memory of their common past, so that
    the time is that of the last step, 2^{NT} branches.

    Parameters
    ----------
    neuron : NeuronModel
        Any model whose law given the record is exact.
    currents : shape (..., T, N)
        z.

    Returns
    -------
    shape (..., 2**N, ..., 2**N)
        One axis a step, the first step's first, behind the leading axes of `currents`;
        a pattern's first wire is its most significant bit. The last T axes sum to 1.

    Raises
    ------
    TypeError
        If `neuron` is no model of a neuron.
    ValueError
        If `currents` have another shape or are not finite, the law takes more than
        4 GiB or 48 axes (the message says how much it would take), or the neuron's
        state is random given its spikes.

    Examples
    --------
    >>> from oqnn.quantum_neurons import SQSNeuron, two_qubit_circuit
    >>> neuron = SQSNeuron(1, 1, circuit=two_qubit_circuit(0.9, 0.4, 1.3))
    >>> law = spike_train_law(neuron, np.full((3, 1), 0.3))
    >>> law.shape, round(float(law.sum()), 12)
    ((2, 2, 2), 1.0)
    """
    kernel = law_kernel_of(neuron)
    z = as_currents(currents, neuron.n_io)
    _check_any(z)
    batch, T = z.shape[:-2], z.shape[-2]
    flat = z.reshape(-1, T, neuron.n_io)
    check_size(kernel, neuron.parameters, len(flat), T)
    from .branches_jax import branch_probabilities

    found = branch_probabilities(kernel, neuron.parameters, flat)
    return found.reshape(*batch, *(2**neuron.n_io,) * T)


def averaged_spike_train_law(
    neuron: "NeuronModel", currents: ArrayLike, probabilities: ArrayLike | None = None
) -> np.ndarray:
    r"""Return the law of records where the input is random,
    :math:`\sum_x q(x)\, p(s_1, \dots, s_T \mid z^{(x)})`.

    Parameters
    ----------
    neuron : NeuronModel
    currents : shape (X, T, N)
        Input sequences.
    probabilities : shape (X,), optional
        q, equal ones unless given.

    Returns
    -------
    shape (2**N, ..., 2**N)
        One axis a step.

    Raises
    ------
    TypeError, ValueError
        As `spike_train_law`; and if `currents` have other axes or `probabilities` are
        not X of them that sum to 1.
    """
    check_model(neuron)
    z, q = as_ensemble(currents, probabilities, neuron.n_io)
    return np.tensordot(q, spike_train_law(neuron, z), axes=1)


def as_ensemble(
    currents: ArrayLike, probabilities: ArrayLike | None, n_io: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return input sequences (X, T, N) and their probabilities (X,)."""
    z = as_currents(currents, n_io)
    check_shapes(currents=(z, "X T N"))
    _check_any(z)
    if probabilities is None:
        return z, np.full(len(z), 1 / len(z))
    q = np.asarray(probabilities, dtype=float)
    check_shapes(currents=(z, "X T N"), probabilities=(q, "X"))
    check_law(q, "probabilities")
    return z, q


def _check_any(currents: np.ndarray) -> None:
    """Check that there is an input."""
    if currents.size == 0:
        raise ValueError(
            f"`currents` must hold an input, but have shape {currents.shape}."
        )


def law_kernel_of(neuron: "NeuronModel") -> "NeuronKernel":
    """Return the kernel whose law of spikes depends on earlier spikes alone."""
    check_model(neuron)
    kernel = getattr(neuron, "law_kernel", neuron.kernel)
    if getattr(kernel, "uses_noise", False):
        raise ValueError(
            "`neuron` must have a law of spikes alone, but the state of "
            f"{type(neuron).__name__} is random given the spikes. Draw records."
        )
    return kernel


def check_model(neuron: "NeuronModel") -> None:
    """Check that a neuron has what the branches need."""
    if not all(hasattr(neuron, name) for name in ("n_io", "parameters", "kernel")):
        raise TypeError(
            f"`neuron` must be a model of a neuron, but is {neuron!r}. Try SQSNeuron."
        )


def check_size(
    kernel: "NeuronKernel",
    parameters: np.ndarray,
    inputs: int,
    steps: int,
    *,
    kept: float = 0,
) -> None:
    """Check that branches fit in memory, with `kept` copies of their last states."""
    from .branches_jax import bytes_of_branch

    n_io = kernel.n_io
    state, charged = bytes_of_branch(kernel, parameters)
    last = inputs * 2 ** (n_io * (steps - 1))  # branches at the start of the last step
    # measured: the charged states of a step are held twice, as is the law
    step = 2 * (state + charged) + 2 * 8 * 2**n_io
    needed = last * (step + kept * state * 2**n_io)
    if needed > MOST_BYTES or steps > MOST_AXES:
        raise ValueError(
            "`currents` must have few enough steps for all records to fit in memory, "
            f"but {steps} steps of {n_io} wires have 2^{n_io * steps} records, which "
            f"take {needed / 2**30:.3g} GiB for {inputs} inputs, more than "
            f"{MOST_BYTES / 2**30:.3g} GiB. Take fewer steps, or draw records."
        )
