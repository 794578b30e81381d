"""When a chaotic network parts from its classical motion, and whether anyone notices.

Four neurons make a well with a hill in its middle. Driven, its motion is chaotic; left
alone it is regular. Packets leave the classical trajectory of their centre after a time
that grows as log 1/ħ in the one and as a power of 1/ħ in the other. Wigner functions
part from the classical ones too, but averages over a classical cloud with the same
start stay right, the better the smaller ħ is.
"""

import numpy as np
from matplotlib.figure import Figure

from oqnn.phase_space import (
    Driven,
    NetworkPotential,
    PhaseSpaceGrid,
    Potential,
    WignerFunction,
    classical_trajectories,
    propagate_classical,
    propagate_wavefunction,
    tangent_maps,
    wigner_from_wavefunction,
)

NETWORK = NetworkPotential(
    [3, -2.5, 1.5, -1.5], [-4.5, -4, 0, 0], [1, 1.2, -2 / 3, -2 / 3], "softplus"
)
DRIVEN, PERIOD = Driven(NETWORK, 0.7, 1.2), 2 * np.pi / 1.2
SIZES = (0.2, 0.1, 0.05, 0.02, 0.01)  # ħ
STARTS = {"chaotic": 24, "regular": 4}
CLOUDS, CLOUD = 6, 1500  # as many packets have a cloud, of twice as many points
AWAY = 0.5  # from the trajectory, a length
UNTIL = 25.0  # clouds are followed
SHOWN, WHEN = 0.05, 12.0  # ħ and time of the picture


def starts() -> dict[str, tuple[Potential, np.ndarray, np.ndarray]]:
    """Return each flow with the centres of its packets, and its times."""
    begin = np.random.default_rng(5).normal(0, 0.1, (2, STARTS["chaotic"]))
    sea = classical_trajectories(DRIVEN, *begin, [0, 12 * PERIOD], step=0.1)
    still = np.zeros((2, STARTS["regular"]))
    still[0] = np.linspace(2.0, 2.6, STARTS["regular"])
    return {
        "chaotic": (DRIVEN, np.stack([sea.x[1], sea.p[1]]), np.arange(26.0)),
        "regular": (NETWORK, still, np.arange(0, 91, 2.5)),
    }


def packets(centres: np.ndarray, hbar: float) -> tuple[np.ndarray, np.ndarray]:
    """Return packets of width √ħ, shape (centre, m), and their x of shape (m,)."""
    points = 2 * round(6 * 4.5 / (np.pi * hbar))
    x = np.linspace(-6, 6, points, endpoint=False)
    x0, p0 = centres[..., None]
    psi = np.exp((-((x - x0) ** 2) / 2 + 1j * p0 * x) / hbar)
    return psi / (np.pi * hbar) ** 0.25, x


def part(
    U: Potential, centres: np.ndarray, times: np.ndarray, hbar: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return when packets leave their trajectories, and how wrong their clouds are."""
    psi, x = packets(centres, hbar)
    run = propagate_wavefunction(U, psi, x, times, hbar=hbar, step=0.06)
    means = np.abs(run.values) ** 2 @ x * (x[1] - x[0])  # (t, centre)
    centre = classical_trajectories(U, *centres, times, step=0.1)
    away = np.abs(means - centre.x) > AWAY
    left = np.where(away.any(axis=0), times[away.argmax(axis=0)], np.inf)
    noise = np.random.default_rng(6).normal(0, np.sqrt(hbar / 2), (2, CLOUD))
    noise = np.concatenate([noise, -noise], axis=1)  # their mean is exact
    early = times <= UNTIL
    cloud = classical_trajectories(
        U, *(centres[:, :CLOUDS, None] + noise[:, None]), times[early], step=0.25
    )
    gaps = means[early, :CLOUDS] - cloud.x.mean(axis=-1)
    return left, np.sqrt((gaps**2).mean(axis=0))


def two_functions(
    U: Potential, centre: np.ndarray
) -> tuple[WignerFunction, WignerFunction]:
    """Return the quantum and the classical W of one packet at the time shown."""
    grid = PhaseSpaceGrid.centered(4.2, 3.4, (240, 320), hbar=SHOWN)
    psi, x = packets(centre[:, None], SHOWN)
    run = propagate_wavefunction(U, psi[0], x, [0, WHEN], hbar=SHOWN, step=0.05)

    def packet(x: np.ndarray, p: np.ndarray) -> np.ndarray:
        square = (x - centre[0]) ** 2 + (p - centre[1]) ** 2
        return np.exp(-square / SHOWN) / (np.pi * SHOWN)

    classical = propagate_classical(U, packet, [0, WHEN], grid=grid, step=0.25)
    return wigner_from_wavefunction(run.values[1], x, grid), classical.states[1]


def draw(
    functions: tuple[WignerFunction, WignerFunction],
    left: dict[str, np.ndarray],
    gaps: dict[str, np.ndarray],
) -> Figure:
    """Return both W, the times of leaving, and the errors of the means."""
    figure = Figure(figsize=(10.4, 2.9), dpi=200, layout="constrained")
    axes = figure.subplots(1, 4)
    for axis, W, name in zip(axes, functions, ("quantum", "classical"), strict=False):
        limit = 0.5 / (np.pi * SHOWN)
        picture = axis.pcolormesh(
            W.grid.x, W.grid.p, W.values.T, cmap="RdBu_r", vmin=-limit, vmax=limit
        )
        picture.set_rasterized(True)
        axis.set(title=f"{name} W, ħ = {SHOWN}, t = {WHEN:.0f}", xlabel="x", ylabel="p")
        axis.set(xlim=(-2, 3), ylim=(-1.7, 2.7))
        axis.title.set_size(9)
    for (name, times), colour in zip(left.items(), ("C3", "C0"), strict=True):
        inverse = 1 / np.array(SIZES)
        axes[2].plot(inverse, np.median(times, axis=1), f"{colour}o-", ms=4, label=name)
        axes[3].plot(inverse, gaps[name].mean(axis=1), f"{colour}o-", ms=4, label=name)
    axes[2].set(xscale="log", xlabel="1/ħ", title="packets leave their trajectory at t")
    axes[3].set(
        xscale="log", yscale="log", xlabel="1/ħ", title="error of the cloud's ⟨x⟩"
    )
    for axis in axes[2:]:
        axis.title.set_size(9)
        axis.legend(fontsize=7)
    return figure


def main() -> None:
    """Follow packets in both flows for every ħ, and print the times and their laws."""
    flows = starts()
    U, centres, times = flows["chaotic"]
    maps = tangent_maps(U, *centres, times, step=0.1)
    rate = np.polyfit(times[3:], np.log(maps.stretching[3:]).mean(axis=1), 1)[0]
    found = {
        name: [part(*flow, hbar) for hbar in SIZES] for name, flow in flows.items()
    }
    left = {name: np.array([one[0] for one in rows]) for name, rows in found.items()}
    gaps = {name: np.array([one[1] for one in rows]) for name, rows in found.items()}

    print("        a packet leaves its trajectory    error of the cloud's mean, t ≤ 25")
    print("     ħ          chaotic      regular          chaotic      regular")
    for n, hbar in enumerate(SIZES):
        at = [np.median(left[name][n]) for name in flows]
        far = [gaps[name][n].mean() for name in flows]
        row = f"{at[0]:17.1f}{at[1]:13.1f}{far[0]:17.3f}{far[1]:13.3f}"
        print(f"{hbar:6.2f}{row}")
    logs = -np.log(SIZES)
    middle = {name: np.median(times, axis=1) for name, times in left.items()}
    slope = np.polyfit(logs, middle["chaotic"], 1)[0]
    power = np.polyfit(logs, np.log(middle["regular"]), 1)[0]
    print(
        f"chaotic: {slope:.1f} per factor e of 1/ħ, where 1/2λ = {1 / (2 * rate):.1f}"
    )
    print(f"regular: as the power {power:.2f} of 1/ħ")

    both = two_functions(U, np.array([0.3, 0.2]))
    overlap = both[0].overlap(both[1])
    print(f"overlap h∬W W_cl in the picture: {overlap:.2f}, one at the start")
    draw(both, left, gaps).savefig("chaos_break_time.png")
    print("drawn: chaos_break_time.png")


if __name__ == "__main__":
    main()
