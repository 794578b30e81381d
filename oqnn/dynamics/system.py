"""What is studied: a system, its state, and a partner that no environment touches."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .._core.checks import (
    check_density_matrix,
    check_hermitian,
    check_integer,
    check_shapes,
)
from .._core.qobj import as_operator, as_state
from .frozen import frozen_copy

__all__ = ["System"]


@dataclass(frozen=True, init=False, eq=False)
class System:
    """A quantum system and its initial state, perhaps entangled with a kept partner.

    Parameters
    ----------
    H : Qobj or shape (d, d), angular frequency
        Hamiltonian of the system alone.
    rho0 : Qobj or shape (d,), (d k,), (d, d) or (d k, d k)
        Ket or density matrix of the system, or of system ⊗ partner.
    kept : int or list of int, optional
        Dimensions of the partner, which the environment does not touch; their
        product is k.

    Raises
    ------
    TypeError
        If `H` or `rho0` is no matrix of numbers, or a size in `kept` no integer.
    ValueError
        If `H` is not Hermitian, `rho0` is no state, or the sizes disagree.
    """

    H: np.ndarray  # (d, d)
    rho0: np.ndarray  # (d k, d k)
    kept: tuple[int, ...]

    def __init__(self, H: Any, rho0: Any, *, kept: Any = None) -> None:
        H = frozen_copy(as_operator(H, "H"), complex)
        rho0 = frozen_copy(as_state(rho0, "rho0"), complex)
        kept = () if kept is None else tuple(np.atleast_1d(kept).tolist())
        for size in kept:
            check_integer(size, "kept")
        check_shapes(H=(H, "d d"), rho0=(rho0, "D D"))
        check_hermitian(H, "H")
        check_density_matrix(rho0, "rho0")
        size = len(H) * int(np.prod(kept, dtype=int))
        if len(rho0) != size:
            raise ValueError(
                f"`rho0` must have size {size}, that of `H` times `kept`, but has "
                f"size {len(rho0)}. Name the partner's dimensions with kept=[...]."
            )
        for name, value in (("H", H), ("rho0", rho0), ("kept", kept)):
            object.__setattr__(self, name, value)

    @property
    def d(self) -> int:
        """Dimension of the system without its partner."""
        return len(self.H)

    @property
    def dims(self) -> list[int]:
        """Dimensions of the system and of the partner's parts."""
        return [self.d, *self.kept]
