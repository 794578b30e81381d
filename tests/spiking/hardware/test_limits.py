"""The studies of a chip's limits on exact samplers, where their outcome is known."""

import numpy as np
import pytest
from spiking.hardware.exact_sampler import ExactSampler

from oqnn._core.seeds import derive_seed
from oqnn.spiking.hardware.model import HardwareModel
from oqnn.spiking.hardware.occupancy import weight_histogram
from oqnn.spiking.hardware.quantisation import saturation
from oqnn.spiking.hardware.random_networks import network_of_levels, random_levels
from oqnn.spiking.hardware.resolution import resolution_study
from oqnn.spiking.hardware.stability import stability_study
from oqnn.spiking.hardware.updates import pseudo_update_study
from oqnn.spiking.sampling.exact import visible_law
from oqnn.spiking.sampling.gibbs import GibbsSampler
from oqnn.spiking.sampling.machine import two_layer

MODEL = HardwareModel.six_bit(weight_range=1.2)
SIZES = {"n_visible": 4, "n_hidden": 7}
LEVELS = random_levels(4, 7, 63, np.random.default_rng(2))
MACHINE = network_of_levels(LEVELS, 4, 7, MODEL)


def test_weights_are_counted_by_level_and_beyond_the_range():
    step = 1.2 / 63
    weights = step * np.array([[0.4, -0.4, 1.6], [62.4, 63.4, 70.0], [-63, -64, -2]])
    histogram = weight_histogram(weights, MODEL)
    expected = np.zeros(127, dtype=int)
    for level, count in {0: 2, 2: 1, 62: 1, 63: 2, -63: 2, -2: 1}.items():
        expected[63 + level] = count
    np.testing.assert_array_equal(histogram.counts, expected)
    assert histogram.n_beyond == 2
    assert histogram.edge_share == pytest.approx(4 / 9)
    assert histogram.shares.sum() == pytest.approx(1)
    assert histogram.to_xarray()["count"].sel(level=-63) == 2


def test_networks_of_levels_have_integer_weights_and_no_biases():
    np.testing.assert_allclose(
        MACHINE.weights[:4, 4:].ravel(), LEVELS * 1.2 / 63, rtol=1e-13
    )
    assert not MACHINE.biases.any()
    assert np.abs(random_levels(100, 100, 5, np.random.default_rng(1))).max() == 5


@pytest.mark.slow
def test_coarser_weights_give_laws_farther_away():
    """Sampled minus exact divergence is the floor, about 15/n for 16 states."""
    study = resolution_study(
        ExactSampler(), MODEL, **SIZES, repetitions=25, n_samples=40_000, seed=3
    )
    assert study.divergences.shape == study.exact.shape == (7, 25)
    np.testing.assert_allclose(study.exact[0], 0, atol=1e-15)
    assert (np.diff(np.median(study.exact, axis=1)) > 0).all()
    assert (np.diff(study.quantiles[1, 2:]) > 0).all()
    assert study.floor == pytest.approx(15 / 40_000, rel=0.1)
    excess = study.divergences - study.exact
    error = excess.std(axis=1) / np.sqrt(25)
    assert (np.abs(excess.mean(axis=1) - study.floor) < 5 * error).all()
    assert study.to_xarray()["divergence"].sel(step=64).median() > 0.01


@pytest.mark.slow
def test_gibbs_sampling_finds_the_divergence_of_quantised_laws():
    """Where coarse rounding costs far more than sampling, 5 standard errors."""
    study = resolution_study(
        GibbsSampler(),
        MODEL,
        **SIZES,
        steps=(32, 64),
        repetitions=3,
        n_samples=60_000,
        seed=1,
    )
    # Var_p(log p/q)/n and (E_q (p/q)² - 1)/n, each near 2 KL/n; twice for correlations
    error = np.sqrt(8 * study.exact / 60_000) + 5 * study.floor
    assert (np.abs(study.divergences - study.exact) < 5 * error).all()


@pytest.mark.slow
def test_small_updates_are_seen_once_samples_allow():
    """At the run's end the mean excess over the exact divergence is the floor."""
    study = pseudo_update_study(
        ExactSampler(),
        MODEL,
        **SIZES,
        fractions=(0.1, 1.0),
        n_samples=(500, 3000, 40_000),
        n_reference=100_000,
        repetitions=25,
        seed=5,
    )
    assert study.divergences.shape == (2, 25, 3)
    np.testing.assert_allclose(study.fractions, [3 / 28, 1])
    excess = study.divergences - study.exact[..., None]
    error = excess.std(axis=1) / np.sqrt(25)
    assert (np.abs(excess.mean(axis=1) - study.floor) < 5 * error).all()
    assert np.median(study.exact[1]) > 4 * np.median(study.exact[0]) > 0
    assert (np.diff(study.quantiles[1], axis=-1) < 0).all()
    assert study.to_xarray()["divergence"].dims == ("fraction", "repetition", "sample")


def recorded(study, model, **options):
    """What a study gives for one network, and the networks that it sampled."""
    machines = []

    class Recorder(ExactSampler):
        def start(self, machine, *, seed):
            machines.append(machine)
            return super().start(machine, seed=seed)

    return study(Recorder(), model, **SIZES, repetitions=1, **options), machines


def test_updates_change_the_given_number_of_weights_by_one_level():
    options = {"fractions": (0.25,), "n_samples": (10,), "n_reference": 10}
    _, (before, after) = recorded(pseudo_update_study, MODEL, **options)
    moves = (after.edge_weights - before.edge_weights) * 63 / 1.2
    np.testing.assert_allclose(np.sort(np.abs(moves)), [0] * 21 + [1] * 7, atol=1e-9)


def test_divergences_are_those_of_the_full_from_the_coarse_law():
    """Where KL(p‖q) and KL(q‖p) differ by much: levels of 3/63, rounded to 0 and 63."""
    study, machines = recorded(
        resolution_study,
        HardwareModel.six_bit(weight_range=3.0),
        steps=(64,),
        n_samples=200_000,
    )
    p, q = (visible_law(machine) for machine in machines)
    exact, reverse = (p * np.log(p / q)).sum(), (q * np.log(q / p)).sum()
    assert abs(exact - reverse) > 0.2 * exact
    assert study.exact[0, 0] == pytest.approx(exact, rel=1e-10)
    assert study.divergences[0, 0] == pytest.approx(exact, rel=0.05)


def test_divergences_are_those_of_the_changed_from_the_reference_law():
    """As above, for changes of one level of 3/7 in every weight."""
    study, machines = recorded(
        pseudo_update_study,
        HardwareModel(weight_bits=3, weight_range=3.0),
        fractions=(1.0,),
        n_samples=(200_000,),
        n_reference=200_000,
        seed=7,
    )
    q, p = (visible_law(machine) for machine in machines)
    exact, reverse = (p * np.log(p / q)).sum(), (q * np.log(q / p)).sum()
    assert abs(exact - reverse) > 0.2 * exact
    assert study.exact[0, 0] == pytest.approx(exact, rel=1e-10)
    assert study.divergences[0, 0, 0] == pytest.approx(exact, rel=0.05)


def test_a_steady_sampler_converges_to_its_mean():
    """Both divergences follow (K - 1)/2 (1/n - 1/m), the own end's is zero there."""
    study = stability_study(
        ExactSampler(), MACHINE, runs=40, n_samples=(1000, 4000, 50_000), seed=2
    )
    assert study.n_runs == 40
    np.testing.assert_array_equal(study.own_end[:, -1], 0)
    for found, floor in (
        (study.own_end, study.own_end_floor),
        (study.average, study.average_floor),
    ):
        error = found.std(axis=0) / np.sqrt(40)
        assert (np.abs(found.mean(axis=0) - floor) <= 5 * error).all()
    assert study.own_end_quantiles.shape == study.average_quantiles.shape == (3, 3)
    assert study.to_xarray()["average"].dims == ("run", "sample")


def test_two_runs_share_half_of_their_mean():
    """Each is nested in the mean of both: 15/2 (1/n - 1/2n) for 16 states."""
    studies = [
        stability_study(ExactSampler(), MACHINE, runs=2, n_samples=(1000,), seed=seed)
        for seed in range(60)
    ]
    found = np.array([study.average[:, -1].mean() for study in studies])
    floor = np.mean([study.average_floor for study in studies])
    assert floor == pytest.approx(15 / 4000, rel=0.05)
    assert abs(found.mean() - 15 / 4000) < 5 * found.std() / np.sqrt(60)
    assert found.std() / np.sqrt(60) < 0.1 * 15 / 4000


def test_changed_weights_stay_within_the_range():
    """Whatever the level they had: every weight moves, over 40 networks of 3 levels."""
    model = HardwareModel(weight_bits=1, weight_range=0.5)
    for seed in range(40):
        _, machines = recorded(
            pseudo_update_study,
            model,
            fractions=(1.0,),
            n_samples=(1,),
            n_reference=1,
            seed=seed,
        )
        assert saturation(machines[1], model).weights == 0
    assert saturation(machines[1], model).n_weights == 28


def test_floors_are_those_of_laws_with_rare_states():
    """Most of 64 states hardly occur: far below 63/2 (1/n ± 1/m), within 5 errors."""
    model = HardwareModel.six_bit(weight_range=3.0)
    sizes = {"n_visible": 6, "n_hidden": 12}
    levels = random_levels(6, 12, 63, np.random.default_rng(3))
    same = resolution_study(
        ExactSampler(), model, **sizes, steps=(1,), repetitions=30, n_samples=2000
    )
    moved = pseudo_update_study(
        ExactSampler(),
        model,
        **sizes,
        fractions=(0.01,),
        n_samples=(500, 2000),
        n_reference=5000,
        repetitions=30,
    )
    runs = stability_study(
        ExactSampler(),
        network_of_levels(levels, 6, 12, model),
        runs=30,
        n_samples=(500, 3000),
    )
    for found, floor, leading in (
        (same.divergences[0], same.floor, 63 / 2000),
        (moved.divergences[0] - moved.exact[0][:, None], moved.floor, 63 / 1000),
        (runs.average, runs.average_floor, 63 / 1000),
        (runs.own_end[:, 0], runs.own_end_floor[0], 63 / 1200),
    ):
        error = found.std(axis=0) / np.sqrt(30)
        assert (np.abs(found.mean(axis=0) - floor) < 5 * error).all()
        assert np.max(error) < 0.2 * np.min(floor) + 1e-3
        assert np.max(floor) < 0.8 * leading
    assert runs.own_end_floor[-1] == 0


def test_jitter_between_runs_leaves_a_plateau():
    """Runs with laws p_r end at KL(p_r‖p̄) from their mean law, not from their own."""
    sampler = ExactSampler(jitter=0.15)
    study = stability_study(
        sampler, MACHINE, runs=12, n_samples=(2000, 500_000), seed=7
    )
    laws = np.array(
        [visible_law(sampler.machine_of(MACHINE, derive_seed(7, r))) for r in range(12)]
    )
    plateau = (laws * np.log(laws / laws.mean(axis=0))).sum(axis=1)
    np.testing.assert_allclose(study.average[:, -1], plateau, rtol=0.1, atol=1e-4)
    assert plateau.mean() > 20 * study.average_floor[-1]
    assert study.own_end_quantiles[1, 0] < 2 * study.own_end_floor[0]


def test_the_same_seed_gives_the_same_study():
    options = {**SIZES, "steps": (2, 8), "repetitions": 2, "n_samples": 500}
    first, second, other = (
        resolution_study(ExactSampler(), MODEL, **options, seed=seed)
        for seed in (4, 4, 5)
    )
    np.testing.assert_array_equal(first.divergences, second.divergences)
    assert (first.divergences != other.divergences).all()


@pytest.mark.parametrize(
    ("study", "options", "kind", "message"),
    [
        (resolution_study, {"steps": (3,)}, ValueError, "`step` must divide 64"),
        (resolution_study, {"steps": (2.0,)}, TypeError, "`step` must be an integer"),
        (resolution_study, {"steps": ()}, ValueError, "`steps` must hold at least"),
        (resolution_study, {"n_hidden": 0}, ValueError, "`n_hidden` must be at least"),
        (pseudo_update_study, {"fractions": ()}, ValueError, "`fractions` must hold"),
        (resolution_study, {"repetitions": 0}, ValueError, "`repetitions` must be at"),
        (resolution_study, {"n_samples": 1e3}, TypeError, "`n_samples` must be an int"),
        (pseudo_update_study, {"fractions": (0.01,)}, ValueError, "changes none"),
        (
            pseudo_update_study,
            {"fractions": (1.1,)},
            ValueError,
            "`fractions` must lie",
        ),
        (pseudo_update_study, {"n_reference": 0}, ValueError, "`n_reference` must be"),
        (pseudo_update_study, {"n_samples": (9, 8)}, ValueError, "must increase"),
    ],
)
def test_odd_studies_are_refused(study, options, kind, message):
    with pytest.raises(kind, match=message):
        study(ExactSampler(), MODEL, **{**SIZES, **options})


@pytest.mark.parametrize(
    ("study", "options", "kind", "message"),
    [
        (resolution_study, {"n_visible": 40}, ValueError, "take 3.28e.05 GiB"),
        (pseudo_update_study, {"n_visible": 40}, ValueError, "`n_visible` must be few"),
        (pseudo_update_study, {"n_visible": 2.5}, TypeError, "`n_visible` must be an"),
        (resolution_study, {"steps": 2}, ValueError, "`steps` must be a sequence"),
        (pseudo_update_study, {"fractions": 0.5}, ValueError, "`fractions` must be a"),
        (pseudo_update_study, {"fractions": "a"}, ValueError, "`fractions` must be a"),
        (pseudo_update_study, {"fractions": ["a"]}, TypeError, "`fractions` must be"),
        (pseudo_update_study, {"n_samples": 10}, ValueError, "`n_samples` must be a"),
    ],
)
def test_studies_that_cannot_be_are_refused_before_they_sample(
    study, options, kind, message
):
    with pytest.raises(kind, match=message):
        study(None, MODEL, **{**SIZES, **options})


def test_runs_whose_counts_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"2\^40 visible states, .* 1.23e\+06 GiB"):
        stability_study(None, two_layer(40, 2), n_samples=(5,))


def test_chips_without_integer_weights_are_refused():
    for run in (
        lambda: resolution_study(ExactSampler(), HardwareModel()),
        lambda: weight_histogram([1.0], HardwareModel()),
    ):
        with pytest.raises(ValueError, match="`model` must hold integer weights"):
            run()
    with pytest.raises(ValueError, match="`weights` must hold at least one"):
        weight_histogram([], MODEL)
    with pytest.raises(ValueError, match="`runs` must be at least 2"):
        stability_study(ExactSampler(), MACHINE, runs=1)
