"""The evolution block of a study: states and measures of every member of a material."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from ..dynamics import System, apply_transfer
from ..environments import Material, ProtectionCost
from ..measures import (
    antipodal_coherence,
    average_fidelity,
    best_unitary_fidelity,
    decay_time,
    entanglement_breaking_time,
    fidelity,
    least_bloch_singular_value,
    negativity,
    populations,
    purity,
)

__all__ = ["READOUTS", "evolution_block"]

READOUTS = ProtectionCost.readouts  # in units of the period
LAST = 160.0  # until when breaking and coherence times are looked for
BREAKING_STEP, COHERENCE_STEP = 0.2, 0.0125
CONTROLS = ["x", "y", "z", "hopping"]
UNITS = {  # of whatever is not a pure number
    "time": "1/xi",
    "drive_time": "1/xi",
    "entanglement_breaking_time": "1/xi",
    "coherence_time": "1/xi",
}
MEANING = {
    "states": "state in the laboratory frame, by the representative member",
    "frame_states": "state in the frame that turns with the control fields",
    "populations": "diagonal of the state in the frame of the control fields",
    "average_fidelity": "mean over pure states of the fidelity with the initial one",
    "best_unitary_fidelity": "the same after the best unitary correction",
    "least_singular_value": "least singular value of the Bloch map",
    "coherence": "coherence of antipodal pairs in the control frame",
    "state_fidelity": "squared fidelity with the initial state, laboratory frame",
    "negativity": "negativity with the kept partner",
    "readout_infidelity": "1 - average fidelity, mean over the readouts",
    "fidelity_at_period": "best unitary fidelity after one period",
    "entanglement_breaking_time": "first time on a grid of 0.2; infinite beyond 160",
    "coherence_time": "coherence below 1/e, on a grid of 0.0125; infinite beyond 160",
    "drive": "controls of the representative member",
}
STATES = ["states", "frame_states", "populations"]
SAME = 9  # decimals at which two times are one


def evolution_block(
    materials: Sequence[Material],
    system: System,
    times: np.ndarray,
    *,
    period: float,
    ranks: np.ndarray | None = None,
    progress: bool | None = None,
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
    progress : bool, optional
        Show (True), hide (False), or show after two seconds on a terminal.

    Returns
    -------
    xr.Dataset
        Measures over (member, time), times and infidelities over member, and of the
        representative member the states over (time, row, col), in the laboratory frame
        and, as `frame_states`, in the frame that turns with the control fields.
    """
    members = [
        _member(material, system, times, period, progress) for material in materials
    ]
    dataset = xr.concat(members, dim="member", join="exact")
    if ranks is None:
        breaking = dataset.entanglement_breaking_time.values
        chosen = int(np.argsort(breaking, kind="stable")[(len(breaking) - 1) // 2])
    else:
        chosen = int(np.argmin(ranks))
    shown = {name: dataset[name].isel(member=chosen) for name in STATES}
    dataset = dataset.drop_vars(STATES).assign(shown)
    dataset = dataset.merge(_drive(materials[chosen], period)).assign_coords(
        member=np.arange(len(materials)), representative=chosen
    )
    return _described(dataset)


def _member(
    material: Material,
    system: System,
    times: np.ndarray,
    period: float,
    progress: bool | None,
) -> xr.Dataset:
    """Measure one material on one time axis that holds all the times asked for."""
    readouts = np.asarray(READOUTS) * period
    breaking, fading = _grid(BREAKING_STEP), _grid(COHERENCE_STEP)
    grid = np.unique(np.round(np.concatenate([times, readouts, fading]), SAME))
    transfer = material.transfer(grid, H=system.H, progress=progress)
    rotation = material.rotation(grid, progress=progress)

    def at(wanted: np.ndarray) -> np.ndarray:
        return np.searchsorted(grid, np.round(wanted, SAME))

    coherence = antipodal_coherence(transfer, rotation)
    seen, asked, broken = at(times), transfer[at(readouts)], transfer[at(breaking)]
    turned = transfer[seen]
    turned[:, 1:] = rotation[seen].mT @ turned[:, 1:]
    states = apply_transfer(transfer[seen], system.rho0)
    frame_states = apply_transfer(turned, system.rho0)
    matrix = ("time", "row", "col")
    data = {
        "states": (matrix, states),
        "frame_states": (matrix, frame_states),
        "populations": (("time", "row"), populations(frame_states)),
        "average_fidelity": ("time", average_fidelity(transfer[seen])),
        "best_unitary_fidelity": ("time", best_unitary_fidelity(transfer[seen])),
        "least_singular_value": ("time", least_bloch_singular_value(transfer[seen])),
        "coherence": ("time", coherence[seen]),
        "state_fidelity": ("time", fidelity(states, system.rho0)),
        "purity": ("time", purity(states)),
        "readout_infidelity": ((), (1 - average_fidelity(asked)).mean()),
        "fidelity_at_period": ((), best_unitary_fidelity(asked[-1])),
        "entanglement_breaking_time": (
            (),
            entanglement_breaking_time(breaking, broken),
        ),
        "coherence_time": ((), decay_time(fading, coherence[at(fading)])),
    }
    if system.kept:
        data["negativity"] = ("time", negativity(states, system.dims))
    return xr.Dataset(data, coords={"time": times} | _labels(len(states[0])))


def _grid(step: float) -> np.ndarray:
    return step * np.arange(round(LAST / step) + 1)


def _labels(size: int) -> dict[str, list[str]]:
    """Name rows and columns by their bits, material qubit first."""
    names = [format(i, f"0{size.bit_length() - 1}b") for i in range(size)]
    return {"row": names, "col": names}


def _drive(material: Material, period: float) -> xr.Dataset:
    """Return the controls of one period for drawing."""
    drawn = np.linspace(0, period, 641)
    half = period / 1e6
    values = material.controls(period).samples(
        np.maximum(drawn - half, 0), np.minimum(drawn + half, period)
    )[1]
    return xr.Dataset(
        {"drive": (("drive_time", "control"), values)},
        coords={"drive_time": drawn, "control": CONTROLS},
    )


def _described(dataset: xr.Dataset) -> xr.Dataset:
    """Give every variable its unit and its meaning."""
    for name, variable in dataset.variables.items():
        words = {"long_name": MEANING.get(str(name)), "units": UNITS.get(str(name))}
        variable.attrs = {key: word for key, word in words.items() if word}
    return dataset
