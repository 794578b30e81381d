"""A learned drive replayed by QuTiP on S ⊗ C⁴, and the time both take.

Trains one learner for a while, evolves a qubit over one cycle with oqnn, and again with
``qutip.mesolve``, which gets the neurons as splines between dense samples, one solver
call a slice so that no kink lies inside a step:

    python benchmarks/replay_in_qutip.py
"""

import time
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import qutip
from scipy.interpolate import CubicSpline

from oqnn._core.bases import pauli_basis
from oqnn.dynamics import System
from oqnn.environments import Material, ReferenceEnvironment, learn

EPOCHS = 300
RHO0 = np.array([[0.7, 0.2 - 0.3j], [0.2 + 0.3j, 0.3]])
TOLERANCES = {"atol": 1e-10, "rtol": 1e-9, "nsteps": 100_000}


def by_qutip(material: Material, times: np.ndarray) -> np.ndarray:
    """Return the reduced states at the ends of the slices, by an adaptive solver."""
    environment = material.environment
    drift, jumps = environment.generator().drift.embedding()
    sigma = [np.kron(s, np.eye(4)) for s in pauli_basis(1)[1:]]
    controls = material.controls(times[-1])
    hops = [J for J in jumps if not np.allclose(J, _diagonal_in_register(J))]
    local = [qutip.Qobj(J) for J in jumps if np.allclose(J, _diagonal_in_register(J))]
    rho = qutip.Qobj(np.kron(RHO0, np.diag(environment.register_law)))
    states = [rho]
    for start, stop in pairwise(times):
        inside = (controls.times >= start - 1e-9) & (controls.times <= stop + 1e-9)
        spline = CubicSpline(controls.times[inside], controls.values[inside])

        ends = (start, stop)  # a trial step may reach beyond the slice

        def y(t: float, spline: CubicSpline = spline, ends: tuple = ends) -> np.ndarray:
            return spline(np.clip(t, *ends))

        H = [qutip.Qobj(drift)]
        H += [
            [qutip.Qobj(environment.h / 2 * s), lambda t, k=k, y=y: float(y(t)[k])]
            for k, s in enumerate(sigma)
        ]
        rate = [
            qutip.QobjEvo(
                [qutip.Qobj(J), lambda t, y=y: np.sqrt(1 + environment.b * y(t)[3])]
            )
            for J in hops
        ]
        found = qutip.mesolve(
            qutip.QobjEvo(H),
            states[-1],
            [start, stop],
            local + rate,
            options=TOLERANCES,
        )
        states.append(found.states[-1])
    full = np.array([state.full().reshape(2, 4, 2, 4) for state in states])
    return np.einsum("tiajb,ab->tij", full, np.eye(4))


def _diagonal_in_register(jump: np.ndarray) -> np.ndarray:
    """Return the part of an operator that leaves the register's level alone."""
    parts = jump.reshape(2, 4, 2, 4) * np.eye(4)[None, :, None, :]
    return parts.reshape(8, 8)


def timed(
    call: Callable[[], np.ndarray], repeats: int
) -> tuple[np.ndarray, list[float]]:
    """Return the result and the seconds of every call."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = call()
        seconds.append(time.perf_counter() - start)
    return result, seconds


def main() -> None:
    """Print the largest difference and both times."""
    material = learn(ReferenceEnvironment(), seeds=[0], epochs=EPOCHS).material()
    times = np.linspace(0, 8, 81)
    system = System(np.zeros((2, 2)), RHO0)
    ours, fast = timed(lambda: material.evolve(system, times).states, 6)
    theirs, slow = timed(lambda: by_qutip(material, times), 2)
    print(f"largest difference of a reduced state: {np.abs(ours - theirs).max():.1e}")
    print(f"oqnn    first {fast[0]:.3f} s, warm {min(fast[1:]):.3f} s")
    print(f"mesolve first {slow[0]:.3f} s, warm {min(slow[1:]):.3f} s")
    print(f"ratio, warm: {min(slow[1:]) / min(fast[1:]):.0f}")


if __name__ == "__main__":
    main()
