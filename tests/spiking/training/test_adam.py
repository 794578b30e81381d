"""Adam on a gradient that is known in closed form."""

import numpy as np
import pytest

from oqnn.spiking.training.adam import AdamMoments, adam_direction

ZEROS = AdamMoments(np.zeros(3), np.zeros(3), 0)


def test_a_constant_gradient_asks_for_its_signs():
    """Both m̂ = g and v̂ = g² from the first step on: the direction is g/(|g| + ε)."""
    gradient, moments = np.array([0.3, -2.0, 1e-4]), ZEROS
    for count in range(1, 30):
        direction, moments = adam_direction(gradient, moments)
        expected = gradient / (np.abs(gradient) + 1e-8)
        np.testing.assert_allclose(direction, expected, rtol=1e-10, atol=0)
        assert moments.steps == count


@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.5, 0.8)])
def test_moments_are_weighted_means_of_what_came_before(betas):
    """m_t = (1 - β) Σ_s β^(t-s) g_s, and m̂ divides it by 1 - β^t."""
    gradients = np.random.default_rng(1).normal(size=(7, 3))
    moments = ZEROS
    for gradient in gradients:
        direction, moments = adam_direction(gradient, moments, betas)
    mean, square = (
        (1 - beta) * (beta ** np.arange(6, -1, -1) @ powers)
        for beta, powers in zip(betas, (gradients, gradients**2), strict=True)
    )
    np.testing.assert_allclose(moments.mean, mean, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(moments.square, square, rtol=1e-12, atol=1e-15)
    corrected = mean / (1 - betas[0] ** 7), np.sqrt(square / (1 - betas[1] ** 7))
    np.testing.assert_allclose(
        direction, corrected[0] / (corrected[1] + 1e-8), rtol=1e-10, atol=0
    )
