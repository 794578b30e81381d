"""What a check finds: materials, arrays, time and disk, as numbers and as text."""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["ArrayCheck", "Check", "MaterialCheck", "counted", "duration", "size"]


@dataclass(frozen=True, kw_only=True)
class MaterialCheck:
    """What one material takes.

    Parameters
    ----------
    name : str
    trainings, points : int
        How many drives are found, a block of members each, and how many points use
        them.
    training_s, point_s : float
        Seconds of all trainings, and of all points; NaN where nothing was measured.
    error : str
        Why the trial failed; empty where it did not.
    """

    name: str
    trainings: int
    points: int
    training_s: float = float("nan")
    point_s: float = float("nan")
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class ArrayCheck:
    """One array of the result: its shape, axes named, and bytes over all points."""

    shape: str
    name: str
    dims: Mapping[str, int]
    nbytes: int


@dataclass(frozen=True, kw_only=True)
class Check:
    """What a study will compute; as text for the terminal by ``str``.

    Parameters
    ----------
    title : str
        One sentence.
    axes : tuple of (str, int, str)
        Names, number of values, and the values in words.
    materials : tuple of MaterialCheck
    arrays : tuple of ArrayCheck
        Empty where nothing was measured.
    points, trainings, blocks : int
    seconds, disk : float
        Estimates for one process, in seconds and bytes; NaN where nothing was measured.
    notes : tuple of str
        What else should be known.
    """

    title: str
    axes: tuple[tuple[str, int, str], ...] = ()
    materials: tuple[MaterialCheck, ...] = ()
    arrays: tuple[ArrayCheck, ...] = ()
    points: int
    trainings: int
    blocks: int
    seconds: float = float("nan")
    disk: float = float("nan")
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the text for the terminal."""
        lines = [self.title, ""]
        if self.axes:
            rows = [(names, f"{n} values", text) for names, n, text in self.axes]
            lines += _table([("swept", "", ""), *rows], right=())
        lines += _table(
            [
                ("material", "trainings", "points", "to train", "to evolve"),
                *map(_material_row, self.materials),
            ],
            right=(1, 2, 3, 4),
        )
        if self.arrays:
            several = len({a.shape for a in self.arrays}) > 1
            rows = [
                (
                    f"{a.shape}/{a.name}" if several else a.name,
                    " × ".join(f"{d} {n}" for d, n in a.dims.items()),
                    size(a.nbytes),
                )
                for a in self.arrays
            ]
            lines += _table([("array", "axes", "bytes"), *rows], right=(2,))
        failed = [m for m in self.materials if m.error]
        lines += [f"{m.name} failed when tried: {m.error}" for m in failed]
        lines += self.notes
        if self.seconds == self.seconds:
            lines.append(
                f"About {duration(self.seconds)} in one process, and "
                f"{size(self.disk)} on disk, judged by a few epochs and points of each "
                "material."
            )
        return "\n".join(lines)


def duration(seconds: float) -> str:
    """Return a time in words that say no more than is known.

    Examples
    --------
    >>> duration(0.2), duration(42.0), duration(600.0), duration(9000.0)
    ('a second', '42 s', '10 min', '2.5 h')
    """
    if seconds < 1:
        return "a second"
    if seconds < 100:
        return f"{seconds:.0f} s"
    if seconds < 6000:
        return f"{seconds / 60:.0f} min"
    hours = seconds / 3600
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.1f} days"


def size(nbytes: float) -> str:
    """Return a number of bytes in words.

    Examples
    --------
    >>> size(800), size(12_345), size(4.2e9)
    ('800 B', '12 kB', '4.2 GB')
    """
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if nbytes >= scale:
            digits = 1 if nbytes < 10 * scale else 0
            return f"{nbytes / scale:.{digits}f} {unit}"
    return f"{nbytes:.0f} B"


def _material_row(material: MaterialCheck) -> tuple[str, ...]:
    times = [
        duration(s) if s == s else "–" for s in (material.training_s, material.point_s)
    ]
    return (material.name, str(material.trainings), str(material.points), *times)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural but for one."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _table(rows: list[tuple[str, ...]], *, right: tuple[int, ...]) -> list[str]:
    """Return rows with columns of one width, and an empty line below."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "  ".join(
            text.rjust(width) if i in right else text.ljust(width)
            for i, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return [*lines, ""]
