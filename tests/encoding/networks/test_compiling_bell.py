"""Nine neurons that carry a Bell state."""

import numpy as np
import pytest
from encoding.states import PHI_PLUS, ket

from oqnn.encoding import CorrelationMap, compile_bell_state, measure_state
from oqnn.spiking import LIFParameters, respond, simulate

QUICK = {"calibration_steps": 4000}


def spins_of(network, steps=500, chains=40, seed=1):
    z = simulate(network, steps, chains=chains, burn_in=100, seed=seed)
    return 2.0 * z - 1


@pytest.mark.slow
def test_eq_4_8b_nine_neurons_carry_phi_plus():
    """⟨XX⟩ = -⟨YY⟩ = ⟨ZZ⟩ = 1 at each of 10⁵ steps; the rest within 5 errors.

    The error of a mean is that of the calibration and that of the measurement; the
    generators remember, so both are some times the inverse root of the steps.
    """
    network = compile_bell_state(calibration_steps=100_000)
    assert network.n_neurons == 9
    got = measure_state(network, PHI_PLUS)
    for k, sign in enumerate([1, -1, 1], start=1):
        assert got.chi[k, k] == sign
    rest = np.abs(got.chi) < 1
    errors = np.hypot(got.chi_errors[rest], 1.6 / np.sqrt(100_000))
    assert (np.abs(got.chi[rest]) < 5 * errors).all()
    assert got.fidelity > 0.99
    assert got.raw_fidelity == pytest.approx(1.0, abs=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("signs", "vector"),
    [
        ((1, -1, 1), ket(1, 0, 0, 1)),
        ((-1, 1, 1), ket(1, 0, 0, -1)),
        ((1, 1, -1), ket(0, 1, 1, 0)),
        ((-1, -1, -1), ket(0, 1, -1, 0)),
    ],
)
def test_signs_are_those_of_the_four_bell_states(signs, vector):
    """The signs are ⟨ψ|σ_k ⊗ σ_k|ψ⟩, and hold at every step."""
    chi = CorrelationMap(2).chi_from_state(vector)
    np.testing.assert_allclose(np.diag(chi)[1:], signs, atol=1e-12)
    s = spins_of(compile_bell_state(signs, **QUICK), steps=100)
    np.testing.assert_array_equal(
        s[..., :3] * s[..., 3:6], np.broadcast_to(signs, s[..., :3].shape)
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        {"source_law": "poisson", "n_sources": 300},
        {"parameters": LIFParameters(tau_mem_ms=1.0, tau_syn_ms=1.0)},
        {
            "parameters": LIFParameters(
                v_leak=-65.0, v_reset=-65.0, v_threshold=-50.0, tau_syn_ms=8.0
            )
        },
    ],
)
def test_other_neurons_and_sources_do_the_same(settings):
    s = spins_of(compile_bell_state(**settings, **QUICK))
    assert (s[..., :3] * s[..., 3:6] == [1, -1, 1]).all()
    assert np.abs(s.mean(axis=(0, 1))).max() < 5 * 1.5 / np.sqrt(4000)


@pytest.mark.slow
def test_no_two_sources_of_a_generator_weigh_the_same():
    """Equal sizes would put currents on a lattice, and no offset would give 1/2."""
    weights = compile_bell_state(calibration_steps=400).input_weights[6:]
    for row in weights:
        sizes = np.abs(row[row != 0])
        assert len(np.unique(sizes.round(9))) == len(sizes) == 42


@pytest.mark.slow
def test_spins_follow_their_generators_by_one_step():
    network = compile_bell_state(**QUICK)
    shape = (400, network.n_sources)
    sources = network.draw_sources(np.random.default_rng(2), shape)
    z = respond(network, sources).active.astype(int)[100:]
    np.testing.assert_array_equal(z[1:, :3], z[:-1, 6:])
    np.testing.assert_array_equal(z[1:, 4], 1 - z[:-1, 7])


@pytest.mark.slow
def test_a_silent_inverter_starts():
    """A pair that has been silent for long, as at rest, is right within 60 steps."""
    network = compile_bell_state(**QUICK)
    rng = np.random.default_rng(5)
    silence = np.zeros((80, network.n_sources))
    sources = np.concatenate([silence, network.draw_sources(rng, (200, 128))])
    z = respond(network, sources).active.astype(int)
    assert not z[79].any()
    np.testing.assert_array_equal(z[141:, 4], 1 - z[140:-1, 7])


@pytest.mark.parametrize(
    ("signs", "settings", "message"),
    [
        ((1, 1, 1), {}, "`signs` must have product -1"),
        ((1, -1, 0), {}, "`signs` must be three of -1 and 1"),
        ((1, -1), {}, "`signs` must be three of -1 and 1"),
        ((1, -1, 1), {"n_sources": 5}, "`n_sources` must"),
        ((1, -1, 1), {"n_sources": 12}, "`n_sources` must give a steady current"),
        ((1, -1, 1), {"calibration_steps": 10}, "`calibration_steps` must"),
        ((1, -1, 1), {"source_rate_hz": 1000.0}, "must leave a source silent"),
        (
            (1, -1, 1),
            {"parameters": LIFParameters(refractory_steps=3)},
            "refractory period of one step, but it has 3",
        ),
        (
            (1, -1, 1),
            {"parameters": LIFParameters(v_leak=0.2)},
            "v_leak = v_reset, but they are 0.2 and 0",
        ),
    ],
)
def test_bad_input_is_refused(signs, settings, message):
    with pytest.raises(ValueError, match=message):
        compile_bell_state(signs, **settings)
