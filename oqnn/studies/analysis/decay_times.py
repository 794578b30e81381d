"""Coherence times of all points of a sweep, by a fitted law of decay."""

from collections.abc import Hashable

import numpy as np
import xarray as xr

from ..._core.checks import check_choice
from ..._core.errors import ConvergenceError
from ...measures import fit_decay

__all__ = ["fit_coherence_times"]

PARTS = {
    "time": "fitted coherence time T",
    "time_error": "standard error of T",
    "amplitude": "fitted value at the first time",
    "amplitude_error": "standard error of the amplitude",
    "exponent": "fitted exponent p",
    "exponent_error": "standard error of p",
    "residual": "root mean square of values - law",
    "explained": "share of the variance that the law explains",
}
NAMES = {"time": "decay_time", "time_error": "decay_time_error"}
TIMES = ("time", "time_error")
MODELS = ("exponential", "gaussian", "stretched")


def fit_coherence_times(
    data: xr.Dataset, measure: str = "l1_coherence", *, model: str = "exponential"
) -> xr.Dataset:
    r"""Fit a law of decay :math:`a\,e^{-(t/T)^p}` to a measure of every point.

    Parameters
    ----------
    data : Dataset
        A sweep's dataset along `point`, or its grid, with the axis `time`.
    measure : str, optional
        Real, over `time`.
    model : {"exponential", "gaussian", "stretched"}, optional
        Which law; see `oqnn.measures.fit_decay`.

    Returns
    -------
    Dataset
        Over all other dims, with their coordinates: `decay_time` (T) and
        `decay_time_error`, `amplitude`, `exponent`, their standard errors, `residual`
        and `explained`. `error` says why a point
        failed or has no fit, its fit then being NaN: so `seed_intervals` and all the
        others take the result as they take the sweep, and leave such points out.

    Raises
    ------
    TypeError, ValueError
        If the measure is unknown, not real or not over `time`, or the law is unknown.
    """
    check_choice(model, "model", MODELS)
    values = _checked(data, measure).transpose(..., "time")
    points = values.isel(time=0, drop=True)
    texts = np.full(points.shape, "")
    if "error" in data:
        texts = data["error"].transpose(*points.dims).values
    times = values.time.values.astype(float)
    rows = values.values.reshape(-1, len(times)).astype(float)
    reasons = [text if isinstance(text, str) else "" for text in texts.ravel().tolist()]
    numbers = np.full((len(PARTS), len(rows)), np.nan)
    for i, row in enumerate(rows):
        if not reasons[i] and not np.isnan(row).all():
            numbers[:, i], reasons[i] = _fitted(times, row, model)
    return _gathered(
        numbers, reasons, points, values.time.attrs.get("units", ""), model
    )


def _fitted(times: np.ndarray, row: np.ndarray, model: str) -> tuple[np.ndarray, str]:
    """Return the numbers of one fit, or why there is none."""
    try:
        fit = fit_decay(times, row, model=model)
    except (ConvergenceError, ValueError) as error:
        return np.full(len(PARTS), np.nan), str(error)
    return np.array([getattr(fit, part) for part in PARTS]), ""


def _gathered(
    numbers: np.ndarray,
    reasons: list[str],
    points: xr.DataArray,
    units: str,
    model: str,
) -> xr.Dataset:
    found = xr.Dataset(coords=points.coords)
    for part, row in zip(PARTS, numbers, strict=True):
        attrs = {"long_name": PARTS[part], "units": units if part in TIMES else ""}
        name = NAMES.get(part, part)
        found[name] = points.dims, row.reshape(points.shape), attrs
    for name in ("amplitude", "amplitude_error", "residual"):
        found[name].attrs["units"] = points.attrs.get("units", "")
    attrs = {"long_name": "why there is no fit", "units": ""}
    texts = np.array(reasons, dtype=str).reshape(points.shape)
    found["error"] = points.dims, texts, attrs
    return found.assign_attrs(model=model, measure=str(points.name))


def _checked(data: xr.Dataset, measure: Hashable) -> xr.DataArray:
    if measure not in data.data_vars:
        known = ", ".join(str(n) for n in data.data_vars if n != "error")
        raise ValueError(f"`measure` must be one of {known}, but is {measure!r}.")
    values = data[measure]
    if values.dtype.kind not in "iuf":
        raise TypeError(
            f"`{measure}` must hold real numbers, but holds {values.dtype}. Take its "
            "modulus."
        )
    if "time" not in values.dims:
        raise ValueError(
            f"`{measure}` must run over `time`, but has the dims "
            f"{', '.join(map(str, values.dims))}."
        )
    return values
