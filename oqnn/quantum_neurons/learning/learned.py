"""What training a network leaves behind."""

from dataclasses import dataclass
from typing import final

import numpy as np

from ..networks.network import Network

__all__ = ["LearnedNetwork"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class LearnedNetwork:
    """A trained network, and what each epoch showed.

    Curves but the last two are means over the minibatches of an epoch, of spikes that
    the training drew while it changed the parameters.

    Parameters
    ----------
    network : Network
        After the last epoch.
    loss : shape (epochs,)
    accuracy : shape (epochs,)
        Of the training set, ties shared; NaN where outputs were clamped to a target or
        labels are no output wires.
    spikes : shape (epochs, populations)
        A wire and step; clamped outputs have those of their target.
    test_accuracy, test_accuracy_error : shape (epochs,)
        Of the test set after each epoch and its standard error, see `accuracy`; NaN
        without a test set.
    settings : dict
        All settings of the training that are numbers or words.
    """

    network: Network
    loss: np.ndarray
    accuracy: np.ndarray
    spikes: np.ndarray
    test_accuracy: np.ndarray
    test_accuracy_error: np.ndarray
    settings: dict[str, float | int | str | bool | None]

    @property
    def epochs(self) -> int:
        """Number of epochs."""
        return len(self.loss)
