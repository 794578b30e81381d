"""The constants of a learning problem as matrices, and steps short enough for them."""

from itertools import product
from typing import Any

import numpy as np

from .cost import ProtectionCost, overlap_columns
from .drives import STEPS_PER_TAU, even_steps
from .environment import Environment
from .rule import LearningRule

__all__ = ["check_steps", "learning_problem", "least_resolution"]

LONGEST = 0.5  # |X| of a Taylor exponential, whose remainder is then 5e-9


def learning_problem(
    environment: Environment,
    rule: LearningRule,
    cost: ProtectionCost,
    H: np.ndarray | None,
) -> Any:
    """Gather the constants of a learning problem as arrays."""
    from .learning_jax import Problem

    if rule.neurons < environment.n_controls:
        raise ValueError(
            f"`rule.neurons` must be at least {environment.n_controls}, one for each "
            f"control, but is {rule.neurons}."
        )
    parts = environment.generator(H).matrices()
    check_steps(parts, rule)
    columns, targets, constant = overlap_columns(cost, environment)
    i, j = np.triu_indices(len(parts), 1)
    return Problem(
        parts=parts,
        commutators=parts[i] @ parts[j] - parts[j] @ parts[i],
        columns=columns,
        targets=targets,
        readouts=cost.slice_weights(rule.slices),
        constant=np.float64(constant),
        tau=np.float64(rule.tau),
        period=np.float64(rule.period),
        cost_controls=np.float64(cost.controls),
        cost_weights=np.float64(cost.network),
    )


def least_resolution(parts: np.ndarray, tau: float, width: float) -> int:
    """Return the least number of steps in a slice, for RK4 and Taylor exponentials.

    Parameters
    ----------
    parts : shape (1 + k, m, m)
        Matrices L₀, L₁, … of the generator.
    tau : float, time
        λ.
    width : float, time
        Length of a slice.
    """
    corners = np.array(list(product((-1, 1), repeat=len(parts) - 1)))
    generators = parts[0] + np.tensordot(corners, parts[1:], 1)
    fastest = np.linalg.norm(generators, 2, axis=(1, 2)).max()  # over all |y_k| ≤ 1
    longest = tau / STEPS_PER_TAU  # the states take two neuron steps at once
    if 2 * longest * fastest > LONGEST:
        longest = LONGEST / (2 * fastest)
    return even_steps(width, longest)


def check_steps(parts: np.ndarray, rule: LearningRule) -> None:
    """Check that steps resolve the neurons and the fastest of the states."""
    least = least_resolution(parts, rule.tau, rule.period / rule.slices)
    if rule.resolution < least:
        raise ValueError(
            f"`resolution` must be at least {least} with {rule.slices} slices of a "
            f"period of {rule.period}, λ = {rule.tau} and this generator, but is "
            f"{rule.resolution}. More slices help as well."
        )
