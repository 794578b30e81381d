"""One evolution in three views: density matrix, Wigner function, classical spins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from .._core.checks import check_increasing, check_integer, check_positive, check_shapes
from .._core.progress import ProgressLine
from .._core.qobj import as_state
from ..dynamics import System, apply_transfer
from ..encoding import CorrelationMap
from ..environments import Material
from ..measures import (
    entanglement_breaking_time,
    equal_angle_wigner,
    l1_coherence,
    populations,
    wigner_negativity,
)
from .evolution import BREAKING_STEP, LAST, SAME
from .realizability import (
    any_axes_margin,
    first_carried,
    hardest_axes_margin,
    last_forbidden,
    pair_margin,
)
from .study import Study
from .table import Column, summary_text

if TYPE_CHECKING:
    import qutip

__all__ = ["HARD_PAIR", "Views", "views"]

HARD_PAIR = np.array([1, 0, 0, np.exp(0.25j * np.pi)]) / np.sqrt(2)
HARD_PAIR.setflags(write=False)
FRAMES = ("laboratory", "control")
UNITS = {
    "time": "1/xi",
    "theta": "rad",
    "phi": "rad",
    "carried_from": "1/xi",
    "forbidden_until": "1/xi",
    "carried_in_hardest_axes_from": "1/xi",
    "no_bell_violation_from": "1/xi",
    "entanglement_breaking_time": "1/xi",
}
MEANING = {
    "states": "state of the system, with its kept partner if it has one",
    "populations": "diagonal of the state",
    "coherence": "sum of the moduli of the off-diagonal elements",
    "wigner": "Wigner function of the representative member in the control frame; "
    "with a kept partner on the slice of equal angles",
    "negativity": "volume of the negative part of its Wigner function",
    "margin": "how far the pair is inside what spins can carry by their own axes",
    "hardest_axes_margin": "the same by the axes that suit them worst",
    "carried_from": "first time from which spins can carry the pair",
    "forbidden_until": "last time at which they cannot",
    "carried_in_hardest_axes_from": "first time from which they can, whatever the axes",
    "no_bell_violation_from": "first time without violation of CHSH in any settings",
    "entanglement_breaking_time": "first time on a grid of 0.2",
}
TITLES = {
    "carried_from": "spikes carry the pair from",
    "carried_in_hardest_axes_from": "by any axes from",
    "no_bell_violation_from": "no Bell violation from",
    "entanglement_breaking_time": "entanglement broken at",
}
LATER = list(TITLES)[1:]

Materials = Study | Material | Mapping[str, Material | Sequence[Material]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Views:
    """Three views of one evolution in each of some materials.

    Parameters
    ----------
    datasets : dict
        By name of the material, with the axes frame ("laboratory", "control"), member,
        time, row, col, theta and phi. Variables have `long_name` and units.
    until : float, time
        Until when first times were looked for; later ones are infinite.
    """

    datasets: dict[str, xr.Dataset]
    until: float

    def __getitem__(self, kind: str) -> xr.Dataset:
        """Return the dataset of one material."""
        return self.datasets[kind]

    @property
    def kinds(self) -> tuple[str, ...]:
        """Names of the materials, in order."""
        return tuple(self.datasets)

    def summary(self) -> list[dict[str, Any]]:
        """Return one row a material, with arrays over its members.

        From when on spins can carry the pair: by their own axes in the control frame,
        whatever the axes, and when no Bell inequality of two settings is violated and
        all entanglement is lost.
        """
        return [
            {
                "material": kind,
                "seeds": dataset.sizes["member"],
                "carried_from": dataset.carried_from.sel(frame="control").values,
            }
            | {key: dataset[key].values for key in LATER}
            for kind, dataset in self.datasets.items()
        ]

    def summary_text(self, *, width: int = 100) -> str:
        """Return the summary as text: medians above the least and the greatest."""
        columns = [
            Column(key=key, title=title, digits=1, last=self.until)
            for key, title in TITLES.items()
        ]
        return summary_text(self.summary(), columns=columns, width=width)


def views(
    materials: Materials,
    system: System,
    times: ArrayLike,
    *,
    pair: "qutip.Qobj | ArrayLike | None" = None,
    polar_angles: int = 25,
    negativity_resolution: int = 12,
    until: float = LAST,
    step: float = 0.0125,
    progress: bool | None = None,
) -> Views:
    r"""Look at one evolution of a qubit in three ways, in each of some materials.

    1. The density matrix: populations and coherences, in the laboratory and in the
       frame that turns with the control fields.
    2. Phase space: the spin Wigner function on a grid of angles, and the volume of its
       negative part.
    3. Classical spins, as neurons carry them: the margin by which a law of three spins
       a qubit exists that has the correlators of an entangled pair, one qubit of which
       is in the material. At first a Bell inequality may forbid it; decoherence makes
       it possible. So the question is from when on spikes can carry the state.

    States are exact up to the rounding of `Material.transfer`; times at which the
    spins begin to carry the pair are roots on a grid of `step`, linear in between.

    Parameters
    ----------
    materials : Study, Material, or mapping of str to Material or sequence of Material
        A sequence holds members that differ in their seed; the first is the one whose
        Wigner function is kept. Of a study it is the representative one.
    system : System
        A qubit, alone or with one kept qubit.
    times : shape (t,)
        When states are kept; from 0 on.
    pair : ket or shape (4, 4), optional
        Entangled state of the qubit in the material and a kept one, for the third view.
        By default the system's state where it has a kept qubit, and else
        `HARD_PAIR` = (|00⟩ + e^{iπ/4}|11⟩)/√2, which no spins can carry by a factor √2,
        more than any other state.
    polar_angles : int, optional
        Steps from pole to pole of the grid of angles; there are twice as many around.
    negativity_resolution : int, optional
        As in `wigner_negativity`, whose memory grows with its fourth power for a pair.
    until, step : float, time, optional
        Last time and grid on which first times are looked for.
    progress : bool, optional
        Show (True), hide (False), or show after two seconds on a terminal.

    Returns
    -------
    Views
        One dataset a material.

    Raises
    ------
    TypeError
        If `materials` is none of these.
    ValueError
        If there is no material, one does not hold a qubit, the system is not a qubit
        with one kept qubit at most, times do not increase from 0 on, or `pair` is no
        state of two qubits.
    """
    groups, chosen = _as_materials(materials)
    times = _as_times(times)
    _check_system(system)
    chi = CorrelationMap(2).correlators(_as_pair(pair, system))
    check_integer(polar_angles, "polar_angles", least=2)
    check_positive(until, "until")
    check_positive(step, "step")

    datasets = {}
    total = sum(map(len, groups.values()))
    with ProgressLine("looking", total, show=progress) as line:
        for kind, group in groups.items():
            members = []
            for material in group:
                members.append(_member(material, system, chi, times, until, step))
                line.advance(text=kind)
            dataset = xr.concat(members, dim="member", join="exact")
            dataset = dataset.assign_coords(
                member=np.arange(len(group)), representative=chosen[kind]
            )
            shown = dataset.states.sel(frame="control").isel(member=chosen[kind])
            phase_space = _phase_space(
                shown.values, times, polar_angles, negativity_resolution
            )
            datasets[kind] = _described(dataset.merge(phase_space))
    return Views(datasets=datasets, until=until)


def _member(
    material: Material,
    system: System,
    chi: np.ndarray,
    times: np.ndarray,
    until: float,
    step: float,
) -> xr.Dataset:
    """Evolve in one material: states at the times asked for, margins on a fine grid."""
    fine = step * np.arange(round(until / step) + 1)
    breaking = BREAKING_STEP * np.arange(round(until / BREAKING_STEP) + 1)
    grid = np.unique(np.round(np.concatenate([[0.0], times, fine, breaking]), SAME))
    transfer = material.transfer(grid, H=system.H, progress=False)
    turned = transfer.copy()
    rotation = material.rotation(grid, progress=False)
    turned[:, 1:] = rotation.mT @ transfer[:, 1:]

    def at(wanted: np.ndarray) -> np.ndarray:
        return np.searchsorted(grid, np.round(wanted, SAME))

    maps = np.stack([transfer, turned])  # (frame, t, 4, 4)
    margins = pair_margin(maps @ chi)  # a map acts on the first index of χ
    hardest, any_axes = (
        margin(transfer @ chi) for margin in (hardest_axes_margin, any_axes_margin)
    )
    scan, seen = at(fine), at(times)
    states = np.stack([apply_transfer(m[seen], system.rho0) for m in maps])
    framed = ("frame", "time")
    data: dict[str, Any] = {
        "states": ((*framed, "row", "col"), states),
        "populations": ((*framed, "row"), populations(states)),
        "coherence": (framed, l1_coherence(states)),
        "margin": (framed, margins[:, seen]),
        "hardest_axes_margin": ("time", hardest[seen]),
        "carried_from": ("frame", first_carried(fine, margins[:, scan])),
        "forbidden_until": ("frame", last_forbidden(fine, margins[:, scan])),
        "carried_in_hardest_axes_from": ((), first_carried(fine, hardest[scan])),
        "no_bell_violation_from": ((), first_carried(fine, any_axes[scan])),
        "entanglement_breaking_time": (
            (),
            entanglement_breaking_time(breaking, transfer[at(breaking)]),
        ),
    }
    levels = [format(i, f"0{len(system.dims)}b") for i in range(len(system.rho0))]
    coords = {"frame": list(FRAMES), "time": times, "row": levels, "col": levels}
    return xr.Dataset(data, coords=coords)


def _phase_space(
    states: np.ndarray, times: np.ndarray, polar_angles: int, resolution: int
) -> xr.Dataset:
    """Return the Wigner function of states (t, d, d) of qubits, and its negativity."""
    dims = (2,) * (states.shape[-1].bit_length() - 1)
    theta = np.linspace(0, np.pi, polar_angles + 1)
    phi = np.linspace(-np.pi, np.pi, 2 * polar_angles + 1)
    values = equal_angle_wigner(states, theta[:, None], phi, dims)
    volume = wigner_negativity(states, dims=dims, resolution=resolution)
    return xr.Dataset(
        {"wigner": (("time", "theta", "phi"), values), "negativity": ("time", volume)},
        coords={"time": times, "theta": theta, "phi": phi},
    )


def _as_materials(
    materials: Materials,
) -> tuple[dict[str, list[Material]], dict[str, int]]:
    """Return members by name, and which of them is shown."""
    if isinstance(materials, Study):
        groups = {kind: materials.members(kind) for kind in materials.kinds}
        chosen = {
            kind: int(materials.evolution(kind).representative) for kind in groups
        }
        return groups, chosen
    if isinstance(materials, Material):
        materials = {materials.kind: materials}
    if not isinstance(materials, Mapping):
        raise TypeError(
            "`materials` must be a Study, a Material, or map names to materials, but "
            f"is a {type(materials).__name__}."
        )
    groups = {
        str(kind): [entry] if isinstance(entry, Material) else list(entry)
        for kind, entry in materials.items()
    }
    if not groups or not all(groups.values()):
        raise ValueError("`materials` must hold at least one material of each name.")
    for kind, group in groups.items():
        for member in group:
            if not isinstance(member, Material):
                raise TypeError(
                    f"`materials[{kind!r}]` must hold materials, but holds a "
                    f"{type(member).__name__}."
                )
            if member.environment.d != 2:
                raise ValueError(
                    f"`materials[{kind!r}]` must hold a qubit, but holds "
                    f"{member.environment.d} levels. Use spin_wigner on its states."
                )
    return groups, dict.fromkeys(groups, 0)


def _as_times(times: ArrayLike) -> np.ndarray:
    times = np.asarray(times, dtype=float)
    check_shapes(times=(times, "t"))
    check_increasing(times, "times")
    if times[0] < 0:
        raise ValueError(f"`times` must not start before 0, but at {times[0]}.")
    return times


def _check_system(system: System) -> None:
    if system.d != 2 or system.kept not in ((), (2,)):
        raise ValueError(
            "`system` must be a qubit, alone or with one kept qubit, but has the "
            f"dimensions {system.dims}."
        )


def _as_pair(pair: Any, system: System) -> np.ndarray:
    if pair is None:
        pair = system.rho0 if system.kept else HARD_PAIR
    rho = as_state(pair, "pair")
    check_shapes(pair=(rho, "4 4"))
    return System(system.H, rho, kept=2).rho0


def _described(dataset: xr.Dataset) -> xr.Dataset:
    """Give every variable its unit and its meaning."""
    for name, variable in dataset.variables.items():
        words = {"long_name": MEANING.get(str(name)), "units": UNITS.get(str(name))}
        variable.attrs = {key: word for key, word in words.items() if word}
    return dataset
