"""A carried trajectory: margin, distances, fidelities, raster."""

import numpy as np
import pytest
import xarray as xr

from oqnn.plotting import carried_trajectory
from oqnn.plotting.trajectory import CURVES

TIMES = np.array([0.0, 0.3, 1.1])
RNG = np.random.default_rng(8)


def entry(shift=0.0, **changes):
    """Numbers as of `carry`, other for each curve."""
    data = {name: ("time", 0.1 + RNG.random(3)) for name in CURVES}
    data["margin"] = ("time", np.array([-0.4, -0.1, 0.2]))
    data["least_squared_distance"] = ("time", np.array([0.04, 0.01, 0.0]))
    data["raster"] = (("time", "step", "spin"), RNG.integers(0, 2, (3, 40, 6)))
    coords = {"time": TIMES + shift, "spin": [f"{a}{q}" for q in (1, 2) for a in "xyz"]}
    return xr.Dataset({**data, **changes}, coords)


def test_each_way_has_its_points_and_errors():
    laws, network = entry(), entry()
    figure = carried_trajectory({"laws": laws, "network": network}, steps=25)
    margin, distance, fidelity, raster = figure.axes
    curve = margin.lines[0]
    np.testing.assert_allclose(curve.get_xydata(), np.c_[TIMES, laws.margin])
    bound, noise = distance.lines[:2]
    np.testing.assert_allclose(bound.get_ydata(), [0.04, 0.01, np.nan])
    np.testing.assert_allclose(noise.get_ydata(), laws.sampling_floor)
    for way, container in zip((laws, network), distance.containers, strict=True):
        points, _, (bars,) = container
        np.testing.assert_allclose(points.get_ydata(), way.squared_distance)
        heights = [np.ptp(segment[:, 1]) for segment in bars.get_segments()]
        np.testing.assert_allclose(heights, 2 * way.squared_distance_error)
    drawn = [container[0].get_ydata() for container in fidelity.containers]
    wanted = [w[key] for w in (laws, network) for key in ("raw_fidelity", "fidelity")]
    np.testing.assert_allclose(drawn, wanted)
    labels = [text.get_text() for text in fidelity.get_legend().get_texts()]
    assert labels[1:3] == ["by laws, nearest state", "by network, raw"]
    assert distance.get_yscale() == "log"
    spikes = raster.collections
    expected = np.flatnonzero(network.raster.values[-1, :25, 4])
    np.testing.assert_allclose(spikes[4].get_positions(), expected)
    assert [text.get_text() for text in raster.get_yticklabels()][3] == "x2"


def test_only_what_no_spins_reach_is_grey():
    realizable = entry(margin=("time", np.array([0.1, 0.2, 0.3])))
    axes = carried_trajectory({"laws": realizable}).axes[0]
    assert not axes.patches
    axes = carried_trajectory({"laws": entry()}).axes[0]
    (band,) = axes.patches
    assert band.get_y() + band.get_height() == 0
    assert axes.texts[0].get_text() == "no classical spins"


@pytest.mark.parametrize(
    ("carried", "kind", "message"),
    [
        (entry(), TypeError, "`carried` must map ways of carrying to datasets"),
        ({}, ValueError, "`carried` must hold one to 4 ways, but holds 0"),
        (
            {"laws": {"time": TIMES}},
            TypeError,
            "must be a dataset of `carry`, but lacks",
        ),
        (
            {"laws": entry(), "network": entry(shift=0.1)},
            ValueError,
            "must have the same times in all, not 'network'",
        ),
        (
            {"laws": entry(margin=("time", np.array([0, np.nan, 1])))},
            ValueError,
            r"`laws: margin` must be finite",
        ),
    ],
)
def test_wrong_input_is_refused(carried, kind, message):
    with pytest.raises(kind, match=message):
        carried_trajectory(carried)
