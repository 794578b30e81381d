"""Density-matrix elements: what is drawn is the data."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray
from matplotlib.figure import Figure

from oqnn.plotting import density_matrix_elements, material_colours

TIMES = np.array([0.0, 0.3, 1.1, 4.0, 9.0])
RNG = np.random.default_rng(50)


def random_states(d: int) -> np.ndarray:
    raw = RNG.normal(size=(len(TIMES), d, d)) + 1j * RNG.normal(size=(len(TIMES), d, d))
    positive = raw @ raw.conj().mT
    return positive / np.trace(positive, axis1=-2, axis2=-1)[:, None, None]


def grid_of(figure: Figure, columns: int) -> np.ndarray:
    return np.array(figure.axes).reshape(-1, columns)


def test_qubit_panels_hold_the_elements():
    states = {"plain": random_states(2), "learning": random_states(2)}
    figure = density_matrix_elements(TIMES, states)
    assert isinstance(figure, Figure)
    panels = grid_of(figure, 2)
    assert panels.shape == (2, 2)
    for column, (name, rho) in zip(panels.T, states.items(), strict=True):
        assert column[0].get_title() == name
        above, below = ([line.get_ydata() for line in axes.lines] for axes in column)
        np.testing.assert_allclose(above, [rho[:, 0, 0].real, rho[:, 1, 1].real])
        one = rho[:, 0, 1]
        np.testing.assert_allclose(below, [abs(one), one.real, one.imag])
        for line in (*column[0].lines, *column[1].lines):
            np.testing.assert_array_equal(line.get_xdata(), TIMES)


def test_bell_pair_has_a_row_for_moduli_and_one_for_parts():
    rho = random_states(4)
    figure = density_matrix_elements(TIMES, {"bare": rho, "xy8": rho, "mine": rho})
    panels = grid_of(figure, 3)
    assert panels.shape == (3, 3)
    pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    moduli, parts = panels[1, 2].lines, panels[2, 2].lines
    np.testing.assert_allclose(
        [line.get_ydata() for line in moduli], [abs(rho[:, i, j]) for i, j in pairs]
    )
    np.testing.assert_allclose(
        [line.get_ydata() for line in parts],
        [part for i, j in pairs for part in (rho[:, i, j].real, rho[:, i, j].imag)],
    )
    colours = [line.get_color() for line in moduli]
    assert len(set(colours)) == 6
    assert [line.get_color() for line in parts] == [c for c in colours for _ in "ri"]


def test_labels_name_elements_and_units():
    figure = density_matrix_elements(TIMES, {"bare": random_states(2)})
    lines = [line.get_label() for axes in figure.axes for line in axes.lines]
    assert lines[:3] == [r"$\rho_{00}$", r"$\rho_{11}$", r"$|\rho_{01}|$"]
    assert figure.get_supxlabel() == r"time $t$ (units of $1/\xi$)"
    figure = density_matrix_elements(
        TIMES, {"bare": random_states(4)}, time_label="time (s)"
    )
    assert figure.axes[0].lines[2].get_label() == r"$\rho_{10,10}$"
    assert figure.get_supxlabel() == "time (s)"
    figure = density_matrix_elements(
        TIMES, {"bare": random_states(3)}, levels=["g", "e", "f"]
    )
    assert figure.axes[1].lines[2].get_label() == r"$|\rho_{ef}|$"


def test_titles_have_the_colours_of_the_materials():
    figure = density_matrix_elements(TIMES, {"learning": random_states(2)})
    assert (
        figure.axes[0].title.get_color() == material_colours(["learning"])["learning"]
    )


def test_labelled_arrays_are_taken_by_their_material_axis():
    states = np.stack([random_states(2), random_states(2)])
    labelled = xarray.DataArray(
        states,
        dims=("material", "time", "row", "col"),
        coords={"material": ["plain", "learning"], "time": TIMES},
    )
    figure = density_matrix_elements(labelled["time"], labelled)
    panels = grid_of(figure, 2)
    assert [axes.get_title() for axes in panels[0]] == ["plain", "learning"]
    drawn = panels[1, 1].lines[2].get_ydata()
    np.testing.assert_array_equal(drawn, states[1, :, 0, 1].imag)


@pytest.mark.parametrize("d", [2, 3, 4])
def test_pictures_can_be_written(d, tmp_path):
    names = ["bare", "learning"]
    figure = density_matrix_elements(TIMES, {name: random_states(d) for name in names})
    figure.savefig(tmp_path / "elements.png")
    assert (tmp_path / "elements.png").stat().st_size > 10_000


def test_refusals():
    good = {"bare": random_states(2)}
    with pytest.raises(ValueError, match=r"`times` must increase strictly"):
        density_matrix_elements(TIMES[::-1], good)
    with pytest.raises(ValueError, match=r"`states\['bare'\]` must have shape"):
        density_matrix_elements(TIMES[1:], good)
    with pytest.raises(ValueError, match=r"`states\['x'\]` must have shape.*d=2"):
        density_matrix_elements(TIMES, {**good, "x": random_states(3)})
    with pytest.raises(ValueError, match=r"2 to 4 levels, but has 5\. Trace out"):
        density_matrix_elements(TIMES, {"bare": random_states(5)})
    with pytest.raises(ValueError, match=r"`levels` must name 2 levels, but has 3"):
        density_matrix_elements(TIMES, good, levels=["a", "b", "c"])
    with pytest.raises(ValueError, match=r"`states` must hold at least one material"):
        density_matrix_elements(TIMES, {})
    with pytest.raises(TypeError, match=r"`states` must map materials.*is a ndarray"):
        density_matrix_elements(TIMES, random_states(2))
    with pytest.raises(TypeError, match=r"an axis named material"):
        density_matrix_elements(TIMES, SimpleNamespace(dims=("time",)))
