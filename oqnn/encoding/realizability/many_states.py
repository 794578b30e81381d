"""Many states at once, as users give them."""

from typing import Any

import numpy as np

from ..._core.checks import check_density_matrix
from ..._core.qobj import as_operator, as_state, is_qobj
from ..maps.correlation import CorrelationMap

__all__ = ["correlators_of_states"]


def correlators_of_states(rhos: Any, name: str, most: int) -> np.ndarray:
    """Check states of equally many qubits, and return χ of shape (b, 4**n)."""
    if not (isinstance(rhos, np.ndarray) and rhos.ndim == 3):
        matrices = [as_state(rho, f"{name}[{b}]") for b, rho in enumerate(_each(rhos))]
        shapes = sorted({matrix.shape for matrix in matrices})
        if len(shapes) != 1:
            raise ValueError(
                f"`{name}` must hold at least one state, all of equally many qubits, "
                f"but holds {len(matrices)} of the shapes {shapes}."
            )
        rhos = np.array(matrices)
    states = as_operator(rhos, name)
    size = states.shape[-1]
    n_qubits = size.bit_length() - 1
    if not len(states) or states.shape[1:] != (2**n_qubits,) * 2 or n_qubits < 1:
        raise ValueError(
            f"`{name}` must hold states of shape (b, 2**n, 2**n), at least one, "
            f"but has shape {states.shape}."
        )
    if n_qubits > most:
        raise ValueError(
            f"`{name}` must have at most {most} qubits, but has {n_qubits}: there "
            f"would be 8**{n_qubits} = {8**n_qubits} configurations of the spins."
        )
    check_density_matrix(states, name)
    return CorrelationMap(n_qubits).chi_from_state(states).reshape(len(states), -1)


def _each(rhos: Any) -> Any:
    """Refuse one Qobj, which would be taken apart into rows."""
    if is_qobj(rhos) or not hasattr(rhos, "__iter__"):
        raise TypeError(
            f"`rhos` must be a sequence of states, but is a {type(rhos).__name__}."
        )
    return rhos
