"""Ratios of a machine's visible law in closed form, and its hidden neurons' means."""

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import logsumexp

from ..spiking.sampling.exact import log_weights
from ..spiking.sampling.machine import BoltzmannMachine

if TYPE_CHECKING:
    from .symmetries import SymmetryGroup

__all__ = ["averaged_log_ratios", "check_hidden_apart", "log_ratios", "mean_states"]

FACTORS = 16  # multiplied before a logarithm: exp(16 |W|) stays a float up to |W| = 44


def log_ratios(
    machine: BoltzmannMachine, states: np.ndarray, flips: np.ndarray
) -> np.ndarray:
    r"""Return log p(v')/p(v) where v' differs from v by each of a few sets of flips.

    The hidden neurons are summed in closed form. With
    :math:`\theta_j = b_j + \sum_i W_{ij} v_i` and the change
    :math:`\delta_i = v'_i - v_i`,

    .. math:: \log\frac{p(v')}{p(v)} = \delta \cdot b + \delta^T W v
        + \tfrac12 \delta^T W \delta
        + \sum_j \log\bigl(1 + \sigma(\theta_j)(e^{(\delta W)_j} - 1)\bigr),

    where the first terms run over visible neurons. For single flips this costs
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
    active = _logistic(across.T @ states.T + machine.biases[k:, None])  # (h, s)
    inside = machine.weights[:k, :k]
    field = machine.biases[:k, None] + inside @ states.T  # (k, s)
    even, odd = np.cosh(across)[:, :, None], np.sinh(across)[:, :, None]

    logs = np.empty((len(states), len(flips)))
    for g, flip in enumerate(flips):
        sites = np.flatnonzero(flip)
        change = signs[sites]  # (f, s)
        total = (change * field[sites]).sum(axis=0)
        total += np.einsum(
            "as,ab,bs->s", change, inside[np.ix_(sites, sites)] / 2, change
        )
        growth = np.ones_like(active)  # e^(δW), as e^(±w) = cosh w ± sinh w
        for site, sign in zip(sites, change, strict=True):
            growth *= even[site] + odd[site] * sign
        growth -= 1
        growth *= active
        growth += 1
        for first in range(0, len(growth), FACTORS):
            total += np.log(growth[first : first + FACTORS].prod(axis=0))
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
