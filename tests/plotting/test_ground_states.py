"""Pictures of ground states: their panels hold the numbers they were given."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from oqnn.plotting import ground_states_over_fields, ground_states_over_sizes

RNG = np.random.default_rng(31)
GRID = np.array([0.1, 0.3, 0.5, 1.0, 2.0, 5.0])
EXACT = {
    "h": GRID,
    "sigma_x": RNG.uniform(size=6),
    "length": np.array([np.nan, *RNG.uniform(0.5, 2, 5)]),
    "correlations": RNG.uniform(size=(6, 4)),
    "magnetisation_law": RNG.dirichlet(np.ones(6), 6),
}


def search(h):
    k = len(h)
    return {
        "h": np.array(h),
        "sigma_x": RNG.uniform(size=k),
        "sigma_x_sd": RNG.uniform(0.01, 0.1, k),
        "length": RNG.uniform(0.5, 2, k),
        "length_sd": RNG.uniform(0.01, 0.1, k),
        "fits": RNG.uniform(0.5, 1, (k, 3)),
        "correlations": RNG.uniform(size=(k, 4)),
        "magnetisation_law": RNG.dirichlet(np.ones(6), k),
    }


FOUND = {"LIF": search([0.1, 1.0, 5.0]), "Gibbs": search([1.0, 0.1])}
BROKEN = {
    "LIF, broken": {
        "h": [0.1],
        "magnetisation_law": [[0.0, 0.0, 0.1, 0.2, 0.3, 0.4]],
    }
}
SIZES = {
    "LIF": {
        "n": np.array([3, 4, 6]),
        "energy_error": np.sort(RNG.uniform(1e-4, 1e-2, (3, 3)), axis=0),
        "infidelity": np.sort(RNG.uniform(1e-4, 1e-2, (3, 3)), axis=0),
    },
    "Gibbs": {
        "n": np.array([5, 7]),
        "energy_error": np.sort(RNG.uniform(1e-4, 1e-2, (3, 2)), axis=0),
        "infidelity": np.sort(RNG.uniform(1e-4, 1e-2, (3, 2)), axis=0),
    },
}
CURVES = {
    f"N = {n}": {
        "iteration": np.arange(0, 2 * t, 2),
        "energy_error": RNG.uniform(1e-4, 1, t),
        "infidelity": RNG.uniform(1e-4, 1, t),
    }
    for n, t in ((3, 5), (6, 4), (7, 6))
}
LARGE = {
    "n": np.array([16, 32]),
    "energy_error": np.array([3e-4, -2e-4]),
    "error": np.array([1e-4, 3e-4]),
}
LARGE_CURVES = {
    "N = 16": {"iteration": np.arange(4), "energy_error": [0.1, -0.02, 0.003, -1e-4]}
}
CHIP = {"n": [6, 8], "energy_error": [7e-4, 2e-3], "infidelity": [1e-3, 3e-3]}


def over_fields(**changed):
    arguments = {"exact": EXACT, "found": FOUND, "broken": BROKEN} | changed
    return ground_states_over_fields(**arguments)


def over_sizes(**changed):
    arguments = {
        "found": SIZES,
        "curves": CURVES,
        "large": LARGE,
        "large_curves": LARGE_CURVES,
        "floor": {"n": [3, 4, 5], "infidelity": [1e-5, 2e-5, 4e-5]},
        "chip": CHIP,
    }
    return ground_states_over_sizes(**(arguments | changed))


def lines_with(axes, **looks):
    return [
        line
        for line in axes.lines
        if all(getattr(line, f"get_{name}")() == look for name, look in looks.items())
    ]


@pytest.mark.parametrize(("panel", "name"), [(0, "sigma_x"), (2, "length")])
def test_points_over_the_field_have_their_deviations(panel, name):
    figure = over_fields()
    assert isinstance(figure, Figure)
    axes = figure.axes[panel]
    assert axes.get_xscale() == "log"
    np.testing.assert_array_equal(axes.lines[0].get_xdata(), GRID)
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), EXACT[name])
    points = [container.lines[0] for container in axes.containers]
    drawn = [(p.get_marker(), *p.get_xdata(), *p.get_ydata()) for p in points]
    assert drawn == [
        (marker, h, value)
        for marker, data in zip("os", FOUND.values(), strict=True)
        for h, value in zip(data["h"], data[name], strict=True)
    ]
    (bar,) = axes.containers[1].lines[2][0].get_segments()
    value, sd = FOUND["LIF"][name][1], FOUND["LIF"][f"{name}_sd"][1]
    np.testing.assert_allclose(bar[:, 1], [value - sd, value + sd], rtol=1e-12)


def test_a_field_has_one_colour_in_all_panels():
    sigma, correlations, length, laws = over_fields().axes
    first = sigma.containers[0].lines[0].get_color()
    assert all(sigma.containers[4].lines[0].get_color() == first)  # Gibbs, h = 0.1
    assert any(sigma.containers[1].lines[0].get_color() != first)
    assert all(length.containers[0].lines[0].get_color() == first)
    for axes in (correlations, laws):
        points = lines_with(axes, marker="o")[0]
        assert all(points.get_color() == first)


def test_correlations_have_fits_and_exact_crosses():
    axes = over_fields(of_correlations=(0.1, 0.3, 5.0)).axes[1]  # no search at 0.3
    for marker, rows in (
        ("o", FOUND["LIF"]["correlations"][[0, 2]]),
        ("s", FOUND["Gibbs"]["correlations"][[1]]),
        ("x", EXACT["correlations"][[0, 5]]),
    ):
        drawn = [p for p in lines_with(axes, marker=marker) if len(p.get_xdata())]
        np.testing.assert_array_equal([p.get_ydata() for p in drawn], rows)
        np.testing.assert_array_equal(drawn[0].get_xdata(), [1, 2, 3, 4])
    fits = lines_with(axes, linestyle=":")
    assert len(fits) == 2
    amplitude, length, offset = FOUND["LIF"]["fits"][2]
    x = fits[1].get_xdata()
    assert x[0] == 1
    assert x[-1] == 4
    np.testing.assert_allclose(
        fits[1].get_ydata(), amplitude * np.exp(-x / length) + offset, rtol=1e-12
    )


def test_laws_of_the_magnetisation_are_over_half_the_excess():
    axes = over_fields(of_laws=(0.1, 1.0)).axes[3]
    assert axes.get_yscale() == "log"
    solid = lines_with(axes, linestyle="-")
    np.testing.assert_array_equal(
        [line.get_ydata() for line in solid], EXACT["magnetisation_law"][[0, 3]]
    )
    np.testing.assert_array_equal(
        solid[0].get_xdata(), [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]
    )
    squares = [line.get_ydata() for line in lines_with(axes, marker="s")]
    np.testing.assert_array_equal(squares, FOUND["Gibbs"]["magnetisation_law"][[1, 0]])
    (broken,) = lines_with(axes, linestyle="--")
    np.testing.assert_array_equal(
        broken.get_ydata(), BROKEN["LIF, broken"]["magnetisation_law"][0]
    )
    assert broken.get_linewidth() < solid[0].get_linewidth()
    assert not lines_with(over_fields(broken=None).axes[3], linestyle="--")


@pytest.mark.parametrize(("panel", "name"), [(0, "energy_error"), (1, "infidelity")])
def test_sizes_have_medians_and_bars(panel, name):
    axes = over_sizes().axes[panel]
    assert axes.get_yscale() == "log"
    for container, data in zip(axes.containers, SIZES.values(), strict=True):
        low, middle, high = data[name]
        np.testing.assert_array_equal(container.lines[0].get_xdata(), data["n"])
        np.testing.assert_array_equal(container.lines[0].get_ydata(), middle)
        segments = np.array(container.lines[2][0].get_segments())
        np.testing.assert_allclose(segments[..., 1], np.transpose([low, high]))
    (crosses,) = lines_with(axes, marker="x")
    np.testing.assert_array_equal(crosses.get_ydata(), CHIP[name])
    floors = [list(line.get_ydata()) for line in lines_with(axes, linestyle=":")]
    assert floors == ([[1e-5, 2e-5, 4e-5]] if name == "infidelity" else [])
    bare = over_sizes(chip=None, floor=None).axes[panel]
    assert not lines_with(bare, marker="x") + lines_with(bare, linestyle=":")


def test_large_systems_may_lie_below_the_exact_energy():
    axes = over_sizes().axes
    points = [container.lines[0] for container in axes[2].containers]
    assert axes[2].get_yscale() == "symlog"
    np.testing.assert_allclose(
        [(*p.get_xdata(), *p.get_ydata()) for p in points],
        [(16, 3e-4), (32, -2e-4)],
        rtol=1e-12,
    )
    (bar,) = axes[2].containers[1].lines[2][0].get_segments()
    np.testing.assert_allclose(bar[:, 1], [-5e-4, 1e-4], rtol=1e-12)
    (curve,) = axes[5].lines
    np.testing.assert_array_equal(curve.get_ydata(), [0.1, -0.02, 0.003, -1e-4])
    assert axes[5].get_yscale() == "symlog"


def test_curves_go_along_the_search():
    figure = over_sizes(title="LIF")
    energy, infidelity = figure.axes[3:5]
    for axes, name in ((energy, "energy_error"), (infidelity, "infidelity")):
        assert axes.get_title() == "LIF"
        assert axes.get_yscale() == "log"
        for line, data in zip(axes.lines, CURVES.values(), strict=True):
            np.testing.assert_array_equal(line.get_xdata(), data["iteration"])
            np.testing.assert_array_equal(line.get_ydata(), data[name])
    labels = [text.get_text() for text in energy.get_legend().get_texts()]
    assert labels == list(CURVES)
    (legend,) = figure.legends
    labels = [text.get_text() for text in legend.get_texts()]
    assert labels == ["LIF", "Gibbs", "chip", "sampling"]
    assert over_sizes().axes[3].get_title() == ""


def without(data, key):
    return {name: value for name, value in data.items() if name != key}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"found": {}}, "`found` must hold at least one entry"),
        ({"exact": without(EXACT, "sigma_x")}, "`exact` must hold .* lacks .'sigma_x'"),
        (
            {"exact": {key: value[::-1] for key, value in EXACT.items()}},
            r"`exact\.h` must increase strictly",
        ),
        (
            {"exact": {key: value[1:] for key, value in EXACT.items()}},
            r"`exact\.h` must hold the fields of the panels, but lacks \[0\.1\]",
        ),
        (
            {"found": {"LIF": FOUND["LIF"] | {"correlations": np.ones((3, 5))}}},
            r"`found\['LIF'\]\.correlations` must have shape \(h, 4\)",
        ),
        (
            {"found": {"LIF": FOUND["LIF"] | {"sigma_x": [0.1, np.nan, 0.2]}}},
            r"`found\['LIF'\]\.sigma_x` must be finite",
        ),
        (
            {"broken": {"b": {"h": [0.1], "magnetisation_law": [[0.5, 0.5]]}}},
            r"`broken\['b'\]\.magnetisation_law` must have shape \(h, 6\)",
        ),
    ],
)
def test_odd_fields_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        over_fields(**changed)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"curves": {}}, "`curves` must hold at least one entry"),
        ({"large": without(LARGE, "error")}, "`large` must hold .* lacks .'error'"),
        (
            {"chip": CHIP | {"infidelity": [1e-3]}},
            r"`chip\.\w+` must have shape \(n,\) with n=",
        ),
        (
            {"found": {"LIF": SIZES["LIF"] | {"infidelity": np.ones((2, 3))}}},
            r"infidelity` must have shape \(3, n\)",
        ),
        (
            {
                "found": {
                    "LIF": SIZES["LIF"]
                    | {"infidelity": SIZES["LIF"]["infidelity"][::-1]}
                }
            },
            r"`found\['LIF'\]\.infidelity` must hold positive 15, 50 and 85 % points",
        ),
        (
            {"found": {"LIF": SIZES["LIF"] | {"energy_error": np.zeros((3, 3))}}},
            r"energy_error` must hold positive",
        ),
    ],
)
def test_odd_sizes_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        over_sizes(**changed)
