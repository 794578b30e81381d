"""Systems that start correlated with their environment: ρ_A(t) = T(t) ρ_A(0) + ξ(t)."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..._core.bases import to_coordinates
from ..._core.checks import (
    HERMITIAN_TOLERANCE,
    check_density_matrix,
    check_finite,
    check_hermitian,
    check_increasing,
    check_shapes,
)
from ..._core.qobj import as_operator, as_state, is_qobj
from ..evolution import Evolution, apply_transfer
from ..frozen import frozen_copy
from ..solvers.memory_limit import check_memory
from ..solvers.starts import as_dims
from .correlated_liouvillian import Liouvillian, time_local_form
from .reduced_maps import parts, trace_A, trace_B, transfer_of

__all__ = ["CorrelatedStart", "correlated_start", "distance_increase"]


@dataclass(frozen=True, kw_only=True, eq=False)
class CorrelatedStart:
    """What `correlated_start` returns: one total state under U(t), seen from A."""

    times: np.ndarray  # (t,)
    dims: tuple[int, int]  # (N, M)
    rho0: np.ndarray  # (N M, N M)
    unitaries: np.ndarray  # (t, N M, N M)
    hamiltonian: np.ndarray | None  # (N M, N M); None if unitaries were given
    transfer: np.ndarray  # (t, N², N²), T in the Hermitian basis, real
    xi: np.ndarray  # (t, N, N), traceless

    @property
    def rho_A(self) -> np.ndarray:
        """State of the system at the start, (N, N)."""
        return trace_B(self.rho0, self.dims)

    @property
    def rho_B(self) -> np.ndarray:
        """State of the environment at the start, (M, M)."""
        return trace_A(self.rho0, self.dims)

    @property
    def correlation(self) -> np.ndarray:
        """What the product of the marginals lacks, ρ_AB − ρ_A ⊗ ρ_B, (N M, N M)."""
        return self.rho0 - np.kron(self.rho_A, self.rho_B)

    @cached_property
    def _bloch(self) -> np.ndarray:
        """Return ⟨σ_i ⊗ τ_j⟩ with σ_0 = τ_0 = 1, (N², M²), real."""
        N, M = self.dims
        split = self.rho0.reshape(N, M, N, M).transpose(0, 2, 1, 3)
        rows = to_coordinates(split)  # (N, N, M²)
        return math.sqrt(N * M) * to_coordinates(rows.transpose(2, 0, 1)).real.T

    @property
    def alpha(self) -> np.ndarray:
        """Bloch vector ⟨σ_i⟩ of the system, (N² − 1,); tr σ_iσ_k = N δ_ik."""
        return self._bloch[1:, 0]

    @property
    def beta(self) -> np.ndarray:
        """Bloch vector ⟨τ_j⟩ of the environment, (M² − 1,); tr τ_jτ_l = M δ_jl."""
        return self._bloch[0, 1:]

    @property
    def gamma(self) -> np.ndarray:
        """Correlators ⟨σ_i ⊗ τ_j⟩, (N² − 1, M² − 1)."""
        return self._bloch[1:, 1:]

    @property
    def gamma_prime(self) -> np.ndarray:
        """Connected correlators γ′ = γ − αβᵀ, zero without initial correlations."""
        return self.gamma - np.outer(self.alpha, self.beta)

    @property
    def kraus(self) -> np.ndarray:
        r"""Kraus operators :math:`\sqrt{p_\nu}\langle\mu|U|\nu\rangle` of T.

        Shape (t, k, N, N); μ and ν run over the eigenstates of ρ_B, ν over those with
        a probability above zero.
        """
        p, basis = np.linalg.eigh(self.rho_B)
        pieces = parts(self.unitaries, basis)[:, :, p > 0]
        scaled = np.sqrt(p[p > 0])[:, None, None] * pieces
        return scaled.reshape(len(scaled), -1, *scaled.shape[-2:])

    @property
    def states(self) -> np.ndarray:
        """States T ρ_A(0) + ξ of the system, (t, N, N)."""
        return apply_transfer(self.transfer, self.rho_A) + self.xi

    @property
    def evolution(self) -> Evolution:
        """The states as an Evolution."""
        return Evolution(
            times=self.times,
            blocks=self.states[:, None],
            method="exact map and inhomogeneous part of a correlated start",
            dims=self.dims[:1],
        )

    @property
    def witness(self) -> np.ndarray:
        """Trace distance ½‖ξ‖₁ from the start ρ_A ⊗ ρ_B, (t,).

        Both starts agree on A, so any value above zero proves initial correlations. It
        never exceeds `witness_bound`.
        """
        return np.abs(np.linalg.eigvalsh(self.xi)).sum(axis=-1) / 2

    @property
    def witness_bound(self) -> float:
        """Trace distance between ρ_AB and ρ_A ⊗ ρ_B."""
        return float(np.abs(np.linalg.eigvalsh(self.correlation)).sum() / 2)

    def liouvillian(self, *, condition: float = 1e8) -> Liouvillian:
        r"""Return the time-local equation of this start, where there is one.

        .. math:: \dot\rho_A = X\rho_A + (\dot\xi - X\xi), \qquad X = \dot T T^{-1}

        Where T is singular X does not exist. Such times are left out, and listed as
        `singular_times` together with those between the times of the grid, which are
        looked for wherever the least singular value of T is lower than at both
        neighbours.

        Parameters
        ----------
        condition : float, optional
            Condition number of T above which it counts as singular. The relative error
            of X is about 1e-16 of it.

        Returns
        -------
        Liouvillian
            X and the inhomogeneity ξ̇ − Xξ at the other times.

        Raises
        ------
        ValueError
            If the start was given with unitaries, which have no derivative, or
            `condition` is not above one.
        """
        if self.hamiltonian is None:
            raise ValueError(
                "`H` must be a Hamiltonian for the Liouvillian, but unitaries were "
                "given, which have no derivative. Call correlated_start with one."
            )
        if not condition > 1:
            raise ValueError(f"`condition` must be above 1, but is {condition}.")
        return time_local_form(
            self.hamiltonian,
            self.rho_B,
            self.correlation,
            (self.times, self.transfer, self.xi),
            1 / condition,
        )


def correlated_start(
    H: Any, rho0: Any, tlist: ArrayLike, dims: tuple[int, int]
) -> CorrelatedStart:
    r"""Evolve a system that starts correlated with its environment.

    Exact for any finite A ⊗ B. With the Bloch data α, β, γ of the start and
    γ′ = γ − αβᵀ,

    .. math:: \rho_{AB} = \rho_A \otimes \rho_B
        + \frac{1}{NM}\gamma'_{ij}\,\sigma_i \otimes \tau_j, \qquad
        \rho_A(t) = T(t)\rho_A + \xi(t),

    .. math:: T\rho = \sum_{\mu\nu} M_{\mu\nu}\rho M_{\mu\nu}^\dagger, \quad
        M_{\mu\nu} = \sqrt{p_\nu}\langle\mu|U|\nu\rangle, \quad
        \xi = \frac{1}{NM}\sum_\mu \langle\mu|U \gamma'_{ij}\sigma_i \otimes \tau_j
        U^\dagger|\mu\rangle

    with the eigenstates |ν⟩ and probabilities p_ν of ρ_B. T is what the product start
    ρ_A ⊗ ρ_B would see, ξ what the correlations add [1]_.

    Parameters
    ----------
    H : Qobj or shape (N M, N M), angular frequency; or shape (t, N M, N M)
        Hamiltonian of the whole; or the unitaries U(t), an array or a list of Qobj.
    rho0 : Qobj, or shape (N M,) or (N M, N M)
        State of the whole, at ``tlist[0]`` for a Hamiltonian, before U otherwise.
    tlist : shape (t,)
        Strictly increasing.
    dims : (N, M)
        Sizes of the system, which comes first, and of the environment.

    Returns
    -------
    CorrelatedStart
        T, ξ, Bloch data, Kraus operators, states, the witness of initial correlations,
        and for a Hamiltonian the Liouvillian.

    Raises
    ------
    TypeError
        If an argument is no matrix of numbers.
    ValueError
        If shapes disagree, `H` is neither Hermitian nor a stack of unitaries, `rho0` is
        no state, `tlist` does not increase, or the unitaries do not fit in memory.

    References
    ----------
    .. [1] Stelmachovic, Buzek, Phys. Rev. A 64, 062106 (2001), with
       tr σ_iσ_k = N δ_ik here.

    Examples
    --------
    A Bell pair against the product of its marginals, which looks the same at first:

    >>> import numpy as np
    >>> coupling = 0.5 * np.kron([[0, 1], [1, 0]], np.diag([1, -1]))
    >>> bell = np.array([1, 0, 0, 1]) / np.sqrt(2)
    >>> start = correlated_start(coupling, bell, [0, np.pi / 6, np.pi / 2], (2, 2))
    >>> start.witness.round(12)
    array([0.  , 0.25, 0.5 ])
    """
    times = np.asarray(tlist, dtype=float)
    check_shapes(tlist=(times, "t"))
    check_increasing(times, "tlist")
    rho0 = as_state(rho0, "rho0")
    check_shapes(rho0=(rho0, "D D"))
    check_density_matrix(rho0, "rho0")
    D = len(rho0)
    N, M = _two(as_dims(D, D, dims))
    check_memory(
        64.0 * len(times) * D * D,
        f"`tlist` asks for {len(times)} unitaries of size {D}, which",
        "Ask for fewer times, or for the states alone with reduced_evolution.",
    )
    hamiltonian, U = _unitaries(H, times, D)

    rho_B = trace_A(rho0, (N, M))
    correlation = rho0 - np.kron(trace_B(rho0, (N, M)), rho_B)
    p, basis = np.linalg.eigh(rho_B)
    pieces = parts(U, basis)
    return CorrelatedStart(
        times=times,
        dims=(N, M),
        rho0=frozen_copy(rho0, complex),
        unitaries=U,
        hamiltonian=hamiltonian,
        transfer=transfer_of(pieces, pieces, p),
        xi=trace_B(U @ correlation @ U.conj().mT, (N, M)),
    )


def distance_increase(states: Any, others: Any) -> np.ndarray:
    """Return how far the distance of two evolutions rises above its first value.

    D(ρ(t), ρ′(t)) − D(ρ(0), ρ′(0)) with the trace distance D. No map of the system
    raises a distance, so a positive value proves that one of the two starts was
    correlated with its environment, or that the environments differed [1]_.

    Parameters
    ----------
    states, others : shape (t, N, N)
        States of the system at the same times.

    Returns
    -------
    np.ndarray
        Shape (t,), zero at first.

    Raises
    ------
    ValueError
        If shapes disagree or a matrix is not Hermitian.

    References
    ----------
    .. [1] Laine, Piilo, Breuer, EPL 92, 60010 (2010).

    Examples
    --------
    >>> import numpy as np
    >>> mixed, up = np.eye(2) / 2, np.diag([1, 0])
    >>> distance_increase([mixed, up], [mixed, mixed])
    array([0. , 0.5])
    """
    first, second = as_operator(states, "states"), as_operator(others, "others")
    check_shapes(states=(first, "t N N"), others=(second, "t N N"))
    check_hermitian(first, "states")
    check_hermitian(second, "others")
    distances = np.abs(np.linalg.eigvalsh(first - second)).sum(axis=-1) / 2
    return distances - distances[0]


def _two(dims: tuple[int, ...]) -> tuple[int, int]:
    """Return the sizes of exactly two parts."""
    if len(dims) != 2:
        raise ValueError(
            "`dims` must be the two sizes of system and environment, but is "
            f"{list(dims)}."
        )
    return dims[0], dims[1]


def _unitaries(
    H: Any, times: np.ndarray, D: int
) -> tuple[np.ndarray | None, np.ndarray]:
    """Return the Hamiltonian, if it is one, and U at all times, (t, D, D)."""
    if isinstance(H, list | tuple) and any(map(is_qobj, H)):
        H = [as_operator(U, "H") for U in H]
    array = frozen_copy(as_operator(H, "H"), complex)
    if array.ndim == 2:
        check_shapes(H=(array, f"{D} {D}"))
        check_hermitian(array, "H")
        energies, vectors = np.linalg.eigh(array)
        phases = np.exp(-1j * energies * (times - times[0])[:, None])
        return array, (vectors * phases[:, None, :]) @ vectors.conj().T
    check_shapes(H=(array, f"{len(times)} {D} {D}"))
    check_finite(array, "H")
    gap = np.abs(array @ array.conj().mT - np.eye(D)).max()
    if not gap <= HERMITIAN_TOLERANCE:
        raise ValueError(
            f"`H` must hold unitary matrices, but one is off by {gap:.3g}. A "
            "Hamiltonian has the shape of `rho0`."
        )
    return None, array
