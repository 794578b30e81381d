"""A training in blocks: which start goes on, which weights are kept, in files too."""

import jax
import numpy as np

from oqnn._core.seeds import derive_seed
from oqnn.encoding import CorrelationMap, train_correlations
from oqnn.encoding.networks import training_track
from oqnn.encoding.networks.training_track import Plan
from oqnn.spiking import TrainingResult, init_network

SHORT = {
    **{"neurons": 8, "sources": 12, "chains": 8, "steps": 5, "progress": False},
    **{"epochs": 400, "measure_steps": 1000, "learning_rate": 0.1},
}


def mixed_pair(seed=3):
    rng = np.random.default_rng(seed)
    g = rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4))
    return g @ g.conj().T / np.linalg.norm(g) ** 2


def small_plan(starts, trial):
    """Return the plan of a training of `mixed_pair` by the settings `SHORT`."""
    return Plan(
        networks=tuple(
            init_network(8, 12, seed=derive_seed(0, "weights", k))
            for k in range(starts)
        ),
        products=CorrelationMap(2).products,
        targets=CorrelationMap(2).chi_from_state(mixed_pair()).ravel()[1:],
        seed=derive_seed(0, "training"),
        chains=8,
        trial=trial,
        numbers={
            **{"epochs": 400, "steps": 5, "learning_rate": 0.1, "clip": 2.0},
            **{"recurrent_learning_rate": 1.0, "sharpness": 10.0, "restart_every": 128},
        },
    )


def test_all_starts_are_tried_and_the_best_goes_on():
    """Of three networks on trial for 200 epochs, each as if it were the only one."""
    result = train_correlations(mixed_pair(), **SHORT, starts=3, trial_epochs=200)
    plan = small_plan(3, 200)
    tracks = [plan.advance(plan.advance(plan.begin(k))) for k in range(3)]
    best = np.argmin([plan.distances(track.curve)[-1] for track in tracks])
    assert result.epochs == 400
    np.testing.assert_array_equal(result.losses[:200], tracks[best].losses)
    assert plan.next_start(tracks, 0.0) == best
    assert plan.next_start(tracks[:1], 0.0) == 1
    assert plan.next_start(tracks, 100.0) is None


def blocks_at(plan, distances, monkeypatch):
    """Return tracks as if training had found blocks at these squared distances.

    The weights of block k are all k.
    """
    lengths = iter(np.sqrt(np.array(distances) * 4 / 15))

    def train(network, products, targets, *, state, **settings):
        one = int(state.weights.inputs[0, 0]) + 1
        weights = jax.tree.map(lambda w: np.full_like(w, one), state.weights)
        return TrainingResult(
            network=network,
            losses=np.zeros(100),
            moments=np.tile(targets + next(lengths), (100, 1)),
            state=state._replace(weights=weights),
        )

    monkeypatch.setattr(training_track, "train", train)
    track = plan.begin(0)
    zero = jax.tree.map(np.zeros_like, track.state.weights)
    tracks = [track._replace(state=track.state._replace(weights=zero))]
    for _ in distances:
        tracks.append(plan.advance(tracks[-1]))
    return tracks[1:]


def test_the_weights_of_the_last_good_block_are_kept(monkeypatch):
    """A block is good if sampling noise, or a factor of two, sets it from the best.

    The noise is 15/4 over 100 × 8 × 5 samples, 9.4e-4. Rates fall in training, and with
    them the scatter of the weights; the least of many distances is mere luck.
    """
    distances = [0.4, 0.1, 0.15, 0.3, 1e-6, 2e-4, 1.5e-3, 2.5e-3, 0.5]
    plan = small_plan(1, 200)
    tracks = blocks_at(plan, distances, monkeypatch)
    np.testing.assert_allclose(plan.distances(tracks[-1].curve), distances)
    kept = [int(track.kept[0][0, 0]) for track in tracks]
    assert kept == [1, 2, 3, 3, 5, 6, 7, 7, 7]


def test_the_training_that_went_on_is_chosen(monkeypatch):
    """Not one on trial that was lucky once."""
    plan = small_plan(3, 200)
    lucky = blocks_at(plan, [1e-6, 0.5], monkeypatch)[-1]
    poor = blocks_at(plan, [0.4, 0.4], monkeypatch)[-1]
    steady = blocks_at(plan, [0.4, 0.1, 0.1, 0.1], monkeypatch)
    assert plan.chosen([lucky, steady[-1], poor], 0.0) is steady[-1]
    assert plan.chosen([lucky, steady[1], poor], 0.0) is steady[1]
    assert plan.chosen([lucky, poor, plan.begin(2)], 0.0) is poor
    assert plan.chosen([poor, lucky], 1e-5) is lucky
    assert plan.chosen([plan.begin(0)], 0.0).losses.shape == (0,)


def test_a_file_keeps_good_weights_beside_last_ones(tmp_path):
    plan = small_plan(2, 200)
    first, second = plan.advance(plan.begin(0)), plan.begin(1)
    first = first._replace(kept=(first.kept[0] + 1, first.kept[1] - 2))
    plan.write(tmp_path / "a.npz", [first, second])
    found = plan.read(tmp_path / "a.npz")
    assert len(found) == 2
    for kept, track in zip(found, (first, second), strict=True):
        pairs = zip(jax.tree.leaves(kept), jax.tree.leaves(track), strict=True)
        for a, b in pairs:
            np.testing.assert_array_equal(a, b)
