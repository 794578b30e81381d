"""Keep what is wanted of an evolution while it runs."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp

from ..._core.checks import check_shapes
from ..._core.qobj import as_operator, is_qobj

__all__ = ["Recorder", "as_observables", "expectations"]

# variables and axes of `Evolution.to_xarray`
TAKEN = re.compile(
    "blocks|states|controls|weights|time|saved_time|level|row|col|control"
    r"|(batch|control)_\d+"
)


class Recorder:
    """Blocks at all times or at the last, expectations, largest error and trace drift.

    Parameters
    ----------
    shape : (p, f, n, D, D)
        Of the blocks at one time.
    count : int
        Number of times.
    only_last : bool
        Keep blocks at the last time only.
    observables : mapping name → (D, D)
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        count: int,
        only_last: bool,
        observables: Mapping[str, np.ndarray],
    ) -> None:
        p, f, *rest = shape
        self._only_last, self._count = only_last, count
        self._observables = observables
        self.blocks = np.empty((p, f, 1 if only_last else count, *rest), dtype=complex)
        self.expect = {
            name: np.empty((p, f, count), dtype=complex) for name in observables
        }
        self._first_traces = np.zeros((p, f), dtype=complex)
        self.error, self.drift = 0.0, 0.0

    def put(
        self, points: slice, times: slice, blocks: np.ndarray, error: float = 0.0
    ) -> None:
        """Take blocks (points, f, times, n, D, D) and their error, in order of time."""
        self.error = max(self.error, error)
        if blocks.shape == self.blocks.shape and not self._only_last:
            self.blocks = blocks  # all at once: nothing to copy
        elif not self._only_last:
            self.blocks[points, :, times] = blocks
        elif times.stop == self._count:
            self.blocks[points] = blocks[:, :, -1:]
        if self._observables or self._only_last:
            alone = blocks.shape[-3] == 1
            states = blocks[..., 0, :, :] if alone else blocks.sum(axis=-3)
            for name, A in self._observables.items():
                self.expect[name][points, :, times] = _expectation(A, states)
            if self._only_last:
                self._follow_traces(points, times, states)

    def _follow_traces(self, points: slice, times: slice, states: np.ndarray) -> None:
        traces = np.trace(states, axis1=-2, axis2=-1)  # (points, f, times)
        if times.start == 0:
            self._first_traces[points] = traces[..., 0]
        change = np.abs(traces - self._first_traces[points][..., None])
        self.drift = max(self.drift, float(change.max(initial=0.0)))


def as_observables(
    e_ops: Sequence[Any] | Mapping[str, Any] | None, size: int
) -> dict[str, np.ndarray]:
    """Return named matrices, those of a sequence named by their index.

    One operator stands for itself, as in QuTiP.
    """
    if e_ops is None:
        return {}
    if is_qobj(e_ops) or sp.issparse(e_ops) or getattr(e_ops, "ndim", 0) == 2:
        e_ops = [e_ops]
    named = e_ops.items() if isinstance(e_ops, Mapping) else enumerate(e_ops)
    observables = {}
    for name, operator in named:
        if TAKEN.fullmatch(str(name)):
            raise ValueError(f"`e_ops` must not be named {name!r}, but one is.")
        is_sparse = sp.issparse(operator)
        A = as_operator(operator.toarray() if is_sparse else operator, "e_ops")
        check_shapes(e_ops=(A, f"{size} {size}"))
        observables[str(name)] = A
    return observables


def expectations(
    states: np.ndarray, e_ops: Sequence[Any] | Mapping[str, Any] | None
) -> dict[str, np.ndarray]:
    """Return Tr(A ρ) of states (..., D, D) for each observable, complex."""
    observables = as_observables(e_ops, states.shape[-1])
    return {name: _expectation(A, states) for name, A in observables.items()}


def _expectation(A: np.ndarray, states: np.ndarray) -> np.ndarray:
    """Tr(A ρ), complex: rounding is not hidden."""
    flat = states.reshape(*states.shape[:-2], -1)
    return np.asarray(flat @ A.T.reshape(-1))
