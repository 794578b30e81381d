"""Binary codes of outcomes: which neurons are active for which result."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["bits_of", "codes_of_outcomes", "outcomes_from_bits", "spread_over_bits"]


def bits_of(shape: Sequence[int]) -> tuple[int, ...]:
    """Return the number of neurons of each qubit: two for four outcomes, three for six.

    Parameters
    ----------
    shape : sequence of int
        Number of outcomes of each qubit.
    """
    return tuple((size - 1).bit_length() for size in shape)


def codes_of_outcomes(shape: Sequence[int]) -> np.ndarray:
    """Return the binary code of each outcome, the first qubit's neurons first.

    Of a qubit's neurons the first is the most significant: a₁ = 2v₁ + v₂ and
    a₂ = 2v₃ + v₄ for four outcomes [1]_, eq. (9).

    Parameters
    ----------
    shape : sequence of int
        Number of outcomes of each qubit.

    References
    ----------
    .. [1] Czischek et al., SciPost Phys. 12, 039 (2022).

    Examples
    --------
    >>> codes_of_outcomes((2, 3))
    array([0, 1, 2, 4, 5, 6])
    """
    codes = np.zeros(1, dtype=np.int64)
    for size, bits in zip(shape, bits_of(shape), strict=True):
        codes = ((codes[:, None] << bits) + np.arange(size)).ravel()
    return codes


def spread_over_bits(laws: np.ndarray, codes: np.ndarray, n_bits: int) -> np.ndarray:
    """Put laws of outcomes where their codes are, and zero elsewhere."""
    spread = np.zeros((*laws.shape[:-1], 2**n_bits))
    spread[..., codes] = laws
    return spread


def outcomes_from_bits(
    values: ArrayLike, codes: np.ndarray, n_bits: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return what belongs to outcomes of laws or counts of the neurons' states.

    Nothing is renormalised: what lies in codes of no outcome is returned beside.

    Parameters
    ----------
    values : shape (..., 2**n_bits)
        Probabilities or counts.
    codes : shape (n_outcomes,)
        See `codes_of_outcomes`.
    n_bits : int
        Number of neurons.

    Returns
    -------
    values : np.ndarray, shape (..., n_outcomes)
    unused : np.ndarray, shape (...)
        Sum over the codes of no outcome, always zero for four outcomes a qubit.

    Raises
    ------
    TypeError, ValueError
        If they are no numbers, or the last axis is not 2**n_bits long.
    """
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise TypeError(
            f"`values` must be an array of numbers, but is one of {array.dtype}."
        )
    if array.ndim == 0 or array.shape[-1] != 2**n_bits:
        raise ValueError(
            f"`values` must have shape (..., {2**n_bits}), one for each state "
            f"of the {n_bits} neurons, but has shape {array.shape}."
        )
    used = np.zeros(2**n_bits, dtype=bool)
    used[codes] = True
    return array[..., codes], array[..., ~used].sum(axis=-1)
