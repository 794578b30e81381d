"""Correlators from the times that neurons spend active and silent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite, check_integer, check_positive
from ...spiking.products import Products, as_products
from .samples import mean_products

__all__ = ["StateTimes", "times_of_events", "times_of_record"]

ROUNDING = 1e-9  # of times, against the whole
MOST_JOINT = 24  # neurons whose joint states are all written out


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class StateTimes:
    r"""How long neurons spent in each of their joint states.

    Every correlator follows from the time :math:`t^+` in which an even number of its
    spins is below threshold [1]_,

    .. math:: \langle s_j s_i \cdots \rangle = \frac{t^+ - t^-}{T}
              = \frac{2 t^+}{T} - 1, \qquad
              t^+_{ji} = t_{ji}^{++} + t_{ji}^{--}.

    Parameters
    ----------
    states : shape (k, n)
        The joint states that occurred, each once, 1 for an active neuron.
    durations : shape (k,)
        Time spent in each.

    References
    ----------
    .. [1] Pehle and Wetterich, Phys. Rev. E 106, 045311 (2022), eqs. (18)-(19) and
       (37)-(39).

    Examples
    --------
    Two neurons, both active for 2 of 8 ms, the first one alone for another 1:

    >>> times = StateTimes(states=[[1, 1], [1, 0], [0, 0]], durations=[2, 1, 5])
    >>> times.joint((0, 1))
    array([[5., 0.],
           [1., 2.]])
    >>> times.correlators([(0,), (0, 1)])
    array([-0.25,  0.75])
    """

    states: np.ndarray
    durations: np.ndarray

    def __post_init__(self) -> None:
        states = _as_states(self.states, "states")
        durations = np.array(self.durations, dtype=float)
        if states.ndim != 2 or durations.shape != states.shape[:1]:
            raise ValueError(
                "`states` and `durations` must have shapes (k, n) and (k,), but have "
                f"shapes {states.shape} and {durations.shape}."
            )
        check_finite(durations, "durations")
        if not (durations >= 0).all() or not durations.sum() > 0:
            raise ValueError(
                "`durations` must not be negative and not all zero, but are: "
                f"{durations}."
            )
        if len(np.unique(states, axis=0)) < len(states):
            raise ValueError("`states` must differ, but one occurs twice. Add them up.")
        for name, value in (("states", states), ("durations", durations)):
            value.setflags(write=False)
            object.__setattr__(self, name, value)

    @property
    def n_neurons(self) -> int:
        """Number of neurons."""
        return self.states.shape[1]

    @property
    def total(self) -> float:
        """The whole time T."""
        return float(self.durations.sum())

    def joint(self, neurons: Sequence[int]) -> np.ndarray:
        """Return the times in all joint states of some neurons, shape (2, …, 2).

        Axis i is that of ``neurons[i]``, index 0 below threshold and 1 above.

        Raises
        ------
        TypeError, ValueError
            If no neuron is named, more than 24, one twice, or one that is none.
        """
        if not hasattr(neurons, "__len__"):
            raise TypeError(f"`neurons` must be a sequence, but is {neurons!r}.")
        (neurons,) = as_products([neurons], self.n_neurons)
        size = len(neurons)
        if size > MOST_JOINT:
            raise ValueError(
                f"`neurons` must name at most {MOST_JOINT}, but names {size}. "
                "`states` and `durations` hold all that there is."
            )
        numbers = self.states[:, neurons] @ (1 << np.arange(size)[::-1])
        times = np.bincount(numbers, self.durations, minlength=2**size)
        return times.reshape((2,) * size)

    def correlators(self, products: Products) -> np.ndarray:
        """Return the means of products of spins, shape (products,).

        Parameters
        ----------
        products : sequence of tuples of int
            Neurons in each product, in any number.

        Raises
        ------
        TypeError, ValueError
            As `joint`.
        """
        products = as_products(products, self.n_neurons)
        spins = 2 * self.states.astype(np.int8) - 1
        signs = [spins[:, neurons].prod(axis=1) for neurons in products]
        return np.stack(signs) @ self.durations / self.total

    def chi(self) -> np.ndarray:
        """Return χ of the minimal map, shape (4, …, 4), of 3n neurons in its order.

        Raises
        ------
        ValueError
            If the number of neurons is no multiple of three.
        """
        if self.n_neurons % 3:
            raise ValueError(
                "`chi` needs three neurons a qubit, but there are "
                f"{self.n_neurons}. Use `correlators`."
            )
        parties = [range(3 * q, 3 * q + 3) for q in range(self.n_neurons // 3)]
        spins = 2 * self.states.astype(np.int8) - 1
        sums = mean_products(spins, parties, self.durations)
        return (sums / self.total).reshape((4,) * len(parties))


def times_of_record(active: ArrayLike, *, dt: float = 1.0) -> StateTimes:
    """Add up the times of the joint states of a record.

    Parameters
    ----------
    active : shape (..., T, n)
        Active states after each step, 0 or 1. Several chains are added up.
    dt : float
        Length of a step.

    Raises
    ------
    TypeError, ValueError
        If a state is neither 0 nor 1, there is no step, or `dt` is not positive.

    Examples
    --------
    >>> times_of_record([[1, 0], [1, 1], [1, 0]], dt=0.5).joint((0, 1))
    array([[0. , 0. ],
           [1. , 0.5]])
    """
    states = _as_states(active, "active")
    check_positive(dt, "dt")
    if states.ndim < 2 or states.size == 0:
        raise ValueError(
            "`active` must have shape (..., T, n) with at least one step, but has "
            f"shape {states.shape}."
        )
    return _summed(states.reshape(-1, states.shape[-1]), None, dt)


def times_of_events(
    starts: ArrayLike,
    neurons: ArrayLike,
    durations: ArrayLike,
    *,
    n_neurons: int,
    total: float,
) -> StateTimes:
    """Add up the times of the joint states between events, exactly.

    Neuron ``neurons[i]`` is active from ``starts[i]`` for ``durations[i]``, as after a
    spike for its refractory time. Between two neighbouring edges nothing changes, so
    nothing is sampled: only sums of times round.

    Parameters
    ----------
    starts : shape (events,), in any order
        In [0, total).
    neurons : shape (events,)
        Indices from 0.
    durations : shape (events,) or ()
        Positive. What reaches beyond `total` is not counted.
    n_neurons : int
        Number of neurons, silent ones included.
    total : float
        The time T; neurons are silent at 0 unless an event starts there.

    Raises
    ------
    TypeError, ValueError
        If shapes disagree, a neuron does not exist, a time is not in its range or not
        finite, or a neuron starts again while it is active, by more than rounding:
        1e-9 of `total`, and a thousandth of the event. What rounding overlaps is cut.

    Examples
    --------
    >>> times = times_of_events([1, 2], [0, 1], 1.5, n_neurons=2, total=4)
    >>> times.joint((0, 1))
    array([[1.5, 1. ],
           [1. , 0.5]])
    """
    check_integer(n_neurons, "n_neurons")
    check_positive(total, "total")
    starts, ends, owners = _as_events(starts, neurons, durations, n_neurons, total)
    ends = _apart(starts, ends, owners, total)
    lasting = ends > starts  # others end where they start, or begin at once anew
    starts, ends, owners = starts[lasting], ends[lasting], owners[lasting]

    # At equal times ends come first: an event may follow at once on its predecessor.
    times = np.r_[0.0, ends, starts]
    changes = np.zeros((len(times), n_neurons), dtype=np.int8)
    changes[1 + np.arange(len(owners)), owners] = -1
    changes[1 + len(owners) + np.arange(len(owners)), owners] = 1
    order = np.argsort(times, kind="stable")
    states = np.cumsum(changes[order], axis=0, dtype=np.int8)
    return _summed(states, np.diff(np.r_[times[order], total]), 1.0)


def _as_events(
    starts: ArrayLike,
    neurons: ArrayLike,
    durations: ArrayLike,
    n_neurons: int,
    total: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Convert and check events; return starts, ends within the record, and neurons."""
    starts = np.asarray(starts, dtype=float)
    owners = np.asarray(neurons)
    if starts.ndim != 1 or owners.shape != starts.shape:
        raise ValueError(
            "`starts` and `neurons` must have the same shape (events,), but have "
            f"shapes {starts.shape} and {owners.shape}."
        )
    lengths = np.asarray(durations, dtype=float)
    if lengths.shape not in (starts.shape, ()):
        raise ValueError(
            f"`durations` must have shape {starts.shape} or (), but has shape "
            f"{lengths.shape}."
        )
    if owners.size and owners.dtype.kind not in "iu":
        raise TypeError(f"`neurons` must be integers, but have type {owners.dtype}.")
    check_finite(starts, "starts")
    check_finite(lengths, "durations")
    if ((owners < 0) | (owners >= n_neurons)).any():
        raise ValueError(
            f"`neurons` must lie in 0 to {n_neurons - 1}, but one is "
            f"{owners[(owners < 0) | (owners >= n_neurons)][0]}."
        )
    if not ((starts >= 0) & (starts < total)).all():
        raise ValueError(f"`starts` must lie in [0, {total:.6g}), but some do not.")
    if not (lengths > 0).all():
        raise ValueError("`durations` must be positive, but some are not.")
    ends = np.minimum(starts + lengths, total)
    return starts, ends, owners.astype(int)


def _apart(
    starts: np.ndarray, ends: np.ndarray, owners: np.ndarray, total: float
) -> np.ndarray:
    """Check that no neuron starts while it is active; cut what rounding overlaps."""
    order = np.lexsort((starts, owners))
    before, after = order[:-1], order[1:]
    same = owners[before] == owners[after]
    overlap = np.where(same, ends[before] - starts[after], 0.0)
    allowed = np.minimum(ROUNDING * total, (ends - starts)[before] / 1000)
    excess = overlap - np.maximum(allowed, 8 * np.spacing(total))
    if excess.max(initial=0.0) > 0:
        i = excess.argmax()
        raise ValueError(
            f"`starts` must leave a neuron its time, but neuron {owners[after[i]]} "
            f"starts at {starts[after[i]]:.6g} while it is active until "
            f"{ends[before[i]]:.6g}."
        )
    apart = ends.copy()
    apart[before[same]] = np.minimum(ends[before], starts[after])[same]
    return apart


def _as_states(states: ArrayLike, name: str) -> np.ndarray:
    """Convert and check states of 0 and 1 to bytes."""
    array = np.asarray(states)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"`{name}` must be 0 and 1, but have type {array.dtype}.")
    bad = array[(array != 0) & (array != 1)]
    if bad.size:
        raise ValueError(
            f"`{name}` must hold 0 and 1 only, but hold {bad[0]:.6g}. "
            "Spins s of −1 and +1 become states by z = (s + 1)/2."
        )
    return array.astype(np.uint8)


def _summed(states: np.ndarray, durations: np.ndarray | None, dt: float) -> StateTimes:
    """Add up equal states, and leave out those that took no time."""
    packed = np.packbits(states, axis=1)
    _, first, number = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    times = np.bincount(number.reshape(-1), durations)
    took = times > 0
    return StateTimes(states=states[first][took], durations=times[took] * dt)
