"""Exact event times of a noiseless neuron, and choices of the simulation."""

import numpy as np
import pytest
from spiking.reference import coins

from oqnn.spiking import LIFNetwork, LIFParameters, measure, respond, simulate

TAU_MEM, TAU_SYN, V_LEAK, V_RESET, V_TH, R = 9.0, 4.0, 0.1, -0.3, 0.9, 1.3


def neuron(weight, dt, refractory_ms):
    return LIFNetwork(
        input_weights=[[weight]],
        recurrent_weights=[[0.0]],
        parameters=LIFParameters(
            v_threshold=V_TH,
            v_leak=V_LEAK,
            v_reset=V_RESET,
            tau_mem_ms=TAU_MEM,
            tau_syn_ms=TAU_SYN,
            dt_ms=dt,
            refractory_steps=round(refractory_ms / dt),
            resistance=R,
        ),
    )


def onsets(network, steps):
    """Return the steps at which spikes start under one source spike in each step."""
    active = respond(network, np.ones((steps, 1))).active[:, 0].astype(int)
    return np.flatnonzero(np.diff(np.r_[0, active]) == 1)


@pytest.mark.parametrize("refractory_steps", [2, 5, 40])
def test_first_two_events_are_those_of_the_discrete_map(refractory_steps):
    """From rest I_k = I∞ (1 - b^{k+1}) and, before the first spike, v_k is v_leak plus
    R I∞ [1 - c^k - a b (b^k - c^k)/(b - c)]; after a reset at step k₀ it stays for
    t_ref - 1 steps, then forgets v_reset as c^j and gathers the same current.
    """
    dt, weight = 0.5, 0.35
    a, b = dt / TAU_MEM, 1 - dt / TAU_SYN
    c, top = 1 - a, weight * TAU_SYN / dt
    k = np.arange(400)
    free = V_LEAK + R * top * (1 - c**k - a * b * (b**k - c**k) / (b - c))
    first = np.flatnonzero(free >= V_TH)[0]
    held = first + refractory_steps - 1  # the last step that keeps the voltage
    j = np.arange(1, 400)
    after = V_LEAK + (V_RESET - V_LEAK) * c**j
    after += R * top * (1 - c**j - a * b ** (held + 1) * (b**j - c**j) / (b - c))
    second = held + j[np.flatnonzero(after >= V_TH)[0]]

    network = neuron(weight, dt, refractory_steps * dt)

    np.testing.assert_array_equal(onsets(network, 300)[:2], [first, second])


def test_period_converges_at_first_order_to_that_of_continuous_time():
    """τ_mem ln[(RI + v_leak - v_r)/(RI + v_leak - v_th)] + t_ref, under a steady
    current I. In steps it is a whole number of them, so that the error is of order dt.
    """
    current, refractory = 1.1, 3.0
    drive = R * current + V_LEAK
    exact = TAU_MEM * np.log((drive - V_RESET) / (drive - V_TH)) + refractory
    errors = []
    for dt in (0.04, 0.02, 0.01):
        spikes = onsets(neuron(current * dt / TAU_SYN, dt, refractory), round(200 / dt))
        errors.append(abs(np.diff(spikes[spikes > 80 / dt]).mean() * dt - exact))
        assert errors[-1] < 2 * dt
    assert errors[2] < errors[0]


def test_single_precision_gives_the_same_coins():
    network = coins(source_rate_hz=400.0)
    settings = {"chains": 3, "seed": 1}
    np.testing.assert_array_equal(
        simulate(network, 40, **settings, precision="single"),
        simulate(network, 40, **settings),
    )
    found, same = (
        measure(network, [(0, 1)], steps=600, precision=precision, **settings)
        for precision in ("single", "double")
    )
    np.testing.assert_array_equal(found.moments, same.moments)


def test_long_work_shows_its_progress(capsys):
    network = coins(source_rate_hz=400.0)
    simulate(network, 5, progress=True)
    measure(network, [(0,)], steps=40, chains=2, progress=True)
    shown = capsys.readouterr().err
    assert "simulation" in shown
    assert "measurement" in shown


def test_masks_stay_with_their_network():
    mask = np.array([[True, False], [True, True]])
    weights = np.array([[1.0, 0.0], [0.0, -2.0]])
    network = LIFNetwork(
        input_weights=weights, recurrent_weights=weights, recurrent_mask=mask
    )
    other = network.with_weights(weights, 2 * weights)
    np.testing.assert_array_equal(other.recurrent_mask, mask)
    assert other.input_mask is None
    with pytest.raises(ValueError, match="but 1 such weights are masked"):
        network.with_weights(weights, weights + ~mask)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"input_mask": np.ones((2, 2), bool)}, r"boolean with shape \(2, 1\)"),
        ({"recurrent_mask": np.ones((2, 2))}, "`recurrent_mask` must be boolean"),
        ({"input_mask": [[True], [False]]}, "`input_mask` must be True wherever"),
    ],
)
def test_masks_that_do_not_fit_are_refused(change, message):
    good = {"input_weights": np.ones((2, 1)), "recurrent_weights": np.zeros((2, 2))}
    with pytest.raises(ValueError, match=message):
        LIFNetwork(**{**good, **change})


def test_unknown_precision_is_refused():
    with pytest.raises(ValueError, match="`precision` must be one of"):
        simulate(coins(source_rate_hz=400.0), 5, precision="half")
