"""Steady states, spectra and gaps."""

from importlib import import_module

import numpy as np
import pytest
import qutip
from dynamics.generators import random_generator
from systems import LOWERING, RAISING, SIGMA_X, SIGMA_Z, SYSTEMS

from oqnn.dynamics import (
    CombinedGenerator,
    ControlledGenerator,
    MatrixGenerator,
    RegisterGenerator,
    evolve,
    gap,
    spectrum,
    steady_state,
)

spectrum_module = import_module("oqnn.dynamics.spectrum")
NAMED = {system.name: system for system in SYSTEMS}


def generator_of(name):
    return RegisterGenerator(NAMED[name].hamiltonians, NAMED[name].jumps)


@pytest.mark.parametrize("route", ["dense", "Arnoldi"])
@pytest.mark.parametrize(
    ("drive", "detuning", "rate"), [(1.3, 0.4, 0.7), (0.2, 2, 0.1)]
)
def test_resonance_fluorescence(route, drive, detuning, rate, monkeypatch):
    """H = (Δσ_z + Ωσ_x)/2, √g σ₋: p_e = (Ω²/4)/(Δ² + g²/4 + Ω²/2).

    Two atoms, since ARPACK wants more coordinates than one has.
    """
    if route == "Arnoldi":
        monkeypatch.setattr(spectrum_module, "DENSE_LIMIT", 0)
        monkeypatch.setattr(spectrum_module, "WORKSPACE", 12)
    H = (detuning * SIGMA_Z + drive * SIGMA_X) / 2
    one, unit = np.sqrt(rate) * LOWERING, np.eye(2)
    two = RegisterGenerator(
        np.kron(H, unit) + np.kron(unit, H),
        {(0, 0): np.array([np.kron(one, unit), np.kron(unit, one)])},
    )
    excited = (drive**2 / 4) / (detuning**2 + rate**2 / 4 + drive**2 / 2)
    (rho,) = steady_state(two)
    single = np.einsum("ikjk->ij", rho.reshape(2, 2, 2, 2))
    assert single[0, 0] == pytest.approx(excited, abs=1e-12)
    np.testing.assert_allclose(rho, np.kron(single, single), atol=1e-12)
    np.testing.assert_allclose(two.apply(rho[None]), 0, atol=1e-12)


def test_thermal_qubit_and_two_band_register():
    """p_e = n̄/(2n̄ + 1), rates Γ/2 and Γ = g(2n̄ + 1); the ground of band 1 is dark."""
    thermal = generator_of("thermal qubit")
    (rho,) = steady_state(thermal)
    np.testing.assert_allclose(rho, np.diag([0.6, 1.6]) / 2.2, atol=1e-14)
    total = 0.4 * 2.2
    expected = [0, -total / 2 - 1.3j, -total / 2 + 1.3j, -total]
    np.testing.assert_allclose(spectrum(thermal), expected, atol=1e-13)
    assert gap(thermal) == pytest.approx(total / 2, rel=1e-12)


def test_what_is_conserved_keeps_a_steady_state_from_being_unique():
    """The two-band register has 3: the excitation, and two dark levels."""
    two_band = generator_of("two-band")
    values = spectrum(two_band)
    assert (np.abs(values) < 1e-12).sum() == 3
    # populations at γ₁ + γ₂, coherences of the bands at γ₂/2 and γ₁/2
    assert gap(two_band) == pytest.approx(0.1, rel=1e-12)
    with pytest.raises(
        ValueError, match=r"one steady state, but has 3; its gap is 0\.1"
    ):
        steady_state(two_band)
    with pytest.raises(ValueError, match=r"but has 2; its gap is 0\.6"):
        steady_state(generator_of("dephasing"))
    with pytest.raises(ValueError, match="but has 2 and nothing decays"):
        steady_state(RegisterGenerator(SIGMA_Z))


def test_gap_of_dephasing_and_of_growth():
    """2g for √g σ_z; with the rate −g a mode grows."""
    dephasing = generator_of("dephasing")
    assert gap(dephasing) == pytest.approx(0.6, rel=1e-12)
    growth = CombinedGenerator([-1.0], [dephasing])
    assert gap(growth) == pytest.approx(-0.6, rel=1e-12)
    with pytest.raises(ValueError, match="a mode that decays"):
        gap(RegisterGenerator(SIGMA_Z))
    with pytest.raises(ValueError, match="a mode that decays"):
        gap(RegisterGenerator(np.zeros((2, 2))))


@pytest.mark.parametrize(("n", "d"), [(1, 3), (2, 3), (3, 2)])
def test_random_generators_against_qutip_and_long_times(n, d):
    generator = random_generator(n, d)
    H, jumps = generator.embedding()
    L = qutip.liouvillian(qutip.Qobj(H), [qutip.Qobj(x) for x in jumps])
    blocks = steady_state(generator)
    reference = qutip.steadystate(L).full().reshape(d, n, d, n)
    np.testing.assert_allclose(blocks, np.einsum("inkn->nik", reference), atol=1e-10)
    assert np.trace(blocks, axis1=1, axis2=2).sum() == pytest.approx(1, abs=1e-14)
    late = evolve(
        generator, np.array([np.eye(d) / (n * d)] * n), [0.0, 60 / gap(generator)]
    )
    np.testing.assert_allclose(late.blocks[-1], blocks, atol=1e-12)
    values = spectrum(generator)
    assert (np.diff(values.real) <= 0).all()
    every = L.eigenenergies()
    for value in values:
        assert np.abs(every - value).min() < 1e-10


@pytest.mark.parametrize("controlled", [False, True])
def test_large_generators_are_never_a_matrix(controlled, monkeypatch):
    """Arnoldi's method on the propagator against the dense route."""
    generator, u = random_generator(2, 4), None
    if controlled:
        rest = CombinedGenerator([0.5], [generator])
        generator, u = (
            ControlledGenerator(rest, [rest, random_generator(2, 4, 9)]),
            [1, 0.1],
        )
    rho, rate = steady_state(generator, u), gap(generator, u)
    monkeypatch.setattr(spectrum_module, "DENSE_LIMIT", 8)
    np.testing.assert_allclose(steady_state(generator, u), rho, atol=1e-11)
    assert gap(generator, u) == pytest.approx(rate, rel=1e-8)


def test_large_generators_without_one_steady_state_are_refused(monkeypatch):
    """Dephasing keeps four populations; a closed system has no rates at all."""
    monkeypatch.setattr(spectrum_module, "DENSE_LIMIT", 8)
    monkeypatch.setattr(spectrum_module, "WORKSPACE", 12)
    energies = np.diag([0.0, 1.0, 2.5, 4.5])
    with pytest.raises(ValueError, match="one steady state, but has 4 or more"):
        steady_state(RegisterGenerator(energies, {(0, 0): energies}))
    with pytest.raises(ValueError, match=r"mode that decays, but its average rate"):
        steady_state(RegisterGenerator(np.zeros((4, 4))))


def test_controls_enter():
    """Excitation at rate u + v and decay at rate 1: p_e = (u + v)/(1 + u + v)."""
    up = RegisterGenerator(np.zeros((2, 2)), {(0, 0): RAISING})
    down = RegisterGenerator(np.zeros((2, 2)), {(0, 0): LOWERING})
    generator = ControlledGenerator(down, [up, up])
    (rho,) = steady_state(generator, [0.1, 0.3])
    np.testing.assert_allclose(rho, np.diag([0.4, 1.0]) / 1.4, atol=1e-14)
    assert gap(generator, [0.1, 0.3]) == pytest.approx(0.7, rel=1e-12)
    with pytest.raises(ValueError, match="`u` must hold 2 controls"):
        spectrum(generator)


def test_generators_without_a_state_at_rest_are_refused():
    with pytest.raises(ValueError, match="must have one steady state, but has 0"):
        steady_state(MatrixGenerator(-np.eye(4)))
    # the only operator at rest is σ_x, without trace
    with pytest.raises(ValueError, match="its steady operator has trace zero"):
        steady_state(MatrixGenerator(np.diag([-1.0, 0.0, -1.0, -1.0])))
