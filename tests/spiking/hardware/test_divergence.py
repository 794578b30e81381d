"""The estimator of divergences: its mean for equal laws, and the order of a run."""

from dataclasses import dataclass

import numpy as np
import pytest

from oqnn.spiking.hardware.divergence import (
    as_points,
    counts_along_a_run,
    divergence_floor,
    sampled_divergence,
)
from oqnn.spiking.sampling.machine import two_layer
from oqnn.spiking.sampling.sampler import Chains
from oqnn.spiking.sampling.samples import Samples, codes_of, states_of

LAW = np.random.default_rng(4).dirichlet(np.full(16, 5.0))


def test_many_samples_give_the_divergence_of_the_laws():
    """KL(p‖q) = Σ p log(p/q), asymmetric; counts in proportion to the laws."""
    other = np.roll(LAW, 3)
    found = sampled_divergence(np.rint(1e12 * LAW), np.rint(1e12 * other))
    assert found == pytest.approx((LAW * np.log(LAW / other)).sum(), rel=1e-9)
    assert sampled_divergence(np.rint(1e12 * other), np.rint(1e12 * LAW)) != found


@pytest.mark.parametrize("nested", [False, True])
def test_samples_of_one_law_differ_by_the_floor(nested):
    """(K - 1)/2 (1/n ± 1/m), over 4000 pairs of samples within 5 standard errors."""
    rng = np.random.default_rng(8)
    n, m = 3000, 7000
    counts = rng.multinomial(n, LAW, size=4000)
    rest = rng.multinomial(m - n if nested else m, LAW, size=4000)
    reference = counts + rest if nested else rest
    found = sampled_divergence(counts, reference, pseudo_count=0 if nested else 0.5)
    floor = divergence_floor(16, n, m, nested=nested)
    assert floor == pytest.approx(7.5 * (1 / n + (-1 if nested else 1) / m))
    error = found.std() / np.sqrt(4000)
    assert abs(found.mean() - floor) < 5 * error
    assert error < 0.02 * floor


def test_states_that_only_one_sample_holds_stay_finite():
    """p = (1/2, 1/2, 0) beside q = (3.5, 0.5, 2.5)/6.5 of counts 3, 0, 2."""
    found = sampled_divergence(np.array([4, 4, 0]), np.array([3, 0, 2]))
    exact = 0.5 * np.log(0.5 * 6.5 / 3.5) + 0.5 * np.log(0.5 * 6.5 / 0.5)
    assert found == pytest.approx(exact, rel=1e-13)


@dataclass
class Counter:
    """Gives the visible states 0, 1, 2, ... along a run, chain after chain."""

    chains: int = 3

    def start(self, machine, *, seed):
        return Chains(arrays={"none": np.zeros(self.chains)}, seed=seed)

    def draw(self, machine, chains, n_samples):
        reads = -(-n_samples // self.chains)
        codes = np.arange(self.chains * reads).reshape(self.chains, reads).T
        return Samples(states=states_of(codes, 4), n_visible=4), chains


def test_chains_are_consecutive_pieces_of_a_run():
    machine = two_layer(4, 1)
    points = np.array([2, 5, 10])
    counts = counts_along_a_run(machine, Counter(), points, burn_in=0, seed=1)
    for count, point in zip(counts, points, strict=True):
        np.testing.assert_array_equal(count, np.arange(16) < point)
    assert codes_of(states_of(np.array([9]), 4)) == 9


@pytest.mark.parametrize(
    ("points", "kind", "message"),
    [
        ((), ValueError, "`n_samples` must hold at least one value"),
        ((10, 10), ValueError, "`n_samples` must increase strictly"),
        ((0, 10), ValueError, "`n_samples` must be at least 1"),
        ((10, 20.0), TypeError, "`n_samples` must be an integer"),
    ],
)
def test_odd_numbers_of_samples_are_refused(points, kind, message):
    with pytest.raises(kind, match=message):
        as_points(points)
