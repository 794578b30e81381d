"""What a law of spins says about the state √p, with standard errors if sampled."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_integer
from ..spiking.sampling.samples import Samples, states_of
from .exact import ExactGroundState
from .hamiltonians import PauliHamiltonian
from .ising import TransverseIsing, as_pauli_hamiltonian
from .spin_averages import (
    as_law,
    energy_of_law,
    magnetisation_law,
    mean_sigma_x,
    pairs_by_distance,
    root_overlap,
    zz_correlations,
)
from .symmetries import SymmetryGroup

__all__ = [
    "SpinObservables",
    "chain_asymmetries",
    "observables_of_law",
    "observables_of_ratios",
    "observables_of_samples",
]

MOST_SPINS = 20  # of a histogram of all states
MOST_ENTRIES = 2**24  # of neighbouring states held at a time


@final
@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class SpinObservables:
    r"""Averages in the state :math:`\psi = \sqrt p`.

    Correlations are those of [1]_, eq. (13), without the product of the means. The
    connected ones have it subtracted, and are the same unless the symmetry is broken,
    or the law of one chain looked at by itself.

    References
    ----------
    .. [1] Klassert et al., iScience 25, 104707 (2022).
    """

    energy: float
    sigma_x: float  # mean over the spins
    correlations: np.ndarray  # (d + 1,): mean of <s_i s_j> at distances 0 to d
    connected: np.ndarray  # (d + 1,): the same less <s_i> <s_j>
    magnetisation_law: np.ndarray  # (n + 1,): p(m), m = -n/2 to n/2
    asymmetry: float  # p(m > 0) - p(m < 0)
    root_overlap: float | None = None  # with a ground state, if one was given
    errors: "SpinObservables | None" = None  # standard errors by the same names

    @property
    def magnetisations(self) -> np.ndarray:
        """Half of spins up minus spins down, shape (n + 1,)."""
        n = len(self.magnetisation_law) - 1
        return np.arange(n + 1) - n / 2


def observables_of_law(
    law: ArrayLike,
    model: PauliHamiltonian | TransverseIsing,
    *,
    exact: ExactGroundState | None = None,
) -> SpinObservables:
    """Return averages of a law of all states.

    Parameters
    ----------
    law : shape (2**n,)
        p, in the order of codes.
    model : PauliHamiltonian or TransverseIsing
        Gives the energy and distances; without a lattice the spins count as a ring.
    exact : ExactGroundState, optional
        For the overlap with it.

    Returns
    -------
    SpinObservables
        Without errors.

    Raises
    ------
    TypeError
        If `model` is of another kind.
    ValueError
        If the shape is another one, or these are no probabilities.

    Examples
    --------
    >>> from oqnn.ground_states import exact_ground_state
    >>> ring = TransverseIsing(8, 1.0, 1.0)
    >>> found = observables_of_law(exact_ground_state(ring).law, ring)
    >>> found.correlations.round(4)
    array([1.    , 0.6407, 0.5547, 0.5198, 0.5098])
    """
    hamiltonian = as_pauli_hamiltonian(model)
    law = as_law(law, hamiltonian.n)
    states = states_of(np.arange(len(law)), hamiltonian.n)
    return SpinObservables(
        energy=energy_of_law(hamiltonian, law),
        sigma_x=mean_sigma_x(law),
        root_overlap=None if exact is None else root_overlap(law, exact.amplitudes),
        **_diagonal_averages(states, law, pairs_by_distance(model)),
    )


def observables_of_samples(
    samples: Samples,
    model: PauliHamiltonian | TransverseIsing,
    *,
    symmetry: SymmetryGroup | None = None,
    exact: ExactGroundState | None = None,
    blocks: int = 16,
) -> SpinObservables:
    r"""Return averages of a histogram of samples, with jackknife errors.

    All that is known of p are the samples, as in [1]_. Energy, σx and overlap take
    roots of it, so that they carry a bias of about (states) / (8 × samples), which is
    not in the errors. Where the energy or the overlap is extreme, as at the ground
    state itself, its errors are too large by √2. A symmetry group makes the histogram,
    and the bias, better by up to its order.

    Parameters
    ----------
    samples : Samples
        The visible neurons are the spins.
    model : PauliHamiltonian or TransverseIsing
    symmetry : SymmetryGroup, optional
        Over which the histogram is averaged.
    exact : ExactGroundState, optional
        For the overlap with it.
    blocks : int
        Groups of chains that are left out in turn for the errors; at most as many as
        there are chains. Chains must not influence each other.

    Returns
    -------
    SpinObservables
        With `errors`.

    Raises
    ------
    TypeError
        If `model` is of another kind or `blocks` no integer.
    ValueError
        If sizes disagree, there is a single chain, or there are more than 20 spins.

    References
    ----------
    .. [1] Klassert et al., iScience 25, 104707 (2022).
    """
    n = as_pauli_hamiltonian(model).n
    _check_samples(samples, n)
    check_integer(blocks, "blocks", least=2)
    if n > MOST_SPINS:
        raise ValueError(
            f"`samples` must be of at most {MOST_SPINS} spins for histograms of all "
            f"2**n states, but are of {n}. Take `observables_of_ratios`."
        )

    groups = np.array_split(samples.codes, min(blocks, samples.codes.shape[1]), axis=1)
    counts = np.array([np.bincount(g.ravel(), minlength=2**n) for g in groups])
    laws = [counts.sum(axis=0), *(counts.sum(axis=0) - counts)]
    if symmetry is not None:
        laws = [symmetry.average(law) for law in laws]
    whole, *partial = (
        observables_of_law(law / law.sum(), model, exact=exact) for law in laws
    )
    spread = _spread(partial, np.sqrt(len(partial) - 1))
    return SpinObservables(**{**_values(whole), "errors": SpinObservables(**spread)})


def observables_of_ratios(
    samples: Samples,
    model: PauliHamiltonian | TransverseIsing,
    log_law: Callable[[np.ndarray], np.ndarray],
    *,
    symmetry: SymmetryGroup | None = None,
    seed: int = 0,
) -> SpinObservables:
    r"""Return averages over samples of a known law, at any number of spins.

    The law's logarithm at a sample v and at its neighbours v' gives the energy and σx
    without a histogram, as means of

    .. math:: E_\text{loc}(v) = \sum_{v'} H_{vv'} \sqrt{p(v') / p(v)}

    [1]_, eq. (8). Unbiased for samples of the law; errors are those of means of
    independent chains. Those of connected correlations, which are no means, come from
    leaving out a chain in turn.

    Parameters
    ----------
    samples : Samples
        Of that law; the visible neurons are the spins.
    model : PauliHamiltonian or TransverseIsing
    log_law : callable
        ln p, up to a constant, of states of shape (m, n); of a machine
        ``partial(log_weights, machine)``.
    symmetry : SymmetryGroup, optional
        Over which the law is averaged: the logarithms of p are taken at all images,
        and every sample is replaced by an image at random.
    seed : int
        Of these images.

    Returns
    -------
    SpinObservables
        With `errors`, without an overlap.

    Raises
    ------
    TypeError
        If `model` is of another kind.
    ValueError
        If sizes disagree, there is a single chain, or `log_law` is not finite at a
        sample, or is infinite or no number at a neighbour.

    References
    ----------
    .. [1] Klassert et al., iScience 25, 104707 (2022).
    """
    hamiltonian = as_pauli_hamiltonian(model)
    _check_samples(samples, hamiltonian.n)
    states = samples.visible
    law = log_law
    if symmetry is not None:
        states = symmetry.random_images(states, seed=seed)

        def law(s: np.ndarray) -> np.ndarray:
            return symmetry.log_average(log_law, s)

    energies, sigma_x = _local_averages(hamiltonian, states, law)  # (reads, chains)
    weights = np.full(len(states), 1 / len(states))
    pairs = pairs_by_distance(model)
    chains = [
        SpinObservables(
            energy=float(energies[:, c].mean()),
            sigma_x=float(sigma_x[:, c].mean()),
            **_diagonal_averages(states[:, c], weights, pairs),
        )
        for c in range(states.shape[1])
    ]
    flat = states.reshape(-1, hamiltonian.n)
    whole = SpinObservables(
        energy=float(energies.mean()),
        sigma_x=float(sigma_x.mean()),
        **_diagonal_averages(flat, np.full(len(flat), 1 / len(flat)), pairs),
    )
    spread = _spread(chains, 1 / np.sqrt(len(chains) - 1))
    spread["connected"] = _connected_errors(states, chains, pairs)
    return SpinObservables(**{**_values(whole), "errors": SpinObservables(**spread)})


def chain_asymmetries(samples: Samples) -> np.ndarray:
    """Return p(m > 0) − p(m < 0) of every chain by itself, shape (chains,).

    Where all chains together are symmetric but each stays on one side, the symmetry is
    broken all the same: these are then ±1.

    Parameters
    ----------
    samples : Samples
        The visible neurons are the spins.
    """
    excess = 2 * samples.visible.sum(axis=-1, dtype=np.int64) - samples.n_visible
    return np.sign(excess).mean(axis=0)


def _diagonal_averages(
    states: np.ndarray,
    weights: np.ndarray,
    pairs: list[tuple[np.ndarray, np.ndarray]],
) -> dict[str, Any]:
    """Averages that p alone decides."""
    full, connected = zz_correlations(states, weights, pairs)
    law = magnetisation_law(states, weights)
    excess = 2 * np.arange(len(law)) - (len(law) - 1)
    return {
        "correlations": full,
        "connected": connected,
        "magnetisation_law": law,
        "asymmetry": float(np.sign(excess) @ law),
    }


def _local_averages(
    hamiltonian: PauliHamiltonian,
    states: np.ndarray,
    log_law: Callable[[np.ndarray], np.ndarray],
) -> tuple[np.ndarray, np.ndarray]:
    """Local energies and local mean σx of states, each of shape (reads, chains)."""
    n, groups = hamiltonian.n, len(hamiltonian.groups)
    every = np.concatenate([hamiltonian.flips, np.eye(n, dtype=bool)])
    flips, where = np.unique(every, axis=0, return_inverse=True)
    # each state once, as samples of few spins or of strong couplings repeat
    flat, again = np.unique(states.reshape(-1, n), axis=0, return_inverse=True)
    energies, sigma_x = np.empty((2, len(flat)))
    size = max(1, MOST_ENTRIES // flips.size)
    for start in range(0, len(flat), size):
        part = flat[start : start + size]
        here = np.asarray(log_law(part), dtype=float)
        if not np.isfinite(here).all():
            raise ValueError("`log_law` must be finite at samples, but is not.")
        neighbours = part[:, None] ^ flips.astype(np.uint8)
        there = np.asarray(log_law(neighbours.reshape(-1, n)), dtype=float)
        if not (there < np.inf).all():
            raise ValueError(
                "`log_law` must be a number at neighbours of samples, or minus "
                "infinity, but is not."
            )
        ratios = np.exp((there.reshape(len(part), -1) - here[:, None]) / 2)
        ratios = ratios[:, where.ravel()]  # (m, groups + n)
        off = (hamiltonian.elements(part).real * ratios[:, :groups]).sum(axis=1)
        energies[start : start + size] = hamiltonian.diagonal(part) + off
        sigma_x[start : start + size] = ratios[:, groups:].mean(axis=1)
    again = again.reshape(states.shape[:-1])
    return energies[again], sigma_x[again]


def _connected_errors(
    states: np.ndarray,  # (reads, chains, n)
    chains: list[SpinObservables],
    pairs: list[tuple[np.ndarray, np.ndarray]],
) -> np.ndarray:
    """Jackknife errors of connected correlations, (d + 1,), leaving out chains.

    The connected correlations of single chains say nothing of means that differ from
    chain to chain.
    """
    rest = len(chains) - 1
    full = np.array([found.correlations for found in chains])  # (chains, d + 1)
    means = 2.0 * states.mean(axis=0) - 1  # (chains, n)
    full, means = ((each.sum(axis=0) - each) / rest for each in (full, means))
    apart = [(means[:, i] * means[:, j]).mean(axis=1) for i, j in pairs]
    return np.sqrt(rest) * (full - np.transpose(apart)).std(axis=0)


def _values(found: SpinObservables) -> dict[str, Any]:
    """Fields of a result, without its errors."""
    names = [field.name for field in fields(found) if field.name != "errors"]
    return {name: getattr(found, name) for name in names}


def _spread(several: list[SpinObservables], factor: float) -> dict[str, Any]:
    """Standard deviations over several results, times a factor."""
    spread: dict[str, Any] = {}
    for name in _values(several[0]):
        values = [getattr(found, name) for found in several]
        if values[0] is None:
            spread[name] = None
            continue
        deviation = factor * np.std(values, axis=0)
        spread[name] = deviation if deviation.ndim else float(deviation)
    return spread


def _check_samples(samples: Samples, n: int) -> None:
    """Check that samples are of n spins and of several chains."""
    if samples.n_visible != n:
        raise ValueError(
            f"`samples` must have {n} visible neurons as the model has spins, but have "
            f"{samples.n_visible}."
        )
    if samples.states.shape[1] < 2:
        raise ValueError(
            "`samples` must be of two chains at least, whose differences give the "
            "errors, but are of one."
        )
