"""What is asked of a material: how much it loses, seen from the laboratory and not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from .._core.bases import to_coordinates
from .._core.checks import check_increasing
from ..environments import Material, ProtectionCost
from ..measures import (
    antipodal_coherence,
    best_unitary_fidelity,
    entanglement_breaking_time,
    least_bloch_singular_value,
)

__all__ = ["FIELDS", "MEASURES", "Probe", "mean_power", "random_states"]

MEASURES = {  # name → what it is
    "infidelity": "mean readout infidelity, laboratory frame",
    "corrected_infidelity": "the same, each readout after its best unitary correction",
    "least_singular_value": "least singular value of the Bloch map, last readout",
    "coherence": "differences of antipodal pairs, control frame, last readout",
    "breaking_time": "entanglement-breaking time",
    "power": "mean over the epoch of y₁² + y₂² + y₃², of the control fields",
}
FIELDS = 3  # the first controls, fields on the qubit; the fourth changes the hopping
POWER_PIECES = 2000
BREAKING_STEP = 0.2
HORIZONS = (80.0, 160.0)  # until when breaking is looked for, first and last


@dataclass(frozen=True, kw_only=True)
class Probe:
    """Times at which a qubit is read out, and the states that should be there.

    Parameters
    ----------
    times : shape (r,)
        Increasing readouts, after time zero.
    period : float, time
        T, of the drive.
    overlap : shape (4, 4)
        G of the mean fidelity Σ G_ab Φ_ab, as `ProtectionCost.overlap_matrix`; by
        default that of all pure states.
    weights : shape (r,), optional
        Of the readouts; equal by default.
    H : shape (2, 2), optional
        Hamiltonian of the qubit alone.
    """

    times: np.ndarray
    period: float
    overlap: np.ndarray = field(
        default_factory=lambda: ProtectionCost().overlap_matrix(2)
    )
    weights: np.ndarray | None = None
    H: np.ndarray | None = None

    def __post_init__(self) -> None:
        check_increasing(np.r_[0, self.times], "times")

    @classmethod
    def of(
        cls, cost: ProtectionCost, period: float, H: np.ndarray | None = None
    ) -> Self:
        """Return what a cost looks at, but for the energies."""
        return cls(
            times=period * np.asarray(cost.readouts),
            period=period,
            overlap=cost.overlap_matrix(2),
            weights=cost.readout_weights,
            H=H,
        )

    def maps(self, material: Material) -> np.ndarray:
        """Return the maps of the qubit at the readouts, shape (r, 4, 4)."""
        grid = np.r_[0, self.times]
        return material.transfer(grid, H=self.H, progress=False)[1:]

    def infidelity(self, material: Material) -> float:
        """Return the mean of 1 − F over states and readouts."""
        return self.lost(self.maps(material))

    def lost(self, maps: np.ndarray) -> float:
        """Return the mean of 1 − F for maps at the readouts, shape (r, 4, 4)."""
        return self._mean(1 - np.einsum("ab,rab->r", self.overlap, maps))

    def losses(self, materials: Sequence[Material]) -> dict[str, np.ndarray]:
        """Return the infidelities alone, for readouts that say nothing of the rest."""
        maps = [self.maps(material) for material in materials]
        corrected = [self._mean(1 - best_unitary_fidelity(each)) for each in maps]
        return {
            "infidelity": np.array([self.lost(each) for each in maps]),
            "corrected_infidelity": np.array(corrected),
        }

    def measures(self, materials: Sequence[Material]) -> dict[str, np.ndarray]:
        """Return all measures of each of m materials, arrays of shape (m,)."""
        found = [self._one(material) for material in materials]
        return {name: np.array([each[name] for each in found]) for name in MEASURES}

    def infidelities(self, material: Material, states: np.ndarray) -> np.ndarray:
        """Return the mean of 1 − F over readouts for each of n states, shape (n,)."""
        v = to_coordinates(states).real
        kept = np.einsum("na,rab,nb->rn", v, self.maps(material), v)
        return np.average(1 - kept, axis=0, weights=self.weights)

    def _one(self, material: Material) -> dict[str, float]:
        maps = self.maps(material)
        last = np.r_[0, self.times[-1]]
        rotation = material.rotation(last, progress=False)[-1]
        return {
            "infidelity": self.lost(maps),
            "corrected_infidelity": self._mean(1 - best_unitary_fidelity(maps)),
            "least_singular_value": float(least_bloch_singular_value(maps[-1])),
            "coherence": float(antipodal_coherence(maps[-1], rotation)),
            "breaking_time": self._breaking_time(material),
            "power": mean_power(material, self.period),
        }

    def _mean(self, values: np.ndarray) -> float:
        return float(np.average(values, weights=self.weights))

    def _breaking_time(self, material: Material) -> float:
        """Look at the likely times first, as longer evolutions take longer."""
        time = np.inf
        for horizon in HORIZONS:
            grid = BREAKING_STEP * np.arange(round(horizon / BREAKING_STEP) + 1)
            maps = material.transfer(grid, H=self.H, progress=False)
            time = float(entanglement_breaking_time(grid, maps))
            if np.isfinite(time):
                break
        return time


def mean_power(material: Material, period: float) -> float:
    """Return the mean over a period of y₁² + y₂² + y₃², of the control fields."""
    controls = material.controls(period)
    grid = np.linspace(0, period, POWER_PIECES + 1)
    edges = np.unique(np.concatenate([grid, controls.edges(0, period)]))
    values = controls.samples(edges[:-1], edges[1:])  # start, middle and end
    power = (values[..., :FIELDS] ** 2).sum(-1)
    simpson = np.array([1, 4, 1]) @ power / 6
    return float(simpson @ np.diff(edges) / period)


def random_states(count: int, rng: np.random.Generator) -> np.ndarray:
    """Return pure states of a qubit, uniform on the sphere, shape (count, 2, 2)."""
    kets = rng.standard_normal((count, 2)) + 1j * rng.standard_normal((count, 2))
    kets /= np.linalg.norm(kets, axis=1, keepdims=True)
    return kets[:, :, None] * kets[:, None].conj()
