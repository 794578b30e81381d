"""Carrying a trajectory by laws and by a network, and going on after a kill."""

from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
import qutip

import oqnn
from oqnn.encoding import (
    CorrelationMap,
    compile_law,
    measure_state,
    nearest_realizable,
    realize,
)
from oqnn.measures import fidelity
from oqnn.spiking import init_network
from oqnn.studies import Store, StudyMismatch, carry, carry_trajectory, load, save

PAIR = np.array([1, 0, 0, np.exp(0.25j * np.pi)]) / np.sqrt(2)
GHZ = np.zeros(8)
GHZ[[0, 7]] = np.sqrt(0.5)
TIMES = np.array([0.0, 0.1, 0.4, 0.5])
SHARES = np.array([1.0, 0.8, 0.6, 0.3])
SMALL = {"neurons": 12, "sources": 24, "epochs": 3, "samples": 3200}


def mixed(ket, share):
    d = len(ket)
    return share * np.outer(ket, np.conj(ket)) + (1 - share) * np.eye(d) / d


PAIRS = [mixed(PAIR, v) for v in SHARES]


@pytest.fixture(scope="module")
def by_laws():
    return carry(PAIRS, TIMES, by="laws", samples=20_000, seed=3)


@pytest.fixture(scope="module")
def by_network():
    return carry(PAIRS[1:3], TIMES[1:3], seed=3, **SMALL)


def test_noise_brings_the_pair_within_reach(by_laws):
    """m = 1 − √2 v, v* = 1/√2 and min ‖ρ̂ − ρ‖² = (√2 v − 1)²/4 where √2 v > 1."""
    v = np.sqrt(2) * SHARES
    np.testing.assert_allclose(by_laws.margins, 1 - v, atol=1e-12)
    np.testing.assert_allclose(by_laws.visibilities, np.minimum(1, 1 / v), atol=1e-9)
    np.testing.assert_array_equal(by_laws.realizable, v < 1)
    least = np.maximum(v - 1, 0) ** 2 / 4
    np.testing.assert_allclose(by_laws.least_squared_distances, least, atol=1e-12)
    np.testing.assert_allclose(by_laws.aims[2:], PAIRS[2:], atol=1e-15)
    np.testing.assert_allclose(by_laws.targets, PAIRS, atol=1e-15)


def test_three_qubits_too():
    """GHZ: m = 1 − 2v and, by Mermin's words, min ‖ρ̂ − ρ‖² = (2v − 1)²/8."""
    found = carry([mixed(GHZ, v) for v in SHARES], TIMES, by="laws", samples=2000)
    np.testing.assert_allclose(found.margins, 1 - 2 * SHARES, atol=1e-9)
    least = np.maximum(2 * SHARES - 1, 0) ** 2 / 8
    np.testing.assert_allclose(found.least_squared_distances, least, atol=1e-12)
    assert found.states.shape == (4, 8, 8)


def test_laws_have_the_correlators_of_what_they_carry(by_laws):
    spins = CorrelationMap(2)
    for point in by_laws.points:
        chi = spins.chi_from_state(point.aim)
        np.testing.assert_allclose(point.law.correlators(), chi, atol=1e-9)
        measured = point.reconstruction.measurement
        gap = np.abs(measured.moments - chi.reshape(-1)[1:])
        assert np.all(gap <= 5 * measured.standard_errors + 1e-9)
        assert point.network is None


def test_distances_are_the_least_one_and_noise(by_laws):
    """Within 5 standard errors, of which each time says its own."""
    excess = by_laws.squared_distances - by_laws.least_squared_distances
    expected = by_laws.sampling_floors
    assert np.all(np.abs(excess - expected) <= 5 * by_laws.squared_distance_errors)
    assert by_laws.raw_fidelities[0] <= np.cos(np.pi / 8) ** 2 + 0.01
    assert np.all(by_laws.least_eigenvalues[1:] > -0.02)


def test_fidelities_are_those_with_the_states(by_laws):
    """⟨ψ|ρ̂|ψ⟩ of the pure pair, and QuTiP's of the mixed ones, squared."""
    for matrices, found in (
        (by_laws.states, by_laws.raw_fidelities),
        (by_laws.physical_states, by_laws.fidelities),
    ):
        pure = (PAIR.conj() @ matrices[0] @ PAIR).real
        assert found[0] == pytest.approx(pure, abs=1e-12)
        for rho, matrix, value in zip(PAIRS[1:], matrices[1:], found[1:], strict=True):
            other = qutip.fidelity(qutip.Qobj(rho), qutip.Qobj(matrix)) ** 2
            assert value == pytest.approx(other, abs=1e-7)


def test_laws_change_as_little_as_they_can(by_laws):
    """Less than laws found time by time; and not at all where the state stays."""
    laws = [realize(rho).law or nearest_realizable(rho).law for rho in PAIRS]
    alone = [
        np.abs(one.dense() - other.dense()).sum() / 2 for one, other in pairwise(laws)
    ]
    assert by_laws.law_changes.sum() < 0.8 * sum(alone)
    still = carry([PAIRS[3]] * 3, [0, 1, 2], by="laws", samples=10)
    np.testing.assert_allclose(still.law_changes, 0, atol=1e-12)


def test_errors_of_fidelities_of_a_pure_state():
    """F = ¼ Σ χ χ̂ is linear: its variance is χᵀCχ/16, here within five errors."""
    states = [mixed(np.kron([0.6, 0.8j], [1, 1j] / np.sqrt(2)), 1.0)]
    found = carry(states, [0.0], by="laws", samples=400)
    (point,) = found.points
    covariance = np.diag(np.linspace(1, 3, 15)) * 1e-4
    measured = replace(point.reconstruction.measurement, covariance=covariance)
    noisy = replace(point.reconstruction, measurement=measured)
    found = replace(found, points=(replace(point, reconstruction=noisy),))
    chi = CorrelationMap(2).chi_from_state(states[0]).reshape(-1)[1:]
    exact = np.sqrt(chi @ covariance @ chi) / 4
    assert found.raw_fidelity_errors[0] == pytest.approx(exact, rel=0.25)
    assert 0 < found.fidelity_errors[0] < found.raw_fidelity_errors[0]


def test_states_enter_in_every_form(by_laws):
    """An Evolution of a decaying pair, with QuTiP's states beside it, and kets."""
    H, jump = qutip.tensor(qutip.sigmax(), qutip.sigmaz()), np.sqrt(0.3)
    jumps = [jump * qutip.tensor(qutip.destroy(2), qutip.qeye(2))]
    times = [0.0, 0.2, 0.7]
    evolution = oqnn.evolve_lindblad(
        H, qutip.Qobj(PAIR, [[2, 2], [1, 1]]), times, jumps
    )
    options = {"by": "laws", "samples": 100}
    found = carry(evolution, **options)
    np.testing.assert_array_equal(found.times, times)
    for other in (evolution.to_qutip(), evolution.states, list(evolution.states)):
        again = carry(other, times, **options)
        np.testing.assert_allclose(again.states, found.states, atol=1e-12)
    kets = carry([[1, 0], [0.6, 0.8j]], [0, 1], **options)
    assert fidelity(kets.targets[1], [0.6, 0.8j]) == pytest.approx(1)


def test_one_network_goes_along(by_network, monkeypatch):
    """Training starts at each time from the network of the time before."""
    starts, train = [], carry_trajectory.train

    def remembered(network, *arguments, **options):
        starts.append((network, arguments[1]))
        return train(network, *arguments, **options)

    monkeypatch.setattr(carry_trajectory, "train", remembered)
    first = init_network(12, 24, seed=9)
    found = carry(PAIRS[1:], TIMES[1:], network=first, seed=3, **SMALL)
    assert starts[0][0] is first
    for k, point in enumerate(found.points):
        aim = CorrelationMap(2).chi_from_state(point.aim).reshape(-1)[1:]
        np.testing.assert_allclose(starts[k][1], aim, atol=1e-9)
        assert point.losses.shape == (3,)
        if k:
            assert starts[k][0] is found.points[k - 1].network
    weights = [point.network.input_weights for point in found.points]
    assert np.abs(weights[1] - weights[0]).max() > 0


def test_three_qubits_start_from_the_compiled_law(monkeypatch):
    """GHZ in noise has words of three letters, which no pairs suggest."""
    starts = []

    def at_once(network, products, targets, **_):
        starts.append(network)
        return SimpleNamespace(network=network, losses=np.empty(0))

    monkeypatch.setattr(carry_trajectory, "train", at_once)
    law = carry([mixed(GHZ, 0.4)], [0], by="laws", samples=10).points[0].law
    carry([mixed(GHZ, 0.4)], [0], **{**SMALL, "samples": 200})
    weights = [net.recurrent_weights for net in (starts[0], compile_law(law).network)]
    np.testing.assert_array_equal(*weights)


def test_what_is_measured_is_the_network(by_network):
    """The network alone, measured with other noise, within five standard errors."""
    for point in by_network.points:
        rho, found = point.reconstruction.target, point.reconstruction
        again = measure_state(point.network, rho, steps=3200, seed=77)
        error = np.hypot(found.chi_errors, again.chi_errors)
        assert np.all(np.abs(found.chi - again.chi) <= 5 * error + 1e-12)
    assert by_network.rasters.shape == (2, 32, 6)


def test_compiled_networks_are_their_laws():
    """No training, and within five standard errors of what was to be carried."""
    found = carry(PAIRS[1:3], [0, 1], by="compiled", samples=10_000, seed=2)
    for point in found.points:
        aim = CorrelationMap(2).chi_from_state(point.aim)
        gap = np.abs(point.reconstruction.chi - aim)
        assert np.all(gap <= 5 * point.reconstruction.chi_errors + 1e-5)
        assert point.losses.shape == (0,)
        assert point.network.n_neurons > 6


@pytest.mark.slow
def test_training_comes_near_the_state():
    """Two hundred epochs bring a realizable pair to a fidelity above 0.98."""
    sizes = {"neurons": 12, "sources": 32, "epochs": 200, "samples": 20_000}
    found = carry(PAIRS[2:], TIMES[2:], **sizes)
    assert np.all(found.fidelities > 0.98)
    assert np.all(found.squared_distances < 0.02)


def test_seeds_give_the_same_and_each_time_has_its_own(by_laws):
    again = carry(PAIRS[:2], TIMES[:2], by="laws", samples=20_000, seed=3)
    np.testing.assert_array_equal(again.states, by_laws.states[:2])
    other = carry(PAIRS[:2], TIMES[:2], by="laws", samples=20_000, seed=4)
    assert np.abs(other.states - again.states).max() > 1e-4
    still = carry([PAIRS[3]] * 2, [0, 1], by="laws", samples=100)
    assert np.abs(still.states[0] - still.states[1]).max() > 0


@pytest.mark.parametrize("by", ["laws", "network"])
def test_a_killed_run_goes_on_where_it_was(by, tmp_path, monkeypatch):
    """Only what was not finished is computed again, to the same numbers bit for bit."""
    options = {"by": by, "seed": 3, **SMALL}
    whole = carry(PAIRS[1:], TIMES[1:], **options)
    inner, done = carry_trajectory._carry_one, []

    def killed(index, *arguments):
        if index == 2 and len(done) == 2:
            raise KeyboardInterrupt
        done.append(index)
        return inner(index, *arguments)

    monkeypatch.setattr(carry_trajectory, "_carry_one", killed)
    with pytest.raises(KeyboardInterrupt):
        carry(PAIRS[1:], TIMES[1:], out=tmp_path / "run", **options)
    done.append("again")
    resumed = carry(PAIRS[1:], TIMES[1:], out=tmp_path / "run", **options)
    assert done == [0, 1, "again", 2]
    np.testing.assert_array_equal(resumed.states, whole.states)
    np.testing.assert_array_equal(resumed.rasters, whole.rasters)
    monkeypatch.setattr(carry_trajectory, "_carry_one", print)
    read = carry(PAIRS[1:], TIMES[1:], out=tmp_path / "run", **options)
    np.testing.assert_array_equal(read.states, whole.states)
    with pytest.raises(StudyMismatch, match=r"`carried\.seed` is 3 there and 4 here"):
        carry(PAIRS[1:], TIMES[1:], out=tmp_path / "run", **{**options, "seed": 4})
    with pytest.raises(StudyMismatch, match=r"`carried\.states` is"):
        carry(PAIRS[:3], TIMES[1:], out=tmp_path / "run", **options)
    with Store(tmp_path / "other", {"seed": 3}):
        pass
    with pytest.raises(StudyMismatch, match="other settings"):
        carry(PAIRS[1:], TIMES[1:], out=tmp_path / "other", **options)


def test_a_folder_knows_its_first_network(tmp_path):
    """Constants of the neurons count as the weights do."""
    first, options = (
        init_network(12, 24, seed=9),
        {**SMALL, "epochs": 1, "samples": 200},
    )
    changed = replace(first, source_rate_hz=650.0)
    for network, wanted in ((first, None), (first, None), (changed, "network")):
        arguments = {"network": network, "out": tmp_path / "run", **options}
        if wanted is None:
            carry(PAIRS[2:3], [0], **arguments)
        else:
            with pytest.raises(StudyMismatch, match=r"`carried\.network` is"):
                carry(PAIRS[2:3], [0], **arguments)


def test_trajectories_are_saved_with_the_same_numbers(by_laws, by_network, tmp_path):
    for name, found in {"laws": by_laws, "network": by_network}.items():
        back = load(save(found, tmp_path / f"{name}.zarr"))
        assert str(back) == str(found)
        assert back.to_xarray().identical(found.to_xarray())
        for one, other in zip(found.points, back.points, strict=True):
            np.testing.assert_array_equal(one.losses, other.losses)
            laws = one.law.probabilities, other.law.probabilities
            np.testing.assert_array_equal(*laws)
    weights = [found.points[1].network.input_weights for found in (by_network, back)]
    np.testing.assert_array_equal(*weights)


def test_it_prints_what_was_carried(by_laws):
    lines = str(by_laws).splitlines()
    assert lines[0].split()[:5] == ["time", "margin", "fidelity", "±", "raw"]
    assert lines[1].split()[:2] == ["0", "-0.4142"]
    assert lines[-1] == (
        "at 2 of 4 times no spins can carry the state: the nearest realizable matrix "
        "was carried"
    )
    assert len(lines) == 6
    assert by_laws.not_realizable()[1] == (
        "not realizable at t = 0.1, visibility 0.8839: the nearest realizable matrix "
        "was carried, at a squared distance of 0.0043"
    )
    dataset = by_laws.to_xarray()
    assert dataset.attrs["by"] == "laws"
    np.testing.assert_array_equal(dataset.margin, by_laws.margins)
    np.testing.assert_array_equal(dataset.fidelity_error, by_laws.fidelity_errors)
    assert dataset.raster.shape == (4, 200, 6)
    assert dataset.moments.sel(product="ZZ").values[3] == pytest.approx(0.3, abs=0.05)


def test_it_is_found_at_the_top():
    assert oqnn.carry is carry


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        (
            {"states": PAIRS[:3]},
            ValueError,
            "must be 4 states of one shape, one a time",
        ),
        (
            {"states": [*PAIRS[:3], np.eye(2) / 2]},
            ValueError,
            "must be 4 states of one",
        ),
        ({"states": [np.eye(3) / 3] * 4}, ValueError, "must be states of one to 3 qub"),
        ({"states": [np.eye(16) / 16] * 4}, ValueError, "Trace out the others"),
        ({"states": [np.eye(4)] * 4}, ValueError, "`states` must have trace 1"),
        (
            {"states": [*PAIRS[:3], np.diag([0.6, 0.6, -0.2, 0])]},
            ValueError,
            r"`states` must be positive, but its least eigenvalue is -0\.2",
        ),
        ({"states": 3.0}, TypeError, "`states` must be an Evolution, or an array or"),
        ({"states": ["a"] * 4}, TypeError, r"`states\[0\]` must be a qutip\.Qobj"),
        ({"times": None}, TypeError, "`times` must be given with states that are no"),
        ({"times": [0, 1, 1, 2]}, ValueError, "`times` must increase strictly"),
        ({"by": "magic"}, ValueError, "`by` must be one of 'network', 'laws',"),
        ({"samples": 150}, ValueError, "`samples` must be a multiple of 100"),
        ({"samples": 1}, ValueError, "`samples` must be at least 2"),
        ({"epochs": 0}, ValueError, "`epochs` must be at least 1"),
        ({"seed": -1}, ValueError, "`seed` must be at least 0"),
        ({"neurons": 1.5}, TypeError, "`neurons` must be an integer"),
        (
            {"by": "laws", "network": init_network(6, 9)},
            ValueError,
            "`network` must be None with by='laws', where nothing is trained",
        ),
        (
            {"by": "compiled", "network": init_network(6, 9)},
            ValueError,
            "Ask for by='network'",
        ),
        ({"network": init_network(4, 9)}, ValueError, "`network` must have at least 6"),
        ({"network": "one"}, TypeError, "`network` must be a LIFNetwork, but is a str"),
        ({"times": ["soon", "later"]}, TypeError, "`times` must be an array of real"),
    ],
)
def test_wrong_input_gets_a_sentence_before_the_work(change, kind, message):
    with pytest.raises(kind, match=message):
        carry(**{"states": PAIRS, "times": TIMES, **SMALL, **change})
