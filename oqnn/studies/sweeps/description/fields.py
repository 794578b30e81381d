"""Operators that are natural for a system: fields, damping and dephasing."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ....environments import ladder_controls, qubit_controls, spin_controls

__all__ = ["Operators", "operators_of"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Operators:
    """What noise and controls are made of.

    Parameters
    ----------
    controls : mapping str → operator
        Hermitian C_k by name.
    vector : tuple of three operators
        What a field along a direction is made of: J for a spin, Σσ/2 for qubits,
        (a + a†)/2, (a − a†)/2i and a†a for an oscillator.
    lowering, dephasing : lists of operators
        Jumps at unit rates; dephasing loses coherence between neighbours at half of it
        for one qubit, σ_z/2 being the operator.
    """

    controls: dict[str, Any]
    vector: tuple[Any, Any, Any]
    lowering: list[Any]
    dephasing: list[Any]


def operators_of(
    kind: str, d: int, *, anharmonicity: float = 0.0, coupling: bool = False
) -> Operators:
    """Return the operators of a "spin", of "qubits" or of a "ladder" of d levels.

    Parameters
    ----------
    kind : {"spin", "qubits", "ladder"}
    d : int
        A power of two for qubits.
    anharmonicity, coupling
        As in `ladder_controls` and `qubit_controls`.
    """
    if kind == "ladder":
        controls = ladder_controls(d, anharmonicity=anharmonicity)
        x, p, _ = controls.values()
        number = np.diag(np.arange(float(d))).astype(complex)
        return Operators(
            controls=controls,
            vector=(x, p, number),
            lowering=[x + 1j * p],
            dephasing=[number],
        )
    if kind == "qubits":
        count = d.bit_length() - 1
        controls = qubit_controls(count, coupling=coupling)
        axes = [[controls[f"{k}{q + 1}"] for q in range(count)] for k in "xyz"]
        pairs = zip(axes[0], axes[1], strict=True)
        return Operators(
            controls=controls,
            vector=tuple(sum(parts[1:], parts[0]) for parts in axes),  # type: ignore[arg-type]
            lowering=[sx - 1j * sy for sx, sy in pairs],
            dephasing=axes[2],
        )
    controls = spin_controls(d)
    x, y, z = controls.values()
    return Operators(
        controls=controls, vector=(x, y, z), lowering=[x - 1j * y], dephasing=[z]
    )
