"""Evolve register blocks, exactly on every slice of the time axis."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse.linalg import expm_multiply

from .._core.bases import from_coordinates, to_coordinates
from .._core.checks import (
    check_finite,
    check_increasing,
    check_integer,
    check_law,
    check_shapes,
)
from .._core.progress import ProgressLine
from .._core.qobj import as_operator, as_state
from .controls import ConstantControls, Controls, PiecewiseControls
from .evolution import DynamicalMaps, Evolution
from .propagators import Generator, step_propagators
from .register import RegisterGenerator

__all__ = ["dynamical_maps", "evolve"]

DENSE_LIMIT = 512  # coordinates above which a constant generator stays sparse


def evolve(
    generator: Generator,
    rho0: Any,
    tlist: ArrayLike,
    *,
    controls: Controls | ArrayLike | None = None,
    e_ops: Sequence[Any] | Mapping[str, Any] | None = None,
    register_law: ArrayLike | None = None,
    dims: Sequence[int] | None = None,
    progress: bool | None = None,
) -> Evolution:
    r"""Evolve register blocks under a generator.

    Constant generators and piecewise-constant controls are exact: one matrix
    exponential for each distinct slice (m³ operations, m = n d²), or, above 512
    coordinates and without controls, the action of a sparse exponential on the state.
    Sampled controls take one fourth-order Magnus exponential a step.

    Parameters
    ----------
    generator : RegisterGenerator or ControlledGenerator
        Acts on n blocks of d × d.
    rho0 : Qobj, or shape (*batch, n, D, D), (D, D) or (D,)
        Blocks at ``tlist[0]``, or with `register_law` (and for n = 1) one state.
        D = d k: a partner of size k behind the system is carried along untouched. Any
        operator is allowed, Hermitian or not.
    tlist : shape (t,)
        Strictly increasing times; the first is that of `rho0`.
    controls : Controls or array, optional
        For a ControlledGenerator. An array (k,) is constant; (t − 1, k) holds between
        the times of `tlist`.
    e_ops : sequence or mapping of operators, optional
        Observables on the reduced state; expectations are named by their key or index.
    register_law : shape (n,), optional
        Law p of the register: the blocks start as p_i ρ.
    dims : sequence of int, optional
        Subsystems of a state, whose product is D; (d, k) by default.
    progress : bool, optional
        Show (True), hide (False), or show after two seconds on a terminal.

    Returns
    -------
    Evolution
        Blocks, reduced states, controls and expectations at every time.

    Raises
    ------
    ValueError
        If shapes disagree, `tlist` does not increase, `register_law` is no law,
        controls are missing, too many or too short, `dims` do not fit, or an
        observable is of another size.
    """
    tlist = np.asarray(tlist, dtype=float)
    check_shapes(tlist=(tlist, "t"))
    check_increasing(tlist, "tlist")
    controls = _controls(generator, controls, tlist)
    blocks0 = _initial_blocks(generator, rho0, register_law)
    dims = _dims(generator.d, blocks0.shape[-1], dims)
    X = _to_columns(blocks0, generator.d)

    sparse = controls is None and generator.dimension > DENSE_LIMIT
    if isinstance(generator, RegisterGenerator) and sparse:
        X_t = _sparse_columns(generator, X, tlist, progress)
    else:
        X_t = _dense_columns(generator, X, tlist, controls, progress)
    blocks = _from_columns(X_t, blocks0.shape, generator.d)
    return Evolution(
        times=tlist,
        blocks=blocks,
        method=_describe(controls, sparse),
        dims=dims,
        controls=None if controls is None else controls.samples(tlist, tlist)[0],
        expect=_expectations(blocks.sum(axis=-3), e_ops),
    )


def dynamical_maps(
    generator: Generator,
    tlist: ArrayLike,
    *,
    controls: Controls | ArrayLike | None = None,
    progress: bool | None = None,
) -> DynamicalMaps:
    """Return the maps from ``tlist[0]`` to each time, as matrices on all blocks.

    Parameters and exactness as in `evolve`; cost m³ a slice for m = n d².

    Returns
    -------
    DynamicalMaps
        Real matrices (t, m, m); its `transfer` gives the maps of the system alone.

    Raises
    ------
    ValueError
        If `tlist` does not increase, or controls are missing, too many or too short.
    """
    tlist = np.asarray(tlist, dtype=float)
    check_shapes(tlist=(tlist, "t"))
    check_increasing(tlist, "tlist")
    controls = _controls(generator, controls, tlist)
    unit = np.eye(generator.dimension)
    matrices = _dense_columns(generator, unit, tlist, controls, progress)
    return DynamicalMaps(times=tlist, matrices=matrices, n=generator.n, d=generator.d)


def _controls(
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
        else:
            check_shapes(controls=(array, f"{len(tlist) - 1} k"))
            controls = PiecewiseControls(tlist, array)
    if controls.n_controls != needed:  # type: ignore[union-attr]
        raise ValueError(
            f"`controls` must hold {needed} controls for this generator, but holds "
            f"{controls.n_controls}."  # type: ignore[union-attr]
        )
    return controls  # type: ignore[return-value]


def _initial_blocks(
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


def _to_columns(blocks: np.ndarray, d: int) -> np.ndarray:
    """Blocks (*batch, n, D, D) → coordinates (n d², batch · k²)."""
    n, D = blocks.shape[-3:-1]
    k = D // d
    split = blocks.reshape(-1, n, d, k, d, k).transpose(1, 0, 3, 5, 2, 4)
    coordinates = to_coordinates(split)  # (n, batch, k, k, d²)
    return np.moveaxis(coordinates, -1, 1).reshape(n * d * d, -1)


def _from_columns(X: np.ndarray, shape: tuple[int, ...], d: int) -> np.ndarray:
    """Coordinates (t, n d², batch · k²) → blocks (*batch, t, n, D, D)."""
    *batch, n, D, _ = shape
    k = D // d
    split = np.moveaxis(X.reshape(len(X), n, d * d, -1, k, k), 2, -1)
    blocks = from_coordinates(split)  # (t, n, batch, k, k, d, d)
    blocks = blocks.transpose(2, 0, 1, 5, 3, 6, 4)
    return blocks.reshape(*batch, len(X), n, D, D)


def _dense_columns(
    generator: Generator,
    X: np.ndarray,
    tlist: np.ndarray,
    controls: Controls | None,
    progress: bool | None,
) -> np.ndarray:
    """Apply the factors of every interval in turn."""
    out = np.empty((len(tlist), *X.shape), dtype=X.dtype)
    out[0] = X
    with ProgressLine("evolving", len(tlist) - 1, show=progress) as line:
        for factors, count in step_propagators(generator, tlist, controls):
            for factor in factors:
                X = factor @ X
            out[count] = X
            line.advance()
    return out


def _sparse_columns(
    generator: RegisterGenerator,
    X: np.ndarray,
    tlist: np.ndarray,
    progress: bool | None,
) -> np.ndarray:
    """Apply the sparse exponential over each interval."""
    matrix = generator.sparse_matrix()
    out = np.empty((len(tlist), *X.shape), dtype=X.dtype)
    out[0] = X
    with ProgressLine("evolving", len(tlist) - 1, show=progress) as line:
        for i, step in enumerate(np.diff(tlist)):
            out[i + 1] = expm_multiply(matrix * step, out[i])
            line.advance()
    return out


def _describe(controls: Controls | None, sparse: bool) -> str:
    if sparse:
        return "action of the sparse exponential"
    if controls is None or isinstance(controls, ConstantControls):
        return "exact exponentials of a constant generator"
    if isinstance(controls, PiecewiseControls):
        return "exact exponentials on every slice of the controls"
    return "fourth-order Magnus exponential on every step of the sampled controls"


def _dims(d: int, size: int, dims: Sequence[int] | None) -> tuple[int, ...]:
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


def _expectations(
    states: np.ndarray, e_ops: Sequence[Any] | Mapping[str, Any] | None
) -> dict[str, np.ndarray]:
    """Return Tr(A ρ) for each observable, complex: rounding is not hidden."""
    if e_ops is None:
        return {}
    named = e_ops.items() if isinstance(e_ops, Mapping) else enumerate(e_ops)
    values = {}
    for name, operator in named:
        if name in ("blocks", "controls", "states"):
            raise ValueError(f"`e_ops` must not be named {name!r}, but one is.")
        A = as_operator(operator, "e_ops")
        check_shapes(e_ops=(A, f"{states.shape[-1]} {states.shape[-1]}"))
        values[str(name)] = np.einsum("ij,...ji->...", A, states)
    return values
