"""Pictures of spiking neurons: laws, memory, rasters, learning, estimators."""

import numpy as np
import pytest

from oqnn.plotting import (
    accuracies_of_models,
    gradient_estimators,
    learning_of_models,
    memory_trajectory,
    network_raster,
    next_spike_tree,
    spike_train_laws,
)

RNG = np.random.default_rng(71)


def levels(depth):
    return [RNG.random((2,) * d) for d in range(depth + 1)]


def test_laws_are_bars_above_the_spikes_of_their_records():
    laws = {"a": RNG.dirichlet(np.ones(8)).reshape(2, 2, 2), "b": np.full(8, 1 / 8)}
    above, below = spike_train_laws(laws).axes
    for bars, (label, law) in zip(above.containers, laws.items(), strict=True):
        assert bars.get_label() == label
        np.testing.assert_array_equal([bar.get_height() for bar in bars], law.ravel())
    middles = [
        [bar.get_x() + bar.get_width() / 2 for bar in b] for b in above.containers
    ]
    np.testing.assert_allclose(np.mean(middles, axis=0), np.arange(8), atol=1e-12)
    (image,) = below.images
    np.testing.assert_array_equal(image.get_array().T, list(np.ndindex(2, 2, 2)))
    assert [text.get_text() for text in below.get_yticklabels()] == ["1", "2", "3"]


def test_branches_of_a_tree_go_from_a_past_to_its_two_older_ones():
    trees = {"a": levels(2), "b": levels(2)}
    trees["b"][2][1, 0] = np.nan  # does not occur
    figure = next_spike_tree(trees)
    for axes, (label, tree) in zip(figure.axes, trees.items(), strict=True):
        assert axes.get_title() == label
        branches = [line for line in axes.lines if len(line.get_xdata()) == 2]
        drawn = [(*line.get_xdata(), *line.get_ydata()) for line in branches]
        assert len(drawn) == 6
        expected = [(0, 1, tree[0], tree[1][s]) for s in (0, 1)]
        expected += [
            (1, 2, tree[1][last], tree[2][last, older])
            for last in (0, 1)
            for older in (0, 1)
        ]
        np.testing.assert_array_equal(drawn, expected)
        marks = [line for line in axes.lines if len(line.get_xdata()) == 1][1:]
        full = [line.get_markerfacecolor() != "white" for line in marks]
        assert full == [False, True, False, True, False, True]


def test_pasts_that_do_not_matter_share_a_mark():
    tree = [np.array(0.5), np.array([0.4, 0.8]), np.array([[0.4, 0.4], [0.7, 0.8]])]
    (axes,) = next_spike_tree({"a": tree}).axes
    marks = [line for line in axes.lines if len(line.get_xdata()) == 1][1:]
    half = [line.get_fillstyle() == "left" for line in marks]
    assert half == [False, False, True, True, False, False]


def test_memory_is_drawn_in_the_disc_and_in_time():
    bloch = RNG.normal(size=(5, 3))
    bloch *= 0.9 / np.linalg.norm(bloch, axis=1, keepdims=True)
    bloch[2] = bloch[1]  # two steps that share a number
    spikes = np.array([1, 0, 0, 1])
    figure = memory_trajectory(bloch, spikes, plane=("z", "x"))
    disc, times = figure.axes
    assert (disc.get_xlabel(), disc.get_ylabel()) == ("$z$", "$x$")
    np.testing.assert_array_equal(disc.lines[1].get_xydata(), bloch[:, [2, 0]])
    full = [line.get_markerfacecolor() != "white" for line in disc.lines[3:]]
    assert full == [True, False, False, True]
    assert "1,2" in [text.get_text() for text in disc.texts]
    for line, values in zip(times.lines, bloch.T, strict=False):
        np.testing.assert_array_equal(line.get_ydata(), values)
    np.testing.assert_allclose(times.lines[3].get_ydata(), 0.9)
    np.testing.assert_array_equal(times.lines[4].get_xdata(), [1, 4])


def test_raster_marks_every_spike():
    inputs = (RNG.random((6, 9)) < 0.3).astype(int)
    hidden = (RNG.random((6, 4)) < 0.5).astype(int)
    figure = network_raster(inputs, {"hidden": hidden}, input_name="pixels")
    assert [axes.get_title().split(":")[0] for axes in figure.axes] == [
        "pixels",
        "hidden",
    ]
    for axes, spikes in zip(figure.axes, (inputs, hidden), strict=True):
        found = np.zeros_like(spikes)
        found[tuple(axes.lines[0].get_xydata().astype(int).T)] = 1
        np.testing.assert_array_equal(found, spikes)
        assert axes.yaxis_inverted()
    assert f"{hidden.mean():.3f}" in figure.axes[1].get_title()


def test_learning_shows_medians_and_ranges():
    curves = {"a": RNG.random((3, 5)), "b": RNG.random((4, 5))}
    curves["b"][2, 3] = np.nan
    (axes,) = learning_of_models(curves, [0, 2, 4, 8, 16], level=0.1).axes
    for line, band, (name, runs) in zip(
        axes.lines, axes.collections, curves.items(), strict=False
    ):
        assert line.get_label() == name
        np.testing.assert_array_equal(line.get_xdata(), [0, 2, 4, 8, 16])
        np.testing.assert_array_equal(line.get_ydata(), np.nanmedian(runs, axis=0))
        heights = band.get_paths()[0].vertices[:, 1]
        assert heights.max() == np.nanmax(runs)
        assert heights.min() == np.nanmin(runs)
    assert list(axes.lines[2].get_ydata()) == [0.1, 0.1]


def test_accuracies_show_every_seed_and_the_median():
    panels = {
        "easy": {"a": [0.9, 0.95, 0.8], "b": [0.7]},
        "hard": {"a": [0.6, 0.4], "b": [0.3, 0.35, 0.5]},
    }
    figure = accuracies_of_models(panels, chance={"hard": 0.1})
    for axes, (task, models) in zip(figure.axes, panels.items(), strict=True):
        assert axes.get_title() == task
        for row, runs in enumerate(models.values()):
            dots, median = axes.lines[2 * row : 2 * row + 2]
            np.testing.assert_array_equal(dots.get_xdata(), runs)
            np.testing.assert_allclose(np.mean(dots.get_ydata()), row, atol=1e-12)
            assert list(median.get_xdata()) == [np.median(runs)] * 2
    assert list(figure.axes[1].lines[-1].get_xdata()) == [0.1, 0.1]
    names = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert names == ["a", "b"]


def test_estimators_show_bias_in_errors_and_deviations():
    exact = RNG.normal(size=6)
    means = {"a": exact + 0.1, "b": 0.5 * exact}
    errors = {"a": np.full(6, 0.2), "b": np.full(6, 0.05)}
    deviations = {"a": RNG.uniform(1, 2, 6), "b": RNG.uniform(0.1, 0.2, 6)}
    figure = gradient_estimators(exact, means, errors, deviations)
    compare, bias, spread = figure.axes
    for k, name in enumerate(means):
        points = compare.containers[k].lines[0]
        np.testing.assert_array_equal(points.get_xdata(), exact)
        np.testing.assert_array_equal(points.get_ydata(), means[name])
        np.testing.assert_allclose(
            bias.lines[k].get_ydata(), np.sort((means[name] - exact) / errors[name])
        )
        np.testing.assert_allclose(
            spread.lines[2 * k].get_ydata(),
            np.sort(deviations[name]) / np.sqrt((exact**2).sum()),
        )
    assert (bias.get_yscale(), spread.get_yscale()) == ("symlog", "log")


def test_components_that_never_vary_have_no_score():
    exact, error = np.array([0.0, 1.0, 2.0]), np.array([0.0, 0.1, 0.1])
    figure = gradient_estimators(
        exact, {"a": exact + error}, {"a": error}, {"a": error}
    )
    compare, bias, spread = figure.axes
    assert len(compare.containers[0].lines[0].get_xdata()) == 3
    np.testing.assert_allclose(bias.lines[0].get_ydata(), [1, 1])
    assert len(spread.lines[0].get_ydata()) == 2


@pytest.mark.slow
def test_pictures_can_be_written(tmp_path):
    spike_train_laws({"a": RNG.dirichlet(np.ones(32))}).savefig(tmp_path / "laws.png")
    next_spike_tree({"a": levels(3)}).savefig(tmp_path / "tree.png")
    memory_trajectory(np.zeros((3, 3)), [0, 1]).savefig(tmp_path / "memory.png")
    assert all(file.stat().st_size > 5000 for file in tmp_path.iterdir())


def test_refusals_of_laws_and_trees():
    with pytest.raises(ValueError, match="`laws` must hold one to 3 laws, but hold 0"):
        spike_train_laws({})
    with pytest.raises(ValueError, match=r"`laws` must have 2\*\*T entries .* have 3"):
        spike_train_laws({"a": np.full(3, 1 / 3)})
    with pytest.raises(ValueError, match=r"`b` must have shape \(4,\)"):
        spike_train_laws({"a": np.full(4, 0.25), "b": np.full(8, 0.125)})
    with pytest.raises(ValueError, match="`a` must sum to 1"):
        spike_train_laws({"a": np.ones(4)})
    with pytest.raises(ValueError, match=r"`trees` must hold trees of one depth"):
        next_spike_tree({"a": levels(1), "b": levels(2)})
    with pytest.raises(ValueError, match=r"`trees` must .* but hold depths \[\]"):
        next_spike_tree({})
    with pytest.raises(ValueError, match=r"`a` must hold arrays .* has shape \(3,\)"):
        next_spike_tree({"a": [0.5, [0.1, 0.2, 0.3]]})
    with pytest.raises(ValueError, match="`a` must hold probabilities, but entry 1"):
        next_spike_tree({"a": [0.5, [0.1, 1.2]]})


def test_refusals_of_trajectories_and_rasters():
    with pytest.raises(ValueError, match=r"`bloch` must have shape \(3, 3\)"):
        memory_trajectory(np.zeros((2, 3)), [0, 1])
    with pytest.raises(ValueError, match="`bloch` must be finite"):
        memory_trajectory(np.full((2, 3), np.nan), [0])
    with pytest.raises(ValueError, match=r"`bloch` must lie in the unit ball.* 1\.5"):
        memory_trajectory([[0, 0, 1.0], [0, 0, 1.5]], [0])
    with pytest.raises(ValueError, match="`spikes` must hold zeros and ones"):
        memory_trajectory(np.zeros((2, 3)), [2])
    with pytest.raises(ValueError, match="`plane` must name two of x, y, z"):
        memory_trajectory(np.zeros((2, 3)), [0], plane=("x", "x"))
    with pytest.raises(ValueError, match="`populations` must hold at least one"):
        network_raster(np.zeros((3, 2)), {})
    with pytest.raises(ValueError, match=r"`out` must have shape \(3, wires\)"):
        network_raster(np.zeros((3, 2)), {"out": np.zeros((4, 2))})
    with pytest.raises(ValueError, match="`out` must hold zeros and ones"):
        network_raster(np.zeros((3, 2)), {"out": np.full((3, 1), 0.5)})


def test_refusals_of_learning():
    with pytest.raises(ValueError, match="`curves` must hold one to 6 models"):
        learning_of_models({})
    with pytest.raises(ValueError, match=r"`b` must have shape \(seeds, 4\)"):
        learning_of_models({"a": np.ones((2, 4)), "b": np.ones((2, 3))})
    with pytest.raises(ValueError, match=r"`epochs` must have shape \(2,\)"):
        learning_of_models({"a": np.ones((2, 2))}, [1, 2, 3])
    with pytest.raises(ValueError, match="value at every epoch, but epoch 1 has none"):
        learning_of_models({"a": [[1, np.nan, 2]]})
    with pytest.raises(ValueError, match="`panels` must hold tasks with the same"):
        accuracies_of_models({"x": {"a": [1]}, "y": {"b": [1]}})
    with pytest.raises(ValueError, match="`x, a` must be finite"):
        accuracies_of_models({"x": {"a": [np.inf]}})
    with pytest.raises(ValueError, match="`x, a` must hold a seed"):
        accuracies_of_models({"x": {"a": []}})
    with pytest.raises(ValueError, match="`chance` must name tasks"):
        accuracies_of_models({"x": {"a": [1]}}, chance={"y": 0.5})


def test_refusals_of_estimators():
    good = {"a": np.ones(2)}
    with pytest.raises(ValueError, match="`means` must hold one to 6 models"):
        gradient_estimators([1, 2], {}, {}, {})
    with pytest.raises(ValueError, match="must hold 'a' as `means` do"):
        gradient_estimators([1, 2], good, good, {})
    with pytest.raises(ValueError, match=r"`a` must have shape \(P,\) with P=3"):
        gradient_estimators([1, 2, 3], good, good, good)
    with pytest.raises(ValueError, match="`exact` must be finite"):
        gradient_estimators([1, np.nan], good, good, good)
    with pytest.raises(ValueError, match="`a` must be finite"):
        gradient_estimators([1, 2], {"a": [np.nan, 1]}, good, good)
    with pytest.raises(ValueError, match="`a` must have no negative error, but has -1"):
        gradient_estimators([1, 2], good, {"a": -np.ones(2)}, good)
    with pytest.raises(ValueError, match="`exact` must not be zero everywhere"):
        gradient_estimators([0, 0], good, good, good)
