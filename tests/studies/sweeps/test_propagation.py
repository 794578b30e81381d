"""Exponentials and columns of many points, each as if it were alone."""

import numpy as np
import pytest
from scipy.linalg import expm

from oqnn.dynamics import (
    ConstantControls,
    ControlledGenerator,
    PiecewiseControls,
    SampledControls,
    dynamical_maps,
)
from oqnn.studies.sweeps.computation.exponentials import exponentials, powers
from oqnn.studies.sweeps.computation.propagation import propagate

RNG = np.random.default_rng(7)
NORMS = np.array([1e-3, 0.02, 0.3, 0.9, 5.0, 40.0])


def matrices(m, norms=NORMS):
    A = RNG.normal(size=(len(norms), m, m))
    return A * (norms / np.abs(A).sum(axis=1).max(axis=1))[:, None, None]


@pytest.mark.parametrize("m", [3, 16, 130])
def test_exponentials_agree_with_scipy(m):
    A = matrices(m)
    found = exponentials(A)
    for own, one in zip(A, found, strict=True):
        exact = expm(own)
        np.testing.assert_allclose(one, exact, atol=2e-13 * np.abs(exact).max())


def test_a_rotation_is_exponentiated_to_rounding():
    """exp of the generator of rotations is cos and sin."""
    angles = np.array([0.01, 0.5, 3.0, 20.0])
    A = angles[:, None, None] * np.array([[0.0, -1.0], [1.0, 0.0]])
    exact = np.array(
        [[[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]] for a in angles]
    )
    np.testing.assert_allclose(exponentials(A), exact, atol=5e-15)


def test_no_matrix_sees_another():
    A = np.concatenate([matrices(5), matrices(5)])
    whole = exponentials(A)
    order = RNG.permutation(len(A))
    assert np.array_equal(exponentials(A[order]), whole[order])
    for i in range(len(A)):
        assert np.array_equal(exponentials(A[i : i + 1])[0], whole[i])


def test_matrices_that_are_not_finite_give_nan_alone():
    A = matrices(4)
    broken = A.copy()
    broken[1, 2, 3], broken[4, 0, 0] = np.nan, np.inf
    found, whole = exponentials(broken), exponentials(A)
    assert np.isnan(found[[1, 4]]).all()
    rest = [0, 2, 3, 5]
    assert np.array_equal(found[rest], whole[rest])


@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_powers_are_powers(count):
    F, X = matrices(4, NORMS[:3]), RNG.normal(size=(3, 4, 2))
    found = powers(F, X, count)
    for i in range(3):
        for n in range(count):
            exact = np.linalg.matrix_power(F[i], n) @ X[i]
            np.testing.assert_allclose(found[i, :, n], exact, atol=1e-13)


P, K, M, C = 4, 2, 5, 3
PARTS = RNG.normal(size=(P, 1 + K, M, M)) / M
COLUMNS = RNG.normal(size=(P, M, C))
LISTS = {
    "even": np.linspace(0, 3, 7),
    "late": np.linspace(0.5, 3, 6),
    "late and uneven": np.array([0.3, 1.0, 1.2, 2.9]),
    "one": np.array([1.7]),
    "logarithmic": np.geomspace(0.01, 2, 5),
}


def reference(i, controls, times):
    """The same by the solver of a single evolution."""
    channels = [AnyMatrix(L) for L in PARTS[i]]
    generator = ControlledGenerator(channels[0], channels[1:])
    grid = np.union1d([0.0], times)
    maps = dynamical_maps(generator, grid, controls=controls, progress=False)
    return maps.matrices[np.searchsorted(grid, times)] @ COLUMNS[i]


class AnyMatrix:
    """Any matrix as a channel, of a size that no register has."""

    n, d, n_controls = 1, 2, 0

    def __init__(self, L):
        self.L, self.dimension = L, len(L)

    def matrix(self, u=None):
        return self.L


def drives(kind):
    values = RNG.uniform(-1, 1, (P, 6, K))
    if kind == "constant":
        return [ConstantControls(v[0]) for v in values]
    if kind == "cycle":
        edges = np.array([0, 0.2, 0.35, 1.1])
        return [PiecewiseControls(edges, v[:3], periodic=True) for v in values]
    times = np.linspace(0, 3, 13)
    smooth = np.sin(times[:, None, None] * values[:, 0] + values[:, 1])
    return [SampledControls(times, smooth[:, i]) for i in range(P)]


@pytest.mark.parametrize("kind", ["constant", "cycle", "sampled"])
@pytest.mark.parametrize("times", LISTS.values(), ids=[*LISTS])
def test_points_together_move_as_alone(kind, times):
    controls = drives(kind)
    whole = propagate(PARTS, controls, COLUMNS, times)  # (p, m, t, c)
    for i in range(P):
        exact = reference(i, controls[i], times).swapaxes(0, 1)
        np.testing.assert_allclose(whole[i], exact, rtol=1e-12, atol=1e-12)
        alone = propagate(
            PARTS[i : i + 1], controls[i : i + 1], COLUMNS[i : i + 1], times
        )
        assert np.array_equal(alone[0], whole[i])


def test_many_distinct_slices_are_walked_in_windows(monkeypatch):
    controls, times = drives("cycle"), LISTS["even"]
    whole = propagate(PARTS, controls, COLUMNS, times)
    monkeypatch.setattr("oqnn.studies.sweeps.computation.propagation.FACTORS_HELD", 10)
    monkeypatch.setattr(
        "oqnn.studies.sweeps.computation.propagation.STEPS_HELD", 4 * M**2
    )
    windows = propagate(PARTS, controls, COLUMNS, times)
    np.testing.assert_allclose(windows, whole, rtol=1e-13, atol=1e-13)


def test_groups_of_points_change_no_bit(monkeypatch):
    controls, times = drives("sampled"), LISTS["late"]
    whole = propagate(PARTS, controls, COLUMNS, times)
    monkeypatch.setattr("oqnn.studies.sweeps.computation.propagation.POINTS_HELD", 1)
    assert np.array_equal(propagate(PARTS, controls, COLUMNS, times), whole)
