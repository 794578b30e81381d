"""LIF neurons as samplers: lone neurons, coupled laws, chains that continue."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from oqnn.spiking.sampling import groups
from oqnn.spiking.sampling.exact import visible_law
from oqnn.spiking.sampling.lif_calibration import calibrate
from oqnn.spiking.sampling.lif_sampler import LIFSampler
from oqnn.spiking.sampling.machine import BoltzmannMachine, two_layer
from oqnn.spiking.sampling.physical import PhysicalNetwork, translate
from oqnn.spiking.sampling.sampler import Chains, sample

SAMPLER = LIFSampler(chains=7)
MACHINE = two_layer(3, 4, scale=0.7, seed=2)


def machine_of(weights, biases):
    weights = np.asarray(weights, float)
    mask = ~np.eye(len(weights), dtype=bool)
    return BoltzmannMachine(
        weights=weights, biases=biases, n_visible=len(weights), mask=mask
    )


def test_lone_neurons_follow_the_calibrated_logistic():
    """Without synapses p(z_i = 1) = 1/(1 + exp(-b_i)), up to the fit's residual."""
    biases = np.array([-2.0, -0.7, 0.0, 1.1, 2.5])
    sampler = LIFSampler()
    lone = machine_of(np.zeros((5, 5)), biases)
    shares = sample(lone, sampler, 128 * 1500, seed=4).flat.mean(axis=0)
    residual = calibrate(sampler).max_residual
    np.testing.assert_allclose(shares, 1 / (1 + np.exp(-biases)), atol=residual + 0.01)


def test_coupled_neurons_sample_near_the_exact_law():
    """KL divergence of the sampled from the exact visible law; shuffling weights

    among the pairs gives a law more than twenty times as far away.
    """
    machine = two_layer(3, 4, scale=0.6, seed=1)
    sampler = LIFSampler()
    law = sample(machine, sampler, 400_000, seed=5).visible_law()
    exact = visible_law(machine)
    other = visible_law(
        machine.with_parameters(np.roll(machine.edge_weights, 3), machine.biases)
    )
    near, far = ((law * np.log(law / p)).sum() for p in (exact, other))
    assert near < 2e-3
    assert far > 20 * near


def test_a_sender_moves_a_receiver_by_its_share_of_active_time():
    """The mean drive of additive synapses is alpha W p(z = 1) / g."""
    sampler = LIFSampler(chains=10_000, read_every_ms=10.0)
    weight, n_reads = 2.5, 10
    machine = machine_of([[0, weight], [weight, 0]], [0.4, -90.0])
    curve = calibrate(sampler)
    physical = translate(machine, curve)
    arrays = sampler.random_arrays(2, seed=1)
    states, arrays = sampler.run(physical, arrays, n_reads, seed=2)
    share = np.interp(physical.leaks[0], curve.leaks, curve.shares)
    drive = (arrays["voltage"][:, 1] - physical.leaks[1]).mean()
    expected = curve.alpha * weight * share / curve.weight_gain
    assert states[..., 1].sum(axis=0)[1:].max() <= 1  # only what was left at the start
    assert drive == pytest.approx(expected, abs=5 * 1.3 / np.sqrt(10_000))


def test_neurons_with_the_same_sources_and_state_do_the_same():
    """One pool of sources, wired alike to two neurons, not to the third."""
    sampler = LIFSampler(chains=4)
    physical = replace(
        translate(machine_of(np.zeros((3, 3)), np.zeros(3)), calibrate(sampler)),
        wiring=[[1, 1, -1, -1, 0], [1, 1, -1, -1, 0], [0, 1, 1, -1, -1]],
    )
    arrays = sampler.random_arrays(3, seed=1)
    alike = {name: value[:, [0, 0, 2]] for name, value in arrays.items()}
    states, _ = sampler.run(physical, alike, 200, seed=2)
    np.testing.assert_array_equal(states[..., 0], states[..., 1])
    assert (states[..., 0] != states[..., 2]).any()


def test_shared_sources_are_as_strong_as_private_ones():
    """Five of eight sources a sign at a fifth of the rate: the same activation."""
    sampler = LIFSampler(chains=400)
    rng = np.random.default_rng(3)
    wiring = np.array(
        [np.r_[rng.permutation(8) < 5, -1 * (rng.permutation(8) < 5)] for _ in range(6)]
    )
    curve = calibrate(sampler)
    biases = np.array([-2.0, -1.0, 0.0, 0.5, 1.0, 2.0])
    physical = translate(machine_of(np.zeros((6, 6)), biases), curve)
    shared = replace(physical, wiring=wiring)
    states, _ = sampler.run(shared, sampler.random_arrays(6, 1), 300, seed=2)
    expected = np.interp(physical.leaks, curve.leaks, curve.shares)
    np.testing.assert_allclose(states[20:].mean(axis=(0, 1)), expected, atol=0.02)


def draws(sampler, machine, *numbers, seed=3):
    chains = sampler.start(machine, seed=seed)
    states = []
    for n_samples in numbers:
        samples, chains = sampler.draw(machine, chains, n_samples)
        states.append(samples.states)
    return states, chains


def test_a_draw_follows_from_the_seed_and_the_number_of_draws():
    (first, second), chains = draws(SAMPLER, MACHINE, 200, 90)
    (again, longer), _ = draws(SAMPLER, MACHINE, 200, 400)
    assert first.shape == (29, 7, 7)
    assert first.dtype == np.uint8
    assert chains.draws == 2
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(second, longer[: len(second)])
    (other,), _ = draws(SAMPLER, MACHINE, 200, seed=4)
    assert (other != first).any()
    assert (first[:, 0] != first[:, 1]).any()


def test_every_chain_and_every_draw_has_noise_of_its_own():
    """From one and the same state, chains part, and so do draws."""
    sampler = LIFSampler(chains=8)
    chains = sampler.start(MACHINE, seed=3)
    same = {name: np.repeat(a[:1], 8, axis=0) for name, a in chains.arrays.items()}
    first, later = (
        sampler.draw(MACHINE, replace(chains, arrays=same, draws=draws), 700)[0].states
        for draws in (0, 1)
    )
    assert len(np.unique(first.transpose(1, 0, 2).reshape(8, -1), axis=0)) == 8
    assert (first != later).any()


def test_chunks_of_random_words_leave_no_trace(monkeypatch):
    whole, _ = draws(SAMPLER, MACHINE, 500, 300)
    monkeypatch.setattr(groups, "CHUNK_BYTES", 5000)
    pieces, _ = draws(SAMPLER, MACHINE, 500, 300)
    for a, b in zip(whole, pieces, strict=True):
        np.testing.assert_array_equal(a, b)


def test_chains_go_on_from_saved_arrays_with_another_machine(tmp_path):
    (first,), chains = draws(SAMPLER, MACHINE, 100)
    np.savez(tmp_path / "chains.npz", **chains.arrays)
    with np.load(tmp_path / "chains.npz") as file:
        saved = Chains(arrays=dict(file), seed=chains.seed, draws=chains.draws)
    changed = MACHINE.with_parameters(MACHINE.edge_weights, MACHINE.biases + 6)
    a, _ = SAMPLER.draw(changed, chains, 700)
    b, _ = SAMPLER.draw(changed, saved, 700)
    np.testing.assert_array_equal(a.states, b.states)
    assert a.states[20:].mean() > 0.9 > first.mean()


@pytest.mark.parametrize("chains", [1, 2])
def test_few_chains(chains):
    samples = sample(MACHINE, LIFSampler(chains=chains), 11, burn_in=5, seed=1)
    assert samples.states.shape == (-(-11 // chains), chains, 7)


def test_reads_less_often_are_some_of_the_reads():
    """Every second read of 2 ms is a read of 4 ms: the same words, the same steps."""
    sampler = LIFSampler(chains=8)
    (often,), _ = draws(sampler, MACHINE, 80)
    (rarely,), _ = draws(replace(sampler, read_every_ms=4.0), MACHINE, 40)
    np.testing.assert_array_equal(often[1::2], rarely)


EXCITED = [1, 4, 5]


@dataclass(frozen=True)
class Excited:
    """Hardware that lifts the leaks of some chains."""

    def apply(self, physical, *, chains, seed, draws):
        assert (chains, seed, draws) == (7, 3, 0)
        lift = np.where(np.isin(np.arange(chains), EXCITED), 9.0, -9.0)
        return replace(physical, leaks=physical.leaks + lift[:, None])


def test_hardware_changes_the_network_chain_by_chain():
    (states,), _ = draws(replace(SAMPLER, hardware=Excited()), MACHINE, 700)
    means = states[20:].mean(axis=(0, 2))
    assert means[EXCITED].min() > 0.95
    assert np.delete(means, EXCITED).max() < 0.05


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"chains": 0}, "`chains` must be at least 1"),
        ({"dt_ms": -1.0}, "`dt_ms` must be positive"),
        ({"noise_rate_khz": 0.0}, "`noise_rate_khz` must be positive"),
        ({"synapses": "fast"}, "`synapses` must be one of 'additive', 'renewing'"),
        ({"read_every_ms": 2.5}, "`read_every_ms` must be a multiple of `dt_ms`"),
        ({"tau_ref_ms": 0.5}, "`tau_ref_ms` must be at least `dt_ms`"),
        ({"tau_mem_ms": 10.0}, "`tau_mem_ms` must be below `tau_syn_ms`"),
        ({"reset": 0.1}, "`reset` must be below the threshold 0"),
        ({"reset": -np.inf}, "`reset` must be below the threshold 0"),
        ({"noise_rate_khz": 9e-4}, "`noise_rate_khz` must .* step, but gives 0.0009"),
    ],
)
def test_settings_that_do_not_fit_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        LIFSampler(**settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"chains": 2.0}, "`chains` must be an integer"),
        ({"dt_ms": "1"}, "`dt_ms` must be one real number"),
        ({"reset": "low"}, "`reset` must be one real number, but is 'low'"),
        ({"reset": np.array([-0.1])}, "`reset` must be one real number"),
        ({"hardware": "chip"}, "`hardware` must be a HardwareModel .* but is 'chip'"),
    ],
)
def test_settings_of_the_wrong_kind_are_refused(settings, message):
    with pytest.raises(TypeError, match=message):
        LIFSampler(**settings)


def test_chains_of_others_are_refused():
    chains = SAMPLER.start(MACHINE, seed=1)
    with pytest.raises(ValueError, match=r"`chains` must hold .* of shape \(8, 7\)"):
        LIFSampler(chains=8).draw(MACHINE, chains, 10)
    with pytest.raises(TypeError, match="`n_samples` must be an integer"):
        SAMPLER.draw(MACHINE, chains, 10.5)
    few = PhysicalNetwork(
        weights=np.zeros((7, 7)),
        leaks=np.zeros((3, 7)),
        refractory=np.ones(7),
        leak_at_zero=0.0,
        leak_unit=1.0,
        weight_unit=1.0,
    )
    with pytest.raises(ValueError, match=r"`leaks` must .* given for each of 7 chains"):
        SAMPLER.run(few, chains.arrays, 1, 1)
