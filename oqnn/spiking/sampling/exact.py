r"""Exact laws of Boltzmann machines, by sums over states.

Neurons that are not connected with each other are summed out in closed form,

.. math:: \log \sum_{h \in \{0, 1\}^m} e^{u \cdot h} = \sum_j \log(1 + e^{u_j}),

where the drive u of each follows from all others, so that only the others are
enumerated: of a two-layer network none of the hidden neurons, of a three-layer
network the smaller one of the two hidden layers.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_positive
from .machine import BoltzmannMachine
from .samples import states_of

__all__ = ["MachineMoments", "joint_law", "log_weights", "moments", "visible_law"]

MEMORY_LIMIT_GIB = 4.0
CHUNK = 2**18  # drives held at a time; larger ones fall out of the cache


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class MachineMoments:
    """Means of neurons and of products of connected ones."""

    means: np.ndarray  # (n,)
    correlations: np.ndarray  # (e,), <z_i z_j> in the order of `machine.edges`


def visible_law(
    machine: BoltzmannMachine, *, memory_limit_gib: float = MEMORY_LIMIT_GIB
) -> np.ndarray:
    """Return the probabilities of all states of the visible neurons.

    Exact. Its cost is 2ᵏ steps, where k counts the visible neurons and those hidden
    ones that have to be enumerated; see the module.

    Parameters
    ----------
    machine : BoltzmannMachine
    memory_limit_gib : float
        Memory in GiB beyond which the sum is refused.

    Returns
    -------
    ndarray, shape (2**n_visible,)
        Ordered by `codes_of`: the first neuron is the most significant bit.

    Raises
    ------
    ValueError
        If the sum does not fit in the memory; the message says how much it takes.

    Examples
    --------
    >>> from oqnn.spiking import two_layer
    >>> machine = two_layer(2, 100)
    >>> visible_law(machine.with_parameters([0.0] * 200, [0.0] * 102))
    array([0.25, 0.25, 0.25, 0.25])
    """
    check_positive(memory_limit_gib, "memory_limit_gib")
    _check_fits(24, machine.n_visible, memory_limit_gib)
    logs = np.concatenate(
        [
            log_weights(machine, states, memory_limit_gib=memory_limit_gib)
            for states in _all_states(machine.n_visible, machine.n)
        ]
    )
    return _law(logs)


def joint_law(
    machine: BoltzmannMachine, *, memory_limit_gib: float = MEMORY_LIMIT_GIB
) -> np.ndarray:
    """Return the probabilities of all states of all neurons, shape (2**n,).

    Parameters and errors as those of `visible_law`. Nothing is summed out.
    """
    check_positive(memory_limit_gib, "memory_limit_gib")
    _check_fits(24, machine.n, memory_limit_gib)
    everyone = np.arange(machine.n)
    return _law(
        np.concatenate(
            [_energy(machine, everyone, z) for z in _all_states(machine.n, machine.n)]
        )
    )


def log_weights(
    machine: BoltzmannMachine,
    visible_states: ArrayLike,
    *,
    memory_limit_gib: float = MEMORY_LIMIT_GIB,
) -> np.ndarray:
    r"""Return the logarithm of the unnormalised law of given visible states.

    .. math:: \log \sum_h \exp\bigl(\tfrac12 z^T W z + b^T z\bigr), \qquad z = (v, h).

    In closed form where hidden neurons are not connected with each other, for any
    number of neurons. Else as many hidden neurons as found possible are summed out
    so, and the states of the others enumerated.

    Parameters
    ----------
    machine : BoltzmannMachine
    visible_states : shape (..., n_visible)
        0 and 1.
    memory_limit_gib : float
        See `visible_law`.

    Returns
    -------
    ndarray, shape (...)
        Up to one constant the logarithms of the states' probabilities.

    Raises
    ------
    ValueError
        If the shape is another one, a value is not 0 or 1, or the hidden states to be
        enumerated do not fit in the memory.
    """
    states = np.asarray(visible_states)
    if states.ndim == 0 or states.shape[-1] != machine.n_visible:
        raise ValueError(
            f"`visible_states` must have shape (..., {machine.n_visible}), "
            f"but has shape {states.shape}."
        )
    if not ((states == 0) | (states == 1)).all():
        raise ValueError(
            "`visible_states` must hold zeros and ones, but holds other values."
        )
    check_positive(memory_limit_gib, "memory_limit_gib")
    hidden = np.arange(machine.n_visible, machine.n)
    gone = _unconnected(machine, hidden)
    kept = np.setdiff1d(hidden, gone)
    each = 8 * (2 + len(hidden))
    _check_fits(each, len(kept), memory_limit_gib)

    logs = _marginal_logs(machine, states.reshape(-1, machine.n_visible), kept, gone)
    return logs.reshape(states.shape[:-1])


def moments(
    machine: BoltzmannMachine, *, memory_limit_gib: float = MEMORY_LIMIT_GIB
) -> MachineMoments:
    r"""Return the exact means of all neurons and of products of connected ones.

    As many neurons as found possible, visible or not, are summed out: given the
    others, their means are :math:`1/(1 + e^{-u})`.

    Parameters and errors as those of `visible_law`.

    Returns
    -------
    MachineMoments
        ``means`` of shape (n,), ``correlations`` of shape (e,).

    Examples
    --------
    >>> from oqnn.spiking import two_layer
    >>> machine = two_layer(1, 2).with_parameters([0.0, 0.0], [0.0, 1.0, -1.0])
    >>> moments(machine).means.round(3)
    array([0.5  , 0.731, 0.269])
    """
    check_positive(memory_limit_gib, "memory_limit_gib")
    gone = _unconnected(machine, np.arange(machine.n))
    kept = np.setdiff1d(np.arange(machine.n), gone)
    _check_fits(24, len(kept), memory_limit_gib)

    W, b = machine.weights[np.ix_(kept, gone)], machine.biases[gone]
    law = _law(
        np.concatenate(
            [
                _energy(machine, kept, z) + _log_sums(z @ W + b)
                for z in _all_states(len(kept), machine.n)
            ]
        )
    )
    products = np.zeros((machine.n, machine.n))  # wrong between two neurons of `gone`
    means = np.zeros(machine.n)
    start = 0
    for z in _all_states(len(kept), machine.n):
        means_now = np.empty((len(z), machine.n))  # given the states of the kept ones
        means_now[:, kept] = z
        means_now[:, gone] = 0.5 * (1 + np.tanh((z @ W + b) / 2))
        p = law[start : start + len(z)]
        means += p @ means_now
        products += means_now.T @ (p[:, None] * means_now)
        start += len(z)
    return MachineMoments(means=means, correlations=products[machine.edges])


def _unconnected(machine: BoltzmannMachine, among: np.ndarray) -> np.ndarray:
    """Return many neurons among some that are not connected with each other.

    Greedily, the least connected first: the larger side of a complete bipartite graph.
    """
    mask = machine.mask[np.ix_(among, among)]
    left = np.ones(len(among), dtype=bool)
    chosen = []
    while left.any():
        degrees = np.where(left, mask[:, left].sum(axis=1), len(among))
        i = int(degrees.argmin())
        if degrees[i] == 0:  # and so are all that come next
            alone = np.flatnonzero(degrees == 0)
            chosen += alone.tolist()
            left[alone] = False
            continue
        chosen.append(i)
        left[i] = False
        left[mask[i]] = False
    return among[np.sort(np.array(chosen, dtype=int))]


def _marginal_logs(
    machine: BoltzmannMachine,
    visible_states: np.ndarray,
    kept: np.ndarray,
    gone: np.ndarray,
) -> np.ndarray:
    """Sum hidden neurons out: `kept` state by state, `gone` in closed form."""
    W, visible = machine.weights, np.arange(machine.n_visible)
    h = states_of(np.arange(2 ** len(kept)), len(kept)).astype(float)
    h_logs, h_drives = _energy(machine, kept, h), h @ W[np.ix_(kept, gone)]
    logs = np.empty(len(visible_states))
    for rows in _slices(len(logs), machine.n):
        v = visible_states[rows].astype(float)
        drives = v @ W[np.ix_(visible, gone)] + machine.biases[gone]
        between = v @ W[np.ix_(visible, kept)]
        sums = np.full(len(v), -np.inf)
        for some in _slices(len(h), len(v) * (1 + len(gone))):
            terms = between @ h[some].T + h_logs[some]
            terms += _log_sums(drives[:, None] + h_drives[some])
            sums = np.logaddexp(sums, np.logaddexp.reduce(terms, axis=1))
        logs[rows] = _energy(machine, visible, v) + sums
    return logs


def _energy(
    machine: BoltzmannMachine, neurons: np.ndarray, z: np.ndarray
) -> np.ndarray:
    """Return ½ zᵀWz + bᵀz of some neurons alone, (s,)."""
    fields = 0.5 * z @ machine.weights[np.ix_(neurons, neurons)]
    return np.einsum("si,si->s", fields + machine.biases[neurons], z)


def _log_sums(drives: np.ndarray) -> np.ndarray:
    """Return Σ log(1 + exp(u)) over the last axis, with one logarithm for many."""
    sums = np.maximum(drives, 0).sum(axis=-1)
    factors = 1 + np.exp(-np.abs(drives))
    for first in range(0, drives.shape[-1], 1000):  # 2^1000 is still a number
        sums += np.log(factors[..., first : first + 1000].prod(axis=-1))
    return sums


def _law(logs: np.ndarray) -> np.ndarray:
    """Return the law with these logarithms of its weights."""
    weights = np.exp(logs - logs.max())
    return weights / weights.sum()


def _all_states(k: int, width: int) -> Iterator[np.ndarray]:
    """Yield all states of k neurons, in order, so many that `width` columns fit."""
    for some in _slices(2**k, width):
        yield states_of(np.arange(some.start, some.stop), k).astype(float)


def _slices(size: int, width: int) -> Iterator[slice]:
    """Cut rows of some width into pieces of about `CHUNK` numbers."""
    rows = max(1, CHUNK // width)
    for first in range(0, size, rows):
        yield slice(first, min(first + rows, size))


def _check_fits(each: int, n_summed: int, limit_gib: float) -> None:
    """Check the memory of all states of some neurons, of so many bytes each."""
    gib = each * 2.0 ** min(n_summed, 1000) / 2**30
    if gib > limit_gib:
        raise ValueError(
            f"`machine` must have few enough states to be summed, but the 2^{n_summed} "
            f"ones of {n_summed} neurons take {gib:.3g} GiB, more than "
            f"`memory_limit_gib` = {limit_gib:g}. Sample it, by a GibbsSampler."
        )
