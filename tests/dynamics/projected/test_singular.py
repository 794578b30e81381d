"""Times at which maps are singular, against those known in closed form."""

import numpy as np
import pytest

from oqnn.dynamics.projected.singular import singular_times


def damped_jaynes_cummings(rate, width, omega=0.0):
    """c₁ = e^{−λt/2}[cosh(dt/2) + (λ/d) sinh(dt/2)], d² = λ² − 2γ₀λ; (t, 4, 4)."""
    d = np.sqrt(complex(width**2 - 2 * rate * width))

    def maps(times):
        x = d * times / 2
        c = np.exp(-width * times / 2) * (np.cosh(x) + width / d * np.sinh(x)).real
        out = np.zeros((len(times), 4, 4))
        out[:, 0, 0] = 1
        out[:, 1, 1] = out[:, 2, 2] = c * np.cos(omega * times)
        out[:, 2, 1] = c * np.sin(omega * times)
        out[:, 1, 2] = -out[:, 2, 1]
        out[:, 3, 3], out[:, 3, 0] = c**2, c**2 - 1
        return out

    return maps


@pytest.mark.parametrize("omega", [0.0, 3.1])
def test_zeros_of_the_damped_jaynes_cummings_amplitude(omega):
    """c₁ = 0 at t = (2/δ)(nπ − arctan(δ/λ)), δ² = 2γ₀λ − λ², uneven times around."""
    rate, width = 4.0, 0.3
    delta = np.sqrt(2 * rate * width - width**2)
    expected = 2 / delta * (np.pi * np.arange(1, 6) - np.arctan(delta / width))
    tlist = 21 * np.linspace(0, 1, 150) ** 1.3
    found = singular_times(damped_jaynes_cummings(rate, width, omega), tlist)
    np.testing.assert_allclose(found, expected, atol=1e-7)


def test_a_map_that_only_decays_is_never_singular():
    """Weak coupling, c₁ > 0: at the last time the least singular value is 10⁻⁷."""
    maps, tlist = damped_jaynes_cummings(1.0, 3.0), np.linspace(0, 14, 101)
    assert np.linalg.svd(maps(tlist), compute_uv=False)[-1, -1] < 1e-7
    assert singular_times(maps, tlist).size == 0


def test_zeros_at_the_ends_and_in_the_middle_count_once():
    """cos t on [π/2, 5π/2], with 3π/2 on the grid and in the middle of two times."""
    for n_times in (20, 21):
        tlist = np.linspace(np.pi / 2, 5 * np.pi / 2, n_times)
        found = singular_times(lambda t: np.cos(t)[:, None, None] * np.eye(3), tlist)
        np.testing.assert_allclose(found / np.pi, [0.5, 1.5, 2.5], atol=1e-12)
    # both neighbours of the zero are equally low, without rounding
    found = singular_times(lambda t: t[:, None, None] * np.eye(2), [-1.5, -0.5, 0.5, 1])
    np.testing.assert_allclose(found, [0], atol=1e-12)


def test_minima_that_are_no_zeros_are_left_out():
    """2 + cos t, and a complex amplitude that passes zero at a distance of 10⁻⁴."""
    tlist = np.linspace(0, 20, 81)
    for maps in (
        lambda t: (2 + np.cos(t))[:, None, None] * np.eye(2),
        lambda t: (np.cos(t) + 1e-4j)[:, None, None] * np.eye(2),
        lambda t: np.ones((len(t), 2, 2)),  # singular always
    ):
        assert singular_times(maps, tlist).size == 0
    assert singular_times(lambda t: np.zeros((len(t), 1, 1)), [1.0]).size == 0


def test_wrong_input_is_refused():
    def maps(times):
        return np.ones((len(times), 2, 2))

    with pytest.raises(ValueError, match=r"`tlist` must increase"):
        singular_times(maps, [0.0, 0.0])
    with pytest.raises(ValueError, match=r"`maps` must return shape \(2, m, m\)"):
        singular_times(lambda t: np.eye(2), [0.0, 1.0])
    with pytest.raises(ValueError, match=r"`maps` must return shape \(2, m, m\)"):
        singular_times(lambda t: np.ones((5, 2, 2)), [0.0, 1.0])
    with pytest.raises(ValueError, match=r"`maps` must have shape \(s, m, m\)"):
        singular_times(lambda t: np.ones((len(t), 2, 3)), [0.0, 1.0])
    with pytest.raises(ValueError, match=r"`maps` must be finite"):
        singular_times(lambda t: np.nan * maps(t), [0.0, 1.0])
