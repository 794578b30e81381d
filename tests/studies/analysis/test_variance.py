"""Shares of variance: closed forms, an independent decomposition, no bias by seeds."""

from itertools import product

import numpy as np
import pytest
from studies.analysis.fake_sweep import fake_sweep, on_grid

from oqnn.studies.analysis.variance import variance_shares

A, B, C = "environment.a", "environment.b", "environment.c"
X, Y = np.array([-2.0, 0.5, 1.5]), np.array([-1.0, 1.0])  # both of mean zero
BOTH = f"{A} × {B}"


def law(material, seed, x, y):
    """Per material: α x + β y + γ x y, and seeds ±σ round it."""
    alpha, beta, gamma = {"bare": (1, 2, 0), "learning": (3, 0, 0.5)}[material]
    own = 0.2 * seed if material == "learning" else 0.0
    return 5 + alpha * x + beta * y + gamma * x * y + own


MATERIALS = {"bare": [-1], "learning": [0, 1, 2]}
SWEEP = fake_sweep(law, axes={A: X, B: Y}, materials=MATERIALS)
MEAN_X2 = (4 + 0.25 + 2.25) / 3


@pytest.mark.parametrize("data", [SWEEP, on_grid(SWEEP)], ids=["points", "grid"])
def test_a_bilinear_function_in_closed_form(data):
    """V_a = α² ⟨x²⟩, V_b = β² ⟨y²⟩, V_ab = γ² ⟨x²⟩⟨y²⟩. Seeds 0, 0.2, 0.4 have the
    variance s² = 0.04; of six combinations with three seeds each, effects of f freedoms
    carry f/6 · s²/3 of it.
    """
    found = variance_shares(data, "purity")
    bare, learning = (found.sel(material=m) for m in MATERIALS)
    effects = [A, B, BOTH, "seeds"]
    np.testing.assert_allclose(
        bare.variance.sel(effect=effects), [MEAN_X2, 4, 0, 0], atol=1e-12
    )
    np.testing.assert_allclose(bare.noise, 0.0, atol=1e-15)
    exact = np.array([9 * MEAN_X2, 0.0, 0.25 * MEAN_X2, 0.04])
    np.testing.assert_allclose(learning.variance.sel(effect=effects), exact, atol=1e-12)
    noise = np.array([2, 1, 2, 0]) / 6 * 0.04 / 3
    np.testing.assert_allclose(learning.noise.sel(effect=effects), noise, rtol=1e-9)
    real = exact - noise
    np.testing.assert_allclose(
        learning.share.sel(effect=effects), real / real.sum(), atol=1e-12
    )
    np.testing.assert_allclose(found.share.sum("effect"), 1.0, rtol=1e-12)


def projected(values):
    """Squared norms of the parts of an array by the subset of axes they vary over,
    by least squares on indicator columns, one subset after those below it.
    """
    grid = list(product(*map(range, values.shape)))
    found = {}
    for size in range(1, values.ndim + 1):
        for part in [p for p in product([0, 1], repeat=values.ndim) if sum(p) == size]:
            axes = [i for i, there in enumerate(part) if there]
            below = [[a for a in axes if a != b] for b in axes]
            whole = explained(values, grid, [axes])
            found[tuple(axes)] = whole - explained(values, grid, below)
    return found


def explained(values, grid, subsets):
    columns = [np.ones(len(grid))]
    for subset in subsets:
        keys = sorted({tuple(g[a] for a in subset) for g in grid})
        for key in keys:
            columns.append([tuple(g[a] for a in subset) == key for g in grid])
    design = np.array(columns, dtype=float).T
    fit, *_ = np.linalg.lstsq(design, values.ravel(), rcond=None)
    return float(((design @ fit - values.mean()) ** 2).mean())


def test_three_parameters_against_least_squares():
    table = np.random.default_rng(2).normal(size=(3, 2, 4))
    data = fake_sweep(
        lambda material, seed, a, b, c: table[a, b, c],
        axes={A: range(3), B: range(2), C: range(4)},
        materials={"bare": [-1]},
    )
    found = variance_shares(data, "purity", order=3).variance.squeeze()
    names = (A, B, C)
    for axes, exact in projected(table).items():
        label = " × ".join(names[i] for i in axes)
        np.testing.assert_allclose(found.sel(effect=label), exact, rtol=1e-9)
    np.testing.assert_allclose(found.sum(), table.var(), rtol=1e-12)
    less = variance_shares(data, "purity", order=1).variance.squeeze()
    rest = found.values[3:].sum()
    assert less.effect.values.tolist() == [A, B, C, "rest", "seeds"]
    np.testing.assert_allclose(less.sel(effect="rest"), rest, rtol=1e-12)


def test_material_as_a_factor():
    """Materials differ by their mean, their slopes by x: bare 1, learning 3."""
    data = fake_sweep(
        lambda material, seed, x: (1 if material == "bare" else 3) * x + len(material),
        axes={A: X},
        materials={"bare": [-1], "learning": [0, 1]},
    )
    found = variance_shares(data, "purity", factors=["material", A])
    assert "material" not in found.dims
    exact = {"material": 2.0**2, A: 4 * MEAN_X2, f"material × {A}": MEAN_X2}
    for effect, number in exact.items():
        np.testing.assert_allclose(found.variance.sel(effect=effect), number)


def test_parameters_that_are_not_named_are_averaged_over():
    found = variance_shares(SWEEP, "purity", factors=[B]).sel(material="bare")
    assert found.effect.values.tolist() == [B, "seeds"]
    np.testing.assert_allclose(found.variance.sel(effect=B), 4.0)
    learning = variance_shares(SWEEP, "purity", factors=[B]).sel(material="learning")
    np.testing.assert_allclose(learning.noise.sel(effect=B), 1 / 2 * 0.04 / 3 / 3)


def test_seeds_as_a_factor():
    """A seed's number is the same at all combinations: an effect, with no noise."""
    data = SWEEP.isel(point=np.flatnonzero(SWEEP.material.values == "learning"))
    found = variance_shares(data, "purity", factors=[A, "seed"]).squeeze()
    np.testing.assert_allclose(found.variance.sel(effect="seed"), 0.04 * 2 / 3)
    np.testing.assert_allclose(found.variance.sel(effect=A), 9 * MEAN_X2)
    interaction = found.variance.sel(effect=f"{A} × seed")
    np.testing.assert_allclose(interaction, 0.0, atol=1e-12)
    np.testing.assert_allclose(found.noise, 0.0, atol=1e-15)


def test_seeds_do_not_feign_effects():
    """Of numbers that no parameter changes, variance − noise is zero on average, and
    every share but that of seeds: within 5 standard errors over 60 sweeps.
    """
    rng = np.random.default_rng(5)
    data = fake_sweep(
        lambda m, s, x, y: (1 + y) * rng.normal(),
        axes={A: X, B: [0.0, 2.0]},
        materials={f"plain {i}": range(3) for i in range(60)},
    )
    found = variance_shares(data, "purity").isel(effect=slice(3))
    gaps = (found.variance - found.noise).transpose("material", "effect").values
    raw = found.variance.transpose("material", "effect").values
    error = np.std(gaps, axis=0, ddof=1) / np.sqrt(60)
    assert (np.abs(np.mean(gaps, axis=0)) < 5 * error).all()
    assert (np.mean(raw, axis=0) > 5 * error).all()


def test_failed_points_are_counted_and_a_hole_is_refused():
    one = fake_sweep(law, axes={A: X, B: Y}, materials=MATERIALS, failed=[2])
    assert variance_shares(one, "purity").left_out.values.tolist() == [0, 1]
    hole = fake_sweep(law, axes={A: X, B: Y}, materials=MATERIALS, failed=[1, 2, 3])
    with pytest.raises(
        ValueError, match="at every combination, but has none at 1 of 6"
    ):
        variance_shares(hole, "purity")


def test_nothing_varies():
    data = fake_sweep(lambda m, s, x: 2.0, axes={A: X}, materials={"bare": [-1]})
    found = variance_shares(data, "purity")
    assert np.isnan(found.share).all()
    np.testing.assert_allclose(found.variance, 0.0, atol=1e-30)


def test_refusals():
    with pytest.raises(ValueError, match="`factors` must be among material, env"):
        variance_shares(SWEEP, "purity", factors=["time"])
    few = fake_sweep(law, axes={A: X, B: Y}, materials=MATERIALS, failed=[1, 2])
    with pytest.raises(ValueError, match="must hold two or more seeds at every combin"):
        variance_shares(few, "purity")
    with pytest.raises(ValueError, match="`order` must be at least 1, but is 0"):
        variance_shares(SWEEP, "purity", order=0)
    over_time = fake_sweep(
        lambda m, s, x: np.ones(2), axes={A: X}, materials={"a": [0]}, times=[0.0, 1.0]
    )
    with pytest.raises(
        ValueError, match="must be one number a point, but runs over ti"
    ):
        variance_shares(over_time, "purity")
