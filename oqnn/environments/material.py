"""A material: an environment and what steers it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ..dynamics import (
    ConstantControls,
    Controls,
    DynamicalMaps,
    Evolution,
    PiecewiseControls,
    System,
    dynamical_maps,
    evolve,
)
from .drives import NetworkDrive, check_bounded
from .environment import Environment, lift_matrix, reduce_matrix

__all__ = ["Drive", "Material", "bare_material"]

Drive: TypeAlias = ConstantControls | PiecewiseControls | NetworkDrive


@dataclass(frozen=True, kw_only=True, eq=False)
class Material:
    """An environment whose couplings follow a drive.

    Materials that are to be compared share environment, channels and bounds, and
    differ in their drive alone.

    Parameters
    ----------
    kind : str
        Its name in tables and figures, such as "plain" or "learning".
    environment : Environment
        Register, noise and control channels.
    drive : ConstantControls, PiecewiseControls or NetworkDrive
        What steers it. Controls lie in [−1, 1]: beyond, a rate may be negative.

    Raises
    ------
    ValueError
        If a control leaves [−1, 1], or the drive has another number of controls than
        the environment.
    """

    kind: str
    environment: Environment
    drive: Drive

    def __post_init__(self) -> None:
        wanted = self.environment.n_controls
        if isinstance(self.drive, NetworkDrive):  # whose tanh keeps the bound
            fits, found = len(self.drive.y0) >= wanted, len(self.drive.y0)
        else:
            check_bounded(self.drive.values, "drive.values")
            fits, found = self.drive.n_controls == wanted, self.drive.n_controls
        if not fits:
            raise ValueError(
                f"`drive` must steer {wanted} controls, those of `environment` "
                f"({', '.join(self.environment.control_names)}), but has {found}."
            )

    def controls(self, stop: float) -> Controls:
        """Return the controls from time zero to `stop` at least."""
        if isinstance(self.drive, NetworkDrive):
            return self.drive.until(stop, self.environment.n_controls)
        return self.drive

    def evolve(
        self,
        system: System,
        tlist: ArrayLike,
        *,
        e_ops: Sequence[Any] | Mapping[str, Any] | None = None,
        progress: bool | None = None,
    ) -> Evolution:
        """Evolve a system, with its kept partner, from ``tlist[0] = 0``.

        `e_ops` and `progress` are those of `oqnn.dynamics.evolve`. Where the
        environment has an ancilla, it follows the system as one more part of the
        states; `transfer` gives the system alone.
        """
        tlist = _from_zero(tlist)
        ancilla, rho0, dims = self.environment.ancilla, system.rho0, system.dims
        if ancilla is not None:
            rho0 = _beside(rho0, ancilla, system.d)
            dims = [system.d, len(ancilla), *system.kept]
        return evolve(
            self.environment.generator(system.H),
            rho0,
            tlist,
            controls=self.controls(tlist[-1]),
            register_law=self.environment.register_law,
            e_ops=e_ops,
            dims=dims,
            progress=progress,
        )

    def maps(
        self,
        tlist: ArrayLike,
        *,
        H: np.ndarray | None = None,
        progress: bool | None = None,
    ) -> DynamicalMaps:
        """Return the maps on all register blocks from ``tlist[0] = 0``."""
        tlist = _from_zero(tlist)
        generator = self.environment.generator(H)
        controls = self.controls(tlist[-1])
        return dynamical_maps(generator, tlist, controls=controls, progress=progress)

    def transfer(
        self,
        tlist: ArrayLike,
        *,
        H: np.ndarray | None = None,
        progress: bool | None = None,
    ) -> np.ndarray:
        """Return the maps of the system alone, real, shape (t, d², d²)."""
        maps = self.maps(tlist, H=H, progress=progress)
        if self.environment.ancilla is None:
            return maps.transfer(self.environment.register_law)
        lift, reduce = lift_matrix(self.environment), reduce_matrix(self.environment)
        return reduce @ maps.matrices @ lift

    def rotation(self, tlist: ArrayLike, *, progress: bool | None = None) -> np.ndarray:
        """Return the rotation R(t) by the control fields alone.

        Shape (t, d² − 1, d² − 1), of the generalised Bloch vector; (t, 3, 3) for a
        qubit.
        """
        tlist = _from_zero(tlist)
        frame = self.environment.frame_generator()
        controls = self.controls(tlist[-1])
        maps = dynamical_maps(frame, tlist, controls=controls, progress=progress)
        return maps.matrices[:, 1:, 1:]


def bare_material(environment: Environment) -> Material:
    """Return the environment with all controls at zero."""
    still = ConstantControls(np.zeros(environment.n_controls))
    return Material(kind="bare", environment=environment, drive=still)


def _beside(rho: np.ndarray, ancilla: np.ndarray, d: int) -> np.ndarray:
    """Put an ancilla behind the first factor of a state on S ⊗ partner."""
    k, a = len(rho) // d, len(ancilla)
    split = rho.reshape(d, k, d, k)
    joined = np.einsum("ixjy,ab->iaxjby", split, ancilla)
    return joined.reshape(d * a * k, d * a * k)


def _from_zero(tlist: ArrayLike) -> np.ndarray:
    times = np.asarray(tlist, dtype=float)
    if times.ndim != 1 or times.size == 0 or times[0] != 0:
        raise ValueError(
            "`tlist` must be one-dimensional and start at 0, where the drive of a "
            f"material starts, but starts as {np.ravel(times)[:3].tolist()}."
        )
    return times
