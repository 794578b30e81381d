"""What a sweep puts into the materials, one settings part a kind of system.

Each kind has states by name, with parameters, or takes numbers: a ket, a density
matrix, or a ``.npy`` file of either.
"""

from .level_systems import Oscillator, Qutrit, Spin
from .qubit_systems import Pair, Qubit, Qubits
from .state_part import StatePart

__all__ = ["SYSTEMS", "StatePart"]

SYSTEMS: dict[str, type[StatePart]] = {
    "qubit": Qubit,
    "pair": Pair,
    "qubits": Qubits,
    "qutrit": Qutrit,
    "spin": Spin,
    "oscillator": Oscillator,
}
