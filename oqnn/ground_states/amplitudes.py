"""Amplitudes by neurons' states, and the same vectors in QuTiP's order."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .._core.qobj import as_operator

if TYPE_CHECKING:
    import qutip

__all__ = ["amplitudes_from_ket", "ket_from_amplitudes"]


def ket_from_amplitudes(amplitudes: ArrayLike) -> "qutip.Qobj":
    """Return amplitudes in the order of `codes_of` as a ket in QuTiP's order.

    An active neuron is spin up, ``basis(2, 0)``. So the state with code c, where a bit
    is 1 for an active neuron, has QuTiP's number 2**n - 1 - c, where it is 0 for spin
    up; the first neuron and the first qubit are the most significant of both. One
    vector is the other read backwards.

    Parameters
    ----------
    amplitudes : shape (2**n,)
        Not normalised here.

    Raises
    ------
    ValueError
        If the shape is another one.

    Examples
    --------
    >>> ket_from_amplitudes([0, 0, 0, 1]).full()[:, 0].real
    array([1., 0., 0., 0.])
    """
    import qutip

    array = np.asarray(amplitudes, dtype=complex)
    n = _qubits(array, "amplitudes")
    return qutip.Qobj(array[::-1, None], dims=[[2] * n, [1] * n])


def amplitudes_from_ket(ket: Any) -> np.ndarray:
    """Return a ket in QuTiP's order as amplitudes in the order of `codes_of`.

    Parameters
    ----------
    ket : Qobj or array of shape (2**n,) or (2**n, 1)

    Returns
    -------
    ndarray, shape (2**n,), complex

    Raises
    ------
    ValueError
        If the shape is another one.
    """
    array = np.asarray(ket.full()) if hasattr(ket, "full") else as_operator(ket, "ket")
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    _qubits(array, "ket")
    return array[::-1].copy()


def _qubits(array: np.ndarray, name: str) -> int:
    """Check that a vector belongs to qubits, and return how many."""
    n = max(array.size.bit_length() - 1, 0)
    if array.shape != (2**n,) or n == 0:
        raise ValueError(
            f"`{name}` must have shape (2**n,), n >= 1, but has shape {array.shape}."
        )
    return n
