"""Slopes that are exact for parabolas, elasticities for power laws."""

import numpy as np
import pytest
from studies.analysis.fake_sweep import fake_sweep, on_grid

from oqnn.studies.analysis.estimates import Student
from oqnn.studies.analysis.slopes import elasticities, slopes
from oqnn.studies.intervals import mean_interval

H, KAPPA, KIND = "environment.h", "environment.kappa", "environment.kind"
AXES = {H: [5.0, 1.0, 2.0, 2.5], KAPPA: [0.3, 0.1], KIND: ["b", "a"]}
MATERIALS = {"bare": [-1], "learning": [0, 1, 2]}
RNG = np.random.default_rng(7)
OFFSET, TILT = 10 * RNG.normal(size=4), 0.1 * RNG.normal(size=4)


def law(material, seed, h, kappa, kind):
    """A parabola in h, linear in κ; seeds add a constant and a slope in κ."""
    return (
        h**2
        - 3 * h
        + 7 * kappa
        + 20 * (kind == "a")
        + OFFSET[seed]
        + (TILT[seed] * kappa)
    )


SWEEP = fake_sweep(law, axes=AXES, materials=MATERIALS)


@pytest.mark.parametrize("data", [SWEEP, on_grid(SWEEP)], ids=["points", "grid"])
def test_slopes_of_a_parabola_on_an_uneven_grid(data):
    """∂h: 2h − 3, the same for all seeds; ∂κ: 7 + tilt of the seed."""
    found = slopes(data, "purity").sel(material="learning")
    assert found.parameter.values.tolist() == [H, KAPPA]  # a kind has no slope
    by_h = found.sel(parameter=H)
    for part in ("value", "low", "high"):
        exact = (2 * found[H] - 3).broadcast_like(by_h[part])
        np.testing.assert_allclose(by_h[part], exact, rtol=1e-9, atol=1e-11)
    exact = mean_interval(7 + TILT[:3])
    by_kappa = found.sel(parameter=KAPPA)
    for part, number in zip(("value", "low", "high"), exact, strict=True):
        np.testing.assert_allclose(by_kappa[part], number, rtol=1e-9)


def test_elasticities_of_power_laws():
    data = fake_sweep(
        lambda material, seed, h, kappa: 3 * h**-1.5 * kappa**2 * (1 + seed**2),
        axes={H: [5.0, 1.0, 2.0], KAPPA: [0.3, 0.1, 0.2]},
        materials=MATERIALS,
    )
    found = elasticities(data, "purity")
    for part in ("value", "low", "high"):
        np.testing.assert_allclose(found[part].sel(parameter=H), -1.5, rtol=1e-12)
        np.testing.assert_allclose(found[part].sel(parameter=KAPPA), 2.0, rtol=1e-12)
        assert found[part].attrs["units"] == ""


def test_differences_over_a_failed_point_are_left_out():
    """h = 2 of learning, seed 1: its neighbours 1 and 2.5 lack that seed too, and the
    one-sided difference at 5 reaches to 2 as well.
    """
    here = (SWEEP[H] == 2.0) & (SWEEP[KAPPA] == 0.1) & (SWEEP[KIND] == "a")
    lost = np.flatnonzero(here & (SWEEP.seed == 1)).tolist()
    data = fake_sweep(law, axes=AXES, materials=MATERIALS, failed=lost)
    at = {"material": "learning", KAPPA: 0.1, KIND: "a", "parameter": H}
    found = slopes(data, "purity").sel(at)
    assert found["count"].sel({H: [1.0, 2.0, 2.5, 5.0]}).values.tolist() == [2, 2, 2, 2]
    assert found.left_out.values.tolist() == [1, 1, 1, 1]
    np.testing.assert_allclose(found.value, 2 * found[H] - 3)


def test_a_failed_point_has_no_slope_between_two_good_ones():
    data = fake_sweep(
        lambda m, s, h: h, axes={H: [1.0, 2, 3, 4, 5]}, materials={"bare": [-1]}
    )
    data.error[2] = "too large"
    found = slopes(data, "purity").squeeze()
    np.testing.assert_array_equal(found.left_out, [1, 1, 1, 1, 1])
    far = fake_sweep(
        lambda m, s, h: h, axes={H: [1.0, 2, 3, 4, 5, 6, 7]}, materials={"bare": [-1]}
    )
    far.error[3] = "too large"
    found = slopes(far, "purity").squeeze()
    np.testing.assert_array_equal(found.left_out, [0, 0, 1, 1, 1, 0, 0])
    np.testing.assert_array_equal(np.isnan(found.value), found.left_out == 1)


def test_second_order_of_convergence():
    """Errors at interior points and ends fall by four when steps are halved."""
    errors = []
    for count in (9, 17):
        h = np.linspace(0.5, 2.0, count)
        data = fake_sweep(
            lambda material, seed, h: np.exp(h), axes={H: h}, materials={"bare": [-1]}
        )
        found = slopes(data, "purity").value.squeeze()
        errors.append(float(np.abs(found - np.exp(found[H])).max()))
    assert 3.3 < errors[0] / errors[1] < 4.5


def test_average_slopes_and_time():
    times = np.array([0.0, 1.0, 3.0])
    data = fake_sweep(
        lambda material, seed, h: h**2 * times + seed,
        axes={H: [1.0, 2.0, 3.0]},
        materials={"plain": [0, 1]},
        times=times,
    )
    found = slopes(data, "purity", axes=(), method=Student())
    assert found.value.dims == ("parameter", "material", "time")
    np.testing.assert_allclose(found.value.squeeze(), 4 * times, atol=1e-12)


def test_parameters_with_repeated_values_have_no_slope():
    """As on a grid where the first of parameters that run together repeats."""
    repeated = {H: [5.0, 1.0, 1.0, 2.5]}
    grid = on_grid(SWEEP).assign_coords(repeated)
    assert slopes(grid, "purity").parameter.values.tolist() == [KAPPA]


def test_refusals():
    data = fake_sweep(lambda m, s: 1.0, materials={"bare": [-1]})
    with pytest.raises(ValueError, match="more different numbers, but sweeps none"):
        slopes(data, "purity")
    data = fake_sweep(lambda m, s, h: h, axes={H: [0.0, 1]}, materials={"bare": [-1]})
    with pytest.raises(
        ValueError, match="`purity` must be positive for elasticities, b"
    ):
        elasticities(data, "purity")
    with pytest.raises(
        ValueError, match="two or more different positive numbers, but "
    ):
        elasticities(data.assign(purity=data.purity + 1), "purity")
