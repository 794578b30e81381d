"""Materials and the network that drives them."""

import numpy as np
import pytest
import qutip
from environments.problems import ENVIRONMENT, Y0, H, random_weights
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from oqnn.dynamics import ConstantControls, PiecewiseControls, System
from oqnn.environments import (
    LearningRule,
    Material,
    NetworkDrive,
    ReferenceEnvironment,
    bare_material,
    plain_material,
    xy8_material,
)

TIMES = np.array([0.0, 0.3, 0.4, 1.7])
WEIGHTS = random_weights()


def network(resolution=16, period=0.8):
    return NetworkDrive(
        weights=WEIGHTS, y0=Y0, tau=0.2, period=period, resolution=resolution
    )


def neurons(stops, period=0.8):
    """λẏ = −y + tanh(W·(1, y)), slice by slice, the weights repeating."""
    y, at, found = Y0, 0.0, []
    width = period / len(WEIGHTS)
    for i in range(round(max(stops) / width)):
        W = WEIGHTS[i % len(WEIGHTS)]
        run = solve_ivp(
            lambda _, y, W=W: (np.tanh(W[:, 0] + W[:, 1:] @ y) - y) / 0.2,
            (0, width),
            y,
            method="DOP853",
            rtol=1e-12,
            atol=1e-13,
        )
        y, at = run.y[:, -1], at + width
        if np.isclose(at, stops).any():
            found.append(y)
    return np.array(found)


def test_neurons_follow_their_equation_over_two_cycles():
    """To fourth order in the step; they run on while the weights repeat."""
    stops = [0.1, 0.5, 0.8, 1.0, 1.6]
    expected, errors = neurons(stops)[:, :4], []
    for resolution in (4, 8, 16):
        controls = network(resolution).until(1.55, 4)
        assert controls.values.shape == (2 * 8 * resolution + 1, 4)
        np.testing.assert_array_equal(controls.values[0], Y0[:4])
        index = np.searchsorted(controls.times, np.array(stops) - 1e-9)
        errors.append(np.abs(controls.values[index] - expected).max())
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert errors[-1] < 1e-6
    assert (np.abs(orders - 4) < 0.3).all(), orders


def test_steps_of_the_drive_end_where_slices_do():
    controls = network().until(0.8, 4)
    ends = controls.times[::2]
    for edge in 0.1 * np.arange(9):
        assert np.abs(ends - edge).min() < 1e-14
    assert network().until(0.8 * (1 + 1e-12), 4).times[-1] == 0.8


def test_evolve_maps_and_transfer_agree_for_every_drive():
    """Also for a system with its own Hamiltonian and a kept partner of size three."""
    rho = qutip.rand_dm([2, 3], seed=8)
    system = System(H, rho, kept=[3])
    for material in (
        bare_material(ENVIRONMENT),
        xy8_material(ENVIRONMENT, spacing=1.1),
        Material(kind="driven", environment=ENVIRONMENT, drive=network()),
    ):
        result = material.evolve(
            system, TIMES, e_ops={"one": np.eye(6)}, progress=False
        )
        maps = material.maps(TIMES, H=H)
        moved = maps.apply(rho, ENVIRONMENT.register_law)
        np.testing.assert_allclose(result.states, moved, atol=1e-12)
        np.testing.assert_allclose(result.expect["one"], 1, rtol=1e-12)
        transfer = material.transfer(TIMES, H=H)
        np.testing.assert_allclose(
            transfer, maps.transfer(ENVIRONMENT.register_law), atol=1e-13
        )
        still = material.transfer(TIMES)
        assert np.abs(still - transfer).max() > 0.01
        assert result.least_eigenvalue > -1e-12
        assert result.trace_drift < 1e-12


@pytest.mark.parametrize("method", ["maps", "transfer", "rotation"])
def test_maps_show_their_progress_if_they_are_told(method, capsys):
    material = bare_material(ENVIRONMENT)
    getattr(material, method)(TIMES, progress=True)
    assert "evolving" in capsys.readouterr().err
    getattr(material, method)(TIMES, progress=False)
    assert capsys.readouterr().err == ""


def test_rotation_is_that_of_the_fields_alone():
    """Constant fields: exp of h y × r. Without noise it is the whole map."""
    y = np.array([0.4, -0.3, 0.7, 0.2])
    material = Material(kind="odd", environment=ENVIRONMENT, drive=ConstantControls(y))
    cross = ENVIRONMENT.h * np.cross(y[:3], np.eye(3)).T  # B r = h y × r
    expected = expm(TIMES[:, None, None] * cross)
    np.testing.assert_allclose(material.rotation(TIMES), expected, atol=1e-12)
    quiet = ReferenceEnvironment(xi=0, kappa=0, gamma_1=0, gamma_phi=0)
    driven = Material(kind="quiet", environment=quiet, drive=network())
    np.testing.assert_allclose(
        driven.transfer(TIMES)[:, 1:, 1:], driven.rotation(TIMES), atol=1e-12
    )


def test_parts_of_a_partner_and_controls_are_kept():
    """Subsystems as in `System`; the neurons at the times of the states."""
    system = System(H, qutip.rand_dm([2, 2, 3], seed=3), kept=[2, 3])
    material = Material(kind="driven", environment=ENVIRONMENT, drive=network())
    result = material.evolve(system, [0, 0.4, 0.8], progress=False)
    assert result.dims == (2, 2, 3)
    assert result.to_qutip()[1].dims == [[2, 2, 3], [2, 2, 3]]
    np.testing.assert_array_equal(result.controls[0], Y0[:4])
    expected = neurons([0.4, 0.8])[:, :4]
    np.testing.assert_allclose(result.controls[1:], expected, atol=1e-6)


def test_plain_material_is_the_settled_network():
    """W ~ N(0, 1) from the seed, neurons from zero for T, then constant."""
    rule = LearningRule(neurons=5, tau=0.7, period=3.0)
    material = plain_material(ENVIRONMENT, 17, rule=rule)
    W = np.random.default_rng(17).standard_normal((5, 6))
    run = solve_ivp(
        lambda _, y: (np.tanh(W[:, 0] + W[:, 1:] @ y) - y) / 0.7,
        (0, 3.0),
        np.zeros(5),
        rtol=1e-11,
        atol=1e-12,
    )
    np.testing.assert_allclose(material.drive.values, run.y[:4, -1], atol=1e-8)


def test_plain_material_settles_however_fast_its_neurons_are():
    """λ a fiftieth of a default step, and four steps in λ where slices are long."""
    rule = LearningRule(tau=0.002)
    material = plain_material(ENVIRONMENT, 0, rule=rule)
    W = np.random.default_rng(0).standard_normal((4, 5))
    run = solve_ivp(
        lambda _, y: (np.tanh(W[:, 0] + W[:, 1:] @ y) - y) / 0.002,
        (0, 8.0),
        np.zeros(4),
        method="LSODA",
        rtol=1e-10,
        atol=1e-12,
    )
    np.testing.assert_allclose(material.drive.values, run.y[:, -1], atol=1e-6)
    coarse = plain_material(ENVIRONMENT, 0, rule=LearningRule(tau=0.002, slices=4))
    np.testing.assert_allclose(coarse.drive.values, run.y[:, -1], atol=1e-6)


def test_steps_of_the_drive_must_be_short_in_lambda():
    """Four steps in λ at least."""
    given = {"weights": WEIGHTS, "y0": Y0, "period": 0.8}
    for tau, least in ((0.1, 4), (0.0501, 8), (0.0499, 10)):
        assert NetworkDrive(tau=tau, resolution=least, **given).tau == tau
        with pytest.raises(ValueError, match=f"`resolution` must be at least {least} "):
            NetworkDrive(tau=tau, resolution=least - 2, **given)


@pytest.mark.parametrize("tlist", [[0.1, 0.2], [], 0.0, [[0.0, 1.0]]])
def test_times_that_do_not_start_at_zero_are_refused(tlist):
    material = bare_material(ENVIRONMENT)
    for method in (material.maps, material.transfer, material.rotation):
        with pytest.raises(ValueError, match=r"`tlist` must be one-dim.* start at 0"):
            method(tlist)
    with pytest.raises(ValueError, match=r"`tlist` must be one-dim.* start at 0"):
        material.evolve(System(H, np.eye(2) / 2), tlist)


@pytest.mark.parametrize(
    "drive",
    [
        ConstantControls([0, 0, 0, -5.0]),
        PiecewiseControls([0, 1, 2], [[0, 0, 0, 0], [0, -5.0, 0, 0]], periodic=True),
    ],
)
def test_controls_beyond_their_bound_are_refused(drive):
    """At y₄ = −5 rates are negative, and at any other the field is not that of h."""
    with pytest.raises(ValueError, match=r"`drive.values` must lie .* reaches 5"):
        Material(kind="wild", environment=ENVIRONMENT, drive=drive)


def test_couplings_at_their_bound_are_allowed_up_to_rounding():
    y = np.array([1, -1, 0, -1 - 1e-12])
    material = Material(kind="odd", environment=ENVIRONMENT, drive=ConstantControls(y))
    start = System(H, np.eye(2) / 2)
    assert material.evolve(start, [0, 1.0]).least_eigenvalue > -1e-12
    NetworkDrive(weights=WEIGHTS, y0=np.sign(Y0), tau=0.2, period=0.8)


def test_drives_do_not_follow_the_arrays_they_were_made_of():
    weights, y0 = WEIGHTS.copy(), Y0.copy()
    drive = NetworkDrive(weights=weights, y0=y0, tau=0.2, period=0.8)
    weights += 1
    y0 += 1
    np.testing.assert_array_equal(drive.weights, WEIGHTS)
    np.testing.assert_array_equal(drive.y0, Y0)
    for array in (drive.weights, drive.y0):
        with pytest.raises(ValueError, match="read-only"):
            array += 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"y0": [[0.0]]}, r"`y0` must have shape \(k,\)"),
        ({"weights": WEIGHTS[:, :, 1:]}, r"`weights` must have shape \(s, 5, 6\)"),
        ({"weights": WEIGHTS * np.nan}, "`weights` must be finite"),
        ({"y0": [np.inf] * 5}, "`y0` must be finite"),
        ({"y0": [0, 0, 0, 0, -1.1]}, r"`y0` must lie in \[-1, 1\].* reaches 1.1"),
        ({"tau": 0.0}, "`tau` must be positive"),
        ({"period": -1.0}, "`period` must be positive"),
        ({"resolution": 3}, "`resolution` must be even, but is 3"),
        ({"resolution": 0}, "`resolution` must be at least 2"),
    ],
)
def test_no_drive_is_refused(changes, message):
    given = {"weights": WEIGHTS, "y0": Y0, "tau": 0.2, "period": 0.8}
    with pytest.raises(ValueError, match=message):
        NetworkDrive(**(given | changes))


@pytest.mark.parametrize(
    ("drive", "found"),
    [
        (ConstantControls([0.1, 0.2]), 2),
        (PiecewiseControls([0, 1], np.zeros((1, 5))), 5),
        (
            NetworkDrive(weights=np.zeros((2, 3, 4)), y0=np.zeros(3), tau=1, period=1),
            3,
        ),
    ],
)
def test_drives_of_other_environments_are_refused(drive, found):
    with pytest.raises(ValueError, match=rf"`drive` .* steer 4 .* z, h.* {found}\."):
        Material(kind="odd", environment=ENVIRONMENT, drive=drive)
