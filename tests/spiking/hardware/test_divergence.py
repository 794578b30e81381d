"""The estimator of divergences: its mean for equal laws, and the order of a run."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.stats import binom

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
    floor = 7.5 * (1 / n + (-1 if nested else 1) / m)
    (mean,) = divergence_floor(LAW, n, m, rng, nested=nested)
    assert abs(mean - floor) < 5 * found.std() / np.sqrt(100)
    error = found.std() / np.sqrt(4000)
    assert abs(found.mean() - floor) < 5 * error
    assert error < 0.02 * floor


@pytest.mark.parametrize("nested", [False, True])
def test_floors_of_two_states_are_sums_over_binomial_counts(nested):
    """Of the law (1/200, 199/200), n = 40 and m = 100: far from the leading order."""
    n, m, p = 40, 100, 1 / 200
    others = m - n if nested else m
    i, j = np.arange(n + 1)[:, None], np.arange(others + 1)
    counts = np.stack(np.broadcast_arrays(i, n - i), axis=-1)
    rest = np.stack(np.broadcast_arrays(j, others - j), axis=-1)
    reference = counts[:, :1] + rest if nested else rest
    counts = np.broadcast_to(counts[:, :1], (n + 1, others + 1, 2))
    reference = np.broadcast_to(reference, counts.shape)
    found = sampled_divergence(counts, reference, pseudo_count=0 if nested else 0.5)
    weights = np.multiply.outer(*(binom.pmf(k.ravel(), k.max(), p) for k in (i, j)))
    exact = (weights * found).sum()
    spread = np.sqrt((weights * (found - exact) ** 2).sum())

    floors = divergence_floor(
        np.array([p, 1 - p]), [n] * 40, m, np.random.default_rng(1), nested=nested
    )

    assert abs(floors.mean() - exact) < 5 * spread / np.sqrt(4000)
    assert floors.std() == pytest.approx(spread / 10, rel=0.5)
    leading = 0.5 * (1 / n + (-1 if nested else 1) / m)
    assert abs(exact - leading) > 0.2 * leading


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
