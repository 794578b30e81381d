"""A uniform step for projected dynamics: fine enough to see everything, then halved."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..._core.errors import ConvergenceError
from ..solvers.memory_limit import check_memory
from .baths import FiniteEnvironment, GaussianBath
from .gregory import interpolate_uniform
from .relevant_start import RelevantStart, to_blocks

__all__ = ["Solution", "compare", "solve_by_halving"]

POINTS = 6  # of local polynomials
LEAST_STEPS = 4 * POINTS + 2  # so that every second sample is enough for a run too
EPS = np.finfo(float).eps
GOAL = 1e-8  # of the error, if the step is chosen here
PLACE = 0.382  # within a step, no simple fraction of it: no frequency hides there
UNSEEN = 0.05  # share of the correlation that samples may miss
PATIENCE = 3  # halvings in which the error must fall to half, at least


class Solution(NamedTuple):
    """Columns at the wanted times, with the change on doubling the step."""

    x: np.ndarray  # (t, m, r)
    error: float
    step: float


def solve_by_halving(
    solve: Callable[[int], Solution],
    H: np.ndarray,
    environment: FiniteEnvironment | GaussianBath,
    start: RelevantStart,
    length: float,
    step: float | None,
    most: int,
) -> Solution:
    """Return `solve` of as many steps as the goal needs, or of the step wanted.

    Parameters
    ----------
    solve : callable
        Takes an even number of steps.
    H, environment, start
        What is solved.
    length : float
        Time from start to end.
    step : float or None
        Largest step; None to halve until the error is `GOAL`, times the largest
        coordinate of the start if that is above one.
    most : int
        Number of steps that is not to be passed.

    Raises
    ------
    ConvergenceError
        If the correlations of a bath are not resolved, `most` steps do not reach the
        goal, the error no longer falls, or the solution overflows.
    """
    if step is None:
        n_steps = _first_count(H, environment, length, most)
        return _halve(solve, n_steps, most, start)
    n_steps = max(LEAST_STEPS, 2 * int(np.ceil(length / step / 2)))
    check_memory(
        16.0 * n_steps * len(start.columns) ** 2,
        f"`step` with {n_steps} steps",
        "Take larger steps.",
    )
    if isinstance(environment, GaussianBath):
        _check_resolved(environment, length, n_steps)
    found = _quietly(solve, n_steps)
    if not np.isfinite(found.x).all():
        raise ConvergenceError(_complaint(found, n_steps, 1.0))
    return found


def _first_count(
    H: np.ndarray,
    environment: FiniteEnvironment | GaussianBath,
    length: float,
    most: int,
) -> int:
    """Return a first number of steps that no frequency escapes.

    A step must be short on the scale of all Bohr frequencies of S ⊗ E, or of the
    coupling to a bath, and its correlations must follow from their samples. Otherwise a
    wrong solution may agree with that of the double step.
    """
    rate, n_steps = _rate(H, environment), 2 * LEAST_STEPS
    while n_steps < rate * length and 2 * n_steps <= most:
        n_steps *= 2
    if isinstance(environment, GaussianBath):
        while _unseen(environment, length, n_steps) > UNSEEN and 2 * n_steps <= most:
            n_steps *= 2
        _check_resolved(environment, length, n_steps)
    return n_steps


def _rate(H: np.ndarray, environment: FiniteEnvironment | GaussianBath) -> float:
    """Return the width of all energies; √⟨H_int²⟩ stands for that of a bath."""
    if isinstance(environment, FiniteEnvironment):
        return float(np.ptp(np.linalg.eigvalsh(environment.total(H))))
    S, C = environment.couplings, environment.correlations(np.zeros(1))[0]
    square = np.einsum("kij,kl,ljm->im", S, (C + C.conj().T) / 2, S)
    strength = np.sqrt(max(0.0, np.linalg.eigvalsh(square).max()))
    return float(np.ptp(np.linalg.eigvalsh(H)) + strength)


def _unseen(bath: GaussianBath, length: float, n_steps: int) -> float:
    """Return what samples of the correlations miss between them, as a share."""
    step = length / n_steps
    samples = bath.correlations(step * np.arange(n_steps + 1))
    at = np.arange(n_steps) + PLACE
    gaps = interpolate_uniform(samples, at, POINTS) - bath.correlations(step * at)
    return float(np.abs(gaps).sum() / max(np.abs(samples).sum(), np.finfo(float).tiny))


def _check_resolved(bath: GaussianBath, length: float, n_steps: int) -> None:
    share = _unseen(bath, length, n_steps)
    if share > UNSEEN:
        raise ConvergenceError(
            f"The correlation function is not resolved by {n_steps} steps of "
            f"{length / n_steps:.3g}: between them it is off by {share:.2g} of its "
            "size. Is the memory much shorter than the evolution? Take a smaller "
            "`step`, a shorter `tlist`, or the Lindblad equation."
        )


def compare(
    fine: np.ndarray,
    coarse: np.ndarray,
    times: np.ndarray,
    step: float,
    start: RelevantStart,
    d: int,
) -> Solution:
    """Interpolate solutions (N + 1, m, r) and (N/2 + 1, m, r); compare everywhere.

    On the whole grid, for both may have decayed at the wanted times.
    """
    n_steps = len(fine) - 1
    x, other = (
        interpolate_uniform(solution, np.clip(times / length, 0, n), POINTS)
        for solution, length, n in (
            (fine, step, n_steps),
            (coarse, 2 * step, n_steps // 2),
        )
    )
    gaps = [
        float(np.abs(to_blocks(gap, start, d)).max())
        for gap in (fine[::2] - coarse, x - other)
    ]
    return Solution(x, float(np.max(gaps)), step)  # NaN if one of them is


def _halve(
    solve: Callable[[int], Solution], n_steps: int, most: int, start: RelevantStart
) -> Solution:
    """Double the number of steps until the error reaches the goal."""
    scale = max(1.0, float(np.abs(start.columns).max()))
    errors: list[float] = []
    while True:
        found = _quietly(solve, n_steps)
        errors.append(found.error)
        if found.error <= GOAL * scale:
            return found
        reachable = EPS * np.abs(found.x).max() < GOAL * scale
        stuck = len(errors) > PATIENCE and not (
            reachable and errors[-1] < errors[-1 - PATIENCE] / 2
        )
        if stuck or 2 * n_steps > most:
            raise ConvergenceError(_complaint(found, n_steps, scale))
        n_steps *= 2


def _quietly(solve: Callable[[int], Solution], n_steps: int) -> Solution:
    """Solve without NumPy's warnings of overflow: it is looked for in the result."""
    with np.errstate(over="ignore", invalid="ignore"):
        return solve(n_steps)


def _complaint(found: Solution, n_steps: int, scale: float) -> str:
    """Say what stands in the way of the goal."""
    largest = np.abs(found.x).max()
    if largest < 10 * scale:
        return (
            f"The error is still {found.error:.3g} at {n_steps} steps. Does the "
            "correlation function jump, or last much shorter than the evolution? "
            "Choose `step`, or a shorter `tlist`."
        )
    grown = f"to {largest:.3g}" if np.isfinite(largest) else "beyond all numbers"
    return (
        f"The solution has grown {grown} at {n_steps} steps: the expansion in H_int "
        "does not hold for so long, or so strong a coupling. Take a shorter `tlist`, "
        "or for a FiniteEnvironment the exact kernel of nakajima_zwanzig."
    )
