"""Search for the ground state of a stoquastic Hamiltonian with a sampling network."""

import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .._core.checkpoints import check_checkpoint
from .._core.checks import check_choice, check_integer
from .._core.errors import ConvergenceError
from .._core.interrupts import remembered
from .._core.progress import ProgressLine
from .._core.seeds import derive_seed
from ..spiking.sampling.gibbs import GibbsSampler
from ..spiking.sampling.machine import BoltzmannMachine, two_layer
from ..spiking.sampling.sampler import Sampler
from .exact import exact_ground_state
from .hamiltonians import PauliHamiltonian
from .ising import TransverseIsing, as_pauli_hamiltonian
from .search_estimates import exact_estimate
from .search_file import load_search, rule_settings, save_search
from .search_result import GroundState
from .search_step import (
    OPTIMIZERS,
    SearchRule,
    SearchState,
    estimate,
    init_search,
    search_step,
)

if TYPE_CHECKING:
    from .symmetries import SymmetryGroup

__all__ = ["ground_state"]

RATES = {"adam": 0.03, "sr": 0.1}
MOST_SPINS_EXACT = 14  # whose exact ground state is found for comparison
MOST_SPINS_MACHINE = 16  # whose machine's law is enumerated at the end
LARGEST_INFIDELITY = 0.01  # of an ideal sampler's histogram, before a warning


def ground_state(
    hamiltonian: PauliHamiltonian | TransverseIsing,
    *,
    machine: BoltzmannMachine | None = None,
    n_hidden: int = 40,
    sampler: Sampler | None = None,
    samples: int = 200_000,
    iterations: int = 1500,
    local_energies: str = "histogram",
    optimizer: str = "adam",
    learning_rate: float | None = None,
    decay: float = 0.999,
    diagonal_shift: float = 0.01,
    epsilon: float = 1e-12,
    coordinates: str = "spins",
    symmetry: "SymmetryGroup | None" = None,
    final_samples: int | None = None,
    seed: int = 0,
    checkpoint: str | Path | None = None,
    checkpoint_every: int = 50,
    progress: bool | None = None,
) -> GroundState:
    r"""Minimise the energy of ψ = √p, with p the law of a machine's visible neurons.

    Each iteration draws samples, estimates local energies E_loc and moves the
    parameters against the gradient
    :math:`\partial E/\partial W_{ij} = \langle(E_\text{loc} - E) z_i z_j\rangle`
    [1]_, eqs. (6)-(8).

    Local energies come from

    - ``"histogram"``: the samples' own frequencies, as in [1]_. Nothing is assumed of
      the sampler, but every state must be sampled: an ideal one leaves an infidelity
      :math:`1 - |\langle\psi|\psi_0\rangle|` of 2ⁿ / (8 `samples`).
    - ``"ratios"``: :math:`p(v')/p(v)` of the machine in closed form, at any n. The
      samples must follow the machine's law, as those of `GibbsSampler` do.
    - ``"exact"``: enumeration of all visible states, without samples.

    The optimizers are Adam and stochastic reconfiguration (``"sr"``). Its metric needs
    the means of hidden neurons given v: from the machine, or with a histogram from the
    samples that show v.

    Parameters
    ----------
    hamiltonian : PauliHamiltonian or TransverseIsing
        Stoquastic, n spins. An active neuron is spin up.
    machine : BoltzmannMachine, optional
        To start from; by default two layers with small random weights.
    n_hidden : int
        Hidden neurons of the default machine.
    sampler : Sampler, optional
        Default `GibbsSampler()`; unused with local_energies="exact".
    samples : int
        Drawn in every iteration, from chains that go on. With "ratios" a thousand or
        two are enough.
    iterations : int
        Steps of the parameters.
    local_energies : {"histogram", "ratios", "exact"}
    optimizer : {"adam", "sr"}
    learning_rate : float, optional
        α₀ of the rate α₀ γ^t. For "sr" it is imaginary time, 1/energy, and should be
        some tenths over the energy of the strongest term. Default 0.03 ("adam"), 0.1
        ("sr").
    decay : float
        γ.
    diagonal_shift : float
        λ of "sr".
    epsilon : float
        ε of local energies from a histogram, see `law_local_energies`.
    coordinates : {"spins", "neurons"}
        Whether the descent is in the parameters of x = 2z − 1 or in those of z
        themselves, as in [1]_; see `parameters`. Adam in the latter stays on plateaus
        for long.
    symmetry : SymmetryGroup, optional
        A group that commutes with H. The state is then √p̄ with the average p̄ of p
        over the group, and every energy and gradient is that of p̄. The metric of "sr"
        stays that of p.
    final_samples : int, optional
        Samples of the last estimate; default `samples`.
    seed : int
        Of the machine's weights and of all samples.
    checkpoint : path, optional
        An npz file to keep the search in. If it is there already the search goes on
        from it, to the same numbers as without the interruption.
    checkpoint_every : int
        Iterations between two writings.
    progress : bool, optional
        False hides the progress line, True always shows it.

    Returns
    -------
    GroundState

    Raises
    ------
    TypeError
        If a setting is of the wrong kind.
    ValueError
        If H is not stoquastic, or the symmetry group's elements change it; if sizes do
        not agree; if a histogram over n > 24 spins is asked for; if hidden neurons are
        connected where they have to be summed in closed form; if the checkpoint is of
        another search.
    ConvergenceError
        If an energy is not finite or a step of a parameter above 10. Its attribute
        ``reached`` is the result before, and the checkpoint, if any, holds the same.

    Warns
    -----
    UserWarning
        If the histogram of an ideal sampler would leave an infidelity above 0.01.

    References
    ----------
    .. [1] Klassert et al., iScience 25, 104707 (2022).

    Examples
    --------
    >>> from oqnn.ground_states import TransverseIsing
    >>> found = ground_state(
    ...     TransverseIsing(4, 1.0, 1.0), n_hidden=4, iterations=40,
    ...     local_energies="exact", optimizer="sr", learning_rate=0.3,
    ... )
    >>> abs(found.energy - found.exact_energy) < 1e-2, found.overlap > 0.999
    (True, True)
    """
    H = as_pauli_hamiltonian(hamiltonian)
    check_integer(iterations, "iterations")
    check_integer(checkpoint_every, "checkpoint_every")
    if final_samples is not None:
        check_integer(final_samples, "final_samples")
    check_checkpoint(checkpoint)
    rule = SearchRule(
        hamiltonian=H,
        sampler=_sampler(sampler, local_energies),
        samples=samples,
        local_energies=local_energies,
        optimizer=optimizer,
        learning_rate=_rate(learning_rate, optimizer),
        decay=decay,
        diagonal_shift=diagonal_shift,
        epsilon=epsilon,
        coordinates=coordinates,
        symmetry=symmetry,
        seed=seed,
    )
    _warn_of_few_samples(rule)
    if machine is None:
        machine = two_layer(H.n, n_hidden, seed=derive_seed(seed, "machine"))
    state = init_search(machine, rule)

    reference = exact_energy = None
    if H.n <= MOST_SPINS_EXACT:
        exact = exact_ground_state(H)
        exact_energy, reference = exact.energy, exact.amplitudes
    keep = (checkpoint, checkpoint_every)
    state, records, error = _run(
        machine, state, rule, iterations, reference, keep, progress
    )
    result = _result(state, rule, final_samples, records, reference, exact_energy)
    if error is not None:
        error.reached = result
        raise error
    return result


def _run(
    start: BoltzmannMachine,
    state: SearchState,
    rule: SearchRule,
    iterations: int,
    reference: np.ndarray | None,
    keep: tuple[str | Path | None, int],
    show: bool | None,
) -> tuple[SearchState, np.ndarray, ConvergenceError | None]:
    """Iterate until done; return the last finite state and the records."""
    checkpoint, every = keep
    rows = np.empty((0, 4))
    if checkpoint is not None and Path(checkpoint).exists():
        state, rows = load_search(checkpoint, start, rule)
    if len(rows) > iterations:
        raise ValueError(
            f"`iterations` must be at least the {len(rows)} that {checkpoint} holds, "
            f"but is {iterations}."
        )
    records: list = list(rows)
    error, written = None, len(rows)
    left = iterations - len(records)
    with ProgressLine("iterations", max(left, 0), show=show) as line, remembered():
        while len(records) < iterations:
            try:
                state, found = search_step(state, rule)
            except ConvergenceError as caught:
                error = caught
                break
            overlap = _overlap(found.law, reference)
            records.append((found.energy, found.error, found.variance, overlap))
            if checkpoint is not None and len(records) - written >= every:
                save_search(checkpoint, start, rule, state, np.array(records))
                written = len(records)
            line.advance(text=f"E/n {found.energy / rule.hamiltonian.n:.6f}")
    table = np.array(records).reshape(-1, 4)
    if checkpoint is not None and written < len(records):
        save_search(checkpoint, start, rule, state, table)
    return state, table, error


def _result(
    state: SearchState,
    rule: SearchRule,
    final_samples: int | None,
    records: np.ndarray,
    reference: np.ndarray | None,
    exact_energy: float | None,
) -> GroundState:
    """Estimate the energy of the last machine anew, and gather what was recorded."""
    final = rule if final_samples is None else replace(rule, samples=final_samples)
    found, _ = estimate(state.machine, state.chains, final)
    machine_energy = machine_overlap = None
    k = rule.hamiltonian.n
    if k <= MOST_SPINS_MACHINE and not state.machine.mask[k:, k:].any():
        own = exact_estimate(
            rule.hamiltonian,
            state.machine,
            coordinates=rule.coordinates,
            symmetry=rule.symmetry,
        )
        machine_energy, machine_overlap = own.energy, _known(own.law, reference)
    return GroundState(
        machine=state.machine,
        energies=records[:, 0],
        errors=records[:, 1],
        variances=records[:, 2],
        overlaps=records[:, 3],
        energy=found.energy,
        energy_error=found.error,
        variance=found.variance,
        law=found.law,
        overlap=_known(found.law, reference),
        machine_energy=machine_energy,
        machine_overlap=machine_overlap,
        exact_energy=exact_energy,
        settings=rule_settings(rule)
        | {"iterations": len(records), "final_samples": int(final.samples)},
    )


def _overlap(law: np.ndarray | None, reference: np.ndarray | None) -> float:
    """Return ⟨√p|ψ₀⟩, NaN where one is not known."""
    if law is None or reference is None:
        return np.nan
    return float(np.sqrt(law) @ reference)


def _known(law: np.ndarray | None, reference: np.ndarray | None) -> float | None:
    """Return ⟨√p|ψ₀⟩, None where one is not known."""
    overlap = _overlap(law, reference)
    return None if np.isnan(overlap) else overlap


def _sampler(sampler: Any, local_energies: str) -> Sampler | None:
    """Return the sampler to use, None where nothing is sampled."""
    known = hasattr(sampler, "start") and hasattr(sampler, "draw")
    if sampler is not None and (isinstance(sampler, type) or not known):
        raise TypeError(
            "`sampler` must be a GibbsSampler, NeuralSampler, LIFSampler or another "
            f"object with `start` and `draw`, but is {sampler!r}."
        )
    if local_energies == "exact":
        return None
    return GibbsSampler() if sampler is None else sampler


def _rate(learning_rate: float | None, optimizer: str) -> float:
    """Return the learning rate, by default the optimizer's."""
    check_choice(optimizer, "optimizer", OPTIMIZERS)
    return RATES[optimizer] if learning_rate is None else learning_rate


def _warn_of_few_samples(rule: SearchRule) -> None:
    """Warn where a histogram cannot resolve the law, however good the sampler."""
    if rule.local_energies != "histogram":
        return
    order = 1 if rule.symmetry is None else rule.symmetry.order
    lost = 2.0**rule.hamiltonian.n / order / (8 * rule.samples)
    if lost > LARGEST_INFIDELITY:
        enough = int(np.ceil(rule.samples * lost / LARGEST_INFIDELITY))
        warnings.warn(
            f"`samples` should be at least {enough} for a histogram of "
            f"{rule.hamiltonian.n} spins, but is {rule.samples}: even independent "
            f"samples would leave an infidelity of {lost:.2g}. Take more, a symmetry "
            "group, or local_energies='ratios'.",
            stacklevel=3,
        )
