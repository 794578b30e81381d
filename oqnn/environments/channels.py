"""Control channels: fields on the system, on one level, and changes of rates."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from .._core.checks import check_integer, check_shapes
from .._core.qobj import as_operator
from ..dynamics import RegisterGenerator

__all__ = ["field_channel", "level_channel", "rate_channel"]


def field_channel(operator: Any, n: int) -> RegisterGenerator:
    """Return the channel of a field that is the same in all n levels: −i[O, ρ_i].

    Parameters
    ----------
    operator : Qobj or shape (d, d)
        Hermitian O.
    n : int
        Number of register levels.
    """
    check_integer(n, "n")
    field = as_operator(operator, "operator")
    check_shapes(operator=(field, "d d"))
    return RegisterGenerator(np.tile(field, (n, 1, 1)))


def level_channel(operator: Any, level: int, n: int) -> RegisterGenerator:
    """Return the channel of a field in one level alone.

    Level-resolved control presumes that whoever steers knows the register at all
    times. It changes the comparison: such a material sees its noise, and the others
    do not.

    Parameters
    ----------
    operator : Qobj or shape (d, d)
        Hermitian O.
    level : int
        Which level, from zero.
    n : int
        Number of register levels.

    Raises
    ------
    ValueError
        If there is no such level.
    """
    check_integer(n, "n")
    check_integer(level, "level", least=0)
    if level >= n:
        raise ValueError(f"`level` must be one of {n} from zero, but is {level}.")
    field = as_operator(operator, "operator")
    check_shapes(operator=(field, "d d"))
    fields = np.zeros((n, *field.shape), dtype=complex)
    fields[level] = field
    return RegisterGenerator(fields)


def rate_channel(
    jumps: Mapping[tuple[int, int], Any], n: int, d: int
) -> RegisterGenerator:
    """Return the channel of jumps whose rates a control raises and lowers.

    A control y multiplies their rates by y of either sign; the environment must hold
    jumps of its own that keep the sum positive.

    Parameters
    ----------
    jumps : mapping (i, j) → operators (d, d) or (l, d, d)
        As in `RegisterGenerator`.
    n, d : int
        Number of register levels, and size of a block.
    """
    check_integer(n, "n")
    check_integer(d, "d")
    return RegisterGenerator(np.zeros((n, d, d)), jumps)
