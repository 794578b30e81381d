"""Dissipation that holds one state: dark states, rates, optimal constants."""

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.linalg import expm

from oqnn.dynamics import (
    ConstantControls,
    RegisterGenerator,
    gap,
    steady_state,
)
from oqnn.environments import (
    Material,
    ProtectionCost,
    ReferenceEnvironment,
    RegisterEnvironment,
    dark_state_jumps,
    engineered_material,
    field_channel,
    readout_infidelity,
    with_dissipation,
)
from oqnn.measures import decoherence_free_subspaces

PSI = np.array([0.6, 0.48 - 0.36j, 0.2 + 0.4898979485566356j])  # a qutrit
LOWER = np.array([[0, 0], [1, 0]])
SIGMA_Z = np.diag([1.0, -1.0])
UP = np.diag([1.0, 0.0])


def damped_qubit(gamma=0.3):
    """A qubit that decays from |0⟩ to |1⟩, with a field along z, h = 2."""
    noise = RegisterGenerator(
        np.zeros((1, 2, 2)), {(0, 0): np.sqrt(gamma) * LOWER[None]}
    )
    return RegisterEnvironment(noise, {"z": field_channel(SIGMA_Z / 2, 1)}, 2.0)


def test_the_state_is_the_only_dark_state_and_the_only_steady_state():
    """ρ̇ = rate (⟨φ|ρ|φ⟩ |ψ⟩⟨ψ| − ½{1 − ψ, ρ}): the slowest mode decays at rate / 2."""
    jumps = dark_state_jumps(PSI, 0.7)
    np.testing.assert_allclose(jumps @ PSI, 0, atol=1e-14)
    dark = decoherence_free_subspaces(np.zeros((3, 3)), jumps)
    assert [one.basis.shape for one in dark] == [(3, 1)]
    np.testing.assert_allclose(abs(PSI.conj() @ dark[0].basis[:, 0]), 1, atol=1e-12)
    generator = RegisterGenerator(np.zeros((1, 3, 3)), {(0, 0): jumps})
    (held,) = steady_state(generator)
    np.testing.assert_allclose(held, np.outer(PSI, PSI.conj()), atol=1e-12)
    np.testing.assert_allclose(gap(generator), 0.35, rtol=1e-9)


def test_every_other_state_enters_at_the_rate():
    """1 − ⟨ψ|ρ(t)|ψ⟩ = (1 − ⟨ψ|ρ(0)|ψ⟩) e^{−rate t}, from any state."""
    L = dark_state_jumps(PSI, 0.7)
    rng = np.random.default_rng(1)
    a = rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3))
    rho = a @ a.conj().T / np.trace(a @ a.conj().T)
    one, damping = np.eye(3), sum(R.conj().T @ R for R in L)
    slow = sum(np.kron(R, R.conj()) for R in L)  # row-stacked
    slow = slow - (np.kron(damping, one) + np.kron(one, damping.T)) / 2
    for t in (0.4, 1.7):
        after = (expm(slow * t) @ rho.reshape(-1)).reshape(3, 3)
        lost = 1 - (PSI.conj() @ after @ PSI).real
        start = 1 - (PSI.conj() @ rho @ PSI).real
        np.testing.assert_allclose(lost, start * np.exp(-0.7 * t), rtol=1e-12)


def test_control_sets_the_rate_from_none_to_all():
    """Pumped at g (1 + y)/2 against decay at γ: p(t) = (g' + γ e^{−(g'+γ)t})/(g'+γ)."""
    environment = with_dissipation(damped_qubit(), dark_state_jumps([1, 0], 1.4))
    times = np.array([0.0, 0.3, 2.0])
    for y in (-1.0, 0.2, 1.0):
        drive = ConstantControls(np.array([0.5, y]))
        held = Material(kind="held", environment=environment, drive=drive)
        cost = ProtectionCost(states=UP[None], readouts=(0.15, 1.0), weights=(0, 1))
        pump, gamma = 1.4 * (1 + y) / 2, 0.3
        kept = (pump + gamma * np.exp(-(pump + gamma) * times)) / (pump + gamma)
        found = readout_infidelity(held, cost, period=2.0, slices=20)
        np.testing.assert_allclose(1 - found, kept[-1], rtol=1e-12)


@pytest.mark.slow
def test_best_constant_is_full_dissipation():
    environment = with_dissipation(damped_qubit(), dark_state_jumps([1, 0], 1.4))
    cost = ProtectionCost(states=UP[None])
    best = engineered_material(environment, cost=cost, points=8, starts=2, period=2.0)
    np.testing.assert_allclose(best.drive.values[1], 1.0, atol=1e-12)


def test_levels_and_controls_of_the_environment_stay():
    reference = ReferenceEnvironment()
    pumped = with_dissipation(reference, dark_state_jumps([1, 0], 2.0), name="pump")
    assert pumped.control_names == (*reference.control_names, "pump")
    y = np.array([0.3, -0.2, 0.7, -0.4])
    off = pumped.generator().matrix(np.append(y, -1.0))
    np.testing.assert_allclose(off, reference.generator().matrix(y), atol=1e-12)


def test_no_ket_or_jumps_are_refused():
    with pytest.raises(ValueError, match=r"`psi` must be a normalised.* norm 1\.41421"):
        dark_state_jumps([1, 1])
    with pytest.raises(ValueError, match="of size two or more, but has size 1"):
        dark_state_jumps([1])
    with pytest.raises(ValueError, match="`rate` must be positive"):
        dark_state_jumps([1, 0], 0)
    with pytest.raises(ValueError, match="`jumps` must have shape"):
        with_dissipation(damped_qubit(), np.zeros((1, 3, 3)))
    with pytest.raises(ValueError, match="no channel 'z' yet"):
        with_dissipation(damped_qubit(), LOWER, name="z")
    sparse = RegisterEnvironment(
        RegisterGenerator([sp.eye_array(40, format="csr")]),
        {"z": RegisterGenerator([sp.eye_array(40, format="csr")])},
        1.0,
    )
    with pytest.raises(TypeError, match="must be made of dense RegisterGenerators"):
        with_dissipation(sparse, np.eye(40))
