"""The measures of a sweep by name, and those that a user writes."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ....measures import (
    antipodal_coherence,
    average_fidelity,
    best_unitary_fidelity,
    bloch_volume_growth,
    blp,
    coherence_time,
    concurrence,
    entanglement_breaking_time,
    fidelity,
    l1_coherence,
    least_bloch_singular_value,
    least_eigenvalue,
    linear_entropy,
    mutual_information,
    negativity,
    purity,
    relative_entropy_of_coherence,
    trace_distance,
    von_neumann_entropy,
)
from ..description.point import named_function
from .trajectories import Trajectories

__all__ = ["MEASURES", "Measure", "fits", "measure_of", "measured"]


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
    needs : tuple of str
        Which maps it looks at beside the states: "transfer", "readouts", "rotation".
    over_time : bool or None
        Whether it is a number a time; None where only the function knows.
    of : {"any", "qubit", "partner", "two_qubits"}
        Systems for which it means something; see `fits`.
    """

    function: Callable[[Trajectories], np.ndarray]
    meaning: str
    units: str = ""
    better: str = ""
    needs: tuple[str, ...] = ()
    over_time: bool | None = True
    of: str = "any"


def measure_of(name: str) -> Measure:
    """Return a measure by its name.

    Names are those of `MEASURES`; ``population_i`` and ``coherence_i_j`` for single
    elements of the state; and ``module:function`` for a function of `Trajectories`
    that returns a number a point, shape (p,), or one a point and time, (p, t).

    Raises
    ------
    ValueError
        If there is no such measure, or the function cannot be imported.
    """
    if name in MEASURES:
        return MEASURES[name]
    if ":" in name:
        return _own(name)
    element = ELEMENT.fullmatch(name)
    if element is None:
        raise ValueError(
            f"`measures` must be names among {', '.join(MEASURES)}, population_<i>, "
            f"coherence_<i>_<j> or module:function, but one is {name!r}."
        )
    return _element(*(int(index) for index in element.groups() if index))


def fits(measure: Measure, d: int, kept: tuple[int, ...]) -> bool:
    """Tell whether a measure means something for a system with some partner."""
    if measure.of == "qubit":
        return d == 2
    if measure.of == "partner":
        return bool(kept)
    if measure.of == "two_qubits":
        return d * int(np.prod(kept, dtype=int)) == 4 and (not kept or d == 2)
    return True


def measured(measure: Measure, seen: Trajectories) -> np.ndarray:
    """Return what a measure says of all points, checked.

    Raises
    ------
    ValueError
        If it gives something else than real numbers of shape (p,) or (p, t).
    """
    values = np.asarray(measure.function(seen))
    number, series = (len(seen),), (len(seen), len(seen.times))
    shapes: list[tuple[int, ...]] = [series] if measure.over_time else [number]
    if measure.over_time is None:
        shapes = [number, series]
    if values.dtype.kind not in "biuf" or values.shape not in shapes:
        raise ValueError(
            "a measure must give real numbers of shape "
            f"{' or '.join(map(str, shapes))}, but one gives {values.dtype} of shape "
            f"{values.shape}."
        )
    return values.astype(float)


ELEMENT = re.compile(r"population_(\d+)|coherence_(\d+)_(\d+)")


@lru_cache(maxsize=256)
def _own(name: str) -> Measure:
    function = named_function(name)
    if not callable(function):
        raise ValueError(f"`{name}` must name a function, but names none.")
    words = (function.__doc__ or name).strip().splitlines()[0].rstrip(".")
    return Measure(
        function=function,
        meaning=getattr(function, "meaning", words),
        units=getattr(function, "units", ""),
        better=getattr(function, "better", ""),
        needs=("transfer", "readouts", "rotation"),
        over_time=None,
    )


def _element(i: int, j: int | None = None) -> Measure:
    def function(seen: Trajectories) -> np.ndarray:
        size, last = seen.states.shape[-1], max(i, j or 0)
        if last >= size:
            raise ValueError(
                f"a measure must name levels from 0 to {size - 1}, but names {last}."
            )
        if j is None:
            return seen.states[..., i, i].real
        return np.abs(seen.states[..., i, j])

    meaning = (
        f"population of level {i}" if j is None else f"modulus of element {i}, {j}"
    )
    return Measure(function=function, meaning=meaning)


def _fidelity(seen: Trajectories) -> np.ndarray:
    return fidelity(seen.states, seen.rho0[:, None])


def _distance(seen: Trajectories) -> np.ndarray:
    return trace_distance(seen.states, seen.rho0[:, None])


def _readout_infidelity(seen: Trajectories) -> np.ndarray:
    p, r, square, _ = seen.readouts.shape
    flat = seen.readouts.reshape(p, r, square**2)
    overlaps = (flat @ seen.overlap.reshape(p, square**2, 1))[..., 0]
    return (seen.weights * (1 - overlaps)).sum(axis=-1)


def _antipodal(seen: Trajectories) -> np.ndarray:
    return antipodal_coherence(seen.transfer, seen.rotation)


def _coherence_time(seen: Trajectories) -> np.ndarray:
    values = _antipodal(seen)
    if seen.times[0] == 0:
        return coherence_time(seen.times, values)
    from_zero = np.concatenate([[0.0], seen.times])  # where nothing is lost yet
    return coherence_time(from_zero, np.insert(values, 0, 1.0, axis=1))


def _blp(seen: Trajectories) -> np.ndarray:
    return np.array([blp(seen.times, maps).value for maps in seen.transfer])


def _negativity(seen: Trajectories) -> np.ndarray:
    k = int(np.prod(seen.kept, dtype=int))
    return negativity(seen.states, (seen.d, k))


def _mutual_information(seen: Trajectories) -> np.ndarray:
    k = int(np.prod(seen.kept, dtype=int))
    return mutual_information(seen.states, (seen.d, k))


def _breaking_time(seen: Trajectories) -> np.ndarray:
    return entanglement_breaking_time(seen.times, seen.transfer)


def _trace_error(seen: Trajectories) -> np.ndarray:
    return np.abs(np.trace(seen.states, axis1=-2, axis2=-1) - 1)


def _over_states(function: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    return lambda seen: function(seen.states)


def _over_maps(function: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    return lambda seen: function(seen.transfer)


_STATES: dict[str, tuple[Callable[..., np.ndarray], str, str]] = {
    "purity": (_over_states(purity), "Tr ρ²", "high"),
    "linear_entropy": (_over_states(linear_entropy), "1 − Tr ρ²", "low"),
    "von_neumann_entropy": (
        _over_states(von_neumann_entropy),
        "entropy −Tr ρ ln ρ",
        "low",
    ),
    "l1_coherence": (
        _over_states(l1_coherence),
        "sum of the moduli of the off-diagonal elements",
        "high",
    ),
    "relative_entropy_of_coherence": (
        _over_states(relative_entropy_of_coherence),
        "entropy that dephasing would add",
        "high",
    ),
    "fidelity": (_fidelity, "squared fidelity with the initial state", "high"),
    "trace_distance": (_distance, "trace distance from the initial state", "low"),
    "least_eigenvalue": (
        _over_states(least_eigenvalue),
        "least eigenvalue of the state",
        "",
    ),
    "trace_error": (_trace_error, "|Tr ρ − 1|", "low"),
}

MEASURES: dict[str, Measure] = {
    name: Measure(function=function, meaning=meaning, better=better)
    for name, (function, meaning, better) in _STATES.items()
} | {
    "average_fidelity": Measure(
        function=_over_maps(average_fidelity),
        meaning="mean over pure states of the fidelity with the initial one",
        better="high",
        needs=("transfer",),
    ),
    "readout_infidelity": Measure(
        function=_readout_infidelity,
        meaning="1 − fidelity with what is protected, weighted over the readouts",
        better="low",
        needs=("readouts",),
        over_time=False,
    ),
    "best_unitary_fidelity": Measure(
        function=_over_maps(best_unitary_fidelity),
        meaning="average fidelity after the best unitary correction",
        better="high",
        needs=("transfer",),
        of="qubit",
    ),
    "least_singular_value": Measure(
        function=_over_maps(least_bloch_singular_value),
        meaning="least singular value of the Bloch map",
        better="high",
        needs=("transfer",),
        of="qubit",
    ),
    "coherence": Measure(
        function=_antipodal,
        meaning="coherence of antipodal pairs in the frame of the control fields",
        better="high",
        needs=("transfer", "rotation"),
        of="qubit",
    ),
    "coherence_time": Measure(
        function=_coherence_time,
        meaning="time at which that coherence has fallen to 1/e, between the times "
        "of the study; infinite where it never has",
        units="1/xi",
        better="high",
        needs=("transfer", "rotation"),
        over_time=False,
        of="qubit",
    ),
    "entanglement_breaking_time": Measure(
        function=_breaking_time,
        meaning="first time of the study at which no entanglement survives; infinite "
        "where some always does",
        units="1/xi",
        better="high",
        needs=("transfer",),
        over_time=False,
        of="qubit",
    ),
    "blp_memory": Measure(
        function=_blp,
        meaning="growth of trace distances, of the best pair of states",
        needs=("transfer",),
        over_time=False,
    ),
    "bloch_volume_growth": Measure(
        function=_over_maps(bloch_volume_growth),
        meaning="growth of the volume of the Bloch ball's image",
        needs=("transfer",),
        over_time=False,
        of="qubit",
    ),
    "negativity": Measure(
        function=_negativity,
        meaning="negativity between system and kept partner",
        better="high",
        of="partner",
    ),
    "mutual_information": Measure(
        function=_mutual_information,
        meaning="mutual information of system and kept partner",
        better="high",
        of="partner",
    ),
    "concurrence": Measure(
        function=_over_states(concurrence),
        meaning="concurrence of two qubits",
        better="high",
        of="two_qubits",
    ),
}
