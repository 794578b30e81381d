"""A trajectory of states as spins carried it, time by time."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import xarray as xr

from .._core.bases import pauli_labels
from .._core.seeds import rng_from
from ..encoding import CorrelationMap, Law, OutcomeLaw, Reconstruction, total_variation
from ..measures import fidelity, nearest_state, squared_distance
from ..spiking import BoltzmannMachine, LIFNetwork
from .carry import spin_names

__all__ = ["CarriedState", "CarriedTrajectory"]

DRAWS = 200  # of the measured correlators, for the errors of fidelities


@dataclass(frozen=True, kw_only=True, eq=False)
class CarriedState:
    """One state of a trajectory, what stood for it, and what was measured."""

    time: float
    aim: np.ndarray  # (2**n, 2**n), the state, or the nearest realizable matrix
    margin: float  # of spins, see `realizability_margin`
    visibility: float  # 1 exactly where the state itself has a law
    law: Law | OutcomeLaw  # of the aim
    network: LIFNetwork | BoltzmannMachine | None  # None where the law was sampled
    losses: np.ndarray  # (epochs,) of the training, if any
    reconstruction: Reconstruction  # of the state, not of the aim
    unused: float = 0.0  # share of samples with a code that stands for no outcome

    @property
    def realizable(self) -> bool:
        """Whether spins can carry the state itself."""
        return self.visibility == 1

    @property
    def least_squared_distance(self) -> float:
        """Squared distance of the aim, which no spins can fall below."""
        return float(squared_distance(self.aim, self.reconstruction.target))


@dataclass(frozen=True, kw_only=True, eq=False)
class CarriedTrajectory:
    r"""What spins carried of a trajectory ρ(t), with its errors.

    Where no spins can carry ρ(t), they carried the realizable matrix nearest to it;
    `realizable` tells where, and `least_squared_distances` how far that is. Neurons
    that hold outcomes of a measurement carry every state.

    Parameters
    ----------
    by : {"network", "laws", "compiled"}
        What carried it.
    points : tuple of CarriedState
        One a time.
    """

    by: str
    points: tuple[CarriedState, ...]

    @property
    def n_qubits(self) -> int:
        """Number n of qubits."""
        return self.points[0].reconstruction.n_qubits

    @property
    def times(self) -> np.ndarray:
        """Shape (t,)."""
        return self._each(lambda point: point.time)

    @property
    def targets(self) -> np.ndarray:
        """The states to carry, shape (t, 2**n, 2**n)."""
        return self._each(lambda point: point.reconstruction.target)

    @property
    def aims(self) -> np.ndarray:
        """What was carried: the states, or the nearest realizable matrices."""
        return self._each(lambda point: point.aim)

    @property
    def margins(self) -> np.ndarray:
        """How far the states lie inside what spins can carry, shape (t,)."""
        return self._each(lambda point: point.margin)

    @property
    def visibilities(self) -> np.ndarray:
        """Greatest realizable share of each state in white noise, shape (t,)."""
        return self._each(lambda point: point.visibility)

    @property
    def realizable(self) -> np.ndarray:
        """Where spins can carry the state itself, shape (t,)."""
        return self._each(lambda point: point.realizable)

    @property
    def least_squared_distances(self) -> np.ndarray:
        """Squared distances that no spins can fall below, shape (t,)."""
        return self._each(lambda point: point.least_squared_distance)

    @property
    def states(self) -> np.ndarray:
        """Rebuilt matrices as measured, positive or not, shape (t, 2**n, 2**n)."""
        return self._each(lambda point: point.reconstruction.state)

    @property
    def physical_states(self) -> np.ndarray:
        """States nearest to the rebuilt matrices, shape (t, 2**n, 2**n)."""
        return nearest_state(self.states)

    @property
    def least_eigenvalues(self) -> np.ndarray:
        """Of the rebuilt matrices, shape (t,)."""
        return self._each(lambda point: point.reconstruction.least_eigenvalue)

    @property
    def squared_distances(self) -> np.ndarray:
        """Of the rebuilt matrices from the states, shape (t,)."""
        return self._each(lambda point: point.reconstruction.squared_distance)

    @property
    def squared_distance_errors(self) -> np.ndarray:
        """Standard errors of `squared_distances`, shape (t,)."""
        return self._each(lambda point: point.reconstruction.squared_distance_error)

    @property
    def sampling_floors(self) -> np.ndarray:
        """Squared distances that sampling noise alone gives, shape (t,)."""
        return self._each(lambda point: point.reconstruction.sampling_floor)

    @property
    def raw_fidelities(self) -> np.ndarray:
        """Squared fidelities of states and rebuilt matrices, shape (t,)."""
        return fidelity(self.targets, self.states)

    @property
    def fidelities(self) -> np.ndarray:
        """Squared fidelities of states and nearest states, shape (t,)."""
        return fidelity(self.targets, self.physical_states)

    @property
    def raw_fidelity_errors(self) -> np.ndarray:
        """Standard errors of `raw_fidelities`: their scatter over repeated draws.

        Correlators are drawn as normal around the measured ones, with their covariance.
        """
        return self._errors[0]

    @property
    def fidelity_errors(self) -> np.ndarray:
        """Standard errors of `fidelities`, found as `raw_fidelity_errors`."""
        return self._errors[1]

    @property
    def law_changes(self) -> np.ndarray:
        """Total variation between the laws of successive times, shape (t - 1,).

        It is the least share of the time in which spins that follow the one law must
        differ from spins that follow the other.
        """
        laws = [point.law for point in self.points]
        return np.array([_change(*pair) for pair in pairwise(laws)])

    @property
    def unused(self) -> np.ndarray:
        """Shares of samples with a code that stands for no outcome, shape (t,)."""
        return self._each(lambda point: point.unused)

    def to_xarray(self) -> xr.Dataset:
        """Return everything but laws and networks, with named axes."""
        matrix = ("time", "row", "col")
        data: dict[str, Any] = {
            "margin": self.margins,
            "visibility": self.visibilities,
            "realizable": self.realizable,
            "least_squared_distance": self.least_squared_distances,
            "squared_distance": self.squared_distances,
            "squared_distance_error": self.squared_distance_errors,
            "sampling_floor": self.sampling_floors,
            "raw_fidelity": self.raw_fidelities,
            "raw_fidelity_error": self.raw_fidelity_errors,
            "fidelity": self.fidelities,
            "fidelity_error": self.fidelity_errors,
            "least_eigenvalue": self.least_eigenvalues,
            "unused": self.unused,
        }
        data = {name: ("time", values) for name, values in data.items()} | {
            "target": (matrix, self.targets),
            "aim": (matrix, self.aims),
            "state": (matrix, self.states),
            "physical_state": (matrix, self.physical_states),
            "moments": (("time", "product"), self._measured("moments")),
            "standard_errors": (("time", "product"), self._measured("standard_errors")),
            "raster": (("time", "step", "spin"), self.rasters),
        }
        labels = pauli_labels(self.n_qubits)[1:]
        coords = {"time": self.times, "product": labels, "spin": self._names}
        return xr.Dataset(data, coords=coords, attrs={"by": self.by})

    def __str__(self) -> str:
        columns = [
            ("time", "10.4g", self.times),
            ("margin", "10.4f", self.margins),
            ("fidelity", "11.4f", self.fidelities),
            ("±", "8.4f", self.fidelity_errors),
            ("raw", "9.4f", self.raw_fidelities),
            ("±", "8.4f", self.raw_fidelity_errors),
            ("distance²", "12.1e", self.squared_distances),
            ("±", "9.0e", self.squared_distance_errors),
            ("at least", "11.1e", self.least_squared_distances),
            ("least eigenvalue", "18.4f", self.least_eigenvalues),
        ]
        widths = [int(form.partition(".")[0]) for _, form, _ in columns]
        names = [name for name, _, _ in columns]
        lines = ["".join(f"{n:>{w}}" for n, w in zip(names, widths, strict=True))]
        for k in range(len(self.points)):
            lines.append("".join(f"{v[k] + 0.0:{form}}" for _, form, v in columns))
        missing = int((~self.realizable).sum())
        if missing:
            lines.append(
                f"at {missing} of {len(self.points)} times no spins can carry the "
                "state: the nearest realizable matrix was carried"
            )
        if (unused := self.unused.max()) > 0:
            lines.append(
                f"up to {100 * unused:.2g} % of the samples had codes of no outcome "
                "and were left out"
            )
        return "\n".join(lines)

    def not_realizable(self) -> list[str]:
        """Return a sentence for each time at which spins cannot carry the state."""
        return [
            f"not realizable at t = {point.time:g}, visibility {point.visibility:.4f}: "
            "the nearest realizable matrix was carried, at a squared distance of "
            f"{point.least_squared_distance:.4f}"
            for point in self.points
            if not point.realizable
        ]

    @property
    def rasters(self) -> np.ndarray:
        """The first active states of the spins, bytes, shape (t, steps, 3n).

        Or of the neurons that hold outcomes, shape (t, steps, n_bits).
        """
        n_spins = len(self._names)
        return self._each(
            lambda point: point.reconstruction.measurement.raster[:, :n_spins]
        )

    @cached_property
    def _errors(self) -> tuple[np.ndarray, np.ndarray]:
        """Scatter of raw and physical fidelities over draws of the correlators."""
        errors = []
        for point in self.points:
            found = point.reconstruction
            drawn = _drawn_matrices(found)
            nearest = nearest_state(drawn)
            both = [fidelity(found.target, matrices) for matrices in (drawn, nearest)]
            errors.append(np.std(both, axis=1, ddof=1))
        raw, physical = np.array(errors).T
        return raw, physical

    @property
    def _names(self) -> list[str]:
        """Names of the spins, or v1, v2, … of the neurons that hold outcomes."""
        law = self.points[0].law
        if isinstance(law, OutcomeLaw):
            return [f"v{k + 1}" for k in range(law.povm.n_bits)]
        return spin_names(self.n_qubits)

    def _measured(self, name: str) -> np.ndarray:
        return self._each(lambda point: getattr(point.reconstruction.measurement, name))

    def _each(self, number: Callable[[CarriedState], Any]) -> np.ndarray:
        return np.array([number(point) for point in self.points])


def _change(law: Law | OutcomeLaw, other: Law | OutcomeLaw) -> float:
    """Return the total variation between two laws of one kind."""
    if isinstance(law, OutcomeLaw):
        assert isinstance(other, OutcomeLaw)
        return law.total_variation(other)
    assert isinstance(other, Law)
    return total_variation(law, other)


def _drawn_matrices(found: Reconstruction) -> np.ndarray:
    """Return matrices of correlators that another measurement might have given."""
    measured = found.measurement
    rng = rng_from(0, "errors of fidelities")
    values, vectors = np.linalg.eigh(measured.covariance)
    widths = np.sqrt(np.maximum(values, 0))  # rounding may leave one below zero
    normal = rng.standard_normal((DRAWS, len(values)))
    moments = measured.moments + (normal * widths) @ vectors.T
    chi = np.column_stack([np.ones(DRAWS), moments])
    shape = (DRAWS, *(4,) * found.n_qubits)
    return CorrelationMap(found.n_qubits).state_from_chi(chi.reshape(shape))
