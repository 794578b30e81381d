"""Sums over configurations by contractions, beside the matrix of signs itself."""

import numpy as np
import pytest

from oqnn.encoding import CorrelationMap
from oqnn.encoding.realizability.scenario import Scenario, qubit_scenario

WORDS = np.array([[2, 0, 4], [0, 3, 1], [1, 1, 0], [2, 2, 3], [0, 0, 2]])
UNEQUAL = Scenario((2, 3, 4), WORDS)


def sign_matrix(scenario):
    """Return A by multiplying the spins of every configuration."""
    spins = scenario.spins(np.arange(scenario.n_configurations)).astype(float)
    starts = np.cumsum([0, *scenario.sizes])
    return np.array(
        [
            np.prod([spins[:, starts[q] + k - 1] for q, k in enumerate(word) if k], 0)
            for word in scenario.words
        ]
    )


@pytest.mark.parametrize("limit", [0, 2**16], ids=["contractions", "matrix"])
def test_sums_of_unequal_parties(monkeypatch, limit):
    monkeypatch.setattr("oqnn.encoding.realizability.scenario.LARGEST_MATRIX", limit)
    scenario = Scenario(UNEQUAL.sizes, UNEQUAL.words)
    signs = sign_matrix(scenario)
    rng = np.random.default_rng(1)
    c, d = rng.normal(size=5), rng.normal(size=2**9)
    np.testing.assert_allclose(scenario.values(c), signs.T @ c, rtol=0, atol=1e-13)
    np.testing.assert_allclose(scenario.moments(d), signs @ d, rtol=0, atol=1e-12)
    gram = (signs * d) @ signs.T
    np.testing.assert_allclose(scenario.gram(d), gram, rtol=0, atol=1e-12)
    indices = np.array([511, 3, 77])
    np.testing.assert_array_equal(scenario.columns(indices), signs[:, indices])


@pytest.mark.parametrize("n_qubits", [1, 2, 3])
def test_qubits_are_numbered_as_in_the_correlation_map(n_qubits):
    scenario, known = qubit_scenario(n_qubits), CorrelationMap(n_qubits)
    every = np.arange(8**n_qubits)
    np.testing.assert_array_equal(scenario.spins(every), known.configurations)
    np.testing.assert_array_equal(scenario.columns(every), known.signs[1:])


def test_the_product_of_no_spins_comes_first():
    p = np.arange(512.0)
    assert UNEQUAL.with_unit().moments(p)[0] == p.sum()
    np.testing.assert_array_equal(
        UNEQUAL.with_unit().moments(p)[1:], UNEQUAL.moments(p)
    )


def test_spanned_products_are_those_that_the_flips_leave():
    """GHZ has ZZI, IZZ, XXX, XYY …, from which ZIZ and YYX follow, but not ZZZ."""
    scenario = qubit_scenario(3)
    names = ["".join("IXYZ"[k] for k in word) for word in scenario.words]
    given = np.isin(names, ["ZZI", "IZZ", "XXX", "XYY", "YXY"])
    spanned = {
        n for n, kept in zip(names, scenario.spanned_by(given), strict=True) if kept
    }
    assert spanned == {"ZZI", "IZZ", "ZIZ", "XXX", "XYY", "YXY", "YYX"}
    flips = 1 - 2 * np.random.default_rng(2).integers(2, size=(4000, 9))
    signs = np.ones((4000, 63))
    for row, word in enumerate(scenario.words):
        for q, k in enumerate(word):
            if k:
                signs[:, row] *= flips[:, 3 * q + k - 1]
    symmetries = signs[(signs[:, given] == 1).all(axis=1)]
    assert len(symmetries) > 20
    left = (symmetries == 1).all(axis=0)
    np.testing.assert_array_equal(left, scenario.spanned_by(given))
