"""Classical wave functions: p = q²/|q|², eqs. (12)-(13) of the paper."""

import numpy as np
import pytest
from encoding.states import density, ket

from oqnn.encoding import CorrelationMap
from oqnn.encoding.maps.classical_wave import (
    law_from_wave,
    state_from_wave,
    wave_from_law,
)

RNG = np.random.default_rng(13)


def test_eq_4_2_law_of_a_wave():
    q = RNG.normal(size=(3, 2, 64))
    expected = q**2 / (q**2).sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(law_from_wave(q), expected, rtol=1e-14, atol=0)


def test_neither_norm_nor_signs_count():
    q = RNG.normal(size=64)
    signs = RNG.choice([-1, 1], size=64)
    p = law_from_wave(q)
    np.testing.assert_allclose(law_from_wave(-3.7 * signs * q), p, rtol=1e-14, atol=0)
    np.testing.assert_allclose(law_from_wave(1e200 * q), p, rtol=1e-14, atol=0)
    np.testing.assert_allclose(law_from_wave(1e-200 * q), p, rtol=1e-14, atol=0)


def test_waves_of_a_law():
    p = RNG.dirichlet(np.ones(8), size=(2, 3))
    signs = RNG.choice([-1, 1], size=(2, 3, 8))
    q = wave_from_law(p, signs=signs)
    np.testing.assert_array_equal(np.sign(q), signs)
    np.testing.assert_allclose(np.linalg.norm(q, axis=-1), 1, rtol=1e-14)
    np.testing.assert_allclose(law_from_wave(q), p, rtol=1e-14, atol=0)
    assert (wave_from_law(p) > 0).all()
    assert wave_from_law([1, -1e-13]).tolist() == [1, 0]


def test_the_state_of_a_wave_on_two_configurations():
    """cos² on (+++ +++), sin² on (−−− ++−): χ is linear in p, by hand."""
    angle = 0.4
    q = np.zeros(64)
    q[[0b111111, 0b000110]] = np.cos(angle), np.sin(angle)
    up, down = np.ones(4), np.array([1, -1, -1, -1])
    second = np.array([1, 1, 1, -1])
    chi = np.cos(angle) ** 2 * np.outer(up, up)
    chi += np.sin(angle) ** 2 * np.outer(down, second)
    np.testing.assert_allclose(
        state_from_wave(q), CorrelationMap(2).state_from_chi(chi), rtol=0, atol=1e-15
    )


def test_the_map_from_waves_to_states_is_not_invertible():
    """|0⟩: Z is +, X and Y are independent or equal. Two laws, one state."""
    independent, equal = np.zeros((2, 8))
    independent[[1, 3, 5, 7]] = 1
    equal[[1, 7]] = -1, 1
    states = state_from_wave([independent, equal])
    expected = density(ket(1, 0))
    np.testing.assert_allclose(states, [expected, expected], rtol=0, atol=1e-15)


@pytest.mark.parametrize(
    ("q", "error", "match"),
    [
        (np.zeros((2, 8)), ValueError, "`q` must not be zero"),
        (np.ones(8) * 1j, TypeError, "`q` must be real"),
        ([1.0] * 7 + [np.nan], ValueError, "`q` must be finite"),
        ([], ValueError, r"`q` must (be real|have shape)"),
        (np.ones(16), ValueError, r"`q` must have shape \(\.\.\., 8\*\*n\).*\(16,\)"),
        ([2.0], ValueError, r"`q` must have shape \(\.\.\., 8\*\*n\)"),
    ],
)
def test_waves_are_refused(q, error, match):
    with pytest.raises(error, match=match):
        state_from_wave(q)


def test_laws_are_refused():
    with pytest.raises(ValueError, match="`p` must sum to 1"):
        wave_from_law([[0.5, 0.5], [0.5, 0.6]])
    with pytest.raises(ValueError, match=r"`signs` must be −1 and \+1 in shape \(2,\)"):
        wave_from_law([0.5, 0.5], signs=[1, 0])
    with pytest.raises(ValueError, match=r"`signs` must be .* in shape \(3,\)"):
        wave_from_law([0.5, 0.5], signs=[1, 1, 1])
