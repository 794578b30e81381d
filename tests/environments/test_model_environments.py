"""Microscopic models that can be steered, against their own solutions."""

import numpy as np
import pytest
import qutip

from oqnn._core.bases import from_coordinates, to_coordinates
from oqnn.dynamics import ConstantControls
from oqnn.environments import (
    Bosonic,
    IsingStar,
    Material,
    SpinStar,
    Telegraph,
    TwoBand,
    model_environment,
    pseudomode,
    pseudomode_environment,
    spin_controls,
    spin_star_environment,
)

SPINS = spin_controls(2)
TIMES = np.array([0.0, 0.4, 1.1, 2.7])
RHO = np.array([[0.7, 0.3 - 0.2j], [0.3 + 0.2j, 0.3]])


def still(environment, times=TIMES, drive=None):
    y = np.zeros(environment.n_controls) if drive is None else drive
    material = Material(
        kind="still", environment=environment, drive=ConstantControls(y)
    )
    return material.transfer(times)


def states(transfer, rho=RHO):
    return from_coordinates(transfer @ to_coordinates(rho))


@pytest.mark.parametrize(
    "model",
    [
        Telegraph(3.0, (0.4, 0.9)),
        Telegraph.ornstein_uhlenbeck(1.5, 0.6, 5),
        IsingStar([0.7, -1.2, 0.4], polarizations=[0.5, 0.1, -0.3], frequency=0.8),
    ],
)
def test_classical_fields_without_control(model):
    """The coherence has the closed form of each model, populations stay."""
    environment = model_environment(model, SPINS, 2.0)
    moved = states(still(environment))
    np.testing.assert_allclose(moved[:, 0, 0], 0.7, atol=1e-12)
    expected = RHO[0, 1] * model.coherence(TIMES)
    found = moved[:, 0, 1]
    if isinstance(model, Telegraph):  # its stationary mean turns the spin
        np.testing.assert_allclose(np.abs(found), np.abs(expected), atol=1e-12)
    else:
        np.testing.assert_allclose(found, expected, atol=1e-12)


def test_two_bands_without_control():
    """From e in band 1, p_e is that of the golden rule; from band 2, e stays."""
    model = TwoBand(200, 150, width=0.5, coupling=0.01)
    excited = np.diag([1.0, 0.0])
    environment = model_environment(model, SPINS, 0.1)
    found = states(still(environment), excited)[:, 0, 0]
    np.testing.assert_allclose(found, model.markov_population(TIMES), atol=1e-12)
    other = model_environment(model, SPINS, 0.1, register_law=[0, 1])
    np.testing.assert_allclose(states(still(other), excited)[:, 0, 0], 1, atol=1e-12)


def test_level_resolved_controls_of_a_model():
    environment = model_environment(
        Telegraph(3.0, 0.4), SPINS, 2.0, level_resolved=True
    )
    assert environment.control_names[:3] == ("x[0]", "x[1]", "y[0]")


def test_spin_star_without_control():
    star = SpinStar(3, frequency=0.7)
    found = still(spin_star_environment(star, SPINS, 2.0))
    np.testing.assert_allclose(found, star.transfer(TIMES), atol=1e-12)
    law = [0.1, 0.4, 0.2, 0.3]
    prepared = spin_star_environment(star, SPINS, 2.0, register_law=law)
    expected = star.exact(RHO, TIMES, register_law=law).states
    np.testing.assert_allclose(states(still(prepared)), expected, atol=1e-12)


def test_driven_spin_star_against_qutip():
    """Constant fields along x, y and z, spin by spin and without collective spins."""
    y, h, star = np.array([0.6, -0.3, 0.8]), 1.7, SpinStar(2, frequency=0.5)
    environment = spin_star_environment(star, SPINS, h)
    axes = [qutip.sigmax(), qutip.sigmay(), qutip.sigmaz()]
    one = qutip.qeye(2)
    field = 0.25 * axes[2] + sum(h * v / 2 * s for v, s in zip(y, axes, strict=True))
    total = qutip.tensor(field, one, one)
    for s in axes:
        total += star.coupling * qutip.tensor(s, s, one)
        total += star.coupling * qutip.tensor(s, one, s)
    start = qutip.tensor(qutip.Qobj(RHO), one / 2, one / 2)
    found = states(still(environment, drive=y))
    for t, state in zip(TIMES, found, strict=True):
        U = (-1j * t * total).expm()
        expected = (U * start * U.dag()).ptrace(0).full()
        np.testing.assert_allclose(state, expected, atol=1e-12)


def test_pseudomode_under_a_constant_field():
    """The field is as good as a Hamiltonian of the system: `pseudomode` has both."""
    bath = Bosonic.lorentzian(rate=1.0, width=0.5, frequency=0.3)
    raising, own = np.array([[0, 1], [0, 0]]), np.diag([0.2, -0.4])
    y, h = np.array([0.5, -0.7, 0.2]), 1.3
    environment = pseudomode_environment(bath, raising, SPINS, h, levels=4)
    material = Material(kind="", environment=environment, drive=ConstantControls(y))
    field = own + h * np.tensordot(y, [*SPINS.values()], 1)
    expected = pseudomode(field, RHO, TIMES, bath, raising, levels=4).states
    found = states(material.transfer(TIMES, H=own))
    np.testing.assert_allclose(found, expected, atol=1e-9)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: model_environment(SpinStar(3), SPINS, 1.0), TypeError, "SpinStar ent"),
        (
            lambda: spin_star_environment(IsingStar([1.0]), SPINS, 1.0),
            TypeError,
            "`star` must be a SpinStar",
        ),
        (
            lambda: spin_star_environment(SpinStar(2), SPINS, 1, register_law=[1, 0]),
            ValueError,
            r"`register_law` must have shape \(3,\)",
        ),
        (
            lambda: spin_star_environment(SpinStar(1), SPINS, 1, register_law=[1, 1]),
            ValueError,
            "sum to 1",
        ),
        (
            lambda: spin_star_environment(SpinStar(2), {"x": np.eye(3)}, 1.0),
            ValueError,
            r"`controls\['x'\]` must have shape \(2, 2\)",
        ),
        (
            lambda: pseudomode_environment(
                Bosonic.lorentzian(rate=1, width=1), np.eye(2), {"x": [[0, 1], [0, 0]]},
                1.0, levels=2,
            ),
            ValueError,
            r"`controls\['x'\]` must be Hermitian",
        ),
    ],
)  # fmt: skip
def test_no_model_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
