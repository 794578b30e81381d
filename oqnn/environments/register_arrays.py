"""Register generators as named arrays, and back to the same numbers."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.sparse as sp

from ..dynamics import RegisterGenerator

__all__ = ["generator_from_arrays", "generator_to_arrays"]


def generator_to_arrays(generator: RegisterGenerator) -> dict[str, Any]:
    """Return Hamiltonians, and jumps under keys "i,j"; sparse ones by their entries."""
    jumps = {f"{i},{j}": _packed(R) for (i, j), R in generator.jumps.items()}
    return {"hamiltonians": _packed(generator.hamiltonians), "jumps": jumps}


def generator_from_arrays(arrays: Mapping[str, Any]) -> RegisterGenerator:
    """Undo `generator_to_arrays`."""
    jumps = {}
    for key, operators in arrays["jumps"].items():
        i, j = map(int, key.split(","))
        jumps[i, j] = _unpacked(operators)
    return RegisterGenerator(_unpacked(arrays["hamiltonians"]), jumps)


def _packed(operators: Any) -> Any:
    """Stack sparse operators as one, whose entries are three arrays."""
    if isinstance(operators, np.ndarray):
        return operators
    stacked = sp.csr_array(sp.vstack(operators))
    parts = {name: getattr(stacked, name) for name in ("data", "indices", "indptr")}
    return {**parts, "size": stacked.shape[1]}


def _unpacked(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    entries = value["data"], value["indices"], value["indptr"]
    rows, size = len(entries[2]) - 1, int(value["size"])
    stacked = sp.csr_array(entries, shape=(rows, size))
    return [stacked[k : k + size] for k in range(0, rows, size)]
