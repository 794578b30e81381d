"""How much of its weights' range a chip uses."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ..._core.checks import check_finite
from .model import HardwareModel
from .random_networks import check_integer_weights
from .rounding import to_levels

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["WeightHistogram", "weight_histogram"]


@dataclass(frozen=True, kw_only=True, eq=False)  # eq on arrays is ambiguous
class WeightHistogram:
    """How often each level of a chip's weights occurs."""

    levels: np.ndarray  # (L,), -largest, ..., largest
    counts: np.ndarray  # (L,), weights beyond the range among the outermost
    n_beyond: int  # of them, those that had to saturate

    @property
    def shares(self) -> np.ndarray:
        """Shares of the levels, shape (L,)."""
        return self.counts / self.counts.sum()

    @property
    def edge_share(self) -> float:
        """Share of the weights at either end of the range."""
        return float(self.shares[[0, -1]].sum())

    def to_xarray(self) -> "xr.Dataset":
        """Return counts and shares with named axes."""
        import xarray as xr

        data = {"count": ("level", self.counts), "share": ("level", self.shares)}
        attrs = {"n_beyond": self.n_beyond, "edge_share": self.edge_share}
        return xr.Dataset(data, coords={"level": self.levels}, attrs=attrs)


def weight_histogram(weights: ArrayLike, model: HardwareModel) -> WeightHistogram:
    """Count how often a chip's weights take each level ([1]_, Fig. 5C).

    A range that is wide enough leaves its ends empty.

    Parameters
    ----------
    weights : shape (...)
        Abstract weights, as of the last epochs of a training.
    model : HardwareModel
        With integer weights.

    Returns
    -------
    WeightHistogram

    Raises
    ------
    ValueError
        If there are no weights, one is not finite, or `model` does not round them.

    References
    ----------
    .. [1] Klassert et al., iScience 25, 104707 (2022).

    Examples
    --------
    >>> model = HardwareModel.six_bit(weight_range=6.3)
    >>> histogram = weight_histogram([[0.1, -0.1], [0.12, 9.0]], model)
    >>> histogram.counts[63 + 1], histogram.n_beyond, histogram.edge_share
    (np.int64(2), 1, 0.25)
    """
    weights = np.asarray(weights, dtype=float)
    largest = check_integer_weights(model)
    if not weights.size:
        raise ValueError("`weights` must hold at least one weight, but is empty.")
    check_finite(weights, "weights")

    levels = to_levels(weights.ravel(), model.weight_range / largest)
    held = levels.clip(-largest, largest).astype(int)
    return WeightHistogram(
        levels=np.arange(-largest, largest + 1),
        counts=np.bincount(held + largest, minlength=2 * largest + 1),
        n_beyond=int((held != levels).sum()),
    )
