"""A qubit between two bands: what it costs to forget in which one the environment is.

The environment is two bands of 200 and 150 levels with random couplings, and starts
evenly mixed in the first. Second order projected on the bands, a register of two
levels, finds the population that comes back. Second order projected on a product state
cannot: its second band stays empty. Coherences are subtler: every level is shifted by
an amount of its own, and second order averages the shifts too soon.
"""

import numpy as np
from matplotlib.figure import Figure

from oqnn import TwoBand
from oqnn.environments import DisorderAverage

BLUE, ORANGE, VERMILION, GREY = "#0072B2", "#E69F00", "#D55E00", "#7F7F7F"
EXCITED, PLUS = np.diag([1.0, 0.0]), np.full((2, 2), 0.5)


def compare(model: TwoBand, times: np.ndarray) -> dict[str, dict[str, np.ndarray]]:
    """Return populations from e, and coherences from |+⟩, by each equation."""
    decay = np.exp(-model.rates[1] * model.effective_time(times) / 2)
    return {
        "population": {
            "two bands": model.tcl2_population(times),
            "two bands, no memory": model.markov_population(times),
            "product": model.product_population(times),
        },
        "coherence": {
            "two bands, levels shifted": model.coherence(times)[:, 0],
            "two bands": decay,
        },
    }


def draw(model: TwoBand, exact: dict[str, DisorderAverage]) -> Figure:
    """Return populations and coherences, exact and by each equation."""
    figure = Figure(figsize=(7.0, 2.9), dpi=200, layout="constrained")
    looks = {
        "two bands": {"color": BLUE, "ls": "-"},
        "two bands, no memory": {"color": GREY, "ls": ":"},
        "product": {"color": VERMILION, "ls": "--"},
        "two bands, levels shifted": {"color": ORANGE, "ls": "-"},
    }
    total = model.rates.sum()
    fine = np.linspace(0, exact["population"].times[-1], 401)
    for axes, (name, curves) in zip(
        figure.subplots(1, 2), compare(model, fine).items(), strict=True
    ):
        place, scale = ((0, 0), 1) if name == "population" else ((0, 1), 2)
        found = scale * exact[name].states[(slice(None), *place)].real
        error = scale * exact[name].state_errors[(slice(None), *place)].real
        for label, values in curves.items():
            axes.plot(total * fine, values, label=label, lw=1.3, **looks[label])
        axes.errorbar(
            total * exact[name].times,
            found,
            error,
            fmt="ko",
            ms=2.5,
            lw=1,
            label="exact",
        )
        axes.set(xlabel=r"time $(\gamma_1 + \gamma_2)\,t$", xlim=(0, 6), ylim=(0, 1.02))
        axes.legend(frameon=False, fontsize=8)
        axes.spines[["top", "right"]].set_visible(False)
    figure.axes[0].set_ylabel("excited population")
    figure.axes[1].set_ylabel(r"coherence $\rho_{eg}(t)/\rho_{eg}(0)$")
    return figure


def main() -> None:
    """Print the largest deviation of each equation from the exact averages."""
    model = TwoBand(200, 150, width=0.5, coupling=0.0017)
    times = np.linspace(0, 6 / model.rates.sum(), 25)
    exact = {
        name: model.exact(start, times, seed=1, realizations=20)
        for name, start in (("population", EXCITED), ("coherence", PLUS))
    }
    found = {
        "population": exact["population"].states[:, 0, 0].real,
        "coherence": 2 * exact["coherence"].states[:, 0, 1],
    }
    for name, curves in compare(model, times).items():
        error = exact[name].evolution.error
        print(f"{name}, exact up to a standard error of {error:.4f}")
        for label, values in curves.items():
            gap = np.abs(values - found[name]).max()
            print(f"    {label:<27}off by {gap:.4f}")
    draw(model, exact).savefig("two_band_register.png")


if __name__ == "__main__":
    main()
