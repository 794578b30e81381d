"""Constant Lindblad equations at many points of their parameters."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from .._core.bases import hermitian_basis, to_coordinates
from .._core.progress import ProgressLine
from .controls import Controls
from .evolution import Evolution
from .protocol import Generator
from .register import RegisterGenerator
from .solvers.starts import by_point

__all__ = ["LindbladPoints", "Run", "one_by_one"]

Run: TypeAlias = Callable[
    [Generator, np.ndarray, Controls | None, bool | None], Evolution
]  # generator, states (*batch, d, d), controls, progress


class LindbladPoints:
    """One Lindblad generator for every point; the only control is the point's index.

    Parameters
    ----------
    H : shape (p, d, d)
        Hermitian.
    jumps : sequence of arrays (p, d, d)
    """

    n, n_controls = 1, 1

    def __init__(self, H: np.ndarray, jumps: list[np.ndarray]) -> None:
        self._H, self._jumps = H, jumps
        self.d = H.shape[-1]

    @property
    def dimension(self) -> int:
        """Number d² of real coordinates of a state."""
        return self.d**2

    def at(self, point: int) -> RegisterGenerator:
        """Return the generator of one point."""
        jumps = [L[point] for L in self._jumps]
        return RegisterGenerator(self._H[point], {(0, 0): jumps} if jumps else None)

    def apply(self, blocks: ArrayLike, u: ArrayLike | None = None) -> np.ndarray:
        """Return dρ/dt of states (..., 1, d, d) at the point u of shape (1,)."""
        return self.at(int(np.asarray(u)[0])).apply(blocks)

    def matrix(self, u: ArrayLike | None = None) -> np.ndarray:
        """Return the real matrices (..., d², d²) of the points u of shape (..., 1)."""
        points = np.asarray(u)[..., 0].astype(int)
        return _matrices(self._H[points], [L[points] for L in self._jumps])


def _matrices(H: np.ndarray, jumps: list[np.ndarray]) -> np.ndarray:
    """Return the real matrices of Lindblad generators in the Hermitian basis.

    Parameters
    ----------
    H : shape (*batch, d, d)
    jumps : list of arrays (*batch, d, d)

    Returns
    -------
    np.ndarray
        Shape (*batch, d², d²).
    """
    drift = -1j * H
    for L in jumps:
        drift = drift - L.conj().mT @ L / 2
    basis = hermitian_basis(H.shape[-1])
    # the other half of the drift term is the adjoint, so twice the real part
    images = 2 * to_coordinates(drift[..., None, :, :] @ basis).real
    for L in jumps:
        fed = L[..., None, :, :] @ basis @ L.conj().mT[..., None, :, :]
        images = images + to_coordinates(fed).real
    return np.asarray(images.mT)  # (..., a, b): coordinate a of the image of B_b


def one_by_one(
    run: Run,
    at: Callable[[int], tuple[Generator, Controls | None]],
    given: tuple[int, ...],
    rho: np.ndarray,
    progress: bool | None,
) -> Evolution:
    """Evolve the points of a batch one after the other.

    Parameters
    ----------
    run : callable
        Evolves states under one generator.
    at : callable
        A point's generator and controls.
    given : tuple of int
        Batch axes of the operators.
    rho : shape (*batch, d, d)
        With all batch axes; those along which the operators do not vary stay together.
    progress : bool or None
    """
    starts, batch, order = by_point(rho[..., None, :, :], given)  # (p, f, 1, d, d)
    results = []
    single = len(starts) == 1
    with ProgressLine(
        "evolving points", len(starts), show=False if single else progress
    ) as line:
        for point, start in enumerate(starts):
            generator, controls = at(point)
            show = progress if single else False
            results.append(run(generator, start[:, 0], controls, show))
            line.advance()

    def joined(parts: list[np.ndarray]) -> np.ndarray:
        rest = parts[0].shape[1:]  # after f
        axes = [*np.argsort(order), *range(len(batch), len(batch) + len(rest))]
        return np.array(parts).reshape(*batch, *rest).transpose(axes)

    first = results[0]
    drifts = [result.drift for result in results if result.drift is not None]
    errors = [result.error for result in results if result.error is not None]
    return replace(
        first,
        blocks=joined([result.blocks for result in results]),
        expect={
            name: joined([result.expect[name] for result in results])
            for name in first.expect
        },
        error=max(errors, default=None),
        drift=max(drifts, default=None),
    )
