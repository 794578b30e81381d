r"""Stochastic reconfiguration: the natural gradient of the energy of ψ = √p.

With :math:`O_k = \partial_k \log\psi = \tfrac12 \partial_k \log p(v)` a step of
imaginary time τ is

.. math:: \delta\theta = -\tau (S + \lambda)^{-1} F, \qquad
          S_{kl} = \operatorname{cov}(O_k, O_l), \quad
          F_k = \operatorname{cov}(O_k, E_\text{loc}),

so that :math:`F = \tfrac12 \partial E/\partial\theta` [1]_. The derivatives
:math:`\partial_k \log p(v)` are the means of z_i z_j and z_i given v, less those of all
states. They are known in closed form, or from samples with the same v.

.. [1] Sorella, Phys. Rev. B 64, 024512 (2001).
.. [2] Chen and Heyl, Nat. Phys. 20, 1476 (2024): the same step from a matrix of the
   size of the samples.
"""

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from .._core.errors import ConvergenceError
from .._core.threads import one_blas_thread
from ..spiking.sampling.machine import BoltzmannMachine
from .parameters import features, weighted_features

__all__ = ["direction_by_parameters", "direction_by_samples", "natural_direction"]

ROWS = 2**12  # of O held at a time


def natural_direction(
    machine: BoltzmannMachine,
    x: np.ndarray,
    weights: np.ndarray,
    energies: np.ndarray,
    shift: float,
) -> np.ndarray:
    """Return (S + λ)⁻¹ F from weighted visible states, by the smaller of two systems.

    Parameters
    ----------
    machine : BoltzmannMachine
        Says which pairs are connected.
    x : shape (s, n)
        Visible states and means of the hidden neurons, see `coordinates_of`.
    weights : shape (s,)
        Of the states; sum 1.
    energies : shape (s,)
        Local energies.
    shift : float
        λ.

    Returns
    -------
    ndarray, shape (e + n,)
    """
    excess = energies - weights @ energies
    n_parameters = len(machine.edges[0]) + machine.n
    if n_parameters <= len(x):
        force = weighted_features(machine, x, weights * excess) / 2
        return direction_by_parameters(machine, x, weights, force, shift)
    return direction_by_samples(machine, x, weights, excess, shift)


def direction_by_parameters(
    machine: BoltzmannMachine,
    x: np.ndarray,
    weights: np.ndarray,
    force: np.ndarray,
    shift: float,
) -> np.ndarray:
    """Return (S + λ)⁻¹ F from the matrix S itself, with any F of shape (e + n,)."""
    S = np.zeros((len(force), len(force)))
    mean = np.zeros(len(force))
    with one_blas_thread():
        for first in range(0, len(x), ROWS):
            w = weights[first : first + ROWS, None]
            rows = features(machine, x[first : first + ROWS]) / 2  # O
            mean += (w * rows).sum(axis=0)
            rows *= np.sqrt(w)
            S += rows.T @ rows
        S -= np.outer(mean, mean)
        S.flat[:: len(S) + 1] += shift
        return _solve(S, force)


def direction_by_samples(
    machine: BoltzmannMachine,
    x: np.ndarray,
    weights: np.ndarray,
    excess: np.ndarray,
    shift: float,
) -> np.ndarray:
    r"""Return (S + λ)⁻¹ F from the matrix of the samples' scalar products.

    With the rows :math:`Y_s = \sqrt{w_s}(O_s - \langle O\rangle)` and
    :math:`y_s = \sqrt{w_s}(E_\text{loc} - E)_s` it is
    :math:`Y^T (Y Y^T + \lambda)^{-1} y` [2]_.
    """
    roots = np.sqrt(weights)
    with one_blas_thread():
        gram = _scalar_products(machine, x) / 4
        means = gram @ weights
        gram -= means[:, None]
        gram -= means - weights @ means
        gram *= roots[:, None]
        gram *= roots
        gram.flat[:: len(gram) + 1] += shift
        solved = roots * _solve(gram, roots * excess)  # sums to 0, as y is centred
    return weighted_features(machine, x, solved / 2)


def _scalar_products(machine: BoltzmannMachine, x: np.ndarray) -> np.ndarray:
    """Return the scalar products of the features of all pairs of states, (s, s).

    Where every visible neuron is connected with every hidden one and no others are,
    the products over pairs are those over layers, multiplied.
    """
    k = machine.n_visible
    layers = np.arange(machine.n) < k
    if (machine.mask == (layers[:, None] != layers)).all():
        visible, hidden = x[:, :k] @ x[:, :k].T, x[:, k:] @ x[:, k:].T
        return visible * hidden + visible + hidden
    rows = features(machine, x)
    return rows @ rows.T


def _solve(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solve a positive system, whose matrix is overwritten."""
    try:
        factor = cho_factor(matrix, overwrite_a=True, check_finite=False)
    except LinAlgError as error:
        raise ConvergenceError(
            "The metric must be positive, but is not up to rounding. Take a larger "
            "diagonal_shift."
        ) from error
    return cho_solve(factor, right)
