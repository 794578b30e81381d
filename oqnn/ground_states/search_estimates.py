"""What one iteration knows of the energy: exactly, from a histogram, or by ratios."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..spiking.sampling.exact import visible_law
from ..spiking.sampling.machine import BoltzmannMachine
from ..spiking.sampling.samples import Samples, states_of
from .hamiltonians import PauliHamiltonian
from .local_energy import law_local_energies, model_local_energies
from .model_ratios import mean_states
from .parameters import coordinates_of, weighted_features

if TYPE_CHECKING:
    from .symmetries import SymmetryGroup

__all__ = ["Estimate", "exact_estimate", "histogram_estimate", "ratio_estimate"]

MOST_STATES = 4096  # about so many samples make a metric
ROWS = 2**13  # of samples in floats at a time, which stay in the cache
TINY = 1e-300  # stands for ε where a law is exact: no more than keeps 0/0 away


@dataclass(frozen=True, kw_only=True, eq=False)
class Estimate:
    """The energy of √p, its gradient, and what a natural gradient needs."""

    energy: float
    error: float  # one standard deviation, to first order in the law's noise
    variance: float  # of the local energy
    law: np.ndarray | None  # (2**n,), averaged over the symmetry group
    gradient: np.ndarray  # (e + n,)
    x: np.ndarray  # (s, n) weighted states, hidden neurons sampled or at their means
    weights: np.ndarray  # (s,)
    energies: np.ndarray  # (s,), local


def exact_estimate(
    hamiltonian: PauliHamiltonian,
    machine: BoltzmannMachine,
    *,
    coordinates: str,
    symmetry: "SymmetryGroup | None" = None,
) -> Estimate:
    """Return the energy of the machine's law and its gradient by enumeration."""
    weights = visible_law(machine)
    law = weights if symmetry is None else symmetry.average(weights)
    energies = law_local_energies(hamiltonian, law, epsilon=TINY)
    energy = float(weights @ energies)
    states = states_of(np.arange(len(law)), machine.n_visible)
    excess = energies - energy
    x = coordinates_of(mean_states(machine, states), coordinates)
    return Estimate(
        energy=energy,
        error=0.0,
        variance=float(weights @ excess**2),
        law=law,
        gradient=weighted_features(machine, x, weights * excess),
        x=x,
        weights=weights,
        energies=energies,
    )


def histogram_estimate(
    hamiltonian: PauliHamiltonian,
    machine: BoltzmannMachine,
    samples: Samples,
    *,
    coordinates: str,
    epsilon: float,
    symmetry: "SymmetryGroup | None" = None,
) -> Estimate:
    r"""Return the energy of the sampled law, and the gradient that samples give.

    .. math:: \frac{\partial E}{\partial W_{ij}} =
              \langle (E_\text{loc} - E) z_i z_j \rangle

    [1]_, eq. (6), and with z_i for biases. Nothing is known of the law but the samples.
    With a symmetry group the law is their histogram averaged over the group, and this
    is the gradient of its energy. The energy is that of the histogram: above that of
    the law sampled from, by about (number of states) / (8 × samples) of an excitation.

    References
    ----------
    .. [1] Klassert et al., iScience 25, 104707 (2022).
    """
    codes = samples.codes.ravel()
    counts = np.bincount(codes, minlength=2**machine.n_visible)
    seen = np.flatnonzero(counts)
    weights = counts[seen] / samples.n_samples
    law = counts / samples.n_samples
    if symmetry is not None:
        law = symmetry.average(law)
    local = law_local_energies(hamiltonian, law, codes=seen, epsilon=epsilon)
    energy = float(weights @ local)

    excess = np.zeros(len(law))
    excess[seen] = local - energy
    each = excess[codes]
    states, factors = samples.flat, each / samples.n_samples
    gradient = np.zeros(len(machine.edges[0]) + machine.n)
    for first in range(0, len(states), ROWS):
        rows = slice(first, first + ROWS)
        x = coordinates_of(states[rows].astype(float), coordinates)
        gradient += weighted_features(machine, x, factors[rows])
    # an odd stride, which meets all chains of a usual number of them
    some = slice(None, None, max(1, len(states) // MOST_STATES) | 1)
    x = coordinates_of(states[some].astype(float), coordinates)
    return Estimate(
        energy=energy,
        error=_error_of_chains(each.reshape(samples.states.shape[:2])),
        variance=float(weights @ (local - energy) ** 2),
        law=law,
        gradient=gradient,
        x=x,
        weights=np.full(len(x), 1 / len(x)),
        energies=energy + each[some],
    )


def ratio_estimate(
    hamiltonian: PauliHamiltonian,
    machine: BoltzmannMachine,
    samples: Samples,
    *,
    coordinates: str,
    symmetry: "SymmetryGroup | None" = None,
) -> Estimate:
    """Return the energy of the machine's law with ratios of the model, from samples.

    Unbiased for samples of the machine's law, at any number of spins.
    """
    states = samples.visible.reshape(-1, machine.n_visible)
    energies = model_local_energies(hamiltonian, machine, states, symmetry=symmetry)
    energy = float(energies.mean())
    excess = energies - energy
    weights = np.full(len(states), 1 / len(states))
    x = coordinates_of(mean_states(machine, states), coordinates)
    return Estimate(
        energy=energy,
        error=_error_of_chains(excess.reshape(samples.states.shape[:2])),
        variance=float((excess**2).mean()),
        law=None,
        gradient=weighted_features(machine, x, weights * excess),
        x=x,
        weights=weights,
        energies=energies,
    )


def _error_of_chains(values: np.ndarray) -> float:
    """Return the standard error of a mean from those of independent chains.

    A single chain is cut into ten parts instead.
    """
    means = values.mean(axis=0)
    if len(means) == 1:
        means = np.array([part.mean() for part in np.array_split(values[:, 0], 10)])
    return float(means.std(ddof=1) / np.sqrt(len(means)))
