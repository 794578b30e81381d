"""Paired comparison of two materials at the same coordinates and seeds."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import xarray as xr

from .estimates import Method, Student
from .pooled import check_axes, estimate
from .samples import EXACT, Samples, samples_of
from .seeds import described

__all__ = [
    "ROUNDING",
    "all_pairs",
    "difference",
    "paired_comparison",
    "shared_level",
    "sign",
]

ROUNDING = 1e-9
"""Difference that rounding alone may make, of measures of order one."""
PARTS = ("values", "valid", "asked")


def paired_comparison(
    data: xr.Dataset | xr.DataArray,
    measure: str | None = None,
    *,
    first: str,
    second: str,
    axes: Sequence[str] | None = None,
    unit: str = "seeds",
    method: Method | None = None,
    level: float = 0.95,
    together: bool = False,
    least: float = ROUNDING,
) -> xr.Dataset:
    """Compare two materials by their difference, first − second, pair by pair.

    A pair is two points at the same coordinates and with the same seed; a material that
    nothing is drawn for is the partner of every seed of the other. What both share,
    such as a hard environment, cancels in a pair. A point whose partner failed, or that
    has none, is left out with it, and the pair counted in `left_out`.

    Parameters
    ----------
    data : Dataset or DataArray
        A sweep's dataset along `point`, or its grid.
    measure : str, optional
        Which variable of a Dataset.
    first, second : str
        The materials.
    axes, unit, method, level : optional
        As of `seed_intervals`; ``method=Bootstrap()`` resamples pairs.
    together : bool, optional
        Whether all intervals returned hold at once with probability `level`, after
        Bonferroni: each is then taken at 1 − (1 − level)/m for m of them.
    least : float, optional
        What a difference must exceed to count, in the measure's unit; by default what
        rounding may make of none.

    Returns
    -------
    Dataset
        As of `seed_intervals`, of the difference and without `material`, and `sign`:
        1 or −1 where the whole interval lies above `least` or below its negative,
        else 0. The attribute
        `note` says how many intervals there are and what that means.

    Raises
    ------
    TypeError, ValueError
        If the data cannot be arranged, or an argument is not one of those above.

    Examples
    --------
    Both materials share what a seed does to them, and so differ decidedly:

    >>> sweep = xr.Dataset(
    ...     {"purity": ("point", [0.5, 0.7, 0.9, 0.52, 0.71, 0.92])},
    ...     coords={
    ...         "material": ("point", ["plain"] * 3 + ["learning"] * 3),
    ...         "seed": ("point", [0, 1, 2, 0, 1, 2]),
    ...     },
    ... )
    >>> found = paired_comparison(sweep, "purity", first="learning", second="plain")
    >>> round(found.value.item(), 4), round(found.low.item(), 4), found.sign.item()
    (0.0167, 0.0023, 1)
    """
    samples = samples_of(data, measure)
    kept = check_axes(axes, samples.axes)
    method = Student() if method is None else method
    both = difference(samples, first, second)
    cells = cell_count(both, kept)
    own = shared_level(level, cells) if together else level
    found = estimate(both, kept, unit=unit, method=method, level=own)
    found["sign"] = sign(found, least)
    found.sign.attrs = {
        "long_name": f"1 where {first} is decidedly greater",
        "units": "",
    }
    note = _note(cells, level, own, together)
    what = f"{{}}, {first} - {second}"
    how = {"level": own, "unit": unit, "method": method, "note": note}
    return described(found, samples, what=what, first=first, second=second, **how)


def all_pairs(
    samples: Samples,
    axes: tuple[str, ...],
    *,
    unit: str,
    method: Method,
    level: float,
    together: bool,
) -> xr.Dataset:
    """Return the differences of all pairs of materials, material − rival.

    Parameters
    ----------
    samples : Samples
        Of all materials.
    axes, unit, method : as of `estimate`
    level : float
        Of each interval or, with `together`, of all pairs at once wherever they are
        compared (Bonferroni).
    together : bool

    Returns
    -------
    Dataset
        `value`, `low` and `high` over (material, rival, *axes, *rest), zero between a
        material and itself, and the attribute `level` of each interval.
    """
    names = samples.materials
    pairs = list(combinations(range(len(names)), 2))
    own = shared_level(level, len(pairs)) if together else level
    parts = ["value", "low", "high"]
    found: dict[tuple[int, int], xr.Dataset] = {}
    for i, j in pairs:
        both = difference(samples, names[i], names[j])
        gap = estimate(both, axes, unit=unit, method=method, level=own)[parts]
        found[i, j] = gap
        back = {"value": -gap.value, "low": -gap.high, "high": -gap.low}
        found[j, i] = gap.assign(back)
    one = estimate(samples.of(names[0]), axes, unit=unit, method=Student(), level=0.5)
    none = xr.zeros_like(one[parts])
    rows = [
        xr.concat([found.get((i, j), none) for j in range(len(names))], "rival")
        for i in range(len(names))
    ]
    labels = {"material": names, "rival": names}
    return xr.concat(rows, "material").assign_coords(labels).assign_attrs(level=own)


def difference(samples: Samples, first: str, second: str) -> Samples:
    """Return the differences of all pairs, as samples of one material.

    Raises
    ------
    ValueError
        If a material is unknown, both are the same, or their seeds have none in common.
    """
    if first == second:
        raise ValueError(
            f"`first` and `second` must be two materials, but both are {first!r}."
        )
    one, other = samples.of(first), samples.of(second)
    one, other = _paired(one, other), _paired(other, one)
    if not np.intersect1d(one.values.seed, other.values.seed).size:
        raise ValueError(
            f"`{first}` and `{second}` must have seeds in common, but have none."
        )
    name = f"{first} - {second}"
    values, valid, asked = (
        [getattr(s, part).squeeze("material", drop=True) for s in (one, other)]
        for part in PARTS
    )
    a, b = xr.align(*values, join="outer")
    fine, fine_2 = xr.align(*valid, join="outer", fill_value=False)
    asked, asked_2 = xr.align(*asked, join="outer", fill_value=False)
    with np.errstate(invalid="ignore"):  # two infinite times: nothing is known
        gap = a - b
    arrays = (gap, fine & fine_2, asked | asked_2)
    parts = dict(zip(PARTS, arrays, strict=True))
    pairs = {k: x.expand_dims(material=[name]) for k, x in parts.items()}
    return Samples(name=samples.name, axes=samples.axes, **pairs)


def sign(found: xr.Dataset, least: float) -> xr.DataArray:
    """Return 1 or −1 where an interval lies above `least` or below its negative."""
    if not least >= 0:
        raise ValueError(f"`least` must not be negative, but is {least}.")
    return (found.low > least).astype(int) - (found.high < -least).astype(int)


def cell_count(samples: Samples, axes: tuple[str, ...]) -> int:
    """Return how many estimates there are: kept parameters × times."""
    sizes = samples.values.sizes
    return int(np.prod([sizes[d] for d in (*axes, *samples.rest)], dtype=int))


def shared_level(level: float, count: int) -> float:
    """Return the level of each of so many intervals that are to hold together.

    Examples
    --------
    >>> round(shared_level(0.95, 10), 6)
    0.995
    """
    return 1 - (1 - level) / max(count, 1)


def _paired(one: Samples, other: Samples) -> Samples:
    """Repeat a material that nothing is drawn for at the seeds of the other."""
    seeds = other.values.seed
    if one.values.seed.values.tolist() != [EXACT] or EXACT in seeds:
        return one
    parts = {
        part: getattr(one, part).isel(seed=[0] * seeds.size).assign_coords(seed=seeds)
        for part in PARTS
    }
    return Samples(name=one.name, axes=one.axes, **parts)


def _note(cells: int, level: float, own: float, together: bool) -> str:
    if cells == 1:
        return f"1 interval at {100 * level:.6g} %"
    if together:
        return (
            f"{cells} intervals, which all hold with a probability of at least "
            f"{100 * level:.6g} %, each taken at {100 * own:.6g} %"
        )
    return (
        f"{cells} intervals, each at {100 * own:.6g} %: where nothing differs, about "
        f"{(1 - own) * cells:.2g} signs are expected by chance"
    )
