"""Correlators from outcomes: against the state, and errors against many runs."""

import numpy as np
import pytest

from oqnn._core.bases import PAULI as TAU
from oqnn.encoding import CorrelationMap, OutcomeLaw, Povm
from oqnn.spiking.sampling.samples import Samples, states_of
from oqnn.studies.outcomes import measure_outcomes, measure_samples

RHO = np.array(
    [
        [0.4, 0.1 - 0.05j, 0.02j, 0.15],
        [0.1 + 0.05j, 0.2, 0.03, 0.01j],
        [-0.02j, 0.03, 0.1, 0.05],
        [0.15, -0.01j, 0.05, 0.3],
    ]
)
CHI = CorrelationMap(2).chi_from_state(RHO).reshape(-1)[1:]
SETS = [Povm.tetrahedral(2), Povm.pauli6(2)]


def samples_of(povm, rng, reads, chains, hold=1):
    """Reads that repeat each independent outcome `hold` times."""
    P = povm.probabilities(RHO)
    drawn = rng.choice(povm.n_outcomes, p=P, size=(reads // hold, chains))
    states = states_of(povm.codes[np.repeat(drawn, hold, axis=0)], povm.n_bits)
    hidden = rng.integers(0, 2, size=(reads, chains, 3), dtype=np.uint8)
    return Samples(
        states=np.concatenate([states, hidden], axis=-1), n_visible=povm.n_bits
    )


@pytest.mark.parametrize("povm", SETS)
def test_samples_of_a_law_have_its_correlators_and_rates(povm):
    """Errors and covariance are those of the spread of R runs, within five errors."""
    law = OutcomeLaw(povm=povm, probabilities=povm.probabilities(RHO))
    runs = 2000

    found = [measure_outcomes(law, 500, seed=seed) for seed in range(runs)]

    moments = np.array([each.moments for each in found])
    errors = found[0].standard_errors
    assert np.abs(moments.mean(axis=0) - CHI).max() < 5 * errors.max() / np.sqrt(runs)
    exact = measure_outcomes(law, 10**7).covariance * 10**7 / 500
    scale = np.sqrt(np.outer(np.diag(exact), np.diag(exact)))
    gap = (np.cov(moments.T) - exact) / scale
    assert np.abs(gap).max() < 5 * np.sqrt(2 / runs)
    rates = np.mean([each.rates for each in found], axis=0)
    bits = states_of(povm.codes, povm.n_bits)
    np.testing.assert_allclose(rates, law.probabilities @ bits, atol=5e-3)
    assert found[0].raster.shape == (200, povm.n_bits)
    shown = np.mean([each.raster.mean(axis=0) for each in found], axis=0)
    np.testing.assert_allclose(shown, law.probabilities @ bits, atol=5e-3)


@pytest.mark.parametrize("chains", [8, 100])
def test_errors_of_chains_count_their_correlations(chains):
    """Held for four reads, outcomes count once in four: errors are twice as large."""
    povm, rng, runs = Povm.tetrahedral(2), np.random.default_rng(chains), 400
    found = [
        measure_samples(samples_of(povm, rng, 80, chains, hold=4), povm)[0]
        for _ in range(runs)
    ]

    moments = np.array([each.moments for each in found])
    squares = np.mean([np.diag(each.covariance) for each in found], axis=0)

    law = OutcomeLaw(povm=povm, probabilities=povm.probabilities(RHO))
    alone = np.diag(measure_outcomes(law, 10**7).covariance) * 10**7 / (80 * chains)
    np.testing.assert_allclose(
        moments.var(axis=0), 4 * alone, rtol=5 * np.sqrt(2 / runs)
    )
    np.testing.assert_allclose(squares, 4 * alone, rtol=0.12)
    assert np.abs(moments.mean(axis=0) - CHI).max() < 5 * np.sqrt(squares.max() / runs)
    assert found[0].steps == 80 * chains
    assert found[0].rates.shape == (7,)
    assert found[0].raster.shape == (80, 7)


def test_errors_of_few_reads_by_hand():
    """One read of each of three chains: the variance of a mean of three numbers."""
    povm = Povm.tetrahedral(1)
    states = states_of(np.array([[0, 1, 3]]), 2)

    found, _ = measure_samples(Samples(states=states, n_visible=2), povm)

    values = np.array([povm.expectation_weights(axis) for axis in TAU[1:]])[
        :, [0, 1, 3]
    ]
    np.testing.assert_allclose(found.moments, values.mean(axis=1), atol=1e-12)
    np.testing.assert_allclose(found.covariance, np.cov(values) / 3, atol=1e-12)


def test_codes_of_no_outcome_are_counted_and_left_out():
    """A quarter of the reads in unused codes: what remains is as if alone."""
    povm, rng = Povm.pauli6(2), np.random.default_rng(2)
    samples = samples_of(povm, rng, 40, 64)
    spoilt = samples.states.copy()
    spoilt[30:, :, 3:5] = 1  # codes 110 and 111 of the second qubit
    whole = Samples(states=samples.states[:30], n_visible=6)

    found, unused = measure_samples(Samples(states=spoilt, n_visible=6), povm)

    alone, none = measure_samples(whole, povm)
    assert (unused, none) == (0.25, 0)
    np.testing.assert_allclose(found.moments, alone.moments, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found.covariance, alone.covariance, rtol=1e-9)


def test_chains_may_differ_in_what_they_leave_out():
    """Every other chain shows no outcome at all: errors are those of the rest."""
    povm, rng, runs = Povm.pauli6(2), np.random.default_rng(3), 200
    squares = []
    for _ in range(runs):
        states = samples_of(povm, rng, 40, 60).states.copy()
        states[:, ::2, :3] = 1
        found, unused = measure_samples(Samples(states=states, n_visible=6), povm)
        squares.append(np.diag(found.covariance))
    assert unused == 0.5

    law = OutcomeLaw(povm=povm, probabilities=povm.probabilities(RHO))
    alone = np.diag(measure_outcomes(law, 10**7).covariance) * 10**7 / (40 * 30)
    # a run estimates variances from 30 chains to √(2/30), and divides 60 by 59 for 30
    # by 29; shares of six outcomes are not normal either
    rtol = 5 * np.sqrt(2 / 30 / runs) + 0.03
    np.testing.assert_allclose(np.mean(squares, axis=0), alone, rtol=rtol)


def test_too_little_is_refused():
    povm = Povm.pauli6(1)
    nothing = Samples(states=np.ones((4, 40, 3), dtype=np.uint8), n_visible=3)
    with pytest.raises(ValueError, match="40 batches and 0 outcomes"):
        measure_samples(nothing, povm)
    one = Samples(states=np.zeros((1, 1, 3), dtype=np.uint8), n_visible=3)
    with pytest.raises(ValueError, match="there are 1 batches"):
        measure_samples(one, povm)
    law = OutcomeLaw(povm=povm, probabilities=povm.probabilities([1, 0]))
    with pytest.raises(ValueError, match="`samples` must be at least 2"):
        measure_outcomes(law, 1)
