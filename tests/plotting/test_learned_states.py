"""Pictures of learned states: their panels hold the numbers they were given."""

import numpy as np
import pytest

from oqnn.plotting import bell_correlations, fidelities_of_graphs, learning_performance

RNG = np.random.default_rng(5)
LEARNED = {
    "Bell": {
        "theta": np.array([0.0, 0.9, 2.0]),
        "bell": np.array([2.0, 2.6, -2.1]),
        "sd": np.array([0.1, 0.2, np.nan]),
    },
    "Werner": {"theta": [0.5], "bell": [0.7], "sd": [0.05]},
}
EXACT = {
    "r = 1": {"theta": [0, 1, 2, 3], "bell": [2, 2.61, -2.2, -2]},
    "r = 0.3": {"theta": [0, 1], "bell": [0.6, 0.78]},
}
TRAINING = {"Werner": {"epoch": [1, 5, 9], "bell": [0.0, 0.5, 0.8]}}
WITNESS = {"float": {"noise": [0.0, 0.4], "bell": [2.8, 1.5], "sd": [0.1, 0.02]}}
CURVES = {
    "M = 5": {
        "epoch": np.array([1, 3, 5, 7, 9]),
        "root_fidelity": np.array([0.5, 0.7, 0.8, 0.9, 0.99]),
        "divergence": np.array([0.2, 0.1, 0.04, 0.08, 0.01]),
    },
    "M = 9": {"epoch": [2, 4], "root_fidelity": [0.6, 0.7], "divergence": [0.3, 0.2]},
}
SAMPLES = {
    "LIF": {
        "samples": [10, 100, 1000],
        "divergence": [0.5, 0.04, 0.006],
        "sd": [0.1, 0.01, np.nan],
    }
}
SIZES = {
    label: {
        "hidden": np.array([5, 10, 20]),
        **{
            key: RNG.uniform(0.1, 0.9, 3)
            for key in ("raw", "physical", "divergence")
            for key in (key, f"{key}_sd")
        },
    }
    for label in ("Bell", "GHZ")
}


def curves_of(axes):
    """The lines that carry means, in the order of drawing."""
    return [container.lines[0] for container in axes.containers]


def ends_of(container):
    """Lower and upper ends of the bars that are there, shape (points, 2)."""
    segments = container.lines[2][0].get_segments()
    return np.array([segment[:, 1] for segment in segments if len(segment) == 2])


def names(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def performance(**changed):
    parts = {"training": CURVES, "samples": SAMPLES, "sizes": SIZES}
    return learning_performance(**(parts | changed)).axes


def test_points_of_bell_correlations_are_means_and_their_spread():
    axes = bell_correlations(LEARNED, EXACT, TRAINING, WITNESS).axes[0]
    bell, werner = curves_of(axes)
    np.testing.assert_array_equal(bell.get_xdata(), [0, 0.9, 2])
    np.testing.assert_array_equal(bell.get_ydata(), [2, 2.6, -2.1])
    np.testing.assert_allclose(ends_of(axes.containers[0]), [[1.9, 2.1], [2.4, 2.8]])
    assert werner.get_ydata() == [0.7]
    exact = [line for line in axes.lines if len(line.get_xdata()) == 4]
    np.testing.assert_array_equal(exact[0].get_ydata(), [2, 2.61, -2.2, -2])
    assert names(axes) == ["exact", "Bell", "Werner"]
    (shade,) = axes.patches
    assert (shade.get_y(), shade.get_height()) == (-2, 4)
    levels = sorted(line.get_ydata()[0] for line in axes.lines if line.get_ls() == ":")
    np.testing.assert_allclose(levels, [-16 / 7, 16 / 7])


def test_a_state_keeps_its_colour_while_it_is_learned():
    figure = bell_correlations(LEARNED, EXACT, TRAINING, WITNESS)
    curve = next(line for line in figure.axes[1].lines if line.get_label() == "Werner")
    np.testing.assert_array_equal(curve.get_ydata(), [0, 0.5, 0.8])
    assert curve.get_color() == curves_of(figure.axes[0])[1].get_color()
    assert curve.get_color() != curves_of(figure.axes[0])[0].get_color()


def test_deviations_are_from_the_exact_witness():
    """B(π/4) = 2√2 r of a Werner state."""
    axes = bell_correlations(
        {},
        {},
        {},
        WITNESS,
        published={"chip": (0.1, 2.4, 0.3)},
        published_bias=-0.03,
    ).axes
    above, below = axes[2:]
    float_above, chip_above = curves_of(above)
    float_below, chip_below = curves_of(below)
    np.testing.assert_array_equal(float_above.get_ydata(), [2.8, 1.5])
    expected = np.array([2.8, 1.5]) - np.sqrt(8) * np.array([1, 0.6])
    np.testing.assert_allclose(float_below.get_ydata(), expected)
    assert chip_above.get_ydata() == [2.4]
    assert chip_below.get_ydata() == pytest.approx([2.4 - np.sqrt(8) * 0.9])
    np.testing.assert_allclose(np.ptp(ends_of(below.containers[1])), 0.6)
    dashed = [line for line in below.lines if line.get_linestyle() == "--"]
    assert [line.get_ydata()[0] for line in dashed] == [-0.03]
    assert names(above) == ["exact", "chip, mean bias", "float", "chip"]
    assert above.get_xlim() == below.get_xlim()


def test_running_means_are_centred_and_narrower_near_the_ends():
    infidelity, divergence = performance(window=3)[:2]
    faint, thick = infidelity.lines[:2]
    raw = 1 - CURVES["M = 5"]["root_fidelity"]
    np.testing.assert_allclose(faint.get_ydata(), raw)
    means = [raw[0], *(raw[k - 1 : k + 2].mean() for k in (1, 2, 3)), raw[4]]
    np.testing.assert_allclose(thick.get_ydata(), means)
    np.testing.assert_allclose(
        performance(window=5)[0].lines[1].get_ydata()[2], raw.mean()
    )
    assert faint.get_color() == thick.get_color() != infidelity.lines[2].get_color()
    np.testing.assert_allclose(divergence.lines[2].get_ydata(), [0.3, 0.2])
    assert infidelity.get_yscale() == divergence.get_yscale() == "log"
    assert names(divergence) == ["M = 5", "M = 9"]


def test_samples_are_drawn_beside_what_independent_ones_need():
    """The mean divergence of n samples of a law of K outcomes is (K − 1)/2n."""
    axes = performance(n_outcomes=7)[2]
    (curve,) = curves_of(axes)
    np.testing.assert_array_equal(curve.get_ydata(), [0.5, 0.04, 0.006])
    line = next(line for line in axes.lines if line.get_linestyle() == ":")
    np.testing.assert_allclose(line.get_ydata(), [0.3, 0.003])
    assert axes.get_xscale() == axes.get_yscale() == "log"


def test_fidelities_by_size_are_raw_and_physical():
    marks = {"chip": {"GHZ": (55, 0.874)}, "none": {}, "here": {"Bell": (20, 0.98)}}
    axes = performance(marks=marks)[3]
    raw, physical, other, _, *stars = curves_of(axes)
    np.testing.assert_array_equal(raw.get_ydata(), SIZES["Bell"]["raw"])
    np.testing.assert_array_equal(physical.get_ydata(), SIZES["Bell"]["physical"])
    bars = np.ptp(ends_of(axes.containers[0]), axis=1)
    np.testing.assert_allclose(bars, 2 * SIZES["Bell"]["raw_sd"])
    assert raw.get_markerfacecolor() == raw.get_color() == physical.get_color()
    assert physical.get_markerfacecolor() == "white"
    assert (*stars[0].get_xdata(), *stars[0].get_ydata()) == (55, 0.874)
    assert stars[0].get_color() == other.get_color()
    assert stars[2].get_color() == raw.get_color()
    assert stars[0].get_marker() != stars[2].get_marker()
    assert names(axes) == ["Bell", "GHZ", "chip", "here"]
    levels = {line.get_ydata()[0] for line in axes.lines if len(line.get_xdata()) == 2}
    assert levels == {1.0, 1 / np.sqrt(2)}


def test_graphs_keep_their_colours_and_share_axes():
    panels = {"dense": SIZES, "deep": {"GHZ": SIZES["GHZ"]}}
    figure = fidelities_of_graphs(panels, floor=2e-3, published=(20, 0.97, 0.008))
    left, right, below_left, below_right = figure.axes
    assert [axes.get_title() for axes in (left, right)] == ["dense", "deep"]
    for axes, key in ((left, "raw"), (below_left, "divergence")):
        for curve, data in zip(curves_of(axes)[:2], SIZES.values(), strict=True):
            np.testing.assert_array_equal(curve.get_ydata(), data[key])
        assert curves_of(axes)[2].get_xdata() == [20]
    assert curves_of(left)[2].get_ydata() == [0.97]
    assert curves_of(below_left)[2].get_ydata() == [0.008]
    assert curves_of(right)[0].get_color() == curves_of(left)[1].get_color()
    assert curves_of(right)[0].get_marker() == curves_of(left)[1].get_marker()
    assert below_left.get_ylim() == below_right.get_ylim()
    decades = np.log10(below_left.get_ylim())
    np.testing.assert_allclose(decades, decades.round(), atol=1e-9)
    dotted = next(line for line in below_right.lines if line.get_linestyle() == ":")
    assert dotted.get_ydata()[0] == 2e-3


def test_parts_without_data_leave_the_references():
    bell = bell_correlations({}, {}, {}, {}).axes
    assert bell[0].get_legend() is None
    np.testing.assert_allclose(bell[1].lines[0].get_ydata()[0], np.sqrt(8))
    assert len(performance(training={}, samples={}, sizes={})[3].lines) == 2


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: performance(training=[1]), TypeError, "`training` must map labels"),
        (
            lambda: performance(samples={"a": {"samples": [1]}}),
            ValueError,
            r"samples\['a'\]` lacks \['divergence', 'sd'\]",
        ),
        (
            lambda: performance(
                sizes={"a": SIZES["Bell"] | {"raw_sd": np.ones(2)}},
            ),
            ValueError,
            r"raw_sd` must have shape \(k,\) with k=3",
        ),
        (
            lambda: bell_correlations(
                {}, {}, {"a": {"epoch": [1], "bell": [np.nan]}}, {}
            ),
            ValueError,
            r"training\['a'\].bell` must be finite",
        ),
        (
            lambda: bell_correlations({}, {}, {}, {}, published={"chip": (1, 2)}),
            ValueError,
            r"published\['chip'\]` must have shape \(3,\)",
        ),
        (lambda: performance(window=4), ValueError, "`window` must be odd"),
        (lambda: performance(n_outcomes=1), ValueError, "`n_outcomes`"),
        (
            lambda: performance(marks={"chip": {"Bell": (20, np.inf)}}),
            ValueError,
            "must be finite",
        ),
        (lambda: fidelities_of_graphs({}), ValueError, "at least one panel"),
        (lambda: fidelities_of_graphs({"a": SIZES}, floor=0.0), ValueError, "`floor`"),
    ],
)
def test_odd_parts_are_refused(call, kind, message):
    with pytest.raises(kind, match=message):
        call()
