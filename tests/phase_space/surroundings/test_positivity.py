"""Which channels go together: Kossakowski's matrix, and what the warning says."""

import re
import warnings

import numpy as np
import pytest

from oqnn import symbolic
from oqnn.phase_space.surroundings.open_terms import (
    CaldeiraLeggett,
    Damping,
    Diffusion,
    Friction,
    LinearJump,
    Localisation,
)
from oqnn.phase_space.surroundings.positivity import (
    PositivityWarning,
    check_positivity,
    positivity_margin,
)

HBAR = 0.7


def kossakowski(channel):
    """a of Σ a_jk (r_j ρ r_k − ½{r_k r_j, ρ}), by jumps or from the formula."""
    match channel:
        case LinearJump(in_x, in_p):
            return np.outer([in_x, in_p], np.conj([in_x, in_p]))
        case Damping(rate, nbar, mass, omega):
            a = np.array([mass * omega, 1j]) / np.sqrt(2 * HBAR * mass * omega)
            loss, gain = np.outer(a, a.conj()), np.outer(a.conj(), a)
            return rate * ((nbar + 1) * loss + nbar * gain)
    gamma = getattr(channel, "gamma", 0)
    D = channel.diffusion(HBAR)
    equation = symbolic.caldeira_leggett(0, gamma, D[1, 1], D[0, 0], D[0, 1])
    found = symbolic.kossakowski_matrix(equation)
    return np.array(found.subs(symbolic.symbols()[2], HBAR), dtype=complex)


COMBINATIONS = [
    [Diffusion(0.1, 0.2, 0.1)],
    [Friction(0.2), Diffusion(0.1, 0.2)],
    [Friction(0.2), Diffusion(0.02, 0.1, 0.03)],
    [LinearJump(0.6 - 0.3j, 0.2 + 0.5j), Friction(0.1)],
    [LinearJump(0.6 - 0.3j, 0.2 + 0.5j), Damping(0.2, 0.3, 1.3, 0.6)],
    [CaldeiraLeggett(0.2, 0.8, 1.3)],
    [CaldeiraLeggett(0.2, 0.8, 1.3), Diffusion(D_xx=0.1)],
]


@pytest.mark.parametrize("channels", COMBINATIONS, ids=repr)
def test_eq_1_8_the_margin_is_the_determinant_of_kossakowski(channels):
    """det a = (4/ħ⁴)[det D − (ħ tr A/4)²]."""
    a = sum(kossakowski(channel) for channel in channels)
    np.testing.assert_allclose(a, a.conj().T, atol=1e-14)
    expected = np.linalg.det(a).real * HBAR**4 / 4
    found = positivity_margin(channels, HBAR)
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(
    "channels",
    [
        [LinearJump(0.6 - 0.3j, 0.2 + 0.5j)],
        [Damping(0.3, 0, 1.3, 0.6)],
        [CaldeiraLeggett(0.2, 0.8, 1.3, completely_positive=True)],
    ],
    ids=repr,
)
def test_a_single_jump_is_on_the_boundary_and_passes(channels):
    assert positivity_margin(channels, HBAR) == pytest.approx(0, abs=1e-16)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_positivity(channels, HBAR)
        check_positivity([*channels, Localisation(1, 1)], HBAR)
        check_positivity([], HBAR)


@pytest.mark.parametrize("D_px", [0.0, 0.04])
def test_the_warning_names_the_diffusion_that_would_do(D_px):
    bath = [CaldeiraLeggett(0.2, 0.8, 1.3), Diffusion(D_px=D_px)]
    with pytest.warns(PositivityWarning, match=r"at least.* = 0\.0049 .* but is") as w:
        check_positivity(bath, HBAR)
    assert w[0].filename == __file__
    least = float(re.search(r"D_xx = ([\d.]+) in all", str(w[0].message))[1])
    enough = [*bath, Diffusion(D_xx=least * (1 + 1e-5))]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_positivity(enough, HBAR)
    with pytest.warns(PositivityWarning):
        check_positivity([*bath, Diffusion(D_xx=least * (1 - 1e-5))], HBAR)


def test_friction_alone_has_no_cure_in_x():
    with pytest.warns(PositivityWarning, match="no D_xx would do"):
        check_positivity([Friction(0.1), Diffusion(D_xx=3)], HBAR)


def test_a_single_channel_is_refused():
    with pytest.raises(TypeError, match=r"Try \[Friction"):
        positivity_margin(Friction(0.2), HBAR)
