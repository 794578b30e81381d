"""Fits of correlation lengths: exact decays, noise, and what has no length."""

import numpy as np
import pytest

from oqnn import ConvergenceError
from oqnn.ground_states import fit_correlation_length, free_fermion_observables


@pytest.mark.parametrize(
    ("length", "amplitude", "offset"), [(0.3, 0.9, 0.05), (4.0, -0.2, 0.7)]
)
def test_exact_decays_are_found(length, amplitude, offset):
    """A e^{−d/ξ} + B at uneven distances, and its mirror sum on a ring."""
    d = np.array([1, 2, 3, 5, 8])
    ring = (np.exp(-d / length) + np.exp((d - 20) / length)) / (
        1 + np.exp(-20 / length)
    )
    for n, form, curve in (
        (None, "exponential", np.exp(-d / length)),
        (20, "ring", ring),
    ):
        fit = fit_correlation_length(d, amplitude * curve + offset, form=form, n=n)
        assert fit.length == pytest.approx(length, rel=1e-6)
        assert fit.amplitude == pytest.approx(amplitude, rel=1e-5)
        assert fit.offset == pytest.approx(offset, abs=1e-7)
        assert fit.deviation < 1e-8
        np.testing.assert_allclose(fit(d), amplitude * curve + offset, atol=1e-8)
        assert fit(0.0) == pytest.approx(amplitude + offset, rel=1e-5)


def test_errors_are_those_of_repetitions():
    """With noise of known size, different at every distance, the fitted parameters
    spread as their errors say, and lie about the truth.
    """
    rng = np.random.default_rng(1)
    d = np.arange(1, 9)
    sigma = np.linspace(1e-3, 4e-3, 8)
    truth = 0.6 * np.exp(-d / 2.0) + 0.1
    fits = [
        fit_correlation_length(d, truth + sigma * rng.normal(size=8), errors=sigma)
        for _ in range(100)
    ]
    for name, value in (("length", 2.0), ("amplitude", 0.6), ("offset", 0.1)):
        found = np.array([getattr(fit, name) for fit in fits])
        claimed = np.mean([getattr(fit, f"{name}_error") for fit in fits])
        assert claimed == pytest.approx(found.std(), rel=0.25)
        assert abs(found.mean() - value) < 5 * found.std() / np.sqrt(100)


def test_errors_without_noise_given_follow_from_residuals():
    """Equal noise of unknown size: the same spread, from the residuals."""
    rng = np.random.default_rng(2)
    d = np.arange(1, 7)
    truth = 0.6 * np.exp(-d / 2.0) + 0.1
    noise = 2e-4 * rng.normal(size=(200, 6))
    fits = [fit_correlation_length(d, truth + each) for each in noise]
    spread = np.std([fit.length for fit in fits])
    rms = np.sqrt(np.mean([fit.length_error**2 for fit in fits]))
    assert rms == pytest.approx(spread, rel=0.2)


def test_eight_spins_correlate_farthest_above_the_critical_field():
    """Of the fields measured in the literature the length is greatest at h = 1.25 J."""
    fields = [0.1, 0.5, 0.9, 1.0, 1.25, 5.0, 10.0]
    lengths = [
        fit_correlation_length(
            np.arange(1, 5), free_fermion_observables(8, 1.0, h).correlations[1:]
        ).length
        for h in fields
    ]
    assert fields[int(np.argmax(lengths))] == 1.25
    assert lengths[-1] < lengths[-2] < lengths[3]


@pytest.mark.parametrize(
    "values", [np.ones(5), np.arange(5.0), np.array([1, 0, 0, 0, 0])]
)
def test_what_has_no_length_is_refused(values):
    with pytest.raises(ConvergenceError, match="No correlation length between"):
        fit_correlation_length(np.arange(1, 6), values)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"correlations": np.ones(3)}, r"`correlations` must have shape \(k,\)"),
        ({"correlations": [1, 2, np.nan, 3]}, "`correlations` must be finite"),
        ({"errors": [1, 1, 0, 1]}, "`errors` must be positive"),
        ({"form": "cosine"}, "`form` must be one of"),
        ({"form": "ring"}, "`n` must be given with form='ring'"),
        ({"n": 8}, "`n` must be given with form='ring'"),
        ({"distances": [1, 2, 2, 3]}, "at least 4 different ones"),
        ({"distances": [-1, 2, 3, 4]}, r"`distances` must lie in \[0, inf\]"),
        (
            {"distances": [1, 2, 3, 9], "form": "ring", "n": 8},
            r"`distances` must lie in \[0, 8\], but is 9",
        ),
        (
            {"distances": [1, 2, 2, 1], "errors": [1, 1, 1, 1]},
            "at least 3 different ones",
        ),
    ],
)
def test_bad_fits_are_refused(change, match):
    arguments = {"distances": [1, 2, 3, 4], "correlations": [0.6, 0.4, 0.3, 0.25]}
    with pytest.raises(ValueError, match=match):
        fit_correlation_length(**{**arguments, **change})
