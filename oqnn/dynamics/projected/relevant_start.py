"""Initial states of projected dynamics, as real columns of block coordinates."""

from typing import Any, NamedTuple

import numpy as np

from ..._core.bases import from_coordinates, to_coordinates
from ..._core.checks import check_finite
from ..._core.qobj import as_state
from .baths import FiniteEnvironment, GaussianBath
from .memory_kernel import hermitian_parts
from .projection import Projection

__all__ = ["RelevantStart", "projection_of", "relevant_start", "to_blocks"]


class RelevantStart(NamedTuple):
    """Real columns of block coordinates, first all real parts, then imaginary ones."""

    columns: np.ndarray  # (m, r)
    totals: np.ndarray | None  # (r, D, D) Hermitian, one a column
    shape: tuple[int, ...]  # of the blocks
    is_complex: bool


def projection_of(environment: FiniteEnvironment | GaussianBath) -> Projection | None:
    """Return the projection of a finite environment, None for a Gaussian bath."""
    return (
        environment.projection if isinstance(environment, FiniteEnvironment) else None
    )


def relevant_start(
    rho0: Any, environment: FiniteEnvironment | GaussianBath
) -> RelevantStart:
    """Bring any form of the initial state into columns."""
    d = environment.d
    P = projection_of(environment)
    n, total = (1, 0) if P is None else (P.n, d * P.e)
    rho = as_state(rho0, "rho0")
    check_finite(rho, "rho0")
    totals = None
    if rho.shape == (d, d) and n == 1:
        blocks = rho[None]
    elif P is not None and rho.shape == (total, total):
        totals = hermitian_parts(rho[None])
        blocks = P.blocks(rho)
    elif rho.ndim >= 3 and rho.shape[-3:] == (n, d, d):
        blocks = rho
    else:
        shapes = [f"({d}, {d})"] * (n == 1) + [f"(..., {n}, {d}, {d})"]
        shapes += [f"({total}, {total})"] * (P is not None)
        raise ValueError(
            f"`rho0` must have shape {' or '.join(shapes)}, but has shape {rho.shape}."
        )
    x = to_coordinates(blocks).reshape(-1, n * d * d).T
    is_complex = len(totals) == 2 if totals is not None else bool(x.imag.any())
    columns = np.concatenate([x.real, x.imag], axis=1) if is_complex else x.real
    return RelevantStart(columns, totals, blocks.shape, is_complex)


def to_blocks(x: np.ndarray, start: RelevantStart, d: int) -> np.ndarray:
    """Columns (t, m, r) → blocks (*batch, t, n, d, d)."""
    if start.is_complex:
        half = x.shape[2] // 2
        x = x[..., :half] + 1j * x[..., half:]
    *batch, n = start.shape[:-2]
    blocks = from_coordinates(np.moveaxis(x, 2, 0).reshape(-1, len(x), n, d * d))
    return blocks.reshape(*batch, len(x), n, d, d)
