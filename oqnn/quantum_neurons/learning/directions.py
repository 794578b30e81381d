"""Random directions in which neurons perturb their own parameters."""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ..networks.network import Network
    from ..networks.network_jax import Parameters

__all__ = ["draw_directions", "fan_in_scales"]


def draw_directions(
    network: "Network",
    kind: str,
    shape: tuple[int, ...],
    dtype: np.dtype,
    rng: np.random.Generator,
) -> "Parameters":
    """Return independent directions for all parameters, leading axes `shape`.

    Entries are ±1 for ``"spsa"`` (kept in one byte) and normal for ``"gaussian"``; zero
    where there is no connection.
    """
    from ..networks.network_jax import Parameters

    weights: list[Any] = []  # NumPy arrays, which JAX takes as they are
    for connection in network.connections:
        direction = _draw(kind, (*shape, *connection.mask.shape), dtype, rng)
        weights.append(direction * connection.mask)
    neurons: list[Any] = [
        _draw(kind, (*shape, *n.shape), dtype, rng) for n in network.neurons
    ]
    return Parameters(tuple(weights), tuple(neurons))


def fan_in_scales(network: "Network") -> tuple[np.ndarray, ...]:
    """Return one over the root of the connections of each wire.

    One array of shape (n * N,) a population; 1 where a wire has no connection.
    """
    totals = [
        np.zeros(size * kernel.n_io)
        for size, kernel in zip(
            network.wiring.sizes, network.wiring.kernels, strict=True
        )
    ]
    for connection in network.connections:
        totals[connection.target] += connection.mask.sum(axis=1)
    return tuple(1 / np.sqrt(np.maximum(total, 1)) for total in totals)


def _draw(
    kind: str, shape: tuple[int, ...], dtype: np.dtype, rng: np.random.Generator
) -> np.ndarray:
    """Return independent entries with mean zero and variance one."""
    if kind == "gaussian":
        # typed by the branches, as NumPy's stubs want a literal
        normal = rng.standard_normal(
            shape, np.float32 if dtype == np.float32 else float
        )
        return normal.astype(dtype, copy=False)
    size = int(np.prod(shape))
    bits = np.unpackbits(np.frombuffer(rng.bytes(-(-size // 8)), np.uint8), count=size)
    return (2 * bits.astype(np.int8) - 1).reshape(shape)
