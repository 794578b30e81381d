"""What moves the Wigner function of a cat in a double well whose position is measured.

The equation of motion is derived from operators, split into its classical, its quantum
and its decohering part, and each part is turned into a function of arrays. The quantum
part lives on the fringes between the packets, is as large there as the classical part,
and nearly cancels it: what turns the fringes is the potential at the packets,
U(x + b) − U(x − b), and not the hill that they stand on. Decoherence is at home there
too.
"""

import numpy as np
import sympy
from matplotlib.figure import Figure

from oqnn.symbolic import (
    cat_state,
    operators,
    phase_space_lindblad,
    symbols,
    to_function,
    wigner,
)

HBAR, RATE = 0.15, 1.0
WIDTH, DISTANCE = 0.4, 1.2  # of the packets, and of each from the middle


def parts() -> dict[str, sympy.Expr]:
    """Return W, and the three parts of ∂W/∂t by what they are proportional to."""
    x, p, hbar = symbols()
    t, kappa = sympy.Symbol("t", real=True), sympy.Symbol("kappa", positive=True)
    X, P = operators()
    H = P**2 / 2 + (X**2 - sympy.Rational(3, 2)) ** 2 / 4
    change = phase_space_lindblad(H, [sympy.sqrt(kappa) * X])
    print("∂W/∂t =", change)
    measured = kappa * change.coeff(kappa)
    free = (change - measured).expand()
    quantum = hbar**2 * free.coeff(hbar, 2)
    W = sympy.Function("W")(x, p, t)
    cat = wigner(cat_state(WIDTH, DISTANCE))
    found = {
        "the state W": W,
        "classical flow": free - quantum,
        "quantum correction, $\\hbar^2$": quantum,
        "measurement": measured,
    }
    return {
        name: part.subs(kappa, RATE)
        .replace(W.func, sympy.Lambda((x, p, t), cat))
        .doit()
        for name, part in found.items()
    }


def draw(x: np.ndarray, p: np.ndarray, values: dict[str, np.ndarray]) -> Figure:
    """Return a map of each part, all but W on one scale of colours."""
    figure = Figure(figsize=(9.6, 2.7), dpi=200, layout="constrained")
    axes = figure.subplots(1, len(values), sharey=True)
    for axis, (name, value) in zip(axes, values.items(), strict=True):
        limit = np.abs(value).max()
        picture = axis.pcolormesh(x, p, value.T, cmap="RdBu_r", vmin=-limit, vmax=limit)
        picture.set_rasterized(True)
        figure.colorbar(picture, ax=axis, orientation="horizontal", shrink=0.8)
        axis.set(title=name, xlabel="x")
        axis.title.set_size(9)
    axes[0].set_ylabel("p")
    return figure


def main() -> None:
    """Derive, evaluate, and say how much of the change is of which kind."""
    x, p, hbar = symbols()
    grid_x, grid_p = np.linspace(-2.8, 2.8, 351), np.linspace(-1.5, 1.5, 301)
    values = {
        name: to_function(part, (x, p, hbar))(grid_x[:, None], grid_p[None], HBAR)
        for name, part in parts().items()
    }
    area = (grid_x[1] - grid_x[0]) * (grid_p[1] - grid_p[0])
    print(f"∫ W dx dp = {values['the state W'].sum() * area:.9f}")
    for name, value in list(values.items())[1:]:
        print(f"∫ |{name.split(',')[0]}| dx dp = {np.abs(value).sum() * area:.3f}")
    both = values["classical flow"] + values["quantum correction, $\\hbar^2$"]
    print(f"∫ |both together| dx dp = {np.abs(both).sum() * area:.3f}")
    draw(grid_x, grid_p, values).savefig("what_moves_a_cat.png")
    print("drawn: what_moves_a_cat.png")


if __name__ == "__main__":
    main()
