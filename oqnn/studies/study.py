"""The result of a comparative study: datasets, materials, networks and a summary."""

import json
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr

from ..environments import LearningRule, Material
from ..spiking import LIFNetwork
from . import figures
from .carry import carried_name, carried_times, network_of
from .settings import StudySettings
from .store import open_tree
from .table import Estimate
from .training import materials_of, rule_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Study"]

SUMMARY = {  # column of the table → measure over members
    "readout_infidelity": "readout_infidelity",
    "final_fidelity": "fidelity_at_period",
    "breaking_time": "entanglement_breaking_time",
    "coherence_time": "coherence_time",
}


class Study:
    """A finished comparative study.

    Parameters
    ----------
    tree : xarray.DataTree
        Groups ``trained``, ``evolution`` and ``spikes``, one node a material.
    settings : StudySettings
        What was asked for.
    """

    def __init__(self, tree: xr.DataTree, settings: StudySettings) -> None:
        self.tree = tree
        self.settings = settings

    @classmethod
    def open(cls, folder: str | Path) -> "Study":
        """Return the finished study in a folder.

        Raises
        ------
        StudyMismatch
            If the folder holds no study.
        ValueError
            If the study is not finished.
        """
        tree = open_tree(folder)
        settings = StudySettings.from_dict(_settings_of(tree))
        study = cls(tree, settings)
        missing = study._missing()
        if missing:
            some = ", ".join(missing[:3]) + (", …" if missing[3:] else "")
            raise ValueError(
                f"`folder` must hold a finished study, but lacks {some}. "
                "Run the same study again to finish it."
            )
        return study

    @property
    def kinds(self) -> tuple[str, ...]:
        """Names of the materials, in order."""
        return self.settings.materials

    @property
    def rule(self) -> LearningRule:
        """Constants of the learning material."""
        return rule_of(self.settings)

    def evolution(self, kind: str) -> xr.Dataset:
        """Return states and measures of a material, one member a seed."""
        return self.tree[f"evolution/{kind}"].to_dataset()

    def trained(self, kind: str) -> xr.Dataset:
        """Return what defines a material: controls, or weights and learning curves."""
        return self.tree[f"trained/{kind}"].to_dataset()

    def spikes(self, kind: str) -> xr.Dataset:
        """Return what the networks carry, with an axis `carried` over times.

        Their weights, whose sizes may differ from time to time, are in `network`.
        """
        times = self.evolution(kind).time.values
        names = self._carried(kind)
        blocks = [
            self.tree[name].to_dataset().drop_attrs().drop_dims("neuron")
            for name in names
        ]
        carried = times[[int(name.rpartition("/")[2]) for name in names]]
        joined = xr.concat(blocks, dim="carried", join="exact")
        return joined.assign_coords(carried=carried)

    def network(self, kind: str, index: int = 0) -> LIFNetwork:
        """Return the network that carries a material's state at one carried time."""
        return network_of(self.tree[self._carried(kind)[index]].to_dataset())

    @cached_property
    def materials(self) -> dict[str, Material]:
        """The representative material of each kind: best learner, median plain one."""
        return {
            kind: self.members(kind)[int(self.evolution(kind).representative)]
            for kind in self.kinds
        }

    def members(self, kind: str) -> list[Material]:
        """Return the materials of all seeds of a kind."""
        return materials_of(kind, self.trained(kind), self.settings)

    @cached_property
    def dataset(self) -> xr.Dataset:
        """States, measures and carried moments: material × time × row × col, …

        Each material is shown by its representative member; `seed` is that member's,
        and −1 where no seed is involved.
        """
        parts = []
        for kind in self.kinds:
            evolution = self.evolution(kind)
            chosen = evolution.isel(member=int(evolution.representative))
            part = chosen.drop_vars(["member", "representative"])
            part = part.assign_coords(seed=part.coords.get("seed", -1))
            part = part.drop_attrs(deep=False)
            if self.settings.spikes.times:
                part = part.merge(self.spikes(kind))
            parts.append(part)
        joined = xr.concat(parts, dim="material", join="exact")
        joined = joined.assign_coords(material=list(self.kinds))
        first = self.tree[f"evolution/{self.kinds[0]}"]
        return joined.assign_attrs(
            self.tree.attrs, provenance=first.attrs["provenance"]
        )

    def summary(self) -> list[dict[str, Any]]:
        """Return one row a material for `summary_table`; arrays run over seeds."""
        rows = []
        for kind in self.kinds:
            evolution = self.evolution(kind)
            row: dict[str, Any] = {"material": kind, "seeds": evolution.sizes["member"]}
            if kind == "learning":
                row["epochs"] = self.settings.learning.epochs
            row |= {key: evolution[name].values for key, name in SUMMARY.items()}
            rows.append(row)
        return rows

    def spike_summary(self) -> list[dict[str, Any]]:
        """Return one row a material: distances of the rebuilt states by time."""
        return [
            {"material": kind}
            | {
                f"{float(at.carried):g}": Estimate(
                    float(at.distance), float(at.distance_error)
                )
                for at in _each(self.spikes(kind), "carried")
            }
            for kind in (self.kinds if self.settings.spikes.times else ())
        ]

    def not_realizable(self) -> list[str]:
        """Return a sentence for each carried state that no spins can carry exactly."""
        return [
            f"{kind} at t = {float(at.carried):g}, visibility "
            f"{float(at.visibility):.4f}, distance at least "
            f"{float(at.least_distance):.4f}"
            for kind in (self.kinds if self.settings.spikes.times else ())
            for at in _each(self.spikes(kind), "carried")
            if at.visibility < 1
        ]

    def figures(self) -> "dict[str, Figure]":
        """Return all figures by name."""
        return {name: draw() for name, draw in self.drawings().items()}

    def save_figures(self, folder: str | Path) -> list[Path]:
        """Save all figures as PNG and return their paths."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        paths = []
        for name, figure in self.figures().items():
            paths.append(folder / f"{name}.png")
            figure.savefig(paths[-1], dpi=160)
        return paths

    def drawings(self) -> "dict[str, Callable[[], Figure]]":
        """Return a function that draws it for every figure, by name."""
        evolutions = {kind: self.evolution(kind) for kind in self.kinds}
        drawings = {
            "density_matrix": lambda: figures.density_matrix(evolutions),
            "elements": lambda: figures.elements(evolutions),
            "measures": lambda: figures.measures(evolutions),
            "wigner": lambda: figures.wigner(evolutions),
        }
        if evolutions[self.kinds[0]].sizes["row"] == 2:
            drawings["bloch"] = lambda: figures.bloch(evolutions)
        else:
            drawings["margin"] = lambda: figures.margin(evolutions)
        if "learning" in self.kinds:
            drawings["learning"] = lambda: figures.learning(
                self.trained("learning"), evolutions
            )
            drawings["drive"] = lambda: figures.learned_drive(evolutions["learning"])
            if self.rule.neurons <= figures.MOST_NEURONS:
                drawings["weights"] = lambda: figures.weights(
                    self.trained("learning"),
                    int(evolutions["learning"].representative),
                    self.rule.period,
                )
        if self.settings.spikes.times:
            blocks = {kind: self.spikes(kind) for kind in self.kinds}
            drawings["carried"] = lambda: figures.carried(blocks)
            for kind, block in blocks.items():
                middle = block.isel(carried=block.sizes["carried"] // 2)
                drawings[f"spikes_{kind}"] = partial(figures.spikes, middle)
        return drawings

    def _missing(self) -> list[str]:
        """Return the names of blocks that are not finished."""
        times = self.settings.times.grid()
        carried = carried_times(times, self.settings.spikes.times)
        wanted = [f"evolution/{kind}" for kind in self.kinds]
        wanted += [carried_name(kind, int(i)) for kind in self.kinds for i in carried]
        return [name for name in wanted if name not in self._names]

    def _carried(self, kind: str) -> list[str]:
        """Return the names of the blocks that carry a material's states, in time."""
        names = sorted(n for n in self._names if n.startswith(f"spikes/{kind}/"))
        if not names:
            raise ValueError(
                "`spikes` must have been computed, but the study carries no states. "
                "Set spikes.times to 1 or more."
            )
        return names

    @property
    def _names(self) -> list[str]:
        return [node.path.lstrip("/") for node in self.tree.leaves]


def _settings_of(tree: xr.DataTree) -> dict[str, Any]:
    return json.loads(tree.attrs["settings"])


def _each(dataset: xr.Dataset, dim: str) -> Iterator[xr.Dataset]:
    for i in range(dataset.sizes[dim]):
        yield dataset.isel({dim: i})
