"""Training to carry a state: what it reaches, keeps, goes on from, and refuses."""

import numpy as np
import pytest

from oqnn._core.errors import ConvergenceError
from oqnn.encoding import (
    CorrelationMap,
    measure_state,
    nearest_realizable,
    train_correlations,
)
from oqnn.encoding.networks import training_track
from oqnn.spiking import LIFNetwork, init_network

BELL = np.array([1, 0, 0, 1]) / np.sqrt(2)
T_BELL = np.array([1, 0, 0, np.exp(1j * np.pi / 4)]) / np.sqrt(2)
SMALL = {
    "starts": 1,
    "neurons": 8,
    "sources": 12,
    "chains": 8,
    "steps": 5,
    "progress": False,
}
SHORT = {**SMALL, "epochs": 250, "measure_steps": 1000}


def qubit(x, y, z):
    return np.array([[1 + z, x - 1j * y], [x + 1j * y, 1 - z]]) / 2


def mixed_pair(seed=3):
    rng = np.random.default_rng(seed)
    g = rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4))
    return g @ g.conj().T / np.linalg.norm(g) ** 2


def same(a, b):
    """Check that two trainings are the same, bit for bit."""
    np.testing.assert_array_equal(a.losses, b.losses)
    np.testing.assert_array_equal(a.curve, b.curve)
    np.testing.assert_array_equal(a.network.input_weights, b.network.input_weights)
    np.testing.assert_array_equal(
        a.network.recurrent_weights, b.network.recurrent_weights
    )
    np.testing.assert_array_equal(a.reconstruction.chi, b.reconstruction.chi)


@pytest.mark.slow
def test_a_qubit_is_learnt():
    """The state with ⟨X⟩ = 0.5, ⟨Y⟩ = -0.3, ⟨Z⟩ = 0.2."""
    rho = qubit(0.5, -0.3, 0.2)
    result = train_correlations(
        rho, starts=1, neurons=8, sources=16, epochs=600, seed=2, progress=False
    )
    np.testing.assert_allclose(result.reconstruction.state, rho, rtol=0, atol=0.03)
    assert result.reconstruction.fidelity > 0.997
    assert result.visibility == 1
    assert result.least_distance < 1e-12


@pytest.mark.slow
def test_correlated_qubits_are_learnt_from_random_weights():
    """A mixed pair by the Hilbert-Schmidt measure, whose correlations reach 0.5."""
    rho = mixed_pair()
    result = train_correlations(
        rho, starts=1, neurons=16, sources=32, epochs=1500, seed=1, progress=False
    )
    assert result.reconstruction.fidelity > 0.95
    assert result.reconstruction.squared_distance < 0.05
    assert result.curve_distances[0] > 5 * result.reconstruction.squared_distance


def test_correlators_stand_for_their_state():
    rho = mixed_pair()
    chi = CorrelationMap(2).chi_from_state(rho)
    by_state = train_correlations(rho, **SHORT)
    by_chi = train_correlations(chi=chi, **SHORT)
    np.testing.assert_allclose(by_chi.target, rho, rtol=0, atol=1e-15)
    np.testing.assert_allclose(by_chi.aim, by_state.aim, rtol=0, atol=1e-15)
    assert by_chi.losses[0] == pytest.approx(by_state.losses[0], rel=1e-6)


def test_first_loss_is_that_of_the_random_network():
    """Two runs differ in the first epoch's loss by nothing but the state."""
    one = train_correlations(BELL, **{**SHORT, "epochs": 1})
    two = train_correlations(T_BELL, **{**SHORT, "epochs": 1})
    chi = one.curve[0]
    np.testing.assert_array_equal(two.curve[0], chi)
    for result in (one, two):
        loss = ((chi - result.aim) ** 2).sum() / 4
        assert result.losses[0] == pytest.approx(loss, rel=1e-5)


def test_three_qubits():
    ghz = np.zeros(8)
    ghz[[0, -1]] = np.sqrt(0.5)
    result = train_correlations(ghz, **{**SHORT, "neurons": 10, "epochs": 100})
    assert result.aim.shape == (4, 4, 4)
    assert result.curve.shape == (1, 4, 4, 4)
    assert result.visibility == pytest.approx(0.5, abs=1e-6)
    assert result.least_distance == pytest.approx(1 / 8, abs=1e-6)


def test_a_state_that_spins_cannot_carry():
    """v = 1/√2, squared distance (√2 - 1)²/4; the overlap of a sample, being that of a
    law, is at most cos²(π/8), without any error.
    """
    itself = train_correlations(T_BELL, **SHORT)
    nearest = train_correlations(T_BELL, target="nearest", **SHORT)
    for result in (itself, nearest):
        assert result.visibility == pytest.approx(np.sqrt(0.5), abs=1e-6)
        assert result.least_distance == pytest.approx((np.sqrt(2) - 1) ** 2 / 4)
        overlap = (T_BELL.conj() @ result.reconstruction.state @ T_BELL).real
        assert overlap < np.cos(np.pi / 8) ** 2
        assert "no spins carry the state (visibility 0.7071" in str(result)
    spins = CorrelationMap(2)
    np.testing.assert_allclose(itself.aim, spins.chi_from_state(T_BELL))
    expected = spins.chi_from_state(nearest_realizable(T_BELL).state)
    np.testing.assert_array_equal(nearest.aim, expected)
    assert "no spins" not in str(train_correlations(BELL, **SHORT))


def test_the_curve_by_other_formulas():
    """For Φ⁺ the overlap is (1 + ⟨XX⟩ - ⟨YY⟩ + ⟨ZZ⟩)/4, and a fidelity at least as
    large as that of a matrix with a negative eigenvalue says nothing; so only curves
    of physical states are compared.
    """
    result = train_correlations(BELL, **SHORT)
    assert result.curve.shape == (3, 4, 4)
    gaps = (result.curve - result.aim).reshape(3, -1)
    np.testing.assert_allclose(result.curve_distances, (gaps**2).sum(axis=1) / 4)
    for chi, fidelity in zip(result.curve, result.curve_fidelities, strict=True):
        state = CorrelationMap(2).state_from_chi(chi)
        overlap = (1 + chi[1, 1] - chi[2, 2] + chi[3, 3]) / 4
        if np.linalg.eigvalsh(state)[0] >= 0:
            assert fidelity == pytest.approx(overlap, abs=1e-7)
        assert 0 <= fidelity <= 1


def test_the_same_seed_gives_the_same_training_and_another_another():
    first = train_correlations(mixed_pair(), seed=5, **SHORT)
    same(train_correlations(mixed_pair(), seed=5, **SHORT), first)
    other = train_correlations(mixed_pair(), seed=6, **SHORT)
    assert (other.losses != first.losses).all()


@pytest.mark.parametrize("killed_in_block", [0, 1, 2])
def test_a_killed_training_goes_on_bit_for_bit(tmp_path, monkeypatch, killed_in_block):
    """Killed in its first, second or third block, with a checkpoint each block."""
    settings = {**SHORT, "checkpoint_every": 100, "seed": 4}
    path = tmp_path / "training.npz"
    whole = train_correlations(mixed_pair(), **settings)
    blocks = []

    def train_or_die(*args, **kwargs):
        blocks.append(kwargs["stop_at"])
        if len(blocks) == killed_in_block + 1:
            raise KeyboardInterrupt
        return original(*args, **kwargs)

    original = training_track.train
    monkeypatch.setattr(training_track, "train", train_or_die)
    with pytest.raises(KeyboardInterrupt):
        train_correlations(mixed_pair(), checkpoint=path, **settings)
    assert path.exists() == (killed_in_block > 0)
    resumed = train_correlations(mixed_pair(), checkpoint=str(path), **settings)

    same(resumed, whole)
    again = 100 * (killed_in_block + 1)
    assert blocks == [*range(100, again + 1, 100), *range(again, 301, 100)]
    same(train_correlations(mixed_pair(), checkpoint=path, **settings), whole)
    assert len(blocks) == 4  # the last call trained no more
    assert [p.name for p in tmp_path.iterdir()] == ["training.npz"]


def test_checkpoints_come_as_often_as_asked(tmp_path, monkeypatch):
    written = []
    original = training_track.write_npz

    def write(path, arrays):
        written.append(len(arrays["0/losses"]))
        original(path, arrays)

    monkeypatch.setattr(training_track, "write_npz", write)
    path = tmp_path / "training.npz"
    settings = {**SHORT, "epochs": 550, "checkpoint_every": 150}
    train_correlations(BELL, checkpoint=path, **settings)
    assert written == [200, 400, 550]


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 1},
        {"epochs": 260},
        {"chains": 9},
        {"learning_rate": 0.2},
        {"rho": T_BELL},
        {"network": init_network(8, 12, seed=9)},
    ],
)
def test_a_checkpoint_of_another_training_is_refused(tmp_path, change):
    path = tmp_path / "training.npz"
    arguments = {"rho": BELL, **SHORT, "epochs": 100}
    train_correlations(checkpoint=path, **arguments)
    with pytest.raises(ValueError, match="`checkpoint` must be of the same state"):
        train_correlations(checkpoint=path, **{**arguments, **change})


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04 but cut"])
def test_a_broken_checkpoint_is_refused(tmp_path, content):
    path = tmp_path / "training.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="`checkpoint` must be a file of a training"):
        train_correlations(BELL, checkpoint=path, **SHORT)
    assert path.read_bytes() == content


def test_a_diverged_training_keeps_what_it_had_reached(tmp_path, monkeypatch):
    """Weights overflow in the second block: the result of the first is kept."""
    path = tmp_path / "training.npz"
    whole = train_correlations(BELL, **{**SHORT, "seed": 3})
    original = training_track.train

    def overflow(*args, **kwargs):
        if kwargs["stop_at"] == 200:
            kwargs |= {"learning_rate": 1e38, "recurrent_learning_rate": 1e38}
        return original(*args, **kwargs)

    monkeypatch.setattr(training_track, "train", overflow)
    with pytest.raises(ConvergenceError, match="hundred epochs after 100") as caught:
        train_correlations(BELL, checkpoint=path, **{**SHORT, "seed": 3})
    reached = caught.value.reached
    assert str(path) in str(caught.value)
    assert reached.epochs == 100
    np.testing.assert_array_equal(reached.losses, whole.losses[:100])
    assert np.isfinite(reached.network.input_weights).all()

    monkeypatch.undo()
    same(train_correlations(BELL, checkpoint=path, **{**SHORT, "seed": 3}), whole)


def test_a_training_that_diverges_at_once_returns_its_start():
    settings = {**SHORT, "learning_rate": 1e38, "clip": 1e3, "seed": 2}
    with pytest.raises(ConvergenceError, match="hundred epochs after 0") as caught:
        train_correlations(BELL, network=init_network(8, 12), **settings)
    result = caught.value.reached
    assert result.epochs == 0
    expected = init_network(8, 12).input_weights
    np.testing.assert_allclose(result.network.input_weights, expected, rtol=1e-6)


def test_it_stops_when_near_enough():
    """Where a longer training first comes as near."""
    settings = {**SMALL, "measure_steps": 1000, "seed": 7, "learning_rate": 0.05}
    rho = qubit(0.1, 0.2, -0.1)
    long = train_correlations(rho, **settings, epochs=600)
    best = long.curve_distances.argmin()
    enough = long.curve_distances[best] * (1 + 1e-9)
    early = train_correlations(rho, **settings, epochs=600, stop_at_distance=enough)
    assert early.epochs == 100 * (best + 1)
    np.testing.assert_array_equal(early.losses, long.losses[: early.epochs])


def test_a_warm_start_begins_where_the_other_training_ended():
    """Its first hundred epochs, at a rate of nearly zero, are near the target."""
    rho = qubit(0.3, 0.5, -0.4)
    settings = {**SMALL, "chains": 64, "steps": 20, "measure_steps": 1000}
    first = train_correlations(rho, **settings, epochs=300)
    slow = {"learning_rate": 1e-6, "recurrent_learning_rate": 1e-6, "epochs": 100}
    warm = train_correlations(rho, network=first.network, **{**settings, **slow})
    cold = train_correlations(rho, **{**settings, **slow})
    assert warm.curve_distances[0] < 0.01
    assert cold.curve_distances[0] > 0.05
    np.testing.assert_allclose(
        warm.network.input_weights, first.network.input_weights, atol=1e-3
    )


def test_connections_that_are_left_out_stay_out(tmp_path):
    """And a checkpoint of such a training is not one of a training without masks."""
    masks = {
        "input_mask": np.arange(8 * 12).reshape(8, 12) % 3 > 0,
        "recurrent_mask": ~np.eye(8, dtype=bool),
    }
    masked = init_network(8, 12, seed=5, **masks)
    plain = LIFNetwork(
        input_weights=masked.input_weights, recurrent_weights=masked.recurrent_weights
    )
    settings = {**SHORT, "epochs": 100, "checkpoint": tmp_path / "training.npz"}
    result = train_correlations(BELL, network=masked, **settings)
    for kind in ("input", "recurrent"):
        mask = masks[f"{kind}_mask"]
        weights = getattr(result.network, f"{kind}_weights")
        assert (weights[~mask] == 0).all()
        assert (weights[mask] != getattr(masked, f"{kind}_weights")[mask]).all()
    with pytest.raises(ValueError, match="`checkpoint` must be of the same state"):
        train_correlations(BELL, network=plain, **settings)


def test_the_measurement_is_of_the_network_that_is_kept():
    result = train_correlations(BELL, seed=8, **SHORT)
    again = measure_state(result.network, BELL, steps=100_000, seed=1)
    gap = again.chi - result.reconstruction.chi
    errors = np.hypot(again.chi_errors, result.reconstruction.chi_errors)
    assert (np.abs(gap) <= 5 * errors + 1e-12).all()
    assert result.reconstruction.measurement.steps == 1000
    assert result.settings["epochs"] == 250


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rho": [[1, 1], [0, 0]]}, "`rho` must be Hermitian"),
        ({"rho": [[1.5, 0], [0, -0.5]]}, "`rho` must be positive, but its least"),
        ({"rho": np.eye(4)}, "`rho` must have trace"),
        ({"rho": np.eye(3) / 3}, r"`rho` must have shape \(2\*\*n, 2\*\*n\)"),
        ({"rho": np.full((2, 2), np.nan)}, "`rho` must be finite"),
        ({"rho": np.eye(16) / 16}, "`rho` must have at most 3 qubits"),
        ({"rho": None, "chi": np.ones((3, 3))}, r"`chi` must have shape \(4,\)"),
        ({"rho": None, "chi": np.ones((4,) * 4)}, r"`chi` must have shape \(4,\)"),
        ({"rho": None, "chi": np.ones((4, 4))}, "`chi` must be positive"),
        ({"rho": None, "chi": np.zeros(4)}, "`chi` must be 1 at index zero"),
        ({"rho": None, "chi": [1, np.nan, 0, 0]}, "`chi` must be finite"),
        ({"neurons": 5}, "`neurons` must be at least 6"),
        ({"sources": 8}, "`sources` must be at least 9"),
        ({"network": init_network(3, 8)}, "`network.n_neurons` must be at least 6"),
        ({"target": "else"}, "`target` must be one of"),
        ({"epochs": 0}, "`epochs` must be at least 1"),
        ({"checkpoint_every": 0}, "`checkpoint_every` must be at least 1"),
        ({"stop_at_distance": -1.0}, "`stop_at_distance` must be positive"),
        ({"measure_steps": 1050}, "`measure_steps` must be a multiple of 100"),
        ({"measure_steps": 100}, "`measure_steps` must be at least 200"),
        ({"chains": 1}, "`chains` must be at least 2"),
        ({"clip": 0.0}, "`clip` must be positive"),
        ({"restart_every": 3}, "`restart_every` must be at least 4"),
        ({"starts": 0}, "`starts` must be at least 1"),
        ({"trial_epochs": 0}, "`trial_epochs` must be at least 1"),
        ({"learning_rate": 0.0}, "`learning_rate` must be positive"),
        ({"checkpoint": "/no/such/folder/a.npz"}, "must lie in a folder that exists"),
    ],
)
def test_bad_trainings_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        train_correlations(**{"rho": BELL, **SHORT, **change})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rho": None}, "one of them, but neither is"),
        ({"chi": np.eye(4)}, "one of them, but both is"),
        ({"network": "a network"}, "`network` must be a LIFNetwork, but is a str"),
        ({"epochs": 2.5}, "`epochs` must be an integer"),
        ({"learning_rate": "fast"}, "`learning_rate` must be one real number"),
        ({"checkpoint": 3}, "`checkpoint` must be a path, but is 3"),
    ],
)
def test_other_kinds_are_refused(change, message):
    with pytest.raises(TypeError, match=message):
        train_correlations(**{"rho": BELL, **SHORT, **change})


def test_weights_of_the_wrong_shape_are_refused():
    with pytest.raises(ValueError, match="`recurrent_weights` must have shape"):
        LIFNetwork(input_weights=np.ones((8, 12)), recurrent_weights=np.ones((8, 7)))
