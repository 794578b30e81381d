"""Optimal control without a material: gradient ascent pulse engineering (GRAPE)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize

from .._core.checks import check_integer, check_positive, check_shapes
from .._core.jax64 import in_double_precision
from .._core.progress import ProgressLine
from ..dynamics import PiecewiseControls
from .cost import ProtectionCost, overlap_columns
from .drives import check_bounded
from .environment import Environment
from .material import Material

__all__ = ["GrapeResult", "grape"]

LEAST_GAIN = 1e-11  # relative, of the last iteration; SciPy's 2e-9 stops on plateaus
LEAST_SLOPE = 1e-9  # of the infidelity along any control
SMALL = 0.03  # |X| up to which the Taylor exponential is exact to rounding


@dataclass(frozen=True, kw_only=True, eq=False)
class GrapeResult:
    """Controls that were found from each start, and what they lose."""

    environment: Environment
    cost: ProtectionCost
    period: float
    H: np.ndarray | None
    controls: np.ndarray  # (b, s, k)
    infidelities: np.ndarray  # (b,) Σ q_r (1 − F̄)
    evaluations: np.ndarray  # (b,) of the cost and its gradient
    converged: np.ndarray  # (b,) whether the optimiser said so

    def material(self, start: int | None = None) -> Material:
        """Return the material of one start, its controls repeated; the best's."""
        i = int(np.argmin(self.infidelities)) if start is None else start
        edges = np.linspace(0, self.period, self.controls.shape[1] + 1)
        drive = PiecewiseControls(edges, self.controls[i], periodic=True)
        return Material(kind="grape", environment=self.environment, drive=drive)


def grape(
    environment: Environment,
    cost: ProtectionCost | None = None,
    *,
    period: float = 8.0,
    slices: int = 80,
    H: np.ndarray | None = None,
    seeds: Sequence[int] = range(8),
    controls: ArrayLike | None = None,
    iterations: int = 1000,
    progress: bool | None = None,
) -> GrapeResult:
    r"""Find the best piecewise-constant controls within the bounds of the channels.

    The strongest rival of a material that learns: the same channels and bounds, but
    every control is free on every slice, no neuron has to be able to produce it, and
    its costs c_y and c_W are left out. L-BFGS-B on :math:`\sum_r q_r[1 - \bar F(t_r)]`
    with the exact gradient from costates [1]_.

    Parameters
    ----------
    environment : Environment
        Register, noise and control channels.
    cost : ProtectionCost, optional
        What is to be kept or done, and when.
    period : float, time
        T, to which the readouts refer; afterwards the controls repeat.
    slices : int, optional
        Number s of slices.
    H : shape (d, d), optional
        Hamiltonian of the system alone; zero by default.
    seeds : sequence of int, optional
        One start each, from uniform random controls.
    controls : shape (b, s, k), optional
        Starts instead of random ones: a warm start, or an earlier result to go on from.
    iterations : int, optional
        Most iterations from each start.
    progress : bool, optional
        Show (True), hide (False), or show after two seconds on a terminal.

    Raises
    ------
    ValueError
        If shapes disagree, a start leaves [−1, 1], or a readout falls inside a slice.

    References
    ----------
    .. [1] Khaneja et al., J. Magn. Reson. 172, 296 (2005); the gradient is exact here
       and not of first order in the slice.

    Examples
    --------
    >>> from oqnn.environments import ReferenceEnvironment
    >>> found = grape(ReferenceEnvironment(), slices=8, seeds=[0], iterations=5)
    >>> found.controls.shape
    (1, 8, 4)
    """
    check_positive(period, "period")
    check_integer(slices, "slices")
    check_integer(iterations, "iterations")
    cost = cost or ProtectionCost()
    k = environment.n_controls
    if controls is None:
        draws = [np.random.default_rng(seed) for seed in seeds]
        controls = np.array([rng.uniform(-1, 1, (slices, k)) for rng in draws])
    starts = np.asarray(controls, dtype=float)
    check_shapes(controls=(starts, f"b {slices} {k}"))
    check_bounded(starts, "controls")
    objective = _Objective(environment, cost, period, slices, H)
    found = []
    with ProgressLine("optimising", len(starts), show=progress) as line:
        for start in starts:
            found.append(
                minimize(
                    objective,
                    np.clip(start, -1, 1).reshape(-1),  # rounding beyond the bound
                    jac=True,
                    method="L-BFGS-B",
                    bounds=[(-1, 1)] * start.size,
                    options={
                        "maxiter": iterations,
                        "maxfun": 2 * iterations,
                        "ftol": LEAST_GAIN,
                        "gtol": LEAST_SLOPE,
                    },
                )
            )
            least = min(one.fun for one in found)
            line.advance(text=f"infidelity {least:.4f}")
    return GrapeResult(
        environment=environment,
        cost=cost,
        period=period,
        H=H,
        controls=np.array([one.x.reshape(slices, k) for one in found]),
        infidelities=np.array([one.fun for one in found]),
        evaluations=np.array([one.nfev for one in found]),
        converged=np.array([one.success for one in found]),
    )


class _Objective:
    """The cost of controls as a flat vector, and its gradient."""

    def __init__(
        self,
        environment: Environment,
        cost: ProtectionCost,
        period: float,
        slices: int,
        H: np.ndarray | None,
    ) -> None:
        parts = environment.generator(H).matrices()
        columns, targets, constant = overlap_columns(cost, environment)
        width = period / slices
        largest = width * np.linalg.norm(parts, 2, axis=(1, 2)).sum()
        self.shape = (slices, environment.n_controls)
        self.arrays = (parts, columns, targets, np.float64(constant))
        self.readouts, self.width = cost.slice_weights(slices), np.float64(width)
        self.squarings = int(np.ceil(np.log2(max(1.0, largest / SMALL))))

    @in_double_precision
    def __call__(self, flat: np.ndarray) -> tuple[float, np.ndarray]:
        from .grape_jax import piecewise_cost

        value, gradient = piecewise_cost(
            flat.reshape(self.shape),
            *self.arrays,
            self.readouts,
            self.width,
            squarings=self.squarings,
        )
        return float(value), np.asarray(gradient).reshape(-1)
