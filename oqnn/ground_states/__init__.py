"""Ground states of spin models: Hamiltonians, exact references, variational search."""

from .amplitudes import amplitudes_from_ket, ket_from_amplitudes
from .exact import ExactGroundState, exact_ground_state
from .free_fermions import (
    FreeFermionObservables,
    free_fermion_energy,
    free_fermion_observables,
)
from .ground_state import ground_state
from .hamiltonians import FlipGroup, PauliHamiltonian
from .ising import TransverseIsing, as_pauli_hamiltonian
from .search_result import GroundState
from .stoquastic import check_stoquastic, cure_by_sign_flips, rotate_by_z
from .symmetries import (
    SymmetryGroup,
    check_symmetry,
    lattice_symmetries,
    reflections,
    translations,
)

__all__ = [
    "ExactGroundState",
    "FlipGroup",
    "FreeFermionObservables",
    "GroundState",
    "PauliHamiltonian",
    "SymmetryGroup",
    "TransverseIsing",
    "amplitudes_from_ket",
    "as_pauli_hamiltonian",
    "check_stoquastic",
    "check_symmetry",
    "cure_by_sign_flips",
    "exact_ground_state",
    "free_fermion_energy",
    "free_fermion_observables",
    "ground_state",
    "ket_from_amplitudes",
    "lattice_symmetries",
    "reflections",
    "rotate_by_z",
    "translations",
]
