"""Evolve register blocks, exactly where the generator is constant."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_choice, check_positive
from .._core.errors import ConvergenceError
from .._core.progress import ProgressLine
from .controls import ConstantControls, Controls, PiecewiseControls
from .evolution import DynamicalMaps, Evolution
from .protocol import Generator
from .smooth import SmoothControls
from .solvers.memory_limit import check_memory
from .solvers.recording import Recorder, as_observables
from .solvers.routes import move, moved_columns
from .solvers.scan import resolution
from .solvers.starts import as_blocks, as_controls, as_dims, as_times, by_point

__all__ = ["dynamical_maps", "evolve"]

DENSE_LIMIT = 512  # coordinates above which no matrix exponential is taken
SMOOTH_LIMIT = 256  # the same for smooth controls, which need many of them


def evolve(
    generator: Generator,
    rho0: Any,
    tlist: ArrayLike,
    *,
    controls: Controls | ArrayLike | None = None,
    e_ops: Sequence[Any] | Mapping[str, Any] | None = None,
    register_law: ArrayLike | None = None,
    dims: Sequence[int] | None = None,
    save: str = "all",
    tol: float = 1e-9,
    progress: bool | None = None,
) -> Evolution:
    r"""Evolve register blocks under a generator.

    What is done follows from the size, m = n d² real coordinates, and from the
    controls; `Evolution.method` says it in words.

    - Constant generators and piecewise-constant controls up to m = 512 are exact: one
      matrix exponential (8 m³ operations) for each distinct slice. Rounding grows with
      norm and time, as 1e-16 ‖L‖t at worst; `Evolution.trace_drift` shows it.
    - Controls with batch axes, ``ConstantControls(values)`` with values (\*batch, k),
      make one evolution for every point, all exponentials at once.
    - Sampled controls take one fourth-order Magnus exponential a step.
    - Smooth controls up to m = 256 take sixth-order Magnus exponentials. The controls
      are looked at first, on 16384 points of the whole time, and steps end where they
      jump: no pulse longer than 1/8192 of the time is stepped over; shorter ones are
      found for certain only with ``SmoothControls(..., edges=)`` or ``shortest=``.
      Traces are kept to rounding; positivity only to within the error, since a Magnus
      exponent holds commutators of generators, which are no generators.
    - Larger generators take Krylov steps and hold no matrix of the size m × m; for
      smooth and sampled controls in fourth-order pairs.

    Parameters
    ----------
    generator : Generator
        Acts on n blocks of d × d: a RegisterGenerator, a ControlledGenerator, or any
        object with the names of `Generator`.
    rho0 : Qobj, or shape (*batch, n, D, D), (D, D) or (D,)
        Blocks at ``tlist[0]``, or with `register_law` (and for n = 1) one state.
        D = d k: a partner of size k behind the system is carried along untouched. Any
        operator is allowed, Hermitian or not. Batch axes broadcast with those of
        constant controls.
    tlist : shape (t,)
        Strictly increasing times; the first is that of `rho0`.
    controls : Controls or array, optional
        For a ControlledGenerator. An array (k,) is constant; (t − 1, k) holds between
        the times of `tlist`.
    e_ops : operator, or sequence or mapping of operators, optional
        Observables on the reduced state; expectations are named by their key or index.
    register_law : shape (n,), optional
        Law p of the register: the blocks start as p_i ρ.
    dims : sequence of int, optional
        Subsystems of a state, whose product is D; (d, k) by default.
    save : {"all", "last"}
        Keep the blocks at every time or at the last; expectations are kept at all.
    tol : float
        Error wanted, relative to the Hilbert-Schmidt norm of `rho0`, where the method
        is not exact. What was achieved, by the solver's own estimate and in the norm
        of the state, is `Evolution.error`.
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
        controls are missing, too many or too short, `dims` do not fit, an observable
        is of another size, `tol` is not positive, `save` is no choice, or the result
        does not fit in memory.
    ConvergenceError
        If smooth controls are not smooth, `tol` is so far below rounding that Krylov
        steps make no progress, or states grow beyond all numbers.
    """
    tlist = as_times(tlist)
    controls = as_controls(generator, controls, tlist)
    blocks0 = as_blocks(generator, rho0, register_law)
    dims = as_dims(generator.d, blocks0.shape[-1], dims)
    check_choice(save, "save", ("all", "last"))
    check_positive(tol, "tol")
    start, batch, order = by_point(blocks0, _batch_of(controls))
    observables = as_observables(e_ops, start.shape[-1])
    large = _is_large(generator, controls)
    _check_fits(generator, start, 1 if save == "last" else len(tlist), large)

    record = Recorder(start.shape, len(tlist), save == "last", observables)
    moved = move(generator, start, tlist, controls, tol=tol, large=large)
    with ProgressLine("evolving", len(start) * len(tlist), show=progress) as line:
        for points, times, blocks, error in moved:
            _check_result(blocks, tlist[times])
            record.put(points, times, blocks, error)
            line.advance(blocks.shape[0] * blocks.shape[2])

    back = np.argsort(order)

    def unsort(array: np.ndarray) -> np.ndarray:
        """(p, f, …) → (*batch, …)."""
        rest = array.shape[2:]
        axes = [*back, *range(len(batch), len(batch) + len(rest))]
        return array.reshape(*batch, *rest).transpose(axes)

    exact = not large and _is_exact(controls)
    return Evolution(
        times=tlist,
        blocks=unsort(record.blocks),
        method=_describe(controls, large, tlist),
        dims=dims,
        controls=None if controls is None else controls.samples(tlist, tlist)[0],
        error=None if exact else record.error,
        expect={name: unsort(values) for name, values in record.expect.items()},
        drift=record.drift if save == "last" else None,
    )


def dynamical_maps(
    generator: Generator,
    tlist: ArrayLike,
    *,
    controls: Controls | ArrayLike | None = None,
    tol: float = 1e-9,
    progress: bool | None = None,
) -> DynamicalMaps:
    """Return the maps from ``tlist[0]`` to each time, as matrices on all blocks.

    Parameters, exactness and `tol` as in `evolve`; cost 8 m³ a slice for m = n d².

    Returns
    -------
    DynamicalMaps
        Real matrices (t, m, m); its `transfer` gives the maps of the system alone.

    Raises
    ------
    ValueError
        If `tlist` does not increase, controls are missing, too many, too short or
        batched, `tol` is not positive, or the maps do not fit in memory.
    ConvergenceError
        If smooth controls are not smooth, or maps grow beyond all numbers.
    """
    tlist = as_times(tlist)
    controls = as_controls(generator, controls, tlist)
    check_positive(tol, "tol")
    if _batch_of(controls):
        raise ValueError(
            "`controls` must have no batch axes here, but have "
            f"{_batch_of(controls)}. Call once for each point."
        )
    m = generator.dimension
    check_memory(
        8 * m**2 * (len(tlist) + 8),
        f"`tlist`: {len(tlist)} maps of size {m} × {m}",
        "Ask for fewer times, or evolve the states that matter.",
    )
    matrices = np.empty((len(tlist), m, m))
    worst = 0.0
    moved = moved_columns(generator, np.eye(m), tlist, controls, tol)
    with ProgressLine("evolving", len(tlist), show=progress) as line:
        for i, (matrix, error) in enumerate(moved):
            _check_result(matrix, tlist[i : i + 1])
            matrices[i], worst = matrix, max(worst, error)
            line.advance()
    return DynamicalMaps(
        times=tlist,
        matrices=matrices,
        n=generator.n,
        d=generator.d,
        error=None if _is_exact(controls) else worst,
    )


def _batch_of(controls: Controls | None) -> tuple[int, ...]:
    """Return the batch axes of constant controls."""
    if isinstance(controls, ConstantControls):
        return controls.values.shape[:-1]
    return ()


def _is_large(generator: Generator, controls: Controls | None) -> bool:
    limit = SMOOTH_LIMIT if isinstance(controls, SmoothControls) else DENSE_LIMIT
    return generator.dimension > limit


def _is_exact(controls: Controls | None) -> bool:
    """Tell whether dense factors have no error of their own to report."""
    return not isinstance(controls, SmoothControls)


def _check_fits(
    generator: Generator, start: np.ndarray, saved: int, large: bool
) -> None:
    """Refuse results and matrices that are larger than the memory."""
    result = 16 * start.size * (saved + 4)
    work = 8 * generator.dimension * (50 if large else 16 * generator.dimension)
    check_memory(
        result + work,
        f"`rho0` of shape {start.shape[2:]} in {start.shape[0] * start.shape[1]} "
        f"copies at {saved} times",
        'Pass save="last", fewer times, or smaller batches.',
    )


def _check_result(values: np.ndarray, times: np.ndarray) -> None:
    """Refuse results that are no numbers, of which no error could tell."""
    if not np.isfinite(values).all():
        raise ConvergenceError(
            "`generator` must move states to finite ones, but not all are on the way "
            f"to t = {times[-1]:.6g}. Does a mode grow, is a norm beyond 1e100, or a "
            "step of sampled controls far too long?"
        )


def _describe(controls: Controls | None, large: bool, tlist: np.ndarray) -> str:
    """Say in words what was chosen."""
    constant = controls is None or isinstance(controls, ConstantControls)
    if large and constant:
        return "Krylov steps of a constant generator, without its exponential"
    if large and isinstance(controls, PiecewiseControls):
        return "Krylov steps on every slice of the controls"
    if constant:
        batch = _batch_of(controls)
        points = f" at each of {batch} points" if batch else ""
        return f"exact exponentials of a constant generator{points}"
    if isinstance(controls, PiecewiseControls):
        return "exact exponentials on every slice of the controls"
    if isinstance(controls, SmoothControls):
        steps = "fourth-order pairs of Krylov" if large else "sixth-order Magnus"
        found = resolution(controls, tlist[-1] - tlist[0])
        return (
            f"adaptive {steps} steps; pulses from length {found:.3g} on are found, "
            "shorter ones with edges"
        )
    if large:
        return "adaptive fourth-order pairs of Krylov steps of the sampled controls"
    return "fourth-order Magnus exponential on every step of the sampled controls"
