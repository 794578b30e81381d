"""The evolution block of a study: states and measures of every member of a material."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from ..dynamics import System, apply_transfer
from ..environments import Material
from ..measures import (
    antipodal_coherence,
    average_fidelity,
    best_unitary_fidelity,
    decay_time,
    entanglement_breaking_time,
    fidelity,
    least_bloch_singular_value,
    negativity,
    purity,
)

__all__ = ["READOUTS", "evolution_block"]

READOUTS = (0.25, 0.5, 0.75, 1.0)  # in units of the period
BREAKING_STOP, BREAKING_STEP = 160.0, 0.2
STATES = ["states", "frame_states"]
SAME = 9  # decimals at which two times are one


def evolution_block(
    materials: Sequence[Material],
    system: System,
    times: np.ndarray,
    *,
    period: float,
    ranks: np.ndarray | None = None,
) -> xr.Dataset:
    """Evolve a system in each of some materials and measure what is left of it.

    Parameters
    ----------
    materials : sequence of m Material
        Members that differ in their seed.
    system : System
        A qubit, alone or with a kept partner.
    times : shape (t,)
        When states are kept.
    period : float, time
        T, whose quarters are the readouts of the mean infidelity.
    ranks : shape (m,), optional
        What orders the members; the least is the representative one. By default the
        median by entanglement-breaking time is.

    Returns
    -------
    xr.Dataset
        Measures over (member, time), times and infidelities over member, and of the
        representative member the states over (time, row, col), in the laboratory frame
        and, as `frame_states`, in the frame that turns with the control fields.
    """
    members = [_member(material, system, times, period) for material in materials]
    dataset = xr.concat(members, dim="member", join="exact")
    if ranks is None:
        breaking = dataset.entanglement_breaking_time.values
        chosen = int(np.argsort(breaking, kind="stable")[(len(breaking) - 1) // 2])
    else:
        chosen = int(np.argmin(ranks))
    shown = {name: dataset[name].isel(member=chosen) for name in STATES}
    dataset = dataset.drop_vars(STATES).assign(shown)
    return dataset.assign(_drive(materials[chosen], period)).assign_coords(
        member=np.arange(len(materials)), representative=chosen
    )


def _member(
    material: Material, system: System, times: np.ndarray, period: float
) -> xr.Dataset:
    """Measure one material on one time axis that holds all the times asked for."""
    readouts = np.asarray(READOUTS) * period
    breaking = BREAKING_STEP * np.arange(round(BREAKING_STOP / BREAKING_STEP) + 1)
    grid = np.unique(np.round(np.concatenate([times, readouts, breaking]), SAME))
    transfer = material.transfer(grid, H=system.H)

    def at(wanted: np.ndarray) -> np.ndarray:
        return transfer[np.searchsorted(grid, np.round(wanted, SAME))]

    seen = at(times)
    rotation = _rotation(material, times)
    coherence = antipodal_coherence(seen, rotation)
    turned = seen.copy()
    turned[:, 1:] = rotation.mT @ seen[:, 1:]
    states = apply_transfer(seen, system.rho0)
    matrix = ("time", "row", "col")
    data = {
        "states": (matrix, states),
        "frame_states": (matrix, apply_transfer(turned, system.rho0)),
        "average_fidelity": ("time", average_fidelity(seen)),
        "best_unitary_fidelity": ("time", best_unitary_fidelity(seen)),
        "least_singular_value": ("time", least_bloch_singular_value(seen)),
        "coherence": ("time", coherence),
        "state_fidelity": ("time", fidelity(states, system.rho0)),
        "purity": ("time", purity(states)),
        "readout_infidelity": ((), (1 - average_fidelity(at(readouts))).mean()),
        "fidelity_at_period": ((), best_unitary_fidelity(at(readouts[-1:]))[0]),
        "entanglement_breaking_time": (
            (),
            entanglement_breaking_time(breaking, at(breaking)),
        ),
        "coherence_time": ((), decay_time(times, coherence)),
    }
    if system.kept:
        data["negativity"] = ("time", negativity(states, system.dims))
    return xr.Dataset(data, coords={"time": times})


def _rotation(material: Material, times: np.ndarray) -> np.ndarray:
    """Return the rotation by the control fields at times that need not hold zero."""
    grid = np.union1d([0.0], times)
    return material.rotation(grid)[np.searchsorted(grid, times)]


def _drive(material: Material, period: float) -> dict[str, tuple]:
    """Return the controls of one period for drawing."""
    drawn = np.linspace(0, period, 641)
    half = period / 1e6
    values = material.controls(period).samples(
        np.maximum(drawn - half, 0), np.minimum(drawn + half, period)
    )[1]
    return {
        "drive": (("drive_time", "control"), values),
        "drive_times": ("drive_time", drawn),
    }
