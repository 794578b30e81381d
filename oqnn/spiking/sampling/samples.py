"""States of neurons, read out of many chains, and the laws they estimate."""

from dataclasses import dataclass

import numpy as np

from ..._core.checks import check_integer

__all__ = ["Samples", "codes_of", "states_of"]

MOST_BITS = 62  # of a code
MOST_COUNTED = 28  # visible neurons, whose 2**28 counts and shares take 4 GiB


def codes_of(states: np.ndarray) -> np.ndarray:
    """Number binary states by their bits, the first neuron most significant.

    Parameters
    ----------
    states : shape (..., k)
        0 and 1, not checked; k at most 62.

    Returns
    -------
    ndarray, shape (...)
        Integers.

    Raises
    ------
    ValueError
        If k is larger.

    Examples
    --------
    >>> codes_of(np.array([[0, 1, 1], [1, 0, 0]])).tolist()
    [3, 4]
    """
    _check_bits(states.shape[-1])
    codes = np.zeros(states.shape[:-1], dtype=np.int64)
    for i in range(states.shape[-1]):
        codes = 2 * codes + states[..., i].astype(np.int64)
    return codes


def states_of(codes: np.ndarray, k: int) -> np.ndarray:
    """Return the bits of numbered states, shape (..., k): the inverse of `codes_of`."""
    _check_bits(k)
    return (np.asarray(codes)[..., None] >> np.arange(k - 1, -1, -1) & 1).astype(
        np.uint8
    )


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class Samples:
    """States that a sampler drew: `reads` times from each of `chains` chains.

    Neighbouring reads of a chain are correlated; chains are independent of each
    other.

    Parameters
    ----------
    states : shape (reads, chains, n), uint8
        0 and 1, visible neurons first.
    n_visible : int
        Number of visible neurons, at most n.

    Raises
    ------
    TypeError
        If the states are no array of bytes.
    ValueError
        If they have another shape or hold other values, there are none, or `n_visible`
        is too large.
    """

    states: np.ndarray  # (reads, chains, n)
    n_visible: int

    def __post_init__(self) -> None:
        if not (isinstance(self.states, np.ndarray) and self.states.dtype == np.uint8):
            kind = getattr(self.states, "dtype", type(self.states).__name__)
            raise TypeError(
                f"`states` must be an array of type uint8, but is one of {kind}."
            )
        if self.states.ndim != 3 or 0 in self.states.shape:
            raise ValueError(
                "`states` must have shape (reads, chains, n) and not be empty, "
                f"but has shape {self.states.shape}."
            )
        if self.states.max() > 1:
            raise ValueError(
                f"`states` must hold zeros and ones, but holds {self.states.max()}."
            )
        check_integer(self.n_visible, "n_visible")
        if self.n_visible > self.states.shape[2]:
            raise ValueError(
                f"`n_visible` must be at most the {self.states.shape[2]} neurons, "
                f"but is {self.n_visible}."
            )

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
        """Return the shares of the visible states, shape (2**n_visible,).

        Raises
        ------
        ValueError
            If there are more than 28 visible neurons.
        """
        if self.n_visible > MOST_COUNTED:
            gib = 16 * 2.0 ** (self.n_visible - 30)
            raise ValueError(
                f"`n_visible` must be at most {MOST_COUNTED} for a law, but is "
                f"{self.n_visible}, whose states take {gib:.3g} GiB. Count the states "
                "that occur: np.unique(samples.codes, return_counts=True)."
            )
        counts = np.bincount(self.codes.ravel(), minlength=2**self.n_visible)
        return counts / self.n_samples


def _check_bits(k: int) -> None:
    """Check that the codes of k neurons are integers of 64 bits."""
    if k > MOST_BITS:
        raise ValueError(
            f"`states` must be of at most {MOST_BITS} neurons to be numbered, but are "
            f"of {k}. Take part of them, or np.packbits."
        )
