"""What a material has lost at the readouts of a cost, replayed from its maps."""

import numpy as np

from .._core.checks import check_positive
from .cost import ProtectionCost
from .material import Material

__all__ = ["readout_infidelity"]


def readout_infidelity(
    material: Material,
    cost: ProtectionCost | None = None,
    *,
    period: float,
    H: np.ndarray | None = None,
    slices: int = 80,
) -> float:
    r"""Return :math:`\sum_r q_r [1 - \bar F(t_r)]`, without the costs of the drive.

    Parameters
    ----------
    material : Material
        Of any drive.
    cost : ProtectionCost, optional
        What is to be kept, and when; all pure states at four readouts by default.
    period : float, time
        T, to which the readouts refer.
    H : shape (d, d), optional
        Hamiltonian of the system alone; zero by default.
    slices : int, optional
        Slices of the period, at whose ends running readouts are taken.
    """
    check_positive(period, "period")
    cost = cost or ProtectionCost()
    weights = cost.slice_weights(slices)
    read = np.flatnonzero(weights)
    times = np.concatenate([[0.0], period * (read + 1) / slices])
    overlap = cost.overlap_matrix(material.environment.d)
    transfer = material.transfer(times, H=H, progress=False)[1:]
    fidelities = np.einsum("ab,tab->t", overlap, transfer)
    return float(weights[read] @ (1 - fidelities))
