"""A training in blocks: which start goes on, which weights are kept, in files too."""

import jax
import numpy as np

from oqnn._core.seeds import derive_seed
from oqnn.encoding import CorrelationMap, train_correlations
from oqnn.encoding.networks.training_track import Plan
from oqnn.spiking import init_network

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


def test_the_weights_of_the_best_block_are_kept():
    """Here the third of four blocks; the mean of its moments is the nearest."""
    plan = small_plan(1, 200)
    tracks = [plan.begin(0)]
    for _ in range(4):
        tracks.append(plan.advance(tracks[-1]))
    best = 1 + int(plan.distances(tracks[-1].curve).argmin())
    assert best < 4
    kept, state = tracks[-1].best, tracks[best].state
    np.testing.assert_array_equal(kept[0], state.weights.inputs)
    np.testing.assert_array_equal(kept[1], state.weights.recurrent)


def test_a_file_keeps_best_weights_beside_last_ones(tmp_path):
    plan = small_plan(2, 200)
    first, second = plan.advance(plan.begin(0)), plan.begin(1)
    first = first._replace(best=(first.best[0] + 1, first.best[1] - 2))
    plan.write(tmp_path / "a.npz", [first, second])
    found = plan.read(tmp_path / "a.npz")
    assert len(found) == 2
    for kept, track in zip(found, (first, second), strict=True):
        pairs = zip(jax.tree.leaves(kept), jax.tree.leaves(track), strict=True)
        for a, b in pairs:
            np.testing.assert_array_equal(a, b)
