"""Networks with a given law of spins, built without training."""

from itertools import product

import numpy as np
import pytest
from encoding.states import PHI_PLUS, random_state
from spiking.reference import step_by_step

from oqnn.encoding import (
    CompiledLaw,
    CorrelationMap,
    Law,
    compile_law,
    measure_state,
    realize,
)
from oqnn.spiking import LIFParameters, respond, simulate

UNEQUAL = Law(
    configurations=[[1, -1, 1], [-1, -1, 1], [1, 1, -1], [-1, 1, 1]],
    probabilities=[0.613, 0.252, 0.1, 0.035],
)


def random_law(n_qubits, size, seed):
    """Return a law on random configurations, with random probabilities."""
    rng = np.random.default_rng(seed)
    spins = CorrelationMap(n_qubits).configurations
    return Law(
        configurations=spins[rng.choice(len(spins), size=size, replace=False)],
        probabilities=rng.dirichlet(np.ones(size)),
    )


def read_sources(compiled, sources):
    """Return the spins that sources stand for, step by step in Python integers."""
    spins = []
    for step in sources:
        digits = "".join(str(bit) for bit in step[: compiled.n_digits])
        below = sum(int(digits, 2) >= int(N) for N in compiled.thresholds)
        spins.append(compiled.law.configurations[below])
    return np.array(spins)


def answer(compiled, steps, seed=0):
    """Return sources and spins of one run from rest."""
    network = compiled.network
    shape = (steps, network.n_sources)
    sources = network.draw_sources(np.random.default_rng(seed), shape)
    z = respond(network, sources).active[:, compiled.roles["spins"]]
    return sources, 2 * z.astype(int) - 1


def numbers_of(compiled, spins):
    """Return the number of the configuration at each step; it must be one of them."""
    same = (spins[..., None, :] == compiled.law.configurations).all(axis=-1)
    assert (same.sum(axis=-1) == 1).all()
    return same.argmax(axis=-1)


@pytest.mark.slow
@pytest.mark.parametrize(("n_qubits", "size", "seed"), [(1, 5, 0), (2, 16, 1)])
def test_eq_4_7_spins_are_a_known_function_of_the_sources(n_qubits, size, seed):
    """From `burn_in` on, every spin of every step, two steps after its sources."""
    compiled = compile_law(random_law(n_qubits, size, seed))
    sources, spins = answer(compiled, 3000, seed)
    expected = read_sources(compiled, sources)
    late = compiled.burn_in
    np.testing.assert_array_equal(spins[late:], expected[late - 2 : -2])
    assert len(np.unique(expected, axis=0)) > size / 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        {"source_law": "at_least_one"},
        {"source_rate_hz": 120.0, "accuracy": 1e-4},
        {"parameters": LIFParameters(tau_mem_ms=2.5, tau_syn_ms=17.0)},
        {"parameters": LIFParameters(tau_mem_ms=1.0, tau_syn_ms=1.0)},
        {"parameters": LIFParameters(tau_mem_ms=1.0, tau_syn_ms=1.0, v_leak=0.4)},
        {"parameters": LIFParameters(v_leak=-0.7, v_reset=0.3, tau_mem_ms=20.0)},
        {"parameters": LIFParameters(v_leak=1.6)},
        {
            "parameters": LIFParameters(
                v_threshold=-50.0, v_leak=-65.0, v_reset=-70.0, dt_ms=0.5, resistance=3
            )
        },
    ],
)
def test_other_neurons_and_sources_do_the_same(settings):
    compiled = compile_law(UNEQUAL, **settings)
    for seed in range(3):
        sources, spins = answer(compiled, 1000, seed)
        late = compiled.burn_in
        assert late < 800
        expected = read_sources(compiled, sources)[late - 2 : -2]
        np.testing.assert_array_equal(spins[late:], expected)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tau_ms", "v_leak", "silent"), [(20.0, 3.0, 0), (30.0, -20.0, 30), (30.0, -3.0, 5)]
)
def test_equal_time_constants_take_longer_to_forget(tau_ms, v_leak, silent):
    """Errors sink as t sᵗ; sources show numbers next to a threshold, after a silence.

    The silence comes on top: `burn_in` only counts on one that is likely.
    """
    neurons = LIFParameters(tau_mem_ms=tau_ms, tau_syn_ms=tau_ms, v_leak=v_leak)
    compiled = compile_law(UNEQUAL, parameters=neurons, accuracy=1e-4)
    late = compiled.burn_in + silent
    assert late < 1750
    rng = np.random.default_rng(1)
    for start in (0, 100, 250):
        close = rng.choice(compiled.thresholds, size=1800)
        close -= rng.integers(2, size=1800)
        sources = close[:, None] >> np.arange(compiled.n_digits)[::-1] & 1
        drawn = compiled.network.draw_sources(rng, sources.shape)
        sources[:start] = drawn[:start]
        sources[:silent] = 0
        z = respond(compiled.network, sources).active[:, compiled.roles["spins"]]
        expected = read_sources(compiled, sources)[late - 2 : -2]
        np.testing.assert_array_equal(2 * z[late:].astype(int) - 1, expected)


def test_burn_in_of_a_membrane_that_hardly_forgets_is_long():
    neurons = LIFParameters(tau_mem_ms=1e17, v_leak=0.1)
    assert compile_law(UNEQUAL, parameters=neurons).burn_in > 1e17


def test_a_neuron_by_neuron_simulation_does_the_same():
    compiled = compile_law(UNEQUAL, accuracy=0.01)
    sources, spins = answer(compiled, 300)
    z = step_by_step(compiled.network, sources)[0][:, compiled.roles["spins"]]
    np.testing.assert_array_equal(spins, 2 * z - 1)


def test_probabilities_by_enumeration_of_all_sources():
    """P(k) is the mass of the source bits that show configuration k."""
    compiled = compile_law(UNEQUAL, accuracy=3e-3, source_rate_hz=380.0)
    bits = np.array(list(product([0, 1], repeat=compiled.n_digits)))
    mass = np.where(bits, 0.38, 0.62).prod(axis=1)
    numbers = numbers_of(compiled, read_sources(compiled, bits))
    summed = np.bincount(numbers, mass, minlength=4)
    np.testing.assert_allclose(compiled.law.probabilities, summed, rtol=1e-12)
    gap = np.abs(summed - UNEQUAL.probabilities).sum() / 2
    assert compiled.total_variation == pytest.approx(gap, rel=1e-9)
    assert 0 < gap < 3e-3


def test_thresholds_are_the_nearest_quantiles():
    """No threshold of as many digits comes nearer to the levels asked for."""
    compiled = compile_law(UNEQUAL, accuracy=1e-2)
    bits = np.array(list(product([0, 1], repeat=compiled.n_digits)))
    below = np.cumsum(np.where(bits, 0.7, 0.3).prod(axis=1))
    levels = np.cumsum(UNEQUAL.probabilities)[:-1]
    best = np.abs(below - levels[:, None]).argmin(axis=1) + 1
    np.testing.assert_array_equal(compiled.thresholds, best)


@pytest.mark.slow
def test_accuracy_and_voltages_keep_their_promises():
    """Deciding voltages stay `margin` away from the threshold, relative to rounding."""
    compiled = compile_law(UNEQUAL, accuracy=1e-8)
    assert compiled.total_variation <= 1e-8
    coarse = compile_law(UNEQUAL, accuracy=0.02)
    sources, _ = answer(coarse, 2000)
    got = respond(coarse.network, sources)
    bank = coarse.roles["first_bank"]
    silent = got.voltages[coarse.burn_in :, bank][
        got.active[coarse.burn_in :, bank] == 0
    ]
    assert silent.max() == pytest.approx(1 - coarse.margin, abs=1e-12)


@pytest.mark.slow
def test_nearest_numbers_on_either_side_of_a_threshold_are_told_apart():
    """Sources that show N - 1 and N, at the finest accuracy, in random order."""
    compiled = compile_law(UNEQUAL, accuracy=1e-8)
    rng = np.random.default_rng(6)
    close = rng.choice(compiled.thresholds, size=3000) - rng.integers(2, size=3000)
    sources = close[:, None] >> np.arange(compiled.n_digits)[::-1] & 1
    sources[:10] = compiled.network.draw_sources(rng, (10, compiled.n_digits))
    z = respond(compiled.network, sources).active[:, compiled.roles["spins"]]
    expected = read_sources(compiled, sources)
    np.testing.assert_array_equal(2.0 * z[12:] - 1, expected[10:-2])


@pytest.mark.slow
def test_sampled_law_passes_a_chi_square_test():
    """Σ (observed - expected)² / expected has mean K - 1 and variance 2 (K - 1)."""
    compiled = compile_law(UNEQUAL)
    z = simulate(compiled.network, 2000, chains=50, burn_in=compiled.burn_in, seed=4)
    spins = 2 * z[..., compiled.roles["spins"]].astype(int) - 1
    counts = np.bincount(numbers_of(compiled, spins).ravel(), minlength=4)
    expected = 100_000 * UNEQUAL.probabilities
    chi_square = ((counts - expected) ** 2 / expected).sum()
    assert abs(chi_square - 3) < 5 * np.sqrt(6)


@pytest.mark.slow
def test_configurations_of_different_steps_are_independent():
    """Joint frequencies at lags 1 to 4 against p p', by chi-square of 9 degrees."""
    compiled = compile_law(UNEQUAL)
    _, spins = answer(compiled, 40_000, seed=8)
    numbers = numbers_of(compiled, spins[compiled.burn_in :])
    p = compiled.law.probabilities
    for lag in range(1, 5):
        pairs = numbers[:-lag], numbers[lag:]
        joint = np.zeros((4, 4))
        np.add.at(joint, pairs, 1)
        expected = len(pairs[0]) * np.outer(p, p)
        chi_square = ((joint - expected) ** 2 / expected).sum()
        assert abs(chi_square - 15) < 5 * np.sqrt(30)  # margins are given, not fitted


@pytest.mark.slow
def test_eq_4_8b_the_bell_state_is_exact():
    """⟨XX⟩ = -⟨YY⟩ = ⟨ZZ⟩ = 1 at every one of 10⁵ steps; the rest within 5 errors."""
    compiled = compile_law(realize(PHI_PLUS).law)
    z = simulate(compiled.network, 1000, chains=100, burn_in=compiled.burn_in)
    s = 2.0 * z[..., :6] - 1
    for k, sign in enumerate([1, -1, 1]):
        assert (s[..., k] * s[..., 3 + k] == sign).all()
    assert np.abs(s.mean(axis=(0, 1))).max() < 5 / np.sqrt(1e5)


@pytest.mark.slow
@pytest.mark.parametrize(("n_qubits", "rank"), [(1, 2), (2, 4), (3, 8)])
def test_measured_states_are_the_states_asked_for(n_qubits, rank):
    rho = random_state(np.random.default_rng(n_qubits), n_qubits, rank)
    law = realize(rho).law
    compiled = compile_law(law)
    got = measure_state(compiled.network, rho, steps=20_000, burn_in=compiled.burn_in)
    gap = np.abs(got.chi - law.correlators())
    assert (gap[got.chi_errors > 0] < 5 * got.chi_errors[got.chi_errors > 0]).all()
    assert got.fidelity > 0.99
    neurons = 3 * n_qubits + 4 + compiled.n_digits
    neurons += 2 * (len(compiled.law.probabilities) - 1)
    assert compiled.network.n_neurons == neurons


def test_roles_name_every_neuron_once():
    compiled = compile_law(UNEQUAL, n_neurons=60, n_sources=40)
    numbers = [np.arange(60)[part] for part in compiled.roles.values()]
    np.testing.assert_array_equal(np.concatenate(numbers), np.arange(60))
    assert next(iter(compiled.roles)) == "spins"
    assert compiled.network.input_weights.shape == (60, 40)


def test_spare_neurons_repeat_sources_and_are_not_heard():
    compiled = compile_law(UNEQUAL, n_neurons=50, n_sources=40)
    sources, spins = answer(compiled, 200)
    spare = compiled.roles["spare"]
    active = respond(compiled.network, sources).active[:, spare]
    np.testing.assert_array_equal(
        active[1:], sources[:-1, compiled.n_digits :][:, : active.shape[1]]
    )
    late = compiled.burn_in
    expected = read_sources(compiled, sources)[late - 2 : -2]
    np.testing.assert_array_equal(spins[late:], expected)
    assert not compiled.network.recurrent_weights[: spare.start, spare].any()


def test_a_law_of_one_configuration_is_constant():
    law = Law(configurations=[[1, -1, 1, -1, -1, 1]], probabilities=[1.0])
    compiled = compile_law(law)
    _, spins = answer(compiled, 100)
    assert (spins[compiled.burn_in :] == law.configurations).all()


def test_impossible_configurations_cost_nothing():
    law = Law(
        configurations=[[1, 1, 1], [1, -1, 1], [-1, 1, 1]],
        probabilities=[0.5, 0.0, 0.5],
    )
    compiled = compile_law(law)
    assert len(compiled.thresholds) == 1
    assert compiled.target.configurations.tolist() == [[1, 1, 1], [-1, 1, 1]]


def test_results_are_of_the_type_promised():
    compiled = compile_law(UNEQUAL)
    assert isinstance(compiled, CompiledLaw)
    assert f"{compiled.network.n_neurons} neurons" in str(compiled)


def test_what_is_no_law_is_refused():
    with pytest.raises(TypeError, match="`law` must be a Law, but is ndarray"):
        compile_law(np.full(64, 1 / 64))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"parameters": LIFParameters(refractory_steps=2)}, "refractory period of one"),
        ({"source_law": "poisson"}, "at most one spike a step, but is 'poisson'"),
        ({"source_rate_hz": 1000.0}, "must leave a source silent"),
        ({"source_rate_hz": 1.0}, "double precision allows .* digits"),
        ({"accuracy": 1e-15}, "`accuracy` must be at least"),
        ({"accuracy": 1.5}, "`accuracy` must"),
        ({"n_neurons": 20}, "`n_neurons` must be at least .* but is 20"),
        ({"n_sources": 3}, "`n_sources` must be at least .* but is 3"),
        ({"parameters": LIFParameters(tau_syn_ms=1e12)}, "`accuracy` must be at least"),
    ],
)
def test_bad_input_is_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        compile_law(UNEQUAL, **settings)
