"""Drives as datasets of trained blocks, and back."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from ....dynamics import ConstantControls, PiecewiseControls
from ....environments import Drive, LearningRule, NetworkDrive
from ..description.parts import LearningPart
from ..description.point import PointSettings

__all__ = ["dataset_of", "described", "drives_of", "rule_of"]

MEANINGS = {
    "controls": "controls, between -1 and 1",
    "edges": "ends of the slices of a cycle",
    "weights": "weights of the neurons' inputs on each slice; input 0 is the bias",
    "start": "neurons at time zero",
    "tau": "time constant of the neurons",
    "period": "length of an epoch",
    "resolution": "even number of steps in a slice of a network's weights",
    "cost": "cost after each epoch",
    "infidelity": "what the readouts of each epoch have lost",
}
UNITS = {"edges": "1/xi", "tau": "1/xi", "period": "1/xi"}


def rule_of(part: LearningPart) -> LearningRule:
    """Return the constants of a learning material."""
    return LearningRule(
        neurons=part.neurons,
        tau=part.tau,
        period=part.period,
        slices=part.slices,
        resolution=part.substeps,
        friction=part.friction,
        rate=part.eta,
        mass=part.omega,
        initial_scale=part.initial_scale,
    )


def drives_of(trained: xr.Dataset, point: PointSettings) -> list[Drive]:
    """Return the drive of each member of a trained block."""
    controls = trained.get("controls")
    if "weights" in trained:
        return _networks(trained, point)
    if controls is None:
        raise ValueError(
            "`trained` must hold weights or controls, but holds "
            f"{', '.join(map(str, trained)) or 'nothing'}."
        )
    if "edges" in trained:
        times = trained.edges.values
        return [PiecewiseControls(times, u, periodic=True) for u in controls.values]
    return [ConstantControls(u) for u in controls.values]


def dataset_of(drives: Sequence[Drive], names: Sequence[str]) -> xr.Dataset:
    """Return drives of one kind as a dataset with an axis `member`; undo `drives_of`.

    Parameters
    ----------
    drives : sequence of Drive
        Constant, in cycles of equal edges, or networks of equal constants.
    names : sequence of str
        Of the controls.

    Raises
    ------
    ValueError
        If drives are of different kinds, edges or constants.
    """
    constant = [d for d in drives if isinstance(d, ConstantControls)]
    cycles = [d for d in drives if isinstance(d, PiecewiseControls)]
    networks = [d for d in drives if isinstance(d, NetworkDrive)]
    if len(drives) not in (len(constant), len(cycles), len(networks)):
        raise ValueError("`drives` must all be of one kind, but are not.")
    if networks:
        return described(_of_networks(networks))
    coords = {"control": list(names)}
    if constant:
        data: dict[str, Any] = {"controls": (CONSTANT, [d.values for d in constant])}
        return described(xr.Dataset(data, coords))
    times = cycles[0].times
    if any(not (d.periodic and np.array_equal(d.times, times)) for d in cycles):
        raise ValueError("`drives` must be cycles with equal edges, but are not.")
    data = {"controls": (CYCLE, [d.values for d in cycles]), "edges": ("edge", times)}
    return described(xr.Dataset(data, coords))


def _of_networks(drives: Sequence[NetworkDrive]) -> xr.Dataset:
    shared = {(drive.tau, drive.period, drive.resolution) for drive in drives}
    if len(shared) > 1:
        raise ValueError(
            "`drives` must have equal tau, period and resolution, but do not."
        )
    ((tau, period, resolution),) = shared
    return xr.Dataset(
        {
            "weights": (WEIGHTS, np.array([drive.weights for drive in drives])),
            "start": (("member", "neuron"), np.array([drive.y0 for drive in drives])),
            "tau": ((), tau),
            "period": ((), period),
            "resolution": ((), resolution),
        }
    )


CONSTANT = ("member", "control")
CYCLE = ("member", "slice", "control")
WEIGHTS = ("member", "slice", "neuron", "input")


def described(trained: xr.Dataset) -> xr.Dataset:
    """Give every variable its meaning and unit."""
    for name, variable in trained.variables.items():
        meaning = MEANINGS.get(str(name), str(name))
        variable.attrs = {"long_name": meaning, "units": UNITS.get(str(name), "")}
    return trained


def _networks(trained: xr.Dataset, point: PointSettings) -> list[Drive]:
    rule = rule_of(point.learning)
    tau = float(trained.get("tau", rule.tau))
    period = float(trained.get("period", rule.period))
    asked = point.solver.resolution or NetworkDrive.resolution
    fine = max(asked, int(trained.get("resolution", rule.resolution)))
    pairs = zip(trained.weights.values, trained.start.values, strict=True)
    return [
        NetworkDrive(weights=W, y0=y0, tau=tau, period=period, resolution=fine)
        for W, y0 in pairs
    ]
