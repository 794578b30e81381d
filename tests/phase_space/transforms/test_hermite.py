"""Oscillator eigenfunctions, to a thousand quanta and far into the tails."""

import mpmath
import numpy as np
import pytest
from numpy.polynomial.hermite import hermval

from oqnn.phase_space.transforms.hermite import oscillator_wavefunctions


def test_low_levels_are_hermite_polynomials():
    """φ_n = (mω/πħ)^¼ (2ⁿ n!)^(−½) H_n(ξ) e^(−ξ²/2), ξ = x √(mω/ħ)."""
    x, mass, omega, hbar = np.linspace(-2.3, 3.1, 41), 1.7, 0.6, 0.4
    found = oscillator_wavefunctions(6, x, mass=mass, omega=omega, hbar=hbar)
    xi = x * np.sqrt(mass * omega / hbar)
    norms = [1, 2, 8, 48, 384, 3840]
    for n, norm in enumerate(norms):
        exact = hermval(xi, np.eye(6)[n]) * np.exp(-(xi**2) / 2) / np.sqrt(norm)
        exact *= (mass * omega / (np.pi * hbar)) ** 0.25
        np.testing.assert_allclose(found[n], exact, rtol=1e-13, atol=1e-15)


def exact_levels(n: int, x: float) -> list:
    """φ_k(x), k < n, by the recurrence in 50 digits."""
    with mpmath.workdps(50):
        x = mpmath.mpf(x)
        values = [mpmath.exp(-(x**2) / 2) / mpmath.pi ** mpmath.mpf(0.25)]
        before = mpmath.mpf(0)
        for k in range(1, n):
            step = x * mpmath.sqrt(mpmath.mpf(2) / k) * values[-1]
            step -= mpmath.sqrt(1 - mpmath.mpf(1) / k) * before
            before = values[-1]
            values.append(step)
        return values


@pytest.mark.parametrize("x", [-22.2, 31.7, 40.123, 44.71])
def test_a_thousand_levels_keep_all_digits(x):
    """At 40 the ground state is 1e-347, below all doubles, and φ₉₉₉ is −0.16."""
    found = oscillator_wavefunctions(1000, [x])[:, 0]
    exact = np.array([float(value) for value in exact_levels(1000, x)])
    np.testing.assert_allclose(found, exact, atol=2e-14, rtol=0)


@pytest.mark.parametrize("x", [47.3, 52.9])
def test_tails_have_relative_accuracy(x):
    """Beyond the turning point √1999 = 44.7: φ₉₉₉(52.9) = 9.4e-68."""
    found = oscillator_wavefunctions(1000, [x])[-1, 0]
    assert found == pytest.approx(float(exact_levels(1000, x)[-1]), rel=1e-13, abs=0)


def test_far_away_everything_is_zero():
    found = oscillator_wavefunctions(1000, [-1e300, -1e4, 1e6])
    np.testing.assert_array_equal(found, 0)


@pytest.mark.parametrize("n", [1, 40, 1000])
def test_levels_are_orthonormal(n):
    """The trapezoidal rule is exact below the Nyquist spacing."""
    x = np.linspace(-52, 52, 3001)
    phi = oscillator_wavefunctions(n, x)[-40:]
    gram = phi @ phi.T * (x[1] - x[0])
    np.testing.assert_allclose(gram, np.eye(len(phi)), atol=2e-13)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((0, [0.0]), {}, ValueError, "`n` must be at least 1"),
        ((2.0, [0.0]), {}, TypeError, "`n` must be an integer"),
        ((2, 0.0), {}, ValueError, r"`x` must have shape \(nx,\)"),
        ((2, [np.inf]), {}, ValueError, "`x` must be finite"),
        ((2, [0.0]), {"mass": 0}, ValueError, "`mass` must be positive"),
        ((2, [0.0]), {"omega": -1}, ValueError, "`omega` must be positive"),
        ((2, [0.0]), {"hbar": 0}, ValueError, "`hbar` must be positive"),
    ],
)
def test_refusals(arguments, options, error, message):
    with pytest.raises(error, match=message):
        oscillator_wavefunctions(*arguments, **options)
