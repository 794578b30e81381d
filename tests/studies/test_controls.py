"""The controls of a study: drives, probe, every case at a small size, and the table."""

import numpy as np
import pytest

from oqnn.dynamics import ConstantControls, System
from oqnn.environments import (
    LearningRule,
    Material,
    NetworkDrive,
    ProtectionCost,
    ReferenceEnvironment,
    bare_material,
    cost_and_gradient,
    engineered_material,
    learn,
    xy8_material,
)
from oqnn.measures import average_fidelity
from oqnn.studies import (
    Study,
    StudySettings,
    compare,
    control_conditions,
    control_optimal,
    control_setting,
    controls,
)
from oqnn.studies import probe as probe_module
from oqnn.studies.control_cases import CASES
from oqnn.studies.control_drives import (
    ConstantWeights,
    random_drive,
    same_power,
    shuffled,
    within_power,
)
from oqnn.studies.control_setting import Entry
from oqnn.studies.controls_table import ControlsTable
from oqnn.studies.probe import Probe, mean_power, random_states

ENVIRONMENT = ReferenceEnvironment(gamma_1=0.05, xi=0.8)
RULE = LearningRule(slices=32, resolution=16)
SETTINGS = {
    "materials": ["plain", "learning"],
    "learning": {"epochs": 4, "seeds": 2, "first_seed": 3, "slices": 32},
    "plain": {"seeds": 3},
    "times": {"values": [0.0, 4.0]},
    "spikes": {"times": 0},
}
SETTINGS["learning"] |= {"substeps": 16}


def network(scale=0.5, seed=0):
    """A learning material with random weights."""
    rng = np.random.default_rng(seed)
    drive = NetworkDrive(
        weights=scale * rng.normal(size=(32, 4, 5)),
        y0=np.array([0.1, -0.2, 0.3, 0.0]),
        tau=0.1,
        period=8.0,
    )
    return Material(kind="learning", environment=ENVIRONMENT, drive=drive)


def test_power_of_constants_and_of_pulses():
    """Constants have y₁² + y₂² + y₃²; pulses of length π/h at |y| = 1, one in each
    interval a, have π/(h a).
    """
    still = Material(
        kind="some",
        environment=ENVIRONMENT,
        drive=ConstantControls(np.array([0.3, -0.5, 0.2, 0.9])),
    )
    np.testing.assert_allclose(mean_power(still, 8.0), 0.38, rtol=1e-12)
    pulsed = xy8_material(ENVIRONMENT, spacing=0.5)
    np.testing.assert_allclose(mean_power(pulsed, 8.0), np.pi / 4, rtol=1e-12)


def test_shuffling_moves_whole_slices():
    learned = network()
    mixed = shuffled(learned, np.random.default_rng(1)).drive
    assert not np.array_equal(mixed.weights, learned.drive.weights)

    def order(weights):
        return weights[np.argsort(weights[:, 0, 0])]

    np.testing.assert_array_equal(order(mixed.weights), order(learned.drive.weights))
    np.testing.assert_array_equal(mixed.y0, learned.drive.y0)


@pytest.mark.parametrize("samples", [640, 321])
def test_a_random_drive_keeps_mean_spectrum_and_power(samples):
    """Weak drives pass no bound, so that nothing is cut off: |FFT| stays, and with it
    the power.
    """
    learned = network(scale=0.1)
    drawn = random_drive(learned, np.random.default_rng(2), samples=samples)
    times = drawn.drive.times
    before = learned.controls(8.0).samples(times[:-1], times[1:])[1]
    after = drawn.drive.values
    sizes = [np.abs(np.fft.fft(values, axis=0)) for values in (before, after)]
    np.testing.assert_allclose(sizes[1], sizes[0], atol=1e-10)
    np.testing.assert_allclose(after.mean(0), before.mean(0), atol=1e-13)
    np.testing.assert_allclose(
        mean_power(drawn, 8.0), mean_power(learned, 8.0), rtol=2e-3
    )
    assert np.abs(after - before).max() > 0.1


def test_a_strong_random_drive_stays_within_its_bounds():
    drawn = random_drive(network(scale=4.0), np.random.default_rng(2))
    assert np.abs(drawn.drive.values).max() == 1.0


def test_constants_of_a_given_power_against_a_search():
    """At the power of the best constants they are the best; at half of it none of 100
    random constants of that power loses less.
    """
    probe = Probe.of(ProtectionCost(), 8.0)
    best = engineered_material(ENVIRONMENT, points=20, starts=3, progress=False)
    power = (best.drive.values[:3] ** 2).sum()
    found = same_power(ENVIRONMENT, power, probe, starts=4)
    np.testing.assert_allclose(
        probe.infidelity(found), probe.infidelity(best), rtol=1e-4
    )

    weaker = same_power(ENVIRONMENT, power / 2, probe, starts=4)
    np.testing.assert_allclose(mean_power(weaker, 8.0), power / 2, rtol=1e-6)
    directions = np.random.default_rng(5).normal(size=(100, 3))
    directions *= np.sqrt(power / 2) / np.linalg.norm(directions, axis=1)[:, None]
    least = min(
        probe.infidelity(
            Material(
                kind="some",
                environment=ENVIRONMENT,
                drive=ConstantControls(np.r_[y, -1]),
            )
        )
        for y in directions
        if np.abs(y).max() <= 1
    )
    assert probe.infidelity(weaker) <= least + 1e-9
    within = within_power(ENVIRONMENT, power / 2, probe, starts=4)
    assert mean_power(within, 8.0) <= power / 2 + 1e-9
    assert probe.infidelity(within) <= probe.infidelity(weaker) + 1e-9


def test_a_constant_network_follows_the_mean_gradient():
    """M ← μM − η⟨g⟩ and W ← W + M/ω, over two epochs by hand."""
    starts = np.random.default_rng(7).normal(size=(2, 1, 4, 5)).repeat(32, axis=1)
    result = learn(
        ENVIRONMENT,
        RULE,
        seeds=[0, 1],
        epochs=2,
        weights=starts,
        method=ConstantWeights(),
        progress=False,
    )
    W, M, y0 = starts[1], 0.0, np.zeros(4)
    for _ in range(2):
        g = cost_and_gradient(ENVIRONMENT, W, y0=y0, rule=RULE)[1]
        drive = NetworkDrive(weights=W, y0=y0, tau=RULE.tau, period=RULE.period)
        y0 = drive.until(RULE.period, 4).values[-1]
        M = RULE.friction * M - RULE.rate * g.mean(axis=0)
        W = W + M / RULE.mass
    np.testing.assert_allclose(result.state.weights[1], W, rtol=1e-5, atol=1e-7)
    assert np.ptp(result.state.weights, axis=1).max() == 0


def test_a_probe_against_states_that_evolve():
    """Σ G Φ is the mean over all pure states, and Tr ρ ρ(t) for a single one."""
    material, H = network(), np.array([[0.1, 0.2j], [-0.2j, -0.1]])
    cost = ProtectionCost(readouts=(0.25, 1.0), weights=(0.3, 0.7))
    probe = Probe.of(cost, 8.0, H)
    kept = average_fidelity(material.transfer([0, 2, 8], H=H)[1:])
    lost = 0.3 * (1 - kept[0]) + 0.7 * (1 - kept[1])
    np.testing.assert_allclose(probe.infidelity(material), lost, rtol=1e-12)

    states = random_states(3, np.random.default_rng(4))
    for rho, value in zip(states, probe.infidelities(material, states), strict=True):
        later = material.evolve(System(H, rho), [0, 2, 8]).states[1:]
        kept = np.einsum("ij,tji->t", rho, later).real
        np.testing.assert_allclose(value, 1 - [0.3, 0.7] @ kept, rtol=1e-6)


def test_unseen_states_average_to_the_mean_of_all():
    material, probe = bare_material(ENVIRONMENT), Probe.of(ProtectionCost(), 8.0)
    lost = probe.infidelities(material, random_states(400, np.random.default_rng(6)))
    error = lost.std(ddof=1) / np.sqrt(400)
    assert 0 < error < 0.01
    assert abs(lost.mean() - probe.infidelity(material)) < 5 * error


@pytest.fixture(scope="module")
def study():
    return compare(settings=StudySettings(**SETTINGS), progress=False)


def some_constants(environment, *, cost, **options):
    """Stand in for the search for constants; other noise and costs give others."""
    size = 0.3 * environment.xi + (0 if cost.states is None else 0.1)
    drive = ConstantControls(np.array([-size, size, size, -1]))
    return Material(kind="engineered", environment=environment, drive=drive)


@pytest.fixture(scope="module")
def short():
    """Breaking times until 8, short or no searches, and doubled noise only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(probe_module, "HORIZONS", (4.0, 8.0))
        patch.setattr(control_setting, "engineered_material", some_constants)
        patch.setattr(control_conditions, "FACTORS", (2.0,))
        patch.setattr(control_optimal, "STARTS", 1)
        patch.setattr(control_optimal, "ITERATIONS", 5)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("controls") / "out"


@pytest.fixture(scope="module")
def table(study, short, folder):
    return controls(
        study, epochs=4, draws=3, states=5, seed=2, out=folder, progress=False
    )


@pytest.mark.slow
def test_the_learners_are_those_of_the_study(table, study):
    evolution = study.evolution("learning")
    np.testing.assert_allclose(
        table.values("as trained", "learning"), evolution.readout_infidelity, rtol=1e-6
    )
    lost = evolution.readout_infidelity.values
    half = 6.31375151 * lost.std(ddof=1) / np.sqrt(2)  # one degree of freedom, 90 %
    low, high = table.interval("as trained", "learning", level=0.9)[1:]
    np.testing.assert_allclose(
        [low, high], [lost.mean() - half, lost.mean() + half], rtol=1e-4
    )


@pytest.mark.slow
def test_every_case_has_its_rows(table):
    assert table.conditions == (
        "as trained",
        "unseen states",
        "worst unseen state",
        "unseen times",
        "next cycle",
        *(
            f"{noise} x 2{who}"
            for noise in ("field", "hopping")
            for who in ("", ", rivals anew", ", all anew")
        ),
        "h = 2, random start",
        "h = 2, warm start",
        "one known state",
        "1000 shots",
    )
    sizes = {name: len(table.values("as trained", name)) for name in (
        "learning", "engineered", "plain", "shuffled slices", "constant network"
    )}  # fmt: skip
    assert [*sizes.values()] == [2, 1, 3, 3, 2]
    for condition in table.conditions:
        others = {"learning", "engineered", "xy8"}
        others |= set() if condition == "1000 shots" else {"grape"}
        assert others <= set(table.materials(condition))


@pytest.mark.slow
def test_changed_noise_is_that_of_its_condition(table, study):
    """Learners in twice the field, and constants made anew for it."""
    changed = ReferenceEnvironment(xi=2.0)
    lost = [
        1 - average_fidelity(
            Material(kind="l", environment=changed, drive=m.drive).transfer(
                [0, 2, 4, 6, 8]
            )[1:]
        ).mean()
        for m in study.members("learning")
    ]  # fmt: skip
    np.testing.assert_allclose(table.values("field x 2", "learning"), lost, rtol=1e-9)
    np.testing.assert_allclose(
        table.values("field x 2, rivals anew", "learning"), lost, rtol=1e-9
    )
    anew = some_constants(changed, cost=ProtectionCost())
    np.testing.assert_allclose(
        table.values("field x 2, rivals anew", "engineered"),
        1 - average_fidelity(anew.transfer([0, 2, 4, 6, 8])[1:]).mean(),
        rtol=1e-6,
    )
    old = some_constants(ReferenceEnvironment(), cost=ProtectionCost()).drive
    kept = Material(kind="engineered", environment=changed, drive=old)
    np.testing.assert_allclose(
        table.values("field x 2", "engineered"),
        1 - average_fidelity(kept.transfer([0, 2, 4, 6, 8])[1:]).mean(),
        rtol=1e-6,
    )


@pytest.mark.slow
def test_what_is_stored_is_not_computed_again(table, study, folder, monkeypatch):
    for name in CASES:
        monkeypatch.setitem(CASES, name, lambda setting: 1 / 0)
    again = controls(
        study, epochs=4, draws=3, states=5, seed=2, out=folder, progress=False
    )
    assert again.dataset.identical(table.dataset)
    assert not list((folder / "checkpoints").iterdir())


def test_seeds_make_the_draws(study, short):
    def drawn(seed):
        chosen = ["shuffled slices", "random drive"]
        table = controls(study, cases=chosen, draws=2, seed=seed, progress=False)
        return table.dataset.infidelity.values

    np.testing.assert_array_equal(drawn(1), drawn(1))
    assert (drawn(1) != drawn(2)).all()


ENTRIES = [
    Entry(
        "calm",
        "learning",
        {
            "infidelity": np.array([0.03, 0.05, 0.04]),
            "breaking_time": np.array([70.0, 80.0, np.inf]),
        },
    ),
    Entry("calm", "xy8", {"infidelity": np.array([0.2]), "breaking_time": np.ones(1)}),
    Entry("calm", "engineered", {"infidelity": np.array([0.041])}),
    Entry("calm", "shuffled", {"infidelity": np.array([0.5, 0.52, 0.51])}),
    Entry("loud", "learning", {"infidelity": np.array([0.3, 0.31])}),
    Entry("loud", "engineered", {"infidelity": np.array([0.1])}),
]


def test_winners_need_an_interval_without_zero():
    table = ControlsTable.of(ENTRIES)
    found = {(c.condition, c.rival): c.winner for c in table.comparisons()}
    assert found == {
        ("calm", "xy8"): "learning",
        ("calm", "engineered"): "undecided",
        ("calm", "shuffled"): "learning",
        ("loud", "engineered"): "engineered",
    }
    assert [c.rival for c in table.strongest()] == ["engineered", "engineered"]
    # one breaking time is beyond what was looked at: no mean, no winner
    assert [c.winner for c in table.comparisons("breaking_time")] == ["undecided"]


def test_longer_times_are_better():
    values = {
        "infidelity": np.array([0.3, 0.31]),
        "breaking_time": np.array([9.0, 9.5]),
    }
    late = Entry("calm", "learning", values)
    rival = Entry("calm", "xy8", {**values, "breaking_time": np.array([4.0, 4.1])})
    table = ControlsTable.of([late, rival])
    assert table.comparisons("breaking_time")[0].winner == "learning"
    assert table.comparisons("infidelity")[0].winner == "undecided"


def test_the_table_in_words():
    lines = ControlsTable.of(ENTRIES).text().splitlines()
    assert (
        lines[0] == "mean readout infidelity, laboratory frame; mean and 95 % interval"
    )
    assert lines[2].split() == [
        "calm", "xy8", "0.2", "0.04", "[0.01516,", "0.06484]", "learning",
    ]  # fmt: skip
    assert lines[3].split() == ["engineered", "0.041", "undecided"]


def test_csv_and_back(tmp_path):
    table = ControlsTable.of(ENTRIES)
    table.write_csv(tmp_path / "some.csv")
    again = ControlsTable.read_csv(tmp_path / "some.csv")
    assert again.dataset.identical(table.dataset)


def test_entries_make_the_same_table():
    table = ControlsTable.of(ENTRIES)
    assert ControlsTable.of(table.entries()).dataset.identical(table.dataset)


def test_share_of_good_learners():
    assert ControlsTable.of(ENTRIES).reached("calm", 0.04).value == pytest.approx(2 / 3)


class TestRefusals:
    def test_of_what_is_no_study(self):
        with pytest.raises(TypeError, match="`study` must be a Study, but is a dict"):
            controls({})

    def test_of_studies_without_learners(self, study):
        other = Study(study.tree, study.settings.replaced({"materials": ["plain"]}))
        with pytest.raises(ValueError, match=r"must hold a learning material.*plain"):
            controls(other)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (
                {"seeds": [3, 9]},
                r"`seeds` must be some of .*\[3, 4\], but are \[3, 9\]",
            ),
            ({"seeds": []}, "`seeds` must be some of"),
            ({"cases": ["desing"]}, "`cases` must be among design, .*'desing'"),
            ({"epochs": 0}, "`epochs` must be at least 1"),
            ({"draws": 0}, "`draws` must be at least 1"),
            ({"seed": -1}, "`seed` must be at least 0"),
        ],
    )
    def test_of_arguments(self, study, arguments, message):
        with pytest.raises(ValueError, match=message):
            controls(study, **arguments)

    def test_of_names_that_are_not_there(self):
        table = ControlsTable.of(ENTRIES)
        with pytest.raises(ValueError, match="`condition` must be one of 'calm'"):
            table.values("quiet", "learning")
        with pytest.raises(ValueError, match="`material` must be one of 'learning'"):
            table.values("loud", "xy8")
        with pytest.raises(ValueError, match="`measure` must be one of 'infidelity'"):
            table.comparisons("power")

    def test_of_an_empty_table(self):
        with pytest.raises(ValueError, match="`entries` must hold at least one"):
            ControlsTable.of([])

    def test_of_other_drives(self):
        with pytest.raises(TypeError, match="steered by a NetworkDrive"):
            shuffled(bare_material(ENVIRONMENT), np.random.default_rng(0))

    def test_of_powers_beyond_the_bounds(self):
        probe = Probe.of(ProtectionCost(), 8.0)
        with pytest.raises(ValueError, match="`power` must lie between 0 and 3"):
            same_power(ENVIRONMENT, 3.5, probe)

    def test_of_readouts_that_go_back(self):
        with pytest.raises(ValueError, match="`times` must increase strictly"):
            Probe(times=np.array([2.0, 1.0]), period=8.0)
