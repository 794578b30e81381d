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

    Where it fails, each point is tried alone, and one that does not fail then stands
    in for those that do: the arrays keep their sizes, and so the others their bits.

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
            function(seen.rows(np.array([i])), seeds[i : i + 1])
        except Exception as error:
            errors[i] = because(error)
    good = [i for i in range(len(seen)) if i not in errors]
    if errors and good:
        rows = np.arange(len(seen))
        rows[[*errors]] = good[0]
        seen = seen.rows(rows)
    else:  # all fail, alone or together: only the shape of what is said is wanted
        errors = {i: errors.get(i, whole) for i in range(len(seen))}
        seen = seen.at_rest(np.arange(len(seen)))
    try:
        return function(seen, seeds), errors
    except Exception:
        return None, {i: errors.get(i, whole) for i in range(len(seen))}
