"""How fast do cat states of a damped oscillator decohere as they grow?

A superposition of |α⟩ and |−α⟩ loses its purity at first at the rate 2γ⟨n⟩, which grows
with its size, while its energy decays at γ, which does not.
"""

import numpy as np

from oqnn import SweepSettings, sweep

GAMMA = 0.1
ALPHAS = [0.8, 1.2, 1.6]

SETTINGS = SweepSettings(
    materials=["bare"],
    system={"kind": "oscillator", "levels": 16, "state": "cat", "alpha": ALPHAS},
    environment={"kind": "lindblad", "gamma_1": GAMMA, "gamma_phi": 0.0},
    times={"stop": 0.5, "step": 0.01},
    sweep={"measures": ["purity"]},
)


def main() -> None:
    """Print the first rate at which purity falls, and what the formula says."""
    purity = sweep(SETTINGS).grid().purity.sel(material="bare", seed=-1)
    first = (1 - purity.isel(time=1)) / purity.time[1]
    for alpha, rate in zip(ALPHAS, first.values, strict=True):
        n = alpha**2 * np.tanh(alpha**2)
        print(
            f"α = {alpha}: rate {rate:.3f}, at t = 0 it is 2γ⟨n⟩ = {2 * GAMMA * n:.3f}"
        )


if __name__ == "__main__":
    main()
