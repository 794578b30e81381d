"""Ground states of spin models: Hamiltonians, exact references, variational search."""

from .amplitudes import amplitudes_from_ket, ket_from_amplitudes
from .hamiltonians import FlipGroup, PauliHamiltonian
from .ising import TransverseIsing, as_pauli_hamiltonian
from .stoquastic import check_stoquastic, cure_by_sign_flips, rotate_by_z

__all__ = [
    "FlipGroup",
    "PauliHamiltonian",
    "TransverseIsing",
    "amplitudes_from_ket",
    "as_pauli_hamiltonian",
    "check_stoquastic",
    "cure_by_sign_flips",
    "ket_from_amplitudes",
    "rotate_by_z",
]
