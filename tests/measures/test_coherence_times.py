"""Coherence times by definition and by fit."""

import numpy as np
import pytest

from oqnn._core.errors import ConvergenceError
from oqnn.measures import coherence_time, fit_decay


def test_crossing_of_a_straight_line_is_exact():
    """a(1 − t/b) falls to a share of a at (1 − share) b, whatever the samples."""
    times = np.array([0.0, 0.3, 1.1, 4.0])
    values = 0.7 * (1 - times / 4)
    for level in (0.2, 0.5, 0.99):
        found = coherence_time(times, values, level=level)
        np.testing.assert_allclose(found, 4 * (1 - level), rtol=1e-14)


def test_coherence_time_counts_from_the_first_time_and_share():
    times = np.array([2.0, 2.5, 4.0, 5.0])
    values = 3 * np.array([1.0, 0.8, 0.2, 0.9])
    np.testing.assert_allclose(coherence_time(times, values, level=0.5), 1.25)
    np.testing.assert_allclose(coherence_time(times, -values + 6, level=0.5), np.inf)
    rows = coherence_time(times, np.stack([values, np.ones(4)])[:, None], level=0.8)
    np.testing.assert_allclose(rows, [[0.5], [np.inf]])


def test_a_single_sample_has_lost_nothing():
    assert coherence_time([1.5], [0.3]) == np.inf
    assert coherence_time([1.5], [[0.3], [0.2]]).tolist() == [np.inf] * 2


def test_interpolation_is_of_second_order():
    """e^{-t/T} reaches 1/e at T; the error falls four times when steps halve."""
    T = 1.37
    errors = []
    for count in (20, 40, 80, 160):
        times = (np.arange(count) + 0.5) * 3 * T / count
        times[0] = 0
        errors.append(abs(coherence_time(times, np.exp(-times / T)) - T))
    order = np.polyfit(np.log([20, 40, 80, 160]), np.log(errors), 1)[0]
    assert -2.6 < order < -1.4


@pytest.mark.parametrize(
    ("model", "exponent"), [("exponential", 1), ("gaussian", 2), ("stretched", 1.4)]
)
@pytest.mark.parametrize("T", [0.02, 1.3, 500.0])
def test_fit_recovers_a_law(model, exponent, T):
    """a e^{-(t/T)^p} on uneven times that do not start at zero, in any units."""
    elapsed = T * np.array([0.0, 0.1, 0.35, 0.6, 1.1, 1.3, 2.0])
    values = T**3 * np.exp(-((elapsed / T) ** exponent))
    fit = fit_decay(elapsed + 3, values, model=model)
    found = [fit.amplitude, fit.time, fit.exponent]
    np.testing.assert_allclose(found, [T**3, T, exponent], rtol=1e-9)
    np.testing.assert_allclose(fit.law(elapsed), values, rtol=1e-9)
    assert fit.model == model
    assert fit.residual < 1e-9 * T**3
    assert fit.explained > 1 - 1e-12


@pytest.mark.parametrize("known", [True, False])
def test_errors_of_noisy_fits_are_standard_errors(known):
    """Over 200 noisy decays the deviations are as wide as the fit says: their mean
    square in units of it is 1 within five standard errors, 5√(2/200).
    """
    rng = np.random.default_rng(5)
    times, noise = np.linspace(0, 3, 40), 0.02
    exact, pulls = np.exp(-(times**1.5)), []
    errors = np.full(40, noise) if known else None
    for _ in range(200):
        values = exact + noise * rng.normal(size=40)
        fit = fit_decay(times, values, model="stretched", errors=errors)
        pulls.append(
            [
                (fit.amplitude - 1) / fit.amplitude_error,
                (fit.time - 1) / fit.time_error,
                (fit.exponent - 1.5) / fit.exponent_error,
            ]
        )
    np.testing.assert_allclose(np.mean(np.square(pulls), axis=0), 1, atol=0.5)


def test_residual_shows_a_wrong_law():
    """A Gaussian decay fitted by an exponential leaves more than a percent."""
    times = np.linspace(0, 2, 30)
    values = np.exp(-(times**2))
    wrong, right = fit_decay(times, values), fit_decay(times, values, model="gaussian")
    assert wrong.residual > 0.01 > 1e-9 > right.residual
    np.testing.assert_allclose(
        wrong.residual, np.sqrt(np.mean((values - wrong.law(times)) ** 2)), rtol=1e-12
    )


def test_fits_that_mean_nothing_are_refused():
    times = np.linspace(0, 8, 60)
    noise = np.random.default_rng(1).normal(size=60)
    with pytest.raises(ConvergenceError, match=r"explains only .*use coherence_time"):
        fit_decay(times, np.cos(3 * times))
    with pytest.raises(ConvergenceError, match=r"explains only|do not determine"):
        fit_decay(times, 1 + noise)
    with pytest.raises(ConvergenceError, match=r"do not determine.*Follow the decay"):
        fit_decay(times, np.exp(-times / 2), errors=np.full(60, 3.0))
    with pytest.raises(ConvergenceError, match=r"No law of decay fits|explains only"):
        fit_decay(times, 0.1 + times)


def test_wrong_data_are_refused():
    times = np.array([0.0, 1.0, 2.0])
    with pytest.raises(ValueError, match=r"more than 3 numbers.*but holds 3\."):
        fit_decay(times, [1.0, 0.5, 0.3], model="stretched")
    with pytest.raises(ValueError, match=r"holds 3 equal ones"):
        fit_decay(times, np.ones(3))
    with pytest.raises(ValueError, match=r"`model` must be one of 'exponential'"):
        fit_decay(times, [1.0, 0.5, 0.3], model="power")
    with pytest.raises(ValueError, match=r"`errors` must be positive"):
        fit_decay(times, [1.0, 0.5, 0.3], errors=[0.1, 0.0, 0.1])
    with pytest.raises(ValueError, match=r"`errors` must have shape"):
        fit_decay(times, [1.0, 0.5, 0.3], errors=[0.1])
    with pytest.raises(ValueError, match=r"`values` must have shape \(t,\)"):
        fit_decay(times, [1.0, 0.5])
    with pytest.raises(ValueError, match=r"must start above zero, but one starts at 0"):
        coherence_time(times, [[1.0, 0.5, 0.3], [0.0, 0.5, 0.3]])
    with pytest.raises(ValueError, match=r"each of the 3 times, but has shape \(2,\)"):
        coherence_time(times, [1.0, 0.5])
    with pytest.raises(ValueError, match=r"`values` must be finite"):
        coherence_time(times, [1.0, np.nan, 0.3])
    with pytest.raises(ValueError, match=r"`times` must increase strictly"):
        coherence_time([0, 2, 1], [1.0, 0.5, 0.3])
    with pytest.raises(ValueError, match=r"`level` must lie in \[0, 1\]"):
        coherence_time(times, [1.0, 0.5, 0.3], level=1.5)
