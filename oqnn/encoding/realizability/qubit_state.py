"""States of qubits as users give them."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_density_matrix
from ..._core.qobj import as_state

if TYPE_CHECKING:
    import qutip

__all__ = ["as_qubit_state"]


def as_qubit_state(rho: "qutip.Qobj | ArrayLike", name: str, most: int) -> np.ndarray:
    """Convert and check a state of one to `most` qubits."""
    matrix = as_state(rho, name)
    size = matrix.shape[0] if matrix.ndim else 0
    if matrix.shape != (size, size) or size < 2 or size & (size - 1):
        raise ValueError(
            f"`{name}` must have shape (2**n, 2**n), one state of n qubits, "
            f"but has shape {matrix.shape}."
        )
    n_qubits = size.bit_length() - 1
    if n_qubits > most:
        raise ValueError(
            f"`{name}` must have at most {most} qubits, but has {n_qubits}: there "
            f"would be 8**{n_qubits} = {8**n_qubits} configurations of the spins, and "
            f"matrices of {16**n_qubits * 8 / 2**30:.2g} GiB for 4**{n_qubits} "
            "correlators."
        )
    check_density_matrix(matrix, name)
    return matrix
