"""Gaussian packets against eqs. 1.3 and 1.6, the symbolic room and quadrature."""

import numpy as np
import pytest
import sympy

from oqnn import symbolic
from oqnn.phase_space import GaussianPacket, PhaseSpaceGrid
from oqnn.phase_space.transforms.packets import (
    cat_state,
    mixture,
    superposition,
    superposition_wavefunction,
)

A, B, C, HBAR = 0.7, 1.9, 0.8, 0.6
# One period of W, unequal and off the centre.
GRID = PhaseSpaceGrid(
    np.linspace(-7, 7.5, 120, endpoint=False),
    np.linspace(-9, 8.5, 180, endpoint=False),
    HBAR,
)
# Any points will do for a closed form.
UNEVEN = PhaseSpaceGrid(np.sort(np.random.default_rng(1).normal(size=9)), GRID.p, HBAR)
CLOSE = {"rtol": 1e-12, "atol": 1e-13}
ODD_LOT = [
    GaussianPacket(0.8, -1.1, 0.5, 0.9),
    GaussianPacket(-1.2, 0.7, 0.9, -0.4),
    GaussianPacket(0.3, 1.3, 0.6),
]
AMPLITUDES = np.array([1.0, 0.7 - 0.6j, -0.3 + 1.1j])


def quadrature(psi, points, hbar, spread=0.0):
    """W(x, p) by the sum over y that defines it, one point at a time."""
    y = np.linspace(-14, 14, 2001)
    fall = np.exp(-((spread * y / hbar) ** 2) / 4)
    values = []
    for x, p in points:
        pair = psi(x + y / 2) * psi(x - y / 2).conj()
        integral = np.trapezoid(np.exp(-1j * p * y / hbar) * pair * fall, y)
        values.append(integral.real / (2 * np.pi * hbar))
    return np.array(values)


def test_eq_1_3_ground_state_cat_and_mixture():
    """The three printed formulas, with h = 2πħ."""
    h, x, p = 2 * np.pi * HBAR, UNEVEN.x[:, None], UNEVEN.p
    in_p = np.exp(-((A * p / HBAR) ** 2))
    right, left = (np.exp(-(((x - s * B) / A) ** 2)) for s in (1, -1))
    fringes = 2 * np.exp(-((x / A) ** 2)) * np.cos(2 * B * p / HBAR)

    ground = superposition([GaussianPacket(width=A)], UNEVEN).values
    np.testing.assert_allclose(ground, 2 / h * in_p * np.exp(-((x / A) ** 2)), **CLOSE)
    cat = in_p * (right + left + fringes) / (h * (1 + np.exp(-((B / A) ** 2))))
    np.testing.assert_allclose(
        cat_state(UNEVEN, width=A, distance=B).values, cat, **CLOSE
    )
    sides = [GaussianPacket(x0=B, width=A), GaussianPacket(x0=-B, width=A)]
    np.testing.assert_allclose(
        mixture(sides, UNEVEN).values, in_p * (right + left) / h, **CLOSE
    )


def test_eq_1_3_odd_cat_turns_the_fringes_round():
    """W ∝ … − 2e^{−x²/a²}cos(2bp/ħ), over 1 − e^{−b²/a²}; W(0, 0) = −2/h."""
    at_origin = PhaseSpaceGrid([0.0, 1.0], [0.0, 1.0], HBAR)
    W = cat_state(at_origin, width=A, distance=B, phase=np.pi)
    assert W.values[0, 0] == pytest.approx(-1 / (np.pi * HBAR), rel=1e-12)


def test_eq_1_6_cat_of_uncertain_momentum():
    """D = c² + ħ²/a²; fringes weakened by e^{−b²c²/a²D}, of wave number 2ħb/a²D."""
    x, p = UNEVEN.x[:, None], UNEVEN.p
    D = C**2 + (HBAR / A) ** 2
    right, left = (np.exp(-(((x - s * B) / A) ** 2)) for s in (1, -1))
    fringes = np.cos(2 * HBAR * B * p / (A**2 * D))
    fringes = 2 * np.exp(-((x / A) ** 2) - (B * C / A) ** 2 / D) * fringes
    exact = np.exp(-(p**2) / D) * (right + left + fringes)
    exact /= 2 * np.pi * A * np.sqrt(D) * (1 + np.exp(-((B / A) ** 2)))
    W = cat_state(UNEVEN, width=A, distance=B, spread=C)
    np.testing.assert_allclose(W.values, exact, **CLOSE)


def test_eq_1_6_purity_of_a_smeared_packet():
    """ħ/√(a²c² + ħ²)."""
    W = superposition([GaussianPacket(0.4, 0.3, A, 0.5)], GRID, spread=C)
    exact = HBAR / np.sqrt((A * C) ** 2 + HBAR**2)
    assert W.purity == pytest.approx(exact, rel=1e-10)
    assert W.norm == pytest.approx(1, rel=1e-12)


@pytest.mark.slow
def test_packets_agree_with_the_symbolic_room():
    """Sheared, boosted, of unequal widths: the phases are those of `displaced`."""
    number, i = sympy.Rational, sympy.I
    wide = symbolic.squeezed(symbolic.gaussian_state(1), number(1, 2), shear=1)
    psi = symbolic.displaced(wide, number(4, 5), -1)
    psi += (1 - 2 * i) * symbolic.displaced(symbolic.gaussian_state(1), -1, 2)
    W = symbolic.smear_momentum(symbolic.wigner(psi), number(4, 5))
    x, p, hbar = symbolic.symbols()
    exact = symbolic.to_function(W / symbolic.norm(W), [x, p, hbar])
    packets = [GaussianPacket(0.8, -1, 0.5, 1), GaussianPacket(-1, 2, 1)]
    mine = superposition(packets, UNEVEN, amplitudes=[1, 1 - 2j], spread=0.8)
    exact = np.real(exact(UNEVEN.x[:, None], UNEVEN.p, HBAR))
    np.testing.assert_allclose(mine.values, exact, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("spread", [0.0, C])
def test_superposition_is_the_transform_of_its_wavefunction(spread):
    """Quadrature of the definition at a few points, phases and all."""
    W = superposition(ODD_LOT, GRID, amplitudes=AMPLITUDES, spread=spread)
    at = [(60, 90), (48, 107), (71, 75), (66, 99)]
    points = [(GRID.x[i], GRID.p[j]) for i, j in at]

    def psi(x):
        return superposition_wavefunction(ODD_LOT, x, amplitudes=AMPLITUDES, hbar=HBAR)

    np.testing.assert_allclose(
        [W.values[i, j] for i, j in at],
        quadrature(psi, points, HBAR, spread),
        rtol=1e-9,
        atol=1e-11,
    )


def test_superposition_is_pure_with_the_marginal_of_its_wavefunction():
    W = superposition(ODD_LOT, GRID, amplitudes=AMPLITUDES)
    psi = superposition_wavefunction(ODD_LOT, GRID.x, amplitudes=AMPLITUDES, hbar=HBAR)
    assert W.norm == pytest.approx(1, rel=1e-11)
    assert W.purity == pytest.approx(1, rel=1e-11)
    np.testing.assert_allclose(
        W.marginals()[0], np.abs(psi) ** 2, rtol=1e-9, atol=1e-11
    )


def test_moments_of_a_sheared_packet():
    """Var x = a²/2, Cov = κa²/2, Var p = ħ²/2a² + κ²a²/2, about (x₀, p₀)."""
    packet = GaussianPacket(0.4, -0.7, 0.8, 0.5)
    W = superposition([packet], GRID)
    xx, kappa = packet.width**2 / 2, packet.shear
    pp = HBAR**2 / (4 * xx) + kappa**2 * xx
    np.testing.assert_allclose(W.mean, [packet.x0, packet.p0], rtol=1e-10, atol=1e-11)
    np.testing.assert_allclose(
        W.covariance, [[xx, kappa * xx], [kappa * xx, pp]], rtol=1e-9, atol=1e-11
    )


def test_batches_are_their_single_states():
    rows = np.array([AMPLITUDES, [0, 2j, 0], [1, 1, -1]])[:, None, :]
    W = superposition(ODD_LOT, GRID, amplitudes=rows)
    assert W.batch == (3, 1)
    alone = superposition(ODD_LOT, GRID, amplitudes=rows[2, 0])
    np.testing.assert_allclose(W.values[2, 0], alone.values, **CLOSE)
    second = superposition(ODD_LOT[1:2], GRID)
    np.testing.assert_allclose(W.values[1, 0], second.values, **CLOSE)
    psi = superposition_wavefunction(ODD_LOT, GRID.x, amplitudes=rows, hbar=HBAR)
    assert psi.shape == (3, 1, GRID.x.size)

    laws = np.array([[0.2, 0.5, 0.3], [0, 1, 0]])
    mixed = mixture(ODD_LOT, GRID, probabilities=laws)
    np.testing.assert_allclose(mixed.values[1], second.values, **CLOSE)
    sides = [superposition([packet], GRID).values for packet in ODD_LOT]
    expected = np.tensordot(laws[0], sides, axes=1)
    np.testing.assert_allclose(mixed.values[0], expected, **CLOSE)


def test_wavefunctions_at_points_of_any_shape():
    """As many rows as packets, which a product of matrices would mix up."""
    x = np.random.default_rng(2).normal(size=(2, 3, 4))
    rows = np.array([AMPLITUDES, [0, 2j, 1]])
    psi = superposition_wavefunction(ODD_LOT, x, amplitudes=rows, hbar=HBAR)
    assert psi.shape == (2, 2, 3, 4)
    flat = superposition_wavefunction(ODD_LOT, x.ravel(), amplitudes=rows, hbar=HBAR)
    np.testing.assert_allclose(psi.reshape(2, -1), flat, **CLOSE)
    one = superposition_wavefunction(ODD_LOT, x[1, 2, 3], amplitudes=rows, hbar=HBAR)
    np.testing.assert_allclose(one, flat[:, -1], **CLOSE)


def test_packets_far_apart_lose_no_digits():
    """Fringes at the origin of a cat of b = 2000a: |W| = 2/h there."""
    near = PhaseSpaceGrid([0.0, 0.1], [0.0, 0.1], HBAR)
    W = cat_state(near, width=1.0, distance=2000.0)
    assert W.values[0, 0] == pytest.approx(1 / (np.pi * HBAR), rel=1e-13)


def test_odd_cats_come_close_to_one_quantum_before_they_vanish():
    """b → 0: W₁ = (2r² − 1) e^{−r²}/πħ up to O(b²), r² = x²/a² + a²p²/ħ²."""
    r2 = (UNEVEN.x[:, None] / A) ** 2 + (A * UNEVEN.p / HBAR) ** 2
    exact = (2 * r2 - 1) * np.exp(-r2) / (np.pi * HBAR)
    W = cat_state(UNEVEN, width=A, distance=1.5e-4 * A, phase=np.pi)
    np.testing.assert_allclose(W.values, exact, rtol=0, atol=3e-8)
    for distance in (5e-5 * A, 2e-6 * A):  # where rounding makes 1e-7 and 1e-5
        with pytest.raises(ValueError, match="`amplitudes` must leave something"):
            cat_state(UNEVEN, width=A, distance=distance, phase=np.pi)


def test_refusals():
    packet = GaussianPacket()
    with pytest.raises(ValueError, match="`width` must be positive, but is 0"):
        GaussianPacket(width=0)
    with pytest.raises(ValueError, match="`p0` must be finite"):
        GaussianPacket(p0=np.nan)
    with pytest.raises(ValueError, match="`packets` must hold at least one"):
        superposition([], GRID)
    with pytest.raises(TypeError, match="`packets` must hold GaussianPacket alone"):
        mixture([packet, 2.0], GRID)
    with pytest.raises(TypeError, match="`packets` must be a sequence of"):
        superposition(packet, GRID)
    with pytest.raises(ValueError, match=r"`amplitudes` must have shape \(\.\.\., 1\)"):
        superposition([packet], GRID, amplitudes=[1, 2])
    with pytest.raises(ValueError, match=r"`probabilities` must have shape"):
        mixture([packet], GRID, probabilities=0.5)
    with pytest.raises(ValueError, match="`probabilities` must sum to 1"):
        mixture([packet] * 2, GRID, probabilities=[[0.5, 0.5], [0.5, 0.6]])
    with pytest.raises(ValueError, match="`amplitudes` must leave something"):
        superposition([packet] * 2, GRID, amplitudes=[1, -1])
    with pytest.raises(ValueError, match="`amplitudes` must not all be zero"):
        superposition([packet], GRID, amplitudes=[0])
    with pytest.raises(ValueError, match="`amplitudes` must be finite"):
        superposition([packet], GRID, amplitudes=[np.inf])
    with pytest.raises(ValueError, match=r"`spread` must be .* at least zero"):
        mixture([packet], GRID, spread=-0.1)
    with pytest.raises(ValueError, match="`distance` must be positive"):
        cat_state(GRID, width=1, distance=0)
    with pytest.raises(ValueError, match="`phase` must be finite"):
        cat_state(GRID, width=1, distance=1, phase=np.nan)
    with pytest.raises(ValueError, match="`hbar` must be positive"):
        superposition_wavefunction([packet], [0.0], hbar=0)
    with pytest.raises(ValueError, match="`x` must be finite"):
        superposition_wavefunction([packet], [np.nan])
