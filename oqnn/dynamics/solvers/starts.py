"""What a user passes to `evolve`, as blocks, controls and subsystems."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import (
    check_finite,
    check_increasing,
    check_integer,
    check_law,
    check_shapes,
)
from ..._core.qobj import as_operator, as_state
from ..controls import ConstantControls, Controls, PiecewiseControls
from ..protocol import Generator

__all__ = ["as_blocks", "as_controls", "as_dims", "as_times", "by_point"]


def as_times(tlist: ArrayLike) -> np.ndarray:
    """Return strictly increasing times."""
    try:
        times = np.asarray(tlist, dtype=float)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"`tlist` must hold real numbers, but is a {type(tlist).__name__} that "
            "does not."
        ) from error
    check_shapes(tlist=(times, "t"))
    check_increasing(times, "tlist")
    return times


def as_controls(
    generator: Generator, controls: Controls | ArrayLike | None, tlist: np.ndarray
) -> Controls | None:
    """Turn arrays into controls, and check that generator and controls fit."""
    needed = generator.n_controls
    if controls is None:
        if needed:
            raise ValueError(
                f"`controls` must hold {needed} controls for this generator, but is "
                "absent."
            )
        return None
    if not hasattr(controls, "samples"):
        array = np.asarray(controls, dtype=float)
        if array.ndim == 1:
            controls = ConstantControls(array)
        elif len(tlist) == 1:
            raise ValueError(
                "`controls` must have shape (k,) where `tlist` holds one time, but has "
                f"shape {array.shape}."
            )
        else:
            check_shapes(controls=(array, f"{len(tlist) - 1} k"))
            controls = PiecewiseControls(tlist, array)
    if controls.n_controls != needed:  # type: ignore[union-attr]
        raise ValueError(
            f"`controls` must hold {needed} controls for this generator, but holds "
            f"{controls.n_controls}."  # type: ignore[union-attr]
        )
    return controls  # type: ignore[return-value]


def as_blocks(
    generator: Generator, rho0: Any, register_law: ArrayLike | None
) -> np.ndarray:
    """Return blocks of shape (*batch, n, D, D)."""
    if register_law is None and generator.n > 1:
        blocks = as_operator(rho0, "rho0")
        if blocks.ndim < 3 or blocks.shape[-3] != generator.n:
            raise ValueError(
                f"`rho0` must have shape (..., {generator.n}, D, D), but has shape "
                f"{blocks.shape}. For one state, pass register_law=."
            )
    elif register_law is None:
        rho = as_state(rho0, "rho0")
        blocks = rho[None] if rho.ndim == 2 else rho
    else:
        law = np.asarray(register_law, dtype=float)
        check_shapes(register_law=(law, f"{generator.n}"))
        check_law(law, "register_law")
        rho = as_state(rho0, "rho0")
        blocks = law[:, None, None] * rho[..., None, :, :] if rho.ndim > 1 else rho
    check_finite(blocks, "rho0")
    fits = blocks.ndim > 2 and blocks.shape[-3] == generator.n and blocks.size > 0
    if not fits or blocks.shape[-1] % generator.d or np.ptp(blocks.shape[-2:]):
        raise ValueError(
            f"`rho0` must be {generator.n} square blocks whose size is a multiple of "
            f"{generator.d}, but has shape {blocks.shape}."
        )
    return blocks


def as_dims(d: int, size: int, dims: Sequence[int] | None) -> tuple[int, ...]:
    """Return the subsystems of a state of some size."""
    if dims is None:
        return (d,) if size == d else (d, size // d)
    for part in dims:
        check_integer(part, "dims")
    if math.prod(dims) != size:
        raise ValueError(
            f"`dims` must have the product {size}, the size of a state, but is "
            f"{list(dims)}."
        )
    return tuple(int(part) for part in dims)


def by_point(
    blocks: np.ndarray, batch: tuple[int, ...]
) -> tuple[np.ndarray, tuple[int, ...], list[int]]:
    """Sort batch axes into those of the controls, p, and all others, f.

    Parameters
    ----------
    blocks : shape (*b, n, D, D)
    batch : tuple of int
        Batch axes of the controls, which broadcast against b.

    Returns
    -------
    blocks : shape (p, f, n, D, D)
    shape : tuple of int
        The batch axes in the order of p and f.
    order : list of int
        Where each of them belongs in the result.

    Raises
    ------
    ValueError
        If the axes do not broadcast.
    """
    try:
        whole = np.broadcast_shapes(blocks.shape[:-3], batch)
    except ValueError as error:
        raise ValueError(
            f"`controls` must have batch axes that broadcast with those of `rho0`, but "
            f"they are {batch} and {blocks.shape[:-3]}."
        ) from error
    padded = (1,) * (len(whole) - len(batch)) + batch
    order = sorted(range(len(whole)), key=lambda axis: padded[axis] == 1)
    points = math.prod(padded)
    blocks = np.broadcast_to(blocks, whole + blocks.shape[-3:])
    last = [len(whole) + i for i in range(3)]
    blocks = blocks.transpose(*order, *last)
    shape = tuple(whole[axis] for axis in order)
    return blocks.reshape(points, -1, *blocks.shape[-3:]), shape, order
