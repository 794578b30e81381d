"""The split steps of W, as a function that JAX differentiates."""

from collections.abc import Callable
from functools import partial
from math import factorial, isqrt
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ..potentials.derivatives_jax import derivative_of
from .splitting import TimeOrder

__all__ = [
    "Motion",
    "Scheme",
    "final_of",
    "gradient_of",
    "propagate_values",
    "sensitivities_of",
]

BATCH = 8  # parameters whose sensitivities move together


class Motion(NamedTuple):
    """Where W moves, for how long, and at which mass: arrays and numbers."""

    x: Any  # (nx, 1)
    p: Any  # (np,)
    k: Any  # (nk, 1)
    theta: Any  # (nθ,)
    hbar: Any
    mass: Any
    start: Any
    duration: Any


class Scheme(NamedTuple):
    """How it is computed, which a compilation knows."""

    order_hbar: int | None
    time_order: TimeOrder
    timed: bool  # whether U depends on time


def propagate_values(
    potential: Callable,
    parameters: Any,
    values: Any,
    motion: Motion,
    scheme: Scheme,
    steps: int,
) -> Any:
    r"""Return W of shape (..., nx, np) after `duration`, under U(parameters, x, t).

    The split steps of `SplitStep`, differentiable by all of `parameters`, `values` and
    `motion`. Every √steps-th state is kept for the way back, the others are computed
    again.

    Raises
    ------
    TypeError
        If an array is not in double precision.
    """
    check_double(values, parameters)
    repeat = partial(_remembering, steps=steps)
    return _propagated(potential, parameters, values, motion, scheme, steps, repeat)


def check_double(values: Any, parameters: Any) -> None:
    """Refuse 32-bit input, whose rounding errors split steps would carry along."""
    for leaf in jax.tree.leaves((values, parameters)):
        found = jnp.asarray(leaf).dtype  # what JAX will compute with
        if found != jnp.float64:
            raise TypeError(
                "`values` and `parameters` must hold 64-bit floats, but one holds "
                f"{found}. Call within `jax.enable_x64(True)`, with arrays made there "
                "or by NumPy."
            )


def _propagated(
    potential: Callable,
    parameters: Any,
    values: Any,
    motion: Motion,
    scheme: Scheme,
    steps: Any,
    repeat: Callable,
) -> Any:
    """Take steps, as `repeat` does it."""
    dt = motion.duration / steps
    flow_time = dt if scheme.time_order == 2 else dt / 2
    shear = jnp.exp(-1j * motion.k * motion.p * flow_time / motion.mass)  # (nk, np)
    n_x, n_p = values.shape[-2:]

    def move(waves: Any) -> Any:
        values = jnp.fft.irfft(waves, n_p, axis=-1)
        values = jnp.fft.irfft(shear * jnp.fft.rfft(values, axis=-2), n_x, axis=-2)
        return jnp.fft.rfft(values, axis=-1)

    # What the potential needs inside is large, and cheap to compute again.
    factors = jax.checkpoint(
        partial(_factors, potential, motion=motion, scheme=scheme, dt=dt)
    )
    known = None if scheme.timed else factors(parameters, motion.start)

    def step(n: Any, waves: Any) -> Any:
        first, *between, last = known or factors(parameters, motion.start + n * dt)
        waves = move(first * waves)
        for factor in between:
            waves = move(factor * waves)
        return last * waves

    waves = repeat(step, jnp.fft.rfft(values, axis=-1))
    return jnp.fft.irfft(waves, n_p, axis=-1)


def _remembering(step: Callable, waves: Any, steps: int) -> Any:
    """Take the steps 0, 1, …, remembering the state before each √steps of them."""
    inner = isqrt(steps)

    def one(waves: Any, n: Any) -> tuple[Any, None]:
        # The last stretch may be longer than the steps that are left.
        return lax.cond(n < steps, step, lambda n, waves: waves, n, waves), None

    @jax.checkpoint
    def stretch(waves: Any, first: Any) -> tuple[Any, None]:
        return lax.scan(one, waves, first + jnp.arange(inner))

    return lax.scan(stretch, waves, jnp.arange(0, steps, inner))[0]


def _factors(
    potential: Callable,
    parameters: Any,
    t: Any,
    *,
    motion: Motion,
    scheme: Scheme,
    dt: Any,
) -> tuple[Any, ...]:
    """Return the factors of one step from t, in the order in which they act."""
    half = motion.hbar * motion.theta / 2

    def U(x: Any, t: Any) -> Any:
        return potential(parameters, x, *((t,) if scheme.timed else ()))

    def exponent(t: Any) -> Any:
        difference = _differences(U, motion.x, half, t, scheme.order_hbar)[0]
        return 1j / motion.hbar * difference

    share = 1 / 2 if scheme.time_order == 2 else 1 / 6
    first, last = jnp.exp(share * dt * jax.vmap(exponent)(jnp.stack([t, t + dt])))
    if scheme.time_order == 2:
        return first, last
    middle, d_x, d_y = _differences(U, motion.x, half, t + dt / 2, scheme.order_hbar)
    # [V, [T, V]] = (2i/m) v_x v_θ with v = (i/ħ) ΔU and θ = y/ħ
    commutator = -2j / (motion.mass * motion.hbar) * d_x * d_y
    v = 1j / motion.hbar * middle
    return first, jnp.exp(2 / 3 * dt * (v + dt**2 / 48 * commutator)), last


def _differences(
    U: Callable, x: Any, half: Any, t: Any, order: int | None
) -> tuple[Any, Any, Any]:
    """Return ΔU = U(x + y/2) − U(x − y/2), or its terms to ħ^{2s}, ∂_xΔU and ∂_yΔU."""
    if order is None:
        ends = jnp.stack(jnp.broadcast_arrays(x + half, x - half))
        values, slopes = derivative_of(U, 0)(ends, t), derivative_of(U, 1)(ends, t)
        return values[0] - values[1], slopes[0] - slopes[1], slopes.mean(axis=0)
    odd = range(1, 2 * order + 2, 2)
    taylor = {n: derivative_of(U, n)(x, t) for n in range(1, 2 * order + 3)}
    return (
        sum(2 * taylor[n] * half**n / factorial(n) for n in odd),
        sum(2 * taylor[n + 1] * half**n / factorial(n) for n in odd),
        sum(taylor[n] * half ** (n - 1) / factorial(n - 1) for n in odd),
    )


@partial(jax.jit, static_argnames=("cost", "potential", "scheme", "steps"))
def gradient_of(
    cost: Callable,
    potential: Callable,
    parameters: Any,
    values: Any,
    motion: Motion,
    scheme: Scheme,
    steps: int,
) -> tuple[tuple[Any, Any], Any]:
    """Return the cost of the final W, that W, and the gradient by the parameters."""

    def total(parameters: Any) -> tuple[Any, Any]:
        final = propagate_values(potential, parameters, values, motion, scheme, steps)
        return cost(final), final

    return jax.value_and_grad(total, has_aux=True)(parameters)


@partial(jax.jit, static_argnames=("potential", "scheme"))
def final_of(
    potential: Callable,
    parameters: Any,
    values: Any,
    motion: Motion,
    scheme: Scheme,
    steps: Any,
) -> Any:
    """Return the final W; any number of steps runs the same compilation."""

    def repeat(step: Callable, waves: Any) -> Any:
        return lax.fori_loop(0, steps, step, waves)

    return _propagated(potential, parameters, values, motion, scheme, steps, repeat)


@partial(jax.jit, static_argnames=("potential", "scheme"))
def sensitivities_of(
    potential: Callable,
    parameters: Any,
    values: Any,
    motion: Motion,
    scheme: Scheme,
    steps: Any,
) -> tuple[Any, Any]:
    """Return the final W, and its derivatives in the shape of parameters × W."""

    def final(parameters: Any) -> Any:
        return final_of(potential, parameters, values, motion, scheme, steps)

    def along(direction: Any) -> tuple[Any, Any]:
        return jax.jvp(final, (parameters,), (direction,))

    leaves, tree = jax.tree.flatten(parameters)
    size = sum(leaf.size for leaf in leaves)
    together = min(BATCH, size)
    rows = jnp.eye(-(-size // together) * together, size)  # (chunks · together, size)
    ends = np.cumsum([leaf.size for leaf in leaves])[:-1]
    parts = [
        part.reshape(-1, together, *leaf.shape)
        for part, leaf in zip(jnp.split(rows, ends, axis=1), leaves, strict=True)
    ]
    finals, slopes = lax.map(
        jax.vmap(along, out_axes=(None, 0)), jax.tree.unflatten(tree, parts)
    )
    slopes = slopes.reshape(-1, *values.shape)[:size]
    derivatives = [
        part.reshape(*leaf.shape, *values.shape)
        for part, leaf in zip(jnp.split(slopes, ends), leaves, strict=True)
    ]
    return finals[0], jax.tree.unflatten(tree, derivatives)
