"""Memory kernels of the Nakajima-Zwanzig equation, exact and expanded."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import (
    check_finite,
    check_hermitian,
    check_increasing,
    check_shapes,
)
from ..._core.qobj import as_operator, as_state
from .bath_kernel import bath_drift, bath_kernel
from .baths import FiniteEnvironment, GaussianBath
from .finite_kernel import finite_kernel

__all__ = [
    "MemoryKernel",
    "check_environment",
    "hermitian_parts",
    "kernel_on_grid",
    "memory_kernel",
    "total_parts",
]


@dataclass(frozen=True, kw_only=True, eq=False)
class MemoryKernel:
    r"""A memory kernel in block coordinates, m = n d², on a uniform grid.

    .. math:: \dot x(t) = M x(t) + \int_0^t K(t-s)\,x(s)\,ds + I(t)

    Coordinates run over blocks first, then over `hermitian_basis(d)`.
    """

    times: np.ndarray  # (t,)
    drift: np.ndarray  # (m, m), M = P L P
    values: np.ndarray  # (t, m, m), K
    source: np.ndarray  # (t, m), I; complex if the total state is not Hermitian


def memory_kernel(
    H: Any,
    environment: FiniteEnvironment | GaussianBath,
    tlist: ArrayLike,
    *,
    order: int | None = None,
    rho0: Any = None,
    progress: bool | None = None,
) -> MemoryKernel:
    r"""Return the Nakajima-Zwanzig kernel of a system in an environment.

    In the Schrödinger picture with a constant Hamiltonian, L = −i[H ⊗ 1 + 1 ⊗ H_E +
    H_int, ·], the exact kernel and inhomogeneous term are

    .. math:: K(\tau) = P L e^{QL\tau} Q L P, \qquad I(t) = P L e^{QLt} Q \rho(0).

    They are propagated with QL, exactly up to rounding: with a dense real matrix for
    up to 1024 coordinates of S ⊗ E, beyond without any matrix. An `order` expands both
    in H_int, all terms up to it; nothing is assumed about odd moments, nor that P and
    the free evolution commute. A GaussianBath has no exact kernel; its orders follow
    from the correlation functions by Wick's theorem, the second exactly, the fourth
    integrated on `tlist` with an error of order six in its step.

    Parameters
    ----------
    H : Qobj or shape (d, d), angular frequency
        Hamiltonian of the system.
    environment : FiniteEnvironment or GaussianBath
        What the system is coupled to.
    tlist : shape (t,)
        Evenly spaced times from 0.
    order : None, 2 or 4, optional
        None for the exact kernel of a FiniteEnvironment.
    rho0 : Qobj, or shape (d e,) or (d e, d e), optional
        Total state for I(t); without it I = 0. FiniteEnvironment only.
    progress : bool, optional
        Show (True), hide (False), or show after two seconds on a terminal.

    Returns
    -------
    MemoryKernel
        Drift, kernel and inhomogeneous term in block coordinates.

    Raises
    ------
    TypeError
        If `environment` is of another class.
    ValueError
        If `H` is not Hermitian or of another size than the environment's system,
        `tlist` is not even or does not start at 0, `order` is not offered, a
        correlation is not finite, or the memory does not suffice.

    References
    ----------
    .. [1] S. Nakajima, Prog. Theor. Phys. 20, 948 (1958); R. Zwanzig, J. Chem. Phys.
       33, 1338 (1960).

    Examples
    --------
    A spin dephased by another: K(0) takes the coherence down at (2g)².

    >>> import numpy as np
    >>> from oqnn.dynamics.projected.projection import Projection
    >>> z, g = np.diag([1.0, -1.0]), 0.5
    >>> spin = Projection.product(np.eye(2) / 2)
    >>> bath = FiniteEnvironment(np.zeros((2, 2)), g * np.kron(z, z), spin)
    >>> kernel = memory_kernel(np.zeros((2, 2)), bath, [0.0, 0.1])
    >>> np.diag(kernel.values[0])
    array([ 0., -1., -1.,  0.])
    """
    H = check_environment(H, environment, order)
    times = np.asarray(tlist, dtype=float)
    check_shapes(tlist=(times, "t"))
    check_increasing(times, "tlist")
    steps = np.diff(times)
    if len(times) < 2 or abs(times[0]) > 0 or np.ptp(steps) > 1e-9 * steps[0]:
        raise ValueError(
            "`tlist` must be two or more evenly spaced times from 0, but goes from "
            f"{times[0]:.6g} with steps from {steps.min(initial=np.inf):.6g} to "
            f"{steps.max(initial=-np.inf):.6g}."
        )
    totals = None
    if rho0 is not None:
        totals = total_parts(rho0, environment)
    step = times[-1] / (len(times) - 1)
    n_steps = len(times) - 1
    drift, values, source = kernel_on_grid(
        H, environment, step, n_steps, order, totals, progress
    )
    if totals is None:
        source = np.zeros((len(times), len(drift), 1))
    seen = source[..., 0] if source.shape[2] == 1 else source @ np.array([1, 1j])
    return MemoryKernel(times=times, drift=drift, values=values, source=seen)


def kernel_on_grid(
    H: np.ndarray,
    environment: FiniteEnvironment | GaussianBath,
    step: float,
    n_steps: int,
    order: int | None,
    totals: np.ndarray | None,
    progress: bool | None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return drift (m, m), kernel (t, m, m) and source (t, m, r), input checked.

    `totals` (r, D, D) are Hermitian total states; without them r = 0.
    """
    if isinstance(environment, GaussianBath):
        values = bath_kernel(H, environment, step, n_steps, order or 2, progress)
        return bath_drift(H), values, np.zeros((*values.shape[:2], 0))
    size = len(environment.H_int)
    if totals is None:
        totals = np.zeros((0, size, size), dtype=complex)
    return finite_kernel(H, environment, step, n_steps, order, totals, progress)


def total_parts(rho0: Any, environment: FiniteEnvironment | GaussianBath) -> np.ndarray:
    """Check a total state and return its Hermitian parts, (1 or 2, D, D)."""
    if isinstance(environment, GaussianBath):
        raise ValueError(
            "`rho0` must be left out for a GaussianBath, which starts in its own state "
            "and has no total ones. Use a FiniteEnvironment."
        )
    rho = as_state(rho0, "rho0")
    size = len(environment.H_int)
    check_shapes(rho0=(rho, f"{size} {size}"))
    check_finite(rho, "rho0")
    return hermitian_parts(rho[None])


def hermitian_parts(operators: np.ndarray) -> np.ndarray:
    """Return X and Y of operators X + iY, (r, D, D) → (2r, D, D), or X if Y = 0."""
    adjoint = operators.conj().mT
    parts = np.array([(operators + adjoint) / 2, (operators - adjoint) / 2j])
    return parts.reshape(-1, *operators.shape[1:]) if parts[1].any() else parts[0]


def check_environment(H: Any, environment: Any, order: int | None) -> np.ndarray:
    """Check what every solver with an environment takes, and return H as an array."""
    H = as_operator(H, "H")
    check_shapes(H=(H, "d d"))
    check_hermitian(H, "H")
    if not isinstance(environment, FiniteEnvironment | GaussianBath):
        raise TypeError(
            "`environment` must be a FiniteEnvironment or a GaussianBath, but is a "
            f"{type(environment).__name__}."
        )
    if len(H) != environment.d:
        raise ValueError(
            f"`H` must have size {environment.d}, that of the system `environment` "
            f"couples to, but has size {len(H)}."
        )
    offered = (2, 4) if isinstance(environment, GaussianBath) else (None, 2, 4)
    if order not in offered:
        raise ValueError(
            f"`order` must be one of {offered} for a {type(environment).__name__}, but "
            f"is {order}. The exact kernel needs a FiniteEnvironment."
        )
    return H
