"""Engineered materials: the best constant controls, and a textbook decoupling cycle."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from scipy.optimize import minimize

from .._core.checks import check_integer, check_positive
from .._core.errors import ConvergenceError
from .._core.jax64 import in_double_precision
from .._core.progress import ProgressLine
from ..dynamics import ConstantControls
from .cost import ProtectionCost, overlap_columns
from .decoupling import decoupling_material
from .environment import Environment
from .material import Material
from .reference import ReferenceEnvironment
from .rule import LearningRule

__all__ = ["XY8_SPACING", "engineered_material", "xy8_material"]

XY8_SPACING = 0.5  # between pulses, in the reference setting
RUNNING_READOUTS = LearningRule.slices


def engineered_material(
    environment: Environment,
    *,
    period: float = 8.0,
    cost: ProtectionCost | None = None,
    H: np.ndarray | None = None,
    points: int = 200,
    starts: int = 20,
    seed: int = 0,
    progress: bool | None = None,
) -> Material:
    """Return the material with the best constant controls.

    Minimises the readout infidelity over constant y ∈ [−1, 1]ᵏ with exact exponentials
    and gradients: L-BFGS-B from the best of many uniform random points.

    Parameters
    ----------
    environment : Environment
        Register, noise and control channels.
    period : float, time
        T, to which the readouts of `cost` refer.
    cost : ProtectionCost, optional
        What is to be kept; its costs of controls and weights are left out.
    H : shape (d, d), optional
        Hamiltonian of the system alone; zero by default.
    points : int
        Number of random points.
    starts : int
        How many of the best points are taken for starts.
    seed : int
        Of the points.
    progress : bool, optional
        Show (True), hide (False), or show after two seconds on a terminal.

    Raises
    ------
    ConvergenceError
        If no start converges.
    """
    check_positive(period, "period")
    check_integer(points, "points")
    check_integer(starts, "starts")
    cost = cost or ProtectionCost()
    infidelity = _constant_infidelity(
        environment.generator(H).matrices(),
        *overlap_columns(cost, environment),
        cost,
        period,
    )
    shape = (points, environment.n_controls)
    drawn = np.random.default_rng(seed).uniform(-1, 1, shape)
    ranked = drawn[np.argsort([infidelity(y)[0] for y in drawn], kind="stable")]
    best, least = None, np.inf
    with ProgressLine("engineering", starts, show=progress) as line:
        for y in ranked[:starts]:
            found = minimize(
                infidelity,
                y,
                jac=True,
                method="L-BFGS-B",
                bounds=[(-1, 1)] * environment.n_controls,
            )
            if found.success and found.fun < least:
                best, least = found.x, found.fun
            line.advance(text=f"infidelity {least:.4f}")
    if best is None:
        raise ConvergenceError(
            f"None of {starts} starts converged. Try more starts or another seed."
        )
    return Material(
        kind="engineered", environment=environment, drive=ConstantControls(best)
    )


def xy8_material(
    environment: ReferenceEnvironment, *, spacing: float = XY8_SPACING
) -> Material:
    """Return the material under XY8 decoupling, the register as slow as it goes.

    Pulses of angle π at full field |y| = 1, of length π/h, with the noise on, in the
    middle of equal intervals, about x y x y y x y x; y₄ = −1.

    Parameters
    ----------
    environment : ReferenceEnvironment
        Register, noise and control channels.
    spacing : float, time
        Distance between pulses; at least π/h.

    Raises
    ------
    ValueError
        If a pulse does not fit between two others, or there is no field h.
    """
    check_positive(environment.h, "environment.h")
    slow = {"hopping": -1.0}
    return decoupling_material(environment, "xy8", spacing=spacing, rest=slow)


def _constant_infidelity(
    parts: np.ndarray,
    columns: np.ndarray,
    targets: np.ndarray,
    constant: float,
    cost: ProtectionCost,
    period: float,
) -> Callable[[np.ndarray], tuple[float, np.ndarray]]:
    """Return a function of y that gives the readout infidelity and its gradient."""
    times = np.asarray(cost.readouts) * period
    weights = cost.readout_weights
    if cost.running:
        dense = np.arange(1, RUNNING_READOUTS + 1) / RUNNING_READOUTS
        times = np.concatenate([times, period * dense])
        share = cost.running / RUNNING_READOUTS
        weights = np.concatenate([weights, np.full(RUNNING_READOUTS, share)])
    largest = np.linalg.norm(parts, ord=2, axis=(-2, -1)).sum() * times.max()
    squarings = int(np.ceil(np.log2(max(1.0, largest / 0.03))))
    fixed = (parts, columns, targets, constant, times, weights)
    compiled = _compiled(squarings)

    @in_double_precision
    def value_and_gradient(y: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = compiled(y, *fixed)
        return float(value), np.asarray(gradient)

    return value_and_gradient


@cache
def _compiled(squarings: int) -> Callable[..., Any]:
    """Return the kernel, compiled once for all environments of one size."""
    import jax
    import jax.numpy as jnp

    from .exponential_jax import exponential

    def infidelity(
        y: jax.Array,
        parts: jax.Array,
        columns: jax.Array,
        targets: jax.Array,
        constant: jax.Array,
        times: jax.Array,
        weights: jax.Array,
    ) -> jax.Array:
        L = parts[0] + jnp.tensordot(y, parts[1:], 1)
        maps = exponential(L * times[:, None, None], squarings)
        overlaps = jnp.einsum("ac,tab,bc->t", targets, maps, columns) + constant
        return (weights * (1 - overlaps)).sum()

    return jax.jit(jax.value_and_grad(infidelity))
