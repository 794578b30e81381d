r"""Memory kernels of finite environments, by propagating with the irrelevant part QL.

Expanded in a coupling α, L = L₀ + αL₁, the irrelevant states Y_k of order k obey

.. math:: \dot Y_k = Q L_0 Y_k + Q L_1 Y_{k-1}

and the kernel of order k is P L₀ Y_k + P L₁ Y_{k−1}. The exact kernel is order zero
with all of L in L₀. Hermitian matrices are real arrays Re Y + Im Y where that pays.
"""

from typing import NamedTuple

import numpy as np

from ..._core.progress import ProgressLine
from ..._core.threads import one_blas_thread
from ..solvers.memory_limit import check_memory
from .baths import FiniteEnvironment
from .projection import Projection
from .total import block_coordinates, escapes, lifted_units, rotate

__all__ = ["FiniteKernel", "finite_kernel"]

DENSE_LIMIT = 1024  # real dimension up to which the propagator is a dense matrix


class FiniteKernel(NamedTuple):
    """Kernel and inhomogeneous term on a uniform grid, in block coordinates."""

    drift: np.ndarray  # (m, m), P L P
    values: np.ndarray  # (t, m, m)
    source: np.ndarray  # (t, m, r)


class _Expansion(NamedTuple):
    """L₀ = −i[H0, ·] and L₁ = −i[H1, ·], and which orders of Y are kept."""

    H0: np.ndarray
    H1: np.ndarray | None
    projection: Projection
    orders: range  # of the kept Y_k
    order: int  # of the kernel

    def derivative(self, Y: np.ndarray) -> np.ndarray:
        """Q L₀ Y_k + Q L₁ Y_{k−1}, (orders, c, D, D)."""
        out = rotate(self.H0, Y)
        if self.H1 is not None and len(Y) > 1:
            out[1:] += rotate(self.H1, Y[:-1])
        return _irrelevant(out, self.projection)

    def observe(self, Y: np.ndarray) -> np.ndarray:
        """Coordinates of Σ_k P L₀ Y_k + P L₁ Y_{k−1}, (c, m)."""
        out = rotate(self.H0, Y.sum(axis=0))
        if self.H1 is not None:
            lower = Y[[k < self.order for k in self.orders]]
            out += rotate(self.H1, lower.sum(axis=0))
        return block_coordinates(out, self.projection)

    def begin(self, totals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Q L P for every coordinate, Qρ for every total state; and P L P."""
        H1, P = self.H1, self.projection
        lifted = lifted_units(P, len(self.H0) // P.e)
        moved = [rotate(self.H0, lifted)]
        if H1 is not None:
            moved.append(rotate(H1, lifted))
        drift = block_coordinates(np.sum(moved, axis=0), P).T
        columns = len(lifted) + len(totals)
        Y = np.zeros((len(self.orders), columns, *self.H0.shape), dtype=complex)
        for place, k in enumerate(self.orders):
            if k < len(moved):
                Y[place, : len(lifted)] = _irrelevant(moved[k], P)
            if k == 0:
                Y[place, len(lifted) :] = _irrelevant(totals, P)
        return Y, drift


def finite_kernel(
    H: np.ndarray,
    environment: FiniteEnvironment,
    step: float,
    n_steps: int,
    order: int | None,
    totals: np.ndarray,
    progress: bool | None = None,
) -> FiniteKernel:
    """Return P L e^{QLτ} Q L P and P L e^{QLτ} Qρ at τ = 0, h, …, n_steps h.

    Parameters
    ----------
    H : shape (d, d)
        Hamiltonian of the system.
    environment : FiniteEnvironment
        Its projection gives m = n d² coordinates.
    step : float
        h.
    n_steps : int
        Number of steps.
    order : int or None
        Order of the expansion in H_int, including all lower ones; None for no
        expansion.
    totals : shape (r, D, D)
        Hermitian total states ρ for the inhomogeneous term; r = 0 for none.
    progress : bool, optional
        Show (True), hide (False), or show after two seconds on a terminal.

    Raises
    ------
    ValueError
        If the memory does not suffice.
    """
    expansion = _expand(H, environment, order, len(totals) > 0)
    m, D = environment.projection.n * environment.d**2, len(environment.H_int)
    columns, size = m + len(totals), len(expansion.orders) * D * D
    dense = size <= DENSE_LIMIT and size <= n_steps * columns
    work = 5 * 16 * size * (size if dense else columns) + 16 * D * D
    check_memory(
        work + 24.0 * (n_steps + 1) * m * columns,
        f"`environment` of size {environment.projection.e} with {n_steps} steps",
        "Take fewer steps, a smaller environment or fewer blocks.",
    )
    rate = _rate(expansion)
    with one_blas_thread():
        Y, drift = expansion.begin(totals)
        if dense:
            values = _by_matrices(expansion, Y, step, n_steps, rate)
        else:
            values = _by_steps(expansion, Y, step, n_steps, rate, progress)
    return FiniteKernel(drift, values[..., :m], values[..., m:])


def _expand(
    H: np.ndarray,
    environment: FiniteEnvironment,
    order: int | None,
    inhomogeneous: bool,
) -> _Expansion:
    """Split L, and drop the orders of Y that stay zero or are not seen."""
    P = environment.projection
    if order is None:
        return _Expansion(environment.total(H), None, P, range(1), 0)
    leaves = escapes(environment.H_E, P.B, P.A)  # Q L₀ P ≠ 0
    returns = escapes(environment.H_E, P.A, P.B)  # P L₀ Q ≠ 0
    first = 0 if leaves or inhomogeneous else 1
    orders = range(first, order + 1 if returns else order)
    return _Expansion(environment.free(H), environment.H_int, P, orders, order)


def _irrelevant(X: np.ndarray, P: Projection) -> np.ndarray:
    return X - P.lift_unchecked(P.blocks_unchecked(X))


def _rate(expansion: _Expansion) -> float:
    """Return a bound of the norm of Q L."""
    P = expansion.projection
    grams = [np.einsum("iab,jba->ij", X, X).real for X in (P.A, P.B)]
    norm = np.sqrt(np.abs(np.linalg.eigvals(grams[0] @ grams[1])).max())
    parts = [H for H in (expansion.H0, expansion.H1) if H is not None]
    return float((1 + norm) * sum(np.ptp(np.linalg.eigvalsh(H)) for H in parts))


def _advance(
    expansion: _Expansion, Y: np.ndarray, step: float, rate: float
) -> np.ndarray:
    """Return Y after a step, by Taylor's series summed to rounding."""
    n_parts = max(1, int(np.ceil(step * rate / 2)))
    for _ in range(n_parts):
        term, total, power = Y, Y.copy(), 1
        while np.abs(term).max() > 1e-17 * np.abs(total).max():
            term = expansion.derivative(term) * (step / n_parts / power)
            total += term
            power += 1
        Y = total
    return Y


def _by_steps(
    expansion: _Expansion,
    Y: np.ndarray,
    step: float,
    n_steps: int,
    rate: float,
    progress: bool | None,
) -> np.ndarray:
    """Propagate the needed columns alone, without a matrix of the superoperator."""
    seen = [expansion.observe(Y).T]
    with ProgressLine("memory kernel", n_steps, show=progress) as line:
        for _ in range(n_steps):
            Y = _advance(expansion, Y, step, rate)
            seen.append(expansion.observe(Y).T)
            line.advance()
    return np.array(seen)  # (t, m, c)


def _by_matrices(
    expansion: _Expansion, Y: np.ndarray, step: float, n_steps: int, rate: float
) -> np.ndarray:
    """Split τ = (i + s k)h, s ~ √N: rows O Tⁱ times columns T^{sk} Y."""
    n_orders, _, D, _ = Y.shape
    size = n_orders * D * D
    units = np.moveaxis(np.eye(size).reshape(size, n_orders, D, D), 1, 0)
    units = _to_hermitian(units)
    T = _to_real(_advance(expansion, units, step, rate)).T
    row = expansion.observe(units).T  # (m, size)
    stride = int(np.ceil(np.sqrt(n_steps + 1)))
    rows = np.empty((stride, *row.shape))
    for i in range(stride):
        rows[i] = row
        row = row @ T
    leap = np.linalg.matrix_power(T, stride)
    columns = np.empty((-(-(n_steps + 1) // stride), size, Y.shape[1]))
    column = _to_real(Y).T
    for k in range(len(columns)):
        columns[k] = column
        column = leap @ column
    values = rows.reshape(-1, size) @ columns  # (k, stride · m, c)
    return values.reshape(-1, rows.shape[1], Y.shape[1])[: n_steps + 1]


def _to_real(Y: np.ndarray) -> np.ndarray:
    """Hermitian (orders, c, D, D) → real (c, orders · D²), one to one."""
    return np.moveaxis(Y.real + Y.imag, 0, 1).reshape(Y.shape[1], -1)


def _to_hermitian(real: np.ndarray) -> np.ndarray:
    """Undo Re Y + Im Y in the last two axes."""
    return (real + real.mT) / 2 + 1j * (real - real.mT) / 2
