"""States of neurons, read out of many chains, and the laws they estimate."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Samples", "codes_of", "states_of"]


def codes_of(states: np.ndarray) -> np.ndarray:
    """Number binary states by their bits, the first neuron most significant.

    Parameters
    ----------
    states : shape (..., k)
        0 and 1; k at most 62.

    Returns
    -------
    ndarray, shape (...)
        Integers.
    """
    k = states.shape[-1]
    return states.astype(np.int64) @ (1 << np.arange(k - 1, -1, -1, dtype=np.int64))


def states_of(codes: np.ndarray, k: int) -> np.ndarray:
    """Return the bits of numbered states, shape (..., k): the inverse of `codes_of`."""
    return (np.asarray(codes)[..., None] >> np.arange(k - 1, -1, -1) & 1).astype(
        np.uint8
    )


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class Samples:
    """States that a sampler drew: `reads` times from each of `chains` chains.

    Neighbouring reads of a chain are correlated; chains are independent of each
    other.
    """

    states: np.ndarray  # (reads, chains, n) uint8, 0 and 1
    n_visible: int

    @property
    def n_samples(self) -> int:
        """Number of states, reads times chains."""
        return self.states.shape[0] * self.states.shape[1]

    @property
    def flat(self) -> np.ndarray:
        """All states in a row, shape (n_samples, n)."""
        return self.states.reshape(self.n_samples, -1)

    @property
    def visible(self) -> np.ndarray:
        """Visible neurons, shape (reads, chains, n_visible)."""
        return self.states[..., : self.n_visible]

    @property
    def codes(self) -> np.ndarray:
        """Numbers of the visible states, shape (reads, chains); see `codes_of`."""
        return codes_of(self.visible)

    def visible_law(self) -> np.ndarray:
        """Return the shares of the visible states, shape (2**n_visible,)."""
        counts = np.bincount(self.codes.ravel(), minlength=2**self.n_visible)
        return counts / self.n_samples
