"""Laws, likelihoods and samples of one neuron, for every model with a kernel."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from .inputs import IMPOSSIBLE, as_currents, as_record, check_possible, draw_uniforms
from .patterns import patterns_of, spikes_of

if TYPE_CHECKING:
    import jax

    from .model import NeuronKernel

__all__ = ["draw_record", "log_likelihood", "record_law"]


def record_law(
    kernel: "NeuronKernel",
    parameters: np.ndarray,
    currents: ArrayLike,
    record: ArrayLike,
    rounding: float = IMPOSSIBLE,
) -> np.ndarray:
    """Return the law (..., T, 2**N) of every step's spikes, given those before it.

    A probability up to `rounding` counts as zero, which a record may not contain.
    """
    z = as_currents(currents, kernel.n_io)
    s = as_record(record, z)
    from .single_jax import laws

    found, taken = laws(kernel, parameters, z, patterns_of(s))
    check_possible(taken, rounding)
    return found


def log_likelihood(
    kernel: "NeuronKernel",
    parameters: np.ndarray,
    currents: ArrayLike,
    record: ArrayLike,
    rounding: float = IMPOSSIBLE,
) -> np.ndarray:
    """Return log p(record | currents), shape (...)."""
    z = as_currents(currents, kernel.n_io)
    s = as_record(record, z)
    from .single_jax import laws

    _, taken = laws(kernel, parameters, z, patterns_of(s))
    check_possible(taken, rounding)
    return np.log(taken).sum(axis=-1)


def draw_record(
    kernel: "NeuronKernel",
    parameters: np.ndarray,
    currents: ArrayLike,
    key: "int | jax.Array",
) -> np.ndarray:
    """Return one drawn record a row of currents, shape (..., T, N), as uint8."""
    z = as_currents(currents, kernel.n_io)
    from .single_jax import draw

    uniforms = draw_uniforms(key, z.shape[:-1])
    return spikes_of(draw(kernel, parameters, z, uniforms), kernel.n_io)
