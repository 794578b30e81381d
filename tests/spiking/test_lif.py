"""The network against closed forms and a slow, literal version."""

import numpy as np
import pytest
from spiking.reference import coins, step_by_step

from oqnn.spiking import LIFNetwork, LIFParameters, respond, simulate
from oqnn.spiking import lif as lif_module


def single(weight, **parameters):
    return LIFNetwork(
        input_weights=[[weight]],
        recurrent_weights=[[0.0]],
        parameters=LIFParameters(**parameters),
    )


def test_one_source_spike_gives_the_discrete_double_exponential():
    """After step k: I_k = w b^k and v_k = v_leak + R a w (b^k - c^k)/(b - c), with
    a = dt/τ_mem, b = 1 - dt/τ_syn, c = 1 - a, as long as v stays below threshold.
    """
    w, dt, tau_mem, tau_syn, v_leak, resistance = 3.0, 0.7, 9.0, 4.0, 0.25, 1.3
    network = single(
        w,
        dt_ms=dt,
        tau_mem_ms=tau_mem,
        tau_syn_ms=tau_syn,
        v_leak=v_leak,
        resistance=resistance,
        v_threshold=10.0,
    )
    k = np.arange(40)

    response = respond(network, (k == 0)[:, None])

    a, b = dt / tau_mem, 1 - dt / tau_syn
    c = 1 - a
    exact = v_leak + resistance * a * w * (b**k - c**k) / (b - c)
    np.testing.assert_allclose(response.currents[:, 0], w * b**k, rtol=1e-13)
    np.testing.assert_allclose(response.voltages[:, 0], exact, rtol=1e-12, atol=1e-14)
    assert not response.active.any()


@pytest.mark.parametrize("weight", [5.0, 6.3, 9.0])
def test_first_spike_comes_when_the_closed_form_crosses(weight):
    """v_k = a w (b^k - c^k)/(b - c) first reaches 1 at step k, or never."""
    k = np.arange(60)
    free = 0.1 * weight * (0.8**k - 0.9**k) / (0.8 - 0.9)

    response = respond(single(weight), (k == 0)[:, None])

    crossings = np.flatnonzero(free >= 1)
    spikes = np.flatnonzero(response.active[:, 0])
    assert crossings.size == 0 or spikes[0] == crossings[0]
    assert (crossings.size == 0) == (spikes.size == 0)


@pytest.mark.parametrize("refractory_steps", [1, 2, 5])
@pytest.mark.parametrize("current", [1.5, 4.0, 12.0])
def test_steady_current_fires_at_the_exact_period(current, refractory_steps):
    """With constant I, j steps after the reset v_j = I (1 - c^j), so that spikes are
    ⌈ln(1 - 1/I)/ln c⌉ + r - 1 steps apart and a neuron is active for r of them.
    """
    network = single(current / 5, refractory_steps=refractory_steps)
    rise = int(np.ceil(np.log(1 - 1 / current) / np.log(0.9)))

    active = respond(network, np.ones((400, 1))).active[200:, 0]

    onsets = np.flatnonzero(np.diff(np.r_[0, active.astype(int)]) == 1)
    period = rise + refractory_steps - 1
    if period > refractory_steps:
        assert set(np.diff(onsets[1:])) == {period}
    window = active[: period * (len(active) // period)]
    assert window.mean() == pytest.approx(refractory_steps / period, abs=1e-12)


def test_voltage_converges_at_first_order_in_the_step():
    """Exact: v = w/τ_mem (e^{-t/τ_syn} - e^{-t/τ_mem})/(1/τ_mem - 1/τ_syn)."""
    w, t = 2.0, 8.0
    exact = w / 10 * (np.exp(-t / 5) - np.exp(-t / 10)) / (1 / 10 - 1 / 5)
    errors = []
    for dt in (0.1, 0.05):
        k = np.arange(round(t / dt) + 1)
        network = single(w, dt_ms=dt, v_threshold=10.0)
        errors.append(respond(network, (k == 0)[:, None]).voltages[-1, 0] - exact)
    assert np.log2(errors[0] / errors[1]) == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("refractory_steps", [1, 2, 4])
def test_kernel_does_the_literal_step(refractory_steps):
    rng = np.random.default_rng(3)
    n, m = 5, 3
    network = LIFNetwork(
        input_weights=rng.normal(2.0, 3.0, (n, m)),
        recurrent_weights=rng.normal(0.0, 6.0, (n, n)),
        parameters=LIFParameters(
            v_threshold=0.9,
            v_leak=0.15,
            v_reset=-0.2,
            tau_mem_ms=8.0,
            tau_syn_ms=3.0,
            dt_ms=0.8,
            refractory_steps=refractory_steps,
            resistance=1.2,
        ),
    )
    sources = rng.poisson(0.6, (80, m))

    response = respond(network, sources)

    active, voltages, currents = step_by_step(network, sources)
    assert 0.1 < active.mean() < 0.9
    np.testing.assert_array_equal(response.active, active)
    np.testing.assert_allclose(response.voltages, voltages, rtol=0, atol=1e-12)
    np.testing.assert_allclose(response.currents, currents, rtol=0, atol=1e-12)


@pytest.mark.parametrize("refractory_steps", [1, 3])
def test_simulation_is_the_response_to_its_sources(refractory_steps):
    rng = np.random.default_rng(5)
    network = LIFNetwork(
        input_weights=rng.normal(1.0, 3.0, (4, 3)),
        recurrent_weights=rng.normal(0.0, 5.0, (4, 4)),
        parameters=LIFParameters(refractory_steps=refractory_steps),
    )
    active = simulate(network, 30, chains=2, seed=9)

    rng = lif_module.rng_from(9, "sources")
    sources = network.draw_sources(rng, (30, 2, 3))
    for chain in range(2):
        expected = respond(network, sources[:, chain]).active
        np.testing.assert_array_equal(active[chain], expected)
    assert (active[0] != active[1]).any()


def test_spikes_do_not_depend_on_chunks_or_burn_in(monkeypatch):
    network = coins(source_rate_hz=400.0)
    whole = simulate(network, 50, chains=3, seed=1)
    monkeypatch.setattr(lif_module, "CHUNK_NUMBERS", 60)
    chunked = simulate(network, 30, chains=3, seed=1, burn_in=20)
    np.testing.assert_array_equal(chunked, whole[:, 20:])
    assert (simulate(network, 50, chains=3, seed=2) != whole).any()


@pytest.mark.parametrize(
    ("law", "mean", "variance"),
    [
        ("bernoulli", 0.3, 0.21),
        ("at_least_one", 1 - np.exp(-0.3), np.exp(-0.3) * (1 - np.exp(-0.3))),
        ("poisson", 0.3, 0.3),
    ],
)
def test_sources_have_the_mean_and_variance_of_their_law(law, mean, variance):
    network = coins(source_rate_hz=300.0, source_law=law)
    counts = network.draw_sources(np.random.default_rng(0), (200_000,)).astype(float)
    assert counts.mean() == pytest.approx(mean, abs=5 * np.sqrt(variance / 2e5))
    assert counts.var() == pytest.approx(variance, rel=0.02)
    assert network.source_variance == pytest.approx(variance, rel=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"v_reset": 1.0}, "`v_reset` must lie below `v_threshold` = 1"),
        ({"tau_mem_ms": 0.0}, "`tau_mem_ms` must be positive"),
        ({"dt_ms": 6.0}, "`dt_ms` must not exceed the time constants"),
        ({"refractory_steps": 0}, "`refractory_steps` must be at least 1"),
        ({"v_leak": np.nan}, "must be finite"),
    ],
)
def test_parameters_out_of_range_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        LIFParameters(**change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"recurrent_weights": np.zeros((2, 3))}, "must have shape"),
        ({"input_weights": [[np.inf], [0.0]]}, "`input_weights` must be finite"),
        ({"source_law": "gamma"}, "`source_law` must be one of"),
        ({"source_rate_hz": 1200.0}, "at most 1 spikes a step .* gives 1.2"),
    ],
)
def test_networks_that_do_not_fit_are_refused(change, message):
    good = {"input_weights": np.zeros((2, 1)), "recurrent_weights": np.zeros((2, 2))}
    with pytest.raises(ValueError, match=message):
        LIFNetwork(**{**good, **change})


def test_bad_counts_and_sources_are_refused():
    network = coins(source_rate_hz=500.0)
    with pytest.raises(ValueError, match="`steps` must be at least 1"):
        simulate(network, 0)
    with pytest.raises(TypeError, match="`chains` must be an integer"):
        simulate(network, 5, chains=1.5)
    with pytest.raises(ValueError, match="`sources` must have shape"):
        respond(network, np.zeros((5, 3)))
