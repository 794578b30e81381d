"""Transfer tensors: semigroups, exact inversion, and the kernel they tend to."""

import numpy as np
import pytest
from dynamics.generators import random_generator, random_matrices
from dynamics.open_systems import random_environment

from oqnn._core.bases import from_coordinates, to_coordinates
from oqnn.dynamics import dynamical_maps
from oqnn.dynamics.projected.memory_kernel import memory_kernel
from oqnn.dynamics.projected.nakajima_zwanzig import nakajima_zwanzig
from oqnn.dynamics.projected.transfer_tensors import (
    kernel_from_tensors,
    propagate_tensors,
    transfer_tensors,
)

RNG = np.random.default_rng(70)


def test_a_semigroup_has_one_tensor():
    """T₁ = E₁ and T_n = 0 beyond; two tensors are more than enough for any time."""
    maps = dynamical_maps(random_generator(2, 3), 0.3 + 0.2 * np.arange(6))
    tensors = transfer_tensors(maps)
    np.testing.assert_array_equal(tensors[0], maps.matrices[1])
    np.testing.assert_allclose(tensors[1:], 0, atol=1e-13)
    longer = propagate_tensors(tensors, 5, cutoff=2)
    np.testing.assert_allclose(longer, maps.matrices, rtol=0, atol=1e-12)


def test_tensors_give_back_any_maps():
    """Complex maps without a law, E_n = Σ T_m E_{n−m} by loops."""
    maps = np.concatenate([np.eye(3)[None], random_matrices(RNG, 6, 3, 3)])
    tensors = transfer_tensors(maps)
    for n in range(1, 7):
        summed = sum(tensors[m - 1] @ maps[n - m] for m in range(1, n + 1))
        np.testing.assert_allclose(summed, maps[n], rtol=1e-10)
    np.testing.assert_allclose(propagate_tensors(tensors, 6), maps, rtol=1e-10)
    short = propagate_tensors(tensors, 4, cutoff=1)
    power = np.linalg.matrix_power(tensors[0], 4)
    np.testing.assert_allclose(short[4], power, rtol=1e-11)


def block_maps(H, environment, step, n_steps):
    """Maps of the block coordinates at even times: every basis element is evolved."""
    n, d = environment.projection.n, environment.d
    units = np.eye(n * d * d).reshape(-1, n, d * d)
    times = step * np.arange(n_steps + 1)
    found = nakajima_zwanzig(H, from_coordinates(units), times, environment)
    moved = to_coordinates(found.blocks).real  # (unit, t, n, d²)
    return np.moveaxis(moved.reshape(len(units), n_steps + 1, -1), 0, -1)


def test_tensors_tend_to_the_kernel():
    """T_n/h² → K((n − 1)h), measured at τ = 0.4: order 1 in h with a drift."""
    H, environment = random_environment(2, 3, 2)
    kernel = memory_kernel(H, environment, [0.0, 0.4]).values[1]
    errors = []
    for step in (0.02, 0.01):
        n_steps = round(0.4 / step) + 1
        tensors = transfer_tensors(block_maps(H, environment, step, n_steps))
        estimate = kernel_from_tensors(tensors, step)[-1]
        errors.append(np.abs(estimate - kernel).max())
    assert errors[1] < 0.05 * np.abs(kernel).max()
    assert np.log2(errors[0] / errors[1]) == pytest.approx(1, abs=0.1)


def test_wrong_input_is_refused():
    maps = np.stack([np.eye(2)] * 3)
    with pytest.raises(ValueError, match=r"begin with the identity.* differs by 1"):
        transfer_tensors(2 * maps)
    with pytest.raises(ValueError, match="two maps or more, but holds 1"):
        transfer_tensors(maps[:1])
    with pytest.raises(ValueError, match=r"`maps` must have shape \(n, m, m\)"):
        transfer_tensors(np.zeros((3, 2, 1)))
    with pytest.raises(ValueError, match="`maps` must be finite"):
        transfer_tensors(maps * np.nan)
    uneven = dynamical_maps(random_generator(1, 2), [0, 0.1, 0.3])
    with pytest.raises(ValueError, match=r"evenly spaced times.* from 0\.1 to 0\.2"):
        transfer_tensors(uneven)
    with pytest.raises(ValueError, match="`n_steps` must be at least 1"):
        propagate_tensors(maps, 0)
    with pytest.raises(ValueError, match="`cutoff` must be at least 1"):
        propagate_tensors(maps, 3, cutoff=0)
    with pytest.raises(ValueError, match="`tensors` must have shape"):
        propagate_tensors(np.eye(2), 3)
    with pytest.raises(ValueError, match="`step` must be positive"):
        kernel_from_tensors(maps, 0.0)
