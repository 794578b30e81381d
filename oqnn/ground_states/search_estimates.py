"""What one iteration knows of the energy: exactly, from a histogram, or by ratios."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

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

TINY = 1e-300  # stands for ε where a law is exact: no more than keeps 0/0 away


@dataclass(frozen=True, kw_only=True, eq=False)
class Estimate:
    """The energy of √p, its gradient, and what a natural gradient needs."""

    energy: float
    error: float  # one standard deviation, to first order in the law's noise
    variance: float  # of the local energy
    law: np.ndarray | None  # (2**n,), averaged over the symmetry group
    gradient: np.ndarray  # (e + n,)
    x: np.ndarray  # (s, n), weighted visible states with means of the hidden neurons
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
    means = mean_states(machine, states_of(np.arange(len(law)), machine.n_visible))
    return _estimate(machine, means, weights, energies, coordinates, None, law)


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
    As E_loc depends on v alone, hidden neurons enter by their means over the samples
    with the same v.
    With a symmetry group the law is their histogram averaged over the group, and this
    is the gradient of its energy. The energy is that of the histogram: above that of
    the law sampled from, by about (number of states) / (8 × samples) of an excitation.

    References
    ----------
    .. [1] Klassert et al., iScience 25, 104707 (2022).
    """
    codes = samples.codes
    counts = np.bincount(codes.ravel(), minlength=2**machine.n_visible)
    seen = np.flatnonzero(counts)
    law = counts / samples.n_samples
    if symmetry is not None:
        law = symmetry.average(law)
    local = np.zeros(len(law))
    local[seen] = law_local_energies(hamiltonian, law, codes=seen, epsilon=epsilon)
    each = local[codes]  # (reads, chains)

    if machine.mask[machine.n_visible :, machine.n_visible :].any():
        states, energies = samples.flat.astype(np.float32), each.ravel()
        weights = np.full(len(states), 1 / len(states))
    else:
        states, energies = _means_of_states(samples, counts), local[seen]
        weights = counts[seen] / samples.n_samples
    return _estimate(machine, states, weights, energies, coordinates, each, law)


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
    weights = np.full(len(states), 1 / len(states))
    each = energies.reshape(samples.states.shape[:2])
    means = mean_states(machine, states)
    return _estimate(machine, means, weights, energies, coordinates, each, None)


def _estimate(
    machine: BoltzmannMachine,
    states: np.ndarray,
    weights: np.ndarray,
    energies: np.ndarray,
    coordinates: str,
    each: np.ndarray | None,
    law: np.ndarray | None,
) -> Estimate:
    """Average over weighted states; `each` are the energies of reads and chains."""
    energy = float(weights @ energies)
    excess = energies - energy
    x = coordinates_of(states, coordinates)
    return Estimate(
        energy=energy,
        error=0.0 if each is None else _error_of_chains(each),
        variance=float(weights @ excess**2),
        law=law,
        gradient=weighted_features(machine, x, weights * excess),
        x=x,
        weights=weights,
        energies=energies,
    )


def _means_of_states(samples: Samples, counts: np.ndarray) -> np.ndarray:
    """Return the visible states seen, and the hidden neurons' means in each, (s, n)."""
    k, n = samples.n_visible, samples.n_samples
    seen = np.flatnonzero(counts)
    dtype = np.float32 if n < 2**24 else np.float64  # counts are exact in either
    members = csr_array(
        (np.ones(n, dtype), samples.codes.ravel(), np.arange(n + 1)),
        shape=(n, len(counts)),
    )
    sums = (members.T @ samples.flat[:, k:].astype(dtype))[seen]
    return np.hstack([states_of(seen, k), sums / counts[seen, None].astype(float)])


def _error_of_chains(values: np.ndarray) -> float:
    """Return the standard error of a mean from those of independent chains.

    A single chain is cut into ten parts instead. NaN of a single read.
    """
    if values.shape[1] == 1:
        parts = np.array_split(values[:, 0], min(10, len(values)))
        means = np.array([part.mean() for part in parts])
    else:
        means = values.mean(axis=0)
    if len(means) == 1:
        return np.nan
    return float(means.std(ddof=1) / np.sqrt(len(means)))
