"""The von Neumann equation for ρ(x, x′) on a grid, with decoherence, as a reference."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import ArrayLike

from ..._core.checks import check_hermitian, check_positive
from ..motion.arguments import check_reached, check_time_order, convert_times
from ..motion.splitting import TimeOrder
from ..potentials.checks import check_potential
from ..potentials.potential import Potential, as_potential
from ..transforms.chords import convert_even_axis
from ..wigner_function import EdgeMass, edge_share
from .refinement import Segment, cut, march, refine, steps_between

__all__ = ["DensityEvolution", "propagate_density"]

Rate = Callable[[np.ndarray, np.ndarray], ArrayLike]


@dataclass(frozen=True, kw_only=True, eq=False)
class DensityEvolution:
    """Density matrices along a trajectory, as computed: nothing is renormalised.

    Attributes
    ----------
    times : shape (t,)
        As asked for.
    values : shape (t, ..., m, m)
        ρ(x, x′) at these times.
    x : shape (m,)
        Its axis, in both arguments.
    hbar : float
        ħ.
    error : shape (t,)
        Largest ‖δρ‖/‖ρ‖ of the batch, from finer steps; NaN if `step` was given.
    steps : shape (t,)
        Steps taken since the time before.
    """

    times: np.ndarray
    values: np.ndarray
    x: np.ndarray
    hbar: float
    error: np.ndarray
    steps: np.ndarray

    @property
    def trace(self) -> np.ndarray:
        """∫ρ(x, x) dx, shape (t, ...)."""
        return self._diagonal.sum(-1) * (self.x[1] - self.x[0])

    @property
    def purity(self) -> np.ndarray:
        """∬|ρ|² dx dx′, shape (t, ...)."""
        dx = self.x[1] - self.x[0]
        return (np.abs(self.values) ** 2).sum((-2, -1)) * dx**2

    @property
    def edge_mass(self) -> EdgeMass:
        """Shares of ρ(x, x) in the outer 5 % at both ends of x, and of ρ(p, p)."""
        waves = np.fft.ifft(np.fft.fft(self.values, axis=-2), axis=-1)
        in_p = np.fft.fftshift(np.einsum("...kk->...k", waves).real, axes=-1)
        return EdgeMass(edge_share(self._diagonal), edge_share(in_p))

    @property
    def _diagonal(self) -> np.ndarray:
        return np.einsum("...xx->...x", self.values).real


def propagate_density(
    potential: Potential | Callable[..., ArrayLike],
    rho_xx: ArrayLike,
    x: ArrayLike,
    tlist: ArrayLike,
    *,
    mass: float = 1.0,
    hbar: float = 1.0,
    decay: Rate | None = None,
    diffusion_pp: float = 0.0,
    diffusion_xx: float = 0.0,
    time_order: TimeOrder = 4,
    step: float | None = None,
    tol: float = 1e-9,
) -> DensityEvolution:
    r"""Solve the von Neumann equation of a particle that loses coherence.

    .. math:: \partial_t\rho = -\frac{i}{\hbar}\big[H, \rho\big]
        - \Big[F(\tfrac{x+x'}2, x-x') + \frac{D_{pp}}{\hbar^2}(x-x')^2\Big]\rho
        + D_{xx}(\partial_x + \partial_{x'})^2\rho ,

    with H = p²/2m + U(x, t), by Strang's split steps V/2 T V/2 between (x, x′) and its
    Fourier transform, U at the middle of the step. Order 4 is Richardson's
    extrapolation of whole runs, (4ρ_{dt/2} − ρ_dt)/3, which needs no derivative of U,
    keeps the trace, and positivity to its error. Exact in x to rounding while the state
    keeps away from the edges of x and of p. A slow reference: a step of order 4 costs
    three pairs of transforms of m² points.

    Parameters
    ----------
    potential : Potential or callable
        U(x) or U(x, t), an energy, with its kicks.
    rho_xx : shape (..., m, m), 1/length
        ρ(x, x′) at ``tlist[0]``, Hermitian, of any trace.
    x : shape (m,), length
        Even grid.
    tlist : shape (t,)
        Strictly increasing.
    mass, hbar : float, optional
        m and ħ.
    decay : callable, 1/time
        F of the mean (x + x′)/2 and the distance x − x′, both of shape (m, m), such as
        a scattering rate. Complex rates need F(x, −y) = F(x, y)*.
    diffusion_pp, diffusion_xx : float, optional
        D_pp and D_xx, the coefficients of W_pp and W_xx.
    time_order : 2 or 4, optional
        Order of the steps.
    step : float, optional
        Longest time step. By default steps are refined until `tol` is met. Give one
        for pulses shorter than a thousandth of the time, which may be missed.
    tol : float, optional
        Bound on ‖δρ‖/‖ρ‖ (Frobenius) where no `step` is given.

    Returns
    -------
    DensityEvolution
        ``values`` of shape (t, ..., m, m), with ``trace``, ``purity``, ``edge_mass``
        and ``error``.

    Raises
    ------
    TypeError
        If `potential` is none.
    ValueError
        If shapes disagree, x is not even, ρ is zero or not Hermitian, the potential is
        not finite on x, a decay is negative or not Hermitian, times do not increase, or
        a number is out of its range.
    ConvergenceError
        If `tol` is not met.

    References
    ----------
    .. [1] Eqs. 1.2 and 1.8, before the Wigner transform.

    Examples
    --------
    Without motion, localisation halves a coherence in a known time:

    >>> x = np.linspace(-4, 4, 32, endpoint=False)
    >>> rho = np.exp(-np.add.outer(x**2, x**2) / 2) / np.sqrt(np.pi)
    >>> run = propagate_density(
    ...     lambda x: 0 * x, rho, x, [0, np.log(2)], mass=1e9, decay=lambda x, y: y**2
    ... )
    >>> float((run.values[1] / rho)[16, 20].real.round(9))  # x − x′ = −1
    0.5
    """
    potential = as_potential(potential)
    rho, x = np.asarray(rho_xx, dtype=complex), convert_even_axis(x, "x")
    times = convert_times(tlist, step, tol)
    _check_density(rho, x)
    check_positive(mass, "mass")
    check_positive(hbar, "hbar")
    check_time_order(time_order)
    check_potential(potential, x, times[0])
    rate = _decay_rate(decay, x) + _diffusion(diffusion_pp, "diffusion_pp") * (
        np.subtract.outer(x, x) ** 2 / hbar**2
    )
    _diffusion(diffusion_xx, "diffusion_xx")

    segments = cut(potential, times, x)
    system = _Density(potential, x, mass, hbar, rate, diffusion_xx)

    def run(counts: np.ndarray) -> np.ndarray:
        strang = march(rho, segments, counts, system.cross, system.kicked)
        if time_order == 2:
            return strang
        finer = march(rho, segments, 2 * counts, system.cross, system.kicked)
        return (4 * finer - strang) / 3

    def distance(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        gaps = np.linalg.norm(one - other, axis=(-2, -1))
        gaps = gaps / np.linalg.norm(rho, axis=(-2, -1))
        return gaps.reshape(times.size, -1).max(axis=1)

    values, error, counts = refine(
        run, distance, segments, step=step, order=time_order, tol=tol
    )
    check_reached(values, times, "rho_xx")
    return DensityEvolution(
        times=times,
        values=values,
        x=x,
        hbar=hbar,
        error=error,
        steps=steps_between(segments, counts),
    )


@dataclass(frozen=True, eq=False)
class _Density:
    """What does not change along the way."""

    potential: Potential
    x: np.ndarray
    mass: float
    hbar: float
    rate: np.ndarray  # (m, m)
    diffusion_xx: float

    def free(self, dt: float) -> np.ndarray:
        """Return the factor of the free motion at wave numbers k, k′, shape (m, m)."""
        wave = 2 * np.pi * scipy.fft.fftfreq(self.x.size, self.x[1] - self.x[0])
        k, k_ = wave[:, None], wave
        turning = 0.5j * self.hbar / self.mass * (k**2 - k_**2)
        # (∂_x + ∂_x′)² is −(k + k′)² on waves e^{ikx + ik′x′}
        return np.exp(-dt * (turning + self.diffusion_xx * (k + k_) ** 2))

    def local(self, t: float, dt: float) -> np.ndarray:
        """Return the factor of potential and decay over dt, shape (m, m)."""
        return self._turn(dt * self.potential(self.x, t)) * np.exp(-dt * self.rate)

    def kicked(self, rho: np.ndarray, kick: Potential, t: float) -> np.ndarray:
        """Return ρ after a kick."""
        return self._turn(kick(self.x, t)) * rho

    def cross(self, rho: np.ndarray, segment: Segment, count: int) -> np.ndarray:
        """Return ρ after a segment in `count` equal steps."""
        start, dt = segment.start, (segment.stop - segment.start) / count
        free, half = self.free(dt), self.local(start, dt / 2)
        for n in range(count):
            if self.potential.depends_on_time:
                half = self.local(start + (n + 0.5) * dt, dt / 2)
            rho = half * scipy.fft.ifft2(free * scipy.fft.fft2(half * rho))
        return rho

    def _turn(self, action: np.ndarray) -> np.ndarray:
        """Return the factor of an action U dt on the points, shape (m, m)."""
        return np.exp(-1j * np.subtract.outer(action, action) / self.hbar)


def _check_density(rho: np.ndarray, x: np.ndarray) -> None:
    """Check ρ(x, x′)."""
    if rho.shape[-2:] != (x.size, x.size):
        raise ValueError(
            f"`rho_xx` must have shape (..., {x.size}, {x.size}), indexed [x, x′], but "
            f"has shape {rho.shape}."
        )
    check_hermitian(rho, "rho_xx")
    if not (np.abs(rho) > 0).any(axis=(-2, -1)).all():
        raise ValueError("`rho_xx` must not be zero, but one of its states is.")


def _decay_rate(decay: Rate | None, x: np.ndarray) -> np.ndarray:
    """Return F at all pairs of points, shape (m, m)."""
    if decay is None:
        return np.zeros((x.size, x.size))
    mean, distance = np.add.outer(x, x) / 2, np.subtract.outer(x, x)
    rate = np.broadcast_to(np.asarray(decay(mean, distance)), mean.shape)
    check_hermitian(rate, "decay")
    if not rate.real.min() >= 0:
        raise ValueError(
            f"`decay` must not be negative, but its least value is "
            f"{rate.real.min():.3g}. It is a rate: ρ(x, x′) falls as exp(−F t)."
        )
    return rate


def _diffusion(value: float, name: str) -> float:
    """Return a coefficient of diffusion, having checked that it is one."""
    if not (np.isfinite(value) and value >= 0):
        raise ValueError(f"`{name}` must not be negative, but is {value}.")
    return value
