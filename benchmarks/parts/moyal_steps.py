"""What a step of Moyal's equation costs, and how its error falls with its length.

A quartic well on 512 × 512 points, 200 steps. The floor is what every split step has
to do: two pairs of real Fourier transforms of the array, one along p and one along x.
It is timed in the same run with NumPy and with SciPy, 200 in a row as well, as a script
calls them; the ratio is to the quicker of the two. Beside it stands the step as
textbooks write it, with complex transforms. Rounds of all of them take turns.

The second table moves a packet in the same well for half a period. Errors are
‖W − W_ref‖/‖W‖ against ψ(t) in the lowest 300 states of an oscillator.
"""

import time
from collections.abc import Callable

import numpy as np
import scipy.fft
from scipy.linalg import eigh

from oqnn.phase_space import (
    GaussianPacket,
    PhaseSpaceGrid,
    Polynomial,
    propagate,
    superposition,
    wigner_from_fock,
)
from oqnn.phase_space.motion.splitting import SplitStep
from oqnn.phase_space.motion.walk import Walk
from oqnn.phase_space.surroundings.open_parts import OpenParts

SIZE, STEPS, REPEATS = 512, 200, 5
LEVELS = 300
NAMES = ("numpy", "scipy")
WELL = Polynomial([0, 0, 0.5, 0, 0.1])


def in_turn(calls: dict[str, Callable[[], object]]) -> dict[str, tuple[float, float]]:
    """Return seconds of each first call and of the best round, rounds in turn."""
    first, rounds = {}, {name: [] for name in calls}
    for name, call in calls.items():
        start = time.perf_counter()
        call()
        first[name] = time.perf_counter() - start
    for _ in range(REPEATS):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            rounds[name].append(time.perf_counter() - start)
    return {name: (first[name], min(rounds[name])) for name in calls}


def repeated(call: Callable[[], object]) -> Callable[[], None]:
    """Return the call done `STEPS` times."""

    def many() -> None:
        for _ in range(STEPS):
            call()

    return many


def floor(values: np.ndarray, fft: object) -> None:
    """Take two pairs of real Fourier transforms."""
    n_x, n_p = values.shape
    fft.irfft(fft.rfft(values, axis=1), n=n_p, axis=1)
    fft.irfft(fft.rfft(values, axis=0), n=n_x, axis=0)


def textbook(values: np.ndarray, grid: PhaseSpaceGrid, dt: float) -> Callable:
    """Return Strang's step with complex transforms, half-steps merged."""
    theta = 2 * np.pi * np.fft.fftfreq(grid.p.size, grid.dp)
    k = 2 * np.pi * np.fft.fftfreq(grid.x.size, grid.dx)
    half = grid.hbar * theta / 2
    x = grid.x[:, None]
    kick = np.exp(1j * dt / grid.hbar * (WELL(x + half) - WELL(x - half)))
    drift = np.exp(-1j * dt * k[:, None] * grid.p)

    def step() -> np.ndarray:
        W = np.fft.ifft(kick * np.fft.fft(values, axis=1), axis=1)
        return np.fft.ifft(drift * np.fft.fft(W, axis=0), axis=0).real

    return step


def step_costs() -> None:
    """Print the cost of a step beside the floor."""
    grid = PhaseSpaceGrid.centered(8, 14, (SIZE, SIZE))
    W = superposition([GaussianPacket(1.0, 0.5)], grid)
    values, dt = np.array(W.values), 0.01
    walk = Walk.prepare(
        WELL, grid, OpenParts.of((), 1.0), mass=1.0, order_hbar=None, time_order=2
    )
    ours = {n: SplitStep(walk.local, walk._flow, dt, n) for n in (2, 4)}
    seconds = in_turn(
        {
            "two real pairs by numpy.fft": repeated(lambda: floor(values, np.fft)),
            "two real pairs by scipy.fft": repeated(lambda: floor(values, scipy.fft)),
            "textbook step, complex": repeated(textbook(values, grid, dt)),
            "oqnn, second order": lambda: ours[2].run(values, 0.0, STEPS),
            "oqnn, fourth order": lambda: ours[4].run(values, 0.0, STEPS),
        }
    )
    least = min(seconds[f"two real pairs by {name}.fft"][1] for name in NAMES)
    print(f"\nMoyal on {SIZE} x {SIZE}, {STEPS} steps of a quartic well, one thread")
    print(f"{'milliseconds a step':32s}{'first':>8s}{'warm':>8s}{'x floor':>9s}")
    for name, (first, warm) in seconds.items():
        once, again = 1e3 * first / STEPS, 1e3 * warm / STEPS
        print(f"{name:32s}{once:8.2f}{again:8.2f}{warm / least:9.2f}")
    start = time.perf_counter()
    propagate(WELL, W, [0, STEPS * dt], step=dt)
    whole = 1e3 * (time.perf_counter() - start) / STEPS
    print(f"propagate, fourth order, checks and reports included: {whole:.2f} a step")


def exact_state(t: float, alpha: complex) -> np.ndarray:
    """Return the Fock amplitudes of a coherent state after a time in the well."""
    n = np.arange(4 * LEVELS)
    a = np.diag(np.sqrt(n[1:]), 1)
    x, p = (a + a.T) / np.sqrt(2), (a - a.T) / np.sqrt(2)
    H = (-p @ p / 2 + x @ x / 2 + 0.1 * x @ x @ x @ x)[: 2 * LEVELS, : 2 * LEVELS]
    energies, states = eigh(H)
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.sqrt(n[1 : 2 * LEVELS])))])
    start = np.exp(n[: 2 * LEVELS] * np.log(alpha) - logs - abs(alpha) ** 2 / 2)
    psi = states @ (np.exp(-1j * energies * t) * (states.T @ start))
    return psi[:LEVELS]


def step_errors() -> None:
    """Print errors and times against the length of a step, for both orders."""
    grid = PhaseSpaceGrid.centered(8, 18, (192, 400))
    centre, t = (0.8, 0.5), 3.0
    W = superposition([GaussianPacket(*centre)], grid)
    exact = wigner_from_fock(exact_state(t, complex(*centre) / np.sqrt(2)), grid).values
    print("\nError after t = 3 in the quartic well, 192 x 400 points")
    print(f"{'order':>5s}{'dt':>10s}{'error':>11s}{'slope':>7s}{'seconds':>9s}")
    for order in (2, 4):
        before = None
        for steps in (30, 60, 120, 240, 480):
            start = time.perf_counter()
            moved = propagate(
                W=W, potential=WELL, tlist=[0, t], step=t / steps, time_order=order
            )
            seconds = time.perf_counter() - start
            error = np.linalg.norm(moved.values[-1] - exact) / np.linalg.norm(exact)
            slope = "" if before is None else f"{np.log2(before / error):7.2f}"
            print(f"{order:5d}{t / steps:10.4f}{error:11.1e}{slope:>7s}{seconds:9.3f}")
            before = error
    chosen = propagate(WELL, W, [0, t])
    error = np.linalg.norm(chosen.values[-1] - exact) / np.linalg.norm(exact)
    print(
        f"by tol=1e-8: error {error:.1e}, estimate {chosen.error[-1]:.1e}, "
        f"{chosen.steps[-1]} steps"
    )
