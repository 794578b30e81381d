"""What is read off a Wigner function, against closed forms."""

import numpy as np
import pytest
import qutip

from oqnn.phase_space import PhaseSpaceGrid, WignerFunction

HBAR, MASS_OMEGA = 0.6, 1.7


def gaussian(grid, mean, covariance):
    """A normalised Gaussian of (x, p)."""
    z = np.stack(np.broadcast_arrays(grid.x[:, None], grid.p), -1) - mean
    inverse = np.linalg.inv(covariance)
    weight = np.einsum("xpi,ij,xpj->xp", z, inverse, z)
    return np.exp(-weight / 2) / (2 * np.pi * np.sqrt(np.linalg.det(covariance)))


def one_quantum(grid):
    """W₁ = (2r² − 1) e^{−r²}/(πħ), r² = mωx²/ħ + p²/mωħ."""
    r2 = MASS_OMEGA * grid.x[:, None] ** 2 + grid.p**2 / MASS_OMEGA
    return (2 * r2 / HBAR - 1) * np.exp(-r2 / HBAR) / (np.pi * HBAR)


@pytest.fixture(scope="module")
def grid():
    return PhaseSpaceGrid.centered(5, 6, (80, 96), hbar=HBAR)


def test_eq_1_1_norm_mean_covariance_and_purity_of_a_gaussian(grid):
    """Tr ρ² of a Gaussian is ħ/(2√det Σ)."""
    mean, covariance = [0.3, -0.8], np.array([[0.4, 0.15], [0.15, 0.5]])
    W = WignerFunction(gaussian(grid, mean, covariance), grid)
    np.testing.assert_allclose(W.norm, 1, atol=1e-12)
    np.testing.assert_allclose(W.mean, mean, atol=1e-12)
    np.testing.assert_allclose(W.covariance, covariance, atol=1e-12)
    exact = HBAR / (2 * np.sqrt(np.linalg.det(covariance)))
    np.testing.assert_allclose(W.purity, exact, rtol=1e-12)
    assert W.negativity == 0


def test_covariance_is_that_of_the_state_over_its_norm(grid):
    covariance = np.array([[0.4, -0.1], [-0.1, 0.5]])
    W = WignerFunction(2 * gaussian(grid, [0.5, 0.2], covariance), grid)
    np.testing.assert_allclose(W.norm, 2)
    np.testing.assert_allclose(W.mean, [1.0, 0.4], atol=1e-12)
    np.testing.assert_allclose(W.covariance, covariance, atol=1e-12)


def test_negativity_of_one_quantum(grid):
    """∬max(−W₁, 0) = 2e^{−1/2} − 1; the kink at the zero line costs accuracy."""
    fine = PhaseSpaceGrid.centered(3, 4, (600, 640), hbar=HBAR)
    W = WignerFunction(one_quantum(fine), fine)
    assert W.negativity == pytest.approx(2 * np.exp(-0.5) - 1, abs=1e-4)
    assert W.purity == pytest.approx(1, abs=1e-9)


def test_marginals_are_the_densities_of_x_and_p(grid):
    """|ψ₁(x)|² = 2 mωx²/ħ · |ψ₀|², and the same in p with 1/mω."""
    in_x, in_p = WignerFunction(one_quantum(grid), grid).marginals()
    for axis, scale, density in (
        (grid.x, MASS_OMEGA / HBAR, in_x),
        (grid.p, 1 / MASS_OMEGA / HBAR, in_p),
    ):
        square = scale * axis**2
        exact = 2 * square * np.exp(-square) * np.sqrt(scale / np.pi)
        np.testing.assert_allclose(density, exact, atol=1e-12)


def test_eq_1_1_expectation_of_symbols(grid):
    """⟨a†a⟩ = 1 from the symbol r²/2 − 1/2; ⟨x̂p̂⟩ = iħ/2 from xp + iħ/2."""
    W = WignerFunction(one_quantum(grid), grid)

    def number(x, p):
        return (MASS_OMEGA * x**2 + p**2 / MASS_OMEGA) / (2 * HBAR) - 0.5

    np.testing.assert_allclose(W.expect(number), 1, atol=1e-12)
    product = W.expect(lambda x, p: x * p + 0.5j * HBAR)
    np.testing.assert_allclose(product, 0.5j * HBAR, atol=1e-12)
    np.testing.assert_allclose(W.expect(np.ones(grid.shape)), 1, atol=1e-12)
    np.testing.assert_allclose(W.expect(2.5), 2.5, atol=1e-12)


def test_overlap_is_the_trace_of_the_product(grid):
    """⟨1|σ|1⟩ of orthogonal and displaced states; batches broadcast."""
    ground = gaussian(grid, [0, 0], np.diag([1 / MASS_OMEGA, MASS_OMEGA]) * HBAR / 2)
    both = WignerFunction(np.stack([ground, one_quantum(grid)]), grid)
    gram = WignerFunction(both.values[:, None], grid).overlap(both)
    np.testing.assert_allclose(gram, np.eye(2), atol=1e-12)


def test_an_ellipsis_stands_for_axes_of_the_batch_alone():
    """Where those of x and p might be taken for it, of equal sizes."""
    values = np.random.default_rng(0).random((5, 4, 4, 4))
    W = WignerFunction(values, PhaseSpaceGrid.centered(2, 3, (4, 4)))
    np.testing.assert_array_equal(W[..., 1].values, values[:, 1])
    np.testing.assert_array_equal(W[...].values, values)
    with pytest.raises(IndexError, match="2 axes to index"):
        W[..., 1, 2, 3]


def test_grids_in_small_units_are_told_apart():
    """In kg m/s the momenta of an atom are far below the rounding of metres."""
    x, p = 1e-9 * np.arange(4.0), 1e-27 * np.arange(6.0)
    W, V = (
        WignerFunction(np.ones((4, 6)), PhaseSpaceGrid(x, axis, 1e-34))
        for axis in (p, 2 * p)
    )
    assert W.overlap(W) > 0
    with pytest.raises(ValueError, match="`other` must live on the same grid"):
        W.overlap(V)


def test_edge_mass_tells_x_from_p(grid):
    narrow = np.diag([0.05, 0.05])
    at_x = WignerFunction(gaussian(grid, [4.9, 0], narrow), grid)
    assert at_x.edge_mass.x > 0.6
    assert at_x.edge_mass.p < 1e-12
    at_p = WignerFunction(gaussian(grid, [0, -5.9], narrow), grid)
    assert at_p.edge_mass.p > 0.6
    assert at_p.edge_mass.x < 1e-12


def test_bandwidth_is_the_share_of_the_grid_in_use():
    """e^{−k²σ²} falls below 10⁻¹² of the power at k ≈ √(12 ln 10)/σ, a bit earlier."""
    grid = PhaseSpaceGrid.centered(8, 6, (128, 96))
    W = WignerFunction(gaussian(grid, [0, 0], np.diag([0.25, 1.0])), grid)
    for used, axis, sigma in (
        (W.bandwidth.k, grid.k, 0.5),
        (W.bandwidth.theta, grid.theta, 1.0),
    ):
        estimate = np.sqrt(12 * np.log(10)) / sigma / axis[-1]
        assert 0.85 * estimate < used < 1.02 * estimate
    rough = np.zeros(grid.shape)
    rough[60, 40] = 1
    assert WignerFunction(rough, grid).bandwidth == (1, 1)


def test_batches_keep_their_axes(grid):
    one = gaussian(grid, [0.2, 0.1], np.diag([0.3, 0.4]))
    W = WignerFunction(np.stack([[one, 2 * one, 3 * one]] * 2), grid)
    assert W.batch == (2, 3)
    np.testing.assert_allclose(W.norm, [[1, 2, 3]] * 2)
    assert W.covariance.shape == (2, 3, 2, 2)
    assert [m.shape for m in W.marginals()] == [(2, 3, 80), (2, 3, 96)]
    assert W[1, 2].norm == pytest.approx(3)
    assert W[1].batch == (3,)
    np.testing.assert_allclose(W[..., 2].norm, [3, 3])
    with pytest.raises(IndexError, match=r"shape \(\) has 0 axes"):
        W[0, 0][3]


def test_values_are_copied_and_frozen(grid):
    values = np.ones(grid.shape)
    W = WignerFunction(values, grid)
    values[0, 0] = 9
    assert W.values[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        W.values[0, 0] = 2


def test_saved_and_loaded(grid, tmp_path):
    import xarray as xr

    W = WignerFunction(np.stack([one_quantum(grid)] * 3), grid)
    W.to_xarray().to_zarr(tmp_path / "w.zarr", consolidated=False)
    with xr.open_zarr(tmp_path / "w.zarr", consolidated=False) as stored:
        back = WignerFunction.from_xarray(stored["wigner"])
    np.testing.assert_array_equal(back.values, W.values)
    np.testing.assert_array_equal(back.grid.p, grid.p)
    assert back.hbar == HBAR
    with pytest.raises(ValueError, match=r"`data` must end in the axes \('x', 'p'\)"):
        WignerFunction.from_xarray(W.to_xarray().transpose("x", "p", "batch_0"))


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (
            lambda g: WignerFunction(np.ones((96, 80)), g),
            ValueError,
            r"\(\.\.\., 80, 9",
        ),
        (lambda g: WignerFunction(1j * np.ones(g.shape), g), TypeError, "must be real"),
        (
            lambda g: WignerFunction(np.full(g.shape, np.nan), g),
            ValueError,
            "`values` must be finite",
        ),
        (lambda g: WignerFunction(np.ones(g.shape), "grid"), TypeError, "`grid` must"),
        (
            lambda g: WignerFunction(np.ones(g.shape), g).expect(np.ones(7)),
            ValueError,
            "`symbol` must broadcast",
        ),
        (
            lambda g: WignerFunction(np.ones(g.shape), g).expect(
                lambda x, p: 1 / (x * 0)
            ),
            ValueError,
            "`symbol` must be finite",
        ),
        (
            lambda g: WignerFunction(np.ones(g.shape), g).overlap(
                WignerFunction(np.ones(g.shape), PhaseSpaceGrid(g.x, g.p, 1.0))
            ),
            ValueError,
            "`other` must live on the same grid with the same hbar",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_refusals(grid, act, error, message):
    with pytest.raises(error, match=message):
        act(grid)


def test_operators_are_no_symbols(grid):
    W = WignerFunction(one_quantum(grid), grid)
    with pytest.raises(TypeError, match="weyl_transform"):
        W.expect(qutip.num(5))


def test_states_and_batches_print_in_a_line(grid):
    W = WignerFunction(one_quantum(grid), grid)
    shown = "80 x 96 on [-5, 4.875] x [-6, 5.875] with hbar 0.6"
    assert repr(W) == f"<WignerFunction: {shown}>"
    both = WignerFunction(np.stack([W.values, W.values]), grid)
    assert repr(both) == f"<WignerFunction: batch (2,), {shown}>"
