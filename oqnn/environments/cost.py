"""The built-in cost: how far the states at the readouts are from their targets."""

from dataclasses import dataclass

import numpy as np

from .._core.bases import hermitian_basis, pauli_basis, to_coordinates
from .._core.checks import (
    check_density_matrix,
    check_finite,
    check_positive,
    check_shapes,
)
from .environment import Environment, lift_matrix, reduce_matrix

__all__ = ["CARDINAL_STATES", "ProtectionCost", "overlap_columns"]

CARDINAL_STATES = np.array(
    [(np.eye(2) + sign * s) / 2 for s in pauli_basis(1)[1:] for sign in (1, -1)]
)
CARDINAL_STATES.setflags(write=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class ProtectionCost:
    r"""Cost of an epoch: lost fidelity at readouts, control energy and weights.

    .. math:: J = \sum_r q_r \bigl[1 - \bar F(t_r)\bigr]
        + \int_0^T \Bigl(\frac{c_y}{2}|y|^2 + \frac{c_W}{2}|W|^2\Bigr)dt

    By default F̄ is the mean over all pure states of a system of any size, so that the
    identity channel, or the gate `target`, is what the epoch should perform; with it
    the entanglement with any kept partner is protected, as
    :math:`(d + 1)\bar F = d F_e + 1` with the fidelity F_e of a maximally entangled
    pair. A `subspace` narrows the mean to pure states in it, and `states` to a chosen
    set, :math:`\bar F = \frac1S\sum_s \mathrm{Tr}\,U\rho_s U^\dagger \rho_s(t_r)`.

    Parameters
    ----------
    readouts : sequence of r floats in (0, 1]
        Times t_r / T; each must fall on the end of a slice of W.
    weights : sequence of r floats, optional
        q_r; equal and summing to one by default.
    running : float, optional
        Weight of a running readout, the mean over the ends of all slices, beside the
        q_r. Zero by default.
    states : shape (S, D, D), optional
        States to protect; of the system, or of system ⊗ a kept partner, D = d k.
    subspace : shape (d, k), optional
        Orthonormal columns that span the states to protect. What leaks out is lost.
    target : shape (d, d), optional
        Unitary U that the epoch should perform on the system; the identity by default.
    controls : float
        c_y.
    network : float
        c_W.

    Raises
    ------
    ValueError
        If shapes disagree, a state is none, `target` is not unitary, the columns of
        `subspace` are not orthonormal, both `states` and `subspace` are given, a
        readout lies outside (0, 1], or a constant is negative.
    """

    readouts: tuple[float, ...] = (0.25, 0.5, 0.75, 1.0)
    weights: tuple[float, ...] | None = None
    running: float = 0.0
    states: np.ndarray | None = None
    subspace: np.ndarray | None = None
    target: np.ndarray | None = None
    controls: float = 1e-4
    network: float = 1e-6

    def __post_init__(self) -> None:
        readouts = np.asarray(self.readouts, dtype=float)
        check_shapes(readouts=(readouts, "r"))
        if readouts.size == 0 or not ((readouts > 0) & (readouts <= 1)).all():
            raise ValueError(
                f"`readouts` must be fractions in (0, 1], but are {self.readouts}."
            )
        if self.weights is not None:
            q = np.asarray(self.weights, dtype=float)
            check_shapes(readouts=(readouts, "r"), weights=(q, "r"))
            check_finite(q, "weights")
        if self.states is not None:
            states = np.asarray(self.states)
            check_shapes(states=(states, "S D D"))
            check_density_matrix(states, "states")
        if self.target is not None:
            U = np.asarray(self.target)
            check_shapes(target=(U, "d d"))
            if not np.allclose(U @ U.conj().T, np.eye(len(U)), atol=1e-10):
                raise ValueError("`target` must be unitary, but U U† differs from 1.")
        self._check_subspace()
        for name in ("running", "controls", "network"):
            if getattr(self, name) != 0:
                check_positive(getattr(self, name), name)

    def _check_subspace(self) -> None:
        if self.subspace is None:
            return
        if self.states is not None:
            raise ValueError(
                "`subspace` must be absent where `states` are given, but both are. "
                "Give one of them."
            )
        V = np.asarray(self.subspace)
        check_shapes(subspace=(V, "d k"))
        if V.size == 0 or not np.allclose(
            V.conj().T @ V, np.eye(V.shape[1]), atol=1e-10
        ):
            raise ValueError(
                "`subspace` must have orthonormal columns, but V†V differs from 1. "
                "Take those of np.linalg.qr(V)."
            )

    @property
    def readout_weights(self) -> np.ndarray:
        """Weights q_r, shape (r,)."""
        count = len(self.readouts)
        if self.weights is None:
            return np.full(count, 1 / count)
        return np.asarray(self.weights, dtype=float)

    def overlap_matrix(self, d: int) -> np.ndarray:
        r"""Return G with mean fidelity :math:`\bar F = \sum_{ab} G_{ab}\Phi_{ab}`.

        Φ is the map of the system in `hermitian_basis(d)`, real, (d², d²).

        Raises
        ------
        ValueError
            If states, subspace or target do not fit a system of size d.
        """
        U = np.eye(d) if self.target is None else np.asarray(self.target)
        if len(U) != d:
            raise ValueError(
                f"`target` must have the size of the system, {d}, but has {len(U)}."
            )
        if self.states is not None:
            return _overlaps_of_states(np.asarray(self.states), U)
        V = np.eye(d) if self.subspace is None else np.asarray(self.subspace)
        if len(V) != d:
            raise ValueError(
                f"`subspace` must have the height of the system, {d}, but has {len(V)}."
            )
        k = V.shape[1]
        # F̄ k (k + 1) = Tr[Π Φ(Π)] + Σ Tr[B Φ(B)], B an orthonormal basis on the span
        inside = V @ np.concatenate([hermitian_basis(k), np.eye(k)[None]]) @ V.conj().T
        starts = to_coordinates(inside).real
        ends = to_coordinates(U @ inside @ U.conj().T).real
        return ends.T @ starts / (k * (k + 1))

    def slice_weights(self, slices: int) -> np.ndarray:
        """Return q_r at the end of each slice of an epoch, shape (slices,).

        Raises
        ------
        ValueError
            If a readout does not fall on the end of a slice.
        """
        ends = np.asarray(self.readouts) * slices
        index = np.round(ends).astype(int)
        if not np.allclose(index, ends, atol=1e-9) or index.min() < 1:
            raise ValueError(
                f"`slices` must put every readout on the end of a slice, but {slices} "
                f"slices put them at {ends.tolist()}."
            )
        weights = np.zeros(slices)
        np.add.at(weights, index - 1, self.readout_weights)
        return weights + self.running / slices


def overlap_columns(
    cost: ProtectionCost, environment: Environment
) -> tuple[np.ndarray, np.ndarray, float]:
    r"""Return columns X, targets Y and a constant with mean fidelity tr YᵀΦX + const.

    Here Φ is the map of all blocks. As many columns suffice as the overlap matrix has
    rank beyond the conserved trace: d² − 1 for all pure states, three for a qubit.
    """
    overlap = cost.overlap_matrix(environment.d)
    constant = float(overlap[0, 0])
    overlap[0] = 0  # the trace never changes
    u, sizes, vt = np.linalg.svd(overlap)
    rank = max(1, int((sizes > 1e-12 * sizes.max()).sum()))
    columns = lift_matrix(environment) @ (vt[:rank].T * sizes[:rank])
    return columns, reduce_matrix(environment).T @ u[:, :rank], constant


def _overlaps_of_states(states: np.ndarray, U: np.ndarray) -> np.ndarray:
    """Return the overlap matrix of states on system ⊗ partner."""
    d, size = len(U), states.shape[-1]
    if size % d:
        raise ValueError(
            f"`states` must be of the system, of size {d}, or of it and a partner, "
            f"but have size {size}."
        )
    k = size // d
    split = states.reshape(-1, d, k, d, k).transpose(0, 2, 4, 1, 3)  # (S, k, k, d, d)
    starts = to_coordinates(split)  # Tr_S[B_a ρ] = Σ_xy |x⟩⟨y| starts_xy
    ends = to_coordinates(U @ split @ U.conj().T)
    overlaps = np.einsum("sxya,syxb->ab", ends, starts) / len(states)
    return np.asarray(overlaps.real)
