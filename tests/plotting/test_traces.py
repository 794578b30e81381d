"""Measures over time: medians, bands, panels and colours."""

import numpy as np
import pytest
import xarray
from matplotlib.figure import Figure

from oqnn.plotting import material_colours, measures_over_time

TIMES = np.array([0.0, 0.5, 2.0, 3.0])
RNG = np.random.default_rng(51)
SEEDS = RNG.random((5, 4))
MEASURES = {
    "bare": {"purity": RNG.random(4)},
    "learning": {"purity": SEEDS, "least_bloch_singular_value": RNG.random(4)},
}


def test_a_panel_per_measure_and_a_line_per_material():
    figure = measures_over_time(MEASURES, TIMES)
    assert isinstance(figure, Figure)
    purity, singular = figure.axes
    assert purity.get_ylabel() == "purity"
    assert singular.get_ylabel() == "least Bloch singular\nvalue"
    assert figure.get_supxlabel() == r"time $t$ (units of $1/\xi$)"
    assert [line.get_label() for line in purity.lines] == ["bare", "learning"]
    assert [line.get_label() for line in singular.lines] == ["learning"]
    bare, learning = purity.lines
    np.testing.assert_array_equal(bare.get_xdata(), TIMES)
    np.testing.assert_array_equal(bare.get_ydata(), MEASURES["bare"]["purity"])
    np.testing.assert_array_equal(learning.get_ydata(), np.median(SEEDS, axis=0))


def test_the_band_reaches_from_the_least_seed_to_the_greatest():
    purity, singular = measures_over_time(MEASURES, TIMES).axes
    (band,) = purity.collections
    corners = band.get_paths()[0].vertices
    for t, least, most in zip(TIMES, SEEDS.min(0), SEEDS.max(0), strict=True):
        heights = corners[corners[:, 0] == t, 1]
        assert (heights.min(), heights.max()) == (least, most)
    assert not singular.collections


def test_materials_keep_their_colours_and_are_named_once():
    figure = measures_over_time(MEASURES, TIMES)
    colours = material_colours(["bare", "learning"])
    for axes in figure.axes:
        for line in axes.lines:
            assert line.get_color() == colours[line.get_label()]
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["bare", "learning"]


def test_labelled_data_sets_are_taken():
    data = xarray.Dataset(
        {
            "purity": (("time", "material", "seed"), RNG.random((4, 2, 3))),
            "weights": (("material", "seed"), np.zeros((2, 3))),
        },
        coords={"material": ["plain", "learning"], "time": TIMES},
    )
    (axes,) = measures_over_time(data, data["time"]).axes
    expected = data["purity"].sel(material="learning").median("seed")
    np.testing.assert_allclose(axes.lines[1].get_ydata(), expected)


@pytest.mark.parametrize("panels", [1, 2, 3, 4, 7])
def test_every_number_of_panels_can_be_written(panels, tmp_path):
    traces = {f"measure_{k}": RNG.random(4) for k in range(panels)}
    figure = measures_over_time({"plain": traces, "mine": traces}, TIMES)
    assert len(figure.axes) == panels
    figure.savefig(tmp_path / "measures.png")
    assert (tmp_path / "measures.png").stat().st_size > 5000


def test_refusals():
    with pytest.raises(ValueError, match=r"\['a'\]\['b'\]` must have shape \(4,\) or"):
        measures_over_time({"a": {"b": np.zeros(3)}}, TIMES)
    with pytest.raises(ValueError, match=r"or \(seeds, 4\), but has shape \(4, 3\)"):
        measures_over_time({"a": {"b": np.zeros((4, 3))}}, TIMES)
    with pytest.raises(ValueError, match=r"at least one measure, but has none"):
        measures_over_time({"a": {}}, TIMES)
    with pytest.raises(TypeError, match=r"`measures\['a'\]` must map measures"):
        measures_over_time({"a": np.zeros(4)}, TIMES)
    with pytest.raises(ValueError, match=r"`times` must increase strictly"):
        measures_over_time({"a": {"b": np.zeros(2)}}, [1, 0])
