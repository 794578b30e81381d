r"""Parameters of a machine in one row, and the moments that gradients are made of.

In the coordinates "neurons" the parameters are W_ij of every connected pair and b_i,
and log p(z) is their product with z_i z_j and z_i. In the coordinates "spins" they are
A_ij and B_i in

.. math:: \log p = \sum_{ij} A_{ij} x_i x_j + \sum_i B_i x_i + \text{const}, \qquad
          x = 2z - 1,

so that W = 4A and :math:`b_i = 2(B_i - \sum_j A_{ij})`. The machines are the same; a
gradient descent is not: with spins a step of a weight moves no mean activity.
"""

import numpy as np

from .._core.threads import one_blas_thread
from ..spiking.sampling.machine import BoltzmannMachine

__all__ = ["COORDINATES", "coordinates_of", "features", "moved", "weighted_features"]

COORDINATES = ("spins", "neurons")


def coordinates_of(z: np.ndarray, coordinates: str) -> np.ndarray:
    """Return what neurons' states count as: z itself, or x = 2z − 1."""
    return 2 * z - 1 if coordinates == "spins" else z


def weighted_features(
    machine: BoltzmannMachine, x: np.ndarray, factors: np.ndarray
) -> np.ndarray:
    r"""Return :math:`\sum_s q_s x_i x_j` over the edges, then :math:`\sum_s q_s x_i`.

    Parameters
    ----------
    machine : BoltzmannMachine
        Says which pairs are connected.
    x : shape (s, n)
    factors : shape (s,)
        q.

    Returns
    -------
    ndarray, shape (e + n,)
    """
    first, second = machine.edges
    sums = factors @ x
    if not len(first):
        return sums
    rows, columns = slice(0, first.max() + 1), slice(second.min(), machine.n)
    with one_blas_thread():
        products = (x[:, rows] * factors[:, None]).T @ x[:, columns]
    return np.concatenate([products[first, second - columns.start], sums])


def features(machine: BoltzmannMachine, x: np.ndarray) -> np.ndarray:
    """Return x_i x_j over the edges, then x_i, shape (s, e + n)."""
    first, second = machine.edges
    return np.hstack([x[:, first] * x[:, second], x])


def moved(
    machine: BoltzmannMachine, step: np.ndarray, coordinates: str
) -> BoltzmannMachine:
    """Return the machine with a step of shape (e + n,) added to its parameters."""
    n_edges = len(machine.edges[0])
    edges, biases = step[:n_edges], step[n_edges:]
    if coordinates == "spins":
        ends = np.concatenate(machine.edges)
        sums = np.bincount(ends, np.tile(edges, 2), minlength=machine.n)
        edges, biases = 4 * edges, 2 * (biases - sums)
    return machine.with_parameters(
        machine.edge_weights + edges, machine.biases + biases
    )
