"""Filter functions: closed forms, their sum, and weak noise simulated in full."""

import numpy as np
import pytest

from oqnn.environments import ReferenceEnvironment, decoupling_material
from oqnn.environments import readout_infidelity as lost
from oqnn.environments.cost import ProtectionCost
from oqnn.measures import filter_function, first_order_infidelity

TIMES = np.linspace(0, 3, 3001)
OMEGA = np.array([-7.0, -0.4, 0.0, 1.3, 5.0])


def flips(at):
    """Rotations by ideal π pulses about x: y and z change sign."""
    sign = (-1.0) ** np.searchsorted(at, TIMES, side="right")
    return np.stack([np.ones_like(sign), sign, sign], axis=1)[:, :, None] * np.eye(3)


def test_free_evolution():
    """F = 4 sin²(ωT/2)/ω², T² at zero; F of what is not there is zero."""
    found = filter_function(TIMES, flips([]), OMEGA)
    expected = 9 * np.sinc(OMEGA * 3 / (2 * np.pi)) ** 2
    np.testing.assert_allclose(found[:, 2, 2], expected, rtol=0, atol=1e-11)
    assert not found[:, 0, 1].any()


def test_spin_echo():
    """F = 16 sin⁴(ωT/4)/ω² for one pulse in the middle, to the width of a step."""
    found = filter_function(TIMES, flips([1.5]), OMEGA)[:, 2, 2]
    x = OMEGA * 3 / 4
    expected = (9 * np.sinc(x / np.pi) ** 2 * np.sin(x) ** 2)[[0, 1, 3, 4]]
    np.testing.assert_allclose(found[[0, 1, 3, 4]], expected, rtol=0, atol=4e-3)
    assert found[2] < 1e-5


def test_what_passes_in_all_is_the_time():
    """Σ_b ∫ F_ab dω/2π = T, as rows of a rotation have length one (Parseval)."""
    environment = ReferenceEnvironment()
    material = decoupling_material(environment, "xy4", spacing=0.5)
    times = np.linspace(0, 2, 4001)
    omega = np.linspace(-300, 300, 6001)
    found = filter_function(times, material.rotation(times), omega).sum(axis=2)
    total = found.sum(axis=0) * (omega[1] - omega[0]) / (2 * np.pi)
    np.testing.assert_allclose(total, 2, rtol=5e-3)


@pytest.mark.slow
@pytest.mark.parametrize("sequence", ["cpmg", "xy4"])
def test_weak_noise_loses_what_passes(sequence):
    """Hopping field: S(ω) = (ξ²/3) 2Γ/(Γ² + ω²) along each axis, Γ = 4κ/3.

    Against the exact evolution, whose infidelity differs by the next order in ξT.
    """
    ratios = []
    omega = np.linspace(-120, 120, 4801)
    times = np.linspace(0, 2, 2001)
    for xi in (0.1, 0.05):
        environment = ReferenceEnvironment(
            xi=xi, kappa=0.6, epsilon=0, gamma_1=0, gamma_phi=0
        )
        material = decoupling_material(environment, sequence, spacing=0.5)
        cycle = material.drive.times[-1]
        at = times * cycle / 2
        filters = filter_function(at, material.rotation(at), omega)
        spectrum = xi**2 / 3 * 1.6 / (0.64 + omega**2)
        predicted = first_order_infidelity(
            omega, filters, np.tile(spectrum[:, None], (1, 3))
        )
        exact = lost(material, ProtectionCost(readouts=(1.0,)), period=cycle, slices=8)
        ratios.append(exact / predicted)
    assert ratios[1] == pytest.approx(1, abs=5e-3)
    assert abs(ratios[1] - 1) < abs(ratios[0] - 1) + 2e-3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: filter_function(TIMES, np.eye(3), OMEGA), "`rotation` must have sha"),
        (lambda: filter_function([0, 1], np.zeros((2, 3, 3)), [9.0]), "`times` must h"),
        (lambda: filter_function([1, 0], np.zeros((2, 3, 3)), [0.0]), "must increase"),
        (
            lambda: first_order_infidelity(
                [0, 1], np.zeros((2, 3, 3)), -np.ones((2, 3))
            ),
            "`spectra` must not be negative, but reach -1",
        ),
        (
            lambda: first_order_infidelity([0], np.zeros((2, 3, 3)), np.ones((2, 3))),
            "`filters` must have shape",
        ),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
