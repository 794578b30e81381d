"""Pictures of points of a sweep, each from its datasets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from .... import plotting
from ....environments import Material
from ....plotting.style import MEDIUM, TIME_LABEL
from ...analysis.phases import phase_diagram
from ..computation.materials import drives_of
from ..computation.measures import measure_of
from ..description.point import PointSettings
from ..description.settings import Axis
from .selection import (
    along_axis,
    fixed_text,
    only_over,
    points_at,
    samples_over,
    seeds_by_material,
    short_names,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "Over",
    "bloch",
    "drive",
    "elements",
    "frames",
    "learning",
    "margin",
    "measures",
    "note",
    "povm",
    "reconstruction",
    "weights",
    "wigner",
]

SHOWN = 4  # times of Wigner functions beside each other
RIVALS = ("engineered", "xy8", "optimal")
SAMPLES = 200  # of a drive over its cycle
SYMBOLS = {
    "1/xi": r"$1/\xi$",
    "kappa": r"$\kappa$",
    "xi": r"$\xi$",
    "theta": r"$\theta$",
    "phi": r"$\varphi$",
    "chi": r"$\chi$",
    "alpha": r"$\alpha$",
    "eta": r"$\eta$",
    "omega": r"$\omega$",
    "tau": r"$\tau$",
    "gamma_1": r"$\gamma_1$",
    "gamma_phi": r"$\gamma_\varphi$",
    "n_thermal": r"$\bar{n}$",
    "h": "$h$",
}
DISTANCES = {
    "povm_distance": "squared distance to the exact state",
    "povm_distance_expected": "its mean over many draws",
}


def note(middle: Mapping[str, Any], axes: Sequence[Axis], *without: str) -> str:
    """Return ", at h = 2, κ = 0.2" for the parameters held fixed."""
    names = {name: _symbol(own) for name, own in short_names(axes).items()}
    return fixed_text(middle, names, _together(axes, without))


def measures(here: xr.Dataset, names: Sequence[str], note: str) -> "Figure":
    """Draw measures over time, with bands over seeds."""
    traces: dict[str, dict[str, np.ndarray]] = {}
    for name in names:
        for kind, values in seeds_by_material(here, name).items():
            traces.setdefault(kind, {})[name.rpartition(":")[2]] = values
    return plotting.measures_over_time(traces, here.time.values, time_label=_time(note))


def elements(here: xr.Dataset, note: str) -> "Figure":
    """Draw populations and coherences in the frame of the control fields."""
    return plotting.elements_by_environment(
        here.view_time.values,
        seeds_by_material(here, "frame_state"),
        levels=here.row.values.tolist(),
        time_label=_time(note),
    )


def bloch(here: xr.Dataset, note: str) -> "Figure":
    """Draw paths in the Bloch ball, in the frame of the control fields."""
    states = seeds_by_material(here, "frame_state")
    last = float(here.view_time[-1])
    label = f"until $t$ = {last:.4g}{note}"
    return plotting.bloch_trajectories(states, label=label)


def wigner(here: xr.Dataset, note: str) -> "Figure":
    """Draw Wigner functions of the first seed at up to four times."""
    count = here.sizes["view_time"]
    shown = np.unique(np.linspace(0, count - 1, min(SHOWN, count)).round().astype(int))
    some = here.isel(view_time=shown)
    label = f"Wigner function, negative where hatched{note}"
    return plotting.wigner_over_time(*_maps(some), plane=_plane(here), label=label)


def frames(here: xr.Dataset, note: str) -> "Iterator[Figure]":
    """Return a picture a time of the Wigner functions of the first seed."""
    label = f"Wigner function, negative where hatched{note}"
    return plotting.wigner_frames(*_maps(here), plane=_plane(here), label=label)


def margin(here: xr.Dataset, note: str) -> "Figure":
    """Draw how far a pair is inside what classical spins can carry."""
    return plotting.margins_over_time(
        here.view_time.values,
        seeds_by_material(here, "spins_margin"),
        time_label=_time(note),
    )


def povm(here: xr.Dataset, note: str) -> "Figure":
    """Draw distances of states rebuilt from outcomes, and what to expect of them."""
    traces: dict[str, dict[str, np.ndarray]] = {}
    for name, words in DISTANCES.items():
        for kind, values in seeds_by_material(here, name).items():
            traces.setdefault(kind, {})[words] = values
    times = here.view_time.values
    return plotting.measures_over_time(traces, times, time_label=_time(note))


def reconstruction(here: xr.Dataset, note: str) -> "Figure":
    """Draw the last state of the last material, and what samples make of it."""
    kind, exact = [*seeds_by_material(here, "state").items()][-1]
    found = seeds_by_material(here, "povm_state")[kind]
    figure = plotting.reconstruction(exact[0, -1], found[0, -1])
    last = float(here.view_time[-1])
    figure.suptitle(f"{kind}, $t$ = {last:.4g}{note}", fontsize=MEDIUM)
    return figure


def learning(
    trained: xr.Dataset, here: xr.Dataset, settings: PointSettings
) -> "Figure":
    """Draw the readout infidelity of every learner, epoch by epoch.

    Beside levels of the rivals, if they were measured where the learners learned.
    """
    rivals = {}
    same = settings.training.model_dump() == settings.environment.model_dump()
    if same and "readout_infidelity" in here:
        found = seeds_by_material(here, "readout_infidelity")
        rivals = {kind: found[kind].min() for kind in RIVALS if kind in found}
    return plotting.learning_curves(
        trained.infidelity.values, rivals, cost_label="mean readout infidelity"
    )


def weights(trained: xr.Dataset, settings: PointSettings) -> "Figure":
    """Draw the weights W(τ) of all learners, the best one thick."""
    values = trained.weights.values[_best_first(trained)]
    return plotting.weights_over_cycle(values, period=settings.learning.period)


def drive(trained: xr.Dataset, settings: PointSettings) -> "Figure":
    """Draw the controls of the best learner over a cycle."""
    best = drives_of(trained, settings)[_best_first(trained)[0]]
    period = settings.learning.period
    material = Material(
        kind="learning", environment=settings.training_environment, drive=best
    )
    times = np.linspace(0, period, SAMPLES + 1)
    values = material.controls(period).samples(times[:-1], times[1:])[1]
    return plotting.drive(0.5 * (times[:-1] + times[1:]), values)


@dataclass(frozen=True)
class Over:
    """Pictures over swept parameters; the others have the values of `middle`."""

    points: xr.Dataset
    middle: Mapping[str, Any]
    axes: Sequence[Axis]

    def known(self, name: str, *free: str) -> bool:
        """Tell whether a picture over one or two parameters has a finite number."""
        values = samples_over(self._slice(*free), name, free).values
        shown = values.mean("seed") if len(free) > 1 else values
        return bool(np.isfinite(shown).any())

    def against(self, name: str, axis: str) -> "Figure":
        """Draw a measure against one parameter."""
        x, found = along_axis(self._slice(axis), name, axis)
        return plotting.measure_against_parameter(
            x,
            found,
            x_label=self._label(axis) + note(self.middle, self.axes, axis),
            value_label=self._measure_label(name),
            log_values=_spreads(found),
        )

    def maps(self, name: str, one: str, other: str) -> "Figure":
        """Draw a measure over two parameters, means over seeds."""
        samples = samples_over(self._slice(one, other), name, [one, other])
        found = samples.values.mean("seed").transpose("material", one, other)
        return plotting.measure_over_parameters(
            found[one].values,
            found[other].values,
            dict(zip(samples.materials, found.values, strict=True)),
            x_label=self._label(one) + note(self.middle, self.axes, one, other),
            y_label=self._label(other),
            value_label=self._measure_label(name) + ",\nmean over seeds",
        )

    def winners(self, name: str, one: str, other: str) -> "Figure":
        """Draw who has the best mean where, and whether that is decided.

        Nobody wins where a material is missing or two are equally good.
        """
        better = measure_of(name).better
        data = only_over(self._slice(one, other), name, [one, other])
        found = phase_diagram(data, name, axes=[one, other], better=better)
        names = found.material.values.astype(str).tolist()
        places = {kind: k for k, kind in enumerate(names)} | {"": -1}
        kinds = _sole_winner(found).transpose(one, other).values
        word = "greatest" if better == "high" else "least"
        return plotting.winners_over_parameters(
            found[one].values,
            found[other].values,
            np.vectorize(places.__getitem__, otypes=[int])(kinds),
            names,
            decided=found.decided.transpose(one, other).values,
            x_label=self._label(one),
            y_label=self._label(other),
            value_label=f"{word} {self._measure_label(name)}"
            + note(self.middle, self.axes, one, other),
        )

    def _slice(self, *free: str) -> xr.Dataset:
        """Return the points at the middle of all axes but some."""
        loose = _together(self.axes, free)
        fixed = {n: v for n, v in self.middle.items() if n not in loose}
        return points_at(self.points, fixed)

    def _label(self, name: str) -> str:
        return _symbol(short_names(self.axes)[name])

    def _measure_label(self, name: str) -> str:
        words = name.rpartition(":")[2].replace("_", " ")
        if "time" in self.points[name].dims:
            words += f" at $t$ = {float(self.points.time[-1]):.4g}"
        units = self.points[name].attrs.get("units", "")
        return f"{words} ({SYMBOLS.get(units, units)})" if units else words


def _together(axes: Sequence[Axis], names: Sequence[str]) -> set[str]:
    """Return parameters and all that run together with them."""
    return {n for axis in axes if set(axis.names) & set(names) for n in axis.names}


def _sole_winner(found: xr.Dataset) -> xr.DataArray:
    """Return the winner where all materials are there and no other is as good."""
    best = found.value.where(found.material == found.winner).max("material")
    alone = (found.value == best).sum("material") == 1
    complete = found.rivals == found.sizes["material"] - 1
    return xr.where(alone & complete, found.winner, "")


def _symbol(name: str) -> str:
    return SYMBOLS.get(name, name.replace("_", " "))


def _time(note: str) -> str:
    """Name the time; its unit is no label where ξ itself has another value."""
    return ("time $t$" if SYMBOLS["xi"] in note else TIME_LABEL) + note


def _maps(here: xr.Dataset) -> tuple[Any, ...]:
    """Return times, axes and Wigner functions of the first seed by material."""
    first, second = ("theta", "phi") if "theta" in here.dims else ("x", "p")
    values = {k: v[0] for k, v in seeds_by_material(here, "wigner").items()}
    return here.view_time.values, here[first].values, here[second].values, values


def _plane(here: xr.Dataset) -> str:
    return "sphere" if "theta" in here.dims else "xp"


def _best_first(trained: xr.Dataset) -> np.ndarray:
    """Return members from the least infidelity that they reached to the greatest."""
    return np.argsort(trained.infidelity.min("epoch").values, kind="stable")


def _spreads(found: Mapping[str, np.ndarray]) -> bool:
    """Tell whether positive values spread over more than a factor of 20."""
    known = np.concatenate([values.ravel() for values in found.values()])
    known = known[np.isfinite(known)]
    return bool(known.size and known.min() > 0 and known.max() > 20 * known.min())
