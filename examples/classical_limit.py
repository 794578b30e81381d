"""What is left of quantum mechanics as ħ → 0: a cat, a mixture and a neuron's well.

Three ways to let ħ go to zero. A cat of fixed widths stays quantum: every term of its
equation of motion is of order 1/ħ, and the quantum motion leaves the classical one
behind. Averages over it do converge. With a spread of momenta held fixed the terms
vanish one after the other, as ħ^{2s}, and so does what is lost by leaving them out. The
limit is then a classical distribution, but not that of the mixture of two packets.
"""

import numpy as np

from oqnn.phase_space import (
    GaussianPacket,
    NetworkPotential,
    PhaseSpaceGrid,
    WignerFunction,
    cat_state,
    mixture,
    propagate,
    quantum_corrections,
)
from oqnn.plotting import wigner_panels

WIDTH, DISTANCE, SPREAD = 0.6, 1.2, 0.5  # a, b and c
TIME = 2.5
WELL = NetworkPotential([1.0], [0.0], [1.0], "logcosh")  # the force is −tanh x
SIZES, SHOWN = np.array([0.2, 0.1, 0.05]), 0.1  # ħ
POINTS = {0.2: (160, 192), 0.1: (224, 256), 0.05: (352, 416)}  # fringes are fine


def states(hbar: float, spread: float) -> WignerFunction:
    """Return the cat and the mixture, on a grid that their motion does not leave."""
    sigma = np.hypot(spread, hbar / WIDTH)
    points = (112, 144) if spread else POINTS[hbar]
    grid = PhaseSpaceGrid.centered(3.8 + 4 * sigma, 2.2 + 4 * sigma, points, hbar=hbar)
    sides = [GaussianPacket(x0=side, width=WIDTH) for side in (DISTANCE, -DISTANCE)]
    cat = cat_state(grid, width=WIDTH, distance=DISTANCE, spread=spread)
    both = [cat.values, mixture(sides, grid, spread=spread).values]
    return WignerFunction(np.stack(both), grid)


def axes(W: WignerFunction) -> tuple[np.ndarray, np.ndarray]:
    """Return x and p in the shapes that their products need."""
    return W.grid.x[:, None], W.grid.p[None, :]


def apart(one: WignerFunction, other: WignerFunction) -> np.ndarray:
    """Return ∬|W − V| dx dp, a bound for averages of symbols between −1 and 1."""
    gap = np.abs(one.values - other.values)
    return gap @ one.grid.weights_p @ one.grid.weights_x


def answer(W: WignerFunction) -> np.ndarray:
    """Return ⟨e^{−x²}⟩, a smooth average."""
    return W.expect(lambda x, p: np.exp(-(x**2)))


def line(name: str, values: np.ndarray) -> None:
    """Print values along ħ, and the n of the ħⁿ that they end with."""
    n = np.log2(values[-2] / values[-1])
    print(f"  {name:<36}", *(f"{value:9.2e}" for value in values), f"   ħ^{n:.2f}")


def compare() -> None:
    """Print where a cat and its mixture differ, and where not."""
    print("the cat and the mixture", *(f"   ħ = {size}" for size in SIZES))
    pairs = [states(size, 0.0) for size in SIZES]
    symbols = {
        "x²": lambda x, p, h: x**2,
        "p²/ħ²": lambda x, p, h: (p / h) ** 2,
        "cos(2bp/ħ), a shift by 2b": lambda x, p, h: np.cos(2 * DISTANCE * p / h),
    }
    rows = {
        "purity": [W.purity for W in pairs],
        "negativity": [W.negativity for W in pairs],
    }
    for name, symbol in symbols.items():
        rows[name] = [W.expect(symbol(*axes(W), W.hbar)) for W in pairs]
    for name, row in rows.items():
        print(f"  {name:<28}", *(f"{cat:7.3f} {mixed:6.3f}" for cat, mixed in row))


def terms() -> None:
    """Print ∬|term s| dx dp of the potential's part of ∂W/∂t."""
    print("terms of the equation of motion of the cat")
    for name, spread in (("a, b fixed", 0.0), ("a, b, c fixed", SPREAD)):
        cats = [states(size, spread)[0] for size in SIZES]
        sizes = np.array([quantum_corrections(WELL, W, 2).sizes() for W in cats])
        for s, row in enumerate(sizes.T):
            line(f"{name}: s = {s}", row)


def limit() -> None:
    """Print how far the cat of fixed spread is from its limit, and from the mixture."""
    print("the cat, a, b and c fixed")
    gaps = []
    for size in SIZES:
        both = states(size, SPREAD)
        x, p = axes(both)
        sides = [np.exp(-((x - b) ** 2) / 2 / WIDTH**2) for b in (-DISTANCE, DISTANCE)]
        overlap = np.exp(-(DISTANCE**2) / WIDTH**2)
        area = 2 * np.pi * WIDTH * SPREAD * (1 + overlap)
        values = sum(sides) ** 2 * np.exp(-(p**2) / SPREAD**2) / area
        product = WignerFunction(values, both.grid)
        gaps.append([*apart(both[:1], product), *apart(both[:1], both[1:])])
    line("from |ψ(x)|² P(p)", np.array(gaps)[:, 0])
    line("from the mixture", np.array(gaps)[:, 1])


def motion(spread: float, orders: tuple[int, ...]) -> dict[str, WignerFunction]:
    """Print what truncated motions miss; return maps of the cat at the middle ħ."""
    gaps = np.empty((len(orders), 2, 2, SIZES.size))  # (order, state, W or average, ħ)
    for n, size in enumerate(SIZES):
        start = states(size, spread)
        exact, *cut = (
            propagate(WELL, start, [0, TIME], order_hbar=s, step=0.125).final
            for s in (None, *orders)
        )
        for s, W in enumerate(cut):
            gaps[s, :, 0, n] = apart(W, exact)
            gaps[s, :, 1, n] = np.abs(answer(W) - answer(exact))
        if size == SHOWN:
            maps = {
                "cat": start[0],
                "cat, quantum": exact[0],
                "cat, classical": cut[0][0],
            }
            maps["mixture, quantum"] = exact[1]
    for k, state in enumerate(("cat", "mixture")):
        for s in orders:
            line(f"{state}, order {s}: W", gaps[s, k, 0])
            line(f"{state}, order {s}: an average", gaps[s, k, 1])
    return maps


def main() -> None:
    """Print the tables, and draw the cat before and after."""
    compare()
    terms()
    limit()
    for name, spread, orders in (("pure", 0.0, (0,)), ("spread", SPREAD, (0, 1, 2))):
        print(f"what the truncated motions miss until t = {TIME}, {name} momenta")
        maps = motion(spread, orders)
        grid = maps["cat"].grid
        near = np.ix_(np.abs(grid.x) < 2.4, np.abs(grid.p) < 2)
        shown = {title: W.values[near] for title, W in maps.items()}
        figure = wigner_panels(
            grid.x[near[0].ravel()], grid.p[near[1].ravel()], shown, marginals=True
        )
        figure.savefig(f"classical_limit_{name}.png")
        print(f"drawn: classical_limit_{name}.png")


if __name__ == "__main__":
    main()
