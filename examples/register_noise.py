"""Random telegraph noise as a two-level register, against its closed form.

The register carries the memory of the noise, so the exponential of its generator is
exact where a Lindblad equation of the qubit alone would only decay.
"""

import numpy as np

from oqnn import RegisterGenerator, evolve


def main() -> None:
    """Print the largest deviation of the coherence from its closed form."""
    a, k = 3.0, 0.4
    sigma_z, one = np.diag([1.0, -1.0]), np.eye(2)
    generator = RegisterGenerator(
        [a / 2 * sigma_z, -a / 2 * sigma_z],
        {(0, 1): np.sqrt(k) * one, (1, 0): np.sqrt(k) * one},
    )
    plus = np.full((2, 2), 0.5)
    times = np.linspace(0, 6, 121)
    evolution = evolve(generator, plus, times, register_law=[0.5, 0.5])

    K = np.sqrt(a**2 - k**2)
    exact = np.exp(-k * times) * (np.cos(K * times) + k / K * np.sin(K * times))
    error = np.abs(2 * evolution.states[:, 0, 1] - exact).max()
    print(f"{evolution.method}: largest error {error:.1e}")
    assert error < 1e-12


if __name__ == "__main__":
    main()
