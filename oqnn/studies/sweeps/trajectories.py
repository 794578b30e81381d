"""Maps and states of many points along one time axis: what measures look at."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Trajectories"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Trajectories:
    """Points of one array shape and one material.

    Parameters
    ----------
    times : shape (t,), time
        Increasing.
    transfer : shape (p, t, d², d²)
        Maps of the system alone, real, in ``hermitian_basis(d)``.
    rho0 : shape (p, D, D)
        Initial states, D = d k with a kept partner of size k.
    states : shape (p, t, D, D)
        States in the laboratory frame.
    kept : tuple of int
        Dimensions of the partner; () where there is none.
    readouts : shape (p, r, d², d²)
        Maps at the readouts of the cost, T/4, T/2, 3T/4 and T.
    rotation : shape (p, t, d² − 1, d² − 1)
        Rotation by the control fields alone, of the generalised Bloch vector.
    """

    times: np.ndarray
    transfer: np.ndarray
    rho0: np.ndarray
    states: np.ndarray
    kept: tuple[int, ...]
    readouts: np.ndarray
    rotation: np.ndarray

    @property
    def d(self) -> int:
        """Dimension of the system."""
        return round(np.sqrt(self.transfer.shape[-1]))

    @property
    def dims(self) -> list[int]:
        """Dimensions of the system and of the partner's parts."""
        return [self.d, *self.kept]

    def __len__(self) -> int:
        return len(self.transfer)
