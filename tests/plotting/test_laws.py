"""Laws, correlators, histograms of losses, and mixtures."""

import numpy as np
import pytest

from oqnn.plotting import (
    correlator_tables,
    distances_along_a_mixture,
    law_bars,
    loss_histograms,
)

RNG = np.random.default_rng(61)


def law(size: int) -> np.ndarray:
    return RNG.dirichlet(np.full(size, 0.3))


def test_every_probability_is_a_bar():
    panels = {
        "before": {"first": law(64), "second": law(64)},
        "after": {"first": law(64), "second": law(64)},
    }
    figure = law_bars(panels)
    assert [axes.get_title() for axes in figure.axes] == ["before", "after"]
    for axes, laws in zip(figure.axes, panels.values(), strict=True):
        for bars, (label, p) in zip(axes.containers, laws.items(), strict=True):
            assert bars.get_label() == label
            np.testing.assert_allclose([bar.get_height() for bar in bars], p)
        middles = [
            np.array([bar.get_x() + bar.get_width() / 2 for bar in bars])
            for bars in axes.containers
        ]
        np.testing.assert_allclose(np.mean(middles, axis=0), np.arange(64), atol=1e-12)
    assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim()


def test_tables_show_their_values_on_one_scale():
    """Rows are the first index; the identity's entry is left out."""
    first, second, third = RNG.uniform(-1, 1, size=(3, 4, 4))
    for chi in (first, second, third):
        chi[3, 0] = -1e-17  # no minus before a zero
    figure = correlator_tables({"a": first, "b": second, "c": third})
    shown = [axes for axes in figure.axes if axes.images and axes.get_title()]
    assert [axes.get_title() for axes in shown] == ["a", "b", "c"]
    for axes, chi in zip(shown, (first, second, third), strict=True):
        (image,) = axes.images
        drawn = np.ma.filled(image.get_array(), np.nan)
        expected = np.where(np.arange(16).reshape(4, 4) == 0, np.nan, chi)
        np.testing.assert_array_equal(drawn, expected)
        assert image.get_clim() == (-1, 1)
        texts = {text.get_position(): text.get_text() for text in axes.texts}
        assert len(texts) == 15
        assert texts[(3, 1)].replace("−", "-") == f"{chi[1, 3]:.2f}"
        assert texts[(0, 3)] == "0.00"
        assert axes.get_ylabel() == "first qubit"


def test_histograms_count_every_state():
    losses = {
        "descent": 10 ** RNG.uniform(-10.5, -10, 40),
        "Adam": 10 ** -RNG.uniform(2, 10, 30),
    }
    losses["Adam"][0] = 1.0  # a power of ten at the end of the axis
    iterations = {
        "descent": RNG.integers(20, 300, 40),
        "Adam": RNG.integers(0, 200, 30),
    }
    left, right = loss_histograms(losses, iterations).axes
    for axes, given in ((left, losses), (right, iterations)):
        for bars, values in zip(axes.containers, given.values(), strict=True):
            assert sum(bar.get_height() for bar in bars) == len(values)
    assert left.get_xscale() == "log"
    names = [text.get_text() for text in left.get_legend().get_texts()]
    assert names == ["descent", "Adam"]


def test_points_of_the_search_and_lines_of_what_is_exact():
    shares = np.array([0.0, 0.3, 0.5, 1.0])
    searched = {"loss": RNG.random((3, 4)), "fidelity": RNG.random(4)}
    exact = {"loss": RNG.random((3, 4)), "fidelity": RNG.random((2, 4))}
    figure = distances_along_a_mixture(shares, searched, exact, threshold=(0.5, 0.03))
    for axes, label in zip(figure.axes, searched, strict=True):
        assert axes.get_ylabel() == label
        best, found = np.atleast_2d(exact[label]), np.atleast_2d(searched[label])
        assert len(axes.lines) == len(best) + len(found)
        for line, values in zip(axes.lines, [*best, *found], strict=True):
            np.testing.assert_array_equal(line.get_xdata(), shares)
            np.testing.assert_array_equal(line.get_ydata(), values)
        assert axes.lines[0].get_linestyle() == "-"
        assert axes.lines[-1].get_linestyle() == "None"
        (band,) = axes.patches
        assert band.get_x() == pytest.approx(0.47)
        assert band.get_width() == pytest.approx(0.06)
    legend = figure.axes[0].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["exact", "search"]
    assert [line.get_linestyle() for line in legend.get_lines()] == ["-", "None"]


def test_quantities_may_have_different_numbers_of_seeds():
    one, four = RNG.random(3), RNG.random((4, 3))
    curves = {"loss": one, "fidelity": four}
    figure = distances_along_a_mixture([0, 0.5, 1], curves, curves)
    assert [len(axes.lines) for axes in figure.axes] == [2, 8]
    legend = figure.axes[0].get_legend()
    assert [line.get_linestyle() for line in legend.get_lines()] == ["-", "None"]


def test_wrong_input_is_refused():
    with pytest.raises(ValueError, match="`panels` must hold at least one law"):
        law_bars({"empty": {}})
    with pytest.raises(ValueError, match="`panels` must hold at least one law each"):
        law_bars({"before": {"a": law(8)}, "after": {}})
    with pytest.raises(ValueError, match=r"`b` must have shape \(64,\)"):
        law_bars({"before": {"a": law(64), "b": law(8)}})
    with pytest.raises(ValueError, match="`a` must sum to 1"):
        law_bars({"before": {"a": np.ones(8)}})
    with pytest.raises(ValueError, match="`tables` must hold at least one table"):
        correlator_tables({})
    with pytest.raises(ValueError, match=r"`a` must have shape \(4, 4\)"):
        correlator_tables({"a": np.ones((4, 3))})
    with pytest.raises(ValueError, match="`a` must be finite"):
        correlator_tables({"a": np.full((4, 4), np.nan)})
    with pytest.raises(ValueError, match="must hold a route, but one is empty"):
        loss_histograms({"descent": [1e-3]}, {})
    with pytest.raises(ValueError, match="positive and finite, but descent is not"):
        loss_histograms({"descent": [0.0]}, {"descent": [1]})
    with pytest.raises(ValueError, match=r"`iterations` must have shape \(k,\)"):
        loss_histograms({"descent": [1e-3]}, {"descent": 3})
    for counts in ([], [-1]):
        with pytest.raises(ValueError, match="`iterations` must be some numbers not"):
            loss_histograms({"descent": [1e-3]}, {"descent": counts})
    with pytest.raises(ValueError, match="must have the same labels"):
        distances_along_a_mixture([0, 1], {"a": [1, 2]}, {"b": [1, 2]})
    with pytest.raises(ValueError, match=r"`exact` must have shape \(seeds, 2\)"):
        distances_along_a_mixture([0, 1], {"a": [1, 2]}, {"a": [1, 2, 3]})
