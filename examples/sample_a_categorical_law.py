"""Train five spiking neurons until their 32 joint states follow a given law.

The law is that of another random network under sources of the same rate. Training
starts from random weights; the sampled law is then measured on fresh noise, in 16 runs
of 10⁴ steps, and drawn beside the target, with states in time and the learning curve.
``experiments/categorical_laws.py`` trains longer and five times.
"""

import numpy as np

from oqnn.plotting import sampled_law
from oqnn.spiking import (
    LIFParameters,
    init_network,
    kl_divergence,
    measure_law,
    simulate,
    train_categorical,
)

NEURONS = LIFParameters(v_leak=0.9, refractory_steps=10)
CHAINS, STEPS = 16, 200  # of an epoch


def main() -> None:
    """Make a law, train, measure, draw."""
    unknown = init_network(
        5,
        256,
        seed=1017,
        active=[0.5, 0.6, 0.5, 0.6, 0.5],
        recurrent_scale=1.5,
        parameters=NEURONS,
        source_rate_hz=300.0,
    )
    law = measure_law(unknown, steps=20_000, seed=1).probabilities

    result = train_categorical(law, epochs=250, chains=CHAINS, steps=STEPS, seed=0)

    uniform = np.full(32, 1 / 32)
    print(f"KL(uniform law‖p)             {kl_divergence(uniform, law):.4f}")
    print(f"KL(p_s‖p), first epoch        {result.losses[0]:.4f}")
    runs = result.run_divergences
    print(f"KL(p_s‖p) of 10⁴ steps        {runs.mean():.4f} ± {runs.std(ddof=1):.4f}")
    print(f"  of it, sampling             {result.run_floor:.4f}")
    print(f"KL(p_s‖p) of all runs         {result.divergence:.4f}")
    print(f"KL(p‖p_s) of all runs         {result.reverse_divergence:.4f}")

    active = simulate(result.network, 200, seed=5, burn_in=200)[0]
    floor = result.law.sampling_floor * result.law.steps / (CHAINS * STEPS)
    figure = sampled_law(active, law, result.law.runs, result.losses, floor=floor)
    figure.savefig("categorical_law.png")
    print("categorical_law.png")


if __name__ == "__main__":
    main()
