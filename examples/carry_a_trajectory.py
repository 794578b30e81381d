"""A network of spiking neurons follows an entangled pair as it decoheres.

At first a Bell inequality forbids that classical spins carry the pair, and the nearest
matrix that they can carry stands in for it; noise brings the pair within reach. One
network is trained along the way, each time from what it was before, and beside it the
laws of a linear program are sampled. Saves ``carried_trajectory.png``.
"""

import numpy as np

import oqnn
from oqnn.plotting import carried_trajectory
from oqnn.studies.realizability import first_carried


def main() -> None:
    """Print what was carried by both, and save the figure."""
    lower, phase, same = np.array([[0, 0], [1, 0]]), np.diag([1, -1]), np.eye(2)
    jumps = [np.kron(phase, same), np.kron(lower, same), np.kron(same, lower)]
    pair = np.array([1, 0, 0, np.exp(0.25j * np.pi)]) / np.sqrt(2)
    evolution = oqnn.evolve_lindblad(
        np.zeros((4, 4)), pair, np.linspace(0, 2, 9), [np.sqrt(0.1) * c for c in jumps]
    )
    found = {
        "laws": oqnn.carry(evolution, by="laws"),
        "network": oqnn.carry(evolution, by="network", epochs=150),
    }
    for way, carried in found.items():
        print(f"carried by {way}:\n{carried}\n")
    laws = found["laws"]
    onset = float(first_carried(laws.times, laws.margins))
    print(f"Spins can carry the pair from t = {onset:.2f} on.")

    figure = carried_trajectory({way: f.to_xarray() for way, f in found.items()})
    figure.savefig("carried_trajectory.png")


if __name__ == "__main__":
    main()
