"""Computation by dissipation: a clock register drives a circuit to its steady state."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import (
    check_between,
    check_finite,
    check_hermitian,
    check_increasing,
    check_integer,
    check_law,
    check_shapes,
)
from ..._core.progress import ProgressLine
from ..._core.qobj import as_operator, as_state
from ..evolution import Evolution
from ..frozen import frozen_copy
from ..register import RegisterGenerator
from ..solvers.memory_limit import check_memory
from ..solvers.recording import expectations
from .circuit import circuit_unitaries, reset_jumps
from .clock_walk import add_excited, excitations, mixing_bound_time, walk, walk_rates

__all__ = ["ReadOut", "TimeRegister", "time_register"]

LEAST = 1e-12  # probability below which a conditional state is rounding


@dataclass(frozen=True, kw_only=True, eq=False)
class ReadOut:
    """The computation, as found when the clock shows that it is done."""

    probability: np.ndarray  # (...), of finding it done
    states: np.ndarray  # (..., 2^q, 2^q), of the qubits in that case
    fidelity: np.ndarray  # (...), of those states with the circuit's output


@dataclass(frozen=True, kw_only=True, eq=False)
class TimeRegister:
    r"""A circuit as the steady state of dissipation; made by `time_register`.

    The system S is the q qubits, the register C^{T+1} the clock t = 0 … T. All rates
    are one: times are in units of the inverse rate. In the frame of the computation,
    :math:`\sigma_t = V_t^\dagger\rho_t V_t`, :math:`V_t = U_{t-1}\cdots U_0`, the clock
    walks freely on a path, and at t = 0 every qubit is damped to its initial state.
    """

    unitaries: np.ndarray  # (T, d, d), the idle steps included
    initial: tuple[int, ...]  # (q,) bits
    idle: int

    @property
    def n_qubits(self) -> int:
        """Number q of qubits."""
        return len(self.initial)

    @property
    def n(self) -> int:
        """Number T + 1 of values of the clock."""
        return len(self.unitaries) + 1

    @property
    def frames(self) -> np.ndarray:
        """V_t with the flips that turn |0…0⟩ into the initial state, (n, d, d)."""
        d = 2**self.n_qubits
        flipped = int("".join(map(str, self.initial)), 2)
        frames = [np.eye(d, dtype=complex)[np.arange(d) ^ flipped]]
        for U in self.unitaries:
            frames.append(U @ frames[-1])
        return np.array(frames)

    @property
    def history(self) -> np.ndarray:
        """Kets |ψ_t⟩ of the computation, (n, d)."""
        kets = [self.frames[0][:, 0]]
        for U in self.unitaries:
            kets.append(U @ kets[-1])
        return np.array(kets)

    @property
    def steady_blocks(self) -> np.ndarray:
        """Steady state Σ |ψ_t⟩⟨ψ_t| ⊗ |t⟩⟨t| / (T + 1), as its blocks (n, d, d)."""
        kets = self.history
        return np.einsum("ti,tj->tij", kets, kets.conj()) / self.n

    @property
    def is_unique(self) -> bool:
        """Whether the full equation has no other steady state: for T ≥ 2.

        For T = 1 coherence between the two values of the clock can persist too. Blocks
        have one steady state for any T.
        """
        return self.n > 2

    @property
    def gap(self) -> float:
        r"""Slowest rate of decay of any block to the steady state.

        The least eigenvalue of path Laplacian + ½|0⟩⟨0| on T + 1 sites, about
        :math:`\pi^2/[4(T + 5/2)^2]`: the number and kind of gates do not matter.
        """
        return float(walk_rates(self.n, 1)[0][0])

    def spectrum(self) -> tuple[np.ndarray, np.ndarray]:
        """Return all decay rates of blocks, (2q + 1, n), and multiplicities (2q + 1,).

        Row κ holds the eigenvalues of path Laplacian + (κ/2)|0⟩⟨0|: operators with κ
        excited rows and columns, in the frame of the computation.
        """
        q = self.n_qubits
        rates = [walk_rates(self.n, kappa)[0] for kappa in range(2 * q + 1)]
        return np.array(rates), np.array(
            [math.comb(2 * q, k) for k in range(2 * q + 1)]
        )

    def jumps(self) -> list[np.ndarray]:
        """Return L_i for every qubit and L_t for every gate, on S ⊗ C^{T+1}.

        Each L_t is a single operator: it moves the clock both ways. There is no
        Hamiltonian.

        Raises
        ------
        ValueError
            If the q + T matrices of size (T + 1) 2^q do not fit in memory.
        """
        d, n = 2**self.n_qubits, self.n
        check_memory(
            16.0 * (self.n_qubits + n) * (n * d) ** 2,
            f"`jumps` makes {self.n_qubits + n - 1} matrices of size {n * d}, which",
            "Use the blocks: generator() or evolve().",
        )
        clock = np.eye(n)
        operators = [
            np.kron(R, np.outer(clock[0], clock[0])) for R in reset_jumps(self.initial)
        ]
        for t, U in enumerate(self.unitaries):
            up = np.kron(U, np.outer(clock[t + 1], clock[t]))
            operators.append(up + up.conj().T)
        return operators

    def generator(self) -> RegisterGenerator:
        """Return the generator of the diagonal blocks ρ_t, n = T + 1 of 2^q × 2^q.

        Exact: L_t takes diagonal blocks to diagonal blocks, and the others to others.
        """
        d = 2**self.n_qubits
        jumps: dict[tuple[int, int], np.ndarray] = {(0, 0): reset_jumps(self.initial)}
        for t, U in enumerate(self.unitaries):
            jumps[t + 1, t], jumps[t, t + 1] = U, U.conj().T
        return RegisterGenerator(np.zeros((self.n, d, d)), jumps)

    def diagonal_blocks(self, state: Any) -> np.ndarray:
        """Return the blocks ⟨t|ρ|t⟩ of a state of S ⊗ C^{T+1}, (n, d, d)."""
        d, n = 2**self.n_qubits, self.n
        rho = as_state(state, "state")
        check_shapes(state=(rho, f"{d * n} {d * n}"))
        return np.einsum("itjt->tij", rho.reshape(d, n, d, n))

    def evolve(
        self,
        rho0: Any,
        tlist: ArrayLike,
        *,
        register_law: ArrayLike | None = None,
        e_ops: Sequence[Any] | Mapping[str, Any] | None = None,
        progress: bool | None = None,
    ) -> Evolution:
        """Evolve any blocks exactly, in the frame of the computation.

        Each operator with κ excited rows and columns follows the walk weighted by
        e^{−κa/2}, a the time spent at t = 0: (T + 1) d³ operations a time, where the
        exponential of `generator` would take (T + 1)³ d⁶.

        Parameters
        ----------
        rho0 : Qobj, or shape (d,), (d, d) or (n, d, d)
            Blocks ρ_t at ``tlist[0]``, or one state of the qubits.
        tlist : shape (t,), inverse rates
            Strictly increasing.
        register_law : shape (n,), optional
            Law p of the clock for a state of the qubits: the blocks start as p_t ρ. By
            default the clock shows 0.
        e_ops : sequence or mapping of operators, optional
            Observables on the qubits; expectations are named by their key or index.
        progress : bool, optional
            Show (True), hide (False), or show after two seconds on a terminal.

        Returns
        -------
        Evolution
            Blocks (t, n, d, d); their sum is the state of the qubits.

        Raises
        ------
        ValueError
            If shapes disagree, `tlist` does not increase, `register_law` is no law, or
            the blocks do not fit in memory.
        """
        times = np.asarray(tlist, dtype=float)
        check_shapes(tlist=(times, "t"))
        check_increasing(times, "tlist")
        blocks0 = self._blocks(rho0, register_law)
        check_memory(
            16.0 * (len(times) + 3) * blocks0.size,
            f"`tlist` asks for {len(times)} × {self.n} blocks of {self.n_qubits} "
            "qubits, which",
            "Ask for fewer times.",
        )

        V, kappa, parts = (
            self.frames,
            excitations(self.n_qubits),
            range(2 * self.n_qubits + 1),
        )
        walks = [walk_rates(self.n, k) for k in parts]
        sigma = add_excited(V.conj().mT @ blocks0 @ V, 1)
        blocks = np.empty((len(times), *blocks0.shape), dtype=complex)
        with ProgressLine("evolving", len(times) - 1, show=progress) as line:
            blocks[0] = blocks0
            for out, time in zip(blocks[1:], times[1:] - times[0], strict=True):
                moved = np.empty_like(sigma)
                for k in parts:
                    moved[:, kappa == k] = walk(walks[k], time) @ sigma[:, kappa == k]
                out[:] = V @ add_excited(moved, -1) @ V.conj().mT
                line.advance()
        return Evolution(
            times=times,
            blocks=blocks,
            method="exact, in the frame of the computation",
            dims=(2,) * self.n_qubits,
            expect=expectations(blocks.sum(axis=1), e_ops),
        )

    def read_out(self, blocks: ArrayLike) -> ReadOut:
        """Look at the clock, and take the qubits if it shows that all gates are done.

        That is t = T, or with idle steps any of the last idle + 1 values.

        Parameters
        ----------
        blocks : shape (..., n, d, d)
            As from `evolve` or `steady_blocks`.

        Returns
        -------
        ReadOut
            Probability, states in that case, and their fidelity with the output.

        Raises
        ------
        ValueError
            If the shape does not fit, or a probability is not above 1e-12: the state
            is then undefined.
        """
        rho = self._check(blocks)
        done = rho[..., self.n - 1 - self.idle :, :, :].sum(axis=-3)
        probability = np.trace(done, axis1=-2, axis2=-1).real
        if not probability.min() > LEAST:
            raise ValueError(
                f"`blocks` must give the end a probability above {LEAST}, but it is "
                f"{probability.min():.3g}. Leave out times before the clock gets there."
            )
        states = done / probability[..., None, None]
        output = self.history[-1]
        fidelity = np.einsum("i,...ij,j->...", output.conj(), states, output).real
        return ReadOut(probability=probability, states=states, fidelity=fidelity)

    def distance(self, blocks: ArrayLike) -> np.ndarray:
        """Return the trace distance of Hermitian blocks from the steady ones, (...)."""
        rho = self._check(blocks)
        check_hermitian(rho, "blocks")
        gaps = np.linalg.eigvalsh(rho - self.steady_blocks)
        return np.abs(gaps).sum(axis=(-2, -1)) / 2

    def mixing_time(self, accuracy: float = 0.01) -> float:
        """Return a time after which no start is farther away than `accuracy`.

        In trace distance from the steady state. An upper bound; it grows as T² and as
        the logarithm of the number of qubits.

        Raises
        ------
        ValueError
            If `accuracy` does not lie between 1e-12 and 0.5.
        """
        check_between(accuracy, "accuracy", 1e-12, 0.5)
        return mixing_bound_time(self.n, self.n_qubits, accuracy)

    def _blocks(self, rho0: Any, register_law: ArrayLike | None) -> np.ndarray:
        """Return the blocks of a start, checked."""
        rho = as_state(rho0, "rho0")
        if rho.ndim == 3:
            if register_law is not None:
                raise ValueError(
                    "`register_law` must be absent for blocks, but is given."
                )
            return self._check(rho, "rho0")
        law = np.eye(self.n)[0] if register_law is None else register_law
        law = np.asarray(law, dtype=float)
        check_shapes(register_law=(law, f"{self.n}"))
        check_law(law, "register_law")
        check_shapes(rho0=(rho, f"{2**self.n_qubits} {2**self.n_qubits}"))
        return self._check(law[:, None, None] * rho, "rho0")

    def _check(self, blocks: ArrayLike, name: str = "blocks") -> np.ndarray:
        """Return blocks (..., n, d, d), checked."""
        rho = as_operator(blocks, name)
        d = 2**self.n_qubits
        if rho.ndim < 3 or rho.shape[-3:] != (self.n, d, d):
            raise ValueError(
                f"`{name}` must have shape (..., {self.n}, {d}, {d}), but has shape "
                f"{rho.shape}."
            )
        check_finite(rho, name)
        return rho


def time_register(
    gates: Sequence[Any],
    *,
    n_qubits: int | None = None,
    initial: Sequence[int] | None = None,
    idle: int = 0,
) -> TimeRegister:
    r"""Return the dissipation whose steady state runs a circuit.

    A Lindblad equation on S ⊗ C^{T+1} without Hamiltonian, with the jumps [1]_

    .. math:: L_i = |0\rangle\langle 1|_i \otimes |0\rangle\langle 0|_t, \qquad
        L_t = U_t \otimes |t{+}1\rangle\langle t|
        + U_t^\dagger \otimes |t\rangle\langle t{+}1|,

    i over all qubits and t = 0 … T − 1. Its steady state is
    :math:`\frac{1}{T+1}\sum_t |\psi_t\rangle\langle\psi_t| \otimes |t\rangle\langle t|`
    with the states ψ_t = U_{t−1} … U_0 |0…0⟩ of the computation.

    Parameters
    ----------
    gates : sequence of matrices, Qobj, or pairs (matrix, qubits)
        Unitaries U_0, U_1, … on all q qubits, of shape (2^q, 2^q), or pairs of a
        smaller one and the qubits it acts on, counted from 0.
    n_qubits : int, optional
        Number q of qubits; needed where every gate names its qubits.
    initial : sequence of q bits, optional
        What the qubits are reset to at t = 0; all 0 by default. For 1 the jump is
        |1⟩⟨0|.
    idle : int, optional
        Steps without a gate after the last one. They raise the probability of finding
        the computation done to (idle + 1)/(T + 1), T being their number and that of the
        gates.

    Returns
    -------
    TimeRegister
        Jumps, block generator, history, steady state, spectrum, evolution, read-out.

    Raises
    ------
    TypeError
        If a gate is no matrix of numbers, or a number no integer.
    ValueError
        If a gate is not unitary or does not fit, `initial` does not hold q bits, or the
        unitaries do not fit in memory.

    References
    ----------
    .. [1] Verstraete, Wolf, Cirac, Nature Physics 5, 633 (2009).

    Examples
    --------
    >>> import numpy as np
    >>> hadamard = np.array([[1, 1], [1, -1]]) / np.sqrt(2)
    >>> cnot = np.eye(4)[[0, 1, 3, 2]]
    >>> bell = time_register([(hadamard, 0), (cnot, (0, 1))], n_qubits=2)
    >>> bell.history[-1].real.round(6)
    array([0.707107, 0.      , 0.      , 0.707107])
    >>> evolution = bell.evolve([0, 0, 1, 0], [0, 60])
    >>> found = bell.read_out(evolution.blocks[-1])
    >>> round(float(found.probability), 3), round(float(found.fidelity), 3)
    (0.333, 1.0)
    """
    check_integer(idle, "idle", least=0)
    unitaries = circuit_unitaries(gates, n_qubits)
    q = unitaries.shape[-1].bit_length() - 1
    bits = [0] * q if initial is None else list(initial)
    if len(bits) != q or any(bit not in (0, 1) for bit in bits):
        raise ValueError(f"`initial` must hold {q} bits, but is {bits}.")
    waiting = np.broadcast_to(np.eye(2**q), (idle, 2**q, 2**q))
    return TimeRegister(
        unitaries=frozen_copy(np.concatenate([unitaries, waiting]), complex),
        initial=tuple(int(bit) for bit in bits),
        idle=int(idle),
    )
