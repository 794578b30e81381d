"""One iteration of a search for a ground state: samples, energies, a step."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .._core.checks import check_choice, check_integer, check_positive
from .._core.errors import ConvergenceError
from .._core.seeds import derive_seed
from ..spiking.sampling.machine import BoltzmannMachine
from ..spiking.sampling.sampler import Chains, Sampler
from ..spiking.training.adam import AdamMoments, adam_direction
from .hamiltonians import PauliHamiltonian
from .local_energy import check_enumerable
from .model_ratios import check_hidden_apart
from .parameters import COORDINATES, moved
from .search_estimates import (
    Estimate,
    exact_estimate,
    histogram_estimate,
    ratio_estimate,
)
from .stochastic_reconfiguration import natural_direction
from .stoquastic import check_stoquastic
from .symmetries import SymmetryGroup, check_symmetry

__all__ = [
    "LOCAL_ENERGIES",
    "OPTIMIZERS",
    "SearchRule",
    "SearchState",
    "estimate",
    "init_search",
    "search_step",
]

LOCAL_ENERGIES = ("histogram", "ratios", "exact")
OPTIMIZERS = ("adam", "sr")
LARGEST_STEP = 10.0  # of a parameter; e^10 to one
BURN_IN = 100  # reads of every chain before the first iteration


@dataclass(frozen=True, kw_only=True, eq=False)
class SearchRule:
    """What a search holds fixed; see `ground_state`."""

    hamiltonian: PauliHamiltonian
    sampler: Sampler | None
    samples: int
    local_energies: str
    optimizer: str
    learning_rate: float
    decay: float
    diagonal_shift: float
    epsilon: float
    coordinates: str
    symmetry: SymmetryGroup | None
    seed: int

    def __post_init__(self) -> None:
        check_choice(self.local_energies, "local_energies", LOCAL_ENERGIES)
        check_choice(self.optimizer, "optimizer", OPTIMIZERS)
        check_choice(self.coordinates, "coordinates", COORDINATES)
        check_integer(self.samples, "samples")
        check_integer(self.seed, "seed", least=0)
        for name in ("learning_rate", "decay", "diagonal_shift", "epsilon"):
            check_positive(getattr(self, name), name)
        check_stoquastic(self.hamiltonian)
        if self.symmetry is not None:
            if not isinstance(self.symmetry, SymmetryGroup):
                raise TypeError(
                    f"`symmetry` must be a SymmetryGroup, but is {self.symmetry!r}."
                )
            check_symmetry(self.hamiltonian, self.symmetry)
        if self.local_energies != "ratios":
            check_enumerable(self.hamiltonian.n)

    def rate(self, iteration: int) -> float:
        """Return the learning rate α₀ γ^t."""
        return self.learning_rate * self.decay**iteration


class SearchState(NamedTuple):
    """What the next iteration needs."""

    machine: BoltzmannMachine
    adam: AdamMoments
    chains: Chains | None  # they go on from iteration to iteration
    iteration: int  # number of iterations done


def init_search(machine: BoltzmannMachine, rule: SearchRule) -> SearchState:
    """Return the state before the first iteration, chains after their burn-in.

    Raises
    ------
    TypeError
        If the machine is none.
    ValueError
        If the machine has another number of visible neurons than H spins, or hidden
        neurons are connected where they have to be summed in closed form.
    """
    if not isinstance(machine, BoltzmannMachine):
        raise TypeError(
            f"`machine` must be a BoltzmannMachine, but is a {type(machine).__name__}."
        )
    if machine.n_visible != rule.hamiltonian.n:
        raise ValueError(
            f"`machine` must have a visible neuron for each of {rule.hamiltonian.n} "
            f"spins, but has {machine.n_visible}."
        )
    if rule.local_energies != "histogram" or rule.optimizer == "sr":
        check_hidden_apart(machine)
    chains = None
    if rule.sampler is not None:
        chains = rule.sampler.start(machine, seed=derive_seed(rule.seed, "chains"))
        n_chains = len(next(iter(chains.arrays.values())))
        _, chains = rule.sampler.draw(machine, chains, BURN_IN * n_chains)
    zeros = np.zeros(len(machine.edges[0]) + machine.n)
    return SearchState(machine, AdamMoments(zeros, zeros, 0), chains, 0)


def estimate(
    machine: BoltzmannMachine, chains: Chains | None, rule: SearchRule
) -> tuple[Estimate, Chains | None]:
    """Estimate the energy of a machine and its gradient, and let chains go on."""
    H, choices = rule.hamiltonian, {"coordinates": rule.coordinates}
    if rule.sampler is None or chains is None:
        return exact_estimate(H, machine, symmetry=rule.symmetry, **choices), None
    samples, chains = rule.sampler.draw(machine, chains, rule.samples)
    if rule.local_energies == "ratios":
        found = ratio_estimate(H, machine, samples, symmetry=rule.symmetry, **choices)
    else:
        found = histogram_estimate(
            H,
            machine,
            samples,
            epsilon=rule.epsilon,
            symmetry=rule.symmetry,
            **choices,
        )
    return found, chains


def search_step(state: SearchState, rule: SearchRule) -> tuple[SearchState, Estimate]:
    """Run one iteration, and return what it found before its step.

    Raises
    ------
    ConvergenceError
        If an energy is not finite, or a step beyond all sense.
    """
    found, chains = estimate(state.machine, state.chains, rule)
    if not np.isfinite(found.energy):
        raise _lost(state.iteration, f"has an energy of {found.energy}")
    direction, adam = _direction(state, found, rule)
    step = -rule.rate(state.iteration) * direction
    greatest = np.abs(step).max()
    if not greatest < LARGEST_STEP:
        raise _lost(state.iteration, f"makes a step of {greatest:.3g}")
    machine = moved(state.machine, step, rule.coordinates)
    return SearchState(machine, adam, chains, state.iteration + 1), found


def _direction(
    state: SearchState, found: Estimate, rule: SearchRule
) -> tuple[np.ndarray, AdamMoments]:
    """Return the direction uphill of the optimizer, and the moments of Adam."""
    if rule.optimizer == "adam":
        return adam_direction(found.gradient, state.adam)
    direction = natural_direction(
        state.machine, found.x, found.weights, found.energies, rule.diagonal_shift
    )
    return direction, state.adam


def _lost(iteration: int, what: str) -> ConvergenceError:
    return ConvergenceError(
        "The search must keep to finite energies and to steps of a parameter below "
        f"{LARGEST_STEP:g}, but iteration {iteration} {what}. Take a smaller "
        "learning_rate, a larger diagonal_shift, or more samples."
    )
