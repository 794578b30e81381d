"""Functions of many points of which one may fail without harm to the others."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from .preparation import because
from .trajectories import Trajectories

__all__ = ["isolated"]

Found = TypeVar("Found")
Function = Callable[[Trajectories, Sequence[int]], Found]


def isolated(
    function: Function[Found], seen: Trajectories, seeds: Sequence[int]
) -> tuple[Found | None, dict[int, str]]:
    """Return what a function says of all points, and for which it fails and why.

    Where it fails, each point is tried alone, and those that fail are then put at rest
    among the others: the arrays keep their sizes, and so the others their bits.

    Parameters
    ----------
    function : callable (Trajectories, seeds)
    seen : Trajectories
    seeds : sequence of p int
        Of the points.

    Returns
    -------
    found, errors
        None where the function fails whatever the points.
    """
    try:
        return function(seen, seeds), {}
    except Exception as error:
        whole = because(error)
    errors = {}
    for i in range(len(seen)):
        try:
            function(seen.row(i), seeds[i : i + 1])
        except Exception as error:
            errors[i] = because(error)
    everywhere = {i: errors.get(i, whole) for i in range(len(seen))}
    resting = seen.at_rest(np.array([*(errors or everywhere)]))
    try:
        return function(resting, seeds), errors or everywhere
    except Exception:
        return None, everywhere
