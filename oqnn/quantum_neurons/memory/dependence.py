"""How much the next spike depends on the past beyond the last spike."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import rel_entr

from ..._core.checks import check_finite, check_integer, check_law, check_positive
from ..neurons.inputs import IMPOSSIBLE
from .spike_trains import rounding_of, spike_train_law

if TYPE_CHECKING:
    from ..neurons.model import NeuronModel

__all__ = [
    "PastDependence",
    "conditional_information",
    "depends_on_older",
    "next_spike_law",
    "past_dependence",
]


EVENTS = 64  # whose probabilities are held at once, for all pasts


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class PastDependence:
    r"""What spikes older than the last one say about the next, at every step.

    Both are zero at the first two steps, which have no older spikes, and everywhere for
    a Markov chain.
    """

    information: np.ndarray  # (T,), I(s_t; s_{t-2}, …, s_1 | s_{t-1}) in nats
    change: np.ndarray  # (T,), largest total variation between laws of s_t


def past_dependence(law: ArrayLike, *, least: float = IMPOSSIBLE) -> PastDependence:
    r"""Return how the next spike depends on spikes older than the last one.

    .. math:: I(s_t;\, s_{t-2}, \dots, s_1 \mid s_{t-1}) = \left\langle \ln
              \frac{p(s_t \mid s_{t-1}, \dots, s_1)}{p(s_t \mid s_{t-1})}
              \right\rangle, \qquad
              \max \tfrac12 \sum_{s_t} \bigl|p(s_t \mid s_{t-1}, a) -
              p(s_t \mid s_{t-1}, b)\bigr|,

    the second over last patterns :math:`s_{t-1}` and two older pasts a, b, each of
    which is possible together with it.

    Parameters
    ----------
    law : shape (S, ..., S)
        Probabilities of all records, one axis a step, as `spike_train_law` returns
        them for one input. Under a random input that is not told, older spikes also say
        something about the input: take `averaged_spike_train_law` for that.
    least : float, optional
        Pasts less likely than this count as impossible. Where a neuron has noise its
        probabilities are exact to 1e-16 rather than relatively: take 1e-14 there.

    Returns
    -------
    PastDependence
        Information in nats and largest change, shape (T,) each. Both are exact up to
        rounding: a zero comes out near 1e-16.

    Raises
    ------
    ValueError
        If `law` is not one of equal axes that sums to 1, or `least` is not positive.

    Examples
    --------
    A parity that the last spike alone does not show.

    >>> law = np.array([[[1, 0], [0, 1]], [[0, 1], [1, 0]]]) / 4
    >>> found = past_dependence(law)
    >>> np.exp(found.information).round(9), found.change
    (array([1., 1., 2.]), array([0., 0., 1.]))
    """
    law = as_train_law(law)
    check_positive(least, "least")
    T, S = law.ndim, len(law)
    information, change = np.zeros(T), np.zeros(T)
    for t in range(2, T):
        first = law.sum(axis=tuple(range(t + 1, T)))
        joint = first.reshape(-1, S, S)  # older past, last, next
        information[t] = conditional_information(joint)
        change[t] = max(_largest_change(joint[:, k], least) for k in range(S))
    return PastDependence(information=information, change=change)


def depends_on_older(
    neuron: "NeuronModel", currents: ArrayLike, *, tolerance: float = 1e-9
) -> bool:
    """Return whether some spike's law depends on more than the spike just before it.

    Parameters
    ----------
    neuron : NeuronModel
        Any model whose law given the record is exact.
    currents : shape (..., T, N)
        Inputs; any of them may show the dependence.
    tolerance : float, optional
        Total variation below which two laws count as one.

    Returns
    -------
    bool
        Exact for these currents and T steps; True also if the chance of such a past is
        small.

    Raises
    ------
    TypeError, ValueError
        As `spike_train_law`, and if `tolerance` is not positive.

    Examples
    --------
    >>> from oqnn.quantum_neurons import SQSNeuron, two_qubit_circuit
    >>> neuron = SQSNeuron(1, 1, circuit=two_qubit_circuit(0.9, 0.4, 1.3))
    >>> depends_on_older(neuron, np.full((4, 1), 0.3))
    True

    The first spike leaves no trace here: controlled by |0⟩, the rotation does nothing.

    >>> depends_on_older(neuron, np.full((3, 1), 0.3))
    False
    """
    check_positive(tolerance, "tolerance")
    laws = spike_train_law(neuron, currents)
    T = np.shape(currents)[-2]
    flat = laws.reshape(-1, *laws.shape[laws.ndim - T :])
    least = rounding_of(neuron)
    return any(
        past_dependence(law, least=least).change.max() > tolerance for law in flat
    )


def next_spike_law(law: ArrayLike, step: int, given: Sequence[int]) -> np.ndarray:
    """Return the law of one step's pattern given those of some earlier steps.

    Parameters
    ----------
    law : shape (S, ..., S)
        Probabilities of all records, one axis a step.
    step : int
        Which step, the first being 0.
    given : sequence of int
        Earlier steps, without repetition; the spikes of all others are not told.

    Returns
    -------
    shape (S, ..., S)
        One axis a step of `given`, in its order, then that of the pattern at `step`.
        NaN where what is given has no probability, up to 1e-28.

    Raises
    ------
    ValueError
        If `law` is not one of equal axes that sums to 1, or a step is not there, not
        earlier, or repeated.

    Examples
    --------
    >>> law = np.array([[0.1, 0.3], [0.2, 0.4]])
    >>> next_spike_law(law, 1, given=[0]).round(3)
    array([[0.25 , 0.75 ],
           [0.333, 0.667]])
    """
    law = as_train_law(law)
    given = [*given]
    for one in (step, *given):
        check_integer(one, "given" if one in given else "step", least=0)
    if step >= law.ndim or any(g >= step for g in given):
        raise ValueError(
            f"`step` must be one of {law.ndim} and `given` earlier ones, but they are "
            f"{step} and {given}."
        )
    if len(set(given)) < len(given):
        raise ValueError(f"`given` must not repeat a step, but is {given}.")
    kept = [*given, step]
    joint = law.sum(axis=tuple(t for t in range(law.ndim) if t not in kept))
    order = np.argsort(np.argsort(kept))  # where each kept step's axis is now
    joint = joint.transpose(*order)
    total = joint.sum(axis=-1, keepdims=True)
    unknown = np.full_like(joint, np.nan)
    return np.divide(joint, total, out=unknown, where=total > IMPOSSIBLE)


def as_train_law(law: ArrayLike) -> np.ndarray:
    """Return a law of records with equal axes."""
    law = np.asarray(law, dtype=float)
    if law.ndim == 0 or len(set(law.shape)) > 1 or law.size == 0:
        raise ValueError(
            "`law` must have one axis a step, all of one length, but has shape "
            f"{law.shape}. Take one input's law."
        )
    check_finite(law, "law")
    check_law(law, "law")
    return np.maximum(law, 0)  # checked: below zero by rounding alone


def conditional_information(joint: np.ndarray) -> float:
    """Return I(older; next | last) of a joint law (older, last, next), in nats."""
    # as a relative entropy of p(o, l, n) to p(o, l) p(l, n)/p(l): no large terms cancel
    past, pair = joint.sum(axis=2, keepdims=True), joint.sum(axis=0)
    last = pair.sum(axis=1)[:, None]
    chance = np.divide(pair, last, out=np.zeros_like(pair), where=last > 0)
    return float(rel_entr(joint, past * chance).sum())


def _largest_change(joint: np.ndarray, least: float) -> float:
    """Return the largest total variation between p(next | older), of (older, next)."""
    total = joint.sum(axis=1)
    possible = total > least
    laws = joint[possible] / total[possible, None]
    pasts, S = laws.shape
    if pasts < 2:
        return 0.0
    if pasts >= 2 ** (S - 1):
        # the distance is the largest difference of an event's probability
        events = (np.arange(1, 2 ** (S - 1))[:, None] >> np.arange(S)) & 1
        parts = np.array_split(events, -(-len(events) // EVENTS))
        return max(float(np.ptp(laws @ part.T, axis=0).max()) for part in parts)
    return max(float(np.abs(laws - law).sum(axis=1).max()) / 2 for law in laws)
