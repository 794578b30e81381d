"""Correlation functions that are not asked twice for the same time.

Solvers that halve their step come back to the times of the coarser grid, and to the
same grid for every order. A correlation function may be an integral at each time.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from .baths import FiniteEnvironment, GaussianBath

__all__ = ["remembering"]

TICKS = 2.0**45  # times within a length of time that are told apart


def remembering(
    environment: FiniteEnvironment | GaussianBath, length: float
) -> FiniteEnvironment | GaussianBath:
    """Return a bath that keeps its correlations up to `length`; others as they are."""
    if not isinstance(environment, GaussianBath):
        return environment
    asked = environment.correlations
    return replace(environment, correlation=_remembered(asked, length))


def _remembered(
    function: Callable[[np.ndarray], np.ndarray], length: float
) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function of times (t,) that calls `function` for new ones only."""
    known = np.empty(0)
    values: np.ndarray | None = None

    def ask(times: np.ndarray) -> np.ndarray:
        nonlocal known, values
        ticks = np.round(np.asarray(times) / length * TICKS)
        fresh, first = np.unique(ticks, return_index=True)
        new = ~np.isin(fresh, known, assume_unique=True)
        if values is None or new.any():
            found = function(np.asarray(times)[first[new]])
            merged = np.concatenate([known, fresh[new]])
            held = found if values is None else np.concatenate([values, found])
            order = np.argsort(merged)
            known, values = merged[order], held[order]
        return values[np.searchsorted(known, ticks)]

    return ask
