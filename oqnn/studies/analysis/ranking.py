"""Materials from best to worst, with ties where nothing is decided."""

import numpy as np
import xarray as xr

from ..._core.checks import check_choice
from ..sweeps.computation.measures import MEASURES, measure_of
from ..table import Column, summary_text
from .estimates import Method, Student
from .pairs import ROUNDING, all_pairs, sign
from .pooled import in_common
from .samples import Samples, samples_of
from .seeds import described, intervals_of

__all__ = ["direction_of", "rank_materials", "ranking_text"]

WAYS = {"high": 1, "low": -1}
RANKING_COLUMNS = (
    Column(key="best_rank", title="best rank", digits=0),
    Column(key="worst_rank", title="worst rank", digits=0),
    Column(key="value", title="estimate", digits=4),
    Column(key="low", title="from", digits=4),
    Column(key="high", title="to", digits=4),
    Column(key="count", title="numbers", digits=0),
    Column(key="left_out", title="points left out", digits=0),
)


def rank_materials(
    data: xr.Dataset | xr.DataArray,
    measure: str | None = None,
    *,
    better: str | None = None,
    unit: str = "seeds",
    method: Method | None = None,
    level: float = 0.95,
    together: bool = True,
    least: float = ROUNDING,
) -> xr.Dataset:
    """Rank materials by a measure averaged over all parameters.

    Ranks rest on paired comparisons: a material's best rank is one more than the number
    of those that are decidedly better, its worst rank one more than the number of those
    that are not decidedly worse. Materials between which nothing is decided share
    ranks, although their means differ. All means are over those combinations of
    parameters at which no material has failed.

    Parameters
    ----------
    data : Dataset or DataArray
        A sweep's dataset along `point`, or its grid.
    measure : str, optional
        Which variable of a Dataset: one number a point.
    better : {"high", "low"}, optional
        Which way is better; by default what is known of the measure.
    unit, method, level : optional
        As of `seed_intervals`.
    together : bool, optional
        Whether all pairs are decided at once with probability `level` (Bonferroni);
        then so often all true ranks lie between the best and the worst [1]_.
    least : float, optional
        As of `paired_comparison`.

    Returns
    -------
    Dataset
        Over `material`, best mean first: `best_rank`, `worst_rank` and the variables
        of `seed_intervals`, each at `level`; `sign` over (material, rival): 1 where the
        material is decidedly better than the rival, −1 where decidedly worse.

    Raises
    ------
    TypeError, ValueError
        If the data cannot be arranged, the measure runs over time too, or nothing says
        which way is better.

    References
    ----------
    .. [1] Mogstad, Romano, Shaikh and Wilhelm, Rev. Econ. Stud. 91, 476 (2024):
       confidence sets of ranks from simultaneous intervals of all differences.
    """
    samples = samples_of(data, measure)
    way = direction_of(samples.name, better)
    _check_single(samples)
    method = Student() if method is None else method
    samples = in_common(samples, (), unit=unit)
    pairs = all_pairs(
        samples, (), unit=unit, method=method, level=level, together=together
    )
    signs = way * sign(pairs, least)
    found = intervals_of(samples, (), unit=unit, method=method, level=level)
    found["sign"] = signs
    unknown = np.isnan(found.value)
    known = (~unknown).sum()
    found["best_rank"] = 1 + (signs < 0).sum("rival")
    found["worst_rank"] = known - (signs > 0).sum("rival")
    found["best_rank"] = found.best_rank.where(~unknown)
    found["worst_rank"] = found.worst_rank.where(~unknown)
    order = np.argsort(-way * found.value.values, kind="stable")  # NaN comes last
    found = found.isel(material=order, rival=order)
    for key, meaning in {
        "sign": "1 where the material is decidedly better than its rival",
        "best_rank": "1 + number of materials decidedly better",
        "worst_rank": "number of materials that are not decidedly worse",
    }.items():
        found[key].attrs = {"long_name": meaning, "units": ""}
    how = {"level": level, "pair_level": pairs.level, "unit": unit, "method": method}
    return described(found, samples, better="high" if way > 0 else "low", **how)


def ranking_text(ranking: xr.Dataset, *, width: int = 100) -> str:
    """Return a ranking as a table, one row a material.

    Parameters
    ----------
    ranking : Dataset
        As `rank_materials` returns it.
    width : int, optional
        Characters to fit.

    Examples
    --------
    >>> sweep = xr.Dataset(
    ...     {"purity": ("point", [0.5, 0.7, 0.9, 0.9])},
    ...     coords={
    ...         "material": ("point", ["bare", "plain", "plain", "plain"]),
    ...         "seed": ("point", [-1, 0, 1, 2]),
    ...     },
    ... )
    >>> print(ranking_text(rank_materials(sweep, "purity"), width=80))
    purity: high is better. Intervals at 95 %, pairs decided at 95 %.
              best  worst                                     points
    material  rank   rank  estimate    from      to  numbers  left out
    ──────────────────────────────────────────────────────────────────
    plain        1      1    0.8333  0.5465  1.1202        3         0
    bare         2      2    0.5000  0.5000  0.5000        1         0
    """
    rows = [
        {
            "material": str(name),
            **{
                c.key: float(ranking[c.key].sel(material=name)) for c in RANKING_COLUMNS
            },
        }
        for name in ranking.material.values
    ]
    a, b = (ranking.attrs[key] for key in ("level", "pair_level"))
    head = (
        f"{ranking.attrs['measure']}: {ranking.attrs['better']} is better. "
        f"Intervals at {100 * a:.6g} %, pairs decided at {100 * b:.6g} %."
    )
    return f"{head}\n{summary_text(rows, columns=RANKING_COLUMNS, width=width)}"


def direction_of(measure: str, better: str | None) -> int:
    """Return 1 where more of a measure is better, −1 where less is.

    Raises
    ------
    ValueError
        If neither the caller nor the table of measures says it.
    """
    if better is not None:
        check_choice(better, "better", WAYS)
        return WAYS[better]
    known = measure in MEASURES or ":" in measure
    way = measure_of(measure).better if known else ""
    if not way:
        raise ValueError(
            f"`better` must be 'high' or 'low' for `{measure}`, of which neither is "
            "known, but is not given."
        )
    return WAYS[way]


def _check_single(samples: Samples) -> None:
    if samples.rest:
        raise ValueError(
            f"`{samples.name}` must be one number a point, but runs over "
            f"{', '.join(samples.rest)} too. Select one time, or reduce it: "
            "data.sel(time=...), data.mean('time')."
        )
