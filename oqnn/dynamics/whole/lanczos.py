"""Kets under a large constant Hamiltonian, by Lanczos steps with an error bound."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.linalg import eigh_tridiagonal

from ..._core.errors import ConvergenceError

__all__ = ["lanczos_kets"]

SIZE = 30  # vectors of a Krylov space
NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(32)
EPS = np.finfo(float).eps


def lanczos_kets(
    H: Any, ket: np.ndarray, times: np.ndarray, tol: float
) -> Iterator[tuple[np.ndarray, float]]:
    r"""Yield exp(−iH(t − t₀))|ψ⟩ at each time, with a bound of its error.

    In the Krylov space of m vectors, with tridiagonal T and the last coupling β, a step
    c(s) = exp(−iTs) e₁ leaves the residual β |c_m(s)|, so that its error is at most

    .. math:: \beta \int_0^s |c_m(\sigma)|\, d\sigma .

    Steps are as long as an even share of `tol` allows; their bounds add up, because the
    evolution is unitary. A few units of rounding a step are added.

    Parameters
    ----------
    H : shape (D, D)
        Hermitian; anything with ``H @ ket``. Not checked.
    ket : shape (D,)
        At ``times[0]``, of any norm.
    times : shape (t,)
        Strictly increasing.
    tol : float
        Largest error of the last ket, relative to its norm.

    Raises
    ------
    ConvergenceError
        If rounding forbids `tol`.

    References
    ----------
    .. [1] Park, Light, J. Chem. Phys. 85, 5870 (1986); Saad, SIAM J. Numer. Anal. 29,
       209 (1992), for the residual.
    """
    norm = float(np.linalg.norm(ket))
    yield ket, 0.0
    if norm == 0 or len(times) == 1:
        yield from ((ket, 0.0) for _ in times[1:])
        return
    share, now, error, done = tol / (times[-1] - times[0]), times[0], 0.0, 1
    while done < len(times):
        space = _Space(H, ket, norm)
        remaining = times[-1] - now
        step = space.longest_step(remaining, share)
        reached = times[-1] if step == remaining else now + step
        while done < len(times) and times[done] <= reached:
            s = times[done] - now
            yield space.ket(s), error + norm * space.bound(s)
            done += 1
        ket, error, now = space.ket(step), error + norm * space.bound(step), reached


class _Space:
    """The Krylov space of one step."""

    def __init__(self, H: Any, ket: np.ndarray, norm: float) -> None:
        basis = np.empty((min(SIZE, len(ket)), len(ket)), dtype=complex)
        diagonal, coupling = [], []
        basis[0] = ket / norm
        for j in range(len(basis)):
            w = H @ basis[j]
            diagonal.append(np.vdot(basis[j], w).real)
            for _ in range(2):  # once leaves the basis orthogonal to √ε only
                w = w - basis[: j + 1].T @ (basis[: j + 1].conj() @ w)
            coupling.append(float(np.linalg.norm(w)))
            scale = max(map(abs, [*diagonal, *coupling]))
            if coupling[-1] <= 10 * EPS * scale or j + 1 == len(basis):
                break
            basis[j + 1] = w / coupling[-1]
        self._basis, self._norm = basis[: j + 1], norm
        self._last = coupling[-1] if j + 1 < len(ket) else 0.0
        self._energies, self._vectors = eigh_tridiagonal(diagonal, coupling[:-1])

    def _coordinates(self, s: Any) -> np.ndarray:
        """Return c(s) for a time, (m,), or times (k, 1), (k, m)."""
        return (np.exp(-1j * self._energies * s) * self._vectors[0]) @ self._vectors.T

    def ket(self, s: float) -> np.ndarray:
        """Return the ket a time s after the start of the step."""
        return self._norm * (self._coordinates(s) @ self._basis)

    def bound(self, s: float) -> float:
        """Return a bound of the step's error, for a start of norm one."""
        rounding = 8 * EPS * (1 + np.abs(self._energies).max() * s)
        return self._truncation(s) + float(rounding)

    def _truncation(self, s: float) -> float:
        """Return the part of the bound that a larger space would lower."""
        tail = np.abs(self._coordinates((NODES[:, None] + 1) * s / 2)[:, -1])
        return float(self._last * s / 2 * (NODE_WEIGHTS @ tail))

    def longest_step(self, remaining: float, share: float) -> float:
        """Return the longest step whose bound keeps to its share of the tolerance."""
        if self._truncation(remaining) <= share * remaining:
            return remaining
        bad, step = remaining, remaining / 2
        while self._truncation(step) > share * step:
            bad, step = step, step / 2
            if step < 1e-3 / (EPS + np.abs(self._energies).max()):
                raise ConvergenceError(
                    f"`tol` must be within reach of rounding, but an error of "
                    f"{share:.3g} a unit of time is not. Try a larger one."
                )
        for _ in range(4):
            middle = (step + bad) / 2
            if self._truncation(middle) <= share * middle:
                step = middle
            else:
                bad = middle
        return step
