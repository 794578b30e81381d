"""Which parameters a measure's variance comes from: main effects and interactions."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import xarray as xr

from ..._core.checks import check_integer
from .samples import Samples, samples_of

__all__ = ["variance_shares"]

SEEDS, REST, BETWEEN = "seeds", "rest", " × "


def variance_shares(
    data: xr.Dataset | xr.DataArray,
    measure: str | None = None,
    *,
    factors: Sequence[str] | None = None,
    order: int = 2,
) -> xr.Dataset:
    r"""Decompose the variance of a measure over the grid by parameters.

    The mean over seeds at each combination, m, is split into main effects and
    interactions that are orthogonal on the full grid (Hoeffding, Sobol):

    .. math:: m = m_0 + \sum_i m_i + \sum_{i<j} m_{ij} + \dots, \qquad
              V = \sum_u \langle m_u^2 \rangle.

    With few seeds the noise of m adds to every effect; its expectation,
    :math:`\nu_u = (f_u/C)\,\langle s^2/n \rangle` for :math:`f_u` degrees of freedom,
    C combinations and n seeds of variance s², is subtracted, so shares are unbiased, up
    to that of the total, and those of no effect scatter round zero, below it too. A
    main effect as a curve is ``seed_intervals(data, measure, axes=[parameter])``.

    Parameters
    ----------
    data : Dataset or DataArray
        A sweep's dataset along `point`, or its grid. Every combination needs a number.
    measure : str, optional
        Which variable of a Dataset: one number a point.
    factors : sequence of str, optional
        What is varied, by default all parameters: each material then has its own
        decomposition. "material" may be among them. So may "seed", for drives that
        are used over the whole grid, whose numbers are not independent draws from one
        combination to the next; they need the same seeds everywhere. Parameters that
        are not named are averaged over, as seeds are.
    order : int, optional
        Interactions of up to so many factors are told apart; the rest is one.

    Returns
    -------
    Dataset
        Over `effect` (and `material`): `variance`, :math:`\langle m_u^2 \rangle`;
        `noise`, what seeds alone contribute to it; `share`, of variance − noise in the
        total. The effect "seeds" is the mean variance of a single point over seeds.
        Shares sum to one. `left_out` counts points that failed. All are NaN where
        nothing varies.

    Raises
    ------
    TypeError, ValueError
        If the data cannot be arranged, a factor is unknown, a combination has no finite
        number, or a seeded material has one seed only at some.

    References
    ----------
    .. [1] Sobol, Math. Comput. Simul. 55, 271 (2001), eqs. (4)-(8).
    """
    samples = samples_of(data, measure)
    check_integer(order, "order")
    names = _checked(samples, factors)
    if "material" in names:
        return _described(_decomposed(samples, names, order), samples)
    parts = [
        _decomposed(samples.of(m), [n for n in names if n != "material"], order)
        for m in samples.materials
    ]
    joined = xr.concat(parts, samples.values.material, join="exact")
    return _described(joined.transpose("effect", "material"), samples)


def _decomposed(samples: Samples, factors: Sequence[str], order: int) -> xr.Dataset:
    """Return variance, noise and share of all effects for one grid."""
    mean, error, spread = _cells(samples, factors)
    names = [str(d) for d in mean.dims]
    variance: dict[str, float] = {}
    noise: dict[str, float] = {}
    for part, effect in _effects(mean.values).items():
        label = BETWEEN.join(names[i] for i in part) if len(part) <= order else REST
        freedom = np.prod([mean.shape[i] - 1 for i in part])
        variance[label] = variance.get(label, 0.0) + float((effect**2).mean())
        noise[label] = noise.get(label, 0.0) + float(freedom / mean.size * error)
    variance[SEEDS], noise[SEEDS] = spread, 0.0
    labels = list(variance)
    found = xr.Dataset(coords={"effect": labels})
    found["variance"] = "effect", np.array(list(variance.values()))
    found["noise"] = "effect", np.array(list(noise.values()))
    real = found.variance - found.noise
    total = float(real.sum())
    found["share"] = real / total if total > 0 else np.nan * real
    return found.assign(left_out=(samples.asked & ~samples.valid).sum())


def _effects(mean: np.ndarray) -> dict[tuple[int, ...], np.ndarray]:
    """Return the parts of a function on a grid by the axes that they vary along."""
    axes = [i for i, size in enumerate(mean.shape) if size > 1]
    parts: dict[tuple[int, ...], np.ndarray] = {(): mean.mean(keepdims=True)}
    for size in range(1, len(axes) + 1):
        for part in combinations(axes, size):
            others = tuple(i for i in range(mean.ndim) if i not in part)
            own = mean.mean(axis=others, keepdims=True)
            for below, effect in parts.items():
                if set(below) < set(part):
                    own = own - effect
            parts[part] = own
    del parts[()]
    return parts


def _cells(samples: Samples, names: Sequence[str]) -> tuple[xr.DataArray, float, float]:
    """Return means over seeds, their mean squared error, and the variance of points."""
    values = samples.values
    over = [d for d in values.dims if d not in names and d not in ("seed", "material")]
    if "material" not in names:
        values = values.squeeze("material", drop=True)
    if "seed" in names:
        _check_known(values)
        return values.mean(over), 0.0, 0.0
    count = values.notnull().sum("seed")
    mean = values.mean("seed")
    _check_known(mean)
    exact = [samples.exact(m) for m in samples.materials]
    drawn = ~xr.DataArray(
        exact, dims="material", coords={"material": samples.materials}
    )
    if "material" not in names:
        drawn = drawn.squeeze("material", drop=True)
    if bool(((count < 2) & drawn).any()):
        raise ValueError(
            "`data` must hold two or more seeds at every combination, but one is alone "
            "somewhere, and its spread unknown. Name 'seed' among the factors to take "
            "the numbers as they are."
        )
    square = ((values - mean) ** 2).sum("seed") / (count - 1).where(count > 1, 1)
    merged = float(np.prod([values.sizes[d] for d in over], dtype=int))
    error = float((square / count).mean()) / merged
    return mean.mean(over), error, float(square.mean())


def _checked(samples: Samples, factors: Sequence[str] | None) -> list[str]:
    if samples.rest:
        raise ValueError(
            f"`{samples.name}` must be one number a point, but runs over "
            f"{', '.join(samples.rest)} too. Select one time, or reduce it."
        )
    known = ["material", *samples.axes, "seed"]
    wanted = list(samples.axes) if factors is None else factors
    for name in wanted:
        if name not in known:
            raise ValueError(
                f"`factors` must be among {', '.join(known)}, but one is {name!r}."
            )
    return [name for name in known if name in wanted]


def _check_known(values: xr.DataArray) -> None:
    missing = int((~np.isfinite(values)).sum())
    if missing:
        raise ValueError(
            "`data` must have a finite number at every combination, but has none at "
            f"{missing} of {values.size}. Select parameters where all is there."
        )


def _described(found: xr.Dataset, samples: Samples) -> xr.Dataset:
    units = samples.values.attrs.get("units", "")
    meanings = {
        "variance": "variance of the effect over the grid",
        "noise": "what seeds alone contribute to it",
        "share": "share of variance - noise in the total",
        "left_out": "points that failed",
    }
    for key, meaning in meanings.items():
        squared = f"({units})²" if units and key in ("variance", "noise") else ""
        found[key].attrs = {"long_name": meaning, "units": squared}
    return found.assign_attrs(measure=samples.name)
