"""Where noise does not reach: decoherence-free subspaces and noiseless subsystems."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import null_space

from .._core.checks import check_finite, check_shapes
from .._core.qobj import as_operator
from ..measures import decoherence_free_subspaces
from .environment import Environment
from .prepared import register_parts

__all__ = ["NoiselessSubsystem", "noise_free_subspaces", "noiseless_subsystems"]

SAME = 1e-8  # relative to the operators


@dataclass(frozen=True, kw_only=True, eq=False)
class NoiselessSubsystem:
    r"""A factor of a part of the space on which the noise acts as 1.

    On the span of the isometry V every noise operator is :math:`V(A ⊗ 1)V^\dagger`,
    A on a gauge of size n and 1 on the m states that are kept. With n = 1 it is a
    decoherence-free subspace, ``isometry[:, 0]``.
    """

    isometry: np.ndarray  # (d, n, m)

    def encode(self, rho: Any) -> np.ndarray:
        """Return the state (d, d) of a kept one (m, m), the gauge fully mixed."""
        rho = as_operator(rho, "rho")
        _, n, m = self.isometry.shape
        check_shapes(rho=(rho, f"{m} {m}"))
        V = self.isometry
        return np.einsum("xnj,jk,ynk->xy", V, rho, V.conj(), optimize=True) / n

    def decode(self, rho: Any) -> np.ndarray:
        """Return the kept state (..., m, m) of states (..., d, d), the gauge traced."""
        V = self.isometry
        return np.einsum(
            "xnj,...xy,ynk->...jk", V.conj(), np.asarray(rho), V, optimize=True
        )


def noiseless_subsystems(operators: Any, *, seed: int = 0) -> list[NoiselessSubsystem]:
    r"""Return the noiseless subsystems of noise with given operators.

    The operators and their adjoints generate an algebra [1]_

    .. math:: \mathcal A = \bigoplus_J M_{n_J} ⊗ 1_{m_J}, \qquad
        \mathcal A' = \bigoplus_J 1_{n_J} ⊗ M_{m_J}.

    A random Hermitian element of the commutant 𝒜′ has irreducible spaces of 𝒜 for its
    eigenspaces; a second one connects those that are equivalent. Dark states of
    operators that are not normal belong to no such algebra; see
    `oqnn.measures.decoherence_free_subspaces`.

    Parameters
    ----------
    operators : Qobj, or shape (d, d) or (k, d, d)
        Everything by which the environment acts: fields and jumps.
    seed : int, optional
        Of the random elements; the subsystems do not depend on it.

    Returns
    -------
    list of NoiselessSubsystem
        All J with isometries (d, n_J, m_J), the largest m_J first; Σ n_J m_J = d.

    References
    ----------
    .. [1] Knill, Laflamme, Viola, Phys. Rev. Lett. 84, 2525 (2000).

    Examples
    --------
    Three qubits under any noise that acts on all alike keep one qubit.

    >>> from oqnn._core.bases import pauli_basis
    >>> one = np.eye(2)
    >>> collective = [
    ...     sum(np.kron(np.kron(*pair), last) for pair, last in
    ...         [((s, one), one), ((one, s), one), ((one, one), s)])
    ...     for s in pauli_basis(1)[1:]
    ... ]
    >>> [found.isometry.shape for found in noiseless_subsystems(np.array(collective))]
    [(8, 2, 2), (8, 4, 1)]
    """
    operators = as_operator(operators, "operators")
    operators = operators[None] if operators.ndim == 2 else operators
    check_shapes(operators=(operators, "k d d"))
    check_finite(operators, "operators")
    commutant = _commutant(operators)  # (c, d, d)
    rng = np.random.default_rng(seed)
    first, second = (_random_hermitian(commutant, rng) for _ in range(2))
    spaces = _eigenspaces(first)
    found = []
    while spaces:
        base, rest = spaces[0], spaces[1:]
        copies, spaces = [base], []
        for other in rest:
            link = other.conj().T @ second @ base  # ∝ a unitary, or zero
            size = np.linalg.norm(link, 2)
            if size < SAME:
                spaces.append(other)
            else:
                copies.append(other @ link / size)
        found.append(NoiselessSubsystem(isometry=np.stack(copies, axis=2)))
    return sorted(found, key=lambda one: (-one.isometry.shape[2], one.isometry.shape))


def noise_free_subspaces(environment: Environment) -> list[np.ndarray]:
    r"""Return the subspaces that the noise of an environment leaves alone.

    Isometries (d, m) such that, on their span, the fields of all levels differ by
    multiples of one and every jump acts as a multiple of one, so that a state stays
    pure whatever the register does. With the controls at zero and no Hamiltonian of
    its own; inside, the state may turn in a known way. Each is fit for
    ``ProtectionCost(subspace=…)``.

    Subspaces where jumps that are not normal turn states by their nonzero eigenvalues,
    differently in different levels, are left out.

    Parameters
    ----------
    environment : Environment
        On dense blocks, without an ancilla.

    Returns
    -------
    list of np.ndarray
        The largest first; lines, a single protected state, included.

    Raises
    ------
    TypeError
        If the blocks of the environment are not those of a dense RegisterGenerator.
    ValueError
        If the environment has an ancilla.
    """
    if environment.ancilla is not None:
        raise ValueError("`environment` must have no ancilla, but has one.")
    noise = register_parts(environment)[0]
    fields = list(noise.hamiltonians)
    jumps = {pair: np.asarray(Rs) for pair, Rs in noise.jumps.items()}
    together = [K - fields[0] for K in fields[1:]]
    together += [R for Rs in jumps.values() for R in Rs]
    found = decoherence_free_subspaces(fields[0], together)
    return [one.basis for one in found if _turns_alike(one.basis, fields, jumps)]


def _turns_alike(
    V: np.ndarray, fields: list[np.ndarray], jumps: dict[tuple[int, int], np.ndarray]
) -> bool:
    """Return whether V is mapped into itself alike in all levels, phases aside."""
    m = V.shape[1]
    inside = []
    for j, K in enumerate(fields):
        turning, scale = K.astype(complex), float(np.linalg.norm(K, 2))
        for (_, start), Rs in jumps.items():
            for R in Rs if start == j else ():
                value = np.trace(V.conj().T @ R @ V) / m
                half = 0.5j * np.conj(value) * R
                turning = turning + half + half.conj().T
                scale += float(np.linalg.norm(R, 2)) ** 2
        moved = turning @ V
        within = V.conj().T @ moved
        if np.abs(moved - V @ within).max() > SAME * max(scale, 1e-300):
            return False
        inside.append(within - np.trace(within) / m * np.eye(m))
    apart = max(np.abs(within - inside[0]).max() for within in inside)
    return bool(apart <= SAME * max(np.abs(fields).max(), 1.0))


def _commutant(operators: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis of what commutes with all operators and adjoints."""
    d = operators.shape[-1]
    one = np.eye(d)
    both = np.concatenate([operators, operators.conj().mT])
    sizes = np.linalg.norm(both, 2, axis=(1, 2))
    both = both[sizes > 0] / sizes[sizes > 0, None, None]
    squares = np.zeros((d * d, d * d), dtype=complex)
    for A in both:  # row-stacked X: AX − XA
        bracket = np.kron(A, one) - np.kron(one, A.T)
        squares += bracket.conj().T @ bracket
    return null_space(squares, rcond=SAME).T.reshape(-1, d, d)


def _random_hermitian(basis: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a random Hermitian element of a space closed under adjoints."""
    weights = rng.normal(size=len(basis)) + 1j * rng.normal(size=len(basis))
    X = np.tensordot(weights, basis, 1)
    return (X + X.conj().T) / np.linalg.norm(X)


def _eigenspaces(X: np.ndarray) -> list[np.ndarray]:
    """Return orthonormal bases of the eigenspaces of a Hermitian matrix."""
    values, vectors = np.linalg.eigh(X)
    cuts = np.flatnonzero(np.diff(values) > SAME) + 1
    return np.split(vectors, cuts, axis=1)
