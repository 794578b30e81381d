"""The result of a sweep: datasets over points, trained drives, failures."""

from functools import cached_property
from pathlib import Path

import xarray as xr

from ..layout import read_settings
from ..store import open_tree
from .plan import Plan
from .settings import SweepSettings

__all__ = ["Sweep"]


class Sweep:
    """A sweep on disk, finished or not.

    Parameters
    ----------
    tree : xarray.DataTree
        One node an array shape, with an axis `point`.
    settings : SweepSettings
        What was asked for.
    """

    def __init__(self, tree: xr.DataTree, settings: SweepSettings) -> None:
        self.tree = tree
        self.settings = settings

    @classmethod
    def open(cls, folder: str | Path) -> "Sweep":
        """Return the sweep in a folder, with the points that are finished."""
        settings = SweepSettings.from_dict(read_settings(folder))
        blocks = open_tree(folder)
        groups: dict[str, list[xr.Dataset]] = {}
        for node in blocks.leaves:
            parts = node.path.strip("/").split("/")
            if parts[0] == "points":
                groups.setdefault(parts[1], []).append(
                    node.to_dataset().drop_attrs(deep=False)
                )
        joined = {
            shape: xr.concat(parts, dim="point", join="exact").sortby("point")
            for shape, parts in groups.items()
        }
        return cls(xr.DataTree.from_dict(joined), settings)

    @cached_property
    def plan(self) -> Plan:
        """What was to be computed."""
        return Plan(self.settings)

    @property
    def dataset(self) -> xr.Dataset:
        """All points of the only array shape."""
        (node,) = self.tree.children.values()
        return node.to_dataset()
