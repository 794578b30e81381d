"""Averages of a law of spins, and of the state √p, from weighted states."""

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_law, check_shapes
from ..spiking.sampling.samples import codes_of, states_of
from .hamiltonians import PauliHamiltonian
from .ising import TransverseIsing, as_pauli_hamiltonian

__all__ = [
    "as_law",
    "energy_of_law",
    "magnetisation_law",
    "mean_sigma_x",
    "pairs_by_distance",
    "root_overlap",
    "zz_correlations",
]

ROWS = 2**14  # states whose neighbours are held at a time
NORM_TOLERANCE = 1e-8


def energy_of_law(
    hamiltonian: PauliHamiltonian | TransverseIsing, law: ArrayLike
) -> float:
    r"""Return ⟨ψ|H|ψ⟩ with the amplitudes :math:`\psi = \sqrt p`.

    Parameters
    ----------
    hamiltonian : PauliHamiltonian or TransverseIsing
    law : shape (2**n,)
        p, in the order of codes: a ground state's, a machine's or a histogram.

    Raises
    ------
    TypeError
        If `hamiltonian` is of another kind.
    ValueError
        If the shape is another one, or these are no probabilities.

    Examples
    --------
    >>> H = PauliHamiltonian({"ZZ": -1.0, "XI": -0.5, "IX": -0.25})
    >>> energy_of_law(H, [0.25, 0.25, 0.25, 0.25])
    -0.75
    """
    hamiltonian = as_pauli_hamiltonian(hamiltonian)
    law = as_law(law, hamiltonian.n)
    amplitudes = np.sqrt(law)
    flips = codes_of(hamiltonian.flips)  # (g,)
    energy = 0.0
    for first in range(0, len(law), ROWS):
        codes = np.arange(first, min(first + ROWS, len(law)))
        states = states_of(codes, hamiltonian.n)
        elements = hamiltonian.elements(states).real  # (k, g)
        hopping = (elements * amplitudes[codes[:, None] ^ flips]).sum(axis=1)
        energy += law[codes] @ hamiltonian.diagonal(states)
        energy += amplitudes[codes] @ hopping
    return float(energy)


def mean_sigma_x(law: ArrayLike) -> float:
    r"""Return the mean of ⟨σx⟩ over the spins, in the state :math:`\sqrt p`.

    Parameters
    ----------
    law : shape (2**n,)
        p, in the order of codes.

    Raises
    ------
    ValueError
        If the shape is another one, or these are no probabilities.
    """
    amplitudes = np.sqrt(as_law(law))
    n = len(amplitudes).bit_length() - 1
    codes = np.arange(len(amplitudes))
    return float(np.mean([amplitudes @ amplitudes[codes ^ (1 << i)] for i in range(n)]))


def root_overlap(law: ArrayLike, amplitudes: ArrayLike) -> float:
    r"""Return :math:`|\sum_v \sqrt{p(v)}\,\psi_0(v)|`, the root of the fidelity.

    Parameters
    ----------
    law : shape (2**n,)
        p, in the order of codes.
    amplitudes : shape (2**n,)
        ψ₀, as of an `ExactGroundState`.

    Raises
    ------
    ValueError
        If shapes disagree, the law holds no probabilities, or the amplitudes are not
        normalised.
    """
    law = as_law(law)
    amplitudes = np.asarray(amplitudes)
    check_shapes(law=(law, "v"), amplitudes=(amplitudes, "v"))
    norm = float(np.linalg.norm(amplitudes)) ** 2
    if not abs(norm - 1) <= NORM_TOLERANCE:
        raise ValueError(
            f"`amplitudes` must be normalised, but their squares sum to {norm:.6g}. "
            "Divide them by the root of it if that is meant."
        )
    return float(abs(np.sqrt(law) @ amplitudes))


def magnetisation_law(states: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return p(m) for m = −n/2 … n/2, half of spins up minus spins down, (n + 1,).

    Parameters
    ----------
    states : shape (k, n)
        0 and 1.
    weights : shape (k,)
        Probabilities of the states.
    """
    ups = states.sum(axis=1, dtype=np.int64)
    return np.bincount(ups, weights=weights, minlength=states.shape[1] + 1)


def zz_correlations(
    states: np.ndarray,
    weights: np.ndarray,
    pairs: list[tuple[np.ndarray, np.ndarray]],
) -> tuple[np.ndarray, np.ndarray]:
    r"""Return C_zz(d), full and connected, each of shape (d + 1,).

    :math:`\overline{\langle s_i s_j\rangle}` and
    :math:`\overline{\langle s_i s_j\rangle - \langle s_i\rangle\langle s_j\rangle}`,
    means over the pairs at distance d.

    Parameters
    ----------
    states : shape (k, n)
        0 and 1.
    weights : shape (k,)
        Probabilities of the states.
    pairs
        See `pairs_by_distance`.
    """
    spins = 2.0 * states - 1
    means = weights @ spins
    products = (spins * weights[:, None]).T @ spins  # (n, n)
    full = np.array([products[i, j].mean() for i, j in pairs])
    apart = np.array([(means[i] * means[j]).mean() for i, j in pairs])
    return full, full - apart


def pairs_by_distance(
    model: PauliHamiltonian | TransverseIsing,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the pairs of spins at distances 0, 1, … along the axes of a lattice.

    Distances reach half of the longest axis; an axis takes part up to half of its own
    length. Periodic axes are closed. Spins of a `PauliHamiltonian` count as a ring.
    """
    sites = model.sites if isinstance(model, TransverseIsing) else np.arange(model.n)
    periodic = model.periodic if isinstance(model, TransverseIsing) else True
    pairs = []
    for distance in range(max(sites.shape) // 2 + 1):
        found = []
        for axis, size in enumerate(sites.shape):
            if distance > size // 2:
                continue
            both = np.stack([sites, np.roll(sites, -distance, axis)])
            kept = size if periodic else size - distance
            found.append(both.take(range(kept), axis + 1).reshape(2, -1))
        first, second = np.concatenate(found, axis=1)
        pairs.append((first, second))
    return pairs


def as_law(law: ArrayLike, n: int | None = None) -> np.ndarray:
    """Return a law of n spins, or of any number, as an array that has a root."""
    array = np.asarray(law, dtype=float)
    if n is None:
        n = max(array.size.bit_length() - 1, 1)
    check_shapes(law=(array, f"{2**n}"))
    check_law(array, "law")
    if array.min() < 0:
        raise ValueError(
            f"`law` must have a root, but its least entry is {array.min():.3g}. Take "
            "np.maximum(law, 0) if that is rounding."
        )
    return array
