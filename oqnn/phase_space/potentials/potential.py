"""What a potential is to the solvers, and how a plain function becomes one."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from .function import FunctionPotential

__all__ = ["Kick", "Potential", "as_potential"]

Kick = tuple[float, "Potential"]  # its time, and K in the step e^{−iK/ħ}


@runtime_checkable
class Potential(Protocol):
    """U(x, t) with exact derivatives along x; every potential here is one.

    A class of your own needs the same four members and no base class.
    """

    @property
    def depends_on_time(self) -> bool:
        """Whether U changes between kicks."""
        ...

    def __call__(self, x: ArrayLike, t: float = 0.0) -> np.ndarray:
        """Return U(x, t) without the kicks, in the shape of `x`."""
        ...

    def derivative(self, x: ArrayLike, order: int, t: float = 0.0) -> np.ndarray:
        """Return ∂ⁿU/∂xⁿ for an order n ≥ 1, in the shape of `x`."""
        ...

    def kicks(self, t0: float, t1: float) -> tuple[Kick, ...]:
        """Return times t0 < t ≤ t1 with the potentials that act there, in order."""
        ...


def as_potential(potential: Potential | Callable[..., ArrayLike]) -> Potential:
    """Return a potential as it is, and wrap a function U(x) or U(x, t).

    Parameters
    ----------
    potential : Potential or callable
        A function takes an array of any shape and returns one of that shape; see
        `FunctionPotential` for its derivatives.

    Raises
    ------
    TypeError
        If it is neither, or has a part of what a potential has.

    Examples
    --------
    >>> U = as_potential(lambda x: x**4 / 4)
    >>> U.derivative([1.0, 2.0], 3)
    array([ 6., 12.])
    """
    if isinstance(potential, type):
        raise TypeError(
            f"`potential` must be a potential, but is the class {potential.__name__}. "
            f"Call it first: {potential.__name__}(...)."
        )
    if isinstance(potential, Potential):
        return potential
    members = ("derivative", "kicks", "depends_on_time")
    missing = [name for name in members if not hasattr(potential, name)]
    if callable(potential) and len(missing) == len(members):
        return FunctionPotential(potential)
    raise TypeError(
        "`potential` must be a potential or a function U(x) or U(x, t), but is a "
        f"{type(potential).__name__} without {', '.join(missing) or '__call__'}. "
        "FunctionPotential(U, derivatives=[...]) makes one of functions."
    )
