"""Solvable systems, each with the closed form of its reduced state.

ħ = 1, |0⟩ is the excited level (σ_z|0⟩ = +|0⟩), σ₋ = |1⟩⟨0|. Every solver that can run
one is tested on all of them: ``pytest.mark.parametrize("system", SYSTEMS, ids=str)``.
Initial states are complex and have no symmetry unless the closed form asks for it.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

SIGMA_X = np.array([[0, 1], [1, 0]], dtype=complex)
SIGMA_Y = np.array([[0, -1j], [1j, 0]])
SIGMA_Z = np.diag([1.0 + 0j, -1.0])
LOWERING = np.array([[0, 0], [1, 0]], dtype=complex)  # |1⟩⟨0|
RAISING = LOWERING.T
RHO0 = np.array([[0.7, 0.3 - 0.2j], [0.3 + 0.2j, 0.3]])


@dataclass(frozen=True, kw_only=True, eq=False)
class SolvableSystem:
    """A register of n levels, a start, and the exact reduced state."""

    name: str
    hamiltonians: np.ndarray  # (n, d, d)
    jumps: Mapping[tuple[int, int], np.ndarray]  # (i, j): (l, d, d), from j to i
    register_law: np.ndarray  # (n,)
    rho0: np.ndarray  # (d, d)
    exact: Callable[[np.ndarray], np.ndarray]  # (t,) -> (t, d, d)

    def __str__(self) -> str:
        return self.name


def state(excited: np.ndarray, coherence: np.ndarray) -> np.ndarray:
    """The states with ρ₀₀ = excited and ρ₀₁ = coherence, both of shape (t,)."""
    rows = [[excited, coherence], [np.conj(coherence), 1 - excited]]
    return np.moveaxis(np.array(rows, dtype=complex), -1, 0)


def thermal_qubit(name: str, rate: float, photons: float) -> SolvableSystem:
    """Jumps √(g(n̄+1)) σ₋ and √(g n̄) σ₊ under H = (ω/2)σ_z.

    With Γ = g(2n̄+1): p_e = p∞ + (p_e(0) − p∞) e^{−Γt}, p∞ = n̄/(2n̄+1), and
    ρ₀₁ = ρ₀₁(0) e^{−iωt − Γt/2}. Amplitude damping is n̄ = 0.
    """
    omega, total = 1.3, rate * (2 * photons + 1)
    steady = photons / (2 * photons + 1)

    def exact(times: np.ndarray) -> np.ndarray:
        excited = steady + (RHO0[0, 0] - steady) * np.exp(-total * times)
        return state(excited, RHO0[0, 1] * np.exp(-(1j * omega + total / 2) * times))

    jumps = [
        np.sqrt(rate * (photons + 1)) * LOWERING,
        np.sqrt(rate * photons) * RAISING,
    ]
    return SolvableSystem(
        name=name,
        hamiltonians=omega / 2 * SIGMA_Z[None],
        jumps={(0, 0): np.array(jumps if photons else jumps[:1])},
        register_law=np.ones(1),
        rho0=RHO0,
        exact=exact,
    )


def dephasing() -> SolvableSystem:
    """Jump √g σ_z under H = (ω/2)σ_z: ρ₀₁ = ρ₀₁(0) e^{−iωt − 2gt}, p_e constant."""
    rate, omega = 0.3, 0.9

    def exact(times: np.ndarray) -> np.ndarray:
        coherence = RHO0[0, 1] * np.exp(-(1j * omega + 2 * rate) * times)
        return state(np.full(len(times), RHO0[0, 0]), coherence)

    return SolvableSystem(
        name="dephasing",
        hamiltonians=omega / 2 * SIGMA_Z[None],
        jumps={(0, 0): np.sqrt(rate) * SIGMA_Z[None]},
        register_law=np.ones(1),
        rho0=RHO0,
        exact=exact,
    )


def damped_rabi(name: str, rate: float, drive: float) -> SolvableSystem:
    """H = (D/2)σ_x, jump √g σ_z, from r = (x₀, 0, z₀); W = √(D² − g²).

    z = z₀ e^{−gt}(cos Wt + (g/W) sin Wt), y = −z₀ e^{−gt}(D/W) sin Wt and
    x = x₀ e^{−2gt}. At g = D, where the generator has no basis of eigenvectors,
    cos Wt → 1 and (sin Wt)/W → t; for g > D both are hyperbolic.
    """
    x0, z0 = 0.4, 0.8
    w = np.sqrt(complex(drive**2 - rate**2))

    def exact(times: np.ndarray) -> np.ndarray:
        sine = (np.sin(w * times) / w).real if w else times
        damped = z0 * np.exp(-rate * times)
        z = damped * (np.cos(w * times).real + rate * sine)
        y = -damped * drive * sine
        x = x0 * np.exp(-2 * rate * times)
        return state((1 + z) / 2, (x - 1j * y) / 2)

    return SolvableSystem(
        name=name,
        hamiltonians=drive / 2 * SIGMA_X[None],
        jumps={(0, 0): np.sqrt(rate) * SIGMA_Z[None]},
        register_law=np.ones(1),
        rho0=(np.eye(2) + x0 * SIGMA_X + z0 * SIGMA_Z) / 2,
        exact=exact,
    )


def telegraph(name: str, rates: tuple[float, float], law: float) -> SolvableSystem:
    """H^i = ±(a/2)σ_z on two levels, left at rates k₀ and k₁; law (p, 1 − p).

    Block coherences c obey ċ₀ = (−ia − k₀)c₀ + k₁c₁, ċ₁ = k₀c₀ + (ia − k₁)c₁. With
    δ = ia + (k₀ − k₁)/2, κ² = δ² + k₀k₁ and C = ρ₀₁(t)/ρ₀₁(0):

    C = e^{−(k₀+k₁)t/2} {cosh κt + [(k₀ − δ)p + (k₁ + δ)(1 − p)] sinh(κt)/κ}.

    For k₀ = k₁ = k and p = 1/2 this is e^{−kt}(cos Kt + (k/K) sin Kt), K = √(a² − k²).
    """
    splitting, (k0, k1) = 1.1, rates
    delta = 1j * splitting + (k0 - k1) / 2
    kappa = np.sqrt(delta**2 + k0 * k1)
    slope = ((k0 - delta) * law + (k1 + delta) * (1 - law)) / kappa

    def exact(times: np.ndarray) -> np.ndarray:
        turn = np.cosh(kappa * times) + slope * np.sinh(kappa * times)
        kept = np.exp(-(k0 + k1) / 2 * times) * turn
        return state(np.full(len(times), RHO0[0, 0]), RHO0[0, 1] * kept)

    return SolvableSystem(
        name=name,
        hamiltonians=splitting / 2 * np.array([SIGMA_Z, -SIGMA_Z]),
        jumps={
            (1, 0): np.sqrt(k0) * np.eye(2, dtype=complex)[None],
            (0, 1): np.sqrt(k1) * np.eye(2, dtype=complex)[None],
        },
        register_law=np.array([law, 1 - law]),
        rho0=RHO0,
        exact=exact,
    )


def two_band() -> SolvableSystem:
    """Jumps √γ₁ σ₊ from band 2 to 1 and √γ₂ σ₋ from 1 to 2; start in band 1, no H.

    p_e = p_e(0)[γ₁ + γ₂e^{−(γ₁+γ₂)t}]/(γ₁+γ₂), ρ₀₁ = ρ₀₁(0)e^{−γ₂t/2}: the ground
    level of band 1 is dark, and no coherence comes back.
    """
    up, down = 0.5, 0.2

    def exact(times: np.ndarray) -> np.ndarray:
        kept = (up + down * np.exp(-(up + down) * times)) / (up + down)
        return state(RHO0[0, 0] * kept, RHO0[0, 1] * np.exp(-down / 2 * times))

    return SolvableSystem(
        name="two-band",
        hamiltonians=np.zeros((2, 2, 2), dtype=complex),
        jumps={
            (0, 1): np.sqrt(up) * RAISING[None],
            (1, 0): np.sqrt(down) * LOWERING[None],
        },
        register_law=np.array([1.0, 0.0]),
        rho0=RHO0,
        exact=exact,
    )


def kicked_ring() -> SolvableSystem:
    """Three levels in a ring; every hop kicks the phase, some hops do nothing else.

    Level j is left for j + 1 at rate g with a kick σ_z from every level, and besides
    without one at a rate of its own: ρ₀₁ = ρ₀₁(0) e^{−iωt − 2gt}, whatever those are.
    The levels have different numbers of jumps, and the law moves.
    """
    rate, omega = 0.25, 0.7
    kick, plain = np.sqrt(rate) * SIGMA_Z, np.eye(2, dtype=complex)

    def exact(times: np.ndarray) -> np.ndarray:
        coherence = RHO0[0, 1] * np.exp(-(1j * omega + 2 * rate) * times)
        return state(np.full(len(times), RHO0[0, 0]), coherence)

    return SolvableSystem(
        name="kicked ring",
        hamiltonians=np.stack([omega / 2 * SIGMA_Z] * 3),
        jumps={
            (1, 0): np.array([kick]),
            (2, 1): np.array([kick, np.sqrt(0.8) * plain]),
            (0, 2): np.array([kick, np.sqrt(0.1) * plain, np.sqrt(0.2) * plain]),
        },
        register_law=np.array([0.5, 0.3, 0.2]),
        rho0=RHO0,
        exact=exact,
    )


def lossy_cavity() -> SolvableSystem:
    """H = D a†a, jump √k a on d = 4 Fock states: p photons are lost at a time.

    ρ_mn = e^{−iD(m−n)t − (m+n)kt/2} Σ_p √(C(m+p, p) C(n+p, p)) (1 − e^{−kt})^p
    ρ_{m+p, n+p}(0), exact for the truncated a, which only lowers. ⟨a⟩ is
    ⟨a⟩₀ e^{−iDt − kt/2}.
    """
    d, detuning, rate = 4, 0.8, 0.5
    a = np.diag(np.sqrt(np.arange(1.0, d)), 1).astype(complex)
    ket = np.array([0.5, 0.4 - 0.3j, 0.2 + 0.5j, -0.3j])
    rho0 = 0.7 * np.outer(ket, ket.conj()) / (ket.conj() @ ket).real
    rho0 = rho0 + 0.3 * np.diag([0.1, 0.2, 0.3, 0.4])

    def exact(times: np.ndarray) -> np.ndarray:
        out = np.zeros((len(times), d, d), dtype=complex)
        for m, n in np.ndindex(d, d):
            for p in range(d - max(m, n)):
                paths = np.sqrt(math.comb(m + p, p) * math.comb(n + p, p))
                lost = (1 - np.exp(-rate * times)) ** p
                out[:, m, n] += paths * lost * rho0[m + p, n + p]
            slow = -1j * detuning * (m - n) - (m + n) * rate / 2
            out[:, m, n] *= np.exp(slow * times)
        return out

    return SolvableSystem(
        name="lossy cavity",
        hamiltonians=detuning * (a.conj().T @ a)[None],
        jumps={(0, 0): np.sqrt(rate) * a[None]},
        register_law=np.ones(1),
        rho0=rho0,
        exact=exact,
    )


SYSTEMS = [
    thermal_qubit("amplitude damping", rate=0.4, photons=0.0),
    thermal_qubit("thermal qubit", rate=0.4, photons=0.6),
    dephasing(),
    damped_rabi("damped Rabi", rate=0.3, drive=1.4),
    damped_rabi("critical Rabi", rate=0.6, drive=0.6),
    damped_rabi("overdamped Rabi", rate=0.9, drive=0.5),
    telegraph("slow telegraph", (0.3, 0.3), law=0.5),
    telegraph("uneven telegraph", (1.7, 0.6), law=0.8),
    two_band(),
    kicked_ring(),
    lossy_cavity(),
]
