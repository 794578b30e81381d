"""The Schrödinger equation on a grid of x, for pure states and as a reference."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import ArrayLike

from ..._core.checks import check_finite, check_positive
from ..motion.arguments import check_reached, check_time_order, convert_times
from ..motion.splitting import TimeOrder
from ..potentials.checks import check_potential
from ..potentials.potential import Potential, as_potential
from ..transforms.chords import convert_even_axis
from ..wigner_function import EdgeMass, edge_share
from .refinement import Segment, cut, march, refine, steps_between

__all__ = ["WavefunctionEvolution", "propagate_wavefunction"]


@dataclass(frozen=True, kw_only=True, eq=False)
class WavefunctionEvolution:
    """Wavefunctions along a trajectory, as computed: nothing is renormalised.

    Attributes
    ----------
    times : shape (t,)
        As asked for.
    values : shape (t, ..., m)
        ψ at these times.
    x : shape (m,)
        Its axis.
    hbar : float
        ħ.
    error : shape (t,)
        Largest ‖δψ‖/‖ψ‖ of the batch, from finer steps; NaN if `step` was given.
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
    def norm(self) -> np.ndarray:
        """∫|ψ|² dx, shape (t, ...)."""
        return (np.abs(self.values) ** 2).sum(-1) * (self.x[1] - self.x[0])

    @property
    def edge_mass(self) -> EdgeMass:
        """Shares of |ψ|² in the outer 5 % at both ends of x, and of p."""
        in_p = np.fft.fftshift(np.abs(np.fft.fft(self.values)) ** 2, axes=-1)
        return EdgeMass(edge_share(np.abs(self.values) ** 2), edge_share(in_p))


def propagate_wavefunction(
    potential: Potential | Callable[..., ArrayLike],
    psi: ArrayLike,
    x: ArrayLike,
    tlist: ArrayLike,
    *,
    mass: float = 1.0,
    hbar: float = 1.0,
    time_order: TimeOrder = 4,
    step: float | None = None,
    tol: float = 1e-10,
) -> WavefunctionEvolution:
    r"""Solve the Schrödinger equation of a particle in a potential.

    .. math:: i\hbar\,\partial_t\psi
              = -\frac{\hbar^2}{2m}\,\partial_x^2\psi + U(x, t)\psi,

    by split steps, with the derivative taken by a Fourier transform on one period of x.
    At order 2 a step is V/2 T V/2; at order 4 it is V/6 T/2 2Ṽ/3 T/2 V/6 with
    :math:`\tilde U = U - (\Delta t\,U')^2/48m` in its middle [1]_, whose time
    coefficients are all positive. Exact in x to rounding while the state keeps away
    from the edges of x and of p, ±πħ/dx. A step costs two transforms at order 4.

    Parameters
    ----------
    potential : Potential or callable
        U(x) or U(x, t), an energy. Order 4 needs its first derivative. Kicks act as
        :math:`e^{-iK/\hbar}`; a state at the time of a kick is that after it.
    psi : shape (..., m), length^(-1/2)
        Wavefunctions at ``tlist[0]``, of any norm.
    x : shape (m,), length
        Even grid.
    tlist : shape (t,)
        Strictly increasing.
    mass, hbar : float, optional
        m and ħ.
    time_order : 2 or 4, optional
        Order of the steps.
    step : float, optional
        Longest time step. By default steps are refined until `tol` is met. Give one
        for pulses shorter than a thousandth of the time, which may be missed.
    tol : float, optional
        Bound on ‖δψ‖/‖ψ‖ where no `step` is given.

    Returns
    -------
    WavefunctionEvolution
        ``values`` of shape (t, ..., m), with ``norm``, ``edge_mass`` and ``error``.

    Raises
    ------
    TypeError
        If `potential` is none, or the derivative it needs is not known.
    ValueError
        If shapes disagree, x is not even, `psi` is zero or not finite, the potential is
        not finite on x, times do not increase, or a number is not positive.
    ConvergenceError
        If `tol` is not met.

    References
    ----------
    .. [1] Suzuki, Proc. Japan Acad. B 69, 161 (1993); Chin, Phys. Lett. A 226, 344
       (1997), eq. (25). Times in U advance with T.

    Examples
    --------
    A packet in a harmonic well is on the other side after half a period:

    >>> x = np.linspace(-8, 8, 64, endpoint=False)
    >>> psi = np.pi**-0.25 * np.exp(-((x - 1) ** 2) / 2)
    >>> run = propagate_wavefunction(lambda x: x**2 / 2, psi, x, [0.0, np.pi])
    >>> (np.abs(run.values) ** 2 @ x * 0.25).round(8)
    array([ 1., -1.])
    """
    potential = as_potential(potential)
    psi, x = np.asarray(psi, dtype=complex), convert_even_axis(x, "x")
    times = convert_times(tlist, step, tol)
    _check_wavefunctions(psi, x)
    check_positive(mass, "mass")
    check_positive(hbar, "hbar")
    check_time_order(time_order)
    check_potential(potential, x, times[0])

    segments = cut(potential, times, x)
    system = _Particle(potential, x, mass, hbar, time_order)

    def run(counts: np.ndarray) -> np.ndarray:
        return march(psi, segments, counts, system.cross, system.kicked)

    def distance(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        gaps = np.linalg.norm(one - other, axis=-1) / np.linalg.norm(psi, axis=-1)
        return gaps.reshape(times.size, -1).max(axis=1)

    values, error, counts = refine(
        run, distance, segments, step=step, order=time_order, tol=tol
    )
    check_reached(values, times, "psi")
    return WavefunctionEvolution(
        times=times,
        values=values,
        x=x,
        hbar=hbar,
        error=error,
        steps=steps_between(segments, counts),
    )


@dataclass(frozen=True, eq=False)
class _Particle:
    """What does not change along the way."""

    potential: Potential
    x: np.ndarray
    mass: float
    hbar: float
    order: int

    def kinetic(self, dt: float) -> np.ndarray:
        """Return e^{−iT dt/ħ} on the frequencies of the transform, shape (m,)."""
        k = 2 * np.pi * scipy.fft.fftfreq(self.x.size, self.x[1] - self.x[0])
        return np.exp(-0.5j * self.hbar * k**2 * dt / self.mass)

    def phase(self, t: float, share: float, gradient: float = 0.0) -> np.ndarray:
        """Return e^{−i share (U − gradient U′²/m)/ħ} at time t, shape (m,)."""
        U = self.potential(self.x, t)
        if gradient:
            U = U - gradient * self.potential.derivative(self.x, 1, t) ** 2 / self.mass
        return np.exp(-1j * share * U / self.hbar)

    def kicked(self, psi: np.ndarray, kick: Potential, t: float) -> np.ndarray:
        """Return wavefunctions after a kick."""
        return psi * np.exp(-1j * kick(self.x, t) / self.hbar)

    def cross(self, psi: np.ndarray, segment: Segment, count: int) -> np.ndarray:
        """Return wavefunctions after a segment in `count` equal steps."""
        start, dt = segment.start, (segment.stop - segment.start) / count
        fourth, moving = self.order == 4, self.potential.depends_on_time
        kinetic = self.kinetic(dt / 2 if fourth else dt)
        end = self.phase(start, dt / 6 if fourth else dt / 2)
        middle = self.phase(start, 2 * dt / 3, dt**2 / 48) if fourth else None
        for n in range(count):
            psi = _drift(end * psi, kinetic)
            if fourth:
                if moving:
                    middle = self.phase(start + (n + 0.5) * dt, 2 * dt / 3, dt**2 / 48)
                psi = _drift(middle * psi, kinetic)
            if moving:
                end = self.phase(start + (n + 1) * dt, dt / 6 if fourth else dt / 2)
            psi = end * psi
        return psi


def _drift(psi: np.ndarray, kinetic: np.ndarray) -> np.ndarray:
    """Multiply the Fourier transform of ψ."""
    return scipy.fft.ifft(kinetic * scipy.fft.fft(psi))


def _check_wavefunctions(psi: np.ndarray, x: np.ndarray) -> None:
    if psi.shape[-1:] != x.shape:
        raise ValueError(
            f"`psi` must have shape (..., {x.size}), one value for each x, but has "
            f"shape {psi.shape}."
        )
    check_finite(psi, "psi")
    if not (np.abs(psi) > 0).any(axis=-1).all():
        raise ValueError("`psi` must not be zero, but one of its states is.")
