"""Draw from one Boltzmann machine in three ways: its law, and how chains forget.

Four visible and five hidden neurons, with weights of standard deviation 1. Gibbs
sampling and neural sampling are exact; leaky integrate-and-fire neurons, whose weights
and biases are translated by their calibration, are off by a little. Points of the
first axes carry five standard errors. The second shows the visible neuron that
remembers longest; a sweep of Gibbs sampling counts as a refractory time there.
"""

import numpy as np
from matplotlib.figure import Figure

from oqnn.spiking import (
    GibbsSampler,
    LIFSampler,
    NeuralSampler,
    autocorrelation,
    kl_divergence,
    sample,
    two_layer,
    visible_frequencies,
    visible_law,
)

BALANCED = two_layer(4, 5, scale=1.0, seed=8)
SHIFTS = [0.5, -0.4, 0.3, -0.6, 0.2, -0.3, 0.4, -0.2, 0.1]
MACHINE = BALANCED.with_parameters(BALANCED.edge_weights, BALANCED.biases + SHIFTS)
NEURAL, LIF = NeuralSampler(tau=10, read_every=2), LIFSampler()
# sampler, refractory times between reads, colour
SAMPLERS = {
    "Gibbs": (GibbsSampler(), 1.0, "#0072B2"),
    "neural": (NEURAL, NEURAL.read_every / NEURAL.tau, "#D55E00"),
    "LIF": (LIF, LIF.read_every_ms / LIF.tau_ref_ms, "#009E73"),
}
N_SAMPLES = 200_000
LONGEST = 6.0  # refractory times


def main() -> None:
    """Sample, compare, draw."""
    exact = visible_law(MACHINE)
    figure = Figure(figsize=(7.0, 2.8), dpi=200, layout="constrained")
    bars, lines = figure.subplots(1, 2, width_ratios=[1.6, 1])
    places = np.arange(len(exact))
    bars.bar(places, exact, color="0.85", label="exact")

    print("sampler   D_KL       of sampling  reads a sample  times a sample")
    for i, (name, (sampler, spacing, colour)) in enumerate(SAMPLERS.items()):
        samples = sample(MACHINE, sampler, N_SAMPLES, burn_in=200, seed=1)
        law = visible_frequencies(samples)
        memory = autocorrelation(samples, samples.visible)
        slowest = memory.times.argmax()
        reads = memory.times[slowest]
        divergence = kl_divergence(law.probabilities, exact)
        print(
            f"{name:8}  {divergence:.1e}    {law.sampling_floor:.1e}"
            f"{reads:16.1f}{reads * spacing:16.1f}"
        )

        x = places + 0.25 * (i - 1)
        error = 5 * law.standard_errors
        bars.errorbar(x, law.probabilities, error, fmt=".", color=colour, label=name)
        rho = memory.correlations[: round(LONGEST / spacing) + 1, slowest]
        lines.plot(spacing * np.arange(len(rho)), rho, ".-", color=colour, label=name)

    codes = [format(state, "04b") for state in places]
    bars.set_xticks(places, codes, rotation=90)
    bars.set(xlabel="visible state", ylabel="probability")
    lines.set(xlabel="refractory times, sweeps", ylabel="autocorrelation")
    lines.axhline(0, color="0.5", linewidth=0.6)
    bars.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=4, frameon=False)
    figure.savefig("boltzmann_machine.png")
    print("boltzmann_machine.png")


if __name__ == "__main__":
    main()
