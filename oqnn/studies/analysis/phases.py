"""Phase diagrams: which material wins where, and whether that is decided."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from .estimates import Method, Student
from .pairs import ROUNDING, all_pairs, cell_count, shared_level, sign
from .pooled import check_axes, in_common
from .ranking import direction_of
from .samples import samples_of
from .seeds import described, intervals_of

__all__ = ["phase_diagram"]

NOBODY = ""


def phase_diagram(
    data: xr.Dataset | xr.DataArray,
    measure: str | None = None,
    *,
    axes: Sequence[str] | None = None,
    better: str | None = None,
    unit: str = "seeds",
    method: Method | None = None,
    level: float = 0.95,
    together: bool = False,
    least: float = ROUNDING,
) -> xr.Dataset:
    """Say which material wins at each combination of parameters.

    The winner has the best mean. It is decided where the winner's paired difference to
    every other material lies on the better side of zero, all pairs at one combination
    taken together at `level` (Bonferroni over pairs, which also pays for choosing the
    winner from the same numbers); elsewhere it only leads. Each combination is a
    statement of its own unless `together` is given: of all combinations, a share of up
    to 1 − level may then be decided wrongly.

    Parameters
    ----------
    data : Dataset or DataArray
        A sweep's dataset along `point`, or its grid.
    measure : str, optional
        Which variable of a Dataset; it may run over time.
    axes : sequence of str, optional
        Parameters of the diagram; the others are averaged over. All by default.
    better : {"high", "low"}, optional
        Which way is better; by default what is known of the measure.
    unit, method, level : optional
        As of `seed_intervals`.
    together : bool, optional
        Whether all combinations, and times, are decided at once with probability
        `level` (Bonferroni).
    least : float, optional
        As of `paired_comparison`: a lead that small decides nothing.

    Returns
    -------
    Dataset
        Over (*axes, *rest): `winner` and `runner_up`, names of materials, empty where
        none is there; `decided` (bool); `margin`, how much better the winner is than
        the runner-up, with limits `margin_low` and `margin_high`; `rivals`, how many
        materials it was compared with, which is fewer where one failed altogether. And
        the variables of `seed_intervals` over (material, *axes, *rest), where averages
        are over combinations at which no material has failed.

    Raises
    ------
    TypeError, ValueError
        If the data cannot be arranged, or nothing says which way is better.
    """
    samples = samples_of(data, measure)
    kept = check_axes(axes, samples.axes)
    way = direction_of(samples.name, better)
    method = Student() if method is None else method
    samples = in_common(samples, kept, unit=unit)
    cells = cell_count(samples, kept) if together else 1
    own = shared_level(level, cells)
    pairs = all_pairs(samples, kept, unit=unit, method=method, level=own, together=True)
    found = intervals_of(samples, kept, unit=unit, method=method, level=level)
    score = (way * found.value).transpose("material", ...)
    order = np.argsort(-score.values, axis=0, kind="stable")  # NaN comes last
    there = score.notnull()
    count = there.sum("material")
    names = np.array(samples.materials)
    first = xr.DataArray(order[0], count.coords, count.dims)
    second = xr.DataArray(order[min(1, len(names) - 1)], count.coords, count.dims)
    dims = (*count.dims,)
    found["winner"] = dims, np.where(count > 0, names[first], NOBODY)
    found["runner_up"] = dims, np.where(count > 1, names[second], NOBODY)
    beaten = way * sign(pairs, least).isel(material=first) > 0
    rival = xr.DataArray(range(len(names)), dims="rival")
    others = there.rename(material="rival") & (rival != first)
    found["rivals"] = others.sum("rival")
    found["decided"] = (beaten | ~others).all("rival") & (count > 1)
    gap = pairs.isel(material=first, rival=second).where(count > 1)
    found["margin"] = way * gap.value
    found["margin_low"] = gap.low if way > 0 else -gap.high
    found["margin_high"] = gap.high if way > 0 else -gap.low
    return _described(found, samples.values.attrs.get("units", "")).pipe(
        described,
        samples,
        better="high" if way > 0 else "low",
        level=level,
        pair_level=pairs.level,
        unit=unit,
        method=method,
    )


def _described(found: xr.Dataset, units: str) -> xr.Dataset:
    """Say what each variable of a diagram is."""
    meanings = {
        "winner": "material with the best mean",
        "runner_up": "material with the second best mean",
        "decided": "whether the winner is decidedly better than every other",
        "rivals": "materials that the winner was compared with",
        "margin": "how much better the winner is than the runner-up",
        "margin_low": "lower limit of the margin",
        "margin_high": "upper limit of the margin",
    }
    for key, meaning in meanings.items():
        own = units if key.startswith("margin") else ""
        found[key].attrs = {"long_name": meaning, "units": own}
    return found.drop_vars("rival", errors="ignore")
