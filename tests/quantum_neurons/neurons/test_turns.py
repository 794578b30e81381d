"""Cosine and sine at once against NumPy's, in both precisions."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from oqnn._core.jax64 import in_double_precision
from oqnn.quantum_neurons.neurons.records_jax import draw_patterns, mark
from oqnn.quantum_neurons.neurons.turns_jax import MOST_RADIANS, cosine_and_sine

ANGLES = np.concatenate(
    [
        np.linspace(-40, 40, 4001),
        np.arange(-9, 10) * np.pi / 4,
        [0.0, 1e-20, -3e-8, 9e3, -1e4],
    ]
)


@pytest.mark.parametrize(("dtype", "near"), [(np.float32, 1e-7), (np.float64, 1e-15)])
@in_double_precision
def test_both_are_right_to_rounding(dtype, near):
    """An angle of single precision is exact here: what it names is compared."""
    angles = ANGLES.astype(dtype)
    cosines, sines = cosine_and_sine(jnp.asarray(angles))
    assert cosines.dtype == sines.dtype == dtype
    exact = angles.astype(float)
    np.testing.assert_allclose(cosines, np.cos(exact), rtol=0, atol=near)
    np.testing.assert_allclose(sines, np.sin(exact), rtol=0, atol=near)


@in_double_precision
def test_derivatives_are_exact():
    angles = jnp.asarray(ANGLES)
    for dtype, near in ((np.float32, 1e-6), (np.float64, 1e-14)):
        x = angles.astype(dtype)
        value, slopes = jax.jvp(cosine_and_sine, (x,), (2 * jnp.ones_like(x),))
        np.testing.assert_allclose(slopes[0], -2 * value[1], rtol=0, atol=near)
        np.testing.assert_allclose(slopes[1], 2 * value[0], rtol=0, atol=near)
        bent = jax.vmap(jax.grad(jax.grad(lambda a: cosine_and_sine(a)[1])))(x)
        np.testing.assert_allclose(bent, -value[1], rtol=0, atol=near)


def test_angles_that_single_precision_does_not_resolve_are_no_numbers():
    angles = np.array([MOST_RADIANS, -1e30, np.inf, np.nan], np.float32)
    for found in cosine_and_sine(jnp.asarray(angles)):
        assert np.isnan(found).all()


@pytest.mark.parametrize("law", [[0.9999999, 0], [0.6, 0.3999998, 0, 0], [0, 1]])
def test_impossible_patterns_are_never_drawn(law):
    """Rounding leaves sums below 1, and uniform numbers reach from 0 up to 1."""
    law = np.array(law, np.float32)
    uniform = np.array([0, 0.5, 1 - 2.0**-24], np.float32)
    found = draw_patterns(jnp.asarray(np.tile(law, (3, 1))), jnp.asarray(uniform))
    assert (law[np.asarray(found)] > 0).all()


@pytest.mark.parametrize("patterns", [2, 4])
def test_draws_and_marks_follow_the_law(patterns):
    """The uniform number falls in the interval of the pattern that is drawn; two
    patterns take other code than more.
    """
    rng = np.random.default_rng(patterns)
    law = rng.dirichlet(np.ones(patterns), (3, 5)).astype(np.float32)
    uniform = rng.random((3, 5), dtype=np.float32)
    found = np.asarray(draw_patterns(jnp.asarray(law), jnp.asarray(uniform)))
    ends = np.cumsum(law, axis=-1)
    upper = np.take_along_axis(ends, found[..., None], axis=-1)[..., 0]
    lower = upper - np.take_along_axis(law, found[..., None], axis=-1)[..., 0]
    assert ((lower <= uniform + 1e-6) & (uniform < upper + 1e-6)).all()
    marked = np.asarray(mark(jnp.asarray(found), jnp.asarray(law)))
    np.testing.assert_array_equal(marked.argmax(axis=-1), found)
    np.testing.assert_array_equal(marked.sum(axis=-1), 1)
