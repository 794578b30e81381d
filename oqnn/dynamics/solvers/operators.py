"""Lists of operators as a user may give them: arrays, Qobj, SciPy sparse matrices."""

from typing import Any, TypeAlias

import numpy as np
import scipy.sparse as sp

from ..._core.checks import check_finite, check_hermitian, check_shapes
from ..._core.qobj import as_operator, is_qobj

__all__ = ["Operators", "as_operators", "as_sparse", "check_operators"]

Operators: TypeAlias = np.ndarray | tuple[sp.csr_array, ...]

SPARSE_FROM = 25  # size from which sparse operators stay sparse


def as_operators(operators: Any, name: str) -> Operators:
    """Return one operator or several as a new array (l, d, d), or sparse ones.

    Sparse they stay if one of them was given so, as a SciPy sparse matrix or a Qobj
    that holds one, and they are larger than 24 × 24.
    """
    several = isinstance(operators, list | tuple)
    items = list(operators) if several else [operators]
    held_sparse = any(map(_is_sparse, items))
    if held_sparse and max(max(item.shape) for item in map(_plain, items)) >= (
        SPARSE_FROM
    ):
        return tuple(_to_csr(item, name) for item in items)
    if held_sparse or any(map(is_qobj, items)):
        items = [_to_dense(item, name) for item in items]
        array = as_operator(items if several else items[0], name).copy()
    else:
        array = as_operator(operators, name).copy()
    return array[None] if array.ndim == 2 else array


def as_sparse(operators: Operators) -> tuple[sp.csr_array, ...]:
    """Return operators as sparse arrays, whatever they were."""
    if isinstance(operators, tuple):
        return operators
    return tuple(sp.csr_array(operator) for operator in operators)


def check_operators(
    operators: Operators, name: str, size: str, *, hermitian: bool = False
) -> None:
    """Check that operators are square, of one size, finite, and Hermitian if asked."""
    if isinstance(operators, np.ndarray):
        check_shapes(**{name: (operators, f"n {size} {size}")})
        (check_hermitian if hermitian else check_finite)(operators, name)
        return
    for index, operator in enumerate(operators):
        label = f"{name}[{index}]"
        # a view without memory stands for the shape
        check_shapes(**{label: (np.broadcast_to(0, operator.shape), f"{size} {size}")})
        check_finite(operator.data, f"{label}.data")
        gap = operator - operator.conj().T
        if hermitian and gap.nnz and abs(gap).max() > 1e-10 * abs(operator).max():
            raise ValueError(
                f"`{label}` must be Hermitian, but differs from its adjoint by "
                f"{abs(gap).max():.3g}."
            )


def _is_sparse(value: Any) -> bool:
    """Tell whether a SciPy matrix or the data of a Qobj is sparse."""
    held = type(value.data).__name__ if is_qobj(value) else ""
    return bool(sp.issparse(value)) or held in ("CSR", "Dia")


def _plain(value: Any) -> Any:
    return value if hasattr(value, "shape") else np.asarray(value)


def _to_csr(value: Any, name: str) -> sp.csr_array:
    if is_qobj(value):
        if not value.isoper:
            raise TypeError(f"`{name}` must be an operator, but is a {value.type}.")
        value = value.to("CSR").data_as("csr_matrix")
    elif not sp.issparse(value):
        value = as_operator(value, name)
    csr = sp.csr_array(value, dtype=complex, copy=True)
    csr.sum_duplicates()
    return csr


def _to_dense(value: Any, name: str) -> np.ndarray:
    return as_operator(value.toarray() if hasattr(value, "toarray") else value, name)
