"""A longer box round a window of phase space."""

from dataclasses import dataclass

import numpy as np

from ..grid import PhaseSpaceGrid

__all__ = ["PaddedBox"]


@dataclass(frozen=True, eq=False)
class PaddedBox:
    """The even grid of a window, and the longer one round it.

    What leaves the window moves on in the margins, where W was zero at first, instead
    of coming back on the other side.
    """

    window: PhaseSpaceGrid
    grid: PhaseSpaceGrid
    margins: tuple[int, int]  # points before the window, along x and p

    @classmethod
    def around(cls, window: PhaseSpaceGrid, padding: float) -> "PaddedBox":
        """Return the box that is longer by a share of the window's length."""
        if padding == 0:
            return cls(window, window, (0, 0))
        x, before_x = _longer(window.x, window.dx, padding)
        p, before_p = _longer(window.p, window.dp, padding)
        return cls(window, PhaseSpaceGrid(x, p, window.hbar), (before_x, before_p))

    def enter(self, values: np.ndarray) -> np.ndarray:
        """Return values (..., nx, np) with zeros in the margins."""
        whole = np.zeros((*values.shape[:-2], *self.grid.shape))
        whole[self._inside] = values
        return whole

    def leave(self, values: np.ndarray) -> np.ndarray:
        """Return the values in the window."""
        return values[self._inside]

    @property
    def _inside(self) -> tuple:
        rows = slice(self.margins[0], self.margins[0] + self.window.shape[0])
        columns = slice(self.margins[1], self.margins[1] + self.window.shape[1])
        return ..., rows, columns


def _longer(axis: np.ndarray, step: float, padding: float) -> tuple[np.ndarray, int]:
    """Return the longer axis and how many of its points come before the old one."""
    before = int(np.ceil(padding * axis.size / 2))
    count = axis.size + 2 * before
    return axis[0] + step * (np.arange(count) - before), before
