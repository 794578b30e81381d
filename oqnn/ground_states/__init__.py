"""Ground states of spin models: Hamiltonians, exact references, variational search."""

from .amplitudes import amplitudes_from_ket, ket_from_amplitudes
from .correlation_length import CorrelationFit, fit_correlation_length
from .exact import ExactGroundState, exact_ground_state
from .free_fermions import (
    FreeFermionObservables,
    free_fermion_energy,
    free_fermion_observables,
)
from .ground_state import ground_state
from .hamiltonians import FlipGroup, PauliHamiltonian
from .hidden_size import HiddenSizeStudy, hidden_size_study
from .ising import TransverseIsing, as_pauli_hamiltonian
from .observables import (
    SpinObservables,
    chain_asymmetries,
    observables_of_law,
    observables_of_ratios,
    observables_of_samples,
)
from .search_result import GroundState
from .spin_averages import energy_of_law, mean_sigma_x, root_overlap
from .stoquastic import check_stoquastic, cure_by_sign_flips, rotate_by_z
from .symmetries import (
    SymmetryGroup,
    check_symmetry,
    lattice_symmetries,
    reflections,
    translations,
)

__all__ = [
    "CorrelationFit",
    "ExactGroundState",
    "FlipGroup",
    "FreeFermionObservables",
    "GroundState",
    "HiddenSizeStudy",
    "PauliHamiltonian",
    "SpinObservables",
    "SymmetryGroup",
    "TransverseIsing",
    "amplitudes_from_ket",
    "as_pauli_hamiltonian",
    "chain_asymmetries",
    "check_stoquastic",
    "check_symmetry",
    "cure_by_sign_flips",
    "energy_of_law",
    "exact_ground_state",
    "fit_correlation_length",
    "free_fermion_energy",
    "free_fermion_observables",
    "ground_state",
    "hidden_size_study",
    "ket_from_amplitudes",
    "lattice_symmetries",
    "mean_sigma_x",
    "observables_of_law",
    "observables_of_ratios",
    "observables_of_samples",
    "reflections",
    "root_overlap",
    "rotate_by_z",
    "translations",
]
