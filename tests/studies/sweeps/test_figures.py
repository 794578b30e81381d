"""The figures of a sweep, from made-up numbers: what is drawn, and from which points.

Materials are plain arithmetic of the coordinates, so that every curve is known.
"""

import numpy as np
import pytest
import xarray as xr
from PIL import Image

from oqnn.studies.sweeps.computation.compute import labels_of
from oqnn.studies.sweeps.description.settings import SweepSettings
from oqnn.studies.sweeps.plan import Plan
from oqnn.studies.sweeps.result.figures import sweep_figures, wigner_animation
from oqnn.studies.sweeps.result.selection import (
    along_axis,
    fixed_text,
    middle_of,
    points_at,
    seeds_by_material,
    short_names,
)
from oqnn.studies.sweeps.result.sweep import Sweep

H, KAPPA, XI = [2.0, 4.0, 8.0], [0.1, 0.2], [1.0, 1.5]
TIMES = np.array([0.0, 0.5, 1.0])
THETA, PHI = np.linspace(0, np.pi, 5), np.linspace(-np.pi, np.pi, 9)
SETTINGS = SweepSettings(
    materials=["bare", "plain", "learning"],
    times={"stop": 1.0, "step": 0.5},
    environment={"h": H, "kappa": KAPPA, "xi": XI},
    learning={"slices": 8, "substeps": 64, "neurons": 4},
    sweep={
        "seeds": 2,
        "zip": [["environment.kappa", "environment.xi"]],
        "measures": ["fidelity", "coherence_time"],
        "views": ["density_matrix", "wigner", "spins", "povm"],
    },
)
WORTH = {"bare": 0.1, "plain": 0.3, "learning": 0.6}


def time_of(point) -> float:
    """Coherence time: grows with h for learning, falls for plain; a bit by seed."""
    h, kappa = (point.coordinates[f"environment.{k}"] for k in ("h", "kappa"))
    slope = {"bare": 0.0, "plain": -0.02, "learning": 0.03}[point.material]
    return WORTH[point.material] + slope * h + kappa + 0.001 * max(point.member, 0)


def made_up() -> Sweep:
    plan = Plan(SETTINGS)
    points = plan.points
    scale = np.array([time_of(point) for point in points])
    decay = np.exp(-TIMES / scale[:, None])  # (p, t)
    states = np.full((len(points), 3, 2, 2), 0.5, dtype=complex)
    states[:, :, 0, 1] *= decay
    states[:, :, 1, 0] *= decay
    wave = np.cos(PHI) * np.sin(THETA)[:, None]
    matrix, seen = ("point", "view_time", "row", "col"), ("point", "view_time")
    values = {
        "fidelity": (("point", "time"), 0.5 + 0.5 * decay),
        "coherence_time": ("point", scale, {"units": "1/xi"}),
        "error": ("point", np.where(scale < 0.21, "too short", "")),
        "state": (matrix, states),
        "frame_state": (matrix, states),
        "povm_state": (matrix, states + 0),
        "povm_distance": (seen, 0.01 * decay),
        "povm_distance_expected": (seen, 0.02 * decay),
        "spins_margin": (seen, 0.6 - decay),
        "wigner": ((*seen, "theta", "phi"), 0.5 + decay[..., None, None] * wave),
    }
    bits = ["0", "1"]
    coords = {"time": TIMES, "view_time": TIMES, "row": bits, "col": bits}
    coords |= {"theta": THETA, "phi": PHI} | labels_of(points)
    rng = np.random.default_rng(7)
    trained = {
        task.name: xr.Dataset(
            {
                "weights": (
                    ("member", "slice", "neuron", "input"),
                    rng.normal(size=(2, 8, 4, 5)),
                ),
                "start": (("member", "neuron"), np.zeros((2, 4))),
                "infidelity": (("member", "epoch"), [[0.4, 0.3], [0.5, 0.2]]),
                "error": ("member", ["", ""]),
            },
            {"member": [0, 1]},
        )
        for task in plan.trainings
        if task.material == "learning"
    }
    tree = xr.DataTree.from_dict({"d2t3": xr.Dataset(values, coords)})
    return Sweep(tree, SETTINGS, trained)


@pytest.fixture(scope="module")
def sweep():
    return made_up()


@pytest.fixture(scope="module")
def figures(sweep):
    return sweep_figures(sweep)


def lines_of(axes) -> dict[str, np.ndarray]:
    return {line.get_label(): line.get_ydata() for line in axes.lines}


def test_all_figures_are_listed_and_none_is_drawn_twice(figures):
    single = {"measures", "elements", "bloch", "wigner", "margin", "povm"}
    learned = {"reconstruction", "learning_learning", "weights_learning"}
    over = {
        f"{name}_{what}"
        for name in ("fidelity", "coherence_time")
        for what in ("against_h", "against_kappa", "over_h_kappa")
    }
    best = {"winners_fidelity_h_kappa", "winners_coherence_time_h_kappa"}
    assert set(figures) == single | learned | over | best | {"drive_learning"}


def test_middle_is_where_most_materials_are(sweep):
    """Of h the middle is 4, of two values of κ the first, at which bare failed."""
    axes, points = SETTINGS.axes, sweep.points()
    bad = points.isel(point=points.error.values != "")
    assert set(bad.material.values) == {"bare"}
    assert set(bad["environment.kappa"].values) == {0.1}
    middle = middle_of(points, axes)
    assert middle == {
        "environment.h": 4.0,
        "environment.kappa": 0.2,
        "environment.xi": 1.5,
    }
    assert points_at(points, middle).sizes["point"] == 5
    none = middle_of(
        points.assign(error=("point", ["x"] * points.sizes["point"])), axes
    )
    assert none["environment.kappa"] == 0.1


def test_names_are_short_where_that_is_clear():
    assert short_names(SETTINGS.axes)["environment.kappa"] == "kappa"
    settings = SweepSettings(environment={"h": H}, training={"h": [1.0, 2.0]})
    assert set(short_names(settings.axes).values()) == {"environment.h", "training.h"}
    names = {"a.h": "h", "a.kind": "kind"}
    assert fixed_text({"a.h": 2.0, "a.kind": "spin"}, names, []) == (
        ", at h = 2, kind = spin"
    )
    assert fixed_text({"a.h": 2.0}, names, ["a.h"]) == ""


def test_curves_along_an_axis_are_those_of_the_slice(sweep, figures):
    axes = figures["coherence_time_against_h"]().axes[0]
    drawn = lines_of(axes)
    plan = {p.index: p for p in sweep.plan.points}
    for kind, values in drawn.items():
        for h, value in zip(H, values, strict=True):
            exact = [
                time_of(p)
                for p in plan.values()
                if p.material == kind
                and p.coordinates["environment.h"] == h
                and p.coordinates["environment.kappa"] == 0.2
            ]
            assert value == pytest.approx(np.median(exact), rel=1e-13)
    assert list(drawn) == ["bare", "plain", "learning"]
    assert axes.get_xlabel() == r"$h$, at $\kappa$ = 0.2, $\xi$ = 1.5"
    assert axes.get_ylabel() == r"coherence time ($1/\xi$)"


def test_failed_points_leave_gaps(sweep, figures):
    drawn = lines_of(figures["fidelity_against_kappa"]().axes[0])
    assert np.isnan(drawn["bare"][0])
    last = 0.5 + 0.5 * np.exp(-TIMES[-1] / (WORTH["bare"] + KAPPA[1]))
    assert drawn["bare"][1] == pytest.approx(last, rel=1e-13)
    x, found = along_axis(
        points_at(sweep.points(), {"environment.h": 2.0}),
        "fidelity",
        "environment.kappa",
    )
    np.testing.assert_array_equal(x, KAPPA)
    assert found["learning"].shape == (2, 2)
    assert "bare" in seeds_by_material(sweep.points(), "fidelity")
    first = points_at(sweep.points(), {"environment.kappa": 0.1})
    assert "bare" not in seeds_by_material(first, "fidelity")


def test_measures_and_views_are_those_at_the_middle(sweep, figures):
    here = points_at(sweep.points(), middle_of(sweep.points(), SETTINGS.axes))
    mine = here.isel(point=here.material.values == "plain")
    figure = figures["measures"]()
    drawn = lines_of(figure.axes[0])
    np.testing.assert_allclose(drawn["plain"], mine.fidelity.median("point"))
    assert r"at $h$ = 4, $\kappa$ = 0.2" in figure.axes[0].get_xlabel()
    columns = figures["elements"]().axes
    (coherence,) = columns[4].lines
    exact = np.abs(mine.frame_state.values[..., 0, 1])
    np.testing.assert_allclose(coherence.get_ydata(), np.median(exact, axis=0))
    margin = lines_of(figures["margin"]().axes[0])
    np.testing.assert_allclose(margin["plain"], mine.spins_margin.median("point"))
    maps = figures["wigner"]().axes
    drawn = np.asarray(maps[3 * 1 + 2].collections[0].get_array())
    np.testing.assert_array_equal(drawn, mine.wigner.values[0, 2])


def test_best_learner_comes_first(sweep, figures):
    """The second learner reaches 0.2, the first 0.3; thick means last drawn."""
    middle = middle_of(sweep.points(), SETTINGS.axes)
    weights = sweep.trained("learning", **middle).weights.values
    for (i, j), axes in zip(
        np.ndindex(4, 5), figures["weights_learning"]().axes, strict=True
    ):
        drawn = [patch.get_data().values for patch in axes.patches]
        np.testing.assert_array_equal(drawn, weights[:, :, i, j])
    lines = figures["learning_learning"]().axes[0].lines
    assert [line.get_linewidth() > 1 for line in lines] == [False, True]


def test_winners_are_those_of_the_means(figures):
    """learning − plain = 0.3 + 0.05 h > 0 everywhere, so learning wins."""
    figure = figures["winners_coherence_time_h_kappa"]()
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert set(texts) <= {"learning", "learning leads", "no winner"}
    assert "no winner" in texts  # where bare failed, at κ = 0.1
    cells = figure.axes[0].images[0].get_array()
    grey = np.abs(cells - 0.93).max(axis=-1) < 1e-12
    np.testing.assert_array_equal(grey, [[True] * 3, [False] * 3])
    maps = figures["coherence_time_over_h_kappa"]().axes
    plain = maps[1].images[0].get_array()
    exact = 0.3 - 0.02 * np.array(H) + np.array(KAPPA)[:, None] + 0.0005
    np.testing.assert_allclose(plain, exact, rtol=1e-12)


def test_the_other_figures_draw(figures):
    for name in ("bloch", "povm", "reconstruction", "drive_learning"):
        assert figures[name]().axes


def test_animation_has_a_frame_a_time(sweep, tmp_path):
    path = wigner_animation(sweep, tmp_path / "w.gif")
    with Image.open(path) as animation:
        assert animation.n_frames == 3
    other = wigner_animation(
        sweep, tmp_path / "h8.gif", coordinates={"environment.h": 8.0}
    )
    assert other.read_bytes() != path.read_bytes()
    with pytest.raises(ValueError, match=r"`coordinates` must be those of finished"):
        wigner_animation(sweep, tmp_path / "a.gif", coordinates={"environment.h": 3.0})


def test_sweep_without_views_or_axes_has_few_figures():
    settings = SweepSettings(
        materials=["bare"],
        times={"stop": 1.0, "step": 0.5},
        sweep={"measures": ["fidelity"]},
    )
    (point,) = Plan(settings).points
    one = xr.Dataset(
        {"fidelity": (("point", "time"), [[1.0, 0.8, 0.7]]), "error": ("point", [""])},
        {"time": TIMES} | labels_of([point]),
    )
    sweep = Sweep(xr.DataTree.from_dict({"d2t3": one}), settings)
    figures = sweep_figures(sweep)
    assert set(figures) == {"measures"}
    assert figures["measures"]().axes[0].get_xlabel().endswith(r"$1/\xi$)")
    failed = one.assign(error=("point", ["too large"]), fidelity=one.fidelity * np.nan)
    assert sweep_figures(Sweep(xr.DataTree.from_dict({"d2t3": failed}), settings)) == {}
    with pytest.raises(ValueError, match=r"view 'wigner'"):
        wigner_animation(sweep, "w.gif")


def test_slices_without_finite_numbers_are_left_out(sweep):
    """Infinite where κ = 0.2, in the middle; elsewhere for one of two seeds."""
    points = sweep.points()
    late = (points["environment.kappa"] == 0.2) | (points.seed == 1)
    times = points.coherence_time.where(~late & (points.material != "bare"), np.inf)
    tree = xr.DataTree.from_dict({"d2t3": points.assign(coherence_time=times)})
    figures = sweep_figures(Sweep(tree, SETTINGS, sweep.trainings))
    assert "coherence_time_against_h" not in figures
    assert "coherence_time_over_h_kappa" not in figures
    drawn = lines_of(figures["coherence_time_against_kappa"]().axes[0])
    assert np.isposinf(drawn["learning"][1])
    assert figures["winners_coherence_time_h_kappa"]().axes


def test_of_parameters_that_run_together_one_without_repeats_is_drawn():
    settings = SweepSettings(
        materials=["bare"],
        times={"stop": 1.0, "step": 0.5},
        environment={"h": [2.0, 2.0, 4.0], "kappa": [0.1, 0.2, 0.3]},
        system={"kind": "qubit", "theta": [0.0, 0.5]},
        sweep={
            "zip": [["environment.h", "environment.kappa"]],
            "measures": ["fidelity"],
        },
    )
    points = Plan(settings).points
    values = np.linspace(0.9, 0.4, 6)
    whole = xr.Dataset(
        {
            "fidelity": (("point", "time"), values[:, None] * np.ones(3)),
            "error": ("point", [""] * 6),
        },
        {"time": TIMES} | labels_of(points),
    )
    sweep = Sweep(xr.DataTree.from_dict({"d2t3": whole}), settings)
    figures = sweep_figures(sweep)
    over = {"against_theta", "against_kappa", "over_theta_kappa", "over_kappa_theta"}
    names = {name.removeprefix("fidelity_") for name in figures if "_" in name}
    assert names <= over  # and no winner where there is one material
    assert len(names) == 3
    axes = figures["fidelity_against_kappa"]().axes[0]
    assert len(lines_of(axes)["bare"]) == 3
    assert axes.get_xlabel() == r"$\kappa$, at $\theta$ = 0"
    for draw in figures.values():
        assert draw().axes


def test_parameters_with_one_value_in_a_shape_are_not_drawn(sweep):
    points = sweep.points()
    some = points.isel(point=np.flatnonzero(points["environment.h"] == 4.0))
    tree = xr.DataTree.from_dict({"d2t3": some, "d2t5": points})
    names = set(sweep_figures(Sweep(tree, SETTINGS, sweep.trainings)))
    assert "fidelity_against_h_d2t5" in names
    assert "fidelity_against_kappa_d2t3" in names
    over_h = {"against_h", "over_h_kappa"}
    assert not names & {f"fidelity_{what}_d2t3" for what in over_h}
    assert "winners_fidelity_h_kappa_d2t3" not in names
