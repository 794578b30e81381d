"""Blocks of a sweep with numbers that tell which point they are of."""

import numpy as np
import xarray as xr

from oqnn.studies.store import Store
from oqnn.studies.sweeps.computation.compute import labels_of
from oqnn.studies.sweeps.description.settings import SweepSettings
from oqnn.studies.sweeps.plan import Plan, TrainingBlock

TIMES = np.array([0.0, 0.5, 2.0])


def settings(**changes):
    """Two zipped parameters, one more, and materials with and without seeds."""
    sweep = {"seeds": 2, "first_seed": 3, "block": 4}
    sweep["measures"] = ["fidelity", "readout_infidelity"]
    values = {
        "seed": 5,
        "materials": ["plain", "bare"],
        "environment": {"h": [2.0, 0.5, 4.0], "kappa": [0.1, 0.7, 0.2]},
        "training": {"h": 1.0},
        "system": {"kind": "qubit", "theta": [0.3, 0.1]},
        "times": {"values": TIMES.tolist()},
        "sweep": sweep | {"zip": [["environment.h", "environment.kappa"]]},
    }
    return SweepSettings.from_dict(values | changes)


def number(point):
    """Return what the fidelity of a point is to start with."""
    return (
        100 * point.coordinates.get("environment.h", 0)
        + 10 * point.coordinates.get("system.theta", 0)
        + point.member
        + 1000 * (point.material == "bare")
    )


def point_block(points, failed=()):
    """Return a block with measures and states; numbers of failed points are NaN."""
    start = np.array([float(number(point)) for point in points])
    bad = np.array([point.index in failed for point in points])
    start[bad] = np.nan
    fidelity = start[:, None] - TIMES
    rho = (1 + 2j) * fidelity[..., None, None] + np.array([[0, 1j], [2, 3]])
    errors = np.where(bad, "ValueError: no, `x` is 1", "")
    return xr.Dataset(
        {
            "fidelity": (("point", "time"), fidelity, {"long_name": "F", "units": ""}),
            "readout_infidelity": ("point", start / 7, {"units": ""}),
            "rho": (("point", "time", "row", "col"), rho, {"units": ""}),
            "rank": ("point", np.arange(len(points))),
            "error": ("point", errors),
        },
        coords=labels_of(points) | {"time": ("time", TIMES, {"units": "1/xi"})},
    )


def trained_block(task):
    """Return a training with curves that tell which it is."""
    curves = np.array(task.seeds)[:, None] % 1000 + np.arange(3) * (1 - 0.5j)
    errors = np.array([""] * len(task.members))
    return xr.Dataset(
        {"curve": (("member", "epoch"), curves), "error": ("member", errors)},
        coords={"member": list(task.members)},
    )


def fill(folder, described, *, leave=(), failed=()):
    """Write all blocks of a sweep but some, and return its plan."""
    plan = Plan(described)
    with Store(folder, described.to_dict()) as store:
        for name, task in plan.tasks.items():
            if name in leave:
                continue
            if isinstance(task, TrainingBlock):
                store.write(name, trained_block(task))
            else:
                store.write(name, point_block(task.points, failed))
    return plan
