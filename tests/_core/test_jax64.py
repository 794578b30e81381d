"""Double precision inside, the global JAX configuration untouched outside."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from oqnn._core.jax64 import in_double_precision


@jax.jit
def square_root(x):
    return jnp.sqrt(x)


def test_inside_is_double_and_outside_is_not():
    """√2 to 1e-16 inside; the same compiled function stays single outside."""
    before = jax.config.jax_enable_x64
    inside = in_double_precision(square_root)(np.array(2.0))
    assert inside.dtype == np.float64
    assert abs(float(inside) - np.sqrt(2)) < 1e-15
    assert not before
    assert jax.config.jax_enable_x64 is before
    assert jnp.asarray(2.0).dtype == np.float32
    assert square_root(np.float32(2.0)).dtype == np.float32


def test_gradients_and_complex_numbers_are_double():
    @in_double_precision
    def both(x):
        return jax.grad(lambda y: jnp.sin(y))(x), jnp.exp(1j * jnp.asarray(x))

    slope, phase = both(0.3)
    assert phase.dtype == np.complex128
    np.testing.assert_allclose(slope, np.cos(0.3), rtol=1e-15)
    np.testing.assert_allclose(phase, np.exp(0.3j), rtol=1e-15)


def test_configuration_comes_back_after_an_error():
    @in_double_precision
    def fail():
        raise RuntimeError("inside")

    with pytest.raises(RuntimeError, match="inside"):
        fail()
    assert jnp.asarray(2.0).dtype == np.float32


def test_names_and_keywords_pass_through():
    @in_double_precision
    def scaled(x, *, by=2):
        """Scale."""
        return by * x

    assert scaled(3, by=5) == 15
    assert (scaled.__name__, scaled.__doc__) == ("scaled", "Scale.")
