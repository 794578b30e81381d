"""Ratios of a machine's visible law in closed form, and its hidden neurons' means."""

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, logsumexp

from ..spiking.sampling.exact import log_weights
from ..spiking.sampling.machine import BoltzmannMachine

if TYPE_CHECKING:
    from .symmetries import SymmetryGroup

__all__ = ["averaged_log_ratios", "check_hidden_apart", "log_ratios", "mean_states"]

FACTORS = 16  # multiplied before a logarithm, at most
MOST_LOG = 700.0  # of a product that is to stay a float


def log_ratios(
    machine: BoltzmannMachine, states: np.ndarray, flips: np.ndarray
) -> np.ndarray:
    r"""Return log p(v')/p(v) where v' differs from v by each of a few sets of flips.

    The hidden neurons are summed in closed form. With
    :math:`\theta_j = b_j + \sum_i W_{ij} v_i` and the change
    :math:`\delta_i = v'_i - v_i`,

    .. math:: \log\frac{p(v')}{p(v)} = \delta \cdot b + \delta^T W v
        + \tfrac12 \delta^T W \delta
        + \sum_j \log\bigl(\sigma(-\theta_j) + \sigma(\theta_j) e^{(\delta W)_j}\bigr),

    where the first terms run over visible neurons. No difference of positive numbers
    is taken, so that weights may be large. For single flips this costs
    n_visible × n_hidden multiplications a state.

    Parameters
    ----------
    machine : BoltzmannMachine
        Without connections between hidden neurons.
    states : shape (s, n_visible)
        v, 0 and 1.
    flips : shape (g, n_visible), bool
        Which neurons v' has flipped.

    Returns
    -------
    ndarray, shape (s, g)

    Raises
    ------
    ValueError
        If hidden neurons are connected with each other.
    """
    check_hidden_apart(machine)
    k = machine.n_visible
    signs = np.ascontiguousarray(1.0 - 2.0 * states.T)  # (k, s), δ of a flip
    across = machine.weights[:k, k:]
    drive = across.T @ states.T + machine.biases[k:, None]  # (h, s)
    active, silent = expit(drive), expit(-drive)
    inside = machine.weights[:k, :k]
    field = machine.biases[:k, None] + inside @ states.T  # (k, s)
    up, down = np.exp(across)[:, :, None], np.exp(-across)[:, :, None]

    logs = np.empty((len(states), len(flips)))
    for g, flip in enumerate(flips):
        sites = np.flatnonzero(flip)
        change = signs[sites]  # (f, s)
        total = (change * field[sites]).sum(axis=0)
        total += np.einsum(
            "as,ab,bs->s", change, inside[np.ix_(sites, sites)] / 2, change
        )
        growth = active.copy()  # σ(θ) e^(δW)
        for site, sign in zip(sites, change, strict=True):
            growth *= np.where(sign > 0, up[site], down[site])
        growth += silent
        greatest = np.abs(across[sites]).sum(axis=0).max(initial=0)
        many = int(np.clip(MOST_LOG // max(greatest, 1.0), 1, FACTORS))
        for first in range(0, len(growth), many):
            total += np.log(growth[first : first + many].prod(axis=0))
        logs[:, g] = total
    return logs


def averaged_log_ratios(
    machine: BoltzmannMachine,
    states: np.ndarray,
    flips: np.ndarray,
    symmetry: "SymmetryGroup",
) -> np.ndarray:
    r"""Return `log_ratios` of the law averaged over a symmetry group.

    .. math:: \frac{\bar p(v')}{\bar p(v)}
              = \frac{\sum_g p(gv) \, p(gv')/p(gv)}{\sum_g p(gv)}

    The states gv' differ from gv in the images of the flips, so that the cost is that
    of `log_ratios` times the order of the group.
    """
    logs, ahead = [], []
    for permutation in symmetry.permutations:
        for change in (0, 1) if symmetry.flip else (0,):
            images = states[:, permutation] ^ np.uint8(change)
            logs.append(log_weights(machine, images))
            ratios = log_ratios(machine, images, flips[:, permutation])
            ahead.append(logs[-1][:, None] + ratios)
    total = logsumexp(np.array(logs), axis=0)
    return logsumexp(np.array(ahead), axis=0) - total[:, None]


def mean_states(machine: BoltzmannMachine, states: np.ndarray) -> np.ndarray:
    """Return visible states and the hidden neurons' chances to be active, (s, n).

    Raises
    ------
    ValueError
        If hidden neurons are connected with each other.
    """
    check_hidden_apart(machine)
    k = machine.n_visible
    drive = states @ machine.weights[:k, k:] + machine.biases[k:]
    return np.hstack([states, _logistic(drive)])


def check_hidden_apart(machine: BoltzmannMachine) -> None:
    """Check that the hidden neurons are independent of each other given the visible."""
    if machine.mask[machine.n_visible :, machine.n_visible :].any():
        raise ValueError(
            "`machine` must have no connections between hidden neurons, or they cannot "
            "be summed in closed form, but has. Take local_energies='histogram' and "
            "optimizer='adam', or a machine of two layers."
        )


def _logistic(x: np.ndarray) -> np.ndarray:
    return (1 + np.tanh(x / 2)) / 2
