"""A uniform step for projected dynamics: fine enough to see everything, then halved."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .._core.errors import ConvergenceError
from .baths import FiniteEnvironment, GaussianBath
from .gregory import interpolate_uniform
from .relevant_start import RelevantStart, to_blocks

__all__ = ["Solution", "compare", "first_count", "halve", "is_resolved"]

POINTS = 6  # of local polynomials
GOAL = 1e-8  # of the error, if the step is chosen here
PLACE = 0.382  # within a step, no simple fraction of it: no frequency hides there
UNSEEN = 0.05  # share of the correlation that samples may miss
PATIENCE = 3  # halvings that must halve the error, at least


class Solution(NamedTuple):
    """Columns at the wanted times, with the change on doubling the step."""

    x: np.ndarray  # (t, m, r)
    error: float
    step: float


def first_count(
    H: np.ndarray,
    environment: FiniteEnvironment | GaussianBath,
    length: float,
    least: int,
    most: int,
) -> int:
    """Return the first of `least` · 2^k steps that no frequency escapes.

    A step, and twice of it, must be short on the scale of every Bohr frequency of S ⊗ E
    or of the strength of the bath, and samples of its correlation function must tell
    its values between them. A wrong step can otherwise agree with its double.
    """
    is_bath = isinstance(environment, GaussianBath)
    rate, n_steps = _rate(H, environment), least
    while n_steps < rate * length and 2 * n_steps <= most:
        n_steps *= 2
    while is_bath and not is_resolved(environment, length, n_steps):
        if 2 * n_steps > most:
            raise ConvergenceError(
                f"The correlation function is not resolved by {n_steps} steps of "
                f"{length / n_steps:.3g}. Is the memory much shorter than the "
                "evolution? Take a shorter `tlist`, or the Lindblad equation."
            )
        n_steps *= 2
    return n_steps


def is_resolved(bath: GaussianBath, length: float, n_steps: int) -> bool:
    """Tell whether samples of the correlation function give it between them."""
    step = length / n_steps
    samples = bath.correlations(step * np.arange(n_steps + 1))
    at = np.arange(n_steps) + PLACE
    gaps = interpolate_uniform(samples, at, POINTS) - bath.correlations(step * at)
    return bool(np.abs(gaps).sum() <= UNSEEN * np.abs(samples).sum())


def _rate(H: np.ndarray, environment: FiniteEnvironment | GaussianBath) -> float:
    """Return the width of all energies, √⟨H_int²⟩ for that of a bath's coupling."""
    if isinstance(environment, FiniteEnvironment):
        return float(np.ptp(np.linalg.eigvalsh(environment.total(H))))
    S, start = environment.couplings, environment.correlations(np.zeros(1))[0]
    square = np.einsum("kij,kl,ljm->im", S, (start + start.conj().T) / 2, S)
    strength = np.sqrt(max(0.0, np.linalg.eigvalsh(square).max()))
    return float(np.ptp(np.linalg.eigvalsh(H)) + strength)


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
    return Solution(x, max(gaps), step)


def halve(
    solve: Callable[[int], Solution], n_steps: int, most: int, start: RelevantStart
) -> Solution:
    """Double the number of steps until the error reaches the goal.

    Raises
    ------
    ConvergenceError
        If `most` steps do not reach it, or the error no longer falls.
    """
    scale = max(1.0, float(np.abs(start.columns).max()))
    errors: list[float] = []
    while True:
        found = solve(n_steps)
        errors.append(found.error)
        if found.error <= GOAL * scale:
            return found
        stuck = len(errors) > PATIENCE and not errors[-1] < errors[-1 - PATIENCE] / 2
        if stuck or 2 * n_steps > most:
            raise ConvergenceError(_complaint(found, n_steps, scale))
        n_steps *= 2


def _complaint(found: Solution, n_steps: int, scale: float) -> str:
    """Say what stands in the way of the goal."""
    largest = np.abs(found.x).max()
    if not largest < 10 * scale:
        return (
            f"The blocks have grown to {largest:.3g} from {scale:.3g}, and the error "
            f"is still {found.error:.3g} at {n_steps} steps. The expansion in H_int "
            "has broken down: take a shorter `tlist`, a weaker coupling, or for a "
            "FiniteEnvironment the exact kernel of nakajima_zwanzig."
        )
    return (
        f"The error is still {found.error:.3g} at {n_steps} steps. Does the correlation "
        "function jump, or last much shorter than the evolution? Choose `step`, or a "
        "shorter `tlist`."
    )
