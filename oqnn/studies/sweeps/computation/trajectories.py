"""Maps and states of many points along one time axis: what measures look at."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ...._core.bases import hermitian_basis

__all__ = ["Trajectories", "moved_states"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Trajectories:
    """Points of one array shape and one material.

    Parameters
    ----------
    times : shape (t,), time
        Increasing.
    transfer : shape (p, t, d², d²)
        Maps of the system alone, real, in ``hermitian_basis(d)``. Without times where
        nothing asks for maps and they are large.
    rho0 : shape (p, D, D)
        Initial states, D = d k with a kept partner of size k.
    states : shape (p, t, D, D)
        States in the laboratory frame.
    kept : tuple of int
        Dimensions of the partner; () where there is none.
    readouts : shape (p, r, d², d²)
        Maps at the readouts of the cost.
    rotation : shape (p, t, d² − 1, d² − 1)
        Rotation by the control fields alone, of the generalised Bloch vector; without
        times where nothing asks for it.
    overlap : shape (p, d², d²)
        G with Σ_ab G_ab Φ_ab the mean fidelity with what is protected.
    weights : shape (p, r)
        Of the readouts; zero where a point has fewer than others.
    errors : tuple of p str
        Why a point failed; empty where it did not. The arrays of a point that failed
        hold a system at rest, which is to be marked.
    """

    times: np.ndarray
    transfer: np.ndarray
    rho0: np.ndarray
    states: np.ndarray
    kept: tuple[int, ...]
    readouts: np.ndarray
    rotation: np.ndarray
    overlap: np.ndarray
    weights: np.ndarray
    errors: tuple[str, ...]

    def __post_init__(self) -> None:
        for name, array in vars(self).items():
            if isinstance(array, np.ndarray):
                shared = array.view()  # by all measures, which may only read
                shared.setflags(write=False)
                object.__setattr__(self, name, shared)

    @property
    def d(self) -> int:
        """Dimension of the system."""
        return round(np.sqrt(self.transfer.shape[-1]))

    @property
    def dims(self) -> list[int]:
        """Dimensions of the system and of the partner's parts."""
        return [self.d, *self.kept]

    @cached_property
    def frame_transfer(self) -> np.ndarray:
        """Maps in the frame that turns with the control fields, as `transfer`."""
        turned = self.transfer.copy()
        turned[..., 1:, :] = self.rotation.mT @ self.transfer[..., 1:, :]
        return turned

    @cached_property
    def frame_states(self) -> np.ndarray:
        """States in the frame that turns with the control fields, as `states`."""
        return moved_states(self.frame_transfer, self.rho0)

    def __len__(self) -> int:
        return len(self.rho0)

    def at_times(self, chosen: np.ndarray) -> "Trajectories":
        """Return the same points at some of the times, by their indices."""
        parts = {name: getattr(self, name) for name in ("transfer", "rotation")}
        some = {n: v[:, chosen] if v.shape[1] else v for n, v in parts.items()}
        return replace(
            self, times=self.times[chosen], states=self.states[:, chosen], **some
        )

    def rows(self, chosen: np.ndarray) -> "Trajectories":
        """Return some of the points, by their indices, perhaps one of them twice."""
        names = ("transfer", "rho0", "states", "readouts", "rotation", "overlap")
        some = {name: getattr(self, name)[chosen] for name in (*names, "weights")}
        errors = tuple(self.errors[i] for i in chosen.tolist())
        return replace(self, errors=errors, **some)

    def at_rest(self, rows: np.ndarray) -> "Trajectories":
        """Return the same with some points at rest, so that no measure refuses them."""
        new = {}
        for name in ("transfer", "readouts", "rotation"):
            array = new[name] = getattr(self, name).copy()
            array[rows] = np.eye(array.shape[-1])
        states, rho0 = self.states.copy(), self.rho0.copy()
        rho0[rows] = np.eye(rho0.shape[-1]) / rho0.shape[-1]
        states[rows] = rho0[rows][:, None]
        return replace(self, states=states, rho0=rho0, **new)


def moved_states(transfer: np.ndarray, rho0: np.ndarray) -> np.ndarray:
    """Apply maps of the first factor to states on system ⊗ partner, point by point.

    Parameters
    ----------
    transfer : shape (p, t, d², d²)
        In ``hermitian_basis(d)``.
    rho0 : shape (p, d k, d k)

    Returns
    -------
    np.ndarray
        Shape (p, t, d k, d k).
    """
    p, t, square, _ = transfer.shape
    d = round(np.sqrt(square))
    k = rho0.shape[-1] // d
    basis = hermitian_basis(d).reshape(square, square)  # B_a, rows stacked
    split = rho0.reshape(p, d, k, d, k).transpose(0, 3, 1, 2, 4)  # ρ_{xi, yj}: y, x
    start = basis @ split.reshape(p, square, k * k)  # Tr B_b ρ
    moved = transfer.reshape(p, t * square, square) @ start
    moved = moved.reshape(p, t, square, k * k).mT.reshape(p, t * k * k, square)
    states = (moved @ basis).reshape(p, t, k, k, d, d)
    return states.transpose(0, 1, 4, 2, 5, 3).reshape(p, t, d * k, d * k)
