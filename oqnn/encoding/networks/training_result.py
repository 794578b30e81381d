"""What training a network to carry a state leaves behind."""

from dataclasses import dataclass
from typing import final

import numpy as np

from ...measures import fidelity, nearest_state, squared_distance
from ...spiking import LIFNetwork
from ..maps.correlation import CorrelationMap
from .reconstruction import Reconstruction

__all__ = ["CorrelationTraining"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class CorrelationTraining:
    """A network trained to carry a state, measured, and how it got there.

    Parameters
    ----------
    network : LIFNetwork
        The network at the end of the last good hundred epochs, see
        `train_correlations`; its first 3n neurons are the spins.
    reconstruction : Reconstruction
        What a measurement with fresh noise finds, beside the state asked for.
    aim : shape (4, …, 4)
        Correlators trained toward: those of the state, or of the nearest realizable
        one.
    visibility : float
        Greatest v for which v ρ + (1 - v) 1/2ⁿ can be realized; below 1 no network
        carries the state.
    least_distance : float
        Squared Frobenius distance of the nearest realizable matrix from the state.
    losses : shape (epochs,)
        Squared distance from the aim in each epoch's sample, its noise included, from
        the start that was chosen.
    curve : shape (blocks, 4, …, 4)
        Correlators over each hundred epochs, while the weights moved: nearer to the
        aim, as an average, than those of the network at any one time.
    settings : dict
        All settings of the training that are numbers or words.
    """

    network: LIFNetwork
    reconstruction: Reconstruction
    aim: np.ndarray
    visibility: float
    least_distance: float
    losses: np.ndarray
    curve: np.ndarray
    settings: dict[str, float | int | str | bool | None]

    @property
    def target(self) -> np.ndarray:
        """The state asked for, shape (2**n, 2**n)."""
        return self.reconstruction.target

    @property
    def epochs(self) -> int:
        """Number of epochs done."""
        return len(self.losses)

    @property
    def curve_distances(self) -> np.ndarray:
        """Squared distance of each point of `curve` from the target, (blocks,)."""
        states = self._curve_states()
        return np.array([squared_distance(s, self.target) for s in states], float)

    @property
    def curve_fidelities(self) -> np.ndarray:
        """Squared fidelity of the target and the state nearest to each point."""
        states = self._curve_states()
        return np.array([fidelity(self.target, nearest_state(s)) for s in states])

    def _curve_states(self) -> np.ndarray:
        return CorrelationMap(self.reconstruction.n_qubits).state_from_chi(self.curve)

    def __str__(self) -> str:
        text = f"{self.epochs} epochs: {self.reconstruction}"
        if self.visibility < 1:
            text += (
                f"; no spins carry the state (visibility {self.visibility:.4f}, "
                f"squared distance at least {self.least_distance:.4f})"
            )
        return text
