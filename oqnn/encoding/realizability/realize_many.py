r"""Laws of many states at once, without a linear program where that is possible.

A program answers for one state in milliseconds. Most mixed states lie well inside what
spins can carry, and there a few matrix products for all of them give exact laws.
"""

from typing import Any

import numpy as np

from ..._core.progress import ProgressLine
from ..maps.correlation import CorrelationMap
from ..maps.law import Law
from .many_states import correlators_of_states
from .realize import realize_correlators

__all__ = ["realize_many"]

MOST_QUBITS = 4
NUMBERS_A_CHUNK = 2**16  # what stays in the cache
MOST_ITERATIONS = 60
FLOOR = 0.1  # share of the uniform law that is set aside
STEP, MOMENTUM = 2.0, 0.5


def realize_many(rhos: Any, *, progress: bool | None = None) -> np.ndarray:
    r"""Find a law of the spins for each of many states.

    Climbs the concave dual of the program of least :math:`\sum p^2` among the laws with
    :math:`p \ge \varepsilon/8^n`. At y the dual has
    :math:`p = \varepsilon/8^n + \max(0, A^T y)` and the slope :math:`r = \chi - A p`.
    As :math:`A A^T = 8^n 1`, the sum :math:`p + A^T r/8^n` has the correlators χ
    exactly, and is a law as soon as it is nowhere negative: after two or three
    iterations for most mixed states. States that take more than sixty, unrealizable
    ones among them, go to `realize` one by one.

    Parameters
    ----------
    rhos : sequence of states, or shape (b, 2**n, 2**n)
        Of equally many qubits, one to four.
    progress : bool, optional
        See `ProgressLine`.

    Returns
    -------
    np.ndarray
        Shape (b, 8**n): the probability of every configuration, with the correlators
        of the state to rounding; or to 1e-9 where `realize` found the law. Rows of
        states that no law realizes hold NaN; `realize` tells the inequality.

    Raises
    ------
    TypeError, ValueError
        If `rhos` are not states of one to four qubits, at least one, of one size.
    ConvergenceError
        As `realize`.

    Examples
    --------
    >>> bell = np.array([1, 0, 0, 1]) / np.sqrt(2)
    >>> tilted = np.array([1, 0, 0, np.exp(0.25j * np.pi)]) / np.sqrt(2)
    >>> laws = realize_many([np.eye(4) / 4, bell, tilted])
    >>> laws.shape
    (3, 64)
    >>> np.isnan(laws).any(axis=1)
    array([False, False,  True])
    """
    chi = correlators_of_states(rhos, "rhos", MOST_QUBITS)
    n_qubits = chi.shape[1].bit_length() // 2
    signs = CorrelationMap(n_qubits).signs
    rows = max(1, NUMBERS_A_CHUNK // signs.shape[1])
    laws = np.vstack(
        [_even_laws(chi[k : k + rows], signs) for k in range(0, len(chi), rows)]
    )
    unsettled = np.flatnonzero(np.isnan(laws[:, 0]))
    with ProgressLine("states", len(unsettled), show=progress) as line:
        for b in unsettled:
            law = realize_correlators(chi[b].reshape((4,) * n_qubits)).law
            if isinstance(law, Law):
                laws[b] = law.dense()
            line.advance()
    return laws


def _even_laws(chi: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """Find laws of correlators (b, 4**n), NaN where the iterations do not suffice."""
    size = signs.shape[1]
    laws = np.full((len(chi), size), np.nan)
    left = np.arange(len(chi))
    goal = chi - FLOOR * np.eye(chi.shape[1])[0]
    y, step = goal / size, np.zeros_like(goal)
    for _ in range(MOST_ITERATIONS):
        p = y @ signs
        np.maximum(p, 0.0, out=p)
        slope = (goal - p @ signs.T) / size
        p += slope @ signs
        done = p.min(axis=1) >= -FLOOR / size
        laws[left[done]] = p[done] + FLOOR / size
        if done.all():
            break
        on = ~done
        left, goal, y, slope, step = left[on], goal[on], y[on], slope[on], step[on]
        step = MOMENTUM * step + STEP * slope
        y = y + step
    return laws
