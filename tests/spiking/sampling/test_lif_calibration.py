"""Calibration of LIF neurons and the translation of machines."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from oqnn._core.errors import ConvergenceError
from oqnn.spiking.hardware.model import HardwareModel
from oqnn.spiking.sampling import lif_calibration
from oqnn.spiking.sampling.activation import fit_logistic
from oqnn.spiking.sampling.lif_calibration import calibrate
from oqnn.spiking.sampling.lif_sampler import LIFSampler
from oqnn.spiking.sampling.machine import two_layer
from oqnn.spiking.sampling.physical import PhysicalNetwork, translate

SAMPLER = LIFSampler()
MACHINE = two_layer(2, 3, scale=0.8, seed=1)


def test_a_logistic_is_fitted_exactly_and_noise_shows_in_its_errors():
    leaks = np.linspace(-3, 5, 40)
    shares = expit((leaks - 0.7) / 0.45)
    u0, alpha, u0_error, alpha_error = fit_logistic(leaks, shares)
    np.testing.assert_allclose([u0, alpha], [0.7, 0.45], rtol=1e-6)
    assert max(u0_error, alpha_error) < 1e-6
    noisy = shares + 0.01 * np.random.default_rng(1).normal(size=40)
    u0, alpha, u0_error, alpha_error = fit_logistic(leaks, noisy)
    assert abs(u0 - 0.7) < 5 * u0_error < 0.1
    assert abs(alpha - 0.45) < 5 * alpha_error < 0.1


def test_curves_that_do_not_rise_are_refused():
    with pytest.raises(ConvergenceError, match=r"must rise .* from 0\.2 to 0\.95"):
        fit_logistic(np.linspace(-1, 1, 9), np.linspace(0.2, 0.95, 9))


def test_the_activation_function_is_a_logistic_up_to_one_or_two_per_cent():
    curve = calibrate(SAMPLER)
    assert np.diff(curve.shares).min() > -5 * curve.errors.max()
    assert curve.rms_residual < 0.008
    assert curve.max_residual < 0.02
    np.testing.assert_allclose(
        curve.shares, curve.activation(curve.leaks) + curve.residuals, rtol=1e-12
    )
    assert 0 < curve.u0_error < 0.01
    assert 0 < curve.alpha_error < 0.01


def test_pairs_have_the_odds_of_their_weights():
    """ln(p00 p11 / p01 p10) = W up to a tenth for |W| < 1; negative W do less."""
    curve = calibrate(SAMPLER)
    small = np.abs(curve.pair_weights) < 1.2
    assert small.sum() == 4
    np.testing.assert_allclose(curve.pair_residuals[small], 0, atol=0.15)
    assert np.diff(curve.pair_log_odds).min() > 10 * curve.pair_errors.max()
    assert curve.weight_gain == pytest.approx(1, abs=0.1)


def test_errors_of_a_calibration_are_those_of_correlated_reads():
    """Reads of every step say as much as one in about 16 of them.

    Two to six times sqrt(p (1 - p)/N), and for the odds ratios of eight groups one to
    six times the root of the sum of 1/n over the four states.
    """
    curve = calibrate(SAMPLER)
    n = 128 * lif_calibration.READS
    p = curve.shares
    middle = (p > 0.05) & (p < 0.95)
    times = (curve.errors / np.sqrt(p * (1 - p) / n))[middle]
    assert 2 < times.min() <= times.max() < 6
    W = lif_calibration.PAIRS
    counts = np.exp(np.outer([0, -0.5, -0.5, 0], W))  # gain 1, up to some per cent
    counts *= lif_calibration.COPIES * n / counts.sum(axis=0)
    times = curve.pair_errors / np.sqrt((1 / counts).sum(axis=0))
    assert 1 < times.min() <= times.max() < 6


def test_the_gain_of_exact_laws_is_found():
    """Counts in proportion to exp(g W z1 z2 - W (z1 + z2)/2) give g back."""
    weights = lif_calibration.PAIRS
    laws = np.exp(np.outer([0, -0.5, -0.5, 1.3 - 1], weights))
    laws *= 1e6 / laws.sum(axis=0)
    assert lif_calibration._weight_gain(laws) == pytest.approx(1.3, abs=1e-4)


def test_additive_synapses_need_all_of_their_effect_counted():
    """Its sum is ts/(ts - tm) (1/(e^(1/ts) - 1) - 1/(e^(1/tm) - 1)) over tau_ref."""
    a, b = 1 / np.expm1(0.1), 1 / np.expm1(1.0)
    assert SAMPLER.mean_response == pytest.approx((a - b) / 0.9 / 10, rel=1e-12)
    renewing = LIFSampler(synapses="renewing", tau_ref_ms=10.5)
    steps = np.arange(1, 12)
    response = (np.exp(-steps / 10) - np.exp(-steps)) / 0.9
    expected = (response[:10].sum() + 0.5 * response[10]) / 10.5
    assert renewing.mean_response == pytest.approx(expected, rel=1e-12)


def test_a_calibration_is_kept_and_knows_no_hardware():
    other = LIFSampler(chains=3, read_every_ms=5.0, hardware=HardwareModel.six_bit())
    assert calibrate(SAMPLER) is calibrate(other)
    assert calibrate(SAMPLER) is not calibrate(LIFSampler(reset=-0.7))


def test_machines_are_translated_parameter_by_parameter():
    curve = replace(
        calibrate(SAMPLER),
        u0=-0.5,
        alpha=0.6,
        mean_response=0.8,
        weight_gain=1.5,
        refractory=9.5,
    )
    physical = translate(MACHINE, curve)
    np.testing.assert_allclose(physical.weights, MACHINE.weights / 2, rtol=1e-14)
    np.testing.assert_allclose(physical.leaks, -0.5 + 0.6 * MACHINE.biases, rtol=1e-14)
    assert physical.refractory.tolist() == [9.5] * 5
    assert (physical.leak_at_zero, physical.leak_unit) == (-0.5, 0.6)
    assert physical.weight_unit == pytest.approx(0.5)


NETWORK = {
    "weights": np.zeros((3, 3)),
    "leaks": np.zeros(3),
    "refractory": np.full(3, 2.0),
    "leak_at_zero": 0.0,
    "leak_unit": 1.0,
    "weight_unit": 1.0,
}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weights": np.zeros((3, 2))}, r"`weights` must have shape \(n, n\)"),
        ({"leaks": np.zeros(4)}, r"`leaks` must have shape \(3,\)"),
        ({"leaks": np.zeros((5, 2))}, r"`leaks` must have shape \(chains, 3\)"),
        ({"gains": [1.0, np.inf, 1.0]}, r"`gains` must be finite"),
        ({"refractory": np.full(3, 0.9)}, "`refractory` must be at least one step"),
        ({"weight_unit": 0.0}, "`weight_unit` must be positive"),
        ({"wiring": np.zeros((3, 4))}, "`wiring` must connect some source"),
    ],
)
def test_networks_that_do_not_fit_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        PhysicalNetwork(**NETWORK | changes)
