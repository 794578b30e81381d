"""Diagonal and off-diagonal elements in several environments."""

import numpy as np
import pytest

from oqnn.plotting import elements_by_environment

TIMES = np.array([0.0, 0.3, 1.1, 4.0, 9.0])
RNG = np.random.default_rng(60)


def random_states(d: int, *seeds: int) -> np.ndarray:
    shape = (*seeds, len(TIMES), d, d)
    raw = RNG.normal(size=shape) + 1j * RNG.normal(size=shape)
    positive = raw @ raw.conj().mT
    return positive / np.trace(positive, axis1=-2, axis2=-1)[..., None, None]


def panels_of(figure, columns: int) -> np.ndarray:
    return np.array(figure.axes).reshape(-1, columns)


def test_panels_hold_the_medians_on_one_scale():
    states = {"plain": random_states(2, 4), "learning": random_states(2, 3)}
    figure = elements_by_environment(TIMES, states)
    panels = panels_of(figure, 2)
    assert panels.shape == (2, 2)
    assert len({axes.get_ylim() for axes in panels.flat}) == 1
    assert len({axes.get_xlim() for axes in panels.flat}) == 1
    for column, rho in zip(panels.T, states.values(), strict=True):
        above = [line.get_ydata() for line in column[0].lines]
        median = np.median(np.einsum("stii->ist", rho).real, axis=1)
        np.testing.assert_allclose(above, median, rtol=1e-13)
        (below,) = column[1].lines
        np.testing.assert_allclose(
            below.get_ydata(), np.median(abs(rho[..., 0, 1]), axis=0), rtol=1e-13
        )
        np.testing.assert_array_equal(below.get_xdata(), TIMES)
    assert [axes.get_title() for axes in panels[0]] == list(states)


def test_bands_reach_from_least_to_greatest_or_hold_the_middle_half():
    rho = random_states(2, 5)
    for band, levels in (("range", [0, 1]), ("quartiles", [0.25, 0.75])):
        figure = elements_by_environment(TIMES, {"plain": rho}, band=band)
        heights = figure.axes[0].collections[0].get_paths()[0].vertices[:, 1]
        edges = np.quantile(rho[..., 0, 0].real, levels, axis=0)
        assert heights.min() == pytest.approx(edges[0].min(), abs=1e-14)
        assert heights.max() == pytest.approx(edges[1].max(), abs=1e-14)
    alone = elements_by_environment(TIMES, {"plain": rho[:1]})
    assert not alone.axes[0].collections


def test_real_and_imaginary_parts_have_rows_and_negative_values_stay_in_sight():
    rho = random_states(3)
    rho[:, 0, 2] = -0.4 + 0.2j
    figure = elements_by_environment(
        TIMES, {"mine": rho}, parts=("real", "imaginary"), levels=["g", "e", "f"]
    )
    panels = panels_of(figure, 1)[:, 0]
    for axes, part in zip(panels[1:], (np.real, np.imag), strict=True):
        drawn = [line.get_ydata() for line in axes.lines]
        wanted = [part(rho[:, i, j]) for i, j in ((0, 1), (0, 2), (1, 2))]
        np.testing.assert_allclose(drawn, wanted, rtol=1e-14)
    assert panels[1].get_ylim()[0] < -0.4
    assert panels[1].lines[1].get_label() == r"$\mathrm{Re}\,\rho_{gf}$"


def test_coherences_that_are_always_zero_are_left_out():
    bell = np.zeros((len(TIMES), 4, 4), dtype=complex)
    bell[:, [0, 0, 3, 3], [0, 3, 0, 3]] = 0.5
    figure = elements_by_environment(TIMES, {"bare": bell})
    labels = [line.get_label() for line in figure.axes[1].lines]
    assert labels == [r"$|\rho_{00,11}|$"]
    many = elements_by_environment(TIMES, {"bare": random_states(6)})
    assert len(many.axes[1].lines) == 6
    mixed = np.tile(np.eye(2) / 2, (len(TIMES), 1, 1))
    none = elements_by_environment(TIMES, {"bare": mixed})
    assert len(none.axes[1].lines) == 1


def test_refusals():
    rho = random_states(2)
    with pytest.raises(ValueError, match=r"`states\['bare'\]` must have shape \(5, d,"):
        elements_by_environment(TIMES, {"bare": rho[:3]})
    with pytest.raises(ValueError, match=r"one number of levels, 2 to 6"):
        elements_by_environment(TIMES, {"bare": rho, "plain": random_states(3)})
    with pytest.raises(ValueError, match=r"2 to 6, but have \{'bare': 7\}"):
        elements_by_environment(TIMES, {"bare": random_states(7)})
    with pytest.raises(ValueError, match=r"`titles` must name 1 columns"):
        elements_by_environment(TIMES, {"bare": rho}, titles=["a", "b"])
    with pytest.raises(ValueError, match=r"`parts` must name some of modulus"):
        elements_by_environment(TIMES, {"bare": rho}, parts=["phase"])
    with pytest.raises(ValueError, match=r"`band` must be"):
        elements_by_environment(TIMES, {"bare": rho}, band="sd")
    with pytest.raises(ValueError, match="finite"):
        elements_by_environment(TIMES, {"bare": rho * np.nan})
