"""One measure of a sweep as an array over materials, parameters and seeds."""

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from .arranging import errors_of, from_grid, from_points

__all__ = ["Samples", "failures", "samples_of"]

EXACT = -1  # label of the member of a material that nothing is drawn for


@dataclass(frozen=True, kw_only=True, eq=False)
class Samples:
    """Numbers of one measure, with those that are left out marked.

    Parameters
    ----------
    name : str
        Of the measure.
    values : DataArray, dims (material, *axes, seed, *rest)
        NaN where nothing is known. `rest` holds `time` and any other dims.
    valid : DataArray of bool, dims of `values`
        Where there is a number; it may be infinite.
    asked : DataArray of bool, dims (material, *axes, seed)
        Where there is a point, failed or not.
    axes : tuple of str
        Parameters by dotted name; of those that run together, the first.
    """

    name: str
    values: xr.DataArray
    valid: xr.DataArray
    asked: xr.DataArray
    axes: tuple[str, ...]

    @property
    def materials(self) -> list[str]:
        """Names of the materials, in the order of the points."""
        return [str(name) for name in self.values.material.values]

    @property
    def rest(self) -> tuple[str, ...]:
        """Dims of the measure itself, most often none or ``("time",)``."""
        return tuple(str(d) for d in self.values.dims[len(self.axes) + 2 :])

    def exact(self, material: str) -> bool:
        """Tell whether nothing is drawn for a material, so that one number says all."""
        there = self.asked.values[self.materials.index(material)]
        drawn = self.asked.seed.values != EXACT
        return not bool(there[..., drawn].any())

    def of(self, material: str) -> "Samples":
        """Return the samples of one material, with the seeds that it has.

        Raises
        ------
        ValueError
            If there is no such material.
        """
        if material not in self.materials:
            raise ValueError(
                f"`material` must be one of {', '.join(self.materials)}, but is "
                f"{material!r}."
            )
        i = self.materials.index(material)
        there = self.asked.values[i]
        held = there.any(axis=tuple(range(there.ndim - 1)))
        pick = {"material": [i], "seed": np.flatnonzero(held)}
        return replace(
            self,
            values=self.values.isel(pick),
            valid=self.valid.isel(pick),
            asked=self.asked.isel(pick),
        )


def samples_of(data: xr.Dataset | xr.DataArray, measure: str | None = None) -> Samples:
    """Arrange a measure of a sweep by material, parameters and seed.

    Parameters
    ----------
    data : Dataset or DataArray
        Along `point`, with coordinates `material`, `seed` and one for each parameter
        under its dotted name; or on a grid of them, where a selected one may be a
        scalar. Points whose variable `error` is not empty are left out, and so is
        NaN. On a grid a point is one whose coordinate `point` is not negative; without
        that, one with a number or an error.
    measure : str, optional
        Which variable of a Dataset.

    Returns
    -------
    Samples

    Raises
    ------
    TypeError
        If `data` is neither, or the measure is not of real numbers.
    ValueError
        If there is no such measure or no point, a coordinate is missing or unknown
        (NaN) somewhere, two points are the same, or the points are no grid.
    """
    if isinstance(data, xr.DataArray):
        name = str(data.name or "values")
        data = data.to_dataset(name=name)
    elif isinstance(data, xr.Dataset):
        name = _checked_name(data, measure)
    else:
        raise TypeError(
            f"`data` must be a Dataset or a DataArray, but is a {type(data).__name__}."
        )
    if data[name].dtype.kind not in "biuf":
        raise TypeError(
            f"`{name}` must hold real numbers, but holds {data[name].dtype}. Take its "
            "real part, its modulus or another measure."
        )
    if not data[name].size:
        raise ValueError(
            f"`data` must hold at least one point, but `{name}` holds none."
        )
    arrange = from_points if "point" in data.dims else from_grid
    values, asked, axes = arrange(data, name)
    samples = Samples(
        name=name, values=values, valid=values.notnull(), asked=asked, axes=axes
    )
    _check_seeds(samples)
    return samples


def failures(data: xr.Dataset) -> dict[str, int]:
    """Return why points failed, and how many for each reason, most frequent first.

    Parameters
    ----------
    data : Dataset
        With a variable `error`, empty where a point went well.

    Examples
    --------
    >>> failures(xr.Dataset({"error": ("point", ["", "too large", "too large"])}))
    {'too large': 2}
    """
    reasons, counts = np.unique(errors_of(data).values, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return {str(reasons[i]): int(counts[i]) for i in order if reasons[i]}


def _checked_name(data: xr.Dataset, measure: str | None) -> str:
    known = [str(name) for name in data.data_vars if name != "error"]
    if measure not in known:
        raise ValueError(
            f"`measure` must be one of {', '.join(known)}, but is {measure!r}."
        )
    return str(measure)


def _check_seeds(samples: Samples) -> None:
    """Refuse a material with members that are drawn and one that is not."""
    for name in samples.materials:
        seeds = samples.of(name).values.seed.values
        if EXACT in seeds and len(seeds) > 1:
            raise ValueError(
                f"`seed` must be {EXACT} for all points of a material or for none, but "
                f"{name!r} has the seeds {', '.join(map(str, seeds))}."
            )
