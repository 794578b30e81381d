"""The built-in cost: how far the states at the readouts are from their targets."""

from dataclasses import dataclass, field

import numpy as np

from .._core.bases import pauli_basis, to_coordinates
from .._core.checks import (
    check_density_matrix,
    check_finite,
    check_positive,
    check_shapes,
)

__all__ = ["CARDINAL_STATES", "ProtectionCost", "overlap_columns"]

CARDINAL_STATES = np.array(
    [(np.eye(2) + sign * s) / 2 for s in pauli_basis(1)[1:] for sign in (1, -1)]
)
CARDINAL_STATES.setflags(write=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class ProtectionCost:
    r"""Cost of an epoch: lost fidelity at readouts, control energy and weights.

    .. math:: J = \sum_r q_r \Bigl[1 - \frac1S\sum_s
        \mathrm{Tr}\,U\rho_s U^\dagger \sum_i \rho_i^s(t_r)\Bigr]
        + \int_0^T \Bigl(\frac{c_y}{2}|y|^2 + \frac{c_W}{2}|W|^2\Bigr)dt

    Parameters
    ----------
    readouts : sequence of r floats in (0, 1]
        Times t_r / T; each must fall on the end of a slice of W.
    weights : sequence of r floats, optional
        q_r; equal and summing to one by default.
    states : shape (S, d, d), optional
        States to protect. The default, the six cardinal states of a qubit, is a
        2-design: its mean is the mean over all pure states.
    target : shape (d, d), optional
        Unitary U that the epoch should perform; the identity by default.
    controls : float
        c_y.
    network : float
        c_W.

    Raises
    ------
    ValueError
        If shapes disagree, a state is none, `target` is not unitary, a readout lies
        outside (0, 1], or a constant is negative.
    """

    readouts: tuple[float, ...] = (0.25, 0.5, 0.75, 1.0)
    weights: tuple[float, ...] | None = None
    states: np.ndarray = field(default_factory=lambda: CARDINAL_STATES)
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
        states = np.asarray(self.states)
        check_shapes(states=(states, "S d d"))
        check_density_matrix(states, "states")
        if self.target is not None:
            U = np.asarray(self.target)
            check_shapes(states=(states, "S d d"), target=(U, "d d"))
            if not np.allclose(U @ U.conj().T, np.eye(len(U)), atol=1e-10):
                raise ValueError("`target` must be unitary, but U U† differs from 1.")
        for name in ("controls", "network"):
            if getattr(self, name) != 0:
                check_positive(getattr(self, name), name)

    @property
    def readout_weights(self) -> np.ndarray:
        """Weights q_r, shape (r,)."""
        count = len(self.readouts)
        if self.weights is None:
            return np.full(count, 1 / count)
        return np.asarray(self.weights, dtype=float)

    @property
    def targets(self) -> np.ndarray:
        """Target states U ρ_s U†, shape (S, d, d)."""
        if self.target is None:
            return np.asarray(self.states)
        return self.target @ self.states @ self.target.conj().T

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
        return weights


def overlap_columns(
    cost: ProtectionCost, register_law: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    r"""Return columns X, targets Y and a constant with mean fidelity tr YᵀΦX + const.

    The mean over S states is a sum over as many columns only as the operator
    :math:`\sum_s \rho_s ⊗ \rho_s^{tgt}` has rank beyond the conserved trace: three
    for a qubit instead of six.
    """
    n = len(register_law)
    starts = to_coordinates(cost.states).real  # (S, d²)
    ends = to_coordinates(cost.targets).real / len(cost.states)
    constant = float((starts[:, 0] * ends[:, 0]).sum())
    ends[:, 0] = 0  # the trace never changes
    u, sizes, vt = np.linalg.svd(starts.T @ ends)
    rank = int((sizes > 1e-12 * sizes.max()).sum())
    columns = np.kron(register_law[:, None], u[:, :rank] * sizes[:rank])
    targets = np.kron(np.ones((n, 1)), vt[:rank].T)
    return columns, targets, constant
