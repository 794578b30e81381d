"""Losses on output spikes against their formulas written out."""

from types import SimpleNamespace

import numpy as np
import pytest

from oqnn._core.jax64 import in_double_precision
from oqnn.quantum_neurons.learning.losses import (
    SpikeCountLoss,
    SpikeLoss,
    TargetTrainLoss,
    as_loss,
)

SPIKES = np.array(  # T = 3, B = 2, n_out = 4
    [
        [[1, 0, 0, 1], [0, 1, 1, 0]],
        [[1, 1, 0, 0], [0, 0, 1, 0]],
        [[1, 0, 0, 1], [1, 0, 1, 1]],
    ],
    dtype=float,
)
LABELS = np.array([3, 0])


@in_double_precision
def values(loss):
    return np.asarray(loss.values(SPIKES, LABELS))


def test_count_loss_is_the_cross_entropy_of_softmax():
    """-log(exp(β k_y) / sum_c exp(β k_c)) with counts (3,1,0,2) and (1,1,3,1)."""
    odds = np.exp(0.7 * np.array([[3, 1, 0, 2], [1, 1, 3, 1]]))
    expected = -np.log(odds[[0, 1], LABELS] / odds.sum(axis=1))
    found = values(SpikeCountLoss(scale=0.7))
    np.testing.assert_allclose(found, expected, rtol=1e-14, atol=1e-15)


def test_count_loss_survives_many_spikes():
    """exp(β k) would overflow: the loss of a wrong class tends to β times the gap."""
    assert values(SpikeCountLoss(scale=1e4))[1] == pytest.approx(2e4, rel=1e-12)


def test_a_function_is_a_loss():
    found = values(as_loss(lambda spikes, labels: spikes[0, :, 1] + labels))
    np.testing.assert_allclose(found, [3, 1], rtol=1e-15)


@in_double_precision
def test_a_function_keeps_single_precision():
    """Also with labels or constants of double precision: gradients would not add up."""
    loss = as_loss(lambda spikes, labels: np.ones(1) * (spikes[0, :, 1] - labels) ** 2)
    found = loss.values(SPIKES.astype(np.float32), np.array([0.5, 2.0]))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [0.25, 1], rtol=1e-6)


def test_target_trains_of_labels():
    trains = np.array([[[0, 1], [1, 1], [0, 0]], [[1, 0], [1, 0], [0, 1]]])  # C, T, n
    loss = TargetTrainLoss(trains=trains)
    found = loss.targets(np.array([1, 0, 1]))
    assert found.shape == (3, 3, 2)
    for b, label in enumerate([1, 0, 1]):
        np.testing.assert_array_equal(found[:, b], trains[label])


def test_losses_are_compared_by_value():
    trains = np.eye(2, dtype=int)[None]
    assert TargetTrainLoss(trains=trains) == TargetTrainLoss(trains=trains.tolist())
    assert hash(SpikeCountLoss(scale=2)) == hash(SpikeCountLoss(scale=2.0))


def test_output_wires_are_ordered_by_population_neuron_and_wire():
    """Reading back what was clamped gives the target; free populations are None."""
    from oqnn.quantum_neurons.learning.losses_jax import clamped_outputs, output_spikes

    kernels = tuple(SimpleNamespace(n_io=n) for n in (1, 2, 3))
    wiring = SimpleNamespace(kernels=kernels, sizes=(4, 2, 1), outputs=(1, 2))
    spikes = np.random.default_rng(3).integers(0, 2, (5, 6, 7)).astype(np.uint8)
    clamped = clamped_outputs(wiring, spikes)
    assert clamped[0] is None
    np.testing.assert_array_equal(
        clamped[1][..., 1], 2 * spikes[..., 2] + spikes[..., 3]
    )
    found = output_spikes(wiring, clamped, np.float32)
    np.testing.assert_array_equal(np.asarray(found), spikes)


@pytest.mark.parametrize(
    ("build", "error", "match"),
    [
        (lambda: SpikeCountLoss(scale=0), ValueError, "`scale` must be positive"),
        (lambda: TargetTrainLoss(trains=[[0, 1]]), ValueError, r"shape \(1, 2\)"),
        (lambda: TargetTrainLoss(trains=[[[2]]]), ValueError, "spikes 0 or 1"),
        (lambda: SpikeLoss(3), TypeError, "`function` must be callable"),
        (lambda: as_loss("counts"), TypeError, "`loss` must be a SpikeCountLoss"),
        (lambda: as_loss(SpikeCountLoss), TypeError, "`loss` must be a SpikeCountLoss"),
        (
            lambda: SpikeCountLoss().check(4, 3, np.array([0, 4])),
            ValueError,
            "from 0 to 3, as the network has 4 output wires, but reach from 0 to 4",
        ),
        (
            lambda: SpikeCountLoss().check(4, 3, np.array([0.0])),
            TypeError,
            "`labels` must be integers",
        ),
        (
            lambda: TargetTrainLoss(trains=[[[0, 1]]]).check(2, 3, LABELS),
            ValueError,
            r"`trains` must have shape \(C, 3, 2\).*\(1, 1, 2\)",
        ),
        (
            lambda: TargetTrainLoss(trains=[[[0, 1]]]).check(2, 1, LABELS),
            ValueError,
            "target trains of 1 classes",
        ),
        (
            lambda: values(SpikeLoss(lambda s, y: s.sum())),
            ValueError,
            r"one loss a sample, shape \(2,\)",
        ),
    ],
)
def test_refusals(build, error, match):
    with pytest.raises(error, match=match):
        build()
