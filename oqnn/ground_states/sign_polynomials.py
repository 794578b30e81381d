"""Extremes of polynomials in signs ±1, exactly."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

__all__ = ["MOST_VARIABLES", "Extremes", "extremes", "reduced_rows"]

MOST_VARIABLES = 24  # of a polynomial that is looked up at every sign: 128 MiB


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class Extremes:
    """Least and greatest value of a polynomial in n signs, and where they are taken."""

    least: float
    least_at: np.ndarray  # (n,) of +1 and -1
    greatest: float
    greatest_at: np.ndarray  # (n,) of +1 and -1


def extremes(masks: np.ndarray, coefficients: np.ndarray) -> Extremes:
    r"""Return the extremes of :math:`f(s) = \sum_t c_t \prod_{i \in t} s_i`.

    Products are elements of a vector space over GF(2). Those of a basis take all
    patterns of signs, and the others are products of them. So f is a polynomial in
    independent signs, which falls into parts; each of them is evaluated everywhere by
    a Walsh-Hadamard transform.

    Parameters
    ----------
    masks : shape (t, n), bool
        Which signs are in the product t.
    coefficients : shape (t,)
        Real.

    Raises
    ------
    ValueError
        If a part has more than 24 independent products.

    Examples
    --------
    >>> masks = np.array([[0, 0, 0], [1, 1, 0], [0, 1, 1]], dtype=bool)
    >>> found = extremes(masks, np.array([-1.0, 0.5, 0.25]))
    >>> found.least, found.greatest
    (-1.75, -0.25)
    """
    basis = masks[reduced_rows(masks.T)[1]]  # (r, n)
    pivots = reduced_rows(basis)[1]
    eye = np.eye(len(basis), dtype=bool)
    inverse = reduced_rows(np.hstack([basis[:, pivots], eye]))[0][:, len(basis) :]
    # coordinates of the products in the basis, (t, r)
    reduced = (masks[:, pivots].astype(int) @ inverse % 2).astype(bool)
    parts, labels = connected_components(
        csr_array(reduced.T.astype(int) @ reduced.astype(int)), directed=False
    )
    where = np.zeros((2, len(basis)), dtype=int)  # bit 1 stands for the sign -1
    least = greatest = float(coefficients[~reduced.any(axis=1)].sum())
    for part in range(parts):
        inside = np.flatnonzero(labels == part)
        if len(inside) > MOST_VARIABLES:
            raise ValueError(
                "Strings of `hamiltonian` that flip the same qubits must have products "
                f"of signs in independent parts of at most {MOST_VARIABLES} of them, "
                f"but {len(inside)} belong together. 2**{len(inside)} elements are too "
                "many to go through for their signs."
            )
        members = reduced[:, inside].any(axis=1)
        values = _values(reduced[np.ix_(members, inside)], coefficients[members])
        for bits, index in zip(where, (values.argmin(), values.argmax()), strict=True):
            bits[inside] = index >> np.arange(len(inside) - 1, -1, -1) & 1
        least, greatest = least + values.min(), greatest + values.max()
    signs = np.ones((2, masks.shape[1]))
    signs[:, pivots] = 1 - 2 * (where @ inverse.T % 2)
    return Extremes(
        least=float(least),
        least_at=signs[0],
        greatest=float(greatest),
        greatest_at=signs[1],
    )


def reduced_rows(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the reduced row echelon form over GF(2), and its (rank,) pivots."""
    rows = matrix.astype(bool)
    pivots: list[int] = []
    for column in range(rows.shape[1]):
        here = len(pivots)
        below = np.flatnonzero(rows[here:, column]) + here
        if not len(below):
            continue
        rows[[here, below[0]]] = rows[[below[0], here]]
        others = np.flatnonzero(rows[:, column])
        rows[others[others != here]] ^= rows[here]
        pivots.append(column)
    return rows, np.array(pivots, dtype=int)


def _values(masks: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
    """All values of a polynomial of k signs, shape (2**k,); bit 1 stands for -1."""
    k = masks.shape[1]
    values = np.zeros(2**k)
    np.add.at(values, masks @ (1 << np.arange(k - 1, -1, -1)), coefficients)
    for axis in range(k):
        halves = values.reshape(2**axis, 2, -1)
        plus, minus = halves[:, 0].copy(), halves[:, 1].copy()
        halves[:, 0], halves[:, 1] = plus + minus, plus - minus
    return values
