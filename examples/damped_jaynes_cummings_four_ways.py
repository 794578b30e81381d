"""A qubit that decays into a Lorentzian vacuum, four ways.

The exact amplitude, a pseudomode, the time-convolutionless equation of second and
fourth order, and the Nakajima-Zwanzig equation of second order. At weak coupling they
agree; at strong coupling the excitation comes back, and only the first two follow it.
"""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from oqnn.dynamics import nakajima_zwanzig, tcl
from oqnn.environments import DampedJaynesCummings, pseudomode

EXCITED = np.diag([1.0, 0.0])
LOOKS = {
    "exact": {"color": "black", "lw": 1.4},
    "pseudomode": {
        "color": "#0072B2",
        "marker": "o",
        "ms": 3,
        "ls": "",
        "markevery": 8,
    },
    "TCL2": {"color": "#E69F00", "ls": "--"},
    "TCL4": {"color": "#009E73", "ls": "-."},
    "NZ2": {"color": "#D55E00", "ls": ":", "lw": 1.6},
}


def populations(
    model: DampedJaynesCummings, times: np.ndarray
) -> dict[str, np.ndarray]:
    """Return the excited population by every method."""
    H, bath = model.H, model.bath()
    start = (H, EXCITED, times)
    evolutions = {
        "exact": model.evolve(EXCITED, times),
        "pseudomode": pseudomode(*start, model.environment, model.raising, levels=2),
        "TCL2": tcl(*start, bath, order=2),
        "TCL4": tcl(*start, bath, order=4),
        "NZ2": nakajima_zwanzig(*start, bath, order=2),
    }
    return {name: e.states[:, 0, 0].real for name, e in evolutions.items()}


def draw(axes: Axes, times: np.ndarray, found: Mapping[str, np.ndarray]) -> None:
    """Draw one panel."""
    for name, values in found.items():
        axes.plot(times, values, label=name, **LOOKS[name])
    axes.axhspan(-0.5, 0, color="0.93", lw=0)
    axes.set(xlabel=r"time $\gamma_0 t$", xlim=(0, times[-1]), ylim=(-0.5, 1.03))


def main() -> None:
    """Print the largest deviation of each method, and save the curves."""
    figure = Figure(figsize=(7, 2.8), layout="constrained")
    panels = figure.subplots(1, 2, sharey=True)
    print(f"{'λ/γ₀':>5}{'pseudomode':>13}{'TCL2':>9}{'TCL4':>9}{'NZ2':>9}{'least':>9}")
    for axes, width, last in zip(panels, (5.0, 0.3), (5.0, 16.0), strict=True):
        times = np.linspace(0, last, 161)
        model = DampedJaynesCummings(rate=1.0, width=width)
        found = populations(model, times)
        gaps = {name: np.abs(p - found["exact"]).max() for name, p in found.items()}
        print(
            f"{width:>5}{gaps['pseudomode']:>13.1e}{gaps['TCL2']:>9.4f}"
            f"{gaps['TCL4']:>9.4f}{gaps['NZ2']:>9.4f}{found['NZ2'].min():>9.4f}"
        )
        draw(axes, times, found)
        axes.set_title(rf"$\lambda = {width:g}\,\gamma_0$", fontsize=10)
    panels[0].set_ylabel("excited population")
    panels[1].text(15.7, -0.46, "no probability", ha="right", fontsize=8, color="0.4")
    panels[0].legend(frameon=False, fontsize=8)
    figure.savefig("damped_jaynes_cummings.png", dpi=200)


if __name__ == "__main__":
    main()
