"""Which states of an oscillator survive an environment that measures its position.

The environment sees x, so at first states of sharp position lose the least. But the
Hamiltonian turns sharp positions into sharp momenta and back, and over a period of a
weak measurement the coherent states win.
"""

import numpy as np
from matplotlib.figure import Figure

from oqnn import RegisterGenerator, dynamical_maps
from oqnn.measures import Sieve, predictability_sieve, purity_rate

LEVELS = 22
SQUEEZING = np.linspace(-0.7, 0.7, 15)  # r > 0: sharp position, Var x = e^{-2r}/2
FINE = np.linspace(-0.7, 0.7, 141)
BLUE, VERMILION, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#7F7F7F"


def squeezed(r: float) -> np.ndarray:
    """Return the squeezed vacuum, c_2m ∝ (−tanh r / 2)^m √(2m)! / m!, normalised."""
    ket = np.zeros(LEVELS)
    ket[0] = 1
    for m in range(1, LEVELS // 2):
        ket[2 * m] = -np.tanh(r) * np.sqrt((2 * m - 1) / (2 * m)) * ket[2 * m - 2]
    return ket / np.linalg.norm(ket)


def gaussian_purity(r: float, strength: float, t: np.ndarray) -> np.ndarray:
    """Return 1/(2√det Σ) of the squeezed vacuum: Σ turns, and Σ_pp grows at D."""
    s, c = np.sin(2 * t), np.cos(2 * t)
    growth = strength / 2 * np.array([t - s / 2, (1 - c) / 2, t + s / 2])
    sharp, wide = np.exp(-2 * r) / 2, np.exp(2 * r) / 2
    xx = sharp * np.cos(t) ** 2 + wide * np.sin(t) ** 2 + growth[0]
    pp = sharp * np.sin(t) ** 2 + wide * np.cos(t) ** 2 + growth[2]
    xp = (wide - sharp) * np.sin(t) * np.cos(t) + growth[1]
    return 1 / (2 * np.sqrt(xx * pp - xp**2))


def sieve(strength: float, times: np.ndarray) -> tuple[Sieve, np.ndarray]:
    """Return the sieve of the squeezed states, and their purity rates at the start."""
    a = np.diag(np.sqrt(np.arange(1, LEVELS)), 1)
    x = (a + a.T) / np.sqrt(2)
    generator = RegisterGenerator(a.T @ a, {(0, 0): np.sqrt(strength) * x})
    maps = dynamical_maps(generator, np.r_[0, times]).transfer([1.0])[1:]
    kets = np.array([squeezed(r) for r in SQUEEZING])
    return predictability_sieve(kets, maps), purity_rate(kets, generator.matrix())


def draw(times: np.ndarray, purities: np.ndarray, losses: dict) -> Figure:
    """Return purities along a period, and what is lost at each squeezing."""
    figure = Figure(figsize=(7.0, 2.9), dpi=200, layout="constrained")
    left, right = figure.subplots(1, 2)
    for r, colour, name in (
        (0.7, BLUE, "sharp position"),
        (0.0, GREEN, "coherent"),
        (-0.7, VERMILION, "sharp momentum"),
    ):
        row = purities[int(np.abs(SQUEEZING - r).argmin())]
        left.plot(np.r_[0, times], np.r_[1, row], color=colour, label=name)
    left.set(xlabel=r"time $\omega t$", ylabel=r"purity $\mathrm{Tr}\,\rho^2$")
    left.set(xlim=(0, times[-1]), ylim=(0.75, 1))
    left.set_xticks(np.pi / 2 * np.arange(5), ["0", "π/2", "π", "3π/2", "2π"])
    for (name, (found, exact)), colour, mark in zip(
        losses.items(), (GREEN, BLUE), "os", strict=True
    ):
        right.plot(FINE, exact, color=GREY, linewidth=1, zorder=1)
        right.plot(SQUEEZING, found, mark, color=colour, markersize=4, label=name)
    right.set(xlabel="squeezing $r$ (position sharp for $r > 0$)", ylim=(0, None))
    right.set(ylabel="purity lost, in units of $r = 0$")
    for axes in (left, right):
        axes.legend(frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def main() -> None:
    """Print which squeezing survives at first, and which over a period."""
    times, strength = np.linspace(0, 2 * np.pi, 49)[1:], 0.02
    weak, rates = sieve(strength, times)
    exact = np.array([gaussian_purity(r, strength, times) for r in SQUEEZING])
    error = np.abs(weak.purities - exact).max()
    print(f"at the start r = {SQUEEZING[rates.argmax()]:+.1f} loses the least purity,")
    print(f"over a period r = {SQUEEZING[weak.order[0]]:+.1f}: a coherent state")
    print(f"largest deviation from the formula of Gaussian states: {error:.1e}")
    middle = int(np.abs(SQUEEZING).argmin())
    lost = 1 - weak.mean_purity
    law = [1 - gaussian_purity(r, strength, times).mean() for r in FINE]
    losses = {
        "mean over a period": (lost / lost[middle], law / lost[middle]),
        "at the start": (rates / rates[middle], np.exp(-2 * FINE)),
    }
    figure = draw(times, weak.purities, losses)
    figure.savefig("pointer_states_of_a_measured_oscillator.png")


if __name__ == "__main__":
    main()
