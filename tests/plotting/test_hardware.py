"""The picture of a chip's limits: its panels hold the numbers they were given."""

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from oqnn.plotting import hidden_layer_sizes, limits_of_a_chip

RNG = np.random.default_rng(12)
OCCUPANCY = {"level": np.arange(-3, 4), "count": np.array([0, 2, 9, 14, 6, 1, 0])}
RESOLUTION = {
    "step": np.array([1, 2, 4]),
    "divergence": RNG.uniform(0.01, 1, (3, 5)),
    "exact": np.array([[0.0] * 5, *RNG.uniform(0.01, 1, (2, 5))]),
    "floor": 0.02,
}
UPDATES = {
    "fraction": np.array([0.025, 0.1]),
    "n_samples": np.array([100, 300, 1000, 2000]),
    "divergence": RNG.uniform(0.01, 1, (2, 6, 4)),
    "exact": RNG.uniform(0.01, 1, (2, 6)),
    "floor": np.array([0.4, 0.2, 0.1, 0.05]),
}
STABILITY = {
    "n_samples": np.array([100, 300, 1000]),
    "own_end": RNG.uniform(0.01, 1, (7, 3)) * [1, 1, 0],
    "average": RNG.uniform(0.01, 1, (7, 3)),
    "average_floor": np.array([0.4, 0.2, 0.1]),
}


HIDDEN = {
    "n": np.array([3, 5, 6]),
    "n_hidden": np.array([4, 9]),
    "energy_error": RNG.uniform(0.01, 1, (2, 3, 8)),
    "infidelity": RNG.uniform(0.01, 1, (2, 3, 8)),
}


def drawn(**changed):
    studies = {
        "occupancy": OCCUPANCY,
        "resolution": {"LIF": RESOLUTION},
        "updates": {"LIF": UPDATES, "Gibbs": UPDATES},
        "stability": {"LIF": STABILITY},
    }
    return limits_of_a_chip(**(studies | changed))


def test_bars_are_the_shares_of_the_levels():
    figure = drawn()
    assert isinstance(figure, Figure)
    (bars,) = figure.axes[0].containers
    heights = [bar.get_height() for bar in bars]
    np.testing.assert_allclose(heights, OCCUPANCY["count"] / 32)
    assert sorted(line.get_xdata()[0] for line in figure.axes[0].lines) == [-3, 3]


def test_points_are_medians_and_bars_their_quantiles():
    axes = drawn().axes[1]
    (points,) = axes.containers
    low, middle, high = np.quantile(RESOLUTION["divergence"], [0.15, 0.5, 0.85], axis=1)
    np.testing.assert_array_equal(points.lines[0].get_xdata(), [1, 2, 4])
    np.testing.assert_allclose(points.lines[0].get_ydata(), middle)
    segments = np.array(points.lines[2][0].get_segments())
    np.testing.assert_allclose(segments[..., 1], np.transpose([low, high]))
    crosses = next(line for line in axes.lines if line.get_marker() == "x")
    np.testing.assert_array_equal(crosses.get_xdata(), [2, 4])  # zero has no logarithm
    np.testing.assert_allclose(
        crosses.get_ydata(), np.median(RESOLUTION["exact"][1:], axis=1)
    )
    assert any(line.get_ydata() == [0.02, 0.02] for line in axes.lines[-1:])


def test_every_sampler_and_fraction_has_a_curve():
    axes = drawn().axes[2]
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == [
        f"{name}, {share} % changed"
        for name in ("LIF", "Gibbs")
        for share in ("2.5", "10")
    ]
    curves = [container.lines[0] for container in axes.containers]
    np.testing.assert_allclose(
        curves[1].get_ydata(), np.median(UPDATES["divergence"][1], axis=0)
    )
    assert curves[0].get_color() == curves[1].get_color() != curves[2].get_color()
    assert curves[0].get_linestyle() != curves[1].get_linestyle()
    crosses = [line for line in axes.lines if line.get_marker() == "x"]
    np.testing.assert_array_equal(
        [float(cross.get_ydata()[0]) for cross in crosses[:2]],
        np.median(UPDATES["exact"], axis=1),
    )
    last = UPDATES["n_samples"][-1]
    assert all(cross.get_xdata() == [last] for cross in crosses)


def test_a_run_is_not_drawn_at_its_own_end():
    axes = drawn().axes[3]
    average, own = (container.lines[0] for container in axes.containers)
    np.testing.assert_array_equal(average.get_xdata(), [100, 300, 1000])
    np.testing.assert_array_equal(own.get_xdata(), [100, 300])
    np.testing.assert_allclose(
        own.get_ydata(), np.median(STABILITY["own_end"], axis=0)[:2]
    )
    assert axes.get_xscale() == axes.get_yscale() == "log"


def test_labelled_arrays_are_drawn_the_same():
    data = xr.Dataset(
        {
            "divergence": (("step", "repetition"), RESOLUTION["divergence"]),
            "exact": (("step", "repetition"), RESOLUTION["exact"]),
            "floor": 0.02,
        },
        coords={"step": RESOLUTION["step"]},
    )
    plain, labelled = (
        figure.axes[1].containers[0].lines[0].get_ydata()
        for figure in (drawn(), drawn(resolution={"LIF": data}))
    )
    np.testing.assert_array_equal(plain, labelled)


def test_every_hidden_layer_has_a_curve_over_the_spins():
    energies, infidelities = hidden_layer_sizes(HIDDEN).axes
    for axes, name in ((energies, "energy_error"), (infidelities, "infidelity")):
        curves = [container.lines[0] for container in axes.containers]
        for curve, values in zip(curves, HIDDEN[name], strict=True):
            np.testing.assert_array_equal(curve.get_xdata(), [3, 5, 6])
            np.testing.assert_allclose(curve.get_ydata(), np.median(values, axis=1))
        labels = [text.get_text() for text in axes.get_legend().get_texts()]
        assert labels == ["4 hidden", "9 hidden"]
        assert axes.get_yscale() == "log"
    with pytest.raises(ValueError, match="infidelity` must not be negative"):
        hidden_layer_sizes(HIDDEN | {"infidelity": np.full((2, 3, 8), -1e-3)})


@pytest.mark.parametrize(
    ("changed", "kind", "message"),
    [
        ({"resolution": {}}, ValueError, "`resolution` must hold at least one sampler"),
        ({"updates": [1]}, TypeError, "`updates` must map samplers to arrays"),
        ({"occupancy": {"level": [1]}}, ValueError, "but lacks .'count'"),
        (
            {"occupancy": OCCUPANCY | {"count": [1, 2]}},
            ValueError,
            r"`count` must have shape \(level,\) with level=7",
        ),
        (
            {"resolution": {"LIF": RESOLUTION | {"divergence": np.ones((5, 3))}}},
            ValueError,
            r"`divergence` must have shape \(step, repetition\)",
        ),
        (
            {"stability": {"LIF": STABILITY | {"average": np.full((7, 3), np.nan)}}},
            ValueError,
            "average` must be finite",
        ),
    ],
)
def test_odd_studies_are_refused(changed, kind, message):
    with pytest.raises(kind, match=message):
        drawn(**changed)
