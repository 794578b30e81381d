"""What every generator of motion on register blocks offers."""

from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["Generator"]


class Generator(Protocol):
    """A linear map of n blocks of d × d matrices that may depend on k controls.

    Any object with these names can be evolved. It must take Hermitian blocks to
    Hermitian blocks, and be constant for fixed controls.
    """

    @property
    def n(self) -> int:
        """Number of blocks."""

    @property
    def d(self) -> int:
        """Size of a block."""

    @property
    def dimension(self) -> int:
        """Number n d² of real coordinates."""

    @property
    def n_controls(self) -> int:
        """Number k of controls; 0 for a generator without any."""

    def apply(self, blocks: ArrayLike, u: ArrayLike | None = None) -> np.ndarray:
        """Return dρ/dt for blocks (..., n, d, d) and controls (k,) or None."""

    def matrix(self, u: ArrayLike | None = None) -> np.ndarray:
        """Return the real matrices (..., n d², n d²) for controls (..., k) or None."""
