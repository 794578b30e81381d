"""What the register learns, memory, order, energy: closed forms and refusals."""

import numpy as np
import pytest
from environments.problems import ENVIRONMENT, H
from scipy.special import entr

from oqnn.dynamics import ConstantControls, PiecewiseControls, RegisterGenerator, evolve
from oqnn.environments import (
    Material,
    ReferenceEnvironment,
    RegisterEnvironment,
    bare_material,
    diagnose,
    field_channel,
    register_information,
    xy8_material,
)

SIGMA_X = np.array([[0, 1], [1, 0]])
TIMES = np.array([0.0, 0.3, 1.1, 2.5])
BASIS = np.array([np.diag([1.0, 0]), np.diag([0, 1.0])])


def detector():
    """A register that goes from level 0 to 1 at a rate 0.8 if the qubit is in |0⟩."""
    click = {(1, 0): np.sqrt(0.8) * BASIS[0]}
    noise = RegisterGenerator(np.zeros((2, 2, 2)), click)
    environment = RegisterEnvironment(
        noise, {"x": field_channel(SIGMA_X, 2)}, 1.0, register_law=[1, 0]
    )
    return Material(kind="off", environment=environment, drive=ConstantControls([0]))


def test_detector_learns_as_it_clicks():
    """p = 1 − e^{−kt} clicks from |0⟩, none from |1⟩: χ = h(p/2) − h(p)/2."""
    p = 1 - np.exp(-0.8 * TIMES)

    def h(p):
        return entr(p) + entr(1 - p)

    found = register_information(detector(), TIMES, states=BASIS)
    np.testing.assert_allclose(found, h(p / 2) - h(p) / 2, rtol=0, atol=1e-14)


def test_detector_selects_its_basis():
    """It dephases in the basis of |0⟩ and |1⟩, and nothing flows back."""
    found = diagnose({"off": detector()}, TIMES)["off"]
    np.testing.assert_allclose(np.abs(found.pointer_basis), np.eye(2), atol=1e-9)
    assert found.pointer_contrast > 0.1
    np.testing.assert_allclose(found.backflow, 0, atol=1e-9)
    assert not found.drive_energy.any()


def test_noise_without_back_action_knows_nothing():
    quiet = ReferenceEnvironment(epsilon=0)
    found = register_information(bare_material(quiet), TIMES)
    np.testing.assert_allclose(found, 0, atol=1e-13)
    loud = register_information(bare_material(ReferenceEnvironment()), TIMES)
    assert (loud[1:] > 1e-4).all()


def test_information_against_every_state_by_itself():
    material = Material(
        kind="odd",
        environment=ENVIRONMENT,
        drive=ConstantControls([0.3, -0.8, 0.5, 0.6]),
    )
    states = np.array([[[0.7, 0.2 - 0.3j], [0.2 + 0.3j, 0.3]], *BASIS])
    blocks = evolve(
        ENVIRONMENT.generator(H),
        states,
        TIMES,
        controls=material.drive,
        register_law=ENVIRONMENT.register_law,
    ).blocks
    laws = np.trace(blocks, axis1=-2, axis2=-1).real  # (S, t, n)
    expected = entr(laws.mean(axis=0)).sum(-1) - entr(laws).sum(-1).mean(axis=0)
    found = register_information(material, TIMES, states=states, H=H)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-13)


def test_energy_of_a_cycle():
    """Σ y² is 2 in a pulse of XY8, of length π/h, and 1 beside it; |y|² t of steps."""
    environment = ReferenceEnvironment()
    y = np.array([0.3, -0.8, 0.5, 0.6])
    steps = PiecewiseControls([0, 1, 3], np.array([y, 0 * y]), periodic=True)
    found = diagnose(
        {
            "xy8": xy8_material(environment),
            "steps": Material(kind="steps", environment=environment, drive=steps),
        },
        [0.0, 0.5, 4.0],
    )
    expected = [0, 0.5 + np.pi / 8, 4 + np.pi]
    np.testing.assert_allclose(found["xy8"].drive_energy, expected, rtol=1e-12)
    np.testing.assert_allclose(
        found["steps"].drive_energy, (y @ y) * np.array([0, 0.5, 2]), rtol=1e-12
    )
    assert found["xy8"].average_fidelity[-1] > 0.9
    assert found["xy8"].entropy[0] == pytest.approx(0, abs=1e-12)


def test_memory_flows_back():
    """A static field of unknown sign: distances shrink and come back, cos(ξt) ≥ 0."""
    environment = ReferenceEnvironment(
        directions=((0, 0, 1), (0, 0, -1)), kappa=0, gamma_1=0, gamma_phi=0
    )
    times = np.linspace(0, np.pi, 41)
    found = diagnose({"bare": bare_material(environment)}, times)["bare"]
    np.testing.assert_allclose(found.backflow[-1], 1, atol=1e-6)
    assert found.pointer_basis is None  # all have come back
    np.testing.assert_allclose(found.backflow[:20], 0, atol=1e-9)


def test_systems_without_states_are_refused():
    three = RegisterEnvironment(
        RegisterGenerator(np.zeros((1, 3, 3))), {"f": field_channel(np.eye(3), 1)}, 1.0
    )
    still = Material(kind="still", environment=three, drive=ConstantControls([0]))
    with pytest.raises(ValueError, match=r"`states` must be given .* size 3"):
        register_information(still, TIMES)
    with pytest.raises(ValueError, match=r"`states` must have shape \(S, 3, 3\)"):
        register_information(still, TIMES, states=BASIS)
