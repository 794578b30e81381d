"""What the page of a sweep asks for as it is read: one place of the grid at a time."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from ..reading import read_block
from ..sweeps.plan import PointBlock
from ..sweeps.result.joining import join_points
from ..sweeps.result.sweep import Sweep
from .grid import Grid
from .payload import measured_entry, states_entry
from .states import kept_states
from .sweeps import good_points, infinite_series, series_at

__all__ = ["Places"]

BLOCKS = 16  # that are kept in memory, since neighbouring places share them


class Places:
    """Measures over time and density matrices of every place of a sweep.

    Blocks are read as they are needed, and those that are not finished left out.

    Parameters
    ----------
    folder : path
        Of the study.
    sweep : Sweep
        With its measures at least.
    """

    def __init__(self, folder: str | Path, sweep: Sweep) -> None:
        self.root = Path(folder) / "study.zarr"
        self.grid = Grid(sweep.plan)
        nodes = [node.to_dataset() for node in sweep.tree.children.values()]
        self.infinite = infinite_series(nodes)
        self._blocks = _blocks_of_places(sweep.plan.blocks)
        self._read = lru_cache(BLOCKS)(self._read_block)

    def __len__(self) -> int:
        return self.grid.places

    def answer(self, place: int) -> dict[str, Any]:
        """Return the measures over time and the states of a place, as JSON holds them.

        Raises
        ------
        IndexError
            If there is no such place.
        StudyDamaged
            If a file is not as it was written.
        """
        if not 0 <= place < len(self):
            raise IndexError(
                f"`place` must be from 0 to {len(self) - 1}, but is {place}."
            )
        parts = [self._part(name, place) for name in self._blocks.get(place, ())]
        there = [part for part in parts if part is not None]
        if not there:
            return {"measures": [], "states": []}
        node = join_points(there)
        measures = series_at(self.grid, node, [place], self.infinite)
        return {
            "measures": [measured_entry(measured) for measured in measures],
            "states": self._states(good_points(node)),
        }

    def _part(self, name: str, place: int) -> xr.Dataset | None:
        """Return the points of a block that lie at a place, if it is finished."""
        try:
            block = self._read(name)
        except KeyError:
            return None
        places = self.grid.cells_of(block) // len(self.grid.materials)
        return block.isel(point=np.flatnonzero(places == place))

    def _read_block(self, name: str) -> xr.Dataset:
        return read_block(self.root, name)

    def _states(self, node: xr.Dataset) -> list[dict[str, Any]]:
        indices = [int(index) for index in node.point.values]
        cells = {index: int(self.grid.of_points[index]) for index in indices}
        labels = {index: self.grid.member(index) for index in indices}
        return [states_entry(states) for states in kept_states(node, cells, labels)]


def _blocks_of_places(blocks: Sequence[PointBlock]) -> dict[int, list[str]]:
    """Return the names of the blocks that hold points of each place."""
    found: dict[int, dict[str, None]] = {}
    for block in blocks:
        for point in block.points:
            found.setdefault(point.combination, {})[block.name] = None
    return {place: list(names) for place, names in found.items()}
