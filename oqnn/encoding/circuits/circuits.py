"""Circuits as sequences of laws, and where a gate leaves what spins can carry."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast, final

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linprog

from ..._core.errors import ConvergenceError
from ..._core.progress import ProgressLine
from ..maps.correlation import CorrelationMap
from ..maps.law import Law
from ..realizability.bell import BellInequality
from ..realizability.least_change import least_change_correlators, total_variation
from ..realizability.qubit_state import as_qubit_state
from ..realizability.realize import realize_correlators
from .unitaries import gate_unitary

if TYPE_CHECKING:
    import qutip

__all__ = ["CircuitLaws", "run_circuit"]

MOST_QUBITS = 4
ROUNDING = 1e-9  # below which a margin counts as zero
SOLVER_TOLERANCE = 1e-10  # the tightest that HiGHS takes


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class CircuitLaws:
    """The states of a circuit and the laws of spins that carry them.

    Parameters
    ----------
    gates : tuple of k str
        Names of the gates with their qubits, as ``"CNOT 0 1"``.
    states : shape (k + 1, 2**n, 2**n)
        Before the first gate and after each.
    laws : tuple of k + 1, Law or None
        Each the one that changes least from the last law there was; None where no law
        realizes the state.
    inequalities : tuple of k + 1, BellInequality or None
        What forbids a law, where there is none.
    margins : shape (k + 1,)
        1 − max c·χ/L over all Bell inequalities c·χ ≤ L: 1 for white noise, 0 on the
        edge of what spins can carry, negative beyond.
    """

    gates: tuple[str, ...]
    states: np.ndarray
    laws: tuple[Law | None, ...]
    inequalities: tuple[BellInequality | None, ...]
    margins: np.ndarray

    @property
    def visibilities(self) -> np.ndarray:
        """Greatest realizable share of each state in white noise, shape (k + 1,)."""
        return 1 / np.maximum(1.0, 1 - self.margins)

    @property
    def moved(self) -> np.ndarray:
        """Total variation of the laws around each gate, shape (k,), or NaN."""
        pairs = zip(self.laws[:-1], self.laws[1:], strict=True)
        return np.array(
            [
                np.nan if a is None or b is None else total_variation(a, b)
                for a, b in pairs
            ]
        )

    @property
    def leaves_at(self) -> int | None:
        """The first step whose state has no law, 0 for the start, None if all have."""
        steps = (k for k, law in enumerate(self.laws) if law is None)
        return next(steps, None)

    def __str__(self) -> str:
        names = ["start", *self.gates]
        width = max(map(len, names))
        lines = []
        for k, (name, margin, inequality) in enumerate(
            zip(names, self.margins, self.inequalities, strict=True)
        ):
            answer = "realizable" if inequality is None else str(inequality)
            lines.append(f"{k:>3}  {name:<{width}}  margin {margin:+.6f}  {answer}")
        return "\n".join(lines)


def run_circuit(
    gates: Sequence[Any],
    rho0: "qutip.Qobj | ArrayLike",
    *,
    progress: bool | None = None,
) -> CircuitLaws:
    r"""Follow a circuit by laws of classical spins.

    After each gate, :math:`\rho \to U \rho U^\dagger`, the law is chosen that moves the
    least probability from the last one there was, by `least_change_law`. Where there is
    none the Bell inequality is reported and the circuit goes on: a later gate may come
    back to what spins can carry.

    Parameters
    ----------
    gates : sequence
        Each ``(gate, qubit, ...)`` with a name as in ``("CNOT", 0, 1)`` or a unitary
        matrix; a gate alone acts on all qubits. See `gate_unitary`.
    rho0 : Qobj, ket of shape (2**n,), or shape (2**n, 2**n)
        State of one to four qubits. Three take a tenth of a second a gate, four take
        seconds.
    progress : bool, optional
        See `ProgressLine`.

    Returns
    -------
    CircuitLaws
        ``states``, ``laws``, ``margins``, ``inequalities`` and ``leaves_at``.

    Raises
    ------
    TypeError, ValueError
        If `rho0` is not a state of one to four qubits, or a gate is not known, not
        unitary, or does not fit the qubits.
    ConvergenceError
        If a linear program is not solved.

    Examples
    --------
    >>> circuit = run_circuit([("H", 0), ("CNOT", 0, 1), ("T", 0)], [1, 0, 0, 0])
    >>> circuit.leaves_at
    3
    >>> print(circuit)
      0  start     margin +0.000000  realizable
      1  H 0       margin +0.000000  realizable
      2  CNOT 0 1  margin +0.000000  realizable
      3  T 0       margin -0.414214  ⟨XX⟩ + ⟨XY⟩ + ⟨YX⟩ − ⟨YY⟩ ≤ 2, but ...
    """
    state = as_qubit_state(rho0, "rho0", MOST_QUBITS)
    n_qubits = len(state).bit_length() - 1
    if isinstance(gates, str) or not hasattr(gates, "__iter__"):
        raise TypeError(
            "`gates` must be a sequence of gates, as [('H', 0), ('CNOT', 0, 1)], but "
            f"is {gates!r}."
        )
    steps = [_as_step(gate, n_qubits) for gate in gates]
    states = [state]
    for _, U in steps:
        states.append(U @ states[-1] @ U.conj().T)
    laws: list[Law | None] = []
    inequalities: list[BellInequality | None] = []
    margins = []
    last = None
    with ProgressLine("gates", len(states), show=progress) as line:
        for state in states:
            chi = CorrelationMap(n_qubits).chi_from_state(state)
            margins.append(_margin(chi))
            law, inequality = _carry(last, chi, margins[-1])
            laws.append(law)
            inequalities.append(inequality)
            last = law or last
            line.advance()
    return CircuitLaws(
        gates=tuple(name for name, _ in steps),
        states=np.array(states),
        laws=tuple(laws),
        inequalities=tuple(inequalities),
        margins=np.array(margins),
    )


def _as_step(gate: Any, n_qubits: int) -> tuple[str, np.ndarray]:
    """Return the name and the matrix of one entry of a circuit."""
    named = isinstance(gate, list) and bool(gate) and isinstance(gate[0], str)
    parts = tuple(gate) if named or isinstance(gate, tuple) else (gate,)
    if not parts:
        raise ValueError("`gates` must hold (gate, qubit, ...), but holds ().")
    U = gate_unitary(parts[0], n_qubits, parts[1:] or None)
    words = [parts[0] if isinstance(parts[0], str) else "U", *map(str, parts[1:])]
    return " ".join(words), U


def _carry(
    last: Law | None, chi: np.ndarray, margin: float
) -> tuple[Law | None, BellInequality | None]:
    """Find the law nearest to the last one, or the inequality that forbids any."""
    if last is None or margin < 0:
        found = realize_correlators(chi)
        if found.inequality is not None:
            return None, found.inequality
        if last is None:
            return cast(Law, found.law), None
    return least_change_correlators(last, chi), None


def _margin(chi: np.ndarray) -> float:
    """Return 1 − min Σp with A p = χ but for the identity, which is 1 − max c·χ/L."""
    signs = CorrelationMap(chi.ndim).signs[1:]
    answer = linprog(
        np.ones(signs.shape[1]),
        A_eq=signs,
        b_eq=chi.reshape(-1)[1:],
        method="highs-ds",
        options={
            "primal_feasibility_tolerance": SOLVER_TOLERANCE,
            "dual_feasibility_tolerance": SOLVER_TOLERANCE,
        },
    )
    if not answer.success or answer.fun is None:
        raise ConvergenceError(
            f"The linear program of the margin was not solved: {answer.message}"
        )
    margin = 1 - float(answer.fun)
    return 0.0 if abs(margin) < ROUNDING else margin
