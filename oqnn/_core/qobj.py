"""QuTiP objects in and out; QuTiP itself is imported only on the way out."""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import qutip

__all__ = ["as_operator", "as_state", "is_qobj", "to_qobj"]


def is_qobj(value: Any) -> bool:
    """Tell whether a value looks like a ``qutip.Qobj``."""
    return all(hasattr(value, name) for name in ("full", "dims", "isket", "isoper"))


def as_operator(value: Any, name: str) -> np.ndarray:
    """Return a Qobj operator or an array as a complex array.

    Raises
    ------
    TypeError
        If the value is a Qobj that is no operator, or no numeric array.
    """
    if is_qobj(value):
        if not value.isoper:
            raise TypeError(f"`{name}` must be an operator, but is a {value.type}.")
        return np.asarray(value.full())
    try:
        if value is None:
            raise TypeError
        return np.asarray(value, dtype=complex)
    except (TypeError, ValueError) as error:
        hint = " Take its `.states`." if hasattr(value, "states") else ""
        raise TypeError(
            f"`{name}` must be a qutip.Qobj or an array of numbers, "
            f"but is a {type(value).__name__}.{hint}"
        ) from error


def as_state(value: Any, name: str) -> np.ndarray:
    """Return a ket or density matrix, Qobj or array, as a density matrix.

    A vector is taken for a ket |ψ⟩ and becomes |ψ⟩⟨ψ|. Nothing is normalised.
    """
    if is_qobj(value):
        value = value.full()
    array = as_operator(value, name)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        return array
    with np.errstate(invalid="ignore"):  # what is infinite is refused by the checks
        return np.outer(array, array.conj())


def to_qobj(matrix: np.ndarray, dims: list[int] | None = None) -> "qutip.Qobj":
    """Return a matrix as a ``qutip.Qobj`` on subsystems of sizes `dims`."""
    import qutip

    return qutip.Qobj(matrix, dims=None if dims is None else [dims, dims])
