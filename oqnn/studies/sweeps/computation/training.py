"""Members of a material that are trained together, each of which may fail alone."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from ..description.point import PointSettings
from .materials import Recipe
from .preparation import because

__all__ = ["trained_members"]


def trained_members(
    recipe: Recipe,
    point: PointSettings,
    seeds: Sequence[int],
    progress: bool | None = False,
) -> tuple[xr.Dataset, list[str]]:
    """Return the drives of all members, and why some have none.

    Where they fail together each is trained alone. A learner that diverges keeps its
    best epoch; one that never had a cost, and drives that are no numbers, failed.

    Raises
    ------
    Exception
        What the recipe raises, where all members fail.
    """
    try:
        trained, errors = recipe.train(point, seeds, progress), [""] * len(seeds)
    except Exception:
        found, errors = _one_by_one(recipe, point, seeds, progress)
        if len(found) in (0, len(seeds)):
            raise
        trained = _joined(found, len(seeds))
    for name, variable in trained.items():
        if variable.dtype.kind != "f" or "member" not in variable.dims:
            continue
        finite = np.isfinite(variable.transpose("member", ...).values)
        rows = finite.reshape(len(seeds), -1)
        fine = rows.any(axis=1) if "epoch" in variable.dims else rows.all(axis=1)
        for i in np.flatnonzero(~fine).tolist():
            errors[i] = errors[i] or f"FloatingPointError: `{name}` is not finite"
    return trained, errors


def _one_by_one(
    recipe: Recipe, point: PointSettings, seeds: Sequence[int], progress: bool | None
) -> tuple[dict[int, xr.Dataset], list[str]]:
    """Train each of several members alone, and say why some cannot be."""
    found: dict[int, xr.Dataset] = {}
    errors = [""] * len(seeds)
    for i, seed in enumerate(seeds if len(seeds) > 1 else ()):
        try:
            found[i] = recipe.train(point, [seed], progress)
        except Exception as error:
            errors[i] = because(error)
    return found, errors


def _joined(found: Mapping[int, xr.Dataset], count: int) -> xr.Dataset:
    """Put members together, NaN where one is missing."""
    missing = next(iter(found.values())).map(
        lambda v: xr.full_like(v, np.nan) if "member" in v.dims else v, keep_attrs=True
    )
    return xr.concat(
        [found.get(i, missing) for i in range(count)],
        "member",
        data_vars="minimal",
        coords="minimal",
        compat="equals",
        join="exact",
    )
