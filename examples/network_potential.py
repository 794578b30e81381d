"""A particle in the potential of three neurons: where the series in ħ ends, and chaos.

Neurons have poles in the complex plane. The terms of the Moyal series therefore do not
add up on a cat whose packets stand farther apart than the nearest of them, whatever ħ
is: higher orders make it worse, while U(x ± ħθ/2) as it is knows no such difficulty.
Driven by an oscillating force the same neurons are a chaotic well, in which the quantum
W leaves the classical one at a time that grows as log 1/ħ only.
"""

import numpy as np

from oqnn.phase_space import (
    Driven,
    GaussianPacket,
    NetworkPotential,
    PhaseSpaceGrid,
    WignerFunction,
    cat_state,
    propagate,
    propagate_classical,
    propagate_wavefunction,
    quantum_corrections,
    superposition_wavefunction,
    tangent_maps,
    wigner_from_wavefunction,
)
from oqnn.plotting import wigner_panels

NETWORK = NetworkPotential(
    [1.0, 1.0, 1.0], [-1.8, 0.0, 1.8], [2.0, -2.5, 2.0], "logcosh"
)
DRIVEN = Driven(NETWORK, 0.6, 1.2)
WIDTH = 0.25  # of the packets of the cats
START = 2.0  # of the packet in one of the two wells
SIZES = (0.2, 0.1, 0.05)
BROKEN = 0.1


def apart(one: WignerFunction, other: WignerFunction) -> np.ndarray:
    """Return ∬|W − V| dx dp."""
    gap = np.abs(one.values - other.values)
    return gap @ one.grid.weights_p @ one.grid.weights_x


def series() -> None:
    """Print what each order leaves out of ∂W/∂t, for near and far cats."""
    print(f"nearest pole: {NETWORK.pole_distance(0.0):.3f} from the middle")
    print("share of ∂W/∂t left out by orders 0 to 6")
    for distance in (0.8, 1.3, 2.2):
        for size in (0.2, 0.002):
            grid = PhaseSpaceGrid.centered(
                distance + 5 * WIDTH, 5.5 * size / WIDTH, (96, 128), hbar=size
            )
            W = cat_state(grid, width=WIDTH, distance=distance)
            found = quantum_corrections(NETWORK, W, 6)
            left = found.remainder_sizes(power=2) / found.exact_size(power=2)
            print(f"  b = {distance}, ħ = {size:<6}", *(f"{s:8.4f}" for s in left))


def motion() -> None:
    """Print how far truncated motions get away from the quantum one."""
    print("distance of W from the quantum one at t = 0.15, orders 0 to 2")
    for distance in (0.8, 2.0):
        for size, points in ((0.2, (320, 288)), (0.1, (512, 320))):
            grid = PhaseSpaceGrid.centered(
                distance + 2, 4.5 + 5 * size / WIDTH, points, hbar=size
            )
            W = cat_state(grid, width=WIDTH, distance=distance)
            exact, *cut = (
                propagate(NETWORK, W, [0, 0.15], order_hbar=s, step=0.05).final
                for s in (None, 0, 1, 2)
            )
            left = (apart(V, exact) for V in cut)
            print(f"  b = {distance}, ħ = {size:<6}", *(f"{s:8.4f}" for s in left))


def both(
    potential: Driven | NetworkPotential, size: float, times: np.ndarray
) -> tuple[WignerFunction, WignerFunction]:
    """Return the quantum and the classical W of one packet at all times."""
    line = np.linspace(-9, 9, 1024, endpoint=False)
    packet = [GaussianPacket(x0=START, width=np.sqrt(size))]
    psi = superposition_wavefunction(packet, line, hbar=size)
    waves = propagate_wavefunction(potential, psi, line, times, hbar=size, step=0.05)
    grid = PhaseSpaceGrid.centered(4.5, 4.0, (176, 160), hbar=size)
    quantum = wigner_from_wavefunction(waves.values, line, grid)

    def start(x: np.ndarray, p: np.ndarray) -> np.ndarray:
        return np.exp(-((x - START) ** 2 + p**2) / size) / (np.pi * size)

    moved = propagate_classical(potential, start, times, grid=grid, step=0.1)
    return quantum, moved.states


def chaos() -> None:
    """Print when the quantum W leaves the classical one, with a drive and without."""
    rng = np.random.default_rng(4)
    x0, p0 = START + 0.3 * rng.standard_normal(12), 0.3 * rng.standard_normal(12)
    flows = {
        "driven": (DRIVEN, np.array([0.0, 2.5, 3.0, 3.5, 4.0, 4.5])),
        "at rest": (NETWORK, np.arange(0.0, 36.1, 2.0)),
    }
    for name, (potential, times) in flows.items():
        maps = tangent_maps(potential, x0, p0, [0, 150], step=0.1)
        breaks = []
        for size in SIZES:
            quantum, classical = both(potential, size, times)
            gaps = apart(quantum, classical)
            breaks.append(np.interp(np.log(BROKEN), np.log(gaps[1:]), times[1:]))
        rate = np.median(maps.exponents[-1])
        print(
            f"the well {name}: Lyapunov exponent {rate:.3f}, distance {BROKEN} at t ="
        )
        print("  ħ =", SIZES, *(f"{time:7.2f}" for time in breaks))


def draw() -> None:
    """Draw both W's in the driven well, early and late."""
    times = np.array([0.0, 4.5, 10.5])
    quantum, classical = both(DRIVEN, 0.1, times)
    shown = {}
    for n in (1, 2):
        shown[f"quantum, $t = {times[n]}$"] = quantum.values[n]
        shown[f"classical, $t = {times[n]}$"] = classical.values[n]
    figure = wigner_panels(quantum.grid.x, quantum.grid.p, shown, columns=2)
    figure.savefig("network_potential.png")
    print("drawn: network_potential.png")


def main() -> None:
    """Print tables of the series, of truncated motions and of break times."""
    series()
    motion()
    chaos()
    draw()


if __name__ == "__main__":
    main()
