"""Fits to every point, and how others take them."""

import numpy as np
import pytest
import xarray as xr
from studies.analysis.fake_sweep import fake_sweep, on_grid

from oqnn.measures import fit_decay
from oqnn.studies.analysis.decay_times import fit_coherence_times
from oqnn.studies.analysis.samples import failures
from oqnn.studies.analysis.seeds import seed_intervals

KAPPA = "environment.kappa"
TIMES = np.array([0.0, 0.3, 0.5, 1.1, 2.0, 3.5, 5.0])
AXES = {KAPPA: [0.4, 0.2, 0.9]}
MATERIALS = {"bare": [-1], "learning": [0, 1]}
RNG = np.random.default_rng(1)


def law(material, seed, kappa):
    return 0.8 * np.exp(-((TIMES * kappa / (2 + seed)) ** 2))


def noisy(material, seed, kappa):
    return 0.8 * np.exp(-TIMES * kappa) + 0.02 * RNG.normal(size=TIMES.size)


def sweep_of(law, **more):
    return fake_sweep(
        law, axes=AXES, materials=MATERIALS, times=TIMES, measure="c", **more
    )


@pytest.mark.parametrize("model", ["gaussian", "stretched"])
def test_a_known_law_is_found_at_every_point(model):
    """T = (2 + seed)/κ, p = 2 and a = 0.8, without error."""
    found = fit_coherence_times(sweep_of(law), "c", model=model)
    exact = (2 + found.seed) / found[KAPPA]
    np.testing.assert_allclose(found.decay_time, exact, rtol=1e-7)
    np.testing.assert_allclose(found.exponent, 2.0, rtol=1e-7)
    np.testing.assert_allclose(found.amplitude, 0.8, rtol=1e-7)
    np.testing.assert_allclose(found.decay_time_error, 0.0, atol=1e-6)
    assert failures(found) == {}


def test_each_fit_is_that_of_the_point_alone():
    data = sweep_of(noisy)
    found = fit_coherence_times(data, "c")
    for i in (0, 4, 8):
        alone = fit_decay(TIMES, data.c.values[i])
        assert found.decay_time.values[i] == alone.time
        assert found.decay_time_error.values[i] == alone.time_error
        assert found.explained.values[i] == alone.explained


def test_points_and_grid_say_the_same():
    data = sweep_of(noisy, failed=[4])
    one = seed_intervals(fit_coherence_times(data, "c"), "decay_time")
    other = seed_intervals(fit_coherence_times(on_grid(data), "c"), "decay_time")
    xr.testing.assert_allclose(one, other, rtol=1e-13)


def test_failed_points_and_those_without_a_fit_are_left_out_and_counted():
    """Point 2 failed; point 4 oscillates, which no law of decay explains."""

    def one_revives(material, seed, kappa):
        if (material, seed, kappa) == ("learning", 0, 0.2):
            return np.cos(4 * TIMES)
        return law(material, seed, kappa)

    data = sweep_of(one_revives, failed=[2])
    data.c[2] = law("learning", 1, 0.4)  # whatever a failed point may hold
    found = fit_coherence_times(data, "c")
    assert found.error.values[2] == "too large"
    assert "do not determine the exponential law" in found.error.values[4]
    assert np.isnan(found.decay_time.values[[2, 4]]).all()
    assert found.error.values[5] == ""
    over = seed_intervals(found, "decay_time").sel(material="learning")
    assert over.left_out.sel({KAPPA: [0.4, 0.2, 0.9]}).values.tolist() == [1, 1, 0]


def test_units_are_those_of_time_and_measure():
    data = sweep_of(noisy)
    data["time"].attrs["units"] = "1/ω"
    data.c.attrs["units"] = "mV"
    found = fit_coherence_times(data, "c")
    assert found.decay_time_error.attrs["units"] == "1/ω"
    assert found.amplitude.attrs["units"] == "mV"
    assert found.exponent.attrs["units"] == ""
    assert all(v.attrs["long_name"] for v in found.data_vars.values())


def test_errors_of_fits_are_those_of_repetition():
    """The mean squared deviation over 60 noisy points matches the stated errors."""
    data = fake_sweep(
        lambda m, s: noisy(m, s, 0.5),
        materials={"plain": range(60)},
        times=TIMES,
        measure="c",
    )
    found = fit_coherence_times(data, "c")
    pulls = ((found.decay_time - 2.0) / found.decay_time_error).values
    assert abs(np.median(np.abs(pulls)) - 0.73) < 0.3  # of Student's t, 5 freedoms


def test_refusals():
    data = sweep_of(law)
    with pytest.raises(ValueError, match="`measure` must be one of c, but is 'purity'"):
        fit_coherence_times(data, "purity")
    with pytest.raises(
        ValueError, match="`c` must run over `time`, but has the dims p"
    ):
        fit_coherence_times(data.isel(time=0), "c")
    with pytest.raises(
        TypeError, match="`c` must hold real numbers, but holds complex"
    ):
        fit_coherence_times(data.assign(c=data.c * 1j), "c")
    with pytest.raises(ValueError, match="`model` must be one of 'exponential', 'gaus"):
        fit_coherence_times(data, "c", model="linear")
