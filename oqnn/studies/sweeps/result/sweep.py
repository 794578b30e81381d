"""The result of a sweep: datasets over points, trained drives, failures."""

from collections.abc import Collection, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from ...layout import StudyMismatch, read_settings
from ...provenance import SCHEMA_VERSION, canonical_json
from ...reading import read_blocks
from ...table import Column
from ..description.ranges import label_of
from ..description.settings import SweepSettings
from ..plan import Plan
from .export import write_csv, write_netcdf
from .joining import join_points, spread_points
from .summary import summary_columns, summary_rows

__all__ = ["Failure", "Sweep"]


class Failure(NamedTuple):
    """A point without numbers, and why."""

    point: int
    material: str
    seed: int
    coordinates: dict[str, Any]
    error: str


class Sweep:
    """A sweep, finished or not.

    Parameters
    ----------
    tree : xarray.DataTree
        One node an array shape, with an axis `point`.
    settings : SweepSettings
        What was asked for.
    trained : mapping str → Dataset, optional
        Trained drives by the name of their block.
    """

    def __init__(
        self,
        tree: xr.DataTree,
        settings: SweepSettings,
        trained: Mapping[str, xr.Dataset] | None = None,
    ) -> None:
        self.tree = tree
        self.settings = settings
        self.trainings = dict(trained or {})

    @classmethod
    def open(
        cls, folder: str | Path, *, within: Collection[str] | None = None
    ) -> "Sweep":
        """Return the sweep in a folder, with the points that are finished.

        Needs no lock, and so may look at a sweep that still runs.

        Parameters
        ----------
        folder : path
        within : collection of str, optional
            Names of axes; arrays along any other are left out unread, as views are by
            ``("point", "time")``. All are read by default.

        Raises
        ------
        StudyMismatch
            If the folder holds no sweep.
        StudyDamaged
            If a file is not as it was written.
        """
        record = read_settings(folder)
        if "sweep" not in record:
            raise StudyMismatch(
                f"`{folder}` must hold a sweep, but holds a single comparison. Open it "
                "with Study.open."
            )
        settings = SweepSettings.from_dict(record)
        blocks = read_blocks(folder, within=within)
        shapes: dict[str, list[xr.Dataset]] = {}
        for name, block in blocks.items():
            kind, _, rest = name.partition("/")
            if kind == "points":
                shapes.setdefault(rest.partition("/")[0], []).append(block)
        tree = xr.DataTree.from_dict(
            {shape: join_points(parts) for shape, parts in shapes.items()}
        )
        tree.attrs = {
            "schema_version": SCHEMA_VERSION,
            "settings": canonical_json(record),
        }
        for block in list(blocks.values())[:1]:
            tree.attrs["provenance"] = block.attrs["provenance"]
        trained = {n: b for n, b in blocks.items() if n.startswith("trained/")}
        return cls(tree, settings, trained)

    @cached_property
    def plan(self) -> Plan:
        """What was to be computed."""
        return Plan(self.settings)

    @property
    def shapes(self) -> tuple[str, ...]:
        """Names of the array shapes of which points are finished."""
        return tuple(self.tree.children)

    @property
    def dataset(self) -> xr.Dataset:
        """All finished points of the only array shape.

        Raises
        ------
        ValueError
            If there are none, or points of several shapes; `points` returns one.
        """
        return self.points()

    def points(self, shape: str | None = None) -> xr.Dataset:
        """Return all finished points of an array shape, by default of the only one.

        Raises
        ------
        ValueError
            If there is no such shape, or none is given and there are several.
        """
        return self.tree[self._shape(shape)].to_dataset().assign_attrs(self.tree.attrs)

    def grid(self, shape: str | None = None) -> xr.Dataset:
        """Return points over material × one axis a swept parameter × seed × time, …

        Parameters that run together share the axis of the first. Numbers are NaN
        where a material that draws nothing has no such seed (its own is −1), where a
        point failed and where none is finished; `error` says which.

        Raises
        ------
        ValueError
            If there is no such shape, or none is given and there are several.
        """
        name = self._shape(shape)
        planned = [p for p in self.plan.points if self.plan.shape_of(p) == name]
        return spread_points(self.points(name), planned, self.settings.axes)

    def trained(self, material: str, **coordinates: Any) -> xr.Dataset:
        """Return what was trained for a material, with an axis `member`.

        Parameters
        ----------
        material : str
            Its name.
        **coordinates
            Swept parameters, by dotted name or its last part where that is clear, as
            far as they are needed to tell trainings apart.

        Raises
        ------
        ValueError
            If no training, or more than one, fits or is finished.

        Examples
        --------
        ``sweep.trained("learning", kappa=0.2)``, or with
        ``**{"environment.kappa": 0.2}``.
        """
        wanted = {self._name(key): value for key, value in coordinates.items()}
        fitting = dict.fromkeys(
            point.trained
            for point in self.plan.points
            if point.material == material
            and all(_equal(point.coordinates[k], v) for k, v in wanted.items())
        )
        found = [name for name in fitting if name in self.trainings]
        if len(fitting) != 1 or not found:
            raise ValueError(
                f"`coordinates` must single out one training of {material!r} that is "
                f"finished, but {len(fitting)} fit, of which {len(found)} are "
                f"finished. Name materials among {', '.join(self.settings.materials)} "
                f"and parameters among {', '.join(self._names) or 'none'}."
            )
        return self.trainings[found[0]]

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """Names of the blocks that are not finished, in the order of the plan."""
        done = {
            int(number)
            for node in self.tree.children.values()
            for number in node.point.values
        }
        points = [b.name for b in self.plan.blocks if b.points[0].index not in done]
        drives = [t.name for t in self.plan.trainings if t.name not in self.trainings]
        return (*drives, *points)

    @property
    def is_finished(self) -> bool:
        """Whether all blocks are there; points in them may have failed."""
        return not self.missing

    @cached_property
    def failed(self) -> tuple[Failure, ...]:
        """Points that failed, in order, with their errors."""
        failures = []
        for node in self.tree.children.values():
            bad = node.to_dataset()
            bad = bad.isel(point=np.flatnonzero(bad.error.values != ""))
            for i, error in enumerate(bad.error.values.tolist()):
                at = {name: bad[name].values[i].item() for name in self._names}
                failures.append(
                    Failure(
                        point=int(bad.point[i]),
                        material=str(bad.material.values[i]),
                        seed=int(bad.seed[i]),
                        coordinates=at,
                        error=error,
                    )
                )
        return tuple(sorted(failures))

    def summary(self) -> list[dict[str, Any]]:
        """Return one row a material and combination, for `summary_table`.

        Each holds under the name of a measure one number a seed, that at the last
        time where it depends on time. Points that failed are counted in `failed` and
        left out.
        """
        return summary_rows(
            [self.points(shape) for shape in self.shapes],
            self.settings.sweep.measures,
            self._names,
        )

    @property
    def summary_columns(self) -> tuple[Column, ...]:
        """The columns of `summary`; failures only where there are some."""
        nodes = [self.points(shape) for shape in self.shapes]
        return summary_columns(nodes, self.settings.sweep.measures)

    def to_netcdf(self, path: str | Path) -> Path:
        """Write all finished points and trained drives to one NetCDF file.

        Complex numbers become pairs of variables, `_re` and `_im`, which
        `export.read_netcdf` joins again.

        Raises
        ------
        ImportError
            If h5netcdf is not installed.
        NoSpaceError
            If the disk is full; a file that was there stays.
        """
        return write_netcdf(self.tree, self.trainings, path)

    def to_csv(self, folder: str | Path) -> list[Path]:
        """Write scalars and time series to CSV files, with notes on how to read them.

        Raises
        ------
        NoSpaceError
            If the disk is full; files that were there stay.
        """
        return write_csv(self.tree, folder)

    @property
    def _names(self) -> list[str]:
        return [name for axis in self.settings.axes for name in axis.names]

    def _name(self, key: str) -> str:
        """Return the dotted name of a swept parameter."""
        fitting = [n for n in self._names if key in (n, n.rpartition(".")[2])]
        if key in self._names or len(fitting) == 1:
            return key if key in self._names else fitting[0]
        raise ValueError(
            f"`coordinates` must name one of {', '.join(self._names) or 'none'}, but "
            f"names {key!r}{', which is several' if fitting else ''}."
        )

    def _shape(self, shape: str | None) -> str:
        if shape is None and len(self.shapes) == 1:
            return self.shapes[0]
        if shape in self.shapes:
            return str(shape)
        if not self.shapes:
            raise ValueError("The sweep must have finished points, but has none yet.")
        raise ValueError(
            f"`shape` must be one of {', '.join(self.shapes)}, but is {shape!r}."
        )


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, int | float):
        return bool(np.isclose(one, other, rtol=1e-9, atol=0))
    return bool(label_of(one) == label_of(other))
