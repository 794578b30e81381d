"""States that go by a name: Bell, Werner, GHZ and W."""

import numpy as np

from ..._core.checks import check_between, check_choice, check_integer

__all__ = ["bell_state", "ghz_state", "w_state", "werner_state"]

MOST_QUBITS = 12
BELL_STATES = {
    "phi+": (1, 0, 0, 1),
    "phi-": (1, 0, 0, -1),
    "psi+": (0, 1, 1, 0),
    "psi-": (0, 1, -1, 0),
}


def bell_state(name: str = "phi+") -> np.ndarray:
    """Return a maximally entangled ket of two qubits, shape (4,).

    Parameters
    ----------
    name : {"phi+", "phi-", "psi+", "psi-"}
        (|00⟩ ± |11⟩)/√2 or (|01⟩ ± |10⟩)/√2. What Czischek et al. (2022) call Ψ⁺ is
        "phi+".

    Raises
    ------
    ValueError
        If the name is none of these.
    """
    check_choice(name, "name", BELL_STATES)
    return np.array(BELL_STATES[name], dtype=complex) / np.sqrt(2)


def werner_state(r: float) -> np.ndarray:
    """Return r |Φ⁺⟩⟨Φ⁺| + (1 − r) 1/4, shape (4, 4).

    Entangled for r > 1/3, and beyond the CHSH bound for r > 1/√2.

    Parameters
    ----------
    r : float
        From 0 to 1.

    Raises
    ------
    ValueError
        If r is outside.

    Examples
    --------
    >>> (4 * werner_state(0.5)).real
    array([[1.5, 0. , 0. , 1. ],
           [0. , 0.5, 0. , 0. ],
           [0. , 0. , 0.5, 0. ],
           [1. , 0. , 0. , 1.5]])
    """
    check_between(r, "r", 0, 1)
    ket = bell_state()
    return r * np.outer(ket, ket.conj()) + (1 - r) * np.eye(4) / 4


def ghz_state(n: int) -> np.ndarray:
    """Return the ket (|0…0⟩ + |1…1⟩)/√2, shape (2**n,).

    Parameters
    ----------
    n : int
        Number of qubits, at least two.

    Raises
    ------
    TypeError, ValueError
        If `n` is no such number.
    """
    _check_qubits(n)
    ket = np.zeros(2**n, dtype=complex)
    ket[[0, -1]] = 1 / np.sqrt(2)
    return ket


def w_state(n: int) -> np.ndarray:
    """Return the ket of one |1⟩ among n qubits, all places alike, shape (2**n,).

    Parameters
    ----------
    n : int
        Number of qubits, at least two.

    Raises
    ------
    TypeError, ValueError
        If `n` is no such number.
    """
    _check_qubits(n)
    ket = np.zeros(2**n, dtype=complex)
    ket[1 << np.arange(n)] = 1 / np.sqrt(n)
    return ket


def _check_qubits(n: int) -> None:
    check_integer(n, "n", least=2)
    check_between(n, "n", 2, MOST_QUBITS)
