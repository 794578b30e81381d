"""Laws on a few configurations: the dense law, its correlators and samples of it."""

import numpy as np
import pytest

from oqnn.encoding import CorrelationMap, Law

SPINS = [[1, -1, -1, -1, 1, 1], [-1, -1, 1, 1, -1, 1], [1, 1, 1, -1, -1, -1]]
LAW = Law(configurations=SPINS, probabilities=[0.5, 0.2, 0.3])


def test_the_dense_law_holds_each_probability_at_its_configuration():
    dense = LAW.dense()
    configurations = CorrelationMap(2).configurations
    for spins, p in zip(SPINS, [0.5, 0.2, 0.3], strict=True):
        assert dense[(configurations == spins).all(axis=1)] == [p]
    assert dense.sum() == pytest.approx(1, abs=1e-15)


def test_correlators_are_averages_over_the_law():
    """Spins 1 and 5 (y of the first qubit, z of the second): −0.5 − 0.2 − 0.3."""
    chi = LAW.correlators()
    assert chi[2, 3] == pytest.approx(-1, abs=1e-15)
    assert chi[1, 0] == pytest.approx(0.6, abs=1e-15)
    assert chi[0, 1] == pytest.approx(-0.6, abs=1e-15)


def test_samples_have_the_correlators_of_the_law():
    """Each sampled correlator has the standard error √((1 − χ²)/T)."""
    n_samples = 20_000
    spins = LAW.sample(n_samples, seed=3)
    chi = LAW.correlators()
    sampled = CorrelationMap(2).chi_from_samples(spins)
    error = np.sqrt(np.maximum(1 - chi**2, 0) / n_samples)
    assert (np.abs(sampled - chi) <= 5 * error + 1e-12).all()
    assert (spins == LAW.sample(n_samples, seed=3)).all()
    assert (spins != LAW.sample(n_samples, seed=4)).any()


def test_what_is_no_law_is_refused():
    with pytest.raises(ValueError, match=r"`probabilities` must sum to 1"):
        Law(configurations=SPINS, probabilities=[0.5, 0.2, 0.2])
    with pytest.raises(ValueError, match=r"`probabilities` must hold probabilities"):
        Law(configurations=SPINS, probabilities=[1.5, -0.8, 0.3])
    with pytest.raises(ValueError, match=r"shapes \(k, 3n\) and \(k,\).*\(3, 6\)"):
        Law(configurations=SPINS, probabilities=[0.5, 0.5])
    with pytest.raises(ValueError, match=r"`configurations` must hold −1 and \+1"):
        Law(configurations=[[1, 0, 1]], probabilities=[1.0])


def test_a_long_law_is_written_in_part():
    law = Law(
        configurations=CorrelationMap(3).configurations,
        probabilities=np.full(512, 1 / 512),
    )
    lines = str(law).splitlines()
    assert len(lines) == 1 + 256 + 1
    assert lines[1] == "−−− −−− −−−  0.001953"
    assert lines[-1] == "… (256 more)"
