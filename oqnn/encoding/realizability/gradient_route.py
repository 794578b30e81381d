"""The gradient route to a law of spins: descent on a classical wave function.

A baseline beside the linear program of `realize`, which finds a law or proves that
there is none; descent does neither, but comes near.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import (
    check_choice,
    check_finite,
    check_integer,
    check_positive,
    check_shapes,
)
from ..._core.errors import ConvergenceError
from ..._core.progress import ProgressLine
from ..._core.seeds import rng_from
from ..maps.classical_wave import law_from_wave, state_from_wave
from ..maps.correlation import CorrelationMap
from ..maps.law import Law
from ..maps.real_arrays import as_real
from .many_states import correlators_of_states
from .qubit_state import as_qubit_state

if TYPE_CHECKING:
    import qutip

__all__ = ["GradientRealization", "realize_by_gradient", "realize_many_by_gradient"]

MOST_QUBITS = 4
LEARNING_RATES = {"adam": 0.01, "descent": 0.3}
STEPS_A_CALL = 500


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class GradientRealization:
    r"""A classical wave function that the gradient route came to.

    Parameters
    ----------
    q : shape (8**n,)
        Its probabilities are :math:`p = q^2/|q|^2`.
    losses : shape (iterations + 1,)
        Loss of eq. (14) before the first iteration and after each.
    """

    q: np.ndarray
    losses: np.ndarray

    @property
    def loss(self) -> float:
        """Squared Frobenius distance of the carried matrix from the state."""
        return float(self.losses[-1])

    @property
    def iterations(self) -> int:
        """Number of iterations made."""
        return len(self.losses) - 1

    @property
    def law(self) -> Law:
        """The law p, on all configurations."""
        n_qubits = len(self.q).bit_length() // 3
        return Law(
            configurations=CorrelationMap(n_qubits).configurations,
            probabilities=law_from_wave(self.q),
        )

    @property
    def state(self) -> np.ndarray:
        """The carried matrix, shape (2**n, 2**n)."""
        return state_from_wave(self.q)


def realize_by_gradient(
    rho: "qutip.Qobj | ArrayLike",
    *,
    method: str = "adam",
    learning_rate: float | None = None,
    max_iterations: int = 10_000,
    stop_below: float = 1e-10,
    start: ArrayLike | None = None,
    seed: int = 0,
) -> GradientRealization:
    r"""Search a law of the spins by descent on a classical wave function q.

    Minimises

    .. math:: l_\rho(q) = \|\hat\rho(q) - \rho\|_F^2 = 2^{-n} \|A p - \chi\|^2,
              \qquad p = q^2/|q|^2,

    of eqs. (12)-(14) of [1]_, in double precision. Where the state is not realizable
    the loss falls to the distance of `nearest_realizable` and not below.

    Parameters
    ----------
    rho : Qobj, ket of shape (2**n,), or shape (2**n, 2**n)
        State of one to four qubits.
    method : {"adam", "descent"}
        Adam, or plain gradient descent as in [1]_.
    learning_rate : float, optional
        By default 0.01 for Adam and 0.3 for plain descent; q starts with |q| near 1.
        The paper does not give one.
    max_iterations : int, optional
        Iterations made at most.
    stop_below : float, optional
        The loss at which the search ends.
    start : shape (8**n,), optional
        First q, not all zero. By default normal numbers of variance 8**-n. Entries
        that are zero stay zero: p = q² has no slope there.
    seed : int, optional
        Of the first q.

    Returns
    -------
    GradientRealization
        ``q``, ``losses``, ``loss``, ``iterations`` and ``law``. A loss that has not
        come below `stop_below` is no error, and no proof that there is no law.

    Raises
    ------
    TypeError, ValueError
        If `rho` is not a state of one to four qubits, or an option is out of range.
    ConvergenceError
        If the loss is no longer finite: the learning rate is too large.

    References
    ----------
    .. [1] Pehle and Wetterich, Phys. Rev. E 106, 045311 (2022), sec. IV.

    Examples
    --------
    >>> found = realize_by_gradient([1, 0, 0, 1] / np.sqrt(2))
    >>> found.loss < 1e-10
    True
    """
    matrix = as_qubit_state(rho, "rho", MOST_QUBITS)
    starts = None
    if start is not None:
        size = 8 ** (len(matrix).bit_length() - 1)
        starts = _as_waves(start, "start", str(size))[None]
    (found,) = realize_many_by_gradient(
        matrix[None],
        method=method,
        learning_rate=learning_rate,
        max_iterations=max_iterations,
        stop_below=stop_below,
        starts=starts,
        seed=seed,
        progress=False,
    )
    return found


def realize_many_by_gradient(
    rhos: Any,
    *,
    method: str = "adam",
    learning_rate: float | None = None,
    max_iterations: int = 10_000,
    stop_below: float = 1e-10,
    starts: ArrayLike | None = None,
    seed: int = 0,
    progress: bool | None = None,
) -> tuple[GradientRealization, ...]:
    """Do what `realize_by_gradient` does for many states in one batch.

    Parameters
    ----------
    rhos : sequence of states, or shape (b, 2**n, 2**n)
        States of equally many qubits.
    method, learning_rate, max_iterations, stop_below, seed
        See `realize_by_gradient`. The starts differ from state to state.
    starts : shape (b, 8**n), optional
        First q of every state.
    progress : bool, optional
        See `ProgressLine`.

    Returns
    -------
    tuple of b GradientRealization
        A state stops at its own iteration, whatever the others need.

    Raises
    ------
    TypeError, ValueError, ConvergenceError
        As `realize_by_gradient`, and if there is no state or sizes differ.
    """
    chi = correlators_of_states(rhos, "rhos", MOST_QUBITS)
    n_qubits = chi.shape[1].bit_length() // 2
    check_choice(method, "method", LEARNING_RATES)
    rate = LEARNING_RATES[method] if learning_rate is None else learning_rate
    check_positive(rate, "learning_rate")
    check_positive(stop_below, "stop_below")
    check_integer(max_iterations, "max_iterations", least=0)
    q = _starts(starts, len(chi), 8**n_qubits, seed)
    return descend_correlators(
        q, chi, method, (float(rate), float(stop_below), max_iterations), progress
    )


def descend_correlators(
    q: np.ndarray,
    chi: np.ndarray,
    method: str,
    limits: tuple[float, float, int],
    progress: bool | None = None,
) -> tuple[GradientRealization, ...]:
    """Search laws of correlators (b, 4**n) by descent from wave functions (b, 8**n).

    The limits are learning rate, loss to stop below and most iterations. Call by call,
    so that progress shows and an interrupt is heard.
    """
    from .gradient_route_jax import Goal, advance, first_point

    n_qubits = chi.shape[1].bit_length() // 2
    goal = Goal(CorrelationMap(n_qubits).signs, chi, *limits)
    point = first_point(goal, q, method)
    rows = [np.asarray(point.loss)[None]]
    with ProgressLine("iterations", limits[2], show=progress) as line:
        while True:
            point, losses, filled = advance(goal, point, method, STEPS_A_CALL)
            rows.append(np.asarray(losses)[: int(filled)])
            line.advance(
                int(filled), text=f"largest loss {np.asarray(point.loss).max():.3g}"
            )
            if int(filled) < STEPS_A_CALL:
                break
    history = np.concatenate(rows)  # (iterations, b)
    if not np.isfinite(np.asarray(point.loss)).all():
        raise ConvergenceError(
            f"The loss of the gradient route is not finite after {len(history) - 1} "
            f"iterations at the learning rate {limits[0]:g}. Try a smaller one."
        )
    return tuple(
        GradientRealization(q=row, losses=history[: count + 1, b].copy())
        for b, (row, count) in enumerate(
            zip(np.asarray(point.q), np.asarray(point.iterations), strict=True)
        )
    )


def _starts(starts: ArrayLike | None, b: int, size: int, seed: int) -> np.ndarray:
    """Return given first wave functions, or random ones near the unit sphere."""
    if starts is None:
        return rng_from(seed, "gradient route").normal(size=(b, size)) / np.sqrt(size)
    return _as_waves(starts, "starts", f"{b} {size}")


def _as_waves(value: ArrayLike, name: str, shape: str) -> np.ndarray:
    """Convert and check given first wave functions."""
    q = as_real(value, name)
    check_shapes(**{name: (q, shape)})
    check_finite(q, name)
    if not q.any(axis=-1).all():
        raise ValueError(
            f"`{name}` must not be all zero, but is: there is no law p = q²/|q|²."
        )
    return q
