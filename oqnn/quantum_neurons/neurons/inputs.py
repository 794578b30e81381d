"""Currents and records of one neuron as arrays, and their checks."""

import os
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite, check_integer
from ..._core.seeds import derive_seed

if TYPE_CHECKING:
    import jax

    from .model import NeuronModel

__all__ = [
    "as_currents",
    "as_record",
    "check_fits",
    "check_possible",
    "draw_uniforms",
    "rounding_of",
]

# a squared amplitude that is only rounding: exact zeros come out near 4e-33
IMPOSSIBLE = 1e-28
LARGEST = 1e9  # current, whose angle is known to 1e-6


def as_currents(currents: ArrayLike, n_io: int) -> np.ndarray:
    """Return finite currents, shape (..., T, N)."""
    currents = np.asarray(currents, dtype=float)
    if currents.ndim < 2 or currents.shape[-1] != n_io or currents.shape[-2] == 0:
        raise ValueError(
            f"`currents` must have shape (..., T, {n_io}) with T steps of {n_io} "
            f"input-output wires, but have shape {currents.shape}."
        )
    check_finite(currents, "currents")
    largest = np.abs(currents).max(initial=0)
    if largest > LARGEST:
        raise ValueError(
            f"`currents` must be at most {LARGEST:.0e} in size, beyond which rounding "
            f"decides the angle π z, but are up to {largest:.3g}."
        )
    return currents


def as_record(record: ArrayLike, currents: np.ndarray) -> np.ndarray:
    """Return spikes 0 or 1 of the shape of the currents, once both are broadcast."""
    record = np.asarray(record)
    if record.ndim < 2 or record.shape[-2:] != currents.shape[-2:]:
        raise ValueError(
            f"`record` must end in the axes {currents.shape[-2:]} of the currents, but "
            f"has shape {record.shape}."
        )
    try:
        np.broadcast_shapes(record.shape, currents.shape)
    except ValueError:
        raise ValueError(
            "`record` must have leading axes that broadcast with the currents, "
            f"but the shapes are {record.shape} and {currents.shape}."
        ) from None
    if not np.isin(record, (0, 1)).all():
        raise ValueError("`record` must hold spikes 0 or 1, but holds other values.")
    return record.astype(np.uint8)


def check_possible(taken: np.ndarray, rounding: float = IMPOSSIBLE) -> None:
    """Check that every step of a record has a probability, shape (..., T)."""
    possible = taken > rounding  # False for NaN, which follows the first zero
    if possible.all():
        return
    *row, step = np.argwhere(~possible)[0].tolist()
    where = f"step {step}" + (f" of record {tuple(row)}" if row else "")
    raise ValueError(
        f"`record` must be possible, but {where} has probability zero. After it the "
        "memory is not defined."
    )


def rounding_of(neuron: "NeuronModel") -> float:
    """Return the probability below which a record's next pattern is only rounding."""
    return getattr(neuron, "_rounding", IMPOSSIBLE)


def draw_uniforms(key: "int | jax.Array", shape: tuple[int, ...]) -> np.ndarray:
    """Return two uniform numbers an entry, (*shape, 2), of a seed or a JAX key."""
    if isinstance(key, str | float) or key is None:
        raise TypeError(f"`key` must be an integer or a JAX key, but is {key!r}.")
    if isinstance(key, int | np.integer):
        check_integer(key, "key", least=0)
        return np.random.default_rng(derive_seed(int(key), "spikes")).random(
            (*shape, 2)
        )
    from .single_jax import uniforms_of

    return uniforms_of(key, (*shape, 2))


def check_fits(n_bytes: float, what: str, advice: str) -> None:
    """Check that what is about to be allocated fits into this machine's memory."""
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return  # where the size is unknown nothing is refused
    if n_bytes > total:
        raise ValueError(
            f"{what} must fit in memory, but needs about {n_bytes / 2**30:.3g} GiB and "
            f"this machine has {total / 2**30:.3g} GiB. {advice}"
        )
