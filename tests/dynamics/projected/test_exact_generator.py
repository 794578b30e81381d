"""The exact time-local generator, where it is, and where it is not."""

import numpy as np
import pytest
from dynamics.generators import random_matrices, random_state
from dynamics.open_systems import exact_blocks, random_environment
from scipy.linalg import expm
from systems import SIGMA_X, SIGMA_Z

from oqnn._core.bases import from_coordinates, to_coordinates
from oqnn.dynamics.projected.baths import FiniteEnvironment, GaussianBath
from oqnn.dynamics.projected.exact_generator import exact_generator, generator_of_maps
from oqnn.dynamics.projected.projection import Projection

ZERO = np.zeros((2, 2))


def dephasing_spins(couplings):
    """(σ_z/2) Σ A_k σ_z^k, spins fully mixed: coherence Π cos A_k t."""
    N = len(couplings)
    field = sum(
        A * np.kron(np.kron(np.eye(2**k), SIGMA_Z), np.eye(2 ** (N - 1 - k)))
        for k, A in enumerate(couplings)
    )
    P = Projection.product(np.eye(2**N) / 2**N)
    return FiniteEnvironment(np.zeros_like(field), np.kron(SIGMA_Z / 2, field), P)


def test_rate_and_poles_of_dephasing_spins():
    """Rate Σ A_k tan A_k t; poles at π/(2A_k), 3π/(2A_k), between the times given."""
    A, times = np.array([1.0, 0.4]), np.linspace(0, 5, 24)
    found = exact_generator(ZERO, dephasing_spins(A), times)
    rate = (A * np.tan(np.outer(times, A))).sum(axis=1)
    expected = np.zeros((24, 4, 4))
    expected[:, 1, 1] = expected[:, 2, 2] = -rate
    np.testing.assert_allclose(found.matrices, expected, rtol=1e-9, atol=1e-12)
    poles = np.pi / 2 * np.array([1.0, 2.5, 3.0])
    np.testing.assert_allclose(found.singular_times, poles, rtol=1e-8)
    kept = np.abs(np.cos(np.outer(times, A)).prod(axis=1))
    np.testing.assert_allclose(found.conditions, 1 / kept, rtol=1e-9)


def test_every_pole_of_a_long_time_is_found():
    """π/2 + nπ up to t = 60: the search must not lose precision at late times."""
    found = exact_generator(ZERO, dephasing_spins([1.0]), np.linspace(0, 60, 601))
    poles = np.pi * (np.arange(19) + 0.5)
    np.testing.assert_allclose(found.singular_times, poles, atol=1e-12)


def test_generator_and_source_are_those_of_one_less_sigma():
    """P L (1 − Σ)⁻¹ P and P L (1 − Σ)⁻¹ G Qρ₀ with Σ = ∫ G(t, s) Q L P G₋(t, s) ds.

    G = e^{QL(t−s)}, G₋ = e^{−L(t−s)}, the integral by Gauss, d = 2 and e = 3; matrices
    on the whole S ⊗ E, row-stacked.
    """
    H, environment = random_environment(2, 3, 2, coupling=0.6)
    P, t, total, size = environment.projection, 0.7, random_state(6), 36
    units = np.eye(size).reshape(size, 6, 6)
    whole = environment.total(H)
    L = -1j * (whole @ units - units @ whole).reshape(size, size).T
    project = P.apply(units).reshape(size, size).T
    rest = np.eye(size) - project
    nodes, weights = np.polynomial.legendre.leggauss(20)
    sigma = sum(
        w * expm(rest @ L * u) @ rest @ L @ project @ expm(-L * u)
        for u, w in zip(t * (1 + nodes) / 2, t * weights / 2, strict=True)
    )
    seen = project @ L @ np.linalg.inv(np.eye(size) - sigma)
    start = expm(rest @ L * t) @ rest @ total.reshape(-1)
    found = exact_generator(H, environment, [t], rho0=total)

    blocks = np.eye(8).reshape(8, 2, 4)
    lifted = P.lift(from_coordinates(blocks)).reshape(8, size)

    def coordinates(operators):
        inside = P.blocks(operators.reshape(-1, 6, 6))
        return to_coordinates(inside).reshape(-1, 8).real

    expected = coordinates((seen @ lifted.T).T).T
    np.testing.assert_allclose(found.matrices[0], expected, atol=1e-10)
    np.testing.assert_allclose(
        found.source[0], coordinates(seen @ start)[0], atol=1e-10
    )
    assert np.abs(found.source).max() > 0.01


def test_at_a_pole_there_is_no_generator():
    """Where the coherence is zero its rate is infinite, and so it is given."""
    start, times = random_state(4), [0.0, np.pi, 4.0]
    found = exact_generator(ZERO, dephasing_spins([0.5]), times, rho0=start)
    assert np.isinf(found.matrices[1]).all()
    assert np.isinf(found.source[1]).all()
    assert np.isfinite(found.source[[0, 2]]).all()
    assert found.conditions[1] > 1e12
    assert np.isfinite(found.matrices[[0, 2]]).all()
    np.testing.assert_allclose(found.singular_times, np.pi, rtol=1e-8)


@pytest.mark.parametrize(("d", "e", "n"), [(2, 3, 1), (3, 2, 2), (2, 4, 3)])
def test_generator_and_source_give_the_derivative_of_exact_blocks(d, e, n):
    """Random complex total states, Hermitian or not, outside the range of P."""
    H, environment = random_environment(d, e, n, coupling=0.3)
    times, h = np.array([0.0, 0.4, 0.9]), 1e-4
    operator = random_matrices(np.random.default_rng(3), d * e, d * e)
    for total in (random_state(d * e), operator / np.abs(operator).sum()):
        found = exact_generator(H, environment, times, rho0=total)

        def coordinates(shift, total=total):
            blocks = exact_blocks(H, environment, total, times + shift)
            return to_coordinates(blocks).reshape(len(times), -1)

        stencil = [(-2 * h, 1), (-h, -8), (h, 8), (2 * h, -1)]
        slope = sum(w * coordinates(s) for s, w in stencil) / (12 * h)
        moved = np.einsum("tab,tb->ta", found.matrices, coordinates(0))
        np.testing.assert_allclose(moved + found.source, slope, atol=1e-9)
    relevant = exact_generator(
        H, environment, times, rho0=environment.projection.apply(random_state(d * e))
    )
    np.testing.assert_allclose(relevant.source, 0, atol=1e-12)


def test_wrong_input_is_refused():
    H, environment = random_environment(2, 3, 1)
    bath = GaussianBath(SIGMA_X, lambda t: np.exp(-t))
    with pytest.raises(TypeError, match=r"`environment` must be a FiniteEnvironment"):
        exact_generator(H, bath, [0.0, 1.0])
    with pytest.raises(ValueError, match=r"`tlist` must not start below 0"):
        exact_generator(H, environment, [-1.0, 1.0])
    with pytest.raises(ValueError, match=r"`tlist` must increase"):
        exact_generator(H, environment, [0.0, 0.0])
    with pytest.raises(ValueError, match=r"`rho0` must have shape \(6, 6\)"):
        exact_generator(H, environment, [0.0, 1.0], rho0=np.eye(2))
    with pytest.raises(ValueError, match=r"`rho0` must be finite"):
        exact_generator(H, environment, [0.0], rho0=np.full((6, 6), np.nan))
    with pytest.raises(ValueError, match=r"`rates` must have shape \(t, m, m\)"):
        generator_of_maps(np.eye(2)[None], np.eye(3)[None])
    with pytest.raises(ValueError, match=r"`maps` must be finite"):
        generator_of_maps(np.full((1, 2, 2), np.nan), np.eye(2)[None])
