"""Decoupling cycles: pulses within bounds, orders of what they leave, refusals."""

import numpy as np
import pytest
import qutip

from oqnn.dynamics import RegisterGenerator
from oqnn.environments import (
    SEQUENCES,
    ProtectionCost,
    ReferenceEnvironment,
    RegisterEnvironment,
    best_decoupling,
    decoupling_material,
    field_channel,
    rate_channel,
    readout_infidelity,
)

SIGMA = {a: getattr(qutip, f"sigma{a}")().full() for a in "xyz"}


def static(xi):
    """A field that never changes, in a direction without symmetry."""
    return ReferenceEnvironment(
        directions=((0.3, -0.5, 0.8),), xi=xi, kappa=0, gamma_1=0, gamma_phi=0
    )


@pytest.mark.parametrize(
    ("sequence", "order"), [("cpmg", 2), ("xy4", 2), ("xy8", 4), ("eulerian", 4)]
)
def test_infidelity_of_a_static_field_has_its_order(sequence, order):
    """The first order of the field survives in CPMG (along y), and in XY4 because its
    pulses have a length; XY8 runs through both orders and cancels it, as the Eulerian
    cycle does. Infidelity is the square of what survives."""
    cost = ProtectionCost(readouts=(1.0,))
    lost = []
    for xi in (0.04, 0.02):
        material = decoupling_material(static(xi), sequence, spacing=0.5)
        cycle = material.drive.times[-1]
        lost.append(readout_infidelity(material, cost, period=cycle, slices=8))
    assert np.log2(lost[0] / lost[1]) == pytest.approx(order, abs=0.15)


@pytest.mark.parametrize("sequence", SEQUENCES)
@pytest.mark.parametrize("spacing", [np.pi / 8, 0.5])
def test_without_noise_a_cycle_is_the_identity(sequence, spacing):
    material = decoupling_material(static(0.0), sequence, spacing=spacing)
    cycle = len(SEQUENCES[sequence]) * spacing
    assert material.drive.times[-1] == cycle
    transfer = material.transfer([0, cycle, 3 * cycle])
    np.testing.assert_allclose(transfer, [np.eye(4)] * 3, atol=1e-12)
    assert np.abs(material.drive.values).max() <= 1


def test_unequal_fields_and_other_channels():
    """Pulses π/h of each channel's own h; what rests keeps its value."""
    noise = RegisterGenerator(
        np.zeros((2, 2, 2)), {(0, 1): 0.3 * np.eye(2), (1, 0): 0.3 * np.eye(2)}
    )
    hops = rate_channel({(0, 1): np.eye(2), (1, 0): np.eye(2)}, 2, 2)
    environment = RegisterEnvironment(
        noise,
        {
            "rate": hops,
            "y": field_channel(SIGMA["y"] / 2, 2),
            "x": field_channel(-SIGMA["x"] / 2, 2),
        },
        {"rate": 0.05, "y": 4.0, "x": 8.0},
    )
    material = decoupling_material(environment, "xy4", spacing=1.0, rest={"rate": -0.5})
    lengths = np.diff(material.drive.times)
    pulses = np.abs(material.drive.values[:, 1:]).max(axis=1) == 1
    np.testing.assert_allclose(
        lengths[pulses], np.pi / np.array([8, 4, 8, 4]), rtol=1e-12
    )
    assert (material.drive.values[:, 0] == -0.5).all()
    np.testing.assert_allclose(
        material.transfer([0, 4.0])[1], np.eye(4), rtol=0, atol=1e-12
    )


@pytest.mark.slow
def test_best_cycle_of_the_reference_setting():
    """XY8 at spacing 0.5 is the best of all, with 0.0647 (equations, 3.6)."""
    environment = ReferenceEnvironment()
    best, tried = best_decoupling(environment, rest={"hopping": -1})
    assert best.kind == "xy8"
    assert {sequence for sequence, _ in tried} == set(SEQUENCES)
    assert tried["xy8", 0.5] == min(tried.values()) == pytest.approx(0.0647, abs=5e-5)
    assert readout_infidelity(best, period=8.0) == tried["xy8", 0.5]


QUBIT = ReferenceEnvironment()
ODD = RegisterEnvironment(
    RegisterGenerator(np.zeros((1, 2, 2))),
    {"x": field_channel(SIGMA["z"], 1), "y": field_channel(SIGMA["y"], 1)},
    1.0,
)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: decoupling_material(QUBIT, "xy9", spacing=1), "`sequence` must be"),
        (lambda: decoupling_material(QUBIT, spacing=0.39), "at least π/h = 0.392699"),
        (lambda: decoupling_material(QUBIT, spacing=0), "`spacing` must be positive"),
        (lambda: decoupling_material(ODD, spacing=9), "a field along x as its chan"),
        (
            lambda: decoupling_material(QUBIT, spacing=1, rest={"x": 1}),
            "`rest` must name channels other than x and y",
        ),
        (
            lambda: decoupling_material(QUBIT, spacing=1, rest={"hopping": -2}),
            r"`rest\['hopping'\]` must lie in \[-1, 1\]",
        ),
        (lambda: best_decoupling(QUBIT, period=0.5), "`period` must hold a cycle"),
    ],
)
def test_no_cycle_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_environments_without_a_field_are_refused():
    one = RegisterEnvironment(ODD.noise, {"x": field_channel(SIGMA["x"], 1)}, 1.0)
    with pytest.raises(
        ValueError, match=r"qubit with channels 'x' and 'y', .* \['x'\]"
    ):
        decoupling_material(one, spacing=9)
