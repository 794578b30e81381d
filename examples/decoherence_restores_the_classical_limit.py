"""How much decoherence a chaotic system needs to look classical.

A driven double well stretches and folds W until quantum and classical motion part,
however small ħ is. Diffusion of momentum blurs both. What it leaves of the difference
is a function of ħ²/D^{3/2} alone, where ħ² is the size of the only quantum term and √D
that of the finest structure. A given accuracy of W therefore needs D ∝ ħ^{4/3}: much
more than D ∝ ħ², where fringes blur, and where the purity has become classical already.
The same well without a drive obeys the same law: it takes folding, but no chaos.
"""

import numpy as np
from matplotlib.figure import Figure

from oqnn.phase_space import (
    Diffusion,
    DoubleWell,
    Driven,
    PhaseSpaceEvolution,
    PhaseSpaceGrid,
    WignerFunction,
    propagate,
)

DRIVE, FREQUENCY = 0.35, 1.2
PERIOD = 2 * np.pi / FREQUENCY
TIMES = PERIOD * np.array([0, 2, 2.25, 2.5, 2.75, 3])
BOX = (4.2, 5.6)  # half lengths in x and p
POINTS = {0.016: (192, 208), 0.008: (272, 272), 0.004: (368, 352), 0.003: (416, 400)}
SIZES = np.array([0.16, 0.08, 0.04, 0.02])  # ħ
RATES = np.array(list(POINTS))[:3]  # D
WIDTH = 0.3  # standard deviation of the start in x and p, allowed for ħ ≤ 0.18
SHOWN, LEAST = 0.08, 0.003  # ħ and the lesser D of the maps


def move(
    rate: float, hbar: float, drive: float, *, classical: bool = False
) -> PhaseSpaceEvolution:
    """Return the same start, blurred and moved, on a grid as fine as D demands."""
    grid = PhaseSpaceGrid.centered(*BOX, POINTS[rate], hbar=hbar)
    form = (grid.x[:, None] / WIDTH) ** 2 + (grid.p / WIDTH) ** 2
    start = WignerFunction(np.exp(-form / 2) / (2 * np.pi * WIDTH**2), grid)
    return propagate(
        Driven(DoubleWell(0.25, 1.0), drive, FREQUENCY),  # x⁴/4 − x²/2
        start,
        TIMES,
        order_hbar=0 if classical else None,
        channels=[Diffusion(D_pp=rate)],
        step=0.13,
    )


def distances(
    quantum: PhaseSpaceEvolution, classical: PhaseSpaceEvolution
) -> np.ndarray:
    """Return ½∬|ΔW|, ½∫|Δρ(x, x)| and |Δ ln ∬W²|, averaged over the third period."""
    change = (quantum.values - classical.values)[1:]
    of_x = change @ quantum.grid.weights_p
    whole = np.abs(change) @ quantum.grid.weights_p @ quantum.grid.weights_x
    marginal = np.abs(of_x) @ quantum.grid.weights_x
    squares = [(each.values**2).sum((1, 2))[1:] for each in (quantum, classical)]
    entropy = np.abs(np.log(squares[0] / squares[1]))
    return np.array([whole.mean() / 2, marginal.mean() / 2, entropy.mean()])


def threshold(rates: np.ndarray, values: np.ndarray, bound: float) -> float:
    """Return the D at which distances fall to a bound, between two that were tried."""
    if not values.min() < bound < values.max():
        return np.nan
    order = np.argsort(values)
    logs = np.interp(np.log(bound), np.log(values[order]), np.log(rates[order]))
    return float(np.exp(logs))


def spread_of_collapse(values: np.ndarray, rates: np.ndarray, power: float) -> float:
    """Return how far ln d is from one smooth curve over ħ²/D^power."""
    argument = np.log(SIZES[:, None] ** 2 / rates**power).ravel()
    wanted = np.log(values).ravel()
    curve = np.polynomial.Polynomial.fit(argument, wanted, 3)
    return float(np.std(wanted - curve(argument)))


def report(name: str, rates: np.ndarray, values: np.ndarray) -> None:
    """Print distances, (ħ, D), with what they say of powers and thresholds."""
    print(f"{name}: distance in W")
    print("  ħ \\ D ", *(f"{rate:9.4g}" for rate in rates))
    for size, row in zip(SIZES, values, strict=True):
        print(f"  {size:6.2f}", *(f"{value:9.5f}" for value in row))
    near = np.log(values[-2] / values[-1]) / np.log(SIZES[-2] / SIZES[-1])
    print("  ħⁿ, n =", *(f"{n:8.2f} " for n in near), "(the smallest two)")
    for power in (1.0, 1.5):
        found = spread_of_collapse(values, rates, power)
        print(f"  one curve over ħ²/D^{power}: within {100 * found:.0f} %")
    for bound in (0.05, 0.02):
        at = np.array([threshold(rates, row, bound) for row in values])
        known = np.isfinite(at)
        if known.sum() > 1:
            slope = np.polyfit(np.log(SIZES[known]), np.log(at[known]), 1)[0]
            pairs = zip(SIZES[known], at[known], strict=True)
            where = ", ".join(f"{D:.4f} (ħ = {size})" for size, D in pairs)
            print(f"  {bound:.0%} at D = {where}: D ∝ ħ^{slope:.2f}")


def draw_maps(maps: dict[str, WignerFunction]) -> Figure:
    """Return quantum and classical W for the least and the largest D."""
    figure = Figure(figsize=(8.4, 7.6), dpi=200, layout="constrained")
    axes = figure.subplots(2, 2, sharex=True, sharey=True)
    for axis, (title, W) in zip(axes.ravel(), maps.items(), strict=True):
        limit = np.abs(W.values).max()
        picture = axis.pcolormesh(
            W.grid.x, W.grid.p, W.values.T, cmap="RdBu_r", vmin=-limit, vmax=limit
        )
        picture.set_rasterized(True)
        axis.set(title=title, xlim=(-2.6, 2.6), ylim=(-3.4, 3.4))
        figure.colorbar(picture, ax=axis, shrink=0.85)
    for axis in axes[1]:
        axis.set_xlabel("x")
    for axis in axes[:, 0]:
        axis.set_ylabel("p")
    return figure


def draw_laws(values: np.ndarray, entropies: np.ndarray) -> Figure:
    """Return distances over D, over ħ²/D^{3/2}, and those of the entropy over ħ²/D."""
    figure = Figure(figsize=(10.5, 3.4), dpi=200, layout="constrained")
    plain, scaled, pure = figure.subplots(1, 3)
    for size, row, lost, mark in zip(SIZES, values, entropies, "osD^", strict=True):
        plain.loglog(RATES, row, f"{mark}-", label=f"ħ = {size}")
        scaled.loglog(size**2 / RATES**1.5, row, mark)
        pure.loglog(size**2 / RATES, lost, mark)
    guide = np.array([RATES[-1], RATES[0]])
    plain.loglog(guide, 1.2 * values[-1, 0] * (guide / RATES[0]) ** -1.5, "k--", lw=0.8)
    plain.text(0.0062, 0.0062, "$D^{-3/2}$")
    plain.set_xticks(RATES, [f"{rate:g}" for rate in RATES])
    plain.minorticks_off()
    low = np.array([0.2, 6])
    scaled.loglog(low, 0.006 * low, "k--", lw=0.8, label="proportional")
    plain.set(xlabel="D", ylabel="distance in W", title="each ħ on its own")
    scaled.set(xlabel="$\\hbar^2/D^{3/2}$", title="all of them, one curve")
    pure.set(xlabel="$\\hbar^2/D$", ylabel="$|\\Delta \\ln$ purity$|$", title="purity")
    plain.legend(frameon=False, fontsize=8)
    scaled.legend(frameon=False, fontsize=8)
    return figure


def main() -> None:
    """Measure, print what the distances follow, and draw."""
    found = np.empty((SIZES.size, RATES.size, 3))
    for j, rate in enumerate(RATES):
        classical = move(rate, SHOWN, DRIVE, classical=True)
        for i, size in enumerate(SIZES):
            found[i, j] = distances(move(rate, size, DRIVE), classical)
    report("driven double well", RATES, found[..., 0])
    share = found[..., 1] / found[..., 0]
    print(f"  of x alone: {share.min():.2f} to {share.max():.2f} of it")
    print("  ln of the purities apart by")
    for size, row in zip(SIZES, found[..., 2], strict=True):
        print(f"  {size:6.2f}", *(f"{value:9.5f}" for value in row))

    still = np.empty((SIZES.size, RATES.size))
    for j, rate in enumerate(RATES):
        classical = move(rate, SHOWN, 0.0, classical=True)
        for i, size in enumerate(SIZES):
            still[i, j] = distances(move(rate, size, 0.0), classical)[0]
    report("the same well, not driven", RATES, still)

    maps = {}
    for rate in (float(RATES[0]), LEAST):
        quantum = move(rate, SHOWN, DRIVE)
        classical = move(rate, SHOWN, DRIVE, classical=True)
        maps[f"quantum, ħ = {SHOWN}, D = {rate}"] = quantum[3]
        maps[f"classical, D = {rate}"] = classical[3]
    draw_maps(maps).savefig("decoherence_maps.png")
    draw_laws(found[..., 0], found[..., 2]).savefig("decoherence_laws.png")
    print("drawn: decoherence_maps.png, decoherence_laws.png")


if __name__ == "__main__":
    main()
