"""The table of a study's controls: who keeps more, and how sure that is."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import xarray as xr

from .._core.checks import check_choice
from .control_setting import Entry
from .intervals import Interval, difference_interval, mean_interval, share_interval
from .probe import MEASURES

__all__ = ["Comparison", "ControlsTable"]

LEARNING, UNDECIDED = "learning", "undecided"
ENGINEERED = ("engineered", "xy8", "decoupling", "grape")
COLUMNS = {**MEASURES, "epochs": "epochs until the readout infidelity is 0.05 or less"}
JUDGED = {  # measure → 1 if less is better, −1 if more is
    "infidelity": 1,
    "corrected_infidelity": 1,
    "least_singular_value": -1,
    "coherence": -1,
    "breaking_time": -1,
}
DIGITS = 6


class Comparison(NamedTuple):
    """Learning and one other material under one condition."""

    condition: str
    rival: str
    learning: Interval
    other: Interval
    difference: Interval  # learning − other
    winner: str  # "learning", the rival, or "undecided"


@dataclass(frozen=True, eq=False)
class ControlsTable:
    """What `controls` returns.

    Parameters
    ----------
    dataset : xr.Dataset
        Measures over (entry, member), NaN beyond the `size` of an entry, with
        coordinates `condition` and `material`.
    """

    dataset: xr.Dataset

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> "ControlsTable":
        """Gather entries.

        Raises
        ------
        ValueError
            If there is none.
        """
        if not entries:
            raise ValueError("`entries` must hold at least one entry, but is empty.")
        sizes = [len(entry.values["infidelity"]) for entry in entries]
        data = {}
        for name, meaning in COLUMNS.items():
            padded = np.full((len(entries), max(sizes)), np.nan)
            for row, entry in zip(padded, entries, strict=True):
                known = entry.values.get(name, np.empty(0))
                row[: len(known)] = known
            data[name] = (("entry", "member"), padded, {"long_name": meaning})
        names = {
            "condition": ("entry", [entry.condition for entry in entries]),
            "material": ("entry", [entry.material for entry in entries]),
            "size": ("entry", sizes),
        }
        return cls(xr.Dataset(data, coords=names))

    def entries(self) -> list[Entry]:
        """Undo `of`, to join tables."""
        found = []
        for k in range(self.dataset.sizes["entry"]):
            part = self.dataset.isel(entry=k)
            size = int(part["size"])
            values = {str(name): each.values[:size] for name, each in part.items()}
            condition, material = part.condition.item(), part.material.item()
            found.append(Entry(condition, material, values))
        return found

    @property
    def conditions(self) -> tuple[str, ...]:
        """Names of the conditions, in order."""
        return tuple(dict.fromkeys(map(str, self.dataset.condition.values)))

    def materials(self, condition: str) -> tuple[str, ...]:
        """Return the names of the materials measured under a condition."""
        check_choice(condition, "condition", self.conditions)
        chosen = self.dataset.condition.values == condition
        return tuple(map(str, self.dataset.material.values[chosen]))

    def values(
        self, condition: str, material: str, measure: str = "infidelity"
    ) -> np.ndarray:
        """Return a measure of all members, seeds or draws, of a material.

        Raises
        ------
        ValueError
            If there is no such condition, material or measure.
        """
        check_choice(material, "material", self.materials(condition))
        check_choice(measure, "measure", COLUMNS)
        data = self.dataset
        index = int(
            np.flatnonzero(
                (data.condition.values == condition)
                & (data.material.values == material)
            )[0]
        )
        return data[measure].values[index, : int(data["size"][index])]

    def interval(
        self,
        condition: str,
        material: str,
        measure: str = "infidelity",
        *,
        level: float = 0.95,
    ) -> Interval:
        """Return the mean of `values` and its interval."""
        return mean_interval(self.values(condition, material, measure), level=level)

    def comparisons(
        self, measure: str = "infidelity", *, level: float = 0.95
    ) -> list[Comparison]:
        """Compare learning with each other material under each condition.

        A winner is named only where the interval of the difference of means leaves out
        zero.

        Raises
        ------
        ValueError
            If no measure of that name says who keeps more.
        """
        check_choice(measure, "measure", JUDGED)
        sign = JUDGED[measure]
        found = []
        for condition in self.conditions:
            others = self.materials(condition)
            if LEARNING not in others:
                continue
            mine = self.values(condition, LEARNING, measure)
            for rival in (name for name in others if name != LEARNING):
                values = self.values(condition, rival, measure)
                if np.isnan(mine).all() or np.isnan(values).all():
                    continue  # not measured
                gap = difference_interval(mine, values, level=level)
                found.append(
                    Comparison(
                        condition,
                        rival,
                        mean_interval(mine, level=level),
                        mean_interval(values, level=level),
                        gap,
                        (LEARNING, UNDECIDED, rival)[1 + sign * gap.sign],
                    )
                )
        return found

    def strongest(
        self, measure: str = "infidelity", *, level: float = 0.95
    ) -> list[Comparison]:
        """Return the comparison with the best engineered material of each condition."""
        check_choice(measure, "measure", JUDGED)
        sign = JUDGED[measure]
        best: dict[str, Comparison] = {}
        for row in self.comparisons(measure, level=level):
            if row.rival in ENGINEERED:
                least = best.setdefault(row.condition, row)
                if sign * row.other.value < sign * least.other.value:
                    best[row.condition] = row
        return list(best.values())

    def reached(self, condition: str, infidelity: float = 0.05) -> Interval:
        """Return the share of learners that lose no more, and its interval."""
        lost = self.values(condition, LEARNING)
        return share_interval(int((lost <= infidelity).sum()), len(lost))

    def text(self, measure: str = "infidelity", *, level: float = 0.95) -> str:
        """Return the table, one line for each rival under each condition."""
        head = ("condition", "rival", "rival's", "learning's", "keeps more")
        lines = [head]
        last = ""
        for row in self.comparisons(measure, level=level):
            again = row.condition == last
            last = row.condition
            lines.append(
                (
                    "" if again else row.condition,
                    row.rival,
                    _shown(row.other),
                    "" if again else _shown(row.learning),
                    row.winner,
                )
            )
        widths = [max(len(line[k]) for line in lines) for k in range(len(head))]
        title = f"{COLUMNS[measure]}; mean and {100 * level:g} % interval"
        return "\n".join(
            [
                title,
                *("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines),
            ]
        )

    def write_csv(self, path: str | Path) -> None:
        """Write one line a member, with six digits."""
        with Path(path).open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["condition", "material", "member", *COLUMNS])
            for entry in range(self.dataset.sizes["entry"]):
                part = self.dataset.isel(entry=entry)
                for member in range(int(part["size"])):
                    numbers = [part[name].values[member] for name in COLUMNS]
                    writer.writerow(
                        [
                            str(part.condition.values),
                            str(part.material.values),
                            member,
                            *map(_written, numbers),
                        ]
                    )

    @classmethod
    def read_csv(cls, path: str | Path) -> "ControlsTable":
        """Read what `write_csv` wrote."""
        rows: dict[tuple[str, str], list[dict[str, str]]] = {}
        with Path(path).open(newline="") as file:
            for line in csv.DictReader(file):
                rows.setdefault((line["condition"], line["material"]), []).append(line)
        return cls.of(
            [
                Entry(
                    condition,
                    material,
                    {
                        name: np.array([float(line[name] or "nan") for line in lines])
                        for name in COLUMNS
                    },
                )
                for (condition, material), lines in rows.items()
            ]
        )


def _written(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.{DIGITS}g}"


def _shown(interval: Interval) -> str:
    value, low, high = interval
    if low == high:
        return f"{value:.4g}"
    return f"{value:.4g} [{low:.4g}, {high:.4g}]"
