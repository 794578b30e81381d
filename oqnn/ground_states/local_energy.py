r"""Local energies of ψ = √p: from a law of the visible states, or from a machine."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from .._core.checks import check_law, check_positive
from ..spiking.sampling.machine import BoltzmannMachine
from ..spiking.sampling.samples import codes_of, states_of
from .hamiltonians import PauliHamiltonian
from .model_ratios import averaged_log_ratios, log_ratios

if TYPE_CHECKING:
    from .symmetries import SymmetryGroup

__all__ = ["MOST_SPINS_ENUMERATED", "law_local_energies", "model_local_energies"]

MOST_SPINS_ENUMERATED = 24  # 2**24 states: 128 MiB a law
ROWS = 2**16  # states evaluated at a time
ROWS_OF_RATIOS = 2**10  # the same, where numbers of all hidden neurons are held


def law_local_energies(
    hamiltonian: PauliHamiltonian,
    law: ArrayLike,
    *,
    codes: ArrayLike | None = None,
    epsilon: float = 1e-12,
) -> np.ndarray:
    r"""Return the local energies of a law of all visible states.

    .. math:: E_\text{loc}(v) = \sum_{v'} \langle v|H|v'\rangle
              \sqrt{\frac{p(v') + \epsilon}{p(v) + \epsilon}}

    [1]_, eq. (8) and methods B. With ε = 0 their mean over p is the energy of √p. The
    law may be exact or the histogram of samples, where ε keeps states that no sample
    shows from dividing by zero.

    Parameters
    ----------
    hamiltonian : PauliHamiltonian
        n spins; not checked to be stoquastic.
    law : shape (2**n,)
        p, in the order of `codes_of`.
    codes : shape (k,), optional
        Numbers of the states v to evaluate; all by default.
    epsilon : float
        ε.

    Returns
    -------
    ndarray, shape (2**n,) or (k,)

    Raises
    ------
    ValueError
        If `law` is no law of n spins, there are more than 24, or `epsilon` is not
        positive.

    References
    ----------
    .. [1] Klassert et al., iScience 25, 104707 (2022).

    Examples
    --------
    >>> from oqnn.ground_states import TransverseIsing
    >>> law_local_energies(TransverseIsing(2, 0.5, 1.0).pauli, [0.25] * 4)
    array([-3., -1., -1., -3.])
    """
    p = np.asarray(law, dtype=float)
    check_law_of_spins(p, hamiltonian.n)
    check_positive(epsilon, "epsilon")
    asked = np.arange(len(p)) if codes is None else np.asarray(codes)

    amplitudes = np.sqrt(p + epsilon)
    flips = codes_of(hamiltonian.flips)  # (g,)
    energies = np.empty(len(asked))
    for first in range(0, len(asked), ROWS):
        here = asked[first : first + ROWS]
        states = states_of(here, hamiltonian.n)
        elements = hamiltonian.elements(states)  # (k, g)
        hopping = (elements * amplitudes[here[:, None] ^ flips]).sum(axis=1)
        diagonal = hamiltonian.diagonal(states)
        energies[first : first + ROWS] = diagonal + hopping / amplitudes[here]
    return energies


def model_local_energies(
    hamiltonian: PauliHamiltonian,
    machine: BoltzmannMachine,
    states: np.ndarray,
    *,
    symmetry: "SymmetryGroup | None" = None,
) -> np.ndarray:
    r"""Return the local energies of √p with the machine's own law p.

    The ratios p(v')/p(v) are in closed form, see `log_ratios`, so that nothing depends
    on how often a state was sampled: the mean over samples of p is an unbiased
    estimate of the variational energy at any number of spins.

    Parameters
    ----------
    hamiltonian : PauliHamiltonian
    machine : BoltzmannMachine
        Without connections between hidden neurons.
    states : shape (s, n)
        Visible states v.
    symmetry : SymmetryGroup, optional
        Take p averaged over a group.

    Returns
    -------
    ndarray, shape (s,)
    """
    energies = np.empty(len(states))
    for first in range(0, len(states), ROWS_OF_RATIOS):
        v = states[first : first + ROWS_OF_RATIOS]
        if symmetry is None:
            logs = log_ratios(machine, v, hamiltonian.flips)  # (s, g)
        else:
            logs = averaged_log_ratios(machine, v, hamiltonian.flips, symmetry)
        hopping = (hamiltonian.elements(v) * np.exp(logs / 2)).sum(axis=1)
        energies[first : first + ROWS_OF_RATIOS] = hamiltonian.diagonal(v) + hopping
    return energies


def check_law_of_spins(law: np.ndarray, n: int) -> None:
    """Check that an array is a law of the states of n spins, n at most 24."""
    check_enumerable(n)
    if law.shape != (2**n,):
        raise ValueError(
            f"`law` must have shape ({2**n},), one entry a state of {n} spins, but has "
            f"shape {law.shape}."
        )
    check_law(law, "law")


def check_enumerable(n: int) -> None:
    """Check that a histogram over the states of n spins can be held."""
    if n > MOST_SPINS_ENUMERATED:
        raise ValueError(
            f"`hamiltonian` must have at most {MOST_SPINS_ENUMERATED} spins where "
            f"local energies come from a law of all states, but has {n}: 2**{n} "
            f"entries would take {8 * 2.0**n / 2**30:.3g} GiB. Take "
            "local_energies='ratios'."
        )
