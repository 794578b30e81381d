"""How far apart states are."""

from typing import Any

import numpy as np

from ._inputs import as_states, check_same_size

__all__ = ["trace_distance"]


def trace_distance(rho: Any, sigma: Any) -> np.ndarray:
    r"""Return the trace distance :math:`\tfrac12\|\rho - \sigma\|_1`.

    The best chance to tell the two apart in one measurement is ½(1 + distance). Half
    the Euclidean distance of the Bloch vectors for a qubit.

    Parameters
    ----------
    rho, sigma : Qobj, or arrays of shape (..., d, d)
        Hermitian matrices; a ket |ψ⟩ stands for |ψ⟩⟨ψ|. Leading axes broadcast.

    Returns
    -------
    np.ndarray
        Shape (...), from 0 to 1 for states.

    Raises
    ------
    ValueError
        If the matrices are not Hermitian or the sizes differ.

    Examples
    --------
    >>> float(trace_distance([1, 0], [[0.5, 0.0], [0.0, 0.5]]))
    0.5
    """
    rho, sigma = as_states(rho, "rho"), as_states(sigma, "sigma")
    check_same_size(rho, sigma)
    return np.abs(np.linalg.eigvalsh(rho - sigma)).sum(axis=-1) / 2
