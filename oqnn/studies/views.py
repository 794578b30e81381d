"""One evolution in three views: density matrix, Wigner function, classical spins."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from .._core.checks import (
    check_integer,
    check_positive,
)
from .._core.progress import ProgressLine
from ..dynamics import System, apply_transfer
from ..environments import Material
from ..measures import entanglement_breaking_time, l1_coherence, populations
from .evolution import BREAKING_STEP, LAST, SAME
from .phase_space import oscillator_view, spin_view
from .realizability import (
    any_axes_margin,
    first_carried,
    hardest_axes_margin,
    last_forbidden,
    pair_margin,
)
from .table import Column, summary_text
from .views_inputs import (
    HARD_PAIR,
    Materials,
    as_correlators,
    as_materials,
    as_quadratures,
    as_times,
    check_system,
)

if TYPE_CHECKING:
    import qutip

__all__ = ["HARD_PAIR", "Views", "views"]

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
    "norm": "integral of the Wigner function over its grid",
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


@dataclass(frozen=True, kw_only=True, eq=False)
class Views:
    """Three views of one evolution in each of some materials.

    Parameters
    ----------
    datasets : dict
        By name of the material, with the axes frame ("laboratory", "control"), member,
        time, row, col, and theta and phi or x and p. Variables have `long_name` and
        units.
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
        rows = []
        for kind, dataset in self.datasets.items():
            row: dict[str, Any] = {"material": kind, "seeds": dataset.sizes["member"]}
            control = dataset.sel(frame="control")
            row |= {key: control[key].values for key in TITLES if key in control}
            rows.append(row)
        return rows

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
    quadratures: tuple[ArrayLike, ArrayLike] | None = None,
    polar_angles: int = 25,
    negativity_resolution: int = 12,
    until: float = LAST,
    step: float = 0.0125,
    progress: bool | None = None,
) -> Views:
    r"""Look at one evolution in three ways, in each of some materials.

    1. The density matrix: populations and coherences, in the laboratory and in the
       frame that turns with the control fields.
    2. Phase space: the Wigner function of a spin on a grid of angles, or of an
       oscillator on a grid of x and p, and the volume of its negative part.
    3. Classical spins, as neurons carry them: the margin by which a law of three spins
       a qubit exists that has the correlators of an entangled pair, one qubit of which
       is in the material. At first a Bell inequality may forbid it; decoherence makes
       it possible. So the question is from when on spikes can carry the state. This
       view needs a qubit.

    States are exact up to the rounding of `Material.transfer`; times at which the
    spins begin to carry the pair are roots on a grid of `step`, linear in between.

    Parameters
    ----------
    materials : Study, Material, or mapping of str to Material or sequence of Material
        A sequence holds members that differ in their seed; the first is the one whose
        Wigner function is kept. Of a study it is the representative one.
    system : System
        A qubit, alone or with one kept qubit, or anything larger, alone.
    times : shape (t,)
        When states are kept; from 0 on.
    pair : ket or shape (4, 4), optional
        Entangled state of the qubit in the material and a kept one, for the third view.
        By default the system's state where it has a kept qubit, and else
        `HARD_PAIR` = (|00⟩ + e^{iπ/4}|11⟩)/√2, which no spins can carry by a factor √2,
        more than any other state.
    quadratures : (x, p), optional
        Axes of a `PhaseSpaceGrid`; the system is then an oscillator in the Fock basis,
        with [x, p] = i. By default it is a spin, level 0 being m = +j.
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
        If there is no material, one holds another number of levels than the system,
        the kept partner is not that of a qubit, times do not increase from 0 on, or
        `pair` is no state of two qubits.
    """
    check_system(system)
    groups, chosen = as_materials(materials, system.d)
    times = as_times(times)
    chi = as_correlators(pair, system)
    grid = None if quadratures is None else as_quadratures(*quadratures)
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
            phase_space = (
                oscillator_view(shown.values, times, grid)
                if grid
                else spin_view(
                    shown.values,
                    system.dims,
                    times,
                    polar_angles=polar_angles,
                    resolution=negativity_resolution,
                )
            )
            datasets[kind] = _described(dataset.merge(phase_space))
    return Views(datasets=datasets, until=until)


def _member(
    material: Material,
    system: System,
    chi: np.ndarray | None,
    times: np.ndarray,
    until: float,
    step: float,
) -> xr.Dataset:
    """Evolve in one material: states at the times asked for, margins on a fine grid."""
    fine = step * np.arange(round(until / step) + 1) if chi is not None else times[:0]
    breaking = BREAKING_STEP * np.arange(round(until / BREAKING_STEP) + 1)
    grid = np.unique(np.round(np.concatenate([[0.0], times, fine, breaking]), SAME))
    transfer = material.transfer(grid, H=system.H, progress=False)
    turned = transfer.copy()
    rotation = material.rotation(grid, progress=False)
    turned[:, 1:] = rotation.mT @ transfer[:, 1:]
    maps = np.stack([transfer, turned])  # (frame, t, d², d²)

    def at(wanted: np.ndarray) -> np.ndarray:
        return np.searchsorted(grid, np.round(wanted, SAME))

    states = np.stack([apply_transfer(m[at(times)], system.rho0) for m in maps])
    data: dict[str, Any] = {
        "states": (("frame", "time", "row", "col"), states),
        "populations": (("frame", "time", "row"), populations(states)),
        "coherence": (("frame", "time"), l1_coherence(states)),
    }
    if chi is not None:
        data |= _third_view(maps, chi, fine, at(fine), at(times))
        data["entanglement_breaking_time"] = (
            (),
            entanglement_breaking_time(breaking, transfer[at(breaking)]),
        )
    levels = _levels(system)
    coords = {"frame": list(FRAMES), "time": times, "row": levels, "col": levels}
    return xr.Dataset(data, coords=coords)


def _third_view(
    maps: np.ndarray,
    chi: np.ndarray,
    fine: np.ndarray,
    scan: np.ndarray,
    seen: np.ndarray,
) -> dict[str, Any]:
    """Return margins at the times seen, and the times at which they change sign."""
    pairs = maps @ chi  # a map acts on the first index of χ
    margins = pair_margin(pairs)
    hardest, any_axes = hardest_axes_margin(pairs[0]), any_axes_margin(pairs[0])
    return {
        "margin": (("frame", "time"), margins[:, seen]),
        "hardest_axes_margin": ("time", hardest[seen]),
        "carried_from": ("frame", first_carried(fine, margins[:, scan])),
        "forbidden_until": ("frame", last_forbidden(fine, margins[:, scan])),
        "carried_in_hardest_axes_from": ((), first_carried(fine, hardest[scan])),
        "no_bell_violation_from": ((), first_carried(fine, any_axes[scan])),
    }


def _levels(system: System) -> list[str]:
    """Name qubits by their bits, material qubit first, and other levels by numbers."""
    if system.d == 2:
        return [format(i, f"0{len(system.dims)}b") for i in range(len(system.rho0))]
    return [str(i) for i in range(system.d)]


def _described(dataset: xr.Dataset) -> xr.Dataset:
    """Give every variable its unit and its meaning."""
    for name, variable in dataset.variables.items():
        words = {"long_name": MEANING.get(str(name)), "units": UNITS.get(str(name))}
        variable.attrs = {key: word for key, word in words.items() if word}
    return dataset
