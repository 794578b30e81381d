"""Generators that are affine in their controls."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_shapes
from .combined import Channel

__all__ = ["ControlledGenerator"]


class ControlledGenerator:
    r"""The generator :math:`L_0 + \sum_k u_k L_k` on register blocks.

    Channels are linear maps, and a control multiplies its channel with either sign:
    a signed rate is a channel. Positivity holds where every total rate is positive,
    which is the caller's to see to.

    Parameters
    ----------
    drift : generator without controls
        :math:`L_0`: RegisterGenerator, MatrixGenerator, CombinedGenerator, or your own.
    channels : sequence of generators without controls
        :math:`L_k`, all on blocks of the same n and d. `jump_channels` gives those of a
        jump :math:`A + f(t)B`.

    Raises
    ------
    ValueError
        If there is no channel, a channel acts on blocks of another shape, or one has
        controls of its own.
    """

    def __init__(self, drift: Channel, channels: Sequence[Channel]) -> None:
        self.drift, self.channels = drift, tuple(channels)
        self.n, self.d = drift.n, drift.d
        self.dimension = drift.dimension
        self.n_controls = len(self.channels)
        if not self.channels:
            raise ValueError("`channels` must hold at least one channel, but is empty.")
        for k, channel in enumerate(self.channels):
            if (channel.n, channel.d) != (self.n, self.d):
                raise ValueError(
                    f"`channels` must act on (n, d) = {(self.n, self.d)} blocks as "
                    f"`drift` does, but channels[{k}] acts on {(channel.n, channel.d)}."
                )
        if any(part.n_controls for part in (drift, *self.channels)):
            raise ValueError(
                "`drift` and `channels` must have no controls of their own, but one "
                "has. Pass its drift and channels instead."
            )
        self._matrices: np.ndarray | None = None

    def matrices(self) -> np.ndarray:
        """Return the real matrices of L₀, L₁, …, shape (1 + k, n d², n d²)."""
        if self._matrices is None:
            parts = [self.drift.matrix(), *(c.matrix() for c in self.channels)]
            self._matrices = np.array(parts)
            self._matrices.setflags(write=False)
        return self._matrices

    def matrix(self, u: ArrayLike | None = None) -> np.ndarray:
        """Return the real matrices for controls of shape (..., k)."""
        parts = self.matrices()
        return parts[0] + np.tensordot(self._controls(u), parts[1:], axes=1)

    def apply(self, blocks: ArrayLike, u: ArrayLike | None = None) -> np.ndarray:
        """Return dρ/dt for blocks of shape (..., n, d, d) and controls (k,)."""
        out = self.drift.apply(blocks)
        for value, channel in zip(self._vector(u), self.channels, strict=True):
            out = out + value * channel.apply(blocks)
        return out

    def adjoint(self, blocks: ArrayLike, u: ArrayLike | None = None) -> np.ndarray:
        """Return the Heisenberg-picture generator for controls (k,)."""
        out = self.drift.adjoint(blocks)
        for value, channel in zip(self._vector(u), self.channels, strict=True):
            out = out + value * channel.adjoint(blocks)
        return out

    def _vector(self, u: ArrayLike | None) -> np.ndarray:
        values = self._controls(u)
        check_shapes(u=(values, f"{self.n_controls}"))
        return values

    def _controls(self, u: ArrayLike | None) -> np.ndarray:
        if u is None:
            raise ValueError(
                f"`u` must hold {self.n_controls} controls, but is absent. "
                "Pass `controls=` to a solver."
            )
        values = np.asarray(u, dtype=float)
        if values.shape[-1:] != (self.n_controls,):
            raise ValueError(
                f"`u` must have shape (..., {self.n_controls}), "
                f"but has shape {values.shape}."
            )
        return values
