"""Three gates without a conductor: a circuit as the steady state of a clock and resets.

The circuit makes a GHZ state of three qubits. It starts here from a fully mixed state;
dissipation resets the qubits while the clock shows 0 and applies a gate, or takes it
back, whenever the clock moves.
"""

import numpy as np
from matplotlib.figure import Figure

from oqnn import time_register

HADAMARD = np.array([[1, 1], [1, -1]]) / np.sqrt(2)
CNOT = np.eye(4)[[0, 1, 3, 2]]
GATES = [(HADAMARD, 0), (CNOT, (0, 1)), (CNOT, (1, 2))]
COLOURS = ["#56B4E9", "#009E73", "#E69F00", "#0072B2"]


def draw(
    times: np.ndarray, clock: np.ndarray, fidelity: np.ndarray, rate: float
) -> Figure:
    """Return the law of the clock, and how good the result is that it announces."""
    figure = Figure(figsize=(7.0, 2.8), dpi=200, layout="constrained")
    left, right = figure.subplots(1, 2)
    for t, (law, colour) in enumerate(zip(clock.T, COLOURS, strict=True)):
        left.plot(times, law, color=colour, label=f"{t}")
    left.axhline(0.25, color="0.5", linestyle=":", linewidth=1)
    left.set(ylabel="probability of the clock's value", ylim=(0, 1), xscale="log")
    left.legend(title="clock shows", frameon=False, ncols=2)
    right.plot(times, 1 - fidelity, color=COLOURS[3], label="read out")
    tail = np.exp(-rate * (times - times[-1])) * (1 - fidelity[-1])
    label = rf"$\propto e^{{-{rate:.3f}t}}$"
    right.plot(times, tail, color="0.5", linestyle=":", zorder=1, label=label)
    right.set(ylabel="infidelity of the result", yscale="log", ylim=(None, 2))
    right.legend(frameon=False)
    for axes in (left, right):
        axes.set(xlabel="time (inverse rates)", xlim=(times[0], times[-1]))
        axes.spines[["top", "right"]].set_visible(False)
    right.set_xlim(left=0)
    return figure


def main() -> None:
    """Print gap, mixing time, and what is read out when."""
    register = time_register(GATES, n_qubits=3)
    print(
        f"gap {register.gap:.4f}, mixed to 1 % after {register.mixing_time(0.01):.0f}"
    )
    times = np.geomspace(0.1, 150, 121)
    evolution = register.evolve(np.eye(8) / 8, np.r_[0, times])
    blocks = evolution.blocks[1:]
    found = register.read_out(blocks)
    print(f"{'time':>8}{'clock at the end':>20}{'fidelity with GHZ':>20}")
    for k in (0, 40, 80, 110):
        row = found.probability[k], found.fidelity[k]
        print(f"{times[k]:>8.1f}{row[0]:>20.4f}{row[1]:>20.6f}")
    clock = np.trace(blocks, axis1=2, axis2=3).real
    rate = register.spectrum()[0][2, 0]  # of populations; nothing is coherent here
    figure = draw(times, clock, found.fidelity, rate)
    figure.savefig("time_register_of_a_circuit.png")


if __name__ == "__main__":
    main()
