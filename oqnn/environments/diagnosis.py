"""What a material's register learns of the system, and how memory and order change."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import entr

from .._core.bases import from_coordinates, to_coordinates
from .._core.checks import check_density_matrix, check_shapes
from ..measures import (
    average_fidelity,
    blp,
    einselected_basis,
    von_neumann_entropy,
)
from .cost import CARDINAL_STATES
from .environment import lift_matrix, reduce_matrix
from .material import Material

__all__ = ["Diagnosis", "diagnose", "register_information"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Diagnosis:
    """What happens in one material, on one time axis."""

    times: np.ndarray  # (t,)
    average_fidelity: np.ndarray  # (t,)
    entropy: np.ndarray  # (t,) of the system, mean over pure inputs, nats
    information: np.ndarray  # (t,) that the register holds on the input, nats
    backflow: np.ndarray  # (t,) growth of the trace distance of the best pair so far
    pointer_basis: np.ndarray | None  # (d, d), kets in columns, selected at the end
    pointer_contrast: float  # how much purer it stays than bases on average; or zero
    drive_energy: np.ndarray  # (t,) ∫ Σ y² dt so far, time


def register_information(
    material: Material,
    tlist: ArrayLike,
    *,
    states: ArrayLike | None = None,
    H: np.ndarray | None = None,
) -> np.ndarray:
    r"""Return what a reading of the register tells about the input, shape (t,), nats.

    .. math:: \chi(t) = S\Bigl(\frac1S\sum_s p^s(t)\Bigr)
        - \frac1S\sum_s S\bigl(p^s(t)\bigr), \qquad p^s_i = \mathrm{Tr}\,\rho_i^s

    the mutual information of the register's level and the state that was put in, one of
    S with equal chances. Zero without back-action: then the noise is random, and knows
    nothing of the system.

    Parameters
    ----------
    material : Material
        Of any drive.
    tlist : shape (t,)
        Increasing, from 0.
    states : shape (S, d, d), optional
        The six cardinal states by default, for a qubit.
    H : shape (d, d), optional
        Hamiltonian of the system alone; zero by default.

    Raises
    ------
    ValueError
        If a state is none, or none are given for a system that is no qubit.
    """
    d = material.environment.d
    if states is None and d != 2:
        raise ValueError(
            f"`states` must be given for a system of size {d}; the six cardinal states "
            "are those of a qubit."
        )
    inputs = np.asarray(CARDINAL_STATES if states is None else states)
    check_shapes(states=(inputs, f"S {d} {d}"))
    check_density_matrix(inputs, "states")
    maps = material.maps(tlist, H=H, progress=False)
    D = maps.d
    traces = np.zeros(D * D)
    traces[0] = np.sqrt(D)  # Tr of the first basis element, 1/√D
    moved = maps.matrices @ lift_matrix(material.environment)
    blocks = moved.reshape(len(maps.times), maps.n, D * D, d * d)
    laws = np.einsum("a,tnab,sb->tsn", traces, blocks, to_coordinates(inputs).real)
    mean, each = entr(laws.mean(axis=1)).sum(-1), entr(laws).sum(-1)
    return np.asarray(mean - each.mean(axis=1))


def diagnose(
    materials: Mapping[str, Material],
    tlist: ArrayLike,
    *,
    states: ArrayLike | None = None,
    H: np.ndarray | None = None,
) -> dict[str, Diagnosis]:
    """Say what several materials do to a system beyond what it loses.

    Parameters
    ----------
    materials : mapping str → Material
        By name.
    tlist : shape (t,)
        Increasing, from 0; backflow between two times is missed.
    states, H :
        As in `register_information`; the mean entropy is taken over the states too.

    Returns
    -------
    dict of Diagnosis
        One for each material.
    """
    return {
        name: _diagnose(material, np.asarray(tlist, dtype=float), states, H)
        for name, material in materials.items()
    }


def _diagnose(
    material: Material,
    times: np.ndarray,
    states: ArrayLike | None,
    H: np.ndarray | None,
) -> Diagnosis:
    information = register_information(material, times, states=states, H=H)
    inputs = np.asarray(CARDINAL_STATES if states is None else states)
    maps = material.maps(times, H=H, progress=False)
    environment = material.environment
    transfer = reduce_matrix(environment) @ maps.matrices @ lift_matrix(environment)
    ends = from_coordinates(
        np.einsum("tab,sb->tsa", transfer, to_coordinates(inputs).real)
    )
    memory = blp(times, transfer)
    try:
        selected = einselected_basis(transfer[-1])
        basis, contrast = selected.basis, selected.contrast
    except ValueError:  # no basis stays purer than another
        basis, contrast = None, 0.0
    return Diagnosis(
        times=times,
        average_fidelity=average_fidelity(transfer),
        entropy=von_neumann_entropy(ends).mean(axis=1),
        information=information,
        backflow=np.concatenate([[0.0], np.cumsum(memory.increments)]),
        pointer_basis=basis,
        pointer_contrast=contrast,
        drive_energy=_energy(material, times),
    )


def _energy(material: Material, times: np.ndarray) -> np.ndarray:
    """Return ∫ Σ y² dt up to each time, by Simpson's rule between edges."""
    controls = material.controls(times[-1])
    edges = np.union1d(times, controls.edges(times[0], times[-1]))
    samples = (controls.samples(edges[:-1], edges[1:]) ** 2).sum(-1)  # (3, s)
    pieces = np.diff(edges) * (samples[0] + 4 * samples[1] + samples[2]) / 6
    total = np.concatenate([[0.0], np.cumsum(pieces)])
    return total[np.searchsorted(edges, times)]
