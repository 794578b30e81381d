"""Currents and records of one neuron as arrays, and their checks."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite, check_integer
from ..._core.seeds import derive_seed

if TYPE_CHECKING:
    import jax

__all__ = ["as_currents", "as_record", "check_possible", "draw_uniforms"]

# a squared amplitude that is only rounding: exact zeros come out near 4e-33
IMPOSSIBLE = 1e-28


def as_currents(currents: ArrayLike, n_io: int) -> np.ndarray:
    """Return finite currents, shape (..., T, N)."""
    currents = np.asarray(currents, dtype=float)
    if currents.ndim < 2 or currents.shape[-1] != n_io or currents.shape[-2] == 0:
        raise ValueError(
            f"`currents` must have shape (..., T, {n_io}) with T steps of {n_io} "
            f"input-output wires, but have shape {currents.shape}."
        )
    check_finite(currents, "currents")
    return currents


def as_record(record: ArrayLike, currents: np.ndarray) -> np.ndarray:
    """Return spikes 0 or 1 of the shape of the currents, once both are broadcast."""
    record = np.asarray(record)
    if record.ndim < 2 or record.shape[-2:] != currents.shape[-2:]:
        raise ValueError(
            f"`record` must end in the axes {currents.shape[-2:]} of the currents, but "
            f"has shape {record.shape}."
        )
    if not np.isin(record, (0, 1)).all():
        raise ValueError("`record` must hold spikes 0 or 1, but holds other values.")
    return record.astype(np.uint8)


def check_possible(taken: np.ndarray) -> None:
    """Check that every step of a record has a probability, shape (..., T)."""
    possible = taken > IMPOSSIBLE  # False for NaN, which follows the first zero
    if possible.all():
        return
    *row, step = np.argwhere(~possible)[0].tolist()
    where = f"step {step}" + (f" of record {tuple(row)}" if row else "")
    raise ValueError(
        f"`record` must be possible, but {where} has probability zero. After it the "
        "memory is not defined."
    )


def draw_uniforms(key: "int | jax.Array", shape: tuple[int, ...]) -> np.ndarray:
    """Return two uniform numbers an entry, (*shape, 2), of a seed or a JAX key."""
    if isinstance(key, int | np.integer):
        check_integer(int(key), "key", least=0)
        return np.random.default_rng(derive_seed(int(key), "spikes")).random(
            (*shape, 2)
        )
    from .single_jax import uniforms_of

    return uniforms_of(key, (*shape, 2))
