"""Which two-qubit states can the correlations of classical spins carry?

Turns the phase of (|00⟩ + e^{iφ}|11⟩)/√2 and prints how much of the state is left when
white noise has made it realizable, and the Bell inequality that forbids the rest.
"""

import numpy as np

import oqnn


def main() -> None:
    """Print visibility and law or inequality for some phases."""
    for eighths in range(5):
        phase = np.exp(1j * np.pi * eighths / 8)
        found = oqnn.realize(np.array([1, 0, 0, phase]) / np.sqrt(2))
        answer = found.inequality or f"{len(found.law.probabilities)} configurations"
        print(f"φ = {eighths}π/8   visibility {found.visibility:.6f}   {answer}")


if __name__ == "__main__":
    main()
