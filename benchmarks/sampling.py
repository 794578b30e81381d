"""A million samples of a Boltzmann machine: what they cost and what they are worth.

N visible and N_h hidden neurons in two layers, the sizes of Klassert et al., iScience
25, 104707 (2022), Fig. 6, with weights of standard deviation 0.3. Everything in one
process on one core, in processor time, so that other programs matter little. All
states of all neurons are stored:

1. seconds of a million samples, the best of several;
2. of the first call, with compilation and page faults; LIF neurons, calibrated once
   a process, have been so before;
3. seconds of a million *effective* samples, of as much worth as independent ones for
   the mean of the visible neuron that remembers longest.

Beside our samplers stand the chips, which take 5 s whatever the size, and two loops in
C with one chain, `peers/gibbs.c`: neuron after neuron, zero weights left out, as in the
papers' own comparisons; and layer after layer in vector registers, which only a layered
graph allows. A chip's samples are worth at best as much as those of neural sampling
that are read as often, twice in a refractory time, and are reckoned so.

    python benchmarks/sampling.py [--quick]

The loops are compiled as the script starts; without `cc` their columns stay empty.
"""

import os
import sys

os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-1:])  # before XLA counts cores

import ctypes  # noqa: E402
import subprocess  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
from threadpoolctl import threadpool_limits  # noqa: E402

from oqnn.spiking import (  # noqa: E402
    BoltzmannMachine,
    GibbsSampler,
    LIFSampler,
    NeuralSampler,
    Sampler,
    Samples,
    effective_sample_size,
    kl_divergence,
    two_layer,
    visible_law,
)

QUICK = "--quick" in sys.argv
VISIBLE = (4, 20, 100) if QUICK else (4, 8, 12, 16, 20, 50, 100)
HIDDEN = (20, 80) if QUICK else (20, 40, 80)
SAMPLES = 100_000 if QUICK else 1_000_000  # timed, and scaled up to a million
WORTH = 200_000  # samples whose correlations are looked at
SCALE = 0.3
REPEATS, PATIENCE = 5, 6.0  # warm calls at most, seconds of them
CHIP = 5.0  # seconds of a million samples
SAMPLERS: dict[str, Sampler] = {
    "Gibbs": GibbsSampler(),
    "neural": NeuralSampler(),
    "LIF": LIFSampler(),
}
FLAGS = ("-O3", "-march=native", "-ffast-math", "-shared", "-fPIC")
LANES = 16
NAMES = ("C, neurons", "C, layers", *SAMPLERS)
Draw = Callable[[int], Samples]


# -- the loops in C -----------------------------------------------------------------


def compiled() -> ctypes.CDLL | None:
    """Compile the loops, or say why not."""
    source = Path(__file__).parent / "peers" / "gibbs.c"
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "gibbs.so"
        command = ["cc", *FLAGS, str(source), "-o", str(target), "-lm"]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except FileNotFoundError:
            print("No C compiler (cc) was found: its columns stay empty.")
            return None
        except subprocess.CalledProcessError as error:
            print(f"The loops were not compiled:\n{error.stderr[-2000:]}")
            return None
        return ctypes.CDLL(str(target))


def up(size: int) -> int:
    """Round up to whole vectors."""
    return -(-size // LANES) * LANES


def padded(values: np.ndarray) -> np.ndarray:
    """Add zeros to rows, up to whole vectors."""
    more = up(values.shape[-1]) - values.shape[-1]
    wide = np.pad(values, [(0, 0)] * (values.ndim - 1) + [(0, more)])
    return np.ascontiguousarray(wide, dtype=np.float32)


def call(function: Callable, *arguments: np.ndarray | int) -> None:
    """Call C with arrays and integers, all of 64 bits."""
    function(
        *(
            ctypes.c_void_p(a.ctypes.data)
            if isinstance(a, np.ndarray)
            else ctypes.c_long(a)
            for a in arguments
        )
    )


def neuron_after_neuron(library: ctypes.CDLL, machine: BoltzmannMachine) -> Draw:
    """Return a call of the loop of any graph; layers start at whole vectors."""
    n, v = machine.n, machine.n_visible
    place = np.concatenate([np.arange(v), up(v) + np.arange(n - v)])
    weights = np.zeros((n, up(v) + up(n - v)), np.float32)
    weights[:, place] = machine.weights
    near = [np.flatnonzero(row) for row in weights]
    first = np.array([ks[0] // LANES * LANES for ks in near])
    end = np.array([up(ks[-1] + 1) for ks in near])
    biases = machine.biases.astype(np.float32)

    def draw(count: int) -> Samples:
        states = np.empty((count, 1, n), np.uint8)
        network = (n, weights.shape[1], weights, biases, place, first, end)
        call(library.neuron_after_neuron, *network, count, 1, states)
        return Samples(states=states, n_visible=v)

    return draw


def layer_after_layer(library: ctypes.CDLL, machine: BoltzmannMachine) -> Draw:
    """Return a call of the loop of two layers."""
    n, v = machine.n, machine.n_visible
    upward, downward = (
        padded(machine.weights[:v, v:]),
        padded(machine.weights[v:, :v]),
    )
    biases = padded(machine.biases[:v]), padded(machine.biases[v:])
    sizes = (v, n - v, downward.shape[1], upward.shape[1])

    def draw(count: int) -> Samples:
        states = np.empty((count, 1, n), np.uint8)
        network = (*sizes, upward, downward, *biases)
        call(library.layer_after_layer, *network, count, 1, states)
        return Samples(states=states, n_visible=v)

    return draw


# -- times --------------------------------------------------------------------------


def of_sampler(sampler: Sampler, machine: BoltzmannMachine) -> Draw:
    """Return a call that goes on with the chains of the last one."""
    chains = sampler.start(machine, seed=1)

    def draw(count: int) -> Samples:
        nonlocal chains
        samples, chains = sampler.draw(machine, chains, count)
        return samples

    return draw


def seconds_of(draw: Draw) -> tuple[float, float, float]:
    """Return seconds of a million samples, first and best, and of effective ones."""
    seconds: list[float] = []
    while len(seconds) < 3 or (len(seconds) <= REPEATS and sum(seconds) < PATIENCE):
        start = time.process_time()
        draw(SAMPLES)
        seconds.append(time.process_time() - start)
    samples = draw(WORTH)
    worth = effective_sample_size(samples, samples.visible) / samples.n_samples
    warm = min(seconds[1:]) * 1e6 / SAMPLES
    return seconds[0] - min(seconds[1:]) + warm, warm, warm / worth


def row_of(library: ctypes.CDLL | None, n_visible: int, n_hidden: int) -> dict:
    """Return what `seconds_of` says, for all that draw from one machine."""
    machine = two_layer(n_visible, n_hidden, scale=SCALE, seed=n_visible)
    draws = all_draws(library, machine)
    return {name: seconds_of(draw) for name, draw in draws.items()}


def all_draws(
    library: ctypes.CDLL | None, machine: BoltzmannMachine
) -> dict[str, Draw]:
    """Return everything that draws from a machine, in the order of `NAMES`."""
    draws = {}
    if library is not None:
        draws["C, neurons"] = neuron_after_neuron(library, machine)
        draws["C, layers"] = layer_after_layer(library, machine)
    return draws | {name: of_sampler(s, machine) for name, s in SAMPLERS.items()}


def agree(library: ctypes.CDLL | None) -> None:
    """Print how far all are from the exact law of a machine that no table has."""
    machine = two_layer(4, 10, scale=SCALE, seed=4)
    exact = visible_law(machine)
    print("D_KL from the exact law at N = 4, N_h = 10")
    for name, draw in all_draws(library, machine).items():
        draw(WORTH)
        law = draw(SAMPLES).visible_law()
        print(f"  {name:12} {kl_divergence(law, exact):.1e}")
    floor = (len(exact) - 1) / (2 * SAMPLES)
    print(f"  expected of {SAMPLES} independent samples: {floor:.1e}")


def table(title: str, rows: dict, which: int, chip: Callable[[dict], float]) -> None:
    """Print one of the numbers of all rows, and ratios to Gibbs sampling."""
    ratios = ("chip/Gibbs", "C, neurons/Gibbs", "C, layers/Gibbs")
    head = ("N", "N_h", "chip", *NAMES, *ratios)
    print(f"\n{title}\n\n| {' | '.join(head)} |\n|{' ---: |' * len(head)}")
    for (n_visible, n_hidden), row in rows.items():
        found = {"chip": chip(row)} | {name: row[name][which] for name in row}
        cells = [str(n_visible), str(n_hidden)]
        cells += [number(found.get(name)) for name in ("chip", *NAMES)]
        for ratio in ratios:
            above = found.get(ratio.removesuffix("/Gibbs"))
            cells.append(number(above and above / found["Gibbs"]))
        print(f"| {' | '.join(cells)} |")


def number(value: float | None) -> str:
    """Write two significant digits, or nothing."""
    return "" if value is None else f"{value:.2g}" if value < 10 else f"{value:.0f}"


def main() -> None:
    """Measure all sizes and print the tables."""
    library = compiled()
    rows = {}
    with threadpool_limits(1):
        agree(library)  # JAX itself starts here, not in the first row
        for n_hidden in HIDDEN:
            for n_visible in VISIBLE:
                rows[n_visible, n_hidden] = row_of(library, n_visible, n_hidden)
    for name, sampler in SAMPLERS.items():
        print(f"{name}: {sampler}")
    table("Seconds of a million samples", rows, 1, lambda row: CHIP)
    table("The same, first call", rows, 0, lambda row: CHIP)
    table(
        "Seconds of a million effective samples",
        rows,
        2,
        lambda row: CHIP * row["neural"][2] / row["neural"][1],
    )


if __name__ == "__main__":
    main()
