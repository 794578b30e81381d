"""Moments of long runs and their gradient, a chunk at a time."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from oqnn._core.jax64 import in_double_precision
from oqnn.spiking import LIFParameters
from oqnn.spiking.kernels.lif_jax import Detach, Weights, rest, scan_steps
from oqnn.spiking.kernels.long_run_jax import moments_of_run
from oqnn.spiking.kernels.product_sums_jax import product_means, product_sums
from oqnn.spiking.products import product_values

PAULI = tuple(
    tuple(3 * q + k for q, k in enumerate(axes) if k < 3)
    for axes in itertools.product(range(4), repeat=3)
    if any(k < 3 for k in axes)
)
PRODUCTS = ((2,), (0, 3), (1, 2, 4), (4, 0), (3, 4))


@pytest.mark.parametrize("products", [PAULI, PRODUCTS, ((1,),), ((0, 1, 2, 3),)])
@in_double_precision
def test_sums_are_those_of_the_products_one_by_one(products):
    active = np.random.default_rng(0).integers(0, 2, (6, 4, 9))
    values = product_values(active, products)
    shares = np.array([0.2, 0.0, 0.5, 0.3])
    z = active.astype(float)
    np.testing.assert_array_equal(product_sums(z, products), values.sum(axis=(0, 1)))
    np.testing.assert_allclose(
        product_means(z, products), values.mean(axis=(0, 1)), rtol=1e-14, atol=1e-14
    )
    np.testing.assert_allclose(
        product_means(z, products, shares),
        np.tensordot(shares, values.mean(axis=0), 1),
        rtol=1e-14,
        atol=1e-14,
    )


def sizes_of(function, *arguments):
    """Return the sizes of all arrays in a program, those of inner programs too."""

    def inside(program):
        for equation in program.eqns:
            yield from (variable.aval.size for variable in equation.outvars)
            for value in equation.params.values():
                inner = getattr(value, "jaxpr", value)
                if hasattr(inner, "eqns"):
                    yield from inside(inner)

    return list(inside(jax.make_jaxpr(function)(*arguments).jaxpr))


def test_no_array_of_all_products_is_made():
    """The gradient for three qubits makes nothing of steps × 63 numbers."""
    active = np.ones((500, 2, 9), np.float32)

    def total(active):
        return (product_means(active, PAULI) ** 2).sum()

    assert max(sizes_of(jax.grad(total), active)) <= 500 * 2 * 16


def problem(steps=24, chains=3):
    rng, p = np.random.default_rng(1), LIFParameters(refractory_steps=3)
    weights = Weights(rng.normal(2.0, 3.0, (5, 4)), rng.normal(0.0, 6.0, (5, 5)))
    counts = rng.integers(0, 2, (steps, chains, 4)).astype(np.uint8)
    return p, weights, rest(p, chains, 5), counts


@pytest.mark.parametrize("kept_bytes", [0, 2**27])
@pytest.mark.parametrize("chunks", [1, 4])
@in_double_precision
def test_long_runs_have_the_moments_and_gradient_of_one_scan(chunks, kept_bytes):
    p, weights, state, counts = problem()
    detach = Detach(False, False)

    def by_chunks(weights):
        parts = jnp.asarray(counts).reshape(chunks, -1, *counts.shape[1:])
        draw = parts.__getitem__
        last, means = moments_of_run(
            p,
            weights,
            state,
            draw,
            chunks,
            PRODUCTS,
            3.0,
            detach,
            kept_bytes=kept_bytes,
        )
        return (means**2).sum(), (last, means)

    def at_once(weights):
        last, active = scan_steps(p, weights, state, counts, 3.0, detach)
        means = product_means(active, PRODUCTS)
        return (means**2).sum(), (last, means)

    found, expected = (
        jax.jit(jax.value_and_grad(run, has_aux=True))(weights)
        for run in (by_chunks, at_once)
    )
    jax.tree.map(
        lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-12),
        found,
        expected,
    )


@in_double_precision
def test_memory_does_not_grow_with_the_steps():
    """With sources drawn by chunks: arrays of a chunk, and the states between them."""
    p, weights, state, _ = problem()
    chunk, chains, n, m = 20, 3, 5, 4

    def draw(index):
        key = jax.random.fold_in(jax.random.key(0), index)
        return jax.random.bits(key, (chunk, chains, m), np.uint8) % 2

    def loss(weights, chunks, kept_bytes):
        means = moments_of_run(
            p, weights, state, draw, chunks, PRODUCTS, kept_bytes=kept_bytes
        )[1]
        return (means**2).sum()

    largest = [
        max(sizes_of(jax.grad(lambda w, c=c, k=k: loss(w, c, k)), weights))
        for c, k in ((8, 0), (16, 0), (16, 2**27))
    ]
    recent = p.refractory_steps - 1
    in_a_chunk = (chunk + recent) * chains * n
    assert largest[0] == max(in_a_chunk, 8 * recent * chains * n)
    assert largest[1] == max(in_a_chunk, 16 * recent * chains * n)
    assert largest[2] == 16 * chunk * chains * n  # the voltages of all steps
