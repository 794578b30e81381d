"""The measures of a sweep by name, and those that a user writes."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...measures import average_fidelity, fidelity, l1_coherence, purity
from .trajectories import Trajectories

__all__ = ["MEASURES", "Measure"]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A number, or one a time, of each point.

    Parameters
    ----------
    function : callable (Trajectories) -> shape (p,) or (p, t)
    meaning : str
        One phrase for tables and axes.
    units : str
        Empty for a pure number.
    better : {"high", "low", ""}
        Which way is better, where that is clear; rankings need it.
    """

    function: Callable[[Trajectories], np.ndarray]
    meaning: str
    units: str = ""
    better: str = ""


def _fidelity(seen: Trajectories) -> np.ndarray:
    pairs = zip(seen.states, seen.rho0, strict=True)
    return np.array([fidelity(states, rho) for states, rho in pairs])


MEASURES: dict[str, Measure] = {
    "fidelity": Measure(
        function=_fidelity,
        meaning="squared fidelity with the initial state",
        better="high",
    ),
    "average_fidelity": Measure(
        function=lambda seen: average_fidelity(seen.transfer),
        meaning="mean over pure states of the fidelity with the initial one",
        better="high",
    ),
    "purity": Measure(
        function=lambda seen: purity(seen.states), meaning="Tr ρ²", better="high"
    ),
    "l1_coherence": Measure(
        function=lambda seen: l1_coherence(seen.states),
        meaning="sum of the moduli of the off-diagonal elements",
        better="high",
    ),
    "readout_infidelity": Measure(
        function=lambda seen: 1 - average_fidelity(seen.readouts).mean(axis=-1),
        meaning="1 - average fidelity, mean over the readouts",
        better="low",
    ),
}
