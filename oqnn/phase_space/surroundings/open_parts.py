"""What channels add to the equation of motion, sorted by how a step applies it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

__all__ = ["Channel", "Decay", "OpenParts", "check_channels"]


class Decay(Protocol):
    """What a channel does to ρ(x + y/2, x − y/2), see `open_terms`."""

    def decay(self, x: np.ndarray, y: np.ndarray, hbar: float) -> np.ndarray:
        """Return the rate F(x, y)."""

    def decay_slopes(
        self, x: np.ndarray, y: np.ndarray, hbar: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return ∂F/∂x and ∂F/∂y."""


@runtime_checkable
class Channel(Decay, Protocol):
    """One coupling to an environment, see `open_terms`."""

    def drift(self, hbar: float) -> np.ndarray:
        """Return A of d⟨z⟩/dt = A⟨z⟩, z = (x, p), shape (2, 2)."""

    def diffusion(self, hbar: float) -> np.ndarray:
        """Return [[D_xx, D_px], [D_px, D_pp]], shape (2, 2)."""


@dataclass(frozen=True)
class MomentumDiffusion:
    """D_pp W_pp, which is a decay of ρ(x + y/2, x − y/2) by D_pp y²/ħ²."""

    rate: float

    def decay(self, x: np.ndarray, y: np.ndarray, hbar: float) -> np.ndarray:
        """Return D_pp y²/ħ²."""
        return self.rate * (y / hbar) ** 2

    def decay_slopes(
        self, x: np.ndarray, y: np.ndarray, hbar: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return its derivatives with respect to x and y."""
        return np.zeros_like(y), 2 * self.rate * y / hbar**2


def check_channels(channels: Sequence[Channel]) -> None:
    """Check that channels come in a sequence, and that nothing else does.

    Raises
    ------
    TypeError
        If something is no channel, or `channels` can be read only once.
    """
    if isinstance(channels, Channel):
        raise TypeError(
            "`channels` must be a sequence of channels, but is a single one. "
            f"Try [{type(channels).__name__}(...)]."
        )
    if not isinstance(channels, Collection):
        raise TypeError(
            "`channels` must be a sequence of channels, as it is read more than "
            f"once, but is a {type(channels).__name__}. Try list(channels)."
        )
    for n, channel in enumerate(channels):
        if not isinstance(channel, Channel):
            raise TypeError(
                f"`channels` must hold channels, but channels[{n}] is a "
                f"{type(channel).__name__}. Diffusion(D_pp=0.1) is one."
            )


@dataclass(frozen=True, eq=False)
class OpenParts:
    """Channels together: linear drift, constant diffusion, and decays in (x, y)."""

    drift: np.ndarray  # (2, 2)
    diffusion: np.ndarray  # (2, 2), only what the flow has to do
    decays: tuple[Decay, ...]

    @classmethod
    def of(cls, channels: Sequence[Channel], hbar: float) -> "OpenParts":
        """Return the sums over channels.

        D_pp alone joins the decays, where it costs nothing; with friction or D_px the
        flow does all of it at once.

        Raises
        ------
        TypeError
            If something is no channel, or `channels` can be read only once.
        """
        check_channels(channels)
        zero = np.zeros((2, 2))
        drift = sum((np.asarray(c.drift(hbar)) for c in channels), zero)
        diffusion = sum((np.asarray(c.diffusion(hbar)) for c in channels), zero)
        decays: tuple[Decay, ...] = tuple(channels)
        if not drift.any() and diffusion[0, 1] == 0:
            decays = (*decays, MomentumDiffusion(float(diffusion[1, 1])))
            diffusion = diffusion * np.array([[1, 0], [0, 0]])
        return cls(drift, diffusion, decays)
